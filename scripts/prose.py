"""Small rules of style for the Markdown pages, one error a line: `python -m scripts.prose`."""

import re
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path
from typing import NamedTuple

NAMES = tomllib.loads(Path("docs/_data/product_names.toml").read_text(encoding="utf-8"))
RIGHT = {wrong: name for name, variants in NAMES["names"].items() for wrong in variants}
# The longest first, and the right names among them, so that "GitLab" is not met inside another.
SPELLING = re.compile(
    r"(?<![\w./@-])("
    + "|".join(sorted(map(re.escape, {*RIGHT, *NAMES["names"]}), key=len, reverse=True))
    + r")(?![\w/@-]|\.\w)"
)
CAPITALS = {word for name in NAMES["names"] for word in name.split()} | set(
    NAMES["headings"]["words"]
)

# At any indent, in quotations, lists and definitions: what looks like a fence is one.
FENCE = re.compile(r"[\s>]*(?:(?:[-*+:]|\d+[.)])\s[\s>]*)*(?:(`{3,})([^`]*)|(~{3,}|:{3,})(.*))$")
HEADING = re.compile(r"(?:#{1,6} |title: )(.+)")
# What is not running text: code, a role, a label, an option, attributes, a tag, a link's target.
ASIDE = re.compile(
    r"(`+).+?\1|\{[\w:-]+\}|^\(\S+\)=$|^:[\w-]+:.*|\{[.#][^}]*\}|<[^>]*>|(?<=\])\([^)]*\)"
)
NOT_PROSE = re.compile(r"(`+).+?\1|<\w+ [^>]*>|^:[\w-]+:.*")
LINK = re.compile(r"(?<!!)\[([^\]]*)\]\(([^)\s]*)[^)]*\)")
ADDRESS = re.compile(r"https?://")
DEFINITION = re.compile(r"\[[^\]]+\]: ")  # [name]: https://…
# Words that a reader has to look up or that have another sense, and a plainer one for each.
PLAIN = {
    r"nought": "zero",
    r"dear(?:er|est)": "that costs more, or most",
    r"mend(?:s|ed|ing)?": "fix, repair or correct",
    r"beside": "next to, together with or besides",
    r"of late": "recently",
    r"at your place": "in your team",
    r"at (?:its|their|your) ease": "without hurry",
    r"mind you": "but, or nothing",
    r"hence": "so",
}
PLAIN_WORDS = re.compile(rf"\b(?:{'|'.join(f'({word})' for word in PLAIN)})\b", re.IGNORECASE)
DECK = re.compile(
    r"\b(?:(?:the|this|our|two|first|second|slide) )+(?:decks?|slides?)\b", re.IGNORECASE
)
OF_DECKS = {
    *("docs/reference/syllabus.md", "CONTRIBUTING.md", "CHANGELOG.md"),
    # For the speaker, who has the slides.
    *("docs/modules/case-for-mlops/the-talk.md", "docs/_data/talk.toml"),
    "docs/_data/quizzes/case-for-mlops/the-talk.toml",
}
VAGUE = {"here", "click here", "this", "this page", "this link", "link", "more", "read more"}


class Fence(NamedTuple):
    """A fence as its lines show it: its marks, its info string, its first and last line."""

    marks: str
    info: str
    line: int
    end: int | None = None  # where it is never closed


def fences(text: str) -> list[Fence]:
    """Return the fences of a page, those inside directives too, from its lines alone.

    Nothing here parses Markdown: the tests compare this with what the site's parser sees.
    """
    seen, opened = [], []
    for number, line in enumerate(text.split("\n"), start=1):
        if not (match := FENCE.match(line)):
            continue
        marks, info = match[1] or match[3], (match[2] or match[4] or "").strip()
        last = seen[opened[-1]] if opened else None
        if last and not info and marks[0] == last.marks[0] and len(marks) >= len(last.marks):
            seen[opened.pop()] = last._replace(end=number)
        elif not last or last.info.startswith("{"):  # code only quotes the marks that it holds
            opened.append(len(seen))
            seen.append(Fence(marks, info, number))
    return seen


def lines_of_text(text: str) -> Iterator[tuple[int, str]]:
    """Each line with its number, but no fence, no comment, and of the front matter the prose alone.

    What stands in a `:::` box is text like any other.
    """
    lines = text.split("\n")
    fenced = {
        number
        for fence in fences(text)
        if fence.marks[0] != ":"
        for number in range(fence.line, (fence.end or len(lines)) + 1)
    }
    front = text.startswith("---\n")
    for number, line in enumerate(lines, start=1):
        if front:
            front = number == 1 or line != "---"
            if line.startswith(("title: ", "description: ")):
                yield number, line
        elif number not in fenced and not line.startswith("%"):
            yield number, line


def heading_fault(heading: str) -> str | None:
    """Name the first word whose capital letter sentence case does not allow."""
    words = ASIDE.sub("", heading).replace('"', "").split()
    for before, word in pairwise(words):
        bare = word.strip("(),.:;?!*_'’“”")
        ordinary = re.fullmatch(r"[A-Z][a-z’'-]+", bare)  # MLOps, CI and Level1 are no such words
        name = bare.removesuffix("’s").removesuffix("'s")
        if ordinary and name not in CAPITALS and before[-1] not in ".:?!":
            return f"a heading is in sentence case, and “{bare}” is no name of ours"
    return None


def hard_words(prose: str) -> Iterator[str]:
    """Name each word that stops a reader whose English is a second language, and a plainer one."""
    for found in PLAIN_WORDS.finditer(prose):
        plainer = list(PLAIN.values())[(found.lastindex or 1) - 1]
        yield f"“{found[0]}” stops some readers: write {plainer}"
    for deck in DECK.findall(prose):
        yield f"a reader never saw “{deck}”: write “a common slide says”, or say it yourself"


def data_faults(text: str) -> Iterator[tuple[int, str]]:
    """The hard words in a data file whose texts a page shows, with their lines."""
    for number, line in enumerate(text.split("\n"), start=1):
        if not line.startswith(("#", "slide_says = ")):
            yield from ((number, fault) for fault in hard_words(ASIDE.sub("", line)))


def faults(text: str) -> Iterator[tuple[int, str]]:
    """Every breach of a rule in one page, with its line."""
    for number, line in enumerate(text.split("\n"), start=1):
        if line != line.rstrip():
            yield number, "trailing space"
    for fence in fences(text):
        if fence.end is None:
            yield fence.line, f"this fence is never closed: end it with {fence.marks}"
    for number, line in lines_of_text(text):
        for fault in (*word_faults(line), *link_faults(line)):
            yield number, fault


def word_faults(line: str) -> Iterator[str]:
    """Name each word of a line that is written otherwise, or that stops a reader."""
    if (heading := HEADING.match(line)) and (fault := heading_fault(heading[1])):
        yield fault
    prose = ASIDE.sub("", line)
    for name in SPELLING.findall(prose):
        if name in RIGHT:
            yield f"“{name}” is written “{RIGHT[name]}”"
    yield from hard_words(prose)


def link_faults(line: str) -> Iterator[str]:
    """Say what is wrong with the links, the pictures and the addresses of a line."""
    for label, target in LINK.findall(line):
        if label.strip(" .").lower() in VAGUE:
            yield f"the link “{label}” does not say where it leads"
        if target.startswith("/") or (target.endswith(".html") and not ADDRESS.match(target)):
            yield f"link to a page by its relative source file, not “{target}”"
    if "![]" in line:
        yield "a picture without words for those who cannot see it"
    unlinked = DEFINITION.sub("", LINK.sub("", NOT_PROSE.sub("", line)))
    if ADDRESS.search(unlinked) and not DEFINITION.match(line):
        yield "a bare address; give the link words that say where it leads"
    if "click here" in unlinked.lower():
        yield "“click here” says nothing; name what is there"


def find_unfilled(*folders: str) -> Iterator[str]:
    """Each place of a skeleton (see `scripts/new.py`) that git has been given and nobody filled in.

    What is only in the working tree may wait; where there is no repository, all counts.
    """
    for where in ("--cached", "--no-index"):
        command = ("git", "grep", where, "-nIF", "(yours:", "--", *folders)
        found = subprocess.run(command, capture_output=True, text=True)
        if found.returncode <= 1:
            break
    for line in found.stdout.splitlines():
        place = ":".join(line.split(":")[:2])
        yield f"{place}: the skeleton still speaks here: say it in your own words, or delete it"


def data_files() -> list[Path]:
    """The data files whose texts pages show; the syllabus holds the words of the decks."""
    return [
        path for path in sorted(Path("docs/_data").glob("**/*.toml")) if path.stem != "syllabus"
    ]


def pages() -> list[Path]:
    """The Markdown files at the root, of the code host and under `docs/`, but not of a build."""
    found = [*Path().glob("*.md"), *Path(".github").glob("**/*.md"), *Path("docs").glob("**/*.md")]
    return sorted(page for page in found if "_build" not in page.parts)


if __name__ == "__main__":
    errors = [
        f"{page}:{number}: {fault}"
        for page in pages()
        for number, fault in faults(page.read_text(encoding="utf-8"))
    ]
    errors += [
        f"{path}:{number}: {fault}"
        for path in data_files()
        for number, fault in data_faults(path.read_text(encoding="utf-8"))
    ]
    errors = [
        error
        for error in errors
        if not (": a reader never saw" in error and error.partition(":")[0] in OF_DECKS)
    ]
    # A command's help says what its source says, and is told there.
    errors += find_unfilled("docs", "examples", "tests/jukebox", ":!docs/reference/command-line.md")
    print("\n".join(errors) or f"{len(pages())} pages follow the style")
    sys.exit(bool(errors))
