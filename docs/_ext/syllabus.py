"""*Entry and section*: every entry of the decks is a label before the section that expands it.

`_data/syllabus.toml` holds the entries.
The directive `{syllabus}` lists them all, with a link to each section.
"""

from itertools import chain, groupby, repeat

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.environment import BuildEnvironment
from sphinx.util import logging
from sphinx.util.docutils import SphinxDirective
from sphinx.util.typing import ExtensionMetadata

from docs._ext import load, place_in_data, prose
from docs._ext.classes import FROM_DATA
from docs._ext.handbook import handbook

logger = logging.getLogger(__name__)

EXPANDS = (nodes.section, nodes.figure, nodes.definition_list_item, nodes.Admonition, nodes.table)
FEWEST_WORDS = {"visual": 15, "note": 15}  # every other kind: 60


def read(app: Sphinx, doctree: nodes.document) -> None:
    """Record each entry that has a label on this page, and check what the label stands before."""
    env = app.env
    found = handbook(env).entries[env.docname] = []
    for entry in load(app.srcdir, "syllabus.toml").get("bullet", []):
        label = entry["id"]
        if not doctree.nametypes.get(label):  # a heading of the same name is no label
            continue
        node = doctree.ids[doctree.nameids[label]]
        line = prose.line_of(node)
        here = (env.docname, line)
        if isinstance(node, nodes.target):  # nothing follows that could carry the label
            node = node.parent
        expands = isinstance(node, EXPANDS)
        if not expands:
            logger.warning(
                "the label %r stands before a %s: put it before a heading, a definition or a figure",
                label,
                node.tagname,
                location=here,
            )
        words = len(prose.text(node, nested=False).split())
        fewest = FEWEST_WORDS.get(entry["kind"], 60)
        if words < fewest:
            logger.warning(
                "%r has %d words of its own, and a %s needs %d: say more below its heading",
                label,
                words,
                entry["kind"],
                fewest,
                location=here,
            )
        whole = prose.text(node).casefold()
        for part in entry.get("parts", []):
            if part.casefold() not in whole:
                logger.warning("%r does not name its part %r", label, part, location=here)
        found.append((label, line))


def check(app: Sphinx, env: BuildEnvironment) -> None:
    """Compare what was found with the syllabus: nothing missing, nothing twice."""
    found: dict[str, list[tuple[str, int | None]]] = {}
    for docname, labels in handbook(env).entries.items():
        for label, line in labels:
            found.setdefault(label, []).append((docname, line))
    ids = [entry["id"] for entry in load(app.srcdir, "syllabus.toml").get("bullet", [])]
    for label in ids:
        places = found.get(label, [])
        at = place_in_data(app.srcdir, "syllabus.toml", f'"{label}"')
        if not places:
            logger.warning(
                "no page has the label %r of the syllabus: put `(%s)=` before its heading",
                *(label, label),
                location=at,
            )
        for docname, line in places[1:]:
            logger.warning("%r is expanded on a second page", label, location=(docname, line))


class Syllabus(SphinxDirective):
    """List every entry of one deck by slide, and where the handbook expands it."""

    required_arguments = 1  # the deck's number; 0 for what was left out of both

    def run(self) -> list[nodes.Node]:
        """Write the list as Markdown and let the parser do the rest."""
        self.env.note_dependency(f"{self.env.srcdir}/_data/syllabus.toml")
        data, deck = load(self.env.srcdir, "syllabus.toml"), int(self.arguments[0])
        lines: list[str] = []
        of_deck = (entry for entry in data["bullet"] if entry["deck"] == deck)
        for slide, entries in groupby(of_deck, lambda entry: entry["slide"]):
            lines += ["", escape_markdown(slide)]
            for mark, entry in zip(chain(":", repeat(" ")), entries, strict=False):
                lines.append(f"{mark} - {escape_markdown(entry['text'])} → {{ref}}`{entry['id']}`")
        if deck == 0:
            lines = ["| deck | what | why |", "|---|---|---|"]
            lines += [
                f"| {x['deck']} | {escape_markdown(x['what'])} | {x['why']} |"
                for x in data["left_out"]
            ]
        parsed = self.parse_text_to_nodes("\n".join(lines))
        for node in parsed:
            assert isinstance(node, nodes.Element)  # a list or a table
            node["classes"].append(FROM_DATA)  # the slides' words, not ours
        return parsed


def escape_markdown(words: str) -> str:
    """Escape what Markdown would read as markup in a slide's own words."""
    return "".join(f"\\{c}" if c in r"\`*_[]{}<>|#" else c for c in words)


def setup(app: Sphinx) -> ExtensionMetadata:
    """Register the directive and the checks."""
    app.setup_extension("docs._ext")
    app.add_directive("syllabus", Syllabus)
    app.connect("doctree-read", read)
    app.connect("env-check-consistency", check)
    return {"version": "1", "parallel_read_safe": True, "parallel_write_safe": True}
