"""SQLite as this package uses it: how a file is opened, and what to do where it cannot be written."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

# As SQLite, the system and Python say it; a limit on the size of a file is meant as well.
NO_ROOM = (
    *("is full", "disk I/O error", "No space left", "File too large", "quota exceeded"),
    "No usable temporary directory",
)


def is_disk_full(error: Exception | str) -> bool:
    """Say whether an error, or the words of one, is that of a disk without room."""
    return any(words in str(error) for words in NO_ROOM)


def cause(error: Exception) -> str:
    """Give the line of an error that says what happened; SQLAlchemy puts others before it."""
    lines = str(error).strip().splitlines() or [type(error).__name__]
    return next((line for line in lines if "Error) " in line), lines[0])


def remedy(error: Exception | str) -> str:
    """Give what to do about a database or a file that cannot be written."""
    if "locked" in str(error):
        return "another process holds it: wait until it is done, or stop it, then try again"
    if is_disk_full(error):
        return "make room on the disk, then try again: what was there before is whole"
    return "see that you may read and write there"


@contextmanager
def connect(file: str | Path) -> Iterator[sqlite3.Connection]:
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
