"""The catalogue: the tracks and charts that come in, checked, quarantined and given a version.

`tracks` is a frame with one row for each track: `track_id` (text, unique), `released` (week),
and the 13 columns of `problem.FEATURES`. `charts` has one row for each country where a track
charted: `track_id`, `country`, and `known`, the week in which that became known.
"""

import hashlib
import io
import json
import math
import re
from pathlib import Path

import numpy as np
import pandas as pd
import pandera.pandas as pa

from jukebox.problem import COUNTRIES, FEATURES
from jukebox.world.simulation import COLUMNS, DIRT, WHOLE, Catalogue, Drift, dirty

PLAIN = re.compile("[!-~]+")  # every printable character of ASCII but the space
CENTURY = 5200  # weeks; beyond it, a number is no week of release

__all__ = ["COLUMNS", "DIRT", "Catalogue", "Drift", "changed_rows", "dirty", "labels", "read"]
__all__ += ["validate", "validate_charts", "version"]


def labels(tracks, charts):
    """Return whether each track charted in each country: bool, (n, 72), as in `COUNTRIES`.

    Charts of other tracks are left aside. Raises KeyError for a country that is not one of ours,
    and pandas' InvalidIndexError if a track stands there twice.
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
    for frame, names in ((tracks, COLUMNS), (charts, ["track_id", "country", "known"])):
        keys = [name for name in names if name in ("track_id", "country")]
        frame = frame[names].set_index(keys, verify_integrity=True).sort_index().reset_index()
        for name in names:
            if name in keys:
                content.update(json.dumps([name, *frame[name]]).encode())
            else:
                content.update(name.encode() + (frame[name].to_numpy("<f8") + 0.0).tobytes())
    return content.hexdigest()


def changed_rows(before, after):
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


def schema(week=None):
    """Return the pandera schema of tracks, of one week if it is given. Each cell is a float."""
    whole = pa.Check(lambda values: values % 1 == 0, error="not a whole number")
    plain = pa.Check(
        lambda ids: ids.map(lambda i: isinstance(i, str) and bool(PLAIN.fullmatch(i))).astype(bool),
        error="not plain text: ASCII without spaces",
    )
    columns = {"track_id": pa.Column(checks=plain)}
    for name, (lowest, highest) in {
        "released": (0, CENTURY) if week is None else (week, week),
        **{name: (feature.lowest, feature.highest) for name, feature in FEATURES.items()},
    }.items():
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

    A row is right if each cell is a number inside the bounds of `FEATURES`, or text that holds
    one; its `track_id` is printable ASCII; and, where a week is given, it was released in it. Of
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
    reason[~ids.str.fullmatch(PLAIN)] = "track_id is not plain text: ASCII without spaces"
    kept = pd.DataFrame({"track_id": ids, "country": countries, "known": week})[reason == ""]
    quarantined = rows.assign(reason=reason)[reason != ""]
    assert len(frame) == len(kept) + len(quarantined)
    return kept.astype({"known": "int64"}).reset_index(drop=True), quarantined


def read(path, mapping=()):
    """Return the right rows of your own file, the quarantined ones, and a report of what fits.

    `path` ends in .csv or .parquet; `mapping` goes from your column names to ours. The report
    is a list of lines. Raises ValueError if a column is missing or comes twice, ImportError if
    the reader of Parquet is not installed.
    """
    path, mapping = Path(path), dict(mapping)
    if path.suffix == ".parquet":
        try:
            from arro3.io import read_parquet  # 33 MB where pyarrow takes 165
        except ImportError as error:
            message = "to read Parquet, pip install 'krap-jukebox[parquet]', or save as CSV"
            raise ImportError(message) from error
        if path.read_bytes()[-4:] != b"PAR1":  # the reader would panic, which no one can catch
            raise ValueError(f"{path} is no whole Parquet file: write it again.")
        table = read_parquet(path).read_all()
        frame = pd.DataFrame({name: table[name].to_pylist() for name in table.column_names})
    else:
        try:
            with path.open(encoding="utf-8-sig", errors="replace", newline="") as file:
                text = file.read().replace("\0", "\ufffd")  # a cell would end there, unseen
            frame = pd.read_csv(io.StringIO(text), dtype=str)
        except pd.errors.ParserError as error:  # a row with more cells than the header, say
            reason = str(error).strip().split("C error: ")[-1]
            raise ValueError(f"{path} is no table: {reason}.") from error
        except pd.errors.EmptyDataError:
            raise ValueError(f"{path} is empty: write the names of its columns first.") from None
    if absent := [name for name in mapping if name not in frame]:
        raise ValueError(f"No column {', '.join(absent)} to map: there are {', '.join(frame)}.")
    frame = frame.rename(columns=mapping)
    if twice := list(frame.columns[frame.columns.duplicated()]):
        raise ValueError(f"Two columns for {', '.join(twice)}: map the other to a name of its own.")
    if "track_id" in frame:  # a whole number in Parquet, say
        frame["track_id"] = frame["track_id"].map(str, na_action="ignore")
    if "is_explicit" in frame:
        words = {"True": 1, "False": 0}
        frame["is_explicit"] = [words.get(str(cell), cell) for cell in frame["is_explicit"]]
    kept, quarantined = validate(frame)
    report = [f"{len(frame)} rows: {len(kept)} kept, {len(quarantined)} quarantined"]
    report += [f"{theirs} is read as {ours}" for theirs, ours in mapping.items()]
    report += [f"{name} is not used" for name in frame if name not in COLUMNS]
    for name, reasons in quarantined["reason"].groupby(quarantined["reason"].str.split().str[0]):
        report.append(f"{name}: {len(reasons)} quarantined, the first as {reasons.iloc[0]}")
    return kept, quarantined, report
