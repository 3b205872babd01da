"""The tools of the matrix: their data, their examples and their pages hold together."""

import re
import tomllib
from pathlib import Path

import pytest

from scripts import tools

ENTRIES = tools.entries()
PAGES = sorted(
    {tool["page"] for tool in ENTRIES.values() if Path("docs", tool["page"] + ".md").exists()}
)
HEADINGS = [
    "The smallest real use",
    "When it works",
    "When it fails",
    "Three things that bite",
    "When not to use it",
    "What it costs",
    "Next",
]
LONGEST = 60  # lines of an example, beside its test


def page(path):
    """The text of a page."""
    return Path("docs", f"{path}.md").read_text("utf-8")


def example(path):
    """The folder of the examples that a page shows."""
    return Path("examples", "tools", path.rpartition("/")[2])


@pytest.mark.parametrize("path", PAGES)
def test_a_page_answers_the_same_questions_in_the_same_order(path):
    """A reader who has seen one page knows where to look on the next."""
    found = re.findall(r"^## (.+)$", page(path), re.M)

    assert HEADINGS == [heading for heading in found if heading in HEADINGS]
    assert 70 <= page(path).count("\n") <= 140


@pytest.mark.parametrize("path", PAGES)
def test_a_page_shows_the_very_files_that_run(path):
    """The example, its test, and both outputs are included, none of them pasted."""
    shown = set(re.findall(r"^```\{literalinclude\} \.\./\.\./(\S+)$", page(path), re.M))
    folder = example(path)

    assert {f"{folder}/works.console", f"{folder}/fails.console"} <= shown
    tests = [str(file) for file in folder.glob("test_*.py")]
    assert tests
    assert set(tests) <= shown
    assert [file for file in shown - set(tests) if not file.endswith(".console")]


@pytest.mark.parametrize("path", PAGES)
def test_each_of_three_things_that_bite_has_its_source(path):
    """Who was bitten, or who wrote the manual, says so."""
    section = page(path).split("## Three things that bite\n")[1].split("\n## ")[0]
    bites = re.split(r"^\*\*", section, flags=re.M)[1:]

    assert 3 == len(bites)
    assert all("{cite:" in bite for bite in bites)


@pytest.mark.parametrize("path", PAGES)
def test_an_example_is_small_and_its_test_reads_both_outputs(path):
    """Sixty lines are read; more are skipped."""
    folder = example(path)
    checked = "".join(file.read_text("utf-8") for file in folder.glob("test_*.py"))

    for file in folder.iterdir():
        if file.is_file() and not file.name.startswith("test_"):
            assert file.read_text("utf-8").count("\n") <= LONGEST, file
    assert "works.console" in checked
    assert "fails.console" in checked


@pytest.mark.parametrize("name", ENTRIES)
def test_the_version_of_a_tool_is_locked_or_recorded(name):
    """A lock has it; what no lock can have is named by its Debian package, or by pip."""
    tool = ENTRIES[name]

    assert tool["environment"] in {"tools", "deep-learning", "platform", "tfx"}
    assert tools.pinned(tool) or "debian" in tool or "pip" in tool


def test_ci_installs_every_command_that_an_example_needs():
    """A bare Debian machine has none of them."""
    needed = {p for tool in ENTRIES.values() for p in tool.get("commands", {}).values()}
    script = Path(".ci/run").read_text("utf-8")

    assert not [
        package for package in needed if not re.search(rf"^need .* {package}\b", script, re.M)
    ]


def test_every_entry_of_the_data_file_is_known():
    """A misspelt key would be silence: none is read that is not listed at the head of the file."""
    text = Path("docs/_data/tools.toml").read_text("utf-8")
    head = text.split("\n[")[0]

    for tool in tomllib.loads(text)["tool"].values():
        assert not [key for key in tool if not re.search(rf"\b{key}\b", head)]
