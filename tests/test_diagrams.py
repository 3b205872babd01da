"""*Diagram and drawing*: each diagram has a drawing, words, and no colour of its own."""

import re
from html import unescape
from pathlib import Path

import pytest

from docs._ext.diagrams import drawing_name, mermaid_fences
from scripts import diagrams as tool
from scripts import rooms
from tests.project import build as build_project

ROOT = Path(__file__).parents[1]
DOCS = ROOT / "docs"
DRAWINGS = DOCS / "_diagrams"

CONF = """
extensions = ["myst_parser", "docs._ext.diagrams"]
myst_fence_as_directive = ["mermaid"]
html_theme = "basic"
"""
SOURCE = """\
flowchart TD
    accTitle: From training to service
    accDescr: A model is trained, and what passes serves.
    train["Train"] -->|passes| serve["Serve"]
"""
SVG = '<svg><title>t</title><desc>d</desc><a href="{}">x</a></svg>'
LINKED = SVG.format("other")


def project(folder, source, draw=LINKED):
    """Write two pages, the first with a diagram on line 6, and its drawing if there is one."""
    (folder / "_diagrams").mkdir(parents=True)
    (folder / "conf.py").write_text(CONF)
    page = (
        f"# A page\n\n{{ref}}`picture`\n\n```mermaid\n{source}```\n\n```{{toctree}}\nother\n```\n"
    )
    (folder / "index.md").write_text(page.replace("```mermaid", "(picture)=\n```mermaid", 1))
    (folder / "other.md").write_text("(there)=\n# Another page\n")
    if draw:
        (folder / "_diagrams" / drawing_name(source)).write_text(draw)
    return folder


def build(folder, builder="html"):
    """Build a project; return its first page and the warnings."""
    warnings = build_project(folder, builder)
    page = folder / "_build" / f"index.{'html' if builder == 'html' else 'txt'}"
    return page.read_text("utf-8"), warnings


@pytest.fixture(scope="module")
def page(tmp_path_factory):
    """Return the page of a project without a fault."""
    html, warnings = build(project(tmp_path_factory.mktemp("good"), SOURCE))
    assert not warnings
    return html


def undrawn(source, svg):
    """Return the labels of a source that its drawing does not show."""
    shown = " ".join(unescape(re.sub(r"<[^>]+>", " ", svg)).split())
    own = re.sub(r"^\s*(acc|click).*$", "", source, flags=re.M).replace("<br/>", " ")
    labels = [a or b.strip('"') for a, b in re.findall(r'"([^"]+)"|\|([^|]+)\|', own)]
    return [label for label in labels if label not in shown]


def remedy(source):
    """Return what to do about a diagram without a drawing, as `nox -s diagrams` would say it."""
    try:
        tool.draw(source)
    except tool.Refused as error:
        return str(error)
    return "run nox -s diagrams"


class TestBuild:
    """What the Sphinx side promises."""

    def test_figure_holds_the_drawing_and_its_caption(self, page):
        """The drawing is in the page, in a figure that the label names."""

        figure = re.search(r'<figure class="diagram.*?</figure>', page, re.S)[0]
        assert re.search(
            r'id="picture".*<svg>.*<title>t</title><desc>d</desc>.*</svg>.*<figcaption>.*'
            "From training to service",
            figure,
            re.S,
        )

    def test_label_before_the_fence_refers_to_the_caption(self, page):
        """A reference to the label reads as the caption."""

        assert re.search(r'href="#picture"><span[^>]*>From training to service<', page)

    def test_link_of_a_drawing_is_relative_to_its_page(self, page):
        """A document's name becomes an address."""

        assert '<a href="other.html">' in page

    def test_link_of_a_drawing_to_a_label(self, tmp_path):
        """A label becomes an address with an anchor."""

        html, _ = build(project(tmp_path, SOURCE, SVG.format("#there")))
        assert '<a href="other.html#there">' in html

    def test_page_asks_for_no_script_of_mermaid(self, page):
        """Nothing is drawn in the reader's browser."""

        assert [] == re.findall(r"<script[^>]*>[^<]*mermaid|cdn\.", page)

    def test_other_formats_say_what_the_drawing_shows(self, tmp_path):
        """The text alternative stands where a picture cannot."""

        text, _ = build(project(tmp_path, SOURCE), "text")
        assert "A model is trained, and what passes serves." in text

    def test_missing_drawing_fails(self, tmp_path):
        """A changed source with no drawing fails with its file, its line and what to do."""

        _, warnings = build(project(tmp_path, SOURCE, draw=None))
        assert "index.md:6: WARNING: this diagram has no drawing: run `nox -s diagrams`" in warnings

    def test_missing_drawing_fails_again(self, tmp_path):
        """The next build looks again."""

        folder = project(tmp_path, SOURCE, draw=None)
        build(folder)
        assert "this diagram has no drawing" in build(folder)[1]

    @pytest.mark.parametrize(("target", "name"), [("nowhere", "nowhere"), ("#gone", "#gone")])
    def test_unknown_link_fails(self, tmp_path, target, name):
        """A link to no page and no label fails with its file and line."""

        _, warnings = build(project(tmp_path, SOURCE, SVG.format(target)))
        assert (
            f"index.md:6: WARNING: this diagram links to '{name}', which is no page or label"
            in warnings
        )

    @pytest.mark.parametrize(
        ("old", "new", "line", "sentence"),
        [
            ("accTitle: From", "%% From", 6, "this diagram has no caption: add `accTitle: ...`"),
            ("accDescr: A", "%% A", 6, "this diagram has no text alternative: add `accDescr: ...`"),
            ("flowchart TD", "gantt", 7, "`gantt` is not one of flowchart"),
            ("train[", "style train fill:#f00\n    train[", 10, "in a diagram, colours and styles"),
            (
                "train[",
                "classDef hot color:red\n    train[",
                10,
                "in a diagram, colours and styles",
            ),
            ("flowchart", '%%{init: {"theme": "dark"}}%%\nflowchart', 7, "in a diagram, settings"),
            ("train[", "title A title\n    train[", 10, "in a diagram, the caption comes from"),
            (
                "train[",
                'click serve href "https://a.b"\n    train[',
                10,
                "in a diagram, links lead to",
            ),
        ],
    )
    def test_fault_in_the_source_fails(self, tmp_path, old, new, line, sentence):
        """Words that miss, and colours that are there, fail with their file and line."""

        _, warnings = build(project(tmp_path, SOURCE.replace(old, new)))
        assert re.search(rf"index\.md:{line}: WARNING: .*{re.escape(sentence)}", warnings)


class TestFences:
    """How the tool reads a page."""

    def test_fence_in_a_directive_is_found(self):
        """A diagram may stand in another block."""

        text = (
            "a\n\n````{tip}\n```mermaid\npie\n```\n````\n\n:::{note}\n```mermaid\npie\n```\n:::\n"
        )
        assert [(4, "pie"), (10, "pie")] == list(mermaid_fences(text))

    def test_quoted_fence_is_left_alone(self):
        """A block that only shows how to write a diagram is none."""

        assert [] == list(mermaid_fences("````markdown\n```mermaid\npie\n```\n````\n"))


@pytest.mark.whole  # the renderer takes seconds to begin
class TestTool:
    """What `nox -s diagrams` does, with the renderer itself."""

    def test_draws_once_and_the_same(self, tmp_path, capsys):
        """The same source gives the same bytes, and what is there is not drawn again."""

        one, two = (project(tmp_path / n, SOURCE, draw=None) for n in "ab")
        first = (tool.main(one), tool.main(two), capsys.readouterr().out.count("drawn as"))
        again = (tool.main(one), capsys.readouterr().out)
        name = "_diagrams/" + drawing_name(SOURCE)
        assert (([], [], 2), ([], "")) == (first, again)
        assert (one / name).read_bytes() == (two / name).read_bytes()

    def test_new_renderer_draws_everything_anew(self, tmp_path, capsys):
        """A drawing made by another renderer is stale."""

        folder = project(tmp_path, SOURCE)
        (folder / "_diagrams" / "drawn-with.txt").write_text("mermaidx==0\n")
        tool.main(folder)
        assert "drawn as" in capsys.readouterr().out

    def test_removes_what_no_page_uses(self, tmp_path):
        """A drawing without a source goes."""

        folder = project(tmp_path, SOURCE)
        spare = folder / "_diagrams" / "spare.svg"
        spare.write_text("<svg/>")
        tool.main(folder)
        assert not spare.exists()

    def test_words_and_links_are_in_the_drawing(self):
        """Title and description name it; with links it is no image; a link has a name."""

        svg = tool.draw(SOURCE + '    click train href "other"\n')
        assert re.search(
            r'<svg (?!.*role="img").*aria-labelledby="(\S+)" aria-describedby="(\S+)".*'
            r'<title id="\1">From training to service</title>'
            r'<desc id="\2">A model is trained, and what passes serves\.</desc>.*'
            r'<a href="other"[^>]*aria-label="Train"',
            svg,
        )

    def test_numbers_in_labels_are_not_rounded(self):
        """Only geometry loses its decimals."""

        assert ">0.4219<" in tool.draw(SOURCE.replace("Serve", "0.4219"))

    @pytest.mark.parametrize(
        ("more", "sentence"),
        [
            (
                "".join(f"    serve --> n{n}\n" for n in range(9)),
                "11 nodes, and a reader follows 10",
            ),
            (
                "".join(f"    w{n}[Watch the quality] --> serve\n" for n in range(5)),
                "too wide for a",
            ),
            ("    train --> [\n", "Mermaid cannot read this"),
        ],
    )
    def test_refuses_what_a_reader_could_not_read(self, tmp_path, more, sentence):
        """Eleven nodes, a row too wide for a phone, a syntax error: file, line, sentence."""

        folder = project(tmp_path, SOURCE + more, draw=None)
        assert [
            wrong.startswith(f"{folder}/index.md:6: ") and sentence in wrong
            for wrong in tool.main(folder)
        ] == [True]

    def test_the_rooms_may_be_more_than_ten(self):
        """A room more than ten cannot be split off: the others are those that it imports from."""
        more = "".join(f"    n{n} --> n{n + 1}\n" for n in range(9))

        with pytest.raises(tool.Refused, match="12 nodes"):
            tool.draw(SOURCE + more)
        assert ">n9<" in tool.draw(
            SOURCE.replace("accTitle: From", f"{rooms.TITLE} %% From") + more
        )

    def test_nothing_is_removed_where_something_is_refused(self, tmp_path):
        """What is refused has to be changed first; until then the old drawing shows something."""
        folder = project(tmp_path, SOURCE + "    train --> [\n", draw=None)
        old = folder / "_diagrams" / "old.svg"
        old.write_text("<svg/>")

        assert tool.main(folder)
        assert old.exists()


class TestHandbook:
    """The handbook's own drawings."""

    def test_each_diagram_has_a_drawing_and_each_drawing_a_page(self):
        """Nothing is missing and nothing is left over."""

        wanted = {
            drawing_name(source): (f"{page}:{line}: this diagram has no drawing: ", source)
            for page in sorted(DOCS.rglob("*.md"))
            for line, source in mermaid_fences(page.read_text("utf-8"))
        }
        held = {
            path.name: f"{path}:1: no page has this diagram: run nox -s diagrams"
            for path in DRAWINGS.glob("*.svg")
        }
        told = [words + remedy(source) for words, source in map(wanted.get, wanted.keys() - held)]
        told += [held[name] for name in held.keys() - wanted]
        assert not told, "\n".join(told)

    def test_no_drawing_has_a_colour_of_its_own(self):
        """Colours are the palettes' variables, so that one file serves light, dark and print."""

        colour = re.compile(r"#[\da-f]{6}\b|#[\da-f]{3}\b|\b(rgb|hsl)a?\(", re.I)
        assert [] == [p.name for p in DRAWINGS.glob("*.svg") if colour.search(p.read_text("utf-8"))]

    def test_drawings_are_small(self):
        """A ten-node flowchart takes 6 KB."""

        assert [] == [p.name for p in DRAWINGS.glob("*.svg") if p.stat().st_size > 6144]

    def test_each_drawing_shows_the_labels_of_its_source(self):
        """A drawing that was edited by hand says something else than its source."""

        sources = [s for p in DOCS.rglob("*.md") for _, s in mermaid_fences(p.read_text("utf-8"))]
        stored = [(s, file.read_text("utf-8")) for s in sources
                  if (file := DRAWINGS / drawing_name(s)).exists()]  # else the first test tells  # fmt: skip
        assert [] == [missing for s, svg in stored for missing in undrawn(s, svg)]
        assert ["passes", "Serve"] == undrawn(SOURCE, "<svg><text>Train</text></svg>")

    def test_drawn_with_the_locked_renderer_and_this_tool(self):
        """An upgrade leaves no stale drawing: `nox -s diagrams` draws anew and says so here."""

        locked = re.search(r"^mermaidx==\S+", (ROOT / "locks/diagrams.txt").read_text(), re.M)[0]
        drawn_with = (DRAWINGS / "drawn-with.txt").read_text()
        assert (locked, tool.stamp()) == (drawn_with.splitlines()[0], drawn_with)

    def test_a_stored_drawing_is_what_the_tool_draws(self):
        """Nobody edits a drawing by hand (one is redrawn; all would take too long)."""

        page, source = next(
            (p, source)
            for p in sorted(DOCS.rglob("*.md"))
            for _, source in mermaid_fences(p.read_text("utf-8"))
        )
        assert tool.draw(source) == (DRAWINGS / drawing_name(source)).read_text("utf-8"), page
