"""Traffic: three counters in the tarmac of an invented ring road in India, in five weeks of monsoon.

The trap: a flooded counter reports zero, and it floods in the hours in which the road is fullest.
"""

import numpy as np
import pandas as pd
from sklearn.ensemble import HistGradientBoostingRegressor

from capstones.brief import Data

COUNTERS = {"km 04": 0.85, "km 11": 1.0, "km 17": 1.1}  # how full, compared with the middle one
FIRST, DAYS = pd.Timestamp("2026-06-01"), 35  # a Monday
HOURS = DAYS * 24
JAM = 35  # percent: from here on, the queue reaches the next slip road
WARNS = 30  # percent: the trap's model warns when it expects more
KNOWN = FIRST + pd.Timedelta(21, "D")  # the trap's model trains before, and is tested from here on


def storms(rng: np.random.Generator) -> tuple[np.ndarray, list[tuple[int, int]]]:
    """Return the rain of each hour (840,) in mm, and first and last hour of each storm."""
    rain = np.where(rng.random(HOURS) < 0.12, rng.gamma(1.2, 1.6, HOURS), 0)
    found = []
    for week in range(5):
        for day in rng.choice(5, 2, replace=False):
            start = (7 * week + int(day)) * 24 + int(rng.choice([8, 15, 16, 17]))
            end = start + int(rng.integers(4, 6))
            rain[start:end] = 14 + rng.gamma(3, 4, end - start)
            found.append((start, end))
    return rain.round(1), found


def make(seed: int) -> Data:
    """Make the readings of three counters (2,520 rows), the weather (840), and how full it was.

    `occupancy` is the share of an hour, in percent, in which a vehicle stands over the counter;
    `speed` is in km/h, and empty where no vehicle came; `rain_mm` is the rain of that hour.
    About 1 in 50 hours of the weather is missing, and some readings came twice.
    """
    rng = np.random.default_rng(seed)
    rain, found = storms(rng)
    hours = FIRST + pd.to_timedelta(np.arange(HOURS), "h")
    clock, weekend = hours.hour.to_numpy(), hours.dayofweek.to_numpy() >= 5
    bump = 22 * np.exp(-(((clock - 9) / 1.7) ** 2)) + 31 * np.exp(-(((clock - 18.4) / 2) ** 2))
    awake = 9 / (1 + np.exp(-(clock - 6.5) * 1.5)) / (1 + np.exp((clock - 22.5) * 1.2))
    usual = 0.4 + awake + bump * np.where(weekend, 0.5, 1.0)
    parts = []
    for counter, factor in COUNTERS.items():
        day = np.repeat(rng.lognormal(0, 0.06, DAYS), 24)
        full = usual * factor * day * rng.lognormal(0, 0.05, HOURS)
        queue = 0.0
        for n in range(HOURS):  # heavy rain adds to a queue, of which a third is left an hour later
            queue = queue / 3 + 1.1 * max(rain[n] - 8, 0) * (6 <= clock[n] <= 22)
            full[n] = min(full[n] + queue, 88)
        speed = (72 - 0.72 * full + rng.normal(0, 3, HOURS)).clip(6, 80)
        passed = rng.poisson(full * speed * 1.6)
        works = np.ones(HOURS, dtype=bool)
        for start, end in found:
            if rng.random() < 0.8:  # water gets into the cabinet
                works[start + int(rng.integers(0, 2)) : end + int(rng.integers(0, 4))] = False
        for start in rng.integers(0, HOURS, 3):  # or somebody pulls the plug, on any day
            works[start : start + int(rng.integers(1, 4))] = False
        parts.append(
            pd.DataFrame(
                {
                    "counter": counter,
                    "hour": hours,
                    "vehicles": np.where(works, passed, 0),
                    "occupancy": np.where(works & (passed > 0), full, 0).round(),
                    "speed": np.where(works & (passed > 0), speed, np.nan).round(),
                    "really": np.where(passed > 0, full, 0).round(),
                }
            )
        )
    rows = pd.concat(parts).sort_values(["hour", "counter"], ignore_index=True)
    rows.insert(0, "reading", [f"R{n:05}" for n in range(len(rows))])
    truth = rows[["reading"]].assign(occupancy_really=rows.pop("really"))
    weather = pd.DataFrame(
        {"hour": hours, "rain_mm": np.where(rng.random(HOURS) < 0.02, np.nan, rain)}
    )
    twice = rows.iloc[np.sort(rng.choice(len(rows), 30, replace=False))]
    readings = pd.concat([rows, twice]).sort_values(["hour", "counter"], ignore_index=True)
    return Data({"readings": readings, "weather": weather}, {"occupancy": truth})


def warnings_of_two_weeks(data: Data) -> pd.DataFrame:
    """Return the readings of the last two weeks, with the truth, and `warned` by a model.

    The model knows what was read before the hour began, and trains on the three weeks before.
    """
    rows = data.tables["readings"].drop_duplicates("reading")
    rows = rows.merge(data.truth["occupancy"], on="reading")
    rows = rows.merge(data.tables["weather"].fillna({"rain_mm": 0}), on="hour")
    rows = rows.sort_values(["counter", "hour"], ignore_index=True)
    groups = rows.groupby("counter")["occupancy"]
    inputs = pd.DataFrame(
        {
            "now": groups.shift(1),
            "before": groups.shift(2),
            "yesterday": groups.shift(24),
            "rain": rows.groupby("counter")["rain_mm"].shift(1),
            "hour": rows["hour"].dt.hour,
            "weekday": rows["hour"].dt.dayofweek,
            "counter": rows["counter"].map({name: n for n, name in enumerate(COUNTERS)}),
        }
    )
    old = rows["hour"] < KNOWN
    model = HistGradientBoostingRegressor(max_iter=60, random_state=0)
    warned = model.fit(inputs[old], rows.loc[old, "occupancy"]).predict(inputs[~old]) >= WARNS
    return rows[~old].assign(warned=warned)


def trap(data: Data) -> dict[str, float]:
    """Return the share of jams of which a model warns as the hour begins, as counted and in truth.

    The third figure is the share of the jams that no counter showed.
    """
    rows = warnings_of_two_weeks(data)
    warned = rows["warned"]
    counted, real = rows["occupancy"] >= JAM, rows["occupancy_really"] >= JAM
    return {
        "warned, of the jams counted": float(warned[counted].mean()),
        "warned, of all jams": float(warned[real].mean()),
        "jams that their counter hides": float((real & ~counted).sum() / real.sum()),
    }
