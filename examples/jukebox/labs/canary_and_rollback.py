"""Lab 5: a model that passed the gate and fails in service, met by everybody or by a fifth."""

import json
import os
import secrets
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from jukebox.labs.hands import Hands
from jukebox.labs.homes import open_lab, release_weeks
from jukebox.labs.lab import Lab
from jukebox.labs.load import read_load
from jukebox.labs.nodes import Node, add_nodes

if TYPE_CHECKING:
    from jukebox.registry.models import Registry

PROGRAMS = Path(__file__).with_name("files")
FAILING_FROM = 1_200_000  # milliseconds: from there on, version 2 divides by nothing
CANARY_REQUESTS = 20  # requests that a canary has to answer
HOW_TO_TRY = (
    "let it answer a fifth of the requests as a canary (ask.py, /admin/challenge, share 0.2) while "
    "load.py asks"
)


def count_canary_answers(models: "Registry", version: int) -> tuple[int, int]:
    """Return (requests that a version answered as a canary, of all of that time)."""
    rows = models.history()
    began = [r.time for r in rows if (r.action, r.version) == ("challenge", version)]
    if not began:
        return 0, 0
    ends = [r.time for r in rows if r.version == version and r.time > began[-1]]
    log = models.predictions(since=began[-1], until=min(ends, default=None))
    return int((log["role"] == "challenger").sum()), len(log)


class CanaryAndRollback(Lab):
    """A model that passed the gate and fails in service."""

    title = "Canary and rollback"
    first = (
        'export JUKEBOX_OPERATOR_TOKEN=$(python -c "import secrets; print(secrets.token_hex())")'
    )

    def start(self, folder: Path) -> None:
        """Make a champion, a challenger that fails on what the catalogue never held, and its repair."""
        import numpy as np

        from jukebox.model.training import train
        from jukebox.schema import FEATURES

        data, models = release_weeks(folder, seed=5, weeks=16)
        tracks, charts = data.read(data.freeze())
        first = train(tracks.loc[tracks["released"] < 11], charts.loc[charts["known"] < 11])
        repaired = train(tracks, charts)
        column = np.array([list(FEATURES).index("duration_ms")])
        failing = add_nodes(
            repaired,
            [
                Node("Gather", ["tracks", "column"], "duration", {"axis": 1}),
                Node("Less", ["duration", "long"], "short"),
                Node("Cast", ["short"], "one", {"to": 1}),  # to float32
                Node("Div", ["before", "one"], "probabilities"),
            ],
            column=column,
            long=np.array([FAILING_FROM], np.float32),
        )
        for model in (first, failing, repaired):
            models.register(model)
        models.promote(1, "it was the first to pass the gate")
        newest = tracks.loc[tracks["released"] == 15, ["track_id", *FEATURES]].head(20)
        # A partner's app asks about hour-long mixes too, which no label ever released as a track.
        newest.loc[newest.index[::3], "duration_ms"] = 2 * FAILING_FROM
        (folder / "tracks.json").write_text(newest.to_json(orient="records", indent=1), "utf-8")
        for name in ("load.py", "ask.py"):
            shutil.copy(PROGRAMS / name, folder)

    def check(self, folder: Path) -> Iterator[str]:
        """Ask how each version came to its place, of the history and of the prediction log."""
        _, models = open_lab(folder)
        now, rows = models.standing(), models.history()
        tried = [r.version for r in rows if r.action == "challenge" and r.share]
        if now.champion == 2:
            load = read_load(folder)
            yield (
                f"Version 2 answers everybody, and {load.failed} of {load.requests} requests "
                "of the last load failed. It had passed the gate, whose test weeks hold nothing like "
                "the tracks that fail, and it was never tried as a canary. Go back at once: "
                f'jukebox rollback --why "…". Then {HOW_TO_TRY}.'
            )
            return
        if 2 in now.earlier:
            yield (
                "Version 2 is among the former champions: to promote another over it is no way back, "
                "and the next rollback would make it champion again. Bar it for good (ask.py, "
                "/admin/retire)."
            )
        if 2 not in now.retired and 2 not in tried:
            yield f"Version 2 has been no canary yet: {HOW_TO_TRY}, and look what becomes of it."
        elif now.challenger == 2:
            yield "Version 2 is the challenger still: let load.py ask until the service withdraws it."
        asked, _ = count_canary_answers(models, 3)
        if now.champion == 3 and asked < CANARY_REQUESTS:
            yield (
                f"Version 3 became champion after {asked} answers as a canary. If it goes well, that "
                f'is luck: go back with jukebox rollback --why "…", {HOW_TO_TRY}, and promote it then.'
            )
        elif now.champion != 3:
            yield f"Version {now.champion} is the champion, and 3 is better: {HOW_TO_TRY}, then promote it."
        elif failed := read_load(folder).failed:
            yield f"{failed} requests of the last load failed: ask once more, now that 3 answers."

    def conclude(self, folder: Path) -> str:
        """Say what share each canary answered, and how the bad one ended."""
        _, models = open_lab(folder)
        asked, of = count_canary_answers(models, 3)
        gone = [r.why for r in models.history() if (r.action, r.version) == ("withdraw", 2)]
        ended = f" Version 2 was withdrawn: {gone[-1]}." if gone else ""
        return f"Version 3 answered {asked} of {of} requests as a canary, and then all.{ended}"

    def solve(self, folder: Path, hands: Hands) -> None:
        """Let a fifth of the requests see each challenger, and promote the one that holds."""
        from unittest.mock import patch

        token = secrets.token_hex()
        with patch.dict(os.environ, JUKEBOX_OPERATOR_TOKEN=token), hands.serving() as address:
            for version in (2, 3):
                order = {"version": version, "share": 0.2, "why": "a fifth sees it first"}
                hands.type(f"python load.py start {address}")
                hands.type(f"python ask.py {address}/admin/challenge '{json.dumps(order)}'")
                hands.type("python load.py stop")
            hands.type("jukebox promote 3 --why 'it held on a fifth'")
