"""The elements of a drawing: Mermaid's, anew, with plain attributes and nothing spare.

Classes, ids, filters and markers that nothing uses are left out, groups say once what all of theirs
say, and the drawing has a name, a description and a size.
"""

import re
from collections.abc import Iterator, Sequence
from xml.etree import ElementTree as ET

from docs._ext.diagrams import accessible_words
from scripts.diagram_layout import (
    Refused,
    Styles,
    TooWide,
    add_offsets,
    cover_lines,
    find_classes,
    find_parents,
    is_moved_only,
    read_offset,
    read_view,
    separate_labels,
    smooth_shapes,
    squeeze_timeline,
    title_clusters,
)
from scripts.diagram_style import INITIAL, TEXT, VARIABLES, Style, compute_style, resolve_cascade

PHONE, READABLE, PAGE_TEXT = 340, 11, 16  # px: a phone's column, the smallest label, body text

PAINT = {"fill", "stroke", "stroke-width", "stroke-dasharray"}
# A second line of a chart differs by more than its colour.
DASHES = {"line-plot-1": "9 5", "line-plot-2": "2 4", "line-plot-3": "9 4 2 4"}
SPARE = {"style", "title", "desc", "filter", "linearGradient", "symbol"}
SHAPES = {"rect", "path", "circle", "ellipse", "polygon", "polyline", "line"}
GEOMETRY = {
    "x", "y", "x1", "y1", "x2", "y2", "cx", "cy", "r", "rx", "ry", "width", "height", "d", "dx",
    "dy", "points", "transform", "href", "viewBox", "refX",
    "refY", "markerWidth", "markerHeight", "markerUnits", "orient",
}  # fmt: skip

Row = tuple[dict[str, str], str]  # a row of a label: where it stands, and its words


def redraw_svg(source: str, svg: str, name: str) -> str:
    """Return Mermaid's SVG with the palette's variables for colours, and nothing spare.

    Raises:
        Refused: a reader could not read it.
    """
    svg = re.sub(r' xmlns(:xlink)?="[^"]*"', "", svg).replace("xlink:href", "href")
    root = ET.fromstring(svg)  # noqa: S314 - made a moment ago, here
    css = "".join(style.text or "" for style in root.iter("style"))
    parents = find_parents(root)
    for element in [one for one in root.iter() if one.tag in SPARE]:
        parents[element].remove(element)
    smooth_shapes(root, source)
    if source.startswith("timeline"):
        squeeze_timeline(root)
    separate_labels(root)
    styles = resolve_cascade(root, css)
    title_clusters(root, styles)
    cover_lines(root, styles)
    redrawing = Redrawing(styles, name_markers(root, name))
    new = redrawing.redraw(root, INITIAL)
    if new is None:
        raise Refused("this shows nothing")
    arrange(new)
    return write_svg(source, new, name, redrawing.smallest)


def name_markers(root: ET.Element, name: str) -> dict[str, str]:
    """Return the new id of each marker in use, such as the head of an arrow."""
    ends = ("marker-start", "marker-end")
    used = {element.get(end, "")[5:-1] for element in root.iter() for end in ends}
    used &= {marker.get("id", "") for marker in root.iter("marker")}
    return {marker: f"m{name[:8]}-{number}" for number, marker in enumerate(sorted(used), 1)}


class Redrawing:
    """Mermaid's elements with plain attributes only; remembers the smallest label."""

    def __init__(self, styles: Styles, markers: dict[str, str]) -> None:
        """Take what each element declares, and the new name of each marker in use."""
        self.styles, self.markers, self.smallest = styles, markers, 2.0 * PAGE_TEXT

    def redraw(
        self, old: ET.Element, inherited: Style, in_marker: bool = False, dash: str = "none"
    ) -> ET.Element | None:
        """Return an element anew, or nothing if it shows nothing."""
        if old.tag == "marker":
            if old.get("id") not in self.markers:
                return None
            in_marker = True
        own = compute_style(old, self.styles[old], inherited, in_marker)
        dash = next((DASHES[c] for c in find_classes(old) if c in DASHES), dash)
        new = self.copy_geometry(old)
        if old.tag == "text":
            return self.redraw_label(old, new, own)
        if old.tag in SHAPES:
            return paint_shape(old, new, own, dash)
        children = [self.redraw(child, own, in_marker, dash) for child in old]
        new.extend(child for child in children if child is not None)
        if old.tag == "a":
            mark_link(new)
        return new if len(new) else None

    def copy_geometry(self, old: ET.Element) -> ET.Element:
        """Return an element with its place and form, and the new names of its markers."""
        new = ET.Element(old.tag, {k: v for k, v in old.attrib.items() if k in GEOMETRY})
        if old.tag == "marker":
            new.set("id", self.markers[old.attrib["id"]])
        for end in ("marker-start", "marker-end"):
            if (marker := old.get(end, "")[5:-1]) in self.markers:
                new.set(end, f"url(#{self.markers[marker]})")
        return new

    def redraw_label(self, old: ET.Element, new: ET.Element, own: Style) -> ET.Element | None:
        """Return a label, each row as one run of text at a place of its own."""
        if len(old):
            own = compute_style(old[0], self.styles[old[0]], own, False)
        size = float(own["font-size"])
        if rows := list(read_rows(old, size)):
            write_rows(new, rows)
        elif old.text and old.text.strip():
            new.text = " ".join(old.text.split())
        else:
            return None
        self.smallest = min(self.smallest, size)
        covers = old.get("class") == "halo"
        own = {k: v for k, v in own.items() if covers or not k.startswith("stroke")}
        new.attrib.update({k: v for k, v in own.items() if v != INITIAL[k]})
        if covers:
            new.set("style", "paint-order:stroke")
        return new


def paint_shape(old: ET.Element, new: ET.Element, own: Style, dash: str) -> ET.Element | None:
    """Return a shape with its colours, or nothing if it shows nothing."""
    empty = old.tag == "rect" and not float(old.get("width", "0").removesuffix("px"))
    if empty or own["fill"] == own["stroke"] == "none":
        return None
    if old.tag == "circle":  # Mermaid gives it a width and a height
        new.attrib = {k: v for k, v in new.attrib.items() if k not in {"width", "height"}}
    if old.tag == "line":  # has no inside
        own["fill"] = INITIAL["fill"]
    if old.tag == "path" and dash != "none":
        own["stroke-dasharray"] = dash
    if own["stroke"] == "none":
        own["stroke-width"] = INITIAL["stroke-width"]
    if old.tag == "rect":
        round_corners(old, new)
    new.attrib.update({k: v for k, v in own.items() if v != INITIAL[k] and k in PAINT})
    return new


def round_corners(old: ET.Element, new: ET.Element) -> None:
    """Round the corners of a node's box, and of the ground of a label on an arrow."""
    classes = find_classes(old)
    if "label-container" in classes:
        new.attrib.setdefault("rx", "6")
    if "background" in classes:
        new.set("rx", "3")


def mark_link(link: ET.Element) -> None:
    """Name a link by its words, and underline them."""
    link.set("aria-label", " ".join(text.strip() for text in link.itertext() if text.strip()))
    for text in link.iter("text"):
        text.set("text-decoration", "underline")


def read_rows(text: ET.Element, size: float) -> Iterator[Row]:
    """Yield the rows of a label that have words; size: of its letters, in pixels."""
    for row in text:
        y = to_pixels(row.get("y") or text.get("y") or "0", size)
        y += to_pixels(row.get("dy") or text.get("dy") or "0", size)
        words = " ".join("".join(row.itertext()).split())
        if words:
            yield {"x": row.get("x") or text.get("x") or "0", "y": str(y)}, words


def write_rows(text: ET.Element, rows: Sequence[Row]) -> None:
    """Put rows into a label: one is the label itself."""
    text.attrib = {k: v for k, v in text.attrib.items() if k not in {"x", "y", "dy"}}
    if len(rows) == 1:
        place, text.text = rows[0]
        text.attrib |= place
        return
    for place, words in rows:
        ET.SubElement(text, "tspan", place).text = words


def to_pixels(value: str, size: float) -> float:
    """Return a length in pixels; size: of the letters."""
    return float(value[:-2]) * size if value.endswith("em") else float(value)


def arrange(group: ET.Element) -> None:
    """Say once for a group what all of it says, and dissolve the groups that say nothing."""
    texts = list(group.iter("text"))
    for attribute in ("text-anchor", "dominant-baseline", "font-size", "font-weight"):
        share(group, attribute, texts)
    for child in list(group):
        arrange(child)
    if group.tag == "g":
        for attribute in ("fill", "stroke", "stroke-width", "stroke-dasharray"):
            share(group, attribute, list(group))
        join_moves(group)
    for child in list(group):
        if child.tag == "g" and not child.attrib:
            place = list(group).index(child)
            group[place : place + 1] = list(child)
        elif is_moved_label(child):
            group[list(group).index(child)] = move_label(child[0], *read_offset(child))


def share(group: ET.Element, attribute: str, members: Sequence[ET.Element]) -> None:
    """Move an attribute to the group when two or more members agree on it."""
    values = {member.get(attribute) for member in members}
    if len(members) < 2 or len(values) != 1 or group.get(attribute):
        return
    if value := values.pop():
        group.set(attribute, value)
        for member in members:
            del member.attrib[attribute]


def join_moves(group: ET.Element) -> None:
    """Make one move of those of a group and of the only group in it, as often as there is one."""
    while len(group) == 1 and group[0].tag == "g" and is_moved_only(group, group[0]):
        inner = group[0]
        both = add_offsets(group, inner)
        group.attrib = {**group.attrib, **inner.attrib, "transform": both}
        group[:] = list(inner)


def is_moved_label(group: ET.Element) -> bool:
    """Tell whether a group does nothing but to move a label."""
    if group.tag != "g" or len(group) != 1 or len(group.attrib) != 1:
        return False
    return group[0].tag == "text" and is_moved_only(group)


def move_label(text: ET.Element, x: float, y: float) -> ET.Element:
    """Return a label that stands elsewhere itself."""
    for row in list(text) or [text]:
        row.set("x", str(float(row.get("x", "0")) + x))
        row.set("y", str(float(row.get("y", "0")) + y))
    return text


def write_svg(source: str, root: ET.Element, name: str, smallest: float) -> str:
    """Name, size and write a drawing; smallest: its smallest label, in pixels."""
    _, _, width, height = read_view(root)
    if smallest * min(1, PHONE / width) < READABLE - 0.05:
        raise TooWide(
            f"too wide for a phone ({width:.0f} of {PHONE * smallest / READABLE:.0f} px): "
            "put it top-down or use fewer nodes across"
        )
    scale = min(1, PAGE_TEXT / smallest)  # labels are never larger than the page's text
    key = "m" + name[:8]
    attributes = {
        "xmlns": "http://www.w3.org/2000/svg", "viewBox": root.attrib["viewBox"],
        "width": f"{width * scale:.0f}", "height": f"{height * scale:.0f}",
        "style": "max-width:100%;height:auto", "fill": VARIABLES[TEXT],
        "role": "img", "aria-labelledby": f"{key}-t", "aria-describedby": f"{key}-d",
    }  # fmt: skip
    if root.find(".//a") is not None:
        del attributes["role"]  # what holds links must not be an image to a screen reader
    shared = {k: v for k, v in root.attrib.items() if k in INITIAL}
    root.attrib = attributes | shared
    for tag, words in (
        ("desc", accessible_words(source, "accDescr")),
        ("title", accessible_words(source, "accTitle")),
    ):
        label = ET.Element(tag, {"id": f"{key}-{tag[0]}"})
        label.text = words
        root.insert(0, label)
    for element in root.iter():
        for attribute, value in element.attrib.items():
            if not attribute.startswith(("aria", "href")):
                element.set(attribute, re.sub(r"-?\d+\.\d+", shorten_number, value))
    return ET.tostring(root, "unicode").replace(" />", "/>") + "\n"


def shorten_number(match: re.Match[str]) -> str:
    """Round to one decimal."""
    return f"{round(float(match[0]), 1) + 0:g}"
