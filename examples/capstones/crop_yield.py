"""Crop yield: rice on plots of 24 invented districts in India, over twelve seasons and one to come.

The trap: plots of a district are alike, so a random split asks for what is known; then comes a drought.
"""

import numpy as np
import pandas as pd
from sklearn.ensemble import RandomForestRegressor
from sklearn.model_selection import GroupKFold, KFold, cross_val_predict

from capstones import brief
from capstones.brief import Data

DISTRICTS = [f"{first}{last}" for first in ("Amro", "Bilva", "Chenda", "Dorva", "Kesra", "Nimba")
             for last in ("garh", "pur", "wadi", "nagar")]  # fmt: skip
JOINED = 4  # districts of which there are no plots before the last season
SEASONS, DROUGHT, PLOTS = range(2014, 2026), 2026, 7  # plots of a district in a season
MONTHS = {"jun": 0.18, "jul": 0.33, "aug": 0.31, "sep": 0.18}  # share of the season's rain
INPUTS = ["clay", "organic_carbon", *(f"rain_{month}" for month in MONTHS), "fertiliser"]
INPUTS += ["irrigated", "improved", "sown_day"]


def make(seed: int) -> Data:
    """Make 1,848 plots, of which those of the last season (168) have no yield yet, and their yields.

    Rain is in mm a month, of the district; clay and organic carbon in percent of the soil;
    fertiliser in kg/ha; yields in t/ha. About 1 in 100 yields was noted in quintals (100 kg), 6 in
    100 amounts of fertiliser are missing, and some names of districts are in capital letters.
    """
    rng = np.random.default_rng(seed)
    clay, carbon = rng.uniform(18, 55, 24).round(1), rng.uniform(0.3, 0.95, 24).round(2)
    usual, watered = rng.uniform(750, 1250, 24), rng.uniform(0.05, 0.4, 24)
    own = rng.normal(0, 0.42, 24)  # what a district has of its own, and no column holds
    parts = []
    for season in [*SEASONS, DROUGHT]:
        wet = rng.uniform(0.86, 1.18) if season != DROUGHT else rng.uniform(0.5, 0.58)
        for n, district in enumerate(DISTRICTS if season == DROUGHT else DISTRICTS[:-JOINED]):
            share = wet * rng.lognormal(0, 0.04)  # of the rain that is usual here
            rain = np.array([*MONTHS.values()]) * usual[n] * share * rng.lognormal(0, 0.15, 4)
            irrigated = (rng.random(PLOTS) < watered[n]).astype(int)
            improved = (rng.random(PLOTS) < 0.55).astype(int)
            kilos = rng.gamma(9, 11, PLOTS).round()
            late = rng.integers(-10, 22, PLOTS)  # days after 1 July
            dry = np.clip(0.8 - share, 0, None) * np.where(irrigated == 1, 1.2, 4.5)
            grown = 2.9 + own[n] + rng.normal(0, 0.16) + 0.4 * (share - 1) - dry
            grown = (
                grown + 0.35 * irrigated + 0.25 * improved + 0.003 * (kilos - 100) - 0.008 * late
            )
            parts.append(
                pd.DataFrame(
                    {
                        "district": district,
                        "season": season,
                        "clay": clay[n],
                        "organic_carbon": carbon[n],
                        **{f"rain_{month}": rain[k].round() for k, month in enumerate(MONTHS)},
                        "fertiliser": np.where(rng.random(PLOTS) < 0.06, np.nan, kilos),
                        "irrigated": irrigated,
                        "improved": improved,
                        "sown_on": pd.Timestamp(season, 7, 1) + pd.to_timedelta(late, "D"),
                        "yield": (grown + rng.normal(0, 0.2, PLOTS)).clip(0.1).round(2),
                    }
                )
            )
    plots = pd.concat(parts, ignore_index=True)
    plots.insert(0, "plot", [f"P{n:05}" for n in rng.permutation(len(plots))])
    to_come = plots["season"] == DROUGHT
    truth = plots.loc[to_come, ["plot", "yield"]].reset_index(drop=True)
    quintals = np.where(rng.random(len(plots)) < 0.01, 10, 1)
    plots["yield"] = (plots["yield"] * quintals).round(2).mask(to_come)
    shouted = rng.random(len(plots)) < 0.03
    plots["district"] = plots["district"].mask(shouted, plots["district"].str.upper())
    return Data({"plots": plots}, {"yields": truth})


def as_of(data: Data, day: pd.Timestamp) -> dict[str, pd.DataFrame]:
    """Return the plots as they were when `day` began.

    The yields of a season come with the new year, and the rain of a month at its end.
    """
    plots = brief.as_of(data, day)["plots"]
    new = plots["season"] >= day.year
    to_come = [f"rain_{month}" for number, month in enumerate(MONTHS, 6) if number >= day.month]
    return {"plots": plots.assign(**{name: plots[name].mask(new) for name in ["yield", *to_come]})}


def trap(data: Data) -> dict[str, float]:
    """Return a forest's mean error in t/ha: over random plots, over districts, and in the drought."""
    rows = data.tables["plots"].fillna({"fertiliser": 100})
    first = pd.to_datetime(rows["season"].astype(str) + "-07-01")
    rows = rows.assign(
        sown_day=(rows["sown_on"] - first).dt.days,
        district=rows["district"].str.title(),
    )
    old, new = rows[rows["season"] != DROUGHT], rows[rows["season"] == DROUGHT]
    known = old["yield"].where(old["yield"] < 9, old["yield"] / 10)
    forest = RandomForestRegressor(20, min_samples_leaf=2, random_state=0)
    halves = KFold(3, shuffle=True, random_state=0)
    by_plot = cross_val_predict(forest, old[INPUTS], known, cv=halves)
    by_district = cross_val_predict(
        forest, old[INPUTS], known, groups=old["district"], cv=GroupKFold(3)
    )
    drought = forest.fit(old[INPUTS], known).predict(new[INPUTS])
    real = new[["plot"]].merge(data.truth["yields"], on="plot")["yield"].to_numpy()
    return {
        "plots at random": float(np.abs(by_plot - known).mean()),
        "districts that are new": float(np.abs(by_district - known).mean()),
        "the season 2026": float(np.abs(drought - real).mean()),
    }
