"""*Version and lock*, *figure and run*: neither is typed on a page.

- `{version}`Sphinx`` shows the version that `_data/tools.toml` finds in a lock; of what no lock
  holds, the version that the last run of `nox -s tools` saw.
- `{measured}`readme.docs_seconds`` shows a figure of `_data/measured/readme.json`.
- `{measurements} readme` lists a whole run: its command, date, machine and figures.
- `handbook` is no run: each build counts what the handbook holds.
- `{bars} readme` draws some of its figures as a table with bars, a line each: `figure: what it is`.
"""

import json
import re
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import NotRequired, TypedDict

from docutils import nodes
from docutils.parsers.rst import directives
from sphinx.application import Sphinx
from sphinx.environment import BuildEnvironment
from sphinx.util import logging
from sphinx.util.docutils import SphinxDirective, SphinxRole
from sphinx.util.typing import ExtensionMetadata

from docs._ext import load, prose
from docs._ext.classes import MEASURED, VERSION
from docs._ext.count import count_contents
from docs._ext.handbook import handbook
from docs._ext.shapes import Row, find_first

logger = logging.getLogger(__name__)

Figure = int | float | str


class Circumstances(TypedDict):
    """When something passed, and where."""

    date: str
    machine: str


class Run(TypedDict):
    """The record of a run, as `scripts/workspace.py` writes it."""

    figures: Mapping[str, Figure]
    # Of a recorded run all three, else `made`.
    command: NotRequired[str]
    date: NotRequired[str]
    machine: NotRequired[str]
    made: NotRequired[str]  # who made the figures, as a sentence
    code: NotRequired[str]  # a digest of the code that it measured
    passed: NotRequired[Mapping[str, Circumstances]]  # by the example of a tool
    survivors: NotRequired[Sequence[Mapping[str, str]]]  # of the sceptic: changes that passed
    false_alarms: NotRequired[Sequence[Mapping[str, str]]]


class Version(SphinxRole):
    """Show the version of a tool as its lock has it."""

    def run(self) -> tuple[list[nodes.Node], list[nodes.system_message]]:
        """Return the version as text."""
        tool = load(self.env.srcdir, "tools.toml").get("tool", {}).get(self.text)
        if tool is None:
            logger.warning("tools.toml has no tool %r", self.text, location=self.get_location())
            return [], []
        # What no lock holds, as Debian's or PyTorch: the run says which it was.
        if not {"lock", "package"} <= tool.keys():
            key = f"{self.text.lower()}_version"
            version = figures_of(self.env, "tools").get(key)
            holder = "the last run of `nox -s tools`"
        else:
            lock, version = find_pin(Path(self.env.srcdir).parent / "locks", tool)
            holder = str(lock)
            self.env.note_dependency(holder)
        if not version:
            logger.warning("%s has no %r", holder, self.text, location=self.get_location())
            return [], []
        return [nodes.inline("", str(version), classes=[VERSION])], []


def find_pin(locks: Path, tool: Row) -> tuple[Path, str | None]:
    """Return the lock of a tool, a file of pip or a folder of npm, and the version there, or None."""
    name, package = tool["lock"], tool["package"]
    lock = locks / f"{name}.txt"
    if not lock.exists():
        lock = locks / name / "package-lock.json"
        packages = json.loads(lock.read_text("utf-8"))["packages"] if lock.exists() else {}
        return lock, packages.get(f"node_modules/{package}", {}).get("version")
    pin = re.search(rf"^{re.escape(package)}==(\S+)", lock.read_text("utf-8"), re.M)
    return lock, pin and pin[1]


def typed_versions(app: Sphinx, doctree: nodes.document) -> None:
    """Find versions that were typed: they are old at the next upgrade of the lock."""
    names = "|".join(map(re.escape, load(app.srcdir, "tools.toml").get("tool", {})))
    if not names:
        return
    for block in prose.blocks(doctree):
        if any(n.get("refdomain") == "cite" for n in block.findall(nodes.Element)):
            continue  # a dated fact with its source
        for version in re.findall(
            rf"\b(?:{names})(?: version)? v?\d+(?:\.\d+)*\b", prose.words_of(block)
        ):
            logger.warning(
                "%r is typed: write the number as {version}",
                version,
                location=(app.env.docname, prose.line_of(block)),
            )


def run_of(env: BuildEnvironment, name: str) -> Run | None:
    """Return a run's record, or None; the page depends on its file.

    Of `handbook` it is the count of this build; the page is read again where any other has changed.
    """
    if name == "handbook":
        handbook(env).with_lists[env.docname] = True
        return {
            "made": "Counted by the build of this page.",
            "figures": count_contents(Path(env.srcdir)),
        }
    path = Path(env.srcdir, "_data", "measured", f"{name}.json")
    if not path.exists():
        return None
    env.note_dependency(str(path))
    return json.loads(path.read_text("utf-8"))


def figures_of(env: BuildEnvironment, name: str) -> Mapping[str, Figure]:
    """Return the figures of a run, none where it has no record; the page depends on its file."""
    run = run_of(env, name)
    return run["figures"] if run else {}


class Measured(SphinxRole):
    """Show one figure of a run."""

    def run(self) -> tuple[list[nodes.Node], list[nodes.system_message]]:
        """Return the figure as text, with the run's command, date and machine as its title."""
        name, _, key = self.text.partition(".")
        figures = figures_of(self.env, name)
        if key not in figures:
            logger.warning("no run measured %r", self.text, location=self.get_location())
            return [], []
        return [nodes.inline("", format_figure(figures[key]), classes=[MEASURED])], []


def format_figure(figure: Figure) -> str:
    """Write a figure for people: 1234.5 as 1,234.5."""
    return f"{figure:,}" if isinstance(figure, int | float) else str(figure)


class Measurements(SphinxDirective):
    """List the figures of one run, and the command, date and machine that made them."""

    required_arguments = 1

    def run(self) -> list[nodes.Node]:
        """Write the table as Markdown and let the parser do the rest."""
        run = run_of(self.env, self.arguments[0])
        if run is None:
            logger.warning("no run wrote %s.json", self.arguments[0], location=self.get_location())
            return []
        rows = [
            f"| {key.replace('_', ' ')} | {format_figure(value)} |"
            for key, value in run["figures"].items()
        ]
        return [box_table(self, run, ["| figure | measured |", "|---|---|", *rows])]


def maker(run: Run) -> str:
    """Say who made the figures of a run, as a sentence of Markdown."""
    if "made" in run:
        return run["made"]
    assert "command" in run  # each record has it, and the next two
    assert "date" in run
    assert "machine" in run
    return f"Made by `{run['command']}` on {run['date']}, {run['machine']}."


def box_table(directive: SphinxDirective, run: Run, table: Iterable[str]) -> nodes.container:
    """Parse a Markdown table's lines into a box, and say below who made the figures."""
    box = nodes.container(classes=[MEASURED])
    box += directive.parse_text_to_nodes("\n".join([*table, "", maker(run)]))
    return box


class Bars(SphinxDirective):
    """Draw figures of one run that share a unit: a table whose values are text, each with a bar.

    The bars start at zero, the longest is the greatest figure, and the first is marked.
    """

    required_arguments = 1
    option_spec = dict.fromkeys(("caption", "unit"), directives.unchanged_required)
    has_content = True

    def run(self) -> list[nodes.Node]:
        """Return the table, or a warning for each line that names no figure."""
        if missing := {"caption", "unit"} - self.options.keys():
            raise self.error(f"bars need a `:{min(missing)}:` that the reader sees")
        name = self.arguments[0]
        run = run_of(self.env, name)
        if run is None:
            logger.warning("no run wrote %s.json", name, location=self.get_location())
            return []
        bars: dict[str, int | float] = {}
        # MyST's offset of the content is from the directive's own line.
        for number, line in enumerate(self.content, self.lineno + self.content_offset + 1):
            key, _, what = map(str.strip, line.partition(":"))
            figure = run["figures"].get(key)
            if isinstance(figure, int | float) and figure >= 0 and what:
                bars[what] = figure
            elif key:
                logger.warning(
                    "%r is no `figure: what it is` of a figure, 0 or more, in %s.json",
                    line,
                    name,
                    location=(self.env.docname, number),
                )
        if not bars:
            raise self.error("bars need a line `figure: what it is` for each")
        rows = [f"| {what} | {format_figure(figure)} |" for what, figure in bars.items()]
        box = box_table(self, run, [f"| what | {self.options['unit']} |", "|---|---|", *rows])
        table = find_first(box, nodes.table)
        table["classes"].append("bars")
        table.insert(0, nodes.title("", self.options["caption"]))
        find_first(table, nodes.colspec)["stub"] = 1  # what was measured heads its row
        cells = [row.children[1] for row in find_first(table, nodes.tbody).children]
        for cell, figure in zip(cells, bars.values(), strict=True):
            share = figure / (max(bars.values()) or 1)
            bar = f'<span class="bar" style="--share: {share:.4f}"></span>'
            find_first(cell, nodes.paragraph).insert(0, nodes.raw("", bar, format="html"))
        return [box]


def setup(app: Sphinx) -> ExtensionMetadata:
    """Register the roles, the directive and the check."""
    app.setup_extension("docs._ext")
    app.add_role("version", Version())
    app.add_role("measured", Measured())
    app.add_directive("measurements", Measurements)
    app.add_directive("bars", Bars)
    app.connect("doctree-read", typed_versions)
    return {"version": "1", "parallel_read_safe": True, "parallel_write_safe": True}
