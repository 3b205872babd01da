"""The dirt: what becomes of clean tracks on the way in, with a ledger of what was done to which."""

from collections.abc import Mapping

import numpy as np
import pandas as pd

from jukebox.schema import FEATURES, WHOLE

DIRT = ("missing", "out_of_range", "wrong_type", "wrong_encoding", "late", "reordered", "duplicate")


def spoil(
    value: float | str, kind: str, column: str, rng: np.random.Generator
) -> float | str | None:
    """Return what becomes of a cell by a kind of dirt that stays within its row."""
    if kind == "missing":
        return None
    if kind == "wrong_type":
        return f"{value:.3f}".replace(".", ",")
    if kind == "wrong_encoding":  # UTF-8 with a byte order mark, read as Latin-1
        return f"\ufeff{value}".encode().decode("latin-1")
    if kind == "late":
        return int(value) - int(rng.integers(1, 9))
    lowest, highest, _ = FEATURES[column]
    beyond = (highest - lowest) * rng.uniform(0.1, 1)
    return round(highest + beyond if rng.random() < 0.5 else lowest - beyond, 3)


def dirty(
    tracks: pd.DataFrame, rng: np.random.Generator, rates: Mapping[str, float]
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return the tracks with dirt in them, and the ledger of what was done.

    `rates` gives the share of rows for each kind of `DIRT`; a row gets one kind at most. The
    ledger has a row for each: `row` (position in the dirty frame), `track_id`, `kind`, `column`,
    `before`, `after`. Copies come last, and rows that are `reordered` swap places among
    themselves. Raises ValueError for other kinds, or for more dirt than rows.
    """
    counts = {kind: round(len(tracks) * rate) for kind, rate in rates.items()}
    if not set(counts) <= set(DIRT) or sum(counts.values()) > len(tracks):
        raise ValueError(f"rates are {rates}: use shares of {', '.join(DIRT)}, 1 in all at most")
    frame = tracks.reset_index(drop=True).astype(object)
    rows = iter(rng.permutation(len(frame)))
    picked = {kind: [int(next(rows)) for _ in range(count)] for kind, count in counts.items()}
    ledger = []
    for kind in ("missing", "out_of_range", "wrong_type", "wrong_encoding", "late"):
        for row in picked.get(kind, ()):
            features = [n for n in FEATURES if kind != "wrong_type" or n not in WHOLE]
            column = {"wrong_encoding": "track_id", "late": "released"}.get(kind)
            column = column or features[rng.integers(len(features))]
            before = frame.at[row, column]
            after = spoil(before, kind, column, rng)
            frame.at[row, column] = after
            ledger.append((row, tracks["track_id"].iloc[row], kind, column, before, after))
    moved = picked.get("reordered", [])
    origins = [moved[i] for i in rng.permutation(len(moved))]
    frame.iloc[moved] = frame.iloc[origins].to_numpy()
    for row, origin in zip(moved, origins, strict=True):
        ledger.append((row, frame.at[row, "track_id"], "reordered", None, origin, row))
    copies = picked.get("duplicate", [])
    for row, origin in enumerate(copies, len(frame)):
        ledger.append((row, frame.at[origin, "track_id"], "duplicate", None, origin, row))
    columns = pd.Index(["row", "track_id", "kind", "column", "before", "after"])
    frame = pd.concat([frame, frame.iloc[copies]], ignore_index=True)
    return frame, pd.DataFrame(ledger, columns=columns)
