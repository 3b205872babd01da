"""One owner for each idea: a term is defined on one page and linked from everywhere else.

`_data/glossary.toml` holds the terms: what each means, and the page that owns it. The owner marks
its definition with the role `{dfn}`; `{terms}` lists them all as a glossary, which `{term}` links to.

A reader who meets a term can look it up or has read what it means: a page that uses one links to
it, unless a page that is read first owns it. That is a prerequisite, or one of its own; for a lab,
each lab with a smaller number.
"""

import json
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any

from docutils import nodes
from sphinx.util import logging
from sphinx.util.docutils import SphinxDirective, SphinxRole

from docs._ext import is_chapter, load, prose, where
from docs._ext.classes import CLAIM, FROM_DATA, within
from docs._ext.handbook import handbook

logger = logging.getLogger(__name__)

LISTS = {f"reference/{page}" for page in ("bibliography", "command-line", "glossary", "syllabus")}


class dfn(nodes.inline):
    """The words that a sentence defines."""


class Defined(SphinxRole):
    """Mark the place that defines a term: `{dfn}`champion`` or `{dfn}`champions <champion>``."""

    def run(self):
        """Return the node, with the term's name in the glossary."""
        explicit = re.fullmatch(r"(.+?)\s*<(.+)>", self.text)
        shown, term = explicit.groups() if explicit else (self.text, self.text)
        return [dfn(self.rawtext, shown, term=straight(term))], []


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
                f"  {term['means']} Explained in “{{page}}`{term['owner']}`”.",
                "",
            ]
        return self.parse_text_to_nodes("\n".join([*lines, ":::"]))


def straight(name: str) -> str:
    """Return a term's name as the glossary is searched for it: small letters, straight quotes."""
    return name.casefold().replace("\u2019", "'")


def find_terms(
    terms: Iterable[Mapping[str, Any]],
) -> Callable[[str], Iterator[tuple[int, re.Match[str]]]]:
    """Return a function that finds in a text of small letters what pages call the terms.

    It yields the term's place in the list, and the match. Of two phrases that begin at one place
    the longer is the term: a feature store is no feature.
    """
    numbers = {
        phrase.lower(): n
        for n, term in reversed([*enumerate(terms)])  # of two that share a phrase the first has it
        for phrase in term.get("written", [term["name"], f"{term['name']}s", f"{term['name']}es"])
    }
    # Plain alternatives in small letters: by its first letter, `re` passes over one that cannot fit.
    each = "|".join(map(re.escape, sorted(numbers, key=len, reverse=True)))
    written = re.compile(rf"(?<![\w-])(?:{each})(?![\w-])")
    return lambda text: ((numbers[match[0]], match) for match in written.finditer(text))


def read(app, doctree):
    """Find definitions in the wrong place, and the terms that a page uses without a link."""
    env, docname = app.env, app.env.docname
    defined = handbook(env).definitions[docname] = {}
    for node in doctree.findall(dfn):
        defined.setdefault(node["term"], []).append((docname, prose.line_of(node)))
    used = handbook(env).used_terms[docname] = {}
    if docname in LISTS:
        return
    linked = {
        straight(n["reftarget"])
        for n in doctree.findall(nodes.Element)
        if n.get("refdomain") == "std" and n.get("reftype") == "term"
    }
    terms = load(app.srcdir, "glossary.toml").get("term", [])
    if not terms:
        return
    found_in = find_terms(terms)
    for block in prose.blocks(doctree):
        if not isinstance(block, nodes.paragraph) or within(block, CLAIM, FROM_DATA):
            continue
        said, here = prose.said(block, code=False).lower(), (docname, prose.line_of(block))
        for n, match in found_in(said):  # a path in code is no term
            term = terms[n]
            name = straight(term["name"])
            if term["owner"] != docname and name not in linked | defined.keys():
                used.setdefault(name, here)
            # "A champion is the model that …", at the start of a sentence, defines.
            if (
                is_chapter(env.metadata[docname])
                and term["owner"] != docname
                and re.search(r"(?:^|[.!?:]\s+)(?:An?\s+|The\s+)?$", said[: match.start()], re.I)
                and re.match(
                    r"\s+(?:is|are|means?)\s+(?:an?|the|when|what|how)\b", said[match.end() :], re.I
                )
            ):
                logger.warning(
                    "this defines %r, which %s owns: link to it with {term}",
                    term["name"],
                    term["owner"],
                    location=here,
                )


def pages_read_first(env, docname: str) -> set[str]:
    """Return the pages that a reader of this one has read: its prerequisites, and theirs."""
    before: set[str] = set()
    todo = [docname]
    while todo:
        page = env.metadata.get(todo.pop(), {})
        needed = as_list(page.get("prerequisites"))
        if "lab" in page:
            needed += [
                other
                for other, its in env.metadata.items()
                if "lab" in its and int(its["lab"]) < int(page["lab"])
            ]
        todo += [name for name in needed if name not in before]
        before.update(needed)
    return before


def as_list(value: object) -> list[str]:
    """Return the list of a front matter, which MyST keeps as a JSON text, or [] where it is none."""
    try:
        found = json.loads(value) if isinstance(value, str) else []
    except ValueError:  # reported with the front matter
        return []
    return found if isinstance(found, list) else []


def check(app, env):
    """Each term is defined once, by its owner; each definition has a term."""
    terms = {straight(t["name"]): t for t in load(app.srcdir, "glossary.toml").get("term", [])}
    places = {}
    for defined in handbook(env).definitions.values():
        for name, found in defined.items():
            places.setdefault(name, []).extend(found)
    for docname, used in sorted(handbook(env).used_terms.items()):
        before = pages_read_first(env, docname) if used else set()
        for name, here in used.items():
            term = terms.get(name)
            if term and not term.get("everywhere") and term["owner"] not in before:
                logger.warning(
                    "%r is in the glossary: link its first mention with {term}, or name %s among "
                    "the prerequisites",
                    term["name"],
                    term["owner"],
                    location=here,
                )
    for name, term in terms.items():
        at = where(app.srcdir, "glossary.toml", f'"{term["name"]}"')
        owner = term["owner"]
        if owner not in env.found_docs:
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
