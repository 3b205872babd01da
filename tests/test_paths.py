"""*Path and order*: each page of a path comes after what it says to read first, or the build fails."""

import json

import pytest
from bs4 import BeautifulSoup

from docs._ext.paths import CycleError, duration, sort_by_needs
from tests.project import build, build_changed

CHAPTER = """\
---
description: A chapter.
objectives: {{one: do one thing}}
prerequisites: [{needs}]
audience: [{audience}]
difficulty: 1
---

# To {verb}

Words.
"""
FILES = {
    "conf.py": 'extensions = ["myst_parser", "docs._ext.chapter"]\n',
    "index.md": "---\ndescription: All.\n---\n\n# All\n\n```{toctree}\nfly\nland\nstart\nnotes\n"
    "swim\nevery\n```\n\n```{path-cards}\n```\n",
    "every.md": "---\ndescription: Paths.\n---\n\n# Every path\n\n```{path} pilots\n```\n\n"
    "```{path} sailors\n```\n",
    "fly.md": CHAPTER.format(needs="start", audience="pilots, sailors", verb="fly"),
    "land.md": CHAPTER.format(needs="fly", audience="pilots", verb="land"),
    "start.md": CHAPTER.format(needs="", audience="pilots, sailors", verb="start"),
    "notes.md": "---\ndescription: A page.\n---\n\n# Notes: a log\n\nWords.\n",
    "swim.md": "---\ndescription: A lab.\nlab: 1\nedits: 2\n---\n\n# Swim\n",
    "_data/paths.toml": """\
[[path]]
id = "pilots"
name = "Pilots"
line = "look up."
goals = [
  "notes",
  "land",
  "swim",
]

[[path]]
id = "sailors"
name = "Sailors"
line = "look down."
goals = ["fly"]
end = "notes"
""",
}


@pytest.fixture
def warnings(tmp_path):
    """Build the project with one text changed."""
    return build_changed(tmp_path, FILES)


def test_a_page_comes_after_all_that_it_needs():
    """Goals keep their order as far as what they need lets them, and each page is there once."""
    needs = {"a": ["b", "c"], "b": ["d"], "c": ["d"], "e": ["b"]}

    assert ["d", "b", "e", "c", "a", "f"] == sort_by_needs(["e", "a", "f", "b"], needs)


def test_pages_that_need_each_other_are_named():
    """No order would hold."""
    with pytest.raises(CycleError, match="b → c → b"):
        sort_by_needs(["a"], {"a": ["b"], "b": ["c"], "c": ["b"]})


@pytest.mark.parametrize(
    ("minutes", "said"),
    [(119, "119 minutes"), (120, "2 hours"), (134, "2 hours 14 minutes")],
)
def test_how_long(minutes, said):
    """Two hours and more are told in hours."""
    assert said == duration(minutes)


def test_a_path_has_what_its_goals_need(warnings, tmp_path):
    """On its page, on its card and in the file of the bar; a stop may be a lab or a plain page."""
    assert "" == warnings(builder="html")

    root = tmp_path / "_build"
    page = BeautifulSoup((root / "every.html").read_text("utf-8"), "html.parser")
    listed = [a["href"] for a in page.select("#path-pilots ol a")]
    names = [a.text for a in page.select("#path-pilots ol a")]
    home = BeautifulSoup((root / "index.html").read_text("utf-8"), "html.parser")
    card = [a["href"] for a in home.select(".path-cards > li")[0]("a")]
    written = (root / "_static/paths.js").read_text("utf-8")
    pages, paths = json.loads(written.removeprefix("document.currentScript.paths="))

    stops = ["notes", "start", "fly", "land", "swim"]
    assert [f"{stop}.html?path=pilots" for stop in stops] == listed
    assert ["Notes: a log", "To start", "To fly", "To land", "Lab: Swim"] == names
    assert [*listed[:3], "every.html#path-pilots"] == card
    assert "5 stops, 20 minutes." in page.select_one("#path-pilots").text
    name, numbers, *end = paths["pilots"]
    assert ("Pilots", ["every.html#path-pilots", "the list of stops"]) == (name, end)
    assert stops == [pages[n][0].removesuffix(".html") for n in numbers]
    assert ["start.html", "fly.html"] == [pages[n][0] for n in paths["sailors"][1]]
    assert ["notes.html", "“Notes”"] == paths["sailors"][2:]


def test_each_card_has_a_link_to_it(warnings, tmp_path):
    """In their order; the last card is far below on a phone."""
    warnings(builder="html")
    page = BeautifulSoup((tmp_path / "_build/index.html").read_text("utf-8"), "html.parser")
    jumps = [(a.text, a["href"]) for a in page.select(".path-jumps a")]

    assert [("Pilots", "#card-pilots"), ("Sailors", "#card-sailors")] == jumps
    assert [href for _, href in jumps] == [
        f"#{card['id']}" for card in page.select(".path-cards > li")
    ]


def test_a_chapter_may_be_on_no_path(warnings):
    """A path holds what its reader needs and no more."""
    assert "" == warnings("_data/paths.toml", '  "land",\n', "")


def test_where_a_part_begins(warnings, tmp_path):
    """Its first paragraph, the way to its first page, and its pages in order: a chapter, a lab."""
    part = "# All\n\nWhat it is for.\n\nIn this order.\n\n```{chapters}\n```\n\n```{toctree}\n"
    listed = "Take off <start>\nfly\nswim\n"
    begun = "# All\n\n```{toctree}\nfly\nland\nstart\nnotes\nswim\n"

    assert "" == warnings("index.md", begun, f"{part}{listed}land\nnotes\n", builder="html")

    home = BeautifulSoup((tmp_path / "_build/index.html").read_text("utf-8"), "html.parser")
    about, begin = home.select("section > p")[:2]
    cards = [[part.text for part in card("p")] for card in home.select("ol.chapters > li")]

    assert "What it is for." == about.text
    assert "Begin: Take off All 6 chapters, 21 minutes" == begin.text
    assert ["start.html", "#chapters"] == [a["href"] for a in begin("a")]
    assert cards[:3] == [
        ["To start 4 minutes · for everybody", "A chapter."],
        ["To fly 4 minutes · for everybody", "A chapter."],
        ["Swim 7 minutes", "A lab."],
    ]
    assert home.select_one("ol#chapters")


FAULTS = {
    "a need is not for these readers": (
        "start.md", "pilots, sailors", "sailors",
        "start.md:5: WARNING: the path of 'pilots' leads here: name it in `audience`",
    ),
    "pages need each other": (
        "start.md", "prerequisites: []", "prerequisites: [land]",
        "land.md:4: WARNING: these pages name each other in `prerequisites`, so none can be first: "
        "land → fly → start → land",
    ),
    "a goal is no page": (
        "_data/paths.toml", '"swim"', '"swin"',
        "_data/paths.toml:8: WARNING: there is no page 'swin'",
    ),
    "an end is no page": (
        "_data/paths.toml", 'end = "notes"', 'end = "logs"',
        "_data/paths.toml:16: WARNING: there is no page 'logs'",
    ),
    "no page lists a path": (
        "every.md", "```{path} sailors\n```\n", "",
        "_data/paths.toml:12: WARNING: no page lists this path: write {path} sailors on one",
    ),
    "a page lists no path": (
        "every.md", "{path} sailors", "{path} divers",
        "'divers' is none of the paths of _data/paths.toml",
    ),
}  # fmt: skip


@pytest.mark.parametrize("fault", FAULTS)
def test_a_path_that_does_not_hold_fails(warnings, fault):
    """The build says what is wrong, in which file, on which line."""
    name, old, new, expected = FAULTS[fault]

    assert expected in warnings(name, old, new)


def test_everybody_is_not_those_who_teach(warnings, tmp_path):
    """A chapter for all readers says so, though it does not name who teaches them."""
    assert "" == warnings(
        "_data/paths.toml", "[[path]]",
        '[[path]]\nid = "teachers"\nname = "Teachers"\nline = "talk."\nteaches = true\n'
        'goals = ["notes"]\n\n[[path]]',
    ).replace("_data/paths.toml:2: WARNING: no page lists this path: write {path} teachers on one\n", "")  # fmt: skip
    build(tmp_path, "text")

    assert "All six audiences" in (tmp_path / "_build/start.txt").read_text("utf-8")
    assert "Pilots ·" in (tmp_path / "_build/land.txt").read_text("utf-8")
