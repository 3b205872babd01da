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
)

COPY = "copy"  # the team of the most similar solved ticket
CONSTANT = "always disk"  # what the model says most often, without asking it
PAIRS = (  # a version, and the one that lacks its technique or is a baseline
    ("names-grammar", "names"),
    ("examples-grammar", "names-grammar"),
    ("reversed-grammar", "examples-grammar"),
    ("similar-grammar", "examples-grammar"),
    ("warm-grammar", "examples-grammar"),
    ("examples-grammar", CONSTANT),
    (COPY, "similar-grammar"),
)


def right_answers() -> dict[str, list[bool]]:
    """Return for each version, and for two programs, which of the tickets it has right."""
    record, asked = read_answers(), read_tickets("asked")
    right = {name: marks(record[read_prompt(name).digest]["answers"][0]) for name in VERSIONS}
    right[CONSTANT] = marks(["disk"] * len(asked))
    return right | {COPY: marks(similar(it.ticket, 1)[0].team for it in asked)}


def score_lines() -> Iterator[str]:
    """Say for each version how many answers are right, and what they cost."""
    record = read_answers()
    yield "version          right  no team  CPU s"
    for name, right in right_answers().items():
        its = record[read_prompt(name).digest] if name in VERSIONS else None
        none = sum(team_in(answer) is None for answer in its["answers"][0]) if its else 0
        seconds = its["cpu_seconds"] if its else 0.0
        yield f"{name:16} {sum(right):5} {none:8} {seconds:6.1f}"


def luck_lines() -> Iterator[str]:
    """Say for each pair on how many tickets one is better, and whether that is more than luck.

    A star needs the level divided by the number of pairs, so that all of them together have it.
    """
    right = right_answers()
    for new, old in PAIRS:
        won, lost, p = luck(right[new], right[old])
        star = " *" if p < LEVEL / len(PAIRS) else ""
        yield f"{new:16} {won:2} better, {lost:2} worse than {old:16} p = {p:.3f}{star}"
