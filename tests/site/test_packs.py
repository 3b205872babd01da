"""*Copy and page*: the packs, printed from a small site that has everything a chapter can have."""

import re
import subprocess
import sys
from contextlib import nullcontext
from pathlib import Path

import checks
import pypdfium2
import pytest
from bs4 import BeautifulSoup
from pypdf import PdfReader

from scripts import chromium, typeface
from scripts.packs import __main__ as command
from scripts.packs import catalogue, paper, pdf_checks, printing
from scripts.packs.pdf_checks import Blank
from scripts.packs.site import Page, Site, edition

FACTS = """<div class="chapter-facts"><p class="chapter-line">For all · {} min</p>
<div class="objectives"><p>After this: {}</p><ul><li>Print it.</li></ul></div></div>
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
LOOK = Path("docs/_static/handbook.css")
WORDS = ("Output", "printed")
SOURCES = {
    "conf.py": """
extensions = ["myst_parser", "sphinx_design"]
myst_enable_extensions = ["colon_fence"]
myst_heading_anchors = 2
project, copyright, html_theme = "Handbook", "nobody. Text CC BY 4.0", "furo"
html_title = project
""",
    "index.md": "# Handbook\n```{toctree}\nmodules/one/index\nreference/other\n"
    "reference/glossary\nreference/bibliography\n```\n",
    "modules/one/index.md": """# Module one
What it claims.
```{toctree}
b-first
a-second
note
```
""",
    "modules/one/b-first.md": "# The first chapter\n"
    + FACTS.format(7, "first")
    + """
## Same
[Next chapter](a-second.md), [its section](a-second.md#same), [other](../../reference/other.md),
[other again](../../reference/other.md), [outside](https://outside.example/).
It is in the [next chapter](a-second.md).
Here is the {term}`first word`, and what somebody said
<span class="bibtex-citation">[<a href="../../reference/bibliography.html#id2" title="Cited.">Somebody, 2021</a>]</span>.
It has a picture: ![drawn](../../drawn.svg)
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
Dropped down. It has a word in a <em>foreign</em> script.
:::
"""
    + SVG
    + QUIZ.format("first")
    + "\n## Next\nGo on.\n",
    "modules/one/a-second.md": "# The second chapter\n"
    + FACTS.format(5, "second")
    + """
## Same
[Back](b-first.md#same)

:::{dropdown} For the teacher: what is right
Team 13 keeps it.
:::
"""
    + SVG
    + QUIZ.format("second"),
    "modules/one/note.md": "# No chapter\nIt has no objectives.\n",
    "reference/other.md": "# Another page\nElsewhere.\n",
    "reference/glossary.md": """# Glossary
```{glossary}
first word
  What it means. It is explained in [the second chapter](../modules/one/a-second.md), like {term}`second word`.

second word
  Another meaning.
```
""",
    "reference/bibliography.md": """# Bibliography
<div class="citation-list">
<div class="citation" id="id1"><span class="label">[1]</span><p>A. Nobody. Uncited. 2020.</p></div>
<div class="citation" id="id2"><span class="label">[2]</span>
<p>B. Somebody. Cited. URL: <a href="https://cited.example/">https://cited.example/</a>.</p></div>
</div>
""",
    "drawn.svg": '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 90 30"><g font-family="serif">'
    '<text y="20">In a file</text></g></svg>',
}


@pytest.fixture(scope="module")
def root(tmp_path_factory):
    """The small site, built."""
    folder = tmp_path_factory.mktemp("site")
    for name, text in SOURCES.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text)
    command = [sys.executable, "-m", "sphinx", "-q", "-W", folder, folder / "html"]
    subprocess.run(command, check=True)
    return folder / "html"


@pytest.fixture(scope="module")
def site(root):
    """The small site as the packs read it, without an address."""
    return Site(root, "")


@pytest.fixture(scope="module")
def module(site):
    """The pages of its one module: the index, then two chapters."""
    return site.modules["one"]


@pytest.fixture(scope="module")
def show(root, browser):
    """Print a document; return the PDF."""
    with chromium.serve(root) as origin, chromium.tab(browser) as sheet:
        yield lambda document: printing.print_pdf(sheet, origin, document)


@pytest.fixture(scope="module")
def printed(site, module, show):
    """The module's pack and its answers, each with its PDF."""
    documents = paper.assemble_pack(site, module, name="one.pdf")
    return [(document, show(document)) for document in documents]


def text_of(document):
    """Return a document's text, in single spaces."""
    return " ".join(BeautifulSoup(document.html, "html.parser").main.get_text().split())


def words_of(pdf):
    """Return the text of all pages, in single spaces."""
    return " ".join(" ".join(pdf_checks.read_texts(pdf)).split())


def test_chapters_in_order(module):
    """The table of contents decides the order; a page without objectives is no chapter."""
    expected = ["Module one", "The first chapter", "The second chapter"]

    assert expected == [page.title for page in module]
    assert [0, 7, 5] == [page.minutes for page in module]


def test_links_on_paper(root, module):
    """Without an address, another page is what the sentence calls it; with one, a link."""
    bare, addressed = (
        paper.assemble_pack(Site(root, base), module[1:2])[0]
        for base in ("", "https://book.example/en")
    )

    assert "Next chapter, its section, other, other again, outside." in text_of(bare)
    assert "reference/other" not in bare.html
    assert 'href="https://book.example/en/reference/other.html"' in addressed.html


def test_next_on_paper(site, module, root):
    """Only a chapter alone says what is next on the site; elsewhere the text says its title."""
    alone = paper.assemble_pack(site, module[1:2])[0]
    titled = paper.assemble_pack(site, module[1:2], "Three days")[0]
    several = paper.assemble_pack(site, module)[0]

    assert "Go on." in text_of(alone)
    assert not any("Go on." in text_of(document) for document in (titled, several))
    assert "It is in the chapter “The second chapter”." in text_of(alone)
    assert "It is in the chapter “The second chapter” (p. 00)." in text_of(several)


def test_output_does_not_lie_on_its_label(site, module, show):
    """The word stands on a line of its own, above a line that fills the sheet."""
    code = f'<div class="highlight-output"><div class="highlight"><pre>{"printed " * 40}</pre></div></div>'
    pack = change(paper.assemble_pack(site, module[1:2])[0], "It is in", f"{code}It is in")
    pdf = show(change(pack, "<style>", f"<style>{LOOK.read_text('utf-8')}"))
    with pypdfium2.PdfDocument(pdf) as opened:
        (place,) = [
            [text.get_charbox(text.search(word, match_case=True).get_next()[0]) for word in WORDS]
            for text in (page.get_textpage() for page in opened)
            if text.search(WORDS[0], match_case=True).get_next()
        ]

    (_, foot, _, _), (_, _, _, head) = place
    assert foot > head


def test_a_title_is_with_its_facts(site, module, show):
    """Wherever a page ends: title, audience, objectives and the text's first words are together."""
    pack, title = paper.assemble_pack(site, module)[0], "<h1>The second chapter"
    for height in range(0, 261, 13):  # mm; the facts are higher
        space = f'<div style="height: {height}mm"></div>'
        pdf = show(change(pack, title, f"{space}{title}"))
        (page,) = [text for text in pdf_checks.read_texts(pdf) if "After this: second" in text]

        assert re.search(r"The second chapter\s+For all · 5 min\s+After this: second", page)
        assert "Print it." in page


def test_a_sheet_is_not_spent_on_a_few_sources(site, module, show, monkeypatch):
    """Where a few lines are left over, the words and the sources are smaller, if that helps."""
    pack, entry = paper.assemble_pack(site, module)[0], '<li id="word-term-first-word">'
    longer = [change(pack, entry, "<li>More.</li>" * n + entry) for n in range(40, 110, 10)]
    now = [len(pdf_checks.read_texts(show(one))) for one in longer]
    monkeypatch.setattr(printing, "FEW", 0)
    before = [len(pdf_checks.read_texts(show(one))) for one in longer]

    assert before != now
    assert [min(pair) for pair in zip(before, now, strict=True)] == now


def test_addresses_at_the_end(site, module, show):
    """A link to elsewhere keeps its address on paper: at the end, once."""
    pack, _ = paper.assemble_pack(site, module[1:2])
    text = words_of(show(pack))

    assert text.endswith("outside: https://outside.example/")
    assert 1 == text.count("https://outside.example/")


def test_links_inside(printed):
    """A link to a chapter of the pack says its page, and no id comes twice."""
    (pack, pdf), _ = printed
    pages = pdf_checks.read_texts(pdf)
    starts = {
        name: next(n for n, text in enumerate(pages, 1) if f"After this: {name}" in text)
        for name in ("first", "second")
    }

    assert starts["first"] < starts["second"]
    assert f"Next chapter (p. {starts['second']}), its section" in words_of(pdf)
    assert f"The second chapter, page {starts['second']}" in words_of(pdf)
    assert 'fill="url(#part1-g)"' in pack.html
    assert "#part2-box {" in pack.html


def test_dead_link_stops(site, module, monkeypatch):
    """A link to a place that the pack does not have is an error with page and place."""
    monkeypatch.setattr(paper, "endings", lambda *_: "")

    with pytest.raises(SystemExit) as stop:
        paper.assemble_pack(site, module[1:])
    assert (
        "modules/one/b-first.html: no id source-id2, no id word-term-first-word" == stop.value.code
    )


def test_citation_of_nothing_stops(root, module):
    """A citation that the bibliography does not have is an error with its page."""
    site = Site(root, "https://book.example/")
    site.sources = {}

    with pytest.raises(SystemExit) as stop:
        paper.assemble_pack(site, module[1:2])
    assert stop.value.code == (
        "modules/one/b-first.html cites id2, which the bibliography does not have"
    )


def test_pack_and_answers_keep_their_promises(printed):
    """Tags, bookmarks, titles, numbers, A4, fonts, sources; the answers in the other file only."""
    (pack, pdf), (answers, their_pdf) = printed

    assert [] == pdf_checks.faults(pdf, pack, ["reference/other"])
    assert [] == pdf_checks.faults(their_pdf, answers, ["reference/other"])
    assert pdf_checks.squeeze_text("Because first says so.") in pdf_checks.squeeze_text(
        words_of(their_pdf)
    )
    assert "Which page is this, first?" in words_of(pdf)


def test_answers_name_their_pack(printed):
    """The answers say to which file, of which version, they belong."""
    _, (_, pdf) = printed

    assert "To the pack one.pdf. Version 0.1.0" in words_of(pdf)


def test_cover(printed):
    """The first page says what it is, of which version, for how long, under which terms; and a name."""
    (_, pdf), _ = printed
    first = " ".join(pdf_checks.read_texts(pdf)[0].split())

    for said in (
        "Handbook · module Module one Version 0.1.0",
        "12 minutes to read",
        "Text CC BY 4.0",
        "Name",
        "Notes",
    ):
        assert said in first


def test_sources_and_words_at_the_end(printed):
    """What is cited stands there in full, with its address; what is not, does not."""
    (_, pdf), _ = printed
    text = words_of(pdf)

    assert "[Somebody, 2021]" in text
    assert text.index("Words first word: What it means.") < text.index(
        "Sources B. Somebody. Cited."
    )
    assert "URL: https://cited.example/" in text
    assert "Uncited" not in text
    assert "Another meaning" not in text  # the word of a word


def test_everything_is_open(site, module, show):
    """Each tab and each dropdown is on paper, and so is a drawing that was a file."""
    text = words_of(show(paper.assemble_pack(site, module[1:2])[0]))
    shown = ("Left tab.", "Right tab.", "Dropped down.", "In a file")

    assert [] == [words for words in shown if words not in text]


def change(document, old, new):
    """Return a document with another text, and the same promises."""
    assert old in document.html
    return paper.Document(**{**vars(document), "html": document.html.replace(old, new)})


@pytest.mark.parametrize(
    ("which", "old", "new", "fault"),
    [
        (0, "<title>Module one", "<title>Another", "another title"),
        (0, "<h1>The second chapter", "<h1>Second chapter", "no bookmark: The second chapter"),
        (0, "<h1>Sources</h1>", "", "no bookmark: Sources"),
        (
            0,
            "Print it.",
            "Because first says so.",
            "an answer in the handout: Because first says so.",
        ),
        (1, "Because second says so.", "Gone.", "an answer is missing: Because second says so."),
        (0, 'href="#part1"', 'href="/index.html"', "a link to the printing server on page 1"),
        (0, 'href="#source-id2"', 'href="#part1"', "a citation that leads nowhere: id2"),
        (0, "<h2>Same<", '<h2 style="break-after: page">Same<', "a heading at the foot of page"),
        (0, "other again", "other (reference/other)", "the name of a file: (reference/other)"),
        (
            0,
            "<em>foreign</em>",
            '<em style="font-family: serif">foreign</em>',
            "a font of this machine",
        ),
    ],
)
def test_broken_promise(printed, show, which, old, new, fault):
    """Where paper and promise differ, the difference is named."""
    document, _ = printed[which]
    found = pdf_checks.faults(show(change(document, old, new)), document, ["reference/other"])

    assert 1 == len({one.partition(" on page")[0] for one in found if one.startswith(fault)})


def test_bare_pdf(tab):
    """A PDF without tags, bookmarks and numbers is told so."""
    tab.set_content("<h1>One</h1>")
    document = paper.Document("", "One", ["One"])
    found = pdf_checks.faults(tab.pdf(tagged=False, format="Letter"), document)

    assert {"no /StructTreeRoot", "no /Outlines", "no /Lang", "page 1 is not A4"} < set(found)
    assert "no page number on page 1" in found


def test_blank_share(tab):
    """What is blank at the foot is measured on every page but the last."""
    box = '<div style="height: {}mm; break-after: page; background: teal"></div>'
    boxes = "".join(box.format(height) for height in (261, 130.5, 26.1))
    tab.set_content(
        f"<style>@page {{ size: A4; margin: 18mm }} body {{ margin: 0 }}</style>{boxes}last"
    )
    pdf = tab.pdf(prefer_css_page_size=True, print_background=True)

    assert [0, 0.5, 0.9] == pytest.approx(pdf_checks.blank_shares(pdf), abs=0.01)


def test_pages_that_are_blank():
    """More than one page in twenty blank over more than a third is a fault; the worst is first."""
    other_pages = [Blank(0.33, "a.pdf", n) for n in range(2, 21)]
    one_in_twenty = [Blank(0.5, "a.pdf", 1), *other_pages]

    assert [] == pdf_checks.blank_faults(one_in_twenty)
    assert [
        "2 of 21 pages are blank over more than a third:",
        "b.pdf: page 7, 90%",
        "a.pdf: page 1, 50%",
    ] == pdf_checks.blank_faults([*one_in_twenty, Blank(0.9, "b.pdf", 7)])


@pytest.mark.parametrize(
    ("released", "foot", "said"),
    [
        ("date-released: 2027-01-05\n", "28 November 2026", "Version 1.2 of 5 January 2027"),
        ("", "28 November 2026", "Version 1.2, text of 3 December 2026"),
        ("", "", "Version 1.2"),
    ],
)
def test_edition(tmp_path, released, foot, said):
    """A release has its day; what is none has the day of the last change, if it is known."""
    (tmp_path / "cff").write_text(f"version: '1.2'\n{released}")
    pages = [
        Page("a.html", f'<div class="last-updated">Last changed on {foot}.</div>'),
        Page("b.html", f'<div class="last-updated">{"3 December 2026" if foot else ""}</div>'),
    ]

    assert said == edition(pages, tmp_path / "cff")


def test_handout(root, browser, tmp_path):
    """Chapters of a course are one file with its title, and their answers another."""
    names = ["modules/one/a-second", "modules/one/b-first"]
    pack, answers = tmp_path / "before/reading.pdf", tmp_path / "trainer/answers.pdf"
    printing.print_handout(browser, root, names, pack, "Three days", answers=answers)
    text, theirs = (words_of(file.read_bytes()) for file in (pack, answers))

    assert "Handbook · handout Three days" in text
    assert text.index("After this: second") < text.index("After this: first")
    assert not [words for words in ("says so", "For the teacher", "keeps it") if words in text]
    assert "Answers: Three days" in theirs
    assert "For the teacher: what is right Team 13 keeps it." in theirs
    assert "To the pack reading.pdf" in theirs
    assert theirs.index("Because second") < theirs.index("Because first")


def test_chapters_on_the_command_line(monkeypatch, capsys):
    """Chapters that are named become one handout, with or without the folder of all modules."""
    asked = []
    monkeypatch.setattr(chromium, "launch", nullcontext)  # the tests have one already
    monkeypatch.setattr(
        command, "print_handout", lambda *words, **more: asked.append((words[2:], more))
    )
    command.main(["one/b-first", "modules/one/a-second", "--title", "Three days"])
    folder = Path("docs/_build/packs")

    names = ["modules/one/b-first", "modules/one/a-second"]
    answers = {"answers": folder / "handout-answers.pdf"}
    assert [((names, folder / "handout.pdf", "Three days"), answers)] == asked
    assert capsys.readouterr().out.endswith("docs/_build/packs/handout.pdf\n")


@pytest.mark.parametrize(
    ("names", "said"),
    [([], "x.pdf has no chapters"), (["modules/one/lost"], "has no page modules/one/lost.html")],
)
def test_handout_of_nothing(root, browser, tmp_path, names, said):
    """A list without a chapter, or with one that is not there, is told in a sentence."""
    with pytest.raises(SystemExit) as stop:
        printing.print_handout(browser, root, names, tmp_path / "x.pdf", "Three days")
    assert said in stop.value.code
    assert not (tmp_path / "x.pdf").exists()


def test_same_text_same_bytes(printed, show):
    """When a pack is printed makes no difference."""
    (pack, pdf), _ = printed

    assert pdf == show(pack)


def test_typeface():
    """Each face has its file, all are small, and their licence lies beside them."""
    files = {f"{name}.woff2" for *_, name in typeface.FACES}

    assert files == {file.name for file in typeface.FOLDER.glob("*.woff2")}
    assert sum((typeface.FOLDER / name).stat().st_size for name in files) < 200_000
    assert "SIL OPEN FONT LICENSE" in Path(typeface.FOLDER, "OFL.txt").read_text()


def test_nothing_to_print(root, tmp_path, browser):
    """A site without chapters is an error, not an empty folder."""
    index = (root / "reference/other.html").read_text()
    (tmp_path / "index.html").write_text(re.sub('<link rel="(next|prev)"[^>]*>', "", index))

    with pytest.raises(SystemExit) as stop:
        catalogue.print_all(browser, tmp_path, tmp_path / "packs")
    assert stop.value.code.endswith("so there is nothing to print")


def test_index_page(root, tmp_path, browser, tab):
    """The packs' own index lists each pack, and is as sound as a page of the handbook."""
    catalogue.print_all(browser, root, tmp_path, "")
    with chromium.serve(tmp_path) as origin, checks.Visit(tab, origin, "index.html") as visit:
        faults = visit.errors + visit.foreign() + visit.access() + visit.sideways()
        text = tab.inner_text("table")
    rows = [line.split("\t") for line in text.splitlines()[1:]]

    assert [] == faults + checks.links(tmp_path) + checks.markup(tmp_path)
    assert ["The whole module", "The first chapter", "The second chapter"] == [
        row[0] for row in rows
    ]
    assert ["12", "7", "5"] == [row[2] for row in rows]
    assert ["Answers"] * 3 == [row[4] for row in rows]
    for row, name in zip(rows, ("one", "one/b-first", "one/a-second"), strict=True):
        assert str(len(PdfReader(tmp_path / f"{name}.pdf").pages)) == row[1]
        assert (tmp_path / f"{name}-answers.pdf").exists()
