"""A prompt as a file, the answers that were recorded with it, and a gate between two of them.

No language model is needed here: `ask.py` asked one, and wrote its answers down.
"""

import csv
import hashlib
import json
import math
import re
import tomllib
from collections import Counter
from collections.abc import Iterable
from pathlib import Path
from typing import Any, NamedTuple

HERE = Path(__file__).parent
TICKETS = HERE / "tickets.csv"
ANSWERS = HERE / "answers.json"
TEAMS = ("login", "network", "disk", "release")
VERSIONS = (  # of the prompt, each a file of the folder `versions`
    "bare",
    "names",
    "names-grammar",
    "examples",
    "examples-grammar",
    "reversed-grammar",
    "similar-grammar",
    "warm-grammar",
)
LEVEL = 0.05  # the risk of taking luck for a difference


class Ticket(NamedTuple):
    """A ticket of an operations team; `use` is asked, solved or shown (solved, and an example)."""

    use: str
    team: str
    language: str
    ticket: str


class Prompt(NamedTuple):
    """A version of a prompt: the digest of its file, and what stands in it."""

    digest: str
    file: dict[str, Any]


def digest(path: Path) -> str:
    """Return the SHA-256 of a file, in hexadecimal."""
    return hashlib.sha256(path.read_bytes()).hexdigest()


def read_tickets(*uses: str) -> list[Ticket]:
    """Return the tickets of these uses, in the order of the file."""
    rows = csv.DictReader(TICKETS.read_text("utf-8").splitlines())
    return [ticket for ticket in (Ticket(**row) for row in rows) if ticket.use in uses]


def read_prompt(version: str | Path) -> Prompt:
    """Read a version, by its name or its path; raise ValueError if its template has no ticket."""
    path = version if isinstance(version, Path) else HERE / "versions" / f"{version}.toml"
    file = tomllib.loads(path.read_text("utf-8"))
    if "{ticket}" not in file["template"]:
        raise ValueError(f"{path}: the template needs {{ticket}}, where the ticket goes")
    return Prompt(digest(path), file)


# ---- what the model is shown -----------------------------------------------------------------------


def likeness(one: str, other: str) -> float:
    """Return how alike two texts are, from 0 to 1: the cosine of their counts of words."""
    a, b = (Counter(re.findall(r"\w+", text.lower())) for text in (one, other))
    squares = sum(n * n for n in a.values()) * sum(n * n for n in b.values())
    return sum(a[word] * b[word] for word in a) / math.sqrt(squares)


def similar(ticket: str, count: int) -> list[Ticket]:
    """Return the solved tickets that are most like this one, the most alike last."""
    solved = read_tickets("solved", "shown")
    return sorted(solved, key=lambda it: likeness(ticket, it.ticket))[-count:]


def fill(prompt: Prompt, ticket: str) -> str:
    """Return what the model is asked about a ticket."""
    chosen = {
        "none": list,
        "fixed": lambda: read_tickets("shown"),
        "reversed": lambda: read_tickets("shown")[::-1],
        "similar": lambda: similar(ticket, prompt.file["count"]),
    }[prompt.file["examples"]]()
    shown = "".join(f"Ticket: {it.ticket}\nTeam: {it.team}\n\n" for it in chosen)
    return str(prompt.file["template"].format(examples=shown, ticket=ticket))


# ---- what its answers are worth --------------------------------------------------------------------


def team_in(answer: str) -> str | None:
    """Return the team that an answer names first, or None."""
    places = {team: answer.lower().find(team) for team in TEAMS}
    named = [team for team in TEAMS if places[team] >= 0]
    return min(named, key=lambda team: places[team], default=None)


def read_answers() -> dict[str, Any]:
    """Return what was recorded: for the digest of a prompt, its answers, tokens and seconds."""
    return dict(json.loads(ANSWERS.read_text("utf-8"))["prompts"])


def marks(answers: Iterable[str]) -> list[bool]:
    """Return for each ticket of the evaluation set whether its answer names the right team."""
    asked = read_tickets("asked")
    return [team_in(answer) == it.team for answer, it in zip(answers, asked, strict=True)]


def luck(one: list[bool], other: list[bool]) -> tuple[int, int, float]:
    """Return on how many tickets only one is right, on how many only the other, and a p value.

    The p value is of the exact sign test: how often a fair coin, tossed once for each ticket on
    which the two differ, falls at least as unevenly.
    """
    won = sum(a and not b for a, b in zip(one, other, strict=True))
    lost = sum(b and not a for a, b in zip(one, other, strict=True))
    tosses = won + lost
    tail = sum(math.comb(tosses, k) for k in range(min(won, lost) + 1)) / 2**tosses
    return won, lost, min(1.0, 2 * tail)


def surely_better(one: list[bool], other: list[bool]) -> bool:
    """Return whether the first is right more often, and by more than luck."""
    won, lost, p = luck(one, other)
    return won > lost and p <= LEVEL


def beats_constants(right: list[bool]) -> bool:
    """Return whether it is surely better than each constant answer, which is always the same team."""
    return all(surely_better(right, marks([team] * len(right))) for team in TEAMS)


def gate(challenger: Prompt, champion: Prompt, answers: dict[str, Any]) -> str:
    """Say whether a prompt may replace another: "passed", or a refusal with its reason."""
    for key in ("model", "engine", "evaluation"):
        if challenger.file[key] != champion.file[key]:
            return f"refused: the two name a different {key}"
    if challenger.file["evaluation"] != digest(TICKETS):
        return "refused: the evaluation set has changed since"
    for prompt in (challenger, champion):
        if prompt.digest not in answers:
            return f"refused: no answers of {prompt.digest[:8]} are on record"
    new, old = (marks(answers[prompt.digest]["answers"][0]) for prompt in (challenger, champion))
    if not surely_better(new, old):
        won, lost, p = luck(new, old)
        return f"refused: {won} tickets better, {lost} worse, p = {p:.2f}"
    if not beats_constants(new):
        return f"refused: {sum(new)} of {len(new)} right, not surely more than a constant answer"
    return "passed"
