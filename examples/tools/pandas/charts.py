"""Read a supplier's charts from CSV, with types that are stated,
or with those that pandas guesses."""

import sys

import pandas as pd
from jukebox import COUNTRIES, Catalogue, labels

TYPES = {"track_id": "string", "country": "string", "known": "Int64"}


def sent():
    """Write charts.csv as the supplier sends it,
    and return our tracks of the same weeks."""
    tracks, charts = Catalogue(1).weeks(range(2))
    for frame in (tracks, charts):
        # Their ids are digits.
        frame["track_id"] = frame["track_id"].str.removeprefix("T")
    charts["known"] = charts["known"].astype("Int64")
    charts.loc[0, "country"] = "NA"  # Namibia
    charts.loc[1, "known"] = None  # the week is not known yet
    charts.to_csv("charts.csv", index=False)
    return tracks


def read(path):
    """Return the charts as they were meant: only an empty cell is missing."""
    return pd.read_csv(path, dtype=TYPES, keep_default_na=False, na_values=[""])


def main(reader):
    """Read the charts, and see how many of them find their track."""
    tracks = sent()
    charts = reader("charts.csv")
    print(charts.head(2).to_string(index=False))
    print(", ".join(f"{name} {kind}" for name, kind in charts.dtypes.items()))
    ours = charts[charts["country"].isin(COUNTRIES)]
    elsewhere = charts.loc[~charts["country"].isin(COUNTRIES), "country"].unique()
    print("charts elsewhere:", *elsewhere)
    found = labels(tracks, ours).sum()
    print(f"charts that found their track: {found} of {len(ours)}")
    if found < len(ours):
        sys.exit("labels() sees tracks that charted nowhere, and raises nothing")


if __name__ == "__main__":
    main(pd.read_csv if "--guess" in sys.argv else read)
