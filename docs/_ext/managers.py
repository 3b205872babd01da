"""The sheet for managers: two aids that work with a pen, and live with JavaScript; three days of law.

- `{self-assessment}` shows the statements of `examples/levels/criteria.toml` as boxes to tick.
- `{payback}` shows the fields of the sum in the chapter *Which level fits you*.
- `{law-dates} gdpr-decisions ai-act-rest` shows the named rules of `_data/law.toml`, a line each.

`for-managers.js` computes both forms; a page with one of them loads it, and `for-managers.css`.
"""

import tomllib
from collections.abc import Sequence
from html import escape
from itertools import groupby
from pathlib import Path

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.util import logging
from sphinx.util.docutils import SphinxDirective
from sphinx.util.typing import ExtensionMetadata

from docs._ext import dates
from docs._ext.classes import FROM_DATA
from docs._ext.handbook import handbook
from docs._ext.law import Duty, Law, duties
from docs._ext.plots import html_only
from docs._ext.shapes import Context, Row, find_first

logger = logging.getLogger(__name__)

CRITERIA = Path("..", "examples", "levels", "criteria.toml")
# Each with its label and a value for example; the names are those of the sum's Python.
FIELDS = {
    "build": ("Hours to build", "160"),
    "upkeep": ("Upkeep hours a year", "40"),
    "saved": ("Hours saved a release", "6"),
    "releases": ("Releases a year", "12"),
}
MARK = "sheet-forms"  # of a page's metadata


def read_criteria(srcdir: str | Path) -> list[tuple[int, Row]]:
    """Return the statements with their numbers, in the order in which they are to be built."""
    text = Path(srcdir, CRITERIA).read_text("utf-8")
    return list(enumerate(tomllib.loads(text)["criterion"], 1))


def form(name: str, label: str, *inside: nodes.Node, by_hand: str) -> nodes.container:
    """Return a form: what is inside, a place for the result, and lines to write on with a pen."""
    begin = f'<form class="sheet-form" id="{name}" aria-label="{escape(label)}" autocomplete="off">'
    says = f'<div class="says"><output id="{name}-says"></output></div></form>'
    pen = nodes.paragraph("", by_hand, classes=["by-hand"])
    return nodes.container("", html_only(begin), *inside, pen, html_only(says), classes=[FROM_DATA])


class SelfAssessment(SphinxDirective):
    """Show the statements as boxes to tick, level by level, with the rule in a sentence."""

    def run(self) -> list[nodes.Node]:
        """Return the form."""
        self.env.note_dependency(str(Path(self.env.srcdir, CRITERIA)))
        self.env.metadata[self.env.docname][MARK] = True
        inside: list[nodes.Node] = []
        rule: list[str] = []
        for level, some in groupby(read_criteria(self.env.srcdir), lambda item: item[1]["level"]):
            items = [self.item(number, row) for number, row in some]
            last = items[-1]["number"]
            rule.append(f"level {level} if boxes 1 to {last} are ticked")
            begin = f'<fieldset data-level="{level}"><legend>For level {level}</legend>'
            inside += [html_only(begin), nodes.bullet_list("", *items), html_only("</fieldset>")]
        words = f"You are at {', and at '.join(rule)}. With fewer, level 0: by hand. Your next step is the first empty box."
        inside.append(nodes.paragraph("", words, classes=["rule"]))
        pen = "Level: ______  Next statement: ______"
        return [form("self-assessment", "Self-assessment", *inside, by_hand=pen)]

    def item(self, number: int, row: Row) -> nodes.list_item:
        """Return one statement with its box."""
        box = html_only(f'<label><input type="checkbox" name="{row["name"]}"><span>')
        words = nodes.Text(f"{number}. {row['statement']}")
        line = nodes.paragraph("", "", box, words, html_only("</span></label>"))
        return nodes.list_item("", line, number=number)


class Payback(SphinxDirective):
    """Show the fields of the sum: when has automation paid for itself?"""

    def run(self) -> list[nodes.Node]:
        """Return the form."""
        self.env.metadata[self.env.docname][MARK] = True
        fields = "".join(
            f'<label>{label} <input type="text" inputmode="decimal" name="{name}" '
            f'data-example="{example}" aria-describedby="payback-says"></label>'
            for name, (label, example) in FIELDS.items()
        )
        inside = html_only(f'<div class="fields">{fields}</div>')
        pen = "Gain: ______ hours a year  Paid after: ______ years"
        return [form("payback", "Payback", inside, by_hand=pen)]


class LawDates(Law):
    """Show some rules, by the names of `law.toml`, each with its day and its sources."""

    optional_arguments = 0
    required_arguments = 1

    def run(self) -> list[nodes.Node]:
        """Return the table, or nothing but a warning where a name is of no rule."""
        env, names = self.env, self.arguments[0].split()
        env.note_dependency(f"{env.srcdir}/_data/{dates.LAWS}")
        rows = [row for row in duties(env.srcdir) if row["id"] in names]
        if missing := sorted(set(names) - {row["id"] for row in rows}):
            logger.warning(
                "%s has no rule %r", dates.LAWS, missing[0], location=self.get_location()
            )
            return []
        handbook(env).laws.setdefault(env.docname, []).extend(names)
        title = f"As of {dates.long_date(handbook(env).day)} "
        head = "| from | what applies |\n|---|---|"
        return [nodes.container("", self.table(title, head, rows), classes=[FROM_DATA])]

    def table(self, title: str, head: str, rows: Sequence[Duty]) -> nodes.Element:
        """Return the table, with what has become of each day; the build says so, and no source."""
        table = super().table(title, head, rows)
        for line, row in zip(find_first(table, nodes.tbody).children, rows, strict=True):
            state = dates.state_of_rule(row["from"], handbook(self.env).day)
            words = find_first(line, nodes.paragraph)
            words.append(html_only(f'<span class="state">{state}</span>'))
        return table

    def line(self, row: Duty, wide: bool) -> str:
        """Return a row as Markdown: the day; the law, what applies and its sources."""
        cite = f"{{cite:p}}`{','.join(row['source'])}`"
        return f"| {dates.long_date(row['from'])} | **{row['law']}:** {row['what']} {cite} |"


def add_files(
    app: Sphinx,
    pagename: str,
    templatename: str,
    context: Context,
    doctree: nodes.document | None,
) -> None:
    """Load the script and the look where there is a form, and nowhere else."""
    if MARK in (context.get("meta") or {}) and app.builder.name != "epub":
        app.add_js_file("for-managers.js", loading_method="defer")
        # After handbook.css, whose paper it changes.
        app.add_css_file("for-managers.css", priority=900)


def setup(app: Sphinx) -> ExtensionMetadata:
    """Register the directives."""
    app.setup_extension("docs._ext.law")
    app.add_directive("self-assessment", SelfAssessment)
    app.add_directive("payback", Payback)
    app.add_directive("law-dates", LawDates)
    app.connect("html-page-context", add_files)
    return {"version": "1", "parallel_read_safe": True, "parallel_write_safe": True}
