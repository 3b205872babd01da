"""The history: who held which role when, in a table to which rows are only added.

The roles follow from the rows, by `replay`, and so does every past state: nothing is overwritten.
"""

import sqlite3
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Literal, NamedTuple, TypedDict

from jukebox.registry.sqlite import connect

Action = Literal["challenge", "withdraw", "promote", "rollback", "retire"]

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
"""
READ_DECISIONS = "SELECT id, time, action, version, share, why FROM history ORDER BY id"


class Refused(ValueError):
    """The registry will not do this; the message says why, and what to do instead."""


class DecisionFields(TypedDict):
    """A `Decision` as JSON has it."""

    id: int
    time: float
    action: Action
    version: int
    share: float
    why: str


@dataclass(frozen=True)
class Decision:
    """A row of the history: who got or lost which role, when (seconds since 1970), and why.

    share: of the requests that go to a challenger; 0 for every other decision.
    """

    id: int
    time: float
    action: Action
    version: int
    share: float
    why: str

    def fields(self) -> DecisionFields:
        """Give the decision as JSON has it."""
        return DecisionFields(**asdict(self))


class Standing(NamedTuple):
    """Who holds which role: versions, or None; `earlier` are former champions, newest last.

    `share` of the requests goes to the challenger (a canary); with 0 it only shadows.
    `id` is the last row of the history that made it so.
    """

    id: int = 0
    champion: int | None = None
    challenger: int | None = None
    share: float = 0.0
    earlier: tuple[int, ...] = ()
    retired: frozenset[int] = frozenset()


def replay(decisions: Iterable[Decision]) -> Standing:
    """Give the `Standing` after the decisions of a history."""
    number, share, challenger = 0, 0.0, None
    reigns: list[int] = []
    retired: set[int] = set()
    for decision in decisions:
        number, action, version = decision.id, decision.action, decision.version
        if action == "challenge":
            challenger, share = version, decision.share
        elif version == challenger:  # promoted, retired or withdrawn: no challenger any more
            challenger, share = None, 0.0
        if action == "promote":
            reigns = [v for v in reigns if v != version] + [version]
        elif action == "rollback":
            del reigns[reigns.index(version) + 1 :]
        elif action == "retire":
            retired.add(version)
            reigns = [v for v in reigns if v != version]
    champion = reigns.pop() if reigns else None
    return Standing(number, champion, challenger, share, tuple(reigns), frozenset(retired))


def read_decisions(db: sqlite3.Connection) -> list[Decision]:
    """Give all decisions that a connection sees, oldest first."""
    return [Decision(*row) for row in db.execute(READ_DECISIONS)]


class History:
    """The decisions in one SQLite file; `clock` gives seconds since 1970."""

    def __init__(self, file: Path, clock: Callable[[], float] = time.time) -> None:
        """Create the table if it is not there."""
        self.file, self.clock = file, clock
        with connect(file) as db:
            db.executescript(HISTORY)

    def read(self) -> list[Decision]:
        """Give all decisions, oldest first."""
        with connect(self.file) as db:
            return read_decisions(db)

    @contextmanager
    def lock(self) -> Iterator[tuple[sqlite3.Connection, list[Decision]]]:
        """Hold the history against every other writer; gives the connection and all decisions."""
        with connect(self.file) as db:
            db.execute("BEGIN IMMEDIATE")  # undone by closing, if nobody commits
            yield db, read_decisions(db)

    def decide(
        self,
        action: Action,
        choose: Callable[[Standing], int | None],
        why: str,
        share: float = 0.0,
    ) -> int:
        """Judge and write a decision in one transaction; gives its version, or raises Refused.

        choose: gives the version from the `Standing`. Of two writers at once, the second judges
        what the first has written.
        """
        with self.lock() as (db, decisions):
            now = replay(decisions)
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
            last = max((d.time for d in decisions), default=0.0)  # time never runs backwards
            row = (max(float(self.clock()), last), action, version, share, why)
            try:
                db.execute("INSERT INTO history VALUES (NULL, ?, ?, ?, ?, ?)", row)
            except sqlite3.IntegrityError:
                raise Refused("Say why, in words, and give a share from 0 to 1.") from None
            db.execute("COMMIT")
            return version
