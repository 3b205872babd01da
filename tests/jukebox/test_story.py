"""How the story begins, waits and ends, and what it looks like on a terminal."""

import contextlib
import io
import json
import re
import signal
from dataclasses import replace
from pathlib import Path

import pytest
from jukebox.loop.events import Event, Promotion, Refusal, Training, Trigger
from jukebox.world import scene, story, timeline
from jukebox.world.events import Change, FirstAnswer, Score, StoryEnd, WeekEnd
from rich.console import Console

from .loops import make_plan


def test_a_report_that_cannot_be_written_is_told_before_the_story(tmp_path):
    """Not a minute later."""
    with pytest.raises(ValueError) as error:
        story.tell_story(report=tmp_path / "none" / "report.html")

    assert f"There is no folder {tmp_path / 'none'} for the report: make it first." == str(
        error.value
    )


def test_a_story_that_is_told_to_end_tidies_up():
    """SIGTERM, which would end Python at once, is an exit like others."""
    before = signal.getsignal(signal.SIGTERM)
    with pytest.raises(SystemExit) as error, story.open_folder(None) as place:
        signal.raise_signal(signal.SIGTERM)

    assert (143, False, before) == (
        error.value.code,
        Path(place).exists(),
        signal.getsignal(signal.SIGTERM),
    )


@pytest.mark.whole
def test_a_service_that_does_not_start_says_why(tmp_path, monkeypatch):
    """Its last words, not only that it failed; a file beside it is not taken for a module."""
    monkeypatch.setenv("JUKEBOX_OPERATOR_TOKEN", "short")
    monkeypatch.chdir(tmp_path)
    (tmp_path / "click.py").write_text("raise SystemExit('not the one that was meant')")
    (tmp_path / "registry").mkdir()
    with (
        pytest.raises(RuntimeError, match=r"The service did not start: .*under 16 characters"),
        scene.serving(tmp_path) as address,
    ):
        address()


def test_a_request_without_an_answer_has_failed():
    """Nobody listens there."""
    client = object.__new__(scene.Client)
    client.requests, client.failed, client.lock = 0, 0, contextlib.nullcontext()
    client.host = "127.0.0.1:1"
    client._ask(client._connection(), [])

    assert (1, 1) == (client.requests, client.failed)


def test_waiting_has_an_end():
    """And says for what it waited."""
    with pytest.raises(TimeoutError, match=r"Nobody came within 0.1 s"):
        scene.wait_until(lambda: None, "Nobody came", limit=0.1)


END = StoryEnd(
    promoted=1, refused=1, rolled_back=1, triggers={"code": 1, "data": 1, "performance": 1},
    lost=0, requests=9, failed=0, seconds=41.3,
)  # fmt: skip


@pytest.mark.parametrize(
    ("changed", "wrong"),
    [
        ({}, ""),
        ({"lost": 2}, "2 lost"),
        ({"failed": 1}, "1 failed"),
        ({"rolled_back": 0}, "nothing rolled back"),
        (
            {"triggers": {"code": 0, "data": 0, "performance": 1}},
            "no trigger by code, no trigger by data",
        ),
    ],
)
def test_what_a_story_lacks(changed, wrong):
    """Each kind of trigger and of ending, no loss and no failed request."""
    assert wrong == story.describe_faults(replace(END, **changed))


# ---- the terminal ------------------------------------------------------------------------------


def event(week, figures, why="", run=None):
    """Make an event."""
    return Event(id=0, time=0.0, week=week, run=run, why=why, figures=figures)


def week(number, ap, champion, quarantined=8, drifted=(), gone=None, gone_ap=None):
    """Make the event of a week's end."""
    score = ap and Score(
        labelled_week=number - 3, ap=ap, ap_low=ap, ap_high=ap, ceiling=0.4, chance=0.05,
        gone=gone, gone_ap=gone_ap,
    )  # fmt: skip
    end = WeekEnd(
        rows=202, kept=202 - quarantined, quarantined=quarantined, drifted=list(drifted),
        champion=champion, requests=0, failed=0, score=score,
    )  # fmt: skip
    return event(number, end)


def trigger(week, kind, why):
    """Make a trigger."""
    return event(week, Trigger(kind=kind, cause=why), why)


CANNED = [
    event(12, Change(kind="code"), "a commit: train for two passes"),
    trigger(12, "code", "the code is now 0123abcd"),
    trigger(12, "data", "900 labelled tracks are new"),
    event(12, make_plan(1, 2), "both", run=1),
    event(12, Training(digest="ff82", metrics={}), "a model", run=1),
    event(
        12, Promotion(triggers=[1, 2], version=1), "better than chance, by 0.105 to 0.126", run=1
    ),
    event(
        12,
        FirstAnswer(version=1, seconds=4.2),
        "version 1 gave its first answer 4.2 s after the trigger",
    ),
    week(12, None, 1),
    week(13, None, 1, quarantined=48, drifted=["energy", "tempo"]),
    week(14, None, 1, drifted=["liveness"]),
    week(15, 0.35, 1),
    week(16, 0.34, 1),
    trigger(17, "performance", "version 1 scores 0.124 in week 14, not 0.35"),
    event(17, make_plan(3), "it fell", run=2),
    event(
        17,
        Refusal(triggers=[3], version=None),
        "no better than chance; worse; DE falls; FR falls",
        run=2,
    ),
    week(17, 0.124, 1, gone=2, gone_ap=0.101),
    event(17, END, "the story is told"),
]
PLAIN = """\
6 weeks of one model, updated automatically: three triggers, one gate.
week 12  (world)       a commit: train for two passes
         code          the code is now 0123abcd
         data          900 labelled tracks are new
                       2 triggers, and one run for all
         promoted      version 1 is better than chance, by 0.105 to 0.126
                       version 1 gave its first answer 4.2 s after the trigger
week 13  quarantine    48 of 202 rows, each with its reason
         drift         energy, tempo; inputs fire nothing
week 14  drift         liveness; inputs fire nothing
week 16  score         week 13, which drifted: 0.340; the week before: 0.350
week 17  performance   version 1 scores 0.124 in week 14, not 0.35
         refused       no better than chance; worse
         score         week 14: 0.124; version 2 would have had 0.101
         triggers      1 by code, 1 by data, 1 by performance; 0 lost
         runs          1 promoted, 1 refused, 1 rolled back
         requests      9, of which 0 failed
         first answer  4.2 to 4.2 s after the trigger
         all told      in 41 s
"""
LINE = """\
Average precision, by week of release: █ what was scored  ░ what was possible
world   ▼
    0.4 ▄▄ ▃▃ ░░
    0.3 ██ ██ ░░
    0.2 ██ ██ ▂▂
    0.1 ██ ██ ██ ·· ·· ··
week    12 13 14 15 16 17
model   v1 ───────────────
trigger CD             P
run     ✓              ✗
C code  D data  P performance  ✓ promoted  ✗ refused  ↶ rolled back
"""


def shown(display):
    """Show the canned events."""
    with display as screen:
        for one in CANNED:
            screen.show(one)


def test_without_a_terminal_there_are_lines(capsys, monkeypatch):
    """Plain text without a control code, even where colours are forced."""
    monkeypatch.setenv("FORCE_COLOR", "1")
    shown(timeline.open_display(range(12, 18)))

    assert PLAIN == capsys.readouterr().out


def terminal(**options):
    """Show the canned events on a terminal; give what it got, as text without colours."""
    out = io.StringIO()
    console = Console(file=out, force_terminal=True, width=80, highlight=False, **options)
    shown(timeline.TimeLine(range(12, 18), console))
    return out.getvalue()


def test_on_a_terminal_the_lines_are_the_same():
    """Above the time line, in the same words."""
    text = re.sub(r"\x1b\[[0-9;?]*[A-Za-z]", "", terminal())
    lines = {line.rstrip() for line in text.splitlines()}

    assert [] == [line for line in PLAIN.splitlines() if line not in lines]


def test_the_time_line():
    """Bars that fall, who is champion, what fired and how it ended: legible without colours."""
    text = re.sub(r"\x1b\[[0-9;?]*[A-Za-z]", "", terminal())
    last = text[text.rindex("Average precision") :].splitlines()

    assert LINE.splitlines() == [line.rstrip() for line in last[: LINE.count("\n")]]


def test_the_time_line_fits_80_columns():
    """Also with all weeks of the story and a long step."""
    console = Console(width=80, file=io.StringIO())
    screen = timeline.TimeLine(story.WEEKS, console)
    for one in CANNED[:5]:
        screen.show(one)
    rows = [console.render_lines(row, pad=False) for row in screen.draw().renderables]

    assert max(sum(len(part.text) for part in line) for row in rows for line in row) <= 80


def test_no_colours_for_those_who_ask_for_none(monkeypatch):
    """NO_COLOR: what is left is bold, dim and italic."""
    coloured = re.compile(r"\x1b\[[\d;]*3[0-7]m")
    before = coloured.search(terminal())
    monkeypatch.setenv("NO_COLOR", "1")

    assert (True, None) == (bool(before), coloured.search(terminal()))


def test_a_number_that_is_none_is_null(capsys):
    """NaN is no JSON."""
    timeline.open_display(story.WEEKS, as_json=True).show(week(15, float("nan"), 1))

    assert json.loads(capsys.readouterr().out)["figures"]["ap"] is None


def test_a_week_without_a_score_says_so(capsys):
    """Its figures are the same, and null."""
    screen = timeline.open_display(story.WEEKS, as_json=True)
    screen.show(week(15, 0.35, 1))
    screen.show(week(14, None, 1))
    scored, unscored = map(json.loads, capsys.readouterr().out.splitlines())

    assert list(scored["figures"]) == list(unscored["figures"])
    assert {None} == {unscored["figures"][name] for name in ("labelled_week", "ap", "gone")}
