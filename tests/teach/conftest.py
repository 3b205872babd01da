"""One folder of three days for all checks: printing it is what costs."""

import shutil
from pathlib import Path

import pytest

from scripts import teach

ROSTER = "name,email,days\nLearner 1,learner-1@example.org,1 2 3\nLearner 2,,1 3\nLearner 3,,\n"
OUTPUT = "docs/_build/kit"  # the trainer's own folders stand in docs/_build/teach
COMMAND = (
    f"three-days --start 2027-01-25 --zone Asia/Kolkata --country IN --place Hall --output {OUTPUT}"
)


@pytest.fixture(scope="session")
def roster(tmp_path_factory):
    """The roster of a class, after the course."""
    path = tmp_path_factory.mktemp("class") / "class.csv"
    path.write_text(ROSTER, "utf-8")
    return path


@pytest.fixture(scope="session")
def folder(roster):
    """The folder of three days, as far from the built site as the command puts it."""
    shutil.rmtree(OUTPUT, ignore_errors=True)
    assert 0 == teach.main([*COMMAND.split(), "--roster", str(roster)])
    return Path(OUTPUT, "three-days")
