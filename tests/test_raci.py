"""Who answers for what: the table and the alerts are broken, and the build names the place."""

import re
from pathlib import Path

import pytest
from bs4 import BeautifulSoup

from docs._ext.raci import alerts
from tests.project import build_changed

FILES = {
    "conf.py": 'extensions = ["myst_parser", "docs._ext.raci"]\n'
    'myst_enable_extensions = ["attrs_inline", "deflist"]\n',
    "index.md": "(role-one)=\n(service-errors)=\n(drift)=\n# People\n\n```{role} one\n```\n\n```{raci}\n```\n",
    "../examples/jukebox/watch/rules.yml": """\
groups:
  - name: all
    rules:
      - alert: ServiceErrors
        labels: {severity: page}
        annotations: {runbook_url: reference/runbooks#service-errors}
      - alert: Drift
        labels: {severity: ticket}
        annotations: {runbook_url: reference/runbooks#drift}
""",
    "_data/raci.toml": """\
[[role]]
id = "one"
name = "One"
label = "role-one"
owns = "the service"
hands_over = "an answer"
alerts = ["ServiceErrors", "Drift"]

[[role]]
id = "two"
name = "Two"
label = "role-one"
owns = "the rest"
hands_over = "a question"
alerts = []

[[stage]]
name = "Problem"
who = { one = "C", two = "A" }

[[stage]]
name = "Data"
who = { one = "A" }
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
    "nobody is accountable": (
        "_data/raci.toml", 'one = "A"', 'one = "R"',
        "_data/raci.toml:22: WARNING: Data: exactly one role is accountable, here nobody",
    ),
    "two are accountable": (
        "_data/raci.toml", 'one = "C"', 'one = "A"',
        "_data/raci.toml:18: WARNING: Problem: exactly one role is accountable, here one, two",
    ),
    "a role is unknown": (
        "_data/raci.toml", 'one = "C"', 'own = "C"',
        "_data/raci.toml:18: WARNING: Problem: 'own' is no role of this file",
    ),
    "an alert wakes nobody": (
        "_data/raci.toml", ', "Drift"', "", "Drift wakes 0 roles, and should wake one",
    ),
    "an alert wakes two": (
        "_data/raci.toml", "alerts = []", 'alerts = ["Drift"]',
        "_data/raci.toml:7: WARNING: Drift wakes 2 roles, and should wake one",
    ),
    "an alert has gone from the rules": (
        "../examples/jukebox/watch/rules.yml", "alert: Drift", "alert: Drifted",
        "_data/raci.toml:7: WARNING: Drift is no alert of rules.yml",
    ),
    "a page asks for another role": (
        "index.md", "{role} one", "{role} own", "index.md:6: WARNING: raci.toml has no role 'own'",
    ),
}  # fmt: skip


@pytest.mark.parametrize("fault", FAULTS)
def test_a_fault_is_named_with_its_place(built, fault):
    """The build says what is wrong, in which file, on which line."""
    name, old, new, expected = FAULTS[fault]

    assert expected in built(name, old, new)


def test_the_table_and_the_role_say_what_the_file_says(built, tmp_path):
    """A role heads its row; a page and a ticket are told apart, and lead to their runbooks."""
    built(builder="html")
    html = (tmp_path / "docs/_build/index.html").read_text("utf-8")
    page = BeautifulSoup(html, "html.parser")

    assert [["role", "1 Problem", "2 Data"], ["One", "C", "A"], ["Two", "A", ""]] == [
        [cell.get_text(strip=True, separator=" ") for cell in row(["th", "td"])]
        for row in page.select("table.raci tr")
    ]
    assert ["th", "th"] == [row.find(True).name for row in page.select("table.raci tbody tr")]
    assert ["the service", "an answer", "service errors", "drift"] == [
        answer.get_text(strip=True) for answer in page.select(".role dd")
    ]
    assert ["#service-errors", "#drift"] == [link["href"] for link in page.select(".role a")]


def test_each_alert_of_jukebox_is_told_in_the_section_of_its_role():
    """The chapter shows every role of the file, and each alert has its runbook."""
    chapter = Path("docs/modules/lifecycle/people.md").read_text("utf-8")
    data = Path("docs/_data/raci.toml").read_text("utf-8")
    runbooks = Path("docs/reference/runbooks.md").read_text("utf-8")

    roles = re.findall(r'^id = "(.+)"$', data, re.M)
    assert sorted(roles) == sorted(re.findall(r"^```\{role\} (.+)$", chapter, re.M))
    assert all(f"({runbook})=" in runbooks for _, runbook in alerts("docs").values())
