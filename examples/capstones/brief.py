"""What each brief makes: the tables that the team gets, and the truth that the teacher keeps.

A delivery is the tables as they were on an earlier day. A brief in which more changes by then than
rows that come has a function `as_of` of its own, with the arguments and the result of this one.
"""

from dataclasses import dataclass

import pandas as pd


@dataclass(frozen=True)
class Data:
    """One team's data.

    tables: by name, what the team gets.
    truth: by name, what only the teacher keeps; an id column says to which row each belongs.
    """

    tables: dict[str, pd.DataFrame]
    truth: dict[str, pd.DataFrame]


# When a row came, in each brief's tables: the first of these columns that a table has.
TIMES = (
    *("listed_on", "applied_on", "paid_at", "shown_at", "received_on", "received_at"),
    *("released_on", "hour", "sown_on", "answered_at"),
)


def times(table: pd.DataFrame) -> pd.Series | None:
    """Return when each row came, or None for a table, such as one of users, in which nothing comes."""
    column = next((name for name in TIMES if name in table), None)
    return None if column is None else pd.to_datetime(table[column])


def span(tables: dict[str, pd.DataFrame]) -> tuple[pd.Timestamp, pd.Timestamp]:
    """Return the days of the first and of the last row of the tables."""
    known = [came for table in tables.values() if (came := times(table)) is not None]
    return min(c.min() for c in known).normalize(), max(c.max() for c in known).normalize()


def as_of(data: Data, day: pd.Timestamp) -> dict[str, pd.DataFrame]:
    """Return the tables as they were when `day` began: with the rows that had come by then."""
    return {
        name: table if (came := times(table)) is None else table[came < day].reset_index(drop=True)
        for name, table in data.tables.items()
    }
