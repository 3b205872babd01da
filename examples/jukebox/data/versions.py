"""The versions of the data: what it says, a name for its content, and what differs between two."""

import hashlib
import json

import numpy as np
import pandas as pd
from pandas.util import hash_pandas_object

from jukebox.problem import COUNTRIES
from jukebox.schema import CHART_COLUMNS, COLUMNS


def labels(tracks: pd.DataFrame, charts: pd.DataFrame) -> np.ndarray:
    """Return whether each track charted in each country: bool, (n, 72), as in `COUNTRIES`.

    Charts of other tracks are left aside. Raises KeyError for a country that is not one of ours,
    and pandas' InvalidIndexError if a track stands there twice.
    """
    place = {country: i for i, country in enumerate(COUNTRIES)}
    row = pd.Index(tracks["track_id"]).get_indexer(pd.Index(charts["track_id"]))
    column = np.array([place[country] for country in charts["country"]], dtype=int)
    answer = np.zeros((len(tracks), len(COUNTRIES)), dtype=bool)
    answer[row[row >= 0], column[row >= 0]] = True
    return answer


def data_version(tracks: pd.DataFrame, charts: pd.DataFrame) -> str:
    """Return the version of the data: the SHA-256 of its content, in hex.

    The order of rows and columns and the format they were kept in do not count. Raises ValueError
    if a track stands there twice.
    """
    content = hashlib.sha256()
    for frame, names in ((tracks, COLUMNS), (charts, CHART_COLUMNS)):
        keys = [name for name in names if name in ("track_id", "country")]
        frame = frame[names].set_index(keys, verify_integrity=True).sort_index().reset_index()
        for name in names:
            if name in keys:
                content.update(json.dumps([name, *frame[name]]).encode())
            else:
                content.update(name.encode() + (frame[name].to_numpy("<f8") + 0.0).tobytes())
    return content.hexdigest()


def changed_rows(
    before: tuple[pd.DataFrame, pd.DataFrame], after: tuple[pd.DataFrame, pd.DataFrame]
) -> pd.DataFrame:
    """Return what differs between two versions, each a pair of tracks and charts.

    One row for each difference: `track_id`, `cell` (a column, or a country of the charts),
    `before` and `after`; NaN where there is none.
    """
    cells = [
        pd.concat(
            [
                tracks[COLUMNS].melt("track_id", var_name="cell", value_name="value"),
                charts.rename(columns={"country": "cell", "known": "value"}),
            ]
        ).set_index(["track_id", "cell"])["value"]
        for tracks, charts in (before, after)
    ]
    both = pd.concat(cells, axis=1, keys=["before", "after"]).reset_index()
    return both[both["before"] != both["after"]].sort_values(
        "track_id", kind="stable", ignore_index=True
    )


def hash_rows(tracks: pd.DataFrame, charts: pd.DataFrame) -> set[tuple[int, bytes]]:
    """Return tracks as a set of hashes, each of a row with its labels: equal rows, equal hashes."""
    rows = np.asarray(hash_pandas_object(tracks[COLUMNS], index=False))
    return {(row, y.tobytes()) for row, y in zip(rows, labels(tracks, charts), strict=True)}
