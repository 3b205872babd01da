"""The record of a model, read from JSON: it loses nothing, whatever version of the code wrote it."""

from collections.abc import Mapping
from dataclasses import fields
from typing import Any  # JSON, which code of any version may have written

from jukebox.model.training import Record, Settings


def read_record(held: Mapping[str, Any]) -> Record:  # JSON of code of any version
    """Return the record that `Record.as_dict` gives as `held`; it never fails, and loses nothing."""
    known: dict[str, Any] = {}  # each in its field's type
    unknown, others = Record(), {}
    for name, value in held.items():
        read = read_field(name, value)
        # An empty one, say, is not a missing one.
        if read is None or read == getattr(unknown, name):
            others[name] = value
        else:
            known[name] = read
    return Record(**known, others=others)


def read_field(name: str, value: object) -> object:  # JSON of other code, and any field's type
    """Return a field of a record in its type, read from JSON; None if this code does not know it."""
    match name, value:
        case "code_version" | "data_version" | "lock_hash", str():
            return value
        case "seed" | "trained_week", int():
            return value
        case "fitted_weeks" | "tested_weeks", [int(first), int(last)]:
            return first, last
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
