"""The page of all quizzes that a reader's browser keeps, by path, and the line for all of them.

`{my-quizzes}` says what the page needs, until `_static/my-quizzes.js` puts a table in its place.
That script reads `_static/quizzes.js`, which is written here: each quiz with the key under which
a browser keeps it, and the quizzes of each path.
"""

import json
from pathlib import Path
from typing import TypedDict

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.util.docutils import SphinxDirective
from sphinx.util.typing import ExtensionMetadata

from docs._ext.handbook import handbook
from docs._ext.objectives import in_reading_order
from docs._ext.paths import all_paths, pages_on_path
from docs._ext.quiz import HOME
from docs._ext.shapes import Context

WITHOUT = "This page needs JavaScript: what it shows is kept by your browser, and nowhere else."


class MyQuizzes(SphinxDirective):
    """Leave a place for the table."""

    def run(self) -> list[nodes.Node]:
        """Say what the page needs, for a browser without JavaScript."""
        self.env.metadata[self.env.docname]["my-quizzes"] = True
        return [nodes.container("", nodes.paragraph("", WITHOUT), classes=["my-quizzes"])]


class Quizzes(TypedDict):
    """What the script reads, as JSON."""

    # {page below modules/: [title, address, key, [[right place, options], …]]}
    quizzes: dict[str, list[str | list[list[int]]]]
    paths: dict[str, tuple[str, list[str]]]  # {id: [name, [page, …]]}


def quizzes_by_path(app: Sphinx) -> Quizzes:
    """Return each quiz of the site, and the quizzes of each path that has some."""
    quizzes, env = handbook(app.env).quizzes, app.env
    in_order = dict.fromkeys(in_reading_order(env, app.config.root_doc))
    pages = [page for page in in_order if page in quizzes]
    paths = {
        path["id"]: (
            path["name"],
            [short(page) for page in pages_on_path(env, path) if page in quizzes],
        )
        for path in all_paths(env)
    }
    return {
        "quizzes": {
            short(page): [
                env.titles[page].astext(),
                app.builder.get_target_uri(page),
                *quizzes[page],
            ]
            for page in pages
        },
        "paths": {name: path for name, path in paths.items() if path[1]},
    }


def short(page: str) -> str:
    """Return a chapter's path as a line has it."""
    return page.removeprefix(HOME)


def write(app: Sphinx, raised: Exception | None) -> None:
    """Write what the script reads, where a page shows it."""
    shown = any("my-quizzes" in about for about in app.env.metadata.values())
    if raised or app.builder.format != "html" or not shown:
        return
    text = json.dumps(quizzes_by_path(app), ensure_ascii=False, separators=(",", ":"))
    file = Path(app.outdir, "_static", "quizzes.js")
    file.parent.mkdir(exist_ok=True)
    file.write_text(f"document.currentScript.quizzes={text}\n", "utf-8")


def add_files(
    app: Sphinx, name: str, template: str, context: Context, doctree: nodes.document | None
) -> None:
    """Load scripts and style on that page, and nowhere else."""
    if "my-quizzes" in (context.get("meta") or {}) and app.builder.name != "epub":
        app.add_js_file("hand-in.js", loading_method="defer", priority=400)
        app.add_js_file("my-quizzes.js", loading_method="defer")
        app.add_css_file("quiz.css")


def setup(app: Sphinx) -> ExtensionMetadata:
    """Register the directive and what its script reads."""
    app.setup_extension("docs._ext.quiz")
    app.add_directive("my-quizzes", MyQuizzes)
    app.connect("html-page-context", add_files)
    app.connect("build-finished", write)
    return {"version": "1", "parallel_read_safe": True, "parallel_write_safe": True}
