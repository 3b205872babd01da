"""Cards: a model card and a datasheet, written from the registry, the record and the data list.

Nobody types a field. A field that nothing recorded is shown as not recorded, and not left out, since
an empty place is what a reader has to know. The headings are those of Mitchell et al., "Model cards
for model reporting", FAT* 2019, and of Gebru et al., "Datasheets for datasets", CACM 64(12), 2021.

`jukebox card 1` prints both of version 1.
"""

import re
import sqlite3
from collections.abc import Mapping, Sequence
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from jukebox.cli.terminal import HOME, MLFLOW, format_time, format_value
from jukebox.loop.home import open_registry, open_store
from jukebox.registry.alerts import ALERTS
from jukebox.registry.history import HISTORY

if TYPE_CHECKING:
    from jukebox.data.store import Store
    from jukebox.registry.models import Registry

NOT_RECORDED = "not recorded"
Fields = Mapping[str, Mapping[str, str]]  # {heading: {label: path of the value}}
Facts = Mapping[str, Any]  # by name, what was recorded: of any kind, and whatever older code wrote

MODEL_CARD: Fields = {
    "Model": {
        "version": "version",
        "digest": "digest",
        "code": "record.code_version",
        "lock": "record.lock_hash",
        "packages": "record.packages",
        "settings": "record.settings",
        "seed": "record.seed",
    },
    "Intended use": {
        "purpose": "record.purpose",
        "users": "record.users",
        "uses to avoid": "record.uses_to_avoid",
    },
    "Training data": {
        "data version": "record.data_version",
        "fitted on weeks": "record.fitted_weeks",
        "features": "record.features",
    },
    "Measures": {
        "tested on weeks": "record.tested_weeks",
        "average precision": "record.metrics.average_precision",
        "average precision of chance": "record.metrics.average_precision_of_chance",
        "Brier score": "record.metrics.brier",
        "calibration error": "record.metrics.calibration_error",
    },
    "Measures by group": {
        "by country": "record.metrics_by_country",
        "by group of people": "record.metrics_by_group",
    },
    "Oversight": {
        "decisions": "decisions",
        "who decided": "decided_by",
        "who may overrule an answer": "record.overseer",
    },
}
DATASHEET: Fields = {
    "Motivation": {"made for": "purpose", "paid by": "funder"},
    "Composition": {
        "data version": "data_version",
        "tracks": "tracks",
        "charts": "charts",
        "weeks": "weeks",
        "columns": "columns",
        "people in it": "people",
    },
    "Collection": {"sender": "sender", "consent or licence": "licence"},
    "Cleaning": {"rows in quarantine, all weeks": "quarantined"},
    "Uses": {"models that were trained on it": "models"},
    "Maintenance": {
        "tracks deleted on request": "deleted",
        "to be deleted on": "delete_on",
    },
}


def value_at(facts: Facts, path: str) -> object:  # as it was recorded
    """Return the value at a path of names with dots between them, or None where there is none."""
    value: object = facts  # or what is inside
    for name in path.split("."):
        value = value.get(name) if isinstance(value, Mapping) else None
    return value


def write_card(title: str, fields: Fields, facts: Facts) -> str:
    """Return a card as Markdown: a heading for each group of fields, a line for each field."""
    lines = [f"# {title}"]
    for heading, labels in fields.items():
        lines += ["", f"## {heading}", ""]
        for label, path in labels.items():
            value = value_at(facts, path)
            if isinstance(value, Mapping):
                value = ", ".join(
                    f"{name} {format_value(one) or 'none'}" for name, one in value.items()
                )
            known = value is not None and value != ""
            lines.append(f"- {label}: {format_value(value) if known else NOT_RECORDED}")
    return "\n".join([*lines, ""])


def model_card(lineage: Facts) -> str:
    """Return the model card of a version as Markdown.

    lineage: as `Registry.lineage` gives it: version, digest, record, run, history.
    """
    rows = lineage["history"]
    decisions = "; ".join(
        f"{format_time(row['time'])} {row['action']}: {row['why']}" for row in rows
    )
    facts = {**lineage, "decisions": decisions or "none yet"}
    return write_card(f"Model card: version {lineage['version']}", MODEL_CARD, facts)


def data_facts(data: "Store", version: str, models: Sequence[int]) -> Facts:
    """Return what the data list knows of a data version.

    models: the versions that were trained on it. Raises ValueError for a version that is not here.
    """
    tracks, charts = data.read(version, whole=False)  # of one that lost rows, what is left
    return {
        "data_version": version,
        "tracks": len(tracks),
        "charts": len(charts),
        "weeks": tracks["released"].agg(["min", "max"]).tolist() if len(tracks) else "none",
        "columns": ", ".join(tracks.columns),
        "quarantined": len(data.quarantined_rows()),
        "models": ", ".join(map(str, models)) or "none",
        "deleted": len(data.manifest(version)["forgotten"]),
    }


def datasheet(facts: Facts) -> str:
    """Return the datasheet of a data version as Markdown; facts: as `data_facts` gives them."""
    return write_card(f"Datasheet: data version {facts['data_version'][:8]}", DATASHEET, facts)


def write_cards(models: "Registry", data: "Store", version: int) -> tuple[str, str]:
    """Return the model card of a version and the datasheet of its data.

    Raises Refused, a ValueError, for a version that is not there or whose record names no data.
    """
    from jukebox.registry.history import Refused

    lineage = models.lineage(version)
    if not (data_version := lineage["record"].get("data_version")):
        raise Refused(f"The record of version {version} names no data version: train it again.")
    facts = data_facts(data, data_version, models.models_that_saw(data_version))
    return model_card(lineage), datasheet(facts)


def missing_fields(text: str) -> list[str]:
    """Return the labels of the fields of a card, its text, that nothing recorded."""
    return re.findall(rf"^- (.+): {NOT_RECORDED}$", text, re.M)


def recorded_fields(record: Facts) -> set[str]:
    """Return what Jukebox writes down: `table.column` of its databases, and `record.field`.

    The columns are those of the tables that the registry creates. record: that of a model.
    """
    from jukebox.registry.log import PREDICTIONS  # here, since MLflow takes a second

    with closing(sqlite3.connect(":memory:")) as db:
        db.executescript(PREDICTIONS + HISTORY + ALERTS)
        tables = [
            name
            for (name,) in db.execute(
                "SELECT name FROM sqlite_schema WHERE sql LIKE 'CREATE TABLE%'"
            )
        ]
        columns = {
            f"{table}.{row[1]}"
            for table in tables
            for row in db.execute(f"PRAGMA table_info({table})")
        }
    return columns | {f"record.{name}" for name in record}


@click.command()
@click.argument("version", type=click.IntRange(1))
@MLFLOW
@HOME
def card_command(version: int, mlflow: str | None, home: Path) -> None:
    """Print the model card of a version, and the datasheet of its data."""
    about_model, about_data = write_cards(open_registry(home, mlflow), open_store(home), version)
    click.echo(f"{about_model}\n{about_data}", nl=False)
