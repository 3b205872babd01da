"""The plans of `_data/plans/` on pages, and what is wrong with them in the build.

`{plans}` lists all of them. `{plan} three-days` shows a table for each part: what is read before,
each block with its time, if the plan has a clock, and what to leave out of it first. With `:brief:`
it shows one table, a row for each part.

`docs/_ext/plans.py` reads and checks the plans; the build tells what it says.
"""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import ClassVar

from docutils import nodes
from docutils.parsers.rst import directives
from sphinx.application import Sphinx
from sphinx.environment import BuildEnvironment
from sphinx.util import logging
from sphinx.util.docutils import SphinxDirective
from sphinx.util.typing import ExtensionMetadata

from docs._ext.chapter import link
from docs._ext.paths import duration
from docs._ext.plans import (
    ACTIVITIES,
    FOLDER,
    TALK_FILE,
    Block,
    Handbook,
    Part,
    Plan,
    PlanError,
    hours,
    minutes_of,
    ordinal,
    teach_faults,
)
from docs._ext.talk import table

logger = logging.getLogger(__name__)

CATALOGUE = "teach/activities"  # where each activity has an address
EVERY = {"day": "days", "week": "weeks", "once": "one meeting"}


class ShownPlan(SphinxDirective):
    """Show a plan, with its clock or in brief."""

    required_arguments = 1
    option_spec: ClassVar = {"caption": directives.unchanged_required, "brief": directives.flag}

    def run(self) -> list[nodes.Node]:
        """Return a table for each part, or one table in brief; nothing where the plan has a fault."""
        book = Handbook(self.env.srcdir)
        name = self.arguments[0]
        if name not in book.plans:
            raise self.error(f"there is no plan {name!r}: {', '.join(book.plans)}")
        if "brief" in self.options and "caption" not in self.options:
            raise self.error("a plan in brief needs a `:caption:` that the reader sees")
        try:
            plan = book.plan(name)
        except PlanError:
            return []  # `check` says what is wrong
        finally:
            self.note_dependencies(name, book)
        if "brief" not in self.options:
            return [self.part(plan, part, book) for part in plan.parts]
        rows = []
        for part in plan.parts:
            number, _, about = part.name.partition(": ")
            words = [nodes.paragraph("", "", nodes.strong("", about)), self.in_one(part, book)]
            cells = [*self.reading_before(part), *words, to_show(part)]
            rows.append(row([nodes.paragraph("", number)], cells))
        return [table(self.options["caption"], (plan.every, "blocks, with minutes"), rows)]

    def note_dependencies(self, name: str, book: Handbook) -> None:
        """Let the page be read again when the plan changes, or a page or a file that it names."""
        folder = Path(self.env.srcdir, "_data")
        for file in (f"{FOLDER}/{name}.toml", ACTIVITIES, TALK_FILE, "measured/labs.json"):
            self.env.note_dependency(str(folder / file))
        for page in book.pages_read:
            self.env.note_dependency(self.env.doc2path(page))

    def part(self, plan: Plan, part: Part, book: Handbook) -> nodes.table:
        """Return the table of a part: what is read before, each block, and what is shown."""
        rows = [
            row([nodes.paragraph("", "before")], words)
            for words in [self.reading_before(part, "Read: ")]
            if words
        ]
        start = minutes_of(plan.begins) if plan.begins else 0
        for begin, block in zip(part.ends, part.blocks, strict=False):
            cells = [self.paragraph_of(block, book), *leave_out(block)]
            rows.append(row([nodes.paragraph("", hours(start + begin))], cells))
        rows.append(row([nodes.paragraph("", hours(start + part.ends[-1]))], [to_show(part)]))
        known = len(plan.parts) > 1 or part.name.startswith(plan.title)
        caption = part.name if known else f"{plan.title}: {part.name}"
        return table(caption, ("time", "block"), rows)

    def reading_before(self, part: Part, cue: str = "Read before: ") -> list[nodes.paragraph]:
        """Return what is read before a part, if anything is."""
        if not part.home:
            return []
        words = nodes.paragraph("", cue)
        for number, page in enumerate(part.home):
            words += [nodes.Text(" · ")] * bool(number) + [link(self.env.docname, page)]
        return [words]

    def paragraph_of(
        self, block: Block, book: Handbook, minutes: str = " minutes"
    ) -> nodes.paragraph:
        """Return what a block is, with its minutes and with when it is left out."""
        words = self.name_of(block, book)
        for number, page in enumerate(block.quiz):
            words += [nodes.Text(", " if number else " on "), link(self.env.docname, page)]
        drop = f"; leave out {ordinal(block.drop)}" if block.drop else ""
        return nodes.paragraph("", "", *words, nodes.Text(f" ({block.minutes}{minutes}{drop})"))

    def name_of(self, block: Block, book: Handbook) -> list[nodes.Node]:
        """Return what a block is called, as a link where it has a place on a page."""
        if block.activity and CATALOGUE in self.env.found_docs:
            return [self.link_by_title(block, f"activity-{block.activity['id']}")]
        if block.kind == "talk" and block.page and not block.anchor:
            return [link(self.env.docname, block.page)]
        if block.kind == "lab":
            return [nodes.Text(f"Lab {block.number}: "), link(self.env.docname, block.page)]
        if block.page:
            page = book.page(block.page)
            labelled = page is not None and block.anchor in page.labels
            return [self.link_by_title(block, block.anchor if labelled else "")]
        return [nodes.Text("Questions from memory" if block.quiz else block.title)]

    def link_by_title(self, block: Block, label: str) -> nodes.Node:
        """Return a link with the block's own title to a label, or to its page if there is none."""
        xref = link(self.env.docname, block.page)
        if label:
            xref["reftype"], xref["reftarget"] = "ref", label
        xref["refexplicit"] = True
        xref.clear()
        xref += nodes.inline("", block.title, classes=["doc"])
        return xref

    def in_one(self, part: Part, book: Handbook) -> nodes.paragraph:
        """Return the blocks of a part in one paragraph."""
        words = nodes.paragraph()
        for number, block in enumerate(part.blocks):
            words += [nodes.Text(" · ")] * bool(number) + list(
                self.paragraph_of(block, book, "").children
            )
        return words


class PlanList(SphinxDirective):
    """List all plans: what each is called, how long it is, and for whom."""

    def run(self) -> list[nodes.Node]:
        """Return the table."""
        book = Handbook(self.env.srcdir)
        rows = []
        for name in book.plans:
            self.env.note_dependency(f"{self.env.srcdir}/_data/{FOLDER}/{name}.toml")
            try:
                plan = book.plan(name)
            except PlanError:
                continue  # `check` says what is wrong
            room = sum(block.minutes for block in plan.blocks if block.kind != "pause")
            long = f"{len(plan.parts)} {EVERY[plan.every]}, " if plan.parts[1:] else ""
            words = f"{long}{duration(room)} without the pauses"
            if plan.labs:
                words += f", {len(plan.labs)} labs"
            cells = [nodes.paragraph("", plan.line), nodes.paragraph("", f"{words}.")]
            rows.append(row([nodes.paragraph("", "", nodes.literal("", name))], cells))
        return [table("The plans", ("name", "what it is"), rows)]


def to_show(part: Part) -> nodes.paragraph:
    """Return what people show at the end of a part."""
    cue = nodes.inline("", "To show:", classes=["cue"])
    return nodes.paragraph("", "", cue, nodes.Text(f" {part.shows}"))


def leave_out(block: Block) -> Iterator[nodes.paragraph]:
    """Yield what to leave out of a block first, and what to remember at it."""
    if block.note:
        yield nodes.paragraph("", block.note)
    if block.leave_out:
        whole = block.leave_out.endswith(".")  # a sentence needs no cue before it
        cue = [] if whole else [nodes.inline("", "Shorter without:", classes=["cue"])]
        words = block.leave_out if whole else f" {block.leave_out}"
        yield nodes.paragraph("", "", *cue, *in_code(words), classes=["sections"])


def in_code(words: str) -> list[nodes.Node]:
    """Return words in which what stands between backticks is code."""
    parts = words.split("`")
    return [nodes.literal("", p) if n % 2 else nodes.Text(p) for n, p in enumerate(parts) if p]


def check(app: Sphinx, env: BuildEnvironment) -> None:
    """Say once what is wrong with the plans, on however many pages they are shown."""
    book = Handbook(app.srcdir)
    if not book.plans:
        return
    for place, fault in teach_faults(book):
        logger.warning("%s", fault, location=place)
    for name in book.plans:
        try:
            book.plan(name)
        except PlanError as error:
            for line in str(error).splitlines():
                place, _, fault = line.partition(": ")
                logger.warning("%s", fault, location=place)


def row(head: Sequence[nodes.Node], body: Sequence[nodes.Node]) -> nodes.row:
    """Return a row of two cells."""
    return nodes.row("", nodes.entry("", *head), nodes.entry("", *body))


def setup(app: Sphinx) -> ExtensionMetadata:
    """Register the directives and the check."""
    app.setup_extension("docs._ext.chapter")
    app.add_directive("plan", ShownPlan)
    app.add_directive("plans", PlanList)
    app.connect("env-check-consistency", check)
    return {"version": "1", "parallel_read_safe": True, "parallel_write_safe": True}
