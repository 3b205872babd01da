"""What `.ci/run` runs: every session has its place, and each says what it cost."""

import sys

import pytest

from scripts.ci import BUDGETS, ELSEWHERE, HANGS, Result, counted, faults, placeless, spend, table

WELL = Result("lint", 0, 9.6, 12.4, 1, 0)


def test_a_session_without_a_place_is_named():
    """One that somebody adds is not forgotten."""
    assert "" == placeless([*BUDGETS, *ELSEWHERE])
    assert "Give fresh a line in BUDGETS or ELSEWHERE of scripts/ci.py." == placeless(
        ["lint", "fresh"]
    )


@pytest.mark.parametrize(
    ("log", "well", "expected"),
    [
        ("== 3 passed in 1.2s ==", True, (3, 0)),
        ("== 1 failed, 60 passed, 2 errors in 75.20s (0:01:15) ==", False, (60, 3)),
        ("== 3 passed in 1.2s ==\n== 4 passed, 1 skipped in 9s ==", True, (7, 0)),
        ("no test at all", True, (1, 0)),
        ("no test at all", False, (0, 1)),
        ("== 3 passed in 1.2s ==\nand then a command failed", False, (3, 1)),
    ],
)
def test_tests_are_counted_by_their_last_lines(log, well, expected):
    """A session without tests counts as one, and one that fails counts as a failure."""
    assert expected == counted(log, well)


@pytest.mark.parametrize(("slowness", "said"), [(1.0, 1), (2.0, 0)])
def test_a_session_over_its_budget_is_a_fault(slowness, said):
    """By the pace of the machine: one half as fast may take twice as many seconds."""
    dear = WELL._replace(cpu=1.5 * BUDGETS["lint"])

    assert said == len(faults([WELL, dear], slowness))


def test_the_table_says_what_each_took():
    """And what it may take."""
    rows = [line.split() for line in table([WELL], 2.0).splitlines()]

    assert ["lint", "10", "12", str(2 * BUDGETS["lint"])] == rows[1]


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
    code, _, cpu = spend((sys.executable, "-c", ORPHAN), tmp_path / "log")

    assert 3 == code
    assert 1 <= cpu


def test_a_hang_is_longer_than_any_session():
    """It ends what has no end, and decides about nothing else."""
    assert HANGS >= 30 * 60
