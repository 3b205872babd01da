"""Print what the newest weeks say about a column, or about a version: weeks.py energy, weeks.py 2

About a column of the tracks, its middle value in each of six weeks; about a version, its calibration
slope in each of the four newest weeks with charts, whoever answered then.
"""

import sys
from pathlib import Path

from jukebox import Registry, Store, calibration_slope, labelled_tracks, labels, predict

tracks, charts = Store(Path(".jukebox", "data")).read()
columns = [name for name in tracks.columns if name not in ("track_id", "released")]
match sys.argv[1:]:
    case [asked] if asked in columns:
        for week, middle in tracks.groupby("released")[asked].median().tail(6).items():
            print(f"week {week}  {middle:10.2f}")
    case [asked] if asked in ("1", "2", "3", "4", "5"):
        model = Registry(Path(".jukebox", "registry")).load(int(asked))
        for week, rows in [*labelled_tracks(tracks, charts).groupby("released")][-4:]:
            if week <= model.record.fitted_weeks[1]:
                print(f"week {week}  it learnt from this week")
            else:
                slope, _ = calibration_slope(labels(rows, charts), predict(model.onnx, rows))
                print(f"week {week}  {slope:10.2f}")
    case _:
        sys.exit(f"Type a version from 1 to 5 behind weeks.py, or one of {', '.join(columns)}.")
