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
from pathlib import Path

import pandas as pd

from jukebox.data.files import write
from jukebox.data.store import batch

NAME = re.compile(r"(tracks|charts|quarantine)-(\d+)-[0-9a-f]{16}\.csv")
HALF = re.compile(r"\..+\.csv\.\d+")  # what a kill left half-written: see `files.write`
ROW = re.compile(r'(?:[^"\n]|"[^"]*")*\n')  # of a batch; what stands in quotes may end a line


def key(track_id):
    """Give the name under which a track that was forgotten is found again: SHA-256, in hex."""
    return hashlib.sha256(track_id.encode()).hexdigest()


def holding(store, track_id):
    """Give the data versions that hold a track, or held it until it was forgotten, oldest first.

    {version: `released` (week) and, where it is gone, `time` and `why`}.
    """
    found = {}
    for version in store.versions():
        listed = store.manifest(version)
        for week, name in listed["batches"]["tracks"].items():
            if (batch(store.folder, name, "tracks")["track_id"] == track_id).any():
                found[version] = {"released": int(week)}
        if mark := listed["forgotten"].get(key(track_id)):
            found[version] = mark
    return found


def saw(track_id, store, registry):
    """Give what became of a track: a list with a dict for each data version that holds or held it.

    `data_version`, `released` (week), `forgotten` (`time` and `why`, or None), and the versions of
    models that were `fitted` on the track, only `tested` on it, or did `neither`: it was in their
    data, and its charts were not known yet.
    """
    told = []
    for data_version, mark in holding(store, track_id).items():
        models = {"fitted": [], "tested": [], "neither": []}
        for version in registry.models_that_saw(data_version):
            record = registry.record(version)
            for part, weeks in (("fitted", record.fitted_weeks), ("tested", record.tested_weeks)):
                if weeks and weeks[0] <= mark["released"] <= weeks[1]:
                    models[part].append(version)
                    break
            else:
                models["neither"].append(version)
        gone = {"time": mark["time"], "why": mark["why"]} if "why" in mark else None
        told.append({"data_version": data_version, "released": mark["released"]} | models)
        told[-1] |= {"forgotten": gone}
    return told


def strangers(store, registry):
    """Give the versions of models whose data is not in the store: nobody can tell what they saw."""
    here = store.versions()
    return sorted(v for v, r in registry.records().items() if r.data_version not in here)


def without(path, kind, gone):
    """Give a batch without the rows of some tracks, byte for byte else, and the ids of these rows."""
    batch(path.parents[1], path.name, kind)  # raises ValueError if these are not its bytes
    head, *rows = ROW.findall(path.read_bytes().decode())
    ids = pd.read_csv(path, dtype=str, keep_default_na=False)["track_id"]  # NA may be an id
    left = [row for row, one in zip(rows, ids, strict=True) if one not in gone]
    return "".join([head, *left]).encode(), [one for one in ids if one in gone]


def forget(store, track_ids, why):
    """Take tracks out of every batch, the quarantine as well; give {kind: id of each row that went}.

    Each version that held one is marked, with a hash of the id: see `Store.manifest`. Killed, it
    leaves every list with its files, and the same call goes on. Raises ValueError without a reason,
    for an empty id, which would be that of every row without one, and for a file that is no batch.
    """
    if not why.strip():
        raise ValueError("Say why these tracks are to be forgotten: somebody will ask.")
    gone, went, instead, held = set(track_ids), {}, {}, {}
    if not all(gone):
        raise ValueError("An empty id names no track: give each its id.")
    for path in sorted((store.folder / "batches").glob("*.csv")):
        if not (named := NAME.fullmatch(path.name)):
            raise ValueError(f"{path} is no batch, and may hold these tracks: move it away.")
        kind, week = named.groups()
        content, ids = without(path, kind, gone)
        if ids:
            name = f"{kind}-{week}-{hashlib.sha256(content).hexdigest()[:16]}.csv"
            write(path.with_name(name), content)
            went.setdefault(kind, []).extend(ids)
            instead[path.name] = name
            held[path.name] = dict.fromkeys(ids, int(week)) if kind == "tracks" else {}
    # First the new files, then the lists, then away with the old: no list lacks a file.
    for path in [*(store.folder / "versions").glob("*.json"), store.folder / "now.json"]:
        listed = store.manifest(None if path.stem == "now" else path.stem)
        changed = False
        for files in listed["batches"].values():
            for week, name in files.items():
                if name in instead:
                    files[week], changed = instead[name], True
                    for one, released in held[name].items():
                        mark = {"released": released, "time": time.time(), "why": why}
                        listed["forgotten"][key(one)] = mark
        if changed:
            write(path, json.dumps(listed, indent=1).encode())
    for path in sorted((store.folder / "batches").iterdir()):
        if path.name in instead or HALF.fullmatch(path.name):
            Path.unlink(path)
    batch.cache_clear()
    return went
