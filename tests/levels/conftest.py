"""Each level lives its story once; the tests read what came of it, and the session prints it."""

import json
import platform
import subprocess
import sys
import time
import tomllib
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from scripts.workspace import record

from .agree import flat

ROOT = Path(__file__).parents[2]
CRITERIA = tomllib.loads((ROOT / "examples/levels/criteria.toml").read_text("utf-8"))["criterion"]
RECORD = ROOT / "docs/_data/measured/levels.json"
LIVED = pytest.StashKey()
LIVING = []  # the processes of the stories
# What the table says of each level: a figure, and how it is read.
TABLE = {
    "model_steps": "hand steps for a new model",
    "change_steps": "hand steps for a change of code",
    "change_s": "seconds from the change to its first answer",
    "broken_runs": "runs in production of code that cannot run",
    "reproducible": "can a model be made again?",
    "noticed_weeks": "weeks until a fall is noticed",
    "back_steps": "hand steps to roll back",
    "back_s": "seconds to roll back",
    "back_same_bytes": "are its bytes the same?",
}


def pytest_addoption(parser):
    """Add the option that keeps the figures of a run."""
    parser.addoption("--record", action="store_true", help="write the figures of the pages anew")


def live(folder, number):
    """Let a level live in a process of its own; give its outcome."""
    home = folder / str(number)
    home.mkdir()
    command = [sys.executable, "-m", "tests.levels.story", str(number), str(home)]
    with (home / "said.txt").open("w+", encoding="utf-8", errors="replace") as said:
        story = subprocess.Popen(command, cwd=ROOT, stdout=said, stderr=said)
        LIVING.append(story)
        code = story.wait()
        said.seek(0)
        assert not code, f"level {number} did not reach its end:\n{said.read()[-3000:]}"
    return json.loads((home / "outcome.json").read_text("utf-8"))


@pytest.fixture(scope="session")
def lived(request, tmp_path_factory):
    """The outcomes of the three levels; the third alone takes as long as the others together."""
    folder, began = tmp_path_factory.mktemp("levels"), time.perf_counter()
    with ThreadPoolExecutor(2) as pool:
        third = pool.submit(live, folder, 2)
        try:
            outcomes = [live(folder, 0), live(folder, 1), third.result()]
        finally:  # of one that fails, or a Ctrl-C: each story ends its own servers
            for story in LIVING:
                story.terminate()
    request.config.stash[LIVED] = outcomes, round(time.perf_counter() - began, 1)
    return outcomes


@pytest.fixture(scope="session")
def recording(request):
    """Whether this run is the new record: it may differ from the last."""
    return request.config.getoption("record")


@pytest.fixture(scope="session")
def figures(request, lived):
    """What this run measured, as the record keeps it."""
    return flat(lived, request.config.stash[LIVED][1])


def pytest_terminal_summary(terminalreporter, config):
    """Print the table and the matrix."""
    outcomes, seconds = config.stash.get(LIVED, ([], 0))
    if not outcomes:
        return
    say = terminalreporter.write_line
    say(f"\n{'level':66}" + "".join(f"{n:>9}" for n in range(3)))
    for name, reads in TABLE.items():
        say(f"{reads:66}" + "".join(f"{one['figures'][name]!s:>9}" for one in outcomes))
    say("")
    for one in CRITERIA:
        row = "".join(f"{'yes' if of['holds'][one['name']] else 'no':>9}" for of in outcomes)
        begins = " ".join(one["statement"].split())
        say(f"{one['level']}  {begins[:62]:63}{row}")
    say(f"\nThe three took {seconds} s.")


def pytest_sessionfinish(session, exitstatus):
    """Keep the figures of a run that is to be kept, and in which every test has passed."""
    outcomes, seconds = session.config.stash.get(LIVED, ([], 0))
    if outcomes and exitstatus == 0 and session.config.getoption("record"):
        record("levels", platform.python_version(), flat(outcomes, seconds))
