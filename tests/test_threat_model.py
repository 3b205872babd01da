"""The threat model: each line names one test, and that test is there."""

import ast
import re
from pathlib import Path

import pytest

PAGE = Path("docs/reference/threat-model.md")
TEST = re.compile(r"`(test_\w+\.py)::(test_\w+)`")


def lines(text):
    """Give the lines of the table of threats, without its head."""
    return [line for line in text.splitlines() if line.startswith("| ")][1:]


def missing(line):
    """Say what is wrong with a line's test, or nothing."""
    named = TEST.findall(line)
    if len(named) != 1:
        return f"{len(named)} tests in: {line}"
    ((file, test),) = named
    files = list(Path("tests").rglob(file))
    if len(files) != 1:
        return f"{len(files)} files are called {file}"
    tree = ast.parse(files[0].read_text("utf-8"))
    found = {node.name for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)}
    return "" if test in found else f"{files[0]} has no {test}"


@pytest.mark.parametrize("line", lines(PAGE.read_text("utf-8")))
def test_each_threat_has_its_test(line):
    """A test that is renamed breaks the page that leans on it."""
    assert "" == missing(line)


def test_the_table_is_found():
    """And the four threats that every system that learns has are in it."""
    text = " ".join(lines(PAGE.read_text("utf-8")))

    for word in ("Poison Training Data", "Manipulate AI Model", "stolen token", "Denial of"):
        assert word in text


@pytest.mark.parametrize(
    ("line", "fault"),
    [
        ("| a threat | a wall | nothing |", "0 tests in"),
        ("| a | `test_job.py::test_a` `test_job.py::test_b` |", "2 tests in"),
        ("| a | `test_gone.py::test_of_nothing` |", "0 files are called"),
        ("| a | `test_access.py::test_of_nothing` |", "has no test_of_nothing"),
    ],
)
def test_a_line_without_a_test_is_named(line, fault):
    """Whether it names none, two, or one that is gone."""
    assert fault in missing(line)
