"""The command `lineage`: what came from what."""

from pathlib import Path
from typing import TYPE_CHECKING

import click

from jukebox.cli.forget import print_sightings
from jukebox.cli.terminal import (
    HOME,
    JSON,
    MLFLOW,
    format_time,
    format_value,
    print_json,
    print_pairs,
    print_table,
)
from jukebox.loop.home import open_registry, open_store

if TYPE_CHECKING:
    from jukebox.data.store import Store
    from jukebox.registry.models import Lineage, Registry

FEWEST_CHARACTERS = 8  # of a data version
MOST_CHANGES = 20  # that are shown


def find_data_version(what: str, data: "Store", models: "Registry") -> str | None:
    """Return the data version, of the store or a model's record, that begins with `what`, or None."""
    if len(what) < FEWEST_CHARACTERS:
        return None
    recorded = {record.data_version for record in models.records().values()}
    known = sorted(v for v in {*data.versions(), *recorded} if v.startswith(what))
    if len(known) > 1:
        raise ValueError(f"{len(known)} data versions begin with {what}: write more of it.")
    return known[0] if known else None


def print_lineage(lineage: "Lineage") -> None:
    """Print what made a version and what became of it."""
    record = lineage["record"]
    names = ("data_version", "code_version", "lock_hash", "seed", "fitted_weeks", "tested_weeks")
    settings = ", ".join(f"{n} {format_value(v) or 'none'}" for n, v in record["settings"].items())
    print_pairs(
        [
            ("version", lineage["version"]),
            ("digest", lineage["digest"]),
            *((name.replace("_", " "), record.get(name, "unknown")) for name in names),
            ("settings", settings or "unknown"),
            *((name.replace("_", " "), value) for name, value in record["metrics"].items()),
            ("MLflow's run", lineage["run"]),
        ]
    )
    decisions = [
        (format_time(row["time"]), row["action"], row["why"]) for row in lineage["history"]
    ]
    if decisions:
        click.echo()
        print_table(decisions, ("when", "decision", "why"), styles=("dim", "bold"))


def print_changes(before: str, after: str, data: "Store", as_json: bool) -> None:
    """Print which cells changed from one data version to another."""
    from jukebox.data.versions import changed_rows

    changed = changed_rows(data.read(before), data.read(after))
    if as_json:
        return print_json({"versions": [before, after], "changed": changed.to_dict("records")})
    cells, tracks = len(changed), changed["track_id"].nunique()
    what = "cell" if cells == 1 else "cells"
    whose = "track" if tracks == 1 else "tracks"
    click.echo(f"{cells} {what} of {tracks} {whose} changed.")
    if cells:
        first = changed.head(MOST_CHANGES).astype(object)
        rows = first.where(first.notna(), "none").itertuples(index=False)
        print_table(rows, ("track", "cell", "before", "after"))
    if cells > MOST_CHANGES:
        click.echo(f"… and {cells - MOST_CHANGES} more: --json prints them all.")


def print_data_version(version: str, data: "Store", models: "Registry", as_json: bool) -> None:
    """Print which models were trained on a data version, and whether it is whole."""
    saw = models.models_that_saw(version)
    if as_json:
        return print_json({"data_version": version, "versions": saw})
    numbers = ", ".join(map(str, saw)) or "no model"
    rows = [("data version", version), ("trained on it", numbers)]
    if version in data.versions() and (lost := data.manifest(version)["forgotten"]):
        rows.append(("lost on request", f"{len(lost)} of its tracks: it can no longer be read"))
    print_pairs(rows)


def print_answer(request_id: str, models: "Registry", as_json: bool) -> None:
    """Print who answered a request, about which tracks, and where that model came from."""
    answer = models.trace_answer(request_id)
    if as_json:
        return print_json(answer)
    ids = [track["track_id"] or "without an id" for track in answer["tracks"]]
    more = f" and {len(ids) - 5} more" if len(ids) > 5 else ""
    print_pairs(
        [
            ("request", answer["request_id"]),
            ("answered", format_time(answer["time"])),
            ("tracks", ", ".join(ids[:5]) + more),
        ]
    )
    print_lineage(answer["lineage"])


def is_number(what: str) -> bool:
    """Tell whether a text is a model's version, and no data version of figures alone."""
    return what.isdecimal() and len(what) < FEWEST_CHARACTERS


@click.command()
@click.argument("what", nargs=-1, required=True)
@click.option("--track", is_flag=True, help="WHAT is the id of a track: who holds it, who saw it.")
@JSON
@MLFLOW
@HOME
def lineage_command(
    what: tuple[str, ...], track: bool, as_json: bool, mlflow: str | None, home: Path
) -> None:
    """Tell where a version, an answer or a data version came from.

    WHAT is a version's number, the id of a request, or a data version, of which 8 characters are
    enough. With two data versions it tells which rows changed from the first to the second. With
    --track it is asked the other way: which data versions hold a track, and which models saw it.
    """
    if len(what) > (1 if track else 2):
        raise click.UsageError("Name one thing, or two data versions.")
    models, data = open_registry(home, mlflow), open_store(home)
    if track:
        return print_sightings(what[0], data, models, as_json)
    if len(what) == 1 and is_number(what[0]):
        lineage = models.lineage(int(what[0]))
        return print_json(lineage) if as_json else print_lineage(lineage)
    versions = [find_data_version(one, data, models) for one in what]
    match versions:
        case [str(before), str(after)]:
            print_changes(before, after, data, as_json)
        case [_, _]:
            raise ValueError(f"There is no data version {what[versions.index(None)]}.")
        case [str(version)]:
            print_data_version(version, data, models, as_json)
        case _:
            print_answer(what[0], models, as_json)
