"""Fraud: payments of a made-up wallet app; few are frauds, and the complaints come late."""

import numpy as np
import pandas as pd
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import train_test_split
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from capstones import brief
from capstones.brief import Data

FIRST = pd.Timestamp("2026-04-01")
DAYS = 180  # from the first payment to the export
LAST = 30  # days at the end, of which no complaint can have come yet
PAYMENTS = 4_800
CHECKED = 0.05  # the share of the payments that the analysts have time to look at
SHOPS = ("grocery", "phone top-up", "travel", "electronics", "person", "school fees")


def make(seed: int) -> Data:
    """Return `payments` for the team, and `frauds`, one row for each, for the teacher.

    The team's column `fraud` is 1 where a customer had complained before the export. A complaint
    comes 30 to 90 days after its payment, so the last month has none.
    """
    dice = np.random.default_rng(seed)
    day = np.sort(DAYS * dice.random(PAYMENTS) ** 0.7)  # days since FIRST; the app grows
    indian = dice.random(PAYMENTS) < 0.7
    shop = dice.choice(SHOPS, PAYMENTS, p=(0.3, 0.25, 0.08, 0.12, 0.2, 0.05))
    size = dice.normal(0, 1, PAYMENTS)  # the amount's logarithm, less the country's usual one
    device = dice.exponential(240, PAYMENTS).round()  # days
    new_payee = dice.random(PAYMENTS) < 0.25
    wrong_pins = dice.poisson(0.15, PAYMENTS)
    risk = (
        -7.6
        + 1.2 * size
        + 2.6 * new_payee
        + 1.5 * wrong_pins
        + 3.0 * (device < 14)
        + 1.9 * (shop == "person")
        + 1.1 * (shop == "electronics")
    )
    fraud = dice.random(PAYMENTS) < 1 / (1 + np.exp(-risk))
    complaint = day + dice.uniform(30, 90, PAYMENTS)
    known = fraud & (complaint < DAYS)

    # Support limits or closes the payee's account once it has read the complaint.
    account = np.where(dice.random(PAYMENTS) < 0.01, "limited", "active").astype(object)
    after = dice.choice(("limited", "closed", "active"), PAYMENTS, p=(0.65, 0.3, 0.05))
    account[known] = after[known]

    amount = np.where(indian, np.exp(6.8 + size), np.exp(3.3 + size)).round(2)
    names = np.char.add("P", (100_001 + np.arange(PAYMENTS)).astype(str))
    payments = pd.DataFrame(
        {
            "payment_id": names,
            "paid_at": (FIRST + pd.to_timedelta(day, "D")).strftime("%Y-%m-%d %H:%M"),
            "country": np.where(indian, "IN", "DE"),
            "currency": np.where(indian, "INR", "EUR"),
            "amount": amount,
            "shop": np.where(dice.random(PAYMENTS) < 0.02, np.char.upper(shop), shop),
            "device_age": np.where(dice.random(PAYMENTS) < 0.03, np.nan, device),
            "new_payee": new_payee.astype(int),
            "wrong_pins": wrong_pins,
            "payee_account": account,
            "fraud": known.astype(int),
        }
    )
    reported = (FIRST + pd.to_timedelta(complaint, "D")).strftime("%Y-%m-%d")
    frauds = pd.DataFrame({"payment_id": names, "reported_on": reported})[fraud]
    return Data({"payments": payments}, {"frauds": frauds.reset_index(drop=True)})


def as_of(data: Data, day: pd.Timestamp) -> dict[str, pd.DataFrame]:
    """Return the payments as they were when `day` began.

    A complaint that came later is not there yet, and support has not yet changed its payee's account.
    """
    payments = brief.as_of(data, day)["payments"]
    frauds = data.truth["frauds"]
    complained = frauds.loc[pd.to_datetime(frauds["reported_on"]) < day, "payment_id"]
    known = payments["payment_id"].isin(complained)
    later = (payments["fraud"] == 1) & ~known
    account = payments["payee_account"].mask(later, "active")
    return {"payments": payments.assign(payee_account=account, fraud=known.astype(int))}


def features(payments: pd.DataFrame, leave_out: tuple[str, ...] = ()) -> pd.DataFrame:
    """Return the payments' columns as numbers, but for those to leave out."""
    numbers = pd.DataFrame(
        {
            "amount": np.log(payments["amount"]),
            "new_device": payments["device_age"] < 14,
            "new_payee": payments["new_payee"],
            "wrong_pins": payments["wrong_pins"],
        }
    )
    names = [name for name in ("country", "shop", "payee_account") if name not in leave_out]
    words = payments[names].assign(shop=payments["shop"].str.lower())
    return numbers.join(pd.get_dummies(words)).astype(float)


def found(score: np.ndarray, fraud: np.ndarray) -> float:
    """Return the share of the frauds among the payments with the highest scores.

    Both arrays have one value for each payment; as many are looked at as the analysts have time
    for.
    """
    looked_at = np.argsort(-score, kind="stable")[: round(CHECKED * len(score))]
    return float(fraud[looked_at].sum() / fraud.sum())


def score(
    table: pd.DataFrame, label: np.ndarray, train: np.ndarray, test: np.ndarray
) -> np.ndarray:
    """Return how suspicious a model finds the rows of `test` after learning from those of `train`."""
    model = make_pipeline(StandardScaler(), LogisticRegression())
    model.fit(table.to_numpy()[train], label[train])
    return model.predict_proba(table.to_numpy()[test])[:, 1]


def trap(data: Data) -> dict[str, float]:
    """Return what accuracy says, and the share of the frauds found in a random test and in truth."""
    payments = data.tables["payments"]
    label = payments["fraud"].to_numpy()
    truth = payments["payment_id"].isin(data.truth["frauds"]["payment_id"]).to_numpy()
    table, rows = features(payments), np.arange(len(payments))
    train, test = train_test_split(rows, test_size=0.4, random_state=0, stratify=label)
    recent = (
        pd.to_datetime(payments["paid_at"]) >= FIRST + pd.Timedelta(DAYS - LAST, "D")
    ).to_numpy()
    return {
        "accuracy of never saying fraud": round(float(1 - truth.mean()), 2),
        "frauds found in a random test": round(
            found(score(table, label, train, test), label[test]), 2
        ),
        "frauds found in the last month": round(
            found(score(table, label, rows[~recent], rows[recent]), truth[recent]), 2
        ),
    }
