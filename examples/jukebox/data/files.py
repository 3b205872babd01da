"""The files: a supplier's is read and checked; ours are written whole, or not at all."""

import io
import os
from collections.abc import Iterable, Mapping
from pathlib import Path

import pandas as pd

from jukebox.data.checks import read_ids, validate
from jukebox.schema import COLUMNS


def write_file(path: Path, content: bytes) -> None:
    """Put a file in its place, whole and on the disk, or not at all."""
    part = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        with part.open("wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        part.replace(path)
    except OSError as error:
        part.unlink(missing_ok=True)  # or half a file would take what room there is
        error.filename = str(path)
        raise


def read_table(
    path: str | Path, mapping: Iterable[tuple[str, str]] | Mapping[str, str] = ()
) -> tuple[pd.DataFrame, pd.DataFrame, list[str]]:
    """Return the right rows of your own file, the quarantined ones, and a report of what fits.

    `path` ends in .csv or .parquet; `mapping` goes from your column names to ours. The report
    is a list of lines. Raises ValueError if a column is missing or comes twice, ImportError if
    the reader of Parquet is not installed.
    """
    path, mapping = Path(path), dict(mapping)
    if path.suffix == ".parquet":
        try:
            from arro3.io import read_parquet  # 33 MB where pyarrow takes 165
        except ImportError as error:
            message = "to read Parquet, pip install 'krap-jukebox[parquet]', or save as CSV"
            raise ImportError(message) from error
        if path.read_bytes()[-4:] != b"PAR1":  # the reader would panic, which no one can catch
            raise ValueError(f"{path} is no whole Parquet file: write it again.")
        table = read_parquet(path).read_all()
        # As objects: one id that is missing would make floats of the others.
        cells = {name: table[name].to_pylist() for name in table.column_names}
        frame = pd.DataFrame(cells, dtype=object)
    else:
        try:
            with path.open(encoding="utf-8-sig", errors="replace", newline="") as file:
                text = file.read().replace("\0", "\ufffd")  # a cell would end there, unseen
            # Only an empty cell is missing: NA may be an id.
            how = {"dtype": str, "keep_default_na": False, "na_values": [""]}
            frame = pd.read_csv(io.StringIO(text), **how)
        except pd.errors.ParserError as error:  # a row with more cells than the header, say
            reason = str(error).strip().split("C error: ")[-1]
            raise ValueError(f"{path} is no table: {reason}.") from error
        except pd.errors.EmptyDataError:
            raise ValueError(f"{path} is empty: write the names of its columns first.") from None
    if absent := [name for name in mapping if name not in frame]:
        raise ValueError(
            f"No column {', '.join(absent)} to map: there are {', '.join(map(str, frame))}."
        )
    frame = frame.rename(columns=mapping)
    if twice := list(frame.columns[frame.columns.duplicated()]):
        raise ValueError(f"Two columns for {', '.join(twice)}: map the other to a name of its own.")
    if "track_id" in frame:  # a whole number in Parquet, say
        frame["track_id"] = read_ids(frame["track_id"])
    kept, quarantined = validate(frame)
    report = [f"{len(frame)} rows: {len(kept)} kept, {len(quarantined)} quarantined"]
    report += [f"{theirs} is read as {ours}" for theirs, ours in mapping.items()]
    report += [f"{name} is not used" for name in frame if name not in COLUMNS]
    for name, reasons in quarantined["reason"].groupby(quarantined["reason"].str.split().str[0]):
        report.append(f"{name}: {len(reasons)} quarantined, the first as {reasons.iloc[0]}")
    return kept, quarantined, report
