"""Training: from a data version to one artefact whose bytes repeat.

One estimator answers all 72 questions. The artefact is ONNX, which holds data and a fixed set of
operators; a pickle holds a program, which runs when it is opened. The same code, data, packages,
settings and seed on the same kind of processor give the same bytes, so a digest names a model.
"""

import hashlib
import json
import warnings
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any  # Any: JSON, in a record that other code wrote

import numpy as np
import pandas as pd

from jukebox import problem
from jukebox.data.versions import data_version, labels
from jukebox.model.features import convert_function, feature_pipeline, keep_shape, matrix
from jukebox.model.identity import code_version, installed_versions, lock_hash
from jukebox.problem import COUNTRIES, LABEL_DELAY
from jukebox.schema import FEATURES

if TYPE_CHECKING:  # they take seconds to import: only a training, or an answer, needs them
    from onnxruntime import InferenceSession
    from sklearn.pipeline import Pipeline

LabelledRows = tuple[pd.DataFrame, np.ndarray]  # tracks, and their labels, bool (n, 72)


@dataclass(frozen=True)
class Settings:
    """What is chosen and not learnt.

    hidden: neurons in each hidden layer; () is a logistic regression for each country.
    penalty: strength of the L2 penalty. rate: Adam's first step. batch: tracks in a step.
    epochs: passes over the tracks. newest: weeks that are held out for validation.
    """

    hidden: tuple[int, ...] = ()
    penalty: float = 1e-3
    rate: float = 5e-3
    batch: int = 32
    epochs: int = 20
    newest: int = 4


@dataclass(frozen=True)
class Record:
    """How a model came to be. What is not known has its default: it is empty, or None.

    code_version, data_version, lock_hash: SHA-256 in hex. packages: versions, by name; None in
    records from before they were written down. fitted_weeks, tested_weeks: the first and the last
    week of release. trained_week: the newest week of charts. features, countries: the columns, in
    their order. metrics: on the tested weeks, by name. others: fields that this code does not
    know, or knows in another form, as JSON has them; so no record loses any of them.
    """

    code_version: str = ""
    data_version: str = ""
    lock_hash: str = ""
    packages: Mapping[str, str] | None = None
    seed: int | None = None
    settings: Settings | None = None
    fitted_weeks: tuple[int, ...] = ()
    tested_weeks: tuple[int, ...] = ()
    trained_week: int | None = None
    features: tuple[str, ...] = ()
    countries: tuple[str, ...] = ()
    metrics: Mapping[str, float] = field(default_factory=dict)
    others: Mapping[str, Any] = field(default_factory=dict)  # JSON of other code

    def as_dict(self) -> dict[str, Any]:  # as JSON has it
        """Return the record as JSON has it: what is known of it, lists for tuples."""
        held, unknown = asdict(self), asdict(Record())
        others = held.pop("others")
        known = {name: value for name, value in held.items() if value != unknown[name]}
        known = json.loads(json.dumps(known))
        # One that was read in another form, such as 7.0 for 7, goes out as it came.
        kept = {n: value for n, value in others.items() if n not in known or value == known[n]}
        return known | kept


@dataclass(frozen=True)
class Model:
    """A trained model: the artefact, the SHA-256 of its bytes in hex, and how it came to be."""

    onnx: bytes
    digest: str
    record: Record


def labelled_tracks(tracks: pd.DataFrame, charts: pd.DataFrame) -> pd.DataFrame:
    """Return the tracks whose charts are known by now, oldest first.

    Now is the newest week of which charts have come in. A track of the last LABEL_DELAY weeks has
    not charted *yet*: to learn that it never charts would be false. So it is with late charts.
    """
    now = charts["known"].max() if len(charts) else -1
    known = tracks[tracks["released"] <= now - LABEL_DELAY]
    return known.sort_values(["released", "track_id"], ignore_index=True)


def split(
    tracks: pd.DataFrame,
    labels: np.ndarray,
    newest: int = 4,
) -> tuple[LabelledRows, LabelledRows]:
    """Return ((older tracks, labels), (tracks and labels of the `newest` weeks)).

    By time, never at random: the model will be asked about tracks newer than those it
    saw, so it is measured on such tracks. Raises ValueError if a part would be empty.
    """
    weeks = np.unique(tracks["released"])
    if not 0 < newest < len(weeks):
        raise ValueError(
            f"of {len(weeks)} labelled weeks hold out 1 or more and fewer than all",
        )
    new = (tracks["released"] >= weeks[-newest]).to_numpy()
    return (tracks[~new], labels[~new]), (tracks[new], labels[new])


def find_weeks(tracks: pd.DataFrame) -> tuple[int, int]:
    """Return the first and the last week in which the tracks were released."""
    return int(tracks["released"].min()), int(tracks["released"].max())


def fit(tracks: pd.DataFrame, labels: np.ndarray, settings: Settings, seed: int) -> "Pipeline":
    """Return the scikit-learn pipeline of features and estimator, fitted on labelled tracks."""
    from sklearn.exceptions import ConvergenceWarning
    from sklearn.neural_network import MLPClassifier
    from sklearn.pipeline import make_pipeline
    from threadpoolctl import threadpool_limits

    estimator = MLPClassifier(
        settings.hidden,
        alpha=settings.penalty,
        learning_rate_init=settings.rate,
        batch_size=min(settings.batch, len(tracks)),  # pyright: ignore[reportArgumentType] or "auto"
        max_iter=settings.epochs,
        random_state=seed,
    )
    # One thread: sums split over another number of cores would end in other last digits.
    with threadpool_limits(1), warnings.catch_warnings():
        # The number of epochs is a setting here, so to reach it is no failure.
        warnings.simplefilter("ignore", ConvergenceWarning)
        return make_pipeline(feature_pipeline(), estimator).fit(matrix(tracks), labels)


def export(fitted: "Pipeline", notes: Mapping[str, str]) -> bytes:
    """Return a fitted pipeline as ONNX bytes: `tracks` (n, 13) to `probabilities` (n, 72), float32.

    notes: {name: text}, written into the artefact, so that its digest covers them as well.
    """
    from skl2onnx import convert_sklearn
    from skl2onnx.common.data_types import FloatTensorType
    from skl2onnx.helpers.onnx_helper import select_model_inputs_outputs
    from sklearn.preprocessing import FunctionTransformer

    graph = convert_sklearn(
        fitted,
        name="jukebox",  # without a name it gets a random one, and the bytes differ every time
        initial_types=[("tracks", FloatTensorType([None, len(FEATURES)]))],
        options={"zipmap": False},
        target_opset=18,
        custom_conversion_functions={FunctionTransformer: convert_function},
        custom_shape_calculators={FunctionTransformer: keep_shape},
    )
    graph = select_model_inputs_outputs(graph, ["probabilities"])
    graph.opset_import.sort(key=lambda entry: entry.domain)  # a set's order is each process's own
    for name, text in sorted(notes.items()):
        graph.metadata_props.add(key=name, value=text)
    return graph.SerializeToString(deterministic=True)


def session(onnx: bytes) -> "InferenceSession":
    """Return an ONNX Runtime session of ONNX bytes, for `predict`; safe to share among threads."""
    from onnxruntime import InferenceSession, SessionOptions  # pyright: ignore[reportAttributeAccessIssue] it is in C++

    options = SessionOptions()
    options.intra_op_num_threads = 1  # a call takes microseconds: dividing it costs more
    return InferenceSession(onnx, options, providers=["CPUExecutionProvider"])


def predict(model: "bytes | InferenceSession", tracks: pd.DataFrame | np.ndarray) -> np.ndarray:
    """Return the probabilities of charting, float32, (n, 72), columns as in COUNTRIES.

    model: ONNX bytes, or their `session` where there are many calls.
    tracks: a frame with the 13 columns of FEATURES, or an array (n, 13) in that order.
    """
    rows = tracks if isinstance(tracks, np.ndarray) else matrix(tracks)
    running = session(model) if isinstance(model, bytes) else model
    answers = running.run(["probabilities"], {"tracks": rows.astype(np.float32, copy=False)})
    return np.asarray(answers[0])


def train(
    tracks: pd.DataFrame,
    charts: pd.DataFrame,
    settings: Settings | None = None,
    seed: int = 0,
    lock: Path | str | None = None,
) -> Model:
    """Return the `Model` of the labelled tracks, fitted on all but their newest weeks.

    lock: the lock file of the packages, if there is one. Raises ValueError for too few weeks.
    """
    settings = settings or Settings()
    known = labelled_tracks(tracks, charts)
    older, newer = split(known, labels(known, charts), settings.newest)
    record = Record(
        code_version=code_version(),
        data_version=data_version(tracks, charts),
        lock_hash=lock_hash(lock),
        packages=installed_versions(),  # a hash names none
        seed=seed,
        settings=settings,
        fitted_weeks=find_weeks(older[0]),
        tested_weeks=find_weeks(newer[0]),
        trained_week=int(known["released"].max()) + LABEL_DELAY,
        features=tuple(FEATURES),
        countries=COUNTRIES,
    )
    notes = {name: json.dumps(value) for name, value in record.as_dict().items()}
    onnx = export(fit(*older, settings, seed), notes)
    y, p = newer[1], predict(onnx, newer[0])
    measures = (problem.average_precision, problem.brier, problem.calibration_error)
    metrics = {measure.__name__: measure(y, p) for measure in measures}
    # Not `problem.chance`, which asks for costs: another cost of a campaign makes no other model.
    metrics["average_precision_of_chance"] = problem.average_precision(y, problem.base_rates(y))
    return Model(onnx, hashlib.sha256(onnx).hexdigest(), replace(record, metrics=metrics))
