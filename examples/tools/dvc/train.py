"""The second stage: one model of those tables, in ONNX, and its score."""

import json
from pathlib import Path

import pandas as pd
import yaml
from jukebox import Settings, train

epochs = yaml.safe_load(Path("params.yaml").read_text("utf-8"))["epochs"]
tables = [
    pd.read_csv(f"data/{name}.csv", keep_default_na=False)
    for name in ("tracks", "charts")
]
model = train(*tables, Settings(epochs=epochs))
Path("model.onnx").write_bytes(model.onnx)
score = round(model.record.metrics["average_precision"], 3)
Path("metrics.json").write_text(json.dumps({"average precision": score}), "utf-8")
print("average precision", score)
