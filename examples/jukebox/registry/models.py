"""The registry: which model is champion, which was when, and where each came from.

MLflow's model registry keeps the versions, their artefacts and two aliases, champion and
challenger. What it does not keep is who held an alias *before*, so an append-only history
is kept next to it, and the aliases follow from that history.

Two writes move a champion: the row of the history, then the alias. The row is written first
and decides. A process killed between the two leaves a decision whose alias is stale; the next
one to open the registry sets the alias again. In the other order a kill would leave a champion
of whom nobody knows since when and why.
"""

import hashlib
import json
import re
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any, TypedDict, Unpack

import pandas as pd
from mlflow import MlflowClient
from mlflow.artifacts import download_artifacts
from mlflow.entities.model_registry import ModelVersion
from mlflow.exceptions import MlflowException

from jukebox.model.record import read_record
from jukebox.model.training import Model, Record
from jukebox.registry.alerts import ReceivedAlerts
from jukebox.registry.history import (
    Action,
    Decision,
    DecisionFields,
    History,
    Refused,
    Standing,
    replay,
)
from jukebox.registry.log import PredictionLog, RequestCount, Selection
from jukebox.registry.tracking import log_run

ALIASES = ("champion", "challenger")


class Lineage(TypedDict):
    """What made a version and what became of it, as it is sent over HTTP."""

    version: int
    digest: str
    record: dict[str, Any]  # JSON: older records lack what later ones have
    run: str | None  # MLflow's id of it
    history: list[DecisionFields]


class TracedTrack(TypedDict):
    """A row of the log: the track's id, the hash of its features, and what was said."""

    track_id: str | None
    inputs: str
    probabilities: list[float]


class TracedAnswer(TypedDict):
    """Who answered a request, when (seconds since 1970) and what, as it is sent over HTTP."""

    request_id: str
    time: float
    tracks: list[TracedTrack]
    lineage: Lineage


class Tampered(Refused):
    """The bytes of an artefact are not those that were registered."""


def read_tag(version: int, text: str) -> Record:
    """Read the record of a version from its tag in MLflow. Raises Refused if it is no record."""
    try:
        return read_record(json.loads(text))
    except ValueError as error:
        raise Refused(
            f"The record of version {version} in MLflow cannot be read ({error}): restore its tag "
            "`record` from a copy, or train the model again."
        ) from None


class Registry:
    """The models of one name, in a folder, with MLflow's registry at `uri`.

    folder: holds history.db, predictions.db and, unless `uri` names another address that MLflow
    understands (a server, or a database by its SQLAlchemy address), mlflow.db and the artefacts.
    clock: gives seconds since 1970. Raises Refused for a name that is not a plain word.
    """

    def __init__(
        self,
        folder: str | Path,
        uri: str | None = None,
        name: str = "jukebox",
        clock: Callable[[], float] = time.time,
    ) -> None:
        """Open the registry, create what is missing, and finish what a killed process began."""
        if not re.fullmatch(r"[a-z][a-z0-9-]{0,62}", name):
            raise Refused(f"{name!r} is no name for a model: use a-z, 0-9 and -, a letter first.")
        self.folder, self.name, self.clock = Path(folder).resolve(), name, clock
        self.folder.mkdir(parents=True, exist_ok=True)
        self.uri = uri or f"sqlite:///{self.folder / 'mlflow.db'}"
        self.client = MlflowClient(self.uri, self.uri)
        self.past = History(self.folder / "history.db", lambda: self.clock())
        self.alerts = ReceivedAlerts(self.past.file, lambda: self.clock())
        self.log = PredictionLog(self.folder / "predictions.db")
        try:
            aliases = self.client.get_registered_model(name).aliases
        except MlflowException as error:
            if error.error_code != "RESOURCE_DOES_NOT_EXIST":  # but locked, say
                raise
            aliases = self.client.create_registered_model(name).aliases
        held = zip(ALIASES, self.standing()[1:3], strict=True)
        if {a: int(v) for a, v in aliases.items()} != {a: v for a, v in held if v}:
            self._settle()  # only then: whoever reads needs no lock

    def register(self, model: Model) -> int:
        """Store a `Model` and give its version (int). The same model again: the same version.

        A new one if the artefact of that one was changed or lost. An artefact is stored before
        the version that names it, so no version lacks its bytes.
        """
        if hashlib.sha256(model.onnx).hexdigest() != model.digest:
            raise Tampered("The model's digest is not that of its bytes: train it again.")
        record = json.dumps(model.record.as_dict(), sort_keys=True)
        for entry in self.client.search_model_versions(f"name = '{self.name}'"):
            if (model.digest, record) == (entry.tags.get("digest"), entry.tags.get("record")):
                with suppress(Tampered, OSError, MlflowException):
                    self.load(int(entry.version))
                    return int(entry.version)
        run = self.client.get_run(log_run(model, self.folder, self.uri)).info
        entry = self.client.create_model_version(
            self.name,
            source=f"{run.artifact_uri}/model",
            run_id=run.run_id,
            tags={"digest": model.digest, "record": record},
        )
        return int(entry.version)

    def _entry(self, version: int) -> ModelVersion:
        """Give MLflow's entry of a version; Refused if it is not one of ours."""
        if type(version) is not int or not 0 < version < 2**63:
            raise Refused(f"{version!r} is no version: give a whole number from 1.")
        try:
            return self.client.get_model_version(self.name, str(version))
        except MlflowException as error:
            if error.error_code != "RESOURCE_DOES_NOT_EXIST":
                raise
            why = f"{self.name} has no version {version}: train one, or name another."
            raise Refused(why) from None

    def load(self, version: int) -> Model:
        """Give the `Model` of a version, its bytes checked against the digest.

        Raises Tampered if a byte has changed. Whoever runs the model runs the bytes that were
        checked, not the file, which may change in between.
        """
        entry = self._entry(version)
        file = f"{entry.source}/model.onnx"
        onnx = Path(download_artifacts(file, tracking_uri=self.uri)).read_bytes()
        if hashlib.sha256(onnx).hexdigest() != entry.tags["digest"]:
            raise Tampered(
                f"Version {version} is not what was registered (digest {entry.tags['digest']}): "
                f"restore {file} from a copy, or promote another version."
            )
        return Model(onnx, entry.tags["digest"], read_tag(version, entry.tags["record"]))

    def history(self) -> list[Decision]:
        """Give all decisions, oldest first."""
        return self.past.read()

    def standing(self, at: float | None = None) -> Standing:
        """Give the `Standing` now, or `at` a past time (seconds since 1970)."""
        return replay(d for d in self.history() if at is None or d.time <= at)

    def champion(self) -> Model:
        """Give the champion's `Model`. Refused if there is none, Tampered if it was changed."""
        version = self.standing().champion
        if version is None:
            raise Refused("There is no champion yet: promote a version first.")
        return self.load(version)

    def challenge(self, version: int, why: str, share: float = 0.0) -> None:
        """Make a version the challenger: in the shadow, or a canary for a share of the requests."""
        self.load(version)
        self._decide("challenge", lambda now: version, why, share)

    def withdraw(self, version: int, why: str) -> None:
        """End a challenge. Refused if this version is not the challenger."""
        self._decide("withdraw", lambda now: version, why)

    def promote(self, version: int, why: str) -> None:
        """Make a version the champion. Promoting the champion again changes nothing."""
        self.load(version)
        self._decide("promote", lambda now: version, why)

    def rollback(self, why: str, version: int | None = None) -> int:
        """Give the role back to the champion before, or to an earlier one, and give its version.

        Raises Refused if there is no such champion, Tampered if its artefact was changed.
        """

        def choose(now: Standing) -> int | None:
            if version not in (None, *now.earlier):
                others = ", ".join(map(str, now.earlier)) or "none"
                raise Refused(f"Version {version} is no earlier champion; those were: {others}.")
            back = version or next(reversed(now.earlier), None)
            if back:
                self.load(back)  # never back to bytes that have changed
            return back

        return self._decide("rollback", choose, why)

    def retire(self, version: int, why: str) -> None:
        """Bar a version from every role for good; its artefact and record stay for the audit."""
        self._entry(version)
        self._decide("retire", lambda now: version, why)

    def _decide(
        self,
        action: Action,
        choose: Callable[[Standing], int | None],
        why: str,
        share: float = 0.0,
    ) -> int:
        """Write a decision, then let the aliases follow; in this order (see above)."""
        version = self.past.decide(action, choose, why, share)
        self._settle()
        return version

    def _settle(self) -> None:
        """Set MLflow's aliases to what the history says; one process at a time."""
        with self.past.lock() as (_, decisions):
            now = replay(decisions)
            for alias, version in zip(ALIASES, now[1:3], strict=True):
                if version is None:
                    self.client.delete_registered_model_alias(self.name, alias)
                else:
                    self.client.set_registered_model_alias(self.name, alias, str(version))

    def lineage(self, version: int) -> Lineage:
        """Give what made a version and what became of it: digest, record, run, decisions."""
        entry = self._entry(version)
        return {
            "version": version,
            "digest": entry.tags["digest"],
            "record": json.loads(entry.tags["record"]),
            "run": entry.run_id,
            "history": [d.fields() for d in self.history() if d.version == version],
        }

    def record(self, version: int) -> Record:
        """Return the record of a version, whose artefact is not read."""
        return read_tag(version, self._entry(version).tags["record"])

    def records(self) -> dict[int, Record]:
        """Return the record of each version, in no order."""
        entries = self.client.search_model_versions(f"name = '{self.name}'")
        texts = {int(entry.version): entry.tags.get("record", "{}") for entry in entries}
        return {version: read_tag(version, text) for version, text in texts.items()}

    def models_that_saw(self, data_version: str) -> list[int]:
        """Give the versions that were trained on a data version, oldest first."""
        return sorted(v for v, r in self.records().items() if r.data_version == data_version)

    def predictions(self, **which: Unpack[Selection]) -> pd.DataFrame:
        """Give the prediction log as a DataFrame, one row a track: see `PredictionLog.read`."""
        return self.log.read(**which)

    def count_requests(self, version: int, after: int = 0) -> RequestCount:
        """Count what a version answered as challenger: see `PredictionLog.count_requests`."""
        return self.log.count_requests(version, after)

    def trace_answer(self, request_id: str) -> TracedAnswer:
        """Give who answered a request: request_id, time, tracks, and the model's `lineage`."""
        rows = self.predictions(request_id=request_id)
        if rows.empty:
            raise Refused(f"The log has no answer to request {request_id!r}: is the id complete?")
        columns = (rows[name] for name in ("track_id", "inputs", "probabilities"))
        tracks: list[TracedTrack] = [
            {"track_id": track_id, "inputs": inputs, "probabilities": p.tolist()}
            for track_id, inputs, p in zip(*columns, strict=True)
        ]
        return {
            "request_id": request_id,
            "time": float(rows["time"].iloc[0]),
            "tracks": tracks,
            "lineage": self.lineage(int(rows["model_version"].iloc[0])),
        }
