"""What the tests of the loop share: a home in a small world, a quick learner, and answers."""

import json
import shutil
from contextlib import closing
from dataclasses import replace
from itertools import count
from pathlib import Path

import numpy as np
from jukebox import (
    COUNTRIES,
    FEATURES,
    LABEL_DELAY,
    Catalogue,
    Drift,
    Limits,
    Loop,
    Policy,
    Registry,
    Store,
    code_version,
    data_version,
    labelled_tracks,
    labels,
    matrix,
    predict,
    split,
)
from jukebox.data.files import write_file
from jukebox.loop.events import Plan, Trigger, is_of
from jukebox.model.identity import installed_versions, is_flat
from jukebox.registry.log import LoggedAnswer
from onnx import TensorProto, helper, numpy_helper

CALM = Catalogue(7, tracks_a_week=100)
TURN = 9  # the week in which tastes change in the other world, until BACK
BACK = 14
TURNING = Catalogue(7, [Drift("concept", start=TURN), Drift("concept", start=BACK, size=-1)], 100)
WEEKS = 8  # that are there when a home is new: the charts of 5 weeks are known
POLICY = Policy(rows=150, limits=Limits(newest=2, draws=100), answers=5)


def linear(x, y):
    """Give the ONNX bytes of a least squares fit of labels (n, 72) to features (n, 13)."""
    middle, spread = x.mean(0), x.std(0) + 1e-9
    ones = np.column_stack([(x - middle) / spread, np.ones(len(x))])
    fit = np.linalg.solve(ones.T @ ones + 3 * np.eye(14), ones.T @ y)
    w = fit[:13] / spread[:, None]
    constants = {"w": w, "b": fit[13] - middle @ w, "0": np.array(1e-4), "1": np.array(1.0)}
    graph = helper.make_graph(
        [
            helper.make_node("Gemm", ["tracks", "w", "b"], ["any"]),
            helper.make_node("Clip", ["any", "0", "1"], ["probabilities"]),
        ],
        "linear",
        [helper.make_tensor_value_info("tracks", TensorProto.FLOAT, [None, len(FEATURES)])],
        [helper.make_tensor_value_info("probabilities", TensorProto.FLOAT, [None, len(COUNTRIES)])],
        [numpy_helper.from_array(c.astype(np.float32), name) for name, c in constants.items()],
    )
    opset = [helper.make_opsetid("", 17)]
    model = helper.make_model(graph, opset_imports=opset, ir_version=9)
    return model.SerializeToString(deterministic=True)


class Learner:
    """Trains in milliseconds, as the checkout's training.py says; counts its calls."""

    def __init__(self):
        """Nothing is trained yet."""
        self.calls = []

    def __call__(self, code, store, data, out, newest, seed):
        """Write model.onnx, then record.json."""
        self.calls.append((Path(code).parent.name, data, newest))
        file = Path(code, "training.py") if is_flat(code) else Path(code, "model", "training.py")
        said = file.read_text("utf-8")
        if "crash" in said:
            raise RuntimeError("NameError: name 'crash' is not defined")
        tracks, charts = Store(store).read(data)
        known = labelled_tracks(tracks, charts)
        (older, y), (newer, _) = split(known, labels(known, charts), newest)
        older, y = (older[:40], y[:40]) if "lazy" in said else (older, y)
        fitted = newer if "leak" in said else older
        record = {
            "code_version": code_version(code),
            "packages": installed_versions(),
            "data_version": data_version(tracks, charts),
            "seed": seed,
            "fitted_weeks": fitted["released"].agg(["min", "max"]).tolist(),
            "tested_weeks": newer["released"].agg(["min", "max"]).tolist(),
            "metrics": {"average_precision": 0.5},
        }
        record.pop("tested_weeks") if "forgetful" in said else None
        onnx = b"no model" if "broken" in said else linear(matrix(older), y)
        out.mkdir(parents=True, exist_ok=True)
        write_file(out / "model.onnx", onnx)
        write_file(out / "record.json", json.dumps(record).encode())


def make_plan(*triggers, **changed):
    """Give the plan of a run that has taken triggers, of which a test says no more than it needs."""
    plan = Plan(
        triggers=list(triggers), kinds=["code"], code="c", data="d", seen="d", since=0, newest=4,
        quarantined=0, champion=None, decision=0,
    )  # fmt: skip
    return replace(plan, **changed)


def make_answer(request_id, version, role="champion", time=1.0, ids=(None,), x=None, p=None):
    """Give an answer for the prediction log; without x (n, 13) and p (n, 72), one of zeros."""
    x = np.zeros((len(ids), len(FEATURES)), np.float32) if x is None else x
    p = np.zeros((len(ids), len(COUNTRIES)), np.float32) if p is None else p
    return LoggedAnswer(request_id, role, version, time, ids, x, p)


def answer(registry, version, tracks, role="champion"):
    """Let a version answer for tracks, one request each."""
    x, p = matrix(tracks), predict(registry.load(version).onnx, tracks)
    answers = [
        make_answer(f"{track_id} {version}", version, role, ids=[track_id], x=x[[row]], p=p[[row]])
        for row, track_id in enumerate(tracks["track_id"])
    ]
    registry.log.add(*answers)


def served(registry):
    """Let a registry's challenger answer three requests whenever somebody counts its answers."""
    asked, number = registry.count_requests, count()

    def counted(version, after=0):
        if registry.standing().challenger == version:
            ids = [f"canary {version} {next(number)}" for _ in range(3)]
            registry.log.add(*(make_answer(i, version, "challenger") for i in ids))
        return asked(version, after)

    registry.count_requests = counted
    return registry


class Home:
    """A home with its checkout, in a world that moves on by `week`."""

    def __init__(self, folder, world=CALM, weeks=WEEKS):
        """Open the folder; where there is no data yet, let so many weeks pass."""
        self.folder, self.world, self.learner = Path(folder), world, Learner()
        self.checkout = self.folder / "checkout" / "jukebox"
        ticks = count(1)
        self.registry = served(Registry(self.folder / "registry", clock=lambda: next(ticks)))
        self.store = Store(self.folder / "data")
        if not self.checkout.exists():
            (self.checkout / "model").mkdir(parents=True)
            self.commit("")
            for week in range(weeks):
                self.week(week)

    def week(self, week):
        """Let a week's tracks come in, and the charts that become known; give the tracks."""
        kept, _ = self.store.arrive(week, self.world.week(week)[0])
        if week >= LABEL_DELAY:
            self.store.chart(week, self.world.week(week - LABEL_DELAY)[1])
        return kept

    def commit(self, text):
        """Change the code of the checkout's training."""
        source = f"def train():\n    return {text!r}\n"
        (self.checkout / "model" / "training.py").write_text(source, "utf-8")

    def loop(self, policy=POLICY, train=None):
        """Open a loop; close it after use."""
        train = train or self.learner
        return Loop(self.folder, self.registry, self.store, self.checkout, policy, train)

    def go(self, **settings):
        """Look, then run to the end; give the events that were written."""
        with closing(self.loop(**settings)) as loop:
            return loop.look() + list(loop.run())

    def events(self):
        """Give the whole journal."""
        with closing(self.loop()) as loop:
            return loop.journal.events()

    def copy(self, folder):
        """Give a copy: its own data and decisions, and the artefacts of this one."""
        return Home(shutil.copytree(self.folder, folder), self.world)


def names(events):
    """Give the kinds of triggers, and the names of other events."""
    return [e.figures.kind if is_of(e, Trigger) else e.name for e in events]
