"""Print a document with Chromium, with the numbers of its pages in its text."""

import io
import re
import sys
from collections.abc import Sequence
from pathlib import Path

from playwright.sync_api import Browser
from playwright.sync_api import Page as Sheet
from pypdf import PdfReader

from scripts import chromium, typeface
from scripts.packs.paper import Document, assemble_pack
from scripts.packs.site import Site

NUMBER = 'class="page-of"'
FEW = 18  # lines of text on a last page that smaller words and sources may save
PASSES = 3  # Chromium knows no page numbers of targets: print, fill them in, and print again
FILL = """pages => [...document.querySelectorAll(".page-of")].filter(element => {
  const number = String(pages[element.dataset.to]), other = element.textContent !== number
  element.textContent = number
  return other
}).length"""


def print_pdf(sheet: Sheet, origin: str, document: Document) -> bytes:
    """Print a document in a tab of Chromium."""
    if not sheet.url.startswith(origin):
        sheet.goto(f"{origin}/404.html")  # only its origin matters: addresses begin at the root
    sheet.set_content(document.html, wait_until="load")
    sheet.evaluate(typeface.LOAD)
    pdf = print_with_numbers(sheet, document)
    last = PdfReader(io.BytesIO(pdf)).pages[-1].extract_text()
    if document.titles and last.count("\n") < FEW:
        sheet.evaluate("document.body.classList.add('closer')")  # is a sheet saved by smaller ends?
        closer = print_with_numbers(sheet, document)
        pdf = min(pdf, closer, key=lambda one: len(PdfReader(io.BytesIO(one)).pages))
    # When it was printed is no part of what it says: the same text gives the same bytes.
    return re.sub(
        rb"\(D:\d{14}[^)]*\)", lambda day: b"(D:".ljust(len(day[0]) - 1, b"0") + b")", pdf
    )


def print_with_numbers(sheet: Sheet, document: Document) -> bytes:
    """Print until the page numbers in the text are right."""
    pdf = print_once(sheet)
    if NUMBER in document.html:
        for _ in range(PASSES):
            if not sheet.evaluate(FILL, read_places(PdfReader(io.BytesIO(pdf)))):
                break
            pdf = print_once(sheet)
    return pdf


def print_once(sheet: Sheet) -> bytes:
    """Print what a tab shows, with the size of its style sheet, tags and bookmarks."""
    return sheet.pdf(print_background=True, prefer_css_page_size=True, tagged=True, outline=True)


def read_places(reader: PdfReader) -> dict[str, int]:
    """Return the number of the page of each place that a link of the PDF leads to."""
    numbers = {}
    for number, page in enumerate(reader.pages, 1):
        assert page.indirect_reference  # only a page that was never in a file has none
        numbers[page.indirect_reference.idnum] = number
    return {
        name.lstrip("/"): numbers[place.page.idnum]
        for name, place in reader.named_destinations.items()
        if place.page
    }


def print_handout(
    browser: Browser,
    site: Path,
    pages: Sequence[str],
    output: Path,
    title: str,
    *,
    answers: Path | None = None,
) -> None:
    """Print chapters, named as in a table of contents, as one PDF without answers.

    The answers are printed as a second file where `answers` says so, and a page has some. Exits
    with a sentence where the built site does not have a page.
    """
    book = Site(Path(site))
    chosen = [book.page(f"{name}.html") for name in pages]
    if not chosen:
        sys.exit(f"{output.name} has no chapters: name one")
    documents = assemble_pack(book, chosen, title, output.name)
    with chromium.serve(book.root) as origin, chromium.tab(browser) as sheet:
        for document, file in zip(documents, (output, answers), strict=True):
            if document and file:
                file.parent.mkdir(parents=True, exist_ok=True)
                file.write_bytes(print_pdf(sheet, origin, document))
