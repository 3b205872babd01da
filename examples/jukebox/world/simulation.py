"""The simulated world: tracks, where they chart, and how that changes.

The truth is known here, so every claim about a model can be checked against it. Nothing in it is
a real track, and no taste of a country is a real one. A week is a whole number, counted from the
start of the simulated clock.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from math import pi

import numpy as np
import pandas as pd
from scipy.special import expit, logit

from jukebox.problem import COUNTRIES, LABEL_DELAY
from jukebox.schema import FEATURES, WHOLE

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
# Milliseconds, six spreads above the middle: no ordinary week has such a track.
LONG_TRACK = 20 * 60_000
SIGNAL = 1.4  # how far the features move the log-odds of charting, as a standard deviation
ALIKE = 0.8  # the share of a country's taste, as a correlation, that is its region's


DRIFT_KINDS = ("covariate", "long", "prevalence", "label", "concept")  # of drift


@dataclass(frozen=True)
class Drift:
    """A change of the world, known to the simulation and not to the model.

    What a track is, and P(chart | track), are two things. Three kinds change which tracks there
    are, and leave P(chart | track):

    - `covariate`: the features in `MOVED` move by `size` of their spreads. By construction this is
      harmless to a model that has learnt the tastes: they are the same straight lines everywhere,
      so what was learnt here holds there.
    - `long`: a share `size` of the tracks, 0 to 1, lasts from LONG to an hour. This one hurts. Such
      tracks follow other tastes in every week, but no ordinary week has any, so no model knows.
    - `prevalence`: the label chooses. It signs of the tracks on offer the most promising share
      1 - `size` or, if `size` is below 0, the least promising share 1 + `size`.

    Two change P(chart | track), and leave the tracks:

    - `label`: the odds of charting are multiplied by e to the power of `size`, for every track in
      every country. (Charting is rare, so the features of the tracks that chart stay nearly as they
      were, as the textbook's prior shift has it.) The probabilities are wrong then, and the order
      of the tracks is not.
    - `concept`: tastes change, and rates of charting stay. Each country's weights turn by `size`
      quarter turns: at 1, what the features said before says nothing now.

    A `sudden` drift is whole from the week `start` on. A `gradual` one grows in equal steps for
    `period` weeks. A `recurring` one swells and ebbs as a cosine, once every `period` weeks.
    """

    kind: str
    shape: str = "sudden"
    start: int = 0
    size: float = 1.0
    period: int = 8

    def __post_init__(self) -> None:
        """Raise ValueError for a kind or a shape that does not exist."""
        if self.kind not in DRIFT_KINDS:
            raise ValueError(
                f"kind is {self.kind!r}: use {', '.join(DRIFT_KINDS[:-1])} or {DRIFT_KINDS[-1]}"
            )
        if self.shape not in ("sudden", "gradual", "recurring"):
            raise ValueError(f"shape is {self.shape!r}: use sudden, gradual or recurring")

    def at(self, week: int) -> float:
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


def standardise(tracks: pd.DataFrame) -> np.ndarray:
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

    def __init__(self, seed: int, drifts: Iterable[Drift] = (), tracks_a_week: int = 200) -> None:
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

    def drift(self, kind: str, week: int) -> float:
        """Return the size of all drifts of a kind in a week, added up."""
        return sum(drift.at(week) for drift in self.drifts if drift.kind == kind)

    def truth(self, tracks: pd.DataFrame, week: int) -> np.ndarray:
        """Return the true probability that each track, if released in a week, charts: (n, 72)."""
        turn = self.drift("concept", week) * pi / 2
        tastes = np.cos(turn) * self.tastes + np.sin(turn) * self.other_tastes
        # The mean of a logistic function over a normal variable, solved for its offset: MacKay,
        # "The evidence framework applied to classification networks", Neural Computation 4, 1992.
        offset = logit(self.rates) * np.sqrt(1 + pi / 8 * SIGNAL**2)
        seen = standardise(tracks)
        log_odds = seen @ tastes.T + offset + self.drift("label", week)
        long = tracks["duration_ms"].to_numpy() >= LONG_TRACK
        if long.any():  # in any week: how much longer does not count
            seen[:, list(BELLS).index("duration_ms")] = 0
            others = seen[long] @ self.other_tastes.T
            log_odds[long] = others + offset + self.drift("label", week)
        return expit(log_odds)

    def draw_offers(self, rng: np.random.Generator, number: int, n: int) -> pd.DataFrame:
        """Return the features of n tracks that a label may sign for a week."""
        tracks = pd.DataFrame({"released": np.full(n, number, np.int64)})
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
        if share := self.drift("long", number):
            long = rng.random(n) < share
            tracks.loc[long, "duration_ms"] = rng.uniform(LONG_TRACK, 3 * LONG_TRACK, n)[
                long
            ].round(6)
        return tracks

    def choose_signed(self, tracks: pd.DataFrame, number: int) -> pd.DataFrame:
        """Return the tracks that the label signs of those on offer, in their order."""
        choice = self.drift("prevalence", number)
        promise = np.sign(choice) * self.truth(tracks, number).mean(1)
        best = np.argsort(-promise, kind="stable")[: self.tracks_a_week]
        return tracks.iloc[np.sort(best)].reset_index(drop=True)

    def week(self, number: int) -> tuple[pd.DataFrame, pd.DataFrame]:
        """Return the tracks that are released in a week, and their charts.

        Raises ValueError for a prevalence drift that would leave no track to sign.
        """
        rng = np.random.default_rng([self.seed, number])
        n, choice = self.tracks_a_week, abs(self.drift("prevalence", number))
        if choice >= 1:
            raise ValueError("a prevalence drift of 1 signs no track: let its size be nearer to 0")
        tracks = self.draw_offers(rng, number, round(n / (1 - choice)))
        if choice:
            tracks = self.choose_signed(tracks, number)
        ids = pd.Series([f"T{number * n + i:07}" for i in range(n)])
        tracks.insert(0, "track_id", ids)
        row, column = np.nonzero(rng.random((n, len(COUNTRIES))) < self.truth(tracks, number))
        charts = pd.DataFrame(
            {
                "track_id": tracks["track_id"].to_numpy()[row],
                "country": np.array(COUNTRIES, dtype=object)[column],
                "known": np.full(len(row), number + LABEL_DELAY),
            }
        )
        return tracks, charts

    def weeks(self, numbers: Iterable[int]) -> tuple[pd.DataFrame, pd.DataFrame]:
        """Return the tracks and the charts of several weeks, one below the other."""
        tracks, charts = zip(*map(self.week, numbers), strict=True)
        return pd.concat(tracks, ignore_index=True), pd.concat(charts, ignore_index=True)
