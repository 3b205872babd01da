"""The story is told once, as a reader tells it, and its events say that all of it was real."""

import contextlib
import json
import os
import re
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from jukebox import story
from jukebox.journal import ENDINGS, runs

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
    """Say whether a process of the group is left at work: a dead one has to be taken away yet."""
    group = []
    for stat in Path("/proc").glob("[0-9]*/stat"):
        with contextlib.suppress(OSError):  # it has ended meanwhile
            state, _, its = stat.read_text().rpartition(")")[2].split()[:3]
            group += [state] if int(its) == process.pid else []
    return bool(set(group) - {"Z", "X"})


@pytest.fixture(scope="module")
def told(tmp_path_factory):
    """Tell the story once: exit code, standard output and error, whether a process is left, files."""
    folder = tmp_path_factory.mktemp("story")
    # An address of MLflow for one's own models is none of the story's business.
    process = begin(
        *("--json", "--report", folder / "report.html", "--home", folder / "home"),
        JUKEBOX_MLFLOW="http://127.0.0.1:9",
    )
    out, err = process.communicate()
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


def test_an_interrupted_story_leaves_nothing(tmp_path):
    """Ctrl-C while the first model is trained: processes and folder are gone."""
    process = begin("--json", "--report", tmp_path / "r.html", TMPDIR=str(tmp_path))
    with process:
        next(line for line in process.stdout if '"validate"' in line)
        process.send_signal(signal.SIGINT)
        process.communicate()

    assert (130, False, []) == (process.returncode, left(process), list(tmp_path.iterdir()))
