"""The labs of the gate, the swap and the canary: what their checks say of each way to go wrong."""

import json
import re
import shutil
import subprocess
import sys

import numpy as np
import pytest
from jukebox import Registry
from jukebox.labs.folders import find_faults
from jukebox.labs.listing import LABS

from tests.jukebox.loops import make_answer

pytestmark = [
    pytest.mark.filterwarnings("ignore:The ``noload`` loader strategy"),  # MLflow of SQLAlchemy
    pytest.mark.filterwarnings("ignore:.*type hint is inferred as AnyType"),  # MLflow of itself
]
GATE, SWAP, CANARY = (LABS[number] for number in (3, 4, 5))
NUMBERS = {GATE: 3, SWAP: 4, CANARY: 5}


@pytest.fixture(scope="session")
def starts(tmp_path_factory):
    """The start state of each of the three labs; no test may change it."""
    folders = {lab: tmp_path_factory.mktemp("start") / "lab" for lab in NUMBERS}
    for lab, folder in folders.items():
        folder.mkdir()
        lab.start(folder)
    return folders


class Begun:
    """A lab in a folder of its own, and its registry, with a clock that ticks."""

    def __init__(self, lab, folder):
        """Open it."""
        self.lab, self.folder, self.now = lab, folder, 4e9
        self.registry = Registry(folder / ".jukebox" / "registry", clock=self.clock)

    def clock(self):
        """Give the next second."""
        self.now += 1
        return self.now

    def answer(self, *versions, role="champion"):
        """Let versions answer a request each."""
        answers = [make_answer(str(self.clock()), v, role, self.now) for v in versions]
        self.registry.log.add(*answers)

    def load(self, began, **count):
        """Write what load.py would have told of a load that ends now."""
        told = {"began": began, "ended": self.clock(), "count": {"failed": 0} | count}
        (self.folder / "load.json").write_text(json.dumps(told))

    def wrong(self):
        """Give what the check says, in one text."""
        return " ".join(find_faults(NUMBERS[self.lab], self.folder))


@pytest.fixture
def begun(starts, tmp_path):
    """Begin a lab: `begun(lab)`."""

    def begin(lab):
        return Begun(lab, shutil.copytree(starts[lab], tmp_path / "lab"))

    return begin


# ---- a gate that says no -------------------------------------------------------------------------


def test_at_the_start_of_lab_3_nobody_has_been_judged(begun):
    """And the check says how to."""
    lab = begun(GATE)

    assert "ask about each with jukebox evaluate" in lab.wrong()


@pytest.mark.parametrize(
    ("version", "reason"),
    [
        (2, "leak: fitted on weeks up to 16"),
        (3, "not surely better than the champion"),
        (4, "worse probabilities"),
    ],
)
def test_lab_3_is_not_done_with_what_the_gate_refuses(begun, version, reason):
    """Its reason is told, and the way back."""
    lab = begun(GATE)
    lab.registry.promote(version, "the best score")
    said = lab.wrong()

    assert f"Version {version} is the champion, and the gate refuses it ({reason}" in said
    assert "jukebox rollback" in said


def test_lab_3_is_done_with_the_version_that_passes(begun):
    """Without a wrong turn, there is none to tell of."""
    lab = begun(GATE)
    lab.registry.promote(5, "it passed")

    assert "" == lab.wrong()
    assert "history" not in GATE.conclude(lab.folder)


def test_lab_3_tells_why_the_leak_was_taken_back(begun):
    """The history keeps the reason."""
    lab = begun(GATE)
    lab.registry.promote(2, "the best score")
    lab.registry.rollback("it knew the test")
    lab.registry.promote(5, "it passed")

    assert "" == lab.wrong()
    assert "“it knew the test”" in GATE.conclude(lab.folder)


def test_lab_3_is_not_done_while_a_rollback_would_return_to_the_leak(begun):
    """Promoted over and never taken back, it is a former champion."""
    lab = begun(GATE)
    lab.registry.promote(2, "the best score")
    lab.registry.promote(5, "it passed")
    said = lab.wrong()
    lab.registry.rollback("back past 5")
    lab.registry.rollback("back past 2")
    lab.registry.promote(5, "it passed")

    assert "the next rollback would make it champion again" in said
    assert "" == lab.wrong()


def test_lab_3_never_names_a_way_back_that_there_is_not(begun):
    """With no earlier champion left, only a reset helps."""
    lab = begun(GATE)
    lab.registry.promote(2, "the best score")
    lab.registry.promote(1, "back, by the wrong door")
    lab.registry.rollback("once more")
    said = lab.wrong()

    assert () == tuple(lab.registry.standing().earlier)
    assert "Begin again with jukebox lab reset 3" in said
    assert "jukebox rollback" not in said


def test_the_claims_of_lab_3_tempt(starts):
    """The leak claims most, and the lucky seed no less than the champion."""
    text = (starts[GATE] / "claims.txt").read_text("utf-8")
    champion, *claims = map(float, re.findall(r"0\.\d\d", text))

    assert max(claims) == claims[0]
    assert champion <= min(claims)


# ---- deploy and swap -----------------------------------------------------------------------------


def test_at_the_start_of_lab_4_nobody_has_asked(begun):
    """Nor is version 2 promoted without a load that sees it."""
    lab = begun(SWAP)
    before = lab.wrong()
    lab.registry.promote(2, "it passed")

    assert "No load has ended yet" in before
    assert "No load has ended yet" in lab.wrong()


def test_lab_4_is_done_when_version_2_answers_after_version_1(begun):
    """And nothing failed between."""
    lab = begun(SWAP)
    began = lab.clock()
    lab.answer(1, 1)
    lab.registry.promote(2, "it passed")
    lab.answer(2, 2, 2)
    lab.load(began, **{"version 1": 2, "version 2": 3})

    assert "" == lab.wrong()
    assert "Version 1 answered 2 requests, then version 2 answered 3" in SWAP.conclude(lab.folder)


def test_lab_4_tells_how_long_nobody_answered(begun):
    """A restart is seen in the prediction log."""
    lab = begun(SWAP)
    began = lab.clock()
    lab.answer(1, 1)
    lab.registry.promote(2, "it passed")
    lab.now += 6
    lab.answer(2)
    lab.load(began, failed=70, **{"version 1": 2, "version 2": 1})

    assert "70 of 73 requests failed, and for 8 seconds nobody answered" in lab.wrong()


def test_lab_4_asks_whether_the_service_runs(begun):
    """Where nothing at all was answered."""
    lab = begun(SWAP)
    lab.load(lab.clock(), failed=70)

    assert "All 70 requests failed: does the service run" in lab.wrong()


def test_lab_4_notices_that_another_service_answered(begun):
    """One of another folder, or of the time before a reset: its answers are in no log of this lab."""
    lab = begun(SWAP)
    lab.load(lab.clock(), **{"version 1": 400})

    assert "400 requests were answered, and none by this lab's service" in lab.wrong()
    assert "failed" not in lab.wrong()


def test_lab_4_believes_the_log_and_not_the_client(begun):
    """A count that the log does not bear out was not made by a load."""
    lab = begun(SWAP)
    began = lab.clock()
    lab.answer(1)
    lab.registry.promote(2, "it passed")
    lab.answer(2)
    lab.load(began, **{"version 1": 400, "version 2": 300})

    assert "speaks of 700 answers, and the prediction log holds 2" in lab.wrong()


def test_lab_4_wants_the_swap_to_be_seen(begun):
    """A load after the promotion has seen nothing."""
    lab = begun(SWAP)
    lab.registry.promote(2, "it passed")
    began = lab.clock()
    lab.answer(2, 2)
    lab.load(began, **{"version 2": 2})

    assert "The load saw version 2 and ended with 2, so the swap was not under load" in lab.wrong()


def test_lab_4_wants_the_swap_to_be_that_to_version_2(begun):
    """To go back under load, and to promote when nobody asks, is the other way round."""
    lab = begun(SWAP)
    lab.registry.promote(2, "it passed")
    began = lab.clock()
    lab.answer(2)
    lab.registry.rollback("back")
    lab.answer(1, 1)
    lab.load(began, **{"version 1": 2, "version 2": 1})
    lab.registry.promote(2, "it passed")

    assert "The load saw version 1 and 2 and ended with 1" in lab.wrong()


def test_lab_4_wants_version_2_in_the_end(begun):
    """A load alone promotes nobody."""
    lab = begun(SWAP)
    began = lab.clock()
    lab.answer(1, 1)
    lab.load(began, **{"version 1": 2})

    assert "Version 1 is the champion: jukebox promote 2" in lab.wrong()


# ---- canary and rollback -------------------------------------------------------------------------


def canaries(lab):
    """Let 2 and 3 be canaries: 2 goes, 3 answers 25 of 100 requests."""
    lab.registry.challenge(2, "a fifth", 0.2)
    lab.registry.withdraw(2, "6 of 10 calls failed or were slow")
    lab.registry.challenge(3, "a fifth", 0.2)
    began = lab.clock()
    lab.answer(*[3] * 25, role="challenger")
    lab.answer(*[1] * 75)
    lab.load(began, **{"version 1": 75, "version 3": 25})


def test_at_the_start_of_lab_5_nobody_is_a_canary(begun):
    """Both are to be tried."""
    lab = begun(CANARY)
    said = lab.wrong()

    assert "Version 2 has been no canary" in said
    assert "Version 1 is the champion, and 3 is better" in said


def test_lab_5_tells_what_the_bad_promotion_cost(begun):
    """It had passed the gate, so the check says why that was not enough."""
    lab = begun(CANARY)
    lab.registry.promote(2, "it passed")
    lab.load(lab.clock(), failed=30, **{"version 2": 60})

    assert "Version 2 answers everybody, and 30 of 90 requests of the last load" in lab.wrong()


def test_lab_5_is_done_after_both_canaries(begun):
    """And says what share version 3 answered, and how version 2 went."""
    lab = begun(CANARY)
    canaries(lab)
    lab.registry.promote(3, "it held")
    said = CANARY.conclude(lab.folder)

    assert "" == lab.wrong()
    assert "Version 3 answered 25 of 100 requests as a canary" in said
    assert "6 of 10 calls failed or were slow" in said


def test_lab_5_notices_a_way_back_that_is_none(begun):
    """Who promotes 1 again leaves 2 where the next rollback finds it; to retire it mends that."""
    lab = begun(CANARY)
    lab.registry.promote(2, "it passed")
    lab.registry.promote(1, "back")
    canaries(lab)
    lab.registry.promote(3, "it held")
    said = lab.wrong()
    lab.registry.retire(2, "a third of its answers are errors")

    assert "to promote another over it is no way back" in said
    assert "" == lab.wrong()


def test_lab_5_notices_a_champion_that_was_no_canary(begun):
    """Even if it is the good one."""
    lab = begun(CANARY)
    lab.registry.challenge(2, "a fifth", 0.2)
    lab.registry.promote(3, "it is mended")

    assert "Version 3 became champion after 0 answers as a canary" in lab.wrong()


def test_lab_5_takes_a_shadow_for_no_canary(begun):
    """Nobody sees its answers."""
    lab = begun(CANARY)
    lab.registry.challenge(2, "a look")

    assert "Version 2 has been no canary" in lab.wrong()


def test_lab_5_waits_until_the_bad_canary_has_gone(begun):
    """Without a load it has no faults yet."""
    lab = begun(CANARY)
    lab.registry.challenge(2, "a fifth", 0.2)

    assert "Version 2 is the challenger still" in lab.wrong()


def test_lab_5_ends_with_a_load_in_which_nothing_fails(begun):
    """Who counts the errors and goes on has not looked."""
    lab = begun(CANARY)
    canaries(lab)
    lab.registry.promote(3, "it held")
    lab.load(lab.clock(), failed=4, **{"version 3": 1})

    assert "4 requests of the last load failed" in lab.wrong()


def test_the_bad_model_of_lab_5_passes_the_gate_and_fails_on_what_is_asked(starts):
    """Or the lab would teach that the gate is enough."""
    from jukebox import FEATURES, gate
    from jukebox.labs.homes import open_lab
    from jukebox.serving.rollout import Scorer

    data, models = open_lab(starts[CANARY])
    tracks = json.loads((starts[CANARY] / "tracks.json").read_text("utf-8"))
    faults = {2: 0, 3: 0}
    for version in faults:
        scorer = Scorer(version, models.load(version))
        for track in tracks:
            x = [[track[name] for name in FEATURES]]
            try:
                scorer(np.array(x, np.float32))
            except ValueError:
                faults[version] += 1

    assert gate(models.load(2), models.load(1), *data.read()).passed
    assert {2: 7, 3: 0} == faults


# ---- the files -----------------------------------------------------------------------------------


@pytest.mark.parametrize("words", [[], ["stop"], ["start"]])
def test_load_says_how_it_is_used(starts, tmp_path, words):
    """Also when nothing was started."""
    file = shutil.copy(starts[SWAP] / "load.py", tmp_path)
    run = subprocess.run(
        [sys.executable, file, *words], cwd=tmp_path, capture_output=True, text=True
    )

    assert 1 == run.returncode
    assert run.stderr.startswith("Type: python load.py start")


def test_load_counts_what_fails(starts, tmp_path):
    """Where nobody serves, all does."""
    for name in ("load.py", "tracks.json"):
        shutil.copy(starts[SWAP] / name, tmp_path)
    said = [
        subprocess.run(
            [sys.executable, "load.py", *words], cwd=tmp_path, capture_output=True, text=True
        ).stdout
        for words in (["start", "http://127.0.0.1:9"], ["stop"])
    ]
    count = json.loads((tmp_path / "load.json").read_text())["count"]

    assert "The first answer: failed; to end it: python load.py stop\n" == said[0]
    assert {"failed"} == set(count)
    assert f"{count['failed']} requests, {count['failed']} failed" in said[1]
    assert count["failed"] >= 300
