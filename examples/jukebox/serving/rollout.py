"""The rollout: which loaded model answers a request, and how a new one takes over.

A request reads the set of loaded models once and uses it to the end, so a swap (one assignment)
fails nobody: who came before it gets the old model's answer, who comes after the new one's.
A challenger proves itself on real requests first: in the shadow, where its answers are logged
and not sent, or as a canary, which answers a share of them. Its faults cost no answer, for the
champion answers instead, and too many of them end its challenge.
"""

import asyncio
import hashlib
import logging
import threading
import time
import uuid
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from prometheus_client import CollectorRegistry, Counter, Gauge

from jukebox.model.training import Model, predict, session
from jukebox.problem import COUNTRIES
from jukebox.registry.history import Refused
from jukebox.registry.log import LoggedAnswer, LogWriter
from jukebox.schema import FEATURES

if TYPE_CHECKING:  # whoever wants a `Scorer` alone needs no MLflow
    import pandas as pd

    from jukebox.registry.models import Registry

logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class CanaryLimits:
    """When a rollout gives up."""

    poll: float = 1.0  # seconds between two looks at the registry
    pending: int = 10_000  # answers that may wait for the log
    slow: float = 0.05  # seconds: a challenger's call that takes longer is a fault
    faults: float = 0.1  # share of a challenger's calls that fail and so end its challenge,
    least: int = 50  # as if it had made so many calls at the least


class Scorer:
    """A loaded model: float32 (n, 13) in the order of FEATURES to probabilities (n, 72)."""

    def __init__(self, version: int, model: Model) -> None:
        """Load the checked bytes, never a file, and call once: the first call is slow."""
        self.version, self.session = version, session(model.onnx)
        self.calls, self.faults, self.out = 0, 0, False  # of its time as challenger
        self(np.array([[lowest for lowest, _, _ in FEATURES.values()]], np.float32))

    def __call__(self, x: np.ndarray) -> np.ndarray:
        """Score; ValueError if the answer is not 72 probabilities for each track."""
        p = predict(self.session, x)
        if p.shape != (len(x), len(COUNTRIES)) or not ((p >= 0) & (p <= 1)).all():
            raise ValueError(f"its answers are not {len(COUNTRIES)} numbers between 0 and 1")
        return p


class Serving(NamedTuple):
    """What is loaded now; `id` is the registry's decision that asked for it."""

    id: int = -1
    champion: Scorer | None = None
    challenger: Scorer | None = None
    share: float = 0.0


def goes_to_canary(request_id: str, share: float) -> bool:
    """Say whether a request goes to the canary.

    Its id's hash, as a number from 0 to 1, decides.
    """
    return int(hashlib.sha256(request_id.encode()).hexdigest()[:8], 16) / 2**32 < share


class Rollout:
    """The loaded models of one worker, the log of their answers, and their metrics."""

    def __init__(self, registry: "Registry", limits: CanaryLimits) -> None:
        """Nothing is loaded before `refresh`."""
        self.registry, self.limits = registry, limits
        self.serving, self.lock = Serving(), threading.Lock()
        self.aside = ThreadPoolExecutor(1, "aside")  # for shadows and withdrawals
        self.room = threading.BoundedSemaphore(100)  # shadows that may wait; more are left out
        self.log = LogWriter(registry.log)
        self.metrics = own = CollectorRegistry()
        which = ["model_version", "role"]
        self.answers = Counter("jukebox_predictions", "Tracks scored", which, registry=own)
        self.faults = Counter("jukebox_faults", "Calls at fault", which, registry=own)
        self.failures = Counter("jukebox_load_failures", "Models not loaded", registry=own)
        champion = Gauge("jukebox_champion_version", "Who answers; 0 for nobody", registry=own)
        champion.set_function(lambda: getattr(self.serving.champion, "version", 0))
        ready = Gauge("jukebox_ready", "1 if a model is loaded, else 0", registry=own)
        ready.set_function(lambda: self.serving.champion is not None)
        waiting = Gauge("jukebox_log_waiting", "Answers that wait for the log", registry=own)
        waiting.set_function(self.log.waiting.qsize)

    def refresh(self) -> None:
        """Load what the registry's newest decision names, then swap in one assignment."""
        with self.lock:
            now, old = self.registry.standing(), self.serving
            if now.id == old.id:
                return
            loaded = {s.version: s for s in (old.champion, old.challenger) if s}
            champion = self._load(now.champion, loaded) or old.champion
            challenger = self._load(now.challenger, loaded)
            self.serving = Serving(now.id, champion, challenger, now.share)
        if now.challenger and not challenger:
            self._withdraw(now.challenger, "it could not be loaded")

    def _load(self, version: int | None, loaded: Mapping[int, Scorer]) -> Scorer | None:
        if version is None:
            return None
        if version in loaded:
            return loaded[version]
        try:
            return Scorer(version, self.registry.load(version))
        except Exception:  # whatever is wrong with the new one, the old one goes on
            logger.exception("Version %s was not loaded", version)
            self.failures.inc()
            return None

    def _withdraw(self, version: int, why: str) -> None:
        with suppress(Refused):  # another worker was first
            self.registry.withdraw(version, why)
        self.refresh()

    def close(self) -> None:
        """Finish what is under way: the last shadow, then the last row of the log."""
        self.aside.shutdown()
        self.log.close()

    async def watch(self) -> None:
        """Look at the registry again and again: other processes decide, too."""
        while True:
            try:
                await asyncio.to_thread(self.refresh)
            except Exception:  # a registry that cannot be reached must not end the watch
                logger.exception("The registry cannot be read; the loaded models go on")
            await asyncio.sleep(self.limits.poll)

    def answer(self, ids: Sequence[str | None], x: np.ndarray) -> tuple[str, int, np.ndarray]:
        """Score one request's x (n, 13) and log it; give (request id, version, p (n, 72)).

        Somebody has to be loaded.
        """
        request_id, now, p = uuid.uuid4().hex, self.serving, None
        trial = now.challenger if now.challenger and not now.challenger.out else None
        scorer, role = trial, "challenger"
        if trial and goes_to_canary(request_id, now.share):
            p = self._try(trial, x)
        if scorer is None or p is None:
            assert now.champion is not None, "nobody is loaded: refresh first"
            scorer, role = now.champion, "champion"
            p = scorer(x)
        self._note(request_id, role, scorer.version, ids, x, p)
        if trial and now.share == 0 and self.room.acquire(blocking=False):
            self.aside.submit(self._shadow, request_id, trial, ids, x)
        return request_id, scorer.version, p

    def _shadow(
        self, request_id: str, scorer: Scorer, ids: Sequence[str | None], x: np.ndarray
    ) -> None:
        if (p := self._try(scorer, x)) is not None:
            self._note(request_id, "shadow", scorer.version, ids, x, p)
        self.room.release()

    def _note(
        self,
        request_id: str,
        role: str,
        version: int,
        ids: Sequence[str | None],
        x: np.ndarray,
        p: np.ndarray,
    ) -> None:
        moment = self.registry.clock()
        self.log.waiting.put(LoggedAnswer(request_id, role, version, moment, ids, x, p))
        self.answers.labels(version, role).inc(len(ids))

    def _try(self, scorer: Scorer, x: np.ndarray) -> np.ndarray | None:
        """Ask the challenger; None if it fails. Too many faults, and it is withdrawn."""
        start, p, why = time.perf_counter(), None, f"slower than {self.limits.slow:g} s"
        try:
            p = scorer(x)
        except Exception as error:  # whatever it is, the champion answers instead
            why = f"{type(error).__name__}: {error}"
        scorer.calls += 1
        if p is None or time.perf_counter() - start > self.limits.slow:
            scorer.faults += 1
            self.faults.labels(scorer.version, "challenger").inc()
            allowed = self.limits.faults * max(scorer.calls, self.limits.least)
            if scorer.faults > allowed and not scorer.out:
                scorer.out = True
                why = (
                    f"{scorer.faults} of {scorer.calls} calls failed or were slow, the last: {why}"
                )
                self.aside.submit(self._withdraw, scorer.version, why[:500])
        return p


def answer_tracks(registry: "Registry", tracks: "pd.DataFrame") -> None:
    """Let the champion answer for tracks, and log it, as the service does; without HTTP."""
    from jukebox.model.features import matrix

    rollout = Rollout(registry, CanaryLimits())
    rollout.refresh()
    rollout.log.start()
    rollout.answer(list(tracks["track_id"]), matrix(tracks))
    rollout.close()
