"""Four eras of AI on one task: which is right how often, with how many sentences to learn from?"""

from statistics import mean

import pytest

from examples.eras.compare import ERAS, right_answers
from examples.eras.rules import first_rule
from examples.eras.task import SIZES as LEARNED
from examples.eras.task import TESTED, read_examples, split

SIZES = {"splits": (1, 20)}
CHOICES = 3  # parts of the handbook, of which one is right
ASKED = CHOICES * TESTED  # sentences in the test of one split
MOST = CHOICES * max(LEARNED)
SAME = (
    *(f"first_{era}_{CHOICES * size}_right" for era in ERAS for size in LEARNED),
    *(f"first_{era}_mixed_right" for era in ERAS),
    "sentences",
    "chance_percent",
)


def percent(counts):
    """The mean of some counts as a share of what was asked."""
    return round(100 * mean(counts) / ASKED, 1)


@pytest.fixture(scope="module")
def right(sizes, figures):
    """How many answers of each era are right in each split, by the number of sentences learned."""
    seeds = range(sizes.splits)
    figures |= {
        "sentences": len(read_examples()),
        "asked": ASKED,
        "splits": len(seeds),
        "chance_percent": round(100 / CHOICES, 1),
    }
    found = {CHOICES * size: right_answers(seeds, size) for size in LEARNED}
    found["mixed"] = right_answers(seeds, max(LEARNED), mixed=True)
    for learned, by_era in found.items():
        for era, counts in by_era.items():
            figures[f"{era}_{learned}_percent"] = percent(counts)
            figures[f"first_{era}_{learned}_right"] = counts[0]
    return found


def test_each_era_is_better_than_chance_with_the_most_sentences(right, figures):
    """In the worst split, too; and how often none of the others was better."""
    best = [max(counts) for counts in zip(*right[MOST].values(), strict=True)]
    for era, counts in right[MOST].items():
        figures[f"{era}_worst_percent"] = percent([min(counts)])
        figures[f"{era}_best_percent"] = percent([max(counts)])
        figures[f"{era}_first_splits"] = sum(map(int.__eq__, counts, best))

    assert min(map(min, right[MOST].values())) > TESTED


def test_with_few_sentences_the_rules_are_first(right):
    """They need none."""
    least = right[CHOICES * min(LEARNED)]

    assert max(least, key=lambda era: sum(least[era])) == "rules"


def test_each_that_learns_is_better_on_pages_that_it_has_read(right):
    """The rules learn from no page, so they are as good on either."""
    eras = [era for era in ERAS if era != "rules"]

    assert all(sum(right["mixed"][era]) > sum(right[MOST][era]) for era in eras)


def test_what_the_rules_leave_open(sizes, figures):
    """A sentence without a word of any rule is most often one."""
    examples, said = read_examples(), []
    for seed in range(sizes.splits):
        tested = split(examples, seed, min(LEARNED))[1]
        said += [(first_rule(example.sentence), example.part) for example in tested]
    fired = [part == right for part, right in said if part]
    figures["rules_fired_percent"] = round(100 * len(fired) / len(said))
    figures["rules_fired_right_percent"] = round(100 * mean(fired))

    assert 0 < len(fired) < len(said)
