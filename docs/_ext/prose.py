"""What counts as the words of a page or a section."""

from collections.abc import Iterator

from docutils import nodes

from docs._ext.classes import CHECKED, FACTS, MEASURED, NOT_RUN, QUIZ, VERSION, has_class

# Code, quizzes and what an extension sets above a chapter are not its prose.
APART = (nodes.literal_block, nodes.doctest_block, nodes.comment, nodes.raw)
GENERATED = (VERSION, MEASURED, CHECKED)  # words that a role found elsewhere
APART_CLASSES = (FACTS, QUIZ, NOT_RUN)


def is_apart(node: nodes.Node) -> bool:
    """Tell whether a node is no prose."""
    return isinstance(node, APART) or has_class(node, *APART_CLASSES)


def blocks(node: nodes.Node, *, nested: bool = True) -> Iterator[nodes.TextElement]:
    """Yield the blocks of a node's prose (paragraphs, titles, captions), without code.

    Without `nested`, stop at its sub-sections and leave out its own title.
    """
    for child in node.children:
        if isinstance(child, nodes.Text) or is_apart(child):
            continue
        if isinstance(child, nodes.section) and not nested:
            continue
        if isinstance(child, nodes.title) and not nested and isinstance(node, nodes.section):
            continue
        if isinstance(child, nodes.TextElement):
            yield child
        else:
            yield from blocks(child, nested=nested)


def words_of(node: nodes.Node, *, code: bool = True) -> str:
    """Return the words of one block on one line, without citations, drawings and what roles fill in.

    Without `code`, a mark stands for what is set as code.
    """
    if not code and isinstance(node, nodes.literal):
        return "`"
    if isinstance(node, nodes.Text):
        return node.astext()
    if isinstance(node, nodes.raw) or has_class(node, *GENERATED):
        return ""
    if isinstance(node, nodes.Element) and node.get("refdomain") == "cite":
        return ""
    return "".join(words_of(child, code=code) for child in node.children).replace("\n", " ")


def text(node: nodes.Node, *, nested: bool = True) -> str:
    """Return a node's prose as one line; a diagram speaks through its `description`."""
    own = [words_of(block) for block in blocks(node, nested=nested)]
    of_diagrams = [
        child["description"]
        for child in node.findall(nodes.figure)
        if child.get("description")
        and (nested or section_of(child) is section_of(node, itself=True))
    ]
    return " ".join([*own, *of_diagrams])


def section_of(node: nodes.Node, *, itself: bool = False) -> nodes.Node:
    """Return the innermost section (or the document) that holds a node."""
    node = node if itself else node.parent
    while node.parent is not None and not isinstance(node, nodes.section):
        node = node.parent
    return node


def line_of(node: nodes.Node) -> int | None:
    """Return the nearest source line that docutils knows for a node, or None."""
    while node.line is None and node.parent is not None:
        node = node.parent
    return node.line
