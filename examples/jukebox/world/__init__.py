"""The invented world that stands in for the real one: what is true in it is known."""
