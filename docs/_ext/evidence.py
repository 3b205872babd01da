"""*Claim and source*: a claim has a source, and what the decks claim has a verdict.

- `{claim} id` shows one entry of `_data/claims.toml` in three lines; `{claims}` lists them all.
- Words that hold a figure, a date or a quotation need a citation, a figure of a run
  (`{measured}`), or to repeat what a checked fence of the page printed.
- `_data/references.bib` holds what was opened and is cited, without working notes.
"""

import re

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.environment import BuildEnvironment
from sphinx.util import logging
from sphinx.util.docutils import SphinxDirective
from sphinx.util.typing import ExtensionMetadata

from docs._ext import load, place_in_data, prose
from docs._ext.citations import domain_of
from docs._ext.cited import cited_lines, read_sources
from docs._ext.classes import CLAIM, FACTS, FROM_DATA, MEASURED, QUIZ, is_within
from docs._ext.dates import long_date
from docs._ext.expiry import day_of_check
from docs._ext.handbook import handbook
from docs._ext.lexicon import MONTHS
from docs._ext.statements import plain_quotation

logger = logging.getLogger(__name__)

VERDICTS = {
    "supported": "Supported",
    "partly": "Partly supported",
    "unsupported": "No source found",
    "misattributed": "Misattributed",
}
COUNT = r"(?i:\d+|one|two|three|four|five|six|seven|eight|nine)"
FIGURE = re.compile(
    r"\d+(?:\.\d+)?[\s-]?(?:%|per ?cent\b)|\bper ?cent\b|\b(?:19|20)\d\d(?!\d)|[$€£]\s?\d\S*"
    rf"|\b\d+(?:\.\d+)?(?:x\b|\s?×|\stimes\b)|\b{COUNT} (?:out of|in) (?:\d{{2,3}}|ten|a hundred)\b"
    r"|\b(?i:(?:one|two)[ -]thirds?|(?:a|one|three)[ -]quarters?) of\b"
    rf"|\b(?i:in|since|until) (?:{'|'.join(MONTHS)})\b"
    r"|\b(?i:studies|research|surveys) (?:shows?|finds?|says?)\b"
    r"|[“\"][^”\"]{40,}[”\"]|‘[^’]{40,}’|\b(?:said|says|wrote|writes),? [“‘]"
)
WORKING_NOTE = re.compile(r"verified in|from memory|verify\b", re.I)


class Claim(SphinxDirective):
    """Show one claim of the decks: what the slide says, what was found, what to say instead."""

    required_arguments = 1

    def run(self) -> list[nodes.Node]:
        """Write the box as Markdown and let the parser do the rest."""
        self.env.note_dependency(f"{self.env.srcdir}/_data/claims.toml")
        key = self.arguments[0]
        claims = {c["id"]: c for c in load(self.env.srcdir, "claims.toml").get("claim", [])}
        if (claim := claims.get(key)) is None:
            logger.warning(
                "claims.toml has no claim %r: add it there, or correct its name",
                key,
                location=self.get_location(),
            )
            return []
        handbook(self.env).claims.setdefault(self.env.docname, []).append(key)
        markdown = (
            f"A common slide says\n: “{claim['slide_says']}”\n\n"
            f"What we found\n: {claim['found'].strip()}\n\n"
            f"Say instead\n: {claim['say'].strip()}\n"
        )
        box = nodes.admonition(classes=[CLAIM, f"claim-{claim['verdict']}"])
        box += nodes.title(
            "", f"A common slide: {VERDICTS[claim['verdict']].lower()} ", day_of_check(claim)
        )
        box += self.parse_text_to_nodes(markdown)
        target = nodes.target("", "", ids=[f"claim-{key}"], names=[f"claim-{key}"])
        self.state.document.note_explicit_target(target)
        return [target, box]


class Claims(SphinxDirective):
    """List every claim with its verdict and the place where the handbook shows it."""

    def run(self) -> list[nodes.Node]:
        """Write the table as Markdown and let the parser do the rest."""
        self.env.note_dependency(f"{self.env.srcdir}/_data/claims.toml")
        rows = ["| a common slide says | verdict | checked | shown in |", "|---|---|---|---|"]
        rows += [
            f"| “{c['slide_says']}” | {VERDICTS[c['verdict']]} | {long_date(c['checked'])} "
            f"| {{ref}}`{c['entry']}` |"
            for c in load(self.env.srcdir, "claims.toml").get("claim", [])
        ]
        (table,) = self.parse_text_to_nodes("\n".join(rows))
        assert isinstance(table, nodes.table)  # it has its head, whatever else
        table["classes"].append(FROM_DATA)  # each line leads to the box with its sources
        return [table]


def check_sources(app: Sphinx, doctree: nodes.document) -> None:
    """Find figures, years and quotations that nothing on the page backs."""
    check_figures(app, doctree)
    check_front_matter(app)
    check_quotations(app, doctree)


def check_figures(app: Sphinx, doctree: nodes.document) -> None:
    """Warn of figures without a source, other than those that a block of the page has printed."""
    printed = " ".join(
        block.astext()
        for block in doctree.findall(nodes.literal_block)
        if block.get("language") in {"output", "console"}
    )
    for block in prose.blocks(doctree):
        if is_backed(block):
            continue
        for figure in FIGURE.findall(prose.words_of(block)):
            number = re.match(r"\d+(?:\.\d+)?", figure)
            if number and re.search(rf"(?<![\d.]){re.escape(number[0])}(?![\d.])", printed):
                continue
            logger.warning(
                "%r has no source: cite one, measure it, or show the fence that prints it",
                figure,
                location=(app.env.docname, prose.line_of(block)),
            )


def check_front_matter(app: Sphinx) -> None:
    """Warn of figures in the description and the objectives, which have no room for a source."""
    about = app.env.metadata[app.env.docname]
    for field in ("description", "objectives"):
        for figure in FIGURE.findall(str(about.get(field, "")).replace('"', "")):
            logger.warning(
                "%r has no source in the front matter: say it in the chapter",
                figure,
                location=(app.env.docname, 1),
            )


def check_quotations(app: Sphinx, doctree: nodes.document) -> None:
    """Warn of block quotations that the entry cited in them, or just before, does not have."""
    for quote in doctree.findall(nodes.block_quote):
        before = quote.parent[: quote.parent.index(quote)][-1:]
        beside = [*quote.findall(nodes.paragraph), *before]
        keys = [key for block in beside for _, cited in cited_lines(block) for key in cited]
        held = read_sources(app.env, keys)
        for paragraph in quote.findall(nodes.paragraph):
            if plain_quotation(prose.words_of(paragraph)) not in held.words:
                logger.warning(
                    "the entry cited in or before this block quotation does not say it: keep the "
                    "source's words in the entry's `says`",
                    location=(app.env.docname, prose.line_of(paragraph)),
                )


def is_backed(paragraph: nodes.Element) -> bool:
    """Tell whether a paragraph or its row cites, or stands in a claim box or among measurements."""
    row: nodes.Element | None = paragraph
    while row is not None and not isinstance(row, nodes.row):
        row = row.parent
    whole = paragraph if row is None else row
    if any(node.get("refdomain") == "cite" for node in whole.findall(nodes.Element)):
        return True
    # A claim box is checked as a whole; front matter and lists of an extension are data.
    return is_within(paragraph, CLAIM, FACTS, QUIZ, FROM_DATA, MEASURED)


def check(app: Sphinx, env: BuildEnvironment) -> None:
    """Check claims.toml and the bibliography as a whole."""
    check_claims(app, env)
    check_bibliography(app, env)


def check_claims(app: Sphinx, env: BuildEnvironment) -> None:
    """Warn of a claim of no entry of the syllabus, without a source, or not shown exactly once."""
    shown = [key for keys in handbook(env).claims.values() for key in keys]
    entries = {e["id"] for e in load(app.srcdir, "syllabus.toml").get("bullet", [])}
    for claim in load(app.srcdir, "claims.toml").get("claim", []):
        here = place_in_data(app.srcdir, "claims.toml", f'"{claim["id"]}"')
        if claim["entry"] not in entries:
            logger.warning("%r is no entry of the syllabus", claim["entry"], location=here)
        if "{cite" not in claim["found"]:
            logger.warning("the claim %r cites no source", claim["id"], location=here)
        if shown.count(claim["id"]) != 1:
            logger.warning(
                "the claim %r is not shown in exactly one chapter", claim["id"], location=here
            )


def check_bibliography(app: Sphinx, env: BuildEnvironment) -> None:
    """Warn of an entry that no page cites, and of a note to ourselves."""
    cited = {target.key for ref in domain_of(env).citation_refs for target in ref.targets}
    for bib in app.config.bibtex_bibfiles:
        path = app.srcdir / bib
        for number, line in enumerate(path.read_text("utf-8").splitlines(), 1):
            here = f"{path}:{number}"
            entry = re.match(r"@\w+\{([^,]+),", line)
            if entry and entry[1] not in cited:
                logger.warning("no page cites %r: cite it or drop it", entry[1], location=here)
            if WORKING_NOTE.search(line):
                logger.warning("a working note: open the source, then drop the note", location=here)


def setup(app: Sphinx) -> ExtensionMetadata:
    """Register the directives and the checks."""
    app.setup_extension("docs._ext.cited")
    app.setup_extension("docs._ext.expiry")
    app.add_directive("claim", Claim)
    app.add_directive("claims", Claims)
    app.connect("doctree-read", check_sources)
    app.connect("env-check-consistency", check)
    return {"version": "1", "parallel_read_safe": True, "parallel_write_safe": True}
