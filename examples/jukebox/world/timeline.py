"""The story on a terminal: lines that stay, and a time line below them that moves.

It is made from the events alone. Where nobody looks, the lines are the same, without the time line.
"""

import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager
from itertools import pairwise
from typing import Self

from rich.console import Console, Group
from rich.live import Live
from rich.spinner import Spinner
from rich.table import Table
from rich.text import Text

from jukebox.loop.events import Ending, Event, Figures, Plan, Promotion, Trigger, is_of, write_line
from jukebox.loop.steps import MARKS, STEPS
from jukebox.world.events import Change, FirstAnswer, Score, StoryEnd, WeekEnd

HEAD = "{} weeks of one model, updated automatically: three triggers, one gate."
NEXT = dict(pairwise(("start", *STEPS, "promote")))  # the step after each
CAPTION = "Average precision, by week of release: █ what was scored  ░ what was possible"
LEGEND = "C code  D data  P performance  ✓ promoted  ✗ refused  ↶ rolled back"
BLOCKS = " ▁▂▃▄▅▆▇█"
WIDTH = 80  # columns that the time line takes
ROW_HEIGHT = 0.1  # average precision that fills one of its rows


class StoryLines:
    """What is worth a line; remembers what a later line needs."""

    def __init__(self) -> None:
        """Nothing is told yet."""
        self.scores: dict[int, float] = {}  # average precision, by the week that it is of
        self.moved: set[int] = set()  # weeks in which a column drifted
        self.fired: set[int] = set()  # weeks with a trigger
        self.took: list[float] = []  # seconds to each first answer

    def describe(self, event: Event[Figures]) -> Iterator[tuple[str, str, str]]:
        """Give the lines of an event: tuples of label, text and style."""
        if is_of(event, Trigger):
            self.fired.add(event.week)
            yield event.figures.kind, event.why, "cyan"
        elif is_of(event, Plan) and len(event.figures.triggers) > 1:
            yield "", f"{len(event.figures.triggers)} triggers, and one run for all", ""
        elif is_of(event, Ending):
            yield self._ending(event)
        elif is_of(event, FirstAnswer):
            self.took.append(event.figures.seconds)
            yield "", event.why, "dim"
        elif is_of(event, Change):
            yield "(world)", event.why, "italic"
        elif is_of(event, WeekEnd):
            yield from self._week(event.week, event.figures)
        elif is_of(event, StoryEnd):
            yield from self._end(event.figures)

    @staticmethod
    def _ending(event: Event[Ending]) -> tuple[str, str, str]:
        """Give how a run ended, with two reasons at most: the report counts the others."""
        why = "; ".join(event.why.split("; ")[:2])
        if is_of(event, Promotion):
            why = f"version {event.figures.version} is {why}"
        return event.name, why, f"bold {MARKS[event.name][1]}"

    def _week(self, week: int, figures: WeekEnd) -> Iterator[tuple[str, str, str]]:
        """Give what was out of the ordinary."""
        bad, rows = figures.quarantined, figures.rows
        if 10 * bad > rows:
            yield "quarantine", f"{bad} of {rows} rows, each with its reason", ""
        if figures.drifted:
            self.moved.add(week)
            yield "drift", f"{', '.join(figures.drifted)}; inputs fire nothing", ""
        if score := figures.score:
            yield from self._score(week, score)

    def _score(self, week: int, score: Score) -> Iterator[tuple[str, str, str]]:
        """Give what drift did, if it fired nothing, and what a rollback was worth."""
        past = score.labelled_week
        self.scores[past] = score.ap
        if past in self.moved and week not in self.fired and past - 1 in self.scores:
            before = self.scores[past - 1]
            text = f"week {past}, which drifted: {score.ap:.3f}; the week before: {before:.3f}"
            yield "score", text, ""
        if score.gone:
            other = f"version {score.gone} would have had {score.gone_ap:.3f}"
            yield "score", f"week {past}: {score.ap:.3f}; {other}", ""

    def _end(self, figures: StoryEnd) -> Iterator[tuple[str, str, str]]:
        """Give the summary."""
        fired = ", ".join(f"{number} by {kind}" for kind, number in figures.triggers.items())
        low, high = min(self.took, default=0), max(self.took, default=0)
        ends = f"{figures.promoted} promoted, {figures.refused} refused, {figures.rolled_back} rolled back"
        yield "triggers", f"{fired}; {figures.lost} lost", "bold"
        yield "runs", ends, "bold"
        yield "requests", f"{figures.requests:,}, of which {figures.failed} failed", "bold"
        yield "first answer", f"{low:.1f} to {high:.1f} s after the trigger", "bold"
        yield "all told", f"in {figures.seconds:.0f} s", "bold"


class JsonLines(AbstractContextManager["JsonLines"]):
    """One event, one line of JSON."""

    def __exit__(self, *_: object) -> None:  # what was raised, if anything was
        """Nothing to end."""

    def show(self, event: Event[Figures]) -> None:
        """Print an event; a number that is none is null."""
        print(write_line(event), flush=True)

    def say(self, text: str) -> None:
        """Print something that is no event, where no program reads it."""
        print(text, file=sys.stderr)


class PlainLines(JsonLines):
    """The lines, as text."""

    def __init__(self, weeks: range) -> None:
        """weeks: those that will be told."""
        self.lines, self.weeks = StoryLines(), weeks
        self.week: int | None = None  # of the last line

    def __enter__(self) -> Self:
        """Print the head."""
        self.say(HEAD.format(len(self.weeks)))
        return self

    def show(self, event: Event[Figures]) -> None:
        """Print the lines of an event; a week's number stands before its first."""
        for label, text, style in self.lines.describe(event):
            week, self.week = self.week, None if is_of(event, StoryEnd) else event.week
            number = f"week {self.week}" if self.week not in (week, None) else ""
            self.line(number, label, text, style)

    def line(self, week: str, label: str, text: str, style: str) -> None:
        """Print one."""
        self.say(f"{week:7}  {label:12}  {text}")

    def say(self, text: str) -> None:
        """Print something else."""
        print(text, flush=True)


class TimeLine(PlainLines):
    """The lines, and below them the time line, which rich draws again and again."""

    def __init__(self, weeks: range, console: Console) -> None:
        """console: of rich, WIDTH wide or more."""
        super().__init__(weeks)
        self.console, self.spinner = console, Spinner("dots")
        self.champions: dict[int, int | None] = {}  # of each week that is over
        self.scored: dict[int, Score] = {}  # by the week that they are of
        self.world: set[int] = set()  # weeks in which something happened
        self.fired: dict[int, str] = {}  # letters of the triggers
        self.ended: dict[int, tuple[str, str]] = {}  # how the last run of a week ended
        self._do("the service starts, and the history arrives")
        self.live = Live(console=console, get_renderable=self.draw, refresh_per_second=5)

    def __enter__(self) -> Self:
        """Begin to draw."""
        super().__enter__()
        self.say("")
        self.live.start()
        return self

    def __exit__(self, *_: object) -> None:  # what was raised, if anything was
        """Leave the time line as it is, and give the cursor back."""
        self.doing = ""
        self.live.stop()

    def _do(self, doing: str, passed: Sequence[str] = ()) -> None:
        """Say from now on what is being done, and what was passed before."""
        self.doing, self.passed, self.since = doing, passed, time.monotonic()

    def show(self, event: Event[Figures]) -> None:
        """Print the lines of an event, and move the time line on."""
        if is_of(event, StoryEnd):  # the summary stands below
            self.__exit__()
        super().show(event)
        if is_of(event, Change):
            self.world.add(event.week)
        elif is_of(event, Trigger):
            letter = event.figures.kind[0].upper()
            self.fired[event.week] = self.fired.get(event.week, "") + letter
        elif event.name in NEXT:
            passed = [*NEXT][1 : [*NEXT].index(event.name) + 1]
            self._do(NEXT[event.name], [f"run {event.run}", *(f"✓ {step}" for step in passed)])
        elif is_of(event, Ending):
            self.ended[event.week] = MARKS[event.name]
            self._do("goes on")
        elif is_of(event, WeekEnd):
            self.champions[event.week] = event.figures.champion
            if score := event.figures.score:
                self.scored[score.labelled_week] = score
            self._do(f"week {event.week + 1}" if event.week + 1 in self.weeks else "the end")

    def line(self, week: str, label: str, text: str, style: str) -> None:
        """Print one, the text next to the label as long as it is."""
        grid = Table.grid(padding=(0, 2, 0, 0))
        looks = ("dim", style, "" if style == "cyan" else style)
        for width, look in zip((7, 12, min(self.console.width, 110) - 23), looks, strict=True):
            grid.add_column(width=width, style=look)
        grid.add_row(Text(week), Text(label), Text(text))
        self.console.print(grid)

    def say(self, text: str) -> None:
        """Print something else."""
        self.console.print(text, markup=False)

    def _row(self, name: str, cell: Callable[[int], tuple[str, str]]) -> Text:
        """Give a row: its name, and three columns a week, from `cell`: text and style."""
        row = Text(no_wrap=True).append(f"{name:<7} ", "dim")
        for week in self.weeks:
            text, style = cell(week)
            row.append(f"{text:<3}"[:3], style)
        return row

    def _bar(self, level: int) -> Callable[[int], tuple[str, str]]:
        """Give what a row of the chart shows: `level` is its lower edge, in rows."""

        def cell(week: int) -> tuple[str, str]:
            if (score := self.scored.get(week)) is None:
                return ("··" if week in self.champions and not level else ""), "dim"
            eighths = round((score.ap / ROW_HEIGHT - level) * 8)
            if eighths > 0:
                looks = "red" if score.ap < score.ceiling / 2 else "green"
                return BLOCKS[min(eighths, 8)] * 2, looks
            return ("░░" if score.ceiling / ROW_HEIGHT >= level + 0.5 else ""), "bright_black"

        return cell

    def _champion(self, week: int) -> tuple[str, str]:
        """Give a champion's version where its reign begins, then a line as long as it lasts."""
        version, before = self.champions.get(week), self.champions.get(week - 1)
        if version is None:
            return "", ""
        return ("───", "dim") if version == before else (f"v{version} ", "bold")

    def draw(self) -> Group:
        """Give the time line as it is now."""
        step = Text("  ".join([*self.passed, ""]), "dim", no_wrap=True)
        if self.doing:
            turn = self.spinner.render(self.console.get_time())
            assert isinstance(turn, Text)  # for it has no text of its own
            step.append_text(turn)
            step.append(f" {self.doing}", "bold")
            step.append(f"  {time.monotonic() - self.since:.1f} s", "dim")
        return Group(
            Text(f"\n{CAPTION}", "dim"),
            self._row("world", lambda week: ("▼" if week in self.world else "", "italic")),
            *(self._row(f"{ROW_HEIGHT * (n + 1):7.1f}", self._bar(n)) for n in (3, 2, 1, 0)),
            self._row("week", lambda week: (str(week), "dim")),
            self._row("model", self._champion),
            self._row("trigger", lambda week: (self.fired.get(week, ""), "bold cyan")),
            self._row("run", lambda week: self.ended.get(week, ("", ""))),
            Text(f"{LEGEND}\n", "dim"),
            step,
        )


def open_display(weeks: range, as_json: bool = False) -> JsonLines:
    """Give what shows the story here, as a context manager with `show` for an event and `say`."""
    console = Console(highlight=False)
    plain = console.is_dumb_terminal or console.width < WIDTH or console.options.ascii_only
    if as_json:
        return JsonLines()
    return TimeLine(weeks, console) if sys.stdout.isatty() and not plain else PlainLines(weeks)
