"""Level 2: the pipeline itself is delivered, and no commit skips its tests."""
