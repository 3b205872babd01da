"""The definition of the pipeline is what the loop does: its order, its steps, and what each reads."""

import ast
import inspect
from contextlib import closing

import pytest
from jukebox import ENDINGS, PIPELINE, STEPS, TRIGGERS, Journal
from jukebox.loop import loop as northstar
from jukebox.loop import triggers
from jukebox.loop.steps import broken

from .test_loop import RUN, lazily

pytestmark = [
    pytest.mark.filterwarnings("ignore:The ``noload`` loader strategy"),  # MLflow of SQLAlchemy
    pytest.mark.filterwarnings("ignore:.*type hint is inferred as AnyType"),  # MLflow of itself
]
STEP = {step.name: step for step in PIPELINE}


class Read(dict):
    """The figures of an event, which note the names that somebody asks for."""

    def __init__(self, figures, names):
        """Names is where they are noted."""
        super().__init__(figures)
        self.names = names

    def __getitem__(self, name):
        """Note it, then give it."""
        self.names.add(name)
        return super().__getitem__(name)


@pytest.fixture
def taken(monkeypatch):
    """What each step of the loop reads of the journal's figures, by the step's name."""
    found, events = {}, Journal.events
    names = set()

    def told(journal):
        return [e | {"figures": Read(e["figures"], names)} for e in events(journal)]

    def noting(name, does):
        def step(*given):
            names.clear()
            try:
                return does(*given)
            finally:
                found.setdefault(name, set()).update(names)

        return step

    monkeypatch.setattr(Journal, "events", told)
    for name in [*STEPS, "promote"]:
        monkeypatch.setattr(
            northstar.Loop, f"_{name}", noting(name, getattr(northstar.Loop, f"_{name}"))
        )
    return found


def test_the_loop_goes_through_the_steps_of_the_definition_and_ends_as_it_says():
    """What the other tests of the loop expect is this order."""

    assert ["start", *STEPS] == RUN[:-1]
    assert RUN[-1] in ENDINGS
    assert [*RUN[:-1], "promote"] == list(STEP)


def test_a_step_takes_what_the_definition_says_and_no_more(home, taken):
    """A promotion and a way back, so that each step is taken once."""
    lazily(home).commit("better")
    with closing(home.loop()) as loop:
        loop.look()
        *_, first = loop.run()
        figures = {"kind": "performance", "version": 3, "week": 4, "cause": "3 in week 4"}
        loop.journal.add(8, lambda _: (None, "trigger", "it fell", figures))
        list(loop.run())

    assert "promoted" == first["event"]
    assert {name: set(STEP[name].takes) for name in [*STEPS, "promote"]} == taken


def test_a_step_gives_what_the_definition_says(home):
    """And may give more, for whoever reads the journal."""
    lazily(home).commit("better")
    given = {e["event"].replace("promoted", "promote"): set(e["figures"]) for e in home.go()}

    assert {} == {name: set(step.gives) - given[name] for name, step in STEP.items()
                  if not given[name].issuperset(step.gives)}  # fmt: skip


@pytest.mark.parametrize("step", PIPELINE[1:], ids=lambda step: step.name)
def test_who_may_say_no_is_somebody_who_does(step):
    """A step ends the run itself, or by what it shares with others; `register` does neither."""
    text = inspect.getsource(getattr(northstar.Loop, f"_{step.name}"))
    ends = any(word in text for word in ('Ended("refused"', "self._withdraw(", "self._settled("))

    assert bool(step.no) == ends


def test_the_triggers_are_those_that_fire():
    """In their order, which is that of the sentence."""
    kind = list(inspect.signature(triggers.fire).parameters).index("kind")
    calls = [node for node in ast.walk(ast.parse(inspect.getsource(triggers.look)))
             if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "fire"]  # fmt: skip

    assert list(TRIGGERS) == [call.args[kind].value for call in calls]


def test_a_definition_in_another_order_is_refused():
    """The gate would look for a digest that nobody has made."""
    swapped = [*PIPELINE[:2], PIPELINE[3], PIPELINE[2], *PIPELINE[4:]]

    assert [] == broken()
    assert ["gate takes digest, which no step before it gives"] == broken(swapped)


def test_a_step_that_gives_too_little_is_not_written(tmp_path):
    """Or the next one would find a hole."""
    journal = Journal(tmp_path / "northstar.db", lambda: 1.0)

    with pytest.raises(ValueError, match="register has to give log as well"):
        journal.add(3, lambda _: (1, "register", "version 2", {"version": 2}))
    assert [] == journal.events()
