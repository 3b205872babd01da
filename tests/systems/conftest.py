"""What whole systems share with the tests of their parts: an empty registry, and homes."""

from pathlib import Path

import pytest

from tests.jukebox.conftest import begun, empty, reigned  # noqa: F401 - fixtures


@pytest.hookimpl(tryfirst=True)  # before those are left out that have the mark
def pytest_collection_modifyitems(items):
    """Give each test of this folder the mark."""
    for item in items:
        if item.path.is_relative_to(Path(__file__).parent):
            item.add_marker("whole")
