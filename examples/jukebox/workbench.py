"""The command `lab`: begin one, check it, begin again, see it done."""

import os
import shutil
import sys
from importlib import import_module
from pathlib import Path

import click

from jukebox.labs import LABS, Hands, around, begun, fill, note, place, wrong


def numbered(ctx, parameter, number):
    """Give the number of a lab that exists; without one, of the lab that is here."""
    if ctx.params.get("every"):
        return number
    if number is None:
        number = note(around()).get("lab")
        if number is None:
            raise click.UsageError("Name the lab by its number: jukebox lab lists them.")
    if number not in LABS:
        raise click.BadParameter(f"there is no lab {number}: jukebox lab lists them")
    return number


NUMBER = click.argument("number", type=int, required=False, callback=numbered)


def say(text, indent=""):
    """Print a paragraph as wide as the terminal; `indent` stands before its first line."""
    width = min(100, shutil.get_terminal_size().columns)
    gap = " " * len(indent)
    click.echo(click.wrap_text(text, width, indent, gap))


@click.group(invoke_without_command=True)
@click.pass_context
def lab(ctx):
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
    from jukebox.terminal import table

    rows = []
    for number, name in LABS.items():
        held, folder = note(place(number)), os.path.relpath(place(number))
        state = "not started"
        if held.get("lab") == number:
            state = f"begun, in {folder}" if folder != "." else "begun, here"
            if not held.get("ready"):
                state = f"interrupted: jukebox lab reset {number}"
            elif not wrong(number, place(number)):
                state = "done"
        rows.append((str(number), import_module(name).TITLE, state))
    table(rows, ("lab", "title", "here"))
    if waiting := [number for number, _, state in rows if state == "not started"]:
        click.echo(f"\nNext: jukebox lab start {waiting[0]}")


@lab.command()
@NUMBER
def start(number):
    """Make the folder of a lab, with all that it begins with."""
    folder, title = place(number), import_module(LABS[number]).TITLE
    if note(folder).get("ready"):
        raise ValueError(
            f"Lab {number} is begun already, in {os.path.relpath(folder)}: go on there, or throw "
            f"your work away with jukebox lab reset {number}."
        )
    fill(number, folder)
    click.echo(f"Lab {number}: {title}\n\nGo there, and begin:")
    if folder != Path.cwd():
        click.echo(f"  cd {os.path.relpath(folder)}")
    click.echo(f"  {import_module(LABS[number]).FIRST}")


@lab.command()
@NUMBER
@click.option("--all", "every", is_flag=True, is_eager=True, help="Every lab that is begun here.")
def check(number, every):
    """Say what is not right yet, and what to do about it.

    Exits with 1 until the lab is done.
    """
    numbers = [n for n in LABS if note(place(n)).get("ready")] if every else [number]
    if not numbers:
        raise ValueError(f"No lab is begun in {around()}: jukebox lab start 1.")
    failed = False
    for one in numbers:
        folder = begun(one)
        if found := wrong(one, folder):
            failed = True
            click.echo(f"Lab {one} is not done yet.")
            for sentence in found:
                say(sentence, "- ")
            continue
        last = getattr(import_module(LABS[one]), "done", None)
        say(f"Lab {one} is done." + (f" {last(folder)}" if last else ""))
    sys.exit(1 if failed else 0)


@lab.command()
@NUMBER
def reset(number):
    """Go back to the start state, from any state. Your work in the folder is lost."""
    folder = place(number)
    if not folder.exists():
        raise ValueError(
            f"Lab {number} is not begun in {folder.parent}: jukebox lab start {number}."
        )
    fill(number, folder)
    click.echo(f"Lab {number} is as it was at its start.")


@lab.command()
@NUMBER
@click.pass_context
def solve(ctx, number):
    """Do it for you, from the start state, and show each command. Your work there is lost."""
    fill(number, place(number))
    try:
        import_module(LABS[number]).solve(place(number), Hands(place(number)))
    except RuntimeError as error:  # a full disk, say: what was printed above tells
        raise ValueError(f"{error} See above, then jukebox lab reset {number}.") from error
    ctx.invoke(check, number=number, every=False)
