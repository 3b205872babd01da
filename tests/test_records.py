"""A recorded run is stale when the code that it measured has changed; it tells by a digest."""

import json
from pathlib import Path

import pytest

from scripts.records import closure, digest, proofs, sources
from tests.proofs.agree import differences

RECORDS = Path("docs", "_data", "measured")
PROOF = Path("tests", "proofs", "test_run.py")
JUKEBOX = Path("examples", "jukebox")
STORE = JUKEBOX / "data" / "store.py"
SOURCES = {
    PROOF: '"""A proof."""\nfrom jukebox import Store\n\n\ndef test_it():\n    """Say so."""\n',
    JUKEBOX / "__init__.py": "",
    JUKEBOX / "__init__.pyi": (
        "from .data.store import Store as Store\nfrom .watch.drift import drift as drift\n"
    ),
    JUKEBOX / "__main__.py": "from jukebox.cli.main import main\n",
    JUKEBOX / "cli" / "main.py": "import click\n",
    JUKEBOX / "data" / "__init__.py": "",
    STORE: (
        '"""A store."""\n\nROWS = 4  # a week\n\n\nclass Store:\n    """Keep."""\n\n    rows = []\n'
    ),
    JUKEBOX / "watch" / "drift.py": "LEVEL = 5\n",
}


@pytest.mark.parametrize("proof", proofs())
def test_a_record_is_of_the_code_that_is_here(proof):
    """Or what a page shows may no longer be so."""
    file = RECORDS / f"{proof}.json"
    kept = json.loads(file.read_text("utf-8")) if file.exists() else {}

    assert kept.get("code") == digest(proof), (
        f"{file} was measured on other code than what is here: with nothing beside it, run "
        f"nox -s proofs -- --record {proof}, and commit it with what the pages say of it."
    )


@pytest.fixture
def repository(tmp_path, monkeypatch):
    """A small repository with one proof, and its digest before it is changed."""
    for file, text in SOURCES.items():
        (tmp_path / file).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / file).write_text(text, "utf-8")
    monkeypatch.chdir(tmp_path)
    return digest("run")


@pytest.mark.parametrize(
    ("file", "old", "new", "same"),
    [
        (STORE, "ROWS = 4", "ROWS = 5", False),
        (STORE, "rows = []", "rows = [0]", False),
        (STORE, "ROWS = 4", "ROWS = 4.0", False),
        (STORE, "a week", "in each week", True),
        (STORE, '"""Keep."""', '"""Keep all of them."""', True),
        (STORE, '"""A store."""\n\n', "", True),
        (STORE, "ROWS = 4 ", "ROWS = (\n    4\n)", True),
        (PROOF, "def test_it", "def test_that", False),
        (JUKEBOX / "__init__.py", "", "import lazy", False),
        (JUKEBOX / "data" / "__init__.py", "", "import lazy", False),
        (JUKEBOX / "__init__.pyi", "from .watch.drift import drift as drift\n", "", True),
        (JUKEBOX / "__init__.pyi", ".data.store", ".watch.drift", False),
        (JUKEBOX / "watch" / "drift.py", "5", "6", True),
        (JUKEBOX / "cli" / "main.py", "click", "rich", True),
    ],
)
def test_what_makes_a_record_stale(repository, file, old, new, same):
    """What Python does otherwise, in the proof or in what it imports; not what people read."""
    assert SOURCES[file].count(old) == 1
    file.write_text(SOURCES[file].replace(old, new), "utf-8")

    assert same is (repository == digest("run"))


@pytest.mark.parametrize(
    ("line", "found"),
    [
        ("import jukebox.watch.drift", "drift"),
        ("from jukebox.watch.drift import LEVEL", "drift"),
        ("from jukebox.watch import drift as other", "drift"),
        ("def later():\n    from jukebox.watch import drift", "drift"),
        ("from jukebox import drift", "drift"),
        ("def later():\n    from jukebox import drift as other", "drift"),
        ("import jukebox\n\njukebox.drift(1)", "drift"),
        ("import jukebox as box\n\nbox.drift(1)", "drift"),
        ("import jukebox", None),
        ("from jukebox import watch", None),
        ('COMMAND = ["python", "-P", "-m", "jukebox", "serve"]', "main"),
        ('LABS = {"gate": "jukebox.watch.drift"}', "drift"),
        ('"""As jukebox.watch.drift has it, and `jukebox.drift`."""', None),
        ('FILE = "drift.py"', None),
        ("from . import beside", None),
        ("import numpy", None),
    ],
)
def test_an_import_is_followed(repository, line, found):
    """Wherever it stands, and through a command, too; what is not of here is not."""
    before = closure([PROOF])
    PROOF.write_text(f"{SOURCES[PROOF]}\n\n{line}\n", "utf-8")
    more = {file.stem for file in closure([PROOF]) - before}

    assert more == {"drift": {"drift"}, "main": {"__main__", "main"}, None: set()}[found]


def test_an_import_beside_a_file_is_followed(repository):
    """As tests import each other."""
    Path("tests", "proofs", "beside.py").write_text("from .. import above\n", "utf-8")
    Path("tests", "above.py").write_text("", "utf-8")
    PROOF.write_text("from . import beside\n", "utf-8")

    assert {"beside", "above", "test_run"} == {file.stem for file in closure([PROOF])}


def test_the_labs_are_in_the_record_of_the_labs():
    """They are imported by texts, which name their modules; the commands are, too."""
    rooms = (JUKEBOX / "labs", JUKEBOX / "cli")
    files = {file for room in rooms for file in room.glob("*.py")}

    assert set() == files - closure([Path("tests", "proofs", "test_labs.py")])


def test_what_trains_depends_on_what_makes_a_model_and_not_on_what_serves_it():
    """As Jukebox's own stub has it; the more a digest covers, the oftener all is measured again."""
    training, serving = JUKEBOX / "model" / "training.py", JUKEBOX / "serving" / "app.py"
    both = {training, JUKEBOX / "schema.py", serving}

    assert both - {serving} == both & closure([*sources("jukebox.train")])
    assert both == both & closure([*sources("jukebox.create_app"), *sources("jukebox.train")])


# ---- two sizes -----------------------------------------------------------------------------------

SIZES = {"streams": (4, 40)}
BEFORE = {"failed": 0, "missed": 40, "some": 4, "late_percent": 50, "rows": 1000, "kept": 400}
NOW = {"failed": 0, "missed": 4, "some": 1, "late_percent": 50, "rows": 100, "kept": 42}


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({}, []),
        ({"failed": 1}, ["failed is 1, and in the record 0"]),
        ({"missed": 3}, ["missed is 3 of 4, and in the record 40 of 40, of which these are some"]),
        ({"some": 0}, []),
        ({"some": 4}, []),
        ({"late_percent": 100}, []),
        ({"kept": 55}, []),
        ({"kept": 60}, ["kept is 60 of 100, and in the record 400 of 1000, which is no chance"]),
        ({"kept": 10}, ["kept is 10 of 100, and in the record 400 of 1000, which is no chance"]),
    ],
)
def test_what_the_two_sizes_may_differ_by(changed, said):
    """A count that is equal at any size; a part of what the record has; a rate, within chance."""
    parts = dict.fromkeys(("missed", "some", "late_percent"), "streams")
    now = NOW | changed

    assert said == [*differences(BEFORE, now, SIZES, ("failed",), parts, {"kept": "rows"})]


def test_a_figure_that_is_missing_is_told():
    """Or nothing would be compared when its name changes."""
    assert ["old is not in this run"] == [*differences({"old": 1}, {}, {}, ("old",))]
    assert ["new is not in the record"] == [*differences({}, {"new": 1}, {}, ("new",))]
