"""The style of a drawing: what Mermaid's sheet says of each element, in the colours of the handbook.

`tinycss2` reads the style sheet and `cssselect2` finds what its selectors match; here is what becomes
of it: the cascade, and attributes whose colours are the CSS variables of ``handbook.css``.
"""

from collections.abc import Iterable, Iterator
from typing import NamedTuple
from xml.etree import ElementTree as ET

import cssselect2
import tinycss2
from tinycss2.ast import Declaration as DeclarationNode
from tinycss2.ast import Node, QualifiedRule
from tinycss2.color3 import RGBA, parse_color

Style = dict[str, str]  # the value of each property

# Each colour of the theme is a sentinel, which stands for a variable of the palettes.
SENTINELS = {name: f"#0102{number:02x}" for number, name in enumerate((
    "node", "node-border", "text", "line", "accent", "cluster", "label-bg",
    "series-1", "series-2", "series-3", "series-4"))}  # fmt: skip
NODE, BORDER, TEXT, LINE, ACCENT, CLUSTER, LABEL, *SERIES = SENTINELS.values()
VARIABLES = {colour: f"var(--diagram-{name})" for name, colour in SENTINELS.items()}

INITIAL = {  # what is resolved, and its initial value; all of it is inherited
    "fill": VARIABLES[TEXT], "stroke": "none", "stroke-width": "1", "stroke-dasharray": "none",
    "font-size": "16", "font-weight": "400", "text-anchor": "start", "dominant-baseline": "auto",
}  # fmt: skip


class Declaration(NamedTuple):
    """A property with its value."""

    name: str
    value: str
    important: bool


def read_declarations(content: str | list[Node]) -> Iterator[Declaration]:
    """Yield what a rule, or an element's own style, declares of what is resolved."""
    for node in tinycss2.parse_blocks_contents(content, skip_comments=True, skip_whitespace=True):
        if isinstance(node, DeclarationNode) and node.lower_name in INITIAL:
            value = tinycss2.serialize(node.value).strip()
            yield Declaration(node.lower_name, value, node.important)


def read_sheet(css: str) -> cssselect2.Matcher:
    """Return what finds the declarations of a style sheet for an element; animations are left out."""
    matcher = cssselect2.Matcher()
    for rule in tinycss2.parse_stylesheet(css, skip_comments=True, skip_whitespace=True):
        if isinstance(rule, QualifiedRule):
            declarations = list(read_declarations(rule.content))
            for selector in cssselect2.compile_selector_list(rule.prelude) if declarations else ():
                matcher.add_selector(selector, declarations)
    return matcher


def resolve_cascade(root: ET.Element, css: str) -> dict[ET.Element, Style]:
    """Return for each element what its attributes, the style sheet and its own style declare."""
    matcher, styles = read_sheet(css), {}
    for wrapped in cssselect2.ElementWrapper.from_xml_root(root).iter_subtree():
        element = wrapped.etree_element
        attributes = {name: value for name, value in element.attrib.items() if name in INITIAL}
        # The weakest selector first; a part of an element, as `::before`, is no element.
        rules = (found for *_, part, found in matcher.match(wrapped) if part is None)
        sheet = [declaration for rule in rules for declaration in rule]
        own = list(read_declarations(element.get("style", "")))
        styles[element] = attributes | merge_declarations(sheet, own)
    return styles


def merge_declarations(*origins: Iterable[Declaration]) -> Style:
    """Let the later declaration hold, and what is important above all that is not."""
    both = [declaration for origin in origins for declaration in origin]
    ranked = sorted(both, key=lambda declaration: declaration.important)
    return {declaration.name: declaration.value for declaration in ranked}


def find_variable(value: str, default: str) -> str:
    """Return the palette's variable for a colour; colours that Mermaid derived get a default."""
    if value == "none" or value.startswith("var("):
        return value
    colour = parse_color(value)
    if not isinstance(colour, RGBA):
        return VARIABLES[default]
    if not colour.alpha:
        return "none"
    sentinel = "#" + "".join(f"{round(255 * part):02x}" for part in colour[:3])
    return VARIABLES.get(sentinel, VARIABLES[default])


def compute_style(element: ET.Element, style: Style, inherited: Style, in_marker: bool) -> Style:
    """Return an element's style with the palette's variables and plain numbers."""
    own = dict(inherited)
    for name, value in style.items():
        if name == "fill":
            text = element.tag in {"text", "tspan"}
            own[name] = find_variable(value, TEXT if text else LINE if in_marker else NODE)
        elif name == "stroke":
            own[name] = find_variable(value, LINE).replace(VARIABLES[TEXT], VARIABLES[LINE])
        elif name == "font-size" and value.endswith("em"):
            own[name] = f"{float(inherited[name]) * float(value[:-2]):g}"
        else:
            own[name] = value.removesuffix("px")
    own["font-weight"] = own["font-weight"].replace("normal", "400")
    if own["stroke-dasharray"] in {"0", "0 0", "1, 0"}:
        own["stroke-dasharray"] = "none"
    return own
