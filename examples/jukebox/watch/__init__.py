"""What would wake somebody."""
