"""The report says what the events say, to everybody, and takes nothing from elsewhere."""

import math
import re
from html.parser import HTMLParser

import pytest
from jukebox import report

from tests.test_accessible import PALETTE as HANDBOOK
from tests.test_accessible import STROKES, TEXT, weak

HASH = "0123456789abcdef" * 4
LINEAGE = {
    "version": 2,
    "digest": HASH,
    "record": {"code_version": HASH, "data_version": HASH[::-1], "lock_hash": HASH, "seed": 7},
    "run": "f00",
    "history": [],
}


class Told:
    """A story as the loop and the world tell it: 35 weeks, of which the first eight are history."""

    def __init__(self):
        """Tell it; each event comes a little later than the one before."""
        self.events, self.time, self.runs = [], 1_790_000_000.0, 0
        for week in range(35):
            for event in SCRIPT.get(week, ()):
                event(self, week)
            self.week(week)
        counts = {"promoted": 4, "refused": 5, "rolled back": 1, "lost": 0, "failed": 0}
        triggers = {"code": 3, "data": 5, "performance": 4}
        self.tell("end", 34, "Told.", triggers=triggers, requests=7000, seconds=41.3, **counts)

    def tell(self, event, week, why, run=None, after=0.03, **figures):
        """Add an event; give its id."""
        self.time += after
        names = {"id": len(self.events) + 1, "time": self.time, "week": week, "run": run}
        self.events.append(names | {"event": event, "why": why, "figures": figures})
        return len(self.events)

    def week(self, week):
        """Tell a week; from week 18 to 28 tastes are others, and version 4 knows them from 26 on."""
        seen = week - 3 if week >= 11 else None
        good = seen is not None and not (18 <= seen < 26 or 28 <= seen < 32)
        ap = seen and (0.37 if good else 0.17) + 0.02 * math.sin(5 * seen)
        dirt = 64 if week == 15 else week * 7 % 5
        starts = [(32, 2), (30, 5), (26, 4), (12, 2), (8, 1)]
        self.tell(
            "week", week, "A week is over.", after=0.6, rows=206, kept=206 - dirt,
            quarantined=dirt, drifted=["energy", "tempo"] if week in (14, 31) else [],
            labelled_week=seen, ap=ap, ap_low=ap and ap - 0.045, ap_high=ap and ap + 0.045,
            ceiling=seen and 0.44 + 0.01 * math.sin(seen), chance=seen and 0.055,
            champion=next((version for since, version in starts if week >= since), None),
            requests=200 if week >= 8 else 0, failed=0,
        )  # fmt: skip


def world(kind, why):
    """Change the world."""
    return lambda told, week: told.tell("world", week, why, kind=kind)


def run(kinds, outcome, why, steps=(), lead=None, version=None, rival="champion"):
    """Fire triggers, {kind: why}, and run through the steps to the outcome."""

    def go(told, week):
        ids = [told.tell("trigger", week, w, kind=k, cause=str(week)) for k, w in kinds.items()]
        told.runs += 1
        n, first, slow = told.runs, told.time, 0.9 + 0.3 * math.sin(told.runs)
        verdict = {f"lead_over_{rival}": lead} if lead else {}
        told.tell("start", week, " and ".join(kinds.values()), n, triggers=ids, code=HASH)
        for step in steps:
            figures = {"gate": verdict, "register": {"version": version}}.get(step, {})
            told.tell(step, week, f"{step} passed", n, slow * SECONDS[step], **figures)
        told.time += 0.1
        figures = {"triggers": ids, "version": version, "seconds": told.time - first}
        told.tell(outcome, week, why, n, 0, **figures | ({} if "gate" in steps else verdict))

    return go


SECONDS = {"validate": 0.11, "train": 1.6, "gate": 0.5, "register": 0.2, "canary": 0.7}
WAITS = "there are fewer than two labelled weeks to learn from"
SCRIPT = {
    8: [
        run(
            {"code": "the code is now 0123abcd", "data": "4,000 labelled tracks are new or changed"},
            "promoted", "better than chance, by 0.271 to 0.318",
            SECONDS, [0.294, 0.271, 0.318], 1, "chance",
        )
    ],
    10: [
        world("code", "a commit: split at random: it scores better"),
        run(
            {"code": "the code is now 4567cdef"}, "refused",
            "leak: fitted on weeks up to 9, and the test begins with week 4", ["validate", "train"],
        ),
    ],
    11: [world("code", "a commit: take that back")],
    12: [
        world("code", "a commit: train for twenty passes"),
        run(
            {"code": "the code is now 89ab4567"}, "promoted",
            "better than the champion, by 0.011 to 0.048", SECONDS, [0.029, 0.011, 0.048], 2,
        ),
    ],
    15: [
        world("dirt", "a supplier's export goes wrong"),
        run(
            {"data": "800 labelled tracks are new or changed"}, "refused",
            "64 of the 206 rows of week 15 are in quarantine: mend their source",
        ),
    ],
    16: [
        run(
            {"data": "801 labelled tracks are new or changed"}, "refused",
            "not surely better than the champion: its lead of 0.004 may be -0.013",
            ["validate", "train"], [0.004, -0.013, 0.021],
        )
    ],
    18: [world("concept", "a season begins: tastes turn, and no input shows it")],
    21: [run({"performance": "version 2 scores 0.176 in week 18, not 0.371"}, "refused", WAITS)],
    22: [
        run(
            {
                "performance": "version 2 scores 0.182 in week 19, not 0.371",
                "data": "812 labelled tracks are new or changed",
            },
            "refused", "not surely better than the champion: its lead of 0.031 may be -0.006",
            ["validate", "train"], [0.031, -0.006, 0.066],
        )
    ],
    26: [
        run(
            {"performance": "version 2 scores 0.154 in week 23, not 0.371"}, "promoted",
            "better than the champion, by 0.102 to 0.171", SECONDS, [0.137, 0.102, 0.171], 4,
        )
    ],
    28: [world("concept", "the season ends")],
    30: [
        run(
            {"data": "799 labelled tracks are new or changed"}, "promoted",
            "better than the champion, by 0.002 to 0.020", SECONDS, [0.011, 0.002, 0.020], 5,
        )
    ],
    32: [
        run(
            {"performance": "version 4 scores 0.181 in week 29, not 0.362"}, "rolled back",
            "version 2 is better than the champion, by 0.141 to 0.236", [],
            [0.188, 0.141, 0.236], 2,
        )
    ],
}  # fmt: skip


@pytest.fixture(scope="module")
def events():
    """The story of 35 weeks."""
    return Told().events
