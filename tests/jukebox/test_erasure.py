"""Erasure: who saw a track is told rightly, and what is forgotten is nowhere any more."""

import shutil
from contextlib import closing

import pandas as pd
import pytest
from jukebox import LABEL_DELAY, Catalogue, Forgotten, Store
from jukebox.data import erasure
from jukebox.data.erasure import find_holders, find_unknown_models, forget, trace_track

from .loops import WEEKS, names
from .test_loop import lazily

pytestmark = [
    pytest.mark.whole,  # runs of the loop, from a trigger to a promotion
    pytest.mark.filterwarnings("ignore:The ``noload`` loader strategy"),  # MLflow of SQLAlchemy
    pytest.mark.filterwarnings("ignore:.*type hint is inferred as AnyType"),  # MLflow of itself
]
WORLD = Catalogue(5, tracks_a_week=40)
GONE = "T0000087"  # of week 2
WHY = "the artist withdrew it"


@pytest.fixture(scope="module")
def kept(tmp_path_factory):
    """A store of 6 weeks in two versions; the second has a correction. No test may change it.

    GONE is in both, in a batch that only the first names, in one that nobody names, in the
    quarantine, and in half a file.
    """
    store = Store(tmp_path_factory.mktemp("kept") / "data")
    for week in range(6):
        rows = WORLD.week(week)[0].astype({"key": object, "tempo": object})
        rows.loc[0, "tempo"] = 'of a "quoted,\nbroken" line, or NA'
        rows.loc[1, ["track_id", "tempo"]] = ["NA", ""]
        store.arrive(week, rows)
        if week >= LABEL_DELAY:
            store.chart(week, WORLD.week(week - LABEL_DELAY)[1])
    store.freeze()
    again = WORLD.week(2)[0].astype({"key": object})
    for energy in (0.1, 0.2):  # nobody freezes what came in first
        again.loc[7, "energy"] = energy
        store.arrive(2, again)
    again.loc[9, "track_id"] = again.loc[7, "track_id"]
    store.arrive(2, again)
    store.freeze()
    (store.folder / "batches" / ".tracks-0002-half.csv.1").write_text(GONE)
    return store.folder


@pytest.fixture
def store(kept, tmp_path):
    """A copy of it, to change."""
    return Store(shutil.copytree(kept, tmp_path / "data"))


def naming(store, text=GONE):
    """Give the names of the files that hold a text."""
    return [f.name for f in store.folder.rglob("*") if f.is_file() and text in f.read_text()]


def contents(store):
    """Give what can be read of now and of each version, and the quarantine, without GONE."""
    frames = [f for v in (None, *store.versions()) for f in store.read(v, whole=False)]
    frames.append(store.quarantined_rows())
    return [f[f["track_id"] != GONE].reset_index(drop=True) for f in frames]


def quarantine(store):
    """Give the lines of all files of the quarantine."""
    files = (store.folder / "batches").glob("quarantine-*")
    return {line for file in files for line in file.read_bytes().decode().split("\n")}


def test_nothing_of_a_forgotten_track_is_left(store):
    """Not in a batch that a version names, nor in one that none does, nor in half a file."""
    before = naming(store)
    went = forget(store, [GONE], WHY)

    assert (7, []) == (len(before), naming(store))
    assert {GONE} == {one for ids in went.values() for one in ids}
    assert (4, 1) == (len(went["tracks"]), len(went["quarantine"]))


def test_all_other_rows_are_as_they_were(store):
    """To the byte: also what stands in quotes, an empty cell, and a track of the name NA."""
    before, lines = contents(store), quarantine(store)
    forget(store, [GONE], WHY)

    for old, new in zip(before, contents(store), strict=True):
        pd.testing.assert_frame_equal(old, new)
    assert {line for line in lines if GONE not in line} == quarantine(store)


def test_a_version_says_what_it_lost(store):
    """It is no longer what its name says, so nobody gets it by mistake; what is now can be read."""
    first, second = store.versions()
    forget(store, [GONE], WHY)

    with pytest.raises(Forgotten, match=rf"{first[:8]} lost 1 track on request \({WHY}\)"):
        store.read(first)
    assert GONE not in set(store.read()[0]["track_id"])
    assert store.freeze() not in (first, second)


def test_a_version_without_the_track_is_whole(store):
    """Though it names batches that were written anew: its charts are read beside its own tracks."""
    later = store.freeze(since=3)
    before = store.read(later)
    forget(store, [GONE], WHY)

    for old, new in zip(before, store.read(later), strict=True):
        pd.testing.assert_frame_equal(old, new)


def test_what_was_lost_outlives_the_next_batch(store):
    """The list of now keeps it, without the id."""
    forget(store, [GONE], WHY)
    store.arrive(6, WORLD.week(6)[0])
    (lost,) = store.manifest()["forgotten"].values()

    assert (2, WHY) == (lost["released"], lost["why"])


def test_a_track_that_comes_in_again_makes_its_version_whole_again(store):
    """Nothing bars it; and what is frozen then can be read."""
    tracks = WORLD.week(6)[0]
    store.arrive(6, tracks)
    version = store.freeze()
    forget(store, tracks["track_id"][:2], WHY)
    store.arrive(6, tracks)

    assert version == store.freeze()
    assert tracks["track_id"].isin(store.read(version)[0]["track_id"]).all()


def test_a_reason_is_needed(store):
    """Before anything is touched."""
    with pytest.raises(ValueError, match="Say why"):
        forget(store, [GONE], " ")

    assert 7 == len(naming(store))


def test_an_empty_id_names_no_track(store):
    """A variable that was not set would be the id of each row that lacks one."""
    before = quarantine(store)

    with pytest.raises(ValueError, match="An empty id names no track"):
        forget(store, [GONE, ""], WHY)
    assert (7, before) == (len(naming(store)), quarantine(store))


def test_a_file_that_is_no_batch_is_not_passed_over(store):
    """Somebody's copy may hold the track; nothing else is touched meanwhile, nor ever removed."""
    (copy := store.folder / "batches" / "tracks (1).csv").write_text(GONE)
    (own := store.folder / "batches" / ".ours").touch()

    with pytest.raises(ValueError, match="is no batch, and may hold these tracks: move it away"):
        forget(store, [GONE], WHY)
    assert 8 == len(naming(store))
    copy.unlink()
    forget(store, [GONE], WHY)
    assert ([], True) == (naming(store), own.exists())


def test_a_week_may_lose_all_its_tracks(store):
    """What is left of it is a head without rows."""
    tracks, charts = store.read()
    newest = tracks["released"] == store.week
    forget(store, tracks["track_id"][newest], WHY)
    left = store.read()

    pd.testing.assert_frame_equal(tracks[~newest].reset_index(drop=True), left[0])
    pd.testing.assert_frame_equal(charts, left[1])


@pytest.mark.parametrize("step", [1, 6, 7, 8, 9, 10, 11, 13])
def test_a_kill_leaves_every_list_with_its_files(store, monkeypatch, step):
    """Before each write and each deletion; the same call then ends where it would have ended."""
    before, calls = contents(store), []

    def fatal(act):
        def acted(*given):
            calls.append(given)
            if len(calls) == step:
                raise KeyboardInterrupt
            act(*given)

        return acted

    with monkeypatch.context() as patched:
        patched.setattr(erasure, "write_file", fatal(erasure.write_file))
        patched.setattr(erasure.Path, "unlink", fatal(erasure.Path.unlink))
        with pytest.raises(KeyboardInterrupt):
            forget(store, [GONE], WHY)
    half = contents(Store(store.folder))
    forget(store, [GONE], WHY)

    for old, now, end in zip(before, half, contents(store), strict=True):
        pd.testing.assert_frame_equal(old, now)
        pd.testing.assert_frame_equal(old, end)
    assert [] == naming(store)
    assert [True, True] == ["why" in mark for mark in find_holders(store, GONE).values()]


def test_fitted_is_told_from_tested(store, registry, constant):
    """A track was learnt from, or only examined with, or neither; before and after it is forgotten."""
    first, second = store.versions()
    for level, data, fitted, tested in (
        (0.1, first, [0, 1], [2, 3]),
        (0.2, second, [0, 2], [3, 3]),
        (0.3, second, [0, 0], [1, 1]),
        (0.4, "f" * 64, [0, 2], [3, 3]),
    ):
        weeks = {"fitted_weeks": fitted, "tested_weeks": tested}
        registry.register(constant(level, data_version=data, **weeks))
    expected = [(first, 2, [], [1], []), (second, 2, [2], [], [3])]
    parts = ("data_version", "released", "fitted", "tested", "neither")
    before = trace_track(GONE, store, registry)
    forget(store, [GONE], WHY)
    after = trace_track(GONE, store, registry)

    assert expected == [tuple(one[part] for part in parts) for one in before]
    assert expected == [tuple(one[part] for part in parts) for one in after]
    assert [None, None, WHY, WHY] == [
        one["forgotten"] and one["forgotten"]["why"] for one in before + after
    ]
    assert ([], [4]) == (trace_track("T9", store, registry), find_unknown_models(store, registry))


@pytest.mark.parametrize("last", ["start", "validate", "train", "gate"])
def test_a_run_whose_data_lost_a_track_is_refused_and_its_triggers_fire_again(home, last):
    """It would be judged on something else than it was planned for; nobody has judged the code."""
    lazily(home).commit("better")
    with closing(home.loop()) as loop:
        fired = loop.look()
        while loop.advance().name != last:
            pass
        forget(home.store, [home.store.read()[0]["track_id"].iloc[0]], WHY)
        ended = loop.advance()
        again = loop.look()
        *_, end = loop.run()

    assert ("refused", True) == (ended.name, "lost 1 track on request" in ended.why)
    assert "training failed" not in ended.why
    assert ["code"] == [e.figures.kind for e in fired]
    assert ["code"] == [e.figures.kind for e in again]
    assert "promoted" == end.name
    assert [] == home.go()


def test_a_data_trigger_is_not_used_up_by_a_run_that_lost_a_track(home):
    """The rows are as new as before; of the same data again, no run has said anything yet."""
    for week in range(WEEKS, WEEKS + 2):
        home.week(week)
    week, last = home.store.week, home.store.read()[0].iloc[-1]
    with closing(home.loop()) as loop:
        fired = loop.look()
        while loop.advance().name != "validate":
            pass
        forget(home.store, [last["track_id"]], WHY)
        loop.advance()
        home.week(week)  # its sender sends it again
        again = loop.look()
        second = list(loop.run())

    assert ["data"] == [e.figures.kind for e in fired]
    assert ["data"] == [e.figures.kind for e in again]
    assert {"start", "validate", "train"} < set(names(second))


def test_a_track_that_is_forgotten_while_its_job_trains(home):
    """Whatever the job says of files that are gone, the reason is the deletion."""
    home.commit("better")

    def train(*given):
        forget(home.store, [home.store.read()[0]["track_id"].iloc[0]], WHY)
        raise RuntimeError("FileNotFoundError: tracks-0000")

    ended = home.go(train=train)[-1]

    assert ("refused", True) == (ended.name, ended.why.startswith("Data version "))


def test_the_loop_looks_on_after_a_track_was_forgotten(home):
    """What it learnt from last is compared as far as it is left: one track is no trigger."""
    forget(home.store, [home.store.read()[0]["track_id"].iloc[0]], WHY)

    with closing(home.loop()) as loop:
        assert [] == loop.look()
