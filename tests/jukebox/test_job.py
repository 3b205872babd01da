"""A job trains by the sources and the data that it is given, and once."""

import json
import os
import shutil
import sqlite3
import sys
import threading
from contextlib import closing

import pytest
from jukebox import Catalogue, Settings, Store, code_version
from jukebox.model import job
from jukebox.model.identity import name_snapshot

CACHE = shutil.ignore_patterns("__pycache__")


@pytest.fixture(scope="module")
def data(tmp_path_factory):
    """Give a store of six weeks, four of them labelled, and its version."""
    store, world = Store(tmp_path_factory.mktemp("data")), Catalogue(3, tracks_a_week=30)
    for week in range(7):
        store.arrive(week, world.week(week)[0])
        if week >= 3:
            store.chart(week, world.week(week - 3)[1])
    return store.folder, store.freeze()


@pytest.fixture
def checkout(tmp_path):
    """Give a snapshot of the package's sources, one of them changed."""
    draft = shutil.copytree(job.INSTALLED, tmp_path / "jukebox", ignore=CACHE)
    text = (draft / "model" / "training.py").read_text("utf-8")
    assert text.count("epochs: int = 20") == 1
    text = text.replace("epochs: int = 20", "epochs: int = 1")
    (draft / "model" / "training.py").write_text(text, "utf-8")
    return tmp_path / "code" / job.take_snapshot(draft, tmp_path / "code") / "jukebox"


def test_a_snapshot_is_named_by_its_bytes_and_stays(tmp_path, checkout):
    """A change of the checkout makes another; half a copy of a killed process is no hindrance."""
    (tmp_path / "code" / f"draft-{os.getpid()}" / "jukebox").mkdir(parents=True)
    (tmp_path / "jukebox" / "problem.py").write_text("", "utf-8")
    other = job.take_snapshot(tmp_path / "jukebox", tmp_path / "code")

    assert checkout.parent.name == name_snapshot(checkout) != other
    assert "epochs: int = 1\n" in (checkout / "model" / "training.py").read_text("utf-8")
    assert other == job.take_snapshot(tmp_path / "jukebox", tmp_path / "code")
    assert {checkout.parent.name, other} == {f.name for f in (tmp_path / "code").iterdir()}


def test_a_snapshot_that_is_taken_again_is_the_newest(tmp_path, checkout):
    """Code that came back is what was last at work."""
    os.utime(checkout.parent, (1, 1))
    job.take_snapshot(tmp_path / "jukebox", tmp_path / "code")

    assert 1 < checkout.parent.stat().st_mtime


def test_two_snapshots_at_once_do_not_mix(tmp_path, checkout, monkeypatch):
    """A training by hand and the loop may both take one; each has a draft of its own."""
    package, code, copied = checkout, tmp_path / "code", job.shutil.copytree
    (other := tmp_path / "jukebox" / "problem.py").write_text("", "utf-8")

    def slowly(*given, **options):
        copied(*given, **options)
        if given[0] == other.parent and other.exists():  # not for each folder in it
            other.unlink()  # so that this happens once: the second comes in between
            with monkeypatch.context() as second:
                second.setattr(job.os, "getpid", lambda: 1)
                assert checkout.parent.name == job.take_snapshot(package, code)

    monkeypatch.setattr(job.shutil, "copytree", slowly)
    version = job.take_snapshot(tmp_path / "jukebox", code)

    assert version == name_snapshot(code / version / "jukebox")
    assert {checkout.parent.name, version} == {f.name for f in code.iterdir()}


def test_a_snapshot_that_fails_names_a_file_and_the_reason(tmp_path, checkout):
    """And not a list of all files, as when the disk is full."""
    for name in ("gone.py", "lost.py"):
        os.mkfifo(checkout / name)

    with pytest.raises(OSError, match="named pipe") as said:
        job.take_snapshot(checkout, tmp_path / "other")
    assert said.value.filename.endswith(".py")


def test_an_editors_lock_is_no_part_of_a_snapshot(tmp_path, checkout):
    """Emacs makes a link that leads nowhere."""
    (checkout / ".#app.py").symlink_to("somebody@somewhere.1")

    assert checkout.parent.name == job.take_snapshot(checkout, tmp_path / "other")


def test_a_snapshot_that_was_changed_gives_way_to_a_whole_one(tmp_path, checkout):
    """Or a training would run code that is in no checkout."""
    draft = shutil.copytree(checkout, tmp_path / "again" / "jukebox", ignore=CACHE)
    (checkout / "model" / "job.py").write_text("changed = 1\n", "utf-8")

    assert checkout.parent.name == job.take_snapshot(draft, tmp_path / "code")
    assert checkout.parent.name == name_snapshot(checkout)


@pytest.mark.whole
def test_a_job_trains_by_the_sources_it_is_given(data, checkout, tmp_path, monkeypatch):
    """And not by the package of the loop, nor by a `jukebox` in the working directory."""
    (tmp_path / "here" / "jukebox").mkdir(parents=True)
    (tmp_path / "here" / "jukebox" / "__init__.py").write_text("raise RuntimeError('mine')")
    monkeypatch.chdir(tmp_path / "here")
    job.run_training(checkout, *data, tmp_path / "out", 2, 5)
    model = job.read_model(tmp_path / "out")

    assert (code_version(checkout), data[1]) == (
        model.record.code_version,
        model.record.data_version,
    )
    assert (1, 2, 5) == (
        model.record.settings.epochs,
        model.record.settings.newest,
        model.record.seed,
    )
    assert code_version() != code_version(checkout)


@pytest.mark.whole
def test_a_job_trains_by_the_settings_it_is_given(data, tmp_path):
    """Those that it is not given are the defaults; the weeks that are held out are named apart."""
    job.run_training(job.INSTALLED, *data, tmp_path / "out", 2, 5, {"hidden": [4, 2], "epochs": 1})
    settings = job.read_model(tmp_path / "out").record.settings

    assert settings == Settings(hidden=(4, 2), epochs=1, newest=2)


def test_a_job_that_fails_says_its_last_line(data, checkout, tmp_path):
    """Whatever bytes it says."""
    (checkout / "model" / "job.py").write_bytes(
        b"import sys\nsys.stderr.buffer.write(b'a\\nbad \\xff')\n1 / 0"
    )

    with pytest.raises(RuntimeError, match=r"^ZeroDivisionError: division by zero$"):
        job.run_training(checkout, *data, tmp_path / "out", 2, 0)


def test_a_job_gets_no_token(data, checkout, tmp_path, monkeypatch):
    """The code is new: what it is not given it cannot hand on."""
    monkeypatch.setenv("JUKEBOX_OPERATOR_TOKEN", "secret")
    monkeypatch.setenv("OTHER", "kept")
    (checkout / "model" / "job.py").write_text(
        "import os, sys\nsys.exit(str([n for n in os.environ if n[:5] in ('OTHER', 'JUKEB')]))"
    )

    with pytest.raises(RuntimeError) as said:
        job.run_training(checkout, *data, tmp_path / "out", 2, 0)

    assert [True, False] == [f"'{name}" in str(said.value) for name in ("OTHER", "JUKEBOX_")]


def test_a_job_that_dies_without_a_word_is_told_by_its_code(data, checkout, tmp_path):
    """As when the system runs out of memory."""
    (checkout / "model" / "job.py").write_text("import os\nos.kill(os.getpid(), 9)")

    with pytest.raises(RuntimeError, match="exit code -9"):
        job.run_training(checkout, *data, tmp_path / "out", 2, 0)


def test_a_job_that_hangs_is_ended(data, checkout, tmp_path, monkeypatch):
    """The loop does not hang with it."""
    (checkout / "model" / "job.py").write_text("import time\ntime.sleep(60)")
    monkeypatch.setattr(job, "LONGEST_TRAINING", 0.05)

    with pytest.raises(RuntimeError, match=r"longer than 0\.1 s"):
        job.run_training(checkout, *data, tmp_path / "out", 2, 0)


def test_a_job_waits_for_one_that_still_runs_and_does_not_repeat_it(data, tmp_path, monkeypatch):
    """The orphan of a killed loop holds the lock; it ends while the second one waits."""
    out, steps = tmp_path / "out", []
    out.mkdir()
    connect, about_to_wait = sqlite3.connect, threading.Event()

    def opened(file, **options):
        steps.append("open")
        about_to_wait.set()  # the next that it does is to ask for the lock
        return connect(file, **options)

    monkeypatch.setattr(job.sqlite3, "connect", opened)
    monkeypatch.setattr(job, "train", lambda *given: steps.append("train"))
    monkeypatch.setattr(sys, "argv", ["job", *map(str, (*data, out)), "--newest=2"])
    second = threading.Thread(target=job.main)
    with closing(connect(out / "lock", isolation_level=None)) as orphan:
        orphan.execute("BEGIN EXCLUSIVE")
        second.start()
        about_to_wait.wait()
        (out / "model.onnx").write_bytes(b"the orphan's")
        (out / "record.json").write_text(json.dumps({"made by": "the orphan"}))
    second.join()

    assert ["open"] == steps
    assert (b"the orphan's", {"made by": "the orphan"}) == (
        job.read_model(out).onnx,
        job.read_model(out).record.as_dict(),
    )


def test_a_job_from_before_there_were_rooms_runs_as_it_did(data, tmp_path):
    """A run that a loop of then has begun goes on with its snapshot."""
    flat = tmp_path / "code" / ("c" * 64) / "jukebox"
    flat.mkdir(parents=True)
    for name in ("__init__", "training"):
        (flat / f"{name}.py").write_text("", "utf-8")
    (flat / "job.py").write_text("import sys\nsys.exit(f'then: {sys.argv[1:3]}')", "utf-8")

    with pytest.raises(RuntimeError, match=r"^then: \["):
        job.run_training(flat, *data, tmp_path / "out", 2, 0)
