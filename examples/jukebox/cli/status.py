"""The command `status`: how things stand."""

from dataclasses import asdict
from itertools import zip_longest
from pathlib import Path
from typing import TYPE_CHECKING, TypedDict

import click

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
from jukebox.loop.events import Event, Trigger, read_runs
from jukebox.loop.home import Home, explain_missing_data, open_registry, open_store

if TYPE_CHECKING:
    from jukebox.registry.models import Registry


class Held(TypedDict):
    """Who holds a role, as JSON has it. fault: what is wrong with the model's files, if anything."""

    version: int
    since: float
    why: str
    fitted_weeks: list[int] | None
    share: float
    data_version: str | None
    fault: str | None


def read_roles(models: "Registry") -> dict[str, Held | None]:
    """Give who is champion and who is challenger; None for nobody."""
    now = models.standing()
    return {
        "champion": read_holder(models, now.champion, ("promote", "rollback")),
        "challenger": read_holder(models, now.challenger, ("challenge",)),
    }


def read_holder(models: "Registry", version: int | None, actions: tuple[str, ...]) -> Held | None:
    """Give how a version holds its role: since the last of these actions."""
    from jukebox.registry.models import Tampered

    if version is None:
        return None
    last = [r for r in models.history() if r.action in actions and r.version == version][-1]
    record = models.record(version).as_dict()
    fault = None
    try:
        models.load(version)
    except Tampered as error:
        fault = str(error)
    return {
        "version": version,
        "since": last.time,
        "why": last.why,
        "fitted_weeks": record.get("fitted_weeks"),
        "share": models.standing().share,
        "data_version": record.get("data_version"),
        "fault": fault,
    }


class RunNow(TypedDict):
    """How a run stands, as JSON has it: how it ended, or the last step that was passed."""

    run: int
    began: float
    ended: bool
    week: int
    event: str
    why: str


def read_loop(home: Path) -> tuple[list[RunNow], list[Event[Trigger]]]:
    """Give the runs of the loop, oldest first, and the triggers that wait; nothing without a loop."""
    if not Home(home).journal.exists():
        return [], []
    from jukebox.loop.journal import Journal, waiting_triggers

    events = Journal(Home(home).journal).events()
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
    return found, waiting_triggers(events)


def describe_holder(role: str, held: Held | None) -> list[tuple[str, str]]:
    """Give who holds a role as lines: a label, which only the first has, and a text."""
    if held is None:
        return [(role, "none")]
    share = f", for {held['share']:.0%} of the requests" if role == "challenger" else ""
    told = [f"version {held['version']} since {format_time(held['since'])}{share}", held["why"]]
    told += [held["fault"]] if held["fault"] else []
    if held["fitted_weeks"]:
        data = (held["data_version"] or "")[:8]
        told.append(f"fitted on weeks {format_value(held['fitted_weeks'])} of {data}")
    return list(zip_longest([role], told, fillvalue=""))


def print_runs(runs: list[RunNow]) -> None:
    """Print the last five runs as a table."""
    from rich.text import Text

    colours = {"promoted": "green", "refused": "yellow", "rolled back": "red"}
    rows = (
        (str(r["run"]), str(r["week"]), Text(r["event"], colours.get(r["event"], "")), r["why"])
        for r in runs[-5:]
    )
    click.echo()
    print_table(rows, ("run", "week", "last", "why"))


@click.command()
@JSON
@MLFLOW
@HOME
def status_command(as_json: bool, mlflow: str | None, home: Path) -> None:
    """Tell who is champion, since when and why, and what is unfinished."""
    from jukebox.registry.alerts import find_unresolved

    if not home.is_dir():
        raise ValueError(explain_missing_data(home))
    models, data = open_registry(home, mlflow), open_store(home, needed=False)
    held, fires = read_roles(models), find_unresolved(models.alerts.read())
    (runs, waits), versions = read_loop(home), data.versions()
    if as_json:
        alerts = [asdict(alert) for alert in fires]
        newest = {"version": versions[-1] if versions else None, "week": data.week}
        waiting = [event.to_json() for event in waits]
        print_json(held | {"data": newest, "runs": runs, "waiting": waiting, "alerts": alerts})
        return
    rows = [("home", str(home.absolute()))]
    for role, holds in held.items():
        rows += describe_holder(role, holds)
    told = f"version {versions[-1][:8]}" if versions else "no version yet"
    rows.append(("data", "none" if data.week is None else f"to week {data.week}; {told}"))
    print_pairs(rows)
    if runs:
        print_runs(runs)
    if fires:
        lines = (
            (format_time(a.starts), a.labels["alertname"], a.annotations.get("summary", ""))
            for a in fires
        )
        click.echo()
        print_table(lines, ("since", "alert", "what it says"), styles=("dim", "bold yellow"))
    todo = [f"run {r['run']}, after {r['event']}" for r in runs if not r["ended"]]
    todo += [f"a trigger, {event.figures.kind}: {event.why}" for event in waits]
    click.echo()
    none = "No run is unfinished, and no trigger waits."
    click.echo("Unfinished: " + "; ".join(todo) if todo else none)
