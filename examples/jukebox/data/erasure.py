"""Erasure: which data and which models hold a track, and how it is taken out on request.

Nothing else here loses a row, so this is loud. A data version is named by its content, and a
version without one of its tracks is another: it keeps its name, says what it lost, and can no
longer be read. The models that learnt from the track stay as they are, for no row can be taken
out of a model. They can be found, and retired.
"""

import hashlib
import json
import re
import time
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol, TypedDict

import pandas as pd

from jukebox.data.files import write_file
from jukebox.data.store import Mark, Store, read_batch

BATCH_NAME = re.compile(r"(tracks|charts|quarantine)-(\d+)-[0-9a-f]{16}\.csv")
# What a kill left half-written: see `files.write_file`.
HALF_WRITTEN = re.compile(r"\..+\.csv\.\d+")
BATCH_ROW = re.compile(r'(?:[^"\n]|"[^"]*")*\n')  # of a batch; what stands in quotes may end a line


class DataRecord(Protocol):
    """What a model's record says of its data; the records are of a room above this one."""

    @property
    def data_version(self) -> str:
        """The version of the data."""
        ...

    @property
    def fitted_weeks(self) -> tuple[int, ...]:
        """The first and the last week that the model was fitted on; () if it is not known."""
        ...

    @property
    def tested_weeks(self) -> tuple[int, ...]:
        """Those that it was tested on."""
        ...


class ModelRecords(Protocol):
    """What is asked of a registry, which is of a room above this one."""

    def models_that_saw(self, data_version: str) -> list[int]:
        """Return the versions that were trained on a data version."""
        ...

    def record(self, version: int) -> DataRecord:
        """Return the record of a version."""
        ...

    def records(self) -> Mapping[int, DataRecord]:
        """Return the record of each version."""
        ...


class Forgetting(TypedDict):
    """When a track was forgotten, in seconds since 1970, and why."""

    time: float
    why: str


class Trace(TypedDict):
    """What became of a track in a data version, as JSON has it: see `trace_track`."""

    data_version: str
    released: int
    fitted: list[int]
    tested: list[int]
    neither: list[int]
    forgotten: Forgetting | None


def hash_id(track_id: str) -> str:
    """Return the name under which a track that was forgotten is found again: SHA-256, in hex."""
    return hashlib.sha256(track_id.encode()).hexdigest()


def find_holders(store: Store, track_id: str) -> dict[str, Mark]:
    """Return the data versions that hold a track, or held it until it was forgotten, oldest first."""
    found: dict[str, Mark] = {}
    for version in store.versions():
        listed = store.manifest(version)
        for week, name in listed["batches"]["tracks"].items():
            if (read_batch(store.folder, name, "tracks")["track_id"] == track_id).any():
                found[version] = {"released": int(week)}
        if mark := listed["forgotten"].get(hash_id(track_id)):
            found[version] = mark
    return found


def trace_track(track_id: str, store: Store, registry: ModelRecords) -> list[Trace]:
    """Return what became of a track in each data version that holds or held it.

    The versions of models were `fitted` on the track, only `tested` on it, or did `neither`: it was
    in their data, and its charts were not known yet.
    """
    traces = []
    for data_version, mark in find_holders(store, track_id).items():
        trace = Trace(
            data_version=data_version,
            released=mark["released"],
            fitted=[],
            tested=[],
            neither=[],
            forgotten=None,
        )
        for version in registry.models_that_saw(data_version):
            record = registry.record(version)
            if includes(record.fitted_weeks, mark["released"]):
                trace["fitted"].append(version)
            elif includes(record.tested_weeks, mark["released"]):
                trace["tested"].append(version)
            elif record.fitted_weeks:
                trace["neither"].append(version)
        if "time" in mark and "why" in mark:
            trace["forgotten"] = {"time": mark["time"], "why": mark["why"]}
        traces.append(trace)
    return traces


def includes(weeks: tuple[int, ...], week: int) -> bool:
    """Say whether a week is among those from the first to the last of a record; () are none."""
    return bool(weeks) and weeks[0] <= week <= weeks[1]


def find_unknown_models(store: Store, registry: ModelRecords) -> list[int]:
    """Return the versions of models of which nobody can tell what they saw.

    Their data is not in the store, or their record does not say on which weeks they were fitted.
    """
    here, records = store.versions(), registry.records().items()
    return sorted(v for v, r in records if r.data_version not in here or not r.fitted_weeks)


def remove_rows(path: Path, kind: str, gone: Collection[str]) -> tuple[bytes, list[str]]:
    """Return a batch without the rows of some tracks, byte for byte else, and the ids of these rows."""
    read_batch(path.parents[1], path.name, kind)  # raises ValueError if these are not its bytes
    head, *rows = BATCH_ROW.findall(path.read_bytes().decode())
    ids = pd.read_csv(path, dtype=str, keep_default_na=False)["track_id"]  # NA may be an id
    left = [row for row, one in zip(rows, ids, strict=True) if one not in gone]
    return "".join([head, *left]).encode(), [one for one in ids if one in gone]


def forget(store: Store, track_ids: Iterable[str], why: str) -> dict[str, list[str]]:
    """Take tracks out of every batch, the quarantine as well; return {kind: id of each row that went}.

    Each version that held one is marked, with a hash of the id: see `Store.manifest`. Killed, it
    leaves every list with its files, and the same call goes on. Raises ValueError without a reason,
    for an empty id, which would be that of every row without one, and for a file that is no batch.
    """
    if not why.strip():
        raise ValueError("Say why these tracks are to be forgotten: somebody will ask.")
    gone = set(track_ids)
    if not all(gone):
        raise ValueError("An empty id names no track: give each its id.")
    went, instead = {}, {}
    for path in sorted((store.folder / "batches").glob("*.csv")):
        if rest := write_rest(path, gone):
            went.setdefault(rest.kind, []).extend(rest.ids)
            instead[path.name] = rest
    # First the new files, then the lists, then away with the old: no list lacks a file.
    for path in [*(store.folder / "versions").glob("*.json"), store.folder / "now.json"]:
        list_rests(store, path, instead, why)
    for path in sorted((store.folder / "batches").iterdir()):
        if path.name in instead or HALF_WRITTEN.fullmatch(path.name):
            Path.unlink(path)
    read_batch.cache_clear()
    return went


@dataclass(frozen=True)
class Rest:
    """What is left of a batch: the name of its file, its kind and week, and the ids that went."""

    name: str
    kind: str
    week: int
    ids: list[str]


def write_rest(path: Path, gone: Collection[str]) -> Rest | None:
    """Write what is left of a batch without some tracks beside it; None if it holds none of them.

    Raises ValueError for a file that is no batch.
    """
    if not (named := BATCH_NAME.fullmatch(path.name)):
        raise ValueError(f"{path} is no batch, and may hold these tracks: move it away.")
    kind, week = named.groups()
    content, ids = remove_rows(path, kind, gone)
    if not ids:
        return None
    name = f"{kind}-{week}-{hashlib.sha256(content).hexdigest()[:16]}.csv"
    write_file(path.with_name(name), content)
    return Rest(name, kind, int(week), ids)


def list_rests(store: Store, path: Path, instead: Mapping[str, Rest], why: str) -> None:
    """Let a list name what is left of its batches, {name: what is left}, and mark the lost tracks."""
    listed = store.manifest(None if path.stem == "now" else path.stem)
    changed = False
    for files in listed["batches"].values():
        for week, name in files.items():
            if not (rest := instead.get(name)):
                continue
            files[week], changed = rest.name, True
            for one in rest.ids if rest.kind == "tracks" else ():
                mark: Mark = {"released": rest.week, "time": time.time(), "why": why}
                listed["forgotten"][hash_id(one)] = mark
    if changed:
        write_file(path, json.dumps(listed, indent=1).encode())
