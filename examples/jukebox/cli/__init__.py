"""The command `jukebox`: a file named as each command."""
