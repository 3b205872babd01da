"""The command `train`: a model from the data."""

from pathlib import Path
from typing import TYPE_CHECKING

import click

from jukebox.cli.remote import push_data
from jukebox.cli.terminal import (
    DVC,
    HOME,
    JSON,
    MLFLOW,
    format_value,
    make_console,
    print_json,
    print_pairs,
    print_table,
)
from jukebox.loop.home import open_registry, open_store

if TYPE_CHECKING:
    import pandas as pd

    from jukebox.model.training import Settings


def parse_layers(
    ctx: click.Context, parameter: click.Parameter, value: str | None
) -> tuple[int, ...] | None:
    """Turn "32,16" into sizes of layers, "" into none."""
    try:
        sizes = None if value is None else tuple(int(n) for n in value.split(",") if n.strip())
    except ValueError:
        sizes = (0,)
    if sizes and min(sizes) < 1:
        raise click.BadParameter("write the neurons of each layer, as 32,16, or '' for none")
    return sizes


def tune_settings(
    tracks: "pd.DataFrame", charts: "pd.DataFrame", seed: int, silent: bool
) -> "Settings":
    """Try the grid, with a progress bar; print its scores unless silent. Return the best settings."""
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TimeRemainingColumn

    from jukebox.model.tuning import GRID, tune

    screen, scores = make_console(stderr=True), []
    columns = "Tuning", BarColumn(), MofNCompleteColumn(), TimeRemainingColumn()
    with Progress(*columns, console=screen, disable=not screen.is_terminal) as progress:
        task = progress.add_task("", total=len(GRID))

        def add_score(done: int, of: int, settings: "Settings", score: float) -> None:
            scores.append((settings, score))
            progress.advance(task)

        best = tune(tracks, charts, seed=seed, progress=add_score)
    if silent:
        return best
    print_table(
        [
            (
                format_value(s.hidden) or "none",
                s.penalty,
                f"{score:.4f}",
                "best" if s == best else "",
            )
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
@click.option(
    "--hidden", metavar="N,N…", callback=parse_layers, help="Neurons of each hidden layer."
)
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
def train_command(
    tune: bool,
    seed: int,
    hidden: tuple[int, ...] | None,
    penalty: float | None,
    epochs: int | None,
    since: int,
    as_json: bool,
    dvc_remote: str | None,
    mlflow: str | None,
    home: Path,
) -> None:
    """Freeze the data, train a model on it, and register the model.

    The same data, code, packages, settings and seed give the same digest and the same version.
    """
    chosen = {"hidden": hidden, "penalty": penalty, "epochs": epochs}
    chosen = {name: value for name, value in chosen.items() if value is not None}
    if tune and chosen:
        raise click.UsageError(f"--tune chooses for itself: leave --{next(iter(chosen))} out.")
    from jukebox.model import job
    from jukebox.model.job import INSTALLED
    from jukebox.model.training import Settings, labelled_tracks, train

    data = open_store(home)
    version = data.freeze(since)
    if dvc_remote:
        push_data(home, dvc_remote)
    tracks, charts = data.read(version)
    weeks = labelled_tracks(tracks, charts)["released"].nunique()
    needed = Settings().newest * (2 if tune else 1) + 1
    if weeks < needed:
        raise ValueError(
            f"The charts of {weeks} weeks are known, and {needed} are needed: let more arrive, "
            f"for example by jukebox generate --weeks {needed - weeks}."
        )
    settings = tune_settings(tracks, charts, seed, as_json) if tune else Settings(**chosen)
    model = train(tracks, charts, settings, seed)
    job.take_snapshot(INSTALLED, home / "code")  # for jukebox rebuild
    number, record = open_registry(home, mlflow).register(model), model.record
    if as_json:
        print_json({"version": number, "digest": model.digest, "record": record.as_dict()})
        return
    metrics = dict(record.metrics)
    chance = metrics.pop("average_precision_of_chance")
    (first, last), (newer, newest) = record.fitted_weeks, record.tested_weeks
    print_pairs(
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
