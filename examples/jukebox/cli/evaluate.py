"""The command `evaluate`: what the gate says of a version."""

import math
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from jukebox.cli.terminal import HOME, JSON, MLFLOW, make_console, print_json, print_table
from jukebox.loop.home import open_registry, open_store

if TYPE_CHECKING:
    from jukebox.model.gate import GateFigures


def print_figures(figures: "GateFigures", version: int, rival: int | None) -> None:
    """Print the figures of a verdict: the model's next to those that it is compared with."""
    if "tracks" not in figures or "weeks" not in figures:
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
    print_table(rows, columns, styles=("dim", "bold"))
    click.echo()
    first, last = figures["weeks"]
    took = figures.get("milliseconds", math.nan)
    click.echo(f"On {figures['tracks']} tracks of weeks {first} to {last}; {took:.2g} ms a call.")


@click.command()
@click.argument("version", type=click.IntRange(1))
@JSON
@MLFLOW
@HOME
def evaluate_command(version: int, as_json: bool, mlflow: str | None, home: Path) -> None:
    """Ask the gate about a version, and change nothing.

    It is held against the champion, or chance if there is none or it is the champion itself, on
    the newest labelled weeks. Exits with 1 if it is refused.
    """
    from jukebox.model.gate import gate

    models, (tracks, charts) = open_registry(home, mlflow), open_store(home).read()
    champion = models.standing().champion
    rival = None if champion in (None, version) else champion
    verdict = gate(models.load(version), models.load(rival) if rival else None, tracks, charts)
    if as_json:
        answer = {"passed": verdict.passed, "reasons": verdict.reasons, "figures": verdict.figures}
        print_json({"version": version, "champion": rival} | answer)
    else:
        colour, word = ("green", "passed") if verdict.passed else ("red", "refused")
        against = f"version {rival}, the champion" if rival else "chance"
        make_console().print(f"Version {version} against {against}: [bold {colour}]{word}[/]")
        for reason in verdict.reasons:
            make_console().print(f"  {reason}", markup=False)
        print_figures(verdict.figures, version, rival)
    sys.exit(0 if verdict.passed else 1)
