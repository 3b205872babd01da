"""The command `validate`: tracks checked row by row."""

import csv
import sys
from collections.abc import Sequence
from pathlib import Path

import click

from jukebox.cli.terminal import HOME, print_table
from jukebox.loop.home import open_store


def parse_mapping(
    ctx: click.Context, parameter: click.Parameter, values: Sequence[str]
) -> dict[str, str]:
    """Turn THEIRS=OURS, which may come several times, into {theirs: ours}."""
    if wrong := [value for value in values if "=" not in value]:
        raise click.BadParameter(f"{wrong[0]!r}: write THEIRS=OURS, as bpm=tempo")
    return dict(value.rsplit("=", 1) for value in values)


@click.command()
@click.argument("file", required=False, type=click.Path(exists=True, dir_okay=False))
@click.option(
    "--map",
    "mapping",
    metavar="THEIRS=OURS",
    multiple=True,
    callback=parse_mapping,
    help="Read a column of yours as one of ours.",
)
@click.option(
    "--quarantine", type=click.Path(dir_okay=False), help="Write the bad rows here, as CSV."
)
@HOME
def validate_command(
    file: str | None, mapping: dict[str, str], quarantine: str | None, home: Path
) -> None:
    """Check tracks, row by row: a file of yours, or the newest batch.

    A file is CSV or Parquet.

    Exits with 1 if a row is quarantined. See that you may train on your data: the terms of a
    streaming service may forbid it.
    """
    if file:
        from jukebox.data.files import read_table

        _, bad, report = read_table(file, mapping)
    else:
        data = open_store(home)
        bad, tracks = data.quarantined_rows(data.week), data.read()[0]
        kept = int((tracks["released"] == data.week).sum())
        report = [f"week {data.week}: {kept + len(bad)} rows: {kept} kept, {len(bad)} quarantined"]
    click.echo("\n".join(report))
    if quarantine:
        bad.to_csv(quarantine, index=False, quoting=csv.QUOTE_NONNUMERIC)  # "\r" is a cell, too
        click.echo(f"{len(bad)} rows are in {quarantine}.", err=True)
    if len(bad):
        first, columns = bad.head(10), ("track_id", "reason")
        rows = [
            tuple(map(str, row)) for row in zip(*(first[name] for name in columns), strict=True)
        ]
        if file:  # counted from 1, below the header
            rows = [(str(i + 1), *row) for i, row in zip(first.index, rows, strict=True)]
        click.echo()
        print_table(rows, ("row", *columns) if file else columns)
        if len(bad) > 10:
            click.echo(f"… and {len(bad) - 10} more: --quarantine FILE writes them all.")
        sys.exit(1)
