"""`{ml-test-score}`: the 28 tests of the ML Test Score, with the points of the last run."""

from collections.abc import Iterable

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.util import logging
from sphinx.util.docutils import SphinxDirective
from sphinx.util.typing import ExtensionMetadata

from docs._ext import load
from docs._ext.numbers import Run, box_table, format_figure, run_of

logger = logging.getLogger(__name__)


class Rubric(SphinxDirective):
    """Show a table for each section: what is asked, what plays it, the points that it got."""

    def run(self) -> list[nodes.Node]:
        """Return the tables, or a warning if no run scored a test."""
        self.env.note_dependency(f"{self.env.srcdir}/_data/ml_test_score.toml")
        run: Run = run_of(self.env, "ml_test_score") or {"figures": {}}
        sections: dict[str, list[str]] = {}
        for row in load(self.env.srcdir, "ml_test_score.toml").get("test", []):
            section = row["section"]
            points = run["figures"].get(f"{section.lower()}_{row['number']}")
            if points is None:
                message = "no run scored %s %s: run `nox -s proofs -- --record`"
                logger.warning(message, section, row["number"], location=self.get_location())
                return []
            sections.setdefault(section, []).append(
                f"| **{row['number']}. {row['name'].capitalize()}.** {row['done']} "
                f"{name_files(row['tests'])} | {format_figure(points)} |"
            )
        lines: list[str] = []
        for section, rows in sections.items():
            total = format_figure(run["figures"][section.lower()])
            lines += [f"| {section} | {total} |", "|---|---|", *rows, ""]
        if not lines:
            raise self.error("ml_test_score.toml has no tests")
        box = box_table(self, run, lines[:-1])
        box["classes"].append("rubric")
        return [box]


def name_files(tests: Iterable[str]) -> str:
    """Name the files of `tests/test_it.py::test_a_b` and others, each once, as a line."""
    files = dict.fromkeys(test.partition("::")[0].rpartition("/")[2] for test in tests)
    return " ".join(f"[`{file}`]{{.ids}}" for file in files)


def setup(app: Sphinx) -> ExtensionMetadata:
    """Register the directive."""
    app.setup_extension("docs._ext.numbers")
    app.add_directive("ml-test-score", Rubric)
    return {"version": "1", "parallel_read_safe": True, "parallel_write_safe": True}
