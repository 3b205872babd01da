"""A home from before Jukebox had rooms is opened, told of, served, rebuilt and kept up to date.

It was made by the code of then, with two runs of its loop behind it: see homes/README.md.
"""

import json
import shutil
import sqlite3
import tarfile
from contextlib import closing
from pathlib import Path
from typing import NamedTuple

import pytest
import requests
from jukebox import Journal, code_version
from jukebox.labs.hand_in import digest
from jukebox.loop.events import Event, Figures, Run, read_runs
from jukebox.loop.journal import lost_triggers

from tests.jukebox.serving import TRACK as FEATURES
from tests.terminal import Terminal
from tests.waiting import HANGS

ARCHIVE = Path(__file__).with_name("homes") / "before-rooms.tar.xz"
PLACE = "file:///srv/jukebox/lab-1/.jukebox"  # where it was made
LOCATIONS = {  # in MLflow's database, which names each folder in full
    "experiments": ["artifact_location"],
    "runs": ["artifact_uri"],
    "model_versions": ["source", "storage_location"],
}
OLD = "5455aadfd0bcd0472f5948cc4876d088827ab8dfe04b26689ab0fdc06455ea42"  # its code's version
TRACK = "T0000442"  # the service was asked about it, and version 2 was tested on it
# A line of training.py of then, and one that leaks in another way than the refused run's.
SPLIT = 'new = (tracks["released"] >= weeks[-newest]).to_numpy()'
RANDOM = "new = np.random.default_rng(1).random(len(tracks)) < 0.5"
COLON = "spotify:track:4uLU6hMCjMI75M1A2tKUQC"  # the service of then did not take it


@pytest.fixture(scope="module")
def kept(tmp_path_factory):
    """The folder with what was kept; no test may change it."""
    folder = tmp_path_factory.mktemp("kept")
    with tarfile.open(ARCHIVE) as packed:
        packed.extractall(folder, filter="data")
    return folder


@pytest.fixture(scope="module")
def said(kept):
    """What the commands of then said of each home, by their words, and of two labs."""
    return json.loads((kept / "said.json").read_text("utf-8"))


class Place(NamedTuple):
    """A kept home, put somewhere, and a terminal there."""

    terminal: Terminal
    home: Path

    def type(self, *words: str, code: int = 0) -> str:
        """Run a command of Jukebox on the home, and return what it prints."""
        ended, printed = self.terminal.run(["jukebox", *words], self.terminal.folder)
        assert code == ended, printed
        return printed

    def events(self) -> list[Event[Figures]]:
        """Return the journal of the loop."""
        return Journal(self.home / "northstar.db").events()

    def runs(self) -> dict[int, Run]:
        """Return the runs of the loop, by number."""
        return read_runs(self.events())

    def record(self, run: int) -> dict:
        """Return the record of the model that a run has trained."""
        return json.loads((self.home / "runs" / str(run) / "record.json").read_text("utf-8"))


@pytest.fixture
def put(kept):
    """Put a kept home somewhere: `put("home")`, or at a path in the terminal's folder."""
    terminal = Terminal()

    def made(name: str, path: str = ".jukebox") -> Place:
        home = Path(shutil.copytree(kept / name, terminal.folder / path))
        with closing(sqlite3.connect(home / "registry" / "mlflow.db")) as db, db:
            for table, columns in LOCATIONS.items():
                for column in columns:
                    query = f"UPDATE {table} SET {column} = replace({column}, ?, ?)"  # noqa: S608 - ours
                    db.execute(query, (PLACE, home.as_uri()))
        return Place(terminal, home)

    yield made
    terminal.close()


def figures(text: str) -> dict | list:
    """Return JSON as Python, its figures to four digits, which no other machine changes."""
    return json.loads(text, parse_float=lambda said: float(f"{float(said):.4g}"))


# ---- opened --------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["home", "after-train"])
def test_the_commands_say_of_an_old_home_what_they_said_then(put, said, name):
    """Champion, runs, drift, performance, decisions, a request, a data version, tracks, a forgotten one."""
    place = put(name)

    assert {"status", "monitor"} <= {*said[name]}
    assert {words: figures(then) for words, then in said[name].items()} == {
        words: figures(place.type(*words.split(), "--json")) for words in said[name]
    }


def test_an_old_champion_answers(put):
    """Under its own version; the log, with answers from before, takes that one, whatever its id."""
    place = put("home")
    address = place.terminal.type("jukebox serve --port 0 &").split()[-1]
    asked = [FEATURES | {"track_id": track_id} for track_id in (TRACK, COLON)]
    answer = requests.post(f"{address}/predict", json={"tracks": asked}, timeout=HANGS).json()
    place.terminal.stop(place.terminal.jobs[0])  # it writes what it has answered
    logged = json.loads(place.type("lineage", answer["request_id"], "--json"))

    assert 2 == answer["model_version"] == logged["lineage"]["version"]
    assert [TRACK, COLON] == [track["track_id"] for track in logged["tracks"]]
    for track_id, before in (TRACK, 1), (COLON, 0):
        held = json.loads(place.type("lineage", "--track", track_id, "--json"))
        assert before + 1 == held["answers"]


def test_an_old_version_is_made_again_by_the_code_of_then(put):
    """The same bytes; with other packages than its own, the packages are all that differs."""
    place = put("home")
    code, said = place.terminal.run(["jukebox", "rebuild", "1", "--json"], place.terminal.folder)
    verdict, packages = json.loads(said), place.record(1)["packages"]

    assert set(verdict["differs"]) <= {*packages}
    assert verdict["same"] is (code == 0)
    assert verdict["same"] or (verdict["differs"] and verdict["distance"]["answers"] < 1e-3)


def test_a_track_of_an_old_home_is_forgotten(put):
    """In the versions of then, too: what was tested on it can no longer be made again."""
    place = put("home")
    place.type("forget", TRACK, "--why", "its artist asked, too")
    held = json.loads(place.type("lineage", "--track", TRACK, "--json"))["versions"]

    assert len(held) > 1
    assert {"its artist asked, too"} == {version["forgotten"]["why"] for version in held}
    assert "lost" in place.type("rebuild", "2", code=1)


def test_an_old_champion_is_taken_back(put):
    """By hand, to the version before; and the alias of MLflow follows."""
    place = put("home")
    place.type("rollback", "--why", "to try it")
    with closing(sqlite3.connect(place.home / "registry" / "mlflow.db")) as db:
        aliases = db.execute("SELECT alias, version FROM registered_model_aliases").fetchall()

    assert [("champion", 1)] == aliases
    assert 1 == json.loads(place.type("status", "--json"))["champion"]["version"]


# ---- kept up to date -----------------------------------------------------------------------------


def updated(place: Place, *words: str) -> str:
    """Update a home whose service nobody asks, and return what that prints."""
    code, printed = place.terminal.run(
        ["jukebox", "update", "--answers", "0", *words], place.terminal.folder
    )
    assert code in (0, 1), printed  # 1: a run was refused, of which the gate decides
    return printed


def test_the_first_update_of_an_old_home_trains_once_for_the_code_and_says_why(put):
    """The second does nothing; and what comes later is learnt with the champion's code, old or new."""
    place = put("home")
    printed, found = updated(place), place.runs()

    assert [1, 2, 3] == sorted(found)
    assert ["code"] == found[3].start.figures.kinds
    assert "counted in another way" in found[3].start.why
    assert 1 == sum(line.startswith("code ") for line in printed.splitlines())
    assert found[3].train
    assert found[3].end
    assert code_version() == place.record(3)["code_version"]
    assert [] == lost_triggers(place.events())

    assert "No trigger fired, and no run is unfinished.\n" == updated(place)
    assert found == place.runs()

    champion = json.loads(place.type("status", "--json"))["champion"]["version"]
    record = json.loads(place.type("lineage", str(champion), "--json"))["record"]
    place.type("generate", "--weeks", "3")
    updated(place, "--rows", "100")
    assert ["data"] == place.runs()[4].start.figures.kinds
    assert record["code_version"] == place.record(4)["code_version"]


@pytest.mark.parametrize("step", ["validate", "train"])
def test_a_run_that_was_open_before_goes_on_with_its_own_code(put, step):
    """It was killed after a step: none is done twice, and the code has a run of its own after it."""
    place = put(f"after-{step}")
    before, model = place.runs()[3].events, place.home / "runs/3/model.onnx"
    made = model.stat().st_mtime_ns if model.exists() else None
    updated(place)
    found = place.runs()

    assert step == before[-1].name
    assert before == found[3].events[: len(before)]
    assert found[3].end
    assert OLD == found[3].start.figures.code == place.record(3)["code_version"]
    assert made in (None, model.stat().st_mtime_ns)
    assert [["code"]] == [run.start.figures.kinds for n, run in found.items() if n > 3]
    assert code_version() == place.record(4)["code_version"]


# ---- labs ----------------------------------------------------------------------------------------


def begun(place: Place, number: int) -> Path:
    """Make the lab's folder of which a home is, as it was, and return it."""
    folder = place.home.parent
    (folder / "lab.json").write_text(json.dumps({"lab": number, "ready": True}), "utf-8")
    if number == 7:  # it watches a checkout: that of the first snapshot
        shutil.copytree(place.home / "code" / OLD, folder / "code")
    return folder


@pytest.mark.parametrize(("number", "code"), [(1, 0), (7, 1)])
def test_a_lab_that_was_begun_before_is_checked_as_then(put, said, number, code):
    """What is done stays done, what is not is told in the names of then; and its digest is the same."""
    place = put("home", f"lab-{number}/.jukebox")
    folder = begun(place, number)
    checked = place.type("lab", "check", str(number), "--json", code=code)

    assert said["labs"][str(number)]["digest"] == digest(folder, "d8dc")
    assert json.loads(said["labs"][str(number)]["check"]) == json.loads(checked)


def test_the_lab_of_the_triggers_goes_on_with_its_checkout_of_then(put):
    """Code that leaks is refused, and told; so is a gate that was changed there. No other run begins."""
    place = put("home", "lab-7/.jukebox")
    place.terminal.folder = begun(place, 7)
    update = ("update", "--code", "code/jukebox")
    quiet = place.type(*update)
    for file, before, after in (("training", SPLIT, RANDOM), ("validation", "newest", "oldest")):
        path = place.terminal.folder / f"code/jukebox/{file}.py"
        path.write_text(path.read_text("utf-8").replace(before, after), "utf-8")
    place.type(*update, code=1)
    (checked,) = json.loads(place.type("lab", "check", "--json", code=1))
    told = " ".join(checked["sentences"])

    assert "No trigger fired, and no run is unfinished.\n" == quiet
    assert [1, 2, 3] == sorted(place.runs())
    assert place.runs()[3].end.why.startswith("leak")
    assert "You changed the gate in code/jukebox/validation.py" in told
    assert "code/jukebox/training.py is still what run 3 was refused for" in told
    assert "The trigger by performance has led to no run yet" in told
