"""The page of Jukebox shows its rooms: the linter's order, the imports, and each room's sentence."""

import os
import re
import subprocess
import sys
from pathlib import Path
from textwrap import dedent

import pytest
from jukebox.labs.listing import LABS

from docs._ext.diagrams import accessible_words
from scripts import rooms
from tests.project import write

TEXT = rooms.PAGE.read_text("utf-8")
ORDER = rooms.read_order(rooms.SETTINGS.read_text("utf-8"))
REMEDY = "run `.nox/tests/bin/python -m scripts.rooms`, and do what it says"
# Not rooms: what carries the package elsewhere, and what a lab puts into the reader's folder.
CARRIED = {"deploy", "labs/files"}
FOLDERS = {file.parent for file in rooms.PACKAGE.rglob("*.py")} - {rooms.PACKAGE}
NAMES = sorted({folder.relative_to(rooms.PACKAGE).as_posix() for folder in FOLDERS} - CARRIED)
FILES = sorted((rooms.PACKAGE / "labs").glob("*.py"))
# What imports a module, or may, without a statement; and the files that have to: what they name in
# a text are commands, the job, where the code of a model begins, and what it may not import.
BEHIND_THE_LINTER = re.compile(
    r"""["']jukebox(\.\w+)+["']|\b(import_module|__import__|run_module)\b"""
)
BY_NAME = {
    *("cli/main.py",),
    *("model/identity.py", "model/job.py", "model/reach.py"),
}
WRITTEN = [file for file in FILES if re.search(r"^class \w+\(Lab\)", file.read_text("utf-8"), re.M)]


def test_the_page_shows_the_rooms_as_they_are():
    """Picture and list, to the letter."""

    assert rooms.update_page(TEXT) == TEXT, f"{rooms.PAGE}: the rooms have changed: {REMEDY}"


@pytest.mark.parametrize("name", NAMES)
def test_a_folder_of_code_is_a_room_with_its_sentence(name):
    """Without its `__init__.py`, the linter would see nothing of the folder, and keep silent."""
    file = rooms.PACKAGE / name / "__init__.py"

    assert file.exists(), (
        f"{file}: missing, and the linter passes over a folder without it: write it, with one "
        "sentence that says what the room is for"
    )
    assert rooms.first_sentence(file).endswith("."), f"{file}:1: say what the room is for"
    assert name.partition("/")[0] in ORDER, (
        f"{name}: no room has this folder: move its files into a room's folder, or give a new room "
        "its place in `layers` of pyproject.toml"
    )


def test_a_module_is_imported_by_a_statement():
    """What a file imports by a name in a text, neither the linter nor the picture sees."""
    texts = {file: file.read_text("utf-8") for file in rooms.PACKAGE.rglob("*.py")}
    found = {
        file.relative_to(rooms.PACKAGE).as_posix()
        for file, text in texts.items()
        if BEHIND_THE_LINTER.search(text)
    } - BY_NAME

    assert set() == found, "write an `import` statement, so that the linter sees the module"


@pytest.mark.parametrize("file", WRITTEN, ids=lambda file: file.stem)
def test_a_lab_has_its_number(file):
    """A module that is not in the list would never be begun."""

    assert file.stem in {lab.name for lab in LABS.values()}, (
        f"{file}:1: this lab has no number: put it into ORDER of {file.parent}/listing.py"
    )


def test_each_room_is_on_the_page_with_its_sentence():
    """A list that its pattern no longer found would be compared with itself."""
    [listed] = rooms.LIST.findall(TEXT)

    assert [f"`{name}`" for name in map(shown, ORDER)] == [
        line for line in listed.splitlines() if line.startswith("`")
    ]
    assert f": {rooms.first_sentence(rooms.PACKAGE / 'loop' / '__init__.py')}\n" in listed


def test_a_module_that_a_page_names_is_in_its_room():
    """A module that moves would leave its old place on the pages."""
    inside_room = re.compile(rf"`((?:{'|'.join(ORDER)})/\w+\.py)`")
    named = {
        (str(page), name)
        for page in Path("docs").rglob("*.md")
        for name in inside_room.findall(page.read_text("utf-8"))
    }

    assert named
    assert [] == sorted(one for one in named if not (rooms.PACKAGE / one[1]).exists())


def shown(name):
    """Return a room as the page names it."""
    return f"{name}.py" if (rooms.PACKAGE / f"{name}.py").exists() else f"{name}/"


def test_the_picture_in_words_names_each_room_once_in_the_order():
    """For those who do not see it."""
    told = accessible_words(rooms.find_diagram(TEXT), "accDescr").partition(". Each imports")[0]

    assert ORDER == told.removeprefix("From top to bottom: ").replace(" and ", "; ").split("; ")


@pytest.fixture(scope="module")
def package(tmp_path_factory):
    """Return a package of four rooms and a file, whose imports stand in all the places they may."""
    folder = tmp_path_factory.mktemp("house")
    files = {
        "ground.py": '"""The ground: what is\nasked? And more."""',
        "low/__init__.py": '"""What is low."""',
        "low/one.py": "from house import ground\nfrom house.low import two",
        "low/two.py": "",
        "high/__init__.py": '"""What is high."""',
        "high/one.py": "def late():\n    from house.low.one import ground",
        "roof/__init__.py": '"""What is on top."""',
        "roof/one.py": """
            from typing import TYPE_CHECKING

            from house.high.one import late

            if TYPE_CHECKING:
                from house.ground import x
        """,
        "__init__.py": "",
        "__main__.py": "import house.roof.one",
        "loose/__init__.py": "from house.roof import one",
    }
    write(folder / "house", {name: dedent(text) for name, text in files.items()})
    return folder / "house"


HOUSE = ["ground", "low", "high", "roof"]


def test_an_import_is_an_arrow_wherever_it_stands(package, monkeypatch):
    """In a function and for a type checker alone; not within a room, nor from outside the order."""
    monkeypatch.syspath_prepend(package.parent)

    assert {("low", "ground"), ("high", "low"), ("roof", "high"), ("roof", "ground")} == (
        rooms.find_arrows(HOUSE, package)
    )


def test_an_arrow_that_others_replace_is_left_out():
    """However long their way is; the others stay."""
    chain = {("d", "c"), ("c", "b"), ("b", "a"), ("e", "a")}

    assert chain == rooms.leave_out_transitive(chain | {("d", "a"), ("d", "b"), ("c", "a")})


def test_the_single_files_share_a_box():
    """An arrow between them is none, and two arrows that lead to it are one."""
    arrows = {("two", "one"), ("low", "one"), ("low", "two"), ("high", "low"), ("high", "one")}
    drawing = rooms.draw_rooms(["one", "two", "low", "high"], arrows, ["one", "two"]).splitlines()

    assert ['two["one, two"]', 'low["low"]', 'high["high"]', "low --> two", "high --> low"] == [
        line.strip() for line in drawing[3:]
    ]
    assert "one and two; low; high. Each" in drawing[2]
    assert ": low from one and two; high from low; and" in drawing[2]


def test_a_room_is_described_by_its_docstring_and_its_modules(package):
    """The first sentence alone, on one line; a file has no modules."""

    assert ["`ground.py`", ": The ground: what is asked?", ""] == [
        *rooms.describe_room("ground", package)
    ]
    assert ["`low/`", ": What is low.", ": `one`, `two`", ""] == [
        *rooms.describe_room("low", package)
    ]


def test_a_room_with_a_page_of_its_own_has_a_link_in_place_of_its_modules():
    """Whoever looks for a command or a lab looks there."""

    assert [": [All the labs](../labs/index.md)", ""] == [*rooms.describe_room("labs")][2:]


def test_the_next_command_is_named_where_the_picture_changed():
    """And only there: a sentence or a module in the list needs no drawing."""
    moved = TEXT.replace("labs --> world", "labs --> loop")

    assert f"{rooms.PAGE}: unchanged" == rooms.advise(TEXT, TEXT)
    assert f"{rooms.PAGE}: written" == rooms.advise(TEXT.replace("`tuning`", "`tune`"), TEXT)
    assert rooms.advise(moved, TEXT).endswith("changed: now run nox -s diagrams")


def test_the_tree_comes_before_a_copy_that_is_installed(tmp_path):
    """A command that is only here would else be gone from the page; elsewhere, a sentence."""
    write(tmp_path, {"jukebox/__init__.py": "", "own/jukebox.py": ""})
    code = "from scripts import rooms; rooms.search_here(); import jukebox; print(jukebox.__file__)"
    path = os.pathsep.join([str(tmp_path), str(Path.cwd())])

    def run(folder):
        return subprocess.run(
            [sys.executable, "-c", code],
            cwd=folder,
            env=os.environ | {"PYTHONPATH": path},
            capture_output=True,
            text=True,
        )

    here, elsewhere = run(Path.cwd()), run(tmp_path / "own")
    assert f"{(rooms.PACKAGE / '__init__.py').resolve()}\n" == here.stdout, here.stderr
    assert elsewhere.stderr.startswith(f"Python takes Jukebox from {tmp_path}")
    assert "run this in the folder that has pyproject.toml" in elsewhere.stderr


def test_another_order_is_another_picture():
    """Also where the imports are the same."""
    arrows, files = rooms.find_arrows(ORDER), ["problem", "schema"]
    other = [*ORDER[:4], ORDER[5], ORDER[4], *ORDER[6:]]

    assert rooms.draw_rooms(ORDER, arrows, files) == rooms.find_diagram(TEXT)
    assert rooms.draw_rooms(other, arrows, files) != rooms.find_diagram(TEXT)


def test_arrows_are_counted_without_those_who_may_import_all():
    """A command and a lab may use every room; two files count once as two, and once as one."""
    arrows = {("cli", "model"), ("labs", "one"), ("model", "one"), ("model", "two"), ("two", "one")}

    assert (3, 1) == rooms.count_arrows(arrows, ["one", "two"])
