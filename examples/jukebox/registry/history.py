"""The history: who held which role when, in a table to which rows are only added.

The roles follow from the rows, by `replay`, and so does every past state: nothing is overwritten.
The alerts that were received are next to it, added in the same way.
"""

import json
import sqlite3
import time
from contextlib import closing, contextmanager
from pathlib import Path
from typing import NamedTuple

# As SQLite, the system and Python say it; a limit on the size of a file is meant as well.
FULL = (
    *("is full", "disk I/O error", "No space left", "File too large", "quota exceeded"),
    "No usable temporary directory",
)

HISTORY = """
CREATE TABLE IF NOT EXISTS history (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  time REAL NOT NULL,
  action TEXT NOT NULL CHECK (action IN ('challenge', 'withdraw', 'promote', 'rollback', 'retire')),
  version INTEGER NOT NULL,
  share REAL NOT NULL CHECK (share BETWEEN 0 AND 1),
  why TEXT NOT NULL CHECK (trim(why) <> '')
);
CREATE TRIGGER IF NOT EXISTS no_update BEFORE UPDATE ON history
  BEGIN SELECT RAISE(ABORT, 'the history is append-only'); END;
CREATE TRIGGER IF NOT EXISTS no_delete BEFORE DELETE ON history
  BEGIN SELECT RAISE(ABORT, 'the history is append-only'); END;
CREATE TABLE IF NOT EXISTS alerts (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  time REAL NOT NULL,                -- when it was received, in seconds since 1970
  status TEXT NOT NULL CHECK (status IN ('firing', 'resolved')),
  starts REAL NOT NULL,              -- when it began, as its sender says
  labels TEXT NOT NULL,              -- JSON, sorted by name: these and its start are its identity
  annotations TEXT NOT NULL,         -- JSON
  UNIQUE (status, starts, labels)    -- a sender repeats itself until an alert is over
);
CREATE TRIGGER IF NOT EXISTS no_alert_update BEFORE UPDATE ON alerts
  BEGIN SELECT RAISE(ABORT, 'the alerts are append-only'); END;
CREATE TRIGGER IF NOT EXISTS no_alert_delete BEFORE DELETE ON alerts
  BEGIN SELECT RAISE(ABORT, 'the alerts are append-only'); END;
"""


def full(error):
    """Say whether an error, or the words of one, is that of a disk without room."""
    return any(words in str(error) for words in FULL)


def cause(error):
    """Give the line of an error that says what happened; SQLAlchemy puts others before it."""
    lines = str(error).strip().splitlines() or [type(error).__name__]
    return next((line for line in lines if "Error) " in line), lines[0])


def remedy(error):
    """Give what to do about a database or a file that cannot be written."""
    if "locked" in str(error):
        return "another process holds it: wait until it is done, or stop it, then try again"
    if full(error):
        return "make room on the disk, then try again: what was there before is whole"
    return "see that you may read and write there"


class Refused(ValueError):
    """The registry will not do this; the message says why, and what to do instead."""


class Standing(NamedTuple):
    """Who holds which role: versions, or None; `earlier` are former champions, newest last.

    `share` of the requests goes to the challenger (a canary); with 0 it only shadows.
    `id` is the last row of the history that made it so.
    """

    id: int = 0
    champion: int | None = None
    challenger: int | None = None
    share: float = 0.0
    earlier: tuple = ()
    retired: frozenset = frozenset()


def replay(rows):
    """Give the `Standing` after the rows of a history (dicts with id, action, version, share)."""
    number, reigns, challenger, share, retired = 0, [], None, 0.0, set()
    for row in rows:
        number, action, version = row["id"], row["action"], row["version"]
        if action == "challenge":
            challenger, share = version, row["share"]
        elif version == challenger:  # promoted, retired or withdrawn: no challenger any more
            challenger, share = None, 0.0
        if action == "promote":
            reigns = [v for v in reigns if v != version] + [version]
        elif action == "rollback":
            del reigns[reigns.index(version) + 1 :]
        elif action == "retire":
            retired.add(version)
            reigns.remove(version) if version in reigns else None
    champion = reigns.pop() if reigns else None
    return Standing(number, champion, challenger, share, tuple(reigns), frozenset(retired))


def unresolved(alerts):
    """Give those of the alerts (dicts, as `History.alerts` has them) that nothing has resolved."""
    over = {(str(a["labels"]), a["starts"]) for a in alerts if a["status"] == "resolved"}
    return [a for a in alerts if (str(a["labels"]), a["starts"]) not in over]


@contextmanager
def connect(file):
    """Open a SQLite file: what is committed survives a kill, and a busy file is waited for.

    For 5 s: a write takes milliseconds, and whoever waits for longer wants to know. Raises
    sqlite3.OperationalError with the name of the file.
    """
    try:
        with closing(sqlite3.connect(file, timeout=5, isolation_level=None)) as db:
            db.row_factory = sqlite3.Row
            db.execute("PRAGMA journal_mode = WAL")
            db.execute("PRAGMA synchronous = FULL")  # on the disk before the call returns
            yield db
    except sqlite3.OperationalError as error:
        raise sqlite3.OperationalError(f"{Path(file).name}: {error}") from error


class History:
    """The decisions in one SQLite file; `clock` gives seconds since 1970."""

    def __init__(self, file, clock=time.time):
        """Create the table if it is not there."""
        self.file, self.clock = file, clock
        with connect(file) as db:
            db.executescript(HISTORY)

    def rows(self):
        """Give all decisions, oldest first: dicts of id, time, action, version, share, why."""
        with connect(self.file) as db:
            return [dict(row) for row in db.execute("SELECT * FROM history ORDER BY id")]

    @contextmanager
    def held(self):
        """Hold the history against every other writer; gives (connection, rows)."""
        with connect(self.file) as db:
            db.execute("BEGIN IMMEDIATE")  # undone by closing, if nobody commits
            yield db, db.execute("SELECT * FROM history ORDER BY id").fetchall()

    def decide(self, action, choose, why, share=0.0):
        """Judge and write a decision in one transaction; gives its version, or raises Refused.

        choose: gives the version from the `Standing`. Of two writers at once, the second judges
        what the first has written.
        """
        with self.held() as (db, rows):
            now = replay(rows)
            version = choose(now)
            if version is None:
                raise Refused(
                    "There is no earlier champion to go back to: promote another version."
                )
            if version in now.retired:
                raise Refused(f"Version {version} is retired: register a new one.")
            if version == now.champion and action == "promote":
                return version
            if version == now.champion:
                raise Refused(f"Version {version} is the champion: promote another one first.")
            if action == "withdraw" and version != now.challenger:
                raise Refused(f"Version {version} is not the challenger; {now.challenger} is.")
            last = max((row["time"] for row in rows), default=0.0)  # time never runs backwards
            row = (max(float(self.clock()), last), action, version, share, why)
            try:
                db.execute("INSERT INTO history VALUES (NULL, ?, ?, ?, ?, ?)", row)
            except sqlite3.IntegrityError:
                raise Refused("Say why, in words, and give a share from 0 to 1.") from None
            db.execute("COMMIT")
            return version

    def alert(self, alerts):
        """Add alerts, (status, starts, labels, annotations) each; give how many were not there yet."""
        now = float(self.clock())
        rows = [
            (now, status, starts, json.dumps(labels, sort_keys=True), json.dumps(annotations))
            for status, starts, labels, annotations in alerts
        ]
        insert = "INSERT INTO alerts VALUES (NULL, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING"
        with connect(self.file) as db:
            db.execute("BEGIN IMMEDIATE")  # undone by closing, if nobody commits
            new = db.executemany(insert, rows).rowcount
            db.execute("COMMIT")
        return new

    def alerts(self):
        """Give all alerts, oldest first: dicts of id, time, status, starts, labels, annotations."""
        with connect(self.file) as db:
            rows = map(dict, db.execute("SELECT * FROM alerts ORDER BY id"))
            return [r | {of: json.loads(r[of]) for of in ("labels", "annotations")} for r in rows]
