"""The command `lineage`: what came from what."""

import click

from jukebox.cli.forget import followed
from jukebox.cli.terminal import HOME, JSON, MLFLOW, pairs, say_json, shown, table, when
from jukebox.loop.home import open_registry, open_store


def found(what, data, models):
    """Give the data version, of the store or a model's record, that begins with `what`, or None."""
    seen = {record.data_version for record in models.records().values()}
    known = sorted(v for v in {*data.versions(), *seen} if len(what) >= 8 and v.startswith(what))
    if len(known) > 1:
        raise ValueError(f"{len(known)} data versions begin with {what}: write more of it.")
    return known[0] if known else None


def told(lineage):
    """Print what made a version and what became of it."""
    record = lineage["record"]
    names = ("data_version", "code_version", "lock_hash", "seed", "fitted_weeks", "tested_weeks")
    settings = ", ".join(f"{n} {shown(v) or 'none'}" for n, v in record["settings"].items())
    pairs(
        [
            ("version", lineage["version"]),
            ("digest", lineage["digest"]),
            *((name.replace("_", " "), record.get(name, "unknown")) for name in names),
            ("settings", settings or "unknown"),
            *((name.replace("_", " "), value) for name, value in record["metrics"].items()),
            ("MLflow's run", lineage["run"]),
        ]
    )
    decisions = [(when(row["time"]), row["action"], row["why"]) for row in lineage["history"]]
    if decisions:
        click.echo()
        table(decisions, ("when", "decision", "why"), styles=("dim", "bold"))


@click.command()
@click.argument("what", nargs=-1, required=True)
@click.option("--track", is_flag=True, help="WHAT is the id of a track: who holds it, who saw it.")
@JSON
@MLFLOW
@HOME
def lineage(what, track, as_json, mlflow, home):
    """Tell where a version, an answer or a data version came from.

    WHAT is a version's number, the id of a request, or a data version, of which 8 characters are
    enough. With two data versions it tells which rows changed from the first to the second. With
    --track it is asked the other way: which data versions hold a track, and which models saw it.
    """
    if len(what) > (1 if track else 2):
        raise click.UsageError("Name one thing, or two data versions.")
    models, data = open_registry(home, mlflow), open_store(home)
    if track:
        return followed(what[0], data, models, as_json)
    if len(what) == 1 and what[0].isdecimal() and len(what[0]) < 8:
        answer = models.lineage(int(what[0]))
        return say_json(answer) if as_json else told(answer)
    versions = [found(one, data, models) for one in what]
    if len(what) == 2:
        from jukebox.data.versions import changed_rows

        if None in versions:
            raise ValueError(f"There is no data version {what[versions.index(None)]}.")
        changed = changed_rows(*(data.read(version) for version in versions))
        if as_json:
            return say_json({"versions": versions, "changed": changed.to_dict("records")})
        cells, tracks = len(changed), changed["track_id"].nunique()
        what = "cell" if cells == 1 else "cells"
        whose = "track" if tracks == 1 else "tracks"
        click.echo(f"{cells} {what} of {tracks} {whose} changed.")
        if len(changed):
            first = changed.head(20).astype(object)
            rows = first.where(first.notna(), "none").itertuples(index=False)
            table(rows, ("track", "cell", "before", "after"))
        if len(changed) > 20:
            click.echo(f"… and {len(changed) - 20} more: --json prints them all.")
    elif versions[0]:
        saw = models.models_that_saw(versions[0])
        answer = {"data_version": versions[0], "versions": saw}
        if as_json:
            return say_json(answer)
        numbers = ", ".join(map(str, saw)) or "no model"
        rows = [("data version", versions[0]), ("trained on it", numbers)]
        if versions[0] in data.versions() and (lost := data.manifest(versions[0])["forgotten"]):
            rows.append(("lost on request", f"{len(lost)} of its tracks: it can no longer be read"))
        pairs(rows)
    else:
        answer = models.answered(what[0])
        if as_json:
            return say_json(answer)
        ids = [track["track_id"] or "without an id" for track in answer["tracks"]]
        more = f" and {len(ids) - 5} more" if len(ids) > 5 else ""
        pairs(
            [
                ("request", answer["request_id"]),
                ("answered", when(answer["time"])),
                ("tracks", ", ".join(ids[:5]) + more),
            ]
        )
        told(answer["lineage"])
