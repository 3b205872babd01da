"""Ask a version about each track of tracks.json alone, and say which it answers: each.py 4"""

import json
import sys
from pathlib import Path

import numpy as np
from jukebox import FEATURES, Registry
from jukebox.serving.rollout import Scorer

if sys.argv[1:] not in [[version] for version in "12345"]:
    sys.exit("Type a version from 1 to 5 behind each.py.")
tracks, failed = json.loads(Path("tracks.json").read_text("utf-8")), 0
version = int(sys.argv[1])
ask = Scorer(version, Registry(Path(".jukebox", "registry")).load(version))
for track in tracks:
    try:
        ask(np.array([[track[name] for name in FEATURES]], np.float32))
        said = "answered"
    except ValueError as error:
        said, failed = f"failed: {error}", failed + 1
    print(track["track_id"], said)
print(f"version {version}: {len(tracks)} tracks, {failed} failed")
