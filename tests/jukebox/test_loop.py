"""Each trigger leads to one run, each run to one ending, whatever happens on the way."""

import shutil
import subprocess
import sys
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest
from jukebox import Refused, Registry, Tampered, code_version
from jukebox.loop.events import Entry, Trigger
from jukebox.loop.journal import lost_triggers
from jukebox.model.identity import name_snapshot
from jukebox.model.job import read_model

from .loops import CALM, POLICY, Home, answer, names

pytestmark = [
    pytest.mark.whole,  # runs of the loop, from a trigger to a promotion
    pytest.mark.filterwarnings("ignore:The ``noload`` loader strategy"),  # MLflow of SQLAlchemy
    pytest.mark.filterwarnings("ignore:.*type hint is inferred as AnyType"),  # MLflow of itself
]
RUN = ["start", "validate", "train", "gate", "register", "canary", "promoted"]
NEVER = replace(POLICY, rows=10**6)  # no data is enough
HASTY = replace(POLICY, patience=0.05)


def lazily(home):
    """Leave the lazy version 1 champion and the diligent version 2 forgotten."""
    home.registry.promote(1, "by hand")
    home.registry.retire(2, "by hand")
    return home


def alone(home):
    """Stop the service: nobody answers any more."""
    home.registry.count_requests = lambda *given: Registry.count_requests(home.registry, *given)
    return home


def live_on(home, weeks, by=2):
    """Let weeks pass in which a version answers for all tracks."""
    for week in weeks:
        answer(home.registry, by, home.week(week))


def until(loop, step):
    """Look, and go on until a step is written."""
    loop.look()
    while loop.advance().name != step:
        pass


def aliases(home):
    """Give MLflow's own view of who is who."""
    return home.registry.client.get_registered_model("jukebox").aliases


# ---- the three triggers lead to production -------------------------------------------------------


def test_without_a_champion_the_first_model_has_to_beat_chance(new):
    """No canary, because there is no champion yet."""
    events = new.go()

    assert ["code", "data", *RUN] == names(events)
    assert (1, {"champion": 1}) == (new.registry.standing().champion, aliases(new))


def test_a_commit_leads_to_a_promotion(home):
    """All seven steps, with the champion's answers at stake."""
    lazily(home).commit("better")
    events = home.go()

    assert ["code", *RUN] == names(events)
    assert (3, 6) == (home.registry.standing().champion, events[6].figures.answers)
    assert code_version(home.checkout) == home.registry.champion().record.code_version


def test_data_leads_to_a_promotion(home):
    """More of the same world, from the code of the champion."""
    home.world = CALM
    live_on(home, range(8, 14))
    events = home.go()

    assert ["data", *RUN] == names(events)
    assert events[1].figures.data == home.registry.champion().record.data_version


def test_a_fall_leads_to_a_promotion(home):
    """Two labelled weeks of the new tastes are enough, and the older weeks are left out."""
    fired = []
    for week in range(8, 14):
        live_on(home, [week])
        fired += home.go(policy=NEVER)

    assert ["performance", *RUN] == names(fired)[-8:]
    assert (9, 9) == home.registry.champion().record.fitted_weeks


def test_a_fall_back_to_old_tastes_leads_to_a_rollback(home):
    """The champion of the new tastes falls, and the one before it is better at once: no training."""
    for week in range(8, 14):
        live_on(home, [week])
        home.go(policy=NEVER)
    assert 3 == home.registry.standing().champion
    trained, fired = len(home.learner.calls), []
    for week in range(14, 18):
        live_on(home, [week], by=3)
        fired += home.go(policy=NEVER)

    assert ["performance", "start", "rolled back"] == names(fired)
    assert (2, trained) == (home.registry.standing().champion, len(home.learner.calls))
    assert 2 == fired[-1].figures.version


def test_a_rollback_goes_two_champions_back_if_the_one_before_is_no_better(home):
    """Of the earlier ones, the newest that is surely better."""
    home.commit("lazy")
    with closing(home.loop()) as loop:
        for since in (1, 2):
            out = home.folder / f"since {since}"
            home.learner(home.checkout, home.store.folder, home.store.freeze(since), out, 2, 0)
            home.registry.promote(home.registry.register(read_model(out)), "by hand")
        fell = Trigger(kind="performance", cause="4 in week 4", version=4, week=4)
        loop.journal.add(8, lambda _: Entry(None, "it fell", fell))
        *_, last = loop.run()
    standing = home.registry.standing()

    assert ("rolled back", 2) == (last.name, last.figures.version)
    assert (2, (1,)) == (standing.champion, standing.earlier)


# ---- two at once ---------------------------------------------------------------------------------


def test_triggers_that_wait_together_train_once(home):
    """A commit and new data: one run, which ends both."""
    live_on(home, range(8, 10))
    lazily(home).commit("better")
    events = home.go()
    ending = events[-1].figures

    assert (["code", "data"], 1) == (names(events)[:2], len(home.learner.calls))
    assert [e.id for e in events[:2]] == ending.triggers


def test_a_trigger_that_comes_during_a_run_waits_for_the_next(home):
    """Nothing changes under a run, and nothing is lost."""
    lazily(home).commit("better")
    with closing(home.loop()) as loop:
        until(loop, "train")
        home.commit("another")
        loop.look()
        events = [*loop.run()]

    assert [*RUN[3:], *RUN[:3], "refused"] == names(events)
    assert [] == lost_triggers(home.events())


def test_a_second_loop_on_the_home_is_refused(home):
    """And lets the first one work on; a closed one is no hindrance."""
    with closing(home.loop()) as first:
        with pytest.raises(Refused, match="Another loop is at work"):
            home.loop()
        home.commit("leak")
        assert ["code"] == names(first.look())
    home.loop().close()


def test_a_second_loop_in_another_process_is_refused(home):
    """The lock is the operating system's."""
    code = "import sqlite3, sys; sqlite3.connect(sys.argv[1], timeout=0).execute('BEGIN EXCLUSIVE')"
    command = [sys.executable, "-c", code, str(home.folder / "northstar.lock")]
    with closing(home.loop()):
        held = subprocess.run(command, capture_output=True, text=True)

    assert "database is locked" in held.stderr
    assert 0 == subprocess.run(command).returncode


# ---- refusals, each with its reason --------------------------------------------------------------


@pytest.mark.parametrize(
    ("code", "step", "why"),
    [
        ("crash", "train", "the training failed: NameError: name 'crash' is not defined"),
        ("forgetful", "train", "the training failed: KeyError: 'tested_weeks'"),
        ("leak", "gate", "leak: fitted on weeks up to 4, and the gate's test begins with week 3"),
        ("broken", "gate", "it cannot be judged: "),
        ("lazy again", "gate", "not surely better than the champion"),
    ],
)
def test_a_bad_commit_is_refused(home, code, step, why):
    """At its step, with the reason; the champion stays."""
    home.commit(code)
    events = home.go()

    assert [*RUN[: RUN.index(step)], "refused"] == names(events)[1:]
    assert why in events[-1].why
    assert (2, [events[0].id]) == (
        home.registry.standing().champion,
        events[-1].figures.triggers,
    )


def test_a_batch_with_too_much_in_quarantine_is_refused(home):
    """From the share on that the policy names."""
    batch = home.world.week(8)[0]
    batch.loc[:29, "tempo"] = -1
    home.store.arrive(8, batch)
    home.commit("better")
    why = home.go()[-1].why

    assert "30 of the 100 rows of week 8 are in quarantine: fix their source" == why


def test_a_batch_with_little_in_quarantine_is_not(home):
    """One row fewer."""
    batch = home.world.week(8)[0]
    batch.loc[:28, "tempo"] = -1
    home.store.arrive(8, batch)
    home.commit("better")

    assert "71 of 100 rows of week 8 are kept" == home.go()[2].why


@pytest.mark.parametrize("weeks", [0, 1, 4])
def test_too_few_labelled_weeks_are_refused(empty, tmp_path, weeks):
    """Also before any data has come; the loop goes on."""
    shutil.copytree(empty, tmp_path / "home" / "registry")
    home = Home(tmp_path / "home", weeks=weeks)
    last = home.go()[-1]

    assert ("refused", "there are fewer than two labelled weeks to learn from") == (
        last.name,
        last.why,
    )
    assert [] == lost_triggers(home.events())


def test_a_full_disk_is_not_the_codes_fault(home):
    """The run is not refused for it: it waits, says so, and goes on when there is room."""
    lazily(home).commit("better")

    def full(*given):
        raise RuntimeError("OSError: [Errno 28] No space left on device")  # a job's last words

    with pytest.raises(OSError, match=r"Run 3 waits: .* make room on the disk, then"):
        home.go(train=full)
    waits = home.events()[-1].name

    assert ("validate", "promoted") == (waits, home.go()[-1].name)


def test_the_same_code_on_the_same_data_is_not_tried_twice(home):
    """Back to code that was refused, with another in between."""
    for code in ("lazy again", "crash", "lazy again"):
        home.commit(code)
        last = home.go()[-1]

    assert "run 3 has tried the same code on the same data" == last.why
    assert 2 == len(home.learner.calls)


def test_a_canary_that_nobody_asks_is_refused_and_withdrawn(home):
    """The champion stays, and there is no challenger left."""
    alone(lazily(home)).commit("better")
    last = home.go(policy=HASTY)[-1]

    assert "too few requests to try it on: 0 of 5 in 0.05 s" == last.why
    assert ("refused", (1, None)) == (last.name, home.registry.standing()[1:3])


def test_a_canary_is_tried_however_short_the_patience(home):
    """On a machine so busy that it is over before the challenge: else nobody would ever end it."""
    alone(lazily(home)).commit("better")
    last = home.go(policy=replace(POLICY, patience=0.0))[-1]

    assert "too few requests to try it on: 0 of 5 in 0 s" == last.why
    assert ["challenge", "withdraw"] == [row.action for row in home.registry.history()[-2:]]


def test_a_canary_that_the_service_withdraws_is_rolled_back(home):
    """With what the service said."""
    alone(lazily(home)).commit("better")
    with closing(home.loop()) as loop:
        until(loop, "register")
        home.registry.challenge(3, "canary of run 3", 0.2)
        home.registry.withdraw(3, "6 of 50 calls failed or were slow")
        last = loop.advance()

    assert ("rolled back", "withdrawn: 6 of 50 calls failed or were slow") == (
        last.name,
        last.why,
    )
    assert 1 == home.registry.standing().champion


def test_a_canary_that_is_withdrawn_after_its_last_request_is_not_promoted(home):
    """Killed between canary and promotion, say: the service goes on and finds the faults."""
    lazily(home).commit("better")
    with closing(home.loop()) as loop:
        until(loop, "canary")
        home.registry.withdraw(3, "6 of 50 calls failed or were slow")
        last = loop.advance()

    assert ("rolled back", 1) == (last.name, home.registry.standing().champion)


def test_earlier_answers_of_a_version_are_no_canary(home):
    """The same model was tried before by hand: only the requests of this run count."""
    lazily(home).commit("better")
    alone(home)
    with closing(home.loop(HASTY)) as loop:
        until(loop, "gate")
        version = home.registry.register(read_model(home.folder / "runs" / "3"))
        answer(home.registry, version, home.world.week(0)[0], role="challenger")
        *_, last = loop.run()

    assert (3, "refused") == (version, last.name)
    assert "0 of 5" in last.why


def test_a_clock_that_is_set_back_harms_no_canary(home):
    """The answers are older than the run that asked for them: they count."""
    lazily(home).commit("better")
    home.registry.clock = lambda: -1e6

    assert "promoted" == home.go()[-1].name
    times = [e.time for e in home.events()]
    assert sorted(times) == times


# ---- people decide, too --------------------------------------------------------------------------


def test_a_champion_that_was_promoted_by_hand_is_not_replaced_unjudged(home):
    """The model was judged against another: refused, its challenge withdrawn."""
    home.registry.promote(1, "by hand")
    home.commit("better")
    with closing(home.loop()) as loop:
        until(loop, "canary")
        home.registry.promote(2, "by hand")
        last = loop.advance()

    assert ("refused", "version 2 is champion now, and it was judged against 1") == (
        last.name,
        last.why,
    )
    assert (2, None) == home.registry.standing()[1:3]


def test_a_challenger_that_is_promoted_by_hand_is_promoted(home):
    """Somebody was faster."""
    alone(lazily(home)).commit("better")
    with closing(home.loop()) as loop:
        until(loop, "register")
        home.registry.promote(3, "by hand")
        events = [*loop.run()]

    assert ["canary", "promoted"] == names(events)
    assert 1 == sum(row.version == 3 for row in home.registry.history())


def test_what_was_rolled_back_by_hand_is_not_promoted_again(home):
    """The loop was killed after the promotion; somebody went back; then it starts again."""
    lazily(home).commit("better")
    with closing(home.loop()) as loop:
        until(loop, "canary")
        home.registry.promote(3, "run 3: killed before it was written")
        home.registry.rollback("by hand")
        last = loop.advance()

    assert ("promoted", 1) == (last.name, home.registry.standing().champion)


def test_a_challenger_that_is_retired_by_hand_is_refused(home):
    """Nobody tries it again."""
    alone(lazily(home)).commit("better")
    with closing(home.loop()) as loop:
        until(loop, "register")
        home.registry.retire(3, "by hand")
        last = loop.advance()

    assert ("refused", "Version 3 is retired: register a new one.") == (last.name, last.why)


# ---- what was tampered with ----------------------------------------------------------------------


def test_a_changed_champion_stops_the_run_until_it_is_restored(new):
    """Loud, open, and then on from the same step."""
    new.commit("lazy")
    new.go()
    source = new.registry.client.get_model_version("jukebox", "1").source
    path = Path(source.removeprefix("file://"), "model.onnx")
    content = path.read_bytes()
    new.commit("better")
    with closing(new.loop()) as loop:
        until(loop, "train")
        path.write_bytes(content[:-1] + b"?")
        for _ in range(2):
            with pytest.raises(Tampered, match="Version 1 is not what was registered"):
                loop.advance()
        path.write_bytes(content)

        assert RUN[3:] == names(loop.run())
    assert 2 == len(new.learner.calls)


@pytest.mark.parametrize("gone", [True, False])
def test_code_that_changed_after_its_snapshot_is_not_trained(home, gone):
    """It is taken from the checkout again; where that has moved on, the run is refused."""
    lazily(home).commit("better")
    with closing(home.loop()) as loop:
        until(loop, "validate")
        (file,) = home.folder.glob(f"code/{name_snapshot(home.checkout)}/jukebox/model/training.py")
        file.write_text("said = 'changed'\n", "utf-8")
        if gone:
            home.commit("another")
        events = names(loop.run())

    assert events == (["refused"] if gone else RUN[2:])


def test_a_model_that_changed_after_its_training_stops_the_run(home):
    """Its digest is in the journal."""
    lazily(home).commit("better")
    with closing(home.loop()) as loop:
        until(loop, "train")
        path = home.folder / "runs" / "3" / "model.onnx"
        path.write_bytes(path.read_bytes() + b"?")

        with pytest.raises(Tampered, match="not what run 3 trained"):
            loop.advance()
