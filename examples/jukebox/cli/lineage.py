"""The commands `lineage` and `status`: what came from what, and how things stand."""

import time

import click

from jukebox.cli.forget import followed
from jukebox.cli.terminal import (
    HOME,
    JSON,
    MLFLOW,
    nothing,
    pairs,
    registry,
    say_json,
    shown,
    store,
    table,
    when,
)

# ---- lineage -------------------------------------------------------------------------------------


def found(what, data, models):
    """Give the data version, of the store or a model's record, that begins with `what`, or None."""
    entries = models.client.search_model_versions(f"name = '{models.name}'")
    seen = {models.lineage(int(e.version))["record"].get("data_version", "") for e in entries}
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
    models, data = registry(home, mlflow), store(home)
    if track:
        return followed(what[0], data, models, as_json)
    if len(what) == 1 and what[0].isdecimal() and len(what[0]) < 8:
        answer = models.lineage(int(what[0]))
        return say_json(answer) if as_json else told(answer)
    versions = [found(one, data, models) for one in what]
    if len(what) == 2:
        from jukebox.data.checks import changed_rows

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


# ---- status --------------------------------------------------------------------------------------


def standing(models):
    """Give champion and challenger: version, since when, why, data version, weeks, what is amiss."""
    from jukebox.registry.models import Tampered

    now, history = models.standing(), models.history()
    held = {}
    for role, version, actions in (
        ("champion", now.champion, ("promote", "rollback")),
        ("challenger", now.challenger, ("challenge",)),
    ):
        if version is None:
            held[role] = None
            continue
        row = [r for r in history if r["action"] in actions and r["version"] == version][-1]
        record = models.lineage(version)["record"]
        weeks = {"fitted_weeks": record.get("fitted_weeks"), "share": now.share}
        held[role] = {"version": version, "since": row["time"], "why": row["why"]} | weeks
        held[role] |= {"data_version": record.get("data_version"), "fault": None}
        try:
            models.load(version)
        except Tampered as error:
            held[role]["fault"] = str(error)
    return held


def looped(home):
    """Give the runs of the loop, oldest first, and the triggers that wait; nothing without a loop."""
    if not (home / "northstar.db").exists():
        return [], []
    from jukebox.loop.journal import ENDINGS, Journal, runs, waiting

    events = Journal(home / "northstar.db", time.time).events()
    found = []
    for number, run in runs(events).items():
        last = list(run.values())[-1]  # how it ended, or the last step that was passed
        ended = last["event"] in ENDINGS
        found.append({"run": number, "began": run["start"]["time"], "ended": ended})
        found[-1] |= {"week": last["week"], "event": last["event"], "why": last["why"]}
    return found, waiting(events)


@click.command()
@JSON
@MLFLOW
@HOME
def status(as_json, mlflow, home):
    """Tell who is champion, since when and why, and what is unfinished."""
    from rich.text import Text

    from jukebox.registry.history import unresolved

    if not home.is_dir():
        raise ValueError(nothing(home))
    models, data = registry(home, mlflow), store(home, needed=False)
    held, fires = standing(models), unresolved(models.past.alerts())
    (runs, waits), versions = looped(home), data.versions()
    if as_json:
        newest = {"version": versions[-1] if versions else None, "week": data.week}
        return say_json(held | {"data": newest, "runs": runs, "waiting": waits, "alerts": fires})
    rows = [("home", str(home.absolute()))]
    for role, of in held.items():
        if of is None:
            rows.append((role, "none"))
            continue
        share = f", for {of['share']:.0%} of the requests" if role == "challenger" else ""
        rows.append((role, f"version {of['version']} since {when(of['since'])}{share}"))
        rows.append(("", of["why"]))
        rows += [("", of["fault"])] if of["fault"] else []
        if of["fitted_weeks"]:
            rows.append(
                ("", f"fitted on weeks {shown(of['fitted_weeks'])} of {of['data_version'][:8]}")
            )
    told = f"version {versions[-1][:8]}" if versions else "no version yet"
    rows.append(("data", "none" if data.week is None else f"to week {data.week}; {told}"))
    pairs(rows)
    if runs:
        colours = {"promoted": "green", "refused": "yellow", "rolled back": "red"}
        click.echo()
        table(
            (
                (
                    str(r["run"]),
                    str(r["week"]),
                    Text(r["event"], colours.get(r["event"], "")),
                    r["why"],
                )
                for r in runs[-5:]
            ),
            ("run", "week", "last", "why"),
        )
    if fires:
        rows = (
            (when(a["starts"]), a["labels"]["alertname"], a["annotations"].get("summary", ""))
            for a in fires
        )
        click.echo()
        table(rows, ("since", "alert", "what it says"), styles=("dim", "bold yellow"))
    todo = [f"run {r['run']}, after {r['event']}" for r in runs if not r["ended"]]
    todo += [f"a trigger, {e['figures']['kind']}: {e['why']}" for e in waits]
    click.echo()
    none = "No run is unfinished, and no trigger waits."
    click.echo("Unfinished: " + "; ".join(todo) if todo else none)
