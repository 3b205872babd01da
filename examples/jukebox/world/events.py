"""The events of the story that the loop's journal does not have: the world's, and each week's end."""

import time
from dataclasses import asdict, dataclass

from jukebox.loop.events import Event, Figures, Json, Kind


@dataclass(frozen=True, kw_only=True)
class Change(Figures):
    """Something happened in the world, of a kind of which no part of the system is told."""

    name = "world"
    kind: str


@dataclass(frozen=True, kw_only=True)
class FirstAnswer(Figures):
    """A new champion has answered; seconds: since the first trigger of its run."""

    name = "served"
    version: int
    seconds: float


@dataclass(frozen=True)
class Score:
    """What the champion of a week scored, once the charts of that week were there.

    ap, ap_low, ap_high: average precision, with its interval. ceiling: of somebody who knows the
    true probabilities. gone: the version that the last rollback took out of service, if the one
    that came back answered; gone_ap: what it would have scored.
    """

    labelled_week: int
    ap: float
    ap_low: float
    ap_high: float
    ceiling: float
    chance: float
    gone: int | None = None
    gone_ap: float | None = None


UNSCORED = dict.fromkeys(Score.__dataclass_fields__)


@dataclass(frozen=True, kw_only=True)
class WeekEnd(Figures):
    """A week is over: its rows, requests and drift, who is champion, and the newest score, if any."""

    name = "week"
    rows: int
    kept: int
    quarantined: int
    drifted: list[str]
    champion: int | None
    requests: int
    failed: int
    score: Score | None

    def to_json(self) -> Json:
        """Give the figures, those of the score among them; each is null if there is none."""
        given = super().to_json()
        del given["score"]
        return given | (asdict(self.score) if self.score else UNSCORED)


@dataclass(frozen=True, kw_only=True)
class StoryEnd(Figures):
    """The story is told: how often each kind of trigger fired, each ending came, and what was lost."""

    name = "end"
    promoted: int
    refused: int
    rolled_back: int
    triggers: dict[str, int]
    lost: int
    requests: int
    failed: int
    seconds: float


def make_note(week: int, why: str, figures: Kind) -> Event[Kind]:
    """Give an event that the loop's journal does not have."""
    return Event(id=0, time=time.time(), week=week, run=None, why=why, figures=figures)
