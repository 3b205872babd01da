"""Who is champion, who was, and what was answered: decisions are added, never changed."""
