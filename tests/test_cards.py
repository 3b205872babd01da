"""The seven use cases are cards: each has the same fields, a figure with its source, a stage."""

import re
from pathlib import Path

import pytest

PART = Path("docs/modules/ai-ml-dl-llm")
PAGES = ("use-cases-money-and-media", "use-cases-grid-road-field-classroom")
FIELDS = ["Problem", "Data", "Model", "Measure", "Figure", "Failure", "Stage"]
SECTION = re.compile(r"^\((m3-[\w-]+)\)=\n\n## [^\n]+\n(.*?)(?=^\(m3-|^## |\Z)", re.M | re.S)
FIELD = re.compile(r"^(\w+)\n: (.+(?:\n  .+)*)", re.M)


def cards():
    """Return {label: {field: its words}} of all sections that are cards."""
    texts = [(PART / f"{page}.md").read_text("utf-8") for page in PAGES]
    found = {
        label: FIELD.findall(words) for text in texts for label, words in SECTION.findall(text)
    }
    return {label: fields for label, fields in found.items() if fields}


def test_there_are_seven_cards():
    """The syllabus names seven use cases."""
    assert 7 == len(cards())


@pytest.mark.parametrize(("label", "fields"), cards().items())
def test_card_has_the_seven_fields_in_their_order(label, fields):
    """A reader finds the same field at the same place of each card."""
    assert FIELDS == [name for name, _ in fields]


@pytest.mark.parametrize(("label", "fields"), cards().items())
def test_card_has_a_figure_with_a_quotation_a_source_and_a_caveat(label, fields):
    """A published figure never stands alone."""
    figure = dict(fields)["Figure"]

    assert [True] * 3 == ["“" in figure, "{cite" in figure, "The caveat" in figure]


@pytest.mark.parametrize(("label", "fields"), cards().items())
def test_card_cites_its_failure_and_links_its_stage(label, fields):
    """A failure has a source, and the stage leads to its chapter."""
    card = dict(fields)

    assert ["{cite" in card["Failure"], "](../lifecycle/" in card["Stage"]] == [True] * 2
