"""Made-up customers who leave: `python make_data.py --until 2026-03` writes what came by then.

Nobody of them exists. In the first 16 months those leave who call often and use little. From
2026-05 on a rival is cheaper: now those leave who pay much. The rows alone do not tell.
"""

import argparse
from pathlib import Path

import numpy as np
import pandas as pd

FIRST, CHANGE, DELAY = pd.Period("2025-01", "M"), pd.Period("2026-05", "M"), 2
CUSTOMERS, LAST = 600, pd.Period("2027-06", "M")


def world(seed: int = 0) -> pd.DataFrame:
    """Return a row a month for each customer, with `left`: whether they leave within two months."""
    rng = np.random.default_rng(seed)

    def join(count: int, first: int) -> pd.DataFrame:
        return pd.DataFrame(
            {
                "customer": [f"c{number:05}" for number in range(first, first + count)],
                "months": rng.integers(0, 60, count),
                "fee": rng.choice([9.9, 14.9, 19.9, 29.9, 39.9], count),
                "unhappy": rng.gamma(2, 1, count),
                "plan": rng.choice(["basic", "family", "pro"], count),
            }
        )

    here, joined, months = join(CUSTOMERS, 0), CUSTOMERS, []
    for month in pd.period_range(FIRST - 12, LAST + DELAY, freq="M"):  # a year to settle
        here["calls"] = rng.poisson(here["unhappy"])
        here["hours"] = rng.gamma(3, 14 / (1 + here["unhappy"])).round(1).clip(0.1)
        if month < CHANGE:
            logit = -3.3 + 0.8 * here["calls"] - 0.08 * here["hours"]
        else:
            logit = -5.2 + 0.11 * here["fee"]
        gone = rng.random(len(here)) < 1 / (1 + np.exp(-logit))
        months.append(here.assign(month=month, gone=gone))
        new = join(int(gone.sum()), joined)
        joined += len(new)
        here = pd.concat([here[~gone], new], ignore_index=True)
        here["months"] += 1
    table = pd.concat(months, ignore_index=True)
    last = table[table["gone"]].set_index("customer")["month"]
    left = table["customer"].map(last) < table["month"] + DELAY
    table = table.assign(left=left.astype(int)).drop(columns=["unhappy", "gone"])
    return table[table["month"] >= FIRST]


def deliver(until: pd.Period, folder: Path) -> list[Path]:
    """Write the files that have come by a month into a folder, and return them: rows, then labels."""
    folder.mkdir(parents=True, exist_ok=True)
    files: dict[str, list[Path]] = {"rows": [], "labels": []}
    for month, rows in world().groupby("month"):
        rows = rows.assign(month=str(month.start_time.date()))
        kinds = {"rows": rows.drop(columns="left"), "labels": rows[["customer", "left"]]}
        for kind, table in kinds.items():
            if month + (DELAY if kind == "labels" else 0) <= until:
                files[kind].append(folder / f"{kind}-{month}.csv")
                table.to_csv(files[kind][-1], index=False)
    return files["rows"] + files["labels"]


def main() -> None:
    """Read the words of the command line, and deliver."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--until", default="2025-12", help="the newest month of the rows")
    parser.add_argument("--folder", type=Path, default=Path("inbox"))
    given = parser.parse_args()
    until = pd.Period(given.until, "M")
    count = len(deliver(until, given.folder))
    print(f"{count} files in {given.folder}: rows until {until}, labels until {until - DELAY}")


if __name__ == "__main__":
    main()
