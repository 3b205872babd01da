"""What the extensions keep of the pages from build to build, as `env.handbook`.

Sphinx asks a collector to drop what belongs to a page before it is read again, to take over what a
parallel reader found, and which pages to read again. So an extension only writes what it finds.
"""

import hashlib
from collections.abc import Set
from dataclasses import dataclass, field, fields
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar
from zlib import crc32

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.environment import BuildEnvironment
from sphinx.environment.collectors import EnvironmentCollector
from sphinx.util import logging
from sphinx.util.typing import ExtensionMetadata

from docs._ext import data

if TYPE_CHECKING:
    from docs._ext.cited import Sentence

logger = logging.getLogger(__name__)

# Every page is checked against these: when one changes, every page is read again.
FOR_EVERY_PAGE = ("glossary.toml", "paths.toml", "syllabus.toml", "tools.toml")
Place = tuple[str, int | None]  # the name of a page, and the line where it is known
Value = TypeVar("Value")


class ByPage(dict[str, Value]):
    """What one extension found, by the name of the page."""


@dataclass
class Handbook:
    """What the extensions know of the pages, and of the build that read them."""

    # A page's own front matter, and what it takes to read.
    minutes: ByPage[int] = field(default_factory=ByPage)
    audience: ByPage[list[str]] = field(default_factory=ByPage)
    difficulty: ByPage[int] = field(default_factory=ByPage)
    prerequisites: ByPage[list[str]] = field(default_factory=ByPage)  # of chapters alone
    # What its directives and roles show.
    with_lists: ByPage[bool] = field(default_factory=ByPage)  # made of other pages
    with_chapters: ByPage[bool] = field(default_factory=ByPage)  # a list of the chapters of a part
    styled_as_paths: ByPage[bool] = field(default_factory=ByPage)
    shown_paths: ByPage[list[str]] = field(default_factory=ByPage)
    objective_folders: ByPage[list[str]] = field(default_factory=ByPage)
    activity_folders: ByPage[list[str]] = field(default_factory=ByPage)
    resources: ByPage[list[str]] = field(default_factory=ByPage)  # kinds of them
    claims: ByPage[list[str]] = field(default_factory=ByPage)
    laws: ByPage[list[str]] = field(default_factory=ByPage)  # ids of rules
    checked: ByPage[list[str]] = field(default_factory=ByPage)  # names of facts that expire
    # Names of files with cited figures.
    published: ByPage[list[str]] = field(default_factory=ByPage)
    # {run: whether it measured the code that is here}
    trust: ByPage[dict[str, bool]] = field(default_factory=ByPage)
    # Key, and [right place, options] each.
    quizzes: ByPage[tuple[str, list[list[int]]]] = field(default_factory=ByPage)
    # What its text says.
    # Label of the syllabus, and its line.
    entries: ByPage[list[tuple[str, int | None]]] = field(default_factory=ByPage)
    definitions: ByPage[dict[str, list[Place]]] = field(default_factory=ByPage)
    used_terms: ByPage[dict[str, Place]] = field(default_factory=ByPage)
    cited: ByPage[list["Sentence"]] = field(default_factory=ByPage)
    # Of the build, and of no page.
    day: date = date.min  # as of which the pages speak
    data_read: bytes = b""  # a digest of FOR_EVERY_PAGE, as the pages were read with it
    data_sound: bytes = b""  # a digest of the data files in which no fault was found
    pages_digest: str | None = None  # a digest of what pages say that others show
    # {run: (its files with time and size, the digest of their code)}
    code: dict[str, tuple[dict[Path, tuple[int, int]], str]] = field(default_factory=dict)

    def page_collections(self) -> "list[ByPage[Any]]":  # what a page has is of another type in each
        """Return what belongs to pages, in the order of the fields."""
        return [found for found in vars(self).values() if isinstance(found, ByPage)]


def handbook(env: BuildEnvironment) -> Handbook:
    """Return what the extensions keep in an environment; in a new one that is nothing yet."""
    return vars(env).setdefault("handbook", Handbook())


class HandbookCollector(EnvironmentCollector):
    """Keeps `env.handbook` in step with the pages."""

    def clear_doc(self, app: Sphinx, env: BuildEnvironment, docname: str) -> None:
        """Drop what was found on a page before it is read again, or when it is gone."""
        known = handbook(env)
        known.pages_digest = None
        for found in known.page_collections():
            found.pop(docname, None)

    def merge_other(
        self, app: Sphinx, env: BuildEnvironment, docnames: Set[str], other: BuildEnvironment
    ) -> None:
        """Take over what a parallel reader found on its pages."""
        both = zip(
            handbook(env).page_collections(), handbook(other).page_collections(), strict=True
        )
        for mine, theirs in both:
            mine.update({page: found for page, found in theirs.items() if page in docnames})

    def process_doc(self, app: Sphinx, doctree: nodes.document) -> None:
        """Do nothing: each extension writes down what it finds when it finds it."""

    def get_outdated_docs(
        self,
        app: Sphinx,
        env: BuildEnvironment,
        added: set[str],
        changed: set[str],
        removed: set[str],
    ) -> list[str]:
        """Return the pages to read again, though their own text is as it was.

        All of them, where data has changed that every page is checked against. Else, if any other
        page has changed, those with a list: the minutes and the titles in it may be old.
        """
        paths = [Path(app.srcdir, "_data", name) for name in FOR_EVERY_PAGE]
        texts = b"".join(path.read_bytes() for path in paths if path.exists())
        known = handbook(env)
        before, known.data_read = known.data_read, hashlib.sha256(texts).digest()
        if before != known.data_read:
            return list(env.found_docs)
        return list(known.with_lists) if added or changed or removed else []


def check(app: Sphinx) -> None:
    """Stop before any page is read where a data file has a fault: every page relies on them."""
    files = [
        *data.data_files(app.srcdir),
        *sorted(data.SCHEMAS.glob("*.json")),
        Path(data.__file__),
    ]
    texts = b"".join(bytes(path) + path.read_bytes() for path in files)
    digest, known = hashlib.sha256(texts).digest(), handbook(app.env)
    if known.data_sound == digest:
        return
    if faults := data.all_faults(app.srcdir):
        for place, fault in faults:
            logger.warning("%s", fault, location=place)
        # No exception, since Sphinx prints the traceback of each, its own too.
        raise SystemExit("The pages are checked against the data files: mend these first.")
    known.data_sound = digest


def setup(app: Sphinx) -> ExtensionMetadata:
    """Register the collector and the check."""
    app.connect("builder-inited", check)
    app.add_env_collector(HandbookCollector)
    # An environment that was kept with other fields than these is of no use.
    names = ",".join(part.name for part in fields(Handbook))
    return {
        "env_version": crc32(names.encode()),
        "parallel_read_safe": True,
        "parallel_write_safe": True,
    }
