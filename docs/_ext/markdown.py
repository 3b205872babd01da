"""The one reader of Markdown: MyST's own parser, set as `conf.py` sets it.

Extensions, scripts and tests ask it for the front matter, the sections, the fences and the tokens of
a page. A second reader of fences is kept on purpose: the line scanner of `scripts/prose.py` shares
no code with this one, and `tests/test_fences.py` compares what the two see.
"""

import re
from collections.abc import Iterable
from functools import cache
from typing import Any, NamedTuple

import yaml
from docutils.nodes import make_id
from markdown_it.renderer import RendererHTML
from markdown_it.token import Token
from myst_parser.config.main import MdParserConfig
from myst_parser.parsers.mdit import create_md_parser

from docs.conf import myst_enable_extensions

PARSER = create_md_parser(
    MdParserConfig(enable_extensions=set(myst_enable_extensions)), RendererHTML
)

# Directives whose content is Markdown, which may have fences of its own.
HOLDS_MARKDOWN = {
    *("admonition", "attention", "caution", "danger", "hint", "important", "note", "seealso"),
    *("tip", "warning", "topic", "sidebar", "figure", "glossary", "div", "dropdown"),
    *("grid", "grid-item", "grid-item-card", "card", "card-header", "card-footer"),
    *("tab-set", "tab-item"),
}
# Directives whose content is names or figures, or nothing at all.
HOLDS_DATA = {
    *("activities", "bars", "bibliography", "chapters", "claim", "claims", "dots"),
    *("events", "image", "in-a-copy", "labs-by-terminal", "law", "law-dates", "lines"),
    *("measurements", "ml-test-score", "my-quizzes", "objectives", "path"),
    *("path-cards", "payback", "quiz", "raci", "resources", "role", "self-assessment"),
    *("licence-line", "rehearsals"),
    *("survivors", "syllabus", "talk", "terms", "toctree", "tool", "tool-matrix", "trust"),
    *("plan", "plans", "way-in"),
}


def front_matter(text: str) -> dict[str, Any]:  # a page's keys; each extension checks its own
    """Return what stands between the two lines `---` at the top of a page; {} where nothing can be read."""
    top = re.match(r"---\n(.*?)^---$", text, re.M | re.S)
    try:
        found = yaml.safe_load(top[1]) if top else {}
    except yaml.YAMLError:  # MyST tells it
        found = {}
    return found if isinstance(found, dict) else {}


class Section(NamedTuple):
    """A heading's words, and the labels that lead to its section."""

    title: str
    labels: tuple[str, ...]

    @property
    def slug(self) -> str:
        """The id that the heading has on the built page, if no other there has the same words."""
        return make_id(self.title)


@cache  # a build checks the plans once and shows them on several pages
def sections(text: str) -> tuple[Section, ...]:
    """Return the sections of a page, in order; the first has the page's title.

    A label right above a heading leads to that section, any other to the one in which it stands.
    """
    found: list[tuple[str, list[str]]] = []
    waiting: list[str] = []
    heading = False
    for token in PARSER.parse(text):
        if token.type == "myst_target":
            waiting.append(token.content)
        elif heading:  # the words of the heading that the token before has opened
            found.append((visible_text(token.children or []), waiting))
            waiting, heading = [], False
        elif token.type == "heading_open":
            heading = True
        elif found:
            found[-1][1].extend(waiting)
            waiting = []
    if found:
        found[-1][1].extend(waiting)
    return tuple(Section(title, tuple(labels)) for title, labels in found)


def visible_text(tokens: Iterable[Token]) -> str:
    """Return what a reader sees of inline tokens, without any mark."""
    words = []
    for token in tokens:
        if token.type == "myst_role":  # `text <target>` shows its text
            words.append(re.sub(r"\s*<[^<>]*>$", "", token.content))
        else:
            words.append(" " if token.type == "softbreak" else token.content)
    return "".join(words)


class Fence:
    """One fenced block: its language or directive, its text, its place."""

    def __init__(self, info: str, content: str, line: int) -> None:
        """Take the fence's info string, its text and the line of its first line of text."""
        self.name, _, self.argument = info.strip().partition(" ")
        self.directive = self.name.strip("{}") if self.name.startswith("{") else ""
        self.content, self.line = content, line


@cache  # each page is asked for several times
def fences(text: str, first: int = 1) -> list[Fence]:
    """Return every block of a Markdown text, those inside directives too; `first` is its line.

    A directive that is in neither list above is one of them: nothing says what it holds.
    """
    found = []
    for token in PARSER.parse(text):
        bare = token.type == "code_block" or (
            token.type == "html_block" and "<pre" in token.content
        )
        if not (bare or token.type in {"fence", "colon_fence"}):
            continue
        assert token.map is not None  # the parser knows the lines of each block
        fence = Fence("" if bare else token.info, token.content, first + token.map[0] + 1)
        if fence.directive in HOLDS_MARKDOWN:
            found += fences(fence.content, fence.line)
        elif fence.directive not in HOLDS_DATA:
            found.append(fence)
    return found
