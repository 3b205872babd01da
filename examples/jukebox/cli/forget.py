"""The command `forget`, and `lineage --track`: what holds a track, what saw it, and how it goes."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING, Literal

import click

from jukebox.cli.terminal import (
    HOME,
    MLFLOW,
    WHY,
    format_time,
    print_json,
    print_pairs,
    print_table,
)
from jukebox.loop.home import open_registry, open_store

if TYPE_CHECKING:
    from jukebox.data.erasure import Trace
    from jukebox.data.store import Store
    from jukebox.registry.models import Registry

PARTS: tuple[Literal["fitted", "tested", "neither"], ...] = ("fitted", "tested", "neither")

NamedValues = list[tuple[str, object]]  # a name and a value of any kind


def join_versions(versions: Iterable[int]) -> str:
    """Return versions of models as people read them."""
    return ", ".join(map(str, sorted(versions))) or "none"


def stranger_rows(data: "Store", models: "Registry") -> NamedValues:
    """Return the line on the models of which nobody can tell what they saw; none without them."""
    from jukebox.data.erasure import find_unknown_models

    unknown = find_unknown_models(data, models)
    if not unknown:
        return []
    return [("cannot tell", f"{join_versions(unknown)}: their data is not here")]


def print_sightings(track_id: str, data: "Store", models: "Registry", as_json: bool) -> None:
    """Tell which data versions hold a track, and which models were fitted or only tested on it."""
    from jukebox.data.erasure import find_unknown_models, trace_track

    sightings = trace_track(track_id, data, models)
    log = models.predictions(tracks=[track_id])
    answers = len(log.drop_duplicates("request_id"))
    aside = int((data.quarantined_rows()["track_id"] == track_id).sum())
    if as_json:
        figures = {
            "answers": answers,
            "quarantined": aside,
            "unknown": find_unknown_models(data, models),
        }
        return print_json({"track_id": track_id, "versions": sightings} | figures)
    if not sightings and not answers and not aside:
        raise ValueError(f"No data version holds track {track_id!r}: is the id complete?")
    rows: NamedValues = [("track", track_id), ("answers", answers), ("in quarantine", aside)]
    print_pairs(rows + stranger_rows(data, models))
    if sightings:
        click.echo()
        lines = []
        for one in sightings:
            gone = one["forgotten"]
            holds = f"until {format_time(gone['time'])[:10]}" if gone else "yes"
            lines.append((one["data_version"][:8], holds, *(join_versions(one[p]) for p in PARTS)))
        print_table(lines, ("data version", "holds it", *PARTS))


def find_unknown(
    deleted: Mapping[str, Iterable[str]],
    seen: "Mapping[str, Sequence[Trace]]",
    forgotten: Collection[str],
) -> list[str]:
    """Return the tracks that were asked for and are nowhere.

    deleted: {kind of rows: ids}. seen: {id: its sightings}. forgotten: the keys of the ids that
    went before, perhaps in this call, which was killed.
    """
    from jukebox.data.erasure import hash_id

    gone = {one for ids in deleted.values() for one in ids}
    return [
        one
        for one, sightings in seen.items()
        if one not in gone and not sightings and hash_id(one) not in forgotten
    ]


def erasure_rows(
    deleted: Mapping[str, Collection[str]], sightings: "Sequence[Trace]"
) -> NamedValues:
    """Return the lines on what was deleted, and on the data and the models that had it."""
    lost = dict.fromkeys(one["data_version"][:8] for one in sightings)
    fitted, tested = ({v for one in sightings for v in one[part]} for part in PARTS[:2])
    counts = (f"{len(ids)} of {kind}" for kind, ids in sorted(deleted.items()))
    return [
        ("rows deleted", ", ".join(counts) or "none"),
        ("no longer whole", ", ".join(lost) or "none"),
        ("fitted on it", join_versions(fitted)),
        ("only tested on it", join_versions(tested - fitted)),
    ]


@click.command()
@click.argument("track", nargs=-1, required=True)
@WHY
@MLFLOW
@HOME
def forget_command(track: tuple[str, ...], why: str, mlflow: str | None, home: Path) -> None:
    """Delete tracks on request, from all data and its versions.

    TRACK is the id of a track. This is the one command that loses rows, and no other brings them
    back. It deletes no model, no answer in the prediction log and no copy outside the home's data.

    Exits with 1 if one of the tracks is nowhere; the others are deleted.
    """
    from jukebox.data.erasure import forget, trace_track
    from jukebox.loop.journal import lock_home

    data, models = open_store(home), open_registry(home, mlflow)
    with closing(lock_home(home)):  # a loop would train on what goes
        deleted = forget(data, track, why)
    seen = {one: trace_track(one, data, models) for one in track}
    unknown = find_unknown(deleted, seen, data.manifest()["forgotten"])
    nowhere = f"No row of {', '.join(unknown)} is here: is the id complete?"
    if len(unknown) == len(seen):
        raise ValueError(nowhere)
    sightings = [one for versions in seen.values() for one in versions]
    print_pairs(erasure_rows(deleted, sightings) + stranger_rows(data, models))
    refused = "refused ones in runs/, " if (home / "runs").exists() else ""
    click.echo(
        f"Still there: these models, {refused}the prediction log, and every copy elsewhere "
        "(DVC, backups).",
        err=True,
    )
    if unknown:
        raise ValueError(nowhere)
