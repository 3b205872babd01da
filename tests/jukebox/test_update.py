"""`jukebox update` is the loop for a home of one's own: it says what it did, and what it waits for."""

import functools
import json
import re
from contextlib import closing
from dataclasses import replace

import pytest
from jukebox import Policy, Registry
from jukebox.cli.main import main
from jukebox.loop import loop as northstar
from jukebox.loop.events import read_event

from .test_commands import run

pytestmark = [
    pytest.mark.whole,  # runs of the loop, from a trigger to a promotion
    pytest.mark.filterwarnings("ignore:The ``noload`` loader strategy"),  # MLflow of SQLAlchemy
    pytest.mark.filterwarnings("ignore:.*type hint is inferred as AnyType"),  # MLflow of itself
]


@pytest.fixture
def update(home, monkeypatch):
    """Update the home from its checkout, with a learner that takes milliseconds."""
    quick = functools.partial(northstar.Loop, train=home.learner)
    monkeypatch.setattr(northstar, "Loop", quick)
    return lambda *words, code=0: run(
        home.folder, "update", "--code", home.checkout, *words, code=code
    )


def better(home):
    """Let a commit make a better model than the champion."""
    home.registry.promote(1, "the lazy one, by hand")
    home.commit("better")


def test_a_home_of_ones_own_needs_no_more_than_this(tmp_path):
    """Data and one command, and there is a champion, from the code that is installed."""
    run(tmp_path, "generate", "--weeks", 9, "--tracks", 50)
    said = run(tmp_path, "update").stdout.splitlines()

    assert ["code", "run", "validate", "train", "gate", "register", "canary", "promoted"] == [
        line.split()[0] for line in said
    ]
    assert 1 == Registry(tmp_path / "registry").standing().champion
    assert "No trigger fired, and no run is unfinished.\n" == run(tmp_path, "update").stdout


def test_each_event_is_a_line(home, update):
    """In the order of the journal, each with its reason; two triggers have one run."""
    better(home)
    home.week(8), home.week(9)
    before = len(home.events())
    said = update("--rows", 150, "--answers", 0).stdout.splitlines()

    assert len(home.events()) - before == len(said)
    assert [True] * 3 == [
        "the code is now" in said[0],
        "labelled tracks are new" in said[1],
        said[2].endswith("2 triggers, and one run for all"),
    ]
    assert re.match(r"promoted +version 3 is better than the champion", said[-1])


def test_a_refusal_is_a_no(home, update):
    """It has an exit code, as that of `evaluate`; the champion stays."""
    home.commit("leak")
    said = update(code=1).stdout.splitlines()

    assert re.match(r"refused +leak: fitted on weeks up to 4", said[-1])
    assert 2 == home.registry.standing().champion


def test_nobody_asks_this_home(home, update):
    """What the canary waits for is said before it waits, and what it had in the end."""
    better(home)
    result = update("--patience", 0.1, "--answers", 3, code=1)

    assert result.stderr == (
        "The canary waits up to 0.1 s for 3 requests to jukebox serve; --answers 0 leaves it out.\n"
    )
    assert "too few requests to try it on: 0 of 3 in 0.1 s" in result.stdout


def test_without_a_canary_the_gate_alone_decides(home, update):
    """Nothing is waited for, and nothing is said of waiting."""
    better(home)
    result = update("--answers", 0)

    assert ("", 3) == (result.stderr, home.registry.standing().champion)
    assert "0 requests answered as a canary" in result.stdout


def test_what_was_left_open_is_finished(home, update):
    """A run that was killed goes on from its last step, although nothing fires."""
    better(home)
    with closing(home.loop()) as loop:
        loop.look()
        while loop.advance().name != "register":
            pass
    result = update("--patience", 0.1, code=1)

    assert ["refused"] == [line.split()[0] for line in result.stdout.splitlines()]
    assert "The canary waits" in result.stderr


def test_events_as_json(home, update):
    """One a line, as the journal has them, and nothing else."""
    home.commit("leak")
    known = home.events()
    said = update("--json", code=1).stdout.splitlines()

    assert home.events() == known + [read_event(json.loads(line)) for line in said]
    assert "" == update("--json").stdout


def test_a_second_loop_is_kept_out(home, update):
    """It is told what to do."""
    with closing(home.loop()):
        said = update(code=1).stderr

    assert said.startswith("Error: Another loop is at work in ")


def test_code_that_is_no_package(home):
    """It is a usage error, before anything is written."""
    before = home.events()
    said = run(home.folder, "update", "--code", home.folder, code=2).stderr

    assert "there is no model/training.py in" in said
    assert before == home.events()


def test_updating_without_data(tmp_path):
    """The error says how to get some."""
    assert "jukebox generate --weeks 30" in run(tmp_path, "update", code=1).stderr


@pytest.mark.parametrize("name", ["rows", "answers", "share", "patience"])
def test_the_help_names_the_policy(name):
    """Its defaults are typed into the help, which must not import what is heavy."""
    (option,) = [p for p in main.commands["update"].params if p.name == name]

    assert f"[default: {getattr(Policy(), name):g}]" in option.help


@pytest.mark.parametrize(
    ("name", "value"), [("rows", 7), ("answers", 8), ("share", 0.5), ("patience", 9)]
)
def test_an_option_reaches_the_policy(home, update, monkeypatch, name, value):
    """Under its own name, with the others as they are."""
    seen, opened = [], northstar.Loop
    monkeypatch.setattr(northstar, "Loop", lambda *given: seen.append(given[-1]) or opened(*given))
    update(f"--{name}", value)

    assert [replace(Policy(), **{name: value})] == seen
