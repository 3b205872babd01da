"""What the extensions keep of the pages is dropped, handed over and read again with them."""

import io
from pathlib import Path

import pytest
from sphinx.application import Sphinx
from sphinx.util.docutils import docutils_namespace, patch_docutils

from docs._ext.handbook import Handbook, handbook
from tests.project import write

PAGES = [
    f"page-{number}" for number in range(12)
]  # Sphinx reads five pages or fewer in one process
CHAPTER = """---
description: One.
objectives: {{one: do one thing}}
audience: [engineers]
difficulty: 1
prerequisites: [index]
---

# {page}

{{checked}}`a-name`
"""
FILES = {
    "conf.py": 'extensions = ["myst_parser", "docs._ext.chapter", "docs._ext.expiry"]\n',
    "index.md": "# Start\n\n```{chapters}\n```\n\n```{toctree}\n:glob:\npage-*\n```\n",
    **{f"{page}.md": CHAPTER.format(page=page) for page in PAGES},
    "_data/paths.toml": '[[path]]\nid = "engineers"\nname = "Engineers"\nline = "start here."\n'
    'goals = ["page-0"]\n',
    "_data/expiring.toml": '[page.a-name]\nkind = "status"\nchecked = 2026-01-01\n'
    "good_until = 2026-02-01\n",
}


def read(folder: Path, out: Path, processes: int = 1) -> Handbook:
    """Build the pages of a folder, and return what the extensions know of them."""
    with patch_docutils(folder), docutils_namespace():
        app = Sphinx(folder, folder, out, out / "doctrees", "dummy", status=None,
                     warning=io.StringIO(), parallel=processes)  # fmt: skip
        app.build()
    return handbook(app.env)


@pytest.mark.filterwarnings("ignore:This process .* is multi-threaded")  # it forks, as Sphinx does
def test_parallel_readers_hand_over_what_they_found(tmp_path):
    """Two processes know of the pages what one knows."""
    write(tmp_path / "docs", FILES)
    alone = read(tmp_path / "docs", tmp_path / "alone")

    assert set(PAGES) == alone.checked.keys() == alone.audience.keys()
    assert alone == read(tmp_path / "docs", tmp_path / "together", 2)


def test_a_page_takes_with_it_what_was_found_on_it(tmp_path):
    """Nothing is left of a page that is gone, nor of what a page no longer says."""
    write(tmp_path / "docs", FILES)
    before = read(tmp_path / "docs", tmp_path / "out")
    write(tmp_path / "docs", {"page-1.md": None, "page-2.md": "# No chapter\n"})
    after = read(tmp_path / "docs", tmp_path / "out")

    assert {"page-1", "page-2"} < before.checked.keys() & before.audience.keys()
    assert not [found for found in after.page_collections() if "page-1" in found]
    assert {"page-2"} == after.minutes.keys() - after.audience.keys() - {"index"}
    assert "page-2" not in after.checked


def test_what_was_kept_with_other_fields_is_read_anew(tmp_path, monkeypatch):
    """An environment of other code has no say: every page is read again."""
    write(tmp_path / "docs", FILES)
    first = read(tmp_path / "docs", tmp_path / "out")
    same = read(tmp_path / "docs", tmp_path / "out")
    assert first.minutes == same.minutes
    monkeypatch.setattr("docs._ext.handbook.fields", lambda of: [])
    monkeypatch.setattr("docs._ext.chapter.reading_minutes", lambda doctree, **_: 100)

    assert {100} < {*read(tmp_path / "docs", tmp_path / "out").minutes.values()}
