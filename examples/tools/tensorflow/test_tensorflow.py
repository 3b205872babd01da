"""The Keras net is kept and exported whole;
a scale that it learnt is missing in the export."""

import json
from zipfile import ZipFile

import h5py
import numpy as np
from jukebox import Catalogue, matrix, session


def answers(file, tracks):
    """The probabilities that ONNX Runtime gives, (n, 72)."""
    return session(file.read_bytes()).run(None, {"tracks": tracks})[0]


def test_the_kept_net_and_the_exported_one_give_the_same_answers(typed, here):
    """NumPy computes from the numbers in `net.keras` what ONNX Runtime answers from
    `net.onnx`."""
    assert typed("works.console") == [0]

    with ZipFile(here / "net.keras") as kept:
        # A text; the numbers are in another file.
        config = json.loads(kept.read("config.json"))
        kept.extract("model.weights.h5", here)
    scale = config["config"]["layers"][1]["config"]
    with h5py.File(here / "model.weights.h5") as file:
        w1, b1 = (file["layers/dense/vars"][n][()] for n in "01")
        w2, b2 = (file["layers/dense_1/vars"][n][()] for n in "01")
    tracks = matrix(Catalogue(2).week(20)[0])
    hidden = np.maximum((tracks * scale["scale"] + scale["offset"]) @ w1 + b1, 0)
    assert (
        np.abs(
            1 / (1 + np.exp(-hidden @ w2 - b2)) - answers(here / "net.onnx", tracks)
        ).max()
        < 1e-6
    )


def test_a_scale_that_was_learnt_does_not_travel_with_the_export(typed, here):
    """Keras reads its own file back,
    and the ONNX file expects the scale among its inputs."""
    assert typed("fails.console") == [1]

    asked = [i.name for i in session((here / "net.onnx").read_bytes()).get_inputs()]
    assert "tracks" in asked
    assert len(asked) == 3
