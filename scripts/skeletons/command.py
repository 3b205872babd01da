"""The command `NEW_name`: (yours: what it is for)."""

from pathlib import Path

import click

from jukebox.cli.terminal import HOME


@click.command()
@HOME
def NEW_function(home: Path) -> None:
    """(yours: what it does, in one line).

    (yours: what else somebody who types it has to know. Exits with 1 if what?)
    """
    # (yours: import what is heavy here, and raise ValueError with a sentence that says what to fix)
    click.echo(f"(yours: what it found in {home})")
