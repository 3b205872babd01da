"""Train on this week's export, and write the model over the former one: `python train.py`."""

from pathlib import Path

import pandas as pd
from jukebox import COLUMNS, LABEL_DELAY, Settings, export, fit, labels

EPOCHS = 3
PENALTY = 1e-3
SEED = 0

tracks = pd.read_csv("tracks.csv")
charts = pd.read_csv("charts.csv", keep_default_na=False)
numbers = COLUMNS[1:]
tracks[numbers] = tracks[numbers].apply(pd.to_numeric, errors="coerce")
tracks = tracks.dropna().drop_duplicates("track_id")
# The charts of newer tracks are still to come.
tracks = tracks[tracks["released"] <= charts["known"].max() - LABEL_DELAY]

fitted = fit(tracks, labels(tracks, charts), Settings(epochs=EPOCHS, penalty=PENALTY), SEED)
Path("model.onnx").write_bytes(export(fitted, {}))
print(f"trained on {len(tracks)} tracks")
