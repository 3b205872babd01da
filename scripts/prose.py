"""Small rules of style for the Markdown pages, one error a line: `python -m scripts.prose`."""

import re
import sys
import tomllib
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path

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

FENCE = re.compile(r"\s*(`{3,}|~{3,})")
HEADING = re.compile(r"(?:#{1,6} |title: )(.+)")
# What is not running text: code, a role, a label, an option, attributes, a tag, a link's target.
ASIDE = re.compile(
    r"(`+).+?\1|\{[\w:-]+\}|^\(\S+\)=$|^:[\w-]+:.*|\{[.#][^}]*\}|<[^>]*>|(?<=\])\([^)]*\)"
)
NOT_PROSE = re.compile(r"(`+).+?\1|<\w+ [^>]*>|^:[\w-]+:.*")
LINK = re.compile(r"(?<!!)\[([^\]]*)\]\(([^)\s]*)[^)]*\)")
ADDRESS = re.compile(r"https?://")
DEFINITION = re.compile(r"\[[^\]]+\]: ")  # [name]: https://…
VAGUE = {"here", "click here", "this", "this page", "this link", "link", "more", "read more"}


def lines_of_text(text: str) -> Iterator[tuple[int, str]]:
    """Each line with its number, but no code fence, and of the front matter the prose alone."""
    fence = None
    front = text.startswith("---\n")
    for number, line in enumerate(text.split("\n"), start=1):
        if front:
            front = number == 1 or line != "---"
            if line.startswith(("title: ", "description: ")):
                yield number, line
        elif fence:
            fence = None if line.strip().startswith(fence) else fence
        elif match := FENCE.match(line):
            fence = match[1]
        else:
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


def faults(text: str) -> Iterator[tuple[int, str]]:
    """Every breach of a rule in one page, with its line."""
    for number, line in enumerate(text.split("\n"), start=1):
        if line != line.rstrip():
            yield number, "trailing space"
    for number, line in lines_of_text(text):
        if (heading := HEADING.match(line)) and (fault := heading_fault(heading[1])):
            yield number, fault
        prose = ASIDE.sub("", line)
        for found in SPELLING.findall(prose):
            if found in RIGHT:
                yield number, f"“{found}” is written “{RIGHT[found]}”"
        for label, target in LINK.findall(line):
            if label.strip(" .").lower() in VAGUE:
                yield number, f"the link “{label}” does not say where it leads"
            if target.startswith("/") or (target.endswith(".html") and not ADDRESS.match(target)):
                yield number, f"link to a page by its relative source file, not “{target}”"
        if "![]" in line:
            yield number, "a picture without words for those who cannot see it"
        unlinked = DEFINITION.sub("", LINK.sub("", NOT_PROSE.sub("", line)))
        if ADDRESS.search(unlinked) and not DEFINITION.match(line):
            yield number, "a bare address; give the link words that say where it leads"
        if "click here" in unlinked.lower():
            yield number, "“click here” says nothing; name what is there"


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
    print("\n".join(errors) or f"{len(pages())} pages follow the style")
    sys.exit(bool(errors))
