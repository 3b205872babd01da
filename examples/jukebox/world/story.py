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
from collections.abc import Generator, Iterator
from contextlib import ExitStack, closing, contextmanager
from pathlib import Path
from typing import NamedTuple

import pandas as pd

from jukebox.data.store import Store
from jukebox.data.versions import labels
from jukebox.loop.events import Ending, Event, Figures, Rollback, is_of, select_triggers
from jukebox.loop.home import Home, open_registry
from jukebox.loop.journal import lost_triggers
from jukebox.loop.loop import Loop
from jukebox.loop.steps import ENDINGS, TRIGGERS
from jukebox.loop.triggers import Policy
from jukebox.model.gate import ceiling
from jukebox.model.job import INSTALLED
from jukebox.model.training import predict
from jukebox.problem import LABEL_DELAY, average_precision, chance
from jukebox.watch.drift import drift
from jukebox.watch.monitoring import score_newest_week
from jukebox.world.events import (
    Change,
    FirstAnswer,
    Score,
    StoryEnd,
    WeekEnd,
    make_note,
)
from jukebox.world.report import write_report
from jukebox.world.scene import (
    CHANGES,
    COMMITS,
    STORY_WORLD,
    Client,
    Counts,
    arrive,
    commit,
    serving,
    wait_until,
)
from jukebox.world.timeline import open_display

WEEKS = range(12, 35)  # the weeks before are the history, which is there at the start
POLICY = Policy(rows=700, answers=25, share=0.25, ceiling=0.45)


class Back(NamedTuple):
    """A rollback: since which week, the version that came back, and the one that it replaced."""

    week: int
    version: int
    gone: int


class Story:
    """The system in one home, and the world around it."""

    def __init__(self, home: Path, ends: ExitStack) -> None:
        """Start the service, and let the history arrive. ends: it closes all that is opened."""
        self.ends = ends
        self.client: Client | None = None  # until the first model is there
        self.store, self.registry = Store(Home(home).data), open_registry(home)
        self.address = ends.enter_context(serving(home))  # it starts while the history arrives
        for week in range(WEEKS[0]):
            arrive(self.store, week)
        self.code = home / "checkout" / "jukebox"
        shutil.copytree(INSTALLED, self.code, ignore=shutil.ignore_patterns("__pycache__"))
        self.loop = Loop(home, self.registry, self.store, self.code, POLICY)
        ends.enter_context(closing(self.loop))
        self.champions: dict[int, int | None] = {}  # at the end of each week
        self.counted = (0, 0)  # requests, and those that failed, at the end of the last week
        self.rollback: Back | None = None  # the last one

    def released_tracks(self, week: int) -> pd.DataFrame:
        """Give the tracks of a week that were kept."""
        tracks = self.store.read()[0]
        return tracks.loc[tracks["released"] == week]

    def live_week(self, week: int) -> Iterator[Event[Figures]]:
        """Let a week pass, and give its events."""
        if week in COMMITS:
            commit(self.code, week)
            yield make_note(week, f"a commit: {COMMITS[week][0]}", Change(kind="code"))
        if week in CHANGES:
            kind, why = CHANGES[week]
            yield make_note(week, why, Change(kind=kind))
        counts = arrive(self.store, week)
        if self.client:
            self.client.ask_all(self.released_tracks(week))
        yield from self.loop.look()
        before = self.registry.standing().champion
        for event in self.loop.run():
            yield event
            if not is_of(event, Ending) or (version := event.figures.version) is None:
                continue
            if is_of(event, Rollback) and before:
                self.rollback = Back(week, version, before)
            if version == self.registry.standing().champion:
                yield self.await_answer(week, event.figures.triggers, version)
        if not self.client:
            raise RuntimeError("The first model was not promoted, so there is no story to tell.")
        yield self.end_week(week, counts, self.client)

    def await_answer(self, week: int, triggers: list[int], version: int) -> Event[FirstAnswer]:
        """Wait for the first answer of a new champion, and give it as an event."""
        if not self.client:
            self.client = Client(self.address(), self.released_tracks(week))
            self.ends.enter_context(closing(self.client))
        fired = min(e.time for e in self.loop.journal.events() if e.id in triggers)
        since = self.registry.history()[-1].time
        times = wait_until(
            lambda: list(
                self.registry.predictions(role="champion", version=version, since=since)["time"]
            ),
            f"Version {version} was made champion and did not answer",
        )
        # So that it can be judged by this week's charts.
        self.client.ask_all(self.released_tracks(week))
        took = round(min(times) - fired, 3)
        why = f"version {version} gave its first answer {took:.1f} s after the trigger"
        return make_note(week, why, FirstAnswer(version=version, seconds=took))

    def end_week(self, week: int, counts: Counts, client: Client) -> Event[WeekEnd]:
        """Give what is known at the end of a week, as an event. counts: of the rows that arrived."""
        champion = self.champions[week] = self.registry.standing().champion
        assert champion  # as soon as somebody asks the service, there is one
        tracks = self.store.read()[0]
        first, last = self.registry.record(champion).fitted_weeks
        table = drift(
            tracks.loc[tracks["released"].between(first, last)], self.released_tracks(week)
        )
        before, self.counted = self.counted, (client.requests, client.failed)
        figures = WeekEnd(
            rows=counts["rows"],
            kept=counts["kept"],
            quarantined=counts["quarantined"],
            drifted=list(table.index[table["verdict"] == "drift"]),
            champion=champion,
            requests=self.counted[0] - before[0],
            failed=self.counted[1] - before[1],
            score=self.score_week(week),
        )
        return make_note(week, f"{figures.kept} of {figures.rows} rows are kept", figures)

    def score_week(self, week: int) -> Score | None:
        """Give what the champion of three weeks ago has scored, if there was one."""
        past = week - LABEL_DELAY  # whose answers have their charts now
        if not (version := self.champions.get(past)):
            return None
        tracks, charts = self.store.read()
        _, scored = score_newest_week(
            self.registry.predictions(version=version), tracks, charts, version
        )
        if scored is None:  # it has answered for nobody
            return None
        then = tracks.loc[tracks["released"] == past]
        y, first = labels(then, charts), STORY_WORLD.week(past)[0]  # whatever was measured again
        first = first.loc[first["track_id"].isin(list(then["track_id"]))]
        gone, gone_ap = None, None
        if (back := self.rollback) and version == back.version and past >= back.week:
            gone = back.gone
            gone_ap = average_precision(y, predict(self.registry.load(gone).onnx, then))
        return Score(
            labelled_week=past,
            ap=scored["ap"],
            ap_low=scored["ap_low"],
            ap_high=scored["ap_high"],
            ceiling=ceiling(STORY_WORLD.truth(first, past), draws=5),
            chance=chance(y).average_precision,
            gone=gone,
            gone_ap=gone_ap,
        )


def play_story(home: str | Path) -> Generator[Event[Figures], None, None]:
    """Let the story happen in a folder, and give its events as they come.

    Those of the loop's journal, and world, served, week and end. Close the generator, and all that
    it started ends. Raises ValueError if the folder holds something.
    """
    home = Path(home).resolve()
    home.mkdir(parents=True, exist_ok=True)
    if any(home.iterdir()):
        raise ValueError(f"{home} is not empty: give the story a new folder, with --home.")
    began = time.monotonic()
    told: list[Event[Figures]] = []
    with ExitStack() as ends:
        story = Story(home, ends)
        for week in WEEKS:
            for event in story.live_week(week):
                told.append(event)
                yield event
        assert story.client  # the first week ends with it, or with an error
        story.client.close()
        count = Counter(event.name for event in told)
        fired = Counter(event.figures.kind for event in select_triggers(told))
        end = StoryEnd(
            promoted=count["promoted"],
            refused=count["refused"],
            rolled_back=count["rolled back"],
            triggers={kind: fired[kind] for kind in TRIGGERS},
            lost=len(lost_triggers(story.loop.journal.events())),
            requests=story.client.requests,
            failed=story.client.failed,
            seconds=round(time.monotonic() - began, 1),
        )
        yield make_note(WEEKS[-1], "the story is told", end)


def describe_faults(end: StoryEnd) -> str:
    """Give what the story lacks, in words; nothing if it is whole."""
    fired = [kind for kind in TRIGGERS if not end.triggers[kind]]
    came = {"promoted": end.promoted, "refused": end.refused, "rolled back": end.rolled_back}
    endings = [name for name in ENDINGS if not came[name]]
    wrong = [f"no trigger by {kind}" for kind in fired] + [f"nothing {name}" for name in endings]
    wrong += [
        f"{count} {name}" for name, count in (("lost", end.lost), ("failed", end.failed)) if count
    ]
    return ", ".join(wrong)


@contextmanager
def open_folder(home: str | Path | None) -> Iterator[str | Path]:
    """Give the home, or a folder that is gone afterwards; SIGTERM ends what is in it as Ctrl-C does."""
    before = signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    try:
        with ExitStack() as ends:
            yield home or ends.enter_context(tempfile.TemporaryDirectory(prefix="jukebox-"))
    finally:
        signal.signal(signal.SIGTERM, before)


def tell_story(
    home: str | Path | None = None, json: bool = False, report: str | Path | None = None
) -> int:
    """Tell the story in the terminal, write its report, and give the exit code.

    home: an empty or a new folder that is kept; else it is a temporary one. json: print the events
    instead, one a line. report: the file, northstar.html if none is named.
    """
    report = Path(report or "northstar.html")
    told: list[Event[Figures]] = []
    if not report.parent.is_dir():
        raise ValueError(f"There is no folder {report.parent} for the report: make it first.")
    with open_folder(home) as place:
        with open_display(WEEKS, json) as shown, closing(play_story(place)) as coming:
            for event in coming:
                told.append(event)
                shown.show(event)
            models = open_registry(Path(place))
            champion = models.standing().champion
            assert champion  # without one there is no story to tell
            write_report(told, report, models.lineage(champion))
        shown.say(f"\nOpen the report: {report.resolve().as_uri()}")
        if home:
            shown.say(f"Look around: jukebox status --home {home}")
            shown.say(f"Or ask what made the champion: jukebox lineage {champion} --home {home}")
    end = told[-1].figures
    assert isinstance(end, StoryEnd)  # with it the events end
    if wrong := describe_faults(end):
        shown.say(f"The story did not end as it should: {wrong}.")
    return int(bool(wrong))
