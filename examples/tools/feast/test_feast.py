"""A join of the newest values leaks what came later;
the store answers with what was known."""

import sqlite3
from contextlib import closing


def rows(folder):
    """How many values the online store holds."""
    with closing(sqlite3.connect(folder / "online.db")) as db:
        (table,) = db.execute(
            "SELECT name FROM sqlite_master WHERE name LIKE '%charts'"
        ).fetchone()
        asked = f'SELECT count(*) FROM "{table}"'  # noqa: S608 - Feast's own name
        return db.execute(asked).fetchone()[0]


def test_the_join_that_leaks_promises_more_and_serves_less(typed, here):
    """Both scores are printed;
    every track is in the online store, with eight values each."""
    assert typed("works.console") == [0]

    assert rows(here) == 3200 * 8


def test_a_store_that_nobody_filled_answers_none_and_no_error(typed, here):
    """The model complains;
    the store cannot tell an unknown track from a job that nobody ran."""
    assert typed("fails.console") == [1]

    assert rows(here) == 0
