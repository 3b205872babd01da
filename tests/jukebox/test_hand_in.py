"""The line to hand in, and the commands that write it for labs."""

import json
import shutil
from datetime import date

import pytest
from click.testing import CliRunner
from jukebox.cli import lab as module
from jukebox.cli.main import main
from jukebox.labs.hand_in import LabResult, QuizResult, clean_name, compose_line, digest, parse_line
from jukebox.registry.history import History

DAY = date(2026, 12, 8)
ITEMS = [
    QuizResult("introduction/what-is-mlops", ("C", "A", "B"), 1),
    LabResult(1, True, "5f3a", 2),
]
LINE = "Learner 1 · 2026-12-08 · introduction/what-is-mlops C A B try 1 · lab-1 done 5f3a try 2 · "


def test_what_is_written_can_be_read():
    """To the letter, with the checksum of zlib."""
    line = compose_line("Learner 1", DAY, ITEMS)

    assert f"{LINE}e0182a" == line
    assert ("Learner 1", DAY, tuple(ITEMS)) == parse_line(line)


@pytest.mark.parametrize(
    ("line", "said"),
    [
        (LINE + "e0182b", "The checksum does not fit"),
        (LINE.replace("C A B", "C A A") + "e0182a", "The checksum does not fit"),
        (LINE, "It does not end in a checksum"),
        ("Learner 1 · 2026-12-08 · 6bdad9", "It is not name, date and items"),
        ("Learner 1 · 2026-12-08 · sailing 3 · 494f68", "“sailing 3” is neither a quiz nor a lab"),
    ],
)
def test_what_is_no_line(line, said):
    """One sentence says why."""
    with pytest.raises(ValueError) as raised:
        parse_line(line)
    assert said in str(raised.value)


@pytest.mark.parametrize(
    ("given", "name"),
    [
        ("  Learner \t 1\n", "Learner 1"),
        ("Zoe\u0308", "Zo\u00eb"),
        ("Gal·la O\u2019B\u2014C", "Gal-la O'B-C"),
        ("x" * 60, "x" * 60),
        ("a\u202eb\x00c", "abc"),
    ],
)
def test_a_name_as_each_line_has_it(given, name):
    """One kind of space, dash and quote; nothing invisible."""
    assert name == clean_name(given)


@pytest.mark.parametrize(
    ("name", "said"), [(" \u200b", "no name"), ("\u200d\u200c", "no name"), ("x" * 61, "has 61")]
)
def test_a_name_that_is_none(name, said):
    """One sentence says what to do."""
    with pytest.raises(ValueError) as raised:
        compose_line(name, DAY, ITEMS)
    assert said in str(raised.value)


# ---- the state of a lab --------------------------------------------------------------------------


@pytest.fixture
def folder(tmp_path):
    """A lab's folder with a home that has a history, and a file of the learner's."""
    home = tmp_path / "lab-3" / ".jukebox"
    (home / "registry").mkdir(parents=True)
    (tmp_path / "lab-3" / "answer.toml").write_text("version = 2\n")
    decide(home, 7.25)
    return tmp_path / "lab-3"


def decide(home, moment, version=1):
    """Promote a version at a moment."""
    History(home / "registry" / "history.db", lambda: moment).decide(
        "promote", lambda now: version, "better"
    )


def test_looking_changes_no_state(folder):
    """Nor what looking writes: logs of answers, MLflow's tables, bytecode, a swap file, lab.json."""
    before = digest(folder, "b926")
    for name in ("registry/predictions.db", "registry/mlflow.db", "registry/history.db-wal"):
        (folder / ".jukebox" / name).write_bytes(b"")
    for name in ("lab.json", ".answer.toml.swp", "__pycache__/x.pyc"):
        (folder / name).parent.mkdir(exist_ok=True)
        (folder / name).write_text("{}")

    assert before == digest(folder, "b926") == digest(folder, "b926")


def test_a_copied_folder_has_the_same_state(folder, tmp_path):
    """Wherever it lies."""
    copy = shutil.copytree(folder, tmp_path / "elsewhere")

    assert digest(folder, "b926") == digest(copy, "b926")


def test_honest_work_differs(folder, tmp_path):
    """By a moment, by a file, by the mark of the start: each alone."""
    others = [digest(folder, "b926"), digest(folder, "0000")]
    for change in (
        lambda lab: decide(lab / ".jukebox", 8.5, 2),
        lambda lab: (lab / "answer.toml").write_text("version = 3\n"),
        lambda lab: (lab / "answer.toml").rename(lab / "answers.toml"),
    ):
        copy = shutil.copytree(folder, tmp_path / str(len(others)))
        change(copy)
        others.append(digest(copy, "b926"))

    assert len(others) == len(set(others))


def test_a_damaged_history_is_no_error(folder):
    """The check says what is damaged; the line is written all the same."""
    before = digest(folder)
    (folder / ".jukebox" / "registry" / "history.db").write_bytes(b"no database")

    assert before != digest(folder)


# ---- the commands --------------------------------------------------------------------------------


@pytest.fixture
def lab(tmp_path, monkeypatch):
    """A function that types `jukebox lab …` in an empty folder and gives the result."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("JUKEBOX_HOME", raising=False)

    def typed(*words):
        """Type a command."""
        return CliRunner().invoke(main, ["lab", *words])

    return typed


def test_all_labs_as_json_and_as_a_line(lab, tmp_path):
    """What the check says, and how often it was asked; handing in is no check."""
    assert 1 == lab("check", "--all", "--json").exit_code  # none is begun
    lab("start", "1"), lab("start", "2")
    first = lab("check", "--all", "--json")
    lab("check", "2")
    one, two = json.loads(first.stdout)
    lines = [lab("hand-in", "--name", " Learner  1").stdout for _ in range(2)]
    line = parse_line(lines[0].strip())

    assert 1 == first.exit_code
    assert (1, "Your first model, set-up included", False) == tuple(one.values())[:3]
    assert one["sentences"][0].startswith("There is no data in ")
    assert ["There is no mended.csv yet: "] == [said[:28] for said in two["sentences"]]
    assert lines[0] == lines[1]
    assert lines[0].count("\n") == 1
    assert "Learner 1" == line.name
    assert [(1, False, 1), (2, False, 2)] == [
        (item.number, item.done, item.tries) for item in line.items
    ]


def test_checks_are_counted_through_a_reset(lab, tmp_path):
    """And so is the mark of the start, by which two honest folders differ."""
    lab("start", "2")
    file = tmp_path / "lab-2" / "lab.json"
    begun = json.loads(file.read_text())
    lab("check", "2"), lab("reset", "2"), lab("check", "2")
    again = json.loads(file.read_text())

    assert {"lab": 2, "ready": True, "checks": 0, "mark": begun["mark"]} == begun
    assert begun | {"checks": 2} == again
    assert 4 == len(begun["mark"])


@pytest.mark.parametrize("more", [{}, {"checks": "many"}, {"checks": -1}, {"checks": None}])
def test_an_older_lab_json_still_works(lab, tmp_path, more):
    """It has no count and no mark, or a count that somebody wrote."""
    lab("start", "2")
    file = tmp_path / "lab-2" / "lab.json"
    file.write_text(json.dumps({"lab": 2, "ready": True} | more))
    checked, line = lab("check", "2"), lab("hand-in", "--name", "Learner 1")

    assert checked.output.startswith("Lab 2 is not done yet.")
    assert 1 == json.loads(file.read_text())["checks"]
    assert 1 == parse_line(line.stdout.strip()).items[0].tries


def test_a_lab_that_is_done_says_so(lab, monkeypatch):
    """In JSON and in the line; the exit code is 0."""
    monkeypatch.setattr(module, "find_faults", lambda number, folder: [])
    lab("start", "2")
    checked = lab("check", "2", "--json")

    assert (0, [{"lab": 2, "title": "Dirty data", "done": True, "sentences": []}]) == (
        checked.exit_code,
        json.loads(checked.stdout),
    )
    assert parse_line(lab("hand-in", "--name", "Learner 1").stdout.strip()).items[0].done


def test_a_folder_that_may_only_be_read_is_checked(lab, monkeypatch):
    """The count is lost, and nothing else."""

    def refuse(*_, **__):
        raise PermissionError(13, "Permission denied")

    lab("start", "2")
    monkeypatch.setattr(module, "write_note", refuse)

    assert lab("check", "2").output.startswith("Lab 2 is not done yet.")


@pytest.mark.parametrize("name", ["", " ", "x" * 61])
def test_a_name_is_asked_for(lab, name):
    """In one sentence."""
    lab("start", "2")
    result = lab("hand-in", "--name", name)

    assert 0 != result.exit_code
    assert "" == result.stdout
