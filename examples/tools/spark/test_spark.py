"""Spark checks and scores as the service does,
and does not guess when two files disagree."""

from pathlib import Path
from shutil import copy

import numpy as np
import pandas as pd
import pytest
from jukebox import predict, validate

BATCH = Path(__file__).parents[2] / "jukebox" / "deploy" / "spark_batch.py"


@pytest.fixture(autouse=True)
def batch(here):
    """Copy the batch job into the example's folder."""
    copy(BATCH, here)


def test_spark_keeps_and_scores_what_the_service_would(typed, here):
    """The same rows are right, and each gets the same 72 probabilities,
    to a millionth."""
    assert typed("works.console") == [0, 0]

    raw = pd.concat(map(pd.read_parquet, sorted(here.glob("weeks/*"))))
    kept, quarantined = validate(raw)
    scored = pd.read_parquet(here / "out" / "scored").set_index("track_id")
    aside = pd.read_parquet(here / "out" / "quarantined").set_index("track_id")
    assert sorted(kept["track_id"]) == sorted(scored.index)
    reasons = quarantined.set_index("track_id")["reason"].str.split().str[0]
    assert aside["wrong"].str[0].to_dict() == reasons.to_dict()
    answers = np.stack(scored["probabilities"].loc[kept["track_id"]])
    service = predict((here / "model.onnx").read_bytes(), kept)
    assert np.abs(answers - service).max() < 1e-6


def test_a_column_of_two_types_is_refused(typed, here):
    """One empty cell made a file's whole numbers floats;
    Spark names the file and the column."""
    assert typed("fails.console") == [0, 1]

    assert not (here / "out" / "scored" / "_SUCCESS").exists()
