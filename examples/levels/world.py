"""The same data for all three levels: two files, overwritten each week, with dirt in them.

Whoever fetches them a week later finds other files. In week `TURN` the tastes of all countries
turn (a concept drift); their charts tell of it three weeks later, and nothing else does.
"""

from functools import cache

import numpy as np
import pandas as pd
from jukebox import LABEL_DELAY, Catalogue, Drift, dirty

TURN = 11
DIRT = {"missing": 0.02, "wrong_type": 0.02, "late": 0.02, "duplicate": 0.02}
SECONDS = 0.05  # the share of tracks whose duration comes in seconds instead of milliseconds


class World:
    """A simulated world whose weeks are delivered into a folder as tracks.csv and charts.csv."""

    def __init__(self, folder, tracks_a_week=100, seed=7):
        """Nothing is delivered yet; the folder is made."""
        self.folder, self.seed = folder, seed
        self.catalogue = Catalogue(seed, [Drift("concept", start=TURN)], tracks_a_week)
        self.raw = cache(self.raw)  # each week all weeks are written again
        folder.mkdir(parents=True, exist_ok=True)

    def raw(self, week, clean=False):
        """Give a week's tracks as they arrive, and its charts; clean: without the rows at fault."""
        rng = np.random.default_rng([self.seed, week, 2])
        tracks, charts = self.catalogue.week(week)
        frame, ledger = dirty(tracks, rng, DIRT)
        slow = pd.Series(rng.random(len(frame)) < SECONDS)
        slow &= ~slow.index.isin(ledger["row"])  # one fault a row
        frame.loc[slow, "duration_ms"] /= 1000
        if clean:
            frame = frame[~slow & ~slow.index.isin(ledger["row"])]
        return frame.assign(arrived=week), charts

    def deliver(self, week, clean=False):
        """Write all that is known in a week over what was there."""
        weeks = range(week + 1)
        tracks = pd.concat([self.raw(w, clean)[0] for w in weeks])
        charts = pd.concat([self.raw(w, clean)[1] for w in weeks if w + LABEL_DELAY <= week])
        tracks.to_csv(self.folder / "tracks.csv", index=False)
        charts.to_csv(self.folder / "charts.csv", index=False)
