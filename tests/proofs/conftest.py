"""What the proofs share: a record of what each measured, where the pages can read it."""

import platform

import pytest

from scripts.workspace import record
from tests.jukebox.conftest import constant, empty, registry, stock, stocked  # noqa: F401


@pytest.fixture(scope="module")
def figures(request):
    """A dict for what a proof measures; at the end of its file, it becomes one for the pages.

    `test_swap.py` writes `docs/_data/measured/swap.json`, unless a test of it has failed, or `-k`
    chose among them.
    """
    measured, failed = {}, request.session.testsfailed
    yield measured
    name = request.module.__name__.rpartition("test_")[2]
    chosen = request.config.getoption("keyword")
    if measured and request.session.testsfailed == failed and not chosen:
        record(name, platform.python_version(), measured, "nox -s proofs")
