"""Jukebox as a whole: the labs, the story, and a loop that is killed; `nox -s systems`."""
