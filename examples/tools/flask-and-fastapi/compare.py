"""Train one model, give it to both services, and ask both the same."""

import json
import sys
from http.client import HTTPConnection
from math import nan
from pathlib import Path

import numpy as np
from jukebox import COUNTRIES, FEATURES, Catalogue, predict, train
from services import ask, both

WRONG = (7, "loud", True, nan)  # what no track has for its energy, a share


def show(services, track, energy):
    """Show what both services answer to a track, but with another energy."""
    print("energy:", json.dumps(energy))
    for name, (port, _) in services.items():
        status, said = ask(
            HTTPConnection("127.0.0.1", port, timeout=600), track | {"energy": energy}
        )
        text = said["detail"][0]["msg"] if status == 422 else ""
        if status == 200:
            p = np.array([said[country] for country in COUNTRIES])
            text = f"as the model says: {np.abs(p - expected).max() < 1e-6}"
        print(f"  {name:8}{status} {text}".rstrip())


if __name__ == "__main__":
    catalogue = Catalogue(1)
    model = train(*catalogue.weeks(range(12))).onnx
    Path("model.onnx").write_bytes(model)
    tracks = catalogue.week(12)[0]
    track, expected = (
        tracks.iloc[0][list(FEATURES)].to_dict(),
        predict(model, tracks)[0],
    )
    Path("track.json").write_text(json.dumps(track))
    with both() as services:
        for energy in WRONG if "--bad" in sys.argv else [track["energy"]]:
            show(services, track, energy)
