"""The command `lab`: begin one, check it, begin again, see it done, hand it in."""

import os
import shutil
import sys
from contextlib import suppress
from dataclasses import replace
from datetime import date
from pathlib import Path

import click

from jukebox.labs.folders import (
    begun_folder,
    find_faults,
    find_lab,
    is_ready,
    lab_folder,
    make_start,
    read_note,
    write_note,
)
from jukebox.labs.hand_in import LabResult, clean_name, compose_line, digest
from jukebox.labs.hands import Hands
from jukebox.labs.listing import LABS


def choose_number(ctx: click.Context, parameter: click.Parameter, number: int | None) -> int | None:
    """Return the number of a lab that exists; without one, of the lab that is here.

    With `--all` it is not asked for, and may be None.
    """
    if ctx.params.get("every"):
        return number
    if number is None:
        _, number = find_lab()
        if number is None:
            raise click.UsageError("Name the lab by its number: jukebox lab lists them.")
    if number not in LABS:
        raise click.BadParameter(f"there is no lab {number}: jukebox lab lists them")
    return number


NUMBER = click.argument("number", type=int, required=False, callback=choose_number)


def say(text: str, indent: str = "") -> None:
    """Print a paragraph as wide as the terminal; `indent` stands before its first line."""
    width = min(100, shutil.get_terminal_size().columns)
    gap = " " * len(indent)
    click.echo(click.wrap_text(text, width, indent, gap))


@click.group(invoke_without_command=True)
@click.pass_context
def lab_command(ctx: click.Context) -> None:
    """Learn it with your own hands, a lab at a time.

    A lab is a folder, lab-N, with something to do in it. Everything stays in there. Without a
    command, the labs are listed, and how far you are in each.
    """
    for name in ("JUKEBOX_HOME", "JUKEBOX_MLFLOW"):
        if os.environ.get(name):
            raise click.ClickException(
                f"{name} is set, and would lead out of the lab: unset {name}."
            )
    if ctx.invoked_subcommand:
        return
    from jukebox.cli.terminal import print_table

    rows = [(str(number), lab.title, describe_state(number)) for number, lab in LABS.items()]
    print_table(rows, ("lab", "title", "here"))
    if waiting := [number for number, _, state in rows if state == "not started"]:
        click.echo(f"\nNext: jukebox lab start {waiting[0]}")


def describe_state(number: int) -> str:
    """Say how far a lab is here."""
    folder = lab_folder(number)
    note = read_note(folder)
    if note is None or note.lab != number:
        return "not started"
    if not note.ready:
        return f"interrupted: jukebox lab reset {number}"
    if not find_faults(number, folder):
        return "done"
    place = os.path.relpath(folder)
    return f"begun, in {place}" if place != "." else "begun, here"


@lab_command.command()
@NUMBER
def start_command(number: int) -> None:
    """Make the folder of a lab, with all that it begins with."""
    folder, lab = lab_folder(number), LABS[number]
    if is_ready(number):
        raise ValueError(
            f"Lab {number} is begun already, in {os.path.relpath(folder)}: go on there, or throw "
            f"your work away with jukebox lab reset {number}."
        )
    make_start(number, folder)
    click.echo(f"Lab {number}: {lab.title}\n\nGo there, and begin:")
    if folder != Path.cwd():
        click.echo(f"  cd {os.path.relpath(folder)}")
    click.echo(f"  {lab.first}")


def begun_labs() -> list[int]:
    """Return the numbers of the labs that are begun here; ValueError without one."""
    if numbers := [number for number in LABS if is_ready(number)]:
        return numbers
    here, _ = find_lab()
    raise ValueError(f"No lab is begun in {here}: jukebox lab start 1.")


def check_lab(number: int) -> list[str]:
    """Check a lab and count that; return what is not right yet."""
    folder, _ = begun_folder(number)
    faults = find_faults(number, folder)
    note = read_note(folder)  # now: the check takes seconds, in which another may have been counted
    if note is not None and note.lab == number:
        with suppress(OSError):  # a folder that may only be read is checked all the same
            write_note(folder, replace(note, checks=note.checks + 1))
    return faults


def print_faults(number: int, faults: list[str]) -> None:
    """Print what is not right yet in a lab, or that it is done."""
    if not faults:
        last = LABS[number].conclude(lab_folder(number))
        say(f"Lab {number} is done." + (f" {last}" if last else ""))
        return
    click.echo(f"Lab {number} is not done yet.")
    for sentence in faults:
        say(sentence, "- ")


@lab_command.command()
@NUMBER
@click.option("--all", "every", is_flag=True, is_eager=True, help="Every lab that is begun here.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON and nothing else.")
def check_command(number: int | None, every: bool, as_json: bool) -> None:
    """Say what is not right yet, and what to do about it.

    Exits with 1 until the lab is done.
    """
    from jukebox.cli.terminal import print_json

    listed = []
    for one in begun_labs() if every or number is None else [number]:
        faults, title = check_lab(one), LABS[one].title
        listed.append({"lab": one, "title": title, "done": not faults, "sentences": faults})
        if not as_json:
            print_faults(one, faults)
    if as_json:
        print_json(listed)
    sys.exit(0 if all(lab["done"] for lab in listed) else 1)


@lab_command.command()
@click.option("--name", required=True, help="Your name, as your trainer knows it.")
def hand_in_command(name: str) -> None:
    """Print one line about all labs that are begun here, for your trainer.

    It has your name, the date and, for each lab, whether it is done, four digits of a digest of its
    state, and how often you checked it. Send it in a mail. It is a courtesy and no proof.
    """
    try:
        name = clean_name(name)
    except ValueError as error:
        raise ValueError(f'{error} Type: jukebox lab hand-in --name "Learner 1"') from error
    items = []
    for number in begun_labs():
        folder, note = begun_folder(number)
        state = digest(folder, note.mark)
        items.append(LabResult(number, not find_faults(number, folder), state, note.checks))
    click.echo(compose_line(name, date.today(), items))


@lab_command.command()
@NUMBER
def reset_command(number: int) -> None:
    """Go back to the start state, from any state. Your work in the folder is lost."""
    folder = lab_folder(number)
    if not folder.exists():
        raise ValueError(
            f"Lab {number} is not begun in {folder.parent}: jukebox lab start {number}."
        )
    make_start(number, folder)
    click.echo(f"Lab {number} is as it was at its start.")


@lab_command.command()
@NUMBER
@click.pass_context
def solve_command(ctx: click.Context, number: int) -> None:
    """Do it for you, from the start state, and show each command. Your work there is lost."""
    folder = lab_folder(number)
    make_start(number, folder)
    try:
        LABS[number].solve(folder, Hands(folder))
    except RuntimeError as error:  # a full disk, say: what was printed above tells
        raise ValueError(f"{error} See above, then jukebox lab reset {number}.") from error
    ctx.invoke(check_command, number=number, every=False, as_json=False)
