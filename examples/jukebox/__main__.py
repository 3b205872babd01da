"""`python -m jukebox`."""

from jukebox.command import main

main(prog_name="jukebox")
