"""Write a model, and twelve weeks of tracks as Parquet, a few rows of them wrong."""

import sys
from pathlib import Path

import numpy as np
from jukebox import FEATURES, Catalogue, dirty, train

DIRT = {"missing": 0.005, "out_of_range": 0.005}  # shares of the rows


def main(typed=True):
    """Write model.onnx and a file for each week;
    untyped, pandas says what type a column has."""
    catalogue, rng = Catalogue(seed=1), np.random.default_rng(278)
    Path("model.onnx").write_bytes(train(*catalogue.weeks(range(12))).onnx)
    Path("weeks").mkdir(exist_ok=True)
    for week in range(12):
        tracks, _ = dirty(catalogue.week(week)[0], rng, DIRT)
        tracks = (
            tracks.astype(dict.fromkeys(FEATURES, float))
            if typed
            else tracks.infer_objects()
        )
        tracks.to_parquet(f"weeks/{week:02}.parquet", index=False)


if __name__ == "__main__":
    main("--untyped" not in sys.argv)
