"""What answers over HTTP, and how a new model takes over: every answer names its model."""
