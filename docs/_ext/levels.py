"""The level of an objective, which its first verb decides.

`_data/levels.toml` lists the verbs of each level.
"""

from collections.abc import Mapping, Sequence

FILE = "levels.toml"
LEVELS = ("say", "decide", "do")


def levels_of_verbs(data: Mapping[str, Sequence[str]]) -> dict[str, str]:
    """Return {verb: level} of what `levels.toml` holds."""
    return {verb: level for level in LEVELS for verb in data.get(level, [])}


def verb_of(objective: str, verbs: Mapping[str, str]) -> str | None:
    """Return the verb with which an objective begins, of one word or two; None if it is not listed."""
    words = objective.lower().split()
    openings = [" ".join(words[:length]).rstrip(",") for length in (2, 1)]
    return next((opening for opening in openings if opening in verbs), None)


def level_of(objective: str, verbs: Mapping[str, str]) -> str | None:
    """Return the level of an objective; None if its verb is not listed."""
    verb = verb_of(objective, verbs)
    return None if verb is None else verbs[verb]
