"""The report: what the loop did, week by week and run by run, as one HTML file.

It is made from the events of the loop alone, and the file needs nothing else: no script, no
font, no network. Here is where each number lies in its drawings; `report.html` holds markup and
words, and Jinja escapes each text of an event there. The same events give the same bytes.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import cycle, groupby
from pathlib import Path
from statistics import median
from string import ascii_uppercase
from textwrap import shorten
from typing import TYPE_CHECKING, TypeGuard

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from jukebox.loop.events import (
    Canary,
    Ending,
    Event,
    Figures,
    Plan,
    Registration,
    Trigger,
    is_of,
    select_triggers,
)
from jukebox.loop.steps import STEPS, TRIGGERS
from jukebox.world.axes import ticks_within
from jukebox.world.events import Change, Score, StoryEnd, WeekEnd

if TYPE_CHECKING:  # MLflow takes a second
    from jukebox.registry.models import Lineage

ROWS = ["wait", *STEPS, "promote"]  # of the plot of seconds
LINES = ("chance", "ceiling", "ap")  # of the plot of scores


def is_known(value: float | None) -> TypeGuard[float]:
    """Say whether there is a number: NaN is none."""
    return value is not None and value == value


def format_number(value: float | None, digits: int = 3) -> str:
    """Write a number; a dash for none."""
    if not is_known(value):
        return "–"  # noqa: RUF001 - the dash of tables
    return f"{value:,.{digits}f}" if isinstance(value, float) else f"{value:,}"


def count_noun(n: int, word: str) -> str:
    """Write a number with its noun: 1 refusal, 2 refusals."""
    return f"{n:,} {word}{'' if n == 1 else 's'}"


def format_seconds(value: float) -> str:
    """Write seconds, with two digits that count."""
    return f"{value:.{2 if value < 1 else 1}f}\N{NO-BREAK SPACE}s"


def format_interval(values: Iterable[float | None]) -> str:
    """Write a number with the ends of its interval."""
    return "{} ({} to {})".format(*map(format_number, values)).replace("-", "\N{MINUS SIGN}")


class Scale:
    """From numbers low..high to pixels start..end."""

    def __init__(self, low: float, high: float, start: float, end: float) -> None:
        """Keep where it begins; all pixels are at `start` if low is high."""
        self.low, self.start, self.unit = low, start, (end - start) / ((high - low) or 1)

    def at(self, value: float) -> float:
        """Give the pixel of a number."""
        return round(self.start + (value - self.low) * self.unit, 1)

    def __call__(self, value: float | None) -> float | None:
        """Give the pixel of a number, or None where there is no number."""
        return self.at(value) if is_known(value) else None


Point = tuple[float | None, ...]  # in pixels; None where nothing is known


def split_at_gaps(points: Iterable[Point]) -> list[list[tuple[float, ...]]]:
    """Split points where one is not known."""
    parts: list[list[tuple[float, ...]]] = [[]]
    for point in points:
        there = tuple(value for value in point if value is not None)
        if len(there) == len(point):
            parts[-1].append(there)
        elif parts[-1]:
            parts.append([])
    return [part for part in parts if part]


def draw_line(points: Iterable[Point]) -> str:
    """Return the path through points (x, y), with gaps."""
    return "".join("M" + "L".join(f"{x} {y}" for x, y in part) for part in split_at_gaps(points))


def draw_band(points: Iterable[Point]) -> str:
    """Return the path around intervals (x, low, high), with gaps."""
    parts = split_at_gaps(points)
    return "".join(
        draw_line([(x, low) for x, low, _ in p] + [(x, high) for x, _, high in p[::-1]]) + "z"
        for p in parts
    )


class RunReport:
    """One run of the loop: its triggers, its steps and how it ended."""

    def __init__(
        self, number: int, events: Sequence[Event[Figures]], triggers: Mapping[int, Event[Trigger]]
    ) -> None:
        """Sort what the events say; a run that did not end is open. triggers: all, by their id."""
        self.number, self.last = number, events[-1]
        ids = [
            i for e in events if isinstance(e.figures, Plan | Ending) for i in e.figures.triggers
        ]
        self.triggers = [triggers[i] for i in dict.fromkeys(ids) if i in triggers]
        ended = is_of(self.last, Ending)
        self.outcome = self.last.name if ended else "open"
        self.why = self.last.why if ended else "It had not ended when the events were read."
        figures = self.last.figures
        self.version = (
            figures.version if isinstance(figures, Registration | Canary | Ending) else None
        )
        self.rival, self.lead = find_lead(events)
        first = min(event.time for event in [*self.triggers, events[0]])
        self.seconds, self.total = time_steps(events, first), self.last.time - first


def find_lead(events: Iterable[Event[Figures]]) -> tuple[str | None, list[float | None]]:
    """Give whom the gate compared a run's model with, and the lead with its interval, or nothing."""
    said = {name: value for e in events for name, value in e.figures.others.items()}
    for rival in ("champion", "chance"):
        if lead := said.get(f"lead_over_{rival}"):
            return rival, lead
    return None, []


def time_steps(events: Iterable[Event[Figures]], first: float) -> dict[str, float]:
    """Give the seconds of each step of a run; the wait before it is from its `first` trigger on."""
    took: dict[str, float] = {}
    before = first
    for event in events:
        name = "wait" if is_of(event, Plan) else event.name
        if is_of(event, Ending):  # of the step that said no, if one did
            name = next(row for row in ROWS if row == "promote" or row not in took)
        took[name] = took.get(name, 0.0) + event.time - before
        before = event.time
    return took


@dataclass(frozen=True)
class PlotMark:
    """A trigger or an outcome on the plot: its week, its kind, its run, and why it came."""

    week: int
    kind: str
    run: int | str
    why: str


class StoryReport:
    """The events, by what they tell."""

    def __init__(self, events: Sequence[Event[Figures]]) -> None:
        """Sort them."""
        changes = [event for event in events if is_of(event, Change)]
        self.world = list(zip(cycle(ascii_uppercase), changes, strict=False))
        self.triggers = {event.id: event for event in select_triggers(events)}
        self.runs = self._read_runs(events)
        self.taken = {t.id: run.number for run in self.runs for t in run.triggers}
        self.marks = self._find_marks()
        self.weeks = {event.week: event.figures for event in events if is_of(event, WeekEnd)}
        self._set_scores()
        there = [event.week for event in events] + list(self.scores)
        self.first, self.last = min(there, default=0), max(there, default=0)
        reigns = groupby(self.weeks, lambda week: self.weeks[week].champion)
        self.reigns = [(version, list(held)) for version, held in reigns if version is not None]
        self.counts = self._count(events)

    def _read_runs(self, events: Sequence[Event[Figures]]) -> list[RunReport]:
        """Give the runs, oldest first."""
        found: dict[int, list[Event[Figures]]] = {}
        for event in events:
            if event.run is not None:
                found.setdefault(event.run, []).append(event)
        return [RunReport(number, its, self.triggers) for number, its in found.items()]

    def _find_marks(self) -> list[PlotMark]:
        """Give each trigger with the run that took it, and each run's outcome, week by week."""
        marks = [
            PlotMark(t.week, t.figures.kind, self.taken.get(t.id, "lost"), t.why)
            for t in self.triggers.values()
        ]
        marks += [PlotMark(run.last.week, run.outcome, run.number, run.why) for run in self.runs]
        return sorted(marks, key=lambda mark: mark.week)

    def _set_scores(self) -> None:
        """Put the scores by the week of the answers, not the one in which their charts came."""
        self.scores: dict[int, Score] = {}
        self.known_in: dict[int, int] = {}  # the week in which a week's charts came
        for week, figures in self.weeks.items():
            if score := figures.score:
                self.scores[score.labelled_week] = score
                self.known_in[score.labelled_week] = week
        # What the version that was taken back would have scored in the same weeks.
        self.spared = [(week, s) for week, s in self.scores.items() if is_known(s.gone_ap)]
        scored = {week: s.ap for week, s in self.scores.items() if is_known(s.ap)}
        self.newest = max(scored, default=None)
        self.lowest = min(scored, key=lambda week: scored[week], default=None)

    def _count(self, events: Sequence[Event[Figures]]) -> StoryEnd:
        """Count triggers, endings and requests: as the story has, if it was told to the end."""
        if told := [event.figures for event in events if is_of(event, StoryEnd)]:
            return told[-1]
        ends = Counter(run.outcome for run in self.runs)
        return StoryEnd(
            promoted=ends["promoted"],
            refused=ends["refused"],
            rolled_back=ends["rolled back"],
            triggers=Counter(t.figures.kind for t in self.triggers.values()),
            lost=len(self.triggers) - len(self.taken),
            requests=sum(figures.requests for figures in self.weeks.values()),
            failed=sum(figures.failed for figures in self.weeks.values()),
            seconds=events[-1].time - events[0].time,
        )


@dataclass(frozen=True)
class Calendar:
    """What each drawing over weeks has: width, where the weeks begin and end, their scale, and rules.

    top: where the plot begins, below the rows of labels. rules: what the world did, as tuples of x,
    y, letter and words. ticks: weeks with a number.
    """

    width: int
    start: int
    end: int
    x: Scale
    top: float
    rules: list[tuple[float, float, str, str]]
    ticks: list[float]


@dataclass(frozen=True)
class ScorePlot(Calendar):
    """Scores, triggers and outcomes on one scale of weeks."""

    y: Scale
    levels: list[float]
    lines: dict[str, str]  # paths
    names: list[tuple[float, str]]  # of the lines: y and key
    lanes: dict[str, float]  # y of each kind of trigger, and of the outcomes
    band: str
    # x, y, kind, run, week, why, and the y of the run's number
    marks: list[tuple[float, float, str, int | str, int, str, float]]
    strip: float  # y of who was champion
    bottom: float
    height: float


@dataclass(frozen=True)
class ArrivalPlot(Calendar):
    """Rows in quarantine and columns that drifted: a panel each."""

    panels: list[tuple[str, float, dict[int, int], int, Scale]]  # name, y, counts, most, height
    bottom: float
    height: float


@dataclass(frozen=True)
class StepPlot:
    """The seconds of each step: a row each, with its name, its values and their median."""

    width: int
    height: int
    start: int
    end: int
    rows: list[tuple[str, list[float], float]]
    x: Scale
    ticks: list[float]


def place_weeks(story: StoryReport, wide: bool, worded: bool) -> Calendar:
    """Return what each drawing over weeks has: the scale of weeks and the rules, worded or not."""
    width, start, end = (1000, 40, 900) if wide else (390, 32, 298)
    x = Scale(story.first - 0.5, story.last + 0.5, start, end)
    rules: list[tuple[float, float, str, str]] = []
    rows: list[float] = []  # where each row of labels is free from
    for letter, event in story.world:
        at, words = x.at(event.week), shorten(event.why, 34, placeholder=" …")
        words = words if wide and worded and at + 7.6 * (len(words) + 2) < width else ""
        # A label keeps clear of those before it, and its rule of those below it.
        row = next((row for row in range(len(rows)) if max(rows[row:]) < at), len(rows))
        rows[row : row + 1] = [at + 7.6 * (len(words) + 2)]
        rules.append((at, 17 * row + 12, letter, words))
    ticks = ticks_within(story.first, story.last, 18 if wide else 8, 1)
    return Calendar(width, start, end, x, 17 * len(rows) + 12, rules, ticks)


def place_names(ends: Iterable[tuple[float, str]]) -> list[tuple[float, str]]:
    """Place the name of each line at its end (y, key), clear of the one above."""
    names: list[tuple[float, str]] = []
    for at, key in sorted(ends):
        names.append((max([at + 4, *(above + 14 for above, _ in names[-1:])]), key))
    return names


def place_marks(
    marks: Iterable[PlotMark], lanes: Mapping[str, float], x: Scale
) -> list[tuple[float, float, str, int | str, int, str, float]]:
    """Place triggers and outcomes in their lanes, none on the one before, nor its number."""
    placed: list[tuple[float, float, str, int | str, int, str, float]] = []
    before: dict[float, tuple[float, bool]] = {}
    for mark in marks:
        lane = lanes[mark.kind if mark.kind in TRIGGERS else "outcome"]
        last, low = before.get(lane, (-99.0, False))
        at = last + 10 if last >= x.at(mark.week) else x.at(mark.week)
        low = at - last < 14 and not low  # its number goes below its neighbour's
        before[lane] = at, low
        below = lane + (28 if low else 18)
        placed.append((at, lane, mark.kind, mark.run, mark.week, mark.why, below))
    return placed


def place_scores(story: StoryReport, wide: bool) -> ScorePlot:
    """Place the plot: scores, triggers and outcomes on one scale of weeks."""
    plot = place_weeks(story, wide, worded=True)
    x, base = plot.x, plot.top + (250 if wide else 210)
    keys = ("ap", "ap_low", "ap_high", "ceiling", "chance")
    values = {key: [getattr(score, key) for score in story.scores.values()] for key in keys}
    high = max((v for key in keys for v in values[key] if is_known(v)), default=1.0) * 1.05
    y = Scale(0, high, base, plot.top)
    at = [x(week) for week in story.scores]
    of = {key: list(zip(at, map(y, values[key]), strict=True)) for key in keys}
    lines = {key: draw_line(of[key]) for key in LINES}
    lanes = {name: base + 26 + 36 * i for i, name in enumerate([*TRIGGERS, "outcome"])}
    ends = zip(at, map(y, values["ap_low"]), map(y, values["ap_high"]), strict=True)
    return ScorePlot(
        **vars(plot),
        y=y,
        levels=ticks_within(0, high, 5),
        lines=lines,
        names=place_names((split_at_gaps(of[key])[-1][-1][1], key) for key in LINES if lines[key]),
        lanes=lanes,
        band=draw_band(ends),
        marks=place_marks(story.marks, lanes, x),
        strip=base + 166,
        bottom=base + 162,
        height=base + 212,
    )


def place_arrivals(story: StoryReport, wide: bool) -> ArrivalPlot:
    """Place the small multiples: rows in quarantine and columns that drifted, a week each."""
    plot = place_weeks(story, wide, worded=False)
    panels: list[tuple[str, float, dict[int, int], int, Scale]] = []
    dirt = {week: figures.quarantined for week, figures in story.weeks.items()}
    moved = {week: len(figures.drifted) for week, figures in story.weeks.items()}
    base = plot.top
    for name, counts in (("rows in quarantine", dirt), ("columns drifted", moved)):
        counts = {week: count for week, count in counts.items() if count}
        most = max(counts.values(), default=1)
        base = plot.top + 84 + 100 * len(panels)
        panels.append((name, base, counts, most, Scale(0, most, 0, 52)))
    return ArrivalPlot(**vars(plot), panels=panels, bottom=base, height=base + 26)


def place_steps(story: StoryReport, wide: bool) -> StepPlot:
    """Place the seconds of each step of each run, and of all steps of those promoted."""
    start, end = (150, 880) if wide else (104, 312)
    took = {name: [r.seconds[name] for r in story.runs if name in r.seconds] for name in ROWS}
    took["to production"] = [run.total for run in story.runs if run.outcome == "promoted"]
    rows = [(name, sorted(values), median(values)) for name, values in took.items() if values]
    high = max((values[-1] for _, values, _ in rows), default=1)
    return StepPlot(
        width=1000 if wide else 390,
        height=28 * len(rows) + 40,
        start=start,
        end=end,
        rows=rows,
        x=Scale(0, high, start, end),
        ticks=ticks_within(0, high, 8 if wide else 4),
    )


def find_lead_scale(story: StoryReport, rival: str) -> Scale:
    """Return the scale that all leads over a rival share."""
    found = [v for run in story.runs if run.rival == rival for v in run.lead if is_known(v)]
    return Scale(min([*found, 0.0]), max([*found, 0.0]), 8, 232)


def write_report(
    events: Sequence[Event[Figures]],
    path: str | Path,
    lineage: "Lineage | None" = None,
) -> None:
    """Write the report of the events, oldest first, to a file at `path`.

    lineage: the last champion's, as `Registry.lineage` gives it. Raises ValueError if there are no
    events.
    """
    if not events:
        raise ValueError("There are no events to report: run `jukebox northstar` first.")
    environment = Environment(loader=FileSystemLoader(Path(__file__).parent), autoescape=True,
                              undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True)  # fmt: skip
    environment.filters |= {
        "number": format_number,
        "plural": count_noun,
        "seconds": format_seconds,
        "interval": format_interval,
    }
    story = StoryReport(events)
    sizes = (True, False)  # wide, for a laptop and for paper, and narrow
    text = environment.get_template("report.html").render(
        story=story,
        champion=[place_scores(story, wide) for wide in sizes],
        arrivals=[place_arrivals(story, wide) for wide in sizes],
        steps=[place_steps(story, wide) for wide in sizes],
        leads={rival: find_lead_scale(story, rival) for rival in ("champion", "chance")},
        origin=lineage | lineage.get("record", {}) if lineage else {},
        STEPS=ROWS,
    )
    Path(path).write_text(text, "utf-8", newline="\n")
