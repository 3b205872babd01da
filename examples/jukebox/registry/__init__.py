"""Which model answers, which did, and what they answered: decisions are added, never changed."""
