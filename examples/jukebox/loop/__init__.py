"""What keeps every model up to date, the NorthStar: each update ends, and says how."""
