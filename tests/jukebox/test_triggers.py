"""Each trigger fires when it must, and not when it must not."""

import hashlib
import shutil
from contextlib import closing

import pandas as pd
import pytest
from jukebox import Catalogue, Drift, Journal, Policy, Tampered, code_version, drift
from jukebox.loop.events import Entry, Trigger
from jukebox.loop.triggers import Now, find_fall, fire_trigger
from jukebox.model import identity, job
from jukebox.model.identity import FLAT_MODULES

from .loops import CALM, POLICY, TURN, answer, names

pytestmark = [
    pytest.mark.whole,  # runs of the loop, from a trigger to a promotion
    pytest.mark.filterwarnings("ignore:The ``noload`` loader strategy"),  # MLflow of SQLAlchemy
    pytest.mark.filterwarnings("ignore:.*type hint is inferred as AnyType"),  # MLflow of itself
]
NEVER = Policy(rows=10**6, limits=POLICY.limits, answers=5)  # no data is enough


def look(home, policy=POLICY):
    """Give the names of what a look fires."""
    with closing(home.loop(policy)) as loop:
        return names(loop.look())


def live_on(home, weeks, by=2, share=1.0):
    """Let weeks pass in which a version answers for a share of the tracks."""
    for week in weeks:
        kept = home.week(week)
        answer(home.registry, by, kept[: round(share * len(kept))])


def start(home, policy=POLICY):
    """Look, start a run, and give its plan."""
    with closing(home.loop(policy)) as loop:
        loop.look()
        return loop.advance().figures


# ---- code ----------------------------------------------------------------------------------------


def test_a_commit_to_the_training_fires(home):
    """The cause is the version of the code."""
    home.commit("new")
    with closing(home.loop()) as loop:
        (event,) = loop.look()
    version = code_version(home.checkout)

    assert ("code", version) == (event.figures.kind, event.figures.cause)
    assert f"the code is now {version[:8]}" == event.why


def test_what_makes_no_model_does_not_fire(home):
    """A comment, a page, a service, and a job that hands the training its data."""
    source = home.checkout / "model" / "training.py"
    source.write_text(f"# A comment\n{source.read_text('utf-8')}", "utf-8")
    for name in ("service.py", "model/job.py", "page.md"):
        (home.checkout / name).write_text("new", "utf-8")

    assert [] == look(home)


def test_another_release_of_a_package_fires(home, monkeypatch):
    """The same code does not make the same model with it; the sentence names it."""
    here = identity.installed_versions() | {"scipy": "1.1"}
    monkeypatch.setattr(identity.metadata, "version", here.get)
    with closing(home.loop()) as loop:
        (event,) = loop.look()

    assert "the code is the same, but scipy is now 1.1" == event.why


def test_a_champion_from_before_there_were_rooms_is_trained_anew_once(new, monkeypatch):
    """Its record counts the code in another way: the sentence says so."""
    flat = new.folder / "flat" / "jukebox"
    flat.mkdir(parents=True)
    for name in FLAT_MODULES:
        (flat / f"{name}.py").write_text(f"# {name}, 'diligent'\n", "utf-8")
    then = code_version(flat)
    assert (
        then
        == hashlib.sha256(
            "\0".join(f"# {n}, 'diligent'\n" for n in FLAT_MODULES).encode()
        ).hexdigest()
    )
    shutil.copytree(flat.parent, new.folder / "code" / then)
    new.learner(flat, new.store.folder, new.store.freeze(), new.folder / "old", 2, 0)
    new.registry.promote(new.registry.register(job.read_model(new.folder / "old")), "by hand")
    with closing(new.loop()) as loop:
        (event, *others) = [e for e in loop.look() if e.figures.kind == "code"]

    assert "is counted in another way" in event.why
    assert [] == others + [name for name in look(new) if name == "code"]


def test_a_commit_fires_once(home):
    """Until it has run, and after."""
    home.commit("leak")

    assert (["code"], []) == (look(home), look(home))
    assert "refused" == home.go()[-1].name
    assert [] == look(home)


def test_the_champions_own_code_does_not_fire(home):
    """A commit was refused, and is taken back: the champion need not be trained again."""
    home.commit("leak")
    home.go()
    home.commit("diligent")

    assert [] == look(home)


def test_code_that_comes_back_after_another_fires_again(home):
    """Of code the last trigger counts."""
    for code in ("leak", "crash"):
        home.commit(code)
        home.go()
    home.commit("leak")

    assert ["code"] == look(home)


def test_after_a_rollback_the_bad_code_does_not_fire_again(home):
    """It differs from the champion's, as it did when it was tried."""
    home.registry.rollback("by hand")

    assert [] == look(home)


def test_a_checkout_without_a_source_is_an_error(home):
    """And no change of code."""
    (home.checkout / "model" / "training.py").unlink()

    with pytest.raises(FileNotFoundError, match=r"training\.py"):
        look(home)


# ---- data ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(("rows", "fired"), [(200, ["data"]), (201, [])])
def test_new_labelled_tracks_fire_from_rows_on(home, rows, fired):
    """Two weeks of a hundred tracks."""
    live_on(home, range(8, 10))

    assert fired == look(home, Policy(rows=rows, limits=POLICY.limits))


def test_tracks_without_labels_do_not_fire(home):
    """However many: nothing can be learnt from them yet."""
    home.world = Catalogue(7, tracks_a_week=1000)
    home.store.arrive(8, home.world.week(8)[0])

    assert [] == look(home)


def test_charts_that_are_late_do_not_make_labels(home):
    """Two weeks of tracks have come, and no chart: they have not failed to chart."""
    for week in (8, 9):
        home.store.arrive(week, CALM.week(week)[0])

    assert [] == look(home)


@pytest.mark.parametrize("change", ["changed", "gone"])
def test_a_correction_of_labelled_tracks_fires(home, change):
    """Two old weeks are sent again, with other tempos, or with nothing in them."""
    for week in (1, 2):
        batch = CALM.week(week)[0]
        batch = batch[:0] if change == "gone" else batch.assign(tempo=batch["tempo"] + 1)
        home.store.arrive(week, batch)

    assert ["data"] == look(home)


def test_data_fires_once(home):
    """While it waits, though more comes in; while its run is open, and when that has ended."""
    live_on(home, range(8, 10))

    assert (["data"], []) == (look(home), look(home))
    live_on(home, [10])
    assert [] == look(home)
    start(home)
    assert [] == look(home)
    home.go()
    assert [] == look(home)


# ---- performance ---------------------------------------------------------------------------------


def test_a_fall_fires_when_its_labels_are_known(home):
    """Tastes turn in week 9: nothing can be known before week 12."""
    fired = []
    for week in range(8, 14):
        live_on(home, [week])
        fired.append(look(home, NEVER))

    assert [[], [], [], [], ["performance"], ["performance"]] == fired
    assert TURN == find_fall(home.events(), 2)


def test_a_fall_fires_once_a_week(home):
    """Another look in the same week finds the same cause."""
    live_on(home, range(8, 13))

    assert (["performance"], []) == (look(home, NEVER), look(home, NEVER))


def test_a_drift_of_the_inputs_that_does_no_harm_does_not_fire(home):
    """Three columns move by half a spread; the answers are as good as before."""
    home.world = Catalogue(7, [Drift("covariate", start=9, size=0.5)], 100)
    fired = []
    for week in range(8, 16):
        live_on(home, [week])
        fired += look(home, NEVER)
    tracks = home.store.read()[0]
    table = drift(tracks[tracks["released"] < 9], tracks[tracks["released"] >= 9])

    assert "drift" in set(table["verdict"])
    assert [] == fired


def test_a_fall_within_chance_does_not_fire(home):
    """Ten calm weeks: every second one is below the promise."""
    home.world = CALM
    fired = []
    for week in range(8, 18):
        live_on(home, [week])
        fired += look(home, NEVER)

    assert [] == fired


def test_a_few_answers_do_not_fire(home):
    """A fifth of the tracks is fewer than anything is concluded from."""
    live_on(home, range(8, 13), share=0.2)

    assert [] == look(home, NEVER)


def test_charts_that_are_late_are_no_fall(home):
    """The champion was right about week 8; of week 9 nobody knows."""
    live_on(home, range(8, 12))
    home.store.arrive(12, home.world.week(12)[0])

    assert [] == look(home, NEVER)


def test_what_a_version_scored_in_an_earlier_reign_does_not_fire(home):
    """Version 1 failed in week 9, and is champion again when the charts of week 10 are known."""
    live_on(home, [8, 9], by=1)
    live_on(home, range(10, 14), by=2)
    home.registry.rollback("by hand")

    assert [] == look(home, NEVER)


def test_what_a_shadow_answered_does_not_fire(home):
    """Nobody was told."""
    for week in range(8, 13):
        answer(home.registry, 2, home.week(week), role="shadow")

    assert [] == look(home, NEVER)


def test_a_champion_that_was_changed_on_the_disk_stops_the_look(home, monkeypatch):
    """Loudly."""

    def load(version):
        raise Tampered("Version 2 is not what was registered")

    monkeypatch.setattr(home.registry, "load", load)

    with pytest.raises(Tampered):
        look(home)


def test_a_look_reads_the_answers_of_one_week(home, monkeypatch):
    """And not the whole log, which grows for ever."""
    live_on(home, range(8, 13))
    read, lengths = home.registry.predictions, []

    def predictions(**asked):
        lengths.append(len(log := read(**asked)))
        return log

    monkeypatch.setattr(home.registry, "predictions", predictions)
    look(home)

    assert [100] == lengths


# ---- what a run works on -------------------------------------------------------------------------


def test_a_fall_with_one_labelled_week_is_judged_on_that_week(home):
    """There is nothing newer to learn from: the older weeks, and the fallen one to test on."""
    live_on(home, range(8, 13))
    plan = start(home, NEVER)

    assert (0, 1) == (plan.since, plan.newest)


def test_a_fall_with_more_weeks_leaves_the_past_behind(home):
    """From the first fallen week on, tested on the newest."""
    for week in range(8, 15):
        live_on(home, [week])
        look(home, NEVER)
    plan = start(home, NEVER)
    held = home.store.read(plan.data)[0]["released"]

    assert (TURN, 1, TURN) == (plan.since, plan.newest, held.min())


def test_what_the_champion_does_not_learn_from_stays_past(home):
    """A champion of the weeks from 9 on is followed by one of the weeks from 9 on."""
    for week in range(8, 14):
        live_on(home, [week])
        home.go(policy=NEVER)
    for week in range(14, 17):
        live_on(home, [week], by=3)
    plan = start(home)

    assert (3, 9) == (home.registry.standing().champion, plan.since)
    assert (["data"], POLICY.limits.newest) == (plan.kinds, plan.newest)


def test_a_refused_commit_stays_out_of_a_run_for_data(home):
    """The champion's code sees the new data, and not the code that leaks."""
    champions = home.registry.champion().record.code_version
    home.commit("leak")
    home.go()
    live_on(home, range(8, 10))
    plan = start(home)

    assert ["data"] == plan.kinds
    assert champions == code_version(home.folder / "code" / plan.code / "jukebox")


def test_a_mended_job_reaches_the_next_training(home):
    """It starts none by itself, and whatever trains next has it."""
    (home.checkout / "model" / "job.py").write_text("mended = True\n", "utf-8")
    assert [] == look(home)
    live_on(home, range(8, 10))
    plan = start(home)

    assert ["data"] == plan.kinds
    assert (home.folder / "code" / plan.code / "jukebox" / "model" / "job.py").is_file()


def test_a_snapshot_that_was_changed_trains_nothing(home):
    """The checkout's code was refused, and the champion's is damaged: then the checkout's it is."""
    record = home.registry.champion().record
    kept = identity.find_snapshot(home.folder / "code", record.code_version)
    (kept / "more.py").write_text("", "utf-8")
    home.commit("leak")
    home.go()
    live_on(home, range(8, 10))
    plan = start(home)

    assert code_version(home.checkout) == code_version(home.folder / "code" / plan.code / "jukebox")


def test_a_plan_holds_still(home):
    """A correction after the start changes nothing of what the run works on."""
    home.commit("new")
    plan = start(home)
    before = home.store.read(plan.data)
    home.store.arrive(1, CALM.week(1)[0][:50])
    home.commit("crash")
    events = home.go()

    pd.testing.assert_frame_equal(before[0], home.store.read(plan.data)[0])
    assert (plan.code, plan.data) == home.learner.calls[0][:2]
    assert "train" in names(events)


def test_the_fall_is_an_unbroken_row_of_weeks(tmp_path):
    """Weeks 3, 7 and 8: it began in 7. Another version's weeks are its own."""
    journal = Journal(tmp_path / "northstar.db", lambda: 1.0)
    now = Now(data="", champion=1, quarantined=0, code="")
    for version, week in [(1, 3), (1, 7), (2, 6), (1, 8)]:
        fell = Trigger(kind="performance", cause=f"{version} {week}", version=version, week=week)
        fire_trigger(journal, week, now, fell, "fell")

    assert (7, 6, None) == tuple(find_fall(journal.events(), version) for version in (1, 2, 3))


# ---- what no model has answered fires again ------------------------------------------------------


def test_a_commit_in_a_week_of_bad_data_is_tried_when_the_data_is_mended(home):
    """Refused with the data, not with the commit."""
    batch = home.world.week(8)[0]
    home.store.arrive(8, batch.assign(track_id="\N{SNOWMAN}"))
    home.commit("new")

    assert "refused" == home.go()[-1].name
    assert [] == look(home)
    home.week(8)
    assert ["code", "start", "validate", "train"] == names(home.go())[:4]


def test_a_commit_is_tried_when_the_bad_rows_alone_are_taken_out(home):
    """What is kept of the batch, and so the data version, stays the same."""
    batch = home.world.week(8)[0]
    home.store.arrive(8, pd.concat([batch, batch]))
    home.commit("new")

    assert "100 of the 200 rows of week 8 are in quarantine" in home.go()[-1].why
    home.store.arrive(8, batch)
    assert ["code", "start", "validate", "train"] == names(home.go())[:4]


def test_data_that_came_with_bad_code_is_tried_with_the_champions(home):
    """The commit's refusal is no verdict on the data."""
    live_on(home, range(8, 10))
    home.commit("crash")
    first, second = home.go(), home.go()

    assert ["code", "data", "start"] == names(first)[:3]
    assert ["data", "start", "validate", "train"] == names(second)[:4]
    assert [] == look(home)


def test_a_training_that_failed_is_tried_again_with_what_was_mended(home):
    """The fault was in the job: no line that makes a model is another."""
    home.commit("crash")
    (job := home.checkout / "model" / "job.py").write_text("broken\n", "utf-8")
    assert "the training failed" in home.go()[-1].why
    assert [] == look(home)
    job.write_text("mended\n", "utf-8")

    assert ["code"] == look(home)


def test_a_commit_that_came_with_a_fall_is_tried_after_the_rollback(home):
    """To go back was the answer to the fall, and none to the commit."""
    home.registry.promote(1, "by hand")  # the lazy one, after the diligent one
    home.world = CALM
    live_on(home, range(8, 12), by=1)
    with closing(home.loop(NEVER)) as loop:
        fell = Trigger(kind="performance", cause="1 in week 8", version=1, week=8)
        loop.journal.add(11, lambda _: Entry(None, "it fell", fell))
    home.commit("new")

    assert ["code", "start", "rolled back"] == names(home.go(policy=NEVER))
    assert ["code", "start", "validate", "train"] == names(home.go(policy=NEVER))[:4]
