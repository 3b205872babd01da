"""The report: what the loop did, week by week and run by run, as one HTML file.

It is made from the events of the loop alone, and the file needs nothing else: no script, no
font, no network. Here is where each number lies in its drawings; `report.html` holds markup and
words, and Jinja escapes each text of an event there. The same events give the same bytes.
"""

import math
from collections import Counter, defaultdict
from itertools import cycle, groupby
from pathlib import Path
from statistics import median
from string import ascii_uppercase
from textwrap import shorten

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from jukebox.loop import steps as pipeline

OUTCOMES, KINDS, STEPS = pipeline.ENDINGS, pipeline.TRIGGERS, ["wait", *pipeline.STEPS, "promote"]


def known(value):
    """Say whether there is a number: NaN is none."""
    return value is not None and value == value


def number(value, digits=3):
    """Write a number; a dash for none."""
    if not known(value):
        return "–"  # noqa: RUF001 - the dash of tables
    return f"{value:,.{digits}f}" if isinstance(value, float) else f"{value:,}"


def plural(n, word):
    """Write a number with its noun: 1 refusal, 2 refusals."""
    return f"{n:,} {word}{'' if n == 1 else 's'}"


def seconds(value):
    """Write seconds, with two digits that count."""
    return f"{value:.{2 if value < 1 else 1}f}\N{NO-BREAK SPACE}s"


def interval(values):
    """Write a number with the ends of its interval."""
    return "{} ({} to {})".format(*map(number, values)).replace("-", "\N{MINUS SIGN}")


def scale(low, high, start, end):
    """Return a function from low..high to pixels start..end; from no number to None."""
    unit = (end - start) / ((high - low) or 1)
    return lambda value: round(start + (value - low) * unit, 1) if known(value) else None


def axis(low, high, most, least=0.0):
    """Return about `most` round numbers from low to high, in steps of 1, 2 or 5 times 10^n."""
    wanted = max((high - low) / most, least) or 1
    power = 10.0 ** math.floor(math.log10(wanted))
    step = next(s * power for s in (1, 2, 5, 10) if s * power >= 0.999 * wanted)
    return [i * step for i in range(math.ceil(low / step), math.floor(1.001 * high / step) + 1)]


def stretches(points):
    """Split points, tuples, where one is not known."""
    return [list(part) for there, part in groupby(points, lambda p: None not in p) if there]


def line(points):
    """Return the path through points (x, y), with gaps."""
    return "".join("M" + "L".join(f"{x} {y}" for x, y in part) for part in stretches(points))


def band(points):
    """Return the path around intervals (x, low, high), with gaps."""
    parts = stretches(points)
    return "".join(
        line([(x, low) for x, low, _ in p] + [(x, high) for x, _, high in p[::-1]]) + "z"
        for p in parts
    )


def weeks(story, wide, worded):
    """Return what each drawing over weeks has: the scale of weeks and the rules, worded or not."""
    width, start, end = (1000, 40, 900) if wide else (390, 32, 298)
    x = scale(story.first - 0.5, story.last + 0.5, start, end)
    rules, rows = [], []  # where each row of labels is free from
    for letter, event in story.world:
        at, words = x(event["week"]), shorten(event["why"], 34, placeholder=" …")
        words = words if wide and worded and at + 7.6 * (len(words) + 2) < width else ""
        # A label keeps clear of those before it, and its rule of those below it.
        row = next((row for row in range(len(rows)) if max(rows[row:]) < at), len(rows))
        rows[row : row + 1] = [at + 7.6 * (len(words) + 2)]
        rules.append((at, 17 * row + 12, letter, words))
    plot = {"width": width, "start": start, "end": end, "x": x, "top": 17 * len(rows) + 12}
    return plot | {"rules": rules, "ticks": axis(story.first, story.last, 18 if wide else 8, 1)}


def champion(story, wide):
    """Place the plot: scores, triggers and outcomes on one scale of weeks."""
    plot = weeks(story, wide, worded=True)
    x, base = plot["x"], plot["top"] + (250 if wide else 210)
    keys = ["ap", "ap_low", "ap_high", "ceiling", "chance"]
    scores = story.scores.items()
    high = max((f[k] for _, f in scores for k in keys if known(f.get(k))), default=1.0) * 1.05
    y = scale(0, high, base, plot["top"])
    of = {key: [(x(week), y(f.get(key))) for week, f in scores] for key in keys}
    lines = {key: line(of[key]) for key in ("chance", "ceiling", "ap")}
    ends = sorted((stretches(of[key])[-1][-1][1], key) for key in lines if lines[key])
    names = []  # the name of a line stands at its end, clear of the one above
    for at, key in ends:
        names.append((max([at + 4, *(above + 14 for above, _ in names[-1:])]), key))
    lanes = {name: base + 26 + 36 * i for i, name in enumerate([*KINDS, "outcome"])}
    marks, before = [], {}
    for week, kind, run, why in story.marks:
        lane = lanes[kind if kind in KINDS else "outcome"]
        last, low = before.get(lane, (-99.0, False))
        at = last + 10 if last >= x(week) else x(week)
        low = at - last < 14 and not low  # its number goes below its neighbour's
        before[lane] = at, low
        marks.append((at, lane, kind, run, week, why, lane + (28 if low else 18)))
    plot |= {"y": y, "levels": axis(0, high, 5), "lines": lines, "names": names, "lanes": lanes}
    ends = zip(of["ap_low"], of["ap_high"], strict=True)
    plot["band"] = band([(at, low, high) for (at, low), (_, high) in ends])
    return plot | {"marks": marks, "strip": base + 166, "bottom": base + 162, "height": base + 212}


def arrivals(story, wide):
    """Place the small multiples: rows in quarantine and columns that drifted, a week each."""
    plot, panels = weeks(story, wide, worded=False), []
    dirt = {week: f.get("quarantined") for week, f in story.weeks.items()}
    moved = {week: len(f.get("drifted") or []) for week, f in story.weeks.items()}
    for name, counts in (("rows in quarantine", dirt), ("columns drifted", moved)):
        counts = {week: count for week, count in counts.items() if count}
        most = max(counts.values(), default=1)
        base = plot["top"] + 84 + 100 * len(panels)
        panels.append((name, base, counts, most, scale(0, most, 0, 52)))
    return plot | {"bottom": base, "height": base + 26, "panels": panels}


def steps(story, wide):
    """Place the seconds of each step of each run, and of all steps of those promoted."""
    start, end = (150, 880) if wide else (104, 312)
    rows = {name: [r.seconds[name] for r in story.runs if name in r.seconds] for name in STEPS}
    rows["to production"] = [run.total for run in story.runs if run.outcome == "promoted"]
    rows = [(name, sorted(values), median(values)) for name, values in rows.items() if values]
    high = max((values[-1] for _, values, _ in rows), default=1)
    return {
        "width": 1000 if wide else 390, "height": 28 * len(rows) + 40, "start": start, "end": end, "rows": rows,
        "x": scale(0, high, start, end), "ticks": axis(0, high, 8 if wide else 4),
    }  # fmt: skip


def leads(story, rival):
    """Return the scale that all leads over a rival share."""
    found = [v for run in story.runs if run.rival == rival for v in run.lead if known(v)]
    return scale(min([*found, 0.0]), max([*found, 0.0]), 8, 232)


class Run:
    """One run of the loop: its triggers, its steps and how it ended."""

    def __init__(self, number, events, triggers):
        """Sort what the events say; a run that did not end is open."""
        self.number, self.last = number, events[-1]
        ids = [i for event in events for i in event["figures"].get("triggers") or []]
        self.triggers = [triggers[i] for i in dict.fromkeys(ids) if i in triggers]
        ended = self.last["event"] in OUTCOMES
        self.outcome = self.last["event"] if ended else "open"
        self.why = self.last["why"] if ended else "It had not ended when the events were read."
        self.version = self.last["figures"].get("version")
        said = {name: value for e in events for name, value in e["figures"].items()}
        self.rival = next((r for r in ("champion", "chance") if said.get(f"lead_over_{r}")), None)
        self.lead = said.get(f"lead_over_{self.rival}")
        self.seconds = Counter()  # a step that was killed and done again counts both times
        before = first = min(event["time"] for event in [*self.triggers, events[0]])
        for event in events:
            name = "wait" if event["event"] == "start" else event["event"]
            if name in OUTCOMES:  # of the step that said no, if one did
                name = next(step for step in STEPS if step == "promote" or step not in self.seconds)
            self.seconds[name] += event["time"] - before
            before = event["time"]
        self.total = before - first


class Story:
    """The events, by what they tell."""

    def __init__(self, events):
        """Sort them."""
        told = defaultdict(list)
        for event in events:
            told[event["event"] if event.get("run") is None else event["run"]].append(event)
        self.world = list(zip(cycle(ascii_uppercase), told["world"], strict=False))
        triggers = {event["id"]: event for event in told["trigger"]}
        self.runs = [Run(n, told[n], triggers) for n in told if isinstance(n, int)]
        ran = {t["id"]: run.number for run in self.runs for t in run.triggers}
        fired = [(t, t["figures"].get("kind"), ran.get(i, "lost")) for i, t in triggers.items()]
        self.marks = [(t["week"], kind, run, t["why"]) for t, kind, run in fired]
        self.marks += [(run.last["week"], run.outcome, run.number, run.why) for run in self.runs]
        self.marks.sort(key=lambda mark: mark[0])
        self.weeks = {e["week"]: e["figures"] for e in told["week"]}
        self.scores = {  # by the week of the answers, not the one in which their charts came
            f["labelled_week"]: f | {"known": week}
            for week, f in self.weeks.items()
            if f.get("labelled_week") is not None
        }
        # What the version that was taken back would have scored in the same weeks.
        self.spared = [(w, f) for w, f in self.scores.items() if known(f.get("gone_ap"))]
        scored = {week: f["ap"] for week, f in self.scores.items() if known(f.get("ap"))}
        self.newest = max(scored, default=None)
        self.lowest = min(scored, key=scored.get, default=None)
        there = [e["week"] for e in events if e["week"] is not None] + list(self.scores)
        self.first, self.last = min(there, default=0), max(there, default=0)
        reigns = groupby(self.weeks, lambda week: self.weeks[week].get("champion"))
        self.reigns = [(version, list(held)) for version, held in reigns if version is not None]
        ends = Counter(run.outcome for run in self.runs)
        self.counts = {name: ends[name] for name in OUTCOMES} | {
            "triggers": Counter(t["figures"].get("kind") for t in triggers.values()),
            "lost": len(triggers) - len(ran),
            "seconds": events[-1]["time"] - events[0]["time"],
        }
        for key in ("requests", "failed"):
            self.counts[key] = sum(f.get(key) or 0 for f in self.weeks.values())
        for event in told["end"]:  # the story's own count, if it was told to the end
            self.counts |= {key.replace("_", " "): v for key, v in event["figures"].items()}


def write(events, path, lineage=None):
    """Write the report of the events, oldest first, to a file at `path`.

    events: dicts as `Journal.events` and the story give them. lineage: the last champion's, as
    `Registry.lineage` gives it. Raises ValueError if there are no events.
    """
    if not events:
        raise ValueError("There are no events to report: run `jukebox northstar` first.")
    environment = Environment(loader=FileSystemLoader(Path(__file__).parent), autoescape=True,
                              undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True)  # fmt: skip
    environment.filters |= {f.__name__: f for f in (number, plural, seconds, interval)}
    story, sizes = Story(events), (True, False)  # wide, for a laptop and for paper, and narrow
    text = environment.get_template("report.html").render(
        story=story,
        champion=[champion(story, wide) for wide in sizes],
        arrivals=[arrivals(story, wide) for wide in sizes],
        steps=[steps(story, wide) for wide in sizes],
        leads={rival: leads(story, rival) for rival in ("champion", "chance")},
        origin=lineage | lineage.get("record", {}) if lineage else {},
        STEPS=STEPS,
    )
    Path(path).write_text(text, "utf-8", newline="\n")
