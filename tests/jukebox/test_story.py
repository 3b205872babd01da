"""The story is told once, as a reader tells it, and its events say that all of it was real."""

import contextlib
import io
import json
import os
import re
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from jukebox import scene, story, timeline
from jukebox.journal import ENDINGS, runs
from rich.console import Console

COURSE = [  # week, triggers, how their run ended, and the version that was champion from then on
    (12, ["code", "data"], "promoted", 1),
    (14, ["code"], "refused", 1),
    (16, ["code"], "promoted", 2),
    (21, ["data"], "promoted", 3),
    (24, ["performance"], "refused", 3),
    (25, ["performance"], "refused", 3),
    (26, ["performance"], "promoted", 4),
    (31, ["data"], "promoted", 5),
    (34, ["performance"], "rolled back", 3),
]


def begin(*options, **settings):
    """Start the command in a group of processes of its own."""
    command = [sys.executable, "-m", "jukebox", "northstar", *map(str, options)]
    pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "text": True}
    # A shell's job in the background ignores Ctrl-C, and so would its children: not this one.
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    try:
        return subprocess.Popen(
            command, **pipes, env=os.environ | settings, start_new_session=True, bufsize=1
        )
    finally:
        signal.signal(signal.SIGINT, before)


def left(process):
    """Say whether a process of the group is left; the dead ones have seconds to be taken away."""
    give_up = time.monotonic() + 10
    with contextlib.suppress(ProcessLookupError):
        while time.monotonic() < give_up:
            os.killpg(process.pid, 0)
            time.sleep(0.05)
        os.killpg(process.pid, signal.SIGKILL)
        return True
    return False


@pytest.fixture(scope="module")
def told(tmp_path_factory):
    """Tell the story once: exit code, standard output and error, whether a process is left, files."""
    folder = tmp_path_factory.mktemp("story")
    # An address of MLflow for one's own models is none of the story's business.
    process = begin(
        *("--json", "--report", folder / "report.html", "--home", folder / "home"),
        JUKEBOX_MLFLOW="http://127.0.0.1:9",
    )
    out, err = process.communicate(timeout=300)
    return {
        "code": process.returncode,
        "out": out,
        "err": err,
        "left": left(process),
        "report": (folder / "report.html"),
        "home": folder / "home",
    }


@pytest.fixture(scope="module")
def events(told):
    """The events, as a program reads them from standard output."""
    assert told["out"], told["err"]
    return [json.loads(line) for line in told["out"].splitlines()]


def of(events, name):
    """Give the events of a name."""
    return [event for event in events if event["event"] == name]


@pytest.fixture(scope="module")
def weeks(events):
    """What was known at the end of each week."""
    return {event["week"]: event["figures"] for event in of(events, "week")}


def test_the_story_ends_well(told):
    """Exit code 0, and nothing on standard error but where the report is and how to look around."""
    assert (0, []) == (
        told["code"],
        [s for s in told["err"].splitlines() if s and not re.match(r"Open|Look|Or ask", s)],
    )


def test_every_line_is_an_event(events):
    """One JSON object a line, each with the same keys, in the order of time."""
    keys = {"id", "time", "week", "run", "event", "why", "figures"}
    times = [event["time"] for event in events]

    assert ({frozenset(keys)}, sorted(times)) == ({frozenset(event) for event in events}, times)


def test_the_course(events, weeks):
    """What fires when, how it ends, and who answers from then on."""
    kinds = {e["id"]: e["figures"]["kind"] for e in of(events, "trigger")}
    course = [
        (
            run["start"]["week"],
            sorted(kinds[i] for i in run["start"]["figures"]["triggers"]),
            *(set(ENDINGS) & set(run)),
            weeks[run["start"]["week"]]["champion"],
        )
        for run in runs(events).values()
    ]

    assert COURSE == course


def test_the_reasons_of_the_refusals(events):
    """A leak, a model that has seen one week of the new tastes, and one that is too sure of itself."""
    reasons = [re.split("[:,]", event["why"])[0] for event in of(events, "refused")]

    assert ["leak", "no better than chance", "worse probabilities"] == reasons


def test_every_trigger_is_in_one_run_and_every_run_has_one_ending(events):
    """Nothing is lost, and nothing is answered twice."""
    fired = [event["id"] for event in of(events, "trigger")]
    taken = [i for event in of(events, "start") for i in event["figures"]["triggers"]]
    ended = [event["run"] for event in events if event["event"] in ENDINGS]

    assert (fired, list(runs(events))) == (sorted(taken), ended)


def test_two_triggers_train_once(events):
    """Code and data at once: one training, and a run that takes both."""
    week = [event for event in events if event["week"] == 12]

    assert (2, 1) == (len(of(week, "trigger")), len(of(week, "train")))


def test_the_end_counts_what_was_told(events):
    """The last event has the figures of the others."""
    end = events[-1]["figures"]

    assert {
        "triggers": {"code": 3, "data": 3, "performance": 4},
        "promoted": 5,
        "refused": 3,
        "rolled_back": 1,
        "lost": 0,
        "failed": 0,
    } == {key: end[key] for key in end if key not in ("requests", "seconds")}


def test_no_request_fails(events, weeks):
    """Thousands are answered while the champion changes six times."""
    assert sum(figures["failed"] for figures in weeks.values()) == 0
    assert events[-1]["figures"]["requests"] > 1000


def test_every_champion_answers(events):
    """Each that was promoted, and the one that came back; the trigger was before."""
    served = [event["figures"] for event in of(events, "served")]

    assert [1, 2, 3, 4, 5, 3] == [figures["version"] for figures in served]
    assert all(figures["seconds"] > 0 for figures in served)


def test_every_row_is_kept_or_quarantined(weeks):
    """Also in the week of the broken export, in which a fifth more is wrong."""
    assert all(f["rows"] == f["kept"] + f["quarantined"] for f in weeks.values())
    assert [18] == [week for week, f in weeks.items() if f["quarantined"] > 0.2 * f["rows"]]


def test_tastes_turn_and_no_input_shows_it(weeks):
    """The score falls to less than half of what is possible, and no column has drifted."""
    scores = {f["labelled_week"]: f["ap"] / f["ceiling"] for f in weeks.values() if f["ap"]}

    assert [20, 21, 22, 23, 24, 25, 30, 31, 32] == [w for w in scores if scores[w] < 0.5]
    assert [[], []] == [weeks[week]["drifted"] for week in (20, 30)]


def test_inputs_move_and_no_trigger_fires(events, weeks):
    """A week of other tracks: four columns drift, and three weeks later the score stands."""
    scores = {f["labelled_week"]: f["ap"] for f in weeks.values()}

    assert {"energy", "tempo", "valence"} <= set(weeks[27]["drifted"])
    assert [] == [e for e in of(events, "trigger") if 27 <= e["week"] <= 30]
    assert scores[27] == pytest.approx(scores[26], abs=0.05)


def test_the_report_is_written(told):
    """With the champion's origin, which only the registry knows."""
    record = json.loads((told["home"] / "runs" / "4" / "record.json").read_text("utf-8"))

    assert record["data_version"][:8] in told["report"].read_text("utf-8")


def test_nothing_is_left_behind(told):
    """No service, no client, no training."""
    assert not told["left"]


def test_a_home_with_something_in_it_is_refused(told):
    """So that two stories do not mix."""
    with pytest.raises(ValueError) as error:
        next(story.events(told["home"]))

    assert f"{told['home']} is not empty: give the story a new folder, with --home." == str(
        error.value
    )


def test_a_report_that_cannot_be_written_is_told_before_the_story(tmp_path):
    """Not a minute later."""
    with pytest.raises(ValueError) as error:
        story.tell(report=tmp_path / "none" / "report.html")

    assert f"There is no folder {tmp_path / 'none'} for the report: make it first." == str(
        error.value
    )


def test_an_interrupted_story_leaves_nothing(tmp_path):
    """Ctrl-C while the first model is trained: processes and folder are gone."""
    process = begin("--json", "--report", tmp_path / "r.html", TMPDIR=str(tmp_path))
    with process:
        next(line for line in process.stdout if '"validate"' in line)
        process.send_signal(signal.SIGINT)
        process.communicate(timeout=30)

    assert (130, False, []) == (process.returncode, left(process), list(tmp_path.iterdir()))


def test_a_story_that_is_told_to_end_tidies_up():
    """SIGTERM, which would end Python at once, is an exit like others."""
    before = signal.getsignal(signal.SIGTERM)
    with pytest.raises(SystemExit) as error, story.folder(None) as place:
        signal.raise_signal(signal.SIGTERM)

    assert (143, False, before) == (
        error.value.code,
        Path(place).exists(),
        signal.getsignal(signal.SIGTERM),
    )


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
        scene.until(lambda: None, "Nobody came", limit=0.1)


END = {
    "triggers": {"code": 1, "data": 1, "performance": 1},
    **{"promoted": 1, "refused": 1, "rolled_back": 1, "lost": 0, "requests": 9, "failed": 0},
}


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
    assert wrong == story.amiss(END | changed)


# ---- the terminal ------------------------------------------------------------------------------


def event(name, week, why="", run=None, **figures):
    """Make an event."""
    names = {"id": None, "time": 0.0, "week": week, "run": run, "event": name}
    return names | {"why": why, "figures": figures}


def week(number, score, champion, quarantined=8, drifted=()):
    """Make the event of a week's end."""
    return event(
        *("week", number), rows=202, kept=202 - quarantined, quarantined=quarantined,
        drifted=list(drifted), labelled_week=score and number - 3, ap=score, ceiling=score and 0.4, champion=champion,
    )  # fmt: skip


CANNED = [
    event("world", 12, "a commit: train for two passes", kind="code"),
    event("trigger", 12, "the code is now 0123abcd", kind="code"),
    event("trigger", 12, "900 labelled tracks are new", kind="data"),
    event("start", 12, "both", run=1, triggers=[1, 2]),
    event("train", 12, "a model", run=1),
    event("promoted", 12, "better than chance, by 0.105 to 0.126", run=1, version=1),
    event("served", 12, "version 1 gave its first answer 4.2 s after the trigger", seconds=4.2),
    week(12, None, 1),
    week(13, None, 1, quarantined=48, drifted=["energy", "tempo"]),
    week(14, None, 1, drifted=["liveness"]),
    week(15, 0.35, 1),
    week(16, 0.34, 1),
    event("trigger", 17, "version 1 scores 0.124 in week 14, not 0.35", kind="performance"),
    event("start", 17, "it fell", run=2, triggers=[3]),
    event("refused", 17, "no better than chance", run=2, version=None),
    week(17, 0.124, 1),
    event("end", 17, "the story is told", **END, seconds=41.3),
]
PLAIN = """\
6 weeks of one model, and no hand on it: three triggers call, a gate decides.
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
         refused       no better than chance
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
    shown(timeline.display(range(12, 18)))

    assert PLAIN == capsys.readouterr().out


def terminal(**options):
    """Show the canned events on a terminal; give what it got, as text without colours."""
    out = io.StringIO()
    console = Console(file=out, force_terminal=True, width=80, highlight=False, **options)
    shown(timeline.Terminal(range(12, 18), console))
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
    """Also with all 24 weeks and a long step."""
    console = Console(width=80, file=io.StringIO())
    screen = timeline.Terminal(story.WEEKS, console)
    for one in CANNED[:5]:
        screen.show(one)
    rows = [console.render_lines(row, pad=False) for row in screen.drawn().renderables]

    assert max(sum(len(part.text) for part in line) for row in rows for line in row) <= 80


def test_no_colours_for_those_who_ask_for_none(monkeypatch):
    """NO_COLOR: what is left is bold, dim and italic."""
    coloured = re.compile(r"\x1b\[[\d;]*3[0-7]m")
    before = coloured.search(terminal())
    monkeypatch.setenv("NO_COLOR", "1")

    assert (True, None) == (bool(before), coloured.search(terminal()))


def test_a_number_that_is_none_is_null(capsys):
    """NaN is no JSON."""
    timeline.display(story.WEEKS, as_json=True).show(event("week", 15, ap=float("nan")))

    assert json.loads(capsys.readouterr().out)["figures"] == {"ap": None}
