"""Level 1: a training pipeline is deployed, and makes the models by itself."""
