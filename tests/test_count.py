"""*Figure and run*: what the handbook holds is counted by the build, and here by another reader."""

import json
from pathlib import Path

import pytest

from docs._ext.count import count_contents
from scripts import prose
from tests.project import build, write

ROOT = Path(__file__).parents[1]
FIGURES = count_contents(ROOT / "docs")


def test_the_syllabus_has_198_entries():
    """The decks do not change: an entry that goes would take its section's check with it."""

    assert 198 == FIGURES["syllabus_entries"]


def test_the_lines_of_the_pages_open_as_many_blocks():
    """A reader that knows lines, and no Markdown, counts the same."""
    pages = [page for page in (ROOT / "docs").rglob("*.md") if "_build" not in page.parts]
    opened = [fence.info for page in pages for fence in prose.fences(page.read_text("utf-8"))]

    assert (FIGURES["blocks_that_run"], FIGURES["diagrams"]) == (
        opened.count("python") + opened.count("console"),
        opened.count("mermaid"),
    ), "tests/test_fences.py says which block only one of the two readers sees"


@pytest.mark.parametrize("figure", FIGURES)
def test_no_figure_is_zero(figure):
    """A count of nothing means that the counting is broken."""

    assert FIGURES[figure] > 0


PAGE = "---\ndescription: One.\n---\n\n# {}\n\n```python\n1\n```\n"
PROJECT = {
    "conf.py": 'extensions = ["myst_parser", "docs._ext.chapter", "docs._ext.numbers"]\n',
    "index.md": "---\ndescription: One.\n---\n\n# One\n\n{measured}`handbook.pages` pages, "
    "{measured}`handbook.blocks_that_run` runs.\n\n```{toctree}\n:glob:\n*\n```\n",
    "two.md": PAGE.format("Two"),
}


def test_a_page_shows_what_the_build_counted(tmp_path):
    """And shows it anew when another page comes."""
    shown, warned = [], ""
    for files in (PROJECT, {"three.md": PAGE.format("Three")}):
        write(tmp_path, files)
        warned += build(tmp_path, "text")
        shown.append((tmp_path / "_build/index.txt").read_text("utf-8").splitlines()[3])

    assert "" == warned
    assert ["2 pages, 1 runs.", "3 pages, 2 runs."] == shown


def test_the_readme_says_what_its_own_run_measured():
    """After `nox -s readme`, the README's table follows."""
    run = json.loads((ROOT / "docs/_data/measured/readme.json").read_text("utf-8"))["figures"]
    more = {"docs": "", "northstar": " more", "tests": " more"}
    rows = [
        " | ".join(
            f"{run[f'{way}_{session}_s']:.0f} s, {run[f'{way}_{session}_installed_mb']:.0f} MB{more[session]}"
            for way in ("pip", "uv")
        )
        for session in more
    ]

    assert [] == [row for row in rows if row not in (ROOT / "README.md").read_text("utf-8")]
