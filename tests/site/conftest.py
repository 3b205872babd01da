"""One Chromium, and a few tabs of it, for all checks of the built site."""

import pytest

from scripts import chromium


@pytest.fixture(scope="session")
def browser():
    """Chromium, or an error that says how to install it."""
    with chromium.launch() as browser:
        yield browser


@pytest.fixture(scope="session")
def tab(browser):
    """A tab as most readers have it."""
    with chromium.tab(browser, reduced_motion="reduce") as tab:
        yield tab


@pytest.fixture(scope="session")
def local(browser):
    """Another, for pages from the disk: to change between them and a server costs a process."""
    with chromium.tab(browser, reduced_motion="reduce") as tab:
        yield tab


@pytest.fixture(scope="session")
def scriptless(browser):
    """A tab that runs no JavaScript."""
    with chromium.tab(browser, java_script_enabled=False) as tab:
        yield tab
