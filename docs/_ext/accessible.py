"""Mend what the theme and its extensions emit, where they emit it."""

import html
import re
from collections.abc import Iterable, Iterator

from docutils import nodes
from pygments.formatters import HtmlFormatter
from sphinx.addnodes import compact_paragraph
from sphinx.application import Sphinx
from sphinx.highlighting import PygmentsBridge
from sphinx.transforms.post_transforms import SphinxPostTransform
from sphinx.util.typing import ExtensionMetadata
from sphinx.writers.html5 import HTML5Translator
from sphinx_design import tabs

from docs._ext import PageContext
from docs._ext.classes import FROM_DATA

# What a column of numbers may hold in a cell: a number, also with its sign, currency and unit; a
# range of them, or a part of a whole; and what stands where there is none.
UNITS = "%|\u00d7|x|€|[mμ]?s|min|[kKMGT]i?B|(?:second|minute|hour|day|week|month|year|time|point)s?"
NUMBER = rf"[~≈<>≤≥+\u2212-]*\s?[€$£]?\d[\d,]*(?:\.\d+)?(?:\s?(?:{UNITS})(?:\s?/\s?(?:{UNITS}))?)?"
IS_NUMBER = re.compile(rf"{NUMBER}(?:(?:\s?[\u2013/±-]\s?| to | of ){NUMBER})?")
# What a line may not break at its hyphen: an option of a command, and a short word of a title.
OPTION = re.compile(r"(?<![^\s>])-{1,2}[A-Za-z][\w-]*")
SHORT = re.compile(r"(?<![\w-])[^\W_]{1,5}-[^\W_]{1,5}\b(?!-)")
IS_NONE = {"", "\u2013", "\u2014", "-", "n/a", "none", "never", "not asked"}


def is_of_numbers(cells: list[str]) -> bool:
    """Tell whether a column holds numbers, with or without gaps, and nothing else."""
    found = [cell for cell in cells if cell.lower() not in IS_NONE]
    return bool(found) and all(map(IS_NUMBER.fullmatch, found))


def keep_whole(words: re.Pattern[str], text: str) -> str:
    """Return HTML whose words of a kind are not broken; they are copied as they are."""
    return words.sub(r'<span class="whole">\g<0></span>', text)


class ScrollableCode(HtmlFormatter[str]):
    """Highlighted code that scrolls by keyboard, under a name that a screen reader says."""

    def wrap(self, source: Iterable[tuple[int, str]]) -> Iterator[tuple[int, str]]:
        """Wrap the lines in a `pre` that takes focus."""
        label = self.options.get("label", "Code")
        focus = f'tabindex="0" role="group" aria-label="{label}"'
        yield 0, f'<div class="{self.cssclass}"><pre {focus}><span></span>'
        yield from ((number, keep_whole(OPTION, line)) for number, line in source)
        yield 0, "</pre></div>\n"


class scroller(nodes.General, nodes.Element):
    """A box around a wide table; it takes focus, so that it scrolls by keyboard."""


class MarkCells(SphinxPostTransform):
    """Mark the columns of numbers, and the heads that may not be broken.

    A table with a class has a look of its own, and is left as it is.
    """

    formats = ("html",)
    default_priority = 490

    def run(self, **kwargs: str) -> None:
        """Mark the cells of each table in the document."""
        for table in self.document.findall(nodes.table):
            if not set(table["classes"]) <= {FROM_DATA, "colwidths-auto", "colwidths-given"}:
                continue
            heads = rows_of(table, nodes.thead)
            body = rows_of(table, nodes.tbody)
            for cell in (cell for row in heads for cell in row):
                if not re.search(r"\s", cell.astext()):
                    cell["classes"].append("word")
            if any("morecols" in cell or "morerows" in cell for cell in table.findall(nodes.entry)):
                continue  # its places are no columns
            for place, column in enumerate(zip(*body, strict=True)):
                if is_of_numbers([cell.astext().strip() for cell in column]):
                    for cell in (*column, *(row[place] for row in heads)):
                        cell["classes"].append("number")


def rows_of(
    table: nodes.table, part: type[nodes.thead] | type[nodes.tbody]
) -> list[list[nodes.entry]]:
    """Return the cells of each row of a table's head or body."""
    rows = [row for each in table.findall(part) for row in each.children]
    return [[cell for cell in row.children if isinstance(cell, nodes.entry)] for row in rows]


class MendTables(SphinxPostTransform):
    """Replace Furo's wrapper of a table, which repeats the table's id and takes no focus."""

    formats = ("html",)
    default_priority = 510  # after Furo's own, which is 500

    def run(self, **kwargs: str) -> None:
        """Replace each wrapper in the document."""
        for table in list(self.document.findall(nodes.table)):
            title = table.next_node(nodes.title)
            label = f"Table: {title.astext()}" if title else "Table"
            wrapper = table.parent
            # Not `replace_self`, which would hand the id on once more.
            wrapper.parent.replace(wrapper, scroller("", table, label=label))


def visit_scroller(self: HTML5Translator, node: scroller) -> None:
    """Open the box."""
    attributes = {"role": "group", "aria-label": node["label"], "tabindex": "0"}
    self.body.append(
        self.starttag(node, "div", CLASS="table-wrapper docutils container", **attributes)
    )


def depart_scroller(self: HTML5Translator, node: scroller) -> None:
    """Close the box."""
    self.body.append("</div>\n")


def visit_literal_block(self: HTML5Translator, node: nodes.literal_block) -> None:
    """Name the block by its language: the formatter gets these arguments as options."""
    language = node.get("language", "default")
    names = {"console": "Terminal session", "output": "Output"}
    plain = "Code" if language in {"default", "none", "text"} else f"Code, {language}"
    label = names.get(language, plain)
    node["highlight_args"] = {**node.get("highlight_args", {}), "label": label}
    HTML5Translator.visit_literal_block(self, node)


def visit_title(self: HTML5Translator, node: nodes.title) -> None:
    """Give a caption of the sidebar, which is a heading, its level."""
    if isinstance(node.parent, compact_paragraph) and node.parent.get("toctree"):
        node["classes"].append("caption")
        self.body.append(
            self.starttag(node, "p", "", False, ROLE="heading", **{"aria-level": "2"})
            + '<span class="caption-text">'
        )
        self.context.append("</span></p>\n")
    else:
        HTML5Translator.visit_title(self, node)


def visit_text(self: HTML5Translator, node: nodes.Text) -> None:
    """Keep options whole in code, and short words with a hyphen in titles."""
    start = len(self.body)
    HTML5Translator.visit_Text(self, node)
    words = SHORT if isinstance(node.parent, nodes.title) else OPTION
    if self.protect_literal_text or words is SHORT:
        self.body[start:] = [keep_whole(words, part) for part in self.body[start:]]


def visit_citation(self: HTML5Translator, node: nodes.citation) -> None:
    """Open a source without docutils' roles: ARIA has dropped the one, the list holds no items."""
    if not isinstance(node.previous_sibling(), nodes.citation):
        self.body.append('<div class="citation-list">\n')
    self.body.append(self.starttag(node, "div", CLASS="citation"))


def visit_tab_label(self: HTML5Translator, node: tabs.sd_tab_label) -> None:
    """Drop `aria-controls`, which a label may not have."""
    node.attributes.pop("aria_controls", None)
    tabs.visit_tab_label(self, node)


def mend_head(
    app: Sphinx, name: str, template: str, context: PageContext, doctree: nodes.document | None
) -> None:
    """Describe the page in its front matter's words, and load only what the page uses."""
    meta = context.get("meta") or {}
    if description := meta.get("description"):
        context["meta"] = {**meta, "og:description": description}
        context["metatags"] += f'<meta name="description" content="{html.escape(description)}">\n'
    body = context.get("body", "")
    # `handbook.css` and `handbook.js` have what is needed of them; the rest is Sphinx's own search's.
    unused = {"furo-extensions.css", "furo.js"}
    unused |= {"doctools.js", "documentation_options.js", "sphinx_highlight.js"}
    if 'class="highlight"' not in body:
        unused |= {"copy.js"}
    if 'class="sd-' not in body:
        unused |= {"sphinx-design.min.css"}
    if "sd-tab-label" not in body:
        unused |= {"design-tabs.js"}
    for files in (context["css_files"], context["script_files"]):
        # In place: it is the builder's own list, to which other extensions add, page by page.
        files[:] = [f for f in files if str(f.filename).rpartition("/")[2] not in unused]


def setup(app: Sphinx) -> ExtensionMetadata:
    """Put the mended visitors in the place of the others'."""
    PygmentsBridge.html_formatter = ScrollableCode
    app.add_node(scroller, html=(visit_scroller, depart_scroller))
    for node, visit, depart in (
        (nodes.title, visit_title, HTML5Translator.depart_title),
        (nodes.Text, visit_text, HTML5Translator.depart_Text),
        (nodes.literal_block, visit_literal_block, HTML5Translator.depart_literal_block),
        (nodes.citation, visit_citation, HTML5Translator.depart_citation),
        (tabs.sd_tab_label, visit_tab_label, tabs.depart_tab_label),
    ):
        html = visit, depart
        app.add_node(node, True, html=html)  # pyright: ignore[reportArgumentType] - it takes a Text
    app.add_post_transform(MarkCells)
    app.add_post_transform(MendTables)
    app.connect("html-page-context", mend_head, priority=400)  # Open Graph's is 500, and adds to it
    return {"parallel_read_safe": True, "parallel_write_safe": True}
