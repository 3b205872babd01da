"""The story: 23 simulated weeks in which one model meets all that the NorthStar speaks of.

No step of it is played: each training and the service are processes of their own, each request
goes over HTTP, and nobody decides but the loop. It ends well if every trigger came to an end.
"""

import shutil
import signal
import sys
import tempfile
import time
from collections import Counter
from contextlib import ExitStack, closing, contextmanager
from pathlib import Path

import numpy as np

from jukebox.data.store import Store
from jukebox.data.versions import labels
from jukebox.loop.home import open_registry
from jukebox.loop.journal import lost
from jukebox.loop.loop import Loop
from jukebox.loop.steps import ENDINGS
from jukebox.loop.triggers import Policy
from jukebox.model.gate import ceiling
from jukebox.model.job import INSTALLED
from jukebox.model.training import predict
from jukebox.problem import LABEL_DELAY, average_precision, chance
from jukebox.watch.drift import drift
from jukebox.watch.monitoring import live
from jukebox.world.report import KINDS, write
from jukebox.world.scene import CHANGES, COMMITS, WORLD, Client, arrive, commit, serving, until
from jukebox.world.timeline import display

WEEKS = range(12, 35)  # the weeks before are the history, which is there at the start
# What is known of a week once its charts are there. gone: the version that the last rollback took
# out of service. gone_ap: what it would have scored where the version that came back answered.
SCORED = ("labelled_week", "ap", "ap_low", "ap_high", "ceiling", "chance", "gone", "gone_ap")
POLICY = Policy(rows=700, answers=25, share=0.25, ceiling=0.45)


class Story:
    """The system in one home, and the world around it."""

    def __init__(self, home, ends):
        """Start the service, and let the history arrive. ends: an ExitStack, which ends it all."""
        self.ends, self.client = ends, None
        self.store, self.registry = Store(home / "data"), open_registry(home)
        self.address = ends.enter_context(serving(home))  # it starts while the history arrives
        for week in range(WEEKS[0]):
            arrive(self.store, week)
        self.code = home / "checkout" / "jukebox"
        shutil.copytree(INSTALLED, self.code, ignore=shutil.ignore_patterns("__pycache__"))
        self.loop = Loop(home, self.registry, self.store, self.code, POLICY)
        ends.enter_context(closing(self.loop))
        self.champions, self.counted = {}, (0, 0)
        self.rollback = None  # the last one: (its week, who came back, who was taken back)

    def released(self, week):
        """Give the tracks of a week that were kept."""
        tracks = self.store.read()[0]
        return tracks[tracks["released"] == week]

    def week(self, week):
        """Let a week pass, and give its events."""
        if week in COMMITS:
            commit(self.code, week)
            yield note("world", week, f"a commit: {COMMITS[week][0]}", kind="code")
        if week in CHANGES:
            kind, why = CHANGES[week]
            yield note("world", week, why, kind=kind)
        counts = arrive(self.store, week)
        if self.client:
            self.client.all(self.released(week))
        yield from self.loop.look()
        before = self.registry.standing().champion
        for event in self.loop.run():
            yield event
            version = event["figures"].get("version")
            if event["event"] == "rolled back":
                self.rollback = (week, version, before)
            if event["event"] in ENDINGS and version == self.registry.standing().champion:
                yield self.served(week, event["figures"]["triggers"], version)
        if not self.client:
            raise RuntimeError("The first model was not promoted, so there is no story to tell.")
        yield self.known(week, counts)

    def served(self, week, triggers, version):
        """Wait for the first answer of a new champion, and give it as an event."""
        if not self.client:
            self.client = Client(self.address(), self.released(week))
            self.ends.enter_context(closing(self.client))
        fired = min(e["time"] for e in self.loop.journal.events() if e["id"] in triggers)
        which = {"role": "champion", "version": version}
        which["since"] = self.registry.history()[-1].time
        times = until(
            lambda: list(self.registry.predictions(**which)["time"]),
            f"Version {version} was made champion and did not answer",
        )
        self.client.all(self.released(week))  # so that it can be judged by this week's charts
        took = round(min(times) - fired, 3)
        why = f"version {version} gave its first answer {took:.1f} s after the trigger"
        return note("served", week, why, version=version, seconds=took)

    def known(self, week, counts):
        """Give what is known at the end of a week, as an event."""
        champion = self.champions[week] = self.registry.standing().champion
        tracks, charts = self.store.read()
        fitted = self.registry.record(champion).fitted_weeks
        table = drift(tracks[tracks["released"].between(*fitted)], self.released(week))
        before, self.counted = self.counted, (self.client.requests, self.client.failed)
        requests, failed = np.subtract(self.counted, before).tolist()
        figures = {
            "drifted": list(table.index[table["verdict"] == "drift"]),
            "champion": champion,
            "requests": requests,
            "failed": failed,
        } | dict.fromkeys(SCORED)
        past = week - LABEL_DELAY
        if version := self.champions.get(past):  # whose answers have their charts now
            _, score = live(self.registry.predictions(version=version), tracks, charts, version)
            then = tracks[tracks["released"] == past]
            y, first = labels(then, charts), WORLD.week(past)[0]  # whatever was measured again
            first = first[first["track_id"].isin(then["track_id"])]
            figures |= score[["ap", "ap_low", "ap_high"]].to_dict() | {
                "labelled_week": past,
                "ceiling": ceiling(WORLD.truth(first, past), draws=5),
                "chance": chance(y).average_precision,
            }
            since, back, gone = self.rollback or (week, None, None)
            if version == back and past >= since:
                p = predict(self.registry.load(gone).onnx, then)
                figures |= {"gone": gone, "gone_ap": average_precision(y, p)}
        why = f"{counts['kept']} of {counts['rows']} rows are kept"
        return note("week", week, why, **counts, **figures)


def note(event, week, why, **figures):
    """Give an event that the loop's journal does not have."""
    names = {"id": None, "time": time.time(), "week": week, "run": None}
    return names | {"event": event, "why": why, "figures": figures}


def events(home):
    """Tell the story in a folder, and give its events while they happen, as dicts.

    Those of the loop's journal, and world, served, week and end. Close the generator, and all that
    it started ends. Raises ValueError if the folder holds something.
    """
    home = Path(home).resolve()
    home.mkdir(parents=True, exist_ok=True)
    if any(home.iterdir()):
        raise ValueError(f"{home} is not empty: give the story a new folder, with --home.")
    began, told = time.monotonic(), []
    with ExitStack() as ends:
        story = Story(home, ends)
        for week in WEEKS:
            for event in story.week(week):
                told.append(event)
                yield event
        story.client.close()
        count = Counter(event["event"] for event in told)
        fired = Counter(e["figures"]["kind"] for e in told if e["event"] == "trigger")
        figures = {name.replace(" ", "_"): count[name] for name in ENDINGS} | {
            "triggers": {kind: fired[kind] for kind in KINDS},
            "lost": len(lost(story.loop.journal.events())),
            "requests": story.client.requests,
            "failed": story.client.failed,
            "seconds": round(time.monotonic() - began, 1),
        }
        yield note("end", week, "the story is told", **figures)


def amiss(end):
    """Give what the story lacks, in words, by the figures of its last event; nothing if it is whole."""
    fired = [kind for kind in KINDS if not end["triggers"][kind]]
    endings = [name for name in ENDINGS if not end[name.replace(" ", "_")]]
    wrong = [f"no trigger by {kind}" for kind in fired] + [f"nothing {name}" for name in endings]
    wrong += [f"{end[name]} {name}" for name in ("lost", "failed") if end[name]]
    return ", ".join(wrong)


@contextmanager
def folder(home):
    """Give the home, or a folder that is gone afterwards; SIGTERM ends what is in it as Ctrl-C does."""
    before = signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    try:
        with ExitStack() as ends:
            yield home or ends.enter_context(tempfile.TemporaryDirectory(prefix="jukebox-"))
    finally:
        signal.signal(signal.SIGTERM, before)


def tell(home=None, json=False, report=None):
    """Tell the story in the terminal, write its report, and give the exit code.

    home: an empty or a new folder that is kept; else it is a temporary one. json: print the events
    instead, one a line. report: the file, northstar.html if none is named.
    """
    report, told = Path(report or "northstar.html"), []
    if not report.parent.is_dir():
        raise ValueError(f"There is no folder {report.parent} for the report: make it first.")
    with folder(home) as place:
        with display(WEEKS, json) as shown, closing(events(place)) as coming:
            for event in coming:
                told.append(event)
                shown.show(event)
            models = open_registry(Path(place))
            champion = models.standing().champion
            write(told, report, models.lineage(champion))
        shown.say(f"\nOpen the report: {report.resolve().as_uri()}")
        if home:
            shown.say(f"Look around: jukebox status --home {home}")
            shown.say(f"Or ask what made the champion: jukebox lineage {champion} --home {home}")
    if wrong := amiss(told[-1]["figures"]):
        shown.say(f"The story did not end as it should: {wrong}.")
    return int(bool(wrong))
