"""Run every session that has to pass, two at a time, and say what each cost.

`.ci/run` calls `python -m scripts.ci`, with the Python that nox is installed for, on a machine that
has what the sessions need. A session passes when it succeeds and keeps to its budget of CPU seconds.
Those of another machine differ, so the machine is timed before and after, and the slower time
scales the budgets. Tests are counted by what pytest itself writes of a run, in JUnit's XML: the
`conftest.py` at the root has every run of a session leave its file.
"""

import os
import re
import shutil
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import NamedTuple
from xml.etree import ElementTree as ET

LOGS = Path(".nox", "ci")
REPORTS = (
    "TEST_REPORTS"  # the variable that names the folder in which each run of pytest leaves one
)
LANES = 2
# Seconds after which a session counts as hung: all tools took 39 minutes at a pace of 1.1.
HANGS = 75 * 60
# CPU seconds at a pace of 1; the dearest first, so that both lanes end together. A session that is
# added needs its line here: without one, it fails. They leave a third above what was measured.
BUDGETS = {
    "tools": 2700,
    "readme": 1200,
    "site": 2950,
    "systems": 1200,
    "proofs": 500,
    "levels": 340,
    "packs": 210,
    "bundle": 240,
    "kit": 150,
    "sceptic": 120,
    "own": 80,
    "rtd": 90,
    "compatibility-3.12": 80,
    "compatibility-3.13": 80,
    "compatibility-3.14": 80,
    "language-model": 90,
    "explanations": 55,
    "lint": 130,
}
ELSEWHERE = {  # why a session has no part in this
    "docs": "`readme` runs it, as README.md types it",
    "tests": "`readme` runs it, as README.md types it",
    "northstar": "`readme` runs it, as README.md types it",
    "live": "it never ends",
    "teach": "`kit` runs its command, with other arguments",
    "lock": "it changes the tree",
    "diagrams": "it changes the tree",
    "new": "it changes the tree",
    "bench": "it measures, and has to be alone",
    "links": "it needs other sites",
}
# Chromium's processes outlive their parent, and the CPU seconds of a process count when somebody has
# waited for it. A process between this one and the session adopts them (prctl 36), and waits.
WITH_ORPHANS = """
import ctypes, os, subprocess, sys
if sys.platform == "linux":
    ctypes.CDLL(None).prctl(36, 1)
session = subprocess.Popen(sys.argv[1:])
while (ended := os.wait())[0] != session.pid:
    pass
session.returncode = os.waitstatus_to_exitcode(ended[1])
try:
    while os.waitpid(-1, os.WNOHANG)[0]:  # what its end has ended
        pass
except ChildProcessError:
    pass
sys.exit(session.returncode)
"""


class Cost(NamedTuple):
    """What a command took: its seconds, and the CPU seconds of all that it started."""

    seconds: float
    cpu: float


class Counts(NamedTuple):
    """How many tests passed and failed, and how many runs of pytest ended before their end."""

    passed: int
    failed: int
    unfinished: int


class Result(NamedTuple):
    """What became of a session."""

    name: str
    code: int
    cost: Cost
    counts: Counts

    @property
    def failed(self) -> int:
        """How many failures it shows: of its tests, or one, if it failed by something else."""
        return self.counts.failed or int(self.code != 0)


def measure_pace() -> float:
    """Return how many CPU seconds this machine takes for what took one second on the measured one."""
    took = []
    for _ in range(3):
        began = time.process_time()
        sum(number * number for number in range(11_000_000))
        took.append(time.process_time() - began)
    return min(took)


def list_sessions() -> list[str]:
    """Return the names of all sessions of the noxfile; `--json` would tell of the default ones alone."""
    command = (sys.executable, "-m", "nox", "--list")
    output = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True).stdout
    return re.findall(r"^[*-] (\S+)", output, re.MULTILINE)


def name_missing(sessions: Iterable[str]) -> str:
    """Say which sessions have no place here, and what to do; nothing if all have one."""
    if names := sorted(set(sessions) - BUDGETS.keys() - ELSEWHERE.keys()):
        return f"Give {', '.join(names)} a line in BUDGETS or ELSEWHERE of scripts/ci.py."
    return ""


def find_interpreter(version: str) -> str | None:
    """Return the path of a Python of a version: from PATH, from pyenv or from uv."""
    paths = [shutil.which(f"python{version}") or ""]
    for folder in ("~/.pyenv/versions", "~/.local/share/uv/python"):
        paths += map(str, sorted(Path(folder).expanduser().glob(f"*{version}*/bin/python3")))
    for path in filter(None, paths):
        if subprocess.run([path, "-c", ""], capture_output=True).returncode == 0:
            return path
    return None


def count_tests(reports: Path) -> Counts:
    """Count the tests of a session by what its runs of pytest have left in a folder.

    A session without pytest leaves nothing, and counts none. A run leaves an empty file when it
    begins, and fills it at its end: where it stays empty, the run died.
    """
    passed = failed = unfinished = 0
    for report in sorted(reports.glob("*.xml")):
        if not report.stat().st_size:
            unfinished += 1
            continue
        for suite in ET.parse(report).getroot().iter("testsuite"):  # noqa: S314 - pytest wrote it
            tests, failures, errors, skipped = (
                int(suite.attrib[name]) for name in ("tests", "failures", "errors", "skipped")
            )
            passed += tests - failures - errors - skipped
            failed += failures + errors
    return Counts(passed, failed, unfinished)


def measure_command(
    command: Sequence[str], log: Path, environment: Mapping[str, str] = os.environ
) -> tuple[int, Cost]:
    """Run a command that writes to a log; return its exit code, and what it took."""
    began = time.monotonic()
    with log.open("wb") as out:
        whole = (sys.executable, "-c", WITH_ORPHANS, *command)
        process = subprocess.Popen(
            whole, stdout=out, stderr=out, env=environment, start_new_session=True
        )
        end = threading.Timer(HANGS, os.killpg, (process.pid, signal.SIGKILL))
        end.start()
        _, status, used = os.wait4(process.pid, 0)
        end.cancel()
    process.returncode = os.waitstatus_to_exitcode(status)
    return process.returncode, Cost(time.monotonic() - began, used.ru_utime + used.ru_stime)


def run_session(name: str) -> Result:
    """Run one session; print a line when it passes, and its whole log when it does not."""
    log, reports = LOGS / f"{name}.log", (LOGS / "reports" / name).absolute()
    reports.mkdir(parents=True)
    command = (sys.executable, "-m", "nox", "--session", name)
    code, cost = measure_command(command, log, os.environ | {REPORTS: str(reports)})
    result = Result(name, code, cost, count_tests(reports))
    if code:
        words = log.read_text("utf-8", "replace")
        print(f"==== {name} failed (exit {code})\n{words}\n==== end of {name}", flush=True)
    else:
        print(f"{name} passed in {cost.seconds:.0f} s", flush=True)
    return result


def faults(results: Iterable[Result], slowness: float) -> Iterator[str]:
    """Say what to do about each session that took more than it may, or whose pytest died."""
    for one in results:
        budget = BUDGETS[one.name] * slowness
        if one.cost.cpu > budget:
            yield (
                f"{one.name} took {one.cost.cpu:.0f} CPU s, and may take {budget:.0f}: find what it "
                "does twice, or raise its budget in scripts/ci.py and say in the commit what for"
            )
        if one.counts.unfinished:
            yield (
                f"{one.name}: {one.counts.unfinished} of its runs of pytest died before the end, and "
                f"nobody counted their tests: see the end of {LOGS / one.name}.log"
            )


def table(results: Sequence[Result], slowness: float) -> str:
    """Return what each session took and may take and how many of its tests passed."""
    rows = [f"{'session':20}{'seconds':>9}{'CPU s':>9}{'budget':>9}{'tests':>9}"]
    for one in results:
        budget = BUDGETS[one.name] * slowness
        took = f"{one.cost.seconds:9.0f}{one.cost.cpu:9.0f}{budget:9.0f}"
        rows.append(f"{one.name:20}{took}{one.counts.passed:9}")
    return "\n".join(rows)


def link_interpreters(links: Path) -> list[str]:
    """Put the Pythons of the sessions into a folder for PATH; return the sessions that can run."""
    names = list(BUDGETS)
    for name in [name for name in names if name.startswith("compatibility-")]:
        version = name.rpartition("-")[2]
        if python := find_interpreter(version):
            (links / f"python{version}").symlink_to(python)
        else:
            names.remove(name)
            print(f"{name} did not run: no Python {version} on PATH, in pyenv or from uv")
    return names


def main() -> None:
    """Run all that this machine can run; fail if one fails, or costs more than it may."""
    if fault := name_missing(list_sessions()):
        sys.exit(fault)
    links = LOGS / "bin"
    shutil.rmtree(LOGS, ignore_errors=True)
    links.mkdir(parents=True)
    names = link_interpreters(links)
    os.environ["PATH"] = os.pathsep.join([str(links.resolve()), os.environ["PATH"]])

    slowness, began = measure_pace(), time.monotonic()
    with ThreadPoolExecutor(LANES) as lanes:
        results = list(lanes.map(run_session, names))
    slowness = max(slowness, measure_pace())  # a machine may have become busy

    seconds, cpu = time.monotonic() - began, sum(one.cost.cpu for one in results)
    wrong = list(faults(results, slowness))
    print(f"\n{table(results, slowness)}")
    print(f"{'together':20}{seconds:9.0f}{cpu:9.0f}")
    print(f"Budgets are those of scripts/ci.py at this machine's pace, {slowness:.2f}.")
    print(*wrong, sep="\n")
    passed = sum(one.counts.passed for one in results)
    failed = sum(one.failed for one in results) + len(wrong)
    print(f"{passed} passed, {failed} failed")
    sys.exit(failed > 0)


if __name__ == "__main__":
    main()
