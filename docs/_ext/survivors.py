"""`{survivors}`: of each kind of change that the sceptic made, how many were noticed, and the rest.

A change that nothing noticed is a false sentence, so each stands behind the one that a page has.
"""

from collections.abc import Mapping, Sequence

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.util import logging
from sphinx.util.docutils import SphinxDirective
from sphinx.util.typing import ExtensionMetadata

from docs._ext.classes import FROM_DATA
from docs._ext.numbers import box_table, format_figure, run_of

logger = logging.getLogger(__name__)


class Survivors(SphinxDirective):
    """Show the counts of the last record as a table, then what passed and what was a false alarm."""

    def run(self) -> list[nodes.Node]:
        """Return the table and the lists, or a warning if nothing was recorded."""
        run = run_of(self.env, "sceptic")
        if run is None:
            logger.warning(
                "no run wrote sceptic.json: run `nox -s sceptic -- --record`",
                location=self.get_location(),
            )
            return []
        assert "survivors" in run  # the sceptic's record has both
        assert "false_alarms" in run
        figures = run["figures"]
        kinds = [name.removesuffix("_asked") for name in figures if name.endswith("_asked")]
        rows = [
            f"| {kind.replace('_', ' ')} | {format_figure(figures[f'{kind}_asked'])} "
            f"| {format_figure(figures[f'{kind}_noticed'])} |"
            for kind in kinds
        ]
        rows.append(
            f"| all | {format_figure(figures['changes'])} | {format_figure(figures['noticed'])} |"
        )
        box = box_table(self, run, ["| kind of change | made | noticed |", "|---|---|---|", *rows])
        box += list_draws(
            "Changes that were not noticed: first what the page says, then what is false",
            run["survivors"],
        )
        box += list_draws("Rewrites that raised an alarm, and mean the same", run["false_alarms"])
        return [box]


def list_draws(title: str, draws: Sequence[Mapping[str, str]]) -> list[nodes.Node]:
    """List sentences before and after, as plain text: their marks are no markup."""
    if not draws:
        return [nodes.paragraph("", f"{title}: none.")]
    items = nodes.bullet_list(classes=[FROM_DATA])
    for draw in draws:
        before = nodes.paragraph("", f"{draw['page']}, {draw['kind']}: {draw['before']}")
        items += nodes.list_item("", before, nodes.paragraph("", f"→ {draw['after']}"))
    return [nodes.paragraph("", f"{title}."), items]


def setup(app: Sphinx) -> ExtensionMetadata:
    """Register the directive."""
    app.setup_extension("docs._ext.numbers")
    app.add_directive("survivors", Survivors)
    return {"version": "1", "parallel_read_safe": True, "parallel_write_safe": True}
