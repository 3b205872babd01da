"""Lab 4: a new model takes over while somebody asks, and no request fails."""

import shutil
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING

from jukebox.labs.hands import Hands
from jukebox.labs.homes import open_lab, release_weeks
from jukebox.labs.lab import Lab
from jukebox.labs.load import Load, read_load

if TYPE_CHECKING:
    import pandas as pd

    from jukebox.registry.models import Registry

LOAD_PROGRAM = Path(__file__).with_name("files") / "load.py"


def read_answers(models: "Registry", load: Load) -> "pd.DataFrame":
    """Return the prediction log's part of a load: who answered each request, and when."""
    return models.predictions(role="champion", since=load.began, until=load.ended)


class DeployAndSwap(Lab):
    """A new champion takes over between two requests."""

    title = "Deploy, and swap under load"
    first = "jukebox serve --port 8000 &"

    def start(self, folder: Path) -> None:
        """Make a champion, a better model that waits, and a client that asks."""
        from jukebox.model.training import train
        from jukebox.schema import FEATURES

        data, models = release_weeks(folder, seed=5, weeks=16)
        tracks, charts = data.read(data.freeze())
        models.register(
            train(tracks.loc[tracks["released"] < 11], charts.loc[charts["known"] < 11])
        )
        models.register(train(tracks, charts))
        models.promote(1, "it was the first to pass the gate")
        newest = tracks.loc[tracks["released"] == 15, ["track_id", *FEATURES]]
        (folder / "tracks.json").write_text(newest.to_json(orient="records", indent=1), "utf-8")
        shutil.copy(LOAD_PROGRAM, folder)

    def check(self, folder: Path) -> Iterator[str]:
        """Hold the client's count against the history and the service's own prediction log."""
        _, models = open_lab(folder)
        load, champion = read_load(folder), models.standing().champion
        log, asked, failed = read_answers(models, load), load.requests, load.failed
        who = list(log["model_version"])
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
            moments = [load.began, *log["time"], load.ended]
            away = max(after - before for before, after in pairwise(moments))
            yield (
                f"{failed} of {asked} requests failed, and for {away:.0f} seconds nobody answered: the "
                "service was stopped and started. A new model needs no restart: a running service looks "
                "at the registry once a second, loads the new champion next to the old one, and swaps "
                f"them between two requests. Once more, and leave it running: {again}"
            )
        elif asked - failed != log["request_id"].nunique():
            yield (
                f"load.json speaks of {asked - failed} answers, and the prediction log holds "
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

    def conclude(self, folder: Path) -> str:
        """Say how many requests each version answered."""
        _, models = open_lab(folder)
        log = read_answers(models, read_load(folder))
        by = log["model_version"].value_counts()
        return f"Version 1 answered {by[1]} requests, then version 2 answered {by[2]}, and none failed."

    def solve(self, folder: Path, hands: Hands) -> None:
        """Promote while the client asks, and leave the service alone."""
        with hands.serving() as address:
            hands.type(f"python load.py start {address}")
            hands.type("jukebox promote 2 --why 'it passed the gate'")
            hands.type("python load.py stop")
