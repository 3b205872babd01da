"""What the tests of the registry and the service share: tiny models, and an empty registry."""

import hashlib
import shutil
from functools import cache

import numpy as np
import pytest
from jukebox import COUNTRIES, FEATURES, Model, Registry
from jukebox.model.record import read_record
from mlflow.store.db import utils
from onnx import TensorProto, checker, helper, numpy_helper

from .loops import TURNING, Home

# MLflow has alembic read its seventy files for the newest schema, each time that it opens a store.
utils._get_latest_schema_revision = cache(utils._get_latest_schema_revision)


def made(level, **record):
    """Give a model which says `level` for every track and country, whatever the features."""
    shape = (len(FEATURES), len(COUNTRIES))
    weights = [
        numpy_helper.from_array(np.zeros(shape, np.float32), "w"),
        numpy_helper.from_array(np.full(shape[1], level, np.float32), "b"),
    ]
    graph = helper.make_graph(
        [helper.make_node("Gemm", ["tracks", "w", "b"], ["probabilities"])],
        "constant",
        [helper.make_tensor_value_info("tracks", TensorProto.FLOAT, [None, shape[0]])],
        [helper.make_tensor_value_info("probabilities", TensorProto.FLOAT, [None, shape[1]])],
        weights,
    )
    proto = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=9)
    checker.check_model(proto)
    onnx = proto.SerializeToString(deterministic=True)
    record = {
        "code_version": "c" * 64,
        "data_version": "d" * 64,
        "lock_hash": "e" * 64,
        "trained_week": 10,
        "seed": 1,
        "settings": {},
        "metrics": {},
    } | record
    return Model(onnx=onnx, digest=hashlib.sha256(onnx).hexdigest(), record=read_record(record))


@pytest.fixture
def constant():
    """Make constant models: `constant(0.2)`, or with more in its record."""
    return made


@pytest.fixture(scope="session")
def empty(tmp_path_factory):
    """A folder with an empty registry: creating MLflow's tables takes seconds, copying none."""
    folder = tmp_path_factory.mktemp("empty")
    Registry(folder)
    return folder


def opened(folder):
    """Open a registry whose clock ticks one second a decision, from second 1."""
    ticks = iter(range(1, 1000))
    return Registry(folder, clock=lambda: next(ticks))


@pytest.fixture
def registry(empty, tmp_path):
    """An empty registry."""
    return opened(shutil.copytree(empty, tmp_path / "registry"))


@pytest.fixture(scope="session")
def stock(empty, tmp_path_factory):
    """A folder with versions 1, 2 and 3, which say 0.1, 0.2 and 0.3; no test may change it."""
    folder = shutil.copytree(empty, tmp_path_factory.mktemp("stock") / "registry")
    for level in (0.1, 0.2, 0.3):
        Registry(folder).register(made(level))
    return folder


def crowned(stock, folder):
    """Copy a stock, and make its version 1 champion at second 1."""
    registry = opened(shutil.copytree(stock, folder / "registry"))
    registry.promote(1, "the first")
    return registry


@pytest.fixture
def stocked(stock, tmp_path):
    """A registry of versions 1, 2 and 3, of which 1 is champion since second 1.

    A copy: decisions and answers are its own, but the artefacts are those of `stock`.
    """
    return crowned(stock, tmp_path)


@pytest.fixture(scope="module")
def shared(stock, tmp_path_factory):
    """The same for the tests of a file that change nothing in it."""
    return crowned(stock, tmp_path_factory.mktemp("shared"))


@pytest.fixture(scope="session")
def begun(empty, tmp_path_factory):
    """A home of 8 weeks, and nothing else; no test may change it."""
    folder = tmp_path_factory.mktemp("begun") / "home"
    shutil.copytree(empty, folder / "registry")
    return Home(folder)


@pytest.fixture(scope="session")
def reigned(begun, tmp_path_factory):
    """A home in which lazy code made version 1 and diligent code version 2; no test may change it."""
    home = begun.copy(tmp_path_factory.mktemp("reigned") / "home")
    for code in ("lazy", "diligent"):
        home.commit(code)
        home.go()
    return home


@pytest.fixture
def new(begun, tmp_path):
    """A home of 8 weeks without a model."""
    return begun.copy(tmp_path / "home")


@pytest.fixture
def home(reigned, tmp_path):
    """A home of 8 weeks; version 2 is champion after version 1; tastes will turn in week 9."""
    home = reigned.copy(tmp_path / "home")
    home.world = TURNING
    return home
