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
from jukebox import ENDINGS, Store, average_precision, labels, predict
from jukebox.world import scene, story

COURSE = [  # week, triggers, how their run ended, and the version that was champion from then on
    (12, ["code", "data"], "promoted", 1),
    (13, ["code"], "promoted", 2),
    (14, ["code"], "refused", 2),
    (17, ["data"], "promoted", 3),
    (20, ["performance"], "refused", 3),
    (21, ["performance"], "refused", 3),
    (22, ["performance"], "promoted", 4),
    (25, ["data"], "promoted", 5),  # the bad release
    (28, ["performance"], "rolled back", 4),
    (29, ["data"], "refused", 4),
    (31, ["data"], "promoted", 6),
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


def runs(events):
    """Give the runs by their number: each {name of an event: the event}."""
    found = {}
    for event in events:
        if event["run"] is not None:
            found.setdefault(event["run"], {})[event["event"]] = event
    return found


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
    """A leak; a model that has seen one week of the new tastes; one that is too sure of itself.

    And the values that were measured again, once the tests are on tracks that have none of them.
    """
    reasons = [re.split("[:,]", event["why"])[0] for event in of(events, "refused")]

    assert [
        "leak",
        "no better than chance",
        "worse probabilities",
        "not surely better than the champion",
    ] == reasons


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
        "triggers": {"code": 3, "data": 5, "performance": 4},
        "promoted": 6,
        "refused": 4,
        "rolled_back": 1,
        "lost": 0,
        "failed": 0,
    } == {key: end[key] for key in end if key not in ("requests", "seconds")}


def test_no_request_fails(events, weeks):
    """Thousands are answered while the champion changes seven times."""
    assert sum(figures["failed"] for figures in weeks.values()) == 0
    assert events[-1]["figures"]["requests"] > 1000


def test_every_champion_answers(events):
    """Each that was promoted, and the one that came back; the trigger was before."""
    served = [event["figures"] for event in of(events, "served")]

    assert [1, 2, 3, 4, 5, 4, 6] == [figures["version"] for figures in served]
    assert all(figures["seconds"] > 0 for figures in served)


def test_every_row_is_kept_or_quarantined(weeks):
    """Also in the week of the broken export, in which a fifth more is wrong."""
    assert all(f["rows"] == f["kept"] + f["quarantined"] for f in weeks.values())
    assert [16] == [week for week, f in weeks.items() if f["quarantined"] > 0.2 * f["rows"]]


def scored(weeks, name="ap"):
    """Give a figure by the week of the tracks that it is of."""
    return {f["labelled_week"]: f[name] for f in weeks.values() if f["labelled_week"] is not None}


def test_tastes_turn_and_no_input_shows_it(weeks):
    """The score falls to less than half of what is possible, and no column has drifted."""
    possible = scored(weeks, "ceiling")
    low = [week for week, ap in scored(weeks).items() if ap and ap < 0.5 * possible[week]]

    assert ([17, 18, 19, 20, 21, 25, 26, 27], []) == (low, weeks[17]["drifted"])


def test_inputs_move_and_no_trigger_fires(events, weeks):
    """A week of other tracks: columns drift, no trigger speaks of it, and the score stands."""
    scores = scored(weeks)
    fired = [e["why"] for e in of(events, "trigger") if 23 <= e["week"] <= 26]

    assert {"energy", "tempo", "valence"} <= set(weeks[23]["drifted"])
    assert ["1164 labelled tracks are new, changed or gone"] == fired  # the ones measured again
    assert scores[23] == pytest.approx(scores[22], abs=0.05)


def test_the_gate_could_not_know_of_the_bad_release(events):
    """It was ahead by more than a tenth on tracks that had all been measured again."""
    gate = next(e["figures"] for e in of(events, "gate") if e["week"] == 25)
    first, last = gate["weeks"]

    assert gate["lead_over_champion"][1] > 0.1
    assert {first, last} <= set(scene.OLD)


def test_no_input_shows_what_was_measured_again():
    """Each share has the values that it had, in another order; what is no share stands still."""
    tracks, charts = scene.STORY_WORLD.week(scene.OLD[0])
    again = scene.remeasure(tracks, charts)
    same = [name for name in tracks if again[name].equals(tracks[name])]
    values = [name for name in tracks if sorted(again[name]) == sorted(tracks[name])]

    assert [name for name in tracks if name not in scene.SHARES] == same
    assert list(tracks) == values


def test_the_bad_release_does_worse_and_is_taken_back(events, weeks):
    """The world stands still: before, during and after it the same tastes and the same code."""
    scores, low, high = (scored(weeks, name) for name in ("ap", "ap_low", "ap_high"))
    before, during, after = range(22, 25), range(25, 28), range(28, 31)

    assert max(high[week] for week in during) < min(low[week] for week in [*before, *after])
    assert [5, 4] == [weeks[week]["champion"] for week in (27, 28)]
    assert [28] == [event["week"] for event in of(events, "rolled back")]
    assert all(scores[week] > 0.3 for week in [*before, *after])


def test_the_rollback_helped(weeks):
    """On the tracks of the weeks after it, the bad release would have scored far less."""
    gone = {week: ap for week, ap in scored(weeks, "gone_ap").items() if ap is not None}
    scores = scored(weeks)

    assert [28, 29, 30] == list(gone)
    assert all(scores[week] > gone[week] + 0.1 for week in gone)
    assert {5} == {version for version in scored(weeks, "gone").values() if version}


def test_it_was_the_values_and_not_the_weeks(weeks):
    """With the first values put back, the next model is better than the one that came back."""
    assert (31, 6) == (weeks[34]["labelled_week"], weeks[31]["champion"])
    assert scored(weeks)[31] > scored(weeks)[28]


def test_what_it_would_have_scored_is_real(told, weeks):
    """The model that run 8 trained, the tracks as they came in, and the charts that came later."""
    bad = (told["home"] / "runs" / "8" / "model.onnx").read_bytes()
    tracks, charts = Store(told["home"] / "data").read()
    then = tracks[tracks["released"] == 29]
    again = average_precision(labels(then, charts), predict(bad, then))

    assert scored(weeks, "gone_ap")[29] == pytest.approx(again)


def test_the_chapter_says_what_was_told(weeks):
    """Its figures, and the week of each row of its table."""
    page = Path("docs/modules/introduction/northstar.md").read_text("utf-8")
    gone = {week: ap for week, ap in scored(weeks, "gone_ap").items() if ap is not None}
    back = [scored(weeks)[week] for week in gone]

    assert re.findall(r"^\| (\d+) \|", page, re.M) == ["25", "28", "31"]
    assert f"simulates {len(story.WEEKS)} weeks of Jukebox" in page
    assert (
        f"On the tracks of weeks {min(gone)} to {max(gone)}, "
        f"version 4 scored {min(back):.2f} to {max(back):.2f}; "
        f"version 5 would have scored {min(gone.values()):.2f} to {max(gone.values()):.2f}.\n"
    ) in page


def test_the_report_is_written(told):
    """With the champion's origin, which only the registry knows."""
    record = json.loads((told["home"] / "runs" / "11" / "record.json").read_text("utf-8"))

    assert record["data_version"][:8] in told["report"].read_text("utf-8")


def test_nothing_is_left_behind(told):
    """No service, no client, no training."""
    assert not told["left"]


def test_a_home_with_something_in_it_is_refused(told):
    """So that two stories do not mix."""
    with pytest.raises(ValueError) as error:
        next(story.play_story(told["home"]))

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
