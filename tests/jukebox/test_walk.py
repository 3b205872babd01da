"""Walked as data: one track, from the generator to a logged prediction, and back by its lineage."""

import hashlib

import numpy as np
from jukebox import FEATURES, Store, changed_rows, create_app
from jukebox.data import checks
from jukebox.model import features, gate, training
from jukebox.world import simulation

from tests.jukebox import serving, test_app

pytestmark = test_app.pytestmark
# From the invented world, through the rooms in their order.
WALK = [
    *("world.simulation", "data.checks", "data.store", "model.features", "model.training"),
    *("model.gate", "registry.models", "serving.app"),
]


def test_a_track_passes_each_module_once(registry, tmp_path, monkeypatch):
    """Room by room, each stage takes what the one before it gave; the track comes out unchanged."""
    passed = []

    def take(stage, *given):
        name = stage.__module__.removeprefix("jukebox.")
        passed.extend([name] if name not in passed[-1:] else [])
        return stage(*given)

    weeks, charts = take(simulation.Catalogue(1, tracks_a_week=60).weeks, range(10))
    kept, _ = take(checks.validate, weeks)
    store = Store(tmp_path / "data")
    for week, batch in kept.groupby("released"):
        take(store.arrive, week, batch)
        take(store.chart, week, charts[charts["known"] == week])
    tracks, known = take(store.read, take(store.freeze))
    track = tracks.iloc[[-1]]
    row = take(features.matrix, track)
    model = take(training.train, tracks, known, training.Settings(epochs=5, newest=2))
    answer = take(training.predict, model.onnx, row)[0]
    verdict = take(gate.gate, model, None, tracks, known, gate.Limits(newest=2))
    take(registry.promote, take(registry.register, model), verdict.reasons[0])
    monkeypatch.setattr(serving, "create_app", lambda *given: take(create_app, *given))
    with serving.served(registry) as client:
        sent = track[["track_id", *FEATURES]].to_dict("records")
        told = client.ready().predict(*sent).json()
        client.until(lambda: test_app.logged(registry, "champion"))
    log = registry.predictions().iloc[0]

    assert WALK == passed
    assert weeks.iloc[-1].to_dict() == track.iloc[0].to_dict()
    assert (track["track_id"].iloc[0], told["request_id"]) == (log["track_id"], log["request_id"])
    assert hashlib.sha256(row.tobytes()).hexdigest() == log["inputs"]
    np.testing.assert_array_equal(answer, log["probabilities"])


def test_one_row_changed_is_another_digest_and_lineage_says_which(registry, tmp_path):
    """Twice the same inputs: one digest, one version. One cell: both differ, and it is named."""
    world, store = simulation.Catalogue(2, tracks_a_week=60), Store(tmp_path)
    settings = training.Settings(epochs=2, newest=2)
    for week in range(8):
        store.arrive(week, world.week(week)[0])
        store.chart(week, world.week(week - 3)[1] if week > 2 else world.week(0)[1][:0])

    def version():
        return registry.register(training.train(*store.read(store.freeze()), settings))

    first, again = version(), version()
    batch = world.week(1)[0]
    batch.loc[5, "tempo"] += 1
    store.arrive(1, batch)
    other = version()
    old, new = (registry.lineage(v) for v in (first, other))
    versions = [made["record"]["data_version"] for made in (old, new)]
    changed = changed_rows(*map(store.read, versions))

    assert (first, True) == (again, old["digest"] != new["digest"])
    assert [("T0000065", "tempo")] == list(zip(changed["track_id"], changed["cell"], strict=True))
    assert [[first], [other]] == [registry.models_that_saw(version) for version in versions]
