"""The ready courses: one is broken in each way, and the build names the place."""

import pytest
from bs4 import BeautifulSoup

from tests.project import build_changed

COURSES = "_data/courses.toml"
PAGE = "---\ndescription: A page.\nobjectives:\n  a: Say it.\nprerequisites: [{needs}]\naudience: [all]\ndifficulty: 1\n---\n\n# {title}\n\n{text}\n"
LONG = "All of this is said in words of its own. " * 70  # three minutes and a half, and a quiz
FILES = {
    "conf.py": 'extensions = ["myst_parser", "docs._ext.course"]\n'
    'myst_enable_extensions = ["attrs_inline"]\n',
    "index.md": "---\ndescription: Start.\n---\n\n# Start\n\n```{course} days\n```\n\n"
    "```{course} days\n:brief:\n:caption: The days\n```\n\n"
    "```{toctree}\na\nb\nc\nlabs/one\nlabs/two\n```\n",
    "a.md": PAGE.format(needs="", title="The A", text="Short."),
    "b.md": PAGE.format(needs="a", title="The B", text=LONG),
    "c.md": PAGE.format(needs="b", title="The C", text="Short."),
    "labs/one.md": "---\ndescription: A lab.\n---\n\n# Lab one\n",
    "labs/two.md": "---\ndescription: A lab.\n---\n\n# Lab two\n",
    "_data/paths.toml": '[[path]]\nid = "all"\nname = "All"\nline = "read on."\ngoals = ["a"]\n'
    'brings = "A."\nnew = "B."\nfirst_week = [{ kind = "read", page = "a", do = "Do it." }]\n'
    'ninety_days = [{ by = 1, kind = "quiz", page = "a", do = "Do it." }]\n',
    COURSES: """\
[[lab]]
page = "labs/one"
after = ["a"]

[[lab]]
page = "labs/two"
after = []

[[course]]
id = "days"
minutes = 60
begins = "9:30"

[[course.part]]
name = "Day 1: begin"
shows = "Lab one."
home = ["a"]
block = [
  { do = "Hello, `you`", minutes = 25 },
  { page = "b", minutes = 15 },
  { page = "labs/one", minutes = 20 },
]

[[course.part]]
name = "Day 2: end"
shows = "Lab two."
block = [
  { page = "c", minutes = 35, drop = 1 },
  { page = "labs/two", minutes = 25 },
]
""",
}


@pytest.fixture
def built(tmp_path):
    """Return a function that builds the project with one text changed."""
    return build_changed(tmp_path / "docs", FILES)


def test_a_sound_file_builds_without_a_warning(built):
    """What follows fails for its own fault, not for the project's."""

    assert "" == built()


FAULTS = {
    "the minutes do not add up": (
        COURSES, "minutes = 25 },\n  { page", "minutes = 30 },\n  { page",
        f"{COURSES}:15: WARNING: Day 1: begin: its blocks take 65 minutes of 60",
    ),
    "a chapter comes before what it needs": (
        COURSES, 'home = ["a"]', 'home = ["c", "a"]',
        f"{COURSES}:15: WARNING: Day 1: begin: c needs b first",
    ),
    "a lab comes before its chapter": (
        COURSES, 'after = ["a"]', 'after = ["c"]',
        f"{COURSES}:15: WARNING: Day 1: begin: labs/one needs c first",
    ),
    "what is left out is needed later": (
        COURSES, '{ page = "b", minutes = 15 }', '{ page = "b", minutes = 15, drop = 2 }',
        "",  # c, which needs b, is left out before
    ),
    "what is left out first is needed by what stays": (
        COURSES, "after = []", 'after = ["c"]',
        f"{COURSES}:25: WARNING: Day 2: end: labs/two needs c first, once 1 blocks are dropped",
    ),
    "a page is unknown": (
        COURSES, '{ page = "c"', '{ page = "d"',
        f"{COURSES}:25: WARNING: Day 2: end: there is no page 'd'",
    ),
    "a page comes twice": (
        COURSES, '{ page = "c"', '{ page = "b"',
        f"{COURSES}:25: WARNING: Day 2: end: b has been before",
    ),
    "labs have changed places": (
        COURSES, '"labs/one", minutes = 20 },\n]', '"labs/two", minutes = 20 },\n]',
        f"{COURSES}:25: WARNING: Day 2: end: labs/two has been before",
    ),
    "a block is shorter than its page": (
        COURSES, 'minutes = 25 },\n  { page = "b", minutes = 15 }', 'minutes = 35 },\n  { page = "b", minutes = 5 }',
        f"{COURSES}:15: WARNING: Day 1: begin: b has 5 minutes, and alone it takes 7",
    ),
    "a block is a page and something else": (
        COURSES, '{ page = "c"', '{ page = "c", do = "Talk"',
        f"{COURSES}:25: WARNING: Day 2: end: a block has either `page` or `do`",
    ),
    "a course is unknown": (
        "index.md", "{course} days", "{course} weeks",
        "index.md:7: ERROR: courses.toml has no course 'weeks': days",
    ),
    "a course in brief has no caption": (
        "index.md", ":caption: The days\n", "",
        "index.md:10: ERROR: a course in brief needs a `:caption:` that the reader sees",
    ),
}  # fmt: skip


@pytest.mark.parametrize("fault", FAULTS)
def test_a_fault_is_named_with_its_place(built, fault):
    """The build says what is wrong, in which file, on which line."""
    name, old, new, expected = FAULTS[fault]
    told = built(name, old, new)

    assert expected in told
    assert bool(expected) == bool(told)


def test_labs_keep_their_order(built):
    """A later lab that is done first is told, although neither lacks a chapter."""
    told = built(
        COURSES, '{ do = "Hello, `you`", minutes = 25 }', '{ page = "labs/two", minutes = 25 }'
    )

    assert f"{COURSES}:15: WARNING: Day 1: begin: labs/one comes after a later lab" in told


def test_a_day_has_its_clock_and_a_course_in_brief_its_weeks(built, tmp_path):
    """The table of a day begins with what is read before, and ends with what is shown."""
    built(builder="html")
    page = BeautifulSoup((tmp_path / "docs/_build/index.html").read_text("utf-8"), "html.parser")
    first, _, brief = [
        [
            [c.get_text(" ", strip=True) for c in row(["th", "td"])]
            for row in table.select("tbody tr")
        ]
        for table in page.select("table.talk")
    ]

    assert [
        ["before", "Read The A"],
        ["9:30", "Hello, you (25 minutes)"],
        ["9:55", "The B (15 minutes)"],
        ["10:10", "Lab: Lab one (20 minutes)"],
        ["10:30", "To show: Lab one."],
    ] == first
    assert [
        "Day 2",
        "end The C (35; leave out first) · Lab: Lab two (25) To show: Lab two.",
    ] == brief[1]
