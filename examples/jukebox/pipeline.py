"""The pipeline: what starts a run, what each of its steps takes and gives, and how it may end.

Each name is a figure of the journal, where a step leaves what those after it take. The journal
and the loop go by this table, so a step that is not in it does not run.
"""

from typing import NamedTuple

TRIGGERS = ("code", "data", "performance")  # what may start a run; the last is the arrow back
ENDINGS = ("promoted", "refused", "rolled back")


class Step(NamedTuple):
    """A step: its name and part, what it takes of those before it, what it gives, who may say no."""

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
    """Give what is wrong with a pipeline, as sentences: a step may take what was given before it."""
    given, wrong = set(), []
    for step in pipeline:
        lacks = [name for name in step.takes if name not in given]
        wrong += [f"{step.name} takes {name}, which no step before it gives" for name in lacks]
        given |= set(step.gives)
    return wrong


if broken():
    raise ValueError("; ".join(broken()))
GIVES = {step.name: step.gives for step in PIPELINE}
STEPS = tuple(GIVES)[1:-1]  # between the start and the promotion, which is an ending
