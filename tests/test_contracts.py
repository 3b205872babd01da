"""CONTRIBUTING lists the contracts of the spine, and what holds one calls it by its name."""

import re
from pathlib import Path

import pytest

from docs._ext import classes

TEXT = Path("CONTRIBUTING.md").read_text("utf-8").split("\n## The contracts\n")[1].split("\n## ")[0]
ROWS = re.findall(r"^\| \*(.+?)\* \| .+ \| (.+) \|$", TEXT, re.MULTILINE)
EXTENSIONS = sorted(Path("docs/_ext").glob("*.py"))


def named(source):
    """The contracts that a module's docstring names, as `*Claim and source*`."""
    return re.findall(r"\*([A-Za-z]+ and [a-z]+)\*", source.partition('"""')[2].partition('"""')[0])


def test_there_are_fourteen():
    """A row that is not read would be a contract that nobody looks for."""

    assert 14 == len(ROWS)


@pytest.mark.parametrize(("name", "files"), ROWS)
def test_what_holds_a_contract_names_it(name, files):
    """In each of the files that its row lists."""
    paths = re.findall(r"`(.+?)`", files)

    assert [] == [p for p in paths if name.lower() not in Path(p).read_text("utf-8").lower()]


def test_the_site_lists_them_under_the_same_names():
    """There with what fails when one is broken."""
    page = Path("docs/reference/how-it-is-checked.md").read_text("utf-8")

    assert [name.lower() for name, _ in ROWS] == re.findall(r"^\| (\w+ and \w+) \|", page, re.M)


@pytest.mark.parametrize("file", EXTENSIONS, ids=lambda file: file.stem)
def test_no_extension_names_a_contract_that_is_not_listed(file):
    """A name that changed in one place is found."""
    listed = {name.lower() for name, _ in ROWS}

    assert [] == [n for n in named(file.read_text("utf-8")) if n.lower() not in listed]


def test_a_class_that_extensions_share_is_spelt_in_one_place():
    """Those that cannot be another word; a directive has the name of its class."""
    shared = [f'"{name}"' for key, name in vars(classes).items() if key.isupper() and "-" in name]
    spelt = {
        (file.stem, name)
        for file in EXTENSIONS
        for name in shared
        if name in file.read_text("utf-8")
    }

    directives = {("unrun", '"not-run"')}
    assert {("classes", name) for name in shared} | directives == spelt
