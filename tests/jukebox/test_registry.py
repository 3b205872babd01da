"""The registry keeps its promises when they are broken on purpose."""

import hashlib
import json
import shutil
import signal
import sqlite3
import subprocess
import sys
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from jukebox import Refused, Registry, Tampered
from jukebox.registry import history
from jukebox.registry.sqlite import remedy
from mlflow.exceptions import MlflowException
from mlflow.protos.databricks_pb2 import TEMPORARILY_UNAVAILABLE

from .loops import make_answer

pytestmark = [
    pytest.mark.filterwarnings("ignore:The ``noload`` loader strategy"),  # MLflow of SQLAlchemy
    pytest.mark.filterwarnings("ignore:.*type hint is inferred as AnyType"),  # MLflow of itself
]


@pytest.fixture
def three(stocked):
    """A registry of versions 1, 2 and 3; 1 and then 2 were promoted, at seconds 1 and 2."""
    stocked.promote(2, "better than the first")
    return stocked


def aliases(registry):
    """Give MLflow's own view of who is who."""
    return registry.client.get_registered_model(registry.name).aliases


def artefact(registry, version):
    """Give the path of a version's bytes on the disk."""
    source = registry.client.get_model_version(registry.name, str(version)).source
    return Path(source.removeprefix("file://"), "model.onnx")


def elsewhere(registry, code):
    """Run lines of Python on the registry `r` in a process of their own."""
    start = f"from jukebox.registry.models import Registry; import os; r = Registry({str(registry.folder)!r})\n"
    return subprocess.run(
        [sys.executable, "-c", start + code], capture_output=True, text=True, check=False
    )


def test_same_model_is_same_version(registry, constant):
    """The same model registered twice is one version; another record makes another."""
    versions = [registry.register(constant(0.1)) for _ in range(2)]
    versions.append(registry.register(constant(0.1, data_version="e" * 64)))

    assert [1, 1, 2] == versions


def test_champion_is_what_was_registered(three, constant):
    """The champion comes back with its bytes and its record."""
    expected = constant(0.2)

    assert expected == three.champion()


def test_no_champion_yet(registry):
    """Without a champion the message says how to make one."""
    with pytest.raises(Refused, match="promote a version first"):
        registry.champion()


def test_promotion_moves_the_alias(three):
    """The latest promotion holds the alias in MLflow, too."""
    assert {"champion": 2} == aliases(three)


def test_promoting_the_champion_changes_nothing(three):
    """Promoting the champion again, as a repeated step does, leaves no second row."""
    three.promote(2, "again")

    assert 2 == len(three.history())


def test_a_decision_needs_a_reason(three):
    """A decision without a reason is refused, and nothing has moved."""
    with pytest.raises(Refused, match="Say why"):
        three.promote(3, " ")

    assert ({"champion": 2}, 2) == (aliases(three), len(three.history()))


def test_rollback_goes_back_one_champion_at_a_time(three):
    """Two rollbacks from the third champion end at the first, not at the third again."""
    three.promote(3, "better still")

    assert (2, 1) == (three.rollback("worse on labels"), three.rollback("worse, too"))
    assert {"champion": 1} == aliases(three)


def test_rollback_ends_at_the_first_champion(three):
    """With no champion before, a rollback is refused."""
    three.rollback("back to the first")

    with pytest.raises(Refused, match="no earlier champion"):
        three.rollback("once more")


def test_rollback_to_an_earlier_champion(three):
    """Two champions back at once; who came in between is no champion to go back to any more."""
    three.promote(3, "better still")

    assert 1 == three.rollback("better than both", 1)
    assert ({"champion": 1}, ()) == (aliases(three), three.standing().earlier)


@pytest.mark.parametrize("version", [2, 3, 9])
def test_rollback_to_who_was_no_champion_before_is_refused(three, version):
    """The champion itself, one that never was, and one that does not exist."""
    with pytest.raises(Refused, match=rf"Version {version} is no earlier champion; those were: 1"):
        three.rollback("please", version)

    assert 2 == len(three.history())


def test_rollback_to_changed_bytes_is_refused(registry, constant):
    """Nobody could load it: the champion stays."""
    for level in (0.1, 0.2):
        registry.promote(registry.register(constant(level)), "better")
    artefact(registry, 1).write_bytes(b"?")

    with pytest.raises(Tampered, match="Version 1"):
        registry.rollback("worse on labels")
    assert (2, {"champion": 2}) == (registry.standing().champion, aliases(registry))


def test_retired_is_retired(three):
    """A retired version takes no role again, not even by a rollback."""
    three.retire(1, "its data had to be deleted")

    with pytest.raises(Refused, match="no earlier champion"):
        three.rollback("to the first")
    with pytest.raises(Refused, match="Version 1 is retired"):
        three.promote(1, "please")
    with pytest.raises(Refused, match="Version 1 is retired"):
        three.challenge(1, "please")


def test_the_champion_cannot_be_retired(three):
    """Retiring the champion would leave nobody to answer."""
    with pytest.raises(Refused, match="promote another one first"):
        three.retire(2, "old")


def test_who_was_champion_when(three):
    """A past time gets the answer of that time, whatever happened since."""
    three.rollback("worse")  # at second 3

    assert [None, 1, 1, 2, 1] == [three.standing(at).champion for at in (0.5, 1, 1.5, 2.9, 3)]


def test_history_is_append_only(three):
    """Nobody rewrites the past through the database either, nor the alerts."""
    three.alerts.add([("firing", 1.0, {"alertname": "Drift"}, {})])
    for change in (
        "UPDATE history SET version = 3",
        "DELETE FROM history",
        "UPDATE alerts SET status = 'resolved'",
        "DELETE FROM alerts",
    ):
        db = sqlite3.connect(three.folder / "history.db")
        with closing(db), pytest.raises(sqlite3.IntegrityError, match="append-only"):
            db.execute(change)


def test_a_locked_history_is_read_and_told(three, monkeypatch):
    """Who only reads needs no lock; who writes is told which file is held, and what to do."""
    patience, connect = [], sqlite3.connect

    def impatient(file, timeout, **options):
        patience.append(timeout)
        return connect(file, timeout=0, **options)

    with closing(connect(three.folder / "history.db", isolation_level=None)) as other:
        other.execute("BEGIN EXCLUSIVE")
        champion = Registry(three.folder).standing().champion
        monkeypatch.setattr(history.sqlite3, "connect", impatient)
        with pytest.raises(sqlite3.OperationalError) as refused:
            three.promote(3, "better")

    assert (2, "history.db: database is locked") == (champion, str(refused.value))
    assert "another process holds it: wait" in remedy(refused.value)
    assert {5} == set(patience)  # seconds: enough for a write of somebody else, and no more


def test_a_locked_mlflow_is_not_an_unknown_version(three, monkeypatch):
    """That nobody can look is not told as if it were not there."""

    def locked(*_):
        raise MlflowException("database is locked", TEMPORARILY_UNAVAILABLE)

    monkeypatch.setattr(three.client, "get_model_version", locked)
    with pytest.raises(MlflowException, match="locked"):
        three.load(2)
    with pytest.raises(Refused, match="give a whole number from 1"):
        three.load(2**63)


def test_time_never_runs_backwards(three):
    """A clock set back does not put a later decision before an earlier one."""
    three.clock = lambda: -5.0
    three.promote(3, "after the clock was set back")

    assert [1, 2, 2] == [row.time for row in three.history()]


def test_a_challenge_ends_with_a_promotion(three):
    """A challenger with a share is recorded; promoted, it is no challenger any more."""
    three.challenge(3, "a tenth of the requests", share=0.1)
    before = (three.standing().challenger, three.standing().share, aliases(three))
    three.promote(3, "no fault in a tenth of the requests")

    assert (3, 0.1, {"champion": 2, "challenger": 3}) == before
    assert (None, {"champion": 3}) == (three.standing().challenger, aliases(three))


def test_only_the_challenger_is_withdrawn(three):
    """A withdrawal that comes late does not hit the next challenger."""
    three.challenge(3, "in the shadow")

    with pytest.raises(Refused, match="Version 1 is not the challenger"):
        three.withdraw(1, "too late")


@pytest.mark.parametrize("position", [0, 100, -1])
def test_one_changed_byte_is_refused(registry, constant, position):
    """One byte changed on the disk, at any place, and the model is neither served nor promoted."""
    for level in (0.1, 0.2):
        version = registry.register(constant(level))
        registry.standing().champion or registry.promote(version, "the first")
        data = bytearray(artefact(registry, version).read_bytes())
        data[position] ^= 1
        artefact(registry, version).write_bytes(data)

    with pytest.raises(Tampered, match="Version 1 is not what was registered"):
        registry.champion()
    with pytest.raises(Tampered, match="Version 2 is not what was registered"):
        registry.promote(2, "it looks good")


def test_a_changed_artefact_is_no_reason_not_to_train_again(registry, constant):
    """The same model is stored anew, as another version, with its bytes as they were."""
    first = registry.register(constant(0.1))
    artefact(registry, first).write_bytes(b"changed")
    again = registry.register(constant(0.1))

    assert (1, 2, constant(0.1).onnx) == (first, again, registry.load(again).onnx)


def test_a_digest_must_fit_on_arrival(registry, constant):
    """A model whose digest is not that of its bytes is not registered at all."""
    model = replace(constant(0.1), digest="0" * 64)

    with pytest.raises(Tampered, match="train it again"):
        registry.register(model)


@pytest.mark.parametrize("version", ["1", "../1", 1.0, True, 0, -1, None])
def test_a_version_is_a_whole_number(three, version):
    """Nothing but a whole number from 1 reaches MLflow as a version."""
    with pytest.raises(Refused, match="is no version"):
        three.load(version)


def test_unknown_version(three):
    """A version that does not exist is told as such."""
    with pytest.raises(Refused, match="jukebox has no version 9"):
        three.promote(9, "hope")


@pytest.mark.parametrize("name", ["../jukebox", "juke/box", "", "Jukebox", "-x", "a" * 64, "x\n"])
def test_names_stay_in_their_folder(tmp_path, name):
    """A name with a path in it is refused before anything is created."""
    with pytest.raises(Refused, match="is no name for a model"):
        Registry(tmp_path / "registry", name=name)

    assert not (tmp_path / "registry").exists()


@pytest.mark.whole
def test_killed_between_the_two_writes(three):
    """Killed after the row and before the alias: the decision holds, and opening sets the alias."""
    code = "r._settle = lambda: os.kill(os.getpid(), 9)\nr.promote(3, 'killed half-way')"

    assert -signal.SIGKILL == elsewhere(three, code).returncode
    assert (3, {"champion": 2}) == (three.standing().champion, aliases(three))

    assert {"champion": 3} == aliases(Registry(three.folder))
    assert "killed half-way" == three.history()[-1].why


@pytest.mark.whole
def test_killed_before_the_first_write(three):
    """A new process sees the alias; killed inside the row's transaction, it has done nothing."""
    alias = (
        "print(r.client.get_model_version_by_alias('jukebox', 'champion').version, flush=True)\n"
    )
    code = alias + "r.clock = lambda: os.kill(os.getpid(), 9)\nr.promote(3, 'killed at once')"
    process = elsewhere(three, code)

    assert ("2\n", -signal.SIGKILL) == (process.stdout, process.returncode)
    assert (2, {"champion": 2}) == (Registry(three.folder).standing().champion, aliases(three))
    three.promote(3, "the lock of the dead is no hindrance")


def test_lineage_of_a_version(three, constant):
    """A version leads to its digest, its record and what was decided about it."""
    lineage = three.lineage(2)

    assert constant(0.2).digest == lineage["digest"]
    assert constant(0.2).record.as_dict() == lineage["record"]
    assert constant(0.2).record == three.record(2)
    assert ["better than the first"] == [row["why"] for row in lineage["history"]]


def test_models_that_saw_a_data_version(three, constant):
    """A data version leads to all versions that were trained on it, and to no other."""
    three.register(constant(0.4, data_version="e" * 64))

    assert [1, 2, 3] == three.models_that_saw("d" * 64)
    assert [4] == three.models_that_saw("e" * 64)
    assert [] == three.models_that_saw("f" * 64)


def test_which_model_answered(three):
    """A request id leads to the answer, the model that gave it, and the data behind that."""
    x, p = np.full((1, 13), 0.5, np.float32), np.full((1, 72), 0.2, np.float32)
    for role, version in (("shadow", 3), ("champion", 2)):
        three.log.add(make_answer("r1", version, role, 2.5, ["T1"], x, p))
    found = three.trace_answer("r1")

    assert ("r1", 2.5, 2, "d" * 64) == (
        found["request_id"],
        found["time"],
        found["lineage"]["version"],
        found["lineage"]["record"]["data_version"],
    )
    inputs = hashlib.sha256(x.tobytes()).hexdigest()
    assert [{"track_id": "T1", "inputs": inputs, "probabilities": p[0].tolist()}] == found["tracks"]
    assert json.dumps(found)


def test_the_requests_of_a_challenger_are_counted_from_a_row_on(three):
    """Requests and not tracks; of this version, as challenger, after that row of the log."""
    before = three.count_requests(3)
    three.log.add(
        make_answer("a", 3, "challenger"),
        make_answer("b", 3, "challenger", ids=[None, None]),
        make_answer("c", 2, "challenger"),
        make_answer("d", 3, "champion"),
        make_answer("e", 3, "shadow"),
    )

    assert [(0, 0), (2, 6), (1, 6), (0, 6)] == [
        before,
        *(three.count_requests(3, at) for at in (0, 1, 6)),
    ]


@pytest.mark.parametrize("request_id", ["r2", "' OR '1' = '1", "../r1"])
def test_no_such_request(three, request_id):
    """An id that the log does not have is told as such, and is never part of a query."""
    with pytest.raises(Refused, match="The log has no answer to request"):
        three.trace_answer(request_id)


def test_another_address(empty, tmp_path, constant):
    """One setting puts the versions behind another address; the folder keeps history and log."""
    shutil.copy(empty / "mlflow.db", tmp_path / "elsewhere.db")
    registry = Registry(tmp_path / "registry", uri=f"sqlite:///{tmp_path / 'elsewhere.db'}")
    registry.promote(registry.register(constant(0.1)), "the first")

    assert constant(0.1) == registry.champion()
    assert not (registry.folder / "mlflow.db").exists()


def test_others_can_serve_the_artefact(three):
    """MLflow itself loads the champion by its alias, with its signature."""
    import mlflow.onnx

    mlflow.set_tracking_uri(three.uri)
    info = mlflow.models.get_model_info("models:/jukebox@champion")
    mlflow.set_tracking_uri(None)

    assert (-1, 13) == info.signature.inputs.inputs[0].shape
