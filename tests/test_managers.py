"""The sheet for managers: the directives say what their files say, and load what they need."""

import re
import tomllib
from pathlib import Path

import pytest
from bs4 import BeautifulSoup

from docs._ext.managers import CRITERIA, FIELDS, read_criteria
from examples.levels.assess import criteria
from tests.project import build_changed

ROWS = [
    ("first-rule", "One Act", "2020-01-02", "what one act asks"),
    ("second-rule", "Two Act", "2999-03-04", "what another act asks"),
    ("third-rule", "Two Act", "2019-05-06", "what nobody asked for"),
]
FILES = {
    "conf.py": 'extensions = ["myst_parser", "sphinxcontrib.bibtex", "docs._ext.managers"]\n'
    'myst_enable_extensions = ["attrs_inline"]\nbibtex_bibfiles = ["all.bib"]\nbibtex_reference_style = "author_year"\n',
    "all.bib": "@misc{office2020act,\n  says = {What one act asks, what another act asks, "
    "what nobody asked for: from 2 January 2020, 4 March 2999, 6 May 2019.},\n  title = {Acts},\n"
    "  year = {2020},\n  author = {{Office}}\n}\n",
    "index.md": "---\ndescription: A sheet.\n---\n\n# The sheet\n\n```{self-assessment}\n```\n\n"
    "```{payback}\n```\n\n```{law-dates} second-rule first-rule\n```\n\n```{law}\n```\n\n"
    "```{toctree}\nplain\n```\n",
    "plain.md": "---\ndescription: No form.\n---\n\n# No form\n\n```{bibliography}\n```\n",
    "../examples/levels/criteria.toml": "".join(
        f'[[criterion]]\nname = "{name}"\nlevel = {level}\nstatement = "{name} holds."\n\n'
        for name, level in (("one", 1), ("two", 1), ("three", 2))
    ),
    "_data/law.toml": "".join(
        f'[[duty]]\nid = "{id}"\nplace = "Worldwide"\nlaw = "{law}"\nforce = "law"\nfrom = {day}\n'
        f'what = "{what}"\nsource = ["office2020act"]\nchecked = 2026-11-30\n'
        "good_until = 2027-05-31\n\n"
        for id, law, day, what in ROWS
    ),
}


@pytest.fixture
def built(tmp_path):
    """Return a function that builds the project with one text changed."""
    return build_changed(tmp_path / "docs", FILES)


@pytest.fixture
def read(built, tmp_path):
    """Return a function that builds the project and reads one of its pages."""

    def page(name="index"):
        built(builder="html")
        html = (tmp_path / f"docs/_build/{name}.html").read_text("utf-8")
        return BeautifulSoup(html, "html.parser")

    return page


def test_a_sound_project_builds_without_a_warning(built):
    """What follows fails for its own fault, not for the project's."""

    assert "" == built()


def test_the_statements_are_those_of_python():
    """One file, read twice."""

    assert [(c.name, c.level, c.statement) for c in criteria()] == [
        (row["name"], row["level"], row["statement"])
        for _, row in read_criteria(Path("docs").resolve())
    ]
    assert Path("docs", CRITERIA).resolve().is_file()


def test_each_statement_is_a_box_of_its_level(read):
    """With its number and its words as the label; the rule counts them."""
    form = read().select_one("form#self-assessment")
    boxes = [
        (field["data-level"], box["name"], box.find_parent("label").get_text(strip=True))
        for field in form.select("fieldset")
        for box in field.select("input[type=checkbox]")
    ]

    assert [
        ("1", "one", "1. one holds."), ("1", "two", "2. two holds."), ("2", "three", "3. three holds."),
    ] == boxes  # fmt: skip
    assert (
        "You are at level 1 if boxes 1 to 2 are ticked, and at level 2 if boxes 1 to 3 are ticked. "
        "With fewer, level 0: by hand. Your next step is the first empty box."
        == form.select_one(".rule").get_text()
    )
    assert "Level: ______" in form.select_one(".by-hand").get_text()


def test_the_fields_are_those_of_the_sum(read):
    """Their names are the variables of the chapter's Python, and the examples its numbers."""
    fence = re.search(
        r"```python\n(build = .*?)```",
        Path("docs/modules/mlops/which-level-fits.md").read_text("utf-8"),
        re.S,
    )[1]
    numbers = dict(re.findall(r"^(\w+) = (\d+)", fence, re.M))
    fields = read().select("form#payback input")

    assert list(FIELDS) == [field["name"] for field in fields]
    assert numbers | {"releases": "12"} == {f["name"]: f["data-example"] for f in fields}
    assert "for releases in (2, 4, 12, 52):" in fence


def test_the_named_rules_are_shown_by_their_day(read):
    """Each with its law, its source and its state, and no other."""
    table = read().select("table.law")[0]
    rows = [" ".join(row.get_text(" ").split()) for row in table.select("tbody tr")]

    assert [
        "2 January 2020 in force One Act: what one act asks [ Office, 2020 ]",
        "4 March 2999 later Two Act: what another act asks [ Office, 2020 ]",
    ] == rows
    assert ["2020-01-02", "2999-03-04"] == [time["datetime"] for time in table.select("td time")]


def test_a_rule_that_does_not_exist_is_named_with_its_place(built):
    """And nothing is shown in its place."""
    said = built("index.md", "second-rule first-rule", "second-rule no-rule")

    assert "index.md:13: WARNING: law.toml has no rule 'no-rule'" in said


def test_only_a_page_with_a_form_loads_the_script(read):
    """The look comes last, since it changes the paper of all others."""
    names = {"for-managers.js", "for-managers.css"}

    for page, loaded in (("index", names), ("plain", set())):
        found = read(page).select("script[src], link[rel=stylesheet]")
        sources = {Path((x.get("src") or x["href"]).partition("?")[0]).name for x in found}
        assert loaded == sources & names


def test_the_page_names_rules_of_each_kind():
    """What binds already and what is still to come."""
    page = Path("docs/for-managers.md").read_text("utf-8")
    [shown] = re.findall(r"^```\{law-dates\} (.+)$", page, re.M)
    laws = tomllib.loads(Path("docs/_data/law.toml").read_text("utf-8"))["duty"]

    assert 3 == len(shown.split())
    assert set(shown.split()) <= {row["id"] for row in laws}
