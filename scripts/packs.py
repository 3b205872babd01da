"""*Copy and page*: print the built handbook, a PDF for each chapter, one for each module, and a page listing them.

A pack is what a reader takes along on paper: everything open, the words and the sources that it
uses at its end, and no answers. These are a file of their own, which a trainer keeps.
"""

import argparse
import copy
import html
import io
import os
import platform
import re
import sys
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from statistics import median
from typing import Any
from urllib.parse import urljoin, urlsplit

import yaml
from bs4 import BeautifulSoup, Tag
from playwright.sync_api import Browser
from playwright.sync_api import Page as Sheet
from pypdf import PdfReader

from scripts import chromium, typeface
from scripts.workspace import record

BASE = os.environ.get("READTHEDOCS_CANONICAL_URL") or os.environ.get("HANDBOOK_URL", "")
STYLE = Path(__file__).with_suffix(".css")
CITATION = Path(__file__).parents[1] / "CITATION.cff"
GLOSSARY, BIBLIOGRAPHY = "reference/glossary.html", "reference/bibliography.html"
REFERENCES = ["for", "headers", "aria-labelledby", "aria-describedby", "aria-controls"]
A4 = (595, 842)  # points
TOP, FOOT = 51, 51  # points of margin, as packs.css has them: 18 mm
FOR_THE_TEACHER = "For the teacher"  # what unfolds under such words stands with the answers
SHORT = 15  # lines of a block of code that stays on one page
BLANK, SHARE = 1 / 3, 1 / 20  # at most this share of the pages may be blank over more than that
NEXT = re.compile(r"\bnext (chapter|page)\b")
ENDS = ("Words", "Sources")  # the headings of a pack's last parts
MONTHS = (
    *("January", "February", "March", "April", "May", "June", "July"),
    *("August", "September", "October", "November", "December"),
)
PDF = {"print_background": True, "prefer_css_page_size": True, "tagged": True, "outline": True}
NUMBER = 'class="page-of"'
FEW = 18  # lines of text on a last page that smaller words and sources may save
PASSES = 3  # Chromium knows no page numbers of targets: print, fill them in, and print again
FILL = """pages => [...document.querySelectorAll(".page-of")].filter(element => {
  const number = String(pages[element.dataset.to]), other = element.textContent !== number
  element.textContent = number
  return other
}).length"""
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


@dataclass
class Page:
    """A page of the built site: its path, and the text of its file."""

    path: str
    text: str

    @cached_property
    def head(self) -> BeautifulSoup:
        """The page's head."""
        return BeautifulSoup(self.text[: self.text.index("<body")], "html.parser")

    @cached_property
    def article(self) -> Tag:
        """The article, without what paper has no use for. Whoever changes it copies it first."""
        start, end = self.text.index('<article role="main"'), self.text.rindex("</article>")
        found = BeautifulSoup(self.text[start:end] + "</article>", "html.parser").article
        assert found is not None
        for element in found.select("script, .headerlink, .sd-tab-set > input"):
            element.decompose()
        return found

    @cached_property
    def title(self) -> str:
        """The heading."""
        heading = self.article.select_one("h1")
        return heading.get_text() if heading else ""

    @property
    def following(self) -> str:
        """The path of the next page of the table of contents, or nothing."""
        link = self.head.select_one("link[rel=next]")
        return urljoin(f"/{self.path}", str(link["href"])).lstrip("/") if link else ""

    @property
    def minutes(self) -> int:
        """Reading minutes, as the page itself says them."""
        line = self.article.select_one(".chapter-line")
        found = re.search(r"(\d+)\s*min", line.get_text()) if line else None
        return int(found[1]) if found else 0

    def foot(self, name: str) -> str:
        """Return a line of the page's foot by its class, or nothing."""
        found = re.search(rf'<div class="{name}">(.*?)</div>', self.text, re.DOTALL)
        return " ".join(BeautifulSoup(found[1], "html.parser").get_text().split()) if found else ""


@dataclass
class Site:
    """A built site, each page of which is read once."""

    root: Path
    base: str = BASE  # its public address, if there is one
    _pages: dict[str, Page] = field(default_factory=dict)

    def page(self, path: str) -> Page:
        """Return a page by its path; exit with a sentence if the site does not have it."""
        if path not in self._pages:
            file = self.root / path
            if not file.is_file():
                sys.exit(f"{self.root} has no page {path}: build the site, and look at the name")
            self._pages[path] = Page(path, file.read_text("utf-8"))
        return self._pages[path]

    def pages(self) -> Iterator[Page]:
        """Yield all pages in the order of the table of contents."""
        path = "index.html"
        while path:
            yield (page := self.page(path))
            path = page.following

    @cached_property
    def name(self) -> str:
        """What the first page calls the book."""
        return self.page("index.html").title

    @cached_property
    def licence(self) -> str:
        """The line on who wrote it and what others may do with it."""
        return self.page("index.html").foot("copyright")

    @cached_property
    def words(self) -> dict[str, tuple[Tag, Tag]]:
        """The glossary: {id: the word, what it says}."""
        if not (self.root / GLOSSARY).is_file():
            return {}
        words = {}
        for word in self.page(GLOSSARY).article.select("dt[id^=term-]"):
            says = word.find_next_sibling("dd")
            assert isinstance(says, Tag)
            words[str(word["id"])] = word, says
        return words

    @cached_property
    def sources(self) -> dict[str, Tag]:
        """The bibliography: {id: the entry}, in its order."""
        if not (self.root / BIBLIOGRAPHY).is_file():
            return {}
        entries = self.page(BIBLIOGRAPHY).article.select(".citation[id]")
        return {str(entry["id"]): entry.select_one("p") or entry for entry in entries}

    @cached_property
    def modules(self) -> dict[str, list[Page]]:
        """The parts under modules/: for each its index page and its chapters, in order."""
        found: dict[str, list[Page]] = {}
        for page in self.pages():
            top, _, rest = page.path.partition("/")
            module = rest.rpartition("/")[0]
            if top != "modules" or not module:
                continue
            if page.path.endswith("/index.html"):
                found[module] = [page]
            elif page.article.select_one(".objectives"):
                found[module].append(page)
        return {module: chapters for module, chapters in found.items() if chapters[1:]}


@dataclass(frozen=True)
class Document:
    """What is printed, and what its PDF has to hold: `faults` looks for it."""

    html: str
    title: str
    headings: list[str]  # the titles that are bookmarks
    titles: list[str] = field(default_factory=list)  # all, none of which may end a page
    present: list[str] = field(default_factory=list)  # texts that have to be there
    absent: list[str] = field(default_factory=list)  # texts that may not be there
    sources: list[str] = field(default_factory=list)  # the ids of what is cited


def edition(pages: Sequence[Page], cff: Path = CITATION) -> str:
    """Say which version of the text the pages are: by the release, else by their last change."""
    about = yaml.safe_load(cff.read_text("utf-8"))
    said = f"Version {about['version']}"
    if released := about.get("date-released"):
        return f"{said} of {released:%d %B %Y}".replace(" of 0", " of ")
    days = [re.search(r"(\d+) (\w+) (\d{4})", page.foot("last-updated")) for page in pages]
    changed = [(int(d[3]), MONTHS.index(d[2]), int(d[1])) for d in days if d]
    if not changed:  # a copy without its history
        return said
    year, month, day = max(changed)
    return f"{said}, text of {day} {MONTHS[month]} {year}"


def prefix_ids(article: Tag, prefix: str) -> None:
    """Prefix every id, and whatever refers to one, so that articles can share a document."""
    ids = {element["id"] for element in article.select("[id]")}

    def renamed(match: re.Match[str]) -> str:
        return f"#{prefix}-{match[1]}" if match[1] in ids else match[0]

    for element in article.find_all(True):
        if "id" in element.attrs:
            element["id"] = f"{prefix}-{element['id']}"
        for name in REFERENCES:
            if name in element.attrs:
                value: Any = element[name]
                names = value if isinstance(value, list) else value.split()
                element[name] = " ".join(f"{prefix}-{n}" if n in ids else n for n in names)
        if element.name == "style":
            element.string = re.sub(r"#([\w-]+)", renamed, element.string or "")
        elif element.find_parent("svg"):
            for name, value in element.attrs.items():
                if element.name == "use" and name.endswith("href"):
                    element[name] = re.sub(r"^#(.+)$", renamed, str(value))
                elif isinstance(value, str) and "url(#" in value:
                    element[name] = re.sub(r"#([\w-]+)", renamed, value)


@dataclass
class Ends:
    """What stands at the end of a pack: the ids of its words and sources, and addresses."""

    words: dict[str, None] = field(default_factory=dict)
    sources: dict[str, None] = field(default_factory=dict)
    addresses: dict[str, str] = field(default_factory=dict)  # {address: what the text calls it}


def lead(link: Tag, page: Page, inside: Mapping[str, str], site: Site, ends: Ends) -> None:
    """Make a link lead somewhere: in the pack, else on the site or elsewhere; or make it text.

    A word of the glossary and a source lead to the end of the pack, and are added there.
    """
    target = urljoin(f"/{page.path}", str(link.get("href") or link.get("xlink:href", "")))
    path, _, fragment = target.lstrip("/").partition("#")
    if NEXT.search(text := link.get_text()) and not urlsplit(target).scheme:
        # On paper it need not be the next.
        link.string = NEXT.sub(lambda _: f"chapter “{site.page(path).title}”", text)
    if urlsplit(target).scheme:
        if not link.find_parent(class_="citation") and urlsplit(target).scheme.startswith("http"):
            ends.addresses.setdefault(target, link.get_text(" ", strip=True))
        return
    if path == GLOSSARY and fragment in site.words:
        ends.words[fragment] = None
        link["href"], link["class"] = f"#word-{fragment}", "to-word"
    elif path == BIBLIOGRAPHY and fragment in site.sources:
        ends.sources[fragment] = None
        link["href"], link["class"] = f"#source-{fragment}", "to-source"
        link.attrs.pop("title", None)  # the whole entry stands at the end
    elif path in inside:
        link["href"] = f"#{inside[path]}-{fragment}" if fragment else f"#{inside[path]}"
        if path != page.path and not link.find_parent("svg"):
            number = f'<span class="page-of" data-to="{link["href"][1:]}">00</span>'
            link.insert_after(BeautifulSoup(f" (p.\u00a0{number})", "html.parser"))
    elif path == BIBLIOGRAPHY and link.find_parent(class_="bibtex-citation"):
        sys.exit(f"{page.path} cites {fragment}, which the bibliography does not have")
    elif site.base:
        link["href"] = f"{site.base.rstrip('/')}{target}"
    else:
        link.unwrap()  # no address: the sentence says what the page is called
        return
    del link["xlink:href"]


def take_article(
    page: Page, prefix: str, inside: Mapping[str, str], site: Site, ends: Ends, *, alone: bool
) -> Tag:
    """Return a copy of a page's article, made ready for paper, beside others where not `alone`."""
    article = copy.copy(page.article)
    if not alone:
        for after in article.select("section#next"):
            after.decompose()  # what comes next is what the pack says
    for details in article.select("details"):
        details["open"] = ""
        if details.summary and details.summary.get_text().strip().startswith(FOR_THE_TEACHER):
            details["class"] = "quiz-answer"
    for image in article.select("img[src]"):
        image["src"] = urljoin(f"/{page.path}", str(image["src"]))
        if str(image["src"]).endswith(".svg"):
            image.replace_with(draw(image, site))
    for block in article.select("div[class*=highlight-]"):
        if block.get_text().strip().count("\n") < SHORT:
            block["class"] = [*block["class"], "short"]
    prefix_ids(article, prefix)
    article["id"] = prefix
    for link in article.select("a"):
        if not link.find_parent(class_="quiz-answer"):  # these are taken out
            lead(link, page, inside, site, ends)
    return article


def draw(image: Tag, site: Site) -> Tag:
    """Return a picture that is a drawing as its text: in a file it has no fonts but the machine's."""
    text = (site.root / str(image["src"]).lstrip("/")).read_text("utf-8")
    drawing = BeautifulSoup(text, "html.parser").svg
    assert drawing is not None
    drawing["role"], drawing["aria-label"] = "img", str(image.get("alt", ""))
    for name in ("font-family", "width", "height"):
        drawing.attrs.pop(name, None)
    return drawing


def take_answers(article: Tag) -> list[tuple[str, Tag]]:
    """Move the answers out of an article; return each with its question or its heading."""
    answers = []
    for details in article.select("details.quiz-answer"):
        fieldset = details.find_parent("fieldset")
        asked = fieldset.legend if fieldset else details.summary
        assert asked is not None
        heading = asked.get_text(" ", strip=True)
        if details.summary:
            details.summary.decompose()
        for link in details.select("a"):
            link.unwrap()  # what to read again is in another file
        details.name, details["class"] = "div", "answer"  # not the quiz's, which paper hides
        del details["open"]
        answers.append((heading, details.extract()))
    return answers


def contents(pages: Sequence[Page], inside: Mapping[str, str]) -> str:
    """Return the list of the chapters of a pack, with their pages on paper."""
    rows = "".join(
        f'<li><a href="#{inside[page.path]}">{html.escape(page.title)}</a>, page '
        f'<span class="page-of" data-to="{inside[page.path]}">00</span></li>'
        for page in pages
    )
    return f'<nav class="pack-contents"><h2>Contents</h2><ol>{rows}</ol></nav>'


def cover(title: str, kind: str, lines: Sequence[str], *, notes: bool = True) -> str:
    """Return the head of the first page; on a handout with lines for a name and for notes."""
    said = "".join(f"<p>{html.escape(line)}</p>" for line in lines if line)
    write = '<p class="to-write">Name</p><p class="to-write">Notes</p><p class="to-write"></p>'
    return (
        f'<header class="pack-cover"><p class="kind">{html.escape(kind)}</p>'
        f"<h1>{html.escape(title)}</h1>{said}{write if notes else ''}</header>"
    )


def endings(ends: Ends, site: Site, inside: Mapping[str, str]) -> str:
    """Return the last parts of a pack: words, sources, and addresses of the text."""
    parts = []
    cited = Ends(sources=ends.sources)  # a word of a word is no word of the pack
    if ends.words:
        rows = []
        for word in sorted(ends.words, key=lambda name: name.casefold()):
            named, says = map(copy.copy, site.words[word])
            for link in says.select("a"):
                target = urljoin(f"/{GLOSSARY}", str(link["href"])).lstrip("/")
                if target.startswith(GLOSSARY) and target.partition("#")[2] not in ends.words:
                    link.unwrap()
                else:
                    lead(link, site.page(GLOSSARY), inside, site, cited)
            text = " ".join(paragraph.decode_contents() for paragraph in says.select("p"))
            rows.append(f'<li id="word-{word}"><strong>{named.get_text()}:</strong> {text}</li>')
        parts.append(f'<article class="pack-end"><h1>Words</h1><ul>{"".join(rows)}</ul></article>')
    if ends.sources:
        listed = "".join(
            f'<li id="source-{name}">{entry.decode_contents()}</li>'
            for name, entry in site.sources.items()  # in the order of the bibliography
            if name in ends.sources
        )
        parts.append(f'<article class="pack-end"><h1>Sources</h1><ul>{listed}</ul></article>')
    if ends.addresses:
        listed = "".join(
            f'<li>{html.escape(name)}: <a href="{html.escape(address)}">{html.escape(address)}</a></li>'
            for address, name in ends.addresses.items()
        )
        parts.append(f'<article class="pack-end"><h1>Addresses</h1><ul>{listed}</ul></article>')
    return "".join(parts)


def wrap(site: Site, pages: Sequence[Page], title: str, version: str, body: str) -> str:
    """Return a whole document: the site's styles, paper's own, heads and feet, and a body."""
    styles = dict.fromkeys(
        urljoin(f"/{page.path}", str(link["href"]))
        for page in reversed(pages)  # a chapter's sheets, in a chapter's order; an index has fewer
        for link in page.head.select("link[rel=stylesheet]")
        if link.get("media") != "screen"
    )
    language = BeautifulSoup(pages[0].text[:300], "html.parser").html
    quoted = {
        "left": f"{site.name} · {version.removeprefix('Version ')}",
        "right": title,
        "foot": site.licence,
    }
    heads = ";".join(f"--{name}: {quote(text)}" for name, text in quoted.items())
    return f"""<!DOCTYPE html>
<html lang="{language["lang"] if language else "en"}"><head><meta charset="utf-8">
<title>{html.escape(title)}</title>
{"".join(f'<link rel="stylesheet" href="{style}">' for style in styles)}
<style>{typeface.css()}
{STYLE.read_text("utf-8")}
:root {{ {heads} }}</style></head>
<body class="pack" data-theme="light"><main>{body}</main></body></html>"""


def quote(text: str) -> str:
    """Return text as a string of CSS."""
    return '"' + re.sub(r'["\\\n<]', lambda found: f"\\{ord(found[0]):x} ", text) + '"'


def assemble(
    site: Site, pages: Sequence[Page], title: str = "", name: str = ""
) -> tuple[Document, Document | None]:
    """Return a pack of the given pages, and its answers: a chapter, a module, or a handout.

    Without a title the pack has that of its first page. The answers name the pack by `name`, the
    name of its file; there are none where no page has a quiz.
    """
    inside = {page.path: f"part{number}" for number, page in enumerate(pages)}
    own, version = title or pages[0].title, edition(pages)
    alone = pages[0].title == own  # the cover has the title of its first page
    ends = Ends()
    parts, answers, titles = [], [], []
    for page in pages:
        article = take_article(
            page, inside[page.path], inside, site, ends, alone=not title and not pages[1:]
        )
        answers.append((page, take_answers(article)))
        if page is pages[0] and alone and article.h1:
            article.h1.decompose()
        if page is pages[0] and pages[1:]:
            for listed_already in article.select(".toctree-wrapper, .chapters, .begin"):
                listed_already.decompose()
        titles += [title.get_text() for title in article.select("h1, h2, h3, h4")]
        parts.append(str(article))
    minutes = sum(page.minutes for page in pages)
    kind = f"{site.name} · {'handout' if title else 'module' if pages[1:] else 'chapter'}"
    lines = [
        " · ".join(filter(None, [version, f"{minutes} minutes to read" if minutes else ""])),
        site.base,
        site.licence,
    ]
    listed = [page for page in pages if page is not pages[0] or not alone]
    body = [cover(own, kind, lines)]
    if len(pages) > 1:
        body.append(contents(listed, inside))
    body += [*parts, endings(ends, site, inside)]
    document = wrap(site, pages, own, version, "".join(body))
    stop_at_dead_links(document, pages[0].path)
    texts = [
        element.get_text()
        for _, items in answers
        for _, answer in items
        for element in answer.select("p, li:not(:has(p))")
    ]
    headings = [own, *(page.title for page in listed)]
    headings += [h for h, there in zip(ENDS, (ends.words, ends.sources), strict=True) if there]
    pack = Document(document, own, headings, titles, absent=texts, sources=[*ends.sources])
    if not texts:
        return pack, None
    heading = f"Answers: {own}"
    body = [
        cover(
            heading,
            f"{site.name} · for the trainer",
            [f"To the pack {name}. {version}." if name else version, site.licence],
            notes=False,
        )
    ]
    for page, items in answers:
        if items and pages[1:]:
            body.append(f"<h2>{html.escape(page.title)}</h2>")
        body += [f"<div><h3>{html.escape(asked)}</h3>{answer}</div>" for asked, answer in items]
    text = wrap(site, pages, heading, version, f'<article id="answers">{"".join(body)}</article>')
    return pack, Document(text, heading, [heading], present=texts)


def stop_at_dead_links(document: str, path: str) -> None:
    """Exit if an id comes twice, or a link within the document leads nowhere."""
    ids = re.findall(r'<[^>]* id="([^"]*)"', document)
    wanted = set(re.findall(r'<a [^>]*href="#([^"]*)"', document))
    faults = [f"id {i} twice" for i in sorted({i for i in ids if ids.count(i) > 1})]
    faults += [f"no id {i}" for i in sorted(wanted - set(ids))]
    if faults:
        sys.exit(f"{path}: {', '.join(faults)}")


def settle(sheet: Sheet, document: Document) -> tuple[bytes, str]:
    """Print until the page numbers in the text are right; return the PDF, and its last page's text."""
    for _ in range(PASSES + 1):
        pdf = sheet.pdf(**PDF)
        reader = PdfReader(io.BytesIO(pdf))
        if NUMBER not in document.html or not sheet.evaluate(FILL, read_places(reader)):
            break
    return pdf, reader.pages[-1].extract_text()


def print_pdf(sheet: Sheet, origin: str, document: Document) -> bytes:
    """Print a document in a tab of Chromium."""
    if not sheet.url.startswith(origin):
        sheet.goto(f"{origin}/404.html")  # only its origin matters: addresses begin at the root
    sheet.set_content(document.html, wait_until="load")
    sheet.evaluate(typeface.LOAD)
    pdf, last = settle(sheet, document)
    if document.titles and last.count("\n") < FEW:
        sheet.evaluate("document.body.classList.add('closer')")  # is a sheet saved by smaller ends?
        pdf = min(
            pdf, settle(sheet, document)[0], key=lambda one: len(PdfReader(io.BytesIO(one)).pages)
        )
    # When it was printed is no part of what it says: the same text gives the same bytes.
    return re.sub(
        rb"\(D:\d{14}[^)]*\)", lambda day: b"(D:".ljust(len(day[0]) - 1, b"0") + b")", pdf
    )


def read_places(reader: PdfReader) -> dict[str, int]:
    """Return the number of the page of each place that a link of the PDF leads to."""
    numbers = {page.indirect_reference.idnum: n for n, page in enumerate(reader.pages, 1)}
    return {
        name.lstrip("/"): numbers[place.page.idnum]
        for name, place in reader.named_destinations.items()
    }


def squeeze(text: str) -> str:
    """Return text without what a line break or a ligature changes."""
    return re.sub(r"\W+", "", unicodedata.normalize("NFKC", text))


def faults(pdf: bytes, document: Document, docnames: Sequence[str] = ()) -> list[str]:
    """Return what a printed document promises and does not keep."""
    reader = PdfReader(io.BytesIO(pdf))
    texts = read_texts(pdf)
    root, pages = reader.trailer["/Root"], [squeeze(text) for text in texts]
    found = [f"no {key}" for key in ("/StructTreeRoot", "/Outlines", "/Lang") if key not in root]
    if (reader.metadata or {}).get("/Title") != document.title:
        found.append("another title")
    outline = {squeeze(item.title) for item in flat(reader.outline)}
    whole = "".join(pages)
    for heading in document.headings:
        if squeeze(heading) not in outline:
            found.append(f"no bookmark: {heading}")
        if squeeze(heading) not in whole:
            found.append(f"no title in the text: {heading}")
    places, led = read_places(reader), set()
    for number, (page, text) in enumerate(zip(reader.pages, texts, strict=True), 1):
        # Chromium rounds a sheet up to whole pixels.
        if any(abs(side - a4) > 2 for side, a4 in zip(page.mediabox[2:], A4, strict=True)):
            found.append(f"page {number} is not A4")
        if not re.search(rf"(?<!\d){number} / {len(pages)}(?!\d)", text):
            found.append(f"no page number on page {number}")
        for note in page.get("/Annots", []):
            said = note.get_object()
            address = said.get("/A", {}).get("/URI", "")
            if urlsplit(address).hostname == "127.0.0.1":
                found.append(f"a link to the printing server on page {number}: {address}")
            led.add(str(said.get("/Dest", "")).lstrip("/"))
        for font in sorted(read_fonts(page) - typeface.NAMES):
            found.append(f"a font of this machine on page {number}: {font}")
    titles = {squeeze(title) for title in document.titles}
    for number, lines in enumerate(read_feet(pdf), 1):
        if titles & {squeeze("".join(lines[-count:])) for count in (1, 2, 3)}:
            found.append(f"a heading at the foot of page {number}: {lines[-1]}")
    for source in document.sources:
        if f"source-{source}" not in led or f"source-{source}" not in places:
            found.append(f"a citation that leads nowhere: {source}")
    for text in document.present:
        if squeeze(text) not in whole:
            found.append(f"an answer is missing: {text}")
    for text in document.absent:
        if squeeze(text) in whole:
            found.append(f"an answer in the handout: {text}")
    plain = "".join("".join(texts).split())
    found += [f"the name of a file: ({name})" for name in docnames if f"({name})" in plain]
    return found


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


def blanks(pdf: bytes) -> list[float]:
    """Return for each page but the last which share of its type area is blank at the foot."""
    import pypdfium2

    shares = []
    with pypdfium2.PdfDocument(pdf) as opened:
        for number in range(len(opened) - 1):
            seen = opened[number].render(scale=0.5, grayscale=True)  # a byte for each dot
            start, end = (round(seen.height * part / A4[1]) for part in (TOP, A4[1] - FOOT))
            dots = bytes(seen.buffer)
            rows = range(start * seen.stride, end * seen.stride, seen.stride)
            inked = [n for n, row in enumerate(rows, 1) if min(dots[row : row + seen.width]) < 250]
            shares.append(1 - (inked[-1] if inked else 0) / (end - start))
    return shares


def read_fonts(page: Any) -> set[str]:
    """Return the names of the fonts of a page and of the drawings on it."""
    names, todo = set(), [page]
    while todo:
        resources = todo.pop().get("/Resources", {})
        resources = resources.get_object()
        for font in resources.get("/Font", {}).values():
            name = str(font.get_object().get("/BaseFont", "one without a name"))
            names.add(name.lstrip("/").rpartition("+")[2])
        for form in resources.get("/XObject", {}).values():
            if form.get_object().get("/Subtype") == "/Form":
                todo.append(form.get_object())
    return names


def flat(outline: Any) -> Iterator[Any]:
    """Yield the bookmarks of every level."""
    for item in outline:
        yield from flat(item) if isinstance(item, list) else [item]


def handout(
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
    with chromium.serve(book.root) as origin, chromium.tab(browser) as sheet:
        for document, file in zip(
            assemble(book, chosen, title, output.name), (output, answers), strict=True
        ):
            if document and file:
                file.parent.mkdir(parents=True, exist_ok=True)
                file.write_bytes(print_pdf(sheet, origin, document))


@dataclass(frozen=True)
class Row:
    """A pack as the index lists it; `answers` is the path of another, or empty."""

    path: str
    title: str
    pages: int
    minutes: int
    size: int  # bytes
    answers: str = ""


def listing(
    site: Site, palette: Sequence[tuple[str, Sequence[str]]], rows: Mapping[str, Sequence[Row]]
) -> str:
    """Return the page that lists the packs, {module: its pack, then those of its chapters}."""
    name = html.escape(site.name)
    colours = "".join(f"{key}: light-dark({light}, {dark}); " for key, (light, dark) in palette)
    sections = []
    for module, packs in rows.items():
        lines = ""
        for number, row in enumerate(packs):
            title = html.escape(row.title)
            called = f"{title}: answers"
            answers = f'<a href="{row.answers}" aria-label="{called}">Answers</a>'
            lines += (
                f'<tr><th scope="row"><a href="{row.path}">'
                f"{title if number else 'The whole module'}</a></th>"
                f"<td>{row.pages}</td><td>{row.minutes or ''}</td><td>{round(row.size / 1024)} KB</td>"
                f"<td>{answers if row.answers else ''}</td></tr>\n"
            )
        heads = "".join(
            f'<th scope="col">{head}</th>'
            for head in ("Pack", "Pages", "Minutes", "Size", "Answers")
        )
        sections.append(
            f'<h2 id="{module}">{html.escape(packs[0].title)}</h2>\n'
            f'<div class="wide" tabindex="0" role="region" aria-labelledby="{module}"><table>'
            f"<thead><tr>{heads}</tr></thead><tbody>\n{lines}</tbody></table></div>\n"
        )
    style = STYLE.with_name("packs_index.css").read_text("utf-8")
    return f"""<!DOCTYPE html>
<html lang="en"><head><meta charset="utf-8"><title>Packs - {name}</title>
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="description" content="The chapters of the {name}, to print or take along.">
<link rel="icon" href="data:,">
<style>:root {{ {colours}}}
{style}</style></head>
<body><main><h1>{name}: packs</h1>
<p>Each chapter and each module as a PDF to print or hand out. The answers are files of their own.</p>
{"".join(sections)}</main><footer>{html.escape(site.licence)}</footer></body></html>
"""


def build(
    browser: Browser, root: Path, output: Path, base: str = BASE
) -> tuple[dict[str, list[Row]], list[float]]:
    """Print all packs of a built site, check each, list them.

    Return the rows of the index and, for each page but the last of its pack, which share of it is
    blank at the foot. Exits with all that is wrong.
    """
    site, output = Site(Path(root), base), Path(output)
    if not site.modules:
        sys.exit(f"{root}: no page under modules/ has objectives, so there is nothing to print")
    docnames = [page.path.removesuffix(".html") for page in site.pages() if "/" in page.path]
    rows: dict[str, list[Row]] = {}
    found, white = [], []
    with chromium.serve(site.root) as origin, chromium.tab(browser) as sheet:
        for module, (index, *chapters) in site.modules.items():
            packs = [(f"{module}.pdf", [index, *chapters])]
            packs += [
                (Path(c.path).relative_to("modules").with_suffix(".pdf").as_posix(), [c])
                for c in chapters
            ]
            rows[module] = []
            for path, pages in packs:
                answers = path.replace(".pdf", "-answers.pdf")
                documents = assemble(site, pages, name=Path(path).name)
                for file, document in zip((path, answers), documents, strict=True):
                    if not document:
                        answers = ""
                        continue
                    pdf = print_pdf(sheet, origin, document)
                    found += [f"{file}: {fault}" for fault in faults(pdf, document, docnames)]
                    (output / file).parent.mkdir(parents=True, exist_ok=True)
                    (output / file).write_bytes(pdf)
                    if file == path:
                        shares, size = blanks(pdf), len(pdf)
                        white += [(share, path, n) for n, share in enumerate(shares, 1)]
                minutes = sum(page.minutes for page in pages)
                title = pages[0].title
                rows[module].append(Row(path, title, len(shares) + 1, minutes, size, answers))
        palette = read_palette(sheet, origin)
    (output / "index.html").write_text(listing(site, palette, rows), "utf-8")
    found += too_white(white)
    if found:
        sys.exit("\n".join(found))
    return rows, [share for share, _, _ in white]


def too_white(white: Sequence[tuple[float, str, int]]) -> list[str]:
    """Return the pages that waste paper, if they are too many: of (share, pack, page) each."""
    wasted = sorted((one for one in white if one[0] > BLANK), reverse=True)
    if len(wasted) <= SHARE * len(white):
        return []
    said = f"{len(wasted)} of {len(white)} pages are blank over more than a third:"
    return [said, *(f"{pack}: page {page}, {share:.0%}" for share, pack, page in wasted)]


def read_palette(sheet: Sheet, origin: str) -> list[tuple[str, tuple[str, ...]]]:
    """Return the site's own colours, in light and in dark, as the browser computes them."""
    sheet.goto(f"{origin}/index.html")
    themes = []
    for theme in ("light", "dark"):
        sheet.evaluate("theme => { document.body.dataset.theme = theme }", theme)
        values = "names => names.map(n => getComputedStyle(document.body).getPropertyValue(n))"
        themes.append(sheet.evaluate(values, PALETTE))
    return list(zip(PALETTE, zip(*themes, strict=True), strict=True))


def count(
    rows: Mapping[str, Sequence[Row]], white: Sequence[float], output: Path
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
        "pages_not_last": len(white),
        "pages_a_third_blank": sum(share > BLANK for share in white),
        "pages_a_third_blank_allowed_percent": round(100 * SHARE),
    }


def main(arguments: Sequence[str]) -> None:
    """Print all packs of the built site, or some chapters as one handout; say what came of it."""
    parser = argparse.ArgumentParser(prog="nox -s packs --", description=main.__doc__)
    parser.add_argument("chapters", nargs="*", help="such as introduction/what-is-mlops; none: all")
    parser.add_argument("--title", default="Handout", help="what the first page of it says")
    parser.add_argument("--record", action="store_true", help="write the figures of all for a page")
    asked = parser.parse_args(arguments)
    site, output = Path("docs/_build/html"), Path("docs/_build/packs")
    if asked.chapters:
        names = [f"modules/{name.removeprefix('modules/')}" for name in asked.chapters]
        files = output / "handout.pdf", output / "handout-answers.pdf"
        with chromium.launch() as browser:
            handout(browser, site, names, files[0], asked.title, answers=files[1])
        print(f"Open {files[0].resolve().as_uri()}")
        return
    with chromium.launch() as browser:
        rows, white = build(browser, site, output)
    found = count(rows, white, output)
    print(f"{found['chapters']} chapters and {found['modules']} modules, each with its answers.")
    print(f"{found['pages_a_third_blank']} of {len(white)} pages are more than a third blank.")
    print(f"Open {(output / 'index.html').resolve().as_uri()}")
    if asked.record:
        record("packs", platform.python_version(), found, "nox -s packs -- --record")


if __name__ == "__main__":
    main(sys.argv[1:])
