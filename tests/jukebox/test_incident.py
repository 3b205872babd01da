"""The incident: what a way of working costs follows from when somebody looks, and from nothing else."""

import numpy as np
import pytest
from jukebox import COUNTRIES, LABEL_DELAY
from jukebox.world.incident import (
    QUARTER,
    RELEASE_WEEK,
    TURN_WEEK,
    Cost,
    Week,
    cost,
    count_hits,
    live_through,
    never,
    quarterly,
)

LAST = TURN_WEEK + LABEL_DELAY + 3  # enough to find the fall, be refused once, and mend it


def after_a_fall(week):
    """Look only in the week in which the first charts of the new tastes are known."""
    return week == TURN_WEEK + LABEL_DELAY


@pytest.fixture(scope="module")
def lives():
    """The weeks with one look, and those with none."""
    return {looks: list(live_through(looks, LAST)) for looks in (after_a_fall, never)}


def test_a_hit_is_a_chart_among_the_surest_tracks_of_its_country():
    """Two campaigns a country: the first meets two of its three charts, the others have none."""
    y, p = np.zeros((4, len(COUNTRIES)), bool), np.zeros((4, len(COUNTRIES)))
    y[:3, 0], p[:, 0] = True, (0.9, 0.8, 0.1, 0.2)

    assert 2 == count_hits(y, p, campaigns=2)


def test_the_ways_differ_in_nothing_before_anybody_finds_the_fall(lives):
    """The same model answers the same, until the look in week 23."""
    mended, alone = lives.values()
    known = TURN_WEEK + LABEL_DELAY - RELEASE_WEEK

    assert mended[:known] == alone[:known]


def test_whoever_has_found_a_fall_comes_back_until_it_is_mended(lives):
    """One look is enough: the weeks after it follow from what it saw."""
    found = {week.week: week.found for week in lives[after_a_fall] if week.found}

    assert {TURN_WEEK + LABEL_DELAY: "fell"} == dict(list(found.items())[:1])
    assert "promoted" == list(found.values())[-1]
    assert cost(lives[after_a_fall]).recover == max(found) - TURN_WEEK


def test_what_nobody_looks_at_is_never_known(lives):
    """Nor mended: no other version ever answers."""
    assert (None, None) == cost(lives[never])[:2]
    assert {1} == {week.version for week in lives[never]}


def test_the_cost_of_a_life():
    """Known by the first look that had charts, mended from nine tenths on; what is lost adds up."""
    before = [Week(TURN_WEEK - 1, 1, 100, "")]
    found = {3: "fell", 4: "promoted"}
    after = [
        Week(TURN_WEEK + n, 1, met, found.get(n, "")) for n, met in enumerate((20, 30, 40, 20, 90))
    ]

    assert Cost(detect=3, recover=4, lost=300) == cost(before + after)


def test_a_quarterly_report():
    """The first is due a quarter after the release, or in the week that was given."""
    assert [29, 42] == [week for week in range(RELEASE_WEEK, 50) if quarterly(week)]
    assert [22, 22 + QUARTER] == [week for week in range(RELEASE_WEEK, 42) if quarterly(week, 22)]
