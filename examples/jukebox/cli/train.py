"""The commands `train` and `evaluate`: a model from the data, and what the gate says of it."""

import math
import sys
from pathlib import Path

import click

from jukebox.cli.generate import push
from jukebox.cli.terminal import (
    DVC,
    HOME,
    JSON,
    MLFLOW,
    console,
    pairs,
    registry,
    say_json,
    shown,
    store,
    table,
)


def layers(ctx, parameter, value):
    """Turn "32,16" into sizes of layers, "" into none."""
    try:
        sizes = None if value is None else tuple(int(n) for n in value.split(",") if n.strip())
    except ValueError:
        sizes = (0,)
    if sizes and min(sizes) < 1:
        raise click.BadParameter("write the neurons of each layer, as 32,16, or '' for none")
    return sizes


def tuned(tracks, charts, seed, silent):
    """Try the grid, with a progress bar; print its scores unless silent, give the best settings."""
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TimeRemainingColumn

    from jukebox.model.training import GRID, tune

    screen, scores = console(stderr=True), []
    columns = "Tuning", BarColumn(), MofNCompleteColumn(), TimeRemainingColumn()
    with Progress(*columns, console=screen, disable=not screen.is_terminal) as progress:
        task = progress.add_task("", total=len(GRID))

        def note(done, of, settings, score):
            scores.append((settings, score))
            progress.advance(task)

        best = tune(tracks, charts, seed=seed, progress=note)
    if silent:
        return best
    table(
        [
            (shown(s.hidden) or "none", s.penalty, f"{score:.4f}", "best" if s == best else "")
            for s, score in scores
        ],
        ("hidden", "penalty", "average precision", ""),
        styles=("", "", "", "green"),
    )
    click.echo()
    return best


@click.command()
@click.option("--tune", is_flag=True, help="Try a grid of settings first, and take the best.")
@click.option("--seed", metavar="N", type=click.IntRange(0), default=0, show_default=True)
@click.option("--hidden", metavar="N,N…", callback=layers, help="Neurons of each hidden layer.")
@click.option(
    "--penalty", metavar="SIZE", type=click.FloatRange(0), help="Strength of the L2 penalty."
)
@click.option("--epochs", metavar="N", type=click.IntRange(1), help="Passes over the tracks.")
@click.option(
    "--since", metavar="WEEK", type=click.IntRange(0), default=0, help="Leave older weeks out."
)
@JSON
@DVC
@MLFLOW
@HOME
def train(tune, seed, hidden, penalty, epochs, since, as_json, dvc_remote, mlflow, home):
    """Freeze the data, train a model on it, and register the model.

    The same data, code, packages, settings and seed give the same digest and the same version.
    """
    chosen = {"hidden": hidden, "penalty": penalty, "epochs": epochs}
    chosen = {name: value for name, value in chosen.items() if value is not None}
    if tune and chosen:
        raise click.UsageError(f"--tune chooses for itself: leave --{next(iter(chosen))} out.")
    from jukebox.model import job
    from jukebox.model.training import Settings, code_version, labelled
    from jukebox.model.training import train as trained

    data = store(home)
    version = data.freeze(since)
    if dvc_remote:
        push(home, dvc_remote)
    tracks, charts = data.read(version)
    weeks = labelled(tracks, charts)["released"].nunique()
    needed = Settings().newest * (2 if tune else 1) + 1
    if weeks < needed:
        raise ValueError(
            f"The charts of {weeks} weeks are known, and {needed} are needed: let more arrive, "
            f"for example by jukebox generate --weeks {needed - weeks}."
        )
    settings = tuned(tracks, charts, seed, as_json) if tune else Settings(**chosen)
    model = trained(tracks, charts, settings, seed)
    if not (home / "code" / code_version()).exists():
        job.snapshot(Path(job.__file__).parent, home / "code")  # for jukebox rebuild
    number, record = registry(home, mlflow).register(model), model.record
    if as_json:
        say_json({"version": number, "digest": model.digest, "record": record})
        return
    metrics = dict(record["metrics"])
    chance = metrics.pop("average_precision_of_chance")
    (first, last), (newer, newest) = record["fitted_weeks"], record["tested_weeks"]
    pairs(
        [
            ("version", str(number)),
            ("digest", model.digest),
            ("data version", version),
            ("fitted on", f"weeks {first} to {last}"),
            ("tested on", f"weeks {newer} to {newest}"),
            (
                "average precision",
                f"{metrics.pop('average_precision'):.4f}; chance has {chance:.4f}",
            ),
            *((name.replace("_", " "), value) for name, value in metrics.items()),
        ]
    )
    click.echo(f"Next: jukebox evaluate {number}", err=True)


def compared(figures, version, rival):
    """Print the figures of a verdict, of the model next to those that it is compared with."""
    if "brier" not in figures:
        return  # refused before it was asked anything
    get = figures.get
    rows = [
        ("average precision", get("average_precision"), get("average_precision_of_champion", ""),
         get("average_precision_of_chance")),
        (f"lead of version {version}", "", get("lead_over_champion", ""), get("lead_over_chance")),
        ("Brier score", get("brier"), get("brier_of_champion", ""), ""),
    ]  # fmt: skip
    columns = ["", f"version {version}", f"version {rival}", "chance"]
    if rival is None:
        columns, rows = columns[:2] + columns[3:], [row[:2] + row[3:] for row in rows]
    click.echo()
    table(rows, columns, styles=("dim", "bold"))
    click.echo()
    first, last = figures["weeks"]
    took = figures.get("milliseconds", math.nan)
    click.echo(f"On {figures['tracks']} tracks of weeks {first} to {last}; {took:.2g} ms a call.")


@click.command()
@click.argument("version", type=click.IntRange(1))
@JSON
@MLFLOW
@HOME
def evaluate(version, as_json, mlflow, home):
    """Ask the gate about a version, and change nothing.

    It is held against the champion, or chance if there is none or it is the champion itself, on
    the newest labelled weeks. Exits with 1 if it is refused.
    """
    from jukebox.model.gate import gate

    models, (tracks, charts) = registry(home, mlflow), store(home).read()
    champion = models.standing().champion
    rival = None if champion in (None, version) else champion
    verdict = gate(models.load(version), rival and models.load(rival), tracks, charts)
    if as_json:
        answer = {"passed": verdict.passed, "reasons": verdict.reasons, "figures": verdict.figures}
        say_json({"version": version, "champion": rival} | answer)
    else:
        colour, word = ("green", "passed") if verdict.passed else ("red", "refused")
        against = f"version {rival}, the champion" if rival else "chance"
        console().print(f"Version {version} against {against}: [bold {colour}]{word}[/]")
        for reason in verdict.reasons:
            console().print(f"  {reason}", markup=False)
        compared(verdict.figures, version, rival)
    sys.exit(0 if verdict.passed else 1)
