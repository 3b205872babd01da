"""The checks: which rows of tracks and charts are kept, and why the others are not.

`tracks` is a frame with one row for each track: `track_id` (text, unique), `released` (week),
and the 13 columns of `schema.FEATURES`. `charts` has one row for each country where a track
charted: `track_id`, `country`, and `known`, the week in which that became known.
"""

import math
from typing import Any

import numpy as np
import pandas as pd
import pandera.pandas as pa

from jukebox.problem import COUNTRIES
from jukebox.schema import (
    BOUNDS,
    CHART_TYPES,
    COLUMNS,
    ID_RULE,
    NUMBER_WORDS,
    TRACK_TYPES,
    WHOLE,
    is_id,
)

NO_ID = f"not {ID_RULE}"


def track_schema(week: int | None = None) -> pa.DataFrameSchema:
    """Return the pandera schema of tracks, of one week if it is given. Each cell is a float."""
    whole = pa.Check(lambda values: values % 1 == 0, error="not a whole number")
    right = pa.Check(lambda ids: ids.map(is_id).astype(bool), error=NO_ID)
    columns = {"track_id": pa.Column(checks=[right])}
    for name, (lowest, highest) in (
        BOUNDS | ({} if week is None else {"released": (week, week)})
    ).items():
        under, over = ("before week", "after week") if name == "released" else ("below", "above")
        checks = [
            pa.Check.ge(lowest, error=f"{under} {lowest}"),
            pa.Check.le(highest, error=f"{over} {highest}"),
        ]
        columns[name] = pa.Column(float, checks + [whole] * (name in WHOLE))
    return pa.DataFrameSchema(columns)


def read_number(cell: object) -> float:  # a cell of a file may hold anything
    """Return a cell as a float, to the last bit: NaN for what is none, infinity for too large."""
    if isinstance(cell, str) and ("_" in cell or not cell.isascii()):
        return math.nan  # 1_000, or digits of another script: which Python alone takes
    if isinstance(cell, bool | np.bool_):
        return math.nan  # yes is no energy
    number: Any = cell  # whether it is one, `float` says
    try:
        return float(number)  # unlike pandas, to the last bit
    except OverflowError:
        return math.inf if number > 0 else -math.inf
    except (TypeError, ValueError):
        return math.nan


def read_numbers(column: pd.Series) -> pd.Series:
    """Return a column of tracks as floats: NaN for what is no number and none of its `NUMBER_WORDS`."""
    if column.dtype.kind in "iuf":
        return column.astype(float)
    if words := NUMBER_WORDS.get(str(column.name)):
        column = column.map(lambda cell: words.get(str(cell), cell))
    return column.map(read_number).astype(float)  # a map over no row at all gives objects


def read_ids(column: pd.Series) -> pd.Series:
    """Return a column of ids as text, as a CSV has them: numbers by their digits, bytes as UTF-8."""

    def read_id(cell: object) -> str:  # anything
        return cell.decode(errors="replace") if isinstance(cell, bytes) else str(cell)

    return column.map(read_id, na_action="ignore")


def validate(frame: pd.DataFrame, week: int | None = None) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return the rows of a frame that are right, and those that are not, with a `reason`.

    A row is right if its `track_id` keeps to `schema.ID_RULE`; if each other cell is a number
    inside its `BOUNDS`, text that holds one, or one of its `NUMBER_WORDS`; and, where a week is given, if
    it was released in it. Of right rows with one `track_id` the first is kept. The kept have the
    columns and types of tracks, the quarantined their cells as they came. Raises ValueError if a
    column is missing.
    """
    if missing := [name for name in COLUMNS if name not in frame]:
        raise ValueError(
            f"No column {', '.join(missing)}: there are {', '.join(map(str, frame))}. If yours has "
            "another name, say which one, for example with --map bpm=tempo."
        )
    rows = frame.reset_index(drop=True)
    kept = rows[COLUMNS].copy()
    for name in BOUNDS:
        kept[name] = read_numbers(rows[name])
    reasons, blank = {}, rows.isna()
    try:
        track_schema(week).validate(kept, lazy=True)
    except pa.errors.SchemaErrors as errors:
        cases = errors.failure_cases.itertuples()  # in no order that pandera promises
        for case in sorted(cases, key=lambda c: (COLUMNS.index(c.column), str(c.check_number))):
            value = rows.at[case.index, case.column]
            wrong = f"is {value!r:.40}" if isinstance(value, str) else f"is {value!s:.40}"
            if blank.at[case.index, case.column]:
                wrong = "is missing"
            elif case.check == "not_nullable":
                wrong += ", not a number"
            else:
                wrong += f", {case.check}"
            reasons.setdefault(case.index, f"{case.column} {wrong}")
    kept = kept.drop(index=list(reasons))
    for row in kept.index[kept.duplicated("track_id")]:
        reasons[row] = f"track_id is {kept.at[row, 'track_id']!r}, as in a row above"
    kept = kept.drop(index=list(reasons), errors="ignore").astype(TRACK_TYPES)
    reason = pd.Series(reasons, dtype=object).sort_index()
    quarantined = rows.loc[reason.index].assign(reason=reason)
    assert len(frame) == len(kept) + len(quarantined)
    return kept.reset_index(drop=True), quarantined


def validate_charts(frame: pd.DataFrame, week: int) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return the rows of charts that are right, and those that are not, with a `reason`.

    A row is right if it names a track and one of our `COUNTRIES`, and no row above says the same.
    The kept have `known` = `week`, in which they arrived. Raises ValueError if a column is missing.
    """
    if missing := {"track_id", "country"} - set(frame):
        raise ValueError(
            f"no column {', '.join(sorted(missing))} in charts: there are {list(frame)}"
        )
    rows = frame.reset_index(drop=True)
    ids, countries = read_ids(rows["track_id"]), rows["country"].astype(str)
    charts = pd.DataFrame({"track_id": ids, "country": countries, "known": week})
    reason = pd.Series("", rows.index)
    ours = countries.isin(COUNTRIES)
    reason[~ours] = "country is " + countries[~ours].map(repr) + ", none of ours"
    wrong = ~ids.map(is_id).astype(bool)
    reason[wrong] = "track_id is " + ids[wrong].map("{!r:.40}".format) + f", {NO_ID}"
    right = charts[reason == ""]
    reason[right.index[right.duplicated()]] = "as a row above"
    kept = charts[reason == ""]
    quarantined = rows.assign(reason=reason)[reason != ""]
    assert len(frame) == len(kept) + len(quarantined)
    return kept.astype(CHART_TYPES).reset_index(drop=True), quarantined
