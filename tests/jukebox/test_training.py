"""A model is its code, data, packages, settings and seed, and nothing else."""

import hashlib
import json
import os
import pickle
import pickletools
import re
import subprocess
import sys
import warnings
from functools import cache
from importlib import metadata

import numpy as np
import onnx
import pytest
from jukebox import (
    LABEL_DELAY,
    Catalogue,
    Settings,
    code_version,
    data_version,
    fit,
    labelled_tracks,
    labels,
    matrix,
    predict,
    session,
    split,
    train,
    tune,
)
from jukebox.model import identity
from jukebox.model.job import INSTALLED
from jukebox.model.record import read_record
from jukebox.registry import tracking

TRACKS, CHARTS = Catalogue(1, tracks_a_week=60).weeks(range(12))
SOURCES = INSTALLED


@cache
def model():
    """Train the model that most of these tests look at."""
    return train(TRACKS, CHARTS)


def scrambled():
    """Return the data with the features and charts of the newest four weeks made nonsense."""
    tracks, new = TRACKS.copy(), TRACKS["released"] >= 8
    tracks.loc[new, "energy"] = 1 - tracks.loc[new, "energy"] ** 2
    charts = CHARTS[~CHARTS["track_id"].isin(tracks.loc[new, "track_id"][::2])]
    return tracks, charts


# ---- bytes that repeat ---------------------------------------------------------------------------


@pytest.mark.whole
def test_the_same_inputs_give_the_same_bytes_in_another_process():
    """Rows in another order, hashes with another seed: nothing of that is an input."""
    script = (
        "from jukebox.world.simulation import Catalogue; from jukebox.model.training import train;"
        "t, c = Catalogue(1, tracks_a_week=60).weeks(range(12));"
        "print(train(t[::-1], c[::-1]).digest)"
    )
    environment = {**os.environ, "PYTHONHASHSEED": "7", "PYTHONPATH": str(SOURCES.parent)}
    run = subprocess.run([sys.executable, "-c", script], env=environment, capture_output=True)

    assert (model().digest, "") == (run.stdout.decode().strip(), run.stderr.decode())


def test_operator_sets_stand_in_one_order(monkeypatch):
    """The converter takes them from a set, and one process in some has them the other way round."""
    from skl2onnx.helpers import onnx_helper

    select, before = onnx_helper.select_model_inputs_outputs, model().digest

    def other_way_round(*arguments):
        graph = select(*arguments)
        graph.opset_import.reverse()
        return graph

    monkeypatch.setattr(onnx_helper, "select_model_inputs_outputs", other_way_round)

    assert before == train(TRACKS, CHARTS).digest


@pytest.mark.parametrize("row", [0, len(TRACKS) - 1], ids=["fitted on", "held out"])
def test_one_changed_row_gives_another_digest(row):
    """Also a row of the weeks that were held out, for it is part of the data version."""
    tracks = TRACKS.copy()
    tracks.loc[row, "tempo"] += 1

    assert model().digest != train(tracks, CHARTS).digest


def test_the_seed_the_settings_and_the_lock_each_change_the_digest(tmp_path):
    """Whatever makes a model is covered by its name."""
    lock = tmp_path / "lock.txt"
    lock.write_text("numpy==1.0\n")
    models = [
        model(),
        train(TRACKS, CHARTS, seed=1),
        train(TRACKS, CHARTS, Settings(penalty=1)),
        train(TRACKS, CHARTS, lock=lock),
    ]

    assert 4 == len({each.digest for each in models})


# ---- time ----------------------------------------------------------------------------------------


def test_no_held_out_week_is_as_old_as_one_to_fit():
    """By time and never at random."""
    (older, _), (newer, _) = split(TRACKS, labels(TRACKS, CHARTS), newest=4)

    assert ([*range(8)], [*range(8, 12)]) == tuple(
        sorted(set(part["released"])) for part in (older, newer)
    )


def test_nothing_of_the_newest_weeks_reaches_the_model():
    """Not their labels, and not the means and spreads of their features."""

    assert np.array_equal(predict(model().onnx, TRACKS), predict(train(*scrambled()).onnx, TRACKS))


def test_nothing_of_the_newest_weeks_reaches_the_choice_of_settings():
    """Tuning has weeks of its own; the gate's are untouched."""
    grid, scores = [Settings(epochs=2), Settings(epochs=4)], []
    for tracks, charts in ((TRACKS, CHARTS), scrambled()):
        tune(tracks, charts, grid, progress=lambda *told: scores.append(told))

    assert scores[:2] == scores[2:]


def test_a_track_whose_charts_are_not_known_yet_is_not_trained_on():
    """As if released now, without a chart so far: it would teach that nothing charts."""
    everything = Catalogue(1, tracks_a_week=60).weeks(range(15))
    known = everything[1][everything[1]["known"] <= 11 + LABEL_DELAY]

    assert 11 == labelled_tracks(everything[0], known)["released"].max()


def test_a_track_whose_charts_are_late_is_not_trained_on():
    """Week 14 has come, and the charts that were due in it have not."""
    tracks, charts = Catalogue(1, tracks_a_week=60).weeks(range(15))
    late = charts[charts["known"] < 14]

    assert 10 == labelled_tracks(tracks, late)["released"].max()


@pytest.mark.parametrize("newest", [0, 12])
def test_a_split_with_nothing_on_one_side_is_refused(newest):
    """No model without weeks to fit, none without weeks to judge it."""
    with pytest.raises(ValueError) as error:
        split(TRACKS, labels(TRACKS, CHARTS), newest)

    assert "of 12 labelled weeks hold out 1 or more and fewer than all" == str(error.value)


# ---- answers -------------------------------------------------------------------------------------


@pytest.mark.parametrize("hidden", [(), (16,)])
def test_the_artefact_agrees_with_scikit_learn(hidden):
    """Preparation and estimator, on tracks old and new, to 0.00001."""
    known = labelled_tracks(TRACKS, CHARTS)
    older, _ = split(known, labels(known, CHARTS))
    settings = Settings(hidden=hidden)
    expected = fit(*older, settings, seed=0).predict_proba(matrix(TRACKS))
    actual = predict(train(TRACKS, CHARTS, settings).onnx, TRACKS)

    assert np.abs(expected - actual).max() < 1e-5


def test_an_array_is_answered_like_a_frame():
    """The service has numbers and no frame; a session saves it the start of each call."""
    running = session(model().onnx)

    assert np.array_equal(
        predict(model().onnx, TRACKS), predict(running, TRACKS.iloc[:, 2:].to_numpy())
    )


def test_the_artefact_alone_answers_without_pandas_and_scikit_learn(tmp_path):
    """All preparation is inside: ONNX Runtime and 13 numbers are enough."""
    (tmp_path / "model.onnx").write_bytes(model().onnx)
    np.save(tmp_path / "rows.npy", matrix(TRACKS))
    script = (
        "import sys; sys.modules.update(pandas=None, sklearn=None, skl2onnx=None, jukebox=None)\n"
        "import numpy as np, onnxruntime as ort\n"
        "answers = ort.InferenceSession('model.onnx').run(None, {'tracks': np.load('rows.npy')})\n"
        "np.save('answers.npy', answers[0])"
    )
    subprocess.run([sys.executable, "-c", script], cwd=tmp_path, check=True)

    assert np.allclose(predict(model().onnx, TRACKS), np.load(tmp_path / "answers.npy"), atol=1e-6)


def test_it_knows_more_than_chance():
    """On weeks it never saw; the gate asks for more than this."""
    metrics = model().record.metrics

    assert metrics["average_precision"] > 2 * metrics["average_precision_of_chance"]


def test_the_best_of_the_grid_is_chosen_and_every_step_is_told():
    """A progress bar hears of each."""
    told = []
    grid = [Settings(epochs=1, rate=1e-5), Settings()]
    best = tune(TRACKS, CHARTS, grid, progress=lambda done, of, *_: told.append((done, of)))

    assert (grid[1], [(1, 2), (2, 2)]) == (best, told)


# ---- record --------------------------------------------------------------------------------------


def test_the_record_names_what_the_model_was_made_of():
    """Enough to make it again."""
    record = {
        k: v for k, v in model().record.as_dict().items() if k not in ("features", "countries")
    }
    del record["metrics"]

    assert record == {
        "code_version": code_version(),
        "data_version": data_version(TRACKS, CHARTS),
        "lock_hash": identity.lock_hash(),
        "packages": {name: metadata.version(name) for name in identity.PACKAGES},
        "seed": 0,
        "settings": {
            "hidden": [],
            "penalty": 0.001,
            "rate": 0.005,
            "batch": 32,
            "epochs": 20,
            "newest": 4,
        },
        "fitted_weeks": [0, 7],
        "tested_weeks": [8, 11],
        "trained_week": 14,
    }


def test_the_record_names_the_packages_behind_its_hash():
    """A hash alone says that something differs, and never what."""
    named = "\n".join(f"{n}=={v}" for n, v in model().record.packages.items())

    assert hashlib.sha256(named.encode()).hexdigest() == model().record.lock_hash


def test_the_record_survives_a_journey_through_json():
    """A registry keeps it as text."""

    assert model().record == read_record(json.loads(json.dumps(model().record.as_dict())))


def test_the_artefact_carries_its_record():
    """A file found on a disk says where it is from."""
    notes = onnx.load_model_from_string(model().onnx).metadata_props
    metrics = {"metrics": model().record.metrics}

    held = {note.key: json.loads(note.value) for note in notes} | metrics

    assert model().record.as_dict() == held


def test_the_lock_hash_is_that_of_the_lock_file(tmp_path):
    """So that a look at the file settles which packages there were."""
    (tmp_path / "lock.txt").write_bytes(b"numpy==1.0\n")

    assert hashlib.sha256(b"numpy==1.0\n").hexdigest() == identity.lock_hash(tmp_path / "lock.txt")


# ---- tracking ------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def tracked(tmp_path_factory):
    """A folder with one tracked run, and its id."""
    folder = tmp_path_factory.mktemp("mlflow")
    with warnings.catch_warnings():
        # MLflow's import warns of its own type hints and of its use of SQLAlchemy.
        warnings.simplefilter("ignore")
        return folder, tracking.log_run(model(), folder)


def test_a_run_is_read_back_from_sqlite(tracked):
    """Metrics, parameters and the digest, by MLflow's own client."""
    from mlflow import MlflowClient

    run = MlflowClient(f"sqlite:///{tracked[0] / 'mlflow.db'}").get_run(tracked[1])
    expected = (model().record.metrics, model().record.data_version, model().digest)

    assert expected == (run.data.metrics, run.data.params["data_version"], run.data.tags["digest"])


def test_the_logged_file_has_the_bytes_of_the_digest(tracked):
    """MLflow writes ONNX files its own way; ours are kept as they are."""
    (file,) = tracked[0].rglob("model.onnx")

    assert model().digest == hashlib.sha256(file.read_bytes()).hexdigest()


def test_the_logged_model_has_a_signature_and_exact_requirements(tracked):
    """Shapes in and out, and a version for every package."""
    from mlflow.models import get_model_info

    (file,) = tracked[0].rglob("MLmodel")
    signature = get_model_info(str(file.parent)).signature
    shapes = [signature.inputs.inputs[0].shape, signature.outputs.inputs[0].shape]
    text = (file.parent / "requirements.txt").read_text()
    pinned = re.findall(r"^(\w+)==[\d.]+$", text, re.M)

    assert ([(-1, 13), (-1, 72)], ["mlflow", "numpy", "onnx", "onnxruntime"]) == (shapes, pinned)


def test_a_run_names_no_user_and_no_commit(tracked):
    """MLflow's own start_run would note both."""
    from mlflow import MlflowClient

    run = MlflowClient(f"sqlite:///{tracked[0] / 'mlflow.db'}").get_run(tracked[1])

    assert {"digest", "mlflow.runName"} == set(run.data.tags)


@pytest.mark.whole
def test_mlflow_reports_to_nobody(tmp_path):
    """In a process of its own, for MLflow's telemetry is silent in every test."""
    (tmp_path / "model.onnx").write_bytes(model().onnx)
    script = (
        "from jukebox import Model; from jukebox.registry.tracking import write_model\n"
        "write_model(Model(open('model.onnx', 'rb').read(), '', None), 'saved')\n"
        "from mlflow.telemetry import get_telemetry_client\n"
        "from mlflow.telemetry.utils import is_telemetry_disabled\n"
        "print(is_telemetry_disabled(), get_telemetry_client())"
    )
    silencers = ("PYTEST", "CI", "GITHUB", "DO_NOT_TRACK", "MLFLOW")
    environment = {k: v for k, v in os.environ.items() if not k.startswith(silencers)}
    environment["PYTHONPATH"] = str(SOURCES.parent)
    command = [sys.executable, "-c", script]
    run = subprocess.run(command, env=environment, cwd=tmp_path, capture_output=True, check=True)

    assert "True None" == run.stdout.decode().strip()


@pytest.mark.whole
def test_onnx_runtime_reports_to_nobody(tmp_path):
    """On Linux it would keep an id of this machine in the user's cache, and send it."""
    (tmp_path / "model.onnx").write_bytes(model().onnx)
    script = "from jukebox.model.training import session; session(open('model.onnx', 'rb').read())"
    silencers = ("CI", "GITHUB", "ORT", "PYTEST", "XDG")
    environment = {k: v for k, v in os.environ.items() if not k.startswith(silencers)}
    environment |= {"PYTHONPATH": str(SOURCES.parent), "HOME": str(tmp_path)}
    subprocess.run([sys.executable, "-c", script], env=environment, cwd=tmp_path, check=True)

    assert ["model.onnx"] == [file.name for file in tmp_path.rglob("*") if file.is_file()]


def is_pickle(content):
    """Say whether bytes parse as a pickle from the first opcode to the stop."""
    try:
        return bool(list(pickletools.genops(content)))
    except Exception:
        return False


def test_no_artefact_is_a_pickle(tracked):
    """Opening a pickle runs it."""
    files = [file for file in tracked[0].rglob("*") if file.is_file()]

    assert [] == [file for file in files if is_pickle(file.read_bytes())]


@pytest.mark.parametrize("protocol", [0, 2, 5])
def test_a_pickle_would_be_found(protocol):
    """In the oldest form and the newest."""

    assert is_pickle(pickle.dumps({"weights": [1.0]}, protocol))


def test_no_stage_can_write_a_pickle():
    """No library for it is imported anywhere in the package."""
    pattern = re.compile(r"^\s*(?:import|from) (?:pickle|joblib|cloudpickle|dill)\b", re.M)

    assert [] == [f.name for f in SOURCES.rglob("*.py") if pattern.search(f.read_text("utf-8"))]
