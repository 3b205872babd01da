"""What makes a model, and what may refuse it: the same inputs give the same bytes."""
