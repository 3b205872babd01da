"""*Diagram and drawing*: plain ``mermaid`` fences as figures, drawn ahead of time.

A drawing is ``_diagrams/<hash of the fence>.svg``, made by ``nox -s diagrams``. The build only
inlines it, so it needs no renderer, and the page needs no script. The caption comes from the
fence's ``accTitle``, the text alternative from its ``accDescr``. ``click node href`` names a
document from the docs' root, or ``#label``.
"""

import hashlib
import re
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.config import Config
from sphinx.util import logging
from sphinx.util.typing import ExtensionMetadata
from sphinx.writers.html5 import HTML5Translator
from sphinxcontrib.mermaid import Mermaid, mermaid

from docs._ext import markdown

if TYPE_CHECKING:  # Sphinx loads the writer of the one format that it makes
    from sphinx.writers.latex import LaTeXTranslator
    from sphinx.writers.manpage import ManualPageTranslator
    from sphinx.writers.texinfo import TexinfoTranslator
    from sphinx.writers.text import TextTranslator

logger = logging.getLogger(__name__)

KINDS = ("flowchart", "sequenceDiagram", "stateDiagram-v2", "timeline", "xychart", "xychart-beta",
         "quadrantChart", "pie")  # fmt: skip
COLOUR = r"^\s*(style|linkStyle|classDef|class|cssClass)\s|:::|\brgba?\(|#[\da-f]{3,8}\b"
FORBIDDEN = (
    (r"%%\{|^---\s*$", "settings belong to the drawing tool, not to the source"),
    (COLOUR, "colours and styles belong to the site's palettes, not to the source"),
    (r"^\s*(pie\s.*)?\btitle\b", "the caption comes from accTitle: drop `title`"),
    (r"@\{", "use a classic shape: [..], (..), ([..]), {..}, {{..}}, [(..)] or ((..))"),
    (r"\bhref\s+\"([a-z]+:|//)", "links lead to pages of the handbook only"),
)


def mermaid_fences(text: str) -> Iterator[tuple[int, str]]:
    """Yield the line and the source of each mermaid fence of a Markdown text."""
    for fence in markdown.fences(text):
        if fence.name == "mermaid":
            yield fence.line - 1, fence.content.rstrip("\n")


def drawing_name(source: str) -> str:
    """Return the name of a source's drawing."""
    return hashlib.sha256(source.strip().encode()).hexdigest()[:12] + ".svg"


def accessible_words(source: str, keyword: str) -> str:
    """Return what a source says in its ``accTitle`` or ``accDescr``, or an empty string."""
    match = re.search(rf"^\s*{keyword}\s*(?::(.*)|\{{([^}}]*)\}})", source, re.M)
    return " ".join((match[1] or match[2]).split()) if match else ""


def faults(source: str) -> Iterator[tuple[int, str]]:
    """Yield each fault of a source: lines below its fence, and a sentence."""
    for keyword, what in ("accTitle", "caption"), ("accDescr", "text alternative"):
        if not accessible_words(source, keyword):
            yield 0, f"this diagram has no {what}: add `{keyword}: ...`"
    kind = source.split()[0]
    if kind not in KINDS:
        yield 1, f"`{kind}` is not one of {', '.join(KINDS)}"
    for number, line in enumerate(source.splitlines(), 1):
        line = re.sub(r'href\s+"#[^"]*"', "", line)  # a label may look like a colour
        for pattern, sentence in FORBIDDEN:
            if re.search(pattern, line, re.I) and not line.lstrip().startswith("acc"):
                yield number, f"in a diagram, {sentence}"


class Diagram(Mermaid):
    """A ``mermaid`` fence as a figure."""

    option_spec = {}  # noqa: RUF012 - an option would show as text on a code host

    def run(self, **_: object) -> list[nodes.Node]:  # pyright: ignore[reportIncompatibleMethodOverride] - its node is ours
        """Return the figure; report what a reader or the tool would stumble over."""
        env = self.state.document.settings.env
        source = "\n".join(self.content)
        found = list(faults(source)) if source.strip() else [(0, "this diagram is empty")]
        path = Path(env.srcdir, "_diagrams", drawing_name(source))
        if not found and not path.is_file():
            found = [(0, "this diagram has no drawing: run `nox -s diagrams`")]
        for below, sentence in found:
            logger.warning(sentence, location=(env.docname, self.lineno + below))
        if found:
            env.note_reread()  # or the next build would not look again
            return []
        env.note_dependency(str(path))
        title, description = (
            accessible_words(source, "accTitle"),
            accessible_words(source, "accDescr"),
        )
        node = mermaid(code=source, options={}, title=title, description=description)
        figure = nodes.figure("", node, nodes.caption(title, title), classes=["diagram"])
        figure["description"] = description
        figure.line = node.line = self.lineno
        figure.source = node.source = self.state.document["source"]
        return [figure]


def resolve_target(self: HTML5Translator, node: mermaid, href: str) -> str:
    """Resolve a link of a drawing, from the page that is being written."""
    builder, here = self.builder, self.builder.current_docname
    labels = builder.env.domains.standard_domain.anonlabels
    if href.startswith("#"):
        document, anchor = labels.get(href[1:], (None, ""))
    else:
        document, anchor = href if href in builder.env.found_docs else None, ""
    if document is None:
        logger.warning("this diagram links to %r, which is no page or label", href, location=node)
        return href
    path = builder.get_relative_uri(here, document) if document != here or not anchor else ""
    return f"{path}#{anchor}" if anchor else path


def visit_html(self: HTML5Translator, node: mermaid) -> None:
    """Inline the drawing, with its links resolved, and a space of no width between two lines."""
    svg = Path(self.builder.srcdir, "_diagrams", drawing_name(node["code"])).read_text("utf-8")
    svg = svg.replace("</tspan><tspan ", '</tspan><tspan font-size="0"> </tspan><tspan ')
    self.body.append(
        re.sub(
            r'(<a href=")([^"]*)',
            lambda m: m[1] + self.encode(resolve_target(self, node, m[2])),
            svg,
        )
    )
    raise nodes.SkipNode


def visit_text(self: "TextTranslator", node: mermaid) -> None:
    """Say in words what the drawing shows."""
    self.new_state(0)
    self.add_text(node["description"])
    self.end_state()
    raise nodes.SkipNode


def visit_other(
    self: "LaTeXTranslator | ManualPageTranslator | TexinfoTranslator", node: mermaid
) -> None:
    """Say in words what the drawing shows, escaped for the format."""
    escape = getattr(self, "encode", None) or getattr(self, "escape", str)
    self.body.append(escape(node["description"]))
    raise nodes.SkipNode


def need_no_script(app: Sphinx, config: Config) -> None:
    """Tell sphinxcontrib-mermaid that no page needs its script."""
    config.mermaid_output_format = "svg"


def setup(app: Sphinx) -> ExtensionMetadata:
    """Take over the mermaid directive and how its node is written."""
    app.setup_extension("sphinxcontrib.mermaid")
    other = (visit_other, None)
    app.add_node(mermaid, override=True, html=(visit_html, None), text=(visit_text, None),
                 latex=other, man=other, texinfo=other)  # fmt: skip
    app.add_directive("mermaid", Diagram, override=True)
    app.connect("config-inited", need_no_script)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
