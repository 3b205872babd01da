"""Fraud: a column is filled after the complaint, and complaints are late."""

import numpy as np
import pandas as pd
from capstones import brief, fraud

from tests.capstones.briefs import best_column, both, data_of, deliver, figures_of


@both
def test_no_column_gives_the_frauds_of_the_last_month_away(seed):
    """The one that does so before is not filled yet."""
    data = data_of("fraud", seed)
    payments = data.tables["payments"]
    recent = payments[payments["paid_at"] >= "2026-08-29"]

    assert 0 == recent["fraud"].sum()
    label = recent["payment_id"].isin(data.truth["frauds"]["payment_id"]).astype(int).to_numpy()
    assert 15 <= label.sum() <= 30
    assert best_column(recent.drop(columns=["paid_at", "fraud"]), label) < 0.9


@both
def test_fraud_is_found_in_a_random_test_and_missed_in_the_last_month(seed):
    """While accuracy would praise a model that does nothing."""
    accuracy, random, month = figures_of("fraud", seed)

    assert accuracy >= 0.97
    assert random >= 0.85
    assert month <= 0.6


@both
def test_fraud_is_found_better_without_the_column_that_comes_after(seed):
    """So the fault can be repaired with what the team has."""
    data = data_of("fraud", seed)
    payments = data.tables["payments"]
    truth = payments["payment_id"].isin(data.truth["frauds"]["payment_id"]).to_numpy()
    day = (pd.to_datetime(payments["paid_at"]) - fraud.FIRST).dt.days.to_numpy()
    rows, recent = np.arange(len(payments)), day >= 150
    label = payments["fraud"].to_numpy()
    score = fraud.score(
        fraud.features(payments, ("payee_account",)), label, rows[day < 90], rows[recent]
    )

    month = figures_of("fraud", seed)[2]
    assert fraud.found(score, truth[recent]) >= month + 0.15


def test_a_complaint_and_what_support_did_about_it_come_late():
    """No payment of the thirty days before a delivery has one, and each complaint is one of the last's."""
    (day, tables), whole = deliver("fraud", 0.7), data_of("fraud", 1).tables
    old, new = tables["payments"], whole["payments"].iloc[: len(tables["payments"])]
    fresh = brief.times(old) >= day - pd.Timedelta(30, "D")
    later = old["fraud"] < new["fraud"]

    assert 0 == old.loc[fresh, "fraud"].sum() < later.sum()
    assert (old["fraud"] <= new["fraud"]).all()
    assert (old["payee_account"] == new["payee_account"])[~later].all()
    assert {"active"} == set(old.loc[later, "payee_account"])
