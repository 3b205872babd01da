"""The data of the capstones, as files: `python -m capstones` lists the briefs.

    python -m capstones make fraud --seed 7 --to fraud      what the team gets
    python -m capstones truth fraud --seed 7 --to answers   what the teacher keeps
    python -m capstones mini 7                              a team's two hours with Jukebox

The same seed makes the same files. So the seed is the key to the answers: the teacher keeps it.
"""

from importlib import import_module
from pathlib import Path

import click
import pandas as pd

from capstones import BRIEFS

LARGEST = 2**32 - 1  # of the seeds: room enough that nobody tries them all


def asked(name: str, seed: str, to: str) -> tuple[str, int, Path]:
    """Return brief, seed and folder as what they are; ClickException says what to fix."""
    name = name.replace("-", "_")
    if name not in BRIEFS:
        raise click.ClickException(f"There is no brief {name}: take one of {', '.join(BRIEFS)}.")
    if not (seed.isdecimal() and seed.isascii() and int(seed) <= LARGEST):
        raise click.ClickException(
            f"{seed!r} is no seed: give a whole number from 0 to {LARGEST}, such as --seed 7."
        )
    folder = Path(to)
    if folder.exists() and not (folder.is_dir() and not any(folder.iterdir())):
        raise click.ClickException(
            f"{folder} is there already, and is no empty folder: name another one with --to."
        )
    return name, int(seed), folder


def write(tables: dict[str, pd.DataFrame], folder: Path) -> None:
    """Write each table into a folder as CSV, and say how large it is."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, table in tables.items():
        file = folder / f"{name}.csv"
        table.to_csv(file, index=False, lineterminator="\n")
        click.echo(f"{file.as_posix()}: {len(table):,} rows, {len(table.columns)} columns")


@click.group(invoke_without_command=True)
@click.pass_context
def main(context: click.Context) -> None:
    """List the briefs, or make the data of one."""
    if context.invoked_subcommand is None:
        for name, line in BRIEFS.items():
            click.echo(f"{name:18} {line}")


@main.command()
@click.argument("brief")
@click.option("--seed", required=True, help="A whole number; the teacher keeps it.")
@click.option("--to", required=True, help="A new or empty folder.")
def make(brief: str, seed: str, to: str) -> None:
    """Write the tables that the team gets, and nothing of the truth."""
    name, number, folder = asked(brief, seed, to)
    write(import_module(f"capstones.{name}").make(number).tables, folder)


@main.command()
@click.argument("brief")
@click.option("--seed", required=True, help="The seed of the team's data.")
@click.option("--to", required=True, help="A new or empty folder, where no team looks.")
def truth(brief: str, seed: str, to: str) -> None:
    """Write what only the teacher keeps."""
    name, number, folder = asked(brief, seed, to)
    write(import_module(f"capstones.{name}").make(number).truth, folder)


TEAM = click.argument("team", type=click.IntRange(1, LARGEST))


@main.command()
@TEAM
def mini(team: int) -> None:
    """Make the office of a team's mini-capstone, in the new folder mini-TEAM."""
    from capstones import mini

    folder = Path(f"mini-{team}")
    if folder.exists():
        raise click.ClickException(
            f"{folder} is there already: go there, or move it away and begin again."
        )
    folder.mkdir()
    click.echo("The office is being made; that takes about half a minute.", err=True)
    mini.start(folder, team)
    click.echo(f"The office of team {team} is in {folder}: cd {folder}")


@main.command()
@TEAM
def envelope(team: int) -> None:
    """Tell what happened at a team's office: for the end of the mini-capstone."""
    from capstones import mini

    click.echo(mini.envelope(team))


if __name__ == "__main__":
    main(prog_name="python -m capstones")
