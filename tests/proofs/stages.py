"""Measure each stage at each size: `python -m tests.proofs.stages SIZES` prints {figure: number}.

A process of its own, for it forks: each stage runs once at each size in a child of its own, which
starts with everything imported and its inputs made, and tells its processor time and the most
memory that it held. Memory is counted above a process that has only imported the stages. Before
the sizes stands `cpu_s`, or `calls`: then it counts calls of functions in the place of seconds.
"""

import json
import os
import resource
import sys
import tempfile
import time
from itertools import count

import numpy as np
from jukebox import Catalogue, Store, labels
from jukebox.data import checks
from jukebox.model import features, gate, training
from jukebox.watch import drift, monitoring

WEEKS = 20
TO = {"train": 100_000, "gate": 100_000, "score": 100_000}  # the others go to a million


def stored(tracks, charts):
    """Keep 20 weeks and give them their version."""
    with tempfile.TemporaryDirectory() as folder:
        store = Store(folder)
        for week, batch in tracks.groupby("released"):
            store.arrive(week, batch)
        for week, batch in charts.groupby("known"):
            store.chart(week, batch)
        store.freeze()


def stages(n, model=None):
    """Yield (name, a call that runs the stage on n tracks), making inputs as they are needed."""
    world = Catalogue(7, tracks_a_week=n // WEEKS)
    yield "simulate", lambda: world.weeks(range(WEEKS))
    tracks, charts = world.weeks(range(WEEKS))
    yield "validate", lambda: checks.validate(tracks)
    yield "store", lambda: stored(tracks, charts)
    yield "features", lambda: features.feature_pipeline().fit_transform(features.matrix(tracks))
    half = n // 2
    yield "drift", lambda: drift.drift(tracks[:half], tracks[half:])
    if n <= TO["train"]:
        y = labels(tracks, charts)
        yield "train", lambda: training.fit(tracks, y, training.Settings(), 0)
    model = model or small_model()
    yield "predict", lambda: training.predict(model, tracks)
    if n <= TO["gate"]:
        p = training.predict(model, tracks)
        champion = p * np.random.default_rng(0).uniform(0.5, 1, p.shape)
        yield "gate", lambda: gate.judge(y, p, champion)
        yield "score", lambda: monitoring.score(y, p)


def small_model():
    """Give the ONNX bytes of a model of 400 tracks: answering is as quick with any other."""
    tracks, charts = Catalogue(7, tracks_a_week=20).weeks(range(WEEKS))
    return training.train(tracks, charts, training.Settings(epochs=1)).onnx


def megabytes():
    """Return the most memory that this process has held."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def apart(call, calls=False):
    """Run a call in a child; return its (CPU seconds, or calls; megabytes at most)."""
    reader, writer = os.pipe()
    child = os.fork()
    if not child:
        cost, began = count(), time.process_time()
        sys.setprofile((lambda *_: next(cost)) if calls else None)  # of each call and each return
        call()
        sys.setprofile(None)
        took = next(cost) // 2 if calls else time.process_time() - began
        os.write(writer, json.dumps([took, megabytes()]).encode())
        os._exit(0)
    os.close(writer)
    with os.fdopen(reader) as told:
        said = told.read()
    os.waitpid(child, 0)
    if not said:
        raise SystemExit("a stage failed: its error is above")
    return json.loads(said)


def main(unit, *sizes):
    """Print every figure, of costs in `cpu_s` or `calls`."""
    model, figures = small_model(), {}
    for _, call in stages(int(sizes[0]), model):
        call()  # what is imported late is imported now
    _, imports = apart(lambda: None)
    for n in map(int, sizes):
        for name, call in stages(n, model):
            cost, peak = apart(call, unit == "calls")
            print(name, n, cost, peak, file=sys.stderr, flush=True)
            figures[f"{name}_{n}_{unit}"] = round(cost, 3)
            figures[f"{name}_{n}_mb"] = round(max(peak - imports, 0.1), 1)
    print(json.dumps(figures))


if __name__ == "__main__":
    main(*sys.argv[1:])
