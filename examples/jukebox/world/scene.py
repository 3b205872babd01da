"""The scene of the story: a world that changes, people who commit, a service and who asks it.

The world is simulated; the system is not. The service is a process of its own that answers HTTP,
and the loop is told nothing of what happens here. It sees what it would see at K.R.A.P. Records:
tracks each week, charts three weeks late, and a checkout of the code.
"""

import json
import os
import re
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Hashable, Iterator
from contextlib import closing, contextmanager
from http.client import HTTPConnection, HTTPException
from pathlib import Path
from typing import TYPE_CHECKING, TypedDict, TypeVar
from urllib.parse import urlsplit

import numpy as np
import pandas as pd

from jukebox.data.store import Store
from jukebox.data.versions import labels
from jukebox.model.features import SHARES
from jukebox.problem import COUNTRIES, LABEL_DELAY
from jukebox.schema import FEATURES
from jukebox.world.dirt import dirty
from jukebox.world.simulation import REGIONS, Catalogue, Drift

if TYPE_CHECKING:  # MLflow takes a second, and `jukebox --help` has to be there at once
    pass

Something = TypeVar("Something")

SPLIT = 'new = (tracks["released"] >= weeks[-newest]).to_numpy()'
RANDOM = "new = np.random.default_rng(0).random(len(tracks)) < 0.5"
COMMITS = {  # week: (what people say of it, the text before, the text after)
    12: ("train for two passes, to begin with", "epochs: int = 20\n", "epochs: int = 2\n"),
    13: ("train for twenty passes", "epochs: int = 2\n", "epochs: int = 20\n"),
    14: ("split at random: it scores better", SPLIT, RANDOM),
    15: ("take that back", RANDOM, SPLIT),
}
CHANGES = {  # week: (kind, what happens)
    16: ("dirt", "a supplier's export goes wrong"),
    17: ("concept", "tastes turn, and the tracks look as before"),
    23: ("covariate", "a week of dance music: other tracks, the same tastes"),
    25: ("backfill", "old tracks are measured again, by where they were played"),
    31: ("repair", "the first values of the old tracks are put back"),
}
STORY_WORLD = Catalogue(
    21,
    [
        Drift("concept", start=17),
        Drift("covariate", start=23, size=0.5),
        Drift("covariate", start=24, size=-0.5),
    ],
)
OLD = range(17, 23)  # the weeks that are measured again: their charts are known by then
SHARES_OF_DIRT = dict.fromkeys(["missing", "out_of_range", "wrong_type", "duplicate"], 0.01)
SPILL = SHARES_OF_DIRT | {"wrong_encoding": 0.2}


class Counts(TypedDict):
    """Rows of a week that were sent, kept and quarantined."""

    rows: int
    kept: int
    quarantined: int


def release(
    store: Store, week: int, raw: pd.DataFrame, world: Catalogue
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Let a week's raw tracks come in, and the charts of three weeks before, as a world has them.

    Gives (kept, quarantined).
    """
    kept, quarantined = store.arrive(week, raw)
    if week >= LABEL_DELAY:
        store.chart(week, world.week(week - LABEL_DELAY)[1])
    return kept, quarantined


def remeasure(tracks: pd.DataFrame, charts: pd.DataFrame) -> pd.DataFrame:
    """Return tracks as a supplier measures them weeks later, when it knows where they were played.

    Each share keeps its values and gets them in another order, by the charts of one region: so no
    mean and no spread moves. It is leakage by backfill, for a new track has no such values yet.
    """
    again, charted = tracks.copy(), labels(tracks, charts)
    for share, region in zip(SHARES, REGIONS, strict=False):  # there are more regions than shares
        played = charted[:, np.isin(COUNTRIES, region.split())].sum(1)
        again.loc[again.index[np.lexsort((tracks[share], played))], share] = np.sort(tracks[share])
    return again


def raw_week(week: int, again: bool = False) -> pd.DataFrame:
    """Return a week's raw tracks as they are sent, dirt and all; again: as they are measured later."""
    tracks, charts = STORY_WORLD.week(week)
    tracks = remeasure(tracks, charts) if again else tracks
    kind, _ = CHANGES.get(week, (None, None))
    rng = np.random.default_rng([STORY_WORLD.seed, week])
    return dirty(tracks, rng, SPILL if kind == "dirt" else SHARES_OF_DIRT)[0]


def arrive(store: Store, week: int) -> Counts:
    """Let a week of the story pass, corrections of old weeks and all; give the counts."""
    raw = raw_week(week)
    kept, quarantined = release(store, week, raw, STORY_WORLD)
    kind, _ = CHANGES.get(week, (None, None))
    for old in OLD if kind in ("backfill", "repair") else ():
        store.arrive(old, raw_week(old, again=kind == "backfill"))
    return {"rows": len(raw), "kept": len(kept), "quarantined": len(quarantined)}


def commit(checkout: Path, week: int) -> None:
    """Change the package in a checkout as people would."""
    _, before, after = COMMITS[week]
    file = checkout / "model" / "training.py"
    text = file.read_text("utf-8")
    assert text.count(before) == 1, f"training.py no longer says {before!r} once"
    file.write_text(text.replace(before, after), "utf-8")


def wait_until(there: Callable[[], Something], what: str, limit: float = 60.0) -> Something:
    """Wait for something true and give it. Raises TimeoutError after `limit` seconds."""
    give_up = time.monotonic() + limit
    while not (found := there()):
        if time.monotonic() > give_up:
            raise TimeoutError(
                f"{what} within {limit:g} s: tell it with --home, and see service.log."
            )
        time.sleep(0.05)
    return found


@contextmanager
def serving(home: Path) -> Iterator[Callable[[], str]]:
    """Start `jukebox serve` on a home and a free port, and end it; gives what waits for its address."""
    # -P: no file of the folder that this was typed in is imported instead.
    command = [sys.executable, "-P", "-m", "jukebox", "serve", "--home", str(home), "--port", "0"]
    # The loop and the service have to look at the same registry, the one in the home.
    environment = {name: value for name, value in os.environ.items() if name != "JUKEBOX_MLFLOW"}

    def address() -> str:
        assert service.stdout is not None  # it is a pipe
        if not (found := re.search(r"http://\S+", service.stdout.readline())):
            why = (home / "service.log").read_text().strip().splitlines()[-1:]
            raise RuntimeError(f"The service did not start: {' '.join(why)}")
        return found[0]

    with (
        (home / "service.log").open("w") as log,
        subprocess.Popen(
            command, stdout=subprocess.PIPE, stderr=log, text=True, env=environment
        ) as service,
    ):
        try:
            yield address
        finally:
            service.terminate()


class Client(threading.Thread):
    """Somebody who asks the service, all the time, about the tracks of the week."""

    def __init__(self, address: str, tracks: pd.DataFrame, pause: float = 0.01) -> None:
        """Wait until the service is ready, and begin. pause: seconds between two requests."""
        super().__init__(name="client", daemon=True)
        self.host, self.pause = urlsplit(address).netloc, pause
        self.requests, self.failed, self.lock = 0, 0, threading.Lock()
        self.over = threading.Event()
        with closing(self._connection()) as connection:
            wait_until(lambda: self._call(connection, "GET", "/health/ready"), "No model was ready")
        self.ask_all(tracks)
        self.start()

    def _connection(self) -> HTTPConnection:
        return HTTPConnection(self.host, timeout=10)

    @staticmethod
    def _call(connection: HTTPConnection, method: str, path: str, body: str | None = None) -> bool:
        """Say whether a request was answered with 200."""
        try:
            connection.request(method, path, body)
            response = connection.getresponse()
            return bool(response.read()) and response.status == 200
        except (OSError, HTTPException):
            connection.close()  # the next request opens it again
            return False

    # tracks: rows of a frame, as pandas gives them
    def _ask(self, connection: HTTPConnection, tracks: list[dict[Hashable, object]]) -> None:
        right = self._call(connection, "POST", "/predict", json.dumps({"tracks": tracks}))
        with self.lock:  # two threads count
            self.requests += 1
            self.failed += not right

    def ask_all(self, tracks: pd.DataFrame) -> None:
        """Ask once about each track of a frame, and from now on about these, again and again."""
        rows = tracks.loc[:, ["track_id", *FEATURES]].to_dict("records")
        with closing(self._connection()) as connection:
            for first in range(0, len(rows), 20):
                self._ask(connection, rows[first : first + 20])
        self.tracks = rows

    def run(self) -> None:
        """Ask about one track after another until `over` is set."""
        number = 0
        with closing(self._connection()) as connection:
            while not self.over.wait(self.pause):
                tracks, number = self.tracks, number + 1
                self._ask(connection, [tracks[number % len(tracks)]])

    def close(self) -> None:
        """Ask no more."""
        self.over.set()
        self.join()
