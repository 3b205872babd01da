"""The pipeline pushes a model that has learnt; it pushes one of wrong data as readily."""

import pandas as pd
import tensorflow as tf


def test_a_model_of_right_tracks_is_pushed_and_answers(typed, here, prepared):
    """What was pushed is better than knowing no more than how many tracks chart."""
    assert typed("works.console") == [0]

    (pushed,) = (here / "pushed").iterdir()
    tracks = pd.read_csv(prepared / "good/tracks.csv")
    charts = tracks.pop("charts").to_numpy()
    asked = {name: tf.constant(tracks[[name]].to_numpy("float32")) for name in tracks}
    p = tf.saved_model.load(str(pushed)).serve(asked).numpy()[:, 0]
    assert ((p - charts) ** 2).mean() < 0.98 * ((charts.mean() - charts) ** 2).mean()


def test_an_anomaly_is_written_down_and_stops_nothing(typed, here):
    """The pipeline saw that energy was out of range, ended with 0, and pushed the model."""
    assert typed("fails.console") == [0]

    assert len([*(here / "pushed").glob("*/saved_model.pb")]) == 1
