"""What keeps every model up to date: the NorthStar."""
