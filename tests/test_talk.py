"""The running order of the talk: it is broken in each way, and the build names the place."""

import re
import tomllib
from pathlib import Path

import pytest
from bs4 import BeautifulSoup

from docs._ext.talk import LENGTHS, clock
from tests.project import build_changed

FILES = {
    "conf.py": 'extensions = ["myst_parser", "sphinxcontrib.bibtex", "docs._ext.talk"]\n'
    'myst_enable_extensions = ["attrs_inline"]\nbibtex_bibfiles = ["all.bib"]\n',
    "all.bib": "@misc{office2024pay,\n  says = {It was found.},\n  title = {Pay},\n  year = {2024},\n"
    "  author = {{Office}}\n}\n",
    "index.md": "---\ndescription: A talk.\n---\n\n# The talk\n\n```{talk} 60 90\n:caption: Slide by slide\n```\n\n"
    "```{talk} 30\n:caption: What is left\n:brief:\n```\n\n"
    "(hello)=\n(again)=\n## Hello\n\n"
    + "All of this is said in words of its own. " * 8
    + "\n\n```{claim} too-much\n```\n\n(other-deck)=\n(later)=\n(later-too)=\n(last)=\n## One day\n\n"
    + "All of this is said in words of its own. " * 8
    + "\n\n```{bibliography}\n```\n",
    "_data/syllabus.toml": "".join(
        f'[[bullet]]\nid = "{id}"\ndeck = {deck}\nslide = "{slide}"\nkind = "topic"\ntext = "{id}"\n\n'
        for id, deck, slide in (
            ("other-deck", 1, "Start"),
            ("hello", 2, "Start"),
            ("again", 2, "Start"),
            ("later", 2, "The course"),
            ("later-too", 2, "The course"),
            ("last", 2, "The end"),
        )
    ),
    "_data/claims.toml": '[[claim]]\nid = "too-much"\nentry = "hello"\nslide_says = "All"\n'
    'verdict = "partly"\nfound = "It was found {cite:p}`office2024pay`."\nsay = "Some."\n'
    "checked = 2026-11-30\ngood_until = 2027-11-30\n",
    "_data/talk.toml": """\
[[step]]
title = "Start"
minutes30 = 20
minutes60 = 40
minutes90 = 61
sections = ["hello", "again"]
say = "Good evening."
claim = ["too-much"]
ask = "Who is here?"
listen = "A hand."

[[step]]
title = "The course"
outline = true
minutes30 = 0
minutes60 = 0
minutes90 = 9
sections = ["later"]
say = "Another day."

[[step]]
title = "A demo"
ours = true
minutes30 = 5
minutes60 = 10
minutes90 = 10
sections = []
say = "Look at this."

[[step]]
title = "The end"
minutes30 = 5
minutes60 = 10
minutes90 = 10
sections = ["last"]
say = "Good night."
instead = "See you."

""",
}


@pytest.fixture
def built(tmp_path):
    """Return a function that builds the project with one text changed."""
    return build_changed(tmp_path / "docs", FILES)


def test_a_sound_file_builds_without_a_warning(built):
    """What follows fails for its own fault, not for the project's."""

    assert "" == built()


TALK = "_data/talk.toml"
COURSE, DEMO, END = (f"[[step]]{step.rstrip()}\n\n" for step in FILES[TALK].split("[[step]]")[2:])
FAULTS = {
    "the minutes are too few": (
        TALK, "minutes60 = 40", "minutes60 = 39",
        f"{TALK}:1: WARNING: the steps take 59 minutes in the talk of 60",
    ),
    "the minutes are too many": (
        TALK, "minutes90 = 61", "minutes90 = 62",
        f"{TALK}:1: WARNING: the steps take 91 minutes in the talk of 90",
    ),
    "a slide is unknown": (
        TALK, '"The end"', '"An end"',
        f"{TALK}:31: WARNING: the deck has no slide 'An end': copy its name from syllabus.toml",
    ),
    "a slide is not shown": (
        TALK, 'title = "The end"', 'title = "My end"\nours = true',
        f"{TALK}:1: WARNING: no step shows the slide 'The end'",
    ),
    "two slides have changed places": (
        TALK, COURSE + DEMO + END, DEMO + END + COURSE,
        f"{TALK}:31: WARNING: 'The course' comes before 'The end' in the deck",
    ),
    "a slide is shown twice": (
        TALK, 'title = "The course"\noutline = true', 'title = "Start"\noutline = true',
        f"{TALK}:2: WARNING: 'Start' comes before 'Start' in the deck",
    ),
    "an entry is left to no section": (
        TALK, '["hello", "again"]', '["hello"]',
        f"{TALK}:2: WARNING: Start: no section is named for the entry 'again'",
    ),
    "a section is no entry": (
        TALK, '["later"]', '["latest"]',
        f"{TALK}:18: WARNING: The course: 'latest' is no entry of the deck",
    ),
    "a section is one of the other deck": (
        TALK, '["later"]', '["other-deck"]',
        f"{TALK}:18: WARNING: The course: 'other-deck' is no entry of the deck",
    ),
    "a claim is unknown": (
        TALK, '["too-much"]', '["too-little"]',
        f"{TALK}:8: WARNING: Start: claims.toml has no claim 'too-little'",
    ),
    "a figure is said without a source": (
        TALK, "See you.", "See 80 % of you.",
        f"{TALK}:37: WARNING: The end: '80 %' has no source here: name a claim that says it",
    ),
    "a talk is as long as no other": (
        "index.md", "{talk} 30", "{talk} 45", "index.md:11: ERROR: write one or more of the lengths 30, 60, 90",
    ),
    "a talk is as long as a word": (
        "index.md", "{talk} 30", "{talk} short", "index.md:11: ERROR: write one or more of the lengths",
    ),
    "a table has no caption": (
        "index.md", ":caption: What is left\n", "",
        "index.md:11: ERROR: the talk needs a `:caption:` that the reader sees",
    ),
}  # fmt: skip


@pytest.mark.parametrize("fault", FAULTS)
def test_a_fault_is_named_with_its_place(built, fault):
    """The build says what is wrong, in which file, on which line."""
    name, old, new, expected = FAULTS[fault]

    assert expected in built(name, old, new)


def test_a_fault_is_told_once_on_a_page_with_two_tables(built):
    """The file has one fault, however often it is shown."""

    assert 1 == built(TALK, "minutes60 = 40", "minutes60 = 39").count("WARNING")


@pytest.fixture
def tables(built, tmp_path):
    """Return the two tables of the built page."""
    built(builder="html")
    html = (tmp_path / "docs/_build/index.html").read_text("utf-8")
    return BeautifulSoup(html, "html.parser").select("table.talk")


def cells(table):
    """Return the texts of a table's body, row by row."""
    return [
        [cell.get_text(" ", strip=True).replace("\N{EN DASH}", "-") for cell in row(["th", "td"])]
        for row in table.select("tbody tr")
    ]


def test_a_row_has_its_times_its_words_and_its_sections(tables):
    """What is left out says so, a heading with two labels is named once, and a claim is said."""

    assert [
        [
            "60 0:00-0:40 90 0:00-1:01",
            "Start Say: Good evening. Instead of “All”: Some. Ask: Who is here? Listen for: A hand. "
            "Open: Hello",
        ],
        [
            "60 left out 90 1:01-1:10",
            "The course Say: Another day. Open: One day",
        ],
        ["60 0:40-0:50 90 1:10-1:20", "A demo Say: Look at this."],
        [
            "60 0:50-1:00 90 1:20-1:30",
            "The end Say: Good night. Say instead: See you. Open: One day",
        ],
    ] == cells(tables[0])
    assert ["#hello", "#later", "#last"] == [
        link["href"] for link in tables[0].select(".sections a")
    ]
    assert {"th"} == {row.find(True).name for row in tables[0].select("tbody tr")}


def test_the_brief_table_holds_what_is_left(tables):
    """Times and names alone, without what is left out."""

    assert [["0:00-0:20", "Start"], ["0:20-0:25", "A demo"], ["0:25-0:30", "The end"]] == cells(
        tables[1]
    )


def test_a_clock_goes_past_the_hour():
    """A step that is left out takes no place."""

    assert ["0:00-0:59", "", "0:59-1:05"] == [
        time.replace("\N{EN DASH}", "-") for time in clock([59, 0, 6])
    ]


FIRST_OUT = ("Module ", "Slide 2 ", "Slide 6 ")
KEPT = ("Slide 3 ", "Slide 4 ", "The demo", "Questions")


def test_the_page_shows_each_length_and_leaves_out_what_it_names():
    """Its sentences on what to keep and what to leave out agree with the minutes of the file."""
    steps = tomllib.loads(Path("docs", TALK).read_text("utf-8"))["step"]
    page = Path("docs/modules/case-for-mlops/the-talk.md").read_text("utf-8")

    shown = re.findall(r"^```\{talk\} (.+)$", page, re.M)
    assert list(LENGTHS) == sorted(int(length) for line in shown for length in line.split())
    assert "Keep the problem, Netflix, the demo and the questions." in page
    for step in steps:
        if step["title"].startswith(FIRST_OUT):
            assert not step["minutes30"]
        if step["title"].startswith(KEPT):
            assert all(step[f"minutes{length}"] for length in LENGTHS)
