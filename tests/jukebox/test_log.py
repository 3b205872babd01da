"""The prediction log: what is added is read again, whole or in part, and nobody else speaks SQL to it."""

import re
import sqlite3
from pathlib import Path
from typing import Any

import jukebox
import numpy as np
import pytest
from jukebox.registry.log import PredictionLog

from .loops import make_answer

PACKAGE = Path(jukebox.__file__).parent
OWNER = PACKAGE / "registry" / "log.py"


@pytest.fixture
def log(tmp_path: Path) -> PredictionLog:
    """Four answers, of two tracks or of one, from second 1 to second 4; the third is a shadow's."""
    log = PredictionLog(tmp_path / "predictions.db")
    log.add(make_answer("a", 1, "champion", 1.0, ids=["T1", "T2"]), make_answer("b", 1, time=2.0))
    log.add(make_answer("b", 2, "shadow", 3.0), make_answer("c", 2, "challenger", 4.0, ["T1"]))
    return log


@pytest.mark.parametrize(
    ("which", "requests"),
    [
        ({}, "aabc"),
        ({"role": "champion"}, "aab"),
        ({"role": "shadow"}, "b"),
        ({"version": 2}, "c"),
        ({"request_id": "b"}, "b"),
        ({"tracks": ["T1", "T3"]}, "ac"),
        ({"tracks": []}, ""),
        ({"since": 2.0}, "bc"),
        ({"until": 2.0}, "aab"),
        ({"since": 2.0, "until": 3.0, "version": 1}, "b"),
        ({"version": 0}, ""),
    ],
)
def test_the_rows_that_are_meant_are_read(
    log: PredictionLog, which: dict[str, Any], requests: str
) -> None:
    """Oldest first; a shadow's answers, which were not sent, only for those who ask for them."""

    assert [*requests] == log.read(**which)["request_id"].tolist()


def test_what_was_said_is_read_to_the_last_bit(tmp_path: Path) -> None:
    """72 numbers a track, and each track's own."""
    p = np.random.default_rng(0).random((2, 72), np.float32)
    log = PredictionLog(tmp_path / "predictions.db")
    log.add(make_answer("a", 1, ids=["T1", None], p=p))
    rows = log.read()

    assert np.array_equal(p, np.stack(rows["probabilities"]))
    assert ["T1", None] == rows["track_id"].tolist()


def test_answers_are_added_together_or_not_at_all(log: PredictionLog) -> None:
    """An answer that does not fit takes the others with it: nothing is written by halves."""
    with pytest.raises(sqlite3.IntegrityError):
        log.add(make_answer("d", 1), make_answer("e", None))

    assert [] == log.read(request_id="d")["request_id"].tolist()


def test_nobody_else_speaks_sql_to_it() -> None:
    """A column that is added is added in one place."""
    spoken = re.compile(r"\b(?:FROM|INTO|UPDATE|TABLE|INDEX ON)(?: IF NOT EXISTS)? predictions\b")

    assert [OWNER] == [f for f in PACKAGE.rglob("*.py") if spoken.search(f.read_text("utf-8"))]
