"""The store: a folder with one file a period for the rows, and one for their labels.

A delivery is a file named `rows-2026-03.csv` or `labels-2026-03.csv`. It replaces its period as a
whole, so the same delivery twice changes nothing. Each delivery is kept as it came, too.
"""

import hashlib
import os
from pathlib import Path

import pandas as pd

from own.checks import LABELS, ROWS, Stop, check
from own.schema import ASIDE, COMPLETE, DELAY, ID, LABEL, PERIOD, TIME

HOME = Path(os.environ.get("OWN_HOME", "."))  # where data, models and logs are
DATA = HOME / "data"


def read(file: Path) -> pd.DataFrame:
    """Read a CSV file as text; an empty cell is missing, and "NA" is a text like others."""
    return pd.read_csv(file, dtype=str, keep_default_na=False, na_values=[""])


def written(rows: pd.DataFrame) -> bytes:
    """Return a table as the bytes of a CSV file, the same on every system."""
    return rows.to_csv(index=False, lineterminator="\n").encode()


def put(content: bytes, file: Path) -> None:
    """Put a file in its place whole, or not at all."""
    file.parent.mkdir(parents=True, exist_ok=True)
    part = file.with_suffix(".part")
    part.write_bytes(content)
    part.replace(file)


def periods(kind: str) -> list[pd.Period]:
    """Return the periods that are held, the oldest first. kind: "rows" or "labels"."""
    return sorted(pd.Period(file.stem, PERIOD) for file in DATA.glob(f"{kind}/*.csv"))


def receive(file: Path, sent: int | None = None, accept: bool = False) -> str:
    """Take a delivery in, and return one line that accounts for each of its rows.

    The line is empty if the delivery holds what is held already.
    sent: how many rows the sender says there are. accept: take it although rows are lost or wrong.
    Raises Stop, with the store as it was, if somebody has to look first.
    """
    kind, _, name = file.stem.partition("-")
    if kind not in ("rows", "labels"):
        raise Stop(f"{file.name} is named neither rows-PERIOD.csv nor labels-PERIOD.csv")
    try:
        period, rows = pd.Period(name, PERIOD), read(file)
    except ValueError as error:
        raise Stop(f"{file.name} cannot be read: {error}") from None
    if str(period) != name:
        raise Stop(f"{file.name} is not named after a period, as {kind}-{period}.csv is")
    if sent is not None and len(rows) != sent:
        raise Stop(f"{file.name} has {len(rows)} rows, and {sent} were sent: ask for it again")
    if kind == "rows":
        kept, aside = check(rows, ROWS, period)
    else:
        newest = max(periods("rows"), default=None)
        if newest is None or newest < period + DELAY:
            raise Stop(
                f"{file.name} is too early: labels of {period} are known in {period + DELAY}, and "
                f"the newest rows are of {newest}. A label that is not known yet is not a no."
            )
        kept, aside = check(rows, LABELS)
        ours = kept[ID].isin(rows_of(period)[ID])
        strange = kept[~ours].assign(reason=f"no row of {period} has this {ID}")
        kept, aside = kept[ours], pd.concat([aside, strange])

    target = DATA / kind / f"{period}.csv"
    before = len(read(target)) if target.exists() else 0
    reason = f"; the first: {aside['reason'].iloc[0]}" if len(aside) else ""
    if len(kept) < max(before, 1) and not accept:
        raise Stop(
            f"{file.name} would leave {len(kept)} rows where {before} are held{reason}. "
            "If that is right, add --accept"
        )
    if len(aside) > ASIDE * len(rows) and not accept:
        raise Stop(
            f"{len(aside)} of {len(rows)} rows of {file.name} are wrong{reason}. "
            "If you want the others, add --accept"
        )
    if target.exists() and target.read_bytes() == written(kept):
        return ""
    digest = hashlib.sha256(file.read_bytes()).hexdigest()[:12]
    put(file.read_bytes(), DATA / "deliveries" / f"{file.stem}-{digest}.csv")
    put(written(aside), DATA / "aside" / f"{kind}-{period}.csv")
    put(written(kept), target)
    replaced = f", in place of {before}" if before else ""
    return f"{file.name}: {len(rows)} in = {len(kept)} kept + {len(aside)} aside{replaced}{reason}"


def cut(file: Path, folder: Path) -> int:
    """Cut one table with a label column into deliveries, and return how many it wrote.

    A row whose label is empty gets none: it is not known yet. Raises Stop if a time is no date.
    """
    table, count = read(file), 0
    if missing := {ID, TIME, LABEL} - set(table):
        raise Stop(f"{file.name} has no column {', '.join(sorted(missing))}")
    try:
        times = pd.to_datetime(table[TIME]).dt.to_period(PERIOD)
    except ValueError as error:
        raise Stop(f"{TIME} of {file.name}: {error}") from None
    for period, rows in table.groupby(times):
        labels = rows[[ID, LABEL]].dropna()
        for kind, part in (("rows", rows.drop(columns=LABEL)), ("labels", labels)):
            if len(part):
                put(written(part), folder / f"{kind}-{period}.csv")
                count += 1
    return count


def rows_of(period: pd.Period) -> pd.DataFrame:
    """Return the rows of a period, with the schema's types and their `period`."""
    file = DATA / "rows" / f"{period}.csv"
    if not file.exists():
        raise Stop(f"there are no rows of {period}: receive them first")
    return check(read(file), ROWS, period)[0].assign(period=period)


def labels_of(period: pd.Period) -> pd.DataFrame:
    """Return the labels of a period that have come by now: none, some or all of them."""
    file = DATA / "labels" / f"{period}.csv"
    held = read(file) if file.exists() else pd.DataFrame(columns=list(LABELS), dtype=str)
    return check(held, LABELS)[0]


def labelled() -> pd.DataFrame:
    """Return rows with their labels, of each period that has nearly all of its labels.

    Raises Stop if there is no such period.
    """
    whole = []
    for period in periods("labels"):
        asked = rows_of(period)
        both = asked.merge(labels_of(period), on=ID)
        if len(both) >= COMPLETE * len(asked):
            whole.append(both)
    if not whole:
        raise Stop("no period has its labels yet: receive them first")
    return pd.concat(whole, ignore_index=True)


def digest() -> str:
    """Return the SHA-256 of all rows and labels that are held: the version of the data."""
    content = hashlib.sha256()
    for file in sorted([*DATA.glob("rows/*.csv"), *DATA.glob("labels/*.csv")]):
        content.update(file.relative_to(DATA).as_posix().encode() + file.read_bytes())
    return content.hexdigest()
