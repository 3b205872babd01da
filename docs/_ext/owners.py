"""One owner for each idea: a term is defined on one page and linked from everywhere else.

`_data/glossary.toml` holds the terms: what each means, and the page that owns it. The owner marks
its definition with the role `{dfn}`; `{terms}` lists them all as a glossary, which `{term}` links to.
"""

import re

from docutils import nodes
from sphinx.util import logging
from sphinx.util.docutils import SphinxDirective, SphinxRole

from docs._ext import kept, load, prose, where
from docs._ext.classes import CLAIM, within

logger = logging.getLogger(__name__)


class dfn(nodes.inline):
    """The words that a sentence defines."""


class Defined(SphinxRole):
    """Mark the place that defines a term: `{dfn}`champion`` or `{dfn}`champions <champion>``."""

    def run(self):
        """Return the node, with the term's name in the glossary."""
        explicit = re.fullmatch(r"(.+?)\s*<(.+)>", self.text)
        shown, term = explicit.groups() if explicit else (self.text, self.text)
        return [dfn(self.rawtext, shown, term=term.casefold())], []


class Terms(SphinxDirective):
    """List every term of `_data/glossary.toml`, with a link to the page that owns it."""

    def run(self):
        """Write a glossary as Markdown and let the parser do the rest."""
        self.env.note_dependency(f"{self.env.srcdir}/_data/glossary.toml")
        lines = [":::{glossary}"]
        for term in sorted(
            load(self.env.srcdir, "glossary.toml")["term"], key=lambda t: t["name"].casefold()
        ):
            lines += [
                term["name"],
                f"  {term['means']} Explained in {{page}}`{term['owner']}`.",
                "",
            ]
        return self.parse_text_to_nodes("\n".join([*lines, ":::"]))


def read(app, doctree):
    """Find definitions in the wrong place, and terms that a chapter uses without a link."""
    env, docname = app.env, app.env.docname
    defined = kept(env, "definitions")[docname] = {}
    for node in doctree.findall(dfn):
        defined.setdefault(node["term"], []).append((docname, prose.line_of(node)))
    if "objectives" not in env.metadata[docname]:  # the owner rule is for chapters
        return
    linked = {
        (n["reftarget"]).casefold()
        for n in doctree.findall(nodes.Element)
        if n.get("refdomain") == "std" and n.get("reftype") == "term"
    }
    paragraphs = [
        (prose.said(b), (docname, prose.line_of(b)))
        for b in prose.blocks(doctree)
        if isinstance(b, nodes.paragraph) and not within(b, CLAIM)
    ]
    words = " ".join(said for said, _ in paragraphs).casefold()
    for term in load(app.srcdir, "glossary.toml").get("term", []):
        name, free = term["name"], term.get("everywhere", False)
        if name.casefold() not in words:
            continue
        written = rf"{re.escape(name)}(?:s|es)?"
        for said, here in paragraphs:
            # "A champion is the model that …", at the start of a sentence, defines.
            if term["owner"] != docname and re.search(
                rf"(?:^|[.!?:]\s+)(?:An?\s+|The\s+)?{written}\s+(?:is|are|means?)\s+(?:an?|the|when|what|how)\b",
                said,
                re.I,
            ):
                logger.warning(
                    "this defines %r, which %s owns: link to it with {term}",
                    name,
                    term["owner"],
                    location=here,
                )
            if (
                not free
                and re.search(rf"\b{written}\b", said, re.I)
                and name.casefold() not in linked | defined.keys()
            ):
                logger.warning(
                    "%r is in the glossary: link its first mention with {term}", name, location=here
                )
                linked.add(name.casefold())


def check(app, env):
    """Each term is defined once, by its owner; each definition has a term."""
    terms = {t["name"].casefold(): t for t in load(app.srcdir, "glossary.toml").get("term", [])}
    places = {}
    for defined in kept(env, "definitions").values():
        for name, found in defined.items():
            places.setdefault(name, []).extend(found)
    to_come = {page["path"] for page in load(app.srcdir, "unwritten.toml").get("page", [])}
    for name, term in terms.items():
        at = where(app.srcdir, "glossary.toml", f'"{term["name"]}"')
        owner = term["owner"]
        if owner not in env.found_docs and owner not in to_come:
            logger.warning(
                "%r is owned by %r, and there is no such page", term["name"], owner, location=at
            )
        if owner in env.found_docs and not any(doc == owner for doc, _ in places.get(name, [])):
            logger.warning(
                "%s owns %r and does not define it with {dfn}", owner, term["name"], location=at
            )
        for n, place in enumerate(sorted(places.get(name, []), key=lambda p: p[0] != owner)):
            if place[0] != owner or n:
                logger.warning(
                    "%r is defined here too; %s owns it", term["name"], owner, location=place
                )
    for name in places.keys() - terms.keys():
        logger.warning(
            "%r is defined here and not in the glossary: add it to glossary.toml",
            name,
            location=places[name][0],
        )


def visit(self, node):
    """Open the HTML element that HTML has for it."""
    self.body.append(self.starttag(node, "dfn", ""))


def depart(self, node):
    """Close it."""
    self.body.append("</dfn>")


def passing(self, node):
    """Write a term as any other words."""


def setup(app):
    """Register the role, the directive and the checks."""
    app.setup_extension("docs._ext")
    plain = (passing, passing)
    app.add_node(dfn, html=(visit, depart), text=plain, latex=plain, man=plain, texinfo=plain)
    app.add_role("dfn", Defined(), override=True)  # docutils has one that keeps no name
    app.add_directive("terms", Terms)
    app.connect("doctree-read", read)
    app.connect("env-check-consistency", check)
    return {"version": "1", "parallel_read_safe": True, "parallel_write_safe": True}
