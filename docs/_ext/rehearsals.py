"""The rehearsal log: minutes that somebody measured in a room, from `_data/rehearsals.toml`.

`{rehearsals}` shows a table of what was taught, with the minutes planned and taken, the newest
first. Where the file has no row, it says that nobody has sent one, so an empty log looks empty.
Where the repository is known, a link leads to the form for a new row.
"""

from collections.abc import Iterator, Sequence
from pathlib import Path

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.environment import BuildEnvironment
from sphinx.util import logging
from sphinx.util.docutils import SphinxDirective
from sphinx.util.typing import ExtensionMetadata

from docs._ext import dates, load, place_in_data
from docs._ext.classes import FROM_DATA
from docs._ext.shapes import Row, parse_table
from docs._ext.syllabus import escape_markdown

logger = logging.getLogger(__name__)

FORM = "report-rehearsal.yml"  # of .github/ISSUE_TEMPLATE
FILE = "rehearsals.toml"
ACTIVITIES = "activities.toml"
PLANS = "plans"  # a folder of _data, with a file for each plan
NOBODY = "Nobody has sent a row yet, so every number of minutes in the plans is an estimate."

Rehearsal = Row


def in_words(row: Rehearsal, srcdir: str | Path, pages: set[str]) -> str | None:
    """Return what was taught as Markdown, with a link where it is a page; None where nothing is."""
    what = row["what"]
    page, _, label = what.partition("#")
    if page in pages:
        return f"{{ref}}`{label}`" if label else f"{{page}}`{page}`"
    titles = {one["id"]: one["title"] for one in load(srcdir, ACTIVITIES).get("activity", [])}
    if what in titles:
        return escape_markdown(titles[what])
    if plan := load(srcdir, f"{PLANS}/{what}.toml"):
        part = f", {escape_markdown(row['part'])}" if "part" in row else ""
        return f"The plan *{escape_markdown(plan['title'])}*{part}"
    return None


def faults(
    rows: Sequence[Rehearsal], srcdir: str | Path, pages: set[str]
) -> Iterator[tuple[str, str]]:
    """Yield what is wrong with the rows beyond the schema, each with words that stand at its place."""
    for row in rows:
        here = f'what = "{row["what"]}"'
        if in_words(row, srcdir, pages) is None:
            remedy = "write a page, the id of an activity, or the name of a plan"
            yield here, f"there is no page, activity or plan {row['what']!r}: {remedy}"
        elif "part" in row:
            parts = load(srcdir, f"{PLANS}/{row['what']}.toml").get("part", [])
            names = [part["name"].partition(":")[0] for part in parts]  # "Day 1: a model" is Day 1
            if not names:
                yield here, f"{row['what']!r} is no plan with parts, so leave out `part`"
            elif row["part"] not in names:
                fault = f"{row['what']} has no part {row['part']!r}"
                yield f'part = "{row["part"]}"', f"{fault}: write one of {', '.join(names)}"


def total(rows: Sequence[Rehearsal]) -> str:
    """Say how many rows there are, and how long all of them took together."""
    planned, taken = (sum(row[key] for row in rows) for key in ("planned", "taken"))
    count = f"{len(rows)} {'row' if len(rows) == 1 else 'rows'}"
    return f"{count}: {planned:,} minutes planned, {taken:,} taken"


class Rehearsals(SphinxDirective):
    """Show every row of the log, or say that there is none."""

    def run(self) -> list[nodes.Node]:
        """Return the table, or a sentence where the file has no row."""
        srcdir = self.env.srcdir
        for name in (FILE, ACTIVITIES):
            self.env.note_dependency(f"{srcdir}/_data/{name}")
        rows = load(srcdir, FILE).get("rehearsal", [])
        if not rows:
            return [nodes.paragraph("", "", nodes.strong("", NOBODY)), *self.form()]
        if any(faults(rows, srcdir, self.env.found_docs)):
            return []  # `check` says what is wrong
        lines = ["| what was taught | planned | taken |", "|---|--:|--:|"]
        lines += [self.line(row) for row in sorted(rows, key=lambda row: row["date"], reverse=True)]
        table = parse_table(self, lines)
        table.insert(0, nodes.title("", total(rows)))
        table["classes"].append(FROM_DATA)
        return [table, *self.form()]

    def form(self) -> list[nodes.Node]:
        """Return a link to the form for a new row, or nothing where the repository is not known."""
        if not (repository := self.config.handbook_repository):
            return []
        address = f"{repository}/issues/new?template={FORM}"
        link = nodes.reference("", "The form for your minutes", refuri=address)
        return [nodes.paragraph("", "", link, nodes.Text("."))]

    def line(self, row: Rehearsal) -> str:
        """Return a row as Markdown: what was taught and how it went, and its two numbers."""
        what = in_words(row, self.env.srcdir, self.env.found_docs)
        people = f"{row['people']} {'person' if row['people'] == 1 else 'people'}"
        left_out = escape_markdown(row["left_out"].rstrip(".") or "nothing")
        note = f" {escape_markdown(' '.join(row['note'].split()))}" if "note" in row else ""
        words = f"**{what}**, {dates.long_date(row['date'])}, {people}. Left out: {left_out}.{note}"
        return f"| {words} | {row['planned']} | {row['taken']} |"


def check(app: Sphinx, env: BuildEnvironment) -> None:
    """Say once what is wrong with the file."""
    rows = load(app.srcdir, FILE).get("rehearsal", [])
    for words, fault in faults(rows, app.srcdir, env.found_docs):
        logger.warning("%s", fault, location=place_in_data(app.srcdir, FILE, words))


def setup(app: Sphinx) -> ExtensionMetadata:
    """Register the directive and the check."""
    app.setup_extension("docs._ext.chapter")  # for {page}
    app.setup_extension("docs._ext.repository")
    app.add_directive("rehearsals", Rehearsals)
    app.connect("env-check-consistency", check)
    return {"version": "1", "parallel_read_safe": True, "parallel_write_safe": True}
