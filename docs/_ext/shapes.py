"""What the extensions hand on to one another and to Sphinx: rows of data, and nodes of a kind.

docutils says of a node that it may hold any other; an extension that has written a table knows
that a table came back. What says so, and stops the build where it is not so, is here.
"""

from collections.abc import Container, Iterable, Mapping
from typing import Any, TypeVar

from docutils import nodes
from sphinx.environment import BuildEnvironment
from sphinx.util.docutils import SphinxDirective
from sphinxcontrib.bibtex.domain import BibtexDomain

Row = Mapping[str, Any]  # a table of a TOML file: its schema in `_data` says what each key holds
Context = dict[str, Any]  # what a page's template is given: Sphinx and each extension add to it
Kind = TypeVar("Kind", bound=nodes.Node)


def find_first(node: nodes.Node, kind: type[Kind]) -> Kind:
    """Return the first node of a kind that a node holds. Raises StopIteration where it holds none."""
    return next(node.findall(kind, include_self=False))


def parse_table(directive: SphinxDirective, lines: Iterable[str]) -> nodes.table:
    """Return the table that lines of Markdown are."""
    (table,) = directive.parse_text_to_nodes("\n".join(lines))
    assert isinstance(table, nodes.table)  # the lines are ours: heads, a rule and rows
    return table


def cited_keys(env: BuildEnvironment) -> Container[str]:
    """Return the keys of the bibliography."""
    domain = env.get_domain("cite")
    assert isinstance(domain, BibtexDomain)  # conf.py loads sphinxcontrib.bibtex
    return domain.bibdata.data.entries
