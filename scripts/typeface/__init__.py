"""The fonts of what is printed, which lie here: no sheet depends on those of a machine."""

import base64
from functools import cache
from pathlib import Path

FOLDER = Path(__file__).parent
# Family, weight, style and file of each; where a family lacks a sign, the next one is asked.
FACES = [
    ("Text", 400, "normal", "noto-sans-400"),
    ("Text", 400, "italic", "noto-sans-400-italic"),
    ("Text", 700, "normal", "noto-sans-700"),
    ("Text", 700, "italic", "noto-sans-700-italic"),
    ("Code", 400, "normal", "noto-sans-mono-400"),
    ("Code", 700, "normal", "noto-sans-mono-700"),
    ("Devanagari", 400, "normal", "noto-sans-devanagari-400"),
    ("Tamil", 400, "normal", "noto-sans-tamil-400"),
    ("Symbols", 400, "normal", "noto-sans-symbols-2-400"),
]
# The fonts' own boxes are higher than a line of a heading. Chromium then paints a heading at the top
# of a page on the page before as well, where nobody sees it, and a bookmark says it twice.
METRICS = "ascent-override: 90%; descent-override: 25%; line-gap-override: 0%"
# A script that waits for them: no text names a face before it is there.
LOAD = "Promise.all([...document.fonts].map(face => face.load()))"
# What a PDF calls them.
NAMES = {
    *("NotoSans-Regular", "NotoSans-Italic", "NotoSans-Bold", "NotoSans-BoldItalic"),
    *("NotoSansMono-Regular", "NotoSansMono-Bold"),
    *("NotoSansDevanagari-Regular", "NotoSansTamil-Regular", "NotoSansSymbols2-Regular"),
}


@cache
def css() -> str:
    """Return the faces, each with its file inside, and the variables `--text` and `--code`."""
    faces = [
        f"@font-face {{ font-family: {family}; font-weight: {weight}; font-style: {style}; "
        f"src: url(data:font/woff2;base64,{_encode(name)}) format('woff2'); {METRICS} }}"
        for family, weight, style, name in FACES
    ]
    others = "Devanagari, Tamil, Symbols"
    # A name may be of another script: a font of the machine's own then has its letters.
    text, code = f"Text, Code, {others}, sans-serif", f"Code, Text, {others}, monospace"
    stacks = f":root {{ --text: {text}; --code: {code} }}"
    return "\n".join([*faces, stacks])


def _encode(name: str) -> str:
    return base64.b64encode((FOLDER / f"{name}.woff2").read_bytes()).decode()
