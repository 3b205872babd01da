"""A way in for each audience: every step names a page that is what the step says."""

import pytest
from bs4 import BeautifulSoup

from tests.project import build, write
from tests.test_quiz import QUIZ

CONF = """
extensions = ["myst_parser", "sphinx_design", "docs._ext.ways"]
myst_enable_extensions = ["colon_fence"]
"""
CHAPTER = f"""\
---
description: A chapter.
objectives: {{one: do one thing}}
audience: [pilots]
difficulty: 1
---

# To fly

{"word " * 200}
"""
PATHS = """\
[[path]]
id = "pilots"
name = "Pilots"
line = "start here."
brings = "You know *the sky*."
new = "The sea."
first_week = [
  { kind = "read", page = "modules/fly", do = "Look up." },
  { kind = "quiz", page = "modules/fly", do = "Look down." },
]
ninety_days = [
  { by = 30, kind = "lab", page = "labs/swim", do = "You have swum." },
  { by = 90, kind = "milestone", page = "modules/fly", do = "**Show** a photo." },
]
goals = ["modules/fly"]
"""
FILES = {
    "conf.py": CONF,
    "index.md": "---\ndescription: All.\n---\n\n# All\n\n```{toctree}\nmodules/fly\nlabs/swim\n```\n\n"
    "```{way-in} pilots\n```\n\nThe lab takes {minutes}`labs/swim`.\n",
    "modules/fly.md": CHAPTER,
    "labs/swim.md": "---\ndescription: A lab.\nlab: 1\nedits: 1\n---\n\n# To swim\n",
    "_data/paths.toml": PATHS,
    "_data/quizzes/fly.toml": QUIZ,
}


@pytest.fixture
def folder(tmp_path):
    """The sound project."""
    write(tmp_path, FILES)
    return tmp_path


def test_a_way_in_says_what_to_do_with_minutes_and_links(folder):
    """Minutes are those of the pages: a page that a week names twice is read once."""
    assert "" == build(folder, "html")
    page = BeautifulSoup((folder / "_build/index.html").read_text("utf-8"), "html.parser")
    said = " ".join(page.select_one("[role=main]").text.split())

    assert "You bring: You know the sky. New to you: The sea." in said
    assert "Your first week, 5 minutes: read: To fly (5 minutes). Look up." in said
    assert "Your whole path, 5 minutes: start here." in said
    assert "By day 30, lab: To swim (4 minutes). You have swum." in said
    assert "By day 90, milestone: To fly. Show a photo." in said
    assert "The lab takes 4." in said
    assert [a["href"] for a in page.select("details a.reference")] == ["modules/fly.html"]


FAULTS = {
    "a page is missing": (
        'page = "labs/swim"', 'page = "labs/dive"',
        "_data/paths.toml:12: WARNING: a step needs the page 'labs/dive', and there is none: name "
        "one that exists",
    ),
    "a lab is a chapter": (
        'page = "labs/swim"', 'page = "modules/fly"',
        "_data/paths.toml:8: WARNING: 'modules/fly' is no lab: name a page of labs/, or write "
        "another kind",
    ),
    "a quiz is a lab": (
        '"quiz", page = "modules/fly"', '"quiz", page = "labs/swim"',
        "_data/paths.toml:9: WARNING: 'labs/swim' has no quiz: name a chapter, or write another kind",
    ),
    "a step leads off the path": (
        'goals = ["modules/fly"]', 'goals = ["labs/swim"]',
        "_data/paths.toml:8: WARNING: 'modules/fly' is not on this path: name a page that is, or add "
        "it to `goals`",
    ),
    "the days end with nothing to show": (
        '"milestone"', '"quiz"',
        "_data/paths.toml:2: WARNING: the ninety days of 'pilots' end in a quiz: end them in a "
        "milestone, something to show",
    ),
    "the days are out of order": (
        "by = 30", "by = 91",
        "_data/paths.toml:12: WARNING: `by` is 91. Write the day, from 1 to 90",
    ),
    "a later step comes first": (
        "by = 90", "by = 20",
        "_data/paths.toml:2: WARNING: the days of 'pilots' are 30, 20: set them in order",
    ),
    "a step reads for ninety days": (
        'kind = "lab"', 'kind = "read"',
        '_data/paths.toml:12: WARNING: `kind` is "read". Write whether it is a quiz to answer',
    ),
    "half of a way in": (
        'new = "The sea."\n', "",
        "_data/paths.toml:1: WARNING: a path has no `new`. Write what they meet for the first time",
    ),
    "a page shows another audience": (
        'id = "pilots"', 'id = "sailors"',
        "'pilots' has no way in: write its keys into _data/paths.toml. Those that have one: sailors",
    ),
}  # fmt: skip


@pytest.mark.parametrize("fault", FAULTS)
def test_a_step_that_leads_nowhere_fails_with_its_place_and_remedy(folder, fault):
    """The build says which line of the data to change, and into what."""
    old, new, expected = FAULTS[fault]
    assert old in PATHS
    write(folder, {"_data/paths.toml": PATHS.replace(old, new, 1)})

    assert expected in build(folder)
