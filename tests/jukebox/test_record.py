"""A record reads whatever code of any version wrote, and loses none of it."""

import json
import tarfile
from dataclasses import replace
from pathlib import Path

import pytest
from jukebox import Catalogue, Settings, train
from jukebox.model.record import read_record
from jukebox.model.training import Record

HOME = Path(__file__).parents[1] / "systems" / "homes" / "before-rooms.tar.xz"
RECORD = {
    "code_version": "c" * 64,
    "data_version": "d" * 64,
    "lock_hash": "e" * 64,
    "packages": {"numpy": "2.0.0"},
    "seed": 0,
    "settings": {
        "hidden": [16],
        "penalty": 1,  # as it was typed, not 1.0
        "rate": 0.005,
        "batch": 32,
        "epochs": 3,
        "newest": 4,
    },
    "fitted_weeks": [0, 3],
    "tested_weeks": [4, 7],
    "trained_week": 10,
    "features": ["tempo"],
    "countries": ["AE"],
    "metrics": {"brier": 0.0914},
}


def same(held):
    """Say whether a record is what it was, to the byte, once it is read and written."""
    return json.dumps(held) == json.dumps(read_record(held).as_dict())


def test_a_record_is_read_into_types():
    """Each field is one that an editor knows."""
    record = read_record(RECORD)

    assert Settings(hidden=(16,), penalty=1, epochs=3) == record.settings
    assert ((0, 3), (4, 7), 10) == (record.fitted_weeks, record.tested_weeks, record.trained_week)
    assert (("tempo",), ("AE",), 0) == (record.features, record.countries, record.seed)
    assert {} == record.others
    assert same(RECORD)


@pytest.mark.parametrize("name", RECORD)
def test_a_record_without_a_field(name):
    """Older code did not write it: that is no value, and it is not written now."""
    held = {key: value for key, value in RECORD.items() if key != name}

    assert getattr(Record(), name) == getattr(read_record(held), name)
    assert same(held)


@pytest.mark.parametrize(
    "more",
    [
        {"purpose": "to rank tracks"},
        {"data_version": None},
        {"data_version": ""},
        {"packages": None},
        {"metrics": {}},
        {"seed": "0"},
        {"fitted_weeks": []},
        {"fitted_weeks": [0, 3, 5]},
        {"fitted_weeks": ["2026-W01", "2026-W04"]},
        {"features": [1]},
        {"settings": {}},
        {"settings": {"hidden": [], "epochs": 3}},
        {"settings": RECORD["settings"] | {"momentum": 0.9}},
        {"settings": RECORD["settings"] | {"rate": "fast"}},
    ],
    ids=str,
)
def test_what_this_code_does_not_know_is_not_lost(more):
    """Code of another version wrote it: it is kept as it came, and is no value of ours."""
    [(name, value)] = more.items()
    record = read_record(RECORD | more)

    assert {name: value} == record.others
    assert getattr(Record(), name, None) == getattr(record, name, None)
    assert RECORD | more == record.as_dict()


def test_a_field_that_is_set_takes_the_place_of_one_that_was_not_known():
    """It is written once."""
    record = replace(read_record(RECORD | {"seed": "none"}), seed=3)

    assert RECORD | {"seed": 3} == record.as_dict()


def test_a_training_writes_what_is_read():
    """Nothing of it is unknown to the code that wrote it."""
    record = train(*Catalogue(0).weeks(range(9)), Settings(hidden=(2,), epochs=1)).record

    assert record == read_record(json.loads(json.dumps(record.as_dict())))
    assert same(record.as_dict())


def test_the_records_of_a_home_from_before_there_were_rooms():
    """They read, and stay what they were."""
    with tarfile.open(HOME) as archive:
        files = [each for each in archive if each.name.endswith("/record.json")]
        records = [json.load(archive.extractfile(each)) for each in files]

    assert records
    for held in records:
        assert same(held)
        assert {} == read_record(held).others
