"""The command `promote`: a version becomes the champion, by hand."""

from pathlib import Path

import click

from jukebox.cli.terminal import HOME, MLFLOW, WHY
from jukebox.loop.home import open_registry


@click.command()
@click.argument("version", type=click.IntRange(1))
@WHY
@MLFLOW
@HOME
def promote_command(version: int, why: str, mlflow: str | None, home: Path) -> None:
    """Make a version the champion.

    The gate is not asked, for people may overrule it: ask jukebox evaluate first.
    """
    models = open_registry(home, mlflow)
    before = models.standing().champion
    models.promote(version, why)
    was = f"; before, {before} was" if before not in (None, version) else ""
    click.echo(f"Version {version} is the champion{was}.")
