"""The lifecycle's pages: one diagram with the stage marked, and in each chapter what a chapter owes."""

import operator
import re
from itertools import pairwise
from pathlib import Path

import jukebox
import pytest

from docs._ext.diagrams import mermaid_fences as diagrams
from docs._ext.markdown import fences

PAGES = Path(__file__).parents[1] / "docs" / "modules" / "lifecycle"
STAGES = {
    "problem-formulation": "problem",
    "data-collection-and-cleaning": "data",
    "model-development": "development",
    "validation-and-tuning": "validation",
    "deployment": "deployment",
    "monitoring-and-retraining": "monitoring",
}
MARKED = re.compile(r'(\w+)\(\["(\d \w+)<br/>you are here"\]\)')


def text(page):
    """Read a page of the part."""
    return (PAGES / f"{page}.md").read_text("utf-8")


def loop(page):
    """Give the diagram of the six stages on a page; fail where it is absent or doubled."""
    found = [source for _, source in diagrams(text(page)) if '"6 Monitoring' in source]

    assert 1 == len(found), f"{page}.md has {len(found)} diagrams of the loop: one is right"
    return found[0]


def plain(source):
    """Give the nodes and arrows of a diagram, with no stage marked."""
    arrows = [line for line in source.splitlines() if not line.lstrip().startswith("acc")]
    return MARKED.sub(r'\1["\2"]', "\n".join(arrows))


def test_the_pages_of_the_part_are_the_six_stages():
    """A chapter of another name would slip through every test below."""
    others = {"index", "people", "your-own-model"}

    assert STAGES.keys() == {path.stem for path in PAGES.glob("*.md")} - others


def test_the_index_marks_no_stage():
    """It shows the loop whole."""

    assert not MARKED.search(loop("index"))


def test_the_index_has_a_contract_for_each_arrow_and_who_says_no_is_there():
    """A function that was renamed would leave a promise that nobody keeps."""
    drawn = plain(loop("index"))
    number = dict(re.findall(r'(\w+)\["(\d)', drawn))
    bare = re.sub(r'\["[^"]*"\]|\|"[^"]*"\|', "", drawn)
    arrows = {(number[a], number[b]) for a, b in re.findall(r"(\w+) -\S*> (\w+)", bare)}
    rows = re.findall(r"^\| (\d) to (\d): .+\| (.+) \|$", text("index"), re.M)
    who = [re.match(r"`([\w.]+)`|a person:", says_no) for *_, says_no in rows]

    # The arrow back from 4 is a no already.
    assert arrows - {("4", "3")} == {(a, b) for a, b, _ in rows}
    assert all(who)
    assert all(operator.attrgetter(w[1])(jukebox) for w in who if w[1])


@pytest.mark.parametrize("page", STAGES)
def test_the_diagram_is_that_of_the_index_but_for_the_mark(page):
    """Nobody looks twice at a picture that is a little different each time."""

    assert plain(loop("index")) == plain(loop(page))


@pytest.mark.parametrize("page", STAGES)
def test_the_stage_of_the_page_is_marked_and_no_other(page):
    """You are where the page says that you are."""

    assert [STAGES[page]] == [stage for stage, _ in MARKED.findall(loop(page))]


@pytest.mark.parametrize("page", STAGES)
def test_the_text_alternative_is_that_of_the_index_and_names_the_stage(page):
    """Who does not see the mark hears it, in the caption and at the end of the description."""
    whole, here, stage = loop("index"), loop(page), STAGES[page]
    words = re.search("accDescr: (.+)", whole)[1]

    assert re.search(rf"accTitle: The lifecycle: you are at (the )?{stage}$", here, re.M)
    assert re.search(
        rf"accDescr: {re.escape(words)} This page is about (the )?{stage}\.$", here, re.M
    )


@pytest.mark.parametrize("page", STAGES)
def test_a_chapter_says_what_goes_in_and_out_and_who_does_it(page):
    """Its table has the columns in, out, who and contract, or a row for each."""
    cells = {
        cell.strip(" *").casefold()
        for row in re.findall(r"^\|(.+)\|$", text(page), re.M)
        for cell in row.split("|")
    }
    words = ("in", "out", "who", "contract")
    missing = [w for w in words if not any(re.match(rf"(the )?{w}\b", c) for c in cells)]

    assert not missing, f"the table of {page}.md does not say: {', '.join(missing)}"


@pytest.mark.parametrize("page", STAGES)
def test_a_chapter_shows_the_module_that_does_it(page):
    """From the file itself, an object of it, and never a copy."""
    shown = [f for f in fences(text(page)) if f.name == "{literalinclude}"]

    assert any("examples/jukebox/" in f.argument and ":pyobject:" in f.content for f in shown)


@pytest.mark.parametrize("page", STAGES)
def test_a_chapter_has_a_block_that_runs_and_shows_what_it_printed(page):
    """It fails without its check and holds with it; a block without output shows neither."""
    found = fences(text(page))
    printed = [f for before, f in pairwise(found)
               if (before.name, f.name) == ("python", "output")]  # fmt: skip
    typed = [f for f in found if f.name == "console" and re.search(r"^[^$]", f.content, re.M)]

    assert printed + typed, f"{page}.md has no python block with output, and no console block"


def test_one_model_takes_the_forty_lines_that_its_title_says():
    """Or fewer, blank ones aside; a reader who types them will count."""
    page = PAGES.parent / "ai-ml-dl-llm" / "from-ai-to-a-model.md"
    typed = [f.content for f in fences(page.read_text("utf-8")) if f.name == "python"]

    assert 30 < sum(bool(line.strip()) for line in "\n".join(typed).splitlines()) <= 40
