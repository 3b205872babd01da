"""Objectives and their evidence: each link between the two is broken, and the build names the place."""

from pathlib import Path

import pytest
from bs4 import BeautifulSoup

from docs._ext import is_chapter, levels
from docs._ext.markdown import front_matter
from tests.project import build, build_changed, write

ACTIVITY = """\
[[activity]]
id = "{id}"
title = "{title}"
minutes = 15
people = "pairs"
needs = ["paper", "a coin"]
steps = ["Each pair **guesses**.", "It computes."]
watch = "The sum is 5."
drop = "The guess"
"""

FILES = {
    "conf.py": 'extensions = ["myst_parser", "docs._ext.objectives"]\n'
    'myst_enable_extensions = ["attrs_inline"]\n',
    "index.md": "---\ndescription: x\n---\n\n# Start\n\n```{toctree}\nmodules/one/page\nlabs/first\nteach\n```\n",
    "modules/one/page.md": """\
---
description: A chapter.
objectives:
  name: name the parts
  sum: compute a sum
  find: find out why it is wrong
audience: [all]
difficulty: 1
---

# A chapter

(sums)=
## Sums

Words.
""",
    "labs/first.md": """\
---
description: A lab.
lab: 1
edits: 0
objectives:
  find: find out what broke
evidence: [modules/one/page#find]
---

# A lab
""",
    "teach.md": "---\ndescription: x\n---\n\n# Teach\n\n## Part\n\n```{objectives} modules/one\n```\n\n```{objectives} labs\n```\n\n"
    "## Doings\n\n```{activities} any\n```\n\n```{activities} modules\n```\n",
    "_data/paths.toml": '[[path]]\nid = "all"\nname = "All"\nline = "here."\ngoals = ["modules/one/page"]\n',
    "_data/levels.toml": 'say = ["name"]\ndecide = []\ndo = ["compute", "find out"]\n',
    "_data/activities.toml": ACTIVITY.format(id="hello", title="Welcome")
    + "\n"
    + ACTIVITY.format(id="by-hand", title="A sum by hand")
    + 'page = "modules/one/page#sums"\nevidence = ["modules/one/page#sum"]\n',
}


@pytest.fixture
def built(tmp_path):
    """Return a function that builds the project with one text changed."""
    return build_changed(tmp_path, FILES)


def test_a_sound_project_builds_without_a_warning(built):
    """What follows fails for its own fault, not for the project's."""

    assert "" == built()


CHAPTER, LAB, DOINGS = "modules/one/page.md", "labs/first.md", "_data/activities.toml"
FAULTS = {
    "an objective begins with a verb that no level has": (
        CHAPTER, "name the parts", "understand the parts",
        "modules/one/page.md:4: WARNING: the objective `name` begins with 'understand', which levels.toml does not list: begin with a verb of it, or add this one",
    ),
    "the second word of a verb is missing": (
        CHAPTER, "find out why", "find why",
        "modules/one/page.md:6: WARNING: the objective `find` begins with 'find', which levels.toml does not list",
    ),
    "nothing shows an objective to do": (
        DOINGS, 'evidence = ["modules/one/page#sum"]', "",
        "modules/one/page.md:5: WARNING: nothing shows that people can compute (`sum`): name modules/one/page#sum in the `evidence` of a lab or of an activity",
    ),
    "a lab no longer shows what it showed": (
        LAB, "evidence: [modules/one/page#find]\n", "",
        "modules/one/page.md:6: WARNING: nothing shows that people can find out (`find`)",
    ),
    "a lab shows what no chapter states": (
        LAB, "page#find", "page#found",
        "labs/first.md:7: WARNING: there is no objective `modules/one/page#found`: its objectives are name, sum, find",
    ),
    "an activity shows what no chapter states": (
        DOINGS, 'page#sum"', 'page#product"',
        "_data/activities.toml:21: WARNING: there is no objective `modules/one/page#product`: its objectives are name, sum, find",
    ),
    "an activity names no page": (
        DOINGS, "modules/one/page#sum\"]", "modules/one/pages#sum\"]",
        "_data/activities.toml:21: WARNING: there is no objective `modules/one/pages#sum`: no page of this name has any",
    ),
    "no page shows an activity": (
        "teach.md", "```{activities} modules\n```\n", "",
        "_data/activities.toml:12: WARNING: 0 pages show the activity 'by-hand', and one should: write {activities} with a folder that holds modules/one/page",
    ),
    "an activity is shown twice": (
        "teach.md", "{activities} any\n```", "{activities} any\n```\n\n```{activities} modules/one\n```",
        "_data/activities.toml:12: WARNING: 2 pages show the activity 'by-hand'",
    ),
    "an activity stands at no section": (
        DOINGS, "page#sums", "page#products",
        "_data/activities.toml:20: WARNING: the activity 'by-hand' stands at no modules/one/page#products",
    ),
    "an activity stands at another page's section": (
        DOINGS, "modules/one/page#sums", "labs/first#sums",
        "_data/activities.toml:20: WARNING: the activity 'by-hand' stands at no labs/first#sums",
    ),
    "a page shows a folder without an activity": (
        "teach.md", "{activities} any", "{activities} anybody",
        "teach.md:17: WARNING: no activity belongs to 'anybody'",
    ),
    "no table has a chapter": (
        "teach.md", "```{objectives} modules/one\n```\n", "",
        "WARNING: no table shows modules/one/page: write {objectives} with its folder",
    ),
    "a lab states no objective": (
        LAB, "objectives:\n  find: find out what broke\n", "",
        "labs/first.md:3: WARNING: the lab has no objectives: write what the reader can do after it",
    ),
    "a verb has two levels": (
        "_data/levels.toml", "decide = []", 'decide = ["compute"]',
        "_data/levels.toml:2: WARNING: 'compute' has two levels: drop one",
    ),
    "a verb is used nowhere": (
        "_data/levels.toml", '"compute",', '"compute", "draw",',
        "_data/levels.toml:3: WARNING: no objective begins with 'draw': drop it",
    ),
    "a chapter says what it shows": (
        CHAPTER, "difficulty: 1", "difficulty: 1\nevidence: [modules/one/page#sum]",
        "modules/one/page.md:1: WARNING: the front matter has no `lab`. Write the number of the lab.",
    ),
    "a chapter without an audience": (
        CHAPTER, "audience: [all]\n", "",
        "modules/one/page.md:1: WARNING: the front matter has no `audience`. Write a list of ids",
    ),
}  # fmt: skip


@pytest.mark.parametrize("fault", FAULTS)
def test_a_fault_is_named_with_its_place(built, fault):
    """The build says what is wrong, in which file, on which line, and what to do."""
    name, old, new, expected = FAULTS[fault]

    assert expected in built(name, old, new)


def page_of(folder, name):
    """Return a built page."""
    return BeautifulSoup((folder / "_build" / name).read_text("utf-8"), "html.parser")


def words(node):
    """Return the words of a node on one line."""
    return " ".join(node.get_text(" ", strip=True).split())


def test_the_tables_lead_to_what_shows_each_objective(built, tmp_path):
    """In reading order, with the level, the chapter and the minutes; a lab's own check shows its own."""
    built(builder="html")
    rows = page_of(tmp_path, "teach.html").select("table.objectives-table tbody tr")

    assert [
        ["compute a sum do · A chapter", "A sum by hand , 15 minutes"],
        ["find out why it is wrong do · A chapter", "Lab 1: A lab , 1 minutes"],
        ["find out what broke do · A lab", "Lab 1: A lab , 1 minutes"],
    ] == [[words(cell) for cell in row.select("td")] for row in rows]
    assert [["modules/one/page.html", "#activity-by-hand"]] == [
        [link["href"] for link in row.select("a")] for row in rows[:1]
    ]


def test_an_activity_has_an_address_and_says_all_that_a_trainer_needs(built, tmp_path):
    """Its facts, its steps, what to watch and to leave out, and what it shows, with its chapter."""
    built(builder="html")
    section = page_of(tmp_path, "teach.html").select_one("section#activity-by-hand")

    assert "A sum by hand" in words(section.h3)
    assert ["Each pair guesses .", "It computes."] == [
        words(step) for step in section.select("ol > li")
    ]
    assert [
        "about 15 minutes · pairs",
        "Needs: paper; a coin.",
        "Open: Sums",
        "Watch for: The sum is 5.",
        "Leave out first: The guess",
        "It shows that people can",
    ] == [words(p) for p in section.find_all("p", recursive=False)]
    assert ["compute a sum ( A chapter )"] == [words(item) for item in section.select("ul > li")]


def test_a_lab_shows_its_objectives_and_is_no_chapter(built, tmp_path):
    """Under its title, as a chapter does; no quiz is asked of it."""
    built(builder="html")

    assert ["find out what broke"] == [
        words(goal) for goal in page_of(tmp_path, "labs/first.html").select(".objectives li")
    ]
    assert is_chapter(front_matter(FILES[CHAPTER]))
    assert not is_chapter(front_matter(FILES[LAB]))
    assert not is_chapter(front_matter(FILES["teach.md"]))


def test_the_tables_follow_a_chapter_that_changes(tmp_path):
    """The page with the tables is made again, although nobody has touched it."""
    write(tmp_path, FILES)
    build(tmp_path, "html")
    write(tmp_path, FILES | {CHAPTER: FILES[CHAPTER].replace("compute a sum", "compute a mean")})
    build(tmp_path, "html")

    assert "compute a mean" in page_of(tmp_path, "teach.html").select("table td")[0].get_text()


def test_a_verb_of_two_words_is_found_before_one_of_one():
    """*Find out* and *find* may have two levels; a comma behind the verb does not count."""
    verbs = levels.levels_of_verbs({"say": ["find"], "decide": ["keep"], "do": ["find out"]})

    assert ["say", "do", "decide", None] == [
        levels.level_of(goal, verbs)
        for goal in (
            "find a word",
            "find out why",
            "keep, if you are alone, a list",
            "finds a word",
        )
    ]


def test_every_lab_of_the_handbook_states_one_to_three_objectives():
    """A check can look at no more."""
    labs = [front_matter(path.read_text("utf-8")) for path in Path("docs/labs").glob("*.md")]
    counts = [len(lab["objectives"]) for lab in labs if "lab" in lab]

    assert counts
    assert set(counts) <= {1, 2, 3}
