"""The modules stand in one order, left to right, and the page on Jukebox shows them in it."""

import ast
import re
from pathlib import Path

import jukebox
import pytest

FOLDER = Path(jukebox.__file__).parent
PAGE = (Path(__file__).parents[2] / "docs" / "reference" / "jukebox.md").read_text("utf-8")
ORDER = re.search(r"left:\s([\w\s,]+)\.", jukebox.__doc__)[1].replace(",", " ").split()


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

    assert set() == early(name, (FOLDER / f"{name}.py").read_text("utf-8"))


def test_an_import_from_the_right_is_noticed():
    """Also inside a function."""
    source = "def train():\n    from jukebox.service import create_app\n"

    assert {"service"} == early("training", source)


@pytest.mark.parametrize("name", ORDER)
def test_a_module_can_be_shown_whole(name):
    """It has 250 lines or fewer."""

    assert len((FOLDER / f"{name}.py").read_text("utf-8").splitlines()) <= 250


def test_the_page_lists_the_modules_in_their_order():
    """Each row begins with a file's name."""
    listed = re.findall(r"^\| `(\w+)\.py` ", PAGE, re.MULTILINE)

    assert [name for name in listed if name in ORDER] == ORDER
