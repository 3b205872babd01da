"""Draw the handbook's diagrams: ``nox -s diagrams``.

Mermaid lays out each ``mermaid`` fence with wide letters (DejaVu Sans), so that the page's own
font always fits. Its style sheet is then resolved into attributes whose colours are the CSS
variables of ``handbook.css``: one drawing serves light, dark and print. The rest goes: classes,
ids, filters, markers that nothing uses.

What becomes of Mermaid's SVG is in three modules: `diagram_style`, `diagram_layout`, `diagram_svg`.
"""

import copy
import hashlib
import re
import sys
from contextlib import suppress
from importlib.metadata import version
from pathlib import Path
from typing import Any

import mermaidx

from docs._ext.diagrams import drawing_name, faults, mermaid_fences
from scripts import rooms
from scripts.diagram_layout import Refused, TooWide
from scripts.diagram_style import ACCENT, BORDER, CLUSTER, LABEL, LINE, NODE, SERIES, TEXT
from scripts.diagram_svg import redraw_svg

NODES = 10
TOOL = sorted(Path(__file__).parent.glob("diagram*.py"))  # the files that make a drawing

# Mermaid's settings are its own: numbers, texts, truths and tables of these.
Settings = dict[str, Any]

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


def draw(source: str) -> str:
    """Return a source's drawing as SVG.

    Raises:
        Refused: a reader could not read it, or Mermaid could not.
    """
    if source.startswith("flowchart"):
        for flowchart in FLOWCHARTS[:-1]:
            with suppress(TooWide):
                return draw_with(flowchart, source)
        return draw_with(FLOWCHARTS[-1], source)
    return draw_with(FLOWCHARTS[0], source)


def draw_with(flowchart: Settings, source: str) -> str:
    """The same, with some settings for flowcharts."""
    # Top-down for a phone; not in the source, where an older Mermaid would not know it.
    words = re.sub(r"\Atimeline\b(?! (TD|LR))", "timeline TD", source)
    config = copy.deepcopy({**CONFIG, "flowchart": flowchart})
    try:
        svg = mermaidx.render(words, theme="base", config=config).svg()
    except Exception as error:
        raise Refused(f"Mermaid cannot read this: {str(error).splitlines()[0]}") from error
    nodes = len(re.findall(r'class="node ', svg)) if source.startswith("flowchart") else 0
    # The rooms of Jukebox may be more: in two pictures, nobody would see their order.
    if nodes > NODES and rooms.TITLE not in source:
        raise Refused(f"{nodes} nodes, and a reader follows {NODES}: split it")
    return redraw_svg(source, svg, drawing_name(source))


def stamp() -> str:
    """Return what a drawing depends on beside its source: the renderer and this tool's files."""
    digests = {file: hashlib.sha256(file.read_bytes()).hexdigest() for file in TOOL}
    lines = [f"scripts/{file.name} {digest}\n" for file, digest in digests.items()]
    return f"mermaidx=={version('mermaidx')}\n" + "".join(lines)


def main(docs: Path = Path("docs")) -> list[str]:
    """Draw what is missing, remove what is unused; return the sentences that say what is wrong.

    Where one cannot be drawn, none is removed: it may be the drawing of what stood there before.
    A new renderer or a changed tool draws everything anew: ``drawn-with.txt`` says what drew.
    """
    folder, used = docs / "_diagrams", set()
    wrong: list[str] = []
    folder.mkdir(exist_ok=True)
    drawn_with = folder / "drawn-with.txt"
    fresh = drawn_with.exists() and drawn_with.read_text("utf-8") == stamp()
    for page in sorted(docs.rglob("*.md")):
        for line, source in mermaid_fences(page.read_text("utf-8")):
            name = drawing_name(source)
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
