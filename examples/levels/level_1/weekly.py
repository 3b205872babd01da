"""What the scheduler starts: take in what is new, look for triggers, and do what they ask for.

`python -m examples.levels.level_1.weekly HOME EXPORT CODE`; `crontab` has the line.
"""

import sys
from contextlib import closing
from pathlib import Path

import pandas as pd
from jukebox import Limits, Loop, Policy, Registry, Store

# A data trigger after four weeks of new charts. No canary: nobody asks between two weeks.
POLICY = Policy(rows=320, limits=Limits(newest=2), answers=0)


def take_in(store, export):
    """Let the weeks that are new arrive, each row checked: the bad ones go into quarantine."""
    how = {"dtype": str, "keep_default_na": False}
    tracks, charts = (pd.read_csv(export / f"{kind}.csv", **how) for kind in ("tracks", "charts"))
    arrived, known = tracks["arrived"].astype(int), charts["known"].astype(int)
    for week in range(-1 if store.week is None else store.week, arrived.max()):
        store.chart(week + 1, charts[known == week + 1])
        store.arrive(week + 1, tracks[arrived == week + 1])


def run(home, export, code):
    """Do the week's work on a home, with the pipeline's package in `code`; give the events."""
    store, registry = Store(Path(home, "data")), Registry(Path(home, "registry"))
    take_in(store, Path(export))
    with closing(Loop(home, registry, store, code, POLICY)) as loop:
        return loop.look() + list(loop.run())


if __name__ == "__main__":
    for event in run(*sys.argv[1:]):
        print(f"{event.name:9} {event.why}")
