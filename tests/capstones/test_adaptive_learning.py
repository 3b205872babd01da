"""Adaptive learning: a log of what the app picked."""

from tests.capstones.briefs import both, data_of, figures_of


@both
def test_a_high_accuracy_is_of_the_apps_own_choices(seed):
    """The model is no better than a guess that is the same for all, and on paper it is far worse."""
    model, guess, paper = figures_of("adaptive_learning", seed)

    assert model > 0.8
    assert model < guess + 0.02
    assert paper < model - 0.2


@both
def test_on_paper_a_guess_is_nearly_as_good_as_the_model(seed):
    """About half of the answers there are right."""
    right = data_of("adaptive_learning", seed).truth["marks"]["right"].mean()

    assert 0.48 < right < 0.56
    assert right > figures_of("adaptive_learning", seed)[-1] - 0.04


@both
def test_the_app_never_picks_the_exercises_that_hardly_anybody_can_do(seed):
    """On paper they are asked, and most answers to them are wrong."""
    data = data_of("adaptive_learning", seed)
    seen = set(data.tables["log"]["exercise"])
    paper = data.tables["paper"].merge(data.truth["marks"], on="question")
    unseen = paper[~paper["exercise"].isin(seen)]

    assert 10 <= unseen["exercise"].nunique()
    assert unseen["right"].mean() < 0.25


@both
def test_no_pupil_practised_what_the_paper_asks_of_them(seed):
    """And the sheet has no column for the marks."""
    tables = data_of("adaptive_learning", seed).tables
    asked, done = (
        set(zip(tables[name]["pupil"], tables[name]["exercise"], strict=True))
        for name in ("paper", "log")
    )

    assert set() == asked & done
    assert ["question", "pupil", "exercise"] == [*tables["paper"]]
