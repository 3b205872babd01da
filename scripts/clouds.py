"""Draw the animals of the chapter on learning, from a run of its first block: `python -m scripts.clouds`.

The drawing is committed. Its colours stand on a ground of their own, so that it can be seen by day
and by night.
"""

import contextlib
import io
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from docs._ext.markdown import fences

PAGE = Path("docs/modules/understanding-ai/how-models-learn.md")
DRAWING = Path("docs/_static/cats-dogs-fox.svg")
WIDTH, HEIGHT, SCALE = 14, 12, 22  # of the plot, in centimetres of the animals; pixels of one
MARKS = {
    "cat": '<circle r="4" fill="#2b62c0"/>',
    "dog": '<path d="M0 -5L5 4H-5Z" fill="#a86a00"/>',
    "fox": '<path d="M0 -8L8 0L0 8L-8 0Z" fill="#b3261e"/>',
    "middle": '<path d="M-6 -6L6 6M-6 6L6 -6" stroke="#111" stroke-width="2.5"/>',
}
Point = Sequence[float]  # snout and ears of an animal, in centimetres
WORDS = """\
<g font-family="system-ui, sans-serif" font-size="14" fill="#111">
<text x="26" y="36">“cat”</text><text x="330" y="270" text-anchor="end">“dog”</text>
<text x="334" y="312" text-anchor="end">snout, in cm</text><text x="20" y="13">ears, in cm</text>
"""


# A block of a page may name whatever Python has.
def run_block() -> dict[str, Any]:
    """Run the page's first block and return its names."""
    blocks = fences(PAGE.read_text("utf-8"))
    names: dict[str, Any] = {}  # what the block defines
    with contextlib.redirect_stdout(io.StringIO()):
        exec(next(fence.content for fence in blocks if fence.name == "python"), names)  # noqa: S102, the page's own code
    return names


def to_pixel(point: Point) -> tuple[float, float]:
    """Return the pixel of an animal."""
    return round(20 + SCALE * point[0], 1), round(20 + SCALE * (HEIGHT - point[1]), 1)


def find_border(one: Point, other: Point, ears: float) -> tuple[float, float]:
    """Return the point at a height from which two middles are equally far."""
    (left, high), (right, low) = one, other
    ahead = (ears - (high + low) / 2) * (low - high) / (right - left)
    return (left + right) / 2 - ahead, ears


def draw_plot(
    cats: Iterable[Point], dogs: Iterable[Point], fox: Point, model: Mapping[str, Point]
) -> str:
    """Return the plot as SVG: what is told apart by colour is told apart by shape and by words."""
    right, bottom = to_pixel((WIDTH, 0))
    (x1, y1), (x2, y2) = (
        to_pixel(find_border(model["cat"], model["dog"], ears)) for ears in (0, HEIGHT)
    )
    groups = {"cat": cats, "dog": dogs, "fox": [fox], "middle": model.values()}
    places = [
        f'<g transform="translate({x} {y})">{MARKS[name]}</g>'
        for name, group in groups.items()
        for x, y in map(to_pixel, group)
    ]
    names, (label, above) = WORDS, to_pixel(fox)
    for tick in (5, 10):
        x, y = to_pixel((tick, tick))
        places.append(f'<path d="M{x} {bottom:g}v4M20 {y}h-4" stroke="#666"/>')
        names += f'<text x="{x - 5:g}" y="{bottom + 16:g}">{tick}</text>'
        names += f'<text x="14" y="{y + 5:g}" text-anchor="end">{tick}</text>'
    svg = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="-6 0 {right + 16:g} {bottom + 40:g}">',
        '<rect x="-6" width="100%" height="100%" rx="6" fill="#fbfbf9"/>',
        f'<path d="M20 20V{bottom:g}H{right:g}" fill="none" stroke="#666"/>',
        f'<path d="M{x1} {y1}L{x2} {y2}" stroke="#666" stroke-width="1.5" stroke-dasharray="6 5"/>',
        *places,
        f'{names}<text x="{label + 14:g}" y="{above + 5:g}">the fox</text>\n</g>',
    ]
    return "\n".join([*svg, "</svg>"]) + "\n"


def drawing_of_page() -> str:
    """Return the drawing of what the page's block made."""
    names = run_block()
    return draw_plot(*(names[name] for name in ("cats", "dogs", "fox", "model")))


if __name__ == "__main__":
    DRAWING.write_text(drawing_of_page(), "utf-8")
