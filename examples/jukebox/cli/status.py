"""The command `status`: how things stand."""

import time
from pathlib import Path
from typing import TypedDict

import click

from jukebox.cli.terminal import HOME, JSON, MLFLOW, pairs, say_json, shown, table, when
from jukebox.loop.events import Event, Trigger, read_runs
from jukebox.loop.home import nothing, open_registry, open_store


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


class RunNow(TypedDict):
    """How a run stands, as JSON has it: how it ended, or the last step that was passed."""

    run: int
    began: float
    ended: bool
    week: int
    event: str
    why: str


def looped(home: Path) -> tuple[list[RunNow], list[Event[Trigger]]]:
    """Give the runs of the loop, oldest first, and the triggers that wait; nothing without a loop."""
    if not (home / "northstar.db").exists():
        return [], []
    from jukebox.loop.journal import Journal, waiting

    events = Journal(home / "northstar.db", time.time).events()
    found: list[RunNow] = []
    for number, run in read_runs(events).items():
        last = run.events[-1]
        found.append(
            {
                "run": number,
                "began": run.start.time,
                "ended": run.end is not None,
                "week": last.week,
                "event": last.name,
                "why": last.why,
            }
        )
    return found, waiting(events)


@click.command()
@JSON
@MLFLOW
@HOME
def status(as_json: bool, mlflow: str | None, home: Path) -> None:
    """Tell who is champion, since when and why, and what is unfinished."""
    from rich.text import Text

    from jukebox.registry.history import unresolved

    if not home.is_dir():
        raise ValueError(nothing(home))
    models, data = open_registry(home, mlflow), open_store(home, needed=False)
    held, fires = standing(models), unresolved(models.past.alerts())
    (runs, waits), versions = looped(home), data.versions()
    if as_json:
        newest = {"version": versions[-1] if versions else None, "week": data.week}
        waiting = [event.to_json() for event in waits]
        return say_json(held | {"data": newest, "runs": runs, "waiting": waiting, "alerts": fires})
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
    todo += [f"a trigger, {event.figures.kind}: {event.why}" for event in waits]
    click.echo()
    none = "No run is unfinished, and no trigger waits."
    click.echo("Unfinished: " + "; ".join(todo) if todo else none)
