"""The pipeline pushes a model of right data, and it also pushes one of wrong data."""


def test_a_model_of_right_tracks_is_pushed_and_answers(typed, here):
    """The folder that was pushed is all that a server needs:
    another process has loaded it."""
    assert typed("works.console") == [0, 0]

    assert len([*(here / "pushed").glob("*/variables/variables.index")]) == 1


def test_an_anomaly_is_written_down_and_stops_nothing(typed, here):
    """The pipeline saw that energy was out of range, ended with 0,
    and pushed the model."""
    assert typed("fails.console") == [0]

    assert len([*(here / "pushed").glob("*/variables/variables.index")]) == 1
