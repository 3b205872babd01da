"""The data files: each is held to its schema, and a fault is told with its line and its remedy.

The schema of `_data/claims.toml` is `_data/schemas/claims.json`, that of all files below
`_data/quizzes/` is `_data/schemas/quizzes.json`. The first line of a TOML file names it too, for
editors, which then offer the keys. In a schema, a `title` says what a message calls the thing,
and a `description` is the remedy: what to write there.

`python -m docs._ext.data` tells the faults without Sphinx, which `nox -s lint` does not have.
"""

import json
import re
import sys
import tomllib
from bisect import bisect_left
from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from difflib import get_close_matches
from functools import cache, lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from jsonschema import ValidationError
    from jsonschema.protocols import Validator

SCHEMAS = Path(__file__).parents[1] / "_data" / "schemas"
Keys = tuple[str | int, ...]  # the way to a value: ("term", 0, "owner")
Fault = tuple[Keys, str]  # the way to the place; the fault and its remedy in words
Schema = Mapping[str, Any]  # of JSON Schema each word has a value of its own type
# What a data file holds, in TOML or in JSON.
Value = dict[str, "Value"] | list["Value"] | str | int | float | bool | date | None


class Breach(NamedTuple):
    """A place that breaks a rule of its schema."""

    keys: Keys
    value: Any  # as the file has it: of a type that the rule asks for, or of any other
    rule: str
    wanted: Any  # a list, a table or a word, by the rule
    schema: Schema
    description: str  # what may stand there


def data_files(srcdir: str | Path) -> list[Path]:
    """Return the data files of a documentation, in the order of their paths."""
    found = (path for end in ("toml", "json") for path in Path(srcdir, "_data").rglob(f"*.{end}"))
    return sorted(path for path in found if path.parent.name != SCHEMAS.name)


def all_faults(srcdir: str | Path) -> list[tuple[str, str]]:
    """Return each fault of the data files of a documentation: its `path:line`, and its words."""
    return [
        (f"{path}:{line}", fault)
        for path in data_files(srcdir)
        for line, fault in sorted(file_faults(path, schema_of(path, srcdir)))
    ]


def schema_of(path: Path, srcdir: str | Path) -> str:
    """Return the name of a data file's schema: that of the file, or of its folder in `_data`."""
    return path.relative_to(Path(srcdir, "_data")).parts[0].partition(".")[0]


def file_faults(path: Path, schema: str) -> Iterator[tuple[int, str]]:
    """Yield what is wrong with a data file: the line, the fault and its remedy."""
    if not (SCHEMAS / f"{schema}.json").exists():
        yield 1, f"no schema says what may stand here. Write _data/schemas/{schema}.json."
        return
    raw, is_toml = path.read_bytes(), path.suffix == ".toml"
    try:
        text = raw.decode("utf-8-sig")  # an editor of Windows writes a mark at the beginning
    except UnicodeDecodeError as error:
        yield raw.count(b"\n", 0, error.start) + 1, "this is no UTF-8. Save the file as UTF-8."
        return
    try:
        data = (tomllib if is_toml else json).loads(text)
    except ValueError as error:  # tomllib and json have a kind each
        line = re.search(r"line (\d+)", str(error))
        remedy = (
            "Look here and just above: a text stands in quotes, and what is opened is closed. "
            "In a list and in braces, a comma stands between two values."
        )
        yield int(line[1]) if line else len(text.splitlines()), f"{error}. {remedy}"
    else:
        find = line_in_toml if is_toml else line_in_json
        yield from ((find(text, keys), fault) for keys, fault in data_faults(data, schema))


def data_faults(
    data: Mapping[str, Any],  # of `Value`; jsonschema's own types know of no date
    schema: str,
) -> list[Fault]:
    """Return what is wrong with data: the way to the place, the fault and its remedy."""
    whole, errors = read_schema(schema), validator(schema).iter_errors(data)
    faults = (fault for error in errors for fault in faults_of(breach_of(error, whole)))
    return list(dict.fromkeys(faults))


def breach_of(error: "ValidationError", whole: Schema) -> Breach:
    """Return what an error of jsonschema tells, with the part of the whole schema that has words."""
    assert isinstance(error.schema, Mapping)  # our schemas forbid by `additionalProperties` alone
    # What holds on a condition says which keys, and no words.
    schema = whole if "then" in error.schema_path else error.schema
    description = schema.get("description") or whole["description"]
    keys, rule = tuple(error.absolute_path), str(error.validator)
    return Breach(keys, error.instance, rule, error.validator_value, schema, description)


@cache
def read_schema(name: str) -> Schema:
    """Read the schema of a name."""
    return json.loads((SCHEMAS / f"{name}.json").read_text("utf-8"))


@cache
def validator(schema: str) -> "Validator":
    """Return the validator of a schema, for which a TOML date is a text of the format `date`."""
    # Here and not above: it takes a tenth of a second, which a build without news does not spend.
    from jsonschema import Draft202012Validator, validators

    def check_type(
        validator: "Validator", types: str | list[str], value: Value, schema: Schema
    ) -> Iterator["ValidationError"]:
        """Check a value's type as JSON Schema does, and take a TOML date as a text of that format."""
        if schema.get("format") == "date":
            value = value.isoformat() if type(value) is date else None
        elif types == "integer" and isinstance(value, float):  # to JSON, 50.0 is 50
            value = None
        return Draft202012Validator.VALIDATORS["type"](validator, types, value, schema)

    dated = validators.extend(Draft202012Validator, {"type": check_type})
    return dated(read_schema(schema))


def faults_of(breach: Breach) -> Iterator[Fault]:
    """Yield the faults of which a breach tells, in the words of the schema."""
    if breach.rule == "additionalProperties":
        yield from unknown_keys(breach)
    elif breach.rule in {"required", "dependentRequired"}:
        yield from missing_keys(breach)
    else:
        yield wrong_value(breach)


def unknown_keys(breach: Breach) -> Iterator[Fault]:
    """Yield each key of a table that its schema does not know, with the one that may be meant."""
    known = breach.schema.get("properties", {})
    for key in breach.value.keys() - known.keys():
        near = nearest(key, known)
        remedy = f"Write `{near}`: its keys are" if near else "Its keys are"
        fault = f"`{key}` is no key of {breach.schema['title']}"
        yield (*breach.keys, key), f"{fault}. {remedy} {', '.join(known)}."


def missing_keys(breach: Breach) -> Iterator[Fault]:
    """Yield each key that a table has to have and has not, unless another one may be meant for it."""
    table, wanted, known = breach.value, breach.wanted, breach.schema.get("properties", {})
    if breach.rule == "dependentRequired":
        wanted = [need for key, needs in wanted.items() if key in table for need in needs]
    misspelt = {nearest(key, known) for key in table.keys() - known.keys()}
    for key in wanted:
        if key not in table.keys() | misspelt:
            description = known[key]["description"]
            yield breach.keys, f"{breach.schema['title']} has no `{key}`. {description}"


def wrong_value(breach: Breach) -> Fault:
    """Return the fault of a value that its schema does not allow."""
    names = [f"`{key}`" for key in breach.keys if isinstance(key, str)]
    verb = "holds" if breach.keys and isinstance(breach.keys[-1], int) else "is"
    fault = f"{(names or ['this file'])[-1]} {verb} {literal_of(breach.value)}"
    return breach.keys, f"{fault}. {remedy_of(breach)}"


def remedy_of(breach: Breach) -> str:
    """Say what to write in the place of a wrong value: what is nearest to it, or what may stand there."""
    value, wanted = breach.value, breach.wanted
    whole_number = breach.rule == "type" and wanted == "integer"
    if whole_number and str(value).strip().isdecimal():
        return f"Write a whole number without quotes, as {value.strip()}."
    if whole_number and isinstance(value, float):
        return f"Write a whole number, as {value:.0f}."
    if breach.rule == "enum":
        near = nearest(value, wanted)
        remedy = f"Write {near}: it" if near else f"{breach.description} It"
        return f"{remedy} is one of {', '.join(map(str, wanted))}."
    return breach.description


def nearest(word: Value, right: Iterable[Value]) -> str | None:
    """Return the one of the right words that a word most resembles, or None."""
    words = [one for one in right if isinstance(one, str)]
    return next(iter(get_close_matches(str(word), words, 1)), None)


def literal_of(value: Value) -> str:
    """Write a value as its file has it, or say what kind of thing it is."""
    if isinstance(value, dict):
        return "a table"
    if isinstance(value, list):
        return f"a list of {len(value)}"
    return json.dumps(value, default=str, ensure_ascii=False)


def line_in_json(text: str, keys: Keys) -> int:
    """Return the line of a JSON text on which the last key of a way first stands; 1 without one."""
    key = re.search(rf'"{re.escape(str(keys[-1]))}"\s*:', text) if keys else None
    return text.count("\n", 0, key.start() if key else 0) + 1


def line_in_toml(text: str, keys: Keys) -> int:
    """Return the line of a TOML text on which the value at the end of a way begins.

    tomllib tells no lines. But a text that is cut after a whole statement is TOML again: the
    fewest lines that hold the value end with it, and it begins after the longest cut before that.
    """

    def holds(count: int) -> bool:
        """Tell whether the first lines hold the value."""
        value: Value = parse_first_lines(text, count)[1]
        for key in keys:
            if isinstance(value, dict) and key in value:
                value = value[str(key)]
            elif isinstance(value, list) and isinstance(key, int) and key < len(value):
                value = value[key]
            else:
                return False
        return True

    fewest = bisect_left(range(text.count("\n") + 1), True, key=holds)
    return parse_first_lines(text, fewest - 1)[0] + 1


@lru_cache(maxsize=64)  # the first cuts are the same for all faults of a file
def parse_first_lines(text: str, most: int) -> tuple[int, dict[str, Value]]:
    """Return how many of the first lines are TOML, a list that is open being closed, and its data."""
    lines = text.split("\n")
    for count in range(most, 0, -1):
        for end in ("", "]"):
            try:
                return count, tomllib.loads("\n".join([*lines[:count], end]))
            except tomllib.TOMLDecodeError:
                continue
    return 0, {}


if __name__ == "__main__":
    found = all_faults("docs")
    print("\n".join(f"{place}: {fault}" for place, fault in found) or "The data files are sound.")
    sys.exit(bool(found))
