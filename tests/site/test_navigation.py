"""How a reader gets about: sidebar, outline, drawers, search by a key, colours, other hosts' menus."""

import re
from pathlib import Path

import checks
import pytest

from scripts import chromium

ROOT = Path("docs/_build/html")
CHAPTER = "modules/lifecycle/deployment.html"
WIDE, NARROW = {"width": 1280, "height": 800}, {"width": 390, "height": 844}
INSIDE = "document.activeElement.closest('[role=main]') !== null"

# Each entry of the sidebar, with all parts open: its words, and whether they need a second line.
ENTRIES = """() => {
  document.querySelectorAll(".toctree-checkbox").forEach((fold) => { fold.checked = true; });
  document.querySelectorAll(".sidebar-tree details").forEach((fold) => { fold.open = true; });
  return [...document.querySelectorAll(".sidebar-tree a")].map((a) => {
    const words = document.createRange();
    words.selectNodeContents(a);
    return [a.textContent, words.getClientRects().length];
  });
}"""
JOBS = """[...document.querySelectorAll(".toctree-job")].map((job) => job.textContent)"""


@pytest.fixture(scope="module")
def origin():
    """The built site's address."""
    with chromium.serve(ROOT) as origin:
        yield origin


@pytest.fixture
def phone(browser):
    """A tab of a phone: narrow, with a finger and no keyboard."""
    with chromium.tab(browser, reduced_motion="reduce", has_touch=True, is_mobile=True) as tab:
        tab.set_viewport_size(NARROW)
        yield tab
