"""The command `jukebox`: reads what is typed, calls the rooms above, and prints what they give."""
