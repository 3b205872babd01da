"""The public API: each name is there, once, where the stub says, and costs nothing before its use."""

import ast
import subprocess
import sys
from importlib import import_module
from pathlib import Path

import jukebox
import pytest

PACKAGE = Path(jukebox.__file__).parent
STUB = PACKAGE / "__init__.pyi"
# (line, module, name, name at the top) of each import of the stub.
IMPORTS = [
    (node.lineno, node.module, alias.name, alias.asname)
    for node in ast.parse(STUB.read_text("utf-8")).body
    if isinstance(node, ast.ImportFrom)
    for alias in node.names
]
NAMES = [name for _, _, name, _ in IMPORTS]


@pytest.mark.parametrize(("line", "module", "name", "top"), IMPORTS, ids=NAMES)
def test_a_name_of_the_stub_is_that_of_its_room(
    line: int, module: str, name: str, top: str | None
) -> None:
    """Read by Python as a type checker reads it: the `as` says that it may be used from the top."""
    meant = getattr(import_module(f"jukebox.{module}"), name, None)

    assert meant is not None, f"{STUB}:{line}: jukebox/{module} has no {name}: take the line out"
    assert meant is getattr(jukebox, name)
    home = getattr(meant, "__module__", None) or f"jukebox.{module}"  # a value does not say
    assert home == f"jukebox.{module}", f"{STUB}:{line}: {name} is of {home}: import it from there"
    assert top == name, f"{STUB}:{line}: write {name} as {name}"


def test_the_stub_is_nothing_but_names_of_which_none_stands_there_twice() -> None:
    """Of two, the last would win, and nobody would hear of it."""
    _, *lines = ast.parse(STUB.read_text("utf-8")).body  # but for its docstring

    assert [] == [name for name in set(NAMES) if NAMES.count(name) > 1]
    assert len(IMPORTS) == len(lines)
    assert sorted(NAMES) == sorted(jukebox.__all__)


def test_no_name_is_that_of_a_room() -> None:
    """Whoever imports the room would set it in the place of the name, for all others as well."""
    rooms = {path.stem for path in PACKAGE.iterdir() if path.suffix in ("", ".py")}

    assert {"problem", "data", "cli"} <= rooms
    assert set() == rooms & set(NAMES)


def test_what_is_not_public_is_no_name_of_the_top() -> None:
    """As Python says it of any module; nor is it found by a star."""
    with pytest.raises(AttributeError, match="No jukebox attribute nobody"):
        jukebox.nobody  # noqa: B018

    assert "connect" not in dir(jukebox)


def test_the_top_imports_a_room_when_its_name_is_used_and_not_before() -> None:
    """A command's help is there at once, and the measures need no MLflow."""
    code = (
        "import sys, jukebox\n"
        "def loaded(): return {m for m in sys.modules if m.startswith('jukebox.')}\n"
        "before = loaded(); jukebox.COUNTRIES\n"
        "print(before, loaded(), 'mlflow' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)

    assert "set() {'jukebox.problem'} False\n" == done.stdout
