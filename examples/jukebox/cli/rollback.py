"""The command `rollback`: the champion before comes back, by hand."""

from pathlib import Path

import click

from jukebox.cli.terminal import HOME, MLFLOW, WHY
from jukebox.loop.home import open_registry


@click.command()
@WHY
@MLFLOW
@HOME
def rollback_command(why: str, mlflow: str | None, home: Path) -> None:
    """Make the champion before this one the champion again."""
    models = open_registry(home, mlflow)
    before = models.standing().champion
    click.echo(f"Version {models.rollback(why)} is the champion again; {before} was.")
