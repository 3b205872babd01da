"""What `.ci/run` runs: every session has its place, and each says what it cost."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from scripts.ci import (
    BUDGETS,
    ELSEWHERE,
    HANGS,
    REPORTS,
    Cost,
    Counts,
    Result,
    count_tests,
    faults,
    measure_command,
    name_missing,
    table,
)
from scripts.readme import hand_over
from tests.project import write

WELL = Result("lint", 0, Cost(9.6, 12.4), Counts(1, 0, 0))


def test_a_session_without_a_place_is_named():
    """One that somebody adds is not forgotten."""
    assert "" == name_missing([*BUDGETS, *ELSEWHERE])
    assert "Give fresh a line in BUDGETS or ELSEWHERE of scripts/ci.py." == name_missing(
        ["lint", "fresh"]
    )


WHOLE = '<testsuites><testsuite errors="1" failures="0" skipped="1" tests="4"/></testsuites>'
WHAT_RUNS = {
    "test_well.py": "def test_one(): pass\ndef test_two(): pass\n",
    "test_ill.py": "def test_three(): assert 0\n",
    "test_broken.py": "import nothing_of_that_name\n",
    "test_left_out.py": "import pytest\n@pytest.mark.skip\ndef test_four(): pass\n",
    "test_dies.py": "import os\ndef test_five(): pass\ndef test_six(): os._exit(9)\n",
    "test_begins.py": (
        "import subprocess, sys\ndef test_seven():\n"
        "    subprocess.run([sys.executable, '-m', 'pytest', 'test_well.py'], check=True)\n"
    ),
}
MIXED = [
    *("--continue-on-collection-errors", "test_well.py", "test_ill.py"),
    *("test_broken.py", "test_left_out.py"),
]


@pytest.mark.parametrize(
    ("runs", "expected"),
    [
        ([], Counts(0, 0, 0)),
        ([MIXED], Counts(2, 2, 0)),
        ([["test_well.py"], ["test_dies.py"]], Counts(2, 0, 1)),
        ([["test_begins.py", "-n", "2"]], Counts(1, 0, 0)),
    ],
)
def test_tests_are_counted_by_their_reports(tmp_path, runs, expected):
    """Each run of pytest leaves its own, one that dies an empty one, one inside a test none."""
    reports = tmp_path / "reports"
    reports.mkdir()
    write(tmp_path, WHAT_RUNS | {"conftest.py": Path("conftest.py").read_text("utf-8")})
    write(tmp_path, {"pytest.ini": "[pytest]\n"})
    for words in runs:
        command = (sys.executable, "-m", "pytest", "-p", "no:cacheprovider", *words)
        environment = os.environ | {REPORTS: str(reports)}
        subprocess.run(command, cwd=tmp_path, env=environment, stdout=subprocess.DEVNULL)

    assert expected == count_tests(reports)


def test_the_readme_s_runs_are_counted_too(tmp_path, monkeypatch):
    """Another user runs them in clones, the same number of a process may come twice."""
    monkeypatch.setenv(REPORTS, str(tmp_path))
    write(tmp_path, {"clone/1.xml": WHOLE})
    for way in ("pip", "uv"):
        hand_over(tmp_path / "clone", way)

    assert Counts(4, 2, 0) == count_tests(tmp_path)


@pytest.mark.parametrize(
    ("code", "counts", "failed"),
    [(0, (3, 0, 0), 0), (1, (60, 3, 0), 3), (0, (0, 0, 0), 0), (1, (3, 0, 0), 1)],
)
def test_a_session_that_fails_shows_one_failure_at_least(code, counts, failed):
    """A command of it may fail after its tests have passed, or without any."""
    assert failed == Result("lint", code, WELL.cost, Counts(*counts)).failed


@pytest.mark.parametrize(("slowness", "sentences"), [(1.0, 1), (2.0, 0)])
def test_a_session_over_its_budget_is_a_fault(slowness, sentences):
    """By the pace of the machine: one half as fast may take twice as many seconds."""
    dear = WELL._replace(cost=WELL.cost._replace(cpu=1.5 * BUDGETS["lint"]))

    assert sentences == len([*faults([WELL, dear], slowness)])


def test_a_run_that_died_is_a_fault():
    """Its session may have passed all the same, and its tests are missing from the count."""
    [fault] = faults([WELL, WELL._replace(counts=Counts(1, 0, 1))], 1.0)

    assert fault.startswith("lint: 1 of its runs of pytest died before the end")


def test_the_table_says_what_each_took():
    """And what it may take, and how many of its tests passed."""
    rows = [line.split() for line in table([WELL], 2.0).splitlines()]

    assert ["lint", "10", "12", str(2 * BUDGETS["lint"]), "1"] == rows[1]


BUSY = "import time; begun = time.process_time()\nwhile time.process_time() < begun + 1: pass"
ORPHAN = f"""
import os, subprocess, sys, time
read, write = os.pipe()
if not os.fork():
    os.write(write, b"%d" % subprocess.Popen([sys.executable, "-c", {BUSY!r}]).pid)
    os._exit(0)
os.wait()
orphan = os.read(read, 9).decode()
while os.path.exists(f"/proc/{{orphan}}"):
    time.sleep(0.01)
sys.exit(3)
"""


@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere orphans are init's")
def test_the_work_of_an_orphan_counts(tmp_path):
    """A process whose parent has ended before it, as those of a browser, is part of the cost."""
    code, cost = measure_command((sys.executable, "-c", ORPHAN), tmp_path / "log")

    assert 3 == code
    assert 1 <= cost.cpu


def test_a_hang_is_longer_than_any_session():
    """It ends what has no end, and decides about nothing else."""
    assert HANGS >= 30 * 60
