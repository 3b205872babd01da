"""Recommendation: what is shown most is opened most."""

from tests.capstones.briefs import both, data_of, figures_of


@both
def test_the_random_week_comes_after_the_log(seed):
    """And nothing in it was chosen by rank."""
    data = data_of("recommendation", seed)
    week = data.truth["random_week"]

    assert data.tables["log"]["shown_at"].max() < week["shown_at"].min()
    assert {"random"} == set(week["chosen_by"])
    assert not week.duplicated(["shown_at", "user_id", "dish_id"]).any()


@both
def test_the_log_prefers_the_list_that_is_worse(seed):
    """What it shows most is opened most."""
    share, in_log, in_truth = figures_of("recommendation", seed)

    assert share >= 0.5
    assert in_log >= 0.15
    assert in_truth <= -0.04
