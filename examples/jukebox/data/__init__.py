"""What comes in, what is kept, what is deleted: a row that is set aside has its reason."""
