"""The simulated world: tracks, where they chart, how that changes, and dirt on the way in.

The truth is known here, so every claim about a model can be checked against it. Nothing in it is
a real track, and no taste of a country is a real one. A week is a whole number, counted from the
start of the simulated clock.
"""

from dataclasses import dataclass
from math import pi

import numpy as np
import pandas as pd
from scipy.special import expit, logit

from jukebox.problem import COUNTRIES, FEATURES, LABEL_DELAY

COLUMNS = ["track_id", "released", *FEATURES]
WHOLE = ["released", "is_explicit", "key", "mode"]  # columns that hold whole numbers

# The scale on which a feature is bell-shaped, and the way back, where that is not its own unit.
SCALES = {"share": (logit, expit), "milliseconds": (np.log, np.exp)}
# Middle and spread of each feature on that scale; of a yes or no, its share and deviation.
BELLS = {
    "is_explicit": (0.3, 0.458),
    "duration_ms": (12.2, 0.3),
    "danceability": (0.7, 0.7),
    "energy": (0.6, 0.9),
    "loudness": (-8, 3),
    "mode": (0.6, 0.49),
    "speechiness": (-2.5, 0.8),
    "acousticness": (-1.2, 1.4),
    "instrumentalness": (-4, 2),
    "liveness": (-1.8, 0.8),
    "valence": (0, 0.9),
    "tempo": (120, 25),
}
KEYLESS = 0.02  # share of tracks in which no key is found

# Countries with a taste alike; invented, as is all of this data.
REGIONS = (
    "AR BO CL CO CR DO EC ES GT HN MX NI PA PE PY SV UY VE",
    "BR PT",
    "AU CA GB IE NZ US ZA NG",
    "AT CH DE BE FR LU NL IT",
    "DK FI IS NO SE EE LT LV",
    "BG BY CZ GR HU KZ PL RO SK UA",
    "AE EG IL IN MA PK SA TR",
    "HK ID JP KR MY PH SG TH TW VN",
)
SMALL = ("BO", "EE", "HN", "IS", "KZ", "LU", "LV", "NI", "PY", "SV")  # few tracks chart there
MOVED = ("energy", "tempo", "valence")  # the features that a covariate drift moves
SIGNAL = 1.4  # how far the features move the log-odds of charting, as a standard deviation
ALIKE = 0.8  # the share of a country's taste, as a correlation, that is its region's


@dataclass(frozen=True)
class Drift:
    """A change of the world, known to the simulation and not to the model.

    - `covariate`: the tracks change and the tastes stay. Those in `MOVED` move by `size` of their
      spreads.
    - `label`: the odds of charting are multiplied by e to the power of `size`, for every track in
      every country; tracks and tastes stay. (Charting is rare, so the features of the tracks that
      chart stay nearly as they were, as the textbook's prior shift has it.)
    - `concept`: tastes change, and tracks and rates of charting stay. Each country's weights turn
      by `size` quarter turns: at 1, what the features said before says nothing now.

    A `sudden` drift is whole from the week `start` on. A `gradual` one grows in equal steps for
    `period` weeks. A `recurring` one swells and ebbs as a cosine, once every `period` weeks.
    """

    kind: str
    shape: str = "sudden"
    start: int = 0
    size: float = 1.0
    period: int = 8

    def __post_init__(self):
        """Raise ValueError for a kind or a shape that does not exist."""
        if self.kind not in ("covariate", "label", "concept"):
            raise ValueError(f"kind is {self.kind!r}: use covariate, label or concept")
        if self.shape not in ("sudden", "gradual", "recurring"):
            raise ValueError(f"shape is {self.shape!r}: use sudden, gradual or recurring")

    def at(self, week):
        """Return the size of the drift in a week: 0 before its start."""
        since = week - self.start
        if since < 0:
            return 0.0
        shapes = {
            "sudden": 1.0,
            "gradual": min(1.0, (since + 1) / self.period),
            "recurring": (1 - np.cos(2 * pi * since / self.period)) / 2,
        }
        return self.size * shapes[self.shape]


def standardised(tracks):
    """Return the features in spreads from their middles, (n, 14).

    The key goes round in a circle and takes the two last columns: the circle's middle is no key.
    """
    columns = []
    for name, (middle, spread) in BELLS.items():
        values = tracks[name].to_numpy(float)
        if FEATURES[name].unit == "share":
            values = values.clip(1e-6, 1 - 1e-6)
        there, _ = SCALES.get(FEATURES[name].unit, (np.asarray, np.asarray))
        columns.append((there(values) - middle) / spread)
    key = tracks["key"].to_numpy(float)
    circle = [np.sqrt(2) * wave(2 * pi * key / 12) * (key >= 0) for wave in (np.cos, np.sin)]
    return np.column_stack(columns + circle)


class Catalogue:
    """A simulated catalogue: the same seed, drifts and size give the same weeks in any order."""

    def __init__(self, seed, drifts=(), tracks_a_week=200):
        """Draw the tastes and the chart rates of the countries from the seed, a whole number."""
        self.seed, self.drifts, self.tracks_a_week = seed, tuple(drifts), tracks_a_week
        # Zeros at a seed's end do not count: without the 1, this would be the stream of week 0.
        rng = np.random.default_rng([seed, 0, 1])
        region = [next(i for i, r in enumerate(REGIONS) if c in r.split()) for c in COUNTRIES]
        shape = (len(COUNTRIES), 14)
        self.tastes, self.other_tastes = (
            np.sqrt(ALIKE) * rng.normal(size=(len(REGIONS), 14))[region]
            + np.sqrt(1 - ALIKE) * rng.normal(size=shape)
            for _ in range(2)
        )
        self.tastes *= SIGNAL / np.linalg.norm(self.tastes, axis=1, keepdims=True)
        # Tastes after a concept drift stand at right angles to those before, at the same length.
        along = (self.tastes * self.other_tastes).sum(1, keepdims=True) / SIGNAL**2
        self.other_tastes -= along * self.tastes
        self.other_tastes *= SIGNAL / np.linalg.norm(self.other_tastes, axis=1, keepdims=True)
        small = np.isin(COUNTRIES, SMALL)
        self.rates = np.where(small, 0.02, rng.uniform(0.06, 0.16, len(COUNTRIES)))

    def drift(self, kind, week):
        """Return the size of all drifts of a kind in a week, added up."""
        return sum(drift.at(week) for drift in self.drifts if drift.kind == kind)

    def truth(self, tracks, week):
        """Return the true probability that each track, if released in a week, charts: (n, 72)."""
        turn = self.drift("concept", week) * pi / 2
        tastes = np.cos(turn) * self.tastes + np.sin(turn) * self.other_tastes
        # The mean of a logistic function over a normal variable, solved for its offset: MacKay,
        # "The evidence framework applied to classification networks", Neural Computation 4, 1992.
        offset = logit(self.rates) * np.sqrt(1 + pi / 8 * SIGNAL**2)
        log_odds = standardised(tracks) @ tastes.T + offset + self.drift("label", week)
        return expit(log_odds)

    def week(self, number):
        """Return the tracks that are released in a week, and their charts."""
        rng = np.random.default_rng([self.seed, number])
        n = self.tracks_a_week
        tracks = pd.DataFrame({"track_id": [f"T{number * n + i:07}" for i in range(n)]})
        tracks["released"] = np.int64(number)
        for name, feature in FEATURES.items():
            if name == "key":
                tracks[name] = np.where(rng.random(n) < KEYLESS, -1, rng.integers(12, size=n))
            elif name in WHOLE:
                tracks[name] = (rng.random(n) < BELLS[name][0]).astype("int64")
            else:
                moved = self.drift("covariate", number) * (name in MOVED)
                middle, spread = BELLS[name]
                _, back = SCALES.get(feature.unit, (np.asarray, np.asarray))
                values = back(middle + spread * (rng.normal(size=n) + moved))
                tracks[name] = values.clip(feature.lowest, feature.highest).round(6)
        row, column = np.nonzero(rng.random((n, len(COUNTRIES))) < self.truth(tracks, number))
        charts = pd.DataFrame(
            {
                "track_id": tracks["track_id"].to_numpy()[row],
                "country": np.array(COUNTRIES, dtype=object)[column],
                "known": np.full(len(row), number + LABEL_DELAY),
            }
        )
        return tracks, charts

    def weeks(self, numbers):
        """Return the tracks and the charts of several weeks, one below the other."""
        tracks, charts = zip(*map(self.week, numbers), strict=True)
        return pd.concat(tracks, ignore_index=True), pd.concat(charts, ignore_index=True)


DIRT = ("missing", "out_of_range", "wrong_type", "wrong_encoding", "late", "reordered", "duplicate")


def dirty(tracks, rng, rates):
    """Return the tracks with dirt in them, and the ledger of what was done.

    `rates` gives the share of rows for each kind of `DIRT`; a row gets one kind at most. The
    ledger has a row for each: `row` (position in the dirty frame), `track_id`, `kind`, `column`,
    `before`, `after`. Copies come last, and rows that are `reordered` swap places among
    themselves. Raises ValueError for other kinds, or for more dirt than rows.
    """
    counts = {kind: round(len(tracks) * rate) for kind, rate in rates.items()}
    if not set(counts) <= set(DIRT) or sum(counts.values()) > len(tracks):
        raise ValueError(f"rates are {rates}: use shares of {', '.join(DIRT)}, 1 in all at most")
    frame = tracks.reset_index(drop=True).astype(object)
    rows = iter(rng.permutation(len(frame)))
    picked = {kind: [int(next(rows)) for _ in range(count)] for kind, count in counts.items()}
    ledger = []
    for kind in ("missing", "out_of_range", "wrong_type", "wrong_encoding", "late"):
        for row in picked.get(kind, ()):
            features = [n for n in FEATURES if kind != "wrong_type" or n not in WHOLE]
            column = {"wrong_encoding": "track_id", "late": "released"}.get(kind)
            column = column or features[rng.integers(len(features))]
            before = after = frame.at[row, column]
            if kind == "missing":
                after = None
            elif kind == "out_of_range":
                lowest, highest, _ = FEATURES[column]
                beyond = (highest - lowest) * rng.uniform(0.1, 1)
                after = round(highest + beyond if rng.random() < 0.5 else lowest - beyond, 3)
            elif kind == "wrong_type":
                after = f"{before:.3f}".replace(".", ",")
            elif kind == "wrong_encoding":  # UTF-8 with a byte order mark, read as Latin-1
                after = ("\ufeff" + before).encode().decode("latin-1")
            else:
                after = before - int(rng.integers(1, 9))
            frame.at[row, column] = after
            ledger.append((row, tracks["track_id"].iloc[row], kind, column, before, after))
    moved = picked.get("reordered", [])
    origins = [moved[i] for i in rng.permutation(len(moved))]
    frame.iloc[moved] = frame.iloc[origins].to_numpy()
    for row, origin in zip(moved, origins, strict=True):
        ledger.append((row, frame.at[row, "track_id"], "reordered", None, origin, row))
    copies = picked.get("duplicate", [])
    for row, origin in enumerate(copies, len(frame)):
        ledger.append((row, frame.at[origin, "track_id"], "duplicate", None, origin, row))
    columns = ["row", "track_id", "kind", "column", "before", "after"]
    frame = pd.concat([frame, frame.iloc[copies]], ignore_index=True)
    return frame, pd.DataFrame(ledger, columns=columns)
