"""Spam: those who send it change their words after each release."""

from tests.capstones.briefs import best_column, both, data_of, figures_of


@both
def test_no_column_but_the_text_gives_spam_away(seed):
    """Nor can the label be read where it is hidden."""
    data = data_of("spam", seed)
    messages = data.tables["messages"].merge(data.truth["labels"], on="message_id")
    hidden = messages["received_on"] >= "2026-05-04"

    assert messages["spam_x"].isna().tolist() == hidden.tolist()
    columns = messages.drop(columns=["message_id", "text", "spam_x", "spam_y"])
    kind = columns["sender"].str.startswith("+91")
    assert best_column(columns.assign(sender=kind.astype(float)), messages["spam_y"]) < 0.7


@both
def test_a_filter_for_spam_fails_after_the_next_release(seed):
    """And the newest period that has labels tells so beforehand."""
    random, newest, after = figures_of("spam", seed)

    assert random >= 0.9
    assert after <= 0.6
    assert abs(newest - after) <= 0.2
