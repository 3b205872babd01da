"""The modules stand in one order, left to right, and the page on Jukebox shows them in it."""

import ast
import re
from pathlib import Path

import jukebox
import pytest
from jukebox.labs import NAMES

FOLDER = Path(jukebox.__file__).parent
PAGE = (Path(__file__).parents[2] / "docs" / "reference" / "jukebox.md").read_text("utf-8")
LABS = sorted(file.stem for file in (FOLDER / "labs").glob("*.py") if file.stem != "__init__")
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
    late = "def train():\n    from jukebox.service import create_app\n"

    assert {"service"} == early("training", late)


@pytest.mark.parametrize("name", LABS)
def test_a_lab_imports_no_other_lab_and_no_command(name):
    """So that each can be done, and changed, alone; and none is longer than a module."""
    text = (FOLDER / "labs" / f"{name}.py").read_text("utf-8")

    assert set() == early("workbench", text)
    assert len(text.splitlines()) <= 250


@pytest.mark.parametrize("name", LABS)
def test_a_lab_is_one_of_the_eight(name):
    """A module that is not in the list would never be begun."""

    assert name in NAMES


@pytest.mark.parametrize("name", ORDER)
def test_a_module_can_be_shown_whole(name):
    """It has 250 lines or fewer."""

    assert len(source(name).splitlines()) <= 250


def test_the_page_lists_the_modules_in_their_order():
    """Each row begins with a file's name."""
    listed = re.findall(r"^\| `(\w+)(?:\.py|/)` ", PAGE, re.MULTILINE)

    assert [name for name in listed if name in ORDER] == ORDER
