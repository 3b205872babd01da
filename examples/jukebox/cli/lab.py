"""The command `lab`: begin one, check it, begin again, see it done, hand it in."""

import os
import shutil
import sys
from contextlib import suppress
from datetime import date
from importlib import import_module
from pathlib import Path

import click

from jukebox.labs import LABS, Hands, around, begun, checks, fill, mark, note, place, wrong
from jukebox.labs.hand_in import Lab, clean, digest, write


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
def lab_command(ctx):
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
    from jukebox.cli.terminal import table

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


@lab_command.command()
@NUMBER
def start_command(number):
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


def all_begun():
    """Give the numbers of the labs that are begun here; ValueError without one."""
    if numbers := [number for number in LABS if note(place(number)).get("ready")]:
        return numbers
    raise ValueError(f"No lab is begun in {around()}: jukebox lab start 1.")


def judge(number):
    """Check a lab and count that; give what is not right yet."""
    folder = begun(number)
    found = wrong(number, folder)
    with suppress(OSError):  # a folder that may only be read is checked all the same
        mark(folder, number, checks=checks(folder) + 1)
    return found


@lab_command.command()
@NUMBER
@click.option("--all", "every", is_flag=True, is_eager=True, help="Every lab that is begun here.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON and nothing else.")
def check_command(number, every, as_json):
    """Say what is not right yet, and what to do about it.

    Exits with 1 until the lab is done.
    """
    from jukebox.cli.terminal import say_json

    listed = []
    for one in all_begun() if every else [number]:
        found, module = judge(one), import_module(LABS[one])
        listed.append({"lab": one, "title": module.TITLE, "done": not found, "sentences": found})
        if as_json:
            continue
        if not found:
            last = getattr(module, "done", None)
            say(f"Lab {one} is done." + (f" {last(place(one))}" if last else ""))
            continue
        click.echo(f"Lab {one} is not done yet.")
        for sentence in found:
            say(sentence, "- ")
    if as_json:
        say_json(listed)
    sys.exit(0 if all(lab["done"] for lab in listed) else 1)


@lab_command.command("hand-in")
@click.option("--name", required=True, help="Your name, as your trainer knows it.")
def hand_in_command(name):
    """Print one line about all labs that are begun here, for your trainer.

    It has your name, the date and, for each lab, whether it is done, four digits of a digest of its
    state, and how often you checked it. Send it in a mail. It is a courtesy and no proof.
    """
    try:
        name = clean(name)
    except ValueError as error:
        raise ValueError(f'{error} Type: jukebox lab hand-in --name "Learner 1"') from error
    items = []
    for number in all_begun():
        folder = begun(number)
        state = digest(folder, str(note(folder).get("mark", "")))
        items.append(Lab(number, not wrong(number, folder), state, checks(folder)))
    click.echo(write(name, date.today(), items))


@lab_command.command()
@NUMBER
def reset_command(number):
    """Go back to the start state, from any state. Your work in the folder is lost."""
    folder = place(number)
    if not folder.exists():
        raise ValueError(
            f"Lab {number} is not begun in {folder.parent}: jukebox lab start {number}."
        )
    fill(number, folder)
    click.echo(f"Lab {number} is as it was at its start.")


@lab_command.command()
@NUMBER
@click.pass_context
def solve_command(ctx, number):
    """Do it for you, from the start state, and show each command. Your work there is lost."""
    fill(number, place(number))
    try:
        import_module(LABS[number]).solve(place(number), Hands(place(number)))
    except RuntimeError as error:  # a full disk, say: what was printed above tells
        raise ValueError(f"{error} See above, then jukebox lab reset {number}.") from error
    ctx.invoke(check_command, number=number, every=False, as_json=False)
