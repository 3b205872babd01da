"""The pipeline as a table: who does each step, what it takes and gives, and who may stop it.

What a step takes and gives is read from the types of the function that does it, so the table
cannot say otherwise.
"""

from collections.abc import Callable, Iterable, Sequence
from typing import NamedTuple, get_args, get_type_hints

from jukebox.loop.events import Figures
from jukebox.loop.loop import Loop


def find_figures(hint: object) -> Iterable[type[Figures]]:  # a type, or what `typing` has for one
    """Give the kinds of figures in a type, in its order; any figures are no kind."""
    if isinstance(hint, type) and issubclass(hint, Figures) and hint is not Figures:
        yield hint
    for part in get_args(hint):
        yield from find_figures(part)


class Step(NamedTuple):
    """A step: its name and part, the function that does it, and who may stop it."""

    name: str
    part: str
    do: Callable[..., object]  # each step takes what it needs, and gives its own kind of figures
    no: str = ""  # nobody, if it is empty

    @property
    def takes(self) -> list[type[Figures]]:
        """Give the kinds of figures that it is given, of the start and of earlier steps."""
        hints = get_type_hints(self.do)
        hints.pop("return")
        return [kind for hint in hints.values() for kind in find_figures(hint)]

    @property
    def gives(self) -> type[Figures]:
        """Give the kind of figures that it writes into the journal when it is done."""
        [kind] = find_figures(get_type_hints(self.do)["return"])
        return kind


PIPELINE = (
    Step("start", "Code", Loop.start_run),
    Step("validate", "Code", Loop.check_batch, "the data"),
    Step("train", "Model", Loop.train_model, "the job"),
    Step("gate", "Model", Loop.judge_model, "the gate"),
    Step("register", "Model", Loop.register_model),
    Step("canary", "Deploy", Loop.try_canary, "the service"),
    Step("promote", "Deploy", Loop.promote_version, "the registry"),
)


def find_gaps(pipeline: Sequence[Step] = PIPELINE) -> list[str]:
    """Return a sentence for each kind of figures that a step takes and no step before it gives."""
    given: set[type[Figures]] = set()
    wrong = []
    for step in pipeline:
        for kind in step.takes:
            if kind not in given:
                wrong.append(f"{step.name} takes {kind.__name__}, which no step before it gives")
        given.add(step.gives)
    return wrong
