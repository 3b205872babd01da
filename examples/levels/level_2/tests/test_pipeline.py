"""The tests of the pipeline, kept beside its code; they need no data and two seconds."""

import numpy as np
import pandas as pd
from jukebox import FEATURES, matrix, split
from jukebox.model.features import log_odds


def test_a_share_of_nothing_or_all_has_log_odds():
    """A track without any speech is common, and infinity cannot be learnt from."""
    assert np.isfinite(log_odds(np.array([0, 1], np.float32))).all()


def test_features_stand_in_one_order():
    """Whatever the order of the columns, the model meets them in its own."""
    row = pd.DataFrame({name: [float(i)] for i, name in enumerate(FEATURES)})

    assert list(range(13)) == matrix(row[sorted(FEATURES)])[0].tolist()


def test_the_newest_weeks_are_held_out():
    """A model is measured on tracks that are newer than those it saw."""
    tracks = pd.DataFrame({"released": [1, 2, 3]})
    (older, _), (newer, _) = split(tracks, np.zeros((3, 72), bool), newest=1)

    assert (list(older["released"]), list(newer["released"])) == ([1, 2], [3])
