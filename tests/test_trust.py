"""A figure of a recorded run is shown for as long as the code that it measured is here."""

import json
import os

import pytest

from scripts.records import digest
from tests.project import build, write

FILES = {
    "docs/conf.py": 'extensions = ["myst_parser", "docs._ext.trust", "docs._ext.chapter"]\n',
    "docs/index.md": "# Home\n\n```{trust}\nrun.swaps: swaps, of which {failed} failed\n"
    "handbook.pages: page that the build counts\n```\n",
    "tests/proofs/test_run.py": "import jukebox\n",
    "examples/jukebox/__init__.py": "LEVEL = 5\n",
}


@pytest.fixture
def said(tmp_path, monkeypatch):
    """A function that builds with some files changed, and returns the page and the warnings."""
    write(tmp_path, FILES)
    with monkeypatch.context() as there:
        there.chdir(tmp_path)
        code = digest("run")
    record = {"date": "2026-11-30", "figures": {"swaps": 1200, "failed": 0}, "code": code}
    write(tmp_path, {"docs/_data/measured/run.json": json.dumps(record)})
    monkeypatch.setattr(
        "docs._ext.handbook.check", lambda app: None
    )  # other files have no schema here

    def built(**files):
        write(tmp_path, {name.replace("__", "/"): text for name, text in files.items()})
        warnings = build(tmp_path / "docs", "text")
        return " ".join((tmp_path / "docs/_build/index.txt").read_text("utf-8").split()), warnings

    return built


FRESH = "**1,200** swaps, of which 0 failed 30 November 2026"


def test_a_figure_goes_with_its_code_and_comes_back(said, tmp_path):
    """A build without another change of the page says so; a comment alone changes nothing."""
    code = tmp_path / "examples/jukebox/__init__.py"
    pages = [said()[0]]
    for text in ("LEVEL = 6\n", "LEVEL = 5  # as before\n"):
        code.write_text(text, "utf-8")
        os.utime(code, ns=(len(pages), len(pages)))
        pages.append(said()[0])

    assert [True, False, True] == [FRESH in page for page in pages]
    assert ["**1** page that the build counts" in page for page in pages] == [True] * 3


def test_a_figure_without_a_run_fails(said, tmp_path):
    """And one whose words name a figure that the run has not."""
    for line in ("run.swaps: swaps, {lost} lost", "none.swaps: swaps", "swaps"):
        page = FILES["docs/index.md"].replace("run.swaps: swaps, of which {failed} failed", line)
        write(tmp_path, {"docs/index.md": page})

        assert f"no run measured what {line!r} shows" in said()[1]
