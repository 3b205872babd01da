"""Events become JSON and come back, also those that older code has written."""

import json
import math

import pytest
from jukebox.loop.events import (
    Judgement,
    Refusal,
    Registration,
    Trigger,
    read_event,
    read_runs,
    write_line,
)


def event(name, **figures):
    """Give an event as JSON has it."""
    names = {"id": 1, "time": 2.5, "week": 3, "run": 4}
    return names | {"event": name, "why": "so", "figures": figures}


# As the journal of the home from before there were rooms has them, in its order.
OLD = [
    event("trigger", kind="data", cause="09f7", rows=461),
    event("trigger", kind="performance", cause="1 in week 4", version=1, week=4),
    event(
        "start", triggers=[1], kinds=["data"], code="5455", data="09f7", seen="09f7", since=0,
        newest=4, quarantined=3, champion=None, decision=1,
    ),
    event("validate", week=14, rows=40, quarantined=3, seconds=0.029),
    event("train", digest="ff82", metrics={"brier": 0.09}, seconds=10.705),
    event("gate", weeks=[8, 11], ceiling=None, brier=0.09, champion=None, seconds=0.312),
    event("register", version=2, log=37, seconds=2.525),
    event("canary", version=2, share=0.2, answers=0, seconds=0.001),
    event("promoted", triggers=[1], version=2, seconds=14.63),
    event("refused", triggers=[1], version=None, seconds=12.4, weeks=[8, 11], limits={"level": 0.05}),
    event("refused", triggers=[1], version=None, seconds=12.4, forgotten="09f7"),
    event("rolled back", triggers=[1], version=1, seconds=1.5, tracks=153),
]  # fmt: skip


@pytest.mark.parametrize("old", OLD, ids=lambda old: old["event"])
def test_an_event_that_is_read_and_printed_is_what_it_was(old):
    """To the byte: also figures that may be absent, and those that no code asks for."""
    assert json.dumps(old) == write_line(read_event(old))


def test_figures_that_this_code_does_not_know_are_kept():
    """Newer code may have written them; a verdict has its own."""
    read = read_event(event("register", version=2, log=37, colour="red"))

    assert Registration(version=2, log=37, others={"colour": "red"}) == read.figures
    assert "red" == json.loads(write_line(read))["figures"]["colour"]


def test_a_plan_of_the_first_journals_has_no_quarantine():
    """The figure came later: it is unknown, and not written."""
    old = next(one for one in OLD if one["event"] == "start")
    early = {name: value for name, value in old["figures"].items() if name != "quarantined"}
    read = read_event(old | {"figures": early})

    assert read.figures.quarantined is None
    assert json.dumps(early) == json.dumps(read.figures.to_json())


@pytest.mark.parametrize("figures", [{"version": 2}, {}, {"version": 2, "log": None}])
def test_an_event_without_a_figure_that_it_owes_says_which(figures):
    """The first journals have no `log`, and their home is shown as any other."""
    read = read_event(event("register") | {"figures": figures})

    assert {"version", "log"} - set(figures) == set(read.figures.lacks)
    assert figures == json.loads(write_line(read))["figures"]


def test_an_event_of_newer_code_is_shown_as_it_is():
    """Also the order of figures, a null, and a name that this code does not know."""
    newer = event("paused", until=9, cause=None)

    assert json.dumps(newer) == write_line(read_event(newer))
    assert {4} == set(read_runs([read_event(OLD[2]), read_event(newer)]))


def test_figures_keep_their_order_and_their_nulls():
    """An event that is printed again is what it was."""
    odd = event("trigger", zeta=1, rows=None, cause="09f7", kind="data")

    assert json.dumps(odd) == write_line(read_event(odd))


def test_a_run_without_a_start_is_told():
    """By its number, with what to do."""
    with pytest.raises(ValueError, match="Run 4 has no start in the journal: restore it"):
        read_runs([read_event(OLD[3])])


def test_a_step_that_gives_too_little_is_no_step():
    """The next would look for it in vain."""
    with pytest.raises(TypeError, match="missing 1 required keyword-only argument: 'log'"):
        Registration(version=2)


def test_the_verdict_stands_before_what_the_step_adds():
    """As journals have always had it."""
    assert ["brier", "champion"] == list(Judgement(champion=1, others={"brier": 0.1}).to_json())


def test_null_and_absent_are_two_things():
    """No version is null; what does not concern a trigger is absent."""
    assert {"triggers": [1], "version": None, "seconds": 0.0} == Refusal(
        triggers=[1], version=None
    ).to_json()
    assert {"kind": "code", "cause": "a"} == Trigger(kind="code", cause="a").to_json()


def test_a_number_that_is_none_is_null():
    """NaN is no JSON."""
    read = read_event(event("train", digest="ff82", metrics={"brier": math.nan}))

    assert {"brier": None} == json.loads(write_line(read))["figures"]["metrics"]
