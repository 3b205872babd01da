"""The journal holds what happened, and nobody changes it."""

import sqlite3
from contextlib import closing

import pytest
from jukebox import Journal
from jukebox.loop.journal import lost, runs, unfinished, waiting


@pytest.fixture
def journal(tmp_path):
    """Two triggers, a run that took the first and ended, and one that is open."""
    ticks = iter(range(1, 100))
    journal = Journal(tmp_path / "northstar.db", lambda: next(ticks))
    for row in [
        (None, "trigger", "new code", {"kind": "code", "cause": "a"}),
        (1, "start", "new code", {"triggers": [1]}),
        (1, "refused", "no better", {"triggers": [1]}),
        (None, "trigger", "new data", {"kind": "data", "cause": "b"}),
    ]:
        journal.add(3, lambda _, row=row: row)
    return journal


def add(journal, *row):
    """Add a row."""
    return journal.add(3, lambda _: (*row, {}))


def test_an_event_comes_back_as_it_was_written(journal):
    """As add gave it, too."""
    given = add(journal, 2, "start", "new data")
    expected = {"id": 5, "time": 5.0, "week": 3, "run": 2, "event": "start", "why": "new data"}

    assert expected | {"figures": {}} == given == journal.events()[-1]


def test_a_trigger_waits_until_a_run_takes_it_and_is_lost_until_that_ends(journal):
    """All that is open follows from the rows."""
    assert ([4], [4]) == ([e["id"] for e in waiting(journal.events())], lost(journal.events()))

    journal.add(3, lambda _: (2, "start", "new data", {"triggers": [4]}))
    assert ([], [4], 2) == (
        waiting(journal.events()),
        lost(journal.events()),
        unfinished(journal.events())[0],
    )

    add(journal, 2, "promoted", "better")
    assert ([], None) == (lost(journal.events()), unfinished(journal.events()))
    assert {1: {"start", "refused"}, 2: {"start", "promoted"}} == {
        number: set(run) for number, run in runs(journal.events()).items()
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

    assert 4.0 == add(journal, 2, "start", "after the clock was set back")["time"]


def test_a_step_is_written_once(journal):
    """Whoever does it again."""
    add(journal, 2, "start", "new data")

    with pytest.raises(sqlite3.IntegrityError):
        add(journal, 2, "start", "again")


def test_a_run_has_one_ending(journal):
    """Not two of different kinds."""
    with pytest.raises(sqlite3.IntegrityError):
        add(journal, 1, "promoted", "after all")


def test_an_event_has_a_known_name(journal):
    """Or nobody would find it."""
    with pytest.raises(sqlite3.IntegrityError):
        add(journal, 1, "finished", "after all")


def test_whoever_writes_sees_what_is_there_and_may_add_nothing(journal):
    """In the same transaction."""
    seen = []

    assert journal.add(3, seen.append) is None
    assert (4, 4) == (len(seen[0]), len(journal.events()))


def test_what_fails_while_it_decides_writes_nothing_and_locks_nobody_out(journal):
    """The transaction is undone."""
    with pytest.raises(ZeroDivisionError):
        journal.add(3, lambda _: 1 / 0)

    assert 5 == add(journal, 2, "start", "new data")["id"]
