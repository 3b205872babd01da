"""Third era: a small neural network, its gradient by hand. It makes 16 features of its own."""

from collections.abc import Callable

import numpy as np
from threadpoolctl import threadpool_limits

from examples.eras.task import Example, words

HIDDEN, STEPS, RATE = 16, 200, 1.0  # neurons, steps down the slope, and how long a step is
Weights = list[np.ndarray]


def forward(weights: Weights, x: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return the hidden layer's values, and a probability for each part; a row a sentence."""
    hidden = np.tanh(x @ weights[0])
    scores = np.exp(hidden @ weights[1])
    return hidden, scores / scores.sum(axis=1, keepdims=True)


def gradient(weights: Weights, x: np.ndarray, y: np.ndarray) -> Weights:
    """Return the slope of the mean loss, -log(probability of the right part), for each weight."""
    hidden, probability = forward(weights, x)
    error = (probability - y) / len(x)  # the slope at the output
    back = (error @ weights[1].T) * (1 - hidden**2)  # carried back through tanh
    return [x.T @ back, hidden.T @ error]


def learn(examples: list[Example]) -> Callable[[str], str]:
    """Return a function from a sentence to its part."""
    parts = sorted({example.part for example in examples})
    known = sorted({word for example in examples for word in words(example.sentence)})
    column = {word: number for number, word in enumerate(known)}

    def encode(sentence: str) -> np.ndarray:  # 1 for each word that is there
        x = np.zeros(len(column))
        x[[column[word] for word in words(sentence) if word in column]] = 1
        return x

    x = np.array([encode(example.sentence) for example in examples])
    y = np.array([[example.part == part for part in parts] for example in examples])
    draw = np.random.default_rng(0)
    weights = [
        draw.normal(0, 0.1, shape) for shape in ((len(column), HIDDEN), (HIDDEN, len(parts)))
    ]
    with threadpool_limits(1):  # so small a net is slower on several threads
        for _ in range(STEPS):
            slopes = gradient(weights, x, y)
            weights = [weight - RATE * slope for weight, slope in zip(weights, slopes, strict=True)]
    return lambda sentence: parts[int(forward(weights, encode(sentence)[None])[1].argmax())]
