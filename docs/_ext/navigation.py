"""Make the sidebar's tree of pages once a build, not once for each page.

Furo resolves, renders and parses the whole tree for every page that it writes, which grows with
the square of the pages. Here it does so once, for a page that the tree does not hold. What differs
on a page is put into that text: the links from its folder, and the marks of its own branch.

Two things are the handbook's own. The pages to look things up in fold together under their
caption, and the tools stand under the job that each does.
"""

import re
from functools import lru_cache, partial

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.builders.html import StandaloneHTMLBuilder
from sphinx.util.osutil import relative_uri
from sphinx.util.typing import ExtensionMetadata

from docs._ext import tools
from docs._ext.shapes import Context

NOWHERE = "-"  # a page in the root folder that no table of contents lists
FOLDED = "Reference"  # a caption; readers come to these pages by a link or a search
PIECE = re.compile(
    r'(<ul>|</ul>|<details>|</details>|<li class="[^"]*"|<a class="reference internal" href="[^"]*"'
    r'| class="toctree-checkbox")'
)


@lru_cache(maxsize=1)
def tree(builder: StandaloneHTMLBuilder, *, collapse: bool, **options: int) -> str:
    """Render the tree of pages as seen from nowhere."""
    jobs = {
        builder.get_target_uri(tool["page"]): tool["capability"][0]
        for tool in tools.tools_of_matrix(builder.srcdir).values()
    }
    return fold_reference(add_jobs(builder._get_local_toctree(NOWHERE, collapse, **options), jobs))


def add_jobs(navigation: str, jobs: dict[str, str]) -> str:
    """Return a navigation with a line above the first page of each job: {address: its job}."""
    last = ""

    def add_job(item: re.Match[str]) -> str:
        """Put the line before an item that is the first of its job."""
        nonlocal last
        before, last = last, jobs.get(item[1], "")
        if last in {before, ""}:
            return item[0]
        return f'<li class="toctree-job">{last[0].upper()}{last[1:]}</li>\n{item[0]}'

    return re.sub(r'<li class="[^"]*"><a class="[^"]*" href="([^"]*)"', add_job, navigation)


def fold_reference(navigation: str) -> str:
    """Return a navigation in which the list below one caption is folded away."""
    return re.sub(
        rf'<p [^>]*>(<span class="caption-text">{FOLDED}</span>)</p>(.*)',
        r'<details><summary class="caption">\1<span class="icon"><svg><use href="#svg-arrow-right">'
        r"</use></svg></span></summary>\2</details>",
        navigation,
        flags=re.DOTALL,
    )


def address(link: str) -> str:
    """Return the address of a piece that is a link."""
    return link.split('"')[3]


@lru_cache(maxsize=1)
def branches(navigation: str) -> tuple[list[str], dict[str, list[int]]]:
    """Split a navigation into pieces; return them and {address: places of its branch's pieces}.

    A branch is what Furo marks when the address is that of the current page: the lists and items
    around the link, their checkboxes, and the link; and the fold that holds them.
    """
    pieces = PIECE.split(navigation)
    found: dict[str, list[int]] = {}
    around: list[list[int]] = []  # a list, its last item and that one's checkbox, for each level
    page, fold = "", list[int]()
    for place, piece in enumerate(pieces):
        if piece.endswith("details>"):
            fold = [] if piece.startswith("</") else [place]
        elif piece == "<ul>":
            around.append([place])
        elif piece == "</ul>":
            around.pop()
        elif piece.startswith("<li "):
            around[-1][1:] = [place]
        elif piece.startswith("<a "):
            page = address(piece)
            found[page] = fold + [place for level in around for place in level] + [place]
        elif piece.startswith(" class="):
            around[-1].append(place)
            found[page].append(place)
    return pieces, found


@lru_cache(maxsize=1)
def links_from(folder: str, navigation: str) -> list[str]:
    """Return the pieces of a navigation with the links as they are from a folder."""
    return [
        f'<a class="reference internal" href="{relative_uri(folder, address(piece))}"'
        if piece.startswith("<a ")
        else piece
        for piece in branches(navigation)[0]
    ]


def mark_branch(navigation: str, page: str) -> str:
    """Return a navigation as it is on the page of an address: its links, its branch marked."""
    pieces = list(links_from(page[: page.rfind("/") + 1], navigation))
    own = 0  # the page's item, the last of its branch
    for place in branches(navigation)[1].get(page, ()):
        piece = pieces[place]
        if piece == "<details>":
            pieces[place] = '<details open="">'
        elif piece == "<ul>":
            pieces[place] = '<ul class="current">'
        elif piece.startswith("<li "):
            own, pieces[place] = place, re.sub(r"toctree-l\d+", r"\g<0> current", piece)
        elif piece.startswith("<a "):
            pieces[place] = '<a class="current reference internal" href="#"'
            pieces[own] = f'{pieces[own][:-1]} current-page"'
        else:
            pieces[place] = f' checked=""{piece}'
    return "".join(pieces)


def show_the_one(
    app: Sphinx, pagename: str, templatename: str, context: Context, doctree: nodes.Node
) -> None:
    """Give Furo the same tree on every page: it keeps what it made of a tree that it knows."""
    if app.builder.name == "html":
        context["own_toctree"], context["toctree"] = context["toctree"], partial(tree, app.builder)


def mark(
    app: Sphinx, pagename: str, templatename: str, context: Context, doctree: nodes.Node
) -> None:
    """Make the navigation the page's own; that of the 404 page has absolute addresses already."""
    if isinstance(context["toctree"], partial):
        page = app.builder.get_target_uri(pagename)
        context["furo_navigation_tree"] = mark_branch(context["furo_navigation_tree"], page)
        context["toctree"] = context.pop("own_toctree")


def setup(app: Sphinx) -> ExtensionMetadata:
    """Stand before the 404 page's handler, whose priority is 400, and behind the theme's, 500."""
    app.connect("html-page-context", show_the_one, priority=300)
    app.connect("html-page-context", mark, priority=600)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
