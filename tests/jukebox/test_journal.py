"""The journal holds what happened, and nobody changes it."""

import sqlite3
from contextlib import closing

import pytest
from jukebox import Journal
from jukebox.loop.events import (
    Entry,
    Event,
    Figures,
    Promotion,
    Refusal,
    Trigger,
    read_runs,
)
from jukebox.loop.journal import lost_triggers, unfinished_run, waiting_triggers

from .loops import make_plan


@pytest.fixture
def journal(tmp_path):
    """Two triggers, a run that took the first and ended, and one that is open."""
    ticks = iter(range(1, 100))
    journal = Journal(tmp_path / "northstar.db", lambda: next(ticks))
    for entry in [
        Entry(None, "new code", Trigger(kind="code", cause="a")),
        Entry(1, "new code", make_plan(1)),
        Entry(1, "no better", Refusal(triggers=[1], version=None)),
        Entry(None, "new data", Trigger(kind="data", cause="b")),
    ]:
        add(journal, entry)
    return journal


def add(journal, entry):
    """Add an entry."""
    return journal.add(3, lambda _: entry)


def start(journal, why="new data"):
    """Begin the second run, and give the event."""
    return add(journal, Entry(2, why, make_plan(4)))


def test_an_event_comes_back_as_it_was_written(journal):
    """As add gave it, too."""
    given, plan = start(journal), make_plan(4)
    expected = Event(id=5, time=5.0, week=3, run=2, why="new data", figures=plan)

    assert expected == given == journal.events()[-1]
    assert ("start", plan) == (given.name, given.figures)


def test_a_trigger_waits_until_a_run_takes_it_and_is_lost_until_that_ends(journal):
    """All that is open follows from the rows."""
    assert ([4], [4]) == (
        [e.id for e in waiting_triggers(journal.events())],
        lost_triggers(journal.events()),
    )

    start(journal)
    assert ([], [4], 2) == (
        waiting_triggers(journal.events()),
        lost_triggers(journal.events()),
        unfinished_run(journal.events()).number,
    )

    add(journal, Entry(2, "better", Promotion(triggers=[4], version=1)))
    assert ([], None) == (lost_triggers(journal.events()), unfinished_run(journal.events()))
    assert {1: ["start", "refused"], 2: ["start", "promoted"]} == {
        number: [event.name for event in run.events]
        for number, run in read_runs(journal.events()).items()
    }


@pytest.mark.parametrize("change", ["UPDATE events SET why = 'x'", "DELETE FROM events"])
def test_the_journal_is_append_only(journal, change):
    """Nobody rewrites it through the database either."""
    with (
        closing(sqlite3.connect(journal.file)) as db,
        pytest.raises(sqlite3.IntegrityError, match="append-only"),
    ):
        db.execute(change)


def test_time_never_runs_backwards(journal):
    """A clock that is set back does not put a later event before an earlier one."""
    journal.clock = lambda: -5.0

    assert 4.0 == start(journal, "after the clock was set back").time


def test_a_step_is_written_once(journal):
    """Whoever does it again."""
    start(journal)

    with pytest.raises(sqlite3.IntegrityError):
        start(journal, "again")


def test_a_run_has_one_ending(journal):
    """Not two of different kinds."""
    with pytest.raises(sqlite3.IntegrityError):
        add(journal, Entry(1, "after all", Promotion(triggers=[1], version=1)))


def test_an_event_has_a_known_name(journal):
    """Or nobody would find it."""

    class Finished(Figures):
        name = "finished"

    with pytest.raises(sqlite3.IntegrityError):
        add(journal, Entry(1, "after all", Finished()))


def test_whoever_writes_sees_what_is_there_and_may_add_nothing(journal):
    """In the same transaction."""
    seen = []

    assert journal.add(3, seen.append) is None
    assert (4, 4) == (len(seen[0]), len(journal.events()))


def test_what_fails_while_it_decides_writes_nothing_and_locks_nobody_out(journal):
    """The transaction is undone."""
    with pytest.raises(ZeroDivisionError):
        journal.add(3, lambda _: 1 / 0)

    assert 5 == start(journal).id
