"""Write Jukebox's tracks as CSV for TFX, one batch right and one wrong,
and a schema with bounds."""

import sys
from pathlib import Path

import tensorflow_data_validation as tfdv
from jukebox import FEATURES, Catalogue
from tensorflow_metadata.proto.v0 import schema_pb2


def batch(weeks):
    """Return the 13 features of some weeks' tracks,
    and whether each charted in Great Britain."""
    tracks, charts = Catalogue(1).weeks(weeks)
    british = charts["track_id"][charts["country"] == "GB"]
    return tracks[list(FEATURES)].assign(
        charts=tracks["track_id"].isin(british).astype(int)
    )


def main(folder):
    """Write `good`, `bad` and `schema.pbtxt` into a folder."""
    good, bad = batch(range(8)), batch(range(8, 16))
    bad.loc[::10, "energy"] *= 100  # somebody began to send per cent
    for name, frame in (("good", good), ("bad", bad)):
        (folder / name).mkdir(parents=True, exist_ok=True)
        frame.to_csv(folder / name / "tracks.csv", index=False)
    schema = tfdv.infer_schema(tfdv.generate_statistics_from_dataframe(good))
    for name, (lowest, highest, unit) in FEATURES.items():
        if unit == "share":
            bounds = schema_pb2.FloatDomain(min=lowest, max=highest)
            tfdv.set_domain(schema, name, bounds)
    tfdv.write_schema_text(schema, str(folder / "schema.pbtxt"))


if __name__ == "__main__":
    main(Path(sys.argv[1]))
