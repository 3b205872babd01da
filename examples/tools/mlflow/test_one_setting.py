"""`JUKEBOX_MLFLOW` with a real server:
who keeps what, what it costs, what ends with the server."""

import os
import platform
import sqlite3
import statistics
import subprocess
import time
from contextlib import chdir, closing, contextmanager
from pathlib import Path

import pytest
import requests
from jukebox import FEATURES
from jukebox.cli.main import main

from scripts.workspace import record

TRACK = {name: feature.lowest for name, feature in FEATURES.items()}
REQUESTS, TRAININGS = 300, 5

pytestmark = [
    pytest.mark.filterwarnings(
        "ignore:The ``noload`` loader strategy"
    ),  # MLflow of SQLAlchemy
    pytest.mark.filterwarnings(
        "ignore:.*type hint is inferred as AnyType"
    ),  # MLflow of itself
]


def test_one_variable_moves_the_models_and_leaves_the_decisions(typed, here):
    """The server has the version, its bytes and its alias;
    it stops, and Jukebox says so."""
    assert typed("setting.console") == [0, 0, 1, 1]

    with closing(sqlite3.connect(here / "mlflow.db")) as db:
        aliases = db.execute(
            "SELECT alias, version FROM registered_model_aliases"
        ).fetchall()
    assert aliases == [("champion", 1)]
    assert len(list((here / "files").rglob("model.onnx"))) == 1
    with closing(sqlite3.connect(here / ".jukebox/registry/history.db")) as db:
        assert db.execute("SELECT action, version FROM history").fetchall() == [
            ("promote", 1)
        ]


def jukebox(*words):
    """Run a command in this process, where everything is imported already."""
    main(words, standalone_mode=False)


def trained():
    """Train a model of another seed each time;
    return medians: CPU seconds here, and seconds."""
    jukebox("train", "--seed=99")  # the first one also makes tables and imports modules
    took = []
    for seed in range(TRAININGS):
        cpu, start = time.process_time(), time.monotonic()
        jukebox("train", f"--seed={seed}")
        took.append((time.process_time() - cpu, time.monotonic() - start))
    return [statistics.median(each) for each in zip(*took, strict=True)]


@contextmanager
def service():
    """Serve the home's champion meanwhile; give the address."""
    with open("service.log", "w") as log:
        process = subprocess.Popen(
            ["jukebox", "serve", "--port=0"],
            stdout=subprocess.PIPE,
            stderr=log,
            text=True,
        )
    try:
        yield process.stdout.readline().split()[-1]
    finally:
        process.terminate()
        process.communicate(timeout=600)


def asked(address, times=1):
    """Ask for one track again and again;
    return who answered, and the median in milliseconds."""
    took, versions = [], set()
    for _ in range(times):
        start = time.monotonic()
        answer = requests.post(
            f"{address}/predict", json={"tracks": [TRACK]}, timeout=600
        )
        took.append(1000 * (time.monotonic() - start))
        versions.add(answer.json()["model_version"])
    return versions, statistics.median(took)


@pytest.fixture(scope="module")
def costs():
    """What is measured;
    a run of the session `tools` writes it where pages can read it."""
    measured = {}
    yield measured
    if measured and "TOOLS_RESULTS" in os.environ:
        figures = {name: round(value, 2) for name, value in measured.items()}
        record("server", platform.python_version(), figures, "nox -s tools -- mlflow")


@pytest.fixture
def inside(here, monkeypatch):
    """Work in the example's folder;
    leave it before a check looks for processes that run there."""
    monkeypatch.syspath_prepend(here)
    with chdir(here):
        yield here


def test_who_answers_needs_no_server_and_who_starts_does(inside, monkeypatch, costs):
    """A loaded model goes on when MLflow is gone;
    the costs of both settings are noted."""
    from serve import server

    measured = {}
    jukebox("generate", "--weeks=12")
    measured["embedded_train_cpu_s"], measured["embedded_train_s"] = trained()
    jukebox("promote", "1", "--why=checked")
    with service() as address:
        versions, measured["embedded_answer_ms"] = asked(address, REQUESTS)
        assert versions == {1}

    Path(".jukebox/registry").rename("embedded")  # the decisions of another registry
    with server() as mlflow:
        monkeypatch.setenv("JUKEBOX_MLFLOW", mlflow)
        measured["server_train_cpu_s"], measured["server_train_s"] = trained()
        jukebox("promote", "1", "--why=checked")
        running = service()
        address = running.__enter__()
        versions, measured["server_answer_ms"] = asked(address, REQUESTS)
        assert versions == {1}
    try:
        assert asked(address)[0] == {1}  # MLflow has ended
    finally:
        running.__exit__(None, None, None)

    late = subprocess.run(
        ["jukebox", "serve", "--port=0"], capture_output=True, text=True
    )
    assert late.returncode == 1
    assert late.stderr.startswith("Error: MLflow (see JUKEBOX_MLFLOW) cannot be used")
    costs |= measured
