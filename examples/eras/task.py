"""The task: from which of three parts of the handbook is a sentence? One split for each seed."""

import csv
import hashlib
import random
import re
from pathlib import Path
from typing import NamedTuple

FILE = Path(__file__).with_name("sentences.csv")
DIGEST = "12b25fbd9945ca637ed3c9c42e259759b4d3dd31a83d823c5044fb334f4bd492"  # of that file
SIZES = (10, 20, 40, 80, 160)  # sentences of each part to learn from
TESTED = 60  # sentences of each part to be tested on


class Example(NamedTuple):
    """A sentence, and what is known of it."""

    part: str
    page: str
    sentence: str


def words(sentence: str) -> list[str]:
    """Return the words of a sentence in small letters."""
    return re.findall("[a-z]+", sentence.lower())


def read_examples() -> list[Example]:
    """Read all sentences; raise ValueError if they are not those of the record."""
    content = FILE.read_bytes()
    if hashlib.sha256(content).hexdigest() != DIGEST:
        raise ValueError(f"{FILE} has changed: set DIGEST, and measure again")
    return [Example(**row) for row in csv.DictReader(content.decode("utf-8").splitlines())]


def split(
    examples: list[Example], seed: int, size: int, mixed: bool = False
) -> tuple[list[Example], list[Example]]:
    """Return `size` examples of each part to learn from, and TESTED others of each for the test.

    The test is of a third of each part's pages, from which nothing is learned; if mixed, it is of
    any page. With the same seed the test is the same, and a smaller set is in each larger one.
    """
    draw, learned, tested = random.Random(seed), [], []  # noqa: S311, a split is no secret
    for part in sorted({example.part for example in examples}):
        its = [example for example in examples if example.part == part]
        pages = sorted({example.page for example in its})
        kept = set(draw.sample(pages, round(len(pages) / 3)))
        draw.shuffle(its)
        held = its[:TESTED] if mixed else [example for example in its if example.page in kept]
        rest = its[TESTED:] if mixed else [example for example in its if example.page not in kept]
        tested += held[:TESTED]
        learned += rest[:size]
    return learned, tested
