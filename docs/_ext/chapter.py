"""What stands at the top of a chapter, and how long it takes to read.

A chapter is a page whose front matter states `objectives`, and no `lab`. Its `audience`, `difficulty`,
`prerequisites` and reading minutes are shown under its title. `docs/_ext/paths.py` makes of
`audience` and `prerequisites` the reading paths.

`{chapters}` lists the chapters of a part in the order of its table of contents, and puts a button
that leads to the first of them under the first paragraph of the page. `_static/done.js` ticks the
chapters whose quiz the reader's browser keeps as done.

A lab is a page whose front matter has `lab`, its number, and `edits`, how many files the reader
writes or edits. It states `objectives`, too; `docs/_ext/objectives.py` holds all of them to what
shows that people reach them. Its minutes are an estimate by a rule, except those of the machine.
"""

import json
import math
import re
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path

from docutils import nodes
from sphinx import addnodes
from sphinx.application import Sphinx
from sphinx.environment import BuildEnvironment
from sphinx.util import logging
from sphinx.util.docutils import SphinxDirective, SphinxRole
from sphinx.util.typing import ExtensionMetadata

from docs._ext import PageContext, Table, data, is_chapter, load, place_in_file, prose
from docs._ext.classes import FACTS, NOT_RUN, TALK, has_class
from docs._ext.handbook import handbook
from docs._ext.numbers import run_of
from docs._ext.paths import duration, minutes, readers
from docs._ext.quiz import QUESTIONS

logger = logging.getLogger(__name__)

DIFFICULTY = {1: "for everybody", 2: "you read some Python", 3: "you run systems"}
# By a rule that the page About tells its readers; a quiz question takes a minute.
WORDS_A_MINUTE, SLOW_WORDS_A_MINUTE = 200, 60  # prose; code, output and tables
COMMAND_MINUTES, EDIT_MINUTES = 1, 3  # of a lab


def front_matter(env: BuildEnvironment, docname: str) -> Table:
    """Return a page's front matter as Python values, or {} where it has a fault."""
    page: Table = {}
    path = Path(env.doc2path(docname))
    for key, value in env.metadata[docname].items():
        if isinstance(value, str):  # what is none is an extension's own mark
            page[key] = value
            with suppress(ValueError):  # MyST keeps a list, a mapping or a number as a JSON text
                page[key] = json.loads(value)
    faults = data.data_faults(page, "front-matter")
    for keys, fault in faults:
        logger.warning(
            "%s", fault, location=place_in_file(path, rf"^{keys[0]}\s*:" if keys else "^---")
        )
    return {} if faults else page


def reading_minutes(doctree: nodes.document, *, code: bool = True) -> float:
    """Estimate the minutes that the prose, the tables and, unless told, the code of a page take."""
    tables = [table for table in doctree.findall(nodes.table) if not has_class(table, TALK)]
    in_tables = sum(len(prose.text(table).split()) for table in tables)
    fast = len(prose.text(doctree).split()) - in_tables
    blocks = doctree.findall(nodes.literal_block) if code else ()
    slow = in_tables + sum(len(re.findall(r"\w+", block.astext())) for block in blocks)
    return fast / WORDS_A_MINUTE + slow / SLOW_WORDS_A_MINUTE


def lab_minutes(app: Sphinx, doctree: nodes.document, edits: int) -> tuple[int, float | None]:
    """Estimate a lab's minutes, rounded up, and give the seconds of the machine among them, or None.

    Reading, a minute for each command, those of a set-up that is not run too, and three for each
    edit.
    """
    env, docname = app.env, app.env.docname
    measured = app.srcdir / "_data" / "measured" / "labs.json"
    run = run_of(env, "labs") if measured.exists() else None
    figures = run["figures"] if run else {}
    figure = figures.get(f"{docname.rpartition('/')[2].replace('-', '_')}_s")
    seconds = figure if isinstance(figure, int | float) else None
    typed = 0
    for block in doctree.findall(nodes.literal_block):
        set_up = has_class(block.parent, NOT_RUN)
        typed += len(re.findall(r"^\S" if set_up else r"^\$ ", block.astext(), re.M))
    reading = reading_minutes(doctree, code=False)
    person = reading + typed * COMMAND_MINUTES + edits * EDIT_MINUTES
    return math.ceil(person + (seconds or 0) / 60), seconds


def lab_facts(
    app: Sphinx, doctree: nodes.document, lab: int, edits: int
) -> tuple[int, nodes.paragraph]:
    """Return a lab's minutes, and what stands under its title."""
    taken, seconds = lab_minutes(app, doctree, edits)
    line = f"Lab {lab} · about {taken} minutes"
    if seconds is not None:
        line += f", of which the machine works {math.ceil(seconds)} seconds"
    return taken, nodes.paragraph("", line, classes=["chapter-line"])


def set_under_title(app: Sphinx, doctree: nodes.document, facts: nodes.container) -> None:
    """Set facts under a page's title."""
    title = doctree.next_node(nodes.title)
    if title is None:
        logger.warning(
            "the page has no title: begin it with `# ...`", location=(app.env.docname, 1)
        )
        return
    title.parent.insert(title.parent.index(title) + 1, facts)


def read(app: Sphinx, doctree: nodes.document) -> None:
    """Check a page's front matter and set the facts under the title of a chapter or a lab."""
    env, docname = app.env, app.env.docname
    page = front_matter(env, docname)
    if "lab" in page:
        handbook(env).minutes[docname], line = lab_facts(app, doctree, page["lab"], page["edits"])
        goals = [objectives("lab", page["objectives"])] if "objectives" in page else []
        set_under_title(app, doctree, nodes.container("", line, *goals, classes=[FACTS]))
        return
    taken = math.ceil(reading_minutes(doctree) + (QUESTIONS if is_chapter(page) else 0))
    handbook(env).minutes[docname] = taken
    if is_chapter(page):
        read_chapter(app, doctree, page, taken)


def read_chapter(app: Sphinx, doctree: nodes.document, chapter: Table, taken: int) -> None:
    """Keep what a chapter's front matter says, and set it under the title with the minutes taken."""
    env, docname = app.env, app.env.docname
    names = {path["id"]: path["name"] for path in load(app.srcdir, "paths.toml").get("path", [])}
    for audience in chapter["audience"]:
        if audience not in names:
            logger.warning(
                "%r is none of the audiences of paths.toml", audience, location=(docname, 1)
            )
            return
    handbook(env).audience[docname] = chapter["audience"]
    handbook(env).difficulty[docname] = chapter["difficulty"]
    handbook(env).prerequisites[docname] = chapter.get("prerequisites", [])
    everybody = set(chapter["audience"]) >= readers(env).keys()
    whom = "All six audiences" if everybody else ", ".join(names[a] for a in chapter["audience"])
    facts = nodes.container(classes=[FACTS])
    line = f"{whom} · {DIFFICULTY[chapter['difficulty']]} · {taken} minutes"
    facts += nodes.paragraph("", line, classes=["chapter-line"])
    if chapter.get("prerequisites"):
        needs = nodes.paragraph("", "Read first: ", classes=["prerequisites"])
        for n, target in enumerate(chapter["prerequisites"]):
            needs += [nodes.Text(", ")] * bool(n)
            needs += link(docname, target)
        facts += needs
    facts += objectives("chapter", chapter["objectives"])
    set_under_title(app, doctree, facts)


def objectives(kind: str, goals: Mapping[str, str]) -> nodes.container:
    """Return what a reader can do after a chapter or a lab, as a list."""
    items = [nodes.list_item("", nodes.paragraph("", text)) for text in goals.values()]
    about = nodes.paragraph("", f"After this {kind} you can:")
    return nodes.container("", about, nodes.bullet_list("", *items), classes=["objectives"])


def link(docname: str, target: str) -> addnodes.pending_xref:
    """Return a reference to a page that shows the page's title; Sphinx resolves it."""
    return addnodes.pending_xref(
        "",
        nodes.inline(classes=["doc"]),
        refdomain="std",
        reftype="doc",
        reftarget=f"/{target}",
        refexplicit=False,
        refwarn=True,
        refdoc=docname,
    )


class Page(SphinxRole):
    """Name a page by its title, as a link."""

    def run(self) -> tuple[list[nodes.Node], list[nodes.system_message]]:
        """Return the link, or the name alone where there is no such page."""
        if self.text in self.env.found_docs:
            return [link(self.env.docname, self.text)], []
        logger.warning("there is no page %r", self.text, location=self.get_location())
        return [nodes.Text(self.text)], []


class chapter_list(nodes.General, nodes.Element):
    """A list whose minutes are known only when every page has been read."""


class Chapters(SphinxDirective):
    """List the pages of this page's table of contents: link, minutes, difficulty, description."""

    def run(self) -> list[nodes.Node]:
        """Leave a marker; the list is made when all pages are known."""
        handbook(self.env).with_lists[self.env.docname] = handbook(self.env).with_chapters[
            self.env.docname
        ] = True
        return [chapter_list()]


def resolve(app: Sphinx, doctree: nodes.document, docname: str) -> None:
    """Replace each marker by its list, and lead to the first page where the part begins."""
    pages = app.env.toctree_includes.get(docname, [])
    for marker in list(doctree.findall(chapter_list)):
        marker.replace_self(numbered_chapters(app, docname, pages))
        title = doctree.next_node(nodes.title)
        if title and pages:
            about = title.next_node(nodes.paragraph, descend=False, siblings=True) or title
            about.parent.insert(about.parent.index(about) + 1, begin_line(app, docname, pages))


def numbered_chapters(app: Sphinx, docname: str, pages: list[str]) -> nodes.enumerated_list:
    """Return the pages of a part, in reading order: title, minutes, difficulty, description."""
    items = []
    for page in pages:
        title = nodes.strong("", "", reference(app, docname, page))
        facts = nodes.inline("", " · ".join(facts_of(app.env, page)), classes=["chapter-line"])
        line = nodes.paragraph("", "", title, nodes.Text(" "), facts)
        about = app.env.metadata[page].get("description", "").replace("'", "\u2019")
        items.append(nodes.list_item("", line, nodes.paragraph("", about)))
    style = {"enumtype": "arabic", "prefix": "", "suffix": "."}
    return nodes.enumerated_list("", *items, ids=["chapters"], classes=["chapters"], **style)


def facts_of(env: BuildEnvironment, page: str) -> list[str]:
    """Return what a page takes and asks for: its minutes and, of a chapter, its difficulty."""
    taken, difficulty = handbook(env).minutes[page], handbook(env).difficulty.get(page)
    return [f"{taken} minutes", *([DIFFICULTY[difficulty]] if difficulty else [])]


def begin_line(app: Sphinx, docname: str, pages: list[str]) -> nodes.paragraph:
    """Return the button that leads to the first page of a part, and what all of them take.

    The button has the name that the table of contents gives that page, which is a short one.
    """
    button = reference(app, docname, pages[0])
    tables = app.env.tocs[docname].findall(addnodes.toctree)
    names = {page: name for table in tables for name, page in table["entries"] if name}
    button[0] = nodes.Text(f"Begin: {names.get(pages[0]) or button.astext()}")
    button["classes"].append("button")
    kind = "labs" if "lab" in app.env.metadata[pages[0]] else "chapters"
    took = f"All {len(pages)} {kind}, {duration(minutes(app.env, pages))}"
    listed = nodes.reference("", took, internal=True, refid="chapters")
    return nodes.paragraph("", "", button, nodes.Text(" "), listed, classes=["begin"])


def reference(app: Sphinx, docname: str, page: str) -> nodes.reference:
    """Return a resolved link to a page that shows the page's title."""
    uri = app.builder.get_relative_uri(docname, page)
    return nodes.reference("", app.env.titles[page].astext(), internal=True, refuri=uri)


def add_files(
    app: Sphinx, name: str, template: str, context: PageContext, doctree: nodes.document | None
) -> None:
    """Load the look of a list and what ticks it where there is one, and nowhere else."""
    if name in handbook(app.env).with_chapters and app.builder.name != "epub":
        app.add_css_file("chapters.css")
        app.add_js_file("done.js", loading_method="defer")


def setup(app: Sphinx) -> ExtensionMetadata:
    """Register the directives and the handlers."""
    app.setup_extension("docs._ext.paths")
    app.add_node(chapter_list)
    app.add_role("page", Page())
    app.add_directive("chapters", Chapters)
    app.connect("doctree-read", read)
    app.connect("doctree-resolved", resolve)
    app.connect("html-page-context", add_files)
    return {"version": "1", "parallel_read_safe": True, "parallel_write_safe": True}
