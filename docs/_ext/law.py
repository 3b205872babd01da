"""Rules about AI and the days from which they apply: `_data/law.toml`, which `{law}` shows.

- `{law}` shows every rule in three tables, *in force*, *next* (within twelve months) and *later*.
- `{law} AI Act` shows those of one law in one table, with the state of each.

What is in force is told as of the day of the last commit, as `expiry.py` says; `handbook.js` marks a
day that has passed since. The rows are compared with their sources like any other sentence.
"""

from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from pathlib import Path

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.environment import BuildEnvironment
from sphinx.util import logging
from sphinx.util.docutils import SphinxDirective
from sphinx.util.typing import ExtensionMetadata

from docs._ext import Table, dates, load, place_in_data
from docs._ext.classes import FROM_DATA
from docs._ext.expiry import dated_words, day_of_check
from docs._ext.handbook import handbook

logger = logging.getLogger(__name__)

Duty = Table  # a row of law.toml
# How a rule binds, as the schema has it, in the words of the page.
FORCE = {"law": "law", "supervisor": "guidance of a supervisor", "advice": "advice, voluntary"}
TITLES = {
    "in force": "In force on {day}",
    "next": "Next, within twelve months",
    "later": "Later than that",
}


def duties(srcdir: str | Path, law: str | None = None) -> list[Duty]:
    """Return the rows of the data file or of one law, the earliest first."""
    rows = load(srcdir, dates.LAWS).get("duty", [])
    return sorted((row for row in rows if law in (None, row["law"])), key=lambda row: row["from"])


def sort_by_state(rows: Sequence[Duty], on: date) -> dict[str, list[Duty]]:
    """Return the rows that are *in force*, *next* and *later* on a day, in the order given."""
    return {
        state: [row for row in rows if dates.state_of_rule(row["from"], on) == state]
        for state in dates.STATES
    }


def faults(rows: Sequence[Duty]) -> Iterator[tuple[str, str]]:
    """Yield what is wrong with the file beyond its schema, each with words that stand at its place."""
    names = [row["id"] for row in rows]
    for name in sorted({name for name in names if names.count(name) > 1}):
        yield f'"{name}"', f"{name!r} stands twice: give each rule an id of its own"
    for row in rows:
        if row["from"] > row["checked"] and row["force"] == "advice":
            words = f"{row['id']!r} is advice, and applies from no day to come: write when it came"
            yield f'"{row["id"]}"', words


class Law(SphinxDirective):
    """Show all rules by their state, or those of one law by their day."""

    optional_arguments = 1
    final_argument_whitespace = True

    def run(self) -> list[nodes.Node]:
        """Return the tables, or nothing but a warning where no law has the name."""
        env, name = self.env, " ".join(self.arguments) or None
        env.note_dependency(f"{env.srcdir}/_data/{dates.LAWS}")
        rows = duties(env.srcdir, name)
        if not rows:
            words = f"%s has no law {name!r}" if name else "%s has no rule"
            logger.warning(words, dates.LAWS, location=self.get_location())
            return []
        handbook(env).laws.setdefault(env.docname, []).extend(row["id"] for row in rows)
        box = nodes.container(classes=[FROM_DATA])
        if name:
            day = dates.long_date(handbook(env).day)
            title = f"{name}: what applies from when, as of {day} "
            head = "| from | what applies | state |\n|---|---|---|"
            box += self.table(title, head, rows)
        else:
            for state, some in sort_by_state(rows, handbook(env).day).items():
                title = TITLES[state].format(day=dates.long_date(handbook(env).day)) + " "
                box += self.table(title, "| from | rule |\n|---|---|", some)
        return [box]

    def table(self, title: str, head: str, rows: Sequence[Duty]) -> nodes.Element:
        """Return a table with its title, the day of the oldest check, and dated days."""
        wide = head.count("|---") == 3
        lines = [self.line(row, wide) for row in rows] or ["| | nothing in this list |"]
        (table,) = self.parse_text_to_nodes("\n".join([head, *lines]))
        assert isinstance(table, nodes.table)  # it has a head, and a line at least
        mark = [day_of_check(min(rows, key=lambda row: row["good_until"]))] if rows else []
        table.insert(0, nodes.title("", title, *mark))
        table["classes"].append("law")
        body = next(table.findall(nodes.tbody))
        firsts = [next(line.findall(nodes.Text)) for line in body.children]
        for words, row in zip(firsts, rows, strict=False):  # of none there is one line that says so
            # What is in force stays so. Of the rest the day before is the last that is right.
            known = row["from"] <= handbook(self.env).day
            until = {} if known else {"until": str(row["from"] - timedelta(1))}
            times = {"datetime": str(row["from"]), **until}
            shown = dated_words("", words.rstrip(), classes=["starts"], **times)
            words.parent.replace(words, [shown, nodes.Text(" ")])
        return table

    def line(self, row: Duty, wide: bool) -> str:
        """Return a row as Markdown: three cells of a rule of one law, or two of any rule."""
        day, cite = dates.long_date(row["from"]), f"{{cite:p}}`{','.join(row['source'])}`"
        if wide:
            return f"| {day} {cite} | {row['what']} | {dates.state_of_rule(row['from'], handbook(self.env).day)} |"
        note = f"; {row['note']}" if "note" in row else ""
        name = f"**{row['place']}, {row['law']}** ({FORCE[row['force']]})"
        return f"| {day} | {name}: {row['what']}{note} {cite} |"


def check(app: Sphinx, env: BuildEnvironment) -> None:
    """Tell of rows that are faulty, or that no page shows."""
    rows = duties(app.srcdir)
    shown = {name for names in handbook(env).laws.values() for name in names}
    unseen = [
        (f'"{row["id"]}"', f"no page shows {row['id']!r}: show it with {{law}}, or drop it")
        for row in rows
        if row["id"] not in shown
    ]
    for words, fault in [*faults(rows), *unseen]:
        logger.warning("%s", fault, location=place_in_data(app.srcdir, dates.LAWS, words))


def setup(app: Sphinx) -> ExtensionMetadata:
    """Register the directive and the check."""
    app.setup_extension("docs._ext.expiry")
    app.add_directive("law", Law)
    app.connect("env-check-consistency", check)
    return {"version": "1", "parallel_read_safe": True, "parallel_write_safe": True}
