"""The catalogue: what is kept, what is quarantined and why, and what a version stands for."""

import subprocess
import sys
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from arro3.core import Array, DataType, Table
from arro3.io import write_parquet
from jukebox import DIRT, Catalogue, changed_rows, data_version, dirty, labels, validate
from jukebox.data import checks
from jukebox.data.files import read

WEEK = 12
TRACKS, CHARTS = Catalogue(5).week(WEEK)
CLEAN, _ = Catalogue(5, tracks_a_week=10_000).week(WEEK)
NO_ID = ", not 1 to 128 printable ASCII characters without spaces"
HARMLESS = {"reordered"}  # the order of the rows says nothing


def with_cell(column, value, row=3):
    """The tracks with one cell changed."""
    tracks = TRACKS.astype({column: object})
    tracks.at[row, column] = value
    return tracks


def parquet(frame, path):
    """Write a frame as Parquet, with the types of its columns."""
    kinds = {"i": DataType.int64(), "f": DataType.float64(), "b": DataType.bool()}
    columns = {
        name: Array(frame[name].tolist(), kinds.get(frame[name].dtype.kind, DataType.utf8()))
        for name in frame
    }
    write_parquet(Table.from_pydict(columns), path)
    return path


def csv(frame, path):
    """Write a frame as CSV."""
    frame.to_csv(path, index=False)
    return path


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


# Validation


def test_clean_tracks_are_kept_as_they_are():
    """Nothing right is quarantined: ten thousand rows, equal to the last bit and type."""
    kept, quarantined = validate(CLEAN, WEEK)

    assert CLEAN.equals(kept)
    assert 0 == len(quarantined)


@pytest.mark.parametrize("seed", range(3))
def test_the_quarantine_agrees_with_the_ledger(seed):
    """Ten thousand rows and more, all dirty but for a tenth: each is where the ledger says."""
    rates = dict.fromkeys(DIRT, 0.9 / len(DIRT))
    frame, ledger = dirty(CLEAN, np.random.default_rng(seed), rates)
    kept, quarantined = validate(frame, WEEK)
    wrong = ledger[~ledger["kind"].isin(HARMLESS)]

    assert len(frame) == len(kept) + len(quarantined) > 10_000
    assert sorted(wrong["row"]) == quarantined.index.tolist()
    assert frame.drop(index=wrong["row"])["track_id"].tolist() == kept["track_id"].tolist()


def test_what_is_kept_of_dirt_is_clean():
    """The kept rows are rows of the clean tracks, equal to the last bit and type."""
    frame, _ = dirty(CLEAN, np.random.default_rng(0), dict.fromkeys(DIRT, 0.1))
    kept, _ = validate(frame, WEEK)
    clean = CLEAN.set_index("track_id").loc[kept["track_id"]].reset_index()

    assert clean.equals(kept)


@pytest.mark.parametrize("kind", DIRT)
def test_each_kind_of_dirt_has_its_reason(kind):
    """Every row of it, in plain words that name the cell and its value."""
    frame, ledger = dirty(TRACKS, np.random.default_rng(1), {kind: 0.5})
    _, quarantined = validate(frame, WEEK)
    expected = {
        "missing": "{column} is missing",
        "out_of_range": "{column} is {after}, (above|below) .*",
        "wrong_type": "{column} is '{after}', not a number",
        "wrong_encoding": "track_id is '{after}'" + NO_ID,
        "late": "released is {after}, before week 12",
        "duplicate": "track_id is '{track_id}', as in a row above",
        "reordered": None,
    }[kind]
    reasons = quarantined["reason"].to_dict()

    assert 100 == len(ledger)
    assert (0 if kind in HARMLESS else 100) == len(reasons)
    for entry in ledger.to_dict("records") if expected else ():
        pattern = expected.format(**entry)
        assert pd.Series([reasons[entry["row"]]]).str.fullmatch(pattern).all()


@pytest.mark.parametrize(
    ("column", "value", "reason"),
    [
        ("energy", 1.7, "energy is 1.7, above 1"),
        ("energy", 1.0000001, "energy is 1.0000001, above 1"),
        ("energy", float("inf"), "energy is inf, above 1"),
        ("energy", "1.7", "energy is '1.7', above 1"),
        ("energy", "", "energy is '', not a number"),
        ("energy", float("nan"), "energy is missing"),
        ("energy", pd.NA, "energy is missing"),
        ("energy", "0.5\0", "energy is '0.5\\x00', not a number"),
        ("energy", "0_5", "energy is '0_5', not a number"),
        ("energy", "\u0660", "energy is '\u0660', not a number"),
        ("energy", 0.5j, "energy is 0.5j, not a number"),
        ("energy", -(10**400), f"energy is -1{'0' * 38}, below 0"),
        ("energy", [0.5], "energy is [0.5], not a number"),
        ("tempo", "fast" * 50, "tempo is 'fastfastfastfastfastfastfastfastfastfas, not a number"),
        ("key", 2.5, "key is 2.5, not a whole number"),
        ("key", 12, "key is 12, above 11"),
        ("is_explicit", 2, "is_explicit is 2, above 1"),
        ("released", 13, "released is 13, after week 12"),
        ("released", None, "released is missing"),
        ("track_id", None, "track_id is missing"),
        ("track_id", 7, "track_id is 7" + NO_ID),
        ("track_id", "T 7", "track_id is 'T 7'" + NO_ID),
        ("track_id", "T7\n", "track_id is 'T7\\n'" + NO_ID),
        ("track_id", "Türkü", "track_id is 'Türkü'" + NO_ID),
    ],
)
def test_one_bad_cell_is_one_row_with_a_plain_reason(column, value, reason):
    """The other 199 stay."""
    kept, quarantined = validate(with_cell(column, value), WEEK)

    assert {3: reason} == quarantined["reason"].to_dict()
    assert TRACKS.drop(index=3).reset_index(drop=True).equals(kept)


@pytest.mark.parametrize(
    ("column", "value"),
    [("energy", "0.5"), ("energy", 0), ("energy", 1), ("key", -1), ("is_explicit", True)],
)
def test_numbers_as_text_and_values_on_a_bound_are_right(column, value):
    """A file of text is nobody's fault."""
    kept, quarantined = validate(with_cell(column, value), WEEK)

    assert float(value) == kept.at[3, column]
    assert 0 == len(quarantined)


def test_text_becomes_a_number_to_the_last_bit():
    """Where pandas' own parser is off by one in the last place, in a third of all values."""
    energy = np.random.default_rng(0).random(len(TRACKS))
    text = pd.Series([repr(float(value)) for value in energy])
    kept, _ = validate(TRACKS.assign(energy=text))

    assert (pd.to_numeric(text) != energy).any()
    assert energy.tolist() == kept["energy"].tolist()


def test_a_row_with_two_faults_is_one_row_with_the_first_reason():
    """In the order of the columns."""
    tracks = with_cell("tempo", 999.0)
    tracks.at[3, "energy"] = -1.0
    _, quarantined = validate(tracks)

    assert ["energy is -1.0, below 0"] == quarantined["reason"].tolist()


def test_of_two_rows_with_one_id_the_first_right_one_is_kept():
    """A broken row does not throw out the right one below it."""
    frame = pd.concat([TRACKS.iloc[[0]].assign(energy=9.0), TRACKS.iloc[[0, 0, 1]]])
    kept, quarantined = validate(frame)

    assert TRACKS.iloc[:2].equals(kept)
    assert [0, 2] == quarantined.index.tolist()


def test_a_frame_of_nothing_but_dirt_or_of_nothing_is_no_error():
    """Quarantine is an answer."""
    for frame in (TRACKS.iloc[:0], TRACKS.assign(track_id=None), TRACKS.assign(track_id=1)):
        kept, quarantined = validate(frame)

        assert (0, len(frame)) == (len(kept), len(quarantined))
        assert (TRACKS.dtypes[1:] == kept.dtypes[1:]).all()


def test_week_of_release_is_free_without_a_week():
    """As in a file of many weeks; a date in nanoseconds is no week."""
    kept, _ = validate(with_cell("released", 900))
    _, quarantined = validate(with_cell("released", 1_700_000_000))

    assert 900 == kept.at[3, "released"]
    assert ["released is 1700000000, after week 5200"] == quarantined["reason"].tolist()


def test_a_missing_column_is_an_error_and_not_ten_thousand_rows():
    """It names the column, and what there is."""
    with pytest.raises(ValueError, match=r"^No column tempo, mode|^No column mode, tempo"):
        validate(TRACKS.drop(columns=["tempo", "mode"]))


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
    kept, _, _ = read(write(tracks, tmp_path / f"tracks.{write.__name__}"))

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
        env={"PYTHONPATH": str(Path(checks.__file__).parents[2]), "PYTHONHASHSEED": "77"},
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


# A file of your own


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
    kept, quarantined, report = read(path, {"bpm": "tempo", "id": "track_id"})

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
    _, quarantined, report = read(path)

    assert [3] == quarantined.index.tolist()
    assert "track_id: 1 quarantined, the first as track_id is 'T�rk�'" in report[-1]


def test_a_file_of_nothing_but_a_header_has_no_rows(tmp_path):
    """As a delivery looks whose rows were lost on the way."""
    kept, quarantined, report = read(csv(TRACKS.iloc[:0], tmp_path / "tracks.csv"))

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
        read(path, mapping)

    assert str(error.value).startswith(message)


def test_parquet_without_its_reader_says_what_to_install(tmp_path, monkeypatch):
    """It is an extra, for its size."""
    path = parquet(TRACKS, tmp_path / "tracks.parquet")
    monkeypatch.setitem(sys.modules, "arro3.io", None)
    with pytest.raises(ImportError) as error:
        read(path)

    assert "to read Parquet, pip install 'krap-jukebox[parquet]', or save as CSV" == str(
        error.value
    )


def test_a_null_byte_in_a_file_is_seen(tmp_path):
    """The cell does not end there as a smaller number, of which nobody hears."""
    file = csv(with_cell("energy", "0.5\0"), tmp_path / "null.csv")
    kept, quarantined, _ = read(file)

    assert (len(TRACKS) - 1, [3]) == (len(kept), quarantined.index.tolist())
    assert ["energy is '0.5\ufffd', not a number"] == quarantined["reason"].tolist()
