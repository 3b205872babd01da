"""House prices: flats of an invented city in India, listed over two years, half of a year unsold yet.

The trap: a mean over all districts hides one in which the model is worse than the median price.
"""

import numpy as np
import pandas as pd
from sklearn.linear_model import LinearRegression

from capstones import brief
from capstones.brief import Data

DISTRICTS = {  # share of the listings, price at 1,000 sq ft (lakh rupees), lakh for each further sq ft
    "station": (0.26, 62, 0.062),
    "old town": (0.22, 55, 0.055),
    "tech park": (0.24, 84, 0.088),
    "airport road": (0.20, 48, 0.050),
    "hill side": (0.08, 170, 0.004),  # bungalows: the price is that of the plot
}
LISTED, FIRST, KNOWN = 2200, pd.Timestamp("2024-01-01"), pd.Timestamp("2025-07-01")
DAYS = 730
SQFT = 10.764  # in a square metre
NUMBERS = ["carpet_area", "bedrooms", "floor", "age", "metro_km"]


def make(seed: int) -> Data:
    """Make the listings (2,200 rows), the sales that are known, and those that are to come.

    Areas are in square feet, ages in years, distances in kilometres, prices in lakh rupees (1 lakh
    = 100,000 rupees). About 1 in 100 areas was typed in square metres, and 4 in 100 ages are missing.
    """
    rng = np.random.default_rng(seed)
    names, share = list(DISTRICTS), [row[0] for row in DISTRICTS.values()]
    district = rng.choice(names, LISTED, p=share)
    at_1000, slope = (np.array([DISTRICTS[d][n] for d in district]) for n in (1, 2))
    hill = district == "hill side"
    area = np.where(hill, rng.normal(1700, 420, LISTED), rng.gamma(9, 105, LISTED)).clip(320, 3600)
    age = rng.gamma(2, 6, LISTED).clip(0, 60).round()
    metro = (rng.gamma(2, 1.3, LISTED) + 4 * hill).round(1)
    price = at_1000 + slope * (area - 1000) - np.where(hill, 0, 0.35 * age + 1.6 * metro)
    price = (price * rng.lognormal(0, np.where(hill, 0.05, 0.09))).clip(8).round(1)
    metres = rng.random(LISTED) < 0.01
    listings = pd.DataFrame(
        {
            "listing": [f"L{n:05}" for n in rng.permutation(LISTED)],
            "listed_on": FIRST + pd.to_timedelta(np.sort(rng.integers(0, DAYS, LISTED)), "D"),
            "district": district,
            "carpet_area": np.where(metres, area / SQFT, area).round(),
            "bedrooms": (area / 430).round().clip(1, 6).astype(int),
            "floor": np.where(hill, 0, rng.integers(0, 14, LISTED)),
            "age": np.where(rng.random(LISTED) < 0.04, np.nan, age),
            "metro_km": metro,
        }
    )
    sales = listings[["listing"]].assign(price_lakh=price)
    known = listings["listed_on"] < KNOWN
    tables = {"listings": listings, "sales": sales[known].reset_index(drop=True)}
    return Data(tables, {"sales": sales[~known].reset_index(drop=True)})


def as_of(data: Data, day: pd.Timestamp) -> dict[str, pd.DataFrame]:
    """Return the tables as they were when `day` began: a price comes half a year after its listing."""
    tables = brief.as_of(data, day)
    wait = FIRST + pd.Timedelta(DAYS, "D") - KNOWN
    listings = data.tables["listings"]
    known = listings.loc[listings["listed_on"] < day - wait, "listing"]
    sales = tables["sales"]
    return tables | {"sales": sales[sales["listing"].isin(known)].reset_index(drop=True)}


def trap(data: Data) -> dict[str, float]:
    """Return by how many lakh rupees a flat a linear model is nearer to the price than a baseline.

    The baseline answers the median price of the flat's district. Below zero, it is nearer.
    """
    listings = data.tables["listings"].fillna({"age": 12})
    metres = listings["carpet_area"] < 250
    area = listings["carpet_area"].where(~metres, listings["carpet_area"] * SQFT)
    listings = listings.assign(carpet_area=area)
    old = listings.merge(data.tables["sales"], on="listing")
    new = listings.merge(data.truth["sales"], on="listing")
    inputs = [
        pd.concat([rows[NUMBERS], pd.get_dummies(rows["district"])], axis=1) for rows in (old, new)
    ]
    model = LinearRegression().fit(inputs[0], old["price_lakh"])
    median = new["district"].map(old.groupby("district")["price_lakh"].median())
    lead = (median - new["price_lakh"]).abs() - (model.predict(inputs[1]) - new["price_lakh"]).abs()
    return {
        "lead over the median, all flats": float(lead.mean()),
        "lead over the median, hill side": float(lead[new["district"] == "hill side"].mean()),
    }
