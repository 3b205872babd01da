"""Ask the pushed model about a folder's tracks:
does it know more than how many of them chart?"""

import sys
from pathlib import Path

import pandas as pd
import tensorflow as tf

tracks = pd.read_csv(Path(sys.argv[1], "tracks.csv"))
charts = tracks.pop("charts").to_numpy()
(pushed,) = Path("pushed").iterdir()
asked = {name: tf.constant(tracks[[name]].to_numpy("float32")) for name in tracks}
model = tf.saved_model.load(str(pushed))
p = model.serve(asked).numpy()[:, 0]
brier, chance = ((p - charts) ** 2).mean(), ((charts.mean() - charts) ** 2).mean()
print("better than chance:", brier < 0.98 * chance)
