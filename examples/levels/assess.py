"""Which level of MLOps you are on, by your own answers, and what to build next.

    python -m examples.levels.assess            asks one statement after the other
    python -m examples.levels.assess --yes way-back,record

A level counts where all its statements hold, and all below it. Your answers are believed: this is
arithmetic on what you say, and no measurement.
"""

import argparse
import sys
import tomllib
from dataclasses import dataclass
from functools import cache
from pathlib import Path

ANSWERS = {"y": True, "yes": True, "n": False, "no": False}


@dataclass(frozen=True)
class Criterion:
    """One statement of `criteria.toml`, and the level that it belongs to (int, from 1)."""

    name: str
    level: int
    statement: str


@dataclass(frozen=True)
class Assessment:
    """What follows from some answers.

    level: the highest one whose statements all hold, with all below; 0 promises nothing.
    next: the first `Criterion` that does not hold, in the file's order; None where all hold.
    on_sand: those that hold although one of a lower level does not.
    """

    level: int
    next: Criterion | None
    on_sand: tuple[Criterion, ...]


@cache
def criteria():
    """Give all statements, in the order in which they are to be built."""
    text = Path(__file__).with_name("criteria.toml").read_text("utf-8")
    return tuple(Criterion(**row) for row in tomllib.loads(text)["criterion"])


def assess(answers):
    """Give the `Assessment` of a dict from each statement's name to True or False.

    Raises ValueError for a name that does not exist, one without an answer, and an answer that is
    neither True nor False.
    """
    known = [c.name for c in criteria()]
    if unknown := [name for name in answers if name not in known]:
        raise ValueError(f"There is no statement {unknown[0]!r}: use {', '.join(known)}.")
    for name in known:
        if type(answers.get(name)) is not bool:
            raise ValueError(f"Answer {name!r} with True or False.")
    missing = [c for c in criteria() if not answers[c.name]]
    lowest = min((c.level for c in missing), default=None)
    top = max(c.level for c in criteria())
    sand = tuple(c for c in criteria() if lowest and answers[c.name] and c.level > lowest)
    return Assessment(lowest - 1 if lowest else top, missing[0] if missing else None, sand)


def report(assessment):
    """Give an `Assessment` as the lines that the command prints."""
    lines = [f"level {assessment.level}"]
    if assessment.next:
        lines += [f"next     {assessment.next.name}: {assessment.next.statement}"]
    below = f"level {assessment.level + 1}"
    for found in assessment.on_sand:
        lines += [f"on sand  {found.name}: of level {found.level}, and {below} is incomplete"]
    return "\n".join(lines)


def ask():
    """Ask for one statement after the other on the terminal, and give the answers.

    Raises ValueError where the input ends too early.
    """
    answers = {}
    for number, criterion in enumerate(criteria(), 1):
        question = f"{number}/{len(criteria())}  {criterion.statement}  y/n "
        while criterion.name not in answers:
            print(question, end="", file=sys.stderr, flush=True)
            line = sys.stdin.readline()
            if not line:
                left = len(criteria()) - len(answers)
                raise ValueError(
                    f"The input ended with {left} of {len(criteria())} statements to answer: "
                    "answer each with y or n, or name those that hold with --yes."
                )
            if (word := line.strip().lower()) in ANSWERS:
                answers[criterion.name] = ANSWERS[word]
            else:
                print(f"{line.strip()!r} is neither: type y or n.", file=sys.stderr)
    return answers


def main(words=None):
    """Run the command; give its exit code: 0, or 1 with a sentence on what to fix."""
    parser = argparse.ArgumentParser(
        prog="python -m examples.levels.assess",
        description="Which level of MLOps you are on, by your own answers, and what to build next.",
        epilog="The statements: " + ", ".join(c.name for c in criteria()) + ".",
    )
    parser.add_argument(
        "--yes", metavar="NAME,NAME", help="those that hold; all others do not, and none is asked"
    )
    given = parser.parse_args(words).yes
    try:
        if given is None:
            answers = ask()
        else:
            held = [name.strip() for name in given.split(",") if name.strip()]
            answers = {c.name: False for c in criteria()} | dict.fromkeys(held, True)
        print(report(assess(answers)))
    except ValueError as error:
        print(f"\nError: {error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("\nStopped; nothing was kept.", file=sys.stderr)
        return 130
    return 0


if __name__ == "__main__":
    sys.exit(main())
