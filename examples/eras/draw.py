"""Draw the sentences of the task from the handbook's pages: python -m examples.eras.draw

It wrote `sentences.csv` once, in November 2026. The file does not follow later edits of the pages.
"""

import csv
import re
from collections.abc import Iterator
from pathlib import Path

PARTS = {"lifecycle": "modules/lifecycle", "mlops": "modules/mlops", "tools": "tools"}
PLAIN = re.compile(
    r"[A-Z][A-Za-z0-9 ,.;:'\u2019\u201c\u201d%()-]+\."
)  # no code, no link, no markup


def sentences(page: str) -> Iterator[str]:
    """Yield the plain sentences of a page: 6 to 40 words, and outside its blocks."""
    inside = ""
    for line in page.splitlines():
        mark = re.match(r"\s*(```|:::|---)", line)
        if mark:
            inside = "" if inside == mark[1] else inside or mark[1]
        elif not inside and PLAIN.fullmatch(line) and 6 <= len(line.split()) <= 40:
            yield line


def rows(docs: Path) -> Iterator[tuple[str, str, str]]:
    """Yield part, page and sentence; the index pages are left out, for the rules are made of them."""
    for part, folder in PARTS.items():
        for page in sorted(docs.joinpath(folder).glob("*.md")):
            if page.stem != "index":
                for sentence in sentences(page.read_text("utf-8")):
                    yield part, page.stem, sentence


if __name__ == "__main__":
    with Path(__file__).with_name("sentences.csv").open("w", encoding="utf-8", newline="") as file:
        table = csv.writer(file, lineterminator="\n")
        table.writerow(("part", "page", "sentence"))
        table.writerows(rows(Path("docs")))
