"""One folder of three days for all checks: printing it is what costs."""

import os
from pathlib import Path

import pytest

from scripts import teach

ROSTER = "name,email,days\nLearner 1,learner-1@example.org,1 2 3\nLearner 2,,1 3\nLearner 3,,\n"
COMMAND = "three-days --start 2027-01-25 --zone Asia/Kolkata --country IN --place Hall"


@pytest.fixture(scope="session")
def roster(tmp_path_factory):
    """The roster of a class, after the course."""
    path = tmp_path_factory.mktemp("class") / "class.csv"
    path.write_text(ROSTER, "utf-8")
    return path


@pytest.fixture(scope="session")
def folder(roster):
    """The folder of three days, where the command puts it: its links lead to the built site."""
    assert 0 == teach.main([*COMMAND.split(), "--roster", str(roster)])
    yield Path("docs/_build/teach/three-days")
    os.environ.pop("SOURCE_DATE_EPOCH", None)
