"""The contract *Path and order*: for each audience of `_data/paths.toml`, the pages to read, in an order that holds.

A path states its goals. The build puts before each of them what that page says to read first, so
no page of a path needs one that comes later. A stop is a chapter, a lab or a plain page.

- `{path} managers` lists all stops of a path, with their minutes, and is where its links lead.
- `{path-cards}` shows each path as a card: its picture, minutes and first stops.

What the bar of a reader on a path shows is in `_static/paths.js`, which `path.js` alone loads.
"""

import json
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.environment import BuildEnvironment
from sphinx.util import logging
from sphinx.util.docutils import SphinxDirective
from sphinx.util.typing import ExtensionMetadata

from docs._ext import load, place_in_data, place_in_file
from docs._ext.handbook import handbook
from docs._ext.shapes import Context, Row

logger = logging.getLogger(__name__)

FIRST = 3  # stops on a card
PICTURES = Path(__file__).parents[1] / "_data" / "pictures"  # a drawing for each path, by its id


class CycleError(ValueError):
    """Pages that need each other."""


def sort_by_needs(goals: Iterable[str], needs: Mapping[str, Iterable[str]]) -> list[str]:
    """Return the goals with all that they need, each page after what it needs.

    Raises CycleError where pages need each other; its text names them.
    """
    done: dict[str, None] = {}

    def visit(page: str, above: tuple[str, ...]) -> None:
        """Add what a page needs, and then the page."""
        if page in above:
            raise CycleError(" → ".join([*above[above.index(page) :], page]))
        if page not in done:
            for need in needs.get(page, ()):
                visit(need, (*above, page))
            done[page] = None

    for goal in goals:
        visit(goal, ())
    return list(done)


def pages_on_path(env: BuildEnvironment, path: Row) -> list[str]:
    """Return the stops of a path that exist, in order; of pages that need each other, none."""
    known = handbook(env).minutes
    try:
        pages = sort_by_needs(path.get("goals", ()), handbook(env).prerequisites)
    except CycleError:  # `check` tells it
        return []
    return [page for page in pages if page in known]


def all_paths(env: BuildEnvironment) -> list[Row]:
    """Return the paths of `_data/paths.toml`."""
    return load(env.srcdir, "paths.toml").get("path", [])


def readers(env: BuildEnvironment) -> dict[str, str]:
    """Return {id: name} of the audiences that `everybody` means: those who teach are not counted."""
    return {path["id"]: path["name"] for path in all_paths(env) if not path.get("teaches")}


def duration(minutes: int) -> str:
    """Say how long some minutes are."""
    hours, rest = divmod(minutes, 60)
    if minutes < 120:
        return f"{minutes} minutes"
    return f"{hours} hours" + (f" {rest} minutes" if rest else "")


def minutes(env: BuildEnvironment, pages: Iterable[str]) -> int:
    """Return what some pages take together."""
    taken = handbook(env).minutes
    return sum(taken[page] for page in pages)


class listing(nodes.General, nodes.Element):
    """A path, or the cards of all, which are known only when every page has been read."""


def marker(env: BuildEnvironment, **what: str) -> listing:
    """Return a marker; the page that holds it is read again when another one changes."""
    env.note_dependency(f"{env.srcdir}/_data/paths.toml")
    handbook(env).with_lists[env.docname] = handbook(env).styled_as_paths[env.docname] = True
    return listing(**what)


class PathList(SphinxDirective):
    """Say for whom one path is, list its stops, and what they take."""

    required_arguments = 1

    def run(self) -> list[nodes.Node]:
        """Leave a marker under the path's anchor."""
        path = self.arguments[0]
        if path not in {known["id"] for known in all_paths(self.env)}:
            raise self.error(f"{path!r} is none of the paths of _data/paths.toml")
        shown = handbook(self.env).shown_paths
        shown[self.env.docname] = [*shown.get(self.env.docname, ()), path]
        holder = nodes.container(ids=[f"path-{path}"], classes=["path"])
        holder += marker(self.env, of=path)
        return [holder]


class PathCards(SphinxDirective):
    """Show each path as a card."""

    def run(self) -> list[nodes.Node]:
        """Leave a marker."""
        for picture in sorted(PICTURES.glob("*.svg")):
            self.env.note_dependency(str(picture))
        return [marker(self.env, of="")]


def resolve(app: Sphinx, doctree: nodes.document, docname: str) -> None:
    """Replace each marker by its path, or by the cards."""
    for node in list(doctree.findall(listing)):
        paths = {path["id"]: path for path in all_paths(app.env)}
        if node["of"]:
            node.replace_self(path_with_stops(app, docname, paths[node["of"]]))
        else:
            node.replace_self(cards(app, docname))


def link_to_stop(app: Sphinx, docname: str, path: Row, page: str, words: str) -> nodes.reference:
    """Return a link to a stop of a path that also puts the reader on that path."""
    uri = f"{app.builder.get_relative_uri(docname, page)}?path={path['id']}"
    return nodes.reference("", words, internal=True, refuri=uri)


def title(env: BuildEnvironment, page: str) -> str:
    """Return a page's title as text, which says of a lab that it is one."""
    kind = "Lab: " if "lab" in env.metadata[page] else ""
    return kind + env.titles[page].astext()


def stops(app: Sphinx, docname: str, path: Row, pages: Iterable[str]) -> nodes.enumerated_list:
    """Return some stops of a path as a list of links with minutes."""
    taken, items = handbook(app.env).minutes, []
    for page in pages:
        minutes = nodes.inline("", f" {taken[page]} min", classes=["path-minutes"])
        link = link_to_stop(app, docname, path, page, title(app.env, page))
        items.append(nodes.list_item("", nodes.paragraph("", "", link, minutes)))
    return nodes.enumerated_list("", *items, enumtype="arabic", prefix="", suffix=".")


def say_line(path: Row) -> nodes.paragraph:
    """Return what a path says to its readers, as a sentence."""
    return nodes.paragraph("", path["line"][:1].upper() + path["line"][1:])


def path_with_stops(app: Sphinx, docname: str, path: Row) -> list[nodes.Node]:
    """Return a path with all of its stops."""
    pages = pages_on_path(app.env, path)
    if not pages:
        return []
    took = f"{len(pages)} stops, {duration(minutes(app.env, pages))}. "
    begin = link_to_stop(app, docname, path, pages[0], "Start this path")
    line = nodes.paragraph("", "", nodes.Text(took), begin, classes=["path-line"])
    return [say_line(path), line, stops(app, docname, path, pages)]


def cards(app: Sphinx, docname: str) -> list[nodes.Node]:
    """Return a card for each path: picture, name, minutes, line, first stops, and all of them.

    Where the cards are in one column, the last is far below; a list of links before them leads there.
    """
    items, jumps = [], []
    for path in all_paths(app.env):
        pages = pages_on_path(app.env, path)
        picture = PICTURES / f"{path['id']}.svg"
        card = nodes.list_item(ids=[f"card-{path['id']}"])
        jump = nodes.reference("", path["name"], internal=True, refuri=f"#card-{path['id']}")
        jumps.append(nodes.list_item("", nodes.paragraph("", "", jump)))
        if picture.exists():
            card += nodes.raw("", picture.read_text("utf-8"), format="html")
        name = nodes.strong("", path["name"])
        took = nodes.inline("", duration(minutes(app.env, pages)), classes=["path-minutes"])
        card += nodes.paragraph("", "", name, nodes.Text(" "), took, classes=["path-name"])
        card += say_line(path)
        card += stops(app, docname, path, pages[:FIRST])
        uri = address(app, docname, path["id"])
        link = nodes.reference("", f"All {len(pages)} stops", internal=True, refuri=uri)
        card += nodes.paragraph("", "", link, classes=["path-all"])
        items.append(card)
    return [
        nodes.bullet_list("", *jumps, classes=["path-jumps"]),
        nodes.bullet_list("", *items, classes=["path-cards"]),
    ]


def address(app: Sphinx, docname: str, path: str) -> str:
    """Return where a path is listed, as seen from a page; empty if nowhere."""
    for page, shown in sorted(handbook(app.env).shown_paths.items()):
        if path in shown:
            return f"{app.builder.get_relative_uri(docname, page)}#path-{path}"
    return ""


def end(app: Sphinx, path: Row) -> tuple[str, str]:
    """Return where the last stop of a path leads, and what the bar calls it."""
    page = path.get("end")
    if page not in app.env.titles:
        return address(app, app.config.root_doc, path["id"]), "the list of stops"
    # What stands before a colon names the page, and a phone has room for no more.
    name = app.env.titles[page].astext().partition(":")[0]
    return app.builder.get_target_uri(page), f"“{name}”"


def faults(app: Sphinx, env: BuildEnvironment, path: Row) -> Iterator[tuple[str, str]]:
    """Yield what is wrong with a path: its place, and what to do."""
    here = place_in_file(Path(app.srcdir, "_data", "paths.toml"), f'^id = "{path["id"]}"')
    for page in [*path.get("goals", ()), path.get("end", env.config.root_doc)]:
        if page not in env.found_docs:
            yield place_in_data(app.srcdir, "paths.toml", f'"{page}"'), f"there is no page {page!r}"
    try:
        sort_by_needs(path.get("goals", ()), handbook(env).prerequisites)
    except CycleError as error:
        page = str(error).partition(" ")[0]
        fault = f"these pages name each other in `prerequisites`, so none can be first: {error}"
        yield place_in_file(Path(env.doc2path(page)), "^prerequisites:"), fault
    for page in pages_on_path(env, path):
        if path["id"] not in handbook(env).audience.get(page, [path["id"]]):
            yield (
                place_in_file(Path(env.doc2path(page)), "^audience:"),
                f"the path of {path['id']!r} leads here: name it in `audience`, or take out of "
                f"paths.toml or of the `prerequisites` on that path what leads here",
            )
    if handbook(env).shown_paths and not any(
        path["id"] in shown for shown in handbook(env).shown_paths.values()
    ):
        yield here, f"no page lists this path: write {{path}} {path['id']} on one"


def check(app: Sphinx, env: BuildEnvironment) -> None:
    """Each path's pages exist, need no later one and name its audience.

    A chapter need not be on a path. A path that took in each chapter for its reader would be as
    long as the handbook, and nobody would begin it; the table of contents leads to the rest.
    """
    for path in all_paths(env):
        for place, fault in faults(app, env, path):
            logger.warning("%s", fault, location=place)


def write(app: Sphinx, raised: Exception | None) -> None:
    """Write what the bar shows: pages with their titles and minutes, and the stops of each path."""
    if raised or app.builder.format != "html" or not handbook(app.env).shown_paths:
        return
    pages: dict[str, tuple[str, str, int]] = {}  # {page: (address, title, minutes)}
    paths: dict[
        str, list[str | list[int]]
    ] = {}  # {id: [name, places of stops, its end's address and name]}
    taken = handbook(app.env).minutes
    for path in all_paths(app.env):
        stops = pages_on_path(app.env, path)
        for page in stops:
            uri = app.builder.get_target_uri(page)
            pages.setdefault(page, (uri, title(app.env, page), taken[page]))
        numbers = {page: n for n, page in enumerate(pages)}
        paths[path["id"]] = [path["name"], [numbers[page] for page in stops], *end(app, path)]
    data = json.dumps([[*pages.values()], paths], ensure_ascii=False, separators=(",", ":"))
    file = Path(app.outdir, "_static", "paths.js")
    file.parent.mkdir(exist_ok=True)
    file.write_text(f"document.currentScript.paths={data}\n", "utf-8")


def load_style(
    app: Sphinx, name: str, template: str, context: Context, doctree: nodes.document | None
) -> None:
    """Load the style of cards and paths on the pages that show some."""
    if name in handbook(app.env).styled_as_paths:
        app.add_css_file("home.css")


def setup(app: Sphinx) -> ExtensionMetadata:
    """Register the directives, the check and what the bar reads."""
    app.setup_extension("docs._ext")
    app.add_node(listing)
    app.add_directive("path", PathList)
    app.add_directive("path-cards", PathCards)
    app.connect("env-check-consistency", check)
    app.connect("doctree-resolved", resolve)
    app.connect("html-page-context", load_style)
    app.connect("build-finished", write)
    return {"version": "1", "parallel_read_safe": True, "parallel_write_safe": True}
