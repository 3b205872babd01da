"""*Figure and run*: a figure that any machine can count is counted again here."""

import json
from pathlib import Path

import pytest

from scripts.count import TARGET, count

ROOT = Path(__file__).parents[1]


def test_the_figures_shown_are_those_of_the_pages():
    """After a change: `python -m scripts.count`."""

    assert count() == json.loads(TARGET.read_text("utf-8"))["figures"]


def test_the_syllabus_has_198_entries_and_the_first_deck_is_written():
    """The list of what is to come only shrinks: lower the number with each part."""
    figures = count()

    assert (198, 95) == (figures["syllabus_entries"], figures["syllabus_entries_expanded"])


@pytest.mark.parametrize("figure", count())
def test_no_figure_is_zero(figure):
    """A count of nothing means that the counting is broken."""

    assert count()[figure] > 0


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
