"""The page on the command line shows the help of every command, word by word."""

import re

import click
from jukebox.command import CONTENTS, main

from scripts.commands import PAGE, paths, shown, written

TEXT = PAGE.read_text("utf-8")


def options(command):
    """Give the options of a command and of those below it."""
    yield from (p for p in command.params if isinstance(p, click.Option))
    for one in getattr(command, "commands", {}).values():
        yield from options(one)


def test_every_command_has_its_help_on_the_page():
    """Each once, in the order of the table of contents; a group before its own commands."""
    expected = [()]
    for name in (name for names in CONTENTS.values() for name in names):
        expected += paths(main.commands[name], (name,))

    assert expected == shown(TEXT)
    assert set(expected) == set(paths())


def test_each_stands_under_the_heading_of_the_table_of_contents():
    """The headings of the page are those of `jukebox --help`."""
    found, heading = {}, None
    for level, text in re.findall(r"^(##|###) (.+)$", TEXT, re.M):
        heading = text if level == "##" else heading
        if level == "###" and text.count(" ") == 1:
            found.setdefault(heading, []).append(text.strip("`").removeprefix("jukebox "))

    assert {heading: list(names) for heading, names in CONTENTS.items()} == found


def test_the_page_shows_what_the_commands_say():
    """To the letter; else run `python -m scripts.commands`."""

    assert written(TEXT) == TEXT


def test_a_help_that_changed_is_noticed(monkeypatch):
    """One word of one command is enough."""
    monkeypatch.setattr(main.commands["doctor"], "help", "Something else.")

    assert "  Something else.\n" in written(TEXT) != TEXT


def test_every_variable_of_an_option_is_named():
    """And no other; the tokens belong to the service."""
    (section,) = re.findall(r"^\*\*Variables\.\*\*.+?(?=^##)", TEXT, re.M | re.S)
    variables = {option.envvar for option in options(main)} - {None}

    assert variables == set(re.findall(r"`(JUKEBOX_\w+)`", section))
