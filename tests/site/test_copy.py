"""What the button on a block copies is what a reader types: of a session, the commands alone."""

from pathlib import Path

import pytest

from docs._ext.markdown import fences
from scripts import chromium
from tests.listings import PAGES, shown

ROOT = Path("docs/_build/html")
BUTTONS = ".highlight > button.copy"
# Keeps what is copied, instead of a clipboard, which a tab has only while it is in front.
KEEP = """window.copied = [];
Object.defineProperty(navigator, "clipboard", { value: {
  writeText: async (text) => { window.copied.push(text); } } });"""
PRESS = "buttons => { for (const button of buttons) button.click(); return window.copied; }"


def code(page):
    """Return the code of each block of a page, as it should be copied: up to its last character."""
    found = [shown(page, fence) for fence in fences(page.read_text("utf-8"))]
    return [text.rstrip() for text in found if text is not None]


WITH_CODE = {page.relative_to("docs").with_suffix(".html").as_posix(): page for page in PAGES}
WITH_CODE = {path: page for path, page in WITH_CODE.items() if code(page)}
OF_A_KIND = {path.split("/")[0]: path for path in WITH_CODE}.values()


@pytest.fixture(scope="module")
def origin():
    """The built site's address."""
    with chromium.serve(ROOT) as origin:
        yield origin


@pytest.fixture(scope="module")
def tab(browser):
    """A tab that keeps what its pages copy."""
    with chromium.tab(browser) as tab:
        tab.add_init_script(KEEP)
        yield tab


@pytest.mark.parametrize("path", WITH_CODE)
def test_each_button_copies_what_is_typed(tab, origin, path):
    """Byte for byte, each block of each page; what a program printed has no button."""
    tab.goto(f"{origin}/{path}")

    assert code(WITH_CODE[path]) == tab.eval_on_selector_all(BUTTONS, PRESS)


@pytest.mark.parametrize("path", OF_A_KIND)
def test_the_clipboard_has_it(browser, origin, path):
    """By keyboard and by a finger: the button is seen, pressed, and says that it has copied."""
    every = code(WITH_CODE[path])
    phone = {"has_touch": True, "permissions": ["clipboard-read", "clipboard-write"]}
    with chromium.tab(browser, **phone) as tab:
        tab.goto(f"{origin}/{path}")
        tab.evaluate("document.querySelectorAll('details').forEach((d) => { d.open = true; })")
        last = tab.locator(BUTTONS).last
        seen = last.evaluate("button => getComputedStyle(button).opacity")
        last.tap()
        last.and_(tab.get_by_text("Copied", exact=True)).wait_for()
        tapped = tab.evaluate("navigator.clipboard.readText()")
        tab.locator(".highlight > pre:has(+ button.copy)").first.focus()
        tab.keyboard.press("Tab")
        focused = tab.evaluate("getComputedStyle(document.activeElement).opacity")
        tab.keyboard.press("Enter")
        tab.locator(BUTTONS).first.and_(tab.get_by_text("Copied", exact=True)).wait_for()
        pressed = tab.evaluate("navigator.clipboard.readText()")

    assert ("1", "1") == (seen, focused)
    assert (every[-1], every[0]) == (tapped, pressed)
