"""Say what pay a sample of job advertisements names: python advertisements.py sample.csv"""

import csv
import sys
from collections.abc import Iterable, Iterator
from datetime import date
from statistics import quantiles

COLUMNS = ("date", "query", "title", "currency", "low", "high")


def what_to_fix(row: dict[str, str]) -> str:
    """Return a sentence that says what to fix in a row, or nothing."""
    if None in row or None in row.values():
        return f"Write {len(COLUMNS)} values, and quotes around one with a comma in it."
    try:
        date.fromisoformat(row["date"])
    except ValueError:
        return f"{row['date']!r} is no day: write it as 2026-11-30."
    low, high, pay = row["low"], row["high"], [row["currency"], row["low"], row["high"]]
    if not row["query"] or any(pay) != all(pay):
        return "Write the query, and either all of currency, low and high or none of them."
    if any(pay) and not ((low + high).isdecimal() and 1000 <= int(low) <= int(high)):
        return f"{low} to {high}: write a year's pay in full, as 1200000, the lower one first."
    return ""


def read_sample(lines: Iterable[str]) -> Iterator[dict[str, str]]:
    """Yield the rows of a sample; raise ValueError with what to fix at the first bad one."""
    reader = csv.DictReader(lines, skipinitialspace=True)
    if tuple(reader.fieldnames or ()) != COLUMNS:
        raise ValueError(f"Line 1: write {','.join(COLUMNS)}")
    for row in reader:
        fix = what_to_fix(row)
        if fix:
            raise ValueError(f"Line {reader.line_num}: {fix}")
        yield row


def summary(rows: list[dict[str, str]]) -> Iterator[str]:
    """Yield a line for each query, and for each currency in which its posts pay."""
    for query in sorted({row["query"] for row in rows}):
        found = [row for row in rows if row["query"] == query]
        days = sorted(row["date"] for row in found)
        without = f"{sum(not row['currency'] for row in found) / len(found):.0%}"
        count = f"n = {len(found)}, {without} without pay"
        yield f"{query}, {days[0]} to {days[-1]}: {count}"
        for currency in sorted({row["currency"] for row in found} - {""}):
            paid = [row for row in found if row["currency"] == currency]
            pays = [(int(row["low"]) + int(row["high"])) / 2 for row in paid]
            pair = pays if pays[1:] else pays * 2
            low, middle, high = quantiles(pair, method="inclusive")
            spread = f"middle half {low:,.0f} to {high:,.0f}"
            yield f"  {currency}: n = {len(pays)}, median {middle:,.0f}, {spread}"


if __name__ == "__main__":
    try:
        with open(sys.argv[1], encoding="utf-8-sig", newline="") as file:
            print(*summary(list(read_sample(file))), sep="\n")
    except (OSError, ValueError) as error:
        sys.exit(str(error))
