"""Ready courses over the handbook's pages: `_data/courses.toml`, which `{course}` shows.

`{course} three-days` shows a table for each part: what is read before, and each block with its
time, if the course has a clock. With `:brief:` it shows one table, a row for each part.

A plan that somebody edits breaks quietly, so the build tells of a page that comes before what it
needs, also when the blocks with `drop` are left out; of labs in another order than their own; of
minutes that do not add up; and of a block that is shorter than its page.
"""

from collections.abc import Iterator, Mapping
from itertools import accumulate
from typing import Any, ClassVar

from docutils import nodes
from docutils.parsers.rst import directives
from sphinx.application import Sphinx
from sphinx.environment import BuildEnvironment
from sphinx.util import logging
from sphinx.util.docutils import SphinxDirective

from docs._ext import kept, load, where
from docs._ext.chapter import front_matter, link
from docs._ext.talk import hours, table

logger = logging.getLogger(__name__)

FILE = "courses.toml"
Course = Mapping[str, Any]
Block = Mapping[str, Any]


def pages_in_order(course: Course, dropped: int = 0) -> Iterator[tuple[str, str]]:
    """Yield (part, page) as people meet them, without the blocks that are dropped first."""
    for part in course["part"]:
        for page in part.get("home", []):
            yield part["name"], page
        for block in part["block"]:
            if "page" in block and not 0 < block.get("drop", 0) <= dropped:
                yield part["name"], block["page"]


def faults(
    courses: list[Course], needs: Mapping[str, list[str]], taken: Mapping[str, int], labs: list[str]
) -> Iterator[tuple[str, str]]:
    """Yield what is wrong with the courses, each with words that stand at its place.

    `needs` has each page that exists and what it needs first, `taken` the minutes that a page
    says of itself, and `labs` the labs in their order.
    """
    for course in courses:
        blocks = [(part, block) for part in course["part"] for block in part["block"]]
        for part in course["part"]:
            total = sum(block["minutes"] for block in part["block"])
            if total != course["minutes"]:
                fault = f"{part['name']}: its blocks take {total} minutes of {course['minutes']}"
                yield f'"{part["name"]}"', fault
        for part, block in blocks:
            page = block.get("page")
            if ("page" in block) == ("do" in block):
                yield f'"{part["name"]}"', f"{part['name']}: a block has either `page` or `do`"
            elif block["minutes"] < taken.get(page, 0):
                fault = f"{page} has {block['minutes']} minutes, and alone it takes {taken[page]}"
                yield f'"{part["name"]}"', f"{part['name']}: {fault}"
        met: list[str] = []
        for name, page in pages_in_order(course):
            here = f'"{name}"'
            if page not in needs:
                yield here, f"{name}: there is no page {page!r}"
            elif page in met:
                yield here, f"{name}: {page} has been before"
            elif page in labs and any(labs.index(page) < labs.index(x) for x in met if x in labs):
                yield here, f"{name}: {page} comes after a later lab"
            met.append(page)
        for dropped in sorted({0} | {block.get("drop", 0) for _, block in blocks}):
            met = []
            for name, page in pages_in_order(course, dropped):
                for first in [first for first in needs.get(page, []) if first not in met]:
                    when = f", once {dropped} blocks are dropped" if dropped else ""
                    yield f'"{name}"', f"{name}: {page} needs {first} first{when}"
                met.append(page)


class ReadyCourse(SphinxDirective):
    """Show a course, with its clock or in brief."""

    required_arguments = 1
    option_spec: ClassVar = {"caption": directives.unchanged_required, "brief": directives.flag}

    def run(self) -> list[nodes.Node]:
        """Return a table for each part, or one table in brief."""
        self.env.note_dependency(f"{self.env.srcdir}/_data/{FILE}")
        courses = {c["id"]: c for c in load(self.env.srcdir, FILE).get("course", [])}
        course = courses.get(self.arguments[0])
        if course is None:
            raise self.error(f"{FILE} has no course {self.arguments[0]!r}: {', '.join(courses)}")
        if "brief" not in self.options:
            return [self.part(course, part) for part in course["part"]]
        if "caption" not in self.options:
            raise self.error("a course in brief needs a `:caption:` that the reader sees")
        rows = []
        for part in course["part"]:
            week, _, about = part["name"].partition(": ")
            words = [nodes.paragraph("", "", nodes.strong("", about)), self.listed(part["block"])]
            rows.append(row([nodes.paragraph("", week)], [*words, self.shown(part)]))
        return [table(self.options["caption"], ("week", "blocks, with minutes"), rows)]

    def part(self, course: Course, part: Mapping[str, Any]) -> nodes.table:
        """Return the table of a day: what is read before, each block, and what is shown."""
        rows = []
        if part.get("home"):
            before = nodes.paragraph("", "Read ")
            for number, page in enumerate(part["home"]):
                before += [nodes.Text(" · ")] * bool(number) + [link(self.env.docname, page)]
            rows.append(row([nodes.paragraph("", "before")], [before]))
        begins = minutes_of(course.get("begins", "0:00"))
        ends = list(accumulate((b["minutes"] for b in part["block"]), initial=begins))
        for begin, block in zip(ends, part["block"], strict=False):
            rows.append(row([nodes.paragraph("", hours(begin))], [self.named(block)]))
        rows.append(row([nodes.paragraph("", hours(ends[-1]))], [self.shown(part)]))
        return table(part["name"], ("time", "block"), rows)

    def shown(self, part: Mapping[str, Any]) -> nodes.paragraph:
        """Return what people show at the end of a part."""
        cue = nodes.inline("", "To show:", classes=["cue"])
        return nodes.paragraph("", "", cue, nodes.Text(f" {part['shows']}"))

    def named(self, block: Block, minutes: str = " minutes") -> nodes.paragraph:
        """Return a block's page or work, with its minutes and with when it is left out."""
        if "page" in block:
            words = [nodes.Text("Lab: ")] * block["page"].startswith("labs/")
            words.append(link(self.env.docname, block["page"]))
        else:
            words = list(self.parse_inline(block["do"], lineno=self.lineno)[0])
        drop = f"; leave out {ordinal(block['drop'])}" if "drop" in block else ""
        return nodes.paragraph("", "", *words, nodes.Text(f" ({block['minutes']}{minutes}{drop})"))

    def listed(self, blocks: list[Block]) -> nodes.paragraph:
        """Return the blocks of a part in one paragraph."""
        made = nodes.paragraph()
        for number, block in enumerate(blocks):
            made += [nodes.Text(" · ")] * bool(number) + list(self.named(block, "").children)
        return made


def check(app: Sphinx, env: BuildEnvironment) -> None:
    """Say once what is wrong with the file, on however many pages it is shown."""
    data = load(app.srcdir, FILE)
    if not data:
        return
    needs = {page: front_matter(env, page).get("prerequisites", []) for page in env.found_docs}
    needs |= {lab["page"]: lab["after"] for lab in data["lab"] if lab["page"] in needs}
    labs = [lab["page"] for lab in data["lab"]]
    for words, fault in faults(data["course"], needs, kept(env, "minutes"), labs):
        logger.warning("%s", fault, location=where(app.srcdir, FILE, words))


def minutes_of(time: str) -> int:
    """Return the minutes since midnight of a time such as 9:30."""
    hour, minute = map(int, time.split(":"))
    return 60 * hour + minute


def ordinal(number: int) -> str:
    """Write the place of what is left out: 1 as `first`, 5 as `as number 5`."""
    words = ("first", "second", "third", "fourth")
    return words[number - 1] if number <= len(words) else f"as number {number}"


def row(head: list[nodes.Node], body: list[nodes.Node]) -> nodes.row:
    """Return a row of two cells."""
    return nodes.row("", nodes.entry("", *head), nodes.entry("", *body))


def setup(app: Sphinx) -> dict[str, object]:
    """Register the directive and the check."""
    app.setup_extension("docs._ext.chapter")
    app.add_directive("course", ReadyCourse)
    app.connect("env-check-consistency", check)
    return {"version": "1", "parallel_read_safe": True, "parallel_write_safe": True}
