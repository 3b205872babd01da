"""The command `train`: a model from the data."""

import click

from jukebox.cli.remote import push
from jukebox.cli.terminal import DVC, HOME, JSON, MLFLOW, console, pairs, say_json, shown, table
from jukebox.loop.home import open_registry, open_store


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

    from jukebox.model.tuning import GRID, tune

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
    from jukebox.model.job import INSTALLED
    from jukebox.model.training import Settings, labelled
    from jukebox.model.training import train as trained

    data = open_store(home)
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
    job.snapshot(INSTALLED, home / "code")  # for jukebox rebuild
    number, record = open_registry(home, mlflow).register(model), model.record
    if as_json:
        say_json({"version": number, "digest": model.digest, "record": record.as_dict()})
        return
    metrics = dict(record.metrics)
    chance = metrics.pop("average_precision_of_chance")
    (first, last), (newer, newest) = record.fitted_weeks, record.tested_weeks
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
