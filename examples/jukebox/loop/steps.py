"""The pipeline: what starts a run, what each of its steps takes and gives, and how it may end.

What a step gives are figures that it writes into the journal, where later steps find them by
name. The journal and the loop use this table, so a step that is not in it does not run.
"""

from typing import NamedTuple

TRIGGERS = ("code", "data", "performance")  # what may start a run; the last is the arrow back
ENDINGS = ("promoted", "refused", "rolled back")
# How each ending looks on a terminal: its sign and its colour.
MARKS = {"promoted": ("✓", "green"), "refused": ("✗", "yellow"), "rolled back": ("↶", "magenta")}


class Step(NamedTuple):
    """A step: its name and part, what it takes from earlier steps, what it gives, who may stop it."""

    name: str
    part: str
    takes: tuple[str, ...]
    gives: tuple[str, ...]
    no: str = ""  # nobody, if it is empty


PIPELINE = (
    Step("start", "Code", (), ("kinds", "code", "data", "newest", "champion", "decision")),
    Step(
        "validate",
        "Code",
        ("kinds", "code", "data", "newest", "champion", "decision"),
        ("rows", "quarantined"),
        "the data",
    ),
    Step("train", "Model", ("code", "data", "newest"), ("digest", "metrics"), "the job"),
    Step("gate", "Model", ("digest", "data", "newest"), ("champion",), "the gate"),
    Step("register", "Model", ("digest",), ("version", "log")),
    Step(
        "canary",
        "Deploy",
        ("version", "log", "champion", "decision"),
        ("answers",),
        "the service",
    ),
    Step("promote", "Deploy", ("version", "champion", "decision"), ("version",), "the registry"),
)


def broken(pipeline=PIPELINE):
    """Return a sentence for each name that a step takes and no step before it gives."""
    given, wrong = set(), []
    for step in pipeline:
        for name in step.takes:
            if name not in given:
                wrong.append(f"{step.name} takes {name}, which no step before it gives")
        given |= set(step.gives)
    return wrong


if broken():
    raise ValueError("; ".join(broken()))
GIVES = {step.name: step.gives for step in PIPELINE}
STEPS = tuple(GIVES)[1:-1]  # between the start and the promotion, which is an ending
