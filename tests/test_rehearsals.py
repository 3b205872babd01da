"""The rehearsal log: empty it says so, with rows it shows them, and a wrong row is named."""

import re
import tomllib
from pathlib import Path

import pytest
import yaml
from bs4 import BeautifulSoup

from docs._ext import data
from docs._ext.rehearsals import FORM, NOBODY
from tests.project import build, build_changed, write

ROWS = "_data/rehearsals.toml"
FILES = {
    "conf.py": 'extensions = ["myst_parser", "docs._ext.rehearsals"]\n'
    'myst_enable_extensions = ["attrs_inline"]\n',
    "index.md": "---\ndescription: Start.\n---\n\n# Start\n\n```{rehearsals}\n```\n\n"
    "```{toctree}\nlabs/one\n```\n",
    "labs/one.md": "---\ndescription: A lab.\n---\n\n# Lab one\n\n(part)=\n\n## A part of it\n",
    "_data/plans/two-days.toml": 'title = "Two days"\nline = "For all."\nevery = "day"\nminutes = 5\n'
    '[[part]]\nname = "Day 1: begin"\nshows = "A word."\n\n'
    '[[part]]\nname = "Day 2: end"\nshows = "A word."\n',
    "_data/activities.toml": '[[activity]]\nid = "hello"\ntitle = "Say *hello*"\nminutes = 5\n'
    'people = "all"\nneeds = []\nsteps = ["Say it."]\nwatch = "Who does not."\ndrop = "All of it"\n',
    ROWS: """\
[[rehearsal]]
date = 2027-01-12
what = "labs/one"
people = 16
planned = 35
taken = 50
left_out = "the debrief."
note = "Two laptops | had no git."

[[rehearsal]]
date = 2027-02-01
what = "two-days"
part = "Day 2"
people = 1
planned = 360
taken = 1400
left_out = ""

[[rehearsal]]
date = 2027-01-13
what = "hello"
people = 8
planned = 5
taken = 4
left_out = ""

[[rehearsal]]
date = 2027-01-11
what = "labs/one#part"
people = 8
planned = 10
taken = 9
left_out = ""
""",
}


@pytest.fixture
def built(tmp_path):
    """Return a function that builds the project with one text changed."""
    return build_changed(tmp_path / "docs", FILES)


def shown(folder):
    """Return the article of the built first page."""
    return BeautifulSoup((folder / "docs/_build/index.html").read_text("utf-8"), "html.parser")


def test_rows_are_shown_with_planned_against_taken(built, tmp_path):
    """The newest first, each with its link, people and note; the title has the sums."""
    assert "" == built(builder="html")
    table = shown(tmp_path).select_one("table")
    rows = [[cell.get_text(" ", strip=True) for cell in row("td")] for row in table("tr")][1:]

    assert "4 rows: 410 minutes planned, 1,463 taken" in table.caption.text
    assert [
        [
            "The plan Two days , Day 2 , 1 February 2027, 1 person. Left out: nothing.",
            "360",
            "1400",
        ],
        ["Say *hello* , 13 January 2027, 8 people. Left out: nothing.", "5", "4"],
        [
            "Lab one , 12 January 2027, 16 people. Left out: the debrief. Two laptops | had no git.",
            *("35", "50"),
        ],
        ["A part of it , 11 January 2027, 8 people. Left out: nothing.", "10", "9"],
    ] == rows
    links = [link["href"] for link in table("a")]
    assert ["labs/one.html", "labs/one.html#part"] == [a for a in links if a[0] != "#"]


def test_an_empty_log_says_so(built, tmp_path):
    """As it is today: no row, no table, and a sentence that nobody has sent one."""
    assert "" == built(ROWS, FILES[ROWS], "", builder="html")
    page = shown(tmp_path)

    assert NOBODY in page.text
    assert not page("table")


@pytest.mark.parametrize("rows", ["", FILES[ROWS]], ids=["empty", "with rows"])
def test_a_known_repository_has_a_link_to_the_form(tmp_path, rows):
    """And the form is there, with a field for each key of a row but the plan's part."""
    write(tmp_path / "docs", FILES | {ROWS: rows})
    address = "https://code.example/handbook"
    assert "" == build(tmp_path / "docs", "html", handbook_repository=address)
    links = [link["href"] for link in shown(tmp_path)("a") if "minutes" in link.text]
    form = yaml.safe_load(Path(".github/ISSUE_TEMPLATE", FORM).read_text("utf-8"))
    keys = data.validator("rehearsals").schema["properties"]["rehearsal"]["items"]["properties"]

    assert [f"{address}/issues/new?template={FORM}"] == links
    assert keys.keys() - {"part"} == {field["id"] for field in form["body"] if "id" in field}


FAULTS = {
    "a page that is not there": (
        '"labs/one"',
        '"labs/two"',
        f"{ROWS}:3: WARNING: there is no page, activity or plan 'labs/two': write a page, the id of "
        "an activity, or the name of a plan",
    ),
    "a section that is not there": ("#part", "#whole", "undefined label: 'whole'"),
    "a part of what is no plan": (
        'what = "hello"',
        'what = "hello"\npart = "Day 1"',
        f"{ROWS}:21: WARNING: 'hello' is no plan with parts, so leave out `part`",
    ),
    "a part that the plan does not have": (
        "Day 2",
        "Day 3",
        f"{ROWS}:13: WARNING: two-days has no part 'Day 3': write one of Day 1, Day 2",
    ),
    "minutes that are no number": (
        "taken = 50",
        'taken = "fifty"',
        f'{ROWS}:6: WARNING: `taken` is "fifty". Write how many minutes it took by the clock, as a '
        "whole number.",
    ),
    "nobody who learnt": ("people = 16", "people = 0", f"{ROWS}:4: WARNING: `people` is 0."),
    "a date in quotes": (
        "date = 2027-01-12",
        'date = "2027-01-12"',
        f"{ROWS}:2: WARNING: `date` is",
    ),
    "a key that is not known": (
        "left_out",
        "dropped",
        f"{ROWS}:7: WARNING: `dropped` is no key of a rehearsal.",
    ),
}


@pytest.mark.parametrize("fault", FAULTS)
def test_a_wrong_row_is_named_with_its_line(built, fault):
    """By the schema or by the build, with what to write."""
    old, new, told = FAULTS[fault]

    assert told in built(ROWS, old, new)


def test_the_example_in_the_file_is_sound(tmp_path):
    """A trainer copies the row that stands in the file's first comment, and on the page."""
    first = Path("docs/_data/rehearsals.toml").read_text("utf-8")
    page = Path("docs/teach/rehearsal-log.md").read_text("utf-8")
    blocks = [
        re.sub(
            r"^#(?:   |$)", "", "\n".join(re.findall(r"^#(?: {3}.*)?$", first, re.M)), flags=re.M
        ),
        re.search(r"```toml\n(.*?)```", page, re.S)[1],
    ]

    for block in blocks:
        row = tomllib.loads(block)
        assert [] == data.data_faults(row, "rehearsals")
        assert row["rehearsal"][0]["what"] == "labs/first-model"
