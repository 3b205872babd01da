"""Published figures and dated events: a row has its place on the scale, and a fault its line."""

import pytest
from bs4 import BeautifulSoup

from docs._ext.published import Dots, Events
from tests.project import build_changed

FILES = {
    "conf.py": 'extensions = ["myst_parser", "sphinxcontrib.bibtex", "docs._ext.cited", '
    '"docs._ext.evidence", "docs._ext.published"]\nbibtex_bibfiles = ["all.bib"]\n',
    "all.bib": "@misc{office2024pay,\n  says = {Half of them earn 40,000 or less in Spain},\n"
    "  title = {Pay},\n  year = {2024},\n  author = {{Office}}\n}\n"
    "@misc{first2009talk,\n  says = {On 23 June 2009 a talk was given},\n  title = {Talk},\n"
    "  year = {2009},\n  author = {{Conference}}\n}\n",
    "index.md": "# Pay\n\n```{dots} pay\n:caption: Pay by country\n:unit: euros a year\n```\n\n"
    "```{events} past\n:caption: What happened\n```\n\n```{bibliography}\n```\n",
    "_data/cited/pay.csv": "label,value,low,high,year,source,note\n"
    "Spain,40000,,,2024,office2024pay,half of them\n"
    '"Spain\'s advertisements",,20000,80000,2024,office2024pay,half of them\n'
    "Portugal,,,,2024,,no figure with a method\n",
    "_data/cited/past.csv": "date,event,source\n2009-06-23,A talk was given.,first2009talk\n",
}


@pytest.fixture
def built(tmp_path):
    """Return a function that builds the project with one text changed."""
    return build_changed(tmp_path / "docs", FILES)


def test_a_row_is_held_to_its_source(built):
    """What the entry does not say is told, a figure of a row like one of a sentence."""
    doubts = {line.split("WARNING: ")[1] for line in built().splitlines() if "entry" in line}

    assert ["'20000'", "'80000'"] == sorted(doubt.split()[0] for doubt in doubts)
    assert "has no source" not in built()


def test_a_mark_stands_where_its_figure_is_on_the_scale(built, tmp_path):
    """The scale runs from zero to the greatest figure, and a gap is no dot."""
    built(builder="html")
    page = BeautifulSoup((tmp_path / "docs/_build/index.html").read_text("utf-8"), "html.parser")
    marks = [(mark["class"], mark["style"]) for mark in page.select("table.dots .track")]

    assert [
        (["track"], "--value: 0.5000"),
        (["track"], "--low: 0.2500; --high: 1.0000"),
        (["track", "gap"], ""),
    ] == marks
    assert [
        "40,000",
        "20,000 to 80,000",
        "no sound figure found",
    ] == [cell.get_text(strip=True) for cell in page.select("table.dots td")]
    assert ["Spain, 2024", "Spain\u2019s advertisements, 2024", "Portugal, 2024"] == [
        label.get_text() for label in page.select("table.dots strong")
    ]
    assert ["23 June 2009"] == [
        cell.get_text(strip=True) for cell in page.select("table.events tbody th")
    ]


PAY, PAST = "_data/cited/pay.csv", "_data/cited/past.csv"
FAULTS = {
    "a figure with a comma": (PAY, "40000", '"40,000"', "pay.csv:2: WARNING: '40,000' is no number"),
    "half a spread": (PAY, "20000", "", "pay.csv:3: WARNING: write both `low` and `high`"),
    "a spread upside down": (PAY, "20000,80000", "80000,20000", "pay.csv:3: WARNING: write `low`"),
    "a year that is none": (PAY, ",2024,", ",24,", "pay.csv:2: WARNING: '24' is no year"),
    "a figure without a source": (
        PAY, "office2024pay", "", "pay.csv:2: WARNING: write a label, a note",
    ),
    "an unknown source": (PAY, "office2024pay", "office", 'could not find bibtex key "office"'),
    "a value too many": (PAY, "half of them", "half, of them", "pay.csv:2: WARNING: write 7 values"),
    "another heading": (PAY, "label", "name", f"pay.csv:1: write the line {','.join(Dots.columns)}"),
    "no row": (PAST, "2009-06-23,A talk was given.,first2009talk\n", "", "past.csv:2: write a row"),
    "a month that is none": (PAST, "2009-06-23", "2009-13", "past.csv:2: WARNING: '2009-13' is no"),
    "an event without a source": (PAST, "first2009talk", "", "past.csv:2: WARNING: write an event"),
    "another file": ("index.md", "past", "passed", f"with the line {','.join(Events.columns)}"),
    "a file that no page draws": ("index.md", "{events} past", "{dots} pay", "past.csv:1: WARNING: no"),
    "no caption": ("index.md", ":caption: What happened\n", "", "events need a `:caption:`"),
}  # fmt: skip


@pytest.mark.parametrize("fault", FAULTS)
def test_a_fault_is_named_with_its_place(built, fault):
    """The build says what is wrong, in which file, on which line."""
    name, old, new, expected = FAULTS[fault]

    assert expected in built(name, old, new)
