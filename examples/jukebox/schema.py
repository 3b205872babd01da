"""The schema: what a track and a chart are.

The checks of what comes in, the store, the service and the readers of files are made from it. So
what is kept of a file may be asked of the service under the same id, and is found in its log.
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
NUMBER_WORDS = {"is_explicit": {"True": 1, "False": 0}}  # what a file may say for a number
COLUMNS = ["track_id", *BOUNDS]  # of a track
CHART_COLUMNS = ["track_id", "country", "known"]  # a country of COUNTRIES, and a week

# Suppliers name tracks by URIs with colons, by ISRC with hyphens or dots, or by numbers of their own.
TRACK_ID = re.compile("[!-~]+")  # printable ASCII, which looks the same wherever it is written
LONGEST_ID = 128  # characters
ID_RULE = f"1 to {LONGEST_ID} printable ASCII characters without spaces"  # as people are told it

# What each column is as NumPy knows it, once it has passed the checks.
TRACK_TYPES = {name: "int64" if name in WHOLE else float for name in COLUMNS} | {"track_id": object}
CHART_TYPES = {"track_id": object, "country": object, "known": "int64"}


def is_id(value: object) -> bool:  # a cell may hold anything
    """Return whether a value is an id of a track: text that keeps to `ID_RULE`."""
    return isinstance(value, str) and len(value) <= LONGEST_ID and bool(TRACK_ID.fullmatch(value))
