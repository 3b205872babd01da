"""One model at three levels of MLOps: the same data, the same API, and only what a level adds."""
