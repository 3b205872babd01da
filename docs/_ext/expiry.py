"""*Fact and date*, on the pages: when a fact was checked, and what of a law is in force.

- `{checked}`docker-desktop`` ends a sentence that the world can make false; it shows the day on
  which `_data/expiring.toml` says that its source was last opened. `{checked}`tool.Spark`` is that
  of a tool's status.
- The pages speak as of the day of the last commit, so that two builds of one commit are the same
  site: `law.py` sorts by it what is in force and what is still to come.
- What has expired is listed at the end of a build, and fails none: a clock decides it.
- A page has to mark words such as *by now*, and types no day that is still to come.
- A tool's status may not cite a release that is older than the one in its lock.

`dates.py` reads the data; `handbook.js` marks what has passed for whoever reads the page.
"""

import re
from datetime import date
from pathlib import Path

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.environment import BuildEnvironment
from sphinx.util import logging
from sphinx.util.docutils import SphinxRole
from sphinx.util.typing import ExtensionMetadata
from sphinx.writers.html5 import HTML5Translator

from docs._ext import Table, dates, load, place_in_data, place_in_file, prose
from docs._ext.citations import entries_of
from docs._ext.classes import CHECKED, FROM_DATA, has_class, is_within
from docs._ext.facts import field_of
from docs._ext.handbook import handbook
from docs._ext.lexicon import MONTHS
from docs._ext.numbers import find_pin

logger = logging.getLogger(__name__)

DAY = re.compile(
    rf"(?:\b(\d\d?) )?\b({'|'.join(MONTHS)}) (20\d\d)\b|\b(?i:by|from|in|since|until) (20\d\d)\b"
)
NOW = re.compile(
    r"(?i)\b(?:by now|at present|currently|nowadays|open since|still works?|is free)\b"
)
# They stand for a citation and for `{checked}` among the words of a block.
CITE, MARK = "\ue000", "\ue001"


class dated_words(nodes.inline):
    """Words about a day, for HTML's `time`: `datetime`, and `until`, after which they have passed."""


class Checked(SphinxRole):
    """Show when a fact was checked."""

    def run(self) -> tuple[list[nodes.Node], list[nodes.system_message]]:
        """Return the day as text, with the last good day as its title."""
        part, dot, name = self.text.partition(".")
        if not dot:
            part, name = "page", self.text
        entry = load(self.env.srcdir, dates.DATES).get(part, {}).get(name)
        if entry is None:
            logger.warning(
                "%s dates no %r: give it the day on which you opened the source",
                dates.DATES,
                self.text,
                location=self.get_location(),
            )
            return [], []
        self.env.note_dependency(f"{self.env.srcdir}/_data/{dates.DATES}")
        if not dot:
            handbook(self.env).checked.setdefault(self.env.docname, []).append(name)
        return [day_of_check(entry)], []


def day_of_check(entry: Table) -> dated_words:
    """Return the words that say when an entry was checked, which pass with its last good day."""
    until = entry["good_until"]
    words = f"(checked {dates.long_date(entry['checked'])})"
    title = f"good until {dates.long_date(until)}"
    times = {"datetime": str(entry["checked"]), "until": str(until), "title": title}
    return dated_words("", words, classes=[CHECKED], **times)


def set_day(app: Sphinx, env: BuildEnvironment, *changed: set[str]) -> list[str]:
    """Set the day as of which the pages speak; if it is another one, read those with laws again."""
    known = handbook(env)
    before, known.day = known.day, dates.day_of_commit(app.srcdir)
    return list(known.laws) if before != known.day else []


def check_words(app: Sphinx, doctree: nodes.document) -> None:
    """Find words that will be false one day, and that no entry dates."""
    # A day that was checked is no day to come, even where a build knows of no commit.
    newest = max(handbook(app.env).day, dates.newest_check(app.srcdir))
    for block in prose.blocks(doctree):
        here = (app.env.docname, prose.line_of(block))
        for sentence in sentences(block):
            now = NOW.search(sentence)
            if now and CITE in sentence and MARK not in sentence:
                logger.warning(
                    "%r is so for a time: end the sentence with {checked}`NAME`, and date it in %s",
                    now[0],
                    dates.DATES,
                    location=here,
                )
            for day in DAY.finditer(sentence):
                if earliest_day(*day.groups()) > newest and not is_within(block, FROM_DATA):
                    logger.warning(
                        "%r is still to come: date it in %s, and show it with {law}",
                        day[0],
                        dates.LAWS,
                        location=here,
                    )


def sentences(block: nodes.Element) -> list[str]:
    """Return the lines of a block as the source has them, a sentence each, with marks for its roles."""
    words: list[str] = []
    for node in block.findall():
        if isinstance(node, nodes.Text) and not is_within(node, CHECKED):
            words.append(node.astext())
        elif has_class(node, CHECKED):
            words.append(MARK)
        elif isinstance(node, nodes.Element) and node.get("refdomain") == "cite":
            words.append(CITE)
    return "".join(words).split("\n")


def earliest_day(
    number: str | None, month: str | None, year: str | None, alone: str | None
) -> date:
    """Return the first day that a typed date can mean; none, which is past, where there is no such day.

    The year stands after a month, or `alone`.
    """
    try:
        return date(
            int(year or alone or 0), MONTHS.index(month) + 1 if month else 1, int(number or 1)
        )
    except ValueError:
        return date.min


def check(app: Sphinx, env: BuildEnvironment) -> None:
    """Hold the entries, the pages and the tools to each other."""
    check_pages(app, env)
    check_tools(app, env)
    for fact in dates.read_facts(app.srcdir):
        days, most = (fact.good_until - fact.checked).days, dates.LONGEST[fact.kind]
        if not 0 <= days <= most:
            logger.warning(
                "good for %d days after it was checked: of a %s that is 0 to %d",
                days,
                fact.kind,
                most,
                location=fact.place,
            )


def check_pages(app: Sphinx, env: BuildEnvironment) -> None:
    """Warn of dates that no page shows."""
    entries = load(app.srcdir, dates.DATES).get("page", {})
    on_pages = {name for names in handbook(env).checked.values() for name in names}
    for name in sorted(entries.keys() - on_pages):
        line = place_in_file(Path(app.srcdir, "_data", dates.DATES), heading_pattern("page", name))
        words = "no page shows %r: end its sentence with {checked}`%s`, or drop it"
        logger.warning(words, name, name, location=line)


def check_tools(app: Sphinx, env: BuildEnvironment) -> None:
    """Warn of a tool's status without its dates or of an older release, and of dates of none."""
    entries = load(app.srcdir, dates.DATES).get("tool", {})
    tools = load(app.srcdir, "tools.toml").get("tool", {})
    with_status = {name: tool for name, tool in tools.items() if "status" in tool}
    for name in sorted(entries.keys() - with_status.keys()):
        line = place_in_file(Path(app.srcdir, "_data", dates.DATES), heading_pattern("tool", name))
        logger.warning("tools.toml has no status of %r", name, location=line)
    for name, tool in with_status.items():
        line = place_in_data(app.srcdir, "tools.toml", tool["status"])
        if name not in entries:
            logger.warning("%s does not date the status of %r", dates.DATES, name, location=line)
        fields = [fields_of(env, key) for key in tool["source"]]
        locked = locked_version(app.srcdir, tool)
        if locked and (cited := dates.outdated_release(tool, " ".join(fields), locked)):
            logger.warning(
                "the status of %s cites %s, and %s ran here: open the notes of that release",
                name,
                cited,
                locked,
                location=line,
            )


def locked_version(srcdir: str | Path, tool: Table) -> str | None:
    """Return the version of a tool's own package that its lock pins, or its `pip`; None without one."""
    if {"lock", "package"} <= tool.keys():
        return find_pin(Path(srcdir).parent / "locks", tool)[1]
    return tool["pip"].partition("==")[2] if "pip" in tool else None


def fields_of(env: BuildEnvironment, key: str) -> str:
    """Return what the bibliography says of a source, its words and ours."""
    entry = entries_of(env).get(key)
    return " ".join(field_of(entry, name) for name in ("says", "ours")) if entry else ""


def heading_pattern(part: str, name: str) -> str:
    """Return a pattern that finds an entry's heading in the data file."""
    return rf'^\[{part}\."?{re.escape(name)}"?\]'


def list_expired(app: Sphinx, error: Exception | None) -> None:
    """List what has expired, as information: no day makes a build fail."""
    if not error and (report := dates.expiry_report(dates.read_facts(app.srcdir), dates.today())):
        logger.info("%s", report)


def visit_dated(self: HTML5Translator, node: dated_words) -> None:
    """Open HTML's element for a time."""
    names = {"datetime": "datetime", "data-until": "until", "title": "title"}
    attributes = {name: node[own] for name, own in names.items() if node.get(own)}
    self.body.append(self.starttag(node, "time", "", False, **attributes))


def depart_dated(self: HTML5Translator, node: dated_words) -> None:
    """Close it."""
    self.body.append("</time>")


def write_plain(self: nodes.NodeVisitor, node: dated_words) -> None:
    """Write the words as any others."""


def setup(app: Sphinx) -> ExtensionMetadata:
    """Register the role, the checks and the list."""
    app.setup_extension("docs._ext")
    plain = (write_plain, write_plain)
    app.add_node(
        dated_words,
        html=(visit_dated, depart_dated),
        text=plain,
        latex=plain,
        man=plain,
        texinfo=plain,
    )
    app.add_role("checked", Checked())
    app.connect("env-get-outdated", set_day)
    app.connect("doctree-read", check_words)
    app.connect("env-check-consistency", check)
    app.connect("build-finished", list_expired)
    return {"version": "1", "parallel_read_safe": True, "parallel_write_safe": True}
