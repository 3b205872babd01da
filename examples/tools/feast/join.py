"""Join tracks with where they chart:
by the newest value, and by that of their release."""

import sys
from datetime import UTC, datetime, timedelta

import numpy as np
import pandas as pd
from feast import Entity, FeatureStore, FeatureView, Field, FileSource, ValueType
from feast.types import Int64
from jukebox import COUNTRIES, LABEL_DELAY, Catalogue, average_precision, labels, matrix
from jukebox.world.simulation import REGIONS
from sklearn.linear_model import LogisticRegression
from sklearn.multiclass import OneVsRestClassifier
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

MONDAY = datetime(2026, 1, 5, tzinfo=UTC)  # the start of week 0
NOW = 15  # the week it is
FIELDS = [f"region_{n}" for n in range(len(REGIONS))]  # how many countries it charts in
NAMES = [f"charts:{field}" for field in FIELDS]

tracks, charts = Catalogue(1).weeks(range(NOW + 1))
y, week = labels(tracks, charts), tracks["released"]
tracks["event_timestamp"] = MONDAY + pd.to_timedelta(7 * week, "D")
inside = [[c in r.split() for r in REGIONS] for c in COUNTRIES]
counts = y @ np.array(inside).astype(int)
later = tracks["event_timestamp"] + timedelta(weeks=LABEL_DELAY)
release = tracks[["track_id", "event_timestamp"]].assign(**dict.fromkeys(FIELDS, 0))
counted = dict(zip(FIELDS, counts.T, strict=True))
known = release.assign(event_timestamp=later, **counted)
history = pd.concat([release, known[week + LABEL_DELAY <= NOW]], ignore_index=True)
history.to_parquet("charts.parquet")

source = FileSource(path="charts.parquet", timestamp_field="event_timestamp")
track = Entity(name="track", join_keys=["track_id"], value_type=ValueType.STRING)
schema = [Field(name=field, dtype=Int64) for field in FIELDS]
view = FeatureView(name="charts", entities=[track], schema=schema, source=source)
store = FeatureStore(".")
store.apply([track, view])
asked = tracks[["track_id", "event_timestamp"]]
joins = {
    "the newest value": history.groupby("track_id").last(),
    "as of the release": store.get_historical_features(asked, NAMES).to_df(),
}
if "--forget" not in sys.argv:
    store.materialize(MONDAY, MONDAY + timedelta(weeks=NOW))
new = [*tracks["track_id"][week == NOW], "T9999999"]
online = store.get_online_features(NAMES, [{"track_id": i} for i in new]).to_dict()
for track_id, value in list(zip(new, online["region_0"], strict=True))[-2:]:
    print(track_id, value)

for name, joined in joins.items():
    values = joined.reset_index().set_index("track_id").loc[tracks["track_id"], FIELDS]
    x = np.column_stack([matrix(tracks), values])
    estimator = OneVsRestClassifier(LogisticRegression(solver="newton-cholesky"))
    model = make_pipeline(StandardScaler(), estimator).fit(x[week < 8], y[week < 8])
    tests = (week >= 8) & (week + LABEL_DELAY < NOW)
    now = week == NOW
    x[now, -len(FIELDS) :] = np.transpose([online[field][:-1] for field in FIELDS])
    answers = [(y[w], model.predict_proba(x[w])) for w in (tests, now)]
    scores = [average_precision(*answer) for answer in answers]
    print(f"{name:18} promised {scores[0]:.3f}, served {scores[1]:.3f}")
