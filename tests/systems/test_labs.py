"""Each lab is lived through: started, checked, interrupted, reset, solved; and so are the manners.

The commands are run by forks of this process; `tests/proofs/test_labs.py` runs real processes.
"""

import hashlib
import json
import os
import re
import shutil
import signal
import sqlite3
from contextlib import closing
from dataclasses import asdict
from pathlib import Path
from typing import NamedTuple

import pytest
from jukebox import Catalogue, Model, labels
from jukebox.labs import hands
from jukebox.labs.dirty_data import MENDING_PROGRAM, DirtyData
from jukebox.labs.first_model import count_sure_hits
from jukebox.labs.hand_in import digest, parse_line
from jukebox.labs.hands import Hands
from jukebox.labs.listing import LABS
from jukebox.labs.trace_a_prediction import find_right_answer
from jukebox.model import training
from jukebox.model.training import Record

from docs._ext.chapter import COMMAND_MINUTES, EDIT_MINUTES
from tests.project import build, write
from tests.terminal import Terminal

PAGES = Path(__file__).parents[2] / "docs" / "labs"


@pytest.fixture
def terminal():
    """A terminal in an empty folder."""
    opened = Terminal()
    yield opened
    opened.close()


def page(number):
    """Read the page of a lab."""
    return (PAGES / f"{LABS[number].name.replace('_', '-')}.md").read_text("utf-8")


# ---- the life of each lab ------------------------------------------------------------------------


def rows(file, query):
    """Ask a database, if it is there."""
    if not file.exists():
        return None
    with closing(sqlite3.connect(file)) as db:
        return db.execute(query).fetchall()


def state(folder):
    """Give what a lab's folder holds, but for what differs each time: run ids, moments, lab.json."""
    files = {
        path.relative_to(folder).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
        and "registry" not in path.relative_to(folder).parts
        and path.suffix != ".db"
        and path.name != "lab.json"
    }
    for name in [name for name in files if "/versions/" in name]:
        files[name] = json.loads((folder / name).read_text("utf-8"))["batches"]
    for registry in sorted(folder.glob("*/registry")):  # of each home: a lab may have several
        files[registry.parent.name] = {
            "history": rows(
                registry / "history.db", "SELECT action, version, share, why FROM history"
            ),
            "models": rows(
                registry / "mlflow.db",
                "SELECT version, value FROM model_version_tags WHERE key = 'digest' ORDER BY version",
            ),
            "answers": rows(
                registry / "predictions.db",
                "SELECT role, model_version, track_id, inputs FROM predictions ORDER BY rowid",
            ),
            "events": rows(registry.parent / "northstar.db", "SELECT event, why FROM events"),
        }
    return files


class Life(NamedTuple):
    """What was seen in the life of a lab."""

    number: int
    begun: dict  # the state after `start`
    first: str  # what `check` says of it
    halfway: str  # what it says of an interrupted one
    again: dict  # the state after `reset`
    ticked: tuple  # what `check` says of the solution, and its exit code
    seen: tuple  # the digest of its state, before and after somebody looked at it
    line: str  # what `hand-in` prints of it


@pytest.fixture(scope="module", params=LABS, ids=lambda number: LABS[number].name)
def life(request):
    """Live through a lab, once."""
    number, terminal = request.param, Terminal()
    folder = terminal.folder / f"lab-{number}"

    def run(words, folder):
        exported = {name: os.environ[name] for name in os.environ if name.startswith("JUKEBOX_")}
        terminal.environment |= exported
        return terminal.run(words, folder)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(hands, "run_command", run)
        terminal.type(f"jukebox lab start {number}")
        begun, first = state(folder), terminal.type(f"jukebox lab check {number}")
        (folder / "lab.json").write_text(json.dumps({"lab": number, "ready": False}), "utf-8")
        (folder / "stray.txt").write_text("of a start that was cut off", "utf-8")
        shutil.rmtree(folder / ".jukebox", ignore_errors=True)
        halfway = terminal.type(f"jukebox lab check {number}")
        terminal.type(f"jukebox lab reset {number}")
        again = state(folder)
        LABS[number].solve(folder, Hands(folder))
        solved = digest(folder)
        ticked = terminal.run(["jukebox", "lab", "check", str(number)], terminal.folder)
        for home in [home.parent for home in sorted(folder.glob("*/registry"))]:
            for look in ("status", "monitor"):
                terminal.type(f"jukebox {look} --home {home}")
        line = terminal.type("jukebox lab hand-in --name 'Learner 1'")
        seen = solved, digest(folder)
        yield Life(number, begun, first, halfway, again, ticked, seen, line)
    terminal.close()


def test_the_check_fails_on_the_start_state(life):
    """It says in a sentence or more what to do."""
    head, *sentences = life.first.splitlines()

    assert f"Lab {life.number} is not done yet." == head
    assert sentences[0].startswith("- ")
    assert "." == sentences[-1].rstrip()[-1]
    assert "missing or damaged" not in life.first


def test_an_interrupted_lab_is_noticed(life):
    """It is not judged, and the way out is told."""

    assert f"interrupted: jukebox lab reset {life.number}" in " ".join(life.halfway.split())


def test_reset_is_the_start_again(life):
    """From a lab that was interrupted: the same files, models, decisions and answers."""

    assert life.begun == life.again


def test_the_solution_passes_the_check(life):
    """With exit code 0, and a word at the end."""
    code, said = life.ticked

    assert (0, True) == (code, said.startswith(f"Lab {life.number} is done.")), said


def test_looking_changes_no_state(life):
    """Neither its check nor what shows the models, the data and the alarms."""
    before, after = life.seen

    assert before == after


def test_the_lab_is_handed_in_as_done(life):
    """With its number, and how often it was checked since an older lab.json took its place."""
    [item] = parse_line(life.line.strip()).items

    assert (life.number, True, 1) == (item.number, item.done, item.tries)


# ---- pages ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("number", LABS)
def test_each_page_goes_wrong_before_it_goes_right(number):
    """It has a start, a check that fails, then one that passes, a solution, and a way out."""
    text = page(number)
    milestones = [
        f"\n$ jukebox lab start {number}\n",
        f"\n$ jukebox lab check {number}\nLab {number} is not done yet.\n- ",
        f"\n$ jukebox lab check {number}\nLab {number} is done.",
        ":::{dropdown} The solution",
        f"`jukebox lab solve {number}`",
        "\n## When it goes wrong\n",
        f"`jukebox lab reset {number}`",
        "\n## Next\n",
    ]
    places = [text.rfind(milestone) for milestone in milestones]

    assert -1 not in places
    assert sorted(places) == places


@pytest.mark.parametrize("number", LABS)
def test_each_page_says_its_number_and_its_title(number):
    """In the front matter, and as the command has it."""
    text = page(number)

    assert f"\nlab: {number}\n" in text
    assert f"\n# {LABS[number].title}\n" in text


def test_a_lab_says_how_long_it_takes(tmp_path):
    """By the rule: words, commands, edits, and the machine's seconds."""
    lab = "---\ndescription: x\nlab: 1\nedits: 2\n---\n\n# A lab\n\n" + "word " * 399
    fence = "\n\n```console\n$ one\nprinted\n$ two\n```\n"
    write(
        tmp_path,
        {
            "conf.py": 'extensions = ["myst_parser", "docs._ext.chapter"]\n',
            "index.md": lab + fence,
            "_data/measured/labs.json": json.dumps(
                {"command": "run", "date": "2026-01-01", "machine": "a laptop"}
                | {"figures": {"index_s": 61.2}}
            ),
        },
    )
    warnings = build(tmp_path, "text")
    # The title's two words belong to the 401.
    minutes = 2 + 1 + 2 * COMMAND_MINUTES + 2 * EDIT_MINUTES + 1

    assert "" == warnings
    assert f"Lab 1 · about {minutes} minutes, of which the machine works 62 seconds" in (
        tmp_path / "_build" / "index.txt"
    ).read_text("utf-8")


# ---- what a lab counts ---------------------------------------------------------------------------


def test_the_first_number_is_a_count_of_charts(monkeypatch):
    """Who knows the answers finds all there are among ten; who has it backwards finds none.

    Only the weeks count that the model has not seen.
    """
    tracks, charts = Catalogue(0, tracks_a_week=50).weeks(range(4))
    new = tracks[tracks["released"] == 3]
    y, said = labels(new, charts), {}
    monkeypatch.setattr(training, "predict", lambda onnx, asked: said["p"])
    model = Model(b"", "", Record(fitted_weeks=(0, 2)))
    found = []
    for said["p"] in (y.astype(float), 1 - y.astype(float)):
        found.append(count_sure_hits(model, tracks, charts))

    assert [pytest.approx(y.sum(0).clip(max=10).mean()), 0] == [right for right, _ in found]
    assert [pytest.approx(10 * y.mean())] * 2 == [chance for _, chance in found]


# ---- wrong turns that no page takes --------------------------------------------------------------


def supplied(terminal, change):
    """Begin lab 2, and write mended.csv as the solution does, but for a change to each row."""
    terminal.type("jukebox lab start 2")
    folder = terminal.folder / "lab-2"
    scope = {"change": change}
    mend = MENDING_PROGRAM.replace("    for name", "    change(row)\n    for name")
    mend = mend.replace('open("', f'open("{folder.as_posix()}/')
    exec(mend, scope)  # noqa: S102 - the lab's own solution
    return " ".join(terminal.type("jukebox lab check 2").split())


def test_values_cut_to_the_bounds_are_noticed(terminal):
    """Lab 2: what was clipped looks right, and nobody measured it."""

    def clip(row):
        row["energy"] = "1" if row["energy"] == "1.62" else row["energy"]
        row["duration_ms"] = row["duration_ms"].replace("3725000.0", "3600000")

    said = supplied(terminal, clip)

    assert (
        "Cells that were made to fit: 2. energy of T0002415 is now 1, which nobody measured" in said
    )


def test_a_late_row_is_no_fault(terminal):
    """Lab 2: to give it this week would be made up, too."""

    def now(row):
        row["released"] = "20"

    assert "released of T0002477 is now 20, which nobody measured" in supplied(terminal, now)


def test_what_could_be_mended_must_be(terminal):
    """Lab 2: rows that wait although everybody knows what was meant."""

    def mangle(row):
        row["track_id"] = row["track_id"].replace("T0002431", "ï»¿T0002431")

    said = supplied(terminal, mangle)

    assert "Tracks in quarantine that could be repaired: 1." in said


def test_each_answer_that_is_wrong_is_explained(terminal):
    """Lab 6: by what the office's own figures say, whichever of the wrong answers it is."""
    terminal.type("jukebox lab start 6")
    answers, told = terminal.folder / "lab-6" / "answers.toml", []
    for four in ("update return leave leave", "return update update return", "leave leave x"):
        lines = zip(("east", "north", "south", "west"), four.split(), strict=False)
        answers.write_text("".join(f'{office} = "{said}"\n' for office, said in lines), "utf-8")
        told.append(" ".join(terminal.type("jukebox lab check 6").split()))
    answers.write_text("east: leave", "utf-8")

    assert [4, 4, 2] == [said.count(" - ") for said in told]
    assert (
        'east says "update": no column moved, and the model has a calibration slope of 1.0'
        in told[0]
    )
    assert "repair: leave it. - south" in told[0]
    assert "Its median was 122 in week 16 and is 61 in week 17." in told[1]
    assert 'west says "return": no column moved there, and yet the model has a ' in told[1]
    assert "south says 'x' in answers.toml" in told[2]
    assert "west is missing in answers.toml" in told[2]
    assert "answers.toml cannot be read" in terminal.type("jukebox lab check 6")


def test_what_is_done_past_the_loop_is_noticed(terminal):
    """Lab 7: a promotion by hand, and weeks that come in too fast for their answers."""
    terminal.type("jukebox lab start 7")
    terminal.type("cd lab-7")
    terminal.type("jukebox promote 1 --why 'I know better'")
    terminal.type("jukebox generate --weeks 5")
    said = " ".join(terminal.type("jukebox lab check 7").split())

    assert "Version 1 got its role by hand (“I know better”)" in said
    assert "read from the newest labelled week, 15, and nobody has asked" in said


def test_an_answer_in_quotation_marks_is_the_same_answer(terminal):
    """Lab 8: as are a capital and a full stop; a version is never said to be another than itself."""
    terminal.type("jukebox lab start 8")
    right = asdict(find_right_answer(terminal.folder / "lab-8"))
    answer = (
        'version = "{version}"\ndata_version = "{data_version}"\ntrack = "{track}"\n'
        'cell = "{cell}"\nwhy = "T{rest}."\n'
    ).format(**right, rest=right["why"][1:])
    (terminal.folder / "lab-8" / "answer.toml").write_text(answer, "utf-8")

    assert terminal.type("jukebox lab check 8").startswith("Lab 8 is done.")


# ---- manners -------------------------------------------------------------------------------------


def test_the_list_says_how_far_you_are(terminal):
    """Not started, begun, and where; and what comes next."""
    before = terminal.type("jukebox lab")
    terminal.type("jukebox lab start 1")
    after = terminal.type("jukebox lab")

    assert ["Next: jukebox lab start 1", "Next: jukebox lab start 2"] == [
        said.splitlines()[-1] for said in (before, after)
    ]
    assert len(LABS) == before.count("not started")
    assert len(LABS) - 1 == after.count("not started")
    assert "begun, in lab-1" in after


def test_a_folder_that_is_no_labs_is_never_touched(terminal):
    """Neither by start nor by reset; nor is the lab of another number."""
    folder = terminal.folder / "lab-1"
    folder.mkdir()
    (folder / "thesis.txt").write_text("years", "utf-8")
    said = [terminal.type(f"jukebox lab {verb} 1") for verb in ("start", "reset", "solve")]
    (folder / "lab.json").write_text('{"lab": 2, "ready": true}', "utf-8")
    said += [terminal.type("jukebox lab reset 1")]

    assert "years" == (folder / "thesis.txt").read_text("utf-8")
    assert [True] * 4 == ["has no lab.json of lab 1: move it away" in one for one in said]


def test_reset_takes_a_link_away_and_not_what_it_leads_to(terminal):
    """Whoever linked a folder of theirs into the lab keeps it."""
    terminal.type("jukebox lab start 1")
    (terminal.folder / "mine").mkdir()
    (terminal.folder / "mine" / "thesis.txt").touch()
    (terminal.folder / "lab-1" / "link").symlink_to(terminal.folder / "mine")
    terminal.type("jukebox lab reset 1")

    assert ["lab.json"] == os.listdir(terminal.folder / "lab-1")
    assert ["thesis.txt"] == os.listdir(terminal.folder / "mine")


def test_a_start_that_was_killed_can_be_reset(terminal, monkeypatch):
    """Whatever it had written by then."""
    start = DirtyData.start

    def killed(lab, folder):
        start(lab, folder)
        (folder / "letter.txt").unlink()
        os.kill(os.getpid(), signal.SIGKILL)

    monkeypatch.setattr(DirtyData, "start", killed)
    code, _ = terminal.run(["jukebox", "lab", "start", "2"], terminal.folder)
    monkeypatch.undo()
    listed = terminal.type("jukebox lab")
    terminal.type("jukebox lab reset 2")

    assert -signal.SIGKILL == code
    assert "interrupted: jukebox lab reset 2" in listed
    assert {"lab.json", "letter.txt", "supplier.csv"} == set(os.listdir(terminal.folder / "lab-2"))


def test_a_lab_that_is_begun_is_not_begun_again(terminal):
    """Your work there is not lost by typing a line twice."""
    terminal.type("jukebox lab start 1")
    (terminal.folder / "lab-1" / "notes.txt").touch()
    said = terminal.type("jukebox lab start 1")

    assert "is begun already, in lab-1" in said
    assert (terminal.folder / "lab-1" / "notes.txt").exists()


def test_from_within_a_lab_the_next_is_begun_beside_it(terminal):
    """Never a lab in a lab; and inside, its own number may be left out."""
    terminal.type("jukebox lab start 1")
    terminal.type("cd lab-1")
    here, said = terminal.type("jukebox lab check"), terminal.type("jukebox lab start 2")

    assert here.startswith("Lab 1 is not done yet.")
    assert f"cd ..{os.sep}lab-2" in said
    assert (terminal.folder.parent / "lab-2" / "letter.txt").exists()


def test_deep_in_a_lab_is_still_in_it(terminal):
    """A check finds its lab from any folder below, and no lab begins in a lab."""
    terminal.type("jukebox lab start 2")
    (terminal.folder / "lab-2" / "deep" / "er").mkdir(parents=True)
    terminal.type("cd lab-2/deep/er")
    here = [terminal.type(f"jukebox lab check {number}") for number in ("", "2")]
    terminal.type("jukebox lab start 1")

    assert here[0] == here[1]
    assert here[0].startswith("Lab 2 is not done yet.")
    assert (terminal.folder.parents[2] / "lab-1" / "lab.json").exists()


def test_all_labs_are_checked_at_once(terminal):
    """Those that are begun."""
    none = terminal.type("jukebox lab check --all")
    terminal.type("jukebox lab start 1")
    terminal.type("jukebox lab start 2")
    said = terminal.type("jukebox lab check --all")

    assert "No lab is begun in " in none
    assert ["1", "2"] == re.findall(r"Lab (\d) is not done yet\.", said)


@pytest.mark.parametrize("name", ["JUKEBOX_HOME", "JUKEBOX_MLFLOW"])
def test_a_setting_that_leads_out_of_the_lab_is_an_error(terminal, name):
    """It says what to do."""
    terminal.type(f"export {name}=/somewhere")

    assert f"Error: {name} is set" in terminal.type("jukebox lab start 1")
    assert [] == os.listdir(terminal.folder)


def test_a_lab_that_does_not_exist(terminal):
    """A usage error."""
    said = terminal.type(f"jukebox lab check {len(LABS) + 1}")

    assert f"there is no lab {len(LABS) + 1}: jukebox lab lists them" in said


def test_damage_is_told_and_not_traced(terminal):
    """A check of a lab in which anything may be broken ends in a sentence."""
    terminal.type("jukebox lab start 2")
    (terminal.folder / "lab-2" / "mended.csv").mkdir()
    said = " ".join(terminal.type("jukebox lab check 2").split())

    assert said.endswith("mended.csv'): jukebox lab reset 2 makes it whole again.")


def test_a_solution_that_does_not_go_as_it_should_is_not_shown_as_one(terminal, monkeypatch):
    """It stops at the command, and says so in a sentence."""
    monkeypatch.setattr(hands, "run_command", lambda words, folder: (3, "no space left"))
    said = terminal.type("jukebox lab solve 1")

    assert "no space left" in said
    assert said.endswith(
        "Error: jukebox generate --weeks 30 ended with 3, not with 0. See above, then jukebox lab "
        "reset 1.\n"
    )
