"""The command `status`: how things stand."""

import time
from dataclasses import asdict

import click

from jukebox.cli.terminal import HOME, JSON, MLFLOW, pairs, say_json, shown, table, when
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
        row = [r for r in history if r.action in actions and r.version == version][-1]
        record = models.lineage(version)["record"]
        weeks = {"fitted_weeks": record.get("fitted_weeks"), "share": now.share}
        held[role] = {"version": version, "since": row.time, "why": row.why} | weeks
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
    from jukebox.loop.journal import Journal, runs, waiting
    from jukebox.loop.steps import ENDINGS

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
def status_command(as_json, mlflow, home):
    """Tell who is champion, since when and why, and what is unfinished."""
    from rich.text import Text

    from jukebox.registry.alerts import unresolved

    if not home.is_dir():
        raise ValueError(nothing(home))
    models, data = open_registry(home, mlflow), open_store(home, needed=False)
    held, fires = standing(models), unresolved(models.alerts.read())
    (runs, waits), versions = looped(home), data.versions()
    if as_json:
        alerts = [asdict(alert) for alert in fires]
        newest = {"version": versions[-1] if versions else None, "week": data.week}
        return say_json(held | {"data": newest, "runs": runs, "waiting": waits, "alerts": alerts})
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
            (when(a.starts), a.labels["alertname"], a.annotations.get("summary", "")) for a in fires
        )
        click.echo()
        table(rows, ("since", "alert", "what it says"), styles=("dim", "bold yellow"))
    todo = [f"run {r['run']}, after {r['event']}" for r in runs if not r["ended"]]
    todo += [f"a trigger, {e['figures']['kind']}: {e['why']}" for e in waits]
    click.echo()
    none = "No run is unfinished, and no trigger waits."
    click.echo("Unfinished: " + "; ".join(todo) if todo else none)
