"""The journal: what fired, which steps were passed and how each run ended, only ever added to.

What is open follows from the rows, so nothing else has to be remembered and nothing can be lost.
"""

import json
import sqlite3
from pathlib import Path

from jukebox.loop.steps import ENDINGS, GIVES, STEPS
from jukebox.registry.history import Refused
from jukebox.registry.sqlite import connect

JOURNAL = f"""
CREATE TABLE IF NOT EXISTS events (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  time REAL NOT NULL,                -- seconds since 1970
  week INTEGER NOT NULL,
  run INTEGER,                       -- null for a trigger, which no run has taken yet
  event TEXT NOT NULL CHECK (event IN {("trigger", "start", *STEPS, *ENDINGS)}),
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


def alone(home):
    """Take the lock of a home, and give it: a connection, to close. Refused if a loop has it."""
    lock = sqlite3.connect(Path(home, "northstar.lock"), timeout=0, isolation_level=None)
    try:
        lock.execute("BEGIN EXCLUSIVE")  # a killed process lets go of it
    except sqlite3.OperationalError:
        lock.close()
        raise Refused(f"Another loop is at work in {home}: stop it first.") from None
    return lock


def runs(events):
    """Give the runs, oldest first: {number: {event: its dict}}."""
    found = {}
    for event in events:
        if event["run"] is not None:
            found.setdefault(event["run"], {})[event["event"]] = event
    return found


def waiting(events):
    """Give the triggers that no run has taken yet, oldest first."""
    taken = {t for e in events if e["event"] == "start" for t in e["figures"]["triggers"]}
    return [e for e in events if e["event"] == "trigger" and e["id"] not in taken]


def ended(run):
    """Give the ending of a run, or None while it is open."""
    return next((ending for ending in ENDINGS if ending in run), None)


def unfinished(events):
    """Give (number, {event: its dict}) of the run that has not ended, or None."""
    return next(((n, run) for n, run in runs(events).items() if not ended(run)), None)


def lost(events):
    """Give the ids of the triggers that have not ended; if nothing is open, they are lost."""
    over = [run["start"]["figures"]["triggers"] for run in runs(events).values() if ended(run)]
    done = {trigger for triggers in over for trigger in triggers}
    return [e["id"] for e in events if e["event"] == "trigger" and e["id"] not in done]


def write_line(event):
    """Give an event as one line of JSON; a number that is none is null."""
    event = json.loads(json.dumps(event), parse_constant=lambda _: None)
    return json.dumps(event, allow_nan=False)


class Journal:
    """The events in one SQLite file; `clock` gives seconds since 1970."""

    def __init__(self, file, clock):
        """Create the table if it is not there."""
        self.file, self.clock = file, clock
        with connect(file) as db:
            db.executescript(JOURNAL)

    @staticmethod
    def _all(db):
        rows = map(dict, db.execute("SELECT * FROM events ORDER BY id"))
        return [row | {"figures": json.loads(row["figures"])} for row in rows]

    def events(self):
        """Give all events, oldest first: dicts of id, time, week, run, event, why, figures."""
        with connect(self.file) as db:
            return self._all(db)

    def add(self, week, make):
        """Add the event that `make` gives, (run, event, why, figures); None adds nothing.

        make is given all events so far, in the same transaction: of two writers at once the second
        sees what the first has written. Gives the event as a dict, or None. Raises ValueError for
        a step without a figure that `steps` says it gives: the next would look for it in vain.
        """
        with connect(self.file) as db:
            db.execute("BEGIN IMMEDIATE")  # undone by closing, if nobody commits
            before = self._all(db)
            if (made := make(before)) is None:
                return None
            run, event, why, figures = made
            if event in STEPS and (lacks := set(GIVES[event]) - set(figures)):
                raise ValueError(f"{event} has to give {', '.join(sorted(lacks))} as well.")
            last = max((e["time"] for e in before), default=0.0)  # time never runs backwards
            row = (max(float(self.clock()), last), week, run, event, why, json.dumps(figures))
            db.execute("INSERT INTO events VALUES (NULL, ?, ?, ?, ?, ?, ?)", row)
            db.execute("COMMIT")
            return self._all(db)[-1]
