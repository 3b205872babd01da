"""What comes in, what is kept, and what is deleted on request."""
