"""Contracts 5 and 6: a version comes from a lock, a figure of ours from a run.

- `{version}`Sphinx`` shows the version that `_data/tools.toml` finds in a lock.
- `{measured}`readme.docs_seconds`` shows a figure of `_data/measured/readme.json`.
- `{measurements} readme` lists a whole run: its command, date, machine and figures.
"""

import json
import re
from pathlib import Path

from docutils import nodes
from sphinx.util import logging
from sphinx.util.docutils import SphinxDirective, SphinxRole

from docs._ext import load, prose

logger = logging.getLogger(__name__)


class Version(SphinxRole):
    """Show the version of a tool as its lock has it."""

    def run(self):
        """Return the version as text."""
        tool = load(self.env.srcdir, "tools.toml").get("tool", {}).get(self.text)
        if tool is None:
            logger.warning("tools.toml has no tool %r", self.text, location=self.get_location())
            return [], []
        lock = Path(self.env.srcdir).parent / "locks" / f"{tool['lock']}.txt"
        self.env.note_dependency(str(lock))
        pinned = lock.exists() and re.search(
            rf"^{re.escape(tool['package'])}==(\S+)", lock.read_text("utf-8"), re.M
        )
        if not pinned:
            logger.warning(
                "%s does not lock %r", lock, tool["package"], location=self.get_location()
            )
            return [], []
        return [nodes.inline("", pinned[1], classes=["version"])], []


def typed_versions(app, doctree):
    """Find versions that were typed: they are old at the next upgrade of the lock."""
    names = "|".join(map(re.escape, load(app.srcdir, "tools.toml").get("tool", {})))
    if not names:
        return
    for block in prose.blocks(doctree):
        if any(n.get("refdomain") == "cite" for n in block.findall(nodes.Element)):
            continue  # a dated fact with its source
        for typed in re.findall(
            rf"\b(?:{names})(?: version)? v?\d+(?:\.\d+)*\b", prose.said(block)
        ):
            logger.warning(
                "%r is typed: write the number as {version}",
                typed,
                location=(app.env.docname, prose.line_of(block)),
            )


def run_of(env, name):
    """Return a run's record, or None; the page depends on its file."""
    path = Path(env.srcdir, "_data", "measured", f"{name}.json")
    env.note_dependency(str(path))
    return json.loads(path.read_text("utf-8")) if path.exists() else None


class Measured(SphinxRole):
    """Show one figure of a run."""

    def run(self):
        """Return the figure as text, with the run's command, date and machine as its title."""
        name, _, key = self.text.partition(".")
        run = run_of(self.env, name) or {"figures": {}}
        if key not in run["figures"]:
            logger.warning("no run measured %r", self.text, location=self.get_location())
            return [], []
        return [nodes.inline("", shown(run["figures"][key]), classes=["measured"])], []


def shown(figure):
    """Write a figure for people: 1234.5 as 1,234.5."""
    return f"{figure:,}" if isinstance(figure, int | float) else str(figure)


class Measurements(SphinxDirective):
    """List the figures of one run, and the command, date and machine that made them."""

    required_arguments = 1

    def run(self):
        """Write the table as Markdown and let the parser do the rest."""
        run = run_of(self.env, self.arguments[0])
        if run is None:
            logger.warning("no run wrote %s.json", self.arguments[0], location=self.get_location())
            return []
        rows = [
            f"| {key.replace('_', ' ')} | {shown(value)} |" for key, value in run["figures"].items()
        ]
        box = nodes.container(classes=["measured"])
        box += self.parse_text_to_nodes(
            "\n".join(
                [
                    "| figure | measured |",
                    "|---|---|",
                    *rows,
                    "",
                    f"Made by `{run['command']}` on {run['date']}, {run['machine']}.",
                ]
            )
        )
        return [box]


def setup(app):
    """Register the roles, the directive and the check."""
    app.setup_extension("docs._ext")
    app.add_role("version", Version())
    app.add_role("measured", Measured())
    app.add_directive("measurements", Measurements)
    app.connect("doctree-read", typed_versions)
    return {"version": "1", "parallel_read_safe": True, "parallel_write_safe": True}
