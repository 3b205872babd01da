"""A CSV file has no types: stated, they hold;
guessed, every label is lost without an error."""

import pandas as pd


def test_charts_that_are_read_with_their_types_find_their_tracks(typed, here):
    """Namibia is a country, an id keeps its zeros,
    and weeks stay integers when one is missing."""
    assert typed("works.console") == [0]

    lines = (here / "charts.csv").read_text("utf-8").splitlines()
    assert lines[1:3] == ["0000000,NA,3", "0000000,FI,"]


def test_guessed_types_lose_every_label_and_raise_nothing(typed, here):
    """The file is the same one; what differs is who decided on its types."""
    assert typed("fails.console") == [1]

    guessed = pd.read_csv(here / "charts.csv")
    assert guessed["country"].isna().sum() == 1
    assert [str(kind) for kind in guessed.dtypes] == ["int64", "object", "float64"]
