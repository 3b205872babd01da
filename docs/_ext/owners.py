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

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.environment import BuildEnvironment
from sphinx.util import logging
from sphinx.util.docutils import SphinxDirective, SphinxRole
from sphinx.util.typing import ExtensionMetadata
from sphinx.writers.html5 import HTML5Translator

from docs._ext import is_chapter, load, place_in_data, prose
from docs._ext.classes import CLAIM, FROM_DATA, is_within
from docs._ext.handbook import handbook
from docs._ext.shapes import Row

logger = logging.getLogger(__name__)

LISTS = {f"reference/{page}" for page in ("bibliography", "command-line", "glossary", "syllabus")}


class dfn(nodes.inline):
    """The words that a sentence defines."""


class Defined(SphinxRole):
    """Mark the place that defines a term: `{dfn}`champion`` or `{dfn}`champions <champion>``."""

    def run(self) -> tuple[list[nodes.Node], list[nodes.system_message]]:
        """Return the node, with the term's name in the glossary."""
        explicit = re.fullmatch(r"(.+?)\s*<(.+)>", self.text)
        shown, term = explicit.groups() if explicit else (self.text, self.text)
        return [dfn(self.rawtext, shown, term=name_to_search(term))], []


class Terms(SphinxDirective):
    """List every term of `_data/glossary.toml`, with a link to the page that owns it."""

    def run(self) -> list[nodes.Node]:
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


def name_to_search(name: str) -> str:
    """Return a term's name as the glossary is searched for it: small letters, straight quotes."""
    return name.casefold().replace("\u2019", "'")


def find_terms(
    terms: Iterable[Row],
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


def read(app: Sphinx, doctree: nodes.document) -> None:
    """Find definitions in the wrong place, and the terms that a page uses without a link."""
    env, docname = app.env, app.env.docname
    defined = handbook(env).definitions[docname] = {}
    for node in doctree.findall(dfn):
        defined.setdefault(node["term"], []).append((docname, prose.line_of(node)))
    used = handbook(env).used_terms[docname] = {}
    if docname in LISTS:
        return
    linked = {
        name_to_search(n["reftarget"])
        for n in doctree.findall(nodes.Element)
        if n.get("refdomain") == "std" and n.get("reftype") == "term"
    }
    terms: list[Row] = load(app.srcdir, "glossary.toml").get("term", [])
    if not terms:
        return
    found_in = find_terms(terms)
    for block in prose.blocks(doctree):
        if not isinstance(block, nodes.paragraph) or is_within(block, CLAIM, FROM_DATA):
            continue
        said, here = prose.words_of(block, code=False).lower(), (docname, prose.line_of(block))
        for n, match in found_in(said):  # a path in code is no term
            term = terms[n]
            name = name_to_search(term["name"])
            if term["owner"] != docname and name not in linked | defined.keys():
                used.setdefault(name, here)
            others = is_chapter(env.metadata[docname]) and term["owner"] != docname
            if others and defines(said, match):
                logger.warning(
                    "this defines %r, which %s owns: link to it with {term}",
                    term["name"],
                    term["owner"],
                    location=here,
                )


def defines(said: str, match: re.Match[str]) -> bool:
    """Tell whether a sentence defines its first word: “A champion is the model that …”."""
    begins = re.search(r"(?:^|[.!?:]\s+)(?:An?\s+|The\s+)?$", said[: match.start()], re.I)
    verb = r"\s+(?:is|are|means?)\s+(?:an?|the|when|what|how)\b"
    return bool(begins and re.match(verb, said[match.end() :], re.I))


def pages_read_first(env: BuildEnvironment, docname: str) -> set[str]:
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


def as_list(value: object) -> list[str]:  # whatever its writer has put there
    """Return the list of a front matter, which MyST keeps as a JSON text, or [] where it is none."""
    try:
        found = json.loads(value) if isinstance(value, str) else []
    except ValueError:  # reported with the front matter
        return []
    return found if isinstance(found, list) else []


def check(app: Sphinx, env: BuildEnvironment) -> None:
    """Each term is defined once, by its owner; each definition has a term."""
    terms = {
        name_to_search(t["name"]): t for t in load(app.srcdir, "glossary.toml").get("term", [])
    }
    check_uses(env, terms)
    places: dict[str, list[tuple[str, int | None]]] = {}
    for defined in handbook(env).definitions.values():
        for name, found in defined.items():
            places.setdefault(name, []).extend(found)
    check_definitions(env, terms, places)


def check_uses(env: BuildEnvironment, terms: Mapping[str, Row]) -> None:
    """Tell of a term that a page uses, and that its reader has neither read nor can look up."""
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


def check_definitions(
    env: BuildEnvironment,
    terms: Mapping[str, Row],
    places: Mapping[str, list[tuple[str, int | None]]],
) -> None:
    """Tell of a term that its owner does not define, or another page does, and of one that is none.

    `places` has for each term the pages and lines that define it.
    """
    for name, term in terms.items():
        at = place_in_data(env.srcdir, "glossary.toml", f'"{term["name"]}"')
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


def visit(self: HTML5Translator, node: dfn) -> None:
    """Open the HTML element that HTML has for it."""
    self.body.append(self.starttag(node, "dfn", ""))


def depart(self: HTML5Translator, node: dfn) -> None:
    """Close it."""
    self.body.append("</dfn>")


def write_nothing(self: nodes.NodeVisitor, node: dfn) -> None:
    """Write a term as any other words."""


def setup(app: Sphinx) -> ExtensionMetadata:
    """Register the role, the directive and the checks."""
    app.setup_extension("docs._ext")
    plain = (write_nothing, write_nothing)
    app.add_node(dfn, html=(visit, depart), text=plain, latex=plain, man=plain, texinfo=plain)
    app.add_role("dfn", Defined(), override=True)  # docutils has one that keeps no name
    app.add_directive("terms", Terms)
    app.connect("doctree-read", read)
    app.connect("env-check-consistency", check)
    return {"version": "1", "parallel_read_safe": True, "parallel_write_safe": True}
