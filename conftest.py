"""What every run of pytest here does: leave a report where whoever started the session counts tests.

`scripts/ci.py` names a folder. Only the runs of a session leave something there: what a test starts,
as the tests of a project that it has made, is not counted again.
"""

import os
from pathlib import Path

import pytest

# Taken out of the environment, so that no worker and no process of a test sees it.
REPORTS = os.environ.pop("TEST_REPORTS", "")


@pytest.hookimpl(tryfirst=True)  # pytest's own plugin reads the option next
def pytest_configure(config: pytest.Config) -> None:
    """Have pytest write JUnit's XML at its end; until then the file is empty."""
    if REPORTS and not config.option.xmlpath:
        report = Path(REPORTS, f"{os.getpid()}.xml")
        report.touch()
        config.option.xmlpath = str(report)
