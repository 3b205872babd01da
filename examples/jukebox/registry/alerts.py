"""The alerts that were received: in a table to which rows are only added, next to the history.

They decide nothing. Whoever reads the history sees from them what was known at the time.
"""

import json
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, NamedTuple

from jukebox.registry.sqlite import connect

Status = Literal["firing", "resolved"]

ALERTS = """
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
READ_ALERTS = "SELECT id, time, status, starts, labels, annotations FROM alerts ORDER BY id"
INSERT_ALERT = "INSERT INTO alerts VALUES (NULL, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING"


class SentAlert(NamedTuple):
    """An alert as it is sent: whether it fires, since when (seconds since 1970), and its texts."""

    status: Status
    starts: float
    labels: Mapping[str, str]
    annotations: Mapping[str, str]


@dataclass(frozen=True)
class ReceivedAlert:
    """An alert as it was written down: its row and the time of its receipt, then as it was sent."""

    id: int
    time: float
    status: Status
    starts: float
    labels: dict[str, str]
    annotations: dict[str, str]

    @property
    def identity(self) -> tuple[str, float]:
        """Give what an alert and the word that it is over have in common."""
        return str(self.labels), self.starts


def find_unresolved(alerts: Sequence[ReceivedAlert]) -> list[ReceivedAlert]:
    """Give those of the alerts that nothing has resolved."""
    over = {alert.identity for alert in alerts if alert.status == "resolved"}
    return [alert for alert in alerts if alert.identity not in over]


class ReceivedAlerts:
    """The alerts in one SQLite file, that of the history; `clock` gives seconds since 1970."""

    def __init__(self, file: Path, clock: Callable[[], float] = time.time) -> None:
        """Create the table if it is not there."""
        self.file, self.clock = file, clock
        with connect(file) as db:
            db.executescript(ALERTS)

    def add(self, alerts: Iterable[SentAlert]) -> int:
        """Add alerts, and give how many of them were not there yet."""
        now = float(self.clock())
        rows = [
            (now, status, starts, json.dumps(labels, sort_keys=True), json.dumps(annotations))
            for status, starts, labels, annotations in alerts
        ]
        with connect(self.file) as db:
            db.execute("BEGIN IMMEDIATE")  # undone by closing, if nobody commits
            new = db.executemany(INSERT_ALERT, rows).rowcount
            db.execute("COMMIT")
        return new

    def read(self) -> list[ReceivedAlert]:
        """Give all alerts, oldest first."""
        with connect(self.file) as db:
            return [
                ReceivedAlert(row, moment, status, starts, json.loads(labels), json.loads(texts))
                for row, moment, status, starts, labels, texts in db.execute(READ_ALERTS)
            ]
