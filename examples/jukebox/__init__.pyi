"""The public API: each name is imported when it is first used, so that the command starts quickly."""

from .data.checks import validate
from .data.store import Forgotten, Store
from .data.versions import changed_rows, data_version, labels
from .loop.journal import Journal
from .loop.loop import Loop
from .loop.steps import ENDINGS, PIPELINE, STEPS, TRIGGERS
from .loop.triggers import Policy
from .model.explaining import nearest_change, shapley
from .model.features import matrix
from .model.gate import Limits, Verdict, ceiling, gate, judge
from .model.identity import code_version, lock_hash
from .model.training import (
    Model,
    Settings,
    export,
    fit,
    labelled,
    predict,
    session,
    split,
    train,
)
from .model.tuning import tune
from .problem import (
    COSTS,
    COUNTRIES,
    LABEL_DELAY,
    average_precision,
    brier,
    calibration_error,
    chance,
    expected_cost,
)
from .registry.history import Refused
from .registry.models import Registry, Tampered
from .schema import COLUMNS, FEATURES, WHOLE
from .serving.app import create_app
from .watch.drift import drift
from .watch.monitoring import calibration_slope, fell, performance, promised, score
from .world.dirt import DIRT, dirty
from .world.simulation import Catalogue, Drift
