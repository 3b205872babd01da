"""The command `jukebox`, a file for each of its commands: an error says what to do next."""
