"""The settings of a home's world: what `generate` goes on from, in `world.json`."""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import TypedDict


class DriftSettings(TypedDict):
    """The fields of a `simulation.Drift` that are asked for."""

    kind: str
    shape: str
    start: int
    size: float


class WorldSettings(TypedDict):
    """A world's seed, its tracks a week and its drifts, as `world.json` has them."""

    seed: int
    tracks: int
    drifts: list[DriftSettings]


def extend_world(
    home: Path, seed: int | None, tracks: int | None, drifts: Sequence[DriftSettings], start: int
) -> WorldSettings:
    """Give the simulated world of a home: as it was, with what is new. Its settings are kept."""
    from jukebox.data.files import write_file

    file = home / "world.json"
    now: WorldSettings = {"seed": seed or 0, "tracks": tracks or 200, "drifts": []}
    if file.exists():
        now = json.loads(file.read_text("utf-8"))
    if seed not in (None, now["seed"]) or tracks not in (None, now["tracks"]):
        raise ValueError(
            f"The world of {home} has seed {now['seed']} and {now['tracks']} tracks a week: "
            "leave both options out, or take another --home for another world."
        )
    if early := [one["start"] for one in drifts if one["start"] < start]:
        raise ValueError(
            f"Week {early[0]} is over: let a drift start in week {start} or later, or take "
            "another --home."
        )
    now["drifts"] += [one for one in drifts if one not in now["drifts"]]  # it may be asked again
    home.mkdir(parents=True, exist_ok=True)
    write_file(file, json.dumps(now, indent=1).encode())
    return now
