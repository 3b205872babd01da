"""The net is trained, kept and exported,
unless Python decides by what is in the data."""

import json

import numpy as np
from jukebox import Catalogue, matrix, predict
from safetensors.numpy import load_file


def test_the_kept_weights_and_the_exported_net_give_the_same_answers(typed, here):
    """NumPy computes from the weights what ONNX Runtime answers,
    so neither file misses a part."""
    assert typed("works.console") == [0]

    kept = (here / "net.safetensors").read_bytes()
    header = json.loads(kept[8 : 8 + int.from_bytes(kept[:8], "little")])
    # A text, then numbers: no pickle.
    assert {w["dtype"] for w in header.values()} == {"F32"}

    w = load_file(here / "net.safetensors")
    tracks = matrix(Catalogue(2).week(20)[0])
    hidden = (tracks - w["mean"]) / w["spread"] @ w["layers.0.weight"].T + w[
        "layers.0.bias"
    ]
    logits = np.maximum(hidden, 0) @ w["layers.2.weight"].T + w["layers.2.bias"]
    exported = predict((here / "net.onnx").read_bytes(), tracks)
    assert np.abs(1 / (1 + np.exp(-logits)) - exported).max() < 1e-6


def test_a_branch_on_the_data_is_not_exported(typed, here):
    """The net that Python runs, and that has learnt as well as the other,
    leaves no ONNX file."""
    assert typed("fails.console") == [1]

    assert not (here / "net.onnx").exists()
