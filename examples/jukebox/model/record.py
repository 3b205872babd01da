"""The record of a model, read from JSON: it loses nothing, whatever version of the code wrote it."""

import json
from collections.abc import Mapping
from dataclasses import fields, replace
from typing import Any  # JSON, which code of any version may have written

from jukebox.model.training import Record, Settings


def read_record(held: Mapping[str, Any]) -> Record:  # JSON of code of any version
    """Return the record that `Record.as_dict` gives as `held`; it loses nothing.

    Raises ValueError for what is no object of JSON.
    """
    if not isinstance(held, Mapping):
        raise ValueError(f"a record has to be an object of JSON, and this is {held!r:.40}")
    known: dict[str, Any] = {}  # each in its field's type
    for name, value in held.items():
        if (read := read_field(name, value)) is not None:
            known[name] = read
    record = Record(**known)
    again = record.as_dict()
    # What is in another form, such as an empty text or a week of 7.0, stays as it came.
    others = {
        name: value
        for name, value in held.items()
        if name not in again or json.dumps(value) != json.dumps(again[name])
    }
    return replace(record, others=others)


def read_field(name: str, value: object) -> object:  # JSON of other code, and any field's type
    """Return a field of a record in its type, read from JSON; None if this code does not know it."""
    match name, value:
        case "code_version" | "data_version" | "lock_hash", str():
            return value
        case "seed" | "trained_week", int():
            return value
        case "fitted_weeks" | "tested_weeks", [int() | float(), int() | float()]:
            weeks = int(value[0]), int(value[1])
            return weeks if weeks == tuple(value) else None
        case "features" | "countries", [*names] if all(isinstance(each, str) for each in names):
            return tuple(names)
        case "packages" | "metrics", dict():
            return value
        case "settings", {"hidden": [*hidden], **numbers}:
            # Of another version of the code, there may be others, or fewer.
            ours = {each.name for each in fields(Settings)} == {"hidden", *numbers}
            if ours and all(isinstance(each, int | float) for each in (*hidden, *numbers.values())):
                return Settings(tuple(hidden), **numbers)
    return None
