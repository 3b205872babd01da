"""The modules stand in one order, left to right, and the page on Jukebox shows them in it."""

import ast
import re
from itertools import zip_longest
from pathlib import Path

import jukebox
import pytest
from jukebox.labs import MODULES as NUMBERED

FOLDER = Path(jukebox.__file__).parent
PAGE = (Path(__file__).parents[2] / "docs" / "reference" / "jukebox.md").read_text("utf-8")
LABS = sorted(file.stem for file in (FOLDER / "labs").glob("*.py") if file.stem != "__init__")
MODULES = sorted(file for file in FOLDER.glob("*.py") if not file.stem.startswith("__"))
ORDER = re.search(r"left:\s([\w\s,]+)\.", jukebox.__doc__)[1].replace(",", " ").split()


def source(name):
    """Read a module of ORDER; one of them is a package."""
    file = FOLDER / f"{name}.py"
    return (file if file.exists() else FOLDER / name / "__init__.py").read_text("utf-8")


def early(name, source):
    """Name the modules that a source imports although they do not lie to the left of `name`."""
    imported = {
        node.module.partition(".")[2]
        for node in ast.walk(ast.parse(source))
        if isinstance(node, ast.ImportFrom) and node.module.startswith("jukebox.")
    }
    return imported - set(ORDER[: ORDER.index(name)])


@pytest.mark.parametrize("name", ORDER)
def test_a_module_imports_only_those_to_its_left(name):
    """So that each can be read before the next."""

    assert set() == early(name, source(name))


def test_an_import_from_the_right_is_noticed():
    """Also inside a function."""
    late = "def train():\n    from jukebox.serving.app import create_app\n"

    assert {"service"} == early("training", late)


@pytest.mark.parametrize("name", LABS)
def test_a_lab_imports_no_other_lab_and_no_command(name):
    """So that each can be done, and changed, alone; and none is longer than a module."""
    text = (FOLDER / "labs" / f"{name}.py").read_text("utf-8")

    assert set() == early("workbench", text)
    assert len(text.splitlines()) <= 250


@pytest.mark.parametrize("name", LABS)
def test_a_lab_has_its_number(name):
    """A module that is not in the list would never be begun."""

    assert f"jukebox.labs.{name}" in NUMBERED, (
        f"examples/jukebox/labs/{name}.py:1: this lab has no number: put it into MODULES of "
        "examples/jukebox/labs/__init__.py"
    )


@pytest.mark.parametrize("name", ORDER)
def test_a_module_can_be_shown_whole(name):
    """It has 250 lines or fewer."""

    assert len(source(name).splitlines()) <= 250


@pytest.mark.parametrize("file", MODULES, ids=lambda file: file.stem)
def test_a_module_has_its_place_in_the_order(file):
    """Else nothing would say what it may import."""

    assert file.stem in ORDER, (
        f"{file}:1: the order has no {file.stem!r}: put it behind what it imports, into the first "
        "lines of examples/jukebox/__init__.py"
    )


def test_the_page_lists_the_modules_in_their_order():
    """Each row begins with a file's name."""
    rows = enumerate(PAGE.splitlines(), 1)
    matches = [(number, re.match(r"\| `(\w+)(?:\.py|/)` ", row)) for number, row in rows]
    listed = [(number, match[1]) for number, match in matches if match and match[1] in ORDER]
    wrong = [
        f"docs/reference/jukebox.md:{number}: here stands {found!r}, and the order of "
        f"examples/jukebox/__init__.py has {name!r}: give each module its row, in that order"
        for (number, found), (_, name) in zip_longest(
            listed, [(0, name) for name in ORDER], fillvalue=(listed[-1][0], "nothing")
        )
        if found != name
    ]

    assert [] == wrong[:1]
