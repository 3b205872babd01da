"""Every fence of every page is a test; `tests/fences.py` says what checks which language."""

import pytest
from sybil import Sybil

from tests.fences import clean, regions

pages = Sybil(parsers=[regions], patterns=["*.md"], teardown=clean)
pytest_collect_file = pages.pytest()
collect_ignore = ["_build", "_ext", "conf.py"]


@pytest.hookimpl(tryfirst=True)  # before those are left out that have the mark
def pytest_collection_modifyitems(items):
    """Leave the labs and the mini-capstone to those who live through whole systems."""
    for item in items:
        if item.path.parent.name == "labs" or item.path.name == "mini-capstone.md":
            item.add_marker("whole")
