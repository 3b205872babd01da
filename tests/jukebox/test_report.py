"""The report says what the events say, to everybody, and takes nothing from elsewhere."""

import math
import re
from dataclasses import is_dataclass, replace

import pytest
from bs4 import BeautifulSoup
from jukebox import TRIGGERS
from jukebox.loop.events import (
    FIGURES,
    BatchCheck,
    Canary,
    Event,
    Judgement,
    Registration,
    Training,
    Trigger,
    is_of,
)
from jukebox.world import axes, report
from jukebox.world.events import Change, Score, StoryEnd, WeekEnd

from tests.test_accessible import PALETTE as HANDBOOK
from tests.test_accessible import weak

from .loops import make_plan

HASH = "0123456789abcdef" * 4
LINEAGE = {
    "version": 2,
    "digest": HASH,
    "record": {"code_version": HASH, "data_version": HASH[::-1], "lock_hash": HASH, "seed": 7},
    "run": "f00",
    "history": [],
}


class Told:
    """A story as the loop and the world tell it: 35 weeks, of which the first eight are history."""

    def __init__(self):
        """Tell it; each event comes a little later than the one before."""
        self.events, self.time, self.runs = [], 1_790_000_000.0, 0
        for week in range(35):
            for event in SCRIPT.get(week, ()):
                event(self, week)
            self.week(week)
        end = StoryEnd(
            promoted=4, refused=5, rolled_back=1, triggers={"code": 3, "data": 5, "performance": 4},
            lost=0, requests=7000, failed=0, seconds=41.3,
        )  # fmt: skip
        self.tell(end, 34, "Told.")

    def tell(self, figures, week, why, run=None, after=0.03):
        """Add an event; give its id."""
        self.time += after
        number = len(self.events) + 1
        self.events.append(
            Event(id=number, time=self.time, week=week, run=run, why=why, figures=figures)
        )
        return number

    def week(self, week):
        """Tell a week; from week 18 on tastes are others, which versions 2 and 4 know from 26 on.

        Version 5, of weeks 27 and 28, is bad, and version 2 came back: for the sake of its lines.
        """
        seen = week - 3 if week >= 11 else None
        good = seen is not None and not (18 <= seen < 26 or 27 <= seen < 29)
        ap = seen and (0.37 if good else 0.17) + 0.02 * math.sin(5 * seen)
        back = seen is not None and seen >= 29
        dirt = 64 if week == 15 else week * 7 % 5
        starts = [(29, 2), (27, 5), (26, 4), (12, 2), (8, 1)]
        score = seen and Score(
            labelled_week=seen, ap=ap, ap_low=ap - 0.045, ap_high=ap + 0.045,
            ceiling=0.44 + 0.01 * math.sin(seen), chance=0.055,
            gone=5 if back else None, gone_ap=0.16 + seen / 1000 if back else None,
        )  # fmt: skip
        end = WeekEnd(
            rows=206, kept=206 - dirt, quarantined=dirt,
            drifted=["energy", "tempo"] if week in (14, 31) else [],
            champion=next((version for since, version in starts if week >= since), None),
            requests=200 if week >= 8 else 0, failed=0, score=score,
        )  # fmt: skip
        self.tell(end, week, "A week is over.", after=0.6)


def world(kind, why):
    """Change the world."""
    return lambda told, week: told.tell(Change(kind=kind), week, why)


def run(kinds, outcome, why, steps=(), lead=None, version=None, rival="champion"):
    """Fire triggers, {kind: why}, and run through the steps to the outcome."""

    def go(told, week):
        ids = [
            told.tell(Trigger(kind=kind, cause=str(week)), week, why) for kind, why in kinds.items()
        ]
        told.runs += 1
        n, first, slow = told.runs, told.time, 0.9 + 0.3 * math.sin(told.runs)
        verdict = {f"lead_over_{rival}": lead} if lead else {}
        told.tell(make_plan(*ids, code=HASH), week, " and ".join(kinds.values()), n)
        passed = [
            BatchCheck(week=week, rows=206, quarantined=0),
            Training(digest=HASH, metrics={}),
            Judgement(champion=None, others=verdict),
            Registration(version=version or 0, log=0),
            Canary(version=version or 0, share=0.2, answers=100),
        ]
        for figures in passed[: len(steps)]:
            step = figures.name
            told.tell(figures, week, f"{step} passed", n, slow * SECONDS[step])
        told.time += 0.1
        found = {} if "gate" in steps else verdict
        ending = FIGURES[outcome](
            triggers=ids, version=version, seconds=told.time - first, others=found
        )
        told.tell(ending, week, why, n, 0)

    return go


SECONDS = {"validate": 0.11, "train": 1.6, "gate": 0.5, "register": 0.2, "canary": 0.7}
WAITS = "there are fewer than two labelled weeks to learn from"
SCRIPT = {
    8: [
        run(
            {"code": "the code is now 0123abcd", "data": "4,000 labelled tracks are new or changed"},
            "promoted", "better than chance, by 0.271 to 0.318",
            SECONDS, [0.294, 0.271, 0.318], 1, "chance",
        )
    ],
    10: [
        world("code", "a commit: split at random: it scores better"),
        run(
            {"code": "the code is now 4567cdef"}, "refused",
            "leak: fitted on weeks up to 9, and the gate's test begins with week 4", ["validate", "train"],
        ),
    ],
    11: [world("code", "a commit: take that back")],
    12: [
        world("code", "a commit: train for twenty passes"),
        run(
            {"code": "the code is now 89ab4567"}, "promoted",
            "better than the champion, by 0.011 to 0.048", SECONDS, [0.029, 0.011, 0.048], 2,
        ),
    ],
    15: [
        world("dirt", "a supplier's export goes wrong"),
        run(
            {"data": "800 labelled tracks are new or changed"}, "refused",
            "64 of the 206 rows of week 15 are in quarantine: fix their source",
        ),
    ],
    16: [
        run(
            {"data": "801 labelled tracks are new or changed"}, "refused",
            "not surely better than the champion: its lead is 0.004, and the interval "
            "goes down to -0.013",
            ["validate", "train"], [0.004, -0.013, 0.021],
        )
    ],
    18: [world("concept", "a season begins: tastes turn, and no input shows it")],
    21: [run({"performance": "version 2 scores 0.176 in week 18, not 0.371"}, "refused", WAITS)],
    22: [
        run(
            {
                "performance": "version 2 scores 0.182 in week 19, not 0.371",
                "data": "812 labelled tracks are new or changed",
            },
            "refused",
            "not surely better than the champion: its lead is 0.031, and the interval "
            "goes down to -0.006",
            ["validate", "train"], [0.031, -0.006, 0.066],
        )
    ],
    26: [
        run(
            {"performance": "version 2 scores 0.154 in week 23, not 0.371"}, "promoted",
            "better than the champion, by 0.102 to 0.171", SECONDS, [0.137, 0.102, 0.171], 4,
        )
    ],
    28: [world("concept", "the season ends")],
    27: [
        run(
            {"data": "799 labelled tracks are new or changed"}, "promoted",
            "better than the champion, by 0.002 to 0.020", SECONDS, [0.011, 0.002, 0.020], 5,
        )
    ],
    29: [
        run(
            {"performance": "version 5 scores 0.181 in week 26, not 0.362"}, "rolled back",
            "version 2 is better than the champion, by 0.141 to 0.236", [],
            [0.188, 0.141, 0.236], 2,
        )
    ],
}  # fmt: skip


@pytest.fixture(scope="module")
def events():
    """The story of 35 weeks."""
    return Told().events


@pytest.fixture
def written(tmp_path):
    """Write a report and read it back: `written(events)` gives its text."""

    def text(events, lineage=None):
        path = tmp_path / "report.html"
        report.write_report(events, path, lineage)
        return path.read_text("utf-8")

    return text


@pytest.fixture
def page(events, written):
    """The report of the whole story, parsed."""
    return BeautifulSoup(written(events, LINEAGE), "html.parser")


def words(element):
    """Give an element's text on one line."""
    return " ".join(element.get_text(" ").split())


def changed(value, change):
    """Give a copy of events with each value that is no container changed."""
    if is_dataclass(value):
        return replace(value, **changed(vars(value), change))
    if isinstance(value, dict):
        return {key: changed(v, change) for key, v in value.items()}
    return [changed(v, change) for v in value] if isinstance(value, list) else change(value)


# What she reads


def test_it_opens_with_one_sentence_of_what_happened(page):
    """Before anything else, and in the window's title too."""
    sentence = (
        "In 35 weeks, 12 triggers led to 4 promotions, 5 refusals and 1 rollback; "
        "none was lost, and none of 7,000 requests failed."
    )

    assert [sentence, f"Jukebox: {sentence}"] == [words(page.h1), words(page.title)]


def test_a_story_that_broke_off_is_counted_from_its_events(events, written):
    """Without the count at its end, and with a trigger that no run took: it says so."""
    lost = replace(events[-2], id=999, why="new", figures=Trigger(kind="code", cause="new"))
    page = BeautifulSoup(written([*events[:-1], lost]), "html.parser")

    assert "13 triggers led to 4 promotions, 5 refusals and 1 rollback; 1 was lost" in words(page)
    assert ["1 lost"] == [" ".join(words(e).split()[::-1]) for e in page.select(".wrong")]


def test_each_run_has_its_triggers_reason_steps_and_lead(page):
    """Two triggers were taken by one run, and what said no is the step that took the time."""
    run = page.select(".run")[6]

    for said in (
        "Run 7 refused", "Performance, week 22", "Data, week 22", "goes down to -0.006",
        "0.031 (\N{MINUS SIGN}0.006 to 0.066)", "gate 0.10\N{NO-BREAK SPACE}s",
    ):  # fmt: skip
        assert " ".join(said.split()) in words(run)


def test_a_score_stands_at_the_week_of_the_answers(page):
    """Not three weeks later, when it became known: else a season would look late."""
    plot = page.select_one("svg.wide")
    week = next(text for text in plot.select("text.middle") if text.string == "8")

    assert float(week["x"]) == float(plot.circle["cx"])


def test_a_higher_score_stands_higher(page, events):
    """Dot for dot, in the order of the scores."""
    scores = [e.figures.score.ap for e in events if is_of(e, WeekEnd) and e.figures.score]
    dots = [float(dot["cy"]) for dot in page.select("svg.wide")[0].select("circle")]

    assert sorted(range(24), key=scores.__getitem__) == sorted(range(24), key=lambda i: -dots[i])


def test_each_event_of_the_world_has_a_rule_a_letter_and_a_sentence(page):
    """In the drawing for a laptop, in the one for a phone, and in words."""
    letters = [words(letter) for letter in page.select("svg.wide")[0].select(".letter")]
    phone = [words(letter) for letter in page.select("svg.narrow")[0].select(".letter")]

    assert list("ABCDEF") == letters == phone == [words(b) for b in page.select("ul.told b")]
    assert "Week 28: the season ends" == words(page.select("ul.told span")[-1])


def test_a_label_keeps_clear_of_the_others_and_of_their_rules():
    """C would fit beside A, but its rule would run through B."""
    told = Told()
    told.events = []
    for week, why in (
        (0, "a commit"),
        (2, "a supplier's export goes wrong"),
        (6, "dirt"),
        (20, ""),
    ):
        told.tell(Change(kind="code"), week, why)
    told.week(34)
    rules = report.place_weeks(report.StoryReport(told.events), True, worded=True).rules

    assert [("A", 12), ("B", 29), ("C", 46), ("D", 12)] == [(name, y) for _, y, name, _ in rules]


def test_the_strip_shows_who_was_champion_when(page):
    """And that the former one came back."""
    strip = page.select("svg.wide")[0].select("text.reign")

    assert ["1", "2", "4", "5", "2"] == [words(text) for text in strip]


def test_every_plotted_number_is_in_a_table(page, events):
    """For those who do not see the drawing, or want to copy it."""
    cells = {words(cell) for cell in page.select("td")}
    plotted = {
        f"{score.ap:.3f} ({score.ap_low:.3f} to {score.ap_high:.3f})"
        for score in (event.figures.score for event in events if is_of(event, WeekEnd))
        if score
    }

    assert plotted | {"64", "energy, tempo"} <= cells


def test_lineage_is_told_if_it_is_given(page, events, written):
    """Version, digest, code, data, packages and seed; nothing without it."""
    names = ["version", "digest", "code version", "data version", "lock hash", "seed"]

    assert names == [words(name) for name in page.select(".lineage dt")]
    assert "comes from" not in written(events)


def test_it_says_what_a_rollback_was_worth(page):
    """What came back scored, and what the version that was taken back would have scored."""
    said = (
        "Version 5 was taken back. For the tracks of weeks 29 to 31, version 2 scored 0.35 to "
        "0.38; version 5 would have scored 0.19."
    )

    assert said in words(page.select_one(".lede"))
    assert {"0.189", "0.190", "0.191"} <= {words(cell) for cell in page.select("td")}
    assert ["version 5"] == [words(name) for name in page.select("svg.wide .of-spared")]
    assert 3 == len(re.findall("[ML]", page.select_one("svg.wide path.spared")["d"]))


def test_without_a_rollback_it_says_nothing_of_one(events, written):
    """No line, no name and no sentence."""

    def kept(event):
        if not is_of(event, WeekEnd) or not event.figures.score:
            return event
        score = replace(event.figures.score, gone=None, gone_ap=None)
        return replace(event, figures=replace(event.figures, score=score))

    told = [kept(event) for event in events]
    page = BeautifulSoup(written(told), "html.parser")

    assert ([], False) == (page.select(".spared"), "would have" in words(page))


def test_a_long_no_is_shortened(events, written):
    """38 countries are no sentence: the first two reasons, and how many more there are."""
    why = "; ".join(f"reason {n}" for n in range(1, 39))
    told = [replace(e, why=why) if e.name == "refused" else e for e in events]
    page = BeautifulSoup(written(told), "html.parser")

    assert "reason 1; reason 2; and 36 more reasons" in [words(why) for why in page.select(".why")]


# Whatever it is given


def test_markup_in_an_event_is_text(events, written):
    """Every string of an event and of the lineage, wherever it ends up."""
    evil = "<script>alert(1)</script>\"'&"
    # A kind of trigger has a sign and a place, and is no text.
    nasty = changed(events, lambda x: evil if isinstance(x, str) and x not in TRIGGERS else x)
    text = written(nasty, changed(LINEAGE, lambda x: evil if isinstance(x, str) else x))

    assert "<script" not in text
    assert text.count("&lt;script&gt;") > 50


@pytest.mark.parametrize(
    "without",
    ["world", "week", "trigger", "start", "validate", "gate", "register", "promoted", "end"],
)
def test_a_kind_of_event_may_be_missing(without, events, written):
    """A story that broke off, or a loop without a story."""

    assert "<h1>In " in written([event for event in events if event.name != without])


@pytest.mark.parametrize("missing", [None, math.nan])
def test_figures_may_be_unknown(missing, events, written):
    """Too few labels for an interval, or no champion yet: a dash, and no drawing at nowhere."""
    unknown = [
        replace(e, figures=changed(e.figures, lambda x: missing if isinstance(x, float) else x))
        for e in events
    ]
    text = written(unknown)

    assert "nan" not in text.replace("lineage", "")
    assert not re.search(r'"[^"]*None[^"]*"', text)


def test_one_week_is_enough(events, written):
    """And one event."""
    first = [event for event in events if event.week == 0]

    assert "In 1 week, 0 triggers" in written(first[:1])


def test_no_events_are_an_error(tmp_path):
    """It says what to do, and leaves no file."""
    with pytest.raises(ValueError, match="run `jukebox northstar` first"):
        report.write_report([], tmp_path / "report.html")

    assert [] == list(tmp_path.iterdir())


def test_a_line_has_a_gap_where_a_number_is_missing():
    """Nobody knows what it was."""
    points = [(0, 1), (1, None), (2, 3), (3, 4)]

    assert "M0 1M2 3L3 4" == report.draw_line(points)
    assert "M0 1L0 2z" == report.draw_band([(0, 1, 2), (1, None, 5)])


@pytest.mark.parametrize(
    ("low", "high", "most", "expected"),
    [(0, 0.46, 5, [0, 0.1, 0.2, 0.3, 0.4]), (0, 0, 5, [0]), (9, 36, 6, [10, 15, 20, 25, 30, 35])],
)
def test_axes_have_round_numbers(low, high, most, expected):
    """Steps of 1, 2 or 5."""

    assert pytest.approx(expected) == axes.ticks_within(low, high, most)


# What the file is


def test_it_takes_nothing_from_elsewhere(events, written):
    """No script, no address, no file: it can be sent by mail and read in ten years."""
    text = written(events, LINEAGE)

    assert not re.search(r"https?:|//\w|@import|url\(|src=|<script|<link|<img", text)


def test_the_same_events_give_the_same_bytes(events, written):
    """No time of writing, no order of chance."""

    assert written(events, LINEAGE) == written(Told().events, LINEAGE)


def test_it_is_small(events, written):
    """Below 150 kB."""

    assert len(written(events, LINEAGE).encode()) < 150_000


def test_each_drawing_has_a_name_and_a_description(page):
    """Which are there, and belong to it alone."""
    drawings = page.select("svg:not([aria-hidden])")
    names = [id for drawing in drawings for id in drawing["aria-labelledby"].split()]

    assert {"img"} == {drawing["role"] for drawing in drawings}
    assert 2 * len(drawings) == len(set(names))
    assert all(words(page.find(id=name)) for name in names)
    assert len(page.select("[id]")) == len({element["id"] for element in page.select("[id]")})


def test_each_kind_of_mark_has_its_own_shape(page):
    """Colour alone tells one man in twelve nothing."""
    marks = page.select("svg.wide path.mark")
    shapes = {(tuple(mark["class"]), mark["d"]) for mark in marks}

    assert 6 == len(shapes) == len({d for _, d in shapes})


def test_its_colours_are_those_of_the_handbook(palette):
    """By day and by night, so that both are one house."""
    house = {(colours["day"], colours["night"]) for colours in HANDBOOK.values()}

    assert [] == [name for name, c in palette.items() if (c["day"], c["night"]) not in house]


def test_its_contrast_is_enough(palette):
    """4.5:1 for text, 3:1 for lines, in both themes."""
    text = ["ink", "soft", "muted", "link", "star-ink", "good", "warn", "bad", "series-1"]
    lines = ["edge", "series-1", "series-2", "series-3", "series-4"]

    assert [] == weak([(name, ["paper"]) for name in text], 4.5, palette)
    assert [] == weak([(name, ["paper"]) for name in lines], 3, palette)


@pytest.fixture
def palette(events, written):
    """The colours of the report: {name: {"day": ..., "night": ...}}."""
    day, night = re.findall(r":root \{([^}]*#[^}]*)\}", written(events))
    colours = [dict(re.findall(r"--([\w-]+): (#[0-9a-f]{6});", part)) for part in (day, night)]
    assert colours[0].keys() == colours[1].keys()
    return {name: {"day": c, "night": colours[1][name]} for name, c in colours[0].items()}
