"""Fourth era: guess the next token from those before it. Here a token is one character."""

import random
from collections import Counter, defaultdict
from collections.abc import Callable
from math import log

from examples.eras.task import Example

ORDER = 4  # so many characters before the next one are looked at
Model = dict[str, Counter[str]]  # the characters before; how often each came next, and "" any


def read(texts: list[str]) -> Model:
    """Count what comes after no character, after one, and so on up to ORDER."""
    model: Model = defaultdict(Counter)
    for text in texts:
        for place, token in enumerate(text):
            for length in range(min(ORDER, place) + 1):
                for counted in (token, ""):
                    model[text[place - length : place]][counted] += 1
    return model


def probability(model: Model, before: str, token: str) -> float:
    """Return how probable a token is; a longer context corrects what a shorter one says."""
    guess = 1 / 128  # of each character, before anything was read
    for length in range(min(ORDER, len(before)) + 1):
        seen = model.get(before[len(before) - length :])
        if seen:
            guess = (seen[token] + guess) / (seen[""] + 1)
    return guess


def write(model: Model, text: str, length: int, seed: int) -> str:
    """Continue a text, a token at a time."""
    draw, tokens = random.Random(seed), [*filter(None, model[""])]  # noqa: S311, no secret
    for _ in range(length):
        text += draw.choices(tokens, [probability(model, text, token) for token in tokens])[0]
    return text


def learn(examples: list[Example]) -> Callable[[str], str]:
    """Return a function from a sentence to the part whose model finds it the most probable."""
    texts: dict[str, list[str]] = defaultdict(list)
    for example in examples:
        texts[example.part].append(example.sentence)
    models = {part: read(its) for part, its in texts.items()}

    def score(part: str, text: str) -> float:
        return sum(log(probability(models[part], text[:n], text[n])) for n in range(len(text)))

    return lambda sentence: max(models, key=lambda part: score(part, sentence))
