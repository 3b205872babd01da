"""Say a sentence in other words that mean the same, outside of quotations.

A check of facts that stumbles over these compares letters. As in `falsehoods`, nothing here knows
what checks the handbook's facts.
"""

import re
from collections.abc import Callable, Iterable, Iterator

from scripts.falsehoods import (
    ALONE,
    MONTHS,
    ORDINALS,
    SMALL,
    TENS,
    Edit,
    Replacements,
    find_years,
    match_case,
)

MONTH = "|".join(MONTHS)
VALUES = {word: value for value, word in enumerate(SMALL, 2)}
VALUES |= {word: 10 * value for value, word in enumerate(TENS, 2)}
ONES = ("", "one", *SMALL[:8])
# Behind these words a number is a name: level 2 is no "level two of something".
NAMES = r"(?i)\b(?:version|level|article|annex|keras|python|java|issue|than you|before|with|to|and|or|of|by) $"

# Another word for the same thing, of which no reader would say that a fact has changed. What
# follows in a third place must come next.
SYNONYMS = (
    *(
        ("says that", "states that"),
        ("warns that", "cautions that"),
        ("users", "people who use it", "complained"),
    ),
    *(("somebody", "someone"), ("nobody", "no one"), ("everybody", "everyone"), ("begin", "start")),
    *(("mended", "repaired"), ("mending", "repairing"), ("mended at once", "mended immediately")),
    *(("in spite of", "despite"), ("for instance", "for example"), ("such as", "like")),
    *(
        ("whoever can", "anyone who can"),
        ("whole", "entire", "(?:state|handbook|team|system|page|story)"),
        ("makers", "developers"),
    ),
    *(("company", "firm"), ("big", "large"), ("bigger", "larger"), ("larger", "bigger")),
    *(
        ("quick", "fast"),
        ("quickly", "rapidly"),
        ("dear", "expensive"),
        ("cheaper", "less expensive"),
    ),
    *(
        ("every", "each", "[a-z]+ (?:that|which|feature)"),
        ("each", "every", r"(?!meant\b|of\b)[a-z]+"),
    ),
    *(
        ("rarely", "seldom"),
        ("often", "frequently"),
        ("needs", "requires", r"(?:labels|the|an?)\b"),
        ("needed", "required"),
    ),
    *(("almost", "nearly"), ("about", "roughly", r"(?:a |an |one )?(?:\d|third|quarter|half|ten)")),
    *(("suffice", "be enough"), ("wrote", "stated", "(?:that|in)"), ("put off", "postponed")),
    *(("postponed", "put off"), ("erased", "deleted"), ("crafted", "specially made")),
    *(("unless told otherwise", "unless you say otherwise"), ("reported", "told of", "in")),
    *(("the manual", "the documentation"), ("the documentation", "the manual")),
    *(("by default", "unless you change that", "[.,;]"), ("it is gone", "it was removed")),
    *(
        ("anew", "again"),
        ("old ones", "former ones"),
        ("came in", "was released in", r"[A-Z]\w+ \d"),
    ),
    *(
        ("grew to", "swelled to"),
        ("beside", "next to"),
        ("fairly", "rather"),
        ("so that", "in order that", "a team"),
    ),
    *(("at home", "on their own machine"), ("the internet", "the open internet")),
    *(
        ("looked at", "examined"),
        ("gathered", "collected"),
        ("gave", "yielded", r"(?:\d|two|five|nine)"),
    ),
    *(("which are", "that are"), ("cannot", "is unable to", "read the expression")),
    *(("the other way round", "in reverse"), ("merely", "just")),
    *(("by now", "today"), ("it came from", "it originated at"), ("sold to", "bought by")),
    *(("called", "termed", "poisoning"), ("is licensed under", "has the licence")),
)
# Directions that are said in another way, and stay what they are.
LIKE = (
    *(("more than", "over", r"[$€£]?\d"), ("over", "more than", r"[$€£]?\d")),
    *(("more than", "upwards of", r"(?:an? |[$€£]?\d)"), ("at least", "no fewer than", r"\d+ ")),
    *(
        ("at least", "a minimum of", r"\d"),
        ("fewer than", "under", r"\d"),
        ("less than", "under", r"[$€£]?\d"),
    ),
    *(
        ("up to", "as much as", r"\d"),
        ("up to", "at most", r"\d"),
        ("within", "in no more than", "ninety"),
    ),
    *(("fell", "dropped", "by"), ("fell", "went down", "by"), ("raise", "increase", "the")),
    *(
        ("lost quality", "got worse"),
        ("a fall", "a drop"),
        ("can fall", "can drop"),
        ("improve", "make better", "a key"),
    ),
    *(
        ("improved", "made better", "[.:,;]"),
        ("worsened the", "made worse the"),
        ("lowering", "reducing"),
    ),
    *(
        ("slowly", "little by little"),
        ("too high", "an overestimate", "in"),
        ("too late", "late", "never"),
    ),
    *(("better than", "more accurately than"), ("a year later", "one year afterwards")),
    *(
        ("before", "prior to", "(?:their|the|its) [a-z]+,"),
        ("after", "following", "the [a-z]+ [a-z]+[.,;]"),
    ),
    *(
        ("after more than", "following more than"),
        ("lower prices", "price cuts"),
        ("since then", "from then on"),
    ),
    *(("lowest", "bottom one", "of"), ("smaller than", "less than"), ("higher than", "above")),
    *(("no longer", "not any more", "[.;]"), ("never", "at no time", "comes?")),
)
CONTRACTIONS = {
    **{"does not": "doesn't", "do not": "don't", "did not": "didn't", "is not": "isn't"},
    **{"are not": "aren't", "was not": "wasn't", "were not": "weren't", "cannot": "can't"},
    **{"could not": "couldn't", "would not": "wouldn't", "should not": "shouldn't"},
    **{"has not": "hasn't", "have not": "haven't", "will not": "won't", "had not": "hadn't"},
}
SPELLINGS = {
    **{"behaviour": "behavior", "organisations": "organizations", "organisers": "organizers"},
    **{"catalogue": "catalog", "artefacts": "artifacts"},
    **{
        "honoured": "honored",
        "organisation": "organization",
        "colour": "color",
        "learnt": "learned",
    },
    **{
        "e-mails": "emails",
        "data sets": "datasets",
        "write-down": "writedown",
        "licence": "license",
    },
    **{"neural network": "neural net", "root causes": "underlying causes", "centre": "center"},
}
DATED = "paper|talk|survey|proposal|issue|report|study|post|guide|documents|terms|notes|law|order"


def find_rewrites(said: str) -> Iterator[Edit]:
    """Every way that is known here to say the same; a quotation stays as it is."""
    quoted = [range(*quote.span()) for quote in re.finditer("“[^”]*”?", said)]
    for kind, find in WRITERS.items():
        for start, end, new in find(said):
            whole = end - start > len(said) / 2
            inside = any(start < quote.stop and end > quote.start for quote in quoted)
            kept = (
                all(said[quote.start : quote.stop] in new for quote in quoted)
                if whole
                else not inside
            )
            if kept and said[start:end] != new:
                yield Edit(kind, start, end, new)


def write_digits(said: str) -> Replacements:
    """Three becomes 3, and 3 three."""
    for word in re.finditer(rf"(?i){ALONE.format('|'.join(VALUES))}(?! or\b)", said):
        if not re.search(r"\b(?:or|last|these|those) $", said[: word.start()]):
            yield *word.span(), str(VALUES[word[0].lower()])
    dates = [year.start() for year in find_years(said)]
    for number in re.finditer(
        rf"(?<![\w.,$€£/-])[1-9]?\d(?![\w/%]|-[a-z]|[.,]\d| ?%| (?:{MONTH}|[MGK]B|million|of \d)\b)",
        said,
    ):
        named = re.search(NAMES, said[: number.start()]) and not re.search(
            r"(?i)at least $", said[: number.start()]
        )
        if number.start() not in dates and int(number[0]) > 1 and not named:
            word = spell_number(int(number[0]))
            yield *number.span(), match_case("A" if not said[: number.start()] else "a", word)
    for number in re.finditer(r"(?<![\w.,$-])\d{2},\d{3}(?![\w,.]\d)", said):
        yield *number.span(), number[0].replace(",", "")
    for number in re.finditer(r"(?<![\w.,$-])(\d{2})(\d{3})(?![\w,.]\d)(?!\d)", said):
        yield *number.span(), f"{number[1]},{number[2]}"


def spell_number(value: int) -> str:
    """A whole number from 2 to 99 in words."""
    if value < 13:
        return SMALL[value - 2]
    if value < 20:
        teens = "thirteen fourteen fifteen sixteen seventeen eighteen nineteen"
        return teens.split()[value - 13]
    return TENS[value // 10 - 2] + (f"-{ONES[value % 10]}" if value % 10 else "")


def write_units(said: str) -> Replacements:
    """Per cent for the sign, megabytes for MB, dollars in a word."""
    for share in re.finditer(r"(?<=\d) ?%(?=[ ,.;:]|$)", said):
        yield *share.span(), " per cent"
        yield *share.span(), " percent"
        yield *share.span(), "%" if " " in share[0] else " %"
    for size, word in (("MB", "megabytes"), ("GB", "gigabytes")):
        for unit in re.finditer(rf"(?<=\d {size[0]}){size[1]}\b", said):
            yield unit.start() - 1, unit.end(), word
    for word, size in (("megabytes", "MB"), ("gigabytes", "GB")):
        for unit in re.finditer(rf"\b{word}\b", said):
            yield *unit.span(), size
    for money in re.finditer(r"\$(\d[\d.]*) (million|billion)\b", said):
        yield *money.span(), f"{money[1]} {money[2]} dollars"
    for money in re.finditer(r"(\d[\d.]*) (million|billion) dollars\b", said):
        yield *money.span(), f"${money[1]} {money[2]}"
    for many, few in (("minutes", "min"), ("seconds", "s")):
        for unit in re.finditer(rf"(?<=\d ){many}\b", said):
            yield *unit.span(), few


def write_dates(said: str) -> Replacements:
    """The same day, month or year in another form or another place."""
    for date in re.finditer(rf"\b(\d{{1,2}}) ({MONTH}) ((?:19|20)\d\d),?", said):
        comma = "," if date[0].endswith(",") or re.match(" [a-z]", said[date.end() :]) else ""
        yield *date.span(), f"{date[2]} {date[1]}, {date[3]}{comma}"
        if 3 < int(date[1]) < 21 or 23 < int(date[1]) < 31:
            yield *date.span(1), f"{date[1]}th"
    for date in re.finditer(rf"\b({MONTH}) ((?:19|20)\d\d)\b", said):
        if not re.search(r"\d $", said[: date.start()]):
            yield *date.span(), f"{date[1]} of {date[2]}"
            yield *date.span(1), f"{date[1][:3]}" if date[1] != "May" else date[1]
    for date in re.finditer(rf"^In ((?:(?:{MONTH}) )?(?:19|20)\d\d) (?=[a-zA-Z])", said):
        yield *date.span(), f"In {date[1]}, "
    opening = re.match(rf"(In (?:(?:{MONTH}) )?(?:19|20)\d\d),? ([^,;:“”]+)\.$", said)
    if opening and not re.search(
        r"\b(?:that|which|who|when|whose|had|before|after|\d{4})\b", opening[2]
    ):
        rest = opening[2]
        yield 0, len(said), f"{rest[0].upper()}{rest[1:]} {opening[1][0].lower()}{opening[1][1:]}."
    for dated in re.finditer(rf"\b([Aa]n?|[Tt]he|[Ii]ts|its) ({DATED}) of ((?:19|20)\d\d)\b", said):
        article = match_case(dated[1], "a") if dated[1].lower() in ("a", "an") else dated[1]
        yield *dated.span(), f"{article} {dated[3]} {dated[2]}"


def contract_words(said: str) -> Replacements:
    """Does not becomes doesn't."""
    for was, new in CONTRACTIONS.items():
        for words in re.finditer(rf"(?i){ALONE.format(was)}(?! only\b| merely\b)", said):
            yield *words.span(), match_case(words[0], new)
    for words in re.finditer(r"\b([Ii]t) is (?=[a-z])(?!so\b)", said):
        yield *words.span(), f"{words[1]}'s "


def swap_synonyms(said: str) -> Replacements:
    """Another word for the same, none of which is a fact."""
    yield from replace_words(said, SYNONYMS)


def swap_likes(said: str) -> Replacements:
    """The same direction or bound in other words."""
    yield from replace_words(said, LIKE)


def replace_words(said: str, table: Iterable[tuple[str, ...]]) -> Replacements:
    """The second of each row for the first, where the third, if any, comes next."""
    for was, new, *follows in table:
        gap = "" if follows and follows[0].startswith("[.") else " "
        ahead = f"(?={gap}{follows[0]})" if follows else ""
        for words in re.finditer(rf"(?i){ALONE.format(was)}{ahead}", said):
            after = match_case(words[0], new)
            article = re.search(r"\b([Aa])n? $", said[: words.start()])
            n = "n" if after[0].lower() in "aeiou" and not after.startswith("use") else ""
            if article and article[0] != f"{article[1]}{n} ":
                yield article.start(), words.end(), f"{article[1]}{n} {after}"
            else:
                yield *words.span(), after


def spell_otherwise(said: str) -> Replacements:
    """Another spelling of the same word, as beyond the Atlantic."""
    for was, new in SPELLINGS.items():
        for word in re.finditer(rf"(?i){ALONE.format(was)}", said):
            yield *word.span(), match_case(word[0], new)


def turn_clauses(said: str) -> Replacements:
    """The condition last, the cause first, the speaker in front, a list in another order."""
    if words := re.match(r"(If|When|Where) ([^,;:“”]+), ([^,;:“”]+)\.$", said):
        yield 0, len(said), f"{words[3][0].upper()}{words[3][1:]} {words[1].lower()} {words[2]}."
    if words := re.match(r"([A-Z][^,;:“”]+),? because ([^,;:“”]+)\.$", said):
        yield 0, len(said), f"Because {words[2]}, {lower_first(words[1])}."
    speaker = r"((?:The|Its|Google's|Python's|[A-Z][\w-]+'s)(?: own)? (?:guide|manual|documentation|deck|note|deck's note)"
    if words := re.match(rf"{speaker}) (?:says|holds|warns|states) that ([^;:]+)\.$", said):
        yield 0, len(said), f"According to {lower_first(words[1])}, {words[2]}."
    if words := re.match(r"([A-Z][^,;:“”]+), as the manual says\.$", said):
        yield 0, len(said), f"As the manual says, {lower_first(words[1])}."
        yield 0, len(said), f"The manual says that {lower_first(words[1])}."
    for words in re.finditer(
        r"(?<!\bon )(?<=[:,a-z] )([a-z]{4,}), ([a-z]{4,})(?:, ([a-z]{4,}))? (and|or) ([a-z]{4,})(?=[.;,]|$)",
        said,
    ):
        items = [word for word in (words[1], words[2], words[3], words[5]) if word]
        if not any(word in ORDINALS or word in ("then", "that", "which") for word in items):
            *most, final = items[::-1]
            yield *words.span(), f"{', '.join(most)} {words[4]} {final}"
    for words in re.finditer(
        r"\b(code, model and data|code, data and model|data, models and retraining|data and models)\b",
        said,
    ):
        most, final = words[0].split(" and ")
        first, _, rest = most.partition(", ")
        yield *words.span(), f"{final}, {rest} and {first}" if rest else f"{final} and {first}"


def lower_first(words: str) -> str:
    """The words as they stand inside a sentence: a name keeps its capital."""
    known = r"(?:The|A|An|It|Its|They|That|This|These|Those|There|One|Some|Somebody|Pods|Each|Both|You|Without)\b"
    return words[0].lower() + words[1:] if re.match(known, words) else words


def drop_openings(said: str) -> Replacements:
    """Without the word that only ties the sentence to the one before."""
    if words := re.match(r"(?:And|But|Meanwhile|Yet|So) (?=[a-z])", said):
        yield 0, words.end() + 1, said[words.end()].upper()
    for words in re.finditer(r", (?:for one|for instance), ", said):
        yield *words.span(), " "


def change_marks(said: str) -> Replacements:
    """Straight marks for curved ones, a dash for a colon or a semicolon, words as they are."""
    if "“" in said:
        yield 0, len(said), said.replace("“", '"').replace("”", '"')
    for mark in re.finditer(r"(?<=[a-z”]); (?=[a-z])", said):
        yield (
            *mark.span(),
            ", and " if not re.match("(?:and|but|yet|so)", said[mark.end() :]) else ", ",
        )
    for mark in re.finditer(r"(?<=[a-z]): (?=[a-z])", said):
        yield *mark.span(), " - "


WRITERS: dict[str, Callable[[str], Replacements]] = {
    "digits and words": write_digits,
    "units": write_units,
    "dates": write_dates,
    "contractions": contract_words,
    "synonyms": swap_synonyms,
    "directions": swap_likes,
    "spellings": spell_otherwise,
    "order": turn_clauses,
    "openings": drop_openings,
    "marks": change_marks,
}
