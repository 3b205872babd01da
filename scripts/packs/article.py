"""Make a page's article ready for paper: open, with ids of its own, links that lead somewhere, no answers."""

import copy
import re
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import NamedTuple
from urllib.parse import urljoin, urlsplit

from bs4 import BeautifulSoup, Tag

from scripts.packs.site import BIBLIOGRAPHY, GLOSSARY, Page, Site

REFERENCES = ["for", "headers", "aria-labelledby", "aria-describedby", "aria-controls"]
FOR_THE_TEACHER = "For the teacher"  # what unfolds under such words stands with the answers
SHORT = 15  # lines of a block of code that stays on one page
NEXT = re.compile(r"\bnext (chapter|page)\b")


class Answer(NamedTuple):
    """An answer that was taken out of an article, under its question or its heading."""

    asked: str
    text: Tag


@dataclass
class Ends:
    """What stands at the end of a pack: the ids of its words and sources, and addresses."""

    words: dict[str, None] = field(default_factory=dict)
    sources: dict[str, None] = field(default_factory=dict)
    addresses: dict[str, str] = field(default_factory=dict)  # {address: what the text calls it}


def take_article(
    page: Page, inside: Mapping[str, str], site: Site, ends: Ends, *, alone: bool
) -> Tag:
    """Return a copy of a page's article, made ready for paper, beside others where not `alone`.

    inside: {path of each page of the pack: the prefix of its ids}.
    """
    article = copy.copy(page.article)
    if not alone:
        for after in article.select("section#next"):
            after.decompose()  # what comes next is what the pack says
    open_details(article)
    show_images(article, page, site)
    mark_short_blocks(article)
    prefix_ids(article, inside[page.path])
    article["id"] = inside[page.path]
    for link in article.select("a"):
        if not link.find_parent(class_="quiz-answer"):  # these are taken out
            lead_link(link, page, inside, site, ends)
    return article


def open_details(article: Tag) -> None:
    """Open what unfolds, and count what is for the teacher among the answers."""
    for details in article.select("details"):
        details["open"] = ""
        if details.summary and details.summary.get_text().strip().startswith(FOR_THE_TEACHER):
            details["class"] = "quiz-answer"


def show_images(article: Tag, page: Page, site: Site) -> None:
    """Let each picture be found from the root of the site, and put drawings into the article."""
    for image in article.select("img[src]"):
        image["src"] = urljoin(f"/{page.path}", str(image["src"]))
        if str(image["src"]).endswith(".svg"):
            image.replace_with(read_drawing(image, site))


def read_drawing(image: Tag, site: Site) -> Tag:
    """Return a picture that is a drawing as its text: in a file it has no fonts but the machine's."""
    text = (site.root / str(image["src"]).lstrip("/")).read_text("utf-8")
    drawing = BeautifulSoup(text, "html.parser").svg
    assert drawing is not None
    drawing["role"], drawing["aria-label"] = "img", str(image.get("alt", ""))
    for name in ("font-family", "width", "height"):
        drawing.attrs.pop(name, None)
    return drawing


def mark_short_blocks(article: Tag) -> None:
    """Mark the blocks of code that a page has to keep whole."""
    for block in article.select("div[class*=highlight-]"):
        if block.get_text().strip().count("\n") < SHORT:
            block["class"] = " ".join([*block.get_attribute_list("class"), "short"])


def prefix_ids(article: Tag, prefix: str) -> None:
    """Prefix every id, and whatever refers to one, so that articles can share a document."""
    ids = {str(element["id"]) for element in article.select("[id]")}

    def add_prefix(name: str) -> str:
        """Return an id with the prefix, or what is the id of nothing here as it is."""
        return f"{prefix}-{name}" if name in ids else name

    def prefix_text(text: str) -> str:
        """Prefix each id that a text names after a `#`."""
        return re.sub(r"#([\w-]+)", lambda named: f"#{add_prefix(named[1])}", text)

    for element in article.find_all(True):
        if "id" in element.attrs:
            element["id"] = add_prefix(str(element["id"]))
        for name in REFERENCES:
            if name in element.attrs:
                value = element[name]
                names = value.split() if isinstance(value, str) else value
                element[name] = " ".join(map(add_prefix, names))
        if element.name == "style":
            element.string = prefix_text(element.string or "")
        elif element.find_parent("svg"):
            prefix_in_drawing(element, add_prefix, prefix_text)


def prefix_in_drawing(
    element: Tag, add_prefix: Callable[[str], str], prefix_text: Callable[[str], str]
) -> None:
    """Prefix the ids that an element of a drawing uses: what it shows again, or is filled with."""
    for name, value in element.attrs.items():
        if element.name == "use" and name.endswith("href"):
            if str(value).startswith("#"):
                element[name] = f"#{add_prefix(str(value)[1:])}"
        elif isinstance(value, str) and "url(#" in value:
            element[name] = prefix_text(value)


def lead_link(link: Tag, page: Page, inside: Mapping[str, str], site: Site, ends: Ends) -> None:
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
        lead_inside(link, inside[path], fragment, elsewhere=path != page.path)
    elif path == BIBLIOGRAPHY and link.find_parent(class_="bibtex-citation"):
        sys.exit(f"{page.path} cites {fragment}, which the bibliography does not have")
    elif site.base:
        link["href"] = f"{site.base.rstrip('/')}{target}"
    else:
        link.unwrap()  # no address: the sentence says what the page is called
        return
    del link["xlink:href"]


def lead_inside(link: Tag, prefix: str, fragment: str, *, elsewhere: bool) -> None:
    """Lead a link to a page of the pack; if that is another one, say its number on paper."""
    target = f"{prefix}-{fragment}" if fragment else prefix
    link["href"] = f"#{target}"
    if elsewhere and not link.find_parent("svg"):
        number = f'<span class="page-of" data-to="{target}">00</span>'
        link.insert_after(BeautifulSoup(f" (p.\u00a0{number})", "html.parser"))


def take_answers(article: Tag) -> list[Answer]:
    """Move the answers out of an article."""
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
        answers.append(Answer(heading, details.extract()))
    return answers
