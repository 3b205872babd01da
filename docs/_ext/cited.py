"""*Claim and source*, a sentence at a time: what it states stands in an entry that it cites.

Its figures, units, dates, directions, names, quotations and negations (`facts.py` says which) are
looked up in the entry: in `says`, which keeps the source's own words, in `ours`, which holds what we
add, and in its title, people and date. `says` and `ours` are not shown.

A sentence without a citation, in a paragraph that has one, is held to it by its longer figures,
months and quotations. The figures of a quiz and of a page's description stand on the page.

The build leaves the sentences in `cited.jsonl`, beside what it keeps of the pages.
"""

import json
import re
from collections.abc import Iterable, Iterator
from itertools import combinations
from pathlib import Path
from typing import TypedDict

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.environment import BuildEnvironment
from sphinx.util import logging
from sphinx.util.typing import ExtensionMetadata

from docs._ext import dates, facts, prose, statements
from docs._ext.citations import entries_of
from docs._ext.classes import CLAIM, FROM_DATA, has_class, is_within
from docs._ext.handbook import Place, handbook
from docs._ext.lexicon import MONTHS
from docs._ext.quiz import has_id, own_text, quiz

logger = logging.getLogger(__name__)

FILE = "cited.jsonl"
PLACES = {nodes.block_quote: "quote", nodes.entry: "table", nodes.caption: "figure"}
# What a sentence without a citation is held to.
LONGER = re.compile(
    r"\d+(?:\.\d+)?(?=[\s-]?(?:%|per ?cent))|\d+(?:\.\d\d+)+|\d\d+|(?<=“)[^”]{15,}(?=”)"
    rf"|\b(?:{'|'.join(MONTHS)})\b"
)


class Sentence(TypedDict):
    """A sentence that cites, or repeats what its page says, as `cited.jsonl` has it."""

    page: str
    line: int | None
    kind: str  # where it stands
    said: str
    keys: list[str]  # of the bibliography, or the texts that it repeats


def cited_lines(block: nodes.Element) -> Iterator[tuple[str, list[str]]]:
    """Yield each line of a block with the keys that it cites: in a source, a line is a sentence."""
    parts: list[tuple[list[str], list[str]]] = [([], [])]

    def walk(node: nodes.Node) -> None:
        if isinstance(node, nodes.Text):
            first, *others = node.astext().split("\n")
            parts[-1][0].append(first)
            parts.extend(([line], []) for line in others)
        elif isinstance(node, nodes.Element) and node.get("refdomain") == "cite":
            parts[-1][1].extend(map(str.strip, node.get("reftarget", "").split(",")))
        elif not isinstance(node, nodes.raw) and not has_class(node, *prose.GENERATED):
            for child in node.children:
                walk(child)

    walk(block)
    for words, keys in parts:
        # A citation that is left out leaves its space before the full stop.
        if said := re.sub(r" +(?=[.,;:](?:\s|$))", "", "".join(words).strip()):
            yield said, keys


def place_kind(block: nodes.Element) -> str:
    """Say where a block stands."""
    if is_within(block, CLAIM, FROM_DATA):
        return "claim" if is_within(block, CLAIM) else "card"
    node = block
    while node is not None:
        if place := PLACES.get(type(node)):
            return place
        node = node.parent
    return "paragraph"


def read_sources(env: BuildEnvironment, keys: Iterable[str]) -> facts.Sources:
    """Return what the bibliography holds under some keys; one that is missing is reported elsewhere."""
    entries = entries_of(env)
    for bib in env.config.bibtex_bibfiles if keys else ():
        env.note_dependency(f"{env.srcdir}/{bib}")
    return facts.sources_of([entries[key] for key in keys if key in entries])


def words_around(block: nodes.Element) -> str:
    """Return what a line is about and does not say: the tool of a card, the other cells of a row."""
    found = block
    while found is not None and not (isinstance(found, nodes.row) or has_class(found, "tool-card")):
        found = found.parent
    if found is None:
        return ""
    if isinstance(found, nodes.row):
        others = [cell for cell in found.findall(nodes.paragraph) if cell is not block]
        words = [prose.words_of(cell).strip() for cell in others]
        return "".join(f"{word}; " for word in words if word not in dates.STATES)
    name = found.next_node(nodes.strong)
    assert name is not None  # a card begins with the name of its tool
    return f"{name.astext()}: "


def compare_sentences(app: Sphinx, doctree: nodes.document) -> None:
    """Hold each sentence of a page to its sources, and keep those that cite."""
    found = handbook(app.env).cited.setdefault(app.env.docname, [])
    for block in prose.blocks(doctree):
        said = list(cited_lines(block))
        sources = [key for _, keys in said for key in keys]
        if not sources or not (held := read_sources(app.env, sources)).words:
            continue
        here = app.env.docname, prose.line_of(block)
        for words, keys in said:
            if keys:
                words = words_around(block) + words
                found.append(make_sentence(here, place_kind(block), words, keys))
                report_doubts(facts.doubts(words, read_sources(app.env, keys)), here)
            else:
                longer = LONGER.findall(words)
                report_doubts((it for it in longer if not facts.stands_in(it, held.words)), here)
    compare_figures(app, doctree, found)


def compare_figures(app: Sphinx, doctree: nodes.document, found: list[Sentence]) -> None:
    """Hold the figures of a page's quiz and of its front matter to the page."""
    page, about = app.env.docname, app.env.metadata[app.env.docname]
    objectives = json.loads(about.get("objectives", "[]"))
    # The front matter is in the tree, too, and would hold itself.
    whole = "\n".join(child.astext() for child in doctree if not isinstance(child, nodes.docinfo))
    page_says = [facts.PAGE + whole]
    repeats = [("front matter", about.get("description", ""), page_says)]
    repeats += [("front matter", text, page_says) for text in getattr(objectives, "values", list)()]
    for question in (one for node in doctree.findall(quiz) for one in node["questions"]):
        right = question["option"][question["right"]]
        given = statements.figures(statements.read(question["ask"]))
        sums = " ".join(f"{one + other:f}" for one, other in combinations(given, 2))
        says = section_text(doctree, question["section"]), question["ask"]
        sources = [*(facts.SECTION + one for one in says), facts.SUMS + sums]
        # An answer that is computed is compared with its expression, by a test.
        parts = ("why",) if "run" in question else ("text", "why")
        repeats += [("quiz", right[text], sources) for text in parts]
    for place, text, sources in repeats:
        for doubt in facts.missing_figures(text, sources):
            logger.warning(
                "the page does not say %s: correct its %s", doubt, place, location=(page, 1)
            )
        if text:
            found.append(make_sentence((page, 1), place, text, sources))


def section_text(doctree: nodes.document, label: str) -> str:
    """Return the text of a section that a quiz names; nothing if there is none."""
    target = doctree.nameids.get(nodes.fully_normalize_name(label))
    found = next(doctree.findall(has_id(target)), None) if target else None
    return own_text(found) if found is not None else ""


def make_sentence(here: Place, kind: str, said: str, keys: list[str]) -> Sentence:
    """Return what is kept of a sentence."""
    return {"page": here[0], "line": here[1], "kind": kind, "said": said, "keys": keys}


def report_doubts(doubts: Iterable[str], here: Place) -> None:
    """Warn of what the entries do not hold."""
    for doubt in doubts:
        logger.warning(
            "%r is not in the entry that is cited: correct it, or keep the source's words in the "
            "entry's `says`, and what we add in its `ours`",
            doubt,
            location=here,
        )


def write_sentences(app: Sphinx, env: BuildEnvironment) -> None:
    """Leave the sentences that cite for whoever wants to try them."""
    found = handbook(env).cited
    text = [json.dumps(one, ensure_ascii=False) for page in sorted(found) for one in found[page]]
    Path(app.doctreedir, FILE).write_text("\n".join([*text, ""]), "utf-8")


def setup(app: Sphinx) -> ExtensionMetadata:
    """Connect the comparison, before the quiz drops what it was made of."""
    app.setup_extension("docs._ext")
    app.connect("doctree-read", compare_sentences, priority=400)
    app.connect("env-check-consistency", write_sentences)
    return {"version": "1", "parallel_read_safe": True, "parallel_write_safe": True}
