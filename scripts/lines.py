"""*Line and answer*: find the lines to hand in in a text: what came in mails and chats, pasted one after the other.

The text may be quoted and wrapped, with other words around. `jukebox.labs.hand_in` says what a line is.
Everything that looks like one is accounted for.
"""

import html
import re
import unicodedata
from bisect import bisect_right
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

from jukebox.labs import hand_in
from jukebox.labs.hand_in import Line

QUOTED = re.compile(r"^(?:\s*[>|│])+ ?|\s*[|│]\s*$")  # also the bars of a table
CUT = re.compile(r"[a-z0-9][-/]$")  # a mail program may wrap after these, inside a word
HEAD = re.compile(r" · \d{4}-\d\d-\d\d · ")
TAIL = re.compile(  # items, checksum
    r"([^·]{1,90}(?: · [^·]{1,90})*?) · ([0-9a-f]{6})(?!_*(?:[^\W_]|/))"
)
LOOKS = re.compile(r"\b[A-J] try \d|\b[0-9a-f]{4} try \d|\b\d{4}-\d\d-\d\d ·|· [0-9a-f]{6}(?!\w)")
DOTLESS = re.compile(r" (\W{1,3}) \d{4}-\d\d-\d\d \1 ")
ESCAPED = re.compile(r"(?:=[0-9A-F]{2})+(?:=\r?\n(?:=[0-9A-F]{2})+)*")  # quoted-printable
ENTITY = re.compile(r"&(?:middot|nbsp|#183|#160|#xb7|#xa0);", re.I)
TAG = re.compile(r"</?[a-z][^<>]*>", re.I)
BARRED = str.maketrans({"ø": "o", "ł": "l", "đ": "d", "\u0131": "i"})  # no accents to take off


class FoundLine(NamedTuple):
    """A line in the text: where it begins, what it says, or its name and what is wrong with it."""

    number: int
    name: str
    line: Line | None
    fault: str = ""


def read_mails(path: Path) -> str:
    """Return the text of a file of lines in UTF-8; ValueError says what to do where it is none."""
    if path.is_dir():
        raise ValueError(f"{path}: this is a folder. Name the file with the mails in it.")
    try:
        text = path.read_bytes().decode("utf-8-sig")
    except FileNotFoundError as error:
        raise ValueError(f"{path}: there is no such file. Paste the mails into one.") from error
    except UnicodeDecodeError as error:
        raise ValueError(
            f"{path}: this is no text in UTF-8 ({error.reason}): save it as UTF-8."
        ) from error
    if not any(is_part(piece) for _, _, piece in Source(text).starts):
        raise ValueError(f"{path}: there is no line in this file. Paste the mails into it.")
    return text


def is_part(piece: str) -> bool:
    """Tell whether a row looks like a part of a line."""
    return bool(LOOKS.search(piece) or DOTLESS.search(piece))


def decode_escapes(found: re.Match[str]) -> str:
    """Return what some signs of quoted-printable say; breaks inside them come after them."""
    breaks = re.findall(r"=\r?\n", found[0])
    octets = bytes.fromhex(re.sub(r"=\s*", "", found[0]))
    return octets.decode("utf-8", "replace") + "".join(breaks)


def decode_again(found: re.Match[str]) -> str:
    """Return the signs that were in UTF-8 and were read as cp1252, as they were before."""
    text = found[0]
    try:
        octets = b"".join(
            sign.encode("latin-1" if "\x80" <= sign <= "\x9f" else "cp1252") for sign in text
        )
        return octets.decode("utf-8")
    except UnicodeError:
        return text


class Source:
    """A text in one line, `whole`, and where each line of the file begins in it.

    starts: (place in `whole`, number of the line in the file, what the line says).
    """

    def __init__(self, text: str) -> None:
        """Join the lines as they were before a mail program wrapped and quoted them."""
        pieces: list[str] = []
        self.starts: list[tuple[int, int, str]] = []
        at, soft = 0, False
        escaped = "=C2=B7" in text
        if escaped:
            text = ESCAPED.sub(decode_escapes, text)
        for number, raw in enumerate(text.splitlines(), 1):
            row = html.unescape(raw) if ENTITY.search(raw) else raw
            # What was read wrongly was sometimes read wrongly twice.
            for _ in range(2):
                row = re.sub(r"[^\x00-\x7f]+", decode_again, row)
            goes_on = escaped and row.endswith("=")  # and the break is no space
            row = row[:-1] if goes_on else row
            piece = hand_in.plain_text(QUOTED.sub("", row)).translate(hand_in.DOTS)
            if piece:
                cut = soft or bool(
                    pieces and CUT.search(pieces[-1]) and re.match("[a-z0-9]", piece)
                )
                if pieces and (row[0].isspace() if soft else not cut):
                    pieces[-1] += " "
                    at += 1
                self.starts.append((at, number, piece))
                if goes_on and row[-1].isspace():
                    piece += " "
                pieces.append(piece)
                at += len(piece)
            soft = goes_on
        self.whole = "".join(pieces)

    def row(self, place: int) -> int:
        """Return which of the starts a place belongs to."""
        return bisect_right(self.starts, place, key=lambda start: start[0]) - 1

    def number(self, place: int) -> int:
        """Return the number of the file's line at a place."""
        return self.starts[self.row(place)][1]

    def find_beginning(self, head: int, lower: int) -> int:
        """Return where a line begins whose date stands at `head`, if no checksum knows it better."""
        return max(self.starts[self.row(head)][0], lower)


class Names:
    """The names of a roster, as lines have them."""

    def __init__(self, names: Iterable[str]) -> None:
        """Remember each exactly, and by its letters alone."""
        self.clean = [hand_in.clean_name(name) for name in names]
        self.exact = {name.casefold(): name for name in self.clean}
        self.spelt = {letters(name): name for name in self.clean}

    def find_exact(self, words: str) -> str:
        """Return the longest name that some words end with, sign by sign, or nothing."""
        ends = (words[start:].casefold() for start in word_starts(words))
        return next((self.exact[end] for end in ends if end in self.exact), "")

    def find_similar(self, words: str) -> str:
        """Return the longest name that some words end with, by its letters, or nothing."""
        found = next((self.spelt[tail] for tail in name_endings(words) if tail in self.spelt), "")
        exact = self.find_exact(words)  # an accent may tell two people apart
        return exact if letters(exact) == letters(found) else found

    def find_owner(self, rest: str, checksum: str) -> str:
        """Return the name that a checksum fits, or nothing."""
        fit = (name for name in self.clean if hand_in.checksum(name + rest) == checksum)
        return next(fit, "")


def word_starts(words: str) -> Iterator[int]:
    """Yield where a word begins, the first of them first."""
    return (at for at in range(len(words)) if not (at and words[at - 1].isalnum()))


def split_name(text: str) -> list[str]:
    """Return the words of a name in letters and digits: no signs, no accents, no capitals."""
    signs = unicodedata.normalize("NFKD", TAG.sub(" ", text).casefold()).translate(BARRED)
    kept = "".join(
        sign if sign.isalnum() or unicodedata.category(sign)[0] == "M" else " "
        for sign in signs
        if not unicodedata.combining(sign)
    )
    return kept.split()


def letters(text: str) -> str:
    """Return the letters and digits of a name."""
    return "".join(split_name(text))


def name_endings(words: str) -> Iterator[str]:
    """Yield the letters of the last words, the most words first."""
    parts = split_name(words)
    return ("".join(parts[start:]) for start in range(len(parts)))


def agreement(name: str, words: str) -> int:
    """Return in how many letters some words end with a name, -1 if they do not.

    Signs and accents count for nothing, and letters that were lost do not: a program wrote `?` for
    each that it does not know.
    """
    left, lost = (re.sub(r"[^\x00-\x7f]|\?", "", text) for text in (name, words))
    for one, other in ((name, words), (left, lost)):
        if letters(one) and letters(one) in name_endings(other):
            return len(letters(one))
    return 0 if not letters(left) and not letters(words.rpartition(": ")[2]) else -1


def find_lines(
    text: str, names: Sequence[str] = ()
) -> tuple[list[FoundLine], list[tuple[int, str]]]:
    """Return the lines in a text, and what looks like a part of one and is in none: (number, text).

    names: of the roster; a line whose checksum fits one of them under another name is told so.
    """
    source, known = Source(text), Names(names)
    found: list[FoundLine] = []
    taken: set[int] = set()  # rows that are accounted for
    lower = 0  # where the line before has ended
    heads = list(HEAD.finditer(source.whole))
    ends = [*(head.start() for head in heads[1:]), len(source.whole)]
    for head, end in zip(heads, ends, strict=False):
        tail = TAIL.match(source.whole, head.end(), end)
        if tail:
            start, one = read_line(source, head, tail, lower, known)
            last, lower = tail.end() - 1, tail.end()
        else:
            start, last = source.find_beginning(head.start(), lower), head.start()
            fault = "it ends without a checksum: ask for the whole line again"
            one = FoundLine(
                source.number(start), name_before(source, start, last, known), None, fault
            )
        found.append(one)
        taken |= set(range(source.row(start), source.row(last) + 1))
    leftover = [
        (number, piece)
        for row, (_, number, piece) in enumerate(source.starts)
        if row not in taken and is_part(piece)
    ]
    return found, leftover


def read_line(
    source: Source, head: re.Match[str], tail: re.Match[str], lower: int, known: Names
) -> tuple[int, FoundLine]:
    """Return where a line with a checksum begins, and what it says or what is wrong with it.

    Other words or signs may stand before the name: the checksum knows where it begins.
    """
    whole, stop = source.whole, head.start()
    lowest = max(lower, stop - hand_in.LONGEST_NAME)
    rest, checksum = whole[stop : tail.end(1)], tail[2]
    theirs = "its checksum fits the name {}: the line is theirs, under another name"
    for start in (lowest + at for at in word_starts(whole[lowest:stop])):
        if hand_in.checksum(whole[start:stop] + rest) != checksum:
            continue
        try:
            line = hand_in.parse_line(whole[start : tail.end(2)])
        except ValueError as error:
            fault = f"its checksum fits, but it cannot be read: {error}"
            return start, FoundLine(source.number(start), whole[start:stop], None, fault)
        row = max(source.find_beginning(start, lower), lowest)
        other = known.find_exact(whole[row:stop])
        mine = known.exact.get(line.name.casefold(), other)
        if other and other != mine:  # something was written before the name
            return row, FoundLine(source.number(row), other, None, theirs.format(line.name))
        return start, FoundLine(source.number(start), line.name, line)
    start = source.find_beginning(stop, lower)
    words = whole[max(start, stop - 2 * hand_in.LONGEST_NAME) : stop]
    name = name_before(source, start, stop, known)
    fault = (
        "its checksum does not fit: a name, a day, a letter or a digit was changed, or the line was "
        "cut inside a word"
    )
    if owner := known.find_owner(rest, checksum):
        other, about = known.find_exact(words), known.find_similar(words)
        if letters(about) != letters(owner):  # else it may be the owner, spelt like another
            other = about or other
        others = len(letters(other)) if other not in {"", owner} else -1
        if agreement(owner, words) > others:
            try:
                line = hand_in.parse_line(f"{owner}{rest}{hand_in.BETWEEN}{checksum}")
                return start, FoundLine(source.number(start), line.name, line)
            except ValueError as error:
                fault = f"its checksum fits, but it cannot be read: {error}"
        elif other:
            fault = theirs.format(owner)
        else:
            fault = (
                f"its checksum fits the name {owner}, and the name that stands there is nobody's on "
                "the roster: ask who sent it"
            )
    return start, FoundLine(source.number(start), name, None, fault)


def name_before(source: Source, start: int, stop: int, known: Names) -> str:
    """Return the name at the end of some words, such as `Here it is: Learner 1`.

    It is a name of the roster, if the words end with one, and has at most `hand_in.LONGEST_NAME` signs.
    """
    words = source.whole[max(start, stop - 2 * hand_in.LONGEST_NAME) : stop]
    words = re.split(r"·|: |\btry \d+ ", words)[-1].strip()
    if name := known.find_similar(words):
        return name
    if len(words) > hand_in.LONGEST_NAME:
        words = words[-hand_in.LONGEST_NAME :].partition(" ")[2] or words[-hand_in.LONGEST_NAME :]
    return words
