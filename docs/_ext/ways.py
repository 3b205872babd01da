"""`{way-in} managers`: what an audience of `_data/paths.toml` brings, what is new, and what to do.

An audience's `first_week` and `ninety_days` are steps. Each names a page: a chapter to `read`, a
`quiz` to answer, a `lab` to do, or the page that explains how to make a `milestone`, something to
show. The ninety days end with one. Minutes are those of the pages; a milestone has none, since it
is made of the reader's own work.
"""

from collections.abc import Iterator
from pathlib import Path

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.environment import BuildEnvironment
from sphinx.util import logging
from sphinx.util.docutils import SphinxDirective, SphinxRole
from sphinx.util.typing import ExtensionMetadata

from docs._ext import load, place_in_file
from docs._ext.chapter import reference
from docs._ext.handbook import handbook
from docs._ext.paths import duration, pages_on_path
from docs._ext.quiz import DATA, HOME
from docs._ext.shapes import Row

logger = logging.getLogger(__name__)

DAYS = 90
NAMES = {"read": "read", "quiz": "chapter and quiz", "lab": "lab", "milestone": "milestone"}


class late_words(nodes.Inline, nodes.TextElement):
    """Minutes or a path, which are known only when every page has been read."""


class LateWords(SphinxRole):
    """Give the minutes of pages, as {minutes}`labs/index`, or of an audience's path; or the path.

    `{duration}` says more than two hours in hours.
    """

    def run(self) -> tuple[list[nodes.Node], list[nodes.system_message]]:
        """Leave a marker, and remember the page that holds it."""
        handbook(self.env).with_lists[self.env.docname] = True
        return [late_words(kind=self.name, of=self.text.split())], []


class WayIn(SphinxDirective):
    """Show one audience's way in."""

    required_arguments = 1

    def run(self) -> list[nodes.Node]:
        """Write it as Markdown and let the parser do the rest."""
        self.env.note_dependency(f"{self.env.srcdir}/_data/paths.toml")
        paths = {path["id"]: path for path in load(self.env.srcdir, "paths.toml")["path"]}
        path = paths.get(self.arguments[0], {})
        if "ninety_days" not in path:
            raise self.error(
                f"{self.arguments[0]!r} has no way in: write its keys into _data/paths.toml. "
                f"Those that have one: {', '.join(p for p in paths if 'ninety_days' in paths[p])}"
            )
        return self.parse_text_to_nodes("\n".join(way(path, self.env.found_docs)))


def way(path: Row, written: set[str]) -> Iterator[str]:
    """Yield one audience's way in as lines of Markdown."""
    yield f"**You bring:** {path['brings']}\n"
    yield f"**New to you:** {path['new']}\n"
    pages = " ".join(dict.fromkeys(step["page"] for step in path["first_week"]))
    yield f"**Your first week**, {{minutes}}`{pages}` minutes:\n"
    yield from (f"1. {step_in_words(step, written)}" for step in path["first_week"])
    yield f"\n**Your whole path**, {{duration}}`{path['id']}`: {path['line']}\n"
    yield f":::{{dropdown}} The pages of this path\n{{pages}}`{path['id']}`\n:::\n"
    yield "**Ninety days:**\n"
    for step in path["ninety_days"]:
        yield f"1. By day {step['by']}, {step_in_words(step, written)}"


def step_in_words(step: Row, written: set[str]) -> str:
    """Return a step as Markdown: its kind, its page, its minutes and what to do."""
    page = f"{{page}}`{step['page']}`" if step["page"] in written else step["page"]
    minutes = f" ({{minutes}}`{step['page']}` minutes)" if step["kind"] != "milestone" else ""
    return f"*{NAMES[step['kind']]}*: {page}{minutes}. {step['do']}"


def resolve(app: Sphinx, doctree: nodes.document, docname: str) -> None:
    """Replace each marker by its minutes or its path."""
    paths = {path["id"]: path for path in load(app.srcdir, "paths.toml").get("path", [])}
    taken = handbook(app.env).minutes
    for node in list(doctree.findall(late_words)):
        pages = []
        for name in node["of"]:
            pages += pages_on_path(app.env, paths[name]) if name in paths else [name]
        if node["kind"] != "pages":
            total = sum(taken.get(page, 0) for page in pages)
            node.replace_self(
                nodes.Text(str(total) if node["kind"] == "minutes" else duration(total))
            )
            continue
        links: list[nodes.Node] = []
        for page in pages:
            links += [nodes.Text(" → ")] * bool(links)
            links.append(reference(app, docname, page))
        node.replace_self(links)


def check(app: Sphinx, env: BuildEnvironment) -> None:
    """Each step's page exists and is what the step says, and the days lead to something to show."""
    file = Path(app.srcdir, "_data", "paths.toml")
    for path in load(app.srcdir, file.name).get("path", []):
        for step in [*path.get("first_week", ()), *path.get("ninety_days", ())]:
            if fault := fault_of(app, env, path, step):
                logger.warning(
                    "%s", fault, location=place_in_file(file, f'page = "{step["page"]}"')
                )
        days = [step["by"] for step in path.get("ninety_days", ())]
        if days and (days != sorted(days) or days[-1] > DAYS):
            logger.warning(
                "the days of %r are %s: set them in order, the last one %d or less",
                *(path["id"], ", ".join(map(str, days)), DAYS),
                location=place_in_file(file, f'^id = "{path["id"]}"'),
            )
        if days and path["ninety_days"][-1]["kind"] != "milestone":
            logger.warning(
                "the ninety days of %r end in a %s: end them in a milestone, something to show",
                *(path["id"], path["ninety_days"][-1]["kind"]),
                location=place_in_file(file, f'^id = "{path["id"]}"'),
            )


def fault_of(app: Sphinx, env: BuildEnvironment, path: Row, step: Row) -> str:
    """Say what to write where a step's page is missing, of another kind, or not on the path."""
    page, kind = step["page"], step["kind"]
    if page not in env.found_docs:
        return f"a step needs the page {page!r}, and there is none: name one that exists"
    if kind == "lab" and "lab" not in env.metadata[page]:
        return f"{page!r} is no lab: name a page of labs/, or write another kind"
    if kind == "quiz" and not Path(app.srcdir, DATA, f"{page.removeprefix(HOME)}.toml").exists():
        return f"{page!r} has no quiz: name a chapter, or write another kind"
    if kind != "lab" and page not in pages_on_path(env, path):
        return f"{page!r} is not on this path: name a page that is, or add it to `goals`"
    return ""


def setup(app: Sphinx) -> ExtensionMetadata:
    """Register the directive, its roles and the check."""
    app.setup_extension("docs._ext.chapter")
    app.add_node(late_words)
    app.add_role("minutes", LateWords())
    app.add_role("duration", LateWords())
    app.add_role("pages", LateWords())
    app.add_directive("way-in", WayIn)
    app.connect("env-check-consistency", check)
    app.connect("doctree-resolved", resolve)
    return {"version": "1", "parallel_read_safe": True, "parallel_write_safe": True}
