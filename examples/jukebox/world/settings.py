"""The settings of a home's world: what `generate` goes on from, in `world.json`."""

import json


def world(home, seed, tracks, drifts, start):
    """Give the simulated world of a home: as it was, with what is new. Its settings are kept."""
    from jukebox.data.files import write

    file, now = home / "world.json", {"seed": seed or 0, "tracks": tracks or 200, "drifts": []}
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
    write(file, json.dumps(now, indent=1).encode())
    return now
