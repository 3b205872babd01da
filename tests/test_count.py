"""Contract 6: a figure that any machine can count is counted again here."""

import json

import pytest

from scripts.count import TARGET, count


def test_the_figures_shown_are_those_of_the_pages():
    """After a change: `python -m scripts.count`."""

    assert count() == json.loads(TARGET.read_text("utf-8"))["figures"]


def test_the_syllabus_has_198_entries_and_the_first_deck_is_written():
    """The list of what is to come only shrinks: lower the number with each part."""
    figures = count()

    assert (198, 40) == (figures["syllabus_entries"], figures["syllabus_entries_expanded"])


@pytest.mark.parametrize("figure", count())
def test_no_figure_is_zero(figure):
    """A count of nothing means that the counting is broken."""

    assert count()[figure] > 0
