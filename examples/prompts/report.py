"""Two tables of the recorded answers: each version of the prompt, and each against another."""

from collections.abc import Iterator

from examples.prompts.evaluation import (
    LEVEL,
    VERSIONS,
    luck,
    marks,
    read_answers,
    read_prompt,
    read_tickets,
    similar,
    team_in,
    wilson,
)

NO_MODEL = "no model"  # the team of the most similar solved ticket
PAIRS = (  # a version, and the one that lacks its technique
    ("names", "bare"),
    ("names-grammar", "names"),
    ("examples-grammar", "names-grammar"),
    ("reversed-grammar", "examples-grammar"),
    ("similar-grammar", "examples-grammar"),
    ("warm-grammar", "examples-grammar"),
    (NO_MODEL, "similar-grammar"),
)


def right_answers() -> dict[str, list[bool]]:
    """Return for each version, and for the search alone, which of the tickets it has right."""
    record = read_answers()
    right = {name: marks(record[read_prompt(name).digest]["answers"][0]) for name in VERSIONS}
    return right | {NO_MODEL: marks(similar(it.ticket, 1)[0].team for it in read_tickets("asked"))}


def score_lines() -> Iterator[str]:
    """Say for each version how many answers are right, and what they cost."""
    record = read_answers()
    yield "version          right  95 % interval  no team  CPU s"
    for name, right in right_answers().items():
        low, high = wilson(sum(right), len(right))
        its = record[read_prompt(name).digest] if name != NO_MODEL else None
        none = sum(team_in(answer) is None for answer in its["answers"][0]) if its else 0
        seconds = its["cpu_seconds"] if its else 0.0
        interval = f"{low:.0%} to {high:.0%}"
        yield f"{name:16} {sum(right):5} {interval:>14} {none:8} {seconds:6.1f}"


def luck_lines() -> Iterator[str]:
    """Say for each pair on how many tickets one is better, and whether that is more than luck.

    A star needs the level divided by the number of pairs, so that all of them together have it.
    """
    right = right_answers()
    for new, old in PAIRS:
        won, lost, p = luck(right[new], right[old])
        star = " *" if p < LEVEL / len(PAIRS) else ""
        yield f"{new:16} {won:2} better, {lost:2} worse than {old:16} p = {p:.3f}{star}"
