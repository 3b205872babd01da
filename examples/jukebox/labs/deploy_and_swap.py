"""Lab 4: a new model takes over while somebody asks, and no request fails."""

import shutil
from itertools import pairwise
from pathlib import Path

from jukebox.labs import arrived, opened, told

TITLE = "Deploy, and swap under load"
FIRST = "jukebox serve --port 8000 &"
LOAD = Path(__file__).with_name("files") / "load.py"


def start(folder):
    """Make a champion, a better model that waits, and a client that asks."""
    from jukebox.model.training import train
    from jukebox.schema import FEATURES

    data, models = arrived(folder, seed=5, weeks=16)
    tracks, charts = data.read(data.freeze())
    models.register(train(tracks[tracks["released"] < 11], charts[charts["known"] < 11]))
    models.register(train(tracks, charts))
    models.promote(1, "it was the first to pass the gate")
    newest = tracks.loc[tracks["released"] == 15, ["track_id", *FEATURES]]
    (folder / "tracks.json").write_text(newest.to_json(orient="records", indent=1), "utf-8")
    shutil.copy(LOAD, folder)


def answered(models, load):
    """Give the prediction log's part of a load: who answered each request, and when."""
    return models.predictions(role="champion", since=load["began"], until=load["ended"])


def check(folder):
    """Hold the client's count against the history and the service's own prediction log."""
    _, models = opened(folder)
    load, champion = told(folder), models.standing().champion
    count, log = dict(load["count"]), answered(models, load)
    who = list(log["model_version"])
    failed, asked = count.pop("failed"), sum(load["count"].values())
    back = 'jukebox rollback --why "…", then ' if champion == 2 else ""
    again = f'{back}python load.py start …, jukebox promote 2 --why "…", python load.py stop.'
    if not who and failed < asked:
        yield (
            f"{asked - failed} requests were answered, and none by this lab's service: what "
            "answered serves another folder, or began before a reset. End it (kill %1, or Ctrl-C "
            "in its terminal), start jukebox serve in this folder, and load.py again."
        )
    elif not who:
        yield f"All {asked} requests failed: does the service run, and at the address of load.py?"
    elif failed:
        moments = [load["began"], *log["time"], load["ended"]]
        away = max(after - before for before, after in pairwise(moments))
        yield (
            f"{failed} of {asked} requests failed, and for {away:.0f} seconds nobody answered: the "
            "service was stopped and started. A new model needs no restart: a running service looks "
            "at the registry once a second, loads the new champion next to the old one, and swaps "
            f"them between two requests. Once more, and leave it running: {again}"
        )
    elif sum(count.values()) != log["request_id"].nunique():
        yield (
            f"load.json speaks of {sum(count.values())} answers, and the prediction log holds "
            f"{log['request_id'].nunique()} of that time: {again}"
        )
    if champion != 2:
        yield 'Version 1 is the champion: jukebox promote 2 --why "…" while load.py asks.'
    elif who and not (1 in who and who[-1] == 2):
        seen = " and ".join(map(str, sorted(set(who))))
        yield (
            f"The load saw version {seen} and ended with {who[-1]}, so the swap was not under "
            f"load. Promote while it asks: {again}"
        )


def done(folder):
    """Say how many requests each version answered."""
    _, models = opened(folder)
    log = answered(models, told(folder))
    by = log["model_version"].value_counts()
    return f"Version 1 answered {by[1]} requests, then version 2 answered {by[2]}, and none failed."


def solve(folder, hands):
    """Promote while the client asks, and leave the service alone."""
    with hands.serving() as address:
        hands.type(f"python load.py start {address}")
        hands.type("jukebox promote 2 --why 'it passed the gate'")
        hands.type("python load.py stop")
