"""Made-up houses and their prices: `python make_data.py --until 2026Q1` writes what came by then.

None of them exists. From 2026Q2 on a new tram makes the far ones cost more. The rows alone do not tell.
"""

import argparse
from pathlib import Path

import numpy as np
import pandas as pd

FIRST, CHANGE, DELAY = pd.Period("2023Q1", "Q"), pd.Period("2026Q2", "Q"), 1
HOUSES, LAST, SOLD = 400, pd.Period("2028Q4", "Q"), 0.9


def world(seed: int = 0) -> pd.DataFrame:
    """Return a row for each house that was offered, with its `price`: NaN if it was not sold."""
    rng = np.random.default_rng(seed)
    quarters = []
    for number, quarter in enumerate(pd.period_range(FIRST, LAST, freq="Q")):
        area = rng.gamma(9, 13, HOUSES).clip(20, 900).round(1)
        houses = pd.DataFrame(
            {
                "house": [f"h{number * HOUSES + n:05}" for n in range(HOUSES)],
                "offered": quarter.start_time + pd.to_timedelta(rng.integers(0, 90, HOUSES), "D"),
                "area": area,
                "rooms": (area / 28 + rng.integers(0, 3, HOUSES)).astype(int).clip(1),
                "built": rng.integers(1890, 2023, HOUSES),
                "distance": rng.gamma(2, 4, HOUSES).clip(0, 60).round(1),
                "district": rng.choice(["north", "river", "south"], HOUSES),
                "quarter": quarter,
            }
        )
        far = -6000 if quarter < CHANGE else 2500  # euros a kilometre
        price = 60_000 + 3000 * houses["area"] + 700 * (houses["built"] - 1950)
        price += far * houses["distance"] + 60_000 * (houses["district"] == "river")
        price = (price * rng.lognormal(0, 0.12, HOUSES)).clip(20_000).round(-2)
        quarters.append(houses.assign(price=price.where(rng.random(HOUSES) < SOLD)))
    return pd.concat(quarters, ignore_index=True)


def deliver(until: pd.Period, folder: Path) -> list[Path]:
    """Write the files that have come by a quarter into a folder, and return them: rows, then labels."""
    folder.mkdir(parents=True, exist_ok=True)
    files: dict[str, list[Path]] = {"rows": [], "labels": []}
    for quarter, rows in world().groupby("quarter"):
        rows = rows.drop(columns="quarter")
        kinds = {"rows": rows.drop(columns="price"), "labels": rows[["house", "price"]].dropna()}
        for kind, table in kinds.items():
            if quarter + (DELAY if kind == "labels" else 0) <= until:
                files[kind].append(folder / f"{kind}-{quarter}.csv")
                table.to_csv(files[kind][-1], index=False)
    return files["rows"] + files["labels"]


def main() -> None:
    """Read the words of the command line, and deliver."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--until", default="2025Q1", help="the newest quarter of the rows")
    parser.add_argument("--folder", type=Path, default=Path("inbox"))
    given = parser.parse_args()
    until = pd.Period(given.until, "Q")
    count = len(deliver(until, given.folder))
    print(f"{count} files in {given.folder}: rows until {until}, labels until {until - DELAY}")


if __name__ == "__main__":
    main()
