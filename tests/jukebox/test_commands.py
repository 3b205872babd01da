"""The command reads like a table of contents, answers in plain words, and fails in one sentence."""

import json
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import threading
import time
import tomllib
import urllib.request
from contextlib import closing
from pathlib import Path

import click
import pandas as pd
import pytest
import requests
from click.testing import CliRunner
from jukebox import Journal, Registry, Store
from jukebox.cli import main as command
from jukebox.cli import monitor, remote, validate
from jukebox.cli.main import CONTENTS, main
from jukebox.cli.serve import open_port
from jukebox.loop.events import BatchCheck, Entry, Refusal, Trigger
from jukebox.loop.journal import lock_home
from jukebox.model import tuning
from jukebox.watch import alerts
from jukebox.watch.monitoring import GAUGES, SCORES

from tests.waiting import HANGS, until

from .loops import answer, make_answer, make_plan
from .serving import TRACK
from .test_alerts import answering, prometheus

pytestmark = [
    pytest.mark.filterwarnings("ignore:The ``noload`` loader strategy"),  # MLflow of SQLAlchemy
    pytest.mark.filterwarnings("ignore:.*type hint is inferred as AnyType"),  # MLflow of itself
]


def run(home, *words, code=0):
    """Run a command in a home, and give its result if it ends with the exit code."""
    environment = {"JUKEBOX_HOME": str(home), "COLUMNS": "120"}
    result = CliRunner().invoke(main, [str(word) for word in words], env=environment)
    assert code == result.exit_code, result.output + result.stderr
    return result


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    """A home of 14 weeks with versions 1 and 2, the second worse, and 1 the champion."""
    home = tmp_path_factory.mktemp("made") / "home"
    run(home, "generate", "--weeks", 14, "--tracks", 100, "--dirt", 0.1)
    run(home, "train")
    run(home, "train", "--epochs", 2)
    run(home, "promote", 1, "--why", "the first that beats chance")
    return home


@pytest.fixture
def home(made, tmp_path):
    """A copy of it, to change; the artefacts stay where they are."""
    return shutil.copytree(made, tmp_path / "home")


# The table of contents


def test_help_reads_like_a_table_of_contents():
    """Every command once, under its heading, in the order of the lifecycle, on one line each."""
    lines = CliRunner().invoke(main, ["--help"], env={"COLUMNS": "80"}).stdout.splitlines()
    contents = [line for line in lines[lines.index("Data:") :] if line]
    names = {heading: [one.name for one in commands] for heading, commands in CONTENTS.items()}
    expected = [word for heading, its in names.items() for word in (f"{heading}:", *its)]

    assert expected == [line.strip().split("  ")[0] for line in contents]
    assert sorted(main.commands) == sorted(name for its in names.values() for name in its)


def test_help_and_version_are_there_at_once():
    """Nothing heavy is imported for them: half a second would be felt."""
    code = (
        "import sys, click; from jukebox.cli.main import main\n"
        "main(['--help'], standalone_mode=False)\n"
        "print(*{m.split('.')[0] for m in sys.modules})"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    loaded = set(done.stdout.splitlines()[-1].split())

    assert {"click", "jukebox"} == loaded & {
        *("click", "jukebox", "mlflow", "numpy", "pandas", "rich", "sklearn", "uvicorn")
    }


def test_version_is_that_of_the_distribution():
    """As pyproject.toml has it."""
    root = Path(__file__).parents[2]
    version = tomllib.loads((root / "pyproject.toml").read_text("utf-8"))["project"]["version"]

    assert f"{version}\n" == CliRunner().invoke(main, ["--version"]).stdout


# Data


def test_generate_says_what_arrived(made, tmp_path):
    """What arrived is what was kept and what was quarantined; the version is the store's."""
    result = run(tmp_path, "generate", "--weeks", 4, "--tracks", 50, "--dirt", 0.2)
    said = dict(line.split(maxsplit=1) for line in result.stdout.splitlines() if "  " in line)
    kept, quarantined = (int(said[name]) for name in ("kept", "quarantined"))

    assert "0 to 3" == said["weeks"]
    assert int(said["arrived"]) == kept + quarantined >= 200
    assert quarantined == len(Store(tmp_path / "data").quarantined_rows()) > 0
    assert [said["data"].split()[-1]] == Store(tmp_path / "data").versions()


def test_generate_goes_on_in_the_same_world(home):
    """Weeks after the newest; another seed or a drift in the past would be another world."""
    said = run(home, "generate", "--weeks", 1, "--drift", "concept:sudden:14:1").stdout
    another = run(home, "generate", "--seed", 5, code=1).stderr
    early = run(home, "generate", "--drift", "label:sudden:3:1", code=1).stderr

    assert ["home", str(home), "weeks", "14"] == said.split()[:4]
    assert "has seed 0 and 100 tracks a week: leave both options out" in another
    assert "Week 3 is over: let a drift start in week 15 or later" in early


def test_a_setting_that_the_world_has_may_be_given_again(tmp_path):
    """One of the two is enough, whatever the other is."""
    run(tmp_path, "generate", "--weeks", 1, "--seed", 5, "--tracks", 50)
    again = run(tmp_path, "generate", "--weeks", 1, "--tracks", 50).stdout

    assert ["home", str(tmp_path), "weeks", "1"] == again.split()[:4]


def test_generate_can_be_asked_again(tmp_path, monkeypatch):
    """A week that stopped half-way comes whole, with its charts, and the drift comes once."""
    words = ("generate", "--weeks", 4, "--tracks", 50, "--drift", "concept:sudden:30:1")
    arrive = Store.arrive

    def full(store, week, batch):
        if week == 3:  # when the first charts are known
            raise OSError(28, "No space left on device", "now.json")
        return arrive(store, week, batch)

    with monkeypatch.context() as patched:
        patched.setattr(Store, "arrive", full)
        said = run(tmp_path, *words, code=1).stderr
    run(tmp_path, *words)
    charts = Store(tmp_path / "data").read()[1]

    assert "now.json: No space left on device; make room on the disk, then try again" in said
    assert {3, 4, 5, 6} == set(charts["known"])
    assert 1 == len(json.loads((tmp_path / "world.json").read_text("utf-8"))["drifts"])


def test_generate_changes_with_the_drift(tmp_path):
    """A covariate drift moves the tempo from its week on, and stays in the weeks that follow."""
    run(tmp_path, "generate", "--weeks", 2, "--drift", "covariate:sudden:1:3")
    run(tmp_path, "generate", "--weeks", 1)
    tempo = Store(tmp_path / "data").read()[0].groupby("released")["tempo"].mean()

    assert [True, True] == [tempo[week] > tempo[0] + 50 for week in (1, 2)]


@pytest.mark.parametrize("drift", ["concept", "concept:sudden:x:1", "a:sudden:1:1"])
def test_a_drift_that_is_none(tmp_path, drift):
    """It is a usage error, before anything is written."""
    result = CliRunner().invoke(main, ["generate", "--home", str(tmp_path / "h"), "--drift", drift])

    assert (2, False) == (result.exit_code, (tmp_path / "h").exists())


def test_generated_files_can_be_validated(tmp_path):
    """`--to` writes what arrived, dirt and all; `validate` finds it, row by row, and exits with 1."""
    run(tmp_path / "h", "generate", "--weeks", 1, "--dirt", 0.1, "--to", tmp_path / "raw")
    file, bad = tmp_path / "raw" / "tracks-0000.csv", tmp_path / "bad.csv"
    result = run(tmp_path / "h", "validate", file, "--quarantine", bad, code=1)
    rows = pd.read_csv(bad)

    assert result.stdout.startswith(f"{len(pd.read_csv(file))} rows: ")
    assert rows["reason"][0] in " ".join(result.stdout.split())


def test_validate_a_clean_file_of_others(tmp_path):
    """With a column of theirs named as one of ours; the exit code is 0."""
    tracks = pd.DataFrame([TRACK | {"track_id": "A1", "released": 3}])
    tracks.rename(columns={"tempo": "bpm"}).to_csv(tmp_path / "mine.csv", index=False)
    said = run(tmp_path, "validate", tmp_path / "mine.csv", "--map", "bpm=tempo").stdout

    assert "1 rows: 1 kept, 0 quarantined\nbpm is read as tempo\n" == said
    assert "No column tempo" in run(tmp_path, "validate", tmp_path / "mine.csv", code=1).stderr


@pytest.mark.parametrize(
    ("name", "content", "told"),
    [
        ("mine.csv", b"", "mine.csv is empty"),
        ("mine.csv", b"a,b\n1,2,3\n1,2,3,4\n", "mine.csv is no table"),
        ("mine.parquet", b"PAR1 cut off", "mine.parquet is no whole Parquet file"),
    ],
)
def test_a_file_that_cannot_be_read(tmp_path, name, content, told):
    """One sentence, which names the file; no traceback."""
    (tmp_path / name).write_bytes(content)
    said = run(tmp_path, "validate", tmp_path / name, code=1).stderr

    assert (True, 1) == (told in said, said.count("Error"))


def test_a_folder_that_cannot_be_made(tmp_path):
    """The place comes first, and no number of the system's."""
    (tmp_path / "file").write_text("")
    said = run(tmp_path, "generate", "--weeks", 1, "--to", tmp_path / "file" / "raw", code=1).stderr

    assert f"Error: {tmp_path / 'file' / 'raw'}: Not a directory." in said


def test_validate_the_newest_batch(made):
    """Without a file."""
    result = run(made, "validate", code=1)

    assert "week 13: " == result.stdout[:9]


def test_dvc_that_is_not_installed(home, monkeypatch):
    """The error says what to install."""
    monkeypatch.setenv("PATH", "")
    said = run(home, "generate", "--weeks", 1, "--dvc-remote", "/nowhere", code=1).stderr

    assert "Error: dvc is not installed: pip install dvc, then try again.\n" == said


def test_dvc_gets_the_data(home, monkeypatch):
    """The home's data is tracked and pushed, to a folder as it was typed."""
    calls = []

    def ran(words, cwd, **options):
        calls.append(words[1:])
        return subprocess.CompletedProcess(words, 0, "", "")

    monkeypatch.setattr(remote.subprocess, "run", ran)
    remote.push_data(home, "copies")

    assert ["init", "remote", "add", "push"] == [words[0] for words in calls]
    assert str(Path("copies").resolve()) == calls[1][-1]


def test_the_password_of_a_remote_is_not_printed(home, monkeypatch):
    """Neither when the data has been copied nor when DVC repeats the address in an error."""
    address, codes = "ssh://user:secret@127.0.0.1/copies", iter([0, 0, 0, 0, 1])

    def ran(words, **options):
        return subprocess.CompletedProcess(words, next(codes), "", f"cannot reach {address}")

    monkeypatch.setattr(remote.subprocess, "run", ran)
    told = [
        run(home, "generate", "--weeks", 1, "--dvc-remote", address, code=code).stderr
        for code in (0, 1)
    ]

    assert [
        "Copied to ssh://127.0.0.1/copies: dvc pull brings it back.\n",
        "Error: dvc init: cannot reach ssh://127.0.0.1/copies\n",
    ] == told


# Model


def test_the_same_training_is_the_same_version(made):
    """Same data, same settings: same digest, no new version."""
    said = run(made, "train").stdout

    assert ["version", "1"] == said.split()[:2]
    assert Registry(made / "registry").lineage(1)["digest"] in said


def few_settings(monkeypatch, *epochs):
    """Let the tuning try these numbers of epochs only."""
    grid = tuple(tuning.Settings(epochs=n) for n in epochs)
    monkeypatch.setattr(tuning, "GRID", grid)
    monkeypatch.setattr(tuning.tune, "__defaults__", (grid, *tuning.tune.__defaults__[1:]))


def test_tuning_shows_what_it_tried(home, monkeypatch):
    """A row for each of the grid, the best marked, and the model has its settings."""
    few_settings(monkeypatch, 1, 4)
    said = run(home, "train", "--tune").stdout

    assert 1 == said.count("best")
    assert 4 == Registry(home / "registry").lineage(3)["record"]["settings"]["epochs"]


@pytest.mark.parametrize("words", [(), ("--tune",)])
def test_a_training_as_json(home, monkeypatch, words):
    """A pipeline reads the version from standard output, on which there is nothing but JSON."""
    few_settings(monkeypatch, 1)
    answer = json.loads(run(home, "train", *words, "--json").stdout)
    lineage = Registry(home / "registry").lineage(answer["version"])

    assert (lineage["digest"], lineage["record"]) == (answer["digest"], answer["record"])


def test_tuning_chooses_for_itself(home):
    """A setting next to it is a usage error."""
    assert "leave --epochs out" in run(home, "train", "--tune", "--epochs", 2, code=2).stderr


def test_hidden_layers_are_numbers(home):
    """Anything else is a usage error."""
    assert "as 32,16" in run(home, "train", "--hidden", "many", code=2).stderr


def test_training_without_data(tmp_path):
    """The error says how to get some."""
    assert "jukebox generate --weeks 30" in run(tmp_path, "train", code=1).stderr


def test_the_gate_refuses_a_worse_model(made):
    """With its reasons, exit code 1, and nothing is changed."""
    before = Registry(made / "registry").history()
    result = run(made, "evaluate", 2, code=1)

    assert "Version 2 against version 1, the champion: refused" == result.stdout.splitlines()[0]
    assert "not surely better than the champion" in result.stdout
    assert before == Registry(made / "registry").history()


def test_the_gate_admits_a_good_model(made):
    """The champion itself is held against chance."""
    said = run(made, "evaluate", 1).stdout

    assert "Version 1 against chance: passed" == said.splitlines()[0]


def test_a_verdict_as_json(made):
    """Nothing but JSON on standard output; the exit code is the same."""
    answer = json.loads(run(made, "evaluate", 2, "--json", code=1).stdout)

    assert (2, 1, False) == (answer["version"], answer["champion"], answer["passed"])
    assert answer["figures"]["lead_over_champion"][1] < 0


# Production


def test_promote_and_roll_back(home):
    """Each says who is champion now, and who was."""
    said = [
        run(home, "promote", 2, "--why", "to try").stdout,
        run(home, "promote", 2, "--why", "to try again").stdout,
        run(home, "rollback", "--why", "it was worse").stdout,
    ]

    assert [
        "Version 2 is the champion; before, 1 was.\n",
        "Version 2 is the champion.\n",
        "Version 1 is the champion again; 2 was.\n",
    ] == said
    assert "no earlier champion" in run(home, "rollback", "--why", "more", code=1).stderr


def test_a_promotion_says_why(home):
    """Without a reason it is not even tried."""
    assert "Missing option '--why'" in run(home, "promote", 2, code=2).stderr
    assert "Say why" in run(home, "promote", 2, "--why", " ", code=1).stderr


def test_changed_bytes_are_refused(made, tmp_path):
    """In one sentence, without a traceback."""
    home = shutil.copytree(made, tmp_path / "home")
    run(home, "train", "--seed", 7)  # its artefact is this home's own
    entry = Registry(home / "registry").client.get_model_version("jukebox", "3")
    model = Path(entry.source.removeprefix("file://"), "model.onnx")
    model.write_bytes(model.read_bytes() + b"x")
    said = run(home, "promote", 3, "--why", "unseen", code=1).stderr

    assert said.startswith("Error: Version 3 is not what was registered")
    assert "Traceback" not in said


def ask(address):
    """Ask a served model once about the usual track."""
    return requests.post(f"{address}/predict", json={"tracks": [TRACK]}, timeout=HANGS)


@pytest.mark.whole
def test_served_from_start_to_stop(home):
    """It answers at its address; after SIGTERM every answer is in the log."""
    server = subprocess.Popen(
        [sys.executable, "-m", "jukebox", "serve", "--port", "0"],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env=os.environ | {"JUKEBOX_HOME": str(home)},
    )
    line = server.stdout.readline()
    assert line.startswith("Serving on http://127.0.0.1:"), server.communicate()[1]
    ids = {ask(line.split()[-1]).json()["request_id"] for _ in range(50)}
    taken = run(home, "serve", "--port", line.rsplit(":", 1)[1].strip(), code=1).stderr
    server.send_signal(signal.SIGTERM)
    _, said = server.communicate()

    assert (0, "Stopped; every answer is in the log.\n") == (server.returncode, said)
    assert ids == set(Registry(home / "registry").predictions()["request_id"])
    assert "Address already in use. Stop what listens there" in taken


def test_served_without_a_champion(home, monkeypatch):
    """It starts and says so, and answers when there is one; Ctrl-C ends it well."""
    (home / "registry" / "history.db").unlink()
    statuses, echo = [], click.echo

    def use(address):
        statuses.append(ask(address).status_code)
        Registry(home / "registry").promote(1, "the first")
        until(lambda: ask(address).ok, "an answer of version 1")
        statuses.append(200)
        os.kill(os.getpid(), signal.SIGINT)

    def heard(said, **options):
        echo(said, **options)
        if said.startswith("Serving on"):
            threading.Thread(target=use, args=(said.split()[-1],)).start()

    monkeypatch.setattr(click, "echo", heard)
    before = signal.getsignal(signal.SIGTERM)
    said = run(home, "serve", "--port", 0).stderr
    signal.signal(signal.SIGTERM, before)

    assert [503, 200] == statuses
    assert ["No champion yet", "Stopped; every answer is in the log."] == [
        line.split(":")[0] for line in said.splitlines()
    ]


# Monitor


def test_a_good_week(made):
    """What is there is said, and so is what is not known."""
    said = run(made, "monitor").stdout

    assert "unknown: no answer for a track of week 10" in said
    assert "Nothing to alert." == said.splitlines()[-1]


def test_a_bad_week(home):
    """Tracks move and tastes turn: drift fires at once, and performance when the charts are known."""
    drifts = ("--drift", "covariate:sudden:14:2", "--drift", "concept:sudden:14:1")
    run(home, "generate", "--weeks", 4, *drifts)
    registry, tracks = Registry(home / "registry"), Store(home / "data").read()[0]
    asked = tracks[tracks["released"] == 14]
    answer(registry, 1, asked)
    said = json.loads(run(home, "monitor", "--json", code=1).stdout)

    assert ["PerformanceFall", "Drift"] == [alert["name"] for alert in said["alerts"]]
    assert {"energy", "tempo", "valence"} == {
        column for column, row in said["drift"].items() if row["verdict"] == "drift"
    }
    assert set(SCORES) == set(said["performance"]["now"]) == set(said["performance"]["promised"])
    now, then = (said["performance"][which]["slope"] for which in ("now", "promised"))
    (row,) = (line for line in run(home, "monitor", code=1).stdout.splitlines() if "slope" in line)

    assert re.findall(r"[-\d.]+(?= \()", row) == [f"{now:.3f}", f"{then:.3f}"]
    assert "in week 14" in row


def test_a_home_without_a_champion(home):
    """It is not observed what nobody answers; that there is nobody fires."""
    (home / "registry" / "history.db").unlink()
    said = json.loads(run(home, "monitor", "--json", code=1).stdout)

    assert [None] * 4 == [said[of] for of in ("champion", "drift", "performance", "trained_week")]
    assert {"Drift", "StaleModel"} == {alert["name"] for alert in said["alerts"]}


def test_prometheus_and_alertmanager_by_their_settings(made):
    """One variable each; what fires is posted."""
    posted = []
    with (
        answering(prometheus({})) as server,
        answering(lambda *request: posted.append(request) or "") as manager,
    ):
        variables = {"JUKEBOX_PROMETHEUS": server, "JUKEBOX_ALERTMANAGER": manager}
        with pytest.MonkeyPatch.context() as patch:
            [patch.setenv(*variable) for variable in variables.items()]
            run(made, "monitor", code=1)

    assert {"ServiceNotReady"} == {
        alert["labels"]["alertname"] for alert in json.loads(posted[0][1])
    }


def test_the_figures_for_prometheus(made, monkeypatch):
    """`--port` shows the gauges by their names, and none for what is not known."""
    served = []

    def look(seconds):
        (address,) = [line.split()[-1] for line in said if "Figures on" in line]
        with urllib.request.urlopen(address) as answer:  # noqa: S310 - the loopback
            served.append(answer.read().decode())
        raise KeyboardInterrupt

    said = []
    monkeypatch.setattr(monitor.click, "echo", lambda line, **_: said.append(line))
    monkeypatch.setattr(monitor.time, "sleep", look)
    run(made, "monitor", "--port", 0)
    shown = {line.split("{")[0].split()[0] for line in served[0].splitlines() if line[0] != "#"}

    assert set(GAUGES) - {"jukebox_performance_fell"} == shown
    assert "jukebox_newest_trained_week 6.0" in served[0]


def test_the_figures_stay_up_when_prometheus_is_down(made, monkeypatch):
    """Whoever is down is named, and tried again; without `--port` it is an error."""
    rounds = iter([None, None])

    def look(seconds):
        if next(rounds, "over") == "over":
            raise KeyboardInterrupt

    monkeypatch.setattr(monitor.time, "sleep", look)
    down = ("--prometheus", "http://127.0.0.1:9")
    said = run(made, "monitor", "--port", 0, *down).stderr.splitlines()
    once = run(made, "monitor", *down, code=1).stderr

    assert [True] * 3 == [line.endswith("It is tried again in 60 s.") for line in said]
    assert once.startswith("Error: Prometheus at http://127.0.0.1:9 does not answer")


def test_the_limits_shown_are_those_that_fire(made, monkeypatch):
    """A limit stands in one place."""
    monkeypatch.setattr(alerts, "WEEKS_TO_STALE", 99)

    assert "99 weeks ago" in run(made, "monitor").stdout


def test_what_is_unknown_is_no_number(made):
    """JSON knows no NaN."""
    said = run(made, "monitor", "--json", "--service", "http://127.0.0.1:9", code=1).stdout

    assert json.loads(said, parse_constant=lambda name: pytest.fail(name))["service"]["p99"] is None


# Afterwards


def test_the_lineage_of_a_version(made):
    """As a table, and whole as JSON."""
    answer = json.loads(run(made, "lineage", 1, "--json").stdout)
    said = run(made, "lineage", 1).stdout

    assert Registry(made / "registry").lineage(1)["digest"] == answer["digest"]
    assert [True, True] == [answer["digest"] in said, "the first that beats chance" in said]


def test_the_lineage_of_data(made):
    """A prefix is enough, if it is long enough; it tells who was trained on it."""
    (version,) = Store(made / "data").versions()

    assert {"data_version": version, "versions": [1, 2]} == json.loads(
        run(made, "lineage", version[:8], "--json").stdout
    )
    assert "is the id complete?" in run(made, "lineage", version[:7] + "zz", code=1).stderr


def test_a_prefix_of_two_data_versions(made, monkeypatch):
    """It names neither."""
    monkeypatch.setattr(Store, "versions", lambda self: ["a" * 64, "a" * 63 + "b"])

    assert "2 data versions begin with aaaaaaaa" in run(made, "lineage", "a" * 8, code=1).stderr


def test_the_row_that_changed(home):
    """One track is corrected: the lineage of the two versions names it, and what it was."""
    data = Store(home / "data")
    tracks, _ = data.read()
    week = tracks[tracks["released"] == 13].copy()
    before = week["tempo"].iloc[0]
    week.loc[week.index[0], "tempo"] = 123.0
    data.arrive(13, week)
    versions = [data.versions()[0], data.freeze()]
    (changed,) = json.loads(run(home, "lineage", *versions, "--json").stdout)["changed"]

    assert {
        "track_id": week["track_id"].iloc[0],
        "cell": "tempo",
        "before": before,
        "after": 123.0,
    } == changed
    assert "1 cell of 1 track changed." in run(home, "lineage", *versions).stdout


def test_the_lineage_of_an_answer(home):
    """From the id of a request to the model that answered, and its data."""
    Registry(home / "registry").log.add(make_answer("f" * 32, 1, ids=["A1"]))
    said = run(home, "lineage", "f" * 32).stdout

    assert [True, True] == ["A1" in said, Store(home / "data").versions()[0] in said]


def test_a_track_is_followed_and_forgotten(home):
    """Who saw it is told before and after; the data says that it is no longer whole, and why."""
    track = Store(home / "data").read()[0]["track_id"].iloc[0]
    before = json.loads(run(home, "lineage", "--track", track, "--json").stdout)["versions"]
    said = run(home, "forget", track, "--why", "the artist withdrew it").stdout
    again = run(home, "forget", track, "--why", "asked twice").stdout
    after = json.loads(run(home, "lineage", "--track", track, "--json").stdout)["versions"]
    (version,) = Store(home / "data").versions()

    assert [(version, [1, 2], None)] == [
        (one["data_version"], one["fitted"], one["forgotten"]) for one in before
    ]
    assert "the artist withdrew it" == after[0].pop("forgotten")["why"]
    assert after[0] == {name: value for name, value in before[0].items() if name != "forgotten"}
    assert ["1 of tracks" in said, "none" in again] == [True, True]
    assert "until 20" in run(home, "lineage", "--track", track).stdout
    assert "1 of its tracks" in run(home, "lineage", version).stdout


@pytest.mark.parametrize("words", [("lineage", "--track"), ("forget", "--why", "please")])
def test_a_track_that_is_not_here(home, words):
    """A misspelt id is no deletion that was done."""
    assert "is the id complete?" in run(home, *words, "T99", code=1).stderr


def test_tracks_of_which_one_is_misspelt(home):
    """The others are deleted and told of, and the exit code says that something is left to do."""
    track = Store(home / "data").read()[0]["track_id"].iloc[0]
    said = run(home, "forget", track, "T99", "--why", "please", code=1)

    assert "1 of tracks" in said.stdout
    assert "Error: No row of T99 is here: is the id complete?" in said.stderr
    assert track not in set(Store(home / "data").read()[0]["track_id"])


def test_a_deletion_that_is_asked_for_again_is_no_error(home):
    """Not even of a track that no version ever held: a kill may have eaten the answer."""
    data = Store(home / "data")
    row = data.read()[0].iloc[[0]].assign(track_id="T88", released=data.week + 1)
    data.arrive(data.week + 1, row)

    assert "1 of tracks" in run(home, "forget", "T88", "--why", "please").stdout
    assert "none" in run(home, "forget", "T88", "--why", "please").stdout


def test_a_model_that_was_fitted_on_one_track_is_not_only_tested_on_another(home):
    """Of two tracks, one is of the weeks that were learnt, one of those that were held out."""
    tracks = Store(home / "data").read()[0]
    record = Registry(home / "registry").lineage(1)["record"]
    asked = [
        tracks["track_id"][tracks["released"] == record[f"{part}_weeks"][0]].iloc[0]
        for part in ("fitted", "tested")
    ]
    said = run(home, "forget", *asked, "--why", "please").stdout

    assert ["1, 2", "none"] == [
        line.split("on it")[1].strip() for line in said.splitlines() if " on it " in line
    ]


def test_nothing_is_forgotten_under_a_loop_at_work(home):
    """It would train on files that go away."""
    track = Store(home / "data").read()[0]["track_id"].iloc[0]
    with closing(lock_home(home)):
        said = run(home, "forget", track, "--why", "please", code=1).stderr

    assert "Another loop is at work in " in said
    assert track in set(Store(home / "data").read()[0]["track_id"])


def test_retire(home):
    """The champion not, and all others for good."""
    run(home, "retire", 2, "--why", "it saw what was withdrawn")

    assert "promote another one first" in run(home, "retire", 1, "--why", "old", code=1).stderr
    assert "Version 2 is retired" in run(home, "promote", 2, "--why", "please", code=1).stderr


def test_the_status(made):
    """One screen: who is champion, since when and why, and the data."""
    said = run(made, "status").stdout
    answer = json.loads(run(made, "status", "--json").stdout)

    assert [True] * 3 == [word in said for word in ("the first that beats", "week 13", "No run is")]
    assert (1, None, 13) == (
        answer["champion"]["version"],
        answer["challenger"],
        answer["data"]["week"],
    )


def test_the_status_of_the_loop(home):
    """Its last runs with their ends and reasons, the run that is open, and the trigger that waits."""
    journal = Journal(home / "northstar.db", time.time)
    for entry in (
        Entry(None, "the code is new", Trigger(kind="code", cause="c")),
        Entry(1, "the code is new", make_plan(1)),
        Entry(1, "no better than chance", Refusal(triggers=[1], version=None)),
        Entry(None, "800 tracks are new", Trigger(kind="data", cause="d")),
        Entry(2, "800 tracks are new", make_plan(4)),
        Entry(2, "all rows are kept", BatchCheck(week=13, rows=60, quarantined=0)),
        Entry(None, "it fell", Trigger(kind="performance", cause="p")),
    ):
        journal.add(13, lambda _, entry=entry: entry)
    said = run(home, "status").stdout
    answer = json.loads(run(home, "status", "--json").stdout)

    assert "no better than chance" in said
    assert "Unfinished: run 2, after validate; a trigger, performance: it fell" in said
    assert [("refused", True), ("validate", False)] == [
        (of["event"], of["ended"]) for of in answer["runs"]
    ]


def test_the_status_of_the_alerts(home):
    """Those that fire, each with its summary; not those that are over."""
    fires = {"summary": "The newest known charts are old."}
    Registry(home / "registry").alerts.add(
        [
            ("firing", 5.0, {"alertname": "Drift"}, {"summary": "3 columns have drifted."}),
            ("resolved", 5.0, {"alertname": "Drift"}, {}),
            ("firing", 9.0, {"alertname": "StaleLabels"}, fires),
        ]
    )
    said = run(home, "status").stdout
    answer = json.loads(run(home, "status", "--json").stdout)

    assert (fires["summary"] in said, "Drift" in said) == (
        True,
        False,
    )
    assert [fires] == [alert["annotations"] for alert in answer["alerts"]]


def test_the_status_of_nothing(tmp_path):
    """It says how to begin, and makes nothing."""
    said = run(tmp_path / "none", "status", code=1).stderr

    assert ("jukebox generate --weeks 30" in said, (tmp_path / "none").exists()) == (True, False)


# Machine


def test_the_doctor(tmp_path, monkeypatch):
    """Each finding with its verdict, also where nothing but click is installed."""
    monkeypatch.setitem(sys.modules, "rich", None)
    monkeypatch.setitem(sys.modules, "rich.text", None)
    said = run(tmp_path, "doctor").stdout.splitlines()

    assert {"ok", "mind"} >= {line.split()[0] for line in said if line[0] != " "} - {"Nothing"}
    assert "Nothing to fix." == said[-1]


def test_the_doctor_finds_something(tmp_path):
    """The advice stands below it, and the exit code is 1."""
    (tmp_path / "taken").write_text("no folder")
    said = run(tmp_path / "taken" / "home", "doctor", code=1).stdout.splitlines()
    (line,) = [i for i, line in enumerate(said) if line.startswith("fix")]

    assert "Rename that file, or set JUKEBOX_HOME to a folder." == said[line + 1].strip()
    assert "1 to fix." == said[-1]


# Errors


def test_an_mlflow_that_fails_later(made, monkeypatch):
    """Also after it was opened: what happened and what to do, and no traceback."""
    from mlflow.exceptions import MlflowException

    def full(*_):
        raise MlflowException("(sqlite3.OperationalError) database or disk is full")

    monkeypatch.setattr(Registry, "standing", full)
    said = run(made, "promote", 1, "--why", "because", code=1).stderr

    assert "database or disk is full; make room on the disk, then try again" in said


def test_the_status_of_a_champion_that_was_changed(home):
    """It says that its file is not what was registered, and what to do."""
    registry = Registry(home / "registry")
    source = registry.client.get_model_version("jukebox", "1").source
    file = Path(source.removeprefix("file://"), "model.onnx")
    right = file.read_bytes()
    file.write_bytes(right[:-1])
    try:
        said = " ".join(run(home, "status").stdout.split())
    finally:
        file.write_bytes(right)

    assert f"restore {source}/model.onnx from a copy, or promote another version" in said


def test_an_mlflow_that_does_not_answer(made):
    """The error names the setting, and not the password that its address holds."""
    address = "http://user:secret@127.0.0.1:9"
    said = run(made, "status", "--mlflow", address, code=1).stderr

    assert said.startswith("Error: MLflow (see JUKEBOX_MLFLOW) cannot be used: ")
    assert "secret" not in said


def test_ctrl_c(made, monkeypatch):
    """The exit code is that of an interrupted command."""

    def interrupted(*_):
        raise KeyboardInterrupt

    monkeypatch.setattr(validate, "open_store", interrupted)

    assert "Interrupted.\n" == run(made, "validate", code=130).stderr


def test_a_broken_pipe_is_silent(tmp_path):
    """Whoever reads may stop at the first line."""
    words = [sys.executable, "-m", "jukebox", "doctor", "--home", str(tmp_path)]
    with subprocess.Popen(words, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as started:
        started.stdout.close()
        said = started.stderr.read()

    assert b"" == said


def test_no_colours_for_those_who_ask_for_none(made, monkeypatch):
    """NO_COLOR is respected, even on a terminal; without it, there are colours."""
    monkeypatch.setenv("FORCE_COLOR", "1")
    coloured = run(made, "evaluate", 1).stdout
    monkeypatch.setenv("NO_COLOR", "1")

    assert [True, False] == [
        "\x1b[1;32m" in said for said in (coloured, run(made, "evaluate", 1).stdout)
    ]


def test_every_command_is_documented():
    """Its first line stands in the table of contents, so it says enough in one line of 80."""
    assert [] == [
        name
        for name, one in command.main.commands.items()
        if not one.help or len(one.help.splitlines()[0]) > 66
    ]


def test_an_answer_does_not_wait_for_nagle():
    """asyncio turns Nagle's algorithm off where the socket says that it is TCP; else 44 ms pass."""
    with open_port("127.0.0.1", 0) as opened:
        assert socket.IPPROTO_TCP == opened.proto
