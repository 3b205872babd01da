"""What the quizzes say, read from their files without the code that exports them.

Tests compare this with what other people's readers find in the exported files.
"""

import html
import re
import tomllib
from dataclasses import dataclass
from pathlib import Path

QUOTES = str.maketrans("“”‘’", "\"\"''")  # noqa: RUF001, what smart quotes make of plain ones
MARKED = re.compile(r"`([^`]+)`|\*([^*]+)\*|\{\w+\}`([^`<]+?)(?: <[^`]*>)?`")
TAG = re.compile(r"</?(?:code|em|strong)>")


@dataclass(frozen=True)
class Question:
    """A question as plain text in straight quotes, and how many spans of code it has in all."""

    ask: str
    options: tuple[tuple[str, str, bool], ...]  # text, why, right
    codes: int


def questions(docs: Path) -> dict[str, Question]:
    """Return {id: question} of all quizzes of a documentation."""
    home, found = docs / "_data" / "quizzes", {}
    for path in sorted(home.rglob("*.toml")):
        page = path.relative_to(home).with_suffix("").as_posix()
        for data in tomllib.loads(path.read_text("utf-8"))["question"]:
            options = tuple(
                (stripped(o["text"]), stripped(o["why"]), "right" in o) for o in data["option"]
            )
            texts = [data["ask"], *(text for o in data["option"] for text in (o["text"], o["why"]))]
            codes = sum(len(re.findall(r"(?<!\})`[^`]+`", text)) for text in texts)
            found[f"{page}#{data['objective']}"] = Question(stripped(data["ask"]), options, codes)
    return found


def stripped(markdown: str) -> str:
    """Return a line of the Markdown that quizzes have, without its marks."""
    text = MARKED.sub(lambda found: found[1] or found[2] or found[3], " ".join(markdown.split()))
    return text.translate(QUOTES)


def shown(marked: str) -> str:
    """Return what a browser shows of the HTML of a question, which has these tags and no others."""
    text = TAG.sub("", marked)
    assert not re.search(r"<|>|&(?!(?:amp|lt|gt|#\d+);)", text), marked  # else a browser guesses
    return html.unescape(text).translate(QUOTES)


def of_text(ask: str, options: list[tuple[str, str, bool]], codes: int) -> Question:
    """Return a question that was read from plain text."""
    escaped = [
        (html.escape(text, quote=False), html.escape(why, quote=False), right)
        for text, why, right in options
    ]
    return question(html.escape(ask, quote=False), escaped, codes)


def question(ask: str, options: list[tuple[str, str, bool]], codes: int) -> Question:
    """Return a question that was read from HTML."""
    texts = tuple((shown(text), shown(why), right) for text, why, right in options)
    return Question(shown(ask), texts, codes)
