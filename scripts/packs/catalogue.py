"""Print the packs of all chapters and modules, and the page that lists them."""

import html
import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from statistics import median

from playwright.sync_api import Browser
from playwright.sync_api import Page as Sheet
from pypdf import PdfReader

from scripts import chromium
from scripts.packs.paper import Document, assemble_pack
from scripts.packs.pdf_checks import BLANK, SHARE, Blank, blank_faults, blank_shares, faults
from scripts.packs.printing import print_pdf
from scripts.packs.site import BASE, Page, Site

STYLE = Path(__file__).with_suffix(".css")
HEADS = ("Pack", "Pages", "Minutes", "Size", "Answers")
PALETTE = [
    f"--color-{name}"
    for name in (
        "background-primary",
        "background-secondary",
        "background-border",
        "foreground-primary",
        "foreground-secondary",
        "brand-content",
    )
]


@dataclass(frozen=True)
class Row:
    """A pack as the index lists it; `answers` is the path of another, or empty."""

    path: str
    title: str
    pages: int
    minutes: int
    size: int  # bytes
    answers: str = ""


@dataclass
class PackPrinter:
    """A tab that prints packs into a folder; it notes what is wrong with them, and what is blank."""

    sheet: Sheet
    origin: str
    site: Site
    output: Path
    faults: list[str] = field(default_factory=list)
    blanks: list[Blank] = field(default_factory=list)

    def print_pack(self, path: str, pages: Sequence[Page]) -> Row:
        """Print a pack, and its answers beside it; return what the index says of it."""
        pack, answers = assemble_pack(self.site, pages, name=Path(path).name)
        pdf = self.print_file(path, pack)
        shares = blank_shares(pdf)
        self.blanks += [Blank(share, path, number) for number, share in enumerate(shares, 1)]
        beside = path.replace(".pdf", "-answers.pdf") if answers else ""
        if answers:
            self.print_file(beside, answers)
        minutes = sum(page.minutes for page in pages)
        return Row(path, pages[0].title, len(shares) + 1, minutes, len(pdf), beside)

    def print_file(self, path: str, document: Document) -> bytes:
        """Print a document into a file, and note what it does not keep of its promises."""
        pdf = print_pdf(self.sheet, self.origin, document)
        self.faults += [f"{path}: {fault}" for fault in faults(pdf, document, self.docnames)]
        (self.output / path).parent.mkdir(parents=True, exist_ok=True)
        (self.output / path).write_bytes(pdf)
        return pdf

    @cached_property
    def docnames(self) -> list[str]:
        """The names of the site's pages, none of which is a title."""
        return [page.path.removesuffix(".html") for page in self.site.pages() if "/" in page.path]


def print_all(
    browser: Browser, root: Path, output: Path, base: str = BASE
) -> tuple[dict[str, list[Row]], list[float]]:
    """Print all packs of a built site, check each, list them.

    Return the rows of the index and, for each page but the last of its pack, which share of it is
    blank at the foot. Exits with all that is wrong.
    """
    site, output = Site(Path(root), base), Path(output)
    if not site.modules:
        sys.exit(f"{root}: no page under modules/ has objectives, so there is nothing to print")
    with chromium.serve(site.root) as origin, chromium.tab(browser) as sheet:
        printer = PackPrinter(sheet, origin, site, output)
        rows = {
            module: [printer.print_pack(path, its) for path, its in list_packs(module, pages)]
            for module, pages in site.modules.items()
        }
        palette = read_palette(sheet, origin)
    (output / "index.html").write_text(index_html(site, palette, rows), "utf-8")
    if wrong := printer.faults + blank_faults(printer.blanks):
        sys.exit("\n".join(wrong))
    return rows, [blank.share for blank in printer.blanks]


def list_packs(module: str, pages: Sequence[Page]) -> Iterator[tuple[str, Sequence[Page]]]:
    """Yield the file and the pages of each pack of a module: the whole, then each chapter."""
    yield f"{module}.pdf", pages
    for chapter in pages[1:]:
        file = Path(chapter.path).relative_to("modules").with_suffix(".pdf")
        yield file.as_posix(), [chapter]


def read_palette(sheet: Sheet, origin: str) -> list[tuple[str, tuple[str, ...]]]:
    """Return the site's own colours, in light and in dark, as the browser computes them."""
    sheet.goto(f"{origin}/index.html")
    themes = []
    for theme in ("light", "dark"):
        sheet.evaluate("theme => { document.body.dataset.theme = theme }", theme)
        values = "names => names.map(n => getComputedStyle(document.body).getPropertyValue(n))"
        themes.append(sheet.evaluate(values, PALETTE))
    return list(zip(PALETTE, zip(*themes, strict=True), strict=True))


def index_html(
    site: Site, palette: Sequence[tuple[str, Sequence[str]]], rows: Mapping[str, Sequence[Row]]
) -> str:
    """Return the page that lists the packs, {module: its pack, then those of its chapters}."""
    name = html.escape(site.name)
    colours = "".join(f"{key}: light-dark({light}, {dark}); " for key, (light, dark) in palette)
    return f"""<!DOCTYPE html>
<html lang="en"><head><meta charset="utf-8"><title>Packs - {name}</title>
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="description" content="The chapters of the {name}, to print or take along.">
<link rel="icon" href="data:,">
<style>:root {{ {colours}}}
{STYLE.read_text("utf-8")}</style></head>
<body><main><h1>{name}: packs</h1>
<p>Each chapter and each module as a PDF to print or hand out. The answers are files of their own.</p>
{"".join(module_html(*listed) for listed in rows.items())}</main><footer>{html.escape(site.licence)}</footer></body></html>
"""


def module_html(module: str, packs: Sequence[Row]) -> str:
    """Return the table of a module's packs, under its title."""
    heads = "".join(f'<th scope="col">{head}</th>' for head in HEADS)
    lines = [row_html(packs[0], "The whole module")]
    lines += [row_html(row, html.escape(row.title)) for row in packs[1:]]
    return (
        f'<h2 id="{module}">{html.escape(packs[0].title)}</h2>\n'
        f'<div class="wide" tabindex="0" role="region" aria-labelledby="{module}"><table>'
        f"<thead><tr>{heads}</tr></thead><tbody>\n{''.join(lines)}</tbody></table></div>\n"
    )


def row_html(row: Row, called: str) -> str:
    """Return the row of a pack, whose link is called so."""
    label = f"{html.escape(row.title)}: answers"
    answers = f'<a href="{row.answers}" aria-label="{label}">Answers</a>' if row.answers else ""
    return (
        f'<tr><th scope="row"><a href="{row.path}">{called}</a></th>'
        f"<td>{row.pages}</td><td>{row.minutes or ''}</td><td>{round(row.size / 1024)} KB</td>"
        f"<td>{answers}</td></tr>\n"
    )


def count_packs(
    rows: Mapping[str, Sequence[Row]], blanks: Sequence[float], output: Path
) -> dict[str, float | str]:
    """Return what a page says of the packs."""
    modules = [listed[0] for listed in rows.values()]
    chapters = [row for listed in rows.values() for row in listed[1:]]
    answers = [output / row.answers for row in (*modules, *chapters) if row.answers]
    return {
        "chapters": len(chapters),
        "chapter_pages": sum(row.pages for row in chapters),
        "chapter_pages_fewest": min(row.pages for row in chapters),
        "chapter_pages_median": round(median(row.pages for row in chapters)),
        "chapter_pages_most": max(row.pages for row in chapters),
        "chapter_kb_median": round(median(row.size for row in chapters) / 1024),
        "modules": len(modules),
        "module_pages": sum(row.pages for row in modules),
        "module_pages_fewest": min(row.pages for row in modules),
        "module_pages_most": max(row.pages for row in modules),
        "module_kb_most": round(max(row.size for row in modules) / 1024),
        "answers": len(answers),
        "answer_pages": sum(len(PdfReader(file).pages) for file in answers),
        "mb": round(sum(file.stat().st_size for file in output.rglob("*.pdf")) / 1024**2, 1),
        "pages_not_last": len(blanks),
        "pages_a_third_blank": sum(share > BLANK for share in blanks),
        "pages_a_third_blank_allowed_percent": round(100 * SHARE),
    }
