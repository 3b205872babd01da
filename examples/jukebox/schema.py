"""The schema: what a track and a chart are.

The checks of what comes in, the store, the service and the readers of files are made from it, so
that a track which one of them takes is a track for all.
"""

import re
from typing import NamedTuple


class Feature(NamedTuple):
    """One audio feature of a track: the lowest and highest value that make sense, and its unit."""

    lowest: float
    highest: float
    unit: str


FEATURES = {
    "is_explicit": Feature(0, 1, "no or yes"),
    "duration_ms": Feature(1_000, 3_600_000, "milliseconds"),
    "danceability": Feature(0, 1, "share"),
    "energy": Feature(0, 1, "share"),
    "key": Feature(-1, 11, "pitch class; -1 for none found"),
    "loudness": Feature(-60, 5, "decibels below full scale"),
    "mode": Feature(0, 1, "minor or major"),
    "speechiness": Feature(0, 1, "share"),
    "acousticness": Feature(0, 1, "share"),
    "instrumentalness": Feature(0, 1, "share"),
    "liveness": Feature(0, 1, "share"),
    "valence": Feature(0, 1, "share"),
    "tempo": Feature(20, 300, "beats a minute"),
}

LAST_WEEK = 5200  # a century; beyond it, a number is no week of release

# {column: (lowest, highest)} of a track's numbers, in the order of its columns.
BOUNDS = {"released": (0, LAST_WEEK)} | {name: feature[:2] for name, feature in FEATURES.items()}
WHOLE = ("released", "is_explicit", "key", "mode")  # columns that hold whole numbers
COLUMNS = ["track_id", *BOUNDS]  # of a track
CHART_COLUMNS = ["track_id", "country", "known"]  # a country of COUNTRIES, and a week

# Suppliers name tracks by URIs with colons, by ISRC with hyphens or dots, or by numbers of their own.
LONGEST_ID = 128  # characters
TRACK_ID = re.compile(f"[!-~]{{1,{LONGEST_ID}}}")  # printable ASCII, without spaces

# What each column is as NumPy knows it, once it has passed the checks.
TRACK_TYPES = {name: "int64" if name in WHOLE else float for name in COLUMNS} | {"track_id": object}
CHART_TYPES = {"track_id": object, "country": object, "known": "int64"}
