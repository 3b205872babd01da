"""The terminal: the story as lines that stay, and a time line below them that moves.

It is made from the events alone. Where nobody looks, the lines are the same, without the time line.
"""

import sys
import time
from contextlib import AbstractContextManager
from itertools import pairwise

from rich.console import Console, Group
from rich.live import Live
from rich.spinner import Spinner
from rich.table import Table
from rich.text import Text

from jukebox.loop.journal import write_line
from jukebox.loop.steps import GIVES, MARKS

HEAD = "{} weeks of one model, updated automatically: three triggers, one gate."
NEXT = dict(pairwise(GIVES))  # the step after each
CAPTION = "Average precision, by week of release: █ what was scored  ░ what was possible"
LEGEND = "C code  D data  P performance  ✓ promoted  ✗ refused  ↶ rolled back"
BLOCKS = " ▁▂▃▄▅▆▇█"
WIDTH = 80  # columns that the time line takes
FULL = 0.1  # average precision that fills one of its rows


class Lines:
    """What is worth a line; remembers what a later line needs."""

    def __init__(self):
        """Nothing is told yet."""
        self.scores, self.moved, self.fired, self.took = {}, set(), set(), []

    def of(self, event):
        """Give the lines of an event: tuples of label, text and style."""
        name, why, figures = event["event"], event["why"], event["figures"]
        if name == "trigger":
            self.fired.add(event["week"])
            yield figures["kind"], why, "cyan"
        elif name == "start" and len(figures["triggers"]) > 1:
            yield "", f"{len(figures['triggers'])} triggers, and one run for all", ""
        elif name in MARKS:
            why = "; ".join(why.split("; ")[:2])  # the report counts the others
            why = f"version {figures['version']} is {why}" if name == "promoted" else why
            yield name, why, f"bold {MARKS[name][1]}"
        elif name == "served":
            self.took.append(figures["seconds"])
            yield "", why, "dim"
        elif name == "world":
            yield "(world)", why, "italic"
        elif name == "week":
            yield from self._week(event["week"], figures)
        elif name == "end":
            yield from self._end(figures)

    def _week(self, week, figures):
        """Give what was out of the ordinary."""
        past, bad, rows = (figures[key] for key in ("labelled_week", "quarantined", "rows"))
        if 10 * bad > rows:
            yield "quarantine", f"{bad} of {rows} rows, each with its reason", ""
        if figures["drifted"]:
            self.moved.add(week)
            yield "drift", f"{', '.join(figures['drifted'])}; inputs fire nothing", ""
        self.scores[past] = then = figures["ap"]
        if past in self.moved and week not in self.fired and past - 1 in self.scores:
            before = self.scores[past - 1]
            text = f"week {past}, which drifted: {then:.3f}; the week before: {before:.3f}"
            yield "score", text, ""
        if gone := figures.get("gone"):
            other = f"version {gone} would have had {figures['gone_ap']:.3f}"
            yield "score", f"week {past}: {then:.3f}; {other}", ""

    def _end(self, figures):
        """Give the summary."""
        fired = ", ".join(f"{number} by {kind}" for kind, number in figures["triggers"].items())
        low, high = min(self.took, default=0), max(self.took, default=0)
        yield "triggers", f"{fired}; {figures['lost']} lost", "bold"
        ends = ", ".join(f"{figures[name.replace(' ', '_')]} {name}" for name in MARKS)
        yield "runs", ends, "bold"
        yield "requests", f"{figures['requests']:,}, of which {figures['failed']} failed", "bold"
        yield "first answer", f"{low:.1f} to {high:.1f} s after the trigger", "bold"
        yield "all told", f"in {figures['seconds']:.0f} s", "bold"


class Json(AbstractContextManager):
    """One event, one line of JSON."""

    def __exit__(self, *_):
        """Nothing to end."""

    def show(self, event):
        """Print an event; a number that is none is null."""
        print(write_line(event), flush=True)

    def say(self, text):
        """Print something that is no event, where no program reads it."""
        print(text, file=sys.stderr)


class Plain(Json):
    """The lines, as text."""

    def __init__(self, weeks):
        """weeks: the range that will be told."""
        self.lines, self.weeks, self.week = Lines(), weeks, None

    def __enter__(self):
        """Print the head."""
        self.say(HEAD.format(len(self.weeks)))
        return self

    def show(self, event):
        """Print the lines of an event; a week's number stands before its first."""
        for label, text, style in self.lines.of(event):
            week, self.week = self.week, None if event["event"] == "end" else event["week"]
            number = f"week {self.week}" if self.week not in (week, None) else ""
            self.line(number, label, text, style)

    def line(self, week, label, text, style):
        """Print one."""
        self.say(f"{week:7}  {label:12}  {text}")

    def say(self, text):
        """Print something else."""
        print(text, flush=True)


class Terminal(Plain):
    """The lines, and below them the time line, which rich draws again and again."""

    def __init__(self, weeks, console):
        """console: of rich, WIDTH wide or more."""
        super().__init__(weeks)
        self.console, self.spinner = console, Spinner("dots")
        self.known, self.scored = {}, {}  # figures: by week, and by the week that they score
        self.world, self.fired, self.ended = set(), {}, {}
        self._do("the service starts, and the history arrives")
        self.live = Live(console=console, get_renderable=self.drawn, refresh_per_second=5)

    def __enter__(self):
        """Begin to draw."""
        super().__enter__()
        self.say("")
        self.live.start()
        return self

    def __exit__(self, *_):
        """Leave the time line as it is, and give the cursor back."""
        self.doing = ""
        self.live.stop()

    def _do(self, doing, passed=()):
        """Say from now on what is being done, and what was passed before."""
        self.doing, self.passed, self.since = doing, passed, time.monotonic()

    def show(self, event):
        """Print the lines of an event, and move the time line on."""
        name, figures, week = event["event"], event["figures"], event["week"]
        if name == "end":  # the summary stands below
            self.__exit__()
        super().show(event)
        if name == "world":
            self.world.add(week)
        elif name == "trigger":
            self.fired[week] = self.fired.get(week, "") + figures["kind"][0].upper()
        elif name in NEXT:
            passed = [*NEXT][1 : [*NEXT].index(name) + 1]
            self._do(NEXT[name], [f"run {event['run']}", *(f"✓ {step}" for step in passed)])
        elif name in MARKS:
            self.ended[week] = MARKS[name]
            self._do("goes on")
        elif name == "week":
            self.known[week] = self.scored[figures["labelled_week"]] = figures
            self._do(f"week {week + 1}" if week + 1 in self.weeks else "the end")

    def line(self, week, label, text, style):
        """Print one, the text next to the label as long as it is."""
        grid = Table.grid(padding=(0, 2, 0, 0))
        looks = ("dim", style, "" if style == "cyan" else style)
        for width, look in zip((7, 12, min(self.console.width, 110) - 23), looks, strict=True):
            grid.add_column(width=width, style=look)
        grid.add_row(Text(week), Text(label), Text(text))
        self.console.print(grid)

    def say(self, text):
        """Print something else."""
        self.console.print(text, markup=False)

    def _row(self, name, cell):
        """Give a row: its name, and three columns a week, from `cell`: text and style."""
        row = Text(no_wrap=True).append(f"{name:<7} ", "dim")
        for week in self.weeks:
            text, style = cell(week)
            row.append(f"{text:<3}"[:3], style)
        return row

    def _score(self, level):
        """Give what a row of the chart shows: `level` is its lower edge, in rows."""

        def cell(week):
            figures = self.scored.get(week)
            if figures is None:
                return ("··" if week in self.known and not level else ""), "dim"
            score, possible = figures["ap"], figures["ceiling"]
            eighths = round((score / FULL - level) * 8)
            if eighths > 0:
                return BLOCKS[min(eighths, 8)] * 2, "red" if score < possible / 2 else "green"
            return ("░░" if possible / FULL >= level + 0.5 else ""), "bright_black"

        return cell

    def _champion(self, week):
        """Give a champion's version where its reign begins, then a line as long as it lasts."""
        version, before = (self.known.get(w, {}).get("champion") for w in (week, week - 1))
        if version is None:
            return "", ""
        return ("───", "dim") if version == before else (f"v{version} ", "bold")

    def drawn(self):
        """Give the time line as it is now."""
        step = Text("  ".join([*self.passed, ""]), "dim", no_wrap=True)
        if self.doing:
            step.append_text(self.spinner.render(self.console.get_time()))
            step.append(f" {self.doing}", "bold")
            step.append(f"  {time.monotonic() - self.since:.1f} s", "dim")
        return Group(
            Text(f"\n{CAPTION}", "dim"),
            self._row("world", lambda week: ("▼" if week in self.world else "", "italic")),
            *(self._row(f"{FULL * (n + 1):7.1f}", self._score(n)) for n in (3, 2, 1, 0)),
            self._row("week", lambda week: (str(week), "dim")),
            self._row("model", self._champion),
            self._row("trigger", lambda week: (self.fired.get(week, ""), "bold cyan")),
            self._row("run", lambda week: self.ended.get(week, ("", ""))),
            Text(f"{LEGEND}\n", "dim"),
            step,
        )


def display(weeks, as_json=False):
    """Give what shows the story here, as a context manager with `show` for an event and `say`."""
    console = Console(highlight=False)
    plain = console.is_dumb_terminal or console.width < WIDTH or console.options.ascii_only
    if as_json:
        return Json()
    return Terminal(weeks, console) if sys.stdout.isatty() and not plain else Plain(weeks)
