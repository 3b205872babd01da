"""*Line and answer*: who did which quizzes and labs, in one line that a mail carries.

    Learner 1 · 2026-12-08 · introduction/what-is-mlops C A B try 1 · lab-1 done 5f3a try 2 · e0182a

A name, a date, one item or more, and a checksum, with ` · ` between them. A quiz has the letters
that were chosen first, and how often it was begun; a lab has whether it is done, four hex digits of
its state, and how often it was checked. Browsers write the same line (docs/_static/hand-in.js). The
checksum shows a slip of the hand, and a name that was changed. It is a courtesy and no proof:
whoever can run this module can write any line.
"""

import hashlib
import re
import sqlite3
import unicodedata
import zlib
from contextlib import closing
from datetime import date
from pathlib import Path
from typing import NamedTuple

BETWEEN = " · "
LONGEST_NAME = 60  # characters of a name
# One sign for each kind, so that a mail program's dashes and quotes change no checksum.
PLAIN_SIGNS = str.maketrans(
    dict.fromkeys("\u2010\u2011\u2012\u2013\u2014\u2015\u2212", "-")
    | dict.fromkeys("\u2018\u2019\u02bc", "'")
)
DOTS = str.maketrans(dict.fromkeys("•∙⋅", "·"))
JOINERS = "\u200c\u200d"  # they are letters' parts in Persian, Hindi, Malayalam and others

QUIZ = re.compile(
    r"([a-z0-9][a-z0-9_-]*(?:/[a-z0-9][a-z0-9_-]*)*) ([A-J](?: [A-J])*) try ([1-9]\d*)"
)
LAB = re.compile(r"lab-([1-9]\d*) (done|open) ([0-9a-f]{4}) try (0|[1-9]\d*)")
WHOLE_LINE = re.compile(r"(.+) · ([0-9a-f]{6})")


class QuizResult(NamedTuple):
    """The quiz of a chapter: its page below modules/, the letters first chosen, how often begun."""

    page: str
    letters: tuple[str, ...]
    tries: int

    @property
    def what(self) -> str:
        """Its name among all items."""
        return self.page

    def __str__(self) -> str:
        """As it stands in a line."""
        return f"{self.page} {' '.join(self.letters)} try {self.tries}"


class LabResult(NamedTuple):
    """A lab: its number, whether its check finds nothing, its `digest`, how often it was checked."""

    number: int
    done: bool
    state: str
    tries: int

    @property
    def what(self) -> str:
        """Its name among all items."""
        return f"lab-{self.number}"

    def __str__(self) -> str:
        """As it stands in a line."""
        return f"{self.what} {'done' if self.done else 'open'} {self.state} try {self.tries}"


class Line(NamedTuple):
    """What a line says."""

    name: str
    day: date
    items: tuple[QuizResult | LabResult, ...]


def plain_text(text: str) -> str:
    """Return a text in composed characters, with one kind of dash and quote, and no invisible ones."""
    text = unicodedata.normalize("NFC", text).translate(PLAIN_SIGNS)
    text = "".join(
        sign
        for sign in re.sub(r"[\s\ufeff]", " ", text)
        if sign in JOINERS or unicodedata.category(sign) not in {"Cc", "Cf", "Cs"}
    )
    return re.sub(" +", " ", text).strip(" ")


def clean_name(name: str) -> str:
    """Return a name as every line has it; ValueError says why it cannot be one."""
    name = plain_text(name).translate(DOTS).replace("·", "-")
    if not name.strip(JOINERS):
        raise ValueError("There is no name that one can see: write one.")
    if len(name) > LONGEST_NAME:
        raise ValueError(
            f"The name has {len(name)} characters, and a line has room for {LONGEST_NAME}: shorten it."
        )
    return name


def checksum(text: str) -> str:
    """Return the first six hex digits of the CRC-32 of a text in UTF-8."""
    return f"{zlib.crc32(text.encode()):08x}"[:6]


def compose_line(name: str, day: date, items: list[QuizResult | LabResult]) -> str:
    """Return the line; ValueError where there is nothing to hand in."""
    if not items:
        raise ValueError("There is nothing to hand in yet.")
    body = BETWEEN.join([clean_name(name), day.isoformat(), *map(str, items)])
    return f"{body}{BETWEEN}{checksum(body)}"


def parse_item(text: str) -> QuizResult | LabResult:
    """Read one item; ValueError says that it is none."""
    if found := LAB.fullmatch(text):
        return LabResult(int(found[1]), found[2] == "done", found[3], int(found[4]))
    if found := QUIZ.fullmatch(text):
        return QuizResult(found[1], tuple(found[2].split()), int(found[3]))
    raise ValueError(f"“{text}” is neither a quiz nor a lab.")


def parse_line(line: str) -> Line:
    """Read a line, to the letter; ValueError says what is wrong with it."""
    found = WHOLE_LINE.fullmatch(line)
    if not found:
        raise ValueError("It does not end in a checksum of six digits and letters a to f.")
    if checksum(found[1]) != found[2]:
        raise ValueError("The checksum does not fit: something in the line was changed.")
    name, day, *items = found[1].split(BETWEEN)
    if not items or name != clean_name(name):
        raise ValueError("It is not name, date and items.")
    return Line(name, date.fromisoformat(day), tuple(map(parse_item, items)))


def digest(folder: Path, mark: str = "") -> str:
    """Return four hex digits of a lab's state: what the learner did there, as its check sees it.

    It is over each home's decisions and events with their moments, over the files that lie openly
    in the folder, and over the `mark`, four random digits that its lab.json has since the start.
    So two honest learners differ, even where both made the same file, and a copied folder does not.
    What looking writes is left out: MLflow's database, the log of predictions, bytecode, what is
    hidden.
    """
    state = hashlib.sha256(mark.encode())
    homes = [home for home in sorted({folder / ".jukebox", *folder.iterdir()}) if is_home(home)]
    for home in homes:
        for file, table in (
            (home / "registry" / "history.db", "history"),
            (home / "northstar.db", "events"),
        ):
            state.update(repr((home.name, table, read_rows(file, table))).encode())
    for file in sorted(folder.rglob("*")):
        parts = file.relative_to(folder).parts
        seen = any(part.startswith(".") or part == "__pycache__" for part in parts)
        if seen or parts == ("lab.json",) or any(home in file.parents for home in homes):
            continue
        if file.is_file():
            state.update(
                repr("/".join(parts)).encode() + hashlib.sha256(file.read_bytes()).digest()
            )
    return state.hexdigest()[:4]


def is_home(folder: Path) -> bool:
    """Tell whether a folder is a home of Jukebox: it holds data or models."""
    return (folder / "registry").is_dir() or (folder / "data").is_dir()


def read_rows(file: Path, table: str) -> list[tuple[object, ...]]:  # as SQLite has them
    """Return all rows of a table of ours; none where its file is missing or damaged."""
    if not file.exists():
        return []
    try:
        with closing(sqlite3.connect(f"{file.resolve().as_uri()}?mode=ro", uri=True)) as db:
            return db.execute(f"SELECT * FROM {table} ORDER BY id").fetchall()  # noqa: S608 - ours
    except sqlite3.Error:
        return []
