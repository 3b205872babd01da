"""Draw the handbook's diagrams: ``nox -s diagrams``.

Mermaid lays out each ``mermaid`` fence with wide letters (DejaVu Sans), so that the page's own
font always fits. Its style sheet is then resolved into attributes whose colours are the CSS
variables of ``handbook.css``: one drawing serves light, dark and print. The rest goes: classes,
ids, filters, markers that nothing uses.
"""

import copy
import hashlib
import re
import sys
from importlib.metadata import version
from pathlib import Path
from xml.etree import ElementTree as ET

import mermaidx
from bs4 import BeautifulSoup

from docs._ext.diagrams import drawing, faults, fences, said
from scripts import rooms

PHONE, READABLE, PAGE_TEXT = 340, 11, 16  # px: a phone's column, the smallest label, body text
NODES = 10

# Each colour of the theme is a sentinel, which stands for a variable of the palettes.
SENTINELS = {name: f"#0102{number:02x}" for number, name in enumerate((
    "node", "node-border", "text", "line", "accent", "cluster", "label-bg",
    "series-1", "series-2", "series-3", "series-4"))}  # fmt: skip
NODE, BORDER, TEXT, LINE, ACCENT, CLUSTER, LABEL, *SERIES = SENTINELS.values()
VARIABLES = {colour: f"var(--diagram-{name})" for name, colour in SENTINELS.items()}
FONT = "DejaVu Sans, sans-serif"
THEME = {
    "fontFamily": FONT, "fontSize": "16px", "strokeWidth": 1.5,
    "primaryColor": NODE, "primaryBorderColor": BORDER, "primaryTextColor": TEXT,
    "mainBkg": NODE, "nodeBorder": BORDER, "nodeTextColor": TEXT, "textColor": TEXT,
    "titleColor": TEXT, "lineColor": LINE, "arrowheadColor": LINE, "defaultLinkColor": LINE,
    "clusterBkg": CLUSTER, "clusterBorder": BORDER, "edgeLabelBackground": LABEL,
    "tertiaryColor": LABEL, "actorBkg": NODE, "actorBorder": BORDER, "actorTextColor": TEXT,
    "actorLineColor": LINE, "signalColor": LINE, "signalTextColor": TEXT,
    "labelBoxBkgColor": NODE, "labelBoxBorderColor": BORDER, "labelTextColor": TEXT,
    "loopTextColor": TEXT, "noteBkgColor": CLUSTER, "noteTextColor": TEXT,
    "noteBorderColor": ACCENT, "activationBkgColor": NODE, "activationBorderColor": ACCENT,
    "transitionColor": LINE, "transitionLabelColor": TEXT, "stateLabelColor": TEXT,
    "stateBkg": NODE, "compositeBackground": CLUSTER, "compositeTitleBackground": NODE,
    "compositeBorder": BORDER, "altBackground": CLUSTER, "innerEndBackground": LINE,
    "specialStateColor": LINE, "labelBackgroundColor": LABEL,
    "pieOuterStrokeWidth": "0", "pieOpacity": "1", "pieStrokeColor": LABEL,
    "pieSectionTextColor": LABEL, "pieLegendTextColor": TEXT,
    "pieSectionTextSize": "20px", "pieLegendTextSize": "20px",
    **{f"pie{n}": SERIES[(n - 1) % 4] for n in range(1, 13)},
    **{f"quadrant{n}Fill": colour for n, colour in enumerate((NODE, CLUSTER, CLUSTER, CLUSTER), 1)},
    **{f"quadrant{n}TextFill": TEXT for n in range(1, 5)},
    "quadrantPointFill": ACCENT, "quadrantPointTextFill": TEXT, "quadrantXAxisTextFill": TEXT,
    "quadrantYAxisTextFill": TEXT, "quadrantInternalBorderStrokeFill": BORDER,
    "quadrantExternalBorderStrokeFill": BORDER,
    "xyChart": {
        "backgroundColor": "transparent", "plotColorPalette": ",".join(SERIES),
        **{f"{axis}Axis{part}Color": LINE for axis in "xy" for part in ("Tick", "Line")},
        **{f"{axis}Axis{part}Color": TEXT for axis in "xy" for part in ("Label", "Title")},
    },
}  # fmt: skip
AXIS = {"labelFontSize": 16, "titleFontSize": 16}
CONFIG = {
    "securityLevel": "loose",  # keeps links
    "htmlLabels": False, "fontFamily": FONT, "themeVariables": THEME,
    "flowchart": {"htmlLabels": False, "nodeSpacing": 20, "rankSpacing": 36, "padding": 8,
                  "diagramPadding": 2, "wrappingWidth": 180,
                  "subGraphTitleMargin": {"top": 4, "bottom": 14}},
    "state": {"nodeSpacing": 24, "rankSpacing": 36},
    "sequence": {"mirrorActors": False, "actorMargin": 24, "width": 120, "height": 44,
                 "diagramMarginX": 4, "diagramMarginY": 4, "wrap": False},
    "xyChart": {"width": 480, "height": 320, "xAxis": AXIS, "yAxis": AXIS},
    "quadrantChart": {"chartWidth": 480, "chartHeight": 480, "quadrantLabelFontSize": 16,
                      "pointLabelFontSize": 16, "pointTextPadding": 10,
                      "xAxisLabelFontSize": 16, "yAxisLabelFontSize": 16},
}  # fmt: skip
# For a flowchart that is too wide: narrower labels, then less air.
FLOWCHARTS = [
    CONFIG["flowchart"] | tighter
    for tighter in ({}, {"wrappingWidth": 130},
                    {"wrappingWidth": 130, "nodeSpacing": 12, "padding": 5})
]  # fmt: skip

STYLE = {  # what is resolved, and its initial value; all of it is inherited
    "fill": VARIABLES[TEXT], "stroke": "none", "stroke-width": "1", "stroke-dasharray": "none",
    "font-size": "16", "font-weight": "400", "text-anchor": "start", "dominant-baseline": "auto",
}  # fmt: skip
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


class Refused(Exception):
    """A drawing that a reader could not read."""


class TooWide(Refused):
    """A drawing whose labels a phone shows too small."""


def rules(css):
    """Yield importance, specificity, selector and declarations of a flat style sheet."""
    css = re.sub(r"@keyframes[^{]*\{([^{}]*\{[^{}]*\})*\s*\}", "", css)
    for selectors, body in re.findall(r"([^{}]+)\{([^{}]*)\}", css):
        declared = dict(d.split(":", 1) for d in body.split(";") if ":" in d)
        declared = {k.strip(): v.strip() for k, v in declared.items() if k.strip() in STYLE}
        for selector in selectors.split(",") if declared else ():
            weight = (selector.count("#"), len(re.findall(r"[.\[]|:\w", selector)),
                      len(re.findall(r"(?:^|[\s>])\w", selector)))  # fmt: skip
            yield weight, selector.strip(), declared


def cascade(root, css):
    """Return for each element what its attributes, the style sheet and its own style declare."""
    # Beautiful Soup has the selector engine, ElementTree the faithful XML: same order in both.
    soup = BeautifulSoup(ET.tostring(root, "unicode"), "html.parser")
    twin = {id(tag): element for tag, element in zip(soup.find_all(True), root.iter(), strict=True)}
    declared = {e: {k: v for k, v in e.attrib.items() if k in STYLE} for e in root.iter()}
    strong = {e: {} for e in root.iter()}
    for _, selector, body in sorted(rules(css), key=lambda rule: rule[0]):
        for tag in soup.select(selector):
            for name, value in body.items():
                value, bang, _ = value.partition("!")
                (strong if bang else declared)[twin[id(tag)]][name] = value.strip()
    for element, style in declared.items():
        for part in element.get("style", "").split(";"):
            name, colon, value = part.partition(":")
            if colon and name.strip() in STYLE:
                style[name.strip()] = value.replace("!important", "").strip()
        style |= strong[element]
    return declared


def variable(value, default):
    """Return the palette's variable for a colour; colours that Mermaid derived get a default."""
    if value in {"none", "transparent"} or value.startswith("var("):
        return value.replace("transparent", "none")
    parts = re.findall(r"[\d.]+", value) if value.startswith("rgb") else ()
    if parts:
        value = "#" + "".join(f"{round(float(part)):02x}" for part in parts[:3])
    return VARIABLES.get(value.lower(), VARIABLES[default])


def computed(element, style, inherited, in_marker):
    """Return an element's style with the palette's variables and plain numbers."""
    own = dict(inherited)
    for name, value in style.items():
        if name == "fill":
            text = element.tag in {"text", "tspan"}
            own[name] = variable(value, TEXT if text else LINE if in_marker else NODE)
        elif name == "stroke":
            own[name] = variable(value, LINE).replace(VARIABLES[TEXT], VARIABLES[LINE])
        elif name == "font-size" and value.endswith("em"):
            own[name] = f"{float(inherited[name]) * float(value[:-2]):g}"
        else:
            own[name] = value.removesuffix("px")
    own["font-weight"] = own["font-weight"].replace("normal", "400")
    if own["stroke-dasharray"] in {"0", "0 0", "1, 0"}:
        own["stroke-dasharray"] = "none"
    return own


def smooth(group, known):
    """Replace a shape that Mermaid sketches in thousands of strokes by the shape itself."""
    filled, stroked = group.findall("path")[:2]
    numbers = [float(n) for n in re.findall(r"-?[\d.]+(?:e-?\d+)?", filled.get("d"))]
    left, right, top, bottom = (f(n) for n in (numbers[::2], numbers[1::2]) for f in (min, max))
    round_ = "C" in filled.get("d")
    if round_ and not known:
        raise Refused("a shape has no clean drawing: use [..], (..), ([..]), {..} or [(..)]")
    rect = ET.Element("rect", {
        "x": str(left), "y": str(top), "width": str(right - left), "height": str(bottom - top),
        "rx": str((bottom - top) / 2 if round_ else 4), "fill": filled.get("fill"),
        "stroke": stroked.get("stroke"), "stroke-width": "1", "class": "label-container",
    })  # fmt: skip
    group[:2] = [rect]


def separate(root):
    """Push labels on arrows apart that Mermaid has put over one another."""
    left, _, width, _ = (float(n) for n in root.get("viewBox").split())
    boxes = []
    for label in root.iter("g"):
        ground = label.find("g/g/rect[@width]")
        if label.get("class") == "edgeLabel" and ground is not None:
            (x, y), (dx, dy) = offset(label), offset(label[0])
            x, y = x + dx + float(ground.get("x")), y + dy
            boxes.append([x, y, x + float(ground.get("width")), label])
    boxes.sort(key=lambda box: box[:3])
    for n, one in enumerate(boxes):
        for two in boxes[n + 1 :]:
            over = one[2] + 4 - two[0]
            if over > 4 and abs(one[1] - two[1]) < 22:
                back = min(over / 2, max(0, one[0] - left - 2))
                for box, by in (one, -back), (two, over - back):
                    x, y = offset(box[3])
                    box[3].set("transform", f"translate({x + by}, {y})")
                    box[0], box[2] = box[0] + by, box[2] + by
                if two[2] > left + width:
                    raise Refused("two labels on arrows overlap: shorten one")


def squeeze(root):
    """Narrow a timeline's periods, and its margins, which Mermaid has fixed for a desktop."""
    left, top, width, height = (float(n) for n in root.get("viewBox").split())
    spare = 110
    for period in [g for g in root.iter("g") if g.get("class") == "taskWrapper"]:
        x, y = offset(period)
        period.set("transform", f"translate({x + spare}, {y})")
        path, line = next(period.iter("path")), next(period.iter("line"))
        path.set("d", path.get("d").replace(" h200 ", f" h{200 - spare} "))
        line.set("x2", str(210 - spare))
        label = next(g for g in period.iter("g") if g.find("text") is not None)
        label.set("transform", f"translate({(210 - spare) / 2}, {offset(label)[1]})")
        words = max((len("".join(row.itertext())) for row in label.iter("tspan")), default=0)
        if words > 9:
            raise Refused("a timeline's period is too long for a phone: use 9 characters or fewer")
    margin = 46
    root.set("viewBox", f"{left + spare + margin} {top + margin} "
                        f"{width - spare - 2 * margin} {height - 2 * margin}")  # fmt: skip


def title_clusters(root, style):
    """Put the titles of subgraphs at the left, where fewer arrows cross them, and on top."""
    parents = {child: parent for parent in root.iter() for child in parent}
    for cluster in [g for g in root.iter("g") if "cluster" in g.get("class", "").split()]:
        box, title = cluster.find("rect"), cluster.find("g")
        left, width = float(box.get("x")), float(box.get("width"))
        start, top = offset(title)
        room = 2 * (start - left)  # the title was centred
        title.set("transform", f"translate({min(left + 12, start)}, {top})")
        for text in title.iter("text"):
            if (width - room) * 1.12 + 24 < width:
                style[text]["font-weight"] = "600"
            halo(text, style, CLUSTER)
        box.set("rx", "8")
        cluster.remove(title)
        parents[parents[cluster]].append(title)
    for frame in [g for g in root.iter("g") if "statediagram-cluster" in g.get("class", "")]:
        outer, inner = frame.find("g/rect"), frame.find("rect")
        bottom = float(outer.get("y")) + float(outer.get("height"))
        inner.set("height", str(bottom - float(inner.get("y"))))


def halo(text, style, ground):
    """Let a label cover the lines that run under it."""
    style[text] |= {"stroke": ground, "stroke-width": "5"}
    text.set("class", "halo")


def pixels(value, size):
    """Return a length in pixels."""
    return float(value[:-2]) * size if value.endswith("em") else float(value)


class Redrawing:
    """Mermaid's elements with plain attributes only; remembers the smallest label."""

    def __init__(self, style, markers):
        """Take what each element declares, and the new name of each marker in use."""
        self.style, self.markers, self.smallest = style, markers, 2.0 * PAGE_TEXT

    def redraw(self, old, inherited, in_marker=False, dash="none"):
        """Return an element anew, or nothing if it shows nothing."""
        if old.tag == "marker" and old.get("id") not in self.markers:
            return None
        in_marker = in_marker or old.tag == "marker"
        own = computed(old, self.style[old], inherited, in_marker)
        dash = next((DASHES[c] for c in old.get("class", "").split() if c in DASHES), dash)
        new = ET.Element(old.tag, {k: v for k, v in old.attrib.items() if k in GEOMETRY})
        if old.tag == "marker":
            new.set("id", self.markers[old.get("id")])
        for end in ("marker-start", "marker-end"):
            if (marker := old.get(end, "")[5:-1]) in self.markers:
                new.set(end, f"url(#{self.markers[marker]})")
        if old.tag == "text":
            return self.label(old, new, own)
        if old.tag in SHAPES:
            return self.shape(old, new, own, dash)
        made = [self.redraw(child, own, in_marker, dash) for child in old]
        new.extend(child for child in made if child is not None)
        if old.tag == "a":
            new.set("aria-label", " ".join(t.strip() for t in new.itertext() if t.strip()))
            for text in new.iter("text"):
                text.set("text-decoration", "underline")
        return new if len(new) else None

    def shape(self, old, new, own, dash):
        """Return a shape with its colours."""
        classes = old.get("class", "").split()
        empty = old.tag == "rect" and not float(old.get("width", "0").removesuffix("px"))
        if empty or own["fill"] == own["stroke"] == "none":
            return None
        if old.tag == "circle":  # Mermaid gives it a width and a height
            new.attrib = {k: v for k, v in new.attrib.items() if k not in {"width", "height"}}
        if old.tag == "line":  # has no inside
            own["fill"] = STYLE["fill"]
        if old.tag == "path" and dash != "none":
            own["stroke-dasharray"] = dash
        if own["stroke"] == "none":
            own["stroke-width"] = STYLE["stroke-width"]
        if old.tag == "rect" and "label-container" in classes:
            new.attrib.setdefault("rx", "6")
        if old.tag == "rect" and "background" in classes:  # the ground of a label on an arrow
            new.set("rx", "3")
        new.attrib.update({k: v for k, v in own.items() if v != STYLE[k] and k in PAINT})
        return new

    def label(self, old, new, own):
        """Return a label, each row as one run of text at a place of its own."""
        if len(old):
            own = computed(old[0], self.style[old[0]], own, False)
        size = float(own["font-size"])
        lines = []
        for row in old:
            y = pixels(row.get("y") or old.get("y") or "0", size)
            y += pixels(row.get("dy") or old.get("dy") or "0", size)
            words = " ".join("".join(row.itertext()).split())
            if words:
                place = {"x": row.get("x") or old.get("x") or "0", "y": str(y)}
                lines.append((place, words))
        if lines:
            new.attrib = {k: v for k, v in new.attrib.items() if k not in {"x", "y", "dy"}}
            for place, words in lines if len(lines) > 1 else ():
                ET.SubElement(new, "tspan", place).text = words
            if len(lines) == 1:
                new.attrib |= lines[0][0]
                new.text = lines[0][1]
        elif old.text and old.text.strip():
            new.text = " ".join(old.text.split())
        else:
            return None
        self.smallest = min(self.smallest, size)
        covers = old.get("class") == "halo"
        own = {k: v for k, v in own.items() if covers or not k.startswith("stroke")}
        new.attrib.update({k: v for k, v in own.items() if v != STYLE[k]})
        if covers:
            new.set("style", "paint-order:stroke")
        return new


def clean(source, svg, name):
    """Return Mermaid's SVG with the palette's variables for colours, and nothing spare."""
    svg = re.sub(r' xmlns(:xlink)?="[^"]*"', "", svg).replace("xlink:href", "href")
    root = ET.fromstring(svg)  # noqa: S314 - made a moment ago, here
    css = "".join(style.text or "" for style in root.iter("style"))
    parents = {child: parent for parent in root.iter() for child in parent}
    for element in [e for e in root.iter() if e.tag in SPARE]:
        parents[element].remove(element)
    for group in [e for e in root.iter("g") if "outer-path" in e.get("class", "").split()]:
        owner = parents[group].get("id", "").rsplit("-", 2)
        stadium = len(owner) == 3 and re.search(rf"\b{re.escape(owner[1])}\(\[", source)
        for inner in [g for g in group.iter("g") if g.find("path") is not None]:
            smooth(inner, stadium or owner[0].startswith("my-svg-state"))
    if source.startswith("timeline"):
        squeeze(root)
    separate(root)
    style = cascade(root, css)
    title_clusters(root, style)
    for message in [t for t in root.iter("text") if t.get("class") == "messageText"]:
        halo(message, style, LABEL)
    used = {e.get(end, "")[5:-1] for e in root.iter() for end in ("marker-start", "marker-end")}
    used &= {marker.get("id") for marker in root.iter("marker")}
    redrawing = Redrawing(style, {m: f"m{name[:8]}-{n}" for n, m in enumerate(sorted(used), 1)})
    new = redrawing.redraw(root, dict(STYLE))
    arrange(new)
    return finish(source, new, name, redrawing.smallest)


def arrange(group):
    """Say once for a group what all of it says, and dissolve the groups that say nothing."""
    texts = list(group.iter("text"))
    for attribute in ("text-anchor", "dominant-baseline", "font-size", "font-weight"):
        share(group, attribute, texts)
    for child in list(group):
        arrange(child)
    for attribute in ("fill", "stroke", "stroke-width", "stroke-dasharray"):
        if group.tag == "g":
            share(group, attribute, list(group))
    while group.tag == "g" and len(group) == 1 and group[0].tag == "g" and moves(group, group[0]):
        inner = group[0]
        group.attrib = {**group.attrib, **inner.attrib, "transform": moved(group, inner)}
        group[:] = list(inner)
    for child in list(group):
        only = child[0] if child.tag == "g" and len(child) == 1 else None
        if child.tag == "g" and not child.attrib:
            place = list(group).index(child)
            group[place : place + 1] = list(child)
        elif only is not None and only.tag == "text" and moves(child) and len(child.attrib) == 1:
            x, y = offset(child)
            for row in list(only) or [only]:
                row.set("x", str(float(row.get("x", "0")) + x))
                row.set("y", str(float(row.get("y", "0")) + y))
            group[list(group).index(child)] = only


def share(group, attribute, members):
    """Move an attribute to the group when two or more members agree on it."""
    values = {member.get(attribute) for member in members}
    if len(members) > 1 and len(values) == 1 and None not in values and not group.get(attribute):
        group.set(attribute, values.pop())
        for member in members:
            del member.attrib[attribute]


def moves(*groups):
    """Tell whether groups are moved only, not turned or scaled."""
    return all(re.fullmatch(r"translate\([^)]*\)", g.get("transform", "")) for g in groups)


def offset(group):
    """Return how far a group is moved."""
    x, _, y = group.get("transform")[10:-1].replace(",", " ").partition(" ")
    return float(x), float(y or 0)


def moved(outer, inner):
    """Return two moves as one."""
    (a, b), (c, d) = offset(outer), offset(inner)
    return f"translate({a + c}, {b + d})"


def finish(source, root, name, smallest):
    """Name, size and write a drawing."""
    _, _, width, height = (float(n) for n in root.get("viewBox").split())
    if smallest * min(1, PHONE / width) < READABLE - 0.05:
        raise TooWide(
            f"too wide for a phone ({width:.0f} of {PHONE * smallest / READABLE:.0f} px): "
            "put it top-down or use fewer nodes across"
        )
    scale = min(1, PAGE_TEXT / smallest)  # labels are never larger than the page's text
    key = "m" + name[:8]
    attributes = {
        "xmlns": "http://www.w3.org/2000/svg", "viewBox": root.get("viewBox"),
        "width": f"{width * scale:.0f}", "height": f"{height * scale:.0f}",
        "style": "max-width:100%;height:auto", "fill": VARIABLES[TEXT],
        "role": "img", "aria-labelledby": f"{key}-t", "aria-describedby": f"{key}-d",
    }  # fmt: skip
    if root.find(".//a") is not None:
        del attributes["role"]  # what holds links must not be an image to a screen reader
    shared = {k: v for k, v in root.attrib.items() if k in STYLE}
    root.attrib = attributes | shared
    for tag, words in ("desc", said(source, "accDescr")), ("title", said(source, "accTitle")):
        label = ET.Element(tag, {"id": f"{key}-{tag[0]}"})
        label.text = words
        root.insert(0, label)
    for element in root.iter():
        for attribute, value in element.attrib.items():
            if not attribute.startswith(("aria", "href")):
                element.set(attribute, re.sub(r"-?\d+\.\d+", short_number, value))
    return ET.tostring(root, "unicode").replace(" />", "/>") + "\n"


def short_number(match):
    """Round to one decimal."""
    return f"{round(float(match[0]), 1) + 0:g}"


def draw(source):
    """Return a source's drawing as SVG.

    Raises:
        Refused: a reader could not read it, or Mermaid could not.
    """
    # Top-down for a phone; not in the source, where an older Mermaid would not know it.
    drawn = re.sub(r"\Atimeline\b(?! (TD|LR))", "timeline TD", source)
    for flowchart in FLOWCHARTS if source.startswith("flowchart") else FLOWCHARTS[:1]:
        try:
            config = copy.deepcopy({**CONFIG, "flowchart": flowchart})
            svg = mermaidx.render(drawn, theme="base", config=config).svg()
        except Exception as error:
            raise Refused(f"Mermaid cannot read this: {str(error).splitlines()[0]}") from error
        nodes = len(re.findall(r'class="node ', svg)) if source.startswith("flowchart") else 0
        # The rooms of Jukebox may be more: in two pictures, nobody would see their order.
        if nodes > NODES and rooms.TITLE not in source:
            raise Refused(f"{nodes} nodes, and a reader follows {NODES}: split it")
        try:
            return clean(source, svg, drawing(source))
        except TooWide as error:
            too_wide = error
    raise too_wide


def stamp():
    """Return what a drawing depends on beside its source: the renderer and this file."""
    tool = hashlib.sha256(Path(__file__).read_bytes()).hexdigest()
    return f"mermaidx=={version('mermaidx')}\nscripts/diagrams.py {tool}\n"


def main(docs=Path("docs")):
    """Draw what is missing, remove what is unused; return the sentences that say what is wrong.

    Where one cannot be drawn, none is removed: it may be the drawing of what stood there before.
    A new renderer or a changed tool draws everything anew: ``drawn-with.txt`` says what drew.
    """
    folder, wrong, used = docs / "_diagrams", [], set()
    folder.mkdir(exist_ok=True)
    drawn_with = folder / "drawn-with.txt"
    fresh = drawn_with.exists() and drawn_with.read_text("utf-8") == stamp()
    for page in sorted(docs.rglob("*.md")):
        for line, source in fences(page.read_text("utf-8")):
            name = drawing(source)
            used.add(name)
            bad = list(faults(source))
            wrong += [f"{page}:{line + below}: {sentence}" for below, sentence in bad]
            if bad or (fresh and (folder / name).exists()):
                continue
            try:
                (folder / name).write_text(draw(source), "utf-8")
                print(f"{page}:{line}: drawn as {folder / name}")
            except Refused as error:
                wrong.append(f"{page}:{line}: {error}")
    if wrong:
        return wrong
    for path in folder.glob("*.svg"):
        if path.name not in used:
            path.unlink()
            print(f"{path}: no page uses it: removed")
    drawn_with.write_text(stamp(), "utf-8")
    return []


if __name__ == "__main__":
    sys.exit("\n".join(main()) or None)
