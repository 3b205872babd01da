"""What every brief promises: the same bytes, few rows, a truth that belongs to them, and deliveries."""

import math
from pathlib import Path

import capstones
import pandas as pd
import pytest
from capstones import BRIEFS, brief

from tests.capstones.briefs import both, data_of, deliver, figures_of, module

MOST = 6000  # rows of a brief, tables and truth together
LATER = {"payee_account", "fraud"}  # columns of which an old value is changed, and not only empty
SEVERAL = {"recommendation"}  # its truth has several rows of one user
each = pytest.mark.parametrize("name", BRIEFS)
shares = pytest.mark.parametrize("share", [0.4, 0.7, 0.95])


def written(data):
    """All that was made, as CSV by its name."""
    tables = data.tables | {f"truth of {table}": rows for table, rows in data.truth.items()}
    return {table: rows.to_csv(index=False) for table, rows in tables.items()}


@each
def test_a_seed_makes_the_same_bytes(name):
    """And another seed makes others, in each table and in the truth; but a calendar is no secret."""
    first, other = written(data_of(name, 1)), written(data_of(name, 2))

    assert first == written(module(name).make(1))
    assert {table for table in first if first[table] == other[table]} <= {"holidays", "releases"}
    assert {table: rows.splitlines()[0] for table, rows in first.items()} == {
        table: rows.splitlines()[0] for table, rows in other.items()
    }


@each
@both
def test_a_brief_is_small(name, seed):
    """So that a phone's tether and an old laptop carry it."""
    data = data_of(name, seed)
    rows = sum(map(len, [*data.tables.values(), *data.truth.values()]))

    assert 500 < rows <= MOST


@each
@both
def test_the_truth_belongs_to_rows_that_the_team_has(name, seed):
    """Each of its tables begins with an id that some table of the team has, and says nothing twice."""
    data = data_of(name, seed)

    for truth in data.truth.values():
        key = truth.columns[0]
        held = [set(table[key]) for table in data.tables.values() if key in table]
        assert truth[key].is_unique or name in SEVERAL
        assert not truth.duplicated().any()
        assert any(set(truth[key]) <= values for values in held), key


@each
@both
def test_some_values_are_missing(name, seed):
    """As in any data that somebody hands over."""

    assert any(table.isna().any(axis=None) for table in data_of(name, seed).tables.values())


@each
@both
def test_a_trap_is_two_or_three_figures(name, seed):
    """And each is a number."""
    figures = figures_of(name, seed)

    assert 2 <= len(figures) <= 3
    assert all(map(math.isfinite, figures))


@each
@shares
def test_a_delivery_has_the_same_columns_and_the_rows_of_its_time(name, share):
    """So that what was trained on one can be tried on the next."""
    (day, tables), whole = deliver(name, share), data_of(name, 1).tables

    assert {key: list(table) for key, table in tables.items()} == {
        key: list(table) for key, table in whole.items()
    }
    came = [times for table in tables.values() if (times := brief.times(table)) is not None]
    assert all((times < day).all() for times in came)
    assert 100 < sum(map(len, tables.values())) < sum(map(len, whole.values()))


@each
@shares
def test_a_delivery_tells_nothing_that_the_last_one_does_not(name, share):
    """Each of its rows is there, too, with the same values, or it lacks some that came later."""
    (_, tables), whole = deliver(name, share), data_of(name, 1).tables

    for key, table in tables.items():
        came = brief.times(whole[key])
        first = whole[key].iloc[: len(table)].reset_index(drop=True)
        if came is None and len(table) < len(whole[key]):
            first = table.merge(whole[key], how="left", on=table.columns[0], suffixes=("_", ""))
        for column in set(table) - LATER:
            known = table[column].notna()
            assert (table.loc[known, column] == first.loc[known, column]).all(), column


@pytest.mark.parametrize(
    ("name", "table", "column", "day", "days"),
    [
        ("spam", "messages", "spam", "2026-03-20", 7),
        ("grid_load", "load", "load_mw", "2025-11-01", 30),
    ],
)
def test_an_answer_that_comes_late_is_not_delivered_early(name, table, column, day, days):
    """Of a message the receivers' report, of an hour its meters."""
    rows = module(name).as_of(data_of(name, 1), pd.Timestamp(day))[table]
    late = brief.times(rows) >= pd.Timestamp(day) - pd.Timedelta(days, "D")

    assert late.any()
    assert rows.loc[late, column].isna().all()
    assert rows.loc[~late, column].notna().mean() > 0.9


def test_each_module_is_a_brief_that_is_listed():
    """A brief that nobody lists could not be made."""
    files = {file.stem for file in Path(capstones.__file__).parent.glob("*.py")}

    assert set(BRIEFS) == files - {"__init__", "__main__", "brief", "mini"}
