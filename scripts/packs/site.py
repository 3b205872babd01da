"""Read the built site: its pages, in the order of the table of contents, its words and its sources."""

import os
import re
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from urllib.parse import urljoin

import yaml
from bs4 import BeautifulSoup, Tag

BASE = os.environ.get("READTHEDOCS_CANONICAL_URL") or os.environ.get("HANDBOOK_URL", "")
CITATION = Path(__file__).parents[2] / "CITATION.cff"
GLOSSARY, BIBLIOGRAPHY = "reference/glossary.html", "reference/bibliography.html"
MONTHS = (
    *("January", "February", "March", "April", "May", "June", "July"),
    *("August", "September", "October", "November", "December"),
)


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
