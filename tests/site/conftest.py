"""One Chromium for all checks of the built site."""

import pytest

from scripts import chromium


@pytest.fixture(scope="session")
def browser():
    """Chromium, or an error that says how to install it."""
    with chromium.launch() as browser:
        yield browser


@pytest.fixture(scope="session")
def scripted(browser):
    """A browser context as most readers have it."""
    context = browser.new_context(reduced_motion="reduce")
    yield context
    context.close()


@pytest.fixture(scope="session")
def scriptless(browser):
    """A browser context that runs no JavaScript."""
    context = browser.new_context(java_script_enabled=False)
    yield context
    context.close()
