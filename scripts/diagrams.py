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
                  "diagramPadding": 2, "wrappingWidth": 130,
                  "subGraphTitleMargin": {"top": 4, "bottom": 14}},
    "state": {"nodeSpacing": 24, "rankSpacing": 36},
    "sequence": {"mirrorActors": False, "actorMargin": 24, "width": 120, "height": 44,
                 "diagramMarginX": 4, "diagramMarginY": 4, "wrap": False},
    "xyChart": {"width": 480, "height": 320, "xAxis": AXIS, "yAxis": AXIS},
    "quadrantChart": {"chartWidth": 480, "chartHeight": 480, "quadrantLabelFontSize": 16,
                      "pointLabelFontSize": 16, "pointTextPadding": 10,
                      "xAxisLabelFontSize": 16, "yAxisLabelFontSize": 16},
}  # fmt: skip
# For a flowchart that is a little too wide.
TIGHT = {**CONFIG["flowchart"], "nodeSpacing": 12, "padding": 5}

STYLE = {  # what is resolved, and its initial value; all of it is inherited
    "fill": VARIABLES[TEXT], "stroke": "none", "stroke-width": "1", "stroke-dasharray": "none",
    "font-size": "16", "font-weight": "400", "text-anchor": "start", "dominant-baseline": "auto",
}  # fmt: skip
SHAPES = {"rect", "path", "circle", "ellipse", "polygon", "polyline", "line", "use"}
GEOMETRY = {
    "x", "y", "x1", "y1", "x2", "y2", "cx", "cy", "r", "rx", "ry", "width", "height", "d", "dx",
    "dy", "points", "transform", "href", "marker-end", "marker-start", "id", "viewBox", "refX",
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
        raise Refused(
            "a shape has no clean drawing: use [..], (..), ([..]), {..}, [(..)] or ((..))"
        )
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


def rows(text, size):
    """Write a label's rows at absolute places, each as one run of text."""
    lines = []
    for row in text:
        words = " ".join("".join(row.itertext()).split())
        y = row.get("y") or text.get("y") or "0"
        y = float(y[:-2]) * size if y.endswith("em") else float(y)
        dy = row.get("dy") or text.get("dy") or "0"
        y += float(dy[:-2]) * size if dy.endswith("em") else float(dy)
        lines.append((row.get("x") or text.get("x") or "0", y, words))
    return [line for line in lines if line[2]]


def clean(source, svg, name):
    """Return Mermaid's SVG with the palette's variables for colours, and nothing spare."""
    svg = re.sub(r' xmlns(:xlink)?="[^"]*"', "", svg).replace("xlink:href", "href")
    root = ET.fromstring(svg)  # noqa: S314 - made a moment ago, here
    css = "".join(style.text or "" for style in root.iter("style"))
    parents = {child: parent for parent in root.iter() for child in parent}
    for element in [e for e in root.iter() if e.tag in {"style", "title", "desc", "filter",
                                                        "linearGradient", "symbol"}]:  # fmt: skip
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
    used = {e.get(end, "")[5:-1] for e in root.iter() for end in ("marker-start", "marker-end")}
    used &= {marker.get("id") for marker in root.iter("marker")}
    short = {marker: f"m{name[:8]}-{n}" for n, marker in enumerate(sorted(used), 1)}
    dashes = {"line-plot-1": "9 5", "line-plot-2": "2 4", "line-plot-3": "9 4 2 4"}
    smallest = [PAGE_TEXT * 2.0]

    def rebuild(old, inherited, in_marker=False, dash=None):
        classes = old.get("class", "").split()
        in_marker = in_marker or old.tag == "marker"
        if old.tag == "marker" and old.get("id") not in used:
            return None
        own = computed(old, style[old], inherited, in_marker)
        dash = next((dashes[c] for c in classes if c in dashes), dash)
        new = ET.Element(old.tag, {k: v for k, v in old.attrib.items() if k in GEOMETRY})
        if old.get("id") in short:
            new.set("id", short[old.get("id")])
        else:
            new.attrib.pop("id", None)
        for end in ("marker-start", "marker-end"):
            marker = short.get(new.attrib.pop(end, "")[5:-1])
            if marker:
                new.set(end, f"url(#{marker})")
        if old.tag == "circle":
            new.attrib = {k: v for k, v in new.attrib.items() if k not in {"width", "height"}}
        if old.tag in SHAPES:
            if own["fill"] == "none" and own["stroke"] == "none" and old.tag != "use":
                return None
            if old.tag == "rect" and not float(old.get("width", "0").removesuffix("px")):
                return None
            if old.tag == "line":
                own["fill"] = STYLE["fill"]  # has no inside
            if dash and old.tag == "path":
                own["stroke-dasharray"] = dash
            if "label-container" in classes and old.tag == "rect":
                new.attrib.setdefault("rx", "6")
            if old.tag in {"line", "path"} and own["stroke"] == "none":
                own["stroke-width"] = inherited["stroke-width"]
            new.attrib.update({k: v for k, v in own.items() if v != STYLE[k]
                               and not k.startswith(("font", "text", "dominant"))})  # fmt: skip
        elif old.tag == "text":
            first = next(old.iter("tspan"), None)
            if first is not None:
                own = computed(first, style[first], own, False)
            size = float(own["font-size"])
            lines = rows(old, size)
            if old.text and old.text.strip():
                new.text = " ".join(old.text.split())
            elif not lines:
                return None
            else:
                new.attrib.pop("dy", None)
                if len(lines) == 1:
                    new.set("x", lines[0][0])
                    new.set("y", str(lines[0][1]))
                    new.text = lines[0][2]
                else:
                    new.attrib.pop("x", None)
                    new.attrib.pop("y", None)
                    for x, y, words in lines:
                        ET.SubElement(new, "tspan", {"x": x, "y": str(y)}).text = words
            smallest[0] = min(smallest[0], size)
            new.attrib.update({k: v for k, v in own.items()
                               if v != STYLE[k] and
                               (not k.startswith("stroke") or "halo" in classes)})  # fmt: skip
            if "halo" in classes:
                new.set("style", "paint-order:stroke")
            return new
        for child in old:
            made = rebuild(child, own, in_marker, dash)
            if made is not None:
                new.append(made)
        if old.tag == "a":
            new.set("text-decoration", "underline")
            new.set("aria-label", " ".join(t.strip() for t in new.itertext() if t.strip()))
        if old.tag in {"g", "defs", "marker"} and not len(new):
            return None
        return new

    for cluster in [g for g in root.iter("g") if "cluster" in g.get("class", "").split()]:
        # At the left, where it stays in the page's own font, and fewer arrows cross it.
        box, label = cluster.find("rect"), cluster.find("g")
        box.set("rx", "8")
        start, top = offset(label)
        start -= float(box.get("x"))
        words = float(box.get("width")) - 2 * start
        label.set("transform", f"translate({float(box.get('x')) + min(12, start)}, {top})")
        for text in label.iter("text"):
            if words * 1.12 + 24 < float(box.get("width")):  # bold, where there is room
                style[text]["font-weight"] = "600"
            # On top of the arrows, with a halo.
            style[text] |= {"stroke": CLUSTER, "stroke-width": "5"}
            text.set("class", "halo")
        cluster.remove(label)
        parents[parents[cluster]].append(label)
    for frame in [g for g in root.iter("g") if "statediagram-cluster" in g.get("class", "")]:
        outer, inner = frame.find("g/rect"), frame.find("rect")
        bottom = float(outer.get("y")) + float(outer.get("height"))
        inner.set("height", str(bottom - float(inner.get("y"))))
    for box in root.iter("rect"):  # the ground of a label on an arrow
        if "background" in box.get("class", "") and "width" in box.attrib:
            box.set("rx", "3")
    new = rebuild(root, dict(STYLE))
    arrange(new)
    return finish(source, new, name, smallest[0])


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
            f"too wide for a phone ({width:.0f} px, of which {PHONE * smallest / READABLE:.0f} fit): "
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
    for flowchart in CONFIG["flowchart"], TIGHT:
        try:
            config = copy.deepcopy({**CONFIG, "flowchart": flowchart})
            svg = mermaidx.render(drawn, theme="base", config=config).svg()
        except Exception as error:
            raise Refused(f"Mermaid cannot read this: {str(error).splitlines()[0]}") from error
        nodes = len(re.findall(r'class="node ', svg)) if source.startswith("flowchart") else 0
        if nodes > NODES:
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
    for path in folder.glob("*.svg"):
        if path.name not in used:
            path.unlink()
            print(f"{path}: no page uses it: removed")
    if not wrong:
        drawn_with.write_text(stamp(), "utf-8")
    return wrong


if __name__ == "__main__":
    sys.exit("\n".join(main()) or None)
