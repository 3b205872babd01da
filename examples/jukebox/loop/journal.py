"""The journal: what fired, which steps were passed and how each run ended, only ever added to.

What is open follows from the rows, so nothing else has to be remembered and nothing can be lost.
"""

import json
import sqlite3
import time
from collections.abc import Callable, Iterable
from pathlib import Path

from jukebox.loop.events import (
    FIGURES,
    Entry,
    Event,
    Figures,
    Run,
    Trigger,
    read_event,
    read_runs,
    select_triggers,
)
from jukebox.loop.home import Home
from jukebox.loop.steps import ENDINGS
from jukebox.registry.history import Refused
from jukebox.registry.sqlite import connect

JOURNAL = f"""
CREATE TABLE IF NOT EXISTS events (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  time REAL NOT NULL,                -- seconds since 1970
  week INTEGER NOT NULL,
  run INTEGER,                       -- null for a trigger, which no run has taken yet
  event TEXT NOT NULL CHECK (event IN {tuple(FIGURES)}),
  why TEXT NOT NULL,
  figures TEXT NOT NULL              -- JSON
);
CREATE UNIQUE INDEX IF NOT EXISTS a_step_once ON events (run, event) WHERE run IS NOT NULL;
CREATE UNIQUE INDEX IF NOT EXISTS one_ending ON events (run) WHERE event IN {ENDINGS};
CREATE TRIGGER IF NOT EXISTS no_update BEFORE UPDATE ON events
  BEGIN SELECT RAISE(ABORT, 'the journal is append-only'); END;
CREATE TRIGGER IF NOT EXISTS no_delete BEFORE DELETE ON events
  BEGIN SELECT RAISE(ABORT, 'the journal is append-only'); END;
"""


def lock_home(home: str | Path) -> sqlite3.Connection:
    """Take the lock of a home, and give it: a connection, to close. Refused if a loop has it."""
    lock = sqlite3.connect(Home(Path(home)).lock, timeout=0, isolation_level=None)
    try:
        lock.execute("BEGIN EXCLUSIVE")  # a killed process lets go of it
    except sqlite3.OperationalError:
        lock.close()
        raise Refused(f"Another loop is at work in {home}: stop it first.") from None
    return lock


def waiting_triggers(events: Iterable[Event[Figures]]) -> list[Event[Trigger]]:
    """Give the triggers that no run has taken yet, oldest first."""
    events = list(events)
    taken = {t for run in read_runs(events).values() for t in run.start.figures.triggers}
    return [event for event in select_triggers(events) if event.id not in taken]


def unfinished_run(events: Iterable[Event[Figures]]) -> Run | None:
    """Give the run that has not ended, or None."""
    return next((run for run in read_runs(events).values() if not run.end), None)


def lost_triggers(events: Iterable[Event[Figures]]) -> list[int]:
    """Give the ids of the triggers that have not ended; if nothing is open, they are lost."""
    events = list(events)
    over = [run.start.figures.triggers for run in read_runs(events).values() if run.end]
    done = {trigger for triggers in over for trigger in triggers}
    return [event.id for event in select_triggers(events) if event.id not in done]


class Journal:
    """The events in one SQLite file; `clock` gives seconds since 1970."""

    def __init__(self, file: str | Path, clock: Callable[[], float] = time.time) -> None:
        """Create the table if it is not there."""
        self.file, self.clock = Path(file), clock
        with connect(file) as db:
            db.executescript(JOURNAL)

    def _all(self, db: sqlite3.Connection) -> list[Event[Figures]]:
        events = []
        for row in map(dict, db.execute("SELECT * FROM events ORDER BY id")):
            try:
                figures = json.loads(row["figures"])
            except ValueError as error:
                raise ValueError(
                    f"The figures of event {row['id']} in {self.file} are no JSON ({error}): "
                    "restore that file from a copy."
                ) from None
            events.append(read_event(row | {"figures": figures}))
        return events

    def events(self) -> list[Event[Figures]]:
        """Give all events, oldest first."""
        with connect(self.file) as db:
            return self._all(db)

    def add(
        self, week: int, make: Callable[[list[Event[Figures]]], Entry[Figures] | None]
    ) -> Event[Figures] | None:
        """Add the event that `make` gives, and give it; None adds nothing, and gives None.

        make is given all events so far, in the same transaction: of two writers at once the second
        sees what the first has written.
        """
        with connect(self.file) as db:
            db.execute("BEGIN IMMEDIATE")  # undone by closing, if nobody commits
            before = self._all(db)
            if (entry := make(before)) is None:
                return None
            last = max((event.time for event in before), default=0.0)  # time never runs backwards
            now, figures = max(float(self.clock()), last), json.dumps(entry.figures.to_json())
            row = (now, week, entry.run, entry.figures.name, entry.why, figures)
            db.execute("INSERT INTO events VALUES (NULL, ?, ?, ?, ?, ?, ?)", row)
            db.execute("COMMIT")
            return self._all(db)[-1]
