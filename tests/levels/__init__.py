"""The same story at three levels of MLOps, and what each of them holds."""
