"""Figures of a run as lines: `{lines} run`, with a line `figures_{}_s: what they are` for each.

`{}` stands for x, a number in the names of the figures. The plot is inline SVG whose places are
shares of its box, so that its text keeps its size on a narrow screen; a table holds the values.
"""

import html
import math
import re
from collections.abc import Callable, Container, Iterable, Iterator, Mapping
from itertools import pairwise

from docutils import nodes
from docutils.parsers.rst import directives
from jukebox.world.axes import ticks_around
from sphinx.application import Sphinx
from sphinx.util import logging
from sphinx.util.docutils import SphinxDirective
from sphinx.util.typing import ExtensionMetadata

from docs._ext.numbers import Figure, Run, box_table, format_figure, run_of
from docs._ext.shapes import find_first

logger = logging.getLogger(__name__)

# Four colours, each with its marker; the next four lines are dashed, with hollow markers.
MARKERS = (
    '<circle r="4.5"/>',
    '<path d="M-4 -4H4V4H-4Z"/>',
    '<path d="M0 -5.5L5.5 4.5H-5.5Z"/>',
    '<path d="M0 -6L6 0L0 6L-6 0Z"/>',
)
NAMED = ("caption", "x", "unit")


Points = dict[float, float]
Lines = Mapping[str, Points]  # by what each line is called


class LinePlot(SphinxDirective):
    """Plot figures of one run over a number in their names; a figure that is missing is a gap."""

    required_arguments = 1
    option_spec = dict.fromkeys((*NAMED, "log"), directives.unchanged_required)
    has_content = True

    def run(self) -> list[nodes.Node]:
        """Return the plot, its legend and its table, or a warning for each line without figures."""
        if missing := [name for name in NAMED if name not in self.options]:
            raise self.error(f"lines need a `:{missing[0]}:` that the reader sees")
        logs = self.options.get("log", "").split()
        if not {"x", "y"}.issuperset(logs):
            raise self.error("`:log:` takes x, y or both")
        name = self.arguments[0]
        run = run_of(self.env, name)
        if run is None:
            logger.warning("no run wrote %s.json", name, location=self.get_location())
            return []
        lines: dict[str, Points] = {}
        # MyST's offset of the content is from the directive's own line.
        for number, line in enumerate(self.content, self.lineno + self.content_offset + 1):
            key, _, what = map(str.strip, line.partition(":"))
            points = dict(sorted(find_points(key, run["figures"])))
            if points and what and is_drawable(points, logs):
                lines[what] = points
            elif key:
                message = "%r is no `figures_{}: what they are` of figures%s in %s.json"
                above = ", which are above 0 on a log scale," if logs else ""
                place = (self.env.docname, number)
                logger.warning(message, line, above, name, location=place)
        if not 1 <= len(lines) <= 2 * len(MARKERS):
            raise self.error("lines need one to eight lines `figures_{}: what they are`")
        return [self.figure(lines, logs), *self.table(run, lines)]

    def figure(self, lines: Lines, logs: Container[str]) -> nodes.figure:
        """Return the plot with its legend and caption."""
        caption, x, unit = (self.options[name] for name in NAMED)
        legend = nodes.bullet_list("", classes=["legend"])
        for number, what in enumerate(lines):
            key = (
                f'<svg class="{style(number)}" width="32" height="14" aria-hidden="true">'
                '<line x1="0" y1="7" x2="32" y2="7"/>'
                f'<svg x="16" y="7">{MARKERS[number % 4]}</svg></svg> '
            )
            words, _ = self.state.inline_text(what, self.lineno)
            legend += nodes.list_item("", nodes.paragraph("", "", html_only(key), *words))
        plot = html_only(draw(lines, caption, x, unit, logs))
        return nodes.figure("", nodes.caption("", caption), plot, legend, classes=["lines"])

    def table(self, run: Run, lines: Lines) -> list[nodes.Node]:
        """Return the values as a table that opens, and who made them."""
        values = sorted({x for points in lines.values() for x in points})
        rows = [
            f"| {what} | "
            + " | ".join(format_figure(points[x]) if x in points else "\N{EN DASH}" for x in values)
            for what, points in lines.items()
        ]
        title = f"{self.options['unit']}, by {self.options['x']}"
        heads = f"| {title} | " + " | ".join(map(format_figure, values))
        box = box_table(self, run, [heads, "|---" * (len(values) + 1) + "|", *rows])
        box["classes"].append("of-lines")
        find_first(box, nodes.colspec)["stub"] = 1
        box.insert(0, html_only("<details>\n<summary>These figures as a table</summary>\n"))
        box.insert(2, html_only("</details>\n"))
        return [box]


def html_only(text: str) -> nodes.raw:
    """Return HTML that other formats leave out."""
    return nodes.raw("", text, format="html")


def find_points(key: str, figures: Mapping[str, Figure]) -> Iterator[tuple[float, float]]:
    """Yield (x, y) for each figure whose name is the key, with a number in the place of `{}`."""
    before, hole, after = key.partition("{}")
    pattern = re.compile(rf"{re.escape(before)}(\d+(?:\.\d+)?){re.escape(after)}")
    for name, y in figures.items():
        match = pattern.fullmatch(name) if hole else None
        if match and isinstance(y, int | float):
            yield float(match[1]) if "." in match[1] else int(match[1]), y


def is_drawable(points: Points, logs: Container[str]) -> bool:
    """Tell whether all values stand above 0 on the axes that are logarithms."""
    return ("x" not in logs or min(points) > 0) and ("y" not in logs or min(points.values()) > 0)


def style(number: int) -> str:
    """Return the classes of a line: its colour, and whether it is of the dashed four."""
    return f"series-{number % 4 + 1}" + " dashed" * (number >= len(MARKERS))


class Axis:
    """A scale from values to shares of the box, and the values that it names."""

    def __init__(self, values: Iterable[float], log: bool, zero: bool = False) -> None:
        """Name the values themselves where they are few and apart, else round ones around them."""
        self.scale: Callable[[float], float] = math.log10 if log else float
        self.ticks = sorted(set(values))
        low, high = self.ticks[0], self.ticks[-1]
        self.low, self.high = self.scale(low), self.scale(high)
        places = map(self.share, self.ticks)
        apart = all(other - one > 12 for one, other in pairwise(places))
        if log and (zero or not apart):
            first = math.floor(self.low)
            self.ticks = [10.0**n for n in range(first, max(math.ceil(self.high), first + 1) + 1)]
        elif zero or not apart:
            self.ticks = ticks_around(min(low, 0) if zero else low, high, 4)
        self.low, self.high = self.scale(self.ticks[0]), self.scale(self.ticks[-1])

    def share(self, value: float) -> float:
        """Return where a value stands, from 0 to 100."""
        return 100 * (self.scale(value) - self.low) / (self.high - self.low or 1)


def short(tick: float) -> str:
    """Write a value for an axis: 20000 as 20k."""
    for size, letter in ((1e6, "M"), (1e3, "k")):
        if abs(tick) >= size:
            return f"{tick / size:g}{letter}"
    return f"{tick:g}"


class Plot:
    """Where the points of some lines lie on a plane, with an axis for each direction."""

    def __init__(self, lines: Lines, logs: Container[str]) -> None:
        """Take the lines, and which of the axes x and y are logarithms."""
        self.lines = lines
        self.values = sorted({x for points in lines.values() for x in points})
        self.across = Axis(self.values, "x" in logs)
        figures = {y for points in lines.values() for y in points.values()}
        self.up = Axis(figures, "y" in logs, zero=True)

    def left(self, x: float) -> str:
        """Return where a value lies across; 3 % of the width stay free on either side."""
        return f"{3 + 0.94 * self.across.share(x):.2f}%"

    def top(self, y: float) -> str:
        """Return where a figure lies from the top."""
        return f"{100 - self.up.share(y):.2f}%"

    def at(self, point: tuple[float, float], names: tuple[str, str] = ("x", "y")) -> str:
        """Place a point, as attributes of SVG."""
        return f'{names[0]}="{self.left(point[0])}" {names[1]}="{self.top(point[1])}"'

    def draw_grid(self) -> Iterator[str]:
        """Yield the lines of the grid, and what the axes name."""
        for tick in self.up.ticks:
            y, words = self.top(tick), short(tick)
            yield f'<line class="grid" x1="0" x2="100%" y1="{y}" y2="{y}"/>'
            yield f'<text x="0" y="{y}" dx="-0.5em" dy="0.35em" text-anchor="end">{words}</text>'
        for tick in self.across.ticks:
            x, words = self.left(tick), short(tick)
            yield f'<text x="{x}" y="100%" dy="1.5em" text-anchor="middle">{words}</text>'

    def draw_lines(self) -> Iterator[str]:
        """Yield each line, with a gap where a figure is missing, and its markers."""
        for number, points in enumerate(self.lines.values()):
            yield f'<g class="{style(number)}">'
            for one, other in pairwise(self.values):
                if one in points and other in points:
                    begin = self.at((one, points[one]), ("x1", "y1"))
                    yield f"<line {begin} {self.at((other, points[other]), ('x2', 'y2'))}/>"
            for point in points.items():
                yield f"<svg {self.at(point)}>{MARKERS[number % 4]}</svg>"
            yield "</g>"


def describe(lines: Lines) -> str:
    """Say where each line begins and ends."""
    return "; ".join(
        f"{what}: {format_figure(points[min(points)])} at {format_figure(min(points))}, "
        f"{format_figure(points[max(points)])} at {format_figure(max(points))}"
        for what, points in lines.items()
    )


def draw(lines: Lines, caption: str, x: str, unit: str, logs: Container[str]) -> str:
    """Return the plot as SVG: a grid, the lines, their markers, and what it shows in words."""
    plot, words = Plot(lines, logs), f"{unit}, by {x}. {describe(lines)}."
    svg = [
        '<svg class="plot" role="img">',
        f"<title>{html.escape(caption)}</title>",
        f"<desc>{html.escape(words)}</desc>",
        f'<text class="names" x="0" y="0" dx="-48" dy="-1.1em">{html.escape(unit)}</text>',
        f'<text class="names" x="50%" y="100%" dy="2.9em" text-anchor="middle">{html.escape(x)}</text>',
        *plot.draw_grid(),
        *plot.draw_lines(),
    ]
    return "\n".join([*svg, "</svg>"]) + "\n"


def setup(app: Sphinx) -> ExtensionMetadata:
    """Register the directive."""
    app.setup_extension("docs._ext.numbers")
    app.add_directive("lines", LinePlot)
    return {"version": "1", "parallel_read_safe": True, "parallel_write_safe": True}
