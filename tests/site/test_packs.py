"""The packs: printed from a small site that has everything a chapter can have."""

import io
import re
import subprocess
import sys

import checks
import pytest
from bs4 import BeautifulSoup
from pypdf import PdfReader

from scripts import chromium, packs

FACTS = """<div class="chapter-facts"><p class="chapter-line">For all · {} min</p>
<div class="objectives"><ul><li>Print it.</li></ul></div></div>
"""
QUIZ = """<section class="quiz"><fieldset class="quiz-question" id="{0}-quiz-1">
<legend>1. Which page is this, {0}?</legend>
<label><input type="radio" name="{0}"> The first</label>
<label><input type="radio" name="{0}"> The second</label>
<details class="quiz-answer"><summary>Answer</summary>
<p><strong>A is right:</strong> it is {0}.</p><ol><li>Because {0} says so.</li></ol>
<p>Read again: <a href="#same">Same</a></p></details>
</fieldset></section>
"""
SVG = """<figure class="diagram">
<svg viewBox="0 0 200 60" width="200" role="img" aria-labelledby="t">
<title id="t">A drawing</title><style>#box { fill: #cde }</style>
<defs><linearGradient id="g"><stop offset="0" stop-color="teal"/></linearGradient></defs>
<a href="../../reference/other.html"><rect id="box" width="90" height="50"/></a>
<rect x="100" width="90" height="50" fill="url(#g)"/></svg><figcaption>Drawn.</figcaption></figure>
"""
SOURCES = {
    "conf.py": """
extensions = ["myst_parser", "sphinx_design"]
myst_enable_extensions = ["colon_fence"]
myst_heading_anchors = 2
project, copyright, html_theme = "Handbook", "nobody. Text CC BY 4.0", "furo"
html_title = project
""",
    "index.md": "# Handbook\n```{toctree}\nmodules/one/index\nreference/other\n```\n",
    "modules/one/index.md": """# Module one
What it claims.
```{toctree}
b-first
a-second
note
```
""",
    "modules/one/b-first.md": "# The first chapter\n"
    + FACTS.format(7)
    + """
## Same
[Next chapter](a-second.md), [its section](a-second.md#same), [other](../../reference/other.md),
[other again](../../reference/other.md), [outside](https://outside.example/).
```python
long = "a line that is far too long for a sheet of paper, so that it has to be wrapped somewhere"
```
::::{tab-set}
:::{tab-item} Left
Left tab.
:::
:::{tab-item} Right
Right tab.
:::
::::
:::{dropdown} Closed
Dropped down.
:::
"""
    + SVG
    + QUIZ.format("first"),
    "modules/one/a-second.md": "# The second chapter\n"
    + FACTS.format(5)
    + """
## Same
[Back](b-first.md#same)

"""
    + SVG
    + QUIZ.format("second"),
    "modules/one/note.md": "# No chapter\nIt has no objectives.\n",
    "reference/other.md": "# Another page\nElsewhere.\n",
}


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    """The small site, built."""
    folder = tmp_path_factory.mktemp("site")
    for name, text in SOURCES.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text)
    command = [sys.executable, "-m", "sphinx", "-q", "-W", folder, folder / "html"]
    subprocess.run(command, check=True)
    return folder / "html"


@pytest.fixture(scope="module")
def module(site):
    """The pages of its one module: the index, then two chapters."""
    return packs.modules(packs.read(site))["one"]


@pytest.fixture(scope="module")
def show(site, browser):
    """Print a document; return the PDF, read back."""
    with chromium.serve(site) as origin, chromium.tab(browser) as page:
        yield lambda document: packs.print_pdf(page, origin, document, "Handbook")


def text_of(document):
    """Return a document's text, in single spaces."""
    return " ".join(BeautifulSoup(document, "html.parser").main.get_text().split())


def test_chapters_in_order(module):
    """The table of contents decides the order; a page without objectives is no chapter."""

    expected = ["Module one", "The first chapter", "The second chapter"]
    assert expected == [page.title for page in module]
    assert [0, 7, 5] == [page.minutes for page in module]


def test_links_on_paper(module):
    """Without an address, another page is named once; with one, links lead there."""
    bare, addressed = (
        packs.assemble(module[1:2], base) for base in ("", "https://book.example/en")
    )

    assert "other (reference/other), other again, outside." in text_of(bare)
    assert 'href="https://outside.example/"' in bare
    assert "reference/other.html" not in bare
    assert 'href="https://book.example/en/reference/other.html"' in addressed


def test_links_inside(module):
    """In a module's pack, a link to one of its chapters stays inside; no id comes twice."""
    document = packs.assemble(module, "")
    links = re.findall(r'href="(#[^"]+)"', document)

    assert {"#part1", "#part2", "#part1-same", "#part2-same"} == set(links)
    assert 'fill="url(#part1-g)"' in document
    assert "#part2-box {" in document


def test_dead_link_stops(module, monkeypatch):
    """A link to a place that the pack does not have is an error with page and place."""

    def forget(copy, title):
        copy.section.section.attrs.clear()

    monkeypatch.setattr(packs, "take_answers", forget)

    with pytest.raises(SystemExit) as stop:
        packs.assemble(module[1:], "")
    assert "modules/one/b-first.html: no id part0-same, no id part1-same" == stop.value.code


def test_module_keeps_its_promises(module, show):
    """Tags, bookmarks, titles, numbers, A4, and answers on the last page only."""
    document = packs.assemble(module, "")
    pdf = show(document)
    last = PdfReader(io.BytesIO(pdf)).pages[-1].extract_text()

    assert [] == packs.check(pdf, document)
    assert packs.squeeze("Because first says so.") in packs.squeeze(last)
    assert "nobody. Text CC BY 4.0" in last
    assert "4 / 4" in last


def test_everything_is_open(module, show):
    """Each tab and each dropdown is on paper."""
    pages = PdfReader(io.BytesIO(show(packs.assemble(module[1:2], "")))).pages
    text = packs.squeeze(" ".join(page.extract_text() for page in pages))
    shown = ("Left tab.", "Right tab.", "Dropped down.")

    assert [] == [words for words in shown if packs.squeeze(words) not in text]


@pytest.mark.parametrize(
    ("change", "fault"),
    [
        (("<title>Module one", "<title>Another"), "another title"),
        (("<h1>The second", "<h1>The lost"), "no bookmark: The lost chapter"),
        (("Because second says so.", "Gone."), "an answer is missing: Gone."),
        (("Because first says so.", "Print it."), "an answer before the answers: Print it."),
        (('href="#part1"', 'href="/index.html"'), "a link to the printing server on page 1"),
    ],
)
def test_broken_promise(module, show, change, fault):
    """Where paper and document differ, the difference is named."""
    document = packs.assemble(module, "")
    printed = document.replace(*change) if "/index" in change[1] else document
    faults = packs.check(show(printed), document.replace(*change))

    assert faults[0].startswith(fault)


def test_bare_pdf(tab):
    """A PDF without tags, bookmarks and numbers is told so."""
    tab.set_content("<h1>One</h1>")
    faults = packs.check(
        tab.pdf(tagged=False, format="Letter"),
        '<html lang="en"><title>One</title><h1>One</h1>',
    )

    assert {"no /StructTreeRoot", "no /Outlines", "no /Lang", "page 1 is not A4"} < set(faults)
    assert "no page number on page 1" in faults


def test_nothing_to_print(site, tmp_path, browser):
    """A site without chapters is an error, not an empty folder."""
    index = (site / "reference/other.html").read_text()
    (tmp_path / "index.html").write_text(index)

    with pytest.raises(SystemExit) as stop:
        packs.build(browser, tmp_path, tmp_path / "packs")
    assert stop.value.code.endswith("so there is nothing to print")


def test_index_page(site, tmp_path, browser, tab):
    """The packs' own index lists each pack, and is as sound as a page of the handbook."""
    packs.build(browser, site, tmp_path, "")
    with chromium.serve(tmp_path) as origin, checks.Visit(tab, origin, "index.html") as visit:
        faults = visit.errors + visit.foreign() + visit.access() + visit.sideways()
        text = tab.inner_text("table")

    assert [] == faults + checks.links(tmp_path) + checks.markup(tmp_path)
    assert ["The whole module\t4\t12", "The first chapter\t2\t7", "The second chapter\t2\t5"] == [
        line.rpartition("\t")[0] for line in text.splitlines()[1:]
    ]
