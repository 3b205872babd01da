"""What would wake somebody: quality is read from what happened, as soon as it is known."""
