"""The events of the loop: what fired, what each step gave, and how a run ended.

Here alone they become JSON, and JSON becomes events. What code of any version has written still
reads, and an event that is printed again is what it was: also one that this code does not know.
"""

import json
from collections.abc import Iterable, Mapping
from dataclasses import MISSING, dataclass, field, fields
from typing import Any, ClassVar, Generic, Self, TypeAlias, TypeGuard, TypeVar

# What stands for a figure that is not there. The loop does not go on with a run that lacks one.
ABSENT = {"triggers": (), "kinds": (), "metrics": {}}
# An object of JSON, whose values may be anything that JSON has.
Json: TypeAlias = dict[str, Any]


@dataclass(frozen=True, kw_only=True)
class Figures:
    """What an event says besides its time, week, run and reason: a class for each name of event.

    A figure that may be None and has no default is written as null; one with None as its default
    is written only where there is one. others: figures that this code does not know, as they were.
    lacks: the names of those that should be there and were not read. as_read: all, as they were.
    """

    name: ClassVar[str]
    others: Json = field(default_factory=dict)
    lacks: tuple[str, ...] = ()
    as_read: Json | None = field(default=None, compare=False, repr=False)

    def to_json(self) -> Json:
        """Give the figures as JSON has them, in the order of the class."""
        own = [part for part in fields(self) if part.name not in BESIDE]
        given = {part.name: getattr(self, part.name) for part in own}
        absent = {p.name for p in own if p.default is not MISSING and given[p.name] is None}
        return {name: value for name, value in given.items() if name not in absent} | self.others

    @classmethod
    def from_json(cls, figures: Json) -> Self:
        """Read figures, also those of code that wrote fewer, or more."""
        there = figures if isinstance(figures, dict) else {}
        own = [part for part in fields(cls) if part.name not in BESIDE]
        must = [part.name for part in own if part.default is MISSING]
        lacks = tuple(name for name in must if name not in there)
        known = {part.name: there[part.name] for part in own if part.name in there}
        known |= {name: ABSENT.get(name) for name in lacks}
        others = {name: value for name, value in there.items() if name not in known}
        return cls(**known, others=others, lacks=lacks, as_read=there)


BESIDE = {part.name for part in fields(Figures)}  # what is no figure of an event


@dataclass(frozen=True, kw_only=True)
class Unknown(Figures):
    """Figures of an event that newer code has written; it is shown, and nothing is done with it."""

    name = "unknown"
    event: str


@dataclass(frozen=True, kw_only=True)
class Trigger(Figures):
    """What fired: its kind, and the cause, which fires once.

    rows: of new data, how many tracks are new, changed or gone. version, week: of performance, who
    fell, and in which labelled week.
    """

    name = "trigger"
    kind: str
    cause: str
    rows: int | None = None
    version: int | None = None
    week: int | None = None


@dataclass(frozen=True, kw_only=True)
class Plan(Figures):
    """What a run works on, fixed at its start: nothing changes under it.

    triggers: the ids of those that it took. kinds: theirs, each once. code: the name of a snapshot.
    data: the data version to learn from, of the weeks from `since` on. seen: the data version with
    all weeks. newest: labelled weeks to test on. quarantined: rows of the newest week that are set
    aside; the first journals do not say. champion: the version that answers, or None. decision: the
    registry's last one.
    """

    name = "start"
    triggers: list[int]
    kinds: list[str]
    code: str
    data: str
    seen: str
    since: int
    newest: int
    quarantined: int | None = None
    champion: int | None
    decision: int


@dataclass(frozen=True, kw_only=True)
class BatchCheck(Figures):
    """The rows of the newest week, and how many of them are in quarantine."""

    name = "validate"
    week: int | None
    rows: int
    quarantined: int
    seconds: float | None = None


@dataclass(frozen=True, kw_only=True)
class Training(Figures):
    """The model that was trained: its digest, and the scores of its own test."""

    name = "train"
    digest: str
    metrics: Mapping[str, float]
    seconds: float | None = None


@dataclass(frozen=True, kw_only=True)
class Judgement(Figures):
    """The gate's yes. champion: whom the model was judged against, or None; others: the verdict's."""

    name = "gate"
    champion: int | None
    seconds: float | None = None

    def to_json(self) -> Json:
        """Give the figures; those of the verdict stand first."""
        return self.others | super().to_json()


@dataclass(frozen=True, kw_only=True)
class Registration(Figures):
    """The version that the model has now. log: the last row of the prediction log before it."""

    name = "register"
    version: int
    log: int
    seconds: float | None = None


@dataclass(frozen=True, kw_only=True)
class Canary(Figures):
    """The trial of a version: its share of the requests, and how many it has answered."""

    name = "canary"
    version: int
    share: float
    answers: int
    seconds: float | None = None


@dataclass(frozen=True, kw_only=True)
class Ending(Figures):
    """How a run and its triggers ended. seconds: since the first of them; others: of what said no."""

    triggers: list[int]
    version: int | None
    seconds: float = 0.0


@dataclass(frozen=True, kw_only=True)
class Promotion(Ending):
    """The version is champion."""

    name = "promoted"


@dataclass(frozen=True, kw_only=True)
class Refusal(Ending):
    """Somebody said no. forgotten: the data version that lost a track on request, if that was it."""

    name = "refused"
    forgotten: str | None = None


@dataclass(frozen=True, kw_only=True)
class Rollback(Ending):
    """An earlier champion is back, or the canary was withdrawn."""

    name = "rolled back"


FIGURES: dict[str, type[Figures]] = {
    one.name: one
    for one in (
        *(Trigger, Plan, BatchCheck, Training, Judgement, Registration, Canary),
        *(Promotion, Refusal, Rollback),
    )
}
SomeFigures = TypeVar("SomeFigures", bound=Figures, covariant=True)


@dataclass(frozen=True)
class Entry(Generic[SomeFigures]):
    """What somebody adds to the journal. run: its number; None for a trigger, which has none yet."""

    run: int | None
    why: str
    figures: SomeFigures


@dataclass(frozen=True, kw_only=True)
class Event(Generic[SomeFigures]):
    """Something that happened: why, in which week, in which run, and at which time, since 1970.

    id: its row in the journal, from 1 on; 0 for what is not in it.
    """

    id: int
    time: float
    week: int
    run: int | None
    why: str
    figures: SomeFigures

    @property
    def name(self) -> str:
        """Give the name of its kind: trigger, start, a step or an ending."""
        return self.figures.event if isinstance(self.figures, Unknown) else self.figures.name

    def to_json(self) -> Json:
        """Give the event as JSON has it; one that was read, as it was."""
        read = self.figures.as_read
        figures = self.figures.to_json() if read is None else read
        names = {"id": self.id or None, "time": self.time, "week": self.week, "run": self.run}
        return names | {"event": self.name, "why": self.why, "figures": figures}


def read_event(row: Json) -> Event[Figures]:
    """Read an event from JSON."""
    names = {name: row[name] for name in ("time", "week", "run", "why")}
    if kind := FIGURES.get(row["event"]):
        figures = kind.from_json(row["figures"])
    else:
        figures = Unknown(event=row["event"], as_read=row["figures"])
    return Event(id=row["id"] or 0, **names, figures=figures)


def write_line(event: Event[Figures]) -> str:
    """Give an event as one line of JSON; a number that is none is null."""
    there = json.loads(json.dumps(event.to_json()), parse_constant=lambda _: None)
    return json.dumps(there, allow_nan=False)


Kind = TypeVar("Kind", bound=Figures)


def is_of(event: Event[Figures], kind: type[Kind]) -> TypeGuard[Event[Kind]]:
    """Say whether an event is of a kind."""
    return isinstance(event.figures, kind)


def select_triggers(events: Iterable[Event[Figures]]) -> list[Event[Trigger]]:
    """Give those of the events that are triggers."""
    return [event for event in events if is_of(event, Trigger)]


@dataclass(frozen=True)
class Run:
    """A run of the loop: its start, the steps that it has passed, in their order, and its end."""

    number: int
    start: Event[Plan]
    validate: Event[BatchCheck] | None = None
    train: Event[Training] | None = None
    gate: Event[Judgement] | None = None
    register: Event[Registration] | None = None
    canary: Event[Canary] | None = None
    end: Event[Ending] | None = None

    @property
    def events(self) -> list[Event[Figures]]:
        """Give its events, in their order."""
        steps = (self.validate, self.train, self.gate, self.register, self.canary, self.end)
        return [self.start, *(event for event in steps if event)]

    @property
    def ending(self) -> str | None:
        """Give the name of its ending, or None while it is open."""
        return self.end.name if self.end else None


def read_runs(events: Iterable[Event[Figures]]) -> dict[int, Run]:
    """Give the runs by their number, oldest first. Raises ValueError for a run without a start."""
    parts_of_run = {part.name for part in fields(Run)}
    # By the name of a field of Run: which kind of event that is, its name says.
    found: dict[int, dict[str, Any]] = {}
    for event in events:
        if event.run is not None:
            name = "end" if is_of(event, Ending) else event.name
            if name in parts_of_run:
                found.setdefault(event.run, {})[name] = event
    if headless := sorted(number for number, parts in found.items() if "start" not in parts):
        raise ValueError(f"Run {headless[0]} has no start in the journal: restore it from a copy.")
    return {number: Run(number, **parts) for number, parts in found.items()}
