"""The invented world, in place of listeners and labels: what is true in it is known."""
