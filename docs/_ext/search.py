"""The contract *Query and section*: an index of sections, which `_static/search.js` reads.

Sphinx's own index says which pages hold a word. It does not know in which section, nor how often,
so that long pages win, and a result leads to the top of one. This one holds sections. For each
word it says how much a section is about it (Okapi BM25 over four fields, Robertson and Zaragoza
2009), and the browser adds these numbers up.

Words are compared by their stem, which is found here: the browser looks a word up among those that
are written on the site, and needs no stemmer. `_data/search.toml` holds what readers call by other
words, and sections that answer a query best.
"""

import json
import re
import unicodedata
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Set
from dataclasses import asdict, dataclass, field
from functools import cache
from typing import IO, TypedDict

from docutils import nodes
from sphinx import addnodes
from sphinx.application import Sphinx
from sphinx.builders.dirhtml import DirectoryHTMLBuilder
from sphinx.builders.html import StandaloneHTMLBuilder
from sphinx.environment import BuildEnvironment
from sphinx.search.en import SearchEnglish
from sphinx.util import logging
from sphinx.util.typing import ExtensionMetadata
from Stemmer import Stemmer

from docs._ext import is_chapter, load, place_in_data
from docs._ext.classes import has_class
from docs._ext.shapes import Context, Row, find_first

logger = logging.getLogger(__name__)

Counts = dict[str, Counter[str]]  # how often each word stands in each field

# How much a word counts in a field, and how much a long field is held against it.
FIELDS = {
    "heading": (8.0, 0.6),
    "page": (1.2, 0.4),  # the title of its page
    "text": (1.0, 0.8),
    "code": (0.25, 0.9),
}
COMMON = 3  # more sections than this may have the same heading, such as “What it costs”
SATURATION = 1.6  # how soon a word that comes again adds no more: BM25's k1
LEVELS = 26  # an impact is one capital letter
LEAD = 140  # characters of a result's first words

# What a page is, as a result's badge says it, and how much more readers look for it than for others.
KINDS = {
    "term": 1.6,
    "chapter": 1.0,
    "lab": 0.8,
    "teaching": 0.9,
    "tool": 0.85,
    "capstone": 0.6,
    "part": 0.7,
    "reference": 0.75,
    "list": 0.12,  # has a bit of everything, and explains nothing
}
LISTS = {f"reference/{name}" for name in ("bibliography", "claims", "syllabus")}
# Pages that explain, and name nearly every subject.
OF_ALL = {"reference/facts", "reference/how-it-is-checked"}
ASIDE = {"next", "check yourself"}  # headings of sections that answer nothing

# Words of a question that say nothing of its subject, beside those that Sphinx leaves out.
ASKED = (
    *("between", "can", "difference", "did", "do", "does", "how", "i", "me", "my", "our", "should"),
    *("us", "use", "using", "versus", "vs", "we", "what", "when", "where", "which", "who", "why"),
    *("you", "your"),
)
STOP = frozenset(SearchEnglish.stopwords) | frozenset(ASKED)
stem = cache(Stemmer("english").stemWord)  # the stem of a word, by Snowball's rules for English

# Places to start, for whoever finds nothing, and what is there.
STARTS = {
    "modules/introduction/what-is-mlops": "what MLOps is, with an example",
    "labs/first-model": "your first model, in a terminal",
    "modules/lifecycle/index": "the six stages of a model\u2019s life",
    "tools/index": "twenty tools, by the job that they do",
    "reference/glossary": "each term, with its meaning",
    "modules/mlops/which-level-fits": "how much automation you need",
}


@dataclass
class Section:
    """A section of a page, or a term of the glossary: its address and its words."""

    anchor: str  # "" is the top of its page
    heading: str
    lead: str = ""
    text: list[str] = field(default_factory=list)
    code: list[str] = field(default_factory=list)


def words(text: str) -> list[str]:
    """Split a text into words as `search.js` does: small, without accents; K.R.A.P. is one."""
    plain = unicodedata.normalize("NFKD", text.lower().replace("\u2019", "'"))
    plain = re.sub(r"[\u0300-\u036f]|'s\b", "", plain)
    plain = re.sub(r"\b(?:[a-z]\.){2,}", lambda found: found[0].replace(".", ""), plain)
    plain = re.sub(r"\b([a-z])/([a-z])\b", r"\1\2", plain)
    return [word for word in re.findall(r"[a-z0-9]+", plain) if 1 < len(word) < 30]


def sections(doctree: nodes.document, description: str) -> Iterator[Section]:
    """Yield the sections of a page with their own words, in order; its top comes first."""
    top = Section("", "", lead=description)
    found = [top]

    def read(node: nodes.Node, into: Section, depth: int) -> None:
        """Read what a node holds into a section, and add those that begin in it."""
        for child in node.children:
            if has_class(child, "no-search", "toctree-wrapper"):
                continue
            if isinstance(child, nodes.section):
                heading = child.next_node(nodes.title)
                name = heading.astext() if heading else ""
                if name.lower() in ASIDE:
                    continue
                own = into
                if depth:
                    found.append(own := Section(child["ids"][0], name))
                else:
                    own.heading = name
                read(child, own, depth + 1)
            elif isinstance(child, addnodes.glossary):
                found.extend(terms(child))
            elif isinstance(child, nodes.literal_block):
                into.code.append(child.astext())
            elif isinstance(child, nodes.title | nodes.raw | nodes.comment):
                continue
            elif isinstance(child, nodes.TextElement):
                into.text.append(child.astext())
                if isinstance(node, nodes.section) and len(into.lead) < LEAD:
                    into.lead = f"{into.lead} {child.astext()}".strip()
            else:
                read(child, into, depth)

    read(doctree, top, 0)
    top.text.insert(0, description)
    for section in found:
        section.lead = " ".join((section.lead or " ".join(section.text[:3])).split())
    yield from found


def terms(glossary: nodes.Element) -> Iterator[Section]:
    """Yield the terms of a glossary, each with its definition."""
    for item in glossary.findall(nodes.definition_list_item):
        term, meaning = find_first(item, nodes.term), find_first(item, nodes.definition)
        text = meaning.astext().partition(" Explained in ")[0]
        yield Section(term["ids"][0], term.astext(), lead=text, text=[text])


def kind_of(docname: str, page: Row) -> str:
    """Return what a page is: one of KINDS."""
    folder, _, name = docname.partition("/")
    if docname in LISTS:
        return "list"
    if docname == "reference/glossary":
        return "term"
    if "lab" in page:
        return "lab"
    if is_chapter(page):
        return "chapter"
    if folder == "teach":
        return "teaching"
    if name.endswith("index") or not name:
        return "part"
    return {"tools": "tool", "capstones": "capstone", "labs": "lab"}.get(folder, "reference")


class SectionIndex:
    """What Sphinx calls an indexer: it is fed with pages, and writes the index."""

    def __init__(self, builder: StandaloneHTMLBuilder) -> None:
        """Take over the sections of the last build, which left them in a file."""
        self.env, self.address = builder.env, builder.get_target_uri
        self.record = record = builder.doctreedir / f"sections-{builder.name}.json"
        self.pages: dict[str, list[Section]] = {}
        if record.exists():
            read = json.loads(record.read_text("utf-8"))
            self.pages = {page: [Section(**s) for s in found] for page, found in read.items()}

    def label(self) -> str:
        """Name the language, for Sphinx's own message."""
        return "sections"

    def prune(self, docnames: Iterable[str]) -> None:
        """Forget the pages that are gone."""
        self.pages = {page: self.pages[page] for page in sorted(self.pages.keys() & set(docnames))}

    def feed(self, docname: str, filename: str, title: str, doctree: nodes.document) -> None:
        """Take in a page."""
        description = self.env.metadata[docname].get("description", "")
        self.pages[docname] = list(sections(doctree, description))

    def context_for_searchtool(self) -> dict[str, str]:
        """Give nothing to Sphinx's own search, which is not here."""
        return {}

    def get_js_stemmer_rawcodes(self) -> Set[str]:
        """Name no stemmer: the browser needs none."""
        return set()

    def dump(self, stream: IO[str], format: object) -> None:  # a module such as json, or its name
        """Write the index as a script, since a page from the disk may read no other file."""
        found = {page: [asdict(s) for s in known] for page, known in self.pages.items()}
        self.record.write_text(json.dumps(found), "utf-8")
        index = make_index(self.env, self.pages, self.address)
        text = json.dumps(index, ensure_ascii=False, separators=(",", ":"))
        stream.write(f"handbookSearch({text})")


class Index(TypedDict):
    """What `search.js` reads, as JSON."""

    pages: list[tuple[str, str, str]]  # address, title and kind
    sections: list[tuple[int, str, str, str]]  # its page's place, anchor, heading and first words
    common: list[str]  # headings that say nothing
    words: list[str]  # the forms of a stem, and its postings
    stop: list[str]
    same: Mapping[str, str]  # what readers say, and what pages say for it
    best: dict[str, list[int]]  # the places of the sections that answer a query


def make_index(
    env: BuildEnvironment, pages: Mapping[str, list[Section]], address: Callable[[str], str]
) -> Index:
    """Return the index: pages, sections, words with their sections, and what the data file adds."""
    data = load(env.srcdir, "search.toml")
    kinds = {page: kind_of(page, env.metadata[page]) for page in pages}
    listed = [(page, section) for page, known in pages.items() for section in known]
    common = common_headings(section for _, section in listed)
    fields, worth = [], []
    for page, section in listed:
        top = pages[page][0]
        whose = "" if section is top or kinds[page] in ("term", "list") else top.heading
        fields.append(count_fields(section, whose, section.heading in common))
        worth.append(KINDS["list" if page in OF_ALL else kinds[page]])
    places = {f"{page}#{s.anchor}".removesuffix("#"): n for n, (page, s) in enumerate(listed)}
    numbers = {page: number for number, page in enumerate(pages)}
    return {
        "pages": [(address(page), env.titles[page].astext(), kinds[page]) for page in pages],
        "sections": [(numbers[page], s.anchor, s.heading, shorten(s.lead)) for page, s in listed],
        "common": sorted(common),
        "words": index_words(fields, worth),
        "stop": sorted(STOP),
        "same": data.get("same", {}),
        "best": {
            query: find_sections(env, query, best, places)
            for query, best in data.get("best", {}).items()
        },
    }


def common_headings(listed: Iterable[Section]) -> set[str]:
    """Return the headings that so many sections have that they tell none from the others."""
    often = Counter(section.heading for section in listed)
    return {heading for heading, times in often.items() if times > COMMON}


def index_words(fields: list[Counts], worth: list[float]) -> list[str]:
    """Return a line for each stem: it, its other forms, and the sections that are about it.

    Both lists have an entry for each section: its words, and how much readers look for its page.
    """
    forms: dict[str, set[str]] = defaultdict(set)
    for counted in (counted for each in fields for counted in each.values()):
        for word in counted:
            forms[stem(word)].add(word)
    stems = [{name: add_stems(counted) for name, counted in each.items()} for each in fields]
    postings = weigh(stems, worth)
    return [
        " ".join([key, *sorted(forms[key] - {key})]) + "|" + pack(postings[key])
        for key in sorted(postings)
    ]


def find_sections(
    env: BuildEnvironment, query: str, best: list[str], places: Mapping[str, int]
) -> list[int]:
    """Return the numbers of the sections that answer a query best."""
    for place in best:
        if place not in places:
            logger.warning(
                "there is no section %r: name a page, or a page, # and an anchor of it",
                place,
                location=place_in_data(env.srcdir, "search.toml", query),
            )
    return [places[place] for place in best if place in places]


def count_fields(section: Section, page: str, common: bool) -> Counts:
    """Count the words of a section, field by field; a heading that is common says nothing."""

    def count(text: str) -> Counter[str]:
        """Count the words of a text that say something."""
        return Counter(word for word in words(text) if word not in STOP)

    return {
        "heading": Counter() if common else count(section.heading),
        "page": count(page),
        "text": count(" ".join(section.text)),
        "code": count(" ".join(section.code)),
    }


def add_stems(counted: Mapping[str, int]) -> Counter[str]:
    """Add up the words of each stem."""
    sums: Counter[str] = Counter()
    for word, times in counted.items():
        sums[stem(word)] += times
    return sums


def weigh(sections: list[Counts], worth: list[float]) -> dict[str, list[tuple[int, float]]]:
    """Return for each stem its sections and how much each is about it, from 0 to 1."""
    postings: dict[str, list[tuple[int, float]]] = defaultdict(list)
    mean = {
        name: sum(each[name].total() for each in sections) / max(1, len(sections)) or 1
        for name in FIELDS
    }
    for number, each in enumerate(sections):
        sums: dict[str, float] = defaultdict(float)
        for name, (weight, long) in FIELDS.items():
            length = 1 - long + long * each[name].total() / mean[name]
            for key, times in each[name].items():
                sums[key] += weight * times / length
        for key, much in sums.items():
            impact = worth[number] * much / (SATURATION + much)
            postings[key].append((number, impact))
    return postings


def pack(postings: list[tuple[int, float]]) -> str:
    """Write postings as text: the way to the next section in base 36, then a letter of 26."""
    text, last, most = [], -1, max(KINDS.values())
    for number, impact in postings:
        step, last = number - last, number
        level = min(LEVELS - 1, int(impact / most * LEVELS))
        text.append(base36(step) * (step > 1) + chr(ord("A") + level))
    return "".join(text)


def base36(number: int) -> str:
    """Write a number as JavaScript's `parseInt(text, 36)` reads it."""
    digits = ""
    while number:
        number, digit = divmod(number, 36)
        digits = "0123456789abcdefghijklmnopqrstuvwxyz"[digit] + digits
    return digits


def shorten(text: str) -> str:
    """Cut a text after a word."""
    return text if len(text) <= LEAD else f"{text[:LEAD].rsplit(' ', 1)[0].rstrip('.,;:')} …"


class SectionSearch(StandaloneHTMLBuilder):
    """A builder of HTML pages whose search finds sections."""

    def load_indexer(self, docnames: Set[str]) -> None:
        """Put our index in the place of Sphinx's, with the pages that are not written again."""
        self.indexer = SectionIndex(self)
        self.indexer.prune(self.env.all_docs.keys() - docnames)

    def copy_static_files(self) -> None:
        """Publish no part of Sphinx's own search."""
        super().copy_static_files()
        for name in ("doctools", "language_data", "searchtools", "sphinx_highlight"):
            (self._static_dir / f"{name}.js").unlink(missing_ok=True)


class DirectorySiteBuilder(SectionSearch, DirectoryHTMLBuilder):
    """Sphinx's builder of a folder for each page, with the same search."""


def name_starts(
    app: Sphinx, pagename: str, templatename: str, context: Context, doctree: nodes.Node
) -> None:
    """Give the search page the places to start that it shows where nothing is found."""
    if pagename != "search":
        return
    titles = app.env.titles
    context["starts"] = [
        (page, titles[page].astext(), what) for page, what in STARTS.items() if page in titles
    ]


def setup(app: Sphinx) -> ExtensionMetadata:
    """Register the second builder; `docs._ext.builder` has the first."""
    app.add_builder(DirectorySiteBuilder, override=True)
    app.connect("html-page-context", name_starts)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
