"""The command `northstar`: the story of one model."""

import sys

import click

from jukebox.cli.terminal import JSON


@click.command()
@click.option("--report", metavar="FILE", default="northstar.html", show_default=True)
@click.option("--home", metavar="FOLDER", help="A new folder, to look around in afterwards.")
@JSON
def northstar_command(report: str, home: str | None, as_json: bool) -> None:
    """Show 23 weeks of one model's life, and write the report.

    About a minute on two idle cores, and longer on a busy machine.

    Exits with 1 if a trigger was lost, a request failed, or an ending did not occur.
    """
    from jukebox.world.story import tell_story

    sys.exit(tell_story(home, as_json, report))
