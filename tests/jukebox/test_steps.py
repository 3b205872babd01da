"""The table of the pipeline is what the loop does: its order, its steps, and who may say no."""

import ast
import inspect

import pytest
from jukebox import ENDINGS, PIPELINE, STEPS, TRIGGERS
from jukebox.loop import triggers
from jukebox.loop.events import FIGURES, Ending, Run
from jukebox.loop.pipeline import find_gaps

from .test_loop import RUN

STEP = {step.name: step for step in PIPELINE}


def test_the_loop_goes_through_the_steps_of_the_definition_and_ends_as_it_says():
    """What the other tests of the loop expect is this order."""

    assert ["start", *STEPS] == RUN[:-1]
    assert RUN[-1] in ENDINGS
    assert [*RUN[:-1], "promote"] == list(STEP)


def test_each_step_and_each_ending_has_figures_of_its_own():
    """By the names of the table; a run has a place for each of them."""
    endings = {name for name, kind in FIGURES.items() if issubclass(kind, Ending)}

    assert ["trigger", "start", *STEPS, *ENDINGS] == list(FIGURES)
    assert set(ENDINGS) == endings
    assert ["number", "start", *STEPS, "end"] == list(Run.__dataclass_fields__)
    assert ["start", *STEPS, "promoted"] == [step.gives.name for step in PIPELINE]


@pytest.mark.parametrize("step", PIPELINE[1:], ids=lambda step: step.name)
def test_who_may_say_no_is_somebody_who_does(step):
    """A step ends the run itself, or by what it shares with others; `register` does neither."""
    text = inspect.getsource(step.do)
    ends = any(
        word in text for word in ("raise refusal(", "self._withdraw(", "self._settle_promotion(")
    )

    assert bool(step.no) == ends


def test_the_triggers_are_those_that_fire():
    """In their order, which is that of the sentence."""
    calls = [node for node in ast.walk(ast.parse(inspect.getsource(triggers.fire_due_triggers)))
             if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "Trigger"]  # fmt: skip
    kinds = [word.value.value for call in calls for word in call.keywords if word.arg == "kind"]

    assert list(TRIGGERS) == kinds


def test_a_table_in_another_order_is_refused():
    """The gate would look for a model that nobody has trained."""
    swapped = [*PIPELINE[:2], PIPELINE[3], PIPELINE[2], *PIPELINE[4:]]

    assert [] == find_gaps()
    assert ["gate takes Training, which no step before it gives"] == find_gaps(swapped)
