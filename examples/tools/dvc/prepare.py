"""The first stage: the weeks' releases, checked, as two tables in `data`."""

from pathlib import Path

import yaml
from jukebox import Catalogue, validate

weeks = yaml.safe_load(Path("params.yaml").read_text("utf-8"))["weeks"]
tracks, charts = Catalogue(1).weeks(range(weeks))
kept, quarantined = validate(tracks)
Path("data").mkdir(exist_ok=True)
kept.to_csv("data/tracks.csv", index=False)
charts.to_csv("data/charts.csv", index=False)
print(len(kept), "tracks kept,", len(quarantined), "quarantined")
