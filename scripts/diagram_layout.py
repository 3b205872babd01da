"""The layout of a drawing: what Mermaid has put where a reader cannot read it goes elsewhere.

Labels on arrows stand beside one another, titles of subgraphs are out of the arrows' way, a timeline
is as narrow as a phone, and a shape is one shape.
"""

import re
from collections.abc import Iterator
from xml.etree import ElementTree as ET

from scripts.diagram_style import CLUSTER, LABEL, Style

Styles = dict[ET.Element, Style]  # what each element declares


class Refused(Exception):
    """A drawing that a reader could not read."""


class TooWide(Refused):
    """A drawing whose labels a phone shows too small."""


def find_first(element: ET.Element, path: str) -> ET.Element:
    """Return what Mermaid always draws in an element; LookupError, if this Mermaid does not."""
    found = element.find(path)
    if found is None:
        raise LookupError(f"Mermaid draws no {path} in {ET.tostring(element, 'unicode')[:200]}")
    return found


def find_classes(element: ET.Element) -> list[str]:
    """Return the classes of an element."""
    return element.get("class", "").split()


def read_view(root: ET.Element) -> tuple[float, float, float, float]:
    """Return where a drawing begins, and how wide and high it is."""
    left, top, width, height = map(float, root.attrib["viewBox"].split())
    return left, top, width, height


def find_parents(root: ET.Element) -> dict[ET.Element, ET.Element]:
    """Return the parent of each element."""
    return {child: parent for parent in root.iter() for child in parent}


def smooth_shapes(root: ET.Element, source: str) -> None:
    """Replace each shape that Mermaid sketches in thousands of strokes by the shape itself."""
    parents = find_parents(root)
    for group in [one for one in root.iter("g") if "outer-path" in find_classes(one)]:
        owner = parents[group].get("id", "").rsplit("-", 2)
        stadium = len(owner) == 3 and re.search(rf"\b{re.escape(owner[1])}\(\[", source)
        known = bool(stadium) or owner[0].startswith("my-svg-state")
        for inner in [one for one in group.iter("g") if one.find("path") is not None]:
            smooth_shape(inner, known)


def smooth_shape(group: ET.Element, known: bool) -> None:
    """Put a rectangle in the place of a sketch; known: whether a round one is a stadium.

    Raises:
        Refused: it is round, and may be anything.
    """
    filled, stroked = group.findall("path")[:2]
    path = filled.attrib["d"]
    numbers = [float(n) for n in re.findall(r"-?[\d.]+(?:e-?\d+)?", path)]
    left, right, top, bottom = (f(n) for n in (numbers[::2], numbers[1::2]) for f in (min, max))
    is_round = "C" in path
    if is_round and not known:
        raise Refused("a shape has no clean drawing: use [..], (..), ([..]), {..} or [(..)]")
    rect = ET.Element("rect", {
        "x": str(left), "y": str(top), "width": str(right - left), "height": str(bottom - top),
        "rx": str((bottom - top) / 2 if is_round else 4), "fill": filled.attrib["fill"],
        "stroke": stroked.attrib["stroke"], "stroke-width": "1", "class": "label-container",
    })  # fmt: skip
    group[:2] = [rect]


class LabelBox:
    """The ground of a label on an arrow: where it begins and ends, and the height of its middle."""

    def __init__(self, label: ET.Element, ground: ET.Element) -> None:
        """Measure it; label: the group that is moved."""
        (x, y), (dx, dy) = read_offset(label), read_offset(label[0])
        self.label = label
        self.left, self.middle = x + dx + float(ground.attrib["x"]), y + dy
        self.right = self.left + float(ground.attrib["width"])

    def move(self, by: float) -> None:
        """Push it to the right; to the left, by less than nothing."""
        x, y = read_offset(self.label)
        self.label.set("transform", f"translate({x + by}, {y})")
        self.left, self.right = self.left + by, self.right + by


def find_label_boxes(root: ET.Element) -> Iterator[LabelBox]:
    """Yield the ground of each label on an arrow."""
    for label in root.iter("g"):
        ground = label.find("g/g/rect[@width]")
        if label.get("class") == "edgeLabel" and ground is not None:
            yield LabelBox(label, ground)


def separate_labels(root: ET.Element) -> None:
    """Push labels on arrows apart that Mermaid has put over one another.

    Raises:
        Refused: there is no room for both.
    """
    left, _, width, _ = read_view(root)
    boxes = sorted(find_label_boxes(root), key=lambda box: (box.left, box.middle, box.right))
    for number, one in enumerate(boxes):
        for two in boxes[number + 1 :]:
            over = one.right + 4 - two.left
            if over > 4 and abs(one.middle - two.middle) < 22:
                back = min(over / 2, max(0, one.left - left - 2))
                one.move(-back)
                two.move(over - back)
                if two.right > left + width:
                    raise Refused("two labels on arrows overlap: shorten one")


def squeeze_timeline(root: ET.Element) -> None:
    """Narrow a timeline's periods, and its margins, which Mermaid has fixed for a desktop.

    Raises:
        Refused: the name of a period has no room.
    """
    left, top, width, height = read_view(root)
    spare = 110
    for period in [g for g in root.iter("g") if g.get("class") == "taskWrapper"]:
        x, y = read_offset(period)
        period.set("transform", f"translate({x + spare}, {y})")
        path, line = next(period.iter("path")), next(period.iter("line"))
        path.set("d", path.attrib["d"].replace(" h200 ", f" h{200 - spare} "))
        line.set("x2", str(210 - spare))
        label = next(g for g in period.iter("g") if g.find("text") is not None)
        label.set("transform", f"translate({(210 - spare) / 2}, {read_offset(label)[1]})")
        words = max((len("".join(row.itertext())) for row in label.iter("tspan")), default=0)
        if words > 9:
            raise Refused("a timeline's period is too long for a phone: use 9 characters or fewer")
    margin = 46
    root.set("viewBox", f"{left + spare + margin} {top + margin} "
                        f"{width - spare - 2 * margin} {height - 2 * margin}")  # fmt: skip


def title_clusters(root: ET.Element, styles: Styles) -> None:
    """Put the titles of subgraphs at the left, where fewer arrows cross them, and on top."""
    parents = find_parents(root)
    for cluster in [g for g in root.iter("g") if "cluster" in find_classes(g)]:
        box, title = find_first(cluster, "rect"), find_first(cluster, "g")
        left, width = float(box.attrib["x"]), float(box.attrib["width"])
        start, top = read_offset(title)
        room = 2 * (start - left)  # the title was centred
        title.set("transform", f"translate({min(left + 12, start)}, {top})")
        for text in title.iter("text"):
            if (width - room) * 1.12 + 24 < width:
                styles[text]["font-weight"] = "600"
            add_halo(text, styles, CLUSTER)
        box.set("rx", "8")
        cluster.remove(title)
        parents[parents[cluster]].append(title)
    for frame in [g for g in root.iter("g") if "statediagram-cluster" in g.get("class", "")]:
        outer, inner = find_first(frame, "g/rect"), find_first(frame, "rect")
        bottom = float(outer.attrib["y"]) + float(outer.attrib["height"])
        inner.set("height", str(bottom - float(inner.attrib["y"])))


def cover_lines(root: ET.Element, styles: Styles) -> None:
    """Let the messages of a sequence cover the lines that run under them."""
    for text in root.iter("text"):
        if text.get("class") == "messageText":
            add_halo(text, styles, LABEL)


def add_halo(text: ET.Element, styles: Styles, ground: str) -> None:
    """Let a label cover the lines that run under it."""
    styles[text] |= {"stroke": ground, "stroke-width": "5"}
    text.set("class", "halo")


def is_moved_only(*groups: ET.Element) -> bool:
    """Tell whether groups are moved only, not turned or scaled."""
    return all(re.fullmatch(r"translate\([^)]*\)", g.get("transform", "")) for g in groups)


def read_offset(group: ET.Element) -> tuple[float, float]:
    """Return how far a group is moved."""
    x, _, y = group.attrib["transform"][10:-1].replace(",", " ").partition(" ")
    return float(x), float(y or 0)


def add_offsets(outer: ET.Element, inner: ET.Element) -> str:
    """Return two moves as one."""
    (a, b), (c, d) = read_offset(outer), read_offset(inner)
    return f"translate({a + c}, {b + d})"
