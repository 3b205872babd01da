"""A model: an ONNX file, which holds data and no program, and the record of how it was made."""

import hashlib
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import pandas as pd

from own.schema import FEATURES, KIND

TEXT = [name for name, column in FEATURES.items() if str(column.dtype).startswith("str")]


@dataclass(frozen=True)
class Model:
    """The bytes of a model and its record, a dictionary that is kept as JSON."""

    onnx: bytes
    record: dict

    @cached_property
    def digest(self) -> str:
        """The SHA-256 of the bytes, in hex."""
        return hashlib.sha256(self.onnx).hexdigest()

    @property
    def version(self) -> str:
        """The name of the model: the beginning of its digest."""
        return self.digest[:12]

    @cached_property
    def _session(self):
        import onnxruntime

        return onnxruntime.InferenceSession(self.onnx, providers=["CPUExecutionProvider"])

    def predict(self, rows: pd.DataFrame) -> np.ndarray:
        """Return the answer for each row: a probability from 0 to 1, or a number."""
        asked = {
            put.name: rows[[put.name]].to_numpy(str if put.name in TEXT else np.float32)
            for put in self._session.get_inputs()
        }
        answers = self._session.run(None, asked)[-1]
        return (answers[:, 1] if KIND == "yes/no" else answers[:, 0]).astype(float)
