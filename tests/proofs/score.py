"""The ML Test Score, computed from a run of pytest: `-p tests.proofs.score`, with `--record`.

The tests that `docs/_data/ml_test_score.toml` names run with the others. A point is given when
all tests that play it have run and passed; the score is the least sum of the four sections.
"""

import platform
import tomllib
from pathlib import Path

import pytest

from scripts.workspace import record

ROOT = Path(__file__).parents[2]
COMMAND = "nox -s proofs -- --record"  # of all proofs: it needs what they came to


def rubric():
    """Return the 28 tests: section, number, name, points, tests, done."""
    file = ROOT / "docs/_data/ml_test_score.toml"
    return tomllib.loads(file.read_text("utf-8"))["test"]


def key(row):
    """Return the name of a test's figure, as `data_1`."""
    return f"{row['section'].lower()}_{row['number']}"


class Outcomes:
    """What became of each test of a run; the parameters of one are one."""

    def __init__(self, rows):
        """Take the rows of the rubric."""
        self.rows, self.passed, self.other = rows, set(), set()

    def pytest_runtest_logreport(self, report):
        """Note a test that passed, and one that did anything else."""
        name = report.nodeid.partition("[")[0]
        if not report.passed:
            self.other.add(name)
        elif report.when == "call":
            self.passed.add(name)

    def figures(self):
        """Return the points of each of the 28, the sum of each section, and the score."""
        points = {
            key(row): row["points"] if row["tests"] and set(row["tests"]) <= self.sound else 0
            for row in self.rows
        }
        sums = {}
        for row in self.rows:
            name = row["section"].lower()
            sums[name] = sums.get(name, 0) + points[key(row)]
        return points | sums | {"points": sum(sums.values()), "score": min(sums.values())}

    @property
    def sound(self):
        """Return the tests that ran and did nothing but pass."""
        return self.passed - self.other


def pytest_configure(config):
    """Run the named tests too; the process that hears of all of them keeps the score."""
    rows = rubric()
    config.args += sorted({test for row in rows for test in row["tests"]} - set(config.args))
    if not hasattr(config, "workerinput"):  # as xdist's workers have, each with its own arguments
        config.pluginmanager.register(Outcomes(rows), "ml-test-score")


@pytest.hookimpl(trylast=True)
def pytest_sessionfinish(session):
    """Write the points where the page can read them."""
    outcomes = session.config.pluginmanager.get_plugin("ml-test-score")
    if outcomes:
        record("ml_test_score", platform.python_version(), outcomes.figures(), COMMAND)
