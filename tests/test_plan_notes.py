"""The notes of the handbook's own plans hold: what they name is in the plan, and is long enough."""

import re

import pytest

from docs._ext.plans import Handbook, Plan

BOOK = Handbook("docs")
SET_UP = 45  # minutes, an estimate


def named(plan: Plan, words: str) -> list[int]:
    """Return the minutes of each block whose title a text begins between quotation marks."""
    found = []
    for start in re.findall(r"“([^”]+)”", words):
        blocks = [block for block in plan.blocks if block.title.startswith(start)]
        assert blocks, f"{plan.name}: no block is called {start!r}"
        found.append(blocks[0].minutes)
    return found


@pytest.mark.parametrize("name", BOOK.plans)
def test_notes_name_blocks(name):
    """A title between quotation marks is that of a block of the plan."""
    plan = BOOK.plan(name)
    for block in plan.blocks:
        named(plan, block.note)


@pytest.mark.parametrize("name", ["three-days", "one-day"])
def test_set_up_on_the_day(name):
    """What is left out for the set-up is as long as it is."""
    plan = BOOK.plan(name)
    note = plan.blocks[0].note

    assert f"{SET_UP} minutes of set-up" in note
    assert sum(named(plan, note)) >= SET_UP


def test_late_on_each_of_three_days():
    """Each day has one block to leave out, with a note that says what goes with it."""
    plan = BOOK.plan("three-days")
    dropped = [block for part in plan.parts for block in part.blocks if block.drop]

    assert [part.name for part in plan.parts] == [part.name for part, _ in plan.blocks_by_drop]
    for day, block in enumerate(dropped, 1):
        assert block.note.startswith(f"If you are late on day {day}, leave out this block")
    assert dropped[1].drop == dropped[2].drop
    assert dropped[2].title.startswith(re.search(r"“(.*)”", dropped[1].note)[1])
