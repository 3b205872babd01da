"""The words that say how much, when, which way and whether, as `statements.py` looks them up.

Numbers are made here; all other words stand in `lexicon.toml`.
"""

import re
import tomllib
from decimal import Decimal
from itertools import product
from pathlib import Path

WORDS = tomllib.loads(Path(__file__).with_suffix(".toml").read_text("utf-8"))
LITTLE, NEGATIONS, COMMON, BEFORE_MONTHS, SMALL_NAMES = (
    frozenset(WORDS[name].split())
    for name in ("little", "negations", "common", "before_months", "small_names")
)
BESIDE = frozenset(WORDS["beside"]["a_number"].split())
UNIT = {word: unit for unit, words in WORDS["units"].items() for word in words.split()}
DIMENSION = {unit: of for of, units in WORDS["dimensions"].items() for unit in units.split()}
BOUNDS = {word: bound for bound, words in WORDS["bounds"].items() for word in words.split()}
SIDE = {
    word: (axis, side)
    for axis, sides in WORDS["sides"].items()
    for side, words in enumerate(sides)
    for word in words.split()
}
DEGREE = {word: degree for degree, words in WORDS["degrees"].items() for word in words.split()}
_PHRASES = "|".join(f"(?P<p{n}>{phrase})" for n, phrase in enumerate(WORDS["phrases"]))
PHRASE = re.compile(rf"(?<![\w-])(?:{_PHRASES})(?![\w-])", re.IGNORECASE)  # one pass for all
PHRASES = {f"p{n}": word for n, word in enumerate(WORDS["phrases"].values())}  # of each group
MONTHS = (
    "January", "February", "March", "April", "May", "June",
    "July", "August", "September", "October", "November", "December",
)  # fmt: skip
MONTH = {name[:3]: number for number, name in enumerate(MONTHS, 1)}

ONES = (
    "zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven",
    "twelve", "thirteen", "fourteen", "fifteen", "sixteen", "seventeen", "eighteen", "nineteen",
)  # fmt: skip
TENS = ("twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety")
ORDINALS = {
    word: Decimal(number)
    for number, word in enumerate(
        ("second", "third", "fourth", "fifth", "sixth", "seventh", "eighth", "ninth", "tenth"), 2
    )
}
NUMBERS = {word: Decimal(number) for number, word in enumerate(ONES)}
NUMBERS |= {word: Decimal(10 * number) for number, word in enumerate(TENS, 2)}
NUMBERS |= {f"{ten}-{one}": NUMBERS[ten] + NUMBERS[one] for ten, one in product(TENS, ONES[1:10])}
NUMBERS |= dict.fromkeys(("twice", "double", "doubled", "doubles", "pair"), Decimal(2))
NUMBERS |= dict.fromkeys(("thrice", "triple", "tripled"), Decimal(3))
NUMBERS |= dict.fromkeys(("half", "halved", "halves"), Decimal("0.5"))
NUMBERS["dozen"] = Decimal(12)
PARTS = {"third": 3, "quarter": 4, "fifth": 5, "tenth": 10, "hundredth": 100}
POWERS = {  # of ten
    "hundred": 2, "k": 3, "thousand": 3, "m": 6, "million": 6, "bn": 9, "billion": 9, "trillion": 12,
}  # fmt: skip
