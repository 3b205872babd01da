"""Compare a week of tracks with the four weeks before it:
Evidently's preset, a test, a report."""

import json
import sys
from pathlib import Path

from evidently import DataDefinition, Dataset, Report
from evidently.metrics import DriftedColumnsCount
from evidently.presets import DataDriftPreset
from evidently.tests import lte
from jukebox import FEATURES, Catalogue, Drift, drift
from jukebox.watch.drift import CATEGORICAL

WEEK = 12  # of the drift, if there is one
MOST = 1  # columns that may fail: among 13 tests at 5 %, one may fail by chance
NUMBERS = [column for column in FEATURES if column not in CATEGORICAL]


def windows(drifts):
    """Return the tracks of four weeks, (800, 13), and of the week after, (200, 13)."""
    tracks, _ = Catalogue(1, drifts).weeks(range(WEEK - 4, WEEK + 1))
    newest = tracks["released"] == WEEK
    return tracks.loc[~newest, list(FEATURES)], tracks.loc[newest, list(FEATURES)]


def report(reference, current):
    """Write report.html and report.json; return the tests of the preset, and ours."""
    definition = DataDefinition(
        numerical_columns=NUMBERS, categorical_columns=list(CATEGORICAL)
    )
    before, now = (
        Dataset.from_pandas(frame, definition) for frame in (reference, current)
    )
    preset = Report([DataDriftPreset()], include_tests=True).run(now, before)
    ours = Report([DriftedColumnsCount(tests=[lte(MOST)])]).run(now, before)
    preset.save_html("report.html")
    preset.save_json("report.json")
    return json.loads(preset.json())["tests"], json.loads(ours.json())["tests"]


def main(drifts):
    """Say which tests fail, and what the two verdicts on the week are; return ours."""
    reference, current = windows(drifts)
    (whole, *columns), (ours,) = report(reference, current)
    for test in columns:
        if test["status"] == "FAIL":
            print(f"{test['name']}: {test['status']}")
    print(f"the preset: {whole['status']}, {whole['name']}")
    print(f"our limit:  {ours['status']}, {ours['name']}")
    table = drift(reference, current)
    found = table.index[table["verdict"] == "drift"]
    print("jukebox.drift:", ", ".join(found) or "nothing")
    print(f"report.html: {Path('report.html').stat().st_size / 1e6:.0f} MB")
    return ours["status"] != "SUCCESS"


if __name__ == "__main__":
    sys.exit(main([Drift("covariate", start=WEEK)] if "--drift" in sys.argv else []))
