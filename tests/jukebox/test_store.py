"""The store: nothing lost, nothing changed, every version read again to the last bit."""

import json

import numpy as np
import pandas as pd
import pytest
from jukebox import LABEL_DELAY, Catalogue, Store, changed_rows, data_version, dirty
from jukebox.data import store as module

WORLD = Catalogue(5, tracks_a_week=40)


@pytest.fixture
def store(tmp_path):
    """A store of weeks 0 to 5, with the charts that are known by then."""
    store = Store(tmp_path / "data")
    for week in range(6):
        store.arrive(week, WORLD.week(week)[0])
        if week >= LABEL_DELAY:
            store.chart(week, WORLD.week(week - LABEL_DELAY)[1])
    return store


def test_what_was_kept_is_read_to_the_last_bit(store):
    """CSV and back: the frames are equal, with their types."""
    tracks, charts = WORLD.weeks(range(6))
    kept, known = store.read()

    pd.testing.assert_frame_equal(tracks, kept)
    pd.testing.assert_frame_equal(charts[charts["known"] <= 5].reset_index(drop=True), known)


def test_a_version_is_the_hash_of_the_content(store):
    """The store adds nothing of its own to it."""
    tracks, charts = WORLD.weeks(range(6))

    assert data_version(tracks, charts[charts["known"] <= 5]) == store.freeze()


def test_the_same_content_is_one_version(store):
    """To freeze twice, or to receive the same batch again, changes nothing."""
    first = store.freeze()
    store.arrive(3, WORLD.week(3)[0])

    assert (first, [first]) == (store.freeze(), store.versions())


def test_a_correction_is_another_version_and_the_old_one_stays(store):
    """One cell of one row changes: the two versions tell which, with both values."""
    before, batch = store.freeze(), WORLD.week(2)[0]
    batch.loc[7, "energy"] = 0.123
    store.arrive(2, batch)
    after = store.freeze()
    row = changed_rows(store.read(before), store.read(after))

    assert ([before, after], [["T0000087", "energy", WORLD.week(2)[0].at[7, "energy"], 0.123]]) == (
        store.versions(),
        row.to_numpy().tolist(),
    )


def test_a_version_can_begin_later(store):
    """Only the weeks from `since` on, and the charts of their tracks."""
    tracks, charts = store.read(store.freeze(since=2))

    assert ({2, 3, 4, 5}, {5}) == (set(tracks["released"]), set(charts["known"]))


def test_dirt_is_kept_with_its_reason(store):
    """Rows in are rows kept and rows quarantined, also after they were read back."""
    batch, _ = dirty(WORLD.week(6)[0], np.random.default_rng(1), {"missing": 0.1, "duplicate": 0.1})
    kept, quarantined = store.arrive(6, batch)

    assert (44, 8) == (len(kept) + len(quarantined), len(quarantined))
    assert list(quarantined["reason"]) == list(store.quarantined_rows(6)["reason"])
    assert 36 == (store.read()[0]["released"] == 6).sum()


def test_a_row_that_a_check_loses_stops_the_delivery(store, monkeypatch):
    """Also under `python -O`, which leaves assertions out; and nothing is written."""
    batch, before = WORLD.week(6)[0], store.manifest()
    monkeypatch.setattr(module, "validate", lambda batch, week: (batch.head(3), batch.head(0)))

    with pytest.raises(RuntimeError, match="a row was lost here"):
        store.arrive(6, batch)
    assert before == store.manifest()


def test_a_track_of_another_week_is_quarantined(store):
    """The first stays; the reason names its week."""
    batch = WORLD.week(6)[0]
    batch.loc[0, "track_id"] = "T0000003"
    _, quarantined = store.arrive(6, batch)

    assert ["track_id is that of a track of week 0"] == list(quarantined["reason"])
    assert store.read()[0]["track_id"].is_unique


def test_wrong_charts_are_quarantined(store):
    """Each row that is no chart of ours says why; the rest is kept."""
    rows = [("T0000120", "SE"), ("T0000120", "SE"), ("T0000120", "XX"), ("\ufeffT1", "SE")]
    kept, quarantined = store.chart(6, pd.DataFrame(rows, columns=["track_id", "country"]))

    assert (1, 3) == (len(kept), len(quarantined))
    assert [
        "as a row above",
        "country is 'XX', none of ours",
        "track_id is '\\ufeffT1', not 1 to 128 printable ASCII characters without spaces",
    ] == list(quarantined["reason"])


def test_charts_told_twice_count_once(store):
    """The week in which a chart first became known stays."""
    before = store.freeze()
    store.chart(6, WORLD.week(2)[1])

    assert before == store.freeze()


def test_charts_without_a_country_are_refused(store):
    """A frame that lacks a column is an error with the columns that are there."""
    with pytest.raises(ValueError, match="no column country in charts: there are"):
        store.chart(6, pd.DataFrame({"track_id": ["T1"]}))


@pytest.mark.parametrize("step", [1, 2, 3])
def test_a_kill_between_two_files_changes_nothing(store, monkeypatch, step):
    """Batches that no list names are as if they had never come; the same call then succeeds."""
    before, calls, write = store.freeze(), [], module.write_file

    def cut_off(path, content):
        calls.append(path)
        if len(calls) == step:
            raise KeyboardInterrupt
        write(path, content)

    monkeypatch.setattr(module, "write_file", cut_off)
    with pytest.raises(KeyboardInterrupt):
        store.arrive(6, WORLD.week(6)[0])

    assert (5, before) == (store.week, Store(store.folder).freeze())
    store.arrive(6, WORLD.week(6)[0])
    assert 6 == store.week


def test_half_a_file_is_taken_away_again(tmp_path, monkeypatch):
    """Where the disk is full it would take the room; the error names the file that was meant."""

    def full(descriptor):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(module.os, "fsync", full)
    with pytest.raises(OSError) as failed:
        module.write_file(tmp_path / "file", b"content")

    assert (str(tmp_path / "file"), []) == (failed.value.filename, list(tmp_path.iterdir()))


@pytest.mark.parametrize("name", ["00", "../now", "x" * 5000])
def test_an_unknown_version_is_an_error(store, name):
    """It says where to look; the disk is not asked for what can be no name."""
    with pytest.raises(ValueError, match=f"There is no data version '{name}'"):
        store.read(name)


def test_a_list_that_was_cut_off_is_named(store):
    """Not as a fault of JSON, but as a file that has to come back from a copy."""
    listed = store.folder / "now.json"
    listed.write_bytes(listed.read_bytes()[:100])

    with pytest.raises(ValueError, match=r"now\.json is damaged: restore it from a copy"):
        store.read()


def test_an_empty_store_reads_empty_frames(tmp_path):
    """With the columns and types that the stages to the right expect."""
    store = Store(tmp_path)
    tracks, charts = store.read()

    assert (None, 0, 0, "int64") == (store.week, len(tracks), len(charts), charts["known"].dtype)
    assert 0 == len(store.quarantined_rows())


def test_a_list_names_files_by_their_content(store):
    """Every batch that a list names is there, under the hash of its bytes."""
    listed = json.loads((store.folder / "now.json").read_text())["batches"]
    names = [name for weeks in listed.values() for name in weeks.values()]
    contents = [(store.folder / "batches" / name).read_bytes() for name in names]

    assert [n[-20:-4] for n in names] == [
        module.hashlib.sha256(c).hexdigest()[:16] for c in contents
    ]


def test_whatever_was_quarantined_is_read_back_row_by_row(store):
    """Also what ends a line or is half a character."""
    batch = WORLD.week(6)[0].astype(object)
    batch.loc[:2, "energy"] = ["\r", 'a"\n', "\ud800"]
    _, quarantined = store.arrive(6, batch)

    assert 3 == len(quarantined) == len(store.quarantined_rows(6))
    assert quarantined["reason"].tolist()[:2] == store.quarantined_rows(6)["reason"].tolist()[:2]


def test_a_batch_that_was_changed_is_refused(store):
    """One digit of one track, and nobody learns from it."""
    file = next((store.folder / "batches").glob("tracks-0003-*"))
    file.write_bytes(file.read_bytes().replace(b"T000012", b"T900012"))
    fresh = module.read_batch.cache_clear() or Store(store.folder)

    with pytest.raises(ValueError, match="is not what came in: restore it"):
        fresh.read()


@pytest.mark.parametrize("name", ["../now.json", "/etc/passwd", "tracks-1-0.csv", "tracks-0001-\0"])
def test_a_list_that_names_another_file_is_refused(store, name):
    """Nothing outside the batches is read."""
    file = store.folder / "now.json"
    listed = json.loads(file.read_text())
    listed["batches"]["tracks"]["1"] = name
    file.write_text(json.dumps(listed))

    with pytest.raises(ValueError, match="is no batch of tracks"):
        store.read()
