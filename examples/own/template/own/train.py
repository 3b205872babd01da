"""Training: split by time, a baseline, a model, and the record of all that went into it."""

import hashlib
from importlib import metadata
from pathlib import Path

import numpy as np
import pandas as pd

from own import store
from own.checks import Stop
from own.model import TEXT, Model
from own.schema import DELAY, FEATURES, ID, KIND, LABEL, TEST
from own.score import interval, loss

PACKAGES = ("numpy", "pandas", "scikit-learn", "skl2onnx")


def split(table: pd.DataFrame) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return the older rows to learn from, and those of the newest TEST periods.

    Between them lie the periods whose labels were not known yet when the test began: in production
    a model cannot have them either. Raises Stop if no older rows are left.
    """
    first = sorted(table["period"].unique())[-TEST:][0]
    older, newest = table[table["period"] + DELAY <= first], table[table["period"] >= first]
    if older.empty:
        raise Stop(f"nothing to learn from: receive labels of periods up to {first - DELAY}")
    return older, newest


def estimator(names: list[str]):
    """Return the model to fit, a scikit-learn pipeline. Put your own in its last line."""
    from sklearn.compose import make_column_transformer
    from sklearn.impute import SimpleImputer
    from sklearn.linear_model import LogisticRegression, Ridge
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import OneHotEncoder, StandardScaler

    texts = [name for name in names if name in TEXT]
    numbers = [name for name in names if name not in TEXT]
    scaled = make_pipeline(SimpleImputer(strategy="median"), StandardScaler())
    columns = make_column_transformer(
        (OneHotEncoder(handle_unknown="ignore"), texts), (scaled, numbers)
    )
    return make_pipeline(columns, LogisticRegression() if KIND == "yes/no" else Ridge())


def export(fitted, names: list[str]) -> bytes:
    """Return a fitted pipeline as the bytes of an ONNX file, with one input a column."""
    from skl2onnx import to_onnx
    from skl2onnx.common.data_types import FloatTensorType, StringTensorType

    types = {True: StringTensorType([None, 1]), False: FloatTensorType([None, 1])}
    inputs = [(name, types[name in TEXT]) for name in names]
    options = {"zipmap": False} if KIND == "yes/no" else None
    graph = to_onnx(fitted, initial_types=inputs, options=options, name="own", target_opset=18)
    return graph.SerializeToString()


def train(without: tuple[str, ...] = (), since: str | None = None) -> Model:
    """Return a model of the data that is held, with its record.

    without: features to leave out. since: the first period to learn from; all, where it is None.
    Raises Stop if a feature is unknown, if there is too little data, or if the ONNX file answers
    otherwise than the fit.
    """
    from threadpoolctl import threadpool_limits  # scikit-learn brings it

    if unknown := set(without) - set(FEATURES):
        raise Stop(f"no feature {', '.join(sorted(unknown))}: there are {', '.join(FEATURES)}")
    older, newest = split(store.labelled())
    if since:
        older = older[older["period"] >= pd.Period(since, older["period"].dt.freq)]
    if older.empty:
        raise Stop(f"nothing to learn from: no labelled rows since {since} are old enough")
    names = [name for name in FEATURES if name not in without]
    truth = older[LABEL].to_numpy()
    unfitted = estimator(names)
    with threadpool_limits(1):  # or sums have other last digits on a busy machine
        fitted = unfitted.fit(older[names], truth)
    model = Model(export(fitted, names), {})
    answers, expected = model.predict(newest), fitted.predict(newest[names])
    if KIND == "yes/no":
        expected = fitted.predict_proba(newest[names])[:, 1]
    if not np.allclose(answers, expected, rtol=1e-3, atol=1e-4):
        raise Stop("the ONNX file answers otherwise than the model that was fitted")

    baseline = float(truth.mean() if KIND == "yes/no" else np.median(truth))  # one answer for all
    losses = loss(newest[LABEL], answers)
    sources = sorted(Path(__file__).parent.glob("*.py"))
    code = hashlib.sha256(b"".join(file.read_bytes() for file in sources)).hexdigest()
    model.record.update(
        digest=model.digest,
        data=store.digest(),
        code=code,
        packages={name: metadata.version(name) for name in PACKAGES},
        without=list(without),
        fitted=[str(older["period"].min()), str(older["period"].max()), len(older)],
        tested=[str(newest["period"].min()), str(newest["period"].max()), len(newest)],
        baseline=baseline,
        loss=interval(losses, newest[ID]),
        loss_of_baseline=float(loss(newest[LABEL], np.full(len(newest), baseline)).mean()),
    )
    return model
