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
sides, the one counts whose sentence or clause is nearest to ours by its words, and which has our
words around it.
"""

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from decimal import Decimal
from functools import cache
from typing import NamedTuple

from pybtex.database import Entry, Person, parse_file

from docs._ext.lexicon import DIMENSION, MONTHS, SIDE, UNIT
from docs._ext.statements import (
    DOCS,
    Fact,
    Facts,
    Number,
    codes,
    content,
    days,
    figures,
    months,
    names,
    names_of,
    plain_quotation,
    read,
    stems_and_facts,
    straighten,
    tokens,
    units,
    years,
)

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
# Before a text that is repeated: by a quiz its section, by a description its page.
SECTION, SUMS, PAGE = "section:", "sums:", "page:"  # or the sums of a quiz's question
AROUND = 4  # words on either side of a fact that tell which of several it is
SURELY = 0.5  # by so much more than ours, another one has to have them: a direct neighbour counts 1
# The axes of facts that are figures.
FIGURES = {
    "number",
    "ordinal",
    "year",
    "month",
    *UNIT.values(),
    *DIMENSION.values(),
}
ALIKE = 0.55  # from this share of common words on, two clauses say the same, or its opposite
SENTENCE = re.compile(r"(?<=[.!?;])\s+|\[\.\.\.\]")
CLAUSE = re.compile(r"(?<=[.!?;:,)])\s+|\[\.\.\.\]|\s-\s|\s(?=\(|(?:and|but|so|or) )")
QUOTED = re.compile(r"“([^”]+)”")


class Sources(NamedTuple):
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
    ) -> "Sources":
        """Read the fields of entries, those that hold names alone, and their dates."""
        dates = list(dates)
        parts = [straighten(part) for part in (*parts, *dates)]
        known = straighten(" ".join([*parts, *people])).casefold()
        return cls(
            read(" ; ".join(parts), generous=True),
            read(" ; ".join(dates), generous=True),
            tuple(s for part in parts for s in SENTENCE.split(part) if s),
            tuple(c for part in parts for c in CLAUSE.split(part) if c),
            plain_quotation(" ".join(parts)),
            " " + re.sub(r"[\W_]+", " ", known),
        )


def likeness(one: str, other: str) -> float:
    """Say how alike two texts are, 0 to 1: the words of both by the mean of their numbers."""
    both = len(content(one)) * len(content(other))
    return len(content(one) & content(other)) / both**0.5 if both else 0.0


def doubts(sentence: str, sources: Sources) -> Iterator[str]:
    """Yield what of a sentence the entries that it cites do not hold, as its reader would say it."""
    for doubt in dict.fromkeys(doubtful_words(sentence, sources)):
        # Phrases and dates are one word to whoever reads them by machine.
        yield re.sub(r"\bdate(\d+)", lambda m: MONTHS[int(m[1]) - 1], doubt).replace("_", " ")


def doubtful_words(sentence: str, sources: Sources) -> Iterator[str]:
    """Yield the doubts in the words that `tokens` makes."""
    mine, whole = read(sentence), sources.whole
    yield from missing_numbers(sentence, sources)
    yield from numbers_elsewhere(sentence, sources)
    yield from (fact.word for fact in facts_elsewhere(sentence, sources))
    yield from (f"{a} to {b}" for a, b in mine.spans if a != b and (b, a) in whole.spans)
    yield from (f"{how} {what}" for how, what in sorted(mine.bounds - whole.bounds, key=str))
    yield from contradictions(sentence, sources)
    yield from sorted(mine.degrees - whole.degrees)
    for name in names(sentence):
        if " " + re.sub(r"[\W_]+", " ", name) not in sources.names:
            yield name
    yield from (
        quote for quote in QUOTED.findall(sentence) if plain_quotation(quote) not in sources.words
    )


def missing_numbers(sentence: str, sources: Sources) -> Iterator[str]:
    """Yield the numbers, units and dates of a sentence that its sources do not hold."""
    mine, whole = read(sentence), sources.whole
    yield from map(in_digits, mine.values - whole.values)
    yield from (
        f"{in_digits(n)} {of}" for n, of in mine.quantities - whole.quantities if n in whole.values
    )
    yield from mine.units - whole.units
    counted = {what for _, what in whole.things}
    yield from (
        f"{in_digits(n)} {what}" for n, what in mine.things - whole.things if what in counted
    )
    for value in mine.values - {value for value, _ in mine.quantities}:
        of = {unit for number, unit in whole.quantities if number == value}
        if of & {"%", "$", "€", "£"} and value not in whole.bare:
            yield f"{in_digits(value)} without its {of.pop()}"
    for day, month, year in mine.dates:
        if not any(
            month == m and day in (None, d) and year in (None, y) for d, m, y in whole.dates
        ):
            yield " ".join(str(part) for part in (day, MONTHS[month - 1], year) if part)


def in_digits(fact: Number) -> str:
    """Write a number in plain digits, and all else as it is."""
    return f"{fact:f}" if isinstance(fact, Decimal) else str(fact)


def numbers_elsewhere(sentence: str, sources: Sources, *, names: bool = True) -> Iterator[str]:
    """Yield the numbers, units and months that the source sentence nearest to this one has not."""
    for kind in COUNTED if names else COUNTED[:-1]:
        mine = Counter[Number](kind(read(sentence)) if content(sentence) else ())
        counting = [s for s in sources.sentences if mine and kind(read(s, generous=True))]
        how = max((likeness(s, sentence) for s in counting), default=0)
        near = (s for s in counting if likeness(s, sentence) == how)
        nearest = [Counter[Number](kind(read(s, generous=True))) for s in near]
        certain = kind is not names_of or how >= ALIKE
        if nearest and certain and all(its - mine and mine - its for its in nearest):
            # *In 2021* somebody reported what then names other years.
            own = Counter[Number](years(sources.dated) if kind is years else ())
            yield from map(in_digits, mine - nearest[0] - own)


COUNTED = (figures, codes, units, days, months, years, names_of)


def contradictions(sentence: str, sources: Sources) -> Iterator[str]:
    """Yield the directions that no entry has, and the clauses of which the nearest is not the same.

    Not the same is one that negates what the other one states.
    """
    for clause in CLAUSE.split(straighten(sentence)):
        yield from reversed_sides(clause, sources)
        if is_contradicted(clause, sources):
            yield clause


def reversed_sides(clause: str, sources: Sources) -> Iterator[str]:
    """Yield the directions of a clause that no entry has, or whose opposite stands in a nearer one."""
    words = {SIDE[w]: w for w in map(str.lower, tokens(clause)) if w in SIDE}
    sides = read(clause).sides
    for axis, side in sorted(sides):
        same, other = (nearest_with(clause, sources, (axis, pole)) for pole in (side, 1 - side))
        if same < 0 or (other > same and (axis, 1 - side) not in sides):
            yield words[axis, side]


def nearest_with(clause: str, sources: Sources, side: tuple[str, int]) -> float:
    """Say how near to a clause the nearest one with a direction is, 0 to 1; -1 where none has it."""
    near = (likeness(c, clause) for c in sources.clauses if side in read(c, generous=True).sides)
    return max(near, default=-1)


def is_contradicted(clause: str, sources: Sources) -> bool:
    """Tell whether a clause says no where the nearest to it say yes, or yes where they say no."""
    if not content(clause) and plain_quotation(clause) in sources.words:  # or never
        return False
    near = [(likeness(c, clause), read(c, generous=True).negations % 2) for c in sources.clauses]
    nearest = max((how for how, _ in near), default=0.0)
    negative = read(clause).negations % 2  # two of them are a yes
    borne_out = any(how == nearest and negative == its for how, its in near)
    return (not borne_out and nearest >= ALIKE) or bool(negative and nearest < ALIKE)


def facts_elsewhere(sentence: str, sources: Sources, *, figures: bool = False) -> Iterator[Fact]:
    """Yield the facts among whose neighbours the sources have another one rather than ours.

    A source may hold *level 1* and *level 2*, *rose* and *fell*. Of those, ours is the one that has
    the same words around it, up to `AROUND` words away; a nearer word says more, and one on the
    other side less. Of a text that is repeated, only the `figures` are asked for.
    """
    mine = stems_and_facts(sentence)
    theirs = [stems_and_facts(one) for one in sources.sentences]
    for at, fact in enumerate(mine):
        if not isinstance(fact, Fact) or (figures and fact.axis not in FIGURES):
            continue
        near = distances(mine, at)
        same, other = -1.0, -1.0
        for words in theirs:
            for place, found in enumerate(words):
                if isinstance(found, Fact) and found.axis == fact.axis:
                    around = distances(words, place)
                    both = sum(nearness(near[w], around[w]) for w in near.keys() & around.keys())
                    if found == fact:
                        same = max(same, both)
                    elif found not in mine:
                        other = max(other, both)
        # That ours is nowhere is told of a cited sentence by others, with what it should be.
        if same <= other if figures else 0 <= same < other - SURELY:
            yield fact


def distances(words: Sequence[str | Fact], at: int) -> dict[str | Fact, int]:
    """Return the words around a place, each with how far after it, or below zero before it, it is."""
    found: dict[str | Fact, int] = {}
    for away in range(1, AROUND + 1):
        for step in (away, -away):
            if 0 <= at + step < len(words) and words[at + step] != words[at]:
                found.setdefault(words[at + step], step)
    return found


def nearness(one: int, other: int) -> float:
    """Say what it counts that a word is so far away in one text, and so far in the other."""
    return (1.0 if one * other > 0 else 0.5) / max(abs(one), abs(other))


def stands_in(words: str, text: str) -> bool:
    """Tell whether a figure or a quotation stands in a text that `plain_quotation` made."""
    return bool(re.search(rf"(?<![\d.]){re.escape(plain_quotation(words))}(?!\d)", text))


def sources_of(entries: Iterable[Entry], *, ours: bool = True) -> Sources:
    """Return what entries of the bibliography hold, with what we add or without."""
    entries = list(entries)
    people = [str(person) for entry in entries for person in people_of(entry)]
    shown = [name for name in FIGURES_IN if ours or name != "ours"]
    parts = [field_of(entry, name) for entry in entries for name in shown]
    people += [field_of(entry, name) for entry in entries for name in NAMES_IN]
    dates = [f"{field_of(entry, 'month')} {field_of(entry, 'year')}" for entry in entries]
    return Sources.of(parts, people, dates)


def field_of(entry: Entry, name: str) -> str:
    """Return a field of an entry, or nothing where it has none of this name."""
    assert entry.fields is not None  # only pybtex's class has none: each entry has some
    return entry.fields.get(name, "")


def people_of(entry: Entry) -> list[Person]:
    """Return the authors, editors and others of an entry."""
    assert entry.persons is not None  # as the fields
    return [person for role in entry.persons.values() for person in role]


@cache
def bibliography() -> Mapping[str, Entry]:
    """Return the entries of the handbook's bibliography by their keys."""
    return parse_file(str(DOCS / "_data" / "references.bib")).entries


def missing_figures(sentence: str, texts: Iterable[str]) -> Iterator[str]:
    """Yield the figures of a sentence that the section or the page which it repeats does not have.

    A page is long: which of its sentences is nearest says little, so any of them will do.
    """
    mine = read(sentence)
    if not (mine.numbers or mine.units or mine.dates):
        return
    parts = [text.partition(":") for text in texts]
    sources = Sources.of(line for *_, text in parts for line in text.splitlines())
    sums = {value for kind, _, text in parts if kind + ":" == SUMS for value in read(text).values}
    yield from missing_numbers(sentence, sources)
    if parts[0][0] + ":" == SECTION:
        yield from numbers_elsewhere(sentence, sources, names=False)
    yield from (
        fact.word
        for fact in facts_elsewhere(sentence, sources, figures=True)
        if fact.value not in sums
    )


def ask(sentence: str, keys: Iterable[str], *, ours: bool = True) -> list[str]:
    """Say what of a sentence its sources do not bear out: entries by key, or texts that it repeats.

    A quiz and a page's description repeat the page, and only their figures are compared with it.
    Without `ours`, an entry holds the words of its source alone.
    """
    keys = list(keys)
    if keys[0].startswith((SECTION, PAGE)):
        return list(dict.fromkeys(missing_figures(sentence, keys)))
    return list(doubts(sentence, sources_of((bibliography()[key] for key in keys), ours=ours)))
