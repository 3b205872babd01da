"""*Block and run*, as a reader meets it: what a button copies, and what becomes of a long line."""

from pathlib import Path

import pytest

from docs._ext.markdown import fences
from scripts import chromium
from tests.listings import PAGES, shown

ROOT = Path("docs/_build/html")
BLOCKS = ".highlight > pre"
# What `in-a-copy` shows depends on the address of the repository: tests/test_repository.py reads it.
BUTTONS = ".highlight > button.copy:not(.in-a-copy *)"
# Keeps what is copied, instead of a clipboard, which a tab has only while it is in front.
KEEP = """window.copied = [];
Object.defineProperty(navigator, "clipboard", { value: {
  writeText: async (text) => { window.copied.push(text); } } });"""
PRESS = "buttons => { for (const button of buttons) button.click(); return window.copied; }"
UNFOLD = "document.querySelectorAll('details').forEach((d) => { d.open = true; })"
CUT = """blocks => blocks.filter((block) => block.scrollWidth > block.clientWidth)
  .map((block) => block.textContent)"""
# Whether a block fades, or has a border, at its left and at its right.
EDGES = """block => {
  const { maskImage, borderLeftWidth, borderRightWidth } = getComputedStyle(block);
  const clear = "rgba(0, 0, 0, 0)";
  return [maskImage.includes(`to right, ${clear}`) || borderLeftWidth !== "0px",
    maskImage.includes(`to left, ${clear}`) || maskImage.endsWith(`${clear})`)
      || borderRightWidth !== "0px"];
}"""


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
        tab.set_viewport_size({"width": 320, "height": 640})
        yield tab


@pytest.fixture(scope="module", params=WITH_CODE)
def path(request, tab, origin):
    """The path of a page with code, which the tab shows unfolded."""
    tab.goto(f"{origin}/{request.param}")
    tab.evaluate(UNFOLD)
    return request.param


def test_each_button_copies_what_is_typed(tab, path):
    """Byte for byte, each block of each page; what a program printed has no button."""

    assert code(WITH_CODE[path]) == tab.eval_on_selector_all(BUTTONS, PRESS)


def test_nothing_is_cut_on_a_phone(tab, path):
    """A line of code or output that is too long goes on below itself, further to the right."""

    assert [] == tab.eval_on_selector_all(BLOCKS, CUT)
    indent = tab.eval_on_selector(BLOCKS, "block => getComputedStyle(block).textIndent")
    assert indent.endswith("hanging each-line")


@pytest.mark.parametrize("path", OF_A_KIND)
def test_the_clipboard_has_it(browser, origin, path):
    """By a finger and by keyboard: the button is seen, pressed, and says that it has copied."""
    every = code(WITH_CODE[path])
    phone = {"has_touch": True, "permissions": ["clipboard-read", "clipboard-write"]}
    with chromium.tab(browser, **phone) as tab:
        tab.goto(f"{origin}/{path}")
        tab.evaluate(UNFOLD)
        first, last = tab.locator(BUTTONS).first, tab.locator(BUTTONS).last
        copied = tab.get_by_text("Copied", exact=True)
        seen = last.evaluate("button => getComputedStyle(button).opacity")
        last.tap()
        last.and_(copied).wait_for()
        tapped = tab.evaluate("navigator.clipboard.readText()")
        tab.locator(f"{BLOCKS}:has(+ button.copy)").first.focus()
        tab.keyboard.press("Tab")
        focused = first.evaluate("button => button === document.activeElement")
        tab.keyboard.press("Enter")
        first.and_(copied).wait_for()
        pressed = tab.evaluate("navigator.clipboard.readText()")

    assert ("1", True) == (seen, focused)
    assert (every[-1], every[0]) == (tapped, pressed)


@pytest.mark.parametrize("colours", ["none", "active"])
def test_an_edge_shows_where_a_line_is_cut(browser, origin, colours):
    """On a wide screen, whatever colours and motion a reader wants: where it is cut, and only there."""
    with chromium.tab(browser, forced_colors=colours, reduced_motion="reduce") as tab:
        tab.goto(f"{origin}/modules/lifecycle/your-own-model.html")
        blocks = tab.locator(BLOCKS)
        cut = blocks.filter(has_text="labels of 2025-12 are known in").first
        edges = [blocks.first.evaluate(EDGES)]
        for place in (0, 100, 9999):
            cut.evaluate("(block, place) => { block.scrollLeft = place; }", place)
            tab.evaluate("new Promise(requestAnimationFrame)")  # what a place changes is drawn then
            edges.append(cut.evaluate(EDGES))

    assert [[False, False], [False, True], [True, True], [True, False]] == edges
