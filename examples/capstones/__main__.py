"""The data of the capstones, as files: `python -m capstones` lists the briefs.

    python -m capstones make fraud --seed 7 --to fraud      what the team gets
    python -m capstones make fraud --seed 7 --before 2026-08-01 --to fraud-1   and an earlier delivery
    python -m capstones truth fraud --seed 7 --to answers   what the teacher keeps
    python -m capstones mini 7                              a team's two hours with Jukebox

The same seed makes the same files. So the seed is the key to the answers: the teacher keeps it.
"""

from datetime import date
from importlib import import_module
from pathlib import Path
from types import ModuleType

import click
import pandas as pd

from capstones import BRIEFS, brief

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
    """Write each table into a folder as CSV, and say how large it is; one without rows is left out."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, table in tables.items():
        if table.empty:
            continue
        file = folder / f"{name}.csv"
        table.to_csv(file, index=False, lineterminator="\n")
        click.echo(f"{file.as_posix()}: {len(table):,} rows, {len(table.columns)} columns")


def earlier(module: ModuleType, data: brief.Data, before: str) -> dict[str, pd.DataFrame]:
    """Return the tables of a brief's data as they were on a day; ClickException says which days go."""
    first, last = brief.span(data.tables)
    try:
        day = pd.Timestamp(date.fromisoformat(before))
    except ValueError:
        day = first
    if not first < day <= last:
        raise click.ClickException(
            f"{before!r} is no day with rows before and after it: give one from "
            f"{first + pd.Timedelta(1, 'D'):%Y-%m-%d} to {last:%Y-%m-%d} as --before."
        )
    return getattr(module, "as_of", brief.as_of)(data, day)


@click.group(invoke_without_command=True)
@click.pass_context
def main(context: click.Context) -> None:
    """List the briefs, or make the data of one."""
    if context.invoked_subcommand is None:
        for name, line in BRIEFS.items():
            click.echo(f"{name:18} {line}")


@main.command()
@click.argument("name", metavar="BRIEF")
@click.option("--seed", required=True, help="A whole number; the teacher keeps it.")
@click.option("--before", help="Make the tables as they were on this day, such as 2026-08-01.")
@click.option("--to", required=True, help="A new or empty folder.")
def make(name: str, seed: str, before: str | None, to: str) -> None:
    """Write the tables that the team gets, and nothing of the truth."""
    name, number, folder = asked(name, seed, to)
    module = import_module(f"capstones.{name}")
    data = module.make(number)
    write(data.tables if before is None else earlier(module, data, before), folder)


@main.command()
@click.argument("name", metavar="BRIEF")
@click.option("--seed", required=True, help="The seed of the team's data.")
@click.option("--to", required=True, help="A new or empty folder, where no team looks.")
def truth(name: str, seed: str, to: str) -> None:
    """Write what only the teacher keeps."""
    name, number, folder = asked(name, seed, to)
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
