"""The half-year of `why-it-matters`, in one process: what a change costs by how often somebody looks.

It is what the sheet for managers draws, with the loss in euros; the costs of an error are made up.
"""

import pytest
from jukebox import COSTS, COUNTRIES, LABEL_DELAY
from jukebox.world.incident import (
    CAMPAIGNS,
    END_WEEK,
    RELEASE_WEEK,
    cost,
    live_through,
    never,
    quarterly,
    weekly,
)

SIZES: dict[str, tuple[object, object]] = {}  # a half-year has one size, and takes seconds
SAME = ("loop_detect", "loop_recover", "report_detect", "report_recover", "hit_euros")
WAYS = {"loop": weekly, "report": quarterly, "alone": never}
EVERY = 3  # weeks between two that are drawn, as in the table of the page


@pytest.fixture(scope="module")
def lives():
    """The weeks of each of the three companies."""
    return {name: list(live_through(looks)) for name, looks in WAYS.items()}


def test_who_looks_knows_and_who_looks_more_often_loses_less(lives, figures):
    """Weeks, hits of a hundred campaigns, and millions of euros."""
    costs = {name: cost(weeks) for name, weeks in lives.items()}
    a_hit = round(COSTS.wasted + COSTS.missed)
    figures |= {"wasted_euros": round(COSTS.wasted), "missed_euros": round(COSTS.missed)}
    figures |= {"hit_euros": a_hit, "until_week": END_WEEK - 1}
    for name, weeks in lives.items():
        detect, recover, lost = costs[name]
        figures |= {f"{name}_detect": detect or "never", f"{name}_recover": recover or "never"}
        figures |= {
            f"{name}_lost": int(round(lost, -2)),
            f"{name}_euros_m": round(lost * a_hit / 1e6),
        }
        for week in weeks[1::EVERY]:
            share = week.hits / (CAMPAIGNS * len(COUNTRIES))
            figures[f"{name}_hits_{week.week}"] = round(100 * share)

    assert (None, None) == costs["alone"][:2]
    assert LABEL_DELAY <= costs["loop"].detect <= costs["report"].detect
    assert costs["loop"].lost < costs["report"].lost < costs["alone"].lost
    assert [RELEASE_WEEK, END_WEEK - 1] == [lives["loop"][0].week, lives["loop"][-1].week]
