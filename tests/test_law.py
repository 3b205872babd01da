"""What is in force, next and later: told by a clock that each test sets, and each fault seen.

The lists of the handbook's own data are written here by hand, by another reader of the sources.
"""

import tomllib
from datetime import date
from pathlib import Path

import pytest
from bs4 import BeautifulSoup

from docs._ext import data, dates
from docs._ext.law import duties, sort_by_state
from tests.project import build, build_changed, write

IN_FORCE = [
    "gdpr-decisions",
    "nist-rmf",
    "iso-42001",
    "ai-act-practices",
    "ai-act-models",
    "rbi-free-ai",
    "india-guidelines",
    "dpdp-board",
    "texas",
    "us-bank-models",
    "ai-act-rest",
    "dpdp-consent",
]  # on 30 November 2026
SOON = ["ai-act-added-practices", "ai-act-marking", "colorado", "dpdp-rest"]
LISTS = {
    "on the day of the last check": (
        date(2026, 11, 30),
        IN_FORCE,
        [*SOON, "ai-act-older-models"],
        ["ai-act-annex-3", "ai-act-annex-1"],
    ),
    "six months ahead": (
        date(2027, 5, 30),
        [*IN_FORCE, *SOON],
        ["ai-act-older-models", "ai-act-annex-3"],
        ["ai-act-annex-1"],
    ),
    "two years ahead": (
        date(2028, 11, 30),
        [*IN_FORCE, *SOON, "ai-act-older-models", "ai-act-annex-3", "ai-act-annex-1"],
        [],
        [],
    ),
}


@pytest.mark.parametrize("clock", LISTS)
def test_a_clock_gives_the_right_lists(clock):
    """Of the handbook's own rules; each is in one list, the earliest first."""
    day, *lists = LISTS[clock]
    found = sort_by_state(duties("docs"), day)

    assert list(dates.STATES) == list(found)
    assert lists == [[row["id"] for row in rows] for rows in found.values()]


@pytest.mark.parametrize(
    ("start", "on", "state"),
    [
        (date(2027, 12, 2), date(2027, 12, 1), "next"),
        (date(2027, 12, 2), date(2027, 12, 2), "in force"),
        (date(2027, 12, 2), date(2026, 12, 2), "next"),
        (date(2027, 12, 2), date(2026, 12, 1), "later"),
        (date(2028, 2, 29), date(2027, 2, 28), "later"),
        (date(2028, 2, 29), date(2027, 3, 1), "next"),
        (date(2029, 2, 28), date(2028, 2, 29), "next"),
        (date(2029, 3, 1), date(2028, 2, 29), "later"),
    ],
)
def test_next_is_within_twelve_months(start, on, state):
    """In force from its day on; a year that has no 29 February is no trap."""

    assert state == dates.state_of_rule(start, on)


FILES = {
    "conf.py": 'extensions = ["myst_parser", "sphinxcontrib.bibtex", "docs._ext.law"]\n'
    'bibtex_bibfiles = ["_data/references.bib"]\nbibtex_reference_style = "author_year"\n',
    "index.md": "# Start\n\n```{law}\n```\n\n```{bibliography}\n```\n",
    "_data/references.bib": "@misc{known2026, author = {Known}, title = {K}, year = {2026}}\n",
    "_data/law.toml": """\
[[duty]]
id = "old"
place = "India"
law = "Some Act"
force = "law"
from = 2026-06-01
what = "the first part"
note = "not the second"
source = ["known2026"]
checked = 2026-06-02
good_until = 2026-11-30

[[duty]]
id = "far"
place = "European Union"
law = "Other Act"
force = "law"
from = 2028-06-01
what = "the last part"
source = ["known2026"]
checked = 2026-06-01
good_until = 2026-10-31

[[duty]]
id = "soon"
place = "Worldwide"
law = "A standard"
force = "supervisor"
from = 2027-06-02
what = "the next part"
source = ["known2026"]
checked = 2026-06-01
good_until = 2026-11-30
""",
}
FAULTS = {
    "two rules have one id": (
        "_data/law.toml", '"far"', '"old"',
        "_data/law.toml:2: WARNING: 'old' stands twice: give each rule an id of its own",
    ),
    "advice is of a day to come": (
        "_data/law.toml", '"supervisor"', '"advice"',
        "_data/law.toml:25: WARNING: 'soon' is advice, and applies from no day to come: write when",
    ),
    "a rule is shown on no page": (
        "index.md", "{law}", "{law} Some Act",
        "_data/law.toml:14: WARNING: no page shows 'far': show it with {law}, or drop it",
    ),
    "a law is unknown": (
        "index.md", "{law}", "{law} Same Act",
        "index.md:3: WARNING: law.toml has no law 'Same Act'",
    ),
    "a source is unknown": (
        "_data/law.toml", "known2026", "unknown2026", 'could not find bibtex key "unknown2026"',
    ),
    "a rule has run out before it was checked": (
        "_data/law.toml", "good_until = 2026-10-31", "good_until = 2026-05-31",
        "_data/law.toml:14: WARNING: good for -1 days after it was checked: of a law",
    ),
}  # fmt: skip


@pytest.fixture(autouse=True)
def no_epoch(monkeypatch):
    """No day of whoever runs the tests."""
    monkeypatch.delenv("SOURCE_DATE_EPOCH", raising=False)


@pytest.fixture
def built(tmp_path):
    """Return a function that builds the project with one text changed."""
    return build_changed(tmp_path / "docs", FILES)


def test_a_sound_file_builds_without_a_warning(built):
    """What follows fails for its own fault, not for the project's. It obeys the schema, too."""

    assert "" == built()
    assert [] == data.data_faults(tomllib.loads(FILES["_data/law.toml"]), "law")


@pytest.mark.parametrize("fault", FAULTS)
def test_a_fault_is_told_with_its_place(built, fault):
    """The build names the file, the line and what to do."""
    name, old, new, expected = FAULTS[fault]

    assert expected in built(name, old, new)


def test_without_a_rule_the_directive_says_so(tmp_path):
    """And shows no empty tables."""
    write(tmp_path, FILES | {"_data/law.toml": ""})

    assert "index.md:3: WARNING: law.toml has no rule" in build(tmp_path)


SECONDS = {date(2026, 6, 2): "1780358400", date(2028, 6, 1): "1843430400"}


@pytest.mark.parametrize("day", SECONDS, ids=str)
def test_the_page_sorts_by_the_day_of_the_build(built, tmp_path, monkeypatch, day):
    """Three tables with their titles; what is still to come is dated for a reader of a later day."""
    monkeypatch.setenv("SOURCE_DATE_EPOCH", SECONDS[day])
    assert "" == built(builder="html")
    html = Path(tmp_path, "docs", "_build", "index.html").read_text("utf-8")
    tables = BeautifulSoup(html, "html.parser").select("table.law")
    titles = [table.caption.get_text(" ", strip=True).strip("\xb6 ") for table in tables]
    cells = [
        [row.get_text(" ", strip=True) for row in table.select("tbody tr")] for table in tables
    ]
    later = {
        time["datetime"]: time.get("data-until") for time in tables[0].parent.select(".starts")
    }

    if day.year == 2026:
        assert [
            "In force on 2 June 2026 (checked 2 June 2026)",
            "Next, within twelve months (checked 1 June 2026)",
            "Later than that (checked 1 June 2026)",
        ] == titles
        assert [
            "1 June 2026 India, Some Act (law): the first part; not the second [ Known, 2026 ]"
        ] == cells[0]
        assert "2 June 2027 Worldwide, A standard (guidance of a supervisor)" in cells[1][0]
        assert {"2026-06-01": None, "2027-06-02": "2027-06-01", "2028-06-01": "2028-05-31"} == later
    else:
        assert [3, ["nothing in this list"], ["nothing in this list"]] == [
            len(cells[0]),
            *cells[1:],
        ]


def test_a_rule_that_has_run_out_is_told_like_any_other_fact(tmp_path):
    """By the command and at the end of a build, with its place; on its last day it is still good."""
    write(tmp_path, FILES)
    facts = dates.read_facts(tmp_path)

    assert [] == dates.expired_facts(facts, date(2026, 10, 31))
    [gone] = dates.expired_facts(facts, date(2026, 11, 1))
    assert str(gone) == (
        f"{tmp_path / '_data' / 'law.toml'}:14: law, checked 2026-06-01, good until 2026-10-31: "
        "Other Act: 2028-06-01 the last part [known2026]"
    )
