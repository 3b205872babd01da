"""*Entry and section*: every entry of the decks is a label before the section that expands it.

`_data/syllabus.toml` holds the entries.
The directive `{syllabus}` lists them all, with a link to each section.
"""

from docutils import nodes
from sphinx.util import logging
from sphinx.util.docutils import SphinxDirective

from docs._ext import load, prose, where
from docs._ext.classes import FROM_DATA
from docs._ext.handbook import handbook

logger = logging.getLogger(__name__)

EXPANDS = (nodes.section, nodes.figure, nodes.definition_list_item, nodes.Admonition, nodes.table)
FEWEST_WORDS = {"visual": 15, "note": 15}  # every other kind: 60


def read(app, doctree):
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
        if not isinstance(node, EXPANDS):
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


def check(app, env):
    """Compare what was found with the syllabus: nothing missing, nothing twice."""
    found = {}
    for docname, labels in handbook(env).entries.items():
        for label, line in labels:
            found.setdefault(label, []).append((docname, line))
    ids = [entry["id"] for entry in load(app.srcdir, "syllabus.toml").get("bullet", [])]
    for label in ids:
        places = found.get(label, [])
        at = where(app.srcdir, "syllabus.toml", f'"{label}"')
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

    def run(self):
        """Write the list as Markdown and let the parser do the rest."""
        self.env.note_dependency(f"{self.env.srcdir}/_data/syllabus.toml")
        data, deck = load(self.env.srcdir, "syllabus.toml"), int(self.arguments[0])
        lines, slide = [], None
        for entry in (e for e in data["bullet"] if e["deck"] == deck):
            if entry["slide"] != slide:
                slide, mark = entry["slide"], ":"
                lines += ["", plain(slide)]
            lines.append(f"{mark} - {plain(entry['text'])} → {{ref}}`{entry['id']}`")
            mark = " "
        if deck == 0:
            lines = ["| deck | what | why |", "|---|---|---|"]
            lines += [
                f"| {x['deck']} | {plain(x['what'])} | {x['why']} |" for x in data["left_out"]
            ]
        made = self.parse_text_to_nodes("\n".join(lines))
        for node in made:
            node["classes"].append(FROM_DATA)  # the slides' words, not ours
        return made


def plain(words):
    """Escape what Markdown would read as markup in a slide's own words."""
    return "".join(f"\\{c}" if c in r"\`*_[]{}<>|#" else c for c in words)


def setup(app):
    """Register the directive and the checks."""
    app.setup_extension("docs._ext")
    app.add_directive("syllabus", Syllabus)
    app.connect("doctree-read", read)
    app.connect("env-check-consistency", check)
    return {"version": "1", "parallel_read_safe": True, "parallel_write_safe": True}
