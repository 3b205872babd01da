"""Make one document of some pages of the site: a pack, and apart from it the answers."""

import copy
import html
import re
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from urllib.parse import urljoin

from bs4 import BeautifulSoup, Tag

from scripts import typeface
from scripts.packs.article import Answer, Ends, lead_link, take_answers, take_article
from scripts.packs.site import GLOSSARY, Page, Site, edition

STYLE = Path(__file__).with_suffix(".css")
ENDS = ("Words", "Sources")  # the headings of a pack's last parts


@dataclass(frozen=True)
class Document:
    """What is printed, and what its PDF has to hold: `pdf_checks.faults` looks for it."""

    html: str
    title: str
    headings: list[str]  # the titles that are bookmarks
    titles: list[str] = field(default_factory=list)  # all, none of which may end a page
    present: list[str] = field(default_factory=list)  # texts that have to be there
    absent: list[str] = field(default_factory=list)  # texts that may not be there
    sources: list[str] = field(default_factory=list)  # the ids of what is cited


@dataclass(frozen=True)
class Order:
    """What is asked for: pages of a site, the title of a handout, and the name of the file."""

    site: Site
    pages: Sequence[Page]
    title: str = ""
    name: str = ""

    @property
    def called(self) -> str:
        """What the cover says: the title of a handout, or of the first page."""
        return self.title or self.pages[0].title

    @property
    def kind(self) -> str:
        """A handout, a module or a chapter."""
        return "handout" if self.title else "module" if self.pages[1:] else "chapter"

    @property
    def chapters(self) -> list[Page]:
        """The pages whose titles are not on the cover."""
        return [p for p in self.pages if p is not self.pages[0] or p.title != self.called]

    @cached_property
    def version(self) -> str:
        """Which version of the text it is."""
        return edition(self.pages)

    @cached_property
    def inside(self) -> dict[str, str]:
        """The prefix of the ids of each page, by the page's path."""
        return {page.path: f"part{number}" for number, page in enumerate(self.pages)}


def assemble_pack(
    site: Site, pages: Sequence[Page], title: str = "", name: str = ""
) -> tuple[Document, Document | None]:
    """Return a pack of the given pages, and its answers: a chapter, a module, or a handout.

    Without a title the pack has that of its first page. The answers name the pack by `name`, the
    name of its file; there are none where no page has a quiz.
    """
    order, ends = Order(site, pages, title, name), Ends()
    alone = order.kind == "chapter"
    articles = [take_article(page, order.inside, site, ends, alone=alone) for page in pages]
    answers = [take_answers(article) for article in articles]
    drop_repeated_parts(articles[0], order)
    texts = [
        element.get_text()
        for answer in (answer for of_page in answers for answer in of_page)
        for element in answer.text.select("p, li:not(:has(p))")
    ]
    pack = pack_document(order, articles, ends, texts)
    return pack, answers_document(order, answers, texts) if texts else None


def drop_repeated_parts(article: Tag, order: Order) -> None:
    """Take the title out of the first article, and the list of a module's chapters."""
    if order.pages[0] not in order.chapters and article.h1:
        article.h1.decompose()
    if order.pages[1:]:
        for listed in article.select(".toctree-wrapper, .chapters, .begin"):
            listed.decompose()


def pack_document(
    order: Order, articles: Sequence[Tag], ends: Ends, answers: Sequence[str]
) -> Document:
    """Return the pack; exit if a link in it leads nowhere. answers: texts that it may not have."""
    site, pages, title = order.site, order.pages, order.called
    minutes = sum(page.minutes for page in pages)
    lines = [
        " · ".join(filter(None, [order.version, f"{minutes} minutes to read" if minutes else ""])),
        site.base,
        site.licence,
    ]
    body = [cover(title, f"{site.name} · {order.kind}", lines)]
    if len(pages) > 1:
        body.append(contents(order.chapters, order.inside))
    body += [*map(str, articles), endings(ends, site, order.inside)]
    text = document_html(order, title, "".join(body))
    stop_at_dead_links(text, pages[0].path)
    headings = [title, *(page.title for page in order.chapters)]
    headings += [h for h, there in zip(ENDS, (ends.words, ends.sources), strict=True) if there]
    titles = [h.get_text() for article in articles for h in article.select("h1, h2, h3, h4")]
    return Document(text, title, headings, titles, absent=[*answers], sources=[*ends.sources])


def answers_document(
    order: Order, answers: Sequence[Sequence[Answer]], texts: Sequence[str]
) -> Document:
    """Return the answers, those of each page. texts: what they have to say."""
    title, version = f"Answers: {order.called}", order.version
    lines = [f"To the pack {order.name}. {version}." if order.name else version, order.site.licence]
    body = [cover(title, f"{order.site.name} · for the trainer", lines, notes=False)]
    for page, of_page in zip(order.pages, answers, strict=True):
        if of_page and order.pages[1:]:
            body.append(f"<h2>{html.escape(page.title)}</h2>")
        body += [f"<div><h3>{html.escape(asked)}</h3>{text}</div>" for asked, text in of_page]
    article = f'<article id="answers">{"".join(body)}</article>'
    return Document(document_html(order, title, article), title, [title], present=[*texts])


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
                    lead_link(link, site.page(GLOSSARY), inside, site, cited)
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


def document_html(order: Order, title: str, body: str) -> str:
    """Return a whole document: the site's styles, paper's own, heads and feet, and a body."""
    styles = dict.fromkeys(
        urljoin(f"/{page.path}", str(link["href"]))
        # A chapter's sheets, in a chapter's order; an index has fewer.
        for page in reversed(order.pages)
        for link in page.head.select("link[rel=stylesheet]")
        if link.get("media") != "screen"
    )
    language = BeautifulSoup(order.pages[0].text[:300], "html.parser").html
    quoted = {
        "left": f"{order.site.name} · {order.version.removeprefix('Version ')}",
        "right": title,
        "foot": order.site.licence,
    }
    heads = ";".join(f"--{name}: {css_string(text)}" for name, text in quoted.items())
    return f"""<!DOCTYPE html>
<html lang="{language["lang"] if language else "en"}"><head><meta charset="utf-8">
<title>{html.escape(title)}</title>
{"".join(f'<link rel="stylesheet" href="{style}">' for style in styles)}
<style>{typeface.css()}
{STYLE.read_text("utf-8")}
:root {{ {heads} }}</style></head>
<body class="pack" data-theme="light"><main>{body}</main></body></html>"""


def css_string(text: str) -> str:
    """Return text as a string of CSS."""
    return '"' + re.sub(r'["\\\n<]', lambda found: f"\\{ord(found[0]):x} ", text) + '"'


def stop_at_dead_links(document: str, path: str) -> None:
    """Exit if an id comes twice, or a link within the document leads nowhere."""
    ids = re.findall(r'<[^>]* id="([^"]*)"', document)
    wanted = set(re.findall(r'<a [^>]*href="#([^"]*)"', document))
    faults = [f"id {i} twice" for i in sorted({i for i in ids if ids.count(i) > 1})]
    faults += [f"no id {i}" for i in sorted(wanted - set(ids))]
    if faults:
        sys.exit(f"{path}: {', '.join(faults)}")
