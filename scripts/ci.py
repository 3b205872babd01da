"""Run every session that has to pass, two at a time, and say what each cost.

`.ci/run` calls `python -m scripts.ci`, with the Python that nox is installed for, on a machine that
has what the sessions need. A session passes when it succeeds and keeps to its budget of CPU seconds.
Those of another machine differ, so the machine is timed before and after, and the slower time
scales the budgets.
"""

import os
import re
import shutil
import signal
import subprocess
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import NamedTuple

LOGS = Path(".nox", "ci")
LANES = 2
HANGS = (
    75 * 60
)  # seconds after which a session counts as hung: all tools took 39 minutes at pace 1.1
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
    "lint": 30,
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
TOTALS = re.compile(r"^=+ .*\bin [\d.]+s\b.*=+$", re.MULTILINE)  # the last line that pytest prints


class Result(NamedTuple):
    """What became of a session."""

    name: str
    code: int
    seconds: float
    cpu: float
    passed: int
    failed: int


def pace() -> float:
    """How many CPU seconds this machine takes for what took one second on the measured one."""
    took = []
    for _ in range(3):
        began = time.process_time()
        sum(number * number for number in range(11_000_000))
        took.append(time.process_time() - began)
    return min(took)


def listed() -> list[str]:
    """The names of all sessions of the noxfile; `--json` would tell of the default ones alone."""
    command = (sys.executable, "-m", "nox", "--list")
    said = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True).stdout
    return re.findall(r"^[*-] (\S+)", said, re.MULTILINE)


def placeless(sessions: list[str]) -> str:
    """Say which sessions have no place here, and what to do; nothing if all have one."""
    if names := sorted(set(sessions) - BUDGETS.keys() - ELSEWHERE.keys()):
        return f"Give {', '.join(names)} a line in BUDGETS or ELSEWHERE of scripts/ci.py."
    return ""


def interpreter(version: str) -> str | None:
    """The path of a Python of a version: from PATH, from pyenv or from uv."""
    found = [shutil.which(f"python{version}")]
    for folder in ("~/.pyenv/versions", "~/.local/share/uv/python"):
        found += sorted(Path(folder).expanduser().glob(f"*{version}*/bin/python3"))
    for path in map(str, filter(None, found)):
        if subprocess.run([path, "-c", ""], capture_output=True).returncode == 0:
            return path
    return None


def counted(log: str, well: bool) -> tuple[int, int]:
    """How many tests passed and failed, by pytest's last lines; a session without any is one."""
    totals = " ".join(TOTALS.findall(log))
    passed, failed = (
        sum(int(n) for n in re.findall(rf"(\d+) (?:{words})\b", totals))
        for words in ("passed", "failed|errors?")
    )
    return passed or int(well), failed or int(not well)


def spend(command: tuple[str, ...], log: Path) -> tuple[int, float, float]:
    """Run a command that writes to a log; give its exit code, its seconds and all its CPU seconds."""
    began = time.monotonic()
    with log.open("wb") as out:
        whole = (sys.executable, "-c", WITH_ORPHANS, *command)
        process = subprocess.Popen(whole, stdout=out, stderr=out, start_new_session=True)
        end = threading.Timer(HANGS, os.killpg, (process.pid, signal.SIGKILL))
        end.start()
        _, status, used = os.wait4(process.pid, 0)
        end.cancel()
    process.returncode = os.waitstatus_to_exitcode(status)
    return process.returncode, time.monotonic() - began, used.ru_utime + used.ru_stime


def run(name: str) -> Result:
    """Run one session; print a line when it passes, and its whole log when it does not."""
    log = LOGS / f"{name}.log"
    code, seconds, cpu = spend((sys.executable, "-m", "nox", "--session", name), log)
    said = log.read_text("utf-8", "replace")
    if code:
        print(f"==== {name} failed (exit {code})\n{said}\n==== end of {name}", flush=True)
    else:
        print(f"{name} passed in {seconds:.0f} s", flush=True)
    return Result(name, code, seconds, cpu, *counted(said, code == 0))


def faults(results: list[Result], slowness: float) -> list[str]:
    """Say of each session that took more than it may what to do."""
    return [
        f"{one.name} took {one.cpu:.0f} CPU s, and may take {BUDGETS[one.name] * slowness:.0f}: find "
        "what it does twice, or raise its budget in scripts/ci.py and say in the commit what for"
        for one in results
        if one.cpu > BUDGETS[one.name] * slowness
    ]


def table(results: list[Result], slowness: float) -> str:
    """What each session took, and what it may take."""
    rows = [f"{'session':20}{'seconds':>9}{'CPU s':>9}{'budget':>9}"]
    for one in [*results]:
        budget = BUDGETS[one.name] * slowness
        rows.append(f"{one.name:20}{one.seconds:9.0f}{one.cpu:9.0f}{budget:9.0f}")
    return "\n".join(rows)


def main() -> None:
    """Run all that this machine can run; fail if one fails, or costs more than it may."""
    if fault := placeless(listed()):
        sys.exit(fault)
    links = LOGS / "bin"
    shutil.rmtree(LOGS, ignore_errors=True)
    links.mkdir(parents=True)
    names = list(BUDGETS)
    for name in [name for name in names if name.startswith("compatibility-")]:
        version = name.rpartition("-")[2]
        if python := interpreter(version):
            (links / f"python{version}").symlink_to(python)
        else:
            names.remove(name)
            print(f"{name} did not run: no Python {version} on PATH, in pyenv or from uv")
    os.environ["PATH"] = os.pathsep.join([str(links.resolve()), os.environ["PATH"]])

    slowness, began = pace(), time.monotonic()
    with ThreadPoolExecutor(LANES) as lanes:
        results = list(lanes.map(run, names))
    slowness = max(slowness, pace())  # a machine may have become busy

    together = Result(
        "together", 0, time.monotonic() - began, sum(one.cpu for one in results), 0, 0
    )
    print(f"\n{table(results, slowness)}")
    print(f"{together.name:20}{together.seconds:9.0f}{together.cpu:9.0f}")
    print(f"Budgets are those of scripts/ci.py at this machine's pace, {slowness:.2f}.")
    print(*faults(results, slowness), sep="\n")
    passed, failed = sum(one.passed for one in results), sum(one.failed for one in results)
    failed += len(faults(results, slowness))
    print(f"{passed} passed, {failed} failed")
    sys.exit(failed > 0)


if __name__ == "__main__":
    main()
