"""Published figures and dated events, each with its source, drawn from `_data/cited/<name>.csv`.

- `{dots} pay` places each row of `label,value,low,high,year,source,note` on one scale from zero: a
  dot for a value, a bar from `low` to `high`, and a gap where neither was found. Where the unit
  begins with %, each value is shown, and compared, with it.
- `{events} adoption` sets the rows of `date,event,source` onto a time line, the first one on top.

What is drawn is a table, whose rows cite: each figure and date is held to its entry like any other
sentence. `source` holds keys of the bibliography; `note` says what was counted, and by whom.
"""

import csv
import re
from collections.abc import Iterable
from pathlib import Path

from docutils import nodes
from docutils.parsers.rst import directives
from sphinx.application import Sphinx
from sphinx.environment import BuildEnvironment
from sphinx.util import logging
from sphinx.util.docutils import SphinxDirective
from sphinx.util.typing import ExtensionMetadata

from docs._ext.classes import FROM_DATA
from docs._ext.handbook import handbook
from docs._ext.lexicon import MONTHS
from docs._ext.shapes import find_first, parse_table

logger = logging.getLogger(__name__)

FOLDER = "cited"
DATE = re.compile(r"(\d{4})(?:-(0[1-9]|1[0-2])(?:-(0[1-9]|[12]\d|3[01]))?)?")


class Published(SphinxDirective):
    """Draw the rows of a CSV file as a table, or say what is wrong with a row."""

    required_arguments = 1
    columns: tuple[str, ...]
    look: str

    def run(self) -> list[nodes.Node]:
        """Return the table, or nothing where a row has a fault."""
        if missing := (self.option_spec or {}).keys() - self.options.keys():
            raise self.error(f"{self.name} need a `:{min(missing)}:` that the reader sees")
        path = Path(self.env.srcdir, "_data", FOLDER, f"{self.arguments[0]}.csv")
        handbook(self.env).published.setdefault(self.env.docname, []).append(path.name)
        if not path.exists():
            raise self.error(
                f"there is no {path}: write it, with the line {','.join(self.columns)}"
            )
        self.env.note_dependency(str(path))
        with path.open(encoding="utf-8", newline="") as file:
            reader = csv.DictReader(file)
            if tuple(reader.fieldnames or ()) != self.columns:
                raise self.error(f"{path}:1: write the line {','.join(self.columns)}")
            rows, faults = [], 0
            for row in reader:
                if None in row or None in row.values():
                    fault = f"write {len(self.columns)} values, and quotes around one with a comma"
                else:
                    fault = self.fault(row)
                if fault:
                    faults += 1
                    logger.warning("%s", fault, location=f"{path}:{reader.line_num}")
                rows.append(row)
        if not rows:
            raise self.error(f"{path}:2: write a row for each {self.look.removesuffix('s')}")
        return [] if faults else [self.table(rows)]

    def fault(self, row: dict[str, str]) -> str:
        """Say what to write where a row has a fault."""
        raise NotImplementedError

    def lines(self, rows: list[dict[str, str]]) -> Iterable[str]:
        """Yield the table as lines of Markdown."""
        raise NotImplementedError

    def table(self, rows: list[dict[str, str]]) -> nodes.Element:
        """Return the table with its caption."""
        table = parse_table(self, self.lines(rows))
        table["classes"].append(self.look)
        table.insert(0, nodes.title("", self.options["caption"]))
        find_first(table, nodes.colspec)["stub"] = 1
        return table


def cite(row: dict[str, str]) -> str:
    """Return the citation of a row as Markdown."""
    return f"{{cite:p}}`{','.join(row['source'].split())}`"


class Dots(Published):
    """Place published figures on one scale."""

    option_spec = dict.fromkeys(("caption", "unit"), directives.unchanged_required)
    columns = ("label", "value", "low", "high", "year", "source", "note")
    look = "dots"

    def fault(self, row: dict[str, str]) -> str:
        """Say what to write where a row has a fault."""
        given = [row[name] for name in ("low", "value", "high") if row[name]]
        if bad := [text for text in given if not re.fullmatch(r"\d+(?:\.\d+)?", text)]:
            return f"{bad[0]!r} is no number of 0 or more: write digits, without a unit or a comma"
        if bool(row["low"]) != bool(row["high"]):
            return "write both `low` and `high`, or neither"
        if [*map(float, given)] != sorted(map(float, given)):
            return "write `low`, `value` and `high` so that none is below the one before"
        if not re.fullmatch(r"(19|20)\d\d", row["year"]):
            return f"{row['year']!r} is no year of four digits"
        if not row["label"] or not row["note"] or not (row["source"] or not given):
            return "write a label, a note that says what was counted, and a source for a figure"
        return ""

    def lines(self, rows: list[dict[str, str]]) -> Iterable[str]:
        """Yield a row for each figure: what it is, who counted what, and the figure."""
        yield f"| what, and what was counted | {self.options['unit']} |"
        yield "|---|---|"
        for row in rows:
            source = f" {cite(row)}" if row["source"] else ""
            share = " %" if self.options["unit"].startswith("%") and figures_in(row) else ""
            what = f"**{row['label']}, {row['year']}**: {row['note']}"
            yield f"| {what}{source} | {in_words(row)}{share} |"

    def table(self, rows: list[dict[str, str]]) -> nodes.Element:
        """Return the table with a mark in each row that has a figure."""
        table = super().table(rows)
        numbers = [float(row[name] or 0) for row in rows for name in ("value", "high")]
        most = max(numbers) or 1
        body = find_first(table, nodes.tbody)
        for row, cells in zip(rows, body.findall(nodes.row), strict=True):
            mark = draw_mark({name: float(row[name]) / most for name in figures_in(row)})
            figure = find_first(cells.children[1], nodes.paragraph)
            figure.append(nodes.raw("", mark, format="html"))
            cells["classes"] += [] if row["source"] else [FROM_DATA]  # it states that there is none
        return table


def figures_in(row: dict[str, str]) -> list[str]:
    """Return the names of the figures that a row has."""
    return [name for name in ("low", "value", "high") if row[name]]


def in_words(row: dict[str, str]) -> str:
    """Write the figures of a row for people: 4,000 (3,000 to 5,000)."""
    number = {name: f"{float(row[name]):,.10g}" for name in figures_in(row)}
    spread = f"{number['low']} to {number['high']}" if "low" in number else ""
    if "value" not in number:
        return spread or "no sound figure found"
    return f"{number['value']} ({spread})" if spread else number["value"]


def draw_mark(shares: dict[str, float]) -> str:
    """Return the mark of a row as HTML; its places are shares of the longest."""
    style = "; ".join(f"--{name}: {share:.4f}" for name, share in shares.items())
    parts = [f'<span class="{name}"></span>' for name in ("high", "value") if name in shares]
    kind = "track" if parts else "track gap"
    return f'<span class="{kind}" style="{style}">{"".join(parts)}</span>'


class Events(Published):
    """Set dated events onto a time line."""

    option_spec = dict.fromkeys(("caption",), directives.unchanged_required)
    columns = ("date", "event", "source")
    look = "events"

    def fault(self, row: dict[str, str]) -> str:
        """Say what to write where a row has a fault."""
        if not DATE.fullmatch(row["date"]):
            return f"{row['date']!r} is no date: write 2009, 2009-06 or 2009-06-23"
        return "" if row["event"] and row["source"] else "write an event and its source"

    def lines(self, rows: list[dict[str, str]]) -> Iterable[str]:
        """Yield a row for each event."""
        yield "| when | what happened |"
        yield "|---|---|"
        for row in sorted(rows, key=lambda row: row["date"]):
            yield f"| {day(row['date'])} | {row['event'].removesuffix('.')} {cite(row)}. |"


def day(date: str) -> str:
    """Write a date for people: 2009-06 as June 2009."""
    match = DATE.fullmatch(date)
    assert match is not None  # `fault` let the row pass
    year, month, number = match.groups()
    words = [number and str(int(number)), month and MONTHS[int(month) - 1], year]
    return " ".join(word for word in words if word)


def check_drawn(app: Sphinx, env: BuildEnvironment) -> None:
    """Find a file that no page draws."""
    used = {name for names in handbook(env).published.values() for name in names}
    for path in sorted(Path(app.srcdir, "_data", FOLDER).glob("*")):
        if path.name not in used:
            logger.warning("no page draws it: draw it, or delete it", location=f"{path}:1")


def setup(app: Sphinx) -> ExtensionMetadata:
    """Register the directives and the check."""
    app.setup_extension("docs._ext")
    app.add_directive("dots", Dots)
    app.add_directive("events", Events)
    app.connect("env-check-consistency", check_drawn)
    return {"version": "1", "parallel_read_safe": True, "parallel_write_safe": True}
