"""Broken from outside: each fault is told in a sentence, the old champion serves, nothing is lost.

A real service answers before, during and after each fault; commands and loops are processes, too.
"""

import hashlib
import json
import multiprocessing
import os
import re
import signal
import subprocess
import sys
import threading
import time
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest
import requests
from jukebox import Journal, Registry, Store
from jukebox.loop.journal import lost_triggers

from tests.jukebox.conftest import begun, made, reigned  # noqa: F401
from tests.jukebox.loops import Home
from tests.jukebox.serving import ALERT, NOTIFICATION, TRACK
from tests.waiting import HANGS, until

from . import outside

pytestmark = [
    pytest.mark.filterwarnings("ignore:The ``noload`` loader strategy"),  # MLflow of SQLAlchemy
    pytest.mark.filterwarnings("ignore:.*type hint is inferred as AnyType"),  # MLflow of itself
]

SERVER = multiprocessing.get_context("forkserver")
SERVER.set_forkserver_preload(["tests.proofs.outside"])
SIZES = {}  # each fault is made once
SAME = ("faults", "clear", "lost")
LOCKED = "database is locked; another process holds it: wait until it is done, or stop it, then"
ROOM = "make room on the disk, then try again: what was there before is whole"
PAGE = Path(__file__).parents[2] / "docs/reference/how-it-is-checked.md"
heard = []  # what was said of each fault


class Forked:
    """A process of its own that does something of `outside`; `said` is what it has printed."""

    def __init__(self, work, home, *given, clock=None):
        """Begin."""
        reads, writes = SERVER.Pipe(duplex=False)
        self.began, self.said, self.reads = time.monotonic(), "", reads
        # Daemons: what a failed test has left behind ends with pytest, which would wait for it.
        self.process = SERVER.Process(target=work, args=(writes, home, clock, *given), daemon=True)
        self.process.start()
        writes.close()
        self.thread = threading.Thread(target=self._read, daemon=True)
        self.thread.start()

    def _read(self):
        with suppress(OSError):
            while some := os.read(self.reads.fileno(), 65536):
                self.said += some.decode()

    def until(self, words):
        """Wait until it has said something, and give the line."""
        until(lambda: words in self.said or not self.thread.is_alive(), f"said {words!r}")
        assert words in self.said, f"{words!r} was not said, but: {self.said}"
        return next(line for line in self.said.splitlines() if words in line)

    def end(self):
        """Wait for its end; give (exit code, what it said), and note how long it took."""
        self.process.join(HANGS)
        self.thread.join(HANGS)
        self.seconds = time.monotonic() - self.began
        return self.process.exitcode, self.said

    def stop(self, how=signal.SIGTERM):
        """End it."""
        if self.process.pid:
            with suppress(ProcessLookupError):
                os.kill(self.process.pid, how)
        return self.end()


class Service:
    """A real service of a home, which is asked before, during and after."""

    def __init__(self, home, figures, clock=None):
        """Serve, and ask for the first time."""
        self.home, self.figures, self.ids, self.session = home, figures, [], requests.Session()
        self.run = Forked(outside.command, home, None, "serve", "--port", "0", clock=clock)
        self.address = self.run.until("Serving on ").split()[-1]
        self.version = Registry(home / "registry").standing().champion
        self.right()

    def right(self, requests=10):
        """Ask some requests: each is answered, by the version that was champion at the beginning."""
        for _ in range(requests):
            self.figures["asked"] = self.figures.get("asked", 0) + 1
            answer = self.session.post(
                f"{self.address}/predict", json={"tracks": [TRACK]}, timeout=HANGS
            )
            assert (200, self.version) == (answer.status_code, answer.json()["model_version"])
            self.ids.append(answer.json()["request_id"])
            self.figures["right"] = self.figures.get("right", 0) + 1

    def follows(self, version):
        """Wait until another version answers: the service looks once a second."""

        def answers():
            metrics = self.session.get(f"{self.address}/metrics", timeout=HANGS).text
            return f"jukebox_champion_version {version}.0" in metrics

        until(answers, f"version {version} answers", 0.02)
        self.version = version
        self.right()

    def admin(self, path, token=outside.OPERATOR, **order):
        """Call an admin endpoint as the operator."""
        headers = {"Authorization": f"Bearer {token}"} if token else {}
        return self.session.post(
            f"{self.address}/admin/{path}", headers=headers, timeout=HANGS, **order
        )

    def close(self):
        """Ask for the last time, stop, and find every answer in the log, in the order of asking."""
        self.right()
        code, said = self.run.stop()
        assert (0, True) == (code, "Stopped; every answer is in the log." in said), said
        log = Registry(self.home / "registry").predictions(role="champion")
        missing = set(self.ids) - set(log["request_id"])
        self.figures["lost"] = self.figures.get("lost", 0) + len(missing)
        assert self.ids == [i for i in log["request_id"] if i in set(self.ids)]


@contextmanager
def serving(home, figures, clock=None):
    """Serve a home; whatever happens, the service is stopped."""
    service = Service(home, figures, clock)
    try:
        yield service
        service.close()
    finally:
        service.run.process.kill()


def jukebox(home, *words, disk=None):
    """Run `jukebox`; give (exit code, what it said, seconds)."""
    run = Forked(outside.command, home, disk, *words)
    code, said = run.end()
    return code, said, run.seconds


def told(figures, said, *sentences):
    """Hold what was said against the sentences that it must have, and count a clear error."""
    figures["faults"] = figures.get("faults", 0) + 1
    heard.append(" ".join(said.split()))
    assert "Traceback" not in said, said
    for sentence in sentences:
        assert sentence in " ".join(said.split()), said
    figures["clear"] = figures.get("clear", 0) + 1


def events(home):
    """Give the journal of a home."""
    return Journal(home / "northstar.db", time.time).events()


@pytest.fixture(autouse=True)
def timed(figures):
    """Add up the seconds."""
    began = time.monotonic()
    yield
    figures["seconds"] = round(figures.get("seconds", 0) + time.monotonic() - began, 1)


def lazy(begun, folder):  # noqa: F811
    """Give a home with its own artefacts, whose champion is version 1, from lazy code."""
    home = begun.copy(folder)
    home.registry.clock = time.time  # and not the ticks of the other tests
    home.commit("lazy")
    home.go()
    return home


@pytest.fixture
def home(reigned, tmp_path):  # noqa: F811
    """A home of 8 weeks, whose champion is version 2."""
    return reigned.copy(tmp_path / "home").folder


@pytest.fixture
def disk(tmp_path):
    """A disk of 24 MB in memory; where nobody may mount one, a limit on the size of files."""
    folder = tmp_path / "disk"
    folder.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=24m", "jukebox", str(folder)]
    own = sys.platform == "linux" and not subprocess.run(mount, capture_output=True).returncode
    if not own and not sys.platform.startswith("linux"):
        pytest.skip("no disk can be filled here: it takes Linux, as root or with prlimit")
    yield outside.Disk(folder, own)
    if own:
        subprocess.run(["umount", "--lazy", str(folder)], check=True)


@pytest.fixture
def held(begun, disk):  # noqa: F811
    """A home on that disk, with its artefacts; its champion is version 1."""
    return lazy(begun, disk.folder / "home").folder


def test_a_full_disk_and_the_prediction_log(held, disk, figures):
    """Answers wait while there is no room, the log says why, and they are written when there is."""
    with serving(held, figures) as service:
        disk.fill(service.run.process.pid)
        service.right(5)
        line = service.run.until("The prediction log cannot be written")
        service.right(50)
        disk.free(service.run.process.pid)
    figures["full"] = "a disk of its own" if disk.own else "a limit on the size of files"

    told(figures, line, "disk", ROOM)


def test_a_full_disk_and_the_commands(held, disk, figures):
    """`generate` and `train` say what to do, leave no half of anything, and work afterwards."""
    before = Store(held / "data")
    week, versions = before.week, before.versions()
    with serving(held, figures) as service:
        for words in (("generate", "--weeks", "1", "--tracks", "100"), ("train", "--epochs", "1")):
            code, said, _ = jukebox(held, *words, disk=disk)
            service.right()
            disk.free() if disk.own else None

            assert 1 == code, said
            told(figures, said, ROOM)
            assert (week, versions) == (before.week, before.versions())
            assert [] == [f for f in held.rglob(".*") if f.suffix.strip(".").isdecimal()]
        generated = jukebox(held, "generate", "--weeks", "1", "--tracks", "100")
        trained = jukebox(held, "train", "--epochs", "1")

    assert (0, 0) == (generated[0], trained[0]), generated[1] + trained[1]
    assert week + 1 == before.week
    assert 2 == len(Registry(held / "registry").client.search_model_versions("name = 'jukebox'"))


@pytest.mark.parametrize("step", ["train", "register"])
def test_a_full_disk_and_the_loop(held, disk, figures, step):
    """A run without room stays open, is nobody's refusal, and goes on to its right end."""
    Home(held).commit("diligent")
    with serving(held, figures) as service:
        run = Forked(outside.loop, held, step, fill, disk)
        code, said = run.end()
        service.right()
        disk.free() if disk.own else None
        meanwhile = events(held)
        again = Forked(outside.loop, held, None, None).end()
        service.follows(2)

    assert (1, 0) == (code, again[0]), said + again[1]
    told(figures, said, ROOM, *(["Run 2 waits: "] if step == "train" else []))
    assert "refused" not in [event.name for event in meanwhile]
    assert "promoted" == again[1].split()[-1]
    assert [] == lost_triggers(events(held))


def fill(disk):
    """Fill a disk from the process that is at work on it."""
    disk.fill(os.getpid())


@pytest.mark.parametrize("file", ["history.db", "mlflow.db"])
def test_a_locked_registry(home, figures, file):
    """Serving does not need it; `promote` says what to do, and works afterwards."""
    with serving(home, figures) as service:
        holder = Forked(outside.hold, home, home / "registry" / file)
        holder.until("held")
        code, said, seconds = jukebox(home, "promote", "1", "--why", "because")
        service.right()
        if file == "history.db":  # MLflow itself waits 20 s for its own
            over_http = service.admin("promote", json={"version": 1, "why": "because"})
            status = jukebox(home, "status")
        holder.stop(signal.SIGKILL)
        unmoved = Registry(home / "registry").standing().champion
        after = jukebox(home, "promote", "1", "--why", "because")
        service.follows(1)
    figures["slowest_refusal_s"] = round(max(seconds, figures.get("slowest_refusal_s", 0)), 1)

    assert (1, 2, 0) == (code, unmoved, after[0]), said + after[1]
    told(figures, said, LOCKED)
    if file == "history.db":
        assert 503 == over_http.status_code
        told(figures, over_http.json()["detail"], LOCKED, "GET /admin/history says what")
        assert (0, True) == (status[0], "version 2 since" in status[1])


@pytest.mark.parametrize("damage", ["cut short", "swapped"])
def test_a_model_file_that_was_changed(home, figures, damage):
    """It is refused by its digest, also if it is another sound model; restored, it is promoted."""
    registry = Registry(home / "registry")
    files = [registry.client.get_model_version("jukebox", v).source for v in "12"]
    mine, others = (Path(f.removeprefix("file://"), "model.onnx") for f in files)
    right = mine.read_bytes()
    with serving(home, figures) as service:
        try:
            mine.write_bytes(
                right[: len(right) // 2] if damage == "cut short" else others.read_bytes()
            )
            code, said, _ = jukebox(home, "promote", "1", "--why", "because")
            service.right()
            over_http = service.admin("rollback", json={"why": "because"})
            service.right()
        finally:
            mine.write_bytes(right)
        unmoved = registry.standing().champion
    after = jukebox(home, "promote", "1", "--why", "because")

    assert (1, 409, 2, 0) == (code, over_http.status_code, unmoved, after[0])
    digest = hashlib.sha256(right).hexdigest()
    sentence = (
        f"Version 1 is not what was registered (digest {digest}): restore {files[0]}/model.onnx"
    )
    told(figures, said, sentence, "from a copy, or promote another version")
    assert sentence in over_http.json()["detail"]


def test_the_champions_file_that_was_changed(home, figures):
    """The service goes on from its memory; `status` says that nobody else could, and what to do."""
    registry = Registry(home / "registry")
    file = registry.client.get_model_version("jukebox", "2").source
    path = Path(file.removeprefix("file://"), "model.onnx")
    right = path.read_bytes()
    with serving(home, figures) as service:
        try:
            path.write_bytes(right[:-1])
            service.right()
            code, said, _ = jukebox(home, "status")
        finally:
            path.write_bytes(right)
    after = jukebox(home, "status")

    assert (0, 0) == (code, after[0])
    told(figures, said, "Version 2 is not what was registered", "restore", "from a copy")
    assert "not what was registered" not in after[1]


def test_a_clock_that_is_set_back(begun, tmp_path, figures):  # noqa: F811
    """A day back in the middle of a run: the same end, and no time before the one before it."""
    ends, young = {}, lazy(begun, tmp_path / "young")
    for way in ("peace", "back"):
        home, clock = young.copy(tmp_path / way), tmp_path / f"{way}.clock"
        home.commit("diligent")
        with serving(home.folder, figures, clock) as service:
            meanwhile = clock.touch if way == "back" else str
            run = Forked(outside.loop, home.folder, "train", meanwhile, clock=clock)
            code, said = run.end()
            service.follows(2)
        assert 0 == code, said
        rows, decisions = events(home.folder), home.registry.history()
        for times in ([row.time for row in rows], [row.time for row in decisions]):
            assert sorted(times) == times
        assert [] == lost_triggers(rows)
        ends[way] = [(row.name, row.why) for row in rows], home.registry.standing()
    logged = Registry(home.folder / "registry").predictions(role="champion")["time"]
    figures["faults"] = figures.get("faults", 0) + 1  # there is nothing to tell: nothing is wrong

    assert ends["peace"] == ends["back"]
    assert logged.diff().min() < -outside.DAY / 2  # it was set back indeed


BODIES = {
    "not JSON": (b"fire!", 422, "body: 'fire!' was sent; Invalid JSON"),
    "version": (NOTIFICATION | {"version": "3"}, 422, "version: '3' was sent; Input should be '4'"),
    "labels": (
        NOTIFICATION | {"alerts": [{k: v for k, v in ALERT.items() if k != "labels"}]},
        422,
        "alerts.0.labels: it is missing; add it",
    ),
    "types": (
        NOTIFICATION | {"alerts": [ALERT | {"startsAt": 5}]},
        422,
        "alerts.0.startsAt: 5 was sent; Input should be",
    ),
    "10 MB": (b"[" * 10_000_000, 413, "The body is over 262144 bytes: send less."),
    "no token": (
        NOTIFICATION,
        401,
        "Send 'Authorization: Bearer TOKEN' with the token of operator",
    ),
}


def test_a_malformed_alert(home, figures):
    """Each is refused with what to send, and logged; a right one after them is written down."""
    before = Registry(home / "registry").history()
    with serving(home, figures) as service:
        for kind, (body, status, sentence) in BODIES.items():
            data = body if isinstance(body, bytes) else json.dumps(body)
            token = None if kind == "no token" else outside.OPERATOR
            answer = service.admin("alerts", token, data=data)
            service.right(5)

            assert status == answer.status_code
            told(figures, answer.text.replace("\\", ""), sentence)
        written = service.admin("alerts", json=NOTIFICATION).json()

    assert {"received": 1, "new": 1} == written
    assert ["PerformanceFall"] == [
        a.labels["alertname"] for a in Registry(home / "registry").alerts.read()
    ]
    assert 5 == service.run.said.count("Alerts refused: ")
    assert 1 == service.run.said.count("Admin call refused: ")
    assert before == Registry(home / "registry").history()


def test_a_second_loop(begun, tmp_path, figures):  # noqa: F811
    """It is told that another is at work; the first goes on undisturbed to its right end."""
    home = lazy(begun, tmp_path / "home").folder
    Home(home).commit("diligent")
    at_work, done = tmp_path / "at work", tmp_path / "done"
    with serving(home, figures) as service:
        first = Forked(outside.loop, home, "train", outside.wait, at_work, done)
        until(at_work.exists, "the first loop trains")
        then = events(home)
        code, said = Forked(outside.loop, home, None, None).end()
        service.right()
        now = events(home)
        done.touch()
        ending = first.end()
        service.follows(2)

    assert (1, 0) == (code, ending[0]), said + ending[1]
    told(figures, said, f"Another loop is at work in {home}: stop it first.")
    assert then == now
    steps = ["trigger", "start", "validate", "train", "gate", "register", "canary", "promoted"]
    assert steps == ending[1].split() == [event.name for event in events(home)[-8:]]
    assert [] == lost_triggers(events(home))


def test_the_page_shows_what_was_said(figures):
    """Each error in its table was heard above, word by word; `…` stands for what is left out."""
    section = PAGE.read_text("utf-8").split("### Broken from outside")[1].split("\n### ")[0]
    rows = [line.split("|")[2] for line in section.splitlines() if line.startswith("| ")]
    shown = [words for row in rows for words in re.findall(r"`(.+?)`", row) if ": " in words]
    if "limit" in figures["full"]:  # a limit on the size of files has words of its own
        shown = [words for words in shown if "disk" not in words]
    for words in shown:
        pattern = ".+".join(map(re.escape, words.strip("… ").split("…")))

        assert any(re.search(pattern, said) for said in heard), words
    assert len(shown) >= 5
