"""The checks: what is kept, what is quarantined, and why."""

import numpy as np
import pandas as pd
import pytest
from jukebox import DIRT, Catalogue, dirty, validate

from .deliveries import TRACKS, WEEK, with_cell

CLEAN, _ = Catalogue(5, tracks_a_week=10_000).week(WEEK)
NO_ID = ", not 1 to 128 printable ASCII characters without spaces"
HARMLESS = {"reordered"}  # the order of the rows says nothing


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
