"""The classes by which one extension knows what another one made, and what each of them says.

The style sheet has the same names. A class that one extension alone needs stays with it.
"""

from docutils import nodes

CHECKED = "checked"  # when a fact that expires was held against its source
CLAIM = "claim"  # the box of a claim of the decks, which is checked as a whole
FACTS = "chapter-facts"  # what stands under a page's title, made of its front matter: no prose
FROM_DATA = "from-data"  # a list or table made of a file of `_data`: no words of the page
MEASURED = "measured"  # a figure of a run or a table of them: it has its source
NOT_RUN = "not-run"  # a block that the tests do not run, under its reason
QUIZ = "quiz"  # the questions of a chapter: no prose
TALK = "talk"  # the running order of the talk: a table that is read as prose
VERSION = "version"  # a version, read from a lock


def has_class(node: nodes.Node, *names: str) -> bool:
    """Tell whether a node has one of some classes."""
    return isinstance(node, nodes.Element) and not set(names).isdisjoint(node.get("classes", ()))


def is_within(node: nodes.Node | None, *names: str) -> bool:
    """Tell whether a node or one that holds it has one of some classes."""
    while node is not None and not has_class(node, *names):
        node = node.parent
    return node is not None
