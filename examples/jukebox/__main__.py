"""`python -m jukebox`."""

from jukebox.cli.main import main

main(prog_name="jukebox")
