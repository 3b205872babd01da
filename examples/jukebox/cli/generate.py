"""The commands `generate` and `validate`: data that comes in, and a copy of it elsewhere."""

import csv
import json
import os
import subprocess
import sys
from pathlib import Path

import click

from jukebox.cli.terminal import DVC, HOME, folder, pairs, public, store, table


def drift(ctx, parameter, values):
    """Turn each KIND:SHAPE:START:SIZE into the fields of a `Drift`."""
    try:
        parts = [value.split(":") for value in values]
        drifts = [
            {"kind": kind, "shape": shape, "start": int(start), "size": float(size)}
            for kind, shape, start, size in parts
        ]
        if drifts:
            from jukebox.world.simulation import Drift

            [Drift(**one) for one in drifts]
    except ValueError as error:
        hint = "write KIND:SHAPE:START:SIZE, as concept:sudden:30:1"
        # Python's own words on unpacking and converting help nobody here.
        why = "" if "unpack" in str(error) or "convert" in str(error) else f" ({error})"
        raise click.BadParameter(hint + why) from None
    return drifts


def world(home, seed, tracks, drifts, start):
    """Give the simulated world of a home: as it was, with what is new. Its settings are kept."""
    from jukebox.data.store import write

    file, now = home / "world.json", {"seed": seed or 0, "tracks": tracks or 200, "drifts": []}
    if file.exists():
        now = json.loads(file.read_text("utf-8"))
    if seed not in (None, now["seed"]) or tracks not in (None, now["tracks"]):
        raise ValueError(
            f"The world of {home} has seed {now['seed']} and {now['tracks']} tracks a week: "
            "leave both options out, or take another --home for another world."
        )
    if early := [one["start"] for one in drifts if one["start"] < start]:
        raise ValueError(
            f"Week {early[0]} is over: let a drift start in week {start} or later, or take "
            "another --home."
        )
    now["drifts"] += [one for one in drifts if one not in now["drifts"]]  # it may be asked again
    home.mkdir(parents=True, exist_ok=True)
    write(file, json.dumps(now, indent=1).encode())
    return now


def push(home, remote):
    """Let DVC track the data of a home and copy it to a remote; from there, `dvc pull`."""

    def dvc(*words):
        own = os.environ | {"DVC_NO_ANALYTICS": "true"}  # it would report to its makers
        done = subprocess.run(["dvc", *words], cwd=home, env=own, capture_output=True, text=True)
        if done.returncode:
            raise ValueError(f"dvc {words[0]}: {(done.stderr or done.stdout).strip()}")

    try:
        if not (home / ".dvc").is_dir():
            dvc("init", "--quiet", "--no-scm")
        # A folder is meant as you typed it, from here and not from the home.
        remote = str(Path(remote).resolve()) if "://" not in remote else remote
        dvc("remote", "add", "--quiet", "--force", "--default", "jukebox", remote)
        dvc("add", "--quiet", "data")
        dvc("push", "--quiet")
    except FileNotFoundError:
        raise ValueError("dvc is not installed: pip install dvc, then try again.") from None
    click.echo(f"Copied to {public(remote)}: dvc pull brings it back.", err=True)


@click.command()
@click.option(
    "--weeks", metavar="N", type=click.IntRange(1), default=30, show_default=True, help="How many."
)
@click.option("--seed", metavar="N", type=click.IntRange(0), help="Of the world.  [default: 0]")
@click.option(
    "--tracks", metavar="N", type=click.IntRange(1), help="Released each week.  [default: 200]"
)
@click.option(
    "--dirt",
    metavar="SHARE",
    type=click.FloatRange(0, 1),
    default=0.0,
    help="Share of rows that arrive with a fault.",
)
@click.option(
    "--drift",
    "drifts",
    metavar="KIND:SHAPE:START:SIZE",
    multiple=True,
    callback=drift,
    help="How the world changes: covariate, long, prevalence, label or concept; sudden, gradual or "
    "recurring; from which week; how much.",
)
@click.option("--to", type=folder, help="Write the raw weeks as CSV here as well, to look at.")
@DVC
@HOME
def generate(weeks, seed, tracks, dirt, drifts, to, dvc_remote, home):
    """Let simulated weeks of tracks and charts arrive.

    Each call goes on after the newest week. The data is invented: no track and no chart is real.
    """
    import numpy as np

    from jukebox.problem import LABEL_DELAY
    from jukebox.world.simulation import DIRT, Catalogue, Drift, dirty

    data = store(home, needed=False)
    first = 0 if data.week is None else data.week + 1
    settings = world(home, seed, tracks, drifts, first)
    catalogue = Catalogue(
        settings["seed"], [Drift(**one) for one in settings["drifts"]], settings["tracks"]
    )
    rows = []
    for week in range(first, first + weeks):
        rng = np.random.default_rng([settings["seed"], week, 2])
        kinds = rng.choice(DIRT, rng.binomial(settings["tracks"], dirt))
        rates = {kind: (kinds == kind).sum() / settings["tracks"] for kind in DIRT}
        batch, _ = dirty(catalogue.week(week)[0], rng, rates)
        # What becomes known this week are the charts of the tracks of some weeks ago.
        charts = catalogue.week(week - LABEL_DELAY)[1] if week >= LABEL_DELAY else None
        if charts is not None:  # first: a week has arrived when its tracks have
            data.chart(week, charts)
        kept, quarantined = data.arrive(week, batch)
        if to:
            to.mkdir(parents=True, exist_ok=True)
            batch.to_csv(to / f"tracks-{week:04}.csv", index=False)
            if charts is not None:
                charts.to_csv(to / f"charts-{week:04}.csv", index=False)
        rows.append((len(batch), len(kept), len(quarantined), 0 if charts is None else len(charts)))
    totals = [f"{sum(column):,}" for column in zip(*rows, strict=True)]
    pairs(
        [
            ("home", str(home.absolute())),
            ("weeks", f"{first} to {first + weeks - 1}" if weeks > 1 else str(first)),
            *zip(("arrived", "kept", "quarantined", "charts known"), totals, strict=True),
            ("data version", data.freeze()),
        ]
    )
    if dvc_remote:
        push(home, dvc_remote)


def mapped(ctx, parameter, values):
    """Turn each THEIRS=OURS into a pair."""
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
    callback=mapped,
    help="Read a column of yours as one of ours.",
)
@click.option(
    "--quarantine", type=click.Path(dir_okay=False), help="Write the bad rows here, as CSV."
)
@HOME
def validate(file, mapping, quarantine, home):
    """Check tracks, row by row: a file of yours, or the newest batch.

    A file is CSV or Parquet.

    Exits with 1 if a row is quarantined. See that you may train on your data: the terms of a
    streaming service may forbid it.
    """
    if file:
        from jukebox.data.checks import read

        _, bad, report = read(file, mapping)
    else:
        data = store(home)
        bad, tracks = data.quarantined(data.week), data.read()[0]
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
        table(rows, ("row", *columns) if file else columns)
        if len(bad) > 10:
            click.echo(f"… and {len(bad) - 10} more: --quarantine FILE writes them all.")
        sys.exit(1)
