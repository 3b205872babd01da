"""What a text states: its quantities, dates, bounds, directions, degrees, names and negations.

The words that say so stand in `lexicon.toml`; `facts.py` compares what two texts state.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import NamedTuple

from Stemmer import Stemmer

from docs._ext.lexicon import (
    BEFORE_MONTHS,
    BESIDE,
    BOUNDS,
    COMMON,
    DEGREE,
    DIMENSION,
    LITTLE,
    MONTH,
    MONTHS,
    NEGATIONS,
    NUMBERS,
    ORDINALS,
    PARTS,
    PHRASE,
    PHRASES,
    POWERS,
    SIDE,
    SMALL_NAMES,
    UNIT,
)

DOCS = Path(__file__).parents[1]
TOKEN = re.compile(r"[$€£%\u00d7°]|\d+(?:[.,]\d+)*|[^\W\d_]\w*(?:[-'.][^\W\d_]\w*)*")
START = re.compile(r"(?:^|[.:!?;|]\s|[“\"(*])\W*(\w+)")
_MONTH = "|".join(f"{month[:3]}(?:{month[3:]})?" if month[3:] else month for month in MONTHS)
DATE = re.compile(
    rf"\b(?:(?P<y1>\d{{4}})-(?P<m1>\d\d)-(?P<d1>\d\d)"
    rf"|(?:(?P<d2>\d{{1,2}})[dhnrst]{{0,2}}(?: of)? )?(?P<m2>{_MONTH})(?:(?:,| of)? (?P<y2>\d{{4}}))?"
    rf"(?:(?<! \d{{4}}) (?P<d3>\d{{1,2}})[dhnrst]{{0,2}}\b(?!\d|[.,]\d)(?:,? (?P<y3>\d{{4}}))?)?)"
)
DIGIT = re.compile(r"\d")
WITHOUT = LITTLE.union(NEGATIONS, NUMBERS)  # words that tell no two clauses apart
stem = cache(Stemmer("english").stemWord)

Number = Decimal | str  # a version such as 2.16.1 stays a text
Date = tuple[int | None, int, int | None]  # day, month, year
Quantity = tuple[Number | None, str | None]  # a number with its unit, either alone


class Facts(NamedTuple):
    """The facts of a text; for `bounds` see `BOUNDS`, for `sides` and `degrees` the lexicon."""

    numbers: tuple[Number, ...]
    quantities: set[tuple[Number, str]]
    bare: set[Number]  # without a unit
    units: set[str]
    dates: tuple[Date, ...]
    things: set[tuple[Number, str]]  # what is counted, by its stem
    bounds: set[tuple[str, Number]]
    spans: set[tuple[Number | None, Number | None]]
    sides: set[tuple[str, int]]
    degrees: set[str]
    negations: int
    text: str

    @property
    def names(self) -> tuple[str, ...]:
        """The names, which are looked for where they are asked for alone."""
        return names(self.text)

    @property
    def values(self) -> set[Number]:
        """The numbers, and the years of the dates."""
        return {*self.numbers, *(Decimal(year) for _, _, year in self.dates if year)}


def straighten(text: str) -> str:
    """Return text on one line, without the marks in which a copy may differ."""
    text = text.translate(str.maketrans("\u2018\u2019\u00a0\u2009\u2013\u2014", "''  --"))
    return " ".join(re.sub(r"[\\{}~`]", "", text).split())


@cache
def tokens(text: str) -> tuple[str, ...]:
    """Return the words of a text, with fixed phrases as one word and *n't* as *not*."""
    text = re.sub(r"\b([Cc])an't\b", r"\1annot", straighten(text))
    text = re.sub(r"(\w+)n't\b", r"\1 not", text)
    text = re.sub(r"\bv(?=\d)", "", text)
    text = PHRASE.sub(lambda match: PHRASES[match.lastgroup or ""], text)  # each is a group
    found: list[str] = []
    for word in TOKEN.findall(text):
        word = re.sub(r"'s?$", "", word).rstrip(".")
        found += [word] if word.lower() in NUMBERS else word.split("-")
    return tuple(word for word in found if word)


@cache
def take_dates(text: str) -> tuple[list[Date], str]:
    """Return the dates of a text, and the text with a word such as *date5* for each.

    *May* and *March* alone are other words, unless a preposition stands before them.
    """
    found: list[Date] = []

    def take(match: re.Match[str]) -> str:
        parts = {name: part for name, part in match.groupdict().items() if part}
        day, year = (next((parts[n] for n in parts if n[0] == kind), None) for kind in "dy")
        name = parts.get("m2")
        before = text[: match.start()].split()[-1:]
        alone = name in ("May", "March") and not (day or year)
        if alone and BEFORE_MONTHS.isdisjoint(before):
            return match[0]
        month = MONTH[name[:3]] if name else int(parts["m1"])
        found.append((int(day) if day else None, month, int(year) if year else None))
        return f" date{month} "

    return found, DATE.sub(take, straighten(text))


def number(word: str) -> Number | None:
    """Return the number that a token is, in digits or in words."""
    if word in NUMBERS or not word[0].isdigit():
        return NUMBERS.get(word)
    if re.fullmatch(r"\d{1,3}(,\d{3})+(\.\d+)?", word):
        word = word.replace(",", "")
    return Decimal(word).normalize() if re.fullmatch(r"\d+(\.\d+)?", word) else word


def unit(word: str, *, alone: bool = False) -> str | None:
    """Return the unit that a word names, in the plural too; not one that needs a number beside it."""
    for form in (word.lower(), word.lower().removesuffix("s")):
        if form in UNIT and not (alone and form in BESIDE):
            return UNIT[form]
    return None


def quantities(words: Sequence[str], *, generous: bool) -> Iterator[Quantity]:
    """Yield the numbers of a text with their units, and units alone.

    Generous with a source: there, *one* and *a quarter* count wherever they stand.
    """
    small = [*map(str.lower, words), *[""] * 4]
    at = 0
    while at < len(words):
        if (share := share_at(small, at, generous=generous)) is not None:
            yield share, None
            at += 2
        elif (value := number(small[at])) is not None:
            quantity, at = quantity_at(small, at, value, generous=generous)
            yield from quantity
        else:
            yield from quantity_alone(small[at])
            at += 1


def share_at(small: Sequence[str], at: int, *, generous: bool) -> Decimal | None:
    """Return the share that two words are, such as *a third* of something, or *two thirds*."""
    word, part = small[at], small[at + 1].removesuffix("s")
    if part not in PARTS:
        return None
    if word in ("a", "an", "one") and (generous or small[at + 2] == "of"):
        return 1 / Decimal(PARTS[part])
    value = number(word)
    return value / PARTS[part] if isinstance(value, Decimal) and 1 < value < 10 else None


def quantity_alone(word: str) -> Iterator[Quantity]:
    """Yield what a word that is no number says by itself: a place, a unit, a name with a digit."""
    if (ordinal := ORDINALS.get(word)) is not None:
        yield ordinal, None
    elif word.endswith("s") and word[:-1] in POWERS:  # thousands of
        yield None, word
    elif alone := unit(word, alone=True):
        yield None, alone
    elif DIGIT.search(word) and not word.startswith("date"):  # a name with a digit
        yield word, None


def quantity_at(
    small: Sequence[str], here: int, value: Number, *, generous: bool
) -> tuple[list[Quantity], int]:
    """Return what a number and the words around it state, and the place of the next word to read."""
    word = small[here]
    of_what = unit(small[here - 1]) if here and small[here - 1] in ("$", "€", "£") else None
    value, at = with_powers(small, here, value)
    if of_what is None:
        beside = place_of_unit(small, at, value)
        of_what = unit(small[beside])
        at += bool(of_what) and beside == at
    counts = generous or word != "one" or small[at] in ("of", "in")
    if value != 1 or counts:  # one week is a week
        return [(value, of_what if value != 1 else None)], at
    return ([(None, of_what)] if of_what else []), at


def with_powers(small: Sequence[str], here: int, value: Number) -> tuple[Number, int]:
    """Return a number times the powers behind it, as in *5 million*, and the place behind these."""
    at = here + 1
    while isinstance(value, Decimal) and small[at].removesuffix("s") in POWERS:
        if len(small[at]) == 1 and not small[here][0].isdigit():  # no *five m*
            break
        value = (value * 10 ** POWERS[small[at].removesuffix("s")]).normalize()
        at += 1
    return value, at


def place_of_unit(small: Sequence[str], at: int, value: Number) -> int:
    """Return where the unit of a number would stand, if the words behind the number begin at `at`."""
    if small[at] in ("to", "and", "or") and number(small[at + 1] or "-") is not None:
        return at + 2  # 3 to 15 %: both have the unit
    if tuple(small[at : at + 2]) == ("or", "more"):
        return at + 2
    if value == Decimal("0.5") and small[at] in ("a", "an", "of", "the"):
        return at + 1
    return at


def bounds(words: list[str]) -> Iterator[tuple[str, Number]]:
    """Yield the numbers and months that a text goes up to, or starts from."""
    for at, word in enumerate(words):
        for beside in words[at + 1 : at + 4] if word in BOUNDS else ():
            what = beside if beside.startswith("date") else number(beside)
            if what is not None:
                yield BOUNDS[word], what
                break


def things(words: list[str]) -> Iterator[tuple[Number, str]]:
    """Yield the numbers with what they count: the next word that says something."""
    for at, word in enumerate(words):
        value = number(word)
        if isinstance(value, Decimal) and value != 1:
            for beside in words[at + 1 : at + 3]:
                if beside not in LITTLE:
                    if not unit(beside):
                        yield value, stem(beside)
                    break


def spans(words: list[str]) -> Iterator[tuple[Number | None, Number | None]]:
    """Yield the numbers on both sides of a *to*."""
    for at, word in enumerate(words[1:-1], 1):
        if word == "to":
            yield (
                number(words[at - 2 if at > 1 and words[at - 1] in UNIT else at - 1]),
                number(words[at + 1]),
            )


@cache
def read(text: str, *, generous: bool = False) -> Facts:
    """Return the facts of a text; `generous` as in `quantities`."""
    dates, rest = take_dates(text)
    words = tokens(rest)
    small = [word.lower() for word in words]
    counted = list(quantities(words, generous=generous))
    return Facts(
        numbers=tuple(value for value, _ in counted if value is not None),
        quantities={(value, of) for value, of in counted if value is not None and of},
        bare={value for value, of in counted if value is not None and not of},
        units={of for _, of in counted if of},
        dates=tuple(dates),
        things=set(things(small)),
        bounds=set(bounds(small)),
        spans=set(spans(small)),
        sides={SIDE[word] for word in small if word in SIDE},
        degrees={DEGREE[word] for word in small if word in DEGREE},
        negations=sum(word in NEGATIONS for word in small),
        text=text,
    )


@dataclass(frozen=True)
class Fact:
    """A fact as one word of a text: what is compared with what, and which of them it is."""

    axis: str
    value: object  # a day, a number or a text: each axis has its own
    word: str = field(compare=False)


@cache
def stems_and_facts(text: str) -> tuple[str | Fact, ...]:
    """Return the words of a text that say something, as stems in their order, and its facts."""
    rest = take_dates(text)[1]
    known, found = frozenset(names(text)), []
    for word in tokens(rest):
        fact = fact_of(word, known)
        if fact or word.lower() not in LITTLE:
            found.append(fact or stem(word.lower()))
    return tuple(found)


def fact_of(word: str, known: frozenset[str]) -> Fact | None:
    """Return the fact that a word is by itself, where `known` are the names of its text."""
    small = word.lower()
    value = None if small == "one" else number(small)
    if small in known and stem(small) not in stems_written_small():  # no word of a title
        return Fact("name", small, small)
    if small.startswith("date"):
        return Fact("month", small, small)
    if small in SIDE:
        return Fact(*SIDE[small], small)
    if isinstance(value, Decimal):
        return Fact("year" if 1900 <= value < 2100 else "number", value, small)
    if small in ORDINALS and small != "second":  # which may be a time
        return Fact("ordinal", ORDINALS[small], small)
    of = None if small == "second" else unit(word)
    return Fact(DIMENSION.get(of, of), of, small) if of else None


@cache
def content(text: str) -> frozenset[str]:
    """Return the stems of the words of a text that say something by themselves, without figures."""
    words = map(str.lower, tokens(take_dates(text)[1]))
    return frozenset(stem(word) for word in words if word not in WITHOUT and not DIGIT.search(word))


@cache
def names(text: str) -> tuple[str, ...]:
    """Return the words with a capital letter; of the first of a sentence, those that always have one."""
    _, rest = take_dates(text)
    first, found = set(START.findall(rest)), []
    for word in tokens(rest):
        small = word.lower()
        if small in SMALL_NAMES:
            found.append(small)
        elif not word[0].isupper() or small in COMMON or word in MONTHS or unit(word):
            continue
        elif re.split(r"[-_'.]", word)[0] not in first or stem(small) not in stems_written_small():
            found.append(small)
    return tuple(found)


@cache
def stems_written_small() -> frozenset[str]:
    """Return the stems of all words that a page of the handbook writes small, outside code.

    This is a list of words and no reading of Markdown: what a fence is to each directive does not
    matter here, and parsing all pages would cost a build a second.
    """
    apart = re.compile(r"\A---\n.*?\n---\n|^(```+).*?^\1$", re.DOTALL | re.MULTILINE)
    word = re.compile(r"(?<![\w.`/({-])[a-z][a-z']+(?![\w`./:-])")
    found = {*SIDE, *DEGREE, *LITTLE, *NEGATIONS}
    for page in DOCS.rglob("*.md"):
        if "_build" not in page.parts:
            found.update(word.findall(apart.sub("", page.read_text("utf-8"))))
    return frozenset(map(stem, found))


def plain_quotation(text: str) -> str:
    """Return text for a comparison of quotations: no quotes, no points, one case."""
    return " ".join(re.sub(r"[“”\"',]|\.(?!\d)", "", straighten(text)).casefold().split())


def figures(facts: Facts) -> list[Decimal]:
    """Return the numbers that are no years, and say more than *one* does."""
    return [n for n in facts.numbers if isinstance(n, Decimal) and n != 1 and not 1900 <= n < 2100]


def codes(facts: Facts) -> list[str]:
    """Return the versions, and the names that have a digit."""
    return [n for n in facts.numbers if isinstance(n, str)]


def units(facts: Facts) -> list[str]:
    """Return the units."""
    return list(facts.units)


def years(facts: Facts) -> list[Decimal]:
    """Return the years, those of the dates too."""
    return [n for n in facts.values if isinstance(n, Decimal) and 1900 <= n < 2100]


def days(facts: Facts) -> list[str]:
    """Return the dates that are whole."""
    return [f"{day} {MONTHS[month - 1]} {year}" for day, month, year in facts.dates if day and year]


def names_of(facts: Facts) -> list[str]:
    """Return the names."""
    return list(facts.names)


def months(facts: Facts) -> list[str]:
    """Return the months of the dates."""
    return [MONTHS[month - 1] for _, month, _ in facts.dates]
