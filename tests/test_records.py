"""A recorded run is stale when the code that it measured has changed; it tells by a digest."""

import json
from pathlib import Path

import pytest

from scripts.records import closure, digest, proofs
from tests.proofs.agree import differences

RECORDS = Path("docs", "_data", "measured")
PROOF = Path("tests", "proofs", "test_run.py")
SOURCES = {
    PROOF: '"""A proof."""\nfrom jukebox import store\n\n\ndef test_it():\n    """Say so."""\n',
    Path("examples", "jukebox", "__init__.py"): "",
    Path("examples", "jukebox", "__main__.py"): "from jukebox import command\n",
    Path("examples", "jukebox", "command.py"): "import click\n",
    Path("examples", "jukebox", "store.py"): (
        '"""A store."""\n\nROWS = 4  # a week\n\n\ndef keep(rows):\n    """Keep."""\n    return rows\n'
    ),
    Path("examples", "jukebox", "drift.py"): "LEVEL = 5\n",
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


STORE = Path("examples", "jukebox", "store.py")


@pytest.mark.parametrize(
    ("file", "old", "new", "same"),
    [
        (STORE, "ROWS = 4", "ROWS = 5", False),
        (STORE, "return rows", "return rows[:-1]", False),
        (STORE, "ROWS = 4", "ROWS = 4.0", False),
        (STORE, "a week", "in each week", True),
        (STORE, '"""Keep."""', '"""Keep all of them."""', True),
        (STORE, '"""A store."""\n\n', "", True),
        (STORE, "ROWS = 4 ", "ROWS = (\n    4\n)", True),
        (PROOF, "def test_it", "def test_that", False),
        (Path("examples", "jukebox", "drift.py"), "5", "6", True),
        (Path("examples", "jukebox", "command.py"), "click", "rich", True),
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
        ("import jukebox.drift", "drift"),
        ("from jukebox.drift import LEVEL", "drift"),
        ("from jukebox import drift as other", "drift"),
        ("def later():\n    from jukebox import drift", "drift"),
        ('COMMAND = ["python", "-P", "-m", "jukebox", "serve"]', "command"),
        ('LABS = {"gate": "jukebox.drift"}', "drift"),
        ('"""As jukebox.drift has it, and `jukebox.store`."""', None),
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

    assert more == {"drift": {"drift"}, "command": {"__main__", "command"}, None: set()}[found]


def test_an_import_beside_a_file_is_followed(repository):
    """As tests import each other."""
    Path("tests", "proofs", "beside.py").write_text("from .. import above\n", "utf-8")
    Path("tests", "above.py").write_text("", "utf-8")
    PROOF.write_text("from . import beside\n", "utf-8")

    assert {"beside", "above", "test_run"} == {file.stem for file in closure([PROOF])}


def test_the_labs_are_in_the_record_of_the_labs():
    """They are imported by texts, which name their modules."""
    labs = set(Path("examples", "jukebox", "labs").glob("*.py"))

    assert set() == labs - closure([Path("tests", "proofs", "test_labs.py")])


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
