"""The registry: a folder of models named by their digest, and a history that only grows."""

import json
from datetime import UTC, datetime

from own.checks import Stop
from own.model import Model
from own.store import HOME

MODELS, HISTORY = HOME / "models", HOME / "history.jsonl"


def save(model: Model) -> None:
    """Keep a model and its record under its version. Nobody is asked for it yet."""
    folder = MODELS / model.version
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "model.onnx").write_bytes(model.onnx)
    (folder / "record.json").write_text(json.dumps(model.record, indent=2), "utf-8")


def load(version: str) -> Model:
    """Return a model; raise Stop if its bytes are not those that its name and record promise."""
    folder = MODELS / version
    if not (folder / "record.json").exists():
        raise Stop(f"there is no model {version}: train one")
    record = json.loads((folder / "record.json").read_text("utf-8"))
    model = Model((folder / "model.onnx").read_bytes(), record)
    if model.digest != record["digest"] or model.version != version:
        raise Stop(f"the bytes of model {version} have changed since it was trained")
    return model


def newest() -> str:
    """Return the version of the model that was saved last."""
    records = sorted(MODELS.glob("*/record.json"), key=lambda file: file.stat().st_mtime_ns)
    if not records:
        raise Stop("there is no model yet: train one")
    return records[-1].parent.name


def history() -> list[dict]:
    """Return all that was decided, the oldest first."""
    return [json.loads(line) for line in HISTORY.open()] if HISTORY.exists() else []


def champion() -> Model | None:
    """Return the model that answers now: that of the last row which made one champion."""
    rows = [row for row in history() if row["action"] != "refuse"]
    return load(rows[-1]["version"]) if rows else None


def decide(action: str, version: str, why: str) -> None:
    """Add a row to the history. action: "promote", "refuse" or "rollback"."""
    row = {"time": now(), "action": action, "version": version, "why": why}
    with HISTORY.open("a", encoding="utf-8") as file:
        file.write(json.dumps(row) + "\n")


def rollback(why: str) -> str:
    """Make the champion before this one the champion again, and return its version."""
    versions = [row["version"] for row in history() if row["action"] != "refuse"]
    before = [version for version in versions if version != versions[-1]]
    if not before:
        raise Stop("there is no champion before this one")
    load(before[-1])
    decide("rollback", before[-1], why)
    return before[-1]


def now() -> str:
    """Return the time in UTC, to the second."""
    return datetime.now(UTC).isoformat(timespec="seconds")
