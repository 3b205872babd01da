"""The features: what the estimator sees of a track.

The client sends the 13 numbers of `schema.FEATURES` as they are. All that is done to them belongs
to the model and travels inside its artefact, so training and serving cannot prepare them
differently (training-serving skew).
"""

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from jukebox.schema import FEATURES

if TYPE_CHECKING:  # they take seconds to import, and only a training uses them
    from skl2onnx.common._container import ModelComponentContainer
    from skl2onnx.common._topology import Operator, Scope
    from sklearn.compose import ColumnTransformer

NAMES = list(FEATURES)
SHARES = [name for name, feature in FEATURES.items() if feature.unit == "share"]
LOWEST, HIGHEST = np.float32(1e-4), np.float32(1 - 1e-4)  # a share of 0 has no log-odds


def matrix(tracks: pd.DataFrame) -> np.ndarray:
    """Return tracks, a frame with the columns of FEATURES, as float32, (n, 13), in that order.

    float32 on both sides: the estimator is fitted on the very numbers that the service will see.
    Raises KeyError for a column that is missing.
    """
    return tracks[NAMES].to_numpy(np.float32)


def log_odds(shares: np.ndarray) -> np.ndarray:
    """Return ln(p / (1 - p)) of shares p, any shape, first held within 0.0001 and 0.9999.

    Most shares crowd near 0; their log-odds spread out (Berkson, "Application of the logistic
    function to bio-assay", Journal of the American Statistical Association 39, 1944).
    """
    p = np.clip(shares, LOWEST, HIGHEST)
    return np.log(p / (1 - p))


def feature_pipeline() -> "ColumnTransformer":
    """Return an unfitted transformer, from the 13 columns of `matrix` to 25 for the estimator.

    Each share becomes its log-odds, and the duration its logarithm. Then all columns but
    the key are scaled to mean 0 and standard deviation 1. The key is a name and not a
    quantity, so it becomes one column for each key that is in the training data: 1 in its
    own column and 0 in the others. Any other key has 0 in all of them.
    """
    # Imported here, so that a service, which only predicts, starts seconds sooner.
    from sklearn.compose import make_column_transformer
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import FunctionTransformer, OneHotEncoder, StandardScaler

    def columns(*names: str) -> list[int]:
        return [NAMES.index(name) for name in names]

    share = make_pipeline(FunctionTransformer(log_odds), StandardScaler())
    duration = make_pipeline(FunctionTransformer(np.log), StandardScaler())
    return make_column_transformer(
        (share, columns(*SHARES)),
        (duration, columns("duration_ms")),
        (StandardScaler(), columns("loudness", "tempo", "is_explicit", "mode")),
        (OneHotEncoder(handle_unknown="ignore", sparse_output=False), columns("key")),
    )


def convert_function(
    scope: "Scope", operator: "Operator", container: "ModelComponentContainer"
) -> None:
    """Write a FunctionTransformer of `feature_pipeline` as ONNX operators, for skl2onnx.

    skl2onnx cannot look inside a Python function, so it is told what each of ours is in ONNX.
    Raises NotImplementedError for any other function.
    """
    from skl2onnx.algebra.onnx_ops import OnnxClip, OnnxDiv, OnnxLog, OnnxSub  # pyright: ignore[reportAttributeAccessIssue] its import makes them

    opset, values = container.target_opset, operator.inputs[0]
    function = operator.raw_operator.func
    if function is log_odds:
        p = OnnxClip(values, np.array(LOWEST), np.array(HIGHEST), op_version=opset)
        one = np.array([1], np.float32)
        values = OnnxDiv(p, OnnxSub(one, p, op_version=opset), op_version=opset)
    elif function is not np.log:
        raise NotImplementedError(f"say in convert_function what {function} is in ONNX")
    OnnxLog(values, op_version=opset, output_names=operator.outputs).add_to(scope, container)


def keep_shape(operator: "Operator") -> None:
    """Tell skl2onnx that a FunctionTransformer returns as many columns as it was given."""
    from skl2onnx.common.data_types import FloatTensorType

    shape = operator.inputs[0].type.shape  # pyright: ignore[reportOptionalMemberAccess] it has one by now
    operator.outputs[0].set_type(FloatTensorType(shape))
