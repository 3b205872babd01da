"""List the facts that have run out, and fail: `python -m scripts.expired`.

`--within 31` lists also what runs out within so many days, which fails nothing; `--on 2027-05-29`
takes another day for today. It needs Python and nothing else. A schedule and a release run it; no
session that a reader runs does, since a clock decides its verdict.
"""

import argparse
from datetime import date

from docs._ext import dates


def main(words: list[str] | None = None) -> int:
    """Print the list; return 1 if something has run out, else 0."""
    parser = argparse.ArgumentParser(prog="python -m scripts.expired", description=__doc__)
    parser.add_argument("--within", type=int, default=0, metavar="DAYS")
    parser.add_argument("--on", type=date.fromisoformat, default=dates.today(), metavar="DATE")
    asked = parser.parse_args(words)
    held = dates.read_facts("docs")
    print(
        dates.expiry_report(held, asked.on, asked.within)
        or f"On {asked.on} all {len(held)} facts are good."
    )
    return int(bool(dates.expired_facts(held, asked.on)))


if __name__ == "__main__":
    raise SystemExit(main())
