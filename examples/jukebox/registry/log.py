"""The prediction log: who answered what, about which track, and when.

It is one SQLite file, to which rows are only added, and this module alone speaks SQL to it.
"""

import hashlib
import json
import logging
import queue
import sqlite3
import threading
import time
from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from pathlib import Path
from typing import NamedTuple, TypedDict

import numpy as np
import pandas as pd

from jukebox.registry.sqlite import connect, remedy

logger = logging.getLogger(__name__)

# One row a track and model that was asked.
PREDICTIONS = """
CREATE TABLE IF NOT EXISTS predictions (
  request_id TEXT NOT NULL,
  role TEXT NOT NULL,            -- champion, challenger or shadow: a shadow's answer is not sent
  model_version INTEGER NOT NULL,
  time REAL NOT NULL,            -- seconds since 1970, UTC
  track_id TEXT,                 -- null if the client sent none
  inputs TEXT NOT NULL,          -- sha256 of the 13 features, float32 in the order of FEATURES
  probabilities BLOB NOT NULL    -- 72 float32 in the order of COUNTRIES
);
CREATE INDEX IF NOT EXISTS by_request ON predictions (request_id);
"""
INSERT_ANSWER = "INSERT INTO predictions VALUES (?, ?, ?, ?, ?, ?, ?)"
COUNT_REQUESTS = """
SELECT count(DISTINCT CASE WHEN role = 'challenger' AND model_version = ? THEN request_id END),
  max(rowid) FROM predictions WHERE rowid > ?
"""


# A row, in the order of the table's columns.
Row = tuple[str, str, int, float, str | None, str, bytes]


class LoggedAnswer(NamedTuple):
    """The answer to one request: x are its tracks' features, (n, 13), and p what was said, (n, 72).

    ids: of the tracks, None for one without. time: seconds since 1970, UTC.
    """

    request_id: str
    role: str
    model_version: int
    time: float
    ids: Sequence[str | None]
    x: np.ndarray
    p: np.ndarray

    def rows(self) -> Iterator[Row]:
        """Give the rows of the log, one a track."""
        request_id, role, version, moment, *_ = self
        for track_id, features, said in zip(self.ids, self.x, self.p.astype("<f4"), strict=True):
            inputs = hashlib.sha256(features.tobytes()).hexdigest()
            yield request_id, role, version, moment, track_id, inputs, said.tobytes()


class Selection(TypedDict, total=False):
    """Which rows of the log are meant: the arguments of `PredictionLog.read`."""

    role: str | None
    version: int | None
    request_id: str | None
    tracks: Iterable[str] | None
    since: float | None
    until: float | None


class RequestCount(NamedTuple):
    """How many requests there were, and which row of the log was the last then."""

    requests: int
    last_row: int


class PredictionLog:
    """The log in a file, made if it is not there."""

    def __init__(self, file: str | Path) -> None:
        """Create the table if it is not there."""
        self.file = file
        with connect(file) as db:
            db.executescript(PREDICTIONS)

    def add(self, *answers: LoggedAnswer) -> None:
        """Write answers, in one transaction."""
        with connect(self.file) as db:
            db.execute("BEGIN IMMEDIATE")  # undone by closing, if nobody commits
            db.executemany(INSERT_ANSWER, [row for answer in answers for row in answer.rows()])
            db.execute("COMMIT")

    def read(
        self,
        *,
        role: str | None = None,
        version: int | None = None,
        request_id: str | None = None,
        tracks: Iterable[str] | None = None,
        since: float | None = None,
        until: float | None = None,
    ) -> pd.DataFrame:
        """Give the rows that are meant as a DataFrame, one a track, oldest first.

        Columns as in `PREDICTIONS`, probabilities as float32 (72,). role: without one, all but the
        shadows, whose answers were not sent. tracks: ids, any of them. since, until: seconds
        since 1970, the first and the last moment.
        """
        conditions = {
            "role = ?": role,
            "model_version = ?": version,
            "request_id = ?": request_id,
            "track_id IN (SELECT value FROM json_each(?))": None
            if tracks is None
            else json.dumps(list(tracks)),
            "time >= ?": since,
            "time <= ?": until,
        }
        wanted = {which: value for which, value in conditions.items() if value is not None}
        where = " AND ".join([*wanted] if role else ["role <> 'shadow'", *wanted])
        query = f"SELECT * FROM predictions WHERE {where} ORDER BY rowid"  # noqa: S608 - of these texts
        with connect(self.file) as db:
            frame = pd.read_sql_query(query, db, params=[*wanted.values()])
        frame["probabilities"] = frame["probabilities"].map(lambda blob: np.frombuffer(blob, "<f4"))
        return frame

    def count_requests(self, version: int, after: int = 0) -> RequestCount:
        """Count the requests that a version answered as challenger, and give the log's last row.

        Only rows after the row `after` count: by their place and not their time, which a clock
        that is set back would put before the challenge.
        """
        with connect(self.file) as db:
            requests, last = db.execute(COUNT_REQUESTS, (version, after)).fetchone()
        return RequestCount(requests, last or after)


class LogWriter:
    """Writes answers to the log, many in one transaction, in a thread."""

    def __init__(self, log: PredictionLog) -> None:
        """Prepare; `start` begins to write what `waiting` gets."""
        self.file = log.file
        # None: the last one.
        self.waiting: queue.SimpleQueue[LoggedAnswer | None] = queue.SimpleQueue()
        self.thread = threading.Thread(target=self._write, name="prediction log")

    def start(self) -> None:
        """Begin to write."""
        self.thread.start()

    def _write(self) -> None:
        db, going = sqlite3.connect(self.file, timeout=30, isolation_level=None), True
        while going:
            answers = [self.waiting.get()]
            with suppress(queue.Empty):
                while len(answers) < 500:
                    answers.append(self.waiting.get_nowait())
            going = None not in answers
            rows = [row for answer in answers if answer for row in answer.rows()]
            while True:
                try:
                    db.execute("BEGIN IMMEDIATE")
                    db.executemany(INSERT_ANSWER, rows)
                    db.execute("COMMIT")
                    break
                except sqlite3.Error as error:  # a full disk, say: keep them and try again
                    why = error, remedy(error)
                    logger.error("The prediction log cannot be written: %s; %s", *why)
                    if db.in_transaction:
                        db.execute("ROLLBACK")
                    time.sleep(0.5)
        db.close()

    def close(self) -> None:
        """Write everything that waits, however long it takes, then end the thread."""
        self.waiting.put(None)
        self.thread.join()
