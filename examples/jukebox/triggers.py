"""The triggers: has the code, the data or the performance changed so much that a run is due?

Code: the content hash of the sources that make a model. Data: labelled tracks that no run has seen
yet, or not so. Performance: what the champion's answers scored once their charts were known, and
not what came in: inputs may move and do no harm, and a model may fail while they stand still.
"""

from dataclasses import dataclass, field

import pandas as pd

from jukebox.catalogue import COLUMNS, labels
from jukebox.journal import runs, waiting
from jukebox.monitoring import fell, live, promised
from jukebox.training import code_version, labelled
from jukebox.validation import Limits


@dataclass(frozen=True)
class Policy:
    """What is relevant, and how much proof is asked for.

    rows: labelled tracks, new or changed since the last run, that fire the data trigger.
    unfit: share of the newest batch in quarantine from which on nothing is learnt from it.
    limits: of the gate. ceiling: the highest average precision that can be honest, if one is known.
    share: of the requests that go to the canary. answers: requests that it has to answer without
        being withdrawn, within `patience` seconds. seed: of the training.
    """

    rows: int = 800
    unfit: float = 0.3
    limits: Limits = field(default_factory=Limits)
    ceiling: float | None = None
    share: float = 0.2
    answers: int = 100
    patience: float = 60.0
    seed: int = 0


def seen(tracks, charts):
    """Give the labelled tracks as a set of hashes, each of a row with its labels."""
    known = labelled(tracks, charts)
    rows = pd.util.hash_pandas_object(known[COLUMNS], index=False)
    return {(row, y.tobytes()) for row, y in zip(rows, labels(known, charts), strict=True)}


def kinds(triggers):
    """Give the kinds of some triggers, each once."""
    return sorted({e["figures"]["kind"] for e in triggers})


def fall(events, version):
    """Give the first week of the unbroken row of weeks in which a version was found fallen."""
    found = [e["figures"] for e in events if e["event"] == "trigger"]
    weeks = {f["week"] for f in found if f["kind"] == "performance" and f["version"] == version}
    week = max(weeks, default=None)
    while weeks and week - 1 in weeks:
        week -= 1
    return week


def fire(journal, today, kind, cause, why, figures=None):
    """Write a trigger and give it as an event; None if the last of its kind had the same cause."""

    def make(events):
        same = [e["figures"] for e in events if e["event"] == "trigger"]
        if [f["cause"] for f in same if f["kind"] == kind][-1:] == [cause]:
            return None
        return None, "trigger", why, {"kind": kind, "cause": cause} | (figures or {})

    return journal.add(today, make)


def look(journal, store, registry, code, policy):
    """Fire the triggers whose time has come, and give them as events.

    code: the package's folder in the checkout that is watched.
    """
    events, (tracks, charts), today = journal.events(), store.read(), store.week or 0
    started = [run["start"]["figures"] for run in runs(events).values()]
    fired = []
    champion = registry.standing().champion
    model = registry.load(champion) if champion else None
    version = code_version(code)
    if model is None or version != model.record["code_version"]:
        fired.append(fire(journal, today, "code", version, f"the code is now {version[:8]}"))

    known = seen(*store.read(started[-1]["seen"])) if started else set()
    new = len(seen(tracks, charts) - known)
    if new >= policy.rows and "data" not in kinds(waiting(events)):
        why = f"{new} labelled tracks are new or changed"
        fired.append(fire(journal, today, "data", store.freeze(), why, {"rows": new}))

    week, now = live(registry.predictions(), tracks, charts, champion)
    if now is not None:
        then = promised(model, tracks, charts)
        if fell(then, now):
            why = f"version {champion} scores {now['ap']:.3f} in week {week}, not {then['ap']:.3f}"
            cause, where = f"{champion} in week {week}", {"version": champion, "week": week}
            fired.append(fire(journal, today, "performance", cause, why, where))
    return [event for event in fired if event]
