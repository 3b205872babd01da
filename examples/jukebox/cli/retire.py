"""The command `retire`: a version takes no role again."""

from pathlib import Path

import click

from jukebox.cli.terminal import HOME, MLFLOW, WHY
from jukebox.loop.home import open_registry


@click.command()
@click.argument("version", type=click.IntRange(1))
@WHY
@MLFLOW
@HOME
def retire_command(version: int, why: str, mlflow: str | None, home: Path) -> None:
    """Bar a version from every role, for good.

    Its artefact and its record stay, for those who ask later. The champion cannot be retired:
    promote another one first.
    """
    open_registry(home, mlflow).retire(version, why)
    click.echo(f"Version {version} is retired, and takes no role again.")
