"""Look into a printed PDF for what its document promises, and for sheets that are mostly blank."""

import io
import re
import unicodedata
from collections.abc import Iterator, Sequence
from typing import NamedTuple, TypeAlias
from urllib.parse import urlsplit

from pypdf import PageObject, PdfReader
from pypdf.generic import Destination

from scripts import typeface
from scripts.packs.paper import Document
from scripts.packs.printing import read_places

A4 = (595, 842)  # points
TOP, FOOT = 51, 51  # points of margin, as paper.css has them: 18 mm
BLANK, SHARE = 1 / 3, 1 / 20  # at most this share of the pages may be blank over more than that
Outline: TypeAlias = "Sequence[Destination | Outline]"  # what is below a bookmark follows it


class Blank(NamedTuple):
    """The share of a page of a pack's file that is blank at its foot."""

    share: float
    pack: str
    page: int


def faults(pdf: bytes, document: Document, docnames: Sequence[str] = ()) -> list[str]:
    """Return what a printed document promises and does not keep."""
    reader, texts = PdfReader(io.BytesIO(pdf)), read_texts(pdf)
    whole = "".join(map(squeeze_text, texts))
    return [
        *head_faults(reader, document.title),
        *heading_faults(reader, whole, document.headings),
        *page_faults(reader, texts),
        *foot_faults(pdf, document.titles),
        *source_faults(reader, document.sources),
        *answer_faults(whole, document),
        *name_faults(texts, docnames),
    ]


def head_faults(reader: PdfReader, title: str) -> Iterator[str]:
    """Yield what a reading program or a screen reader would miss in the file as a whole."""
    for key in ("/StructTreeRoot", "/Outlines", "/Lang"):
        if key not in reader.root_object:
            yield f"no {key}"
    if (reader.metadata or {}).get("/Title") != title:
        yield "another title"


def heading_faults(reader: PdfReader, whole: str, headings: Sequence[str]) -> Iterator[str]:
    """Yield each heading that is no bookmark, or does not stand in the text."""
    outline = {squeeze_text(mark.title or "") for mark in flatten_outline(reader.outline)}
    for heading in headings:
        if squeeze_text(heading) not in outline:
            yield f"no bookmark: {heading}"
        if squeeze_text(heading) not in whole:
            yield f"no title in the text: {heading}"


def page_faults(reader: PdfReader, texts: Sequence[str]) -> Iterator[str]:
    """Yield what is wrong with a page: its size, its number, its links, its fonts."""
    for number, (page, text) in enumerate(zip(reader.pages, texts, strict=True), 1):
        # Chromium rounds a sheet up to whole pixels.
        if any(abs(side - a4) > 2 for side, a4 in zip(page.mediabox[2:], A4, strict=True)):
            yield f"page {number} is not A4"
        if not re.search(rf"(?<!\d){number} / {len(texts)}(?!\d)", text):
            yield f"no page number on page {number}"
        for link in read_links(page):
            if urlsplit(link.address).hostname == "127.0.0.1":
                yield f"a link to the printing server on page {number}: {link.address}"
        for font in sorted(read_fonts(page) - typeface.NAMES):
            yield f"a font of this machine on page {number}: {font}"


def foot_faults(pdf: bytes, titles: Sequence[str]) -> Iterator[str]:
    """Yield each heading that ends a page, with what it is about on the next."""
    squeezed = set(map(squeeze_text, titles))
    for number, lines in enumerate(read_feet(pdf), 1):
        if squeezed & {squeeze_text("".join(lines[-count:])) for count in (1, 2, 3)}:
            yield f"a heading at the foot of page {number}: {lines[-1]}"


def source_faults(reader: PdfReader, sources: Sequence[str]) -> Iterator[str]:
    """Yield each cited source to which no link leads, or which has no place to lead to."""
    places = read_places(reader)
    led = {link.place for page in reader.pages for link in read_links(page)}
    for source in sources:
        if f"source-{source}" not in led or f"source-{source}" not in places:
            yield f"a citation that leads nowhere: {source}"


def answer_faults(whole: str, document: Document) -> Iterator[str]:
    """Yield each answer that is missing, or stands where there may be none."""
    for text in document.present:
        if squeeze_text(text) not in whole:
            yield f"an answer is missing: {text}"
    for text in document.absent:
        if squeeze_text(text) in whole:
            yield f"an answer in the handout: {text}"


def name_faults(texts: Sequence[str], docnames: Sequence[str]) -> Iterator[str]:
    """Yield each name of a page's file that stands in the text instead of its title."""
    plain = "".join("".join(texts).split())
    for name in docnames:
        if f"({name})" in plain:
            yield f"the name of a file: ({name})"


def squeeze_text(text: str) -> str:
    """Return text without what a line break or a ligature changes."""
    return re.sub(r"\W+", "", unicodedata.normalize("NFKC", text))


def read_texts(pdf: bytes) -> list[str]:
    """Return the text of each page."""
    import pypdfium2  # a checker's: whoever prints a handout does without

    with pypdfium2.PdfDocument(pdf) as opened:
        return [page.get_textpage().get_text_range() for page in opened]


def read_feet(pdf: bytes) -> list[list[str]]:
    """Return the last three lines of the text of each page, above its foot."""
    import pypdfium2

    with pypdfium2.PdfDocument(pdf) as opened:
        texts = (
            page.get_textpage().get_text_bounded(0, FOOT, A4[0], A4[1] - TOP) for page in opened
        )
        return [text.strip().splitlines()[-3:] for text in texts]


class Link(NamedTuple):
    """Where a link on a page leads: to an address, or to a place of the same PDF."""

    address: str
    place: str


def read_links(page: PageObject) -> list[Link]:
    """Return the links on a page."""
    notes = [note.get_object() for note in page.get("/Annots", [])]
    return [
        Link(str(note.get("/A", {}).get("/URI", "")), str(note.get("/Dest", "")).lstrip("/"))
        for note in notes
    ]


def read_fonts(page: PageObject) -> set[str]:
    """Return the names of the fonts of a page and of the drawings on it."""
    names, todo = set(), [page]
    while todo:
        resources = todo.pop().get("/Resources", {}).get_object()
        for font in resources.get("/Font", {}).values():
            name = str(font.get_object().get("/BaseFont", "one without a name"))
            names.add(name.lstrip("/").rpartition("+")[2])
        for form in resources.get("/XObject", {}).values():
            if form.get_object().get("/Subtype") == "/Form":
                todo.append(form.get_object())
    return names


def flatten_outline(outline: Outline) -> Iterator[Destination]:
    """Yield the bookmarks of every level."""
    for item in outline:
        if isinstance(item, Destination):
            yield item
        else:
            yield from flatten_outline(item)


def blank_shares(pdf: bytes) -> list[float]:
    """Return for each page but the last which share of its type area is blank at the foot."""
    import pypdfium2

    shares = []
    with pypdfium2.PdfDocument(pdf) as opened:
        for number in range(len(opened) - 1):
            seen = opened[number].render(
                scale=0.5,  # pyright: ignore[reportArgumentType] # guessed from its default, 1
                grayscale=True,  # a byte for each dot
            )
            start, end = (round(seen.height * part / A4[1]) for part in (TOP, A4[1] - FOOT))
            dots = bytes(seen.buffer)
            rows = range(start * seen.stride, end * seen.stride, seen.stride)
            inked = [n for n, row in enumerate(rows, 1) if min(dots[row : row + seen.width]) < 250]
            shares.append(1 - (inked[-1] if inked else 0) / (end - start))
    return shares


def blank_faults(blanks: Sequence[Blank]) -> list[str]:
    """Return the pages that waste paper, if they are too many."""
    wasted = sorted((one for one in blanks if one.share > BLANK), reverse=True)
    if len(wasted) <= SHARE * len(blanks):
        return []
    said = f"{len(wasted)} of {len(blanks)} pages are blank over more than a third:"
    return [said, *(f"{one.pack}: page {one.page}, {one.share:.0%}" for one in wasted)]
