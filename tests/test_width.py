"""*Block and run*: shown code has 88 columns at most, and no long test stands open.

It is read from the pages and from the files that they include, as Sphinx takes them. What a program
prints may be wider: the style sheet wraps it, or shows where it is cut.
"""

import re
from pathlib import Path

import pytest

from docs._ext.markdown import PARSER, fences
from tests.listings import PAGES, shown

WIDTH = 88  # columns that a column of text holds beside the outline of a page
OPEN = 40  # lines of a test that need not be unfolded
# Lines that nothing can break: a job of a crontab, and a text whose digest has answers on record.
WHOLE = re.compile(r"([\d*/,-]+ ){5}|Which team should solve this ticket: ")


def too_wide(page: Path, text: str) -> list[str]:
    """Return the lines of a page's code that are wider than they may be, with their blocks' place."""
    return [
        f"{page}:{fence.line}: {len(line)} columns: {line}"
        for fence in fences(text)
        for line in (shown(page, fence) or "").splitlines()
        if len(line) > WIDTH and not WHOLE.match(line)
    ]


def unfolded(page: Path, text: str) -> list[str]:
    """Return the tests on a page that are long and stand open."""
    folded = [
        range(*token.map)
        for token in PARSER.parse(text)
        if token.type == "colon_fence" and token.info.startswith("{dropdown}")
    ]
    return [
        f"{page}:{fence.line}: {fence.argument}"
        for fence in fences(text)
        if Path(fence.argument).name.startswith("test_")
        and shown(page, fence).count("\n") > OPEN
        and not any(fence.line in lines for lines in folded)
    ]


@pytest.mark.parametrize("page", PAGES, ids=str)
def test_code_fits_its_column(page):
    """No line of it is cut on a laptop."""

    assert [] == too_wide(page, page.read_text("utf-8"))


@pytest.mark.parametrize("page", PAGES, ids=str)
def test_a_long_test_is_folded(page):
    """Who wants to read it opens it."""

    assert [] == unfolded(page, page.read_text("utf-8"))
