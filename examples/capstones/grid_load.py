"""Grid load: the hours of three autumns in a made-up Indian state, in MW, and a fourth autumn."""

import numpy as np
import pandas as pd
from sklearn.ensemble import ExtraTreesRegressor
from sklearn.model_selection import train_test_split

from capstones import brief
from capstones.brief import Data

# The main day of Diwali; it follows the moon, so that it moves by weeks from year to year.
DIWALI = pd.to_datetime(["2023-11-12", "2024-10-31", "2025-10-20", "2026-11-08"])
SEASON, DAYS = "09-20", 64  # first day of each autumn, and its number of days
HIDDEN = slice(35, 62)  # the days of the fourth autumn of which the teacher keeps the load
READ = 30  # days until the meters have been read
FESTIVE = 6  # days around the main day on which the factories stop, or half of them


def season(
    year: int, diwali: pd.Timestamp, level: float, dice: np.random.Generator
) -> pd.DataFrame:
    """Return `DAYS` times 24 rows: time, temperature forecast in degrees Celsius, load in MW."""
    days = pd.date_range(f"{year}-{SEASON}", periods=DAYS)
    weather = np.zeros(DAYS)  # how much warmer than usual, degrees
    habit = np.zeros(DAYS)  # how much more is used than usual, for reasons that no column has
    for day in range(1, DAYS):
        weather[day] = 0.85 * weather[day - 1] + dice.normal(0, 0.9)
        habit[day] = 0.9 * habit[day - 1] + dice.normal(0, 0.012)
    away = np.abs((days - diwali).days.to_numpy())
    festive = np.clip((FESTIVE - away) / 3, 0, 1)  # 1 on the main days, less on those around them
    off = np.where(days.weekday == 6, 0.06, 0) + np.where(
        days.strftime("%m-%d") == "10-02", 0.06, 0
    )

    hour = np.arange(24)
    shape = (
        0.9
        + 0.10 * np.exp(-(((hour - 11) / 3.5) ** 2))
        + 0.16 * np.exp(-(((hour - 19.5) / 2) ** 2))
    )
    lights = 0.05 * np.exp(-(((hour - 20) / 2) ** 2))
    warmth = 29 - 0.06 * np.arange(DAYS) + weather
    temperature = warmth[:, None] + 4 * np.sin((hour - 9) / 24 * 2 * np.pi)
    load = level * np.exp(habit)[:, None] * shape
    load = load * (1 - off - 0.2 * festive)[:, None] + level * lights * (away == 0)[:, None]
    load = load + 0.012 * level * np.clip(temperature - 26, 0, None)
    load = load * dice.normal(1, 0.006, load.shape)
    times = pd.date_range(days[0], periods=DAYS * 24, freq="h")
    forecast = temperature + dice.normal(0, 0.8, DAYS)[:, None]
    return pd.DataFrame(
        {
            "hour": times.strftime("%Y-%m-%d %H:%M"),
            "forecast_c": forecast.ravel().round(1),
            "load_mw": load.ravel().round(),
        }
    )


def make(seed: int) -> Data:
    """Return `load` of three autumns, `to_forecast` and `holidays` for the team; `load` for the teacher.

    `to_forecast` has the hours of the fourth autumn that the teacher's `load` has. `holidays` has
    the days with a fixed date alone.
    """
    dice = np.random.default_rng(seed)
    levels = 17_000 * np.cumprod(1 + dice.uniform(0.02, 0.05, len(DIWALI)))
    seasons = [
        season(day.year, day, level, dice) for day, level in zip(DIWALI, levels, strict=True)
    ]
    past = pd.concat(seasons[:-1], ignore_index=True)
    past.loc[dice.random(len(past)) < 0.01, "load_mw"] = np.nan
    stuck = int(dice.integers(200, len(past) - 200))  # a meter that repeats itself
    past.loc[stuck : stuck + 7, "load_mw"] = past.loc[stuck, "load_mw"]
    hidden = seasons[-1].iloc[HIDDEN.start * 24 : HIDDEN.stop * 24].reset_index(drop=True)
    holidays = pd.DataFrame(
        {
            "day": [f"{day.year}-10-02" for day in DIWALI],
            "name": "Gandhi Jayanti",
        }
    )
    return Data(
        {"load": past, "to_forecast": hidden[["hour", "forecast_c"]], "holidays": holidays},
        {"load": hidden[["hour", "load_mw"]]},
    )


def as_of(data: Data, day: pd.Timestamp) -> dict[str, pd.DataFrame]:
    """Return the tables as they were when `day` began: the meters of the last month were not read."""
    tables = brief.as_of(data, day)
    load = tables["load"]
    unread = pd.to_datetime(load["hour"]) >= day - pd.Timedelta(READ, "D")
    return tables | {"load": load.assign(load_mw=load["load_mw"].mask(unread))}


def features(rows: pd.DataFrame, diwali: bool = False) -> np.ndarray:
    """Return a row of numbers for each hour; with `diwali`, the days from the year's main day too."""
    time = pd.to_datetime(rows["hour"])
    columns = [time.dt.hour, time.dt.weekday, time.dt.dayofyear, time.dt.year, rows["forecast_c"]]
    if diwali:
        main = time.dt.year.map({day.year: day for day in DIWALI})
        columns.append((time.dt.normalize() - main).dt.days.abs().clip(upper=10))
    return np.column_stack([column.to_numpy(float) for column in columns])


def error(train: pd.DataFrame, test: pd.DataFrame, diwali: bool = False) -> np.ndarray:
    """Return for each hour of `test` by which share of the load a forest of trees is wrong."""
    model = ExtraTreesRegressor(40, min_samples_leaf=2, random_state=0)
    model.fit(features(train, diwali), train["load_mw"])
    forecast = model.predict(features(test, diwali))
    return np.abs(forecast / test["load_mw"].to_numpy() - 1)


def trap(data: Data) -> dict[str, float]:
    """Return the mean error as a share of the load: in random hours, in a new autumn, at Diwali."""
    past = data.tables["load"].dropna(subset="load_mw")
    new = data.tables["to_forecast"].merge(data.truth["load"], on="hour")
    train, test = train_test_split(past, test_size=0.2, random_state=0)
    wrong = error(past, new)
    away = np.abs((pd.to_datetime(new["hour"]).dt.normalize() - DIWALI[-1]).dt.days)
    return {
        "error in random hours": round(float(error(train, test).mean()), 3),
        "error in the next autumn": round(float(wrong.mean()), 3),
        "error at its Diwali": round(float(wrong[away <= 3].mean()), 3),
    }
