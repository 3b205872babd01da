"""`{trust}`: figures that show why to believe these pages, each from a run or a count.

A line `swap.requests: requests while a model was exchanged, of which {failed} failed` shows one
figure of a run, with words that may hold others of it. A figure of `handbook` is counted by this
build. One of a recorded run goes from the page when the code that it measured has changed: the
record's digest is then not that of the code.
"""

import json
import re
from collections.abc import Iterable
from contextlib import chdir, suppress
from datetime import date
from pathlib import Path

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.environment import BuildEnvironment
from sphinx.util import logging
from sphinx.util.docutils import SphinxDirective
from sphinx.util.typing import ExtensionMetadata

from docs._ext.classes import MEASURED
from docs._ext.handbook import handbook
from docs._ext.numbers import Run, format_figure, run_of
from scripts import records

logger = logging.getLogger(__name__)

LINE = re.compile(r"(?P<run>\w+)\.(?P<figure>\w+): (?P<words>.+)")


class Trust(SphinxDirective):
    """Show figures with their words, and with the day of the run."""

    has_content = True

    def run(self) -> list[nodes.Node]:
        """Return a list of those that hold."""
        facts = nodes.bullet_list(classes=["trust"])
        handbook(self.env).styled_as_paths[self.env.docname] = True
        recorded = handbook(self.env).trust[self.env.docname] = {}
        for line in self.content:
            name, figure, words = match.groups() if (match := LINE.fullmatch(line)) else ("",) * 3
            run = run_of(self.env, name) if name else None
            wanted = {figure, *re.findall(r"\{(\w+)\}", words)}
            if run is None or not run["figures"].keys() >= wanted:
                logger.warning(
                    "no run measured what %r shows: write `run.figure: words`",
                    line,
                    location=self.get_location(),
                )
                continue
            if "date" in run:
                recorded[name] = is_fresh(self.env, name)
            if recorded.get(name, True):
                facts += fact(run, figure, words)
        return [facts] if len(facts) else []


def fact(run: Run, key: str, words: str) -> nodes.list_item:
    """Return a figure, its words and, where it was measured, the day."""
    figures = {name: format_figure(figure) for name, figure in run["figures"].items()}
    line = nodes.paragraph("", "", nodes.strong("", figures[key], classes=[MEASURED]))
    line += nodes.inline("", f" {words.format(**figures)}", classes=[MEASURED])
    if "date" in run:
        day = date.fromisoformat(run["date"])
        line += nodes.Text(" ")
        line += nodes.inline("", f"{day.day} {day:%B %Y}", classes=["trust-day", MEASURED])
    return nodes.list_item("", line)


def is_fresh(env: BuildEnvironment, name: str) -> bool:
    """Tell whether a recorded run measured the code that is here.

    To read that code takes as long as a page, so what was found is kept until one of its files has
    another time or size.
    """
    record = json.loads(Path(env.srcdir, "_data", "measured", f"{name}.json").read_text("utf-8"))
    known = handbook(env).code
    with suppress(OSError), chdir(Path(env.srcdir).parent):  # without the proof it is not fresh
        files, digest = known.get(name, ({}, ""))
        if not files or files != stamps(files):
            code = records.closure([records.PROOFS / f"test_{name}.py"])
            digest = records.digest(name)
            known[name] = stamps(code), digest
        return record.get("code") == digest
    return False


def stamps(files: Iterable[Path]) -> dict[Path, tuple[int, int]]:
    """Return the time and the size of each file. Raises OSError where one is gone."""
    stats = {file: file.stat() for file in files}
    return {file: (stat.st_mtime_ns, stat.st_size) for file, stat in stats.items()}


def pages_to_read_again(app: Sphinx, env: BuildEnvironment, *changed: set[str]) -> list[str]:
    """Read a page again when the code behind one of its figures has changed, or is as before."""
    return [
        page
        for page, runs in handbook(env).trust.items()
        if any(is_fresh(env, name) != was for name, was in runs.items())
    ]


def setup(app: Sphinx) -> ExtensionMetadata:
    """Register the directive."""
    app.setup_extension("docs._ext")
    app.add_directive("trust", Trust)
    app.connect("env-get-outdated", pages_to_read_again)
    return {"version": "1", "parallel_read_safe": True, "parallel_write_safe": True}
