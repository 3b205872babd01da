"""The service in Flask: what comes in is checked by our own lines."""

from pathlib import Path

import numpy as np
from flask import Flask, abort, request
from jukebox import COUNTRIES, FEATURES, predict, session

app = Flask(__name__)
model = session(Path("model.onnx").read_bytes())


@app.post("/predict")
def answer():
    """Give the probability of charting, by country."""
    track = request.get_json()
    for name, (lowest, highest, unit) in FEATURES.items():
        if not lowest <= track[name] <= highest:
            abort(400, f"{name}: send {lowest} to {highest} ({unit})")
    row = np.array([[track[name] for name in FEATURES]], np.float32)
    return dict(zip(COUNTRIES, predict(model, row)[0].tolist(), strict=True))
