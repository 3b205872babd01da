"""Second era: count words, and compare the parts by probability (naive Bayes)."""

from collections import Counter
from collections.abc import Callable
from math import log

from examples.eras.task import Example, words


def count_words(examples: list[Example]) -> dict[str, Counter[str]]:
    """Return how often each word stands in the sentences of each part."""
    counts: dict[str, Counter[str]] = {}
    for example in examples:
        counts.setdefault(example.part, Counter()).update(words(example.sentence))
    return counts


def learn(examples: list[Example]) -> Callable[[str], str]:
    """Return a function from a sentence to its part.

    The parts have equally many examples, so none is likelier before the words are read. Each word
    of the vocabulary counts once more than it was seen (add-one), so that none has probability 0.
    """
    counts = count_words(examples)
    vocabulary = set().union(*counts.values())
    totals = {part: its.total() + len(vocabulary) for part, its in counts.items()}

    def score(part: str, known: list[str]) -> float:
        return sum(log((counts[part][word] + 1) / totals[part]) for word in known)

    def answer(sentence: str) -> str:
        known = [word for word in words(sentence) if word in vocabulary]
        return max(counts, key=lambda part: score(part, known))

    return answer
