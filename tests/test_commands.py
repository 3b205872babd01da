"""The page on the command line shows the help of every command, word by word."""

import ast
import re
from itertools import zip_longest
from pathlib import Path

import click
import pytest
from jukebox.cli.main import CONTENTS, main

from scripts.commands import PAGE, command_paths, find_commands, update_page

TEXT = PAGE.read_text("utf-8")
MODULES = sorted(Path("examples/jukebox/cli").glob("*.py"))
REMEDY = "run `.nox/tests/bin/python -m scripts.commands`, which writes it"


def options(command):
    """Give the options of a command and of those below it."""
    yield from (p for p in command.params if isinstance(p, click.Option))
    for one in getattr(command, "commands", {}).values():
        yield from options(one)


def unlisted(file, source):
    """Say where a source defines a command that COMMANDS does not have."""
    for node in ast.parse(source).body:
        decorators = " ".join(map(ast.unparse, getattr(node, "decorator_list", ())))
        command = re.search(r"\bclick\.(command|group)\(", decorators)
        name = getattr(node, "name", "").removesuffix("_command").replace("_", "-")
        if command and name not in {*main.commands, "main"}:
            yield (
                f"{file}:{node.lineno}: no heading has the command {name!r}: put its module into "
                "COMMANDS of examples/jukebox/cli/main.py"
            )


@pytest.mark.parametrize("file", MODULES, ids=lambda file: file.stem)
def test_every_command_stands_in_the_table_of_contents(file):
    """COMMANDS is the one place where a command is listed."""

    assert [] == list(unlisted(file, file.read_text("utf-8")))


def test_a_command_that_is_listed_nowhere_is_told():
    """With its file, its line and what to do."""
    source = "import click\n\n\n@click.command()\ndef unheard_of_command():\n    pass\n"

    [told] = unlisted("new.py", source)

    assert told.startswith("new.py:5: no heading has the command 'unheard-of': put its ")


def test_every_command_has_its_help_on_the_page():
    """Each once, in the order of the table of contents; a group before its own commands."""
    expected = [()]
    for command in (one for commands in CONTENTS.values() for one in commands):
        expected += command_paths(command, (command.name,))

    assert expected == find_commands(TEXT), f"{PAGE}:1: {REMEDY}"
    assert set(expected) == set(command_paths())


def test_each_stands_under_the_heading_of_the_table_of_contents():
    """The headings of the page are those of `jukebox --help`."""
    found, heading = {}, None
    for level, text in re.findall(r"^(##|###) (.+)$", TEXT, re.M):
        heading = text if level == "##" else heading
        if level == "###" and text.count(" ") == 1:
            found.setdefault(heading, []).append(text.strip("`").removeprefix("jukebox "))
    expected = {heading: [one.name for one in its] for heading, its in CONTENTS.items()}

    assert expected == found, f"{PAGE}:1: {REMEDY}"


def test_the_page_shows_what_the_commands_say():
    """To the letter."""
    lines = zip_longest(update_page(TEXT).splitlines(), TEXT.splitlines())
    old = [number for number, (now, then) in enumerate(lines, 1) if now != then]

    assert [] == old, f"{PAGE}:{old[0]}: this is not what the command says: {REMEDY}"


def test_a_new_command_and_a_new_heading_get_their_listings(monkeypatch):
    """Each where CONTENTS has it; what it has no more is gone, and the words stay."""
    fresh = click.Command("fresh", help="Something new.")
    monkeypatch.setitem(main.commands, "fresh", fresh)
    monkeypatch.setitem(CONTENTS, "Machine", (fresh,))
    monkeypatch.setitem(CONTENTS, "More", (fresh,))

    headings = re.findall(r"^###? (.+)$", update_page(TEXT), re.M)

    assert ["Machine", "`jukebox fresh`", "More", "`jukebox fresh`", "Next"] == headings[-5:]
    assert "\n  Something new.\n" in update_page(TEXT)
    assert "If something does not start, run `jukebox doctor` first." in update_page(TEXT)


def test_a_help_that_changed_is_noticed(monkeypatch):
    """One word of one command is enough."""
    monkeypatch.setattr(main.commands["doctor"], "help", "Something else.")

    assert "  Something else.\n" in update_page(TEXT) != TEXT


def test_every_variable_of_an_option_is_named():
    """And no other; the tokens belong to the service."""
    (section,) = re.findall(r"^\*\*Variables\.\*\*.+?(?=^##)", TEXT, re.M | re.S)
    variables = {option.envvar for option in options(main)} - {None}

    assert variables == set(re.findall(r"`(JUKEBOX_\w+)`", section))
