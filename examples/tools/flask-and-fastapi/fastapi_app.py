"""The service in FastAPI: what comes in is declared, and pydantic checks it."""

from pathlib import Path

import numpy as np
from fastapi import FastAPI
from jukebox import COUNTRIES, FEATURES, predict, session
from pydantic import ConfigDict, Field, create_model

Track = create_model(
    "Track",
    __config__=ConfigDict(strict=True),
    **{
        name: (float, Field(ge=lowest, le=highest, description=unit))
        for name, (lowest, highest, unit) in FEATURES.items()
    },
)
app = FastAPI()
model = session(Path("model.onnx").read_bytes())


@app.post("/predict")
async def answer(track: Track):
    """Give the probability of charting, by country."""
    row = np.array([[getattr(track, name) for name in FEATURES]], np.float32)
    return dict(zip(COUNTRIES, predict(model, row)[0].tolist(), strict=True))
