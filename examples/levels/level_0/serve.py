"""Serve model.onnx: `python serve.py 8000`."""

import sys

import numpy as np
import uvicorn
from fastapi import FastAPI
from jukebox import COUNTRIES, FEATURES
from onnxruntime import InferenceSession

model = InferenceSession("model.onnx")
app = FastAPI()


@app.post("/predict")
def predict(body: dict):
    """Give the probability of each country for each track."""
    tracks = body["tracks"]
    rows = np.array([[track[name] for name in FEATURES] for track in tracks], np.float32)
    p = model.run(["probabilities"], {"tracks": rows})[0].astype(float).round(6).tolist()
    answers = [dict(zip(COUNTRIES, row, strict=True)) for row in p]
    return {
        "predictions": [
            {"track_id": track["track_id"], "probabilities": answer}
            for track, answer in zip(tracks, answers, strict=True)
        ]
    }


uvicorn.run(app, port=int(sys.argv[1]))
