"""Credit scoring: small loans of an invented lender in India; who was refused has no outcome.

The trap: outcomes exist only for those who got a loan, and officers chose them by what no table holds.
"""

import numpy as np
import pandas as pd
from sklearn.linear_model import LogisticRegression

from capstones.brief import Data

APPLIED, FIRST, DAYS = 2800, pd.Timestamp("2024-04-01"), 540
WORK = ("salaried", "self-employed", "gig work")


def standard(values: np.ndarray) -> np.ndarray:
    """Return values (n,) with mean 0 and standard deviation 1."""
    return (values - values.mean()) / values.std()


def make(seed: int) -> Data:
    """Make the applications (2,800 rows) and what each applicant would have done with a loan.

    Incomes, amounts and instalments are in rupees, the first and the last a month. `repaid` is empty
    where no loan was granted. About 1 in 100 incomes is of a year; 3 in 10 have no bureau score.
    """
    rng = np.random.default_rng(seed)
    n = APPLIED
    work = rng.choice(WORK, n, p=[0.5, 0.32, 0.18])
    place = rng.choice(["metro", "town", "village"], n, p=[0.4, 0.35, 0.25])
    gender = rng.choice(["f", "m"], n, p=[0.38, 0.62])
    income = rng.lognormal(10.25, 0.5, n) * np.where(place == "metro", 1.3, 1.0)
    amount = rng.lognormal(11.3, 0.6, n).clip(10_000, 900_000)
    months = rng.choice([12, 18, 24, 36], n)
    emi = np.where(rng.random(n) < 0.4, income * rng.uniform(0.05, 0.45, n), 0)
    burden = (emi + amount / months) / income
    history = rng.normal(0, 1, n)
    visit = rng.normal(0, 1, n)  # what the officer saw in the interview: in no table
    seen = 0.5 * standard(np.log(income)) - 0.7 * standard(np.log(burden)) + 0.7 * history
    repaid = rng.random(n) < 1 / (1 + np.exp(-(1.0 + 0.6 * seen + 1.3 * visit)))
    unfair = 0.5 * (gender == "f") + 0.4 * (place == "village")  # of the officers, not of the world
    granted = 0.9 * seen + 1.1 * visit - unfair + rng.normal(0, 0.4, n) > 0.1
    yearly = np.where(rng.random(n) < 0.01, 12, 1)
    score = (700 + 70 * history + rng.normal(0, 20, n)).clip(300, 900).round()
    spelled = np.where((rng.random(n) < 0.05) & (work == "self-employed"), "Self employed", work)
    applications = pd.DataFrame(
        {
            "application": [f"A{k:05}" for k in rng.permutation(n)],
            "applied_on": FIRST + pd.to_timedelta(np.sort(rng.integers(0, DAYS, n)), "D"),
            "age": rng.integers(21, 65, n),
            "gender": gender,
            "place": place,
            "work": spelled,
            "monthly_income": (income * yearly).round(-2),
            "amount": amount.round(-3),
            "months": months,
            "other_instalments": emi.round(-1),
            "bureau_score": np.where(rng.random(n) < 0.3, np.nan, score),
            "granted": granted.astype(int),
            "repaid": np.where(granted, repaid.astype(float), np.nan),
        }
    )
    truth = applications[["application"]].assign(would_repay=repaid.astype(int))
    return Data({"applications": applications}, {"outcomes": truth})


def trap(data: Data) -> dict[str, float]:
    """Return the share of defaults among the refused: as a model of the granted says, and the real one."""
    rows = data.tables["applications"].merge(data.truth["outcomes"], on="application")
    income = rows["monthly_income"].where(
        rows["monthly_income"] < 250_000, rows["monthly_income"] / 12
    )
    burden = (rows["other_instalments"] + rows["amount"] / rows["months"]) / income
    inputs = pd.DataFrame(
        {
            "income": standard(np.log(income)),
            "burden": standard(np.log(burden)),
            "score": (rows["bureau_score"].fillna(700) - 700) / 70,
            "unknown": rows["bureau_score"].isna().astype(int),
        }
    )
    granted = rows["granted"] == 1
    model = LogisticRegression().fit(inputs[granted], rows.loc[granted, "repaid"])
    said = 1 - model.predict_proba(inputs[~granted])[:, 1]
    return {
        "defaults among the granted": float(1 - rows.loc[granted, "repaid"].mean()),
        "among the refused, by the model": float(said.mean()),
        "among the refused, in truth": float(1 - rows.loc[~granted, "would_repay"].mean()),
    }
