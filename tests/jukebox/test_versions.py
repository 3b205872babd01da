"""The versions of the data: where a track charted, what a version stands for, and what differs."""

import subprocess
import sys
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from jukebox import changed_rows, data_version, labels
from jukebox.data import versions
from jukebox.data.files import read_table

from .deliveries import CHARTS, TRACKS, csv, parquet

# Labels


def test_labels_are_where_the_charts_say():
    """And nowhere else."""
    charts = pd.DataFrame({"track_id": ["b", "a"], "country": ["ZA", "AE"], "known": 3})
    answer = labels(pd.DataFrame({"track_id": ["a", "b", "c"]}), charts)

    assert [[0, 0], [1, 71]] == np.argwhere(answer).tolist()
    assert (3, 72) == answer.shape


def test_charts_of_a_quarantined_track_are_left_aside():
    """They come in another delivery, and nobody takes them out."""
    answer = labels(TRACKS.iloc[50:], CHARTS)

    assert np.array_equal(labels(TRACKS, CHARTS)[50:], answer)


def test_a_chart_of_an_unknown_country_is_refused():
    """Better than a column too few."""
    with pytest.raises(KeyError, match="XX"):
        labels(TRACKS, CHARTS.assign(country="XX"))


# Versions


def test_the_version_is_that_of_the_content():
    """Whatever the order of rows and columns, and the index."""
    rng = np.random.default_rng(0)
    tracks = TRACKS.iloc[rng.permutation(len(TRACKS)), ::-1]
    charts = CHARTS.iloc[rng.permutation(len(CHARTS)), ::-1]

    assert 64 == len(data_version(TRACKS, CHARTS))
    assert data_version(TRACKS, CHARTS) == data_version(tracks, charts)


@pytest.mark.parametrize("write", [csv, parquet])
def test_the_version_does_not_depend_on_the_format(write, tmp_path):
    """Written, read and versioned again; the values are not rounded, to make it hard."""
    rng = np.random.default_rng(0)
    tracks = TRACKS.assign(energy=rng.random(len(TRACKS)), tempo=rng.uniform(60, 180, len(TRACKS)))
    kept, _, _ = read_table(write(tracks, tmp_path / f"tracks.{write.__name__}"))

    assert tracks.equals(kept)
    assert data_version(tracks, CHARTS) == data_version(kept, CHARTS)


@pytest.mark.whole
def test_the_version_is_the_same_in_another_process():
    """Nothing of this process, such as Python's salted hashes, gets into it."""
    script = (
        "from jukebox import Catalogue, data_version; print(data_version(*Catalogue(5).week(12)))"
    )
    run = subprocess.run(
        [sys.executable, "-c", script],
        env={"PYTHONPATH": str(Path(versions.__file__).parents[2]), "PYTHONHASHSEED": "77"},
        capture_output=True,
        text=True,
        check=True,
    )

    assert data_version(TRACKS, CHARTS) == run.stdout.strip()


@pytest.mark.parametrize("column", TRACKS.columns[1:])
def test_one_changed_cell_is_another_version_and_is_named(column):
    """In any column, by the least step."""
    tracks = TRACKS.copy()
    old = tracks.at[3, column]
    new = old + 1 if column in ("released", "key") else np.nextafter(old, 9e9)
    tracks[column] = tracks[column].astype(type(new))
    tracks.at[3, column] = new

    assert data_version(TRACKS, CHARTS) != data_version(tracks, CHARTS)
    assert [["T0002403", column, old, new]] == changed_rows(
        (TRACKS, CHARTS), (tracks, CHARTS)
    ).to_numpy().tolist()


def test_a_chart_gone_is_another_version_and_is_named():
    """With the country, and the week in which it had been known."""
    gone = CHARTS.iloc[0]
    change = changed_rows((TRACKS, CHARTS), (TRACKS, CHARTS.iloc[1:])).iloc[0]

    assert data_version(TRACKS, CHARTS) != data_version(TRACKS, CHARTS.iloc[1:])
    assert [gone["track_id"], gone["country"], 15.0] == change.tolist()[:3]
    assert pd.isna(change["after"])


def test_a_chart_known_later_is_another_version_and_is_named():
    """What was known when is part of the data."""
    later = CHARTS.assign(known=CHARTS["known"].where(CHARTS.index != 4, 16))
    changes = changed_rows((TRACKS, CHARTS), (TRACKS, later))

    assert data_version(TRACKS, CHARTS) != data_version(TRACKS, later)
    assert [[15, 16]] == changes[["before", "after"]].to_numpy().tolist()


def test_a_track_more_is_another_version_and_is_named():
    """By each of its fourteen cells."""
    fewer = (TRACKS.iloc[1:], CHARTS)
    changes = changed_rows(fewer, (TRACKS, CHARTS))

    assert data_version(*fewer) != data_version(TRACKS, CHARTS)
    assert {"T0002400"} == set(changes["track_id"])
    assert list(TRACKS.columns[1:]) == changes["cell"].tolist()


def test_no_change_is_no_row():
    """Whatever the order of the rows."""

    assert 0 == len(changed_rows((TRACKS, CHARTS), (TRACKS[::-1], CHARTS[::-1])))


def test_a_version_of_a_track_that_stands_there_twice_is_refused():
    """Its rows would have an order."""
    with pytest.raises(ValueError, match="T0002400"):
        data_version(pd.concat([TRACKS, TRACKS.iloc[:1]]), CHARTS)
