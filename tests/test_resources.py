"""Courses, books and communities: the file is broken, and the build names the place."""

import json
import tomllib
from datetime import date
from pathlib import Path

import pytest
from bs4 import BeautifulSoup

from docs._ext import data, dates
from tests.project import build_changed

FILES = {
    "conf.py": 'extensions = ["myst_parser", "sphinxcontrib.bibtex", "docs._ext.resources"]\n'
    'myst_enable_extensions = ["deflist"]\n'
    'bibtex_bibfiles = ["_data/references.bib"]\nbibtex_reference_style = "author_year"\n',
    "index.md": "# Lists\n\n```{resources} course\n```\n\n```{resources} book\n```\n\n"
    "```{bibliography}\n```\n",
    "_data/references.bib": "@misc{known2026, author = {Known}, title = {K}, year = {2026}}\n",
    "_data/resources.toml": """\
[resource."A course"]
kind = "course"
url = "https://example.org/course"
price = "free"
licence = "CC BY 4.0"
state = "alive"
changed = "2026-05"
opened = "its README"
looked_at = 2026-06-30
good_until = 2026-12-31
for = "people who want a date"
better = "It has a date."
source = ["known2026"]

[resource."A book (2020)"]
kind = "book"
url = "https://example.org/book"
price = "paid"
licence = "all rights reserved"
state = "frozen"
changed = "2020"
opened = "its cover"
looked_at = 2026-06-30
good_until = 2026-12-31
for = "people who read"
better = "It has reasons"
source = ["known2026"]
""",
}
FILE = "_data/resources.toml"


@pytest.fixture
def built(tmp_path):
    """Return a function that builds the project with one text changed."""
    return build_changed(tmp_path / "docs", FILES)


def test_a_sound_file_builds_without_a_warning(built):
    """What follows fails for its own fault, not for the project's."""
    assert "" == built()


FAULTS = {
    "a kind that does not exist": (
        "index.md", "{resources} book", "{resources} film",
        "index.md:6: WARNING: resources.toml has nothing of the kind 'film': write one of course,",
    ),
    "a kind that no page shows": (
        "index.md", "```{resources} book\n```\n\n", "",
        "_data/resources.toml:15: WARNING: no page shows 'A book (2020)': write {resources} book",
    ),
    "a source that the bibliography does not have": (
        FILE, "known2026", "known2025",
        "_data/resources.toml:1: WARNING: A course names the source 'known2025', which the",
    ),
    "alive, and not changed for long": (
        FILE, '"2026-05"', '"2025-05"',
        "_data/resources.toml:1: WARNING: A course is called alive, and had not changed for 425 days",
    ),
    "changed after somebody looked": (
        FILE, '"2026-05"', '"2026-07-01"',
        "_data/resources.toml:1: WARNING: A course changed on 2026-07-01, after somebody looked",
    ),
    "changed on no day": (
        FILE, '"2026-05"', '"2026-02-31"',
        "_data/resources.toml:1: WARNING: A course changed on 2026-02-31, which is no day",
    ),
    "good for too long": (
        FILE, "2026-12-31", "2027-06-30",
        "_data/resources.toml:1: WARNING: good for 365 days after it was checked: of a status that",
    ),
    "a state of its own": (
        FILE, '"alive"', '"living"',
        "_data/resources.toml:6: WARNING: `state` is \"living\".",
    ),
    "a seller's address without https": (
        FILE, "https://example.org/course", "example.org",
        "_data/resources.toml:3: WARNING: `url` is \"example.org\". Write its address",
    ),
    "two sentences": (
        FILE, '"It has a date."', '"It has a date. It is good."',
        "_data/resources.toml:12: WARNING: `better` is",
    ),
    "no day on which somebody looked": (
        FILE, "looked_at = 2026-06-30\n", "",
        "_data/resources.toml:1: WARNING: a resource has no `looked_at`. Write the day",
    ),
}  # fmt: skip


@pytest.mark.parametrize("fault", FAULTS)
def test_a_fault_is_named_with_its_place(built, fault):
    """The build says what is wrong, in which file, on which line."""
    name, old, new, expected = FAULTS[fault]

    assert expected in built(name, old, new)


def test_an_entry_runs_out_on_the_day_after_its_last_good_one(tmp_path, built):
    """It is told with all other facts that expire, at its heading."""
    built()
    facts = dates.read_facts(tmp_path / "docs")

    assert "" == dates.expiry_report(facts, date(2026, 12, 31))
    told = dates.expiry_report(facts, date(2027, 1, 1))
    assert "resources.toml:1: status, checked 2026-06-30, good until 2026-12-31: A course" in told
    assert "resources.toml:15: status" in told


def page(tmp_path):
    """Return the page with the two lists."""
    html = (tmp_path / "docs/_build/index.html").read_text("utf-8")
    return BeautifulSoup(html, "html.parser")


def words(elements):
    """Return what each of some elements says."""
    return [" ".join(element.get_text().split()) for element in elements]


def test_an_entry_shows_what_it_does_better_and_its_state(tmp_path, built):
    """A term leads there; two paragraphs below say why and in which state."""
    built(builder="html")

    assert ["https://example.org/course", "https://example.org/book"] == [
        link["href"] for link in page(tmp_path).select(".resources dt a")
    ]
    assert [
        "It has a date [Known, 2026].",
        "For people who want a date. Free; CC BY 4.0; alive, last changed in May 2026. "
        "We opened its README.",
        "It has reasons [Known, 2026].",
        "For people who read. Paid; all rights reserved; frozen, printed in 2020. "
        "We opened its cover.",
    ] == words(page(tmp_path).select(".resources dd"))


def test_a_list_says_once_the_day_that_its_entries_share(tmp_path, built):
    """The day is a time, which passes with the last good one."""
    built(builder="html")

    assert ["Each entry names what we opened (checked 30 June 2026)."] * 2 == words(
        page(tmp_path).select(".resources > p")
    )
    assert ["2026-12-31"] * 2 == [
        day["data-until"] for day in page(tmp_path).select(".resources time")
    ]


def test_an_entry_with_another_day_shows_its_own(tmp_path, built):
    """The list names the day of most of its entries, and says that there are others."""
    first = FILES[FILE].split("\n\n")[0]
    more = first.replace("A course", "A third").replace("-06-30", "-06-29") + "\n\n"
    more += first.replace("A course", "A second") + "\n\n"
    built(FILE, first, more + first, builder="html")

    assert [
        "Each entry names what we opened (checked 30 June 2026); an entry with another day "
        "names it.",
        "Each entry names what we opened (checked 30 June 2026).",
    ] == words(page(tmp_path).select(".resources > p"))
    assert ["We opened its README (checked 29 June 2026)."] == [
        said.split(". ")[-1] for said in words(page(tmp_path).select(".resources dd:has(time)"))
    ]


def test_the_schema_allows_as_many_days_as_the_check():
    """The remedy names the number that the check holds an entry to."""
    schema = json.loads((data.SCHEMAS / "resources.json").read_text("utf-8"))
    entry = schema["properties"]["resource"]["additionalProperties"]["properties"]

    assert f"at most {dates.LONGEST['status']} days" in entry["good_until"]["description"]


def test_no_address_of_the_handbook_carries_the_mark_of_a_seller():
    """Nobody earns anything by a reader's click."""
    text = Path("docs/_data/resources.toml").read_text("utf-8")
    urls = [entry["url"] for entry in tomllib.loads(text)["resource"].values()]

    assert [] == [url for url in urls if any(mark in url for mark in "?&#")]
    assert [] == [url for url in urls if "amzn" in url or "amazon" in url or "pxf" in url]
