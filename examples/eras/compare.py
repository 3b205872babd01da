"""The four eras on the same splits, none tuned. The table of the page is made of this."""

from collections.abc import Iterable

from examples.eras import bayes, net, next_token, rules
from examples.eras.task import read_examples, split

ERAS = {"rules": rules, "bayes": bayes, "net": net, "next_token": next_token}


def right_answers(seeds: Iterable[int], size: int, mixed: bool = False) -> dict[str, list[int]]:
    """Return how many answers of each era are right, in the split of each seed."""
    examples = read_examples()
    right: dict[str, list[int]] = {era: [] for era in ERAS}
    for seed in seeds:
        learned, tested = split(examples, seed, size, mixed)
        for era, module in ERAS.items():
            answer = module.learn(learned)
            right[era].append(sum(answer(it.sentence) == it.part for it in tested))
    return right
