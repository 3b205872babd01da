"""Courses, books and communities: `_data/resources.toml`, which `{resources} KIND` shows as a list.

Each entry says in one sentence what it does better than this handbook, and was opened on a day.
The list says once the day that most of its entries share; an entry with another one shows its own.
Whether an entry is still good is told with all other facts that expire: `dates.py` reads it.
"""

from collections import Counter
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.environment import BuildEnvironment
from sphinx.util import logging
from sphinx.util.docutils import SphinxDirective
from sphinx.util.typing import ExtensionMetadata

from docs._ext import dates, load, place_in_file
from docs._ext.classes import FROM_DATA
from docs._ext.expiry import day_of_check
from docs._ext.handbook import handbook
from docs._ext.shapes import Row, cited_keys

logger = logging.getLogger(__name__)

LIVELY = timedelta(366)  # what is alive changed within this time before somebody looked
LAST = {"course": "last changed", "book": "last changed", "community": "last heard of"}
KINDS = tuple(LAST)
MARK = "\ue002"  # stands for the day on which somebody looked, until its sentence is parsed


def earliest(written: str) -> date:
    """Return the first day that `2026`, `2026-05` or `2026-05-01` can mean."""
    year, month, day = (*map(int, written.split("-")), 1, 1)[:3]
    return date(year, month, day)


def in_words(written: str) -> str:
    """Write such a day for people, as far as it goes: in 2026, in May 2026, on 1 May 2026."""
    first = earliest(written)
    forms = (f"in {first:%Y}", f"in {first:%B %Y}", f"on {dates.long_date(first)}")
    return forms[written.count("-")]


def faults(env: BuildEnvironment, entry: Row) -> Iterator[str]:
    """Yield what is wrong with an entry beyond its schema."""
    for key in entry["source"]:
        if key not in cited_keys(env):
            yield f"names the source {key!r}, which the bibliography does not have"
    try:
        quiet = entry["looked_at"] - earliest(entry["changed"])
    except ValueError:
        yield f"changed on {entry['changed']}, which is no day"
        return
    if quiet < timedelta(0):
        yield f"changed on {entry['changed']}, after somebody looked: one of the two is wrong"
    if entry["state"] == "alive" and quiet > LIVELY:
        yield f"is called alive, and had not changed for {quiet.days} days: call it frozen"


def days(entry: Row) -> tuple[date, date]:
    """Return the day on which somebody opened an entry, and the last on which nobody need again."""
    return entry["looked_at"], entry["good_until"]


def markdown(name: str, entry: Row, mark: str) -> str:
    """Write one entry as a term with its definition, which ends with a mark for its own day."""
    cite = f"{{cite:p}}`{','.join(entry['source'])}`"
    printed = entry["kind"] == "book" and entry["state"] == "frozen"
    last = "printed" if printed else LAST[entry["kind"]]
    terms = entry["price"]
    if entry["kind"] != "community":  # nobody copies one
        terms += f"; {entry['licence']}"
    return (
        f"[{name}]({entry['url']})\n"
        f": {entry['better'].rstrip('.')} {cite}.\n"
        f": For {entry['for']}.\n"
        f"  {terms[0].upper()}{terms[1:]}; {entry['state']}, {last} {in_words(entry['changed'])}.\n"
        f"  We opened {entry['opened']}{mark}.\n"
    )


class Resources(SphinxDirective):
    """Show the entries of one kind, in the order of the file."""

    required_arguments = 1

    def run(self) -> list[nodes.Node]:
        """Return a day and a definition list, or a warning for each fault of the file."""
        env, kind = self.env, self.arguments[0]
        env.note_dependency(f"{env.srcdir}/_data/resources.toml")
        shown = {
            name: entry
            for name, entry in load(env.srcdir, "resources.toml").get("resource", {}).items()
            if entry["kind"] == kind
        }
        if not shown:
            words = "resources.toml has nothing of the kind %r: write one of %s"
            logger.warning(words, kind, ", ".join(KINDS), location=self.get_location())
            return []
        handbook(env).resources.setdefault(env.docname, []).append(kind)
        found = Counter(map(days, shown.values()))
        shared = found.most_common(1)[0][0]
        others = "; an entry with another day names it" if len(found) > 1 else ""
        box = nodes.container(classes=["resources", FROM_DATA])
        box += self.parse_dated(f"Each entry names what we opened {MARK}{others}.\n", shared)
        for name, entry in shown.items():
            here = place_in_file(
                Path(env.srcdir, "_data", "resources.toml"), dates.resource_heading(name)
            )
            if wrong := list(faults(env, entry)):
                for fault in wrong:
                    logger.warning("%s %s", name, fault, location=here)
                continue
            own = "" if days(entry) == shared else f" {MARK}"
            box += self.parse_dated(markdown(name, entry, own), days(entry))
        return [box]

    def parse_dated(self, text: str, of: tuple[date, date]) -> list[nodes.Node]:
        """Parse a text, and put a day into the place of its mark; {checked} knows other files."""
        parsed = self.parse_text_to_nodes(text)
        for words in [t for node in parsed for t in node.findall(nodes.Text) if MARK in t]:
            before, after = words.split(MARK)
            day = day_of_check(dict(zip(("checked", "good_until"), of, strict=True)))
            words.parent.replace(words, [nodes.Text(before), day, nodes.Text(after)])
        return parsed


def check_shown(app: Sphinx, env: BuildEnvironment) -> None:
    """Find the entries of a kind that no page shows."""
    on_pages = {kind for kinds in handbook(env).resources.values() for kind in kinds}
    for name, entry in load(app.srcdir, "resources.toml").get("resource", {}).items():
        if entry["kind"] not in on_pages:
            here = place_in_file(
                Path(app.srcdir, "_data", "resources.toml"), dates.resource_heading(name)
            )
            words = "no page shows %r: write {resources} %s, or drop it"
            logger.warning(words, name, entry["kind"], location=here)


def setup(app: Sphinx) -> ExtensionMetadata:
    """Register the directive and the check."""
    app.setup_extension("docs._ext.expiry")
    app.add_directive("resources", Resources)
    app.connect("env-check-consistency", check_shown)
    return {"version": "1", "parallel_read_safe": True, "parallel_write_safe": True}
