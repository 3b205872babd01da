"""The command `update`: the loop, once, on a home of your own."""

import contextlib
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import click

from jukebox.cli.terminal import FOLDER, HOME, JSON, MLFLOW, make_console
from jukebox.loop.events import (
    Ending,
    Event,
    Figures,
    Plan,
    Promotion,
    Refusal,
    Run,
    Trigger,
    is_of,
    write_line,
)
from jukebox.loop.home import open_registry, open_store
from jukebox.loop.steps import MARKS

if TYPE_CHECKING:
    from jukebox.loop.loop import Loop


def find_package(ctx: click.Context, parameter: click.Parameter, value: Path | None) -> Path:
    """Give the package's folder in a checkout, or the one that is installed."""
    from jukebox.model.identity import is_flat
    from jukebox.model.job import INSTALLED

    code = value or INSTALLED
    if not (is_flat(code) or (code / "model" / "training.py").is_file()):
        raise click.BadParameter(
            f"there is no model/training.py in {code}: name the package's folder"
        )
    return code


def describe_event(event: Event[Figures]) -> tuple[str, str, str]:
    """Give an event of the journal as a label, a text and a style."""
    if is_of(event, Trigger):
        return event.figures.kind, event.why, "cyan"
    if is_of(event, Plan):
        triggers = len(event.figures.triggers)
        what = f"{triggers} triggers, and one run for all" if triggers > 1 else "begins"
        return f"run {event.run}", what, "bold"
    if is_of(event, Ending):
        why = event.why
        if is_of(event, Promotion):
            why = f"version {event.figures.version} is {why}"
        return event.name, why, f"bold {MARKS[event.name][1]}"
    return f"  {event.name}", event.why, ""


def print_event(event: Event[Figures]) -> None:
    """Print an event as a line; it stays one, for whoever searches a log of cron's."""
    from rich.text import Text

    label, text, style = describe_event(event)
    make_console().print(Text.assemble((label.ljust(13), style), text), soft_wrap=True)


def needs_requests(run: Run | None) -> bool:
    """Say whether a canary is what comes next; beside no champion there is none."""
    if not run or not run.gate or not run.register or run.canary:
        return False
    return run.gate.figures.champion is not None


def run_loop(loop: "Loop") -> Iterator[Event[Figures]]:
    """Look, do what is open, and give the events; before a wait, say on stderr for what."""
    from jukebox.loop.journal import unfinished_run

    yield from loop.look()
    while True:
        if needs_requests(unfinished_run(loop.journal.events())) and loop.policy.answers:
            click.echo(
                f"The canary waits up to {loop.policy.patience:g} s for {loop.policy.answers} "
                "requests to jukebox serve; --answers 0 leaves it out.",
                err=True,
            )
        if not (event := loop.advance()):
            return
        yield event


@click.command()
@click.option(
    "--code",
    metavar="FOLDER",
    type=FOLDER,
    callback=find_package,
    help="The package's folder in the checkout to watch.  [default: the installed one]",
)
@click.option(
    "--rows",
    metavar="N",
    type=click.IntRange(1),
    help="Labelled tracks, new or changed, that are worth a training.  [default: 800]",
)
@click.option(
    "--answers",
    metavar="N",
    type=click.IntRange(0),
    help="Requests that the canary has to answer; 0 leaves the canary out.  [default: 100]",
)
@click.option(
    "--share",
    metavar="SHARE",
    type=click.FloatRange(0, 1, min_open=True),
    help="Share of the requests that goes to it.  [default: 0.2]",
)
@click.option(
    "--patience",
    metavar="SECONDS",
    type=click.FloatRange(0),
    help="How long it may wait for them before it is refused.  [default: 60]",
)
@JSON
@MLFLOW
@HOME
def update_command(
    code: Path,
    as_json: bool,
    mlflow: str | None,
    home: Path,
    **given: float | None,
) -> None:
    """Look for the three triggers, and do what they ask for.

    A trigger leads to a run: validate, train, gate, register, canary, promote. What an earlier
    call left unfinished is finished. The canary tries a new version on requests to jukebox serve; where
    nobody asks, leave it out, and the gate alone decides.

    Exits with 1 if a run is refused. The champion stays, and the journal has the reason.
    """
    from jukebox.loop.loop import Loop
    from jukebox.loop.triggers import Policy

    named = {name: value for name, value in given.items() if value is not None}
    policy = replace(Policy(), **named)
    did: list[Event[Figures]] = []
    data, models = open_store(home), open_registry(home, mlflow)
    with contextlib.closing(Loop(home, models, data, code, policy)) as loop:
        for event in run_loop(loop):
            did.append(event)
            click.echo(write_line(event)) if as_json else print_event(event)
    if not (did or as_json):
        click.echo("No trigger fired, and no run is unfinished.")
    sys.exit(1 if any(is_of(event, Refusal) for event in did) else 0)
