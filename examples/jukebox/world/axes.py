"""The round numbers that an axis names, in the report and in the plots of the handbook's pages.

It needs Python alone: where pages are built, nothing is installed on which Jukebox runs.
"""

import math


def round_step(wanted: float) -> float:
    """Return the least of 1, 2 and 5 times a power of ten that is `wanted`, above 0, or more.

    It may be less by a thousandth, which a division can lose.
    """
    power = 10.0 ** math.floor(math.log10(wanted))
    return next(n * power for n in (1, 2, 5, 10) if n * power >= 0.999 * wanted)


def ticks_within(low: float, high: float, most: int, least: float = 0.0) -> list[float]:
    """Return about `most` round numbers from low to high; their step is `least` or more."""
    step = round_step(max((high - low) / most, least) or 1)
    return [i * step for i in range(math.ceil(low / step), math.floor(1.001 * high / step) + 1)]


def ticks_around(low: float, high: float, most: int) -> list[float]:
    """Return round numbers about `most` steps long, of which two or more hold low and high."""
    step = round_step((high - low or 1) / most)
    last = max(math.ceil(high / step), 1)
    return [i * step for i in range(math.floor(low / step), last + 1)]
