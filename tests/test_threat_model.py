"""The threat model: each threat names one test, and that test is there."""

import ast
import re
from pathlib import Path

import pytest

PAGE = Path("docs/reference/threat-model.md")
TEST = re.compile(r"`((?:\w+/)*test_\w+\.py)::(test_\w+)`")


def threats(text):
    """Give each threat: its name, and what is said of it."""
    return re.findall(r"^.+\n: (?:.+\n|\n(?=  ))+", text, re.MULTILINE)


def missing(threat):
    """Say what is wrong with a threat's test, or nothing."""
    named = TEST.findall(threat)
    if len(named) != 1:
        return f"{len(named)} tests in: {threat}"
    ((file, test),) = named
    files = list(Path("tests").rglob(file))
    if len(files) != 1:
        return f"{len(files)} files are called {file}"
    tree = ast.parse(files[0].read_text("utf-8"))
    found = {node.name for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)}
    return "" if test in found else f"{files[0]} has no {test}"


@pytest.mark.parametrize("threat", threats(PAGE.read_text("utf-8")))
def test_each_threat_has_its_test(threat):
    """A test that is renamed breaks the page that leans on it."""
    assert "" == missing(threat)


def test_all_threats_are_found():
    """And the four threats that every system that learns has are in it."""
    text = " ".join(found := threats(PAGE.read_text("utf-8")))

    assert text.count("What remains:") == len(found) >= 15
    for word in ("Poison Training Data", "Manipulate AI Model", "stolen token", "Denial of"):
        assert word in text


@pytest.mark.parametrize(
    ("threat", "fault"),
    [
        ("A threat\n: A wall.\n", "0 tests in"),
        ("`test_job.py::test_a` `test_job.py::test_b`", "2 tests in"),
        ("`test_gone.py::test_of_nothing`", "0 files are called"),
        ("`test_rebuild.py::test_of_nothing`", "2 files are called"),
        ("`jukebox/test_rebuild.py::test_of_nothing`", "has no test_of_nothing"),
        ("`test_access.py::test_of_nothing`", "has no test_of_nothing"),
    ],
)
def test_a_threat_without_a_test_is_named(threat, fault):
    """Whether it names none, two, or one that is gone."""
    assert fault in missing(threat)
