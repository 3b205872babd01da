"""Data checks: which rows of a delivery are right, and why the others are not."""

import pandas as pd
import pandera.pandas as pa

from own.schema import ANSWER, FEATURES, ID, LABEL, PERIOD, TIME

NAME = pa.Column(str, pa.Check.str_length(1, 100))
ROWS = {ID: NAME, TIME: pa.Column("datetime64[ns]"), **FEATURES}
LABELS = {ID: NAME, LABEL: ANSWER}


class Stop(Exception):
    """Something that a person has to look at; the message says what, and how to go on."""


def check(
    rows: pd.DataFrame, columns: dict[str, pa.Column], period: pd.Period | None = None
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return the rows that keep the schema, with its types, and the others with a `reason`.

    period: where it is given, a row's time has to be inside it. Of two rows with one id, the
    second is wrong. Raises Stop if a column is missing or unknown: that is no fault of a row.
    """
    if missing := [name for name in columns if name not in rows]:
        raise Stop(f"no column {', '.join(missing)}; there are {', '.join(map(str, rows))}")
    if unknown := [str(name) for name in rows if name not in columns]:
        raise Stop(f"unknown column {', '.join(unknown)}: add it to own/schema.py or leave it out")
    if bools := [name for name, column in columns.items() if str(column.dtype) == "bool"]:
        raise Stop(
            f"{', '.join(bools)}: any text is a true bool; take int and isin([0, 1]) instead"
        )
    rows = rows[[*columns]].reset_index(drop=True)
    reasons: dict[int, str] = {}
    try:
        kept = pa.DataFrameSchema(columns, coerce=True).validate(rows, lazy=True)
    except pa.errors.SchemaErrors as errors:
        for case in errors.failure_cases.itertuples():
            if case.index is not None and case.index == case.index:  # a row's, not a column's
                cell = rows.at[case.index, case.column]
                reasons.setdefault(int(case.index), f"{case.column} is {cell}, not {case.check}")
        right = rows.drop(index=list(reasons))
        kept = pa.DataFrameSchema(columns, coerce=True).validate(right)
    if period is not None:
        for row, its in kept[TIME].dt.to_period(PERIOD).items():
            if its != period:
                reasons[row] = f"{TIME} is in {its}, not in {period}"
    for row in kept.index[kept.duplicated(ID)]:
        reasons.setdefault(row, f"{ID} is {kept.at[row, ID]}, as in a row above")
    aside = rows.loc[sorted(reasons)].assign(reason=[reasons[row] for row in sorted(reasons)])
    return kept.drop(index=list(reasons), errors="ignore").reset_index(drop=True), aside
