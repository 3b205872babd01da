"""Find the lines to hand in in a text: what came in mails and chats, pasted one after the other.

The text may be quoted and wrapped, with other words around. `jukebox.hand_in` says what a line is.
Everything that looks like one is accounted for.
"""

import re
from bisect import bisect_right
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

from jukebox import hand_in
from jukebox.hand_in import Line

QUOTED = re.compile(r"^(?:\s*>)+ ?")
CUT = re.compile(r"[a-z0-9][-/]$")  # a mail program may wrap after these, inside a word
HEAD = re.compile(r" · \d{4}-\d\d-\d\d · ")
TAIL = re.compile(r"([^·]{1,90}(?: · [^·]{1,90})*?) · ([0-9a-f]{6})(?![\w/])")  # items, checksum
LOOKS = re.compile(r"\btry \d|\d{4}-\d\d-\d\d ·|· [0-9a-f]{6}(?!\w)")


class Found(NamedTuple):
    """A line in the text: where it begins, what it says, or its name and what is wrong with it."""

    number: int
    name: str
    line: Line | None
    fault: str = ""


def decode(path: Path) -> str:
    """Return the text of a file in UTF-8; ValueError says how to save it as that."""
    try:
        return path.read_bytes().decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise ValueError(
            f"{path}: this is no text in UTF-8 ({error.reason}): save it as UTF-8."
        ) from error


class Source:
    """A text in one line, `whole`, and where each line of the file begins in it.

    starts: (place in `whole`, number of the line in the file, what the line says).
    """

    def __init__(self, text: str) -> None:
        """Join the lines as they were before a mail program wrapped and quoted them."""
        pieces: list[str] = []
        self.starts: list[tuple[int, int, str]] = []
        at = 0
        for number, raw in enumerate(text.replace("\u00c2\u00b7", "·").splitlines(), 1):
            piece = hand_in.plain(QUOTED.sub("", raw)).translate(hand_in.DOTS)
            if not piece:
                continue
            if pieces and not (CUT.search(pieces[-1]) and re.match("[a-z0-9]", piece)):
                pieces[-1] += " "
                at += 1
            self.starts.append((at, number, piece))
            pieces.append(piece)
            at += len(piece)
        self.whole = "".join(pieces)

    def row(self, place: int) -> int:
        """Return which of the starts a place belongs to."""
        return bisect_right(self.starts, place, key=lambda start: start[0]) - 1

    def number(self, place: int) -> int:
        """Return the number of the file's line at a place."""
        return self.starts[self.row(place)][1]

    def begins(self, head: int, lower: int) -> int:
        """Return where a line begins whose date stands at `head`, if no checksum knows it better."""
        return max(self.starts[self.row(head)][0], lower)


def find(text: str, names: Sequence[str] = ()) -> tuple[list[Found], list[tuple[int, str]]]:
    """Return the lines in a text, and what looks like a part of one and is in none: (number, text).

    names: of the roster; a line whose checksum fits one of them under another name is told so.
    """
    source = Source(text)
    found: list[Found] = []
    taken: set[int] = set()  # rows that are accounted for
    lower = 0  # where the line before has ended
    heads = list(HEAD.finditer(source.whole))
    ends = [*(head.start() for head in heads[1:]), len(source.whole)]
    for head, end in zip(heads, ends, strict=False):
        tail = TAIL.match(source.whole, head.end(), end)
        if tail:
            start, one = read_line(source, head, tail, lower, names)
            last, lower = tail.end() - 1, tail.end()
        else:
            start, last = source.begins(head.start(), lower), head.start()
            fault = "it ends without a checksum: ask for the whole line again"
            one = Found(source.number(start), named(source.whole[start:last]), None, fault)
        found.append(one)
        taken |= set(range(source.row(start), source.row(last) + 1))
    leftover = [
        (number, piece)
        for row, (_, number, piece) in enumerate(source.starts)
        if row not in taken and LOOKS.search(piece)
    ]
    return found, leftover


def read_line(
    source: Source, head: re.Match[str], tail: re.Match[str], lower: int, names: Sequence[str]
) -> tuple[int, Found]:
    """Return where a line with a checksum begins, and what it says or what is wrong with it.

    Other words may stand before the name: the checksum knows where it begins.
    """
    whole, stop = source.whole, head.start()
    lowest = max(lower, stop - hand_in.LONGEST)
    spaces = re.compile(" ").finditer(whole, lowest, stop)
    rest, checksum = whole[stop : tail.end(1)], tail[2]
    for start in [lowest, *(space.end() for space in spaces)]:
        if hand_in.checksum(whole[start:stop] + rest) != checksum:
            continue
        try:
            line = hand_in.read(whole[start : tail.end()])
        except ValueError as error:
            fault = f"its checksum fits, but it cannot be read: {error}"
            return start, Found(source.number(start), whole[start:stop], None, fault)
        return start, Found(source.number(start), line.name, line)
    start = source.begins(stop, lower)
    fault = "its checksum does not fit: a name, a day, a letter or a digit was changed"
    owner = [one for one in names if hand_in.checksum(hand_in.clean(one) + rest) == checksum]
    if owner:
        fault = f"its checksum fits the name {owner[0]}: the line is theirs, under another name"
    return start, Found(source.number(start), named(whole[start:stop]), None, fault)


def named(words: str) -> str:
    """Return the name at the end of some words, such as `Here it is: Learner 1`."""
    return words.rpartition(": ")[2].strip()
