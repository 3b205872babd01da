"""What the deep dive's tables and curves say twice, they say alike, and what they name is there."""

import operator
import re
import tomllib
from pathlib import Path

import jukebox
import pytest
from jukebox.cli.main import main

PAGES = Path("docs/modules/mlops")


def read(page):
    """The text of a page."""
    return (PAGES / f"{page}.md").read_text("utf-8")


def practices():
    """What the right half of the table of practices shows as code."""
    [table] = re.findall(
        r"^\| you keep \|.+\n\|[-|]+\n((?:\|.+\n)+)", read("from-devops-to-mlops"), re.M
    )
    return re.findall(r"`([^`]+)`", re.sub(r"\{\w+\}`[^`]+`", "", table))


@pytest.mark.parametrize("name", practices())
def test_what_a_practice_points_at_is_there(name):
    """A command of Jukebox, a file of it, or a name of its public API."""
    if name.startswith("jukebox "):
        assert name.split()[1] in main.commands
    elif name.endswith(".yml"):
        assert Path("examples/jukebox", name).exists()
    else:
        assert operator.attrgetter(name.removeprefix("jukebox."))(jukebox)


def test_the_curves_of_the_incident_are_its_output():
    """The run is compared with its output, so the curves are compared with that."""
    page = read("why-it-matters")
    [shown] = re.findall(r"^week  loop  report  alone\n((?:[\d ]+\n)+)", page, re.M)
    columns = [
        list(column) for column in zip(*(row.split() for row in shown.splitlines()), strict=True)
    ]
    drawn = re.findall(r'^    (?:x-axis "week"|line) \[(.+)\]$', page, re.M)

    assert columns == [numbers.split(", ") for numbers in drawn]


def test_each_column_of_the_price_list_is_that_of_its_level():
    """A figure of another level, or of another row, would be as well formed."""
    rows = re.findall(r"^\|.+`levels\.level_.+\|$", read("three-levels"), re.M)

    assert rows
    for row in rows:
        figures = re.findall(r"`levels\.level_(\d)_(\w+)`", row)
        assert ["0", "1", "2"] == [level for level, _ in figures]
        assert 1 == len({figure for _, figure in figures})


@pytest.mark.parametrize("page", ["three-levels", "which-level-fits"])
def test_the_statements_that_a_page_lists_are_those_that_the_levels_are_held_to(page):
    """In their order; the page may link a term, and add what a statement means."""
    plain = re.sub(r"\{term\}`([^`<]+?)(?: <[^`]+>)?`", r"\1", read(page))
    listed = re.findall(r"^(?:\| )?\d+(?:\.| \|) ([A-Z][^|\n]+\.)(?: \||$)", plain, re.M)
    criteria = tomllib.loads(Path("examples/levels/criteria.toml").read_text("utf-8"))
    statements = [one["statement"] for one in criteria["criterion"]]

    assert statements == [one for one in listed if one in statements]
