"""The checks: which rows of tracks and charts are kept, and why the others are not.

`tracks` is a frame with one row for each track: `track_id` (text, unique), `released` (week),
and the 13 columns of `schema.FEATURES`. `charts` has one row for each country where a track
charted: `track_id`, `country`, and `known`, the week in which that became known.
"""

import math

import pandas as pd
import pandera.pandas as pa

from jukebox.problem import COUNTRIES
from jukebox.schema import BOUNDS, COLUMNS, LONGEST_ID, TRACK_ID, WHOLE

NOT_PLAIN = "not plain text: ASCII without spaces"
TOO_LONG = f"longer than {LONGEST_ID} characters"


def plain(track_id):
    """Say whether an id, or its beginning if it is too long, has the characters that an id may."""
    return isinstance(track_id, str) and bool(TRACK_ID.fullmatch(track_id[:LONGEST_ID]))


def short(track_id):
    """Say whether an id is no longer than an id may be."""
    return len(str(track_id)) <= LONGEST_ID


def by_id(test, error):
    """Return a pandera check that asks each id of a column."""
    return pa.Check(lambda ids: ids.map(test).astype(bool), error=error)


def schema(week=None):
    """Return the pandera schema of tracks, of one week if it is given. Each cell is a float."""
    whole = pa.Check(lambda values: values % 1 == 0, error="not a whole number")
    columns = {"track_id": pa.Column(checks=[by_id(plain, NOT_PLAIN), by_id(short, TOO_LONG)])}
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


def number(cell):
    """Return a cell as a float, to the last bit: NaN for what is none, infinity for too large."""
    if isinstance(cell, str) and ("_" in cell or not cell.isascii()):
        return math.nan  # 1_000, or digits of another script: which Python alone takes
    try:
        return float(cell)  # unlike pandas, to the last bit
    except OverflowError:
        return math.inf if cell > 0 else -math.inf
    except (TypeError, ValueError):
        return math.nan


def validate(frame, week=None):
    """Return the rows of a frame that are right, and those that are not, with a `reason`.

    A row is right if each cell is a number inside its `BOUNDS`, or text that holds
    one; its `track_id` is printable ASCII, of 128 characters at most; and, where a week is given, it was released in it. Of
    right rows with one `track_id` the first is kept. The kept have the columns and types of
    tracks, the quarantined their cells as they came. Raises ValueError if a column is missing.
    """
    if missing := [name for name in COLUMNS if name not in frame]:
        raise ValueError(
            f"No column {', '.join(missing)}: there are {', '.join(map(str, frame))}. If yours has "
            "another name, say which one, for example with --map bpm=tempo."
        )
    rows = frame.reset_index(drop=True)
    kept = rows[COLUMNS].copy()
    for name in COLUMNS[1:]:
        is_numeric = rows[name].dtype.kind in "biuf"
        # Astype for both: a map over no row at all gives objects.
        kept[name] = (rows[name] if is_numeric else rows[name].map(number)).astype(float)
    reasons, blank = {}, rows.isna()
    try:
        schema(week).validate(kept, lazy=True)
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
    kept = kept.drop(index=list(reasons), errors="ignore").astype(dict.fromkeys(WHOLE, "int64"))
    reason = pd.Series(reasons, dtype=object).sort_index()
    quarantined = rows.loc[reason.index].assign(reason=reason)
    assert len(frame) == len(kept) + len(quarantined)
    return kept.reset_index(drop=True), quarantined


def validate_charts(frame, week):
    """Return the rows of charts that are right, and those that are not, with a `reason`.

    A row is right if it names a track and one of our `COUNTRIES`, and no row above says the same.
    The kept have `known` = `week`, in which they arrived. Raises ValueError if a column is missing.
    """
    if missing := {"track_id", "country"} - set(frame):
        raise ValueError(
            f"no column {', '.join(sorted(missing))} in charts: there are {list(frame)}"
        )
    rows = frame.reset_index(drop=True)
    ids, countries = rows["track_id"].astype(str), rows["country"].astype(str)
    reason = pd.Series("", rows.index)
    reason[rows.duplicated(["track_id", "country"])] = "as a row above"
    ours = countries.isin(COUNTRIES)
    reason[~ours] = "country is " + countries[~ours].map(repr) + ", none of ours"
    reason[~ids.map(short).astype(bool)] = f"track_id is {TOO_LONG}"
    reason[~ids.map(plain).astype(bool)] = f"track_id is {NOT_PLAIN}"
    kept = pd.DataFrame({"track_id": ids, "country": countries, "known": week})[reason == ""]
    quarantined = rows.assign(reason=reason)[reason != ""]
    assert len(frame) == len(kept) + len(quarantined)
    return kept.astype({"known": "int64"}).reset_index(drop=True), quarantined
