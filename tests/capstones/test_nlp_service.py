"""NLP service: copies, and a language that is hardly there."""

from tests.capstones.briefs import both, data_of, figures_of


@both
def test_copies_flatter_and_hinglish_fails(seed):
    """Two steps down, each of which a random test hides."""
    at_random, apart, hinglish = figures_of("nlp_service", seed)

    assert at_random > 0.88  # more than who reads perfectly, for 1 case in 8 was closed by others
    assert apart < at_random - 0.07
    assert hinglish < apart - 0.2


@both
def test_hinglish_comes_with_the_new_month(seed):
    """Before, it is a few messages in a hundred, copies of each other among them."""
    data = data_of("nlp_service", seed)
    before, after = ((data.truth[name]["language"] == "hi").mean() for name in ("copies", "teams"))

    assert before < 0.06
    assert 0.35 < after < 0.55


@both
def test_nothing_says_which_message_is_a_copy(seed):
    """Neither a column, nor the same text, nor an id that follows another."""
    data = data_of("nlp_service", seed)
    messages = data.tables["messages"]
    rows = messages.merge(data.truth["copies"], on="message").sort_values(["first", "message"])
    follows = rows["message"].str[1:].astype(int).diff() == 1
    copied = rows["first"].duplicated()

    assert not {"first", "language"} & {*messages, *data.tables["inbox"]}
    assert "solved_by" not in data.tables["inbox"]
    assert (follows & copied).sum() < 10
    assert messages["text"].duplicated().sum() < 10
