"""The store: all data that came in, and every version of it that a model was made from.

A batch is a CSV file that is written once; its name ends in the hash of its content. What is known
now is a list of batches, and so is a version: a correction adds a batch and leaves the old one to
the versions that had it. Every write is a whole file put in place at once, so a kill leaves the
state before or the state after, and no third. Nothing is lost but on request: see `erasure`.
"""

import csv
import hashlib
import io
import json
import os
import re
import time
from collections.abc import Iterable
from functools import lru_cache
from pathlib import Path
from typing import NotRequired, TypedDict

import pandas as pd

from jukebox.data.checks import validate, validate_charts
from jukebox.data.files import write_file
from jukebox.data.versions import data_version
from jukebox.schema import CHART_TYPES, COLUMNS, TRACK_TYPES

VERSION_NAME = re.compile(r"[0-9a-f]{64}|draft-\d+")  # of a data version
COLUMN_TYPES = {"tracks": TRACK_TYPES, "charts": CHART_TYPES}
Batches = dict[str, dict[str, str]]  # {kind: {week: file name}}


class Mark(TypedDict):
    """What is known of a track that a data version held: its week and, if it went, when and why."""

    released: int
    time: NotRequired[float]  # seconds since 1970
    why: NotRequired[str]


class Manifest(TypedDict):
    """The JSON of a list: its batches, and the tracks that it lost, by the SHA-256 of their ids."""

    batches: Batches
    forgotten: dict[str, Mark]
    frozen: NotRequired[float]  # seconds since 1970, of a version


class Forgotten(ValueError):
    """A data version has lost tracks on request: its content is no longer that of its name."""


@lru_cache(1024)  # a batch never changes: each process reads it once
def read_batch(folder: Path, name: str, kind: str) -> pd.DataFrame:
    """Return a batch as a frame, numbers to the last bit, the quarantine as text; not to be changed.

    Raises ValueError for a name that is no batch's, or bytes that are not those of the name.
    """
    if not (digest := re.fullmatch(rf"{kind}-\d+-([0-9a-f]{{16}})\.csv", name)):
        raise ValueError(f"{name!r} is no batch of {kind}: restore the list that names it.")
    content = (folder / "batches" / name).read_bytes()
    if hashlib.sha256(content).hexdigest()[:16] != digest[1]:
        raise ValueError(f"{folder / 'batches' / name} is not what came in: restore it.")
    file = io.BytesIO(content)
    # keep_default_na: NA is a country, and may be an id.
    if kind == "quarantine":  # an empty cell, and no other, is missing
        return pd.read_csv(file, keep_default_na=False, dtype=str, na_values=[""])
    return pd.read_csv(
        file, keep_default_na=False, dtype=COLUMN_TYPES[kind], float_precision="round_trip"
    )


class Store:
    """The data in a folder: `batches/`, `versions/`, and `now.json`, which lists what is known.

    One process writes at a time; any number may read.
    """

    def __init__(self, folder: Path | str) -> None:
        """Open the store, and make its folders if they are not there."""
        self.folder = Path(folder).resolve()
        for name in ("batches", "versions"):
            (self.folder / name).mkdir(parents=True, exist_ok=True)

    def manifest(self, version: str | None = None) -> Manifest:
        """Return the list of now, or of a version."""
        if version and not VERSION_NAME.fullmatch(version):
            raise ValueError(f"There is no data version {version!r}: they are SHA-256, in hex.")
        path = self.folder / (f"versions/{version}.json" if version else "now.json")
        try:
            listed: Manifest = json.loads(path.read_text("utf-8"))
            return {"forgotten": {}, **listed, "batches": listed["batches"]}
        except FileNotFoundError:
            if version:
                raise ValueError(f"There is no data version {version} in {self.folder}.") from None
        except (ValueError, KeyError, TypeError):  # cut off, say, or another program's
            raise ValueError(f"{path} is damaged: restore it from a copy.") from None
        return {"batches": {"tracks": {}, "charts": {}, "quarantine": {}}, "forgotten": {}}

    def check_whole(self, version: str | None) -> None:
        """Raise Forgotten if a version has lost tracks on request; one that is not here has not."""
        if not version or not VERSION_NAME.fullmatch(
            version
        ):  # before the disk is asked: any text comes
            return
        here = (self.folder / "versions" / f"{version}.json").exists()
        if here and (lost := self.manifest(version)["forgotten"]):
            tracks = "1 track" if len(lost) == 1 else f"{len(lost)} tracks"
            why = "; ".join(sorted({mark["why"] for mark in lost.values() if "why" in mark}))
            raise Forgotten(
                f"Data version {version[:8]} lost {tracks} on request ({why}): it can no longer be "
                "read, nor a model of it built again."
            )

    def _list_files(self, version: str | None = None) -> Batches:
        """Return the batches of now, or of a version."""
        return self.manifest(version)["batches"]

    def _keep(self, frames: dict[str, pd.DataFrame], week: int) -> None:
        """Write a batch of each kind, then list them all at once."""
        now = self.manifest()
        for kind, frame in frames.items():
            # Bad rows may hold what ends a line, or half a character.
            how = csv.QUOTE_NONNUMERIC if kind == "quarantine" else csv.QUOTE_MINIMAL
            text = frame.to_csv(index=False, lineterminator="\n", quoting=how)
            content = text.encode(errors="backslashreplace")
            content = content.replace(b"\0", b"\\x00")  # a cell would end there when it is read
            name = f"{kind}-{week:04}-{hashlib.sha256(content).hexdigest()[:16]}.csv"
            write_file(self.folder / "batches" / name, content)
            now["batches"][kind][str(week)] = name
        write_file(self.folder / "now.json", json.dumps(now, indent=1).encode())

    def _read(self, names: Iterable[str], kind: str) -> pd.DataFrame:
        """Return batches as one frame, or an empty one."""
        types = COLUMN_TYPES[kind]
        empty = pd.DataFrame(columns=list(types)).astype(types)
        frames = [read_batch(self.folder, name, kind) for name in names]
        return pd.concat(frames, ignore_index=True) if frames else empty

    @property
    def week(self) -> int | None:
        """The newest week of which tracks have arrived, or None."""
        return max(map(int, self._list_files()["tracks"]), default=None)

    def arrive(self, week: int, batch: pd.DataFrame) -> tuple[pd.DataFrame, pd.DataFrame]:
        """Keep the right rows of a week's raw batch; return (kept, quarantined with a `reason`).

        The same week again is a correction and takes the place of the first. A track that
        stands in another week already is quarantined. Raises ValueError if a column is missing, and
        RuntimeError if a row is neither kept nor quarantined.
        """
        kept, quarantined = validate(batch, week)
        others = {w: name for w, name in self._list_files()["tracks"].items() if int(w) != week}
        held = self._read(others.values(), "tracks").set_index("track_id")["released"]
        twice = kept["track_id"].isin(held.index)
        weeks = kept["track_id"][twice].map(held)
        reasons = "track_id is that of a track of week " + weeks.astype(str)
        again = kept[twice].assign(reason=reasons)
        kept = kept[~twice].reset_index(drop=True)
        quarantined = pd.concat([quarantined, again]) if twice.any() else quarantined
        if len(batch) != len(kept) + len(quarantined):
            raise RuntimeError(
                "a row was lost here: kept and quarantined are not all that came",
            )
        self._keep({"tracks": kept, "quarantine": quarantined}, week)
        return kept, quarantined

    def chart(self, week: int, charts: pd.DataFrame) -> tuple[pd.DataFrame, pd.DataFrame]:
        """Keep the charts that became known in a week; return (kept, quarantined with a `reason`).

        Those of tracks that are not here are kept as well: the track may still come.
        """
        kept, quarantined = validate_charts(charts, week)
        self._keep({"charts": kept}, week)
        return kept, quarantined

    def read(
        self, version: str | None = None, whole: bool = True
    ) -> tuple[pd.DataFrame, pd.DataFrame]:
        """Return (tracks, charts): all that is known now, or all that a version held.

        Of charts, those of the tracks held; of one told twice, the first. Raises ValueError for a
        version that is not here, and Forgotten for one that has lost tracks; whole=False gives what
        is left of it.
        """
        if version and whole:
            self.check_whole(version)
        listed = self._list_files(version)
        tracks, charts = (
            self._read([listed[kind][w] for w in sorted(listed[kind], key=int)], kind)
            for kind in ("tracks", "charts")
        )
        charts = charts[charts["track_id"].isin(tracks["track_id"])]
        return tracks, charts.drop_duplicates(["track_id", "country"], ignore_index=True)

    def quarantined_rows(self, week: int | None = None) -> pd.DataFrame:
        """Return the quarantined rows of a week, or of all: each cell as text, with its `reason`."""
        listed = self._list_files()["quarantine"]
        names = listed.values() if week is None else [listed[str(week)]]
        frames = [read_batch(self.folder, name, "quarantine") for name in names]
        return pd.concat(frames, ignore_index=True) if frames else pd.DataFrame(columns=COLUMNS)

    def freeze(self, since: int = 0) -> str:
        """Give what is known now of the weeks from `since` on its version, and keep it for ever.

        It is the SHA-256 of the content (`versions.data_version`), whatever files hold it.
        """
        listed = self._list_files()
        part = {kind: listed[kind] for kind in ("tracks", "charts")}
        part["tracks"] = {w: name for w, name in listed["tracks"].items() if int(w) >= since}
        # Named by its content, which can only be read when the list is there.
        draft = self.folder / "versions" / f"draft-{os.getpid()}.json"
        write_file(draft, json.dumps({"frozen": time.time(), "batches": part}, indent=1).encode())
        name = data_version(*self.read(draft.stem))
        target = draft.with_name(f"{name}.json")
        # What was forgotten may have come in again: then the version is whole again.
        whole = target.exists() and not self.manifest(name)["forgotten"]
        draft.unlink() if whole else draft.replace(target)
        return name

    def versions(self) -> list[str]:
        """Return all versions, oldest first."""
        files = [f for f in (self.folder / "versions").glob("*.json") if len(f.stem) == 64]
        return [f.stem for f in sorted(files, key=lambda f: json.loads(f.read_text())["frozen"])]
