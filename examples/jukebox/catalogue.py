"""The catalogue: tracks, where they charted, and whether the data can be trusted.

K.R.A.P. Records' catalogue is simulated, so the truth is known and every claim about a model can
be checked against it. A week is a whole number, counted from the start of the simulated clock.

`tracks` is a frame with one row for each track: `track_id` (text, unique), `released` (week),
and the 13 columns of `problem.FEATURES`. `charts` has one row for each country where a track
charted: `track_id`, `country`, and `known`, the week in which that became known.
"""

import hashlib
from dataclasses import dataclass
from math import pi

import numpy as np
import pandas as pd

from jukebox.problem import COUNTRIES, FEATURES, LABEL_DELAY

COLUMNS = ["track_id", "released", *FEATURES]
WHOLE = ["released", "is_explicit", "key", "mode"]  # columns that hold whole numbers

# The middle of each feature and its spread, on the scale on which it is bell-shaped: the log of
# the odds for a share, the log for a duration, the plain value otherwise.
BELL = {
    "duration_ms": (12.2, 0.3),
    "danceability": (0.7, 0.7),
    "energy": (0.6, 0.9),
    "loudness": (-8, 3),
    "speechiness": (-2.5, 0.8),
    "acousticness": (-1.2, 1.4),
    "instrumentalness": (-4, 2),
    "liveness": (-1.8, 0.8),
    "valence": (0, 0.9),
    "tempo": (120, 25),
}
EXPLICIT, MAJOR, KEYLESS = 0.3, 0.6, 0.02  # shares of all tracks

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
SMALL = frozenset("BO EE HN IS KZ LU LV NI PY SV".split())  # few tracks chart there
SIGNAL = 1.4  # how far the features move the log-odds of charting, as a standard deviation
ALIKE = 0.8  # the share of a country's taste, as a correlation, that is its region's


@dataclass(frozen=True)
class Drift:
    """A change of the world, known to the simulation and not to the model.

    - `covariate`: the tracks change and the tastes stay. `energy`, `tempo` and `valence` move by
      `size` of their spreads.
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
        return self.size * {
            "sudden": 1.0,
            "gradual": min(1.0, (since + 1) / self.period),
            "recurring": (1 - np.cos(2 * pi * since / self.period)) / 2,
        }[self.shape]


def bell(tracks):
    """Return the bell-shaped features of tracks in spreads from their middle, (n, 14).

    The key, which goes round in a circle, becomes two columns; no key is the circle's middle.
    """
    columns = []
    for name, feature in FEATURES.items():
        values = tracks[name].to_numpy(float)
        if name == "key":
            angle = 2 * pi * values / 12
            columns += [np.sqrt(2) * wave(angle) * (values >= 0) for wave in (np.cos, np.sin)]
        elif name in BELL:
            if feature.unit == "share":
                values = np.log(values.clip(1e-6, 1 - 1e-6) / (1 - values.clip(1e-6, 1 - 1e-6)))
            elif name == "duration_ms":
                values = np.log(values)
            middle, spread = BELL[name]
            columns.append((values - middle) / spread)
        else:
            share = {"is_explicit": EXPLICIT, "mode": MAJOR}[name]
            columns.append((values - share) / np.sqrt(share * (1 - share)))
    return np.column_stack(columns)


class Catalogue:
    """A simulated catalogue: the same seed, drifts and size give the same weeks in any order."""

    def __init__(self, seed, drifts=(), tracks_a_week=200):
        """Draw the tastes and the chart rates of the countries from the seed, a whole number."""
        self.seed, self.drifts, self.tracks_a_week = seed, tuple(drifts), tracks_a_week
        rng = np.random.default_rng(seed)
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
        small = np.isin(COUNTRIES, list(SMALL))
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
        offset = np.log(self.rates / (1 - self.rates)) * np.sqrt(1 + pi / 8 * SIGNAL**2)
        log_odds = bell(tracks) @ tastes.T + offset + self.drift("label", week)
        return 1 / (1 + np.exp(-log_odds))

    def week(self, number):
        """Return the tracks that are released in a week, and their charts."""
        rng = np.random.default_rng([self.seed, number])
        n = self.tracks_a_week
        draws = rng.normal(size=(n, len(BELL)))
        moved = [name in ("energy", "tempo", "valence") for name in BELL]
        draws += self.drift("covariate", number) * np.array(moved)
        tracks = pd.DataFrame(
            {
                "track_id": [f"T{i:07}" for i in range(number * n, (number + 1) * n)],
                "released": np.full(n, number),
                "is_explicit": (rng.random(n) < EXPLICIT).astype("int64"),
                "key": np.where(rng.random(n) < KEYLESS, -1, rng.integers(12, size=n)),
                "mode": (rng.random(n) < MAJOR).astype("int64"),
            }
        )
        for draw, (name, (middle, spread)) in zip(draws.T, BELL.items(), strict=True):
            values = middle + spread * draw
            if FEATURES[name].unit == "share":
                values = 1 / (1 + np.exp(-values))
            elif name == "duration_ms":
                values = np.exp(values)
            tracks[name] = values.clip(FEATURES[name].lowest, FEATURES[name].highest).round(6)
        tracks = tracks[COLUMNS]
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


def labels(tracks, charts):
    """Return whether each track charted in each country: bool, (n, 72), as in `COUNTRIES`.

    Charts of other tracks are left aside. Raises KeyError for a country that is not one of ours.
    """
    place = {country: i for i, country in enumerate(COUNTRIES)}
    row = pd.Index(tracks["track_id"]).get_indexer(charts["track_id"])
    column = np.array([place[country] for country in charts["country"]], dtype=int)
    answer = np.zeros((len(tracks), len(COUNTRIES)), dtype=bool)
    answer[row[row >= 0], column[row >= 0]] = True
    return answer


def version(tracks, charts):
    """Return the version of the data: the SHA-256 of its content, in hex.

    The order of rows and columns and the format they were kept in do not count. Raises ValueError
    if a track stands there twice.
    """
    content = hashlib.sha256()
    for frame, keys in ((tracks[COLUMNS], ["track_id"]), (charts, ["track_id", "country"])):
        frame = frame.set_index(keys, verify_integrity=True).sort_index().reset_index()
        for name in frame:
            content.update(f"\n{name} {len(frame)}\n".encode())
            if name in ("track_id", "country"):
                content.update("\n".join(frame[name]).encode())
            else:
                content.update(frame[name].to_numpy("<i8" if name in WHOLE else "<f8").tobytes())
    return content.hexdigest()
