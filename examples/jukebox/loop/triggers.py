"""The triggers: has the code, the data or the performance changed so much that a run is due?

Code: the version of the code that makes a model, and of the packages. Data: labelled tracks that no
run has seen yet, or that have changed since. Performance: what the champion's answers scored once
their charts were known, and not what came in: inputs may move and do no harm, and a model may fail
while they do not move.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pandas as pd

from jukebox.data.store import Store
from jukebox.data.versions import data_version, hash_rows
from jukebox.loop.events import (
    Entry,
    Event,
    Figures,
    Refusal,
    Run,
    Trigger,
    is_of,
    read_runs,
    select_triggers,
)
from jukebox.loop.home import Home
from jukebox.loop.journal import Journal, waiting_triggers
from jukebox.model.gate import Limits
from jukebox.model.identity import code_version, installed_versions, is_flat, name_snapshot
from jukebox.model.training import Record, labelled_tracks
from jukebox.registry.models import Registry
from jukebox.watch.monitoring import has_fallen, promised_scores, score_newest_week


@dataclass(frozen=True)
class Policy:
    """What is relevant, and how much proof is asked for.

    rows: labelled tracks, new, changed or gone since the last run, that fire the data trigger.
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


def kinds_of(triggers: Iterable[Event[Trigger]]) -> list[str]:
    """Give the kinds of some triggers, each once."""
    return sorted({event.figures.kind for event in triggers})


def find_fall(events: Iterable[Event[Figures]], champion: int | None) -> int | None:
    """Give the first week of the unbroken row of weeks in which a version was found fallen."""
    fired = [event.figures for event in select_triggers(events)]
    fell_in = [f.week for f in fired if f.kind == "performance" and f.version == champion]
    weeks = {week for week in fell_in if week is not None}
    week = max(weeks, default=None)
    while week is not None and week - 1 in weeks:
        week -= 1
    return week


def has_lost_data(run: Run) -> bool:
    """Say whether a run ended because its data lost a track on request: it has judged nothing."""
    return bool(run.end and is_of(run.end, Refusal) and run.end.figures.forgotten is not None)


def has_failed_training(run: Run, code: str) -> bool:
    """Say whether a run's training failed, with a snapshot of other code than `code`."""
    stopped = run.ending == "refused" and run.validate and not run.train
    return bool(stopped) and run.start.figures.code != code


def has_used_data(run: Run, code: str) -> bool:
    """Say whether a run has used up its data: it is open, promoted, or learnt with the old code.

    New code that is refused says nothing about the data that it was tried on. code: the name of a
    snapshot of today's, which may be what a training that failed was waiting for.
    """
    if run.ending in (None, "promoted"):
        return True
    new = "code" in run.start.figures.kinds
    return bool(run.validate) and not (new or has_lost_data(run) or has_failed_training(run, code))


@dataclass(frozen=True)
class Now:
    """What a run of today would work on.

    data: the data version. champion: the version that answers, or None. quarantined: rows of the
    newest week that are set aside. code: the name of a snapshot of the checkout.
    """

    data: str
    champion: int | None
    quarantined: int
    code: str


def find_untried(events: Iterable[Event[Figures]], now: Now) -> Iterator[int]:
    """Give the ids of ended triggers that no model has answered, so that they may fire again.

    A run that ended before it trained has tried nothing: try again once the data, the champion or
    the newest week's quarantine is another than in its plan. Nor has a run that lost its data, or
    whose training failed, and what failed may since be mended. Refused code has tried no more than
    itself: the other triggers of its run have a claim to the champion's.
    """
    events = list(events)
    kind = {event.id: event.figures.kind for event in select_triggers(events)}
    for run in read_runs(events).values():
        plan = run.start.figures
        if has_used_data(run, now.code):
            continue
        if has_lost_data(run) or has_failed_training(run, now.code):
            yield from plan.triggers
        elif run.validate:
            yield from (t for t in plan.triggers if kind[t] != "code")
        elif (plan.seen, plan.champion, plan.quarantined) != (
            now.data,
            now.champion,
            now.quarantined,
        ):
            yield from plan.triggers


def fire_trigger(
    journal: Journal, today: int, now: Now, trigger: Trigger, why: str
) -> Event[Trigger] | None:
    """Write a trigger and give it as an event; None if its cause has fired one before.

    Code may go back to what it was: of code, only the last trigger counts.
    """

    def make(events: list[Event[Figures]]) -> Entry[Trigger] | None:
        again = set(find_untried(events, now))
        fired = [e for e in select_triggers(events) if e.figures.kind == trigger.kind]
        fired = fired[-1:] if trigger.kind == "code" else fired
        if any(e.figures.cause == trigger.cause and e.id not in again for e in fired):
            return None
        return Entry(None, why, trigger)

    event = journal.add(today, make)
    return event if event and is_of(event, Trigger) else None


def why_code(code: Path, version: str, record: Record, kept: Path) -> str:
    """Say why the version of the checkout's code is another than that in the champion's record.

    code: the package's folder in the checkout. kept: the folder of the home's snapshots.
    """
    then, packages = record.code_version, record.packages or {}
    if is_flat(kept / then / "jukebox") and not is_flat(code):
        return f"the code is now {version[:8]}: what makes its version is counted in another way"
    if code_version(code, packages) == then:
        now = installed_versions().items()
        new = [f"{name} is now {to}" for name, to in now if packages.get(name) != to]
        return f"the code is the same, but {' and '.join(new)}"
    return f"the code is now {version[:8]}"


def hash_labelled(tracks: pd.DataFrame, charts: pd.DataFrame) -> set[tuple[int, bytes]]:
    """Give the labelled tracks as hashes: see `hash_rows`."""
    return hash_rows(labelled_tracks(tracks, charts), charts)


def fire_due_triggers(
    journal: Journal, store: Store, registry: Registry, code: Path, policy: Policy
) -> list[Event[Trigger]]:
    """Fire the triggers whose time has come, and give them as events.

    code: the package's folder in the checkout that is watched. Raises Tampered for a champion
    whose bytes have changed, and OSError for a checkout that lacks a source.
    """
    events, (tracks, charts), today = journal.events(), store.read(), store.week or 0
    champion = registry.standing().champion
    model = registry.load(champion) if champion else None
    quarantined = len(store.quarantined_rows(store.week))
    now = Now(data_version(tracks, charts), champion, quarantined, name_snapshot(code))
    fired = []

    sources = code_version(code)
    if model is None or sources != model.record.code_version:
        why = f"the code is now {sources[:8]}"
        if model:
            why = why_code(code, sources, model.record, Home(journal.file.parent).code)
        trigger = Trigger(kind="code", cause=sources)
        fired.append(fire_trigger(journal, today, now, trigger, why))

    runs = read_runs(events).values()
    before = [run.start.figures.seen for run in runs if has_used_data(run, now.code)]
    # Of a version that lost tracks on request, what is left: they are no news to learn from.
    old = hash_labelled(*store.read(before[-1], whole=False)) if before else set()
    new = hash_labelled(tracks, charts)
    rows = max(len(new - old), len(old - new))
    if rows >= policy.rows and "data" not in kinds_of(waiting_triggers(events)):
        why = f"{rows} labelled tracks are new, changed or gone"
        trigger = Trigger(kind="data", cause=now.data, rows=rows)
        fired.append(fire_trigger(journal, today, now, trigger, why))

    known = labelled_tracks(tracks, charts)
    newest = known["track_id"][known["released"] == known["released"].max()]
    log = registry.predictions(version=champion or 0, tracks=newest)  # never all of it
    week, score = score_newest_week(log, tracks, charts, champion)
    if (
        model
        and score is not None
        and has_fallen(then := promised_scores(model, tracks, charts), score)
    ):
        why = (
            f"the calibration slope of version {champion} is {score['slope']:z.2f} in week {week}, "
            f"and was {then['slope']:z.2f} in the model's test"
        )
        trigger = Trigger(
            kind="performance", cause=f"{champion} in week {week}", version=champion, week=week
        )
        fired.append(fire_trigger(journal, today, now, trigger, why))
    return [event for event in fired if event]
