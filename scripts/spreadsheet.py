"""Write tables for spreadsheets, none of which runs a formula that came with a name or a title."""

import csv
from collections.abc import Iterable, Sequence
from pathlib import Path

FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n")  # what a spreadsheet takes for one begins so


def escape_cell(text: str) -> str:
    """Return a text with an apostrophe before what a spreadsheet would run as a formula."""
    return f"'{text}" if text.startswith(FORMULA) else text


def write_csv(path: Path, rows: Iterable[Sequence[str]]) -> None:
    """Write rows of text as CSV: with the mark by which a spreadsheet reads UTF-8, each cell safe."""
    with path.open("w", encoding="utf-8-sig", newline="") as file:  # lines end as RFC 4180 has it
        csv.writer(file).writerows([escape_cell(text) for text in row] for row in rows)
