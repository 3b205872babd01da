"""A file of your own: CSV or Parquet, with columns of other names, and a report of what was read."""

import sys

import numpy as np
import pytest
from jukebox.data.files import read_table

from .deliveries import TRACKS, csv, parquet, with_cell


@pytest.mark.parametrize("write", [csv, parquet])
def test_your_own_file_is_read_with_a_mapping_and_a_report(write, tmp_path):
    """Columns of other names, one too many, ids that are numbers, yes and no, and a bad row."""
    own = TRACKS.assign(
        track_id=range(200), is_explicit=TRACKS["is_explicit"] == 1, artist="Karl & Ralph"
    )
    own.loc[7, "tempo"] = 999.0
    own.loc[9, "energy"] = np.nan
    own = own.rename(columns={"tempo": "bpm", "track_id": "id"})
    path = write(own, tmp_path / f"own.{write.__name__}")
    kept, quarantined, report = read_table(path, {"bpm": "tempo", "id": "track_id"})

    assert TRACKS.drop(index=[7, 9])["is_explicit"].tolist() == kept["is_explicit"].tolist()
    assert ["0", "1"] == kept["track_id"].tolist()[:2]
    assert [7, 9] == quarantined.index.tolist()
    assert [
        "200 rows: 198 kept, 2 quarantined",
        "bpm is read as tempo",
        "id is read as track_id",
        "artist is not used",
    ] == report[:4]
    assert report[5].startswith("tempo: 1 quarantined, the first as tempo is ")


def test_a_file_of_bytes_gone_wrong_is_read_and_its_rows_quarantined(tmp_path):
    """A byte order mark is dropped; an id in Latin-1 is no reason to stop."""
    path = csv(with_cell("track_id", "Türkü"), tmp_path / "tracks.csv")
    text = path.read_text("utf-8").encode("latin-1")
    path.write_bytes(b"\xef\xbb\xbf" + text)
    _, quarantined, report = read_table(path)

    assert [3] == quarantined.index.tolist()
    assert "track_id: 1 quarantined, the first as track_id is 'T�rk�'" in report[-1]


def test_a_file_of_nothing_but_a_header_has_no_rows(tmp_path):
    """As a delivery looks whose rows were lost on the way."""
    kept, quarantined, report = read_table(csv(TRACKS.iloc[:0], tmp_path / "tracks.csv"))

    assert (0, 0) == (len(kept), len(quarantined))
    assert ["0 rows: 0 kept, 0 quarantined"] == report


@pytest.mark.parametrize(
    ("columns", "mapping", "message"),
    [
        ({"tempo": "bpm"}, {}, "No column tempo: there are track_id, "),
        ({}, {"bpm": "tempo"}, "No column bpm to map: there are track_id, "),
        (
            {"track_id": "bpm"},
            {"bpm": "tempo"},
            "Two columns for tempo: map the other to a name of its own",
        ),
    ],
)
def test_a_file_whose_columns_do_not_fit_is_refused(columns, mapping, message, tmp_path):
    """With what to do about it."""
    path = csv(TRACKS.rename(columns=columns), tmp_path / "tracks.csv")
    with pytest.raises(ValueError) as error:
        read_table(path, mapping)

    assert str(error.value).startswith(message)


def test_parquet_without_its_reader_says_what_to_install(tmp_path, monkeypatch):
    """It is an extra, for its size."""
    path = parquet(TRACKS, tmp_path / "tracks.parquet")
    monkeypatch.setitem(sys.modules, "arro3.io", None)
    with pytest.raises(ImportError) as error:
        read_table(path)

    assert "to read Parquet, pip install 'krap-jukebox[parquet]', or save as CSV" == str(
        error.value
    )


def test_a_null_byte_in_a_file_is_seen(tmp_path):
    """The cell does not end there as a smaller number, of which nobody hears."""
    file = csv(with_cell("energy", "0.5\0"), tmp_path / "null.csv")
    kept, quarantined, _ = read_table(file)

    assert (len(TRACKS) - 1, [3]) == (len(kept), quarantined.index.tolist())
    assert ["energy is '0.5\ufffd', not a number"] == quarantined["reason"].tolist()
