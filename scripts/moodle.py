"""*Copy and page*: the questions of the chapters for Moodle, other systems and a spreadsheet.

`python -m scripts.moodle FOLDER` writes three files with the same questions: `bank.xml` (Moodle
XML), `bank.gift.txt` (GIFT) and `bank.csv`. Pages or parts that are named, such as
`modules/introduction/northstar` or `modules/introduction`, limit them to those.

What Moodle does with such a file was read in its source: the release 5.1 and the development of
5.2 of January 2026, in `public/question/format.php` and `public/question/format/{xml,gift}/`.

- An import always makes new questions. If the category has a question with the same ID number
  already, the new one is kept and loses its ID number (`importprocess`). So ids must be unique
  within a file, and a second import into the same category updates nothing.
- A category is a path of names. One that begins with `$course$` goes to a bank of the course, and
  one without such a beginning goes to the bank that the teacher chose (`create_category_path`).
  A slash in a name is doubled (`split_category_path`). Ours have no ID numbers: nothing needs them.
- Without `shuffleanswers` in the XML the answers are not shuffled, and without `answernumbering`
  they are lettered a, b, c (`import_multichoice`). A grade must be one of a list: 100 and 0 are.
- The file picker goes by a file's ending: `.xml` for Moodle XML, `.txt` for GIFT
  (`can_import_file`). So the GIFT file ends in `.gift.txt`, as those of Moodle's own tests do.
- In GIFT a line `// [id:…] [tag:…]` above a question holds its ID number and its tags, and
  `= ~ # { } :` and the backslash are escaped by a backslash (`repchar`, `escapedchar_pre`).
"""

import html
import re
import sys
import xml.etree.ElementTree as ET
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path

from docutils.nodes import make_id
from markdown_it.token import Token

from docs._ext import data
from docs._ext.markdown import PARSER, sections, visible_text
from docs._ext.quiz import DATA, HOME, LETTERS, read
from docs.conf import html_baseurl
from scripts.spreadsheet import write_csv

DOCS = Path(__file__).parents[1] / "docs"
BANK = "MLOps handbook"
LICENCE = "The MLOps handbook's contributors. CC BY 4.0: name the MLOps handbook as the source."
MARKS = {"em_open": "<em>", "em_close": "</em>", "strong_open": "<strong>"} | {
    "strong_close": "</strong>",
    "softbreak": " ",
}
RESERVED = re.compile(r"[\\=~#{}:]")  # by GIFT
COLUMNS = (
    *("id", "part", "chapter", "section", "kind", "question"),
    *("letter", "option", "right", "feedback", "read_again"),
)


@dataclass(frozen=True)
class Text:
    """A text in two forms: as HTML, and without any markup."""

    html: str
    plain: str


@dataclass(frozen=True)
class Option:
    """What can be chosen, and why it is right or not."""

    text: Text
    why: Text
    right: bool


@dataclass(frozen=True)
class Item:
    """A question with what Moodle needs to know of it.

    `id` is made of the page's path and the objective: no title and no wording changes it.
    """

    id: str
    part: str  # its name
    chapter: str  # its title
    section: str  # its title
    kind: str  # "" if the question has none
    tags: tuple[str, ...]
    ask: Text
    options: tuple[Option, ...]
    again: Text  # where to read again

    @property
    def category(self) -> str:
        """The path of Moodle's category."""
        return "/".join(name.replace("/", "//") for name in (BANK, self.part, self.chapter))


def write_bank(
    folder: Path,
    pages: Sequence[str] | None = None,
    *,
    docs: Path = DOCS,
    address: str = html_baseurl,
) -> list[Path]:
    """Write the three files into a folder and return their paths.

    `pages` names chapters or whole parts by their paths below `docs`; None means all, in the order
    of the table of contents. `address` is the site's; without one no question has a link. Raises
    ValueError with what to mend if a page has no quiz or a quiz cannot be written.
    """
    items = list(read_items(docs, choose_chapters(docs, pages), address))
    folder.mkdir(parents=True, exist_ok=True)
    made = {"bank.xml": as_xml(items), "bank.gift.txt": as_gift(items)}
    for name, text in made.items():
        (folder / name).write_text(text, "utf-8", newline="\n")
    write_csv(folder / "bank.csv", [COLUMNS, *table_rows(items)])
    return [folder / name for name in (*made, "bank.csv")]


def choose_chapters(docs: Path, pages: Sequence[str] | None) -> list[str]:
    """Return the chapters with a quiz that are meant, each once."""
    every = [page for page in reading_order(docs) if quiz_of(docs, page).is_file()]
    if pages is None:
        return every
    found: dict[str, None] = {}
    for name in pages:
        meant = [page for page in every if page == name or page.startswith(f"{name.rstrip('/')}/")]
        if not meant:
            parts = (str(Path(page).parent.as_posix()) for page in every)
            known = [*every, *dict.fromkeys(parts)]
            near = next((one for one in known if one == f"{HOME}{name.rstrip('/')}"), None)
            near = near or data.nearest(name, known)
            example = every[0] if every else "modules/introduction/northstar"
            write = f"write {near}" if near else f"write its path, as {example}"
            raise ValueError(f"{name} is no chapter with a quiz: {write}")
        found |= dict.fromkeys(meant)
    return list(found)


def quiz_of(docs: Path, page: str) -> Path:
    """Return the path of a page's quiz, whether it exists or not."""
    return docs / DATA / f"{page.removeprefix(HOME)}.toml"


def read_toctrees(docs: Path, page: str) -> dict[str, str]:
    """Return {page: the name that it is listed by} of a page's tables of contents."""
    tables = re.findall(r"^```\{toctree\}\n(.*?)^```$", text_of(docs, page), re.M | re.S)
    found = {}
    for line in "\n".join(tables).splitlines():
        entry = re.fullmatch(r"(?:(.*\S) <(\S+)>|([\w/-]+))", line.strip())
        if entry:
            name, target = (entry[1], entry[2]) if entry[2] else ("", entry[3])
            found[(Path(page).parent / target).as_posix()] = name
    return found


def reading_order(docs: Path) -> list[str]:
    """Return the pages of the parts, in the order of the tables of contents."""
    parts = [page for page in read_toctrees(docs, "index") if page.startswith(HOME)]
    return [page for part in parts for page in read_toctrees(docs, part)]


def text_of(docs: Path, page: str) -> str:
    """Return the Markdown of a page."""
    return (docs / f"{page}.md").read_text("utf-8")


def read_items(docs: Path, pages: Iterable[str], address: str) -> Iterator[Item]:
    """Yield the questions of some chapters."""
    base = f"{address.rstrip('/')}/" if address else ""
    names = read_toctrees(docs, "index")
    seen: dict[str, str] = {}
    for page in pages:
        path = quiz_of(docs, page)
        for line, fault in data.file_faults(path, "quizzes"):
            raise ValueError(f"{path}:{line}: {fault}")
        every = sections(text_of(docs, page))
        chapter = every[0].title
        titles = {label: section.title for section in every for label in section.labels}
        short = page.removeprefix(HOME)
        part = short.partition("/")[0]
        for question in read(path):
            place = f"{path}:{question['line']}"
            name, label = f"{short}#{question['objective']}", question["section"]
            if name in seen:
                raise ValueError(f"{place}: {name} is the id of the question in {seen[name]} too")
            seen[name] = place
            if label not in titles:
                raise ValueError(f"{place}: no label `{label}` on the page {page}")
            kind = question.get("kind", "")
            tags = {"part": part, "objective": question["objective"], "kind": kind}
            options = [
                Option(read_inline(o["text"], place), read_inline(o["why"], place), "right" in o)
                for o in question["option"]
            ]
            link = f"{base}{page}.html#{make_id(label)}" if base else ""
            yield Item(
                id=name,
                part=names[f"{HOME}{part}/index"] or part,
                chapter=chapter,
                section=titles[label],
                kind=kind,
                tags=tuple(f"{key}-{value}" for key, value in tags.items() if value),
                ask=read_inline(question["ask"], place),
                options=tuple(options),
                again=read_again(chapter, titles[label], link),
            )


def read_again(chapter: str, section: str, link: str) -> Text:
    """Say where the answer stands, with a link if the site's address is known."""
    where = f"“{section}” in the chapter “{chapter}”"
    if section == chapter:
        where = f"the chapter “{chapter}”"
    linked = html.escape(where, quote=False)
    if link:
        linked = f'<a href="{html.escape(link)}">{linked}</a>'
    words = "Read again: {} of the MLOps handbook."
    return Text(words.format(linked), words.format(where) + (f" {link}" if link else ""))


def read_inline(source: str, place: str) -> Text:
    """Return the HTML and the plain text of a line of Markdown; `place` is told in errors."""
    tokens = PARSER.parseInline(re.sub(r"\s+", " ", source).strip())
    return as_text(tokens[0].children or [], place)


def as_text(tokens: Iterable[Token], place: str) -> Text:
    """Return the HTML and the plain text of inline tokens."""
    tokens, marked = list(tokens), []
    for token in tokens:
        if token.type in MARKS:
            marked.append(MARKS[token.type])
        elif token.type in {"text", "code_inline", "myst_role"}:
            escaped = html.escape(visible_text([token]), quote=False)
            marked.append(f"<code>{escaped}</code>" if token.type == "code_inline" else escaped)
        else:
            message = "write text, `code`, *emphasis* or a role there"
            raise ValueError(f"{place}: a {token.type} cannot go to Moodle; {message}")
    return Text("".join(marked), visible_text(tokens))


def as_xml(items: Iterable[Item]) -> str:
    """Return the questions as Moodle XML, with a category for each chapter."""
    quiz = ET.Element("quiz")
    quiz.append(ET.Comment(f" {LICENCE} "))
    for path, members in groupby(items, lambda item: item.category):
        category = ET.SubElement(quiz, "question", type="category")
        add_text(ET.SubElement(category, "category"), path)
        add_text(ET.SubElement(category, "info", format="plain_text"), LICENCE)
        for item in members:
            quiz.append(question_in_xml(item))
    ET.indent(quiz)
    return f'<?xml version="1.0" encoding="UTF-8"?>\n{ET.tostring(quiz, "unicode")}\n'


def question_in_xml(item: Item) -> ET.Element:
    """Return one question; what Moodle would guess otherwise is said."""
    question = ET.Element("question", type="multichoice")
    add_text(ET.SubElement(question, "name"), item.id)
    add_text(ET.SubElement(question, "questiontext", format="html"), item.ask.html)
    add_text(ET.SubElement(question, "generalfeedback", format="html"), item.again.html)
    for key, value in {
        "defaultgrade": "1",
        "penalty": "0.3333333",  # of a second try, where a quiz allows one; Moodle's own value
        "hidden": "0",
        "idnumber": item.id,
        "single": "true",
        "shuffleanswers": "true",
        "answernumbering": "ABCD",
        "showstandardinstruction": "0",
    }.items():
        ET.SubElement(question, key).text = value
    for option in item.options:
        grade = "100" if option.right else "0"
        answer = ET.SubElement(question, "answer", fraction=grade, format="html")
        add_text(answer, option.text.html)
        add_text(ET.SubElement(answer, "feedback", format="html"), option.why.html)
    tags = ET.SubElement(question, "tags")
    for tag in item.tags:
        add_text(ET.SubElement(tags, "tag"), tag)
    return question


def add_text(parent: ET.Element, words: str) -> None:
    """Put a text into an element, as Moodle has it."""
    ET.SubElement(parent, "text").text = words


def as_gift(items: Iterable[Item]) -> str:
    """Return the questions as GIFT, whose texts are HTML."""
    blocks = [f"// {LICENCE}"]
    for path, members in groupby(items, lambda item: item.category):
        blocks.append(f"$CATEGORY: {path}")
        blocks += map(question_in_gift, members)
    return "\n\n".join(blocks) + "\n"


def question_in_gift(item: Item) -> str:
    """Return one question, with its id as a title and, for Moodle, in a comment."""
    known = " ".join([f"[id:{item.id}]", *(f"[tag:{tag}]" for tag in item.tags)])
    answers = [
        f"\t{'=' if option.right else '~'}{escape_gift(option.text.html)}#{escape_gift(option.why.html)}"
        for option in item.options
    ]
    head = f"::{escape_gift(item.id)}::[html]{escape_gift(item.ask.html)}{{"
    return "\n".join([f"// {known}", head, *answers, f"\t####{escape_gift(item.again.html)}", "}"])


def escape_gift(text: str) -> str:
    """Escape a text of HTML for GIFT.

    At its beginning `[` would name a format and `%` a weight: there they are written as HTML has it.
    """
    text = re.sub(r"^[\[%]", lambda found: f"&#{ord(found[0])};", text)
    return RESERVED.sub(r"\\\g<0>", text)


def table_rows(items: Iterable[Item]) -> Iterator[list[str]]:
    """Yield a row for each option, in the order of `COLUMNS`."""
    for item in items:
        about = [item.id, item.part, item.chapter, item.section, item.kind, item.ask.plain]
        for letter, option in zip(LETTERS, item.options, strict=False):
            right = "yes" if option.right else "no"
            yield [*about, letter, option.text.plain, right, option.why.plain, item.again.plain]


def is_source(folder: str) -> bool:
    """Tell whether a word for a folder is that of a page or part, or a folder of the sources."""
    word, path = folder.rstrip("/"), Path(folder).resolve()
    inside = path.is_relative_to(DOCS) and not path.is_relative_to(DOCS / "_build")
    if inside or f"{word}/".startswith(HOME):
        return True
    every = [name.removeprefix(HOME) for name in choose_chapters(DOCS, None)]
    return any(f"{name}/".startswith(f"{word}/") for name in every)


def main(arguments: Sequence[str]) -> int:
    """Write the files and say what is in them; return the exit status."""
    if not arguments or arguments[0].startswith("-"):
        print("python -m scripts.moodle FOLDER [page ...]", file=sys.stderr)
        return 2
    folder, *pages = arguments
    if is_source(folder):
        print(
            f"{folder} is a page or a part of the handbook: name the folder first, then the pages.",
            file=sys.stderr,
        )
        return 2
    try:
        paths = write_bank(Path(folder), pages or None)
    except OSError as error:
        print(
            f"{error.filename}: {error.strerror}. Name a folder that can be written.",
            file=sys.stderr,
        )
        return 1
    except ValueError as error:
        print(error, file=sys.stderr)
        return 1
    questions = paths[0].read_text("utf-8").count('<question type="multichoice">')
    for path in paths:
        print(f"{path}: {questions} questions, {path.stat().st_size // 1024} KB")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
