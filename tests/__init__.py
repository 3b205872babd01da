"""What keeps the spine straight."""
