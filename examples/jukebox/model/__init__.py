"""What makes a model, and what may refuse it."""
