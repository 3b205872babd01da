"""What a sentence states that one changed word would make false, and what of it a source bears out.

`ask` compares a sentence with the entries that it cites. A fact is

- a quantity: a number, in digits or in words, with its unit if it has one; or a unit alone;
- a date: a month, with its day and its year where they stand beside it;
- a bound: what a number or a month is a limit of, as in *since 2019* or *at most 50*;
- a side: a word such as *rose*, *before* or *open*, of which an opposite is known;
- a degree: a word such as *all*, *most* or *must*, which has neighbours on a scale;
- a name: a word with a capital letter;
- a quotation, word for word;
- a negation, in the clause that has it.

Each has to stand in an entry: in the words of the source (`says`), in what we add (`ours`), in its
title or its date; a name may be that of an author, too. Where the entry has several figures or both
sides, the one counts whose sentence or clause is nearest to ours by its words.
"""

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import NamedTuple

from pybtex.database import Entry, parse_file
from Stemmer import Stemmer

from docs._ext.lexicon import (
    BEFORE_MONTHS,
    BESIDE,
    BOUNDS,
    COMMON,
    DEGREE,
    LITTLE,
    MONTH,
    MONTHS,
    NEGATIONS,
    NUMBERS,
    ORDINALS,
    PARTS,
    PHRASES,
    POWERS,
    SIDE,
    SMALL_NAMES,
    UNIT,
)

DOCS = Path(__file__).parents[1]
FIGURES_IN = ("says", "ours", "title")  # and the date; volume, pages, DOI and address hold none
NAMES_IN = (
    "organization",
    "institution",
    "publisher",
    "journal",
    "booktitle",
    "howpublished",
    "note",
)
TEXT = "text:"  # before a text that a quiz or a description repeats
ALIKE = 0.55  # from this share of common words on, two clauses say the same, or its opposite
TOKEN = re.compile(r"[$€£%\u00d7°]|\d+(?:[.,]\d+)*|[^\W\d_]\w*(?:[-'.][^\W\d_]\w*)*")
SENTENCE = re.compile(r"(?<=[.!?;])\s+|\[\.\.\.\]")
CLAUSE = re.compile(r"(?<=[.!?;:,)])\s+|\[\.\.\.\]|\s-\s|\s(?=\(|(?:and|but|so|or) )")
QUOTED = re.compile(r"“([^”]+)”")
FENCE = re.compile(r"^(```+).*?^\1$", re.DOTALL | re.MULTILINE)
START = re.compile(r"(?:^|[.:!?;|]\s|[“\"(*])\W*(\w+)")
_MONTH = "|".join(f"{month[:3]}(?:{month[3:]})?" if month[3:] else month for month in MONTHS)
DATE = re.compile(
    rf"\b(?:(?P<y1>\d{{4}})-(?P<m1>\d\d)-(?P<d1>\d\d)"
    rf"|(?:(?P<d2>\d{{1,2}})[dhnrst]{{0,2}}(?: of)? )?(?P<m2>{_MONTH})(?:(?:,| of)? (?P<y2>\d{{4}}))?"
    rf"(?:(?<! \d{{4}}) (?P<d3>\d{{1,2}})[dhnrst]{{0,2}}\b(?!\d|[.,]\d)(?:,? (?P<y3>\d{{4}}))?)?)"
)
stem = cache(Stemmer("english").stemWord)

Number = Decimal | str  # a version such as 2.16.1 stays a text
Date = tuple[int | None, int, int | None]  # day, month, year


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
    names: tuple[str, ...]
    negations: int

    @property
    def values(self) -> set[Number]:
        """The numbers, and the years of the dates."""
        return {*self.numbers, *(Decimal(year) for _, _, year in self.dates if year)}


def straight(text: str) -> str:
    """Return text on one line, without the marks in which a copy may differ."""
    text = text.translate(str.maketrans("\u2018\u2019\u00a0\u2009\u2013\u2014", "''  --"))
    return " ".join(re.sub(r"[\\{}~`]", "", text).split())


def tokens(text: str) -> list[str]:
    """Return the words of a text, with fixed phrases as one word and *n't* as *not*."""
    text = re.sub(r"\b([Cc])an't\b", r"\1annot", straight(text))
    text = re.sub(r"(\w+)n't\b", r"\1 not", text)
    text = re.sub(r"\bv(?=\d)", "", text)
    for phrase, word in PHRASES:
        text = phrase.sub(word, text)
    found: list[str] = []
    for word in TOKEN.findall(text):
        word = re.sub(r"'s?$", "", word).rstrip(".")
        found += [word] if word.lower() in NUMBERS else word.split("-")
    return [word for word in found if word]


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

    return found, DATE.sub(take, straight(text))


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


def quantities(words: list[str], *, generous: bool) -> Iterator[tuple[Number | None, str | None]]:
    """Yield the numbers of a text with their units, and units alone.

    Generous with a source: there, *one* and *a quarter* count wherever they stand.
    """
    small = [*map(str.lower, words), *[""] * 4]
    at = 0
    while at < len(words):
        here, at = at, at + 1
        word, after = small[here], small[at].removesuffix("s")
        of = generous or small[here + 2] == "of"
        if word in ("a", "an", "one") and after in PARTS and of:  # a third of
            yield 1 / Decimal(PARTS[after]), None
            at += 1
        elif (value := number(word)) is None:
            if (ordinal := ORDINALS.get(word)) is not None:
                yield ordinal, None
            elif word.endswith("s") and word[:-1] in POWERS:  # thousands of
                yield None, word
            elif alone := unit(word, alone=True):
                yield None, alone
            elif re.search(r"\d", word) and not word.startswith("date"):  # a name with a digit
                yield word, None
        elif isinstance(value, Decimal) and 1 < value < 10 and after in PARTS:  # two thirds
            yield value / PARTS[after], None
            at += 1
        else:
            of_what = unit(small[here - 1]) if here and small[here - 1] in ("$", "€", "£") else None
            while isinstance(value, Decimal) and small[at].removesuffix("s") in POWERS:
                if len(small[at]) == 1 and not word[0].isdigit():  # no *five m*
                    break
                value = (value * 10 ** POWERS[small[at].removesuffix("s")]).normalize()
                at += 1
            beside = at
            if small[at] in ("to", "and", "or") and number(small[at + 1] or "-") is not None:
                beside = at + 2  # 3 to 15 %: both have the unit
            elif small[at : at + 2] == ["or", "more"]:
                beside = at + 2
            elif value == Decimal("0.5") and small[at] in ("a", "an", "of", "the"):
                beside = at + 1
            if of_what is None and (of_what := unit(small[beside])) and beside == at:
                at += 1
            counts = generous or word != "one" or small[at] in ("of", "in")
            if value != 1 or counts:  # one week is a week
                yield value, of_what if value != 1 else None
            elif of_what:
                yield None, of_what


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
        names=tuple(names(text)),
        negations=sum(word in NEGATIONS for word in small),
    )


@cache
def content(text: str) -> frozenset[str]:
    """Return the stems of the words of a text that say something by themselves, without figures."""
    words = map(str.lower, tokens(take_dates(text)[1]))
    others = LITTLE.union(NEGATIONS, NUMBERS)
    return frozenset(
        stem(word) for word in words if word not in others and not re.search(r"\d", word)
    )


def names(text: str) -> Iterator[str]:
    """Yield the words with a capital letter; of the first of a sentence, those that always have one."""
    _, rest = take_dates(text)
    first = set(START.findall(rest))
    for word in tokens(rest):
        small = word.lower()
        if small in SMALL_NAMES:
            yield small
        elif not word[0].isupper() or small in COMMON or word in MONTHS or unit(word):
            continue
        elif re.split(r"[-_'.]", word)[0] not in first or stem(small) not in written_small():
            yield small


@cache
def written_small() -> frozenset[str]:
    """Return the stems of all words that a page of the handbook writes small, outside code."""
    word = re.compile(r"(?<![\w.`/({-])[a-z][a-z']+(?![\w`./:-])")
    found = {*SIDE, *DEGREE, *LITTLE, *NEGATIONS}
    for page in DOCS.rglob("*.md"):
        if "_build" not in page.parts:
            found.update(word.findall(FENCE.sub("", page_text(page))))
    return frozenset(map(stem, found))


class Held(NamedTuple):
    """What some entries hold."""

    whole: Facts
    dated: Facts  # the dates of the entries themselves
    sentences: tuple[str, ...]
    clauses: tuple[str, ...]
    words: str  # for quotations
    names: str

    @classmethod
    def of(
        cls, parts: Iterable[str], people: Iterable[str] = (), dates: Iterable[str] = ()
    ) -> "Held":
        """Read the fields of entries, those that hold names alone, and their dates."""
        dates = list(dates)
        parts = [straight(part) for part in (*parts, *dates)]
        known = straight(" ".join([*parts, *people])).casefold()
        return cls(
            read(" ; ".join(parts), generous=True),
            read(" ; ".join(dates), generous=True),
            tuple(s for part in parts for s in SENTENCE.split(part) if s),
            tuple(c for part in parts for c in CLAUSE.split(part) if c),
            plain(" ".join(parts)),
            " " + re.sub(r"[\W_]+", " ", known),
        )


def plain(text: str) -> str:
    """Return text for a comparison of quotations: no quotes, no points, one case."""
    return " ".join(re.sub(r"[“”\"',]|\.(?!\d)", "", straight(text)).casefold().split())


def alike(one: str, other: str) -> float:
    """Say how alike two texts are, 0 to 1: the words of both by the mean of their numbers."""
    both = len(content(one)) * len(content(other))
    return len(content(one) & content(other)) / both**0.5 if both else 0.0


def doubts(said: str, held: Held) -> Iterator[str]:
    """Yield what of a sentence the entries that it cites do not hold."""
    mine, whole = read(said), held.whole
    yield from uncounted(said, held)
    yield from misplaced(said, held)
    yield from (f"{a} to {b}" for a, b in mine.spans if a != b and (b, a) in whole.spans)
    yield from (f"{how} {what}" for how, what in sorted(mine.bounds - whole.bounds, key=str))
    yield from turned(said, held)
    yield from sorted(mine.degrees - whole.degrees)
    for name in names(said):
        if " " + re.sub(r"[\W_]+", " ", name) not in held.names:
            yield name
    yield from (quote for quote in QUOTED.findall(said) if plain(quote) not in held.words)


def uncounted(said: str, held: Held) -> Iterator[str]:
    """Yield the numbers, units and dates of a sentence that its sources do not hold."""
    mine, whole = read(said), held.whole
    yield from map(written, mine.values - whole.values)
    yield from (
        f"{written(n)} {of}" for n, of in mine.quantities - whole.quantities if n in whole.values
    )
    yield from mine.units - whole.units
    counted = {what for _, what in whole.things}
    yield from (f"{written(n)} {what}" for n, what in mine.things - whole.things if what in counted)
    for value in mine.values - {value for value, _ in mine.quantities}:
        of = {unit for number, unit in whole.quantities if number == value}
        if of & {"%", "$", "€", "£"} and value not in whole.bare:
            yield f"{written(value)} without its {of.pop()}"
    for day, month, year in mine.dates:
        if not any(
            month == m and day in (None, d) and year in (None, y) for d, m, y in whole.dates
        ):
            yield " ".join(str(part) for part in (day, MONTHS[month - 1], year) if part)


def written(fact: object) -> str:
    """Write a number in plain digits, and all else as it is."""
    return f"{fact:f}" if isinstance(fact, Decimal) else str(fact)


def misplaced(said: str, held: Held, *, names: bool = True) -> Iterator[str]:
    """Yield the numbers, units and months that the source sentence nearest to this one has not."""
    for kind in COUNTED if names else COUNTED[:-1]:
        mine = Counter(kind(read(said))) if content(said) else Counter()
        counting = [s for s in held.sentences if mine and kind(read(s, generous=True))]
        how = max((alike(s, said) for s in counting), default=0)
        nearest = [Counter(kind(read(s, generous=True))) for s in counting if alike(s, said) == how]
        certain = kind is not names_of or how >= ALIKE
        if nearest and certain and all(its - mine and mine - its for its in nearest):
            # *In 2021* somebody reported what then names other years.
            own = Counter(years(held.dated) if kind is years else ())
            yield from map(written, mine - nearest[0] - own)


def figures(facts: Facts) -> list[Number]:
    """Return the numbers that are no years, and say more than *one* does."""
    return [n for n in facts.numbers if isinstance(n, Decimal) and n != 1 and not 1900 <= n < 2100]


def codes(facts: Facts) -> list[Number]:
    """Return the versions, and the names that have a digit."""
    return [n for n in facts.numbers if isinstance(n, str)]


def units(facts: Facts) -> list[str]:
    """Return the units."""
    return list(facts.units)


def years(facts: Facts) -> list[Number]:
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


COUNTED = (figures, codes, units, days, months, years, names_of)


def turned(said: str, held: Held) -> Iterator[str]:
    """Yield the directions that no entry has, and the clauses of which the nearest is not the same.

    Not the same is one that negates what the other one states.
    """
    for clause in CLAUSE.split(straight(said)):
        mine = read(clause)
        words = {SIDE[w]: w for w in map(str.lower, tokens(clause)) if w in SIDE}
        for axis, side in sorted(mine.sides):
            same, other = (
                max(
                    (
                        alike(c, clause)
                        for c in held.clauses
                        if (axis, pole) in read(c, generous=True).sides
                    ),
                    default=-1,
                )
                for pole in (side, 1 - side)
            )
            if same < 0 or (other > same and (axis, 1 - side) not in mine.sides):
                yield words[axis, side]
        near = [(alike(c, clause), read(c, generous=True).negations % 2) for c in held.clauses]
        nearest = max((how for how, _ in near), default=0.0)
        negative = mine.negations % 2  # two of them are a yes
        if not content(clause) and plain(clause) in held.words:  # or never
            continue
        borne_out = any(how == nearest and negative == its for how, its in near)
        if (not borne_out and nearest >= ALIKE) or (negative and nearest < ALIKE):
            yield clause


def stands(words: str, held: str) -> bool:
    """Tell whether a figure or a quotation stands in a text that `plain` made."""
    return bool(re.search(rf"(?<![\d.]){re.escape(plain(words))}(?!\d)", held))


def held_by(entries: Iterable[Entry]) -> Held:
    """Return what entries of the bibliography hold."""
    entries = list(entries)
    people = [
        str(person) for entry in entries for role in entry.persons.values() for person in role
    ]
    parts = [entry.fields.get(name, "") for entry in entries for name in FIGURES_IN]
    people += [entry.fields.get(name, "") for entry in entries for name in NAMES_IN]
    dates = [f"{e.fields.get('month', '')} {e.fields.get('year', '')}" for e in entries]
    return Held.of(parts, people, dates)


@cache
def page_text(page: Path) -> str:
    """Return what a page says below its front matter."""
    return re.sub(r"\A---\n.*?\n---\n", "", page.read_text("utf-8"), flags=re.DOTALL)


@cache
def bibliography() -> Mapping[str, Entry]:
    """Return the entries of the handbook's bibliography by their keys."""
    return parse_file(str(DOCS / "_data" / "references.bib")).entries


def repeated(said: str, texts: Iterable[str]) -> Iterator[str]:
    """Yield the figures of a sentence that the texts which it repeats do not have."""
    held = Held.of(texts)
    yield from uncounted(said, held)
    yield from misplaced(said, held, names=False)


def ask(said: str, keys: Iterable[str]) -> list[str]:
    """Say what of a sentence its sources do not bear out: entries by key, or `text:` and a text.

    A quiz and a page's description repeat the page, and only their figures are compared with it.
    """
    texts = [key.removeprefix(TEXT) for key in keys if key.startswith(TEXT)]
    if texts:
        return list(repeated(said, texts))
    return list(doubts(said, held_by(bibliography()[key] for key in keys)))
