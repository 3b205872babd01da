"""Each lab, started, solved and checked by real processes: how long the machine works for it."""

import os
import resource
import subprocess
import sys

from jukebox.labs.listing import LABS

from tests.waiting import HANGS

# (small, full): at each change `nox -s systems` lives through all of them.
SIZES = {"labs": ((2,), (*LABS,))}


def worked():
    """Give the processor seconds of all processes that this one has started and seen end."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def pytest_generate_tests(metafunc):
    """Choose the labs."""
    numbers = SIZES["labs"][metafunc.config.getoption("record")]
    metafunc.parametrize("number", numbers, ids=lambda n: LABS[n].name)


def test_a_lab_is_solved_by_its_own_commands(number, tmp_path, figures):
    """It begins, goes the right way and passes its check; its page tells the seconds of all that."""
    own = {name: value for name, value in os.environ.items() if not name.startswith("JUKEBOX_")}
    words, before = [sys.executable, "-P", "-m", "jukebox", "lab", "solve", str(number)], worked()
    done = subprocess.run(
        words, cwd=tmp_path, env=own, timeout=HANGS, capture_output=True, text=True
    )
    seconds = round(worked() - before, 1)
    figures[f"{LABS[number].name}_s"] = seconds
    figures["labs"] = figures.get("labs", 0) + 1
    figures["cpu_s"] = round(figures.get("cpu_s", 0) + seconds, 1)

    assert 0 == done.returncode, done.stdout + done.stderr
    assert f"Lab {number} is done." in done.stdout
