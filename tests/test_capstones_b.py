"""Four briefs: fraud, recommendation, spam and grid load; their data, and the trap in each."""

from functools import cache

import numpy as np
import pandas as pd
import pytest
from capstones import fraud, grid_load, recommendation, spam
from sklearn.metrics import roc_auc_score

BRIEFS = [fraud, recommendation, spam, grid_load]
SEEDS = (1, 2)
IDS = {fraud: "payment_id", recommendation: "dish_id", spam: "message_id", grid_load: "hour"}


@cache
def made(brief, seed):
    """The data of a brief, made once."""
    return brief.make(seed)


@cache
def trapped(brief, seed):
    """The figures of its trap."""
    return brief.trap(made(brief, seed))


def files(data):
    """Every table and truth as the bytes of a CSV file."""
    parts = [*data.tables.items(), *data.truth.items()]
    return [(name, table.to_csv(index=False).encode()) for name, table in parts]


def both(test):
    """Run a test with each of the two seeds."""
    return pytest.mark.parametrize("seed", SEEDS)(test)


def each(test):
    """Run a test with each brief."""
    return pytest.mark.parametrize("brief", BRIEFS, ids=lambda brief: brief.__name__[10:])(test)


# ---- the data --------------------------------------------------------------------------------------


@each
@both
def test_the_same_seed_gives_the_same_bytes(brief, seed):
    """So that the teacher can make the truth again, for a team that lost its files."""
    assert files(made(brief, seed)) == files(brief.make(seed))


@each
def test_another_seed_gives_other_data(brief):
    """So that a class cannot hand in the files of the last one."""
    one, other = made(brief, 1), made(brief, 2)

    assert files(one) != files(other)
    assert {name: list(table) for name, table in one.tables.items()} == {
        name: list(table) for name, table in other.tables.items()
    }


@each
@both
def test_a_brief_is_small(brief, seed):
    """It goes over the network of a class."""
    data = made(brief, seed)

    assert sum(map(len, [*data.tables.values(), *data.truth.values()])) <= 6_000


@each
@both
def test_the_truth_is_about_rows_that_the_team_has(brief, seed):
    """By the id column that both have."""
    data, column = made(brief, seed), IDS[brief]
    known = {one for table in data.tables.values() if column in table for one in table[column]}

    for table in data.truth.values():
        assert set() == set(table[column]) - known


@each
@both
def test_some_values_are_missing(brief, seed):
    """As in any data that somebody hands over."""
    assert any(table.isna().any(axis=None) for table in made(brief, seed).tables.values())


def best_column(table, label):
    """How well the best single column sorts the rows by the label: 0.5 is by luck, 1 is at once."""
    columns = [
        table[name].fillna(-1)
        if pd.api.types.is_numeric_dtype(table[name])
        else pd.Series(label, table.index).groupby(table[name].fillna("")).transform("mean")
        for name in table
        if table[name].nunique() < len(table) / 3 or pd.api.types.is_numeric_dtype(table[name])
    ]
    return max(abs(roc_auc_score(label, column) - 0.5) + 0.5 for column in columns)


@both
def test_no_column_gives_the_frauds_of_the_last_month_away(seed):
    """The one that does so before is not filled yet."""
    data = made(fraud, seed)
    payments = data.tables["payments"]
    recent = payments[payments["paid_at"] >= "2026-08-29"]

    assert 0 == recent["fraud"].sum()
    label = recent["payment_id"].isin(data.truth["frauds"]["payment_id"]).astype(int).to_numpy()
    assert 15 <= label.sum() <= 30
    assert best_column(recent.drop(columns=["paid_at", "fraud"]), label) < 0.9


@both
def test_no_column_but_the_text_gives_spam_away(seed):
    """Nor can the label be read where it is hidden."""
    data = made(spam, seed)
    messages = data.tables["messages"].merge(data.truth["labels"], on="message_id")
    hidden = messages["received_on"] >= "2026-05-04"

    assert messages["spam_x"].isna().tolist() == hidden.tolist()
    columns = messages.drop(columns=["message_id", "text", "spam_x", "spam_y"])
    kind = columns["sender"].str.startswith("+91")
    assert best_column(columns.assign(sender=kind.astype(float)), messages["spam_y"]) < 0.7


@both
def test_the_hidden_load_is_in_no_table(seed):
    """And the fixed holidays do not tell when Diwali is."""
    data = made(grid_load, seed)

    assert ["hour", "forecast_c"] == list(data.tables["to_forecast"])
    assert set() == set(data.tables["load"]["hour"]) & set(data.truth["load"]["hour"])
    assert {"10-02"} == set(data.tables["holidays"]["day"].str[5:])


@both
def test_the_random_week_comes_after_the_log(seed):
    """And nothing in it was chosen by rank."""
    data = made(recommendation, seed)
    week = data.truth["random_week"]

    assert data.tables["log"]["shown_at"].max() < week["shown_at"].min()
    assert {"random"} == set(week["chosen_by"])
    assert not week.duplicated(["shown_at", "user_id", "dish_id"]).any()


# ---- the traps -------------------------------------------------------------------------------------


@both
def test_fraud_is_found_in_a_random_test_and_missed_in_the_last_month(seed):
    """While accuracy would praise a model that does nothing."""
    accuracy, random, month = trapped(fraud, seed).values()

    assert accuracy >= 0.97
    assert random >= 0.85
    assert month <= 0.6


@both
def test_fraud_is_found_better_without_the_column_that_comes_after(seed):
    """So the fault can be repaired with what the team has."""
    data = made(fraud, seed)
    payments = data.tables["payments"]
    truth = payments["payment_id"].isin(data.truth["frauds"]["payment_id"]).to_numpy()
    day = (pd.to_datetime(payments["paid_at"]) - fraud.FIRST).dt.days.to_numpy()
    rows, recent = np.arange(len(payments)), day >= 150
    label = payments["fraud"].to_numpy()
    score = fraud.score(
        fraud.features(payments, ("payee_account",)), label, rows[day < 90], rows[recent]
    )

    month = trapped(fraud, seed)["frauds found in the last month"]
    assert fraud.found(score, truth[recent]) >= month + 0.15


@both
def test_the_log_prefers_the_list_that_is_worse(seed):
    """What it shows most is opened most."""
    share, in_log, in_truth = trapped(recommendation, seed).values()

    assert share >= 0.5
    assert in_log >= 0.15
    assert in_truth <= -0.04


@both
def test_a_filter_for_spam_fails_after_the_next_release(seed):
    """And the newest period that has labels tells so beforehand."""
    random, newest, after = trapped(spam, seed).values()

    assert random >= 0.9
    assert after <= 0.6
    assert abs(newest - after) <= 0.2


@both
def test_a_forecast_is_worse_in_a_new_autumn_and_worst_at_diwali(seed):
    """Random hours have their neighbours in the training."""
    random, autumn, diwali = trapped(grid_load, seed).values()

    assert random <= 0.025
    assert autumn >= 2.5 * random
    assert diwali >= autumn + 0.02


@both
def test_a_forecast_that_knows_diwali_is_better(seed):
    """So the fault can be repaired with a calendar."""
    data = made(grid_load, seed)
    past = data.tables["load"].dropna()
    new = data.tables["to_forecast"].merge(data.truth["load"], on="hour")

    better = grid_load.error(past, new, diwali=True).mean()
    assert better <= trapped(grid_load, seed)["error in the next autumn"] - 0.015
    assert better < 0.08  # what the brief calls good
