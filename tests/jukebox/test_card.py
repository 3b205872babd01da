"""A card says what was recorded, and names each field that was not."""

import pandas as pd
import pytest
from click.testing import CliRunner
from jukebox import Catalogue, Store
from jukebox.cli import card
from jukebox.cli.main import main

pytestmark = [
    pytest.mark.filterwarnings("ignore:The ``noload`` loader strategy"),  # MLflow of SQLAlchemy
    pytest.mark.filterwarnings("ignore:.*type hint is inferred as AnyType"),  # MLflow of itself
]
METRICS = {"average_precision": 0.25, "brier": 0.0914, "calibration_error": 0.01}
RECORD = {
    "data_version": "d" * 64,
    "code_version": "c" * 64,
    "lock_hash": "e" * 64,
    "packages": {"numpy": "2.0.0"},
    "settings": {"hidden": [], "epochs": 3},
    "seed": 7,
    "fitted_weeks": [0, 3],
    "tested_weeks": [4, 7],
    "features": ["tempo"],
    "metrics": METRICS | {"average_precision_of_chance": 0.11},
}
LINEAGE = {
    "version": 3,
    "digest": "a" * 64,
    "record": RECORD,
    "history": [{"time": 0.0, "action": "promote", "version": 3, "why": "it passed"}],
}
MISSING = [
    "purpose",
    "users",
    "uses to avoid",
    "by country",
    "by group of people",
    "who decided",
    "who may overrule an answer",
]


def test_a_model_card_has_every_field_of_the_record():
    """Each with the record's own value."""
    lines = card.model_card(LINEAGE).splitlines()

    assert "# Model card: version 3" == lines[0]
    for line in (
        f"- digest: {'a' * 64}",
        "- packages: numpy 2.0.0",
        "- settings: hidden none, epochs 3",
        "- seed: 7",
        "- fitted on weeks: 0 to 3",
        "- Brier score: 0.0914",
        "- average precision of chance: 0.11",
        "- decisions: 1970-01-01 00:00 UTC promote: it passed",
    ):
        assert line in lines


def test_what_nothing_recorded_is_named():
    """In the order of the card; a zero and an empty history are recorded."""

    assert MISSING == card.missing_fields(card.model_card(LINEAGE))
    assert "- seed: 0" in card.model_card(LINEAGE | {"record": RECORD | {"seed": 0}})
    assert "- decisions: none yet" in card.model_card(LINEAGE | {"history": []})


@pytest.mark.parametrize("name", RECORD["metrics"])
def test_a_measure_that_was_not_taken_is_not_left_out(name):
    """Its line stays, and says so."""
    metrics = {key: value for key, value in RECORD["metrics"].items() if key != name}
    told = card.model_card(LINEAGE | {"record": RECORD | {"metrics": metrics}})

    assert len(MISSING) + 1 == len(card.missing_fields(told))


def test_a_field_that_is_recorded_one_day_is_shown():
    """The card looks for the purpose; nobody has to change it."""
    told = card.model_card(LINEAGE | {"record": RECORD | {"purpose": "to rank tracks"}})

    assert "- purpose: to rank tracks" in told
    assert "purpose" not in card.missing_fields(told)


@pytest.fixture
def data(tmp_path):
    """A store with two weeks of tracks, one bad row, and one week of charts."""
    world, store = Catalogue(0), Store(tmp_path / "data")
    for week in (0, 1):
        tracks, _ = world.week(week)
        tracks = tracks.astype({"tempo": float})
        if week:
            tracks.loc[0, "tempo"] = -5.0
        store.arrive(week, tracks)
    return store


def test_a_datasheet_counts_what_is_there(data):
    """Rows, weeks, quarantine and models; consent and a day of deletion are named as missing."""
    version = data.freeze()
    tracks, _ = data.read(version)
    told = card.datasheet(card.data_facts(data, version, [1, 2]))

    assert f"- tracks: {len(tracks)}" in told
    assert "- weeks: 0 to 1" in told
    assert "- rows in quarantine, all weeks: 1" in told
    assert "- models that were trained on it: 1 to 2" not in told
    assert "- models that were trained on it: 1, 2" in told
    assert [
        "made for",
        "paid by",
        "people in it",
        "sender",
        "consent or licence",
        "to be deleted on",
    ] == (card.missing_fields(told))


def test_the_columns_are_those_that_the_registry_creates(registry, constant):
    """Read from its tables, not typed."""
    registry.register(constant(0.2))
    found = card.recorded_fields(RECORD)

    log = registry.predictions()
    assert isinstance(log, pd.DataFrame)
    assert {f"predictions.{name}" for name in log.columns} == {
        name for name in found if name.startswith("predictions.")
    }
    assert {"history.why", "alerts.labels", "record.metrics"} <= found
    assert not {"history.person", "predictions.kept_until", "record.purpose"} & found


def test_the_command_prints_both_and_refuses_in_a_sentence(registry, constant, data, monkeypatch):
    """A version that is not there, and one whose record names no data."""
    version = data.freeze()
    registry.register(constant(0.2, data_version=version))
    registry.register(constant(0.3, data_version=""))
    monkeypatch.setattr(card, "open_registry", lambda home, mlflow: registry)
    monkeypatch.setattr(card, "open_store", lambda home: data)

    told = CliRunner().invoke(main, ["card", "1"])
    assert 0 == told.exit_code, told.output
    assert "# Model card: version 1" in told.output
    assert f"# Datasheet: data version {version[:8]}" in told.output
    assert "- models that were trained on it: 1\n" in told.output
    for number, why in (("2", "names no data version: train it again."), ("9", "no version 9")):
        refused = CliRunner().invoke(main, ["card", number])
        assert 1 == refused.exit_code
        assert why in refused.output
