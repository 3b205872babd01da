"""Who is champion, who was, and what was answered."""
