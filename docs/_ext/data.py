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
from typing import Any

SCHEMAS = Path(__file__).parents[1] / "_data" / "schemas"
Keys = tuple[str | int, ...]  # the way to a value: ("term", 0, "owner")


def files(srcdir: str | Path) -> list[Path]:
    """Return the data files of a documentation, in the order of their paths."""
    found = (path for end in ("toml", "json") for path in Path(srcdir, "_data").rglob(f"*.{end}"))
    return sorted(path for path in found if path.parent.name != SCHEMAS.name)


def all_faults(srcdir: str | Path) -> list[tuple[str, str]]:
    """Return each fault of the data files of a documentation: its `path:line`, and its words."""
    return [
        (f"{path}:{line}", fault)
        for path in files(srcdir)
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
        data = (tomllib if is_toml else json).loads(text)
    except UnicodeDecodeError as error:
        yield raw.count(b"\n", 0, error.start) + 1, "this is no UTF-8. Save the file as UTF-8."
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


def data_faults(data: Mapping[str, Any], schema: str) -> list[tuple[Keys, str]]:
    """Return what is wrong with data: the way to the place, the fault and its remedy."""
    held_to = validator(schema)
    errors = held_to.iter_errors(data)
    faults = (fault for error in errors for fault in in_words(error, held_to.schema))
    return list(dict.fromkeys(faults))


@cache
def validator(schema: str) -> Any:
    """Return the validator of a schema, for which a TOML date is a text of the format `date`."""
    # Here and not above: it takes a tenth of a second, which a build without news does not spend.
    from jsonschema import Draft202012Validator, validators

    def of_type(validator, types, value, schema):
        if schema.get("format") == "date":
            value = value.isoformat() if type(value) is date else None
        elif types == "integer" and isinstance(value, float):  # to JSON, 50.0 is 50
            value = None
        return Draft202012Validator.VALIDATORS["type"](validator, types, value, schema)

    dated = validators.extend(Draft202012Validator, {"type": of_type})
    return dated(json.loads((SCHEMAS / f"{schema}.json").read_text("utf-8")))


def in_words(error: Any, whole: Mapping[str, Any]) -> Iterator[tuple[Keys, str]]:
    """Yield the faults of which an error of jsonschema tells, in the words of the whole schema."""
    keys, value, schema = tuple(error.absolute_path), error.instance, error.schema
    if "then" in error.schema_path:  # what holds on a condition says which keys, and no words
        schema = whole
    rule, wanted, known = error.validator, error.validator_value, schema.get("properties", {})
    if rule == "additionalProperties":
        for key in value.keys() - known.keys():
            near = nearest(key, known)
            remedy = f"Write `{near}`: its keys are" if near else "Its keys are"
            fault = f"`{key}` is no key of {schema['title']}"
            yield (*keys, key), f"{fault}. {remedy} {', '.join(known)}."
    elif rule in {"required", "dependentRequired"}:
        if rule == "dependentRequired":
            wanted = [need for key, needs in wanted.items() if key in value for need in needs]
        misspelt = {nearest(key, known) for key in value.keys() - known.keys()}
        for key in wanted:
            if key not in value.keys() | misspelt:
                yield keys, f"{schema['title']} has no `{key}`. {known[key]['description']}"
    else:
        names = [f"`{key}`" for key in keys if isinstance(key, str)]
        verb = "holds" if keys and isinstance(keys[-1], int) else "is"
        remedy = schema.get("description") or whole["description"]
        if rule == "type" and wanted == "integer" and str(value).strip().isdecimal():
            remedy = f"Write a whole number without quotes, as {value.strip()}."
        elif rule == "type" and wanted == "integer" and isinstance(value, float):
            remedy = f"Write a whole number, as {value:.0f}."
        if rule == "enum":
            near, choices = nearest(value, wanted), ", ".join(map(str, wanted))
            remedy = f"Write {near}: it" if near else f"{remedy} It"
            remedy = f"{remedy} is one of {choices}."
        yield keys, f"{(names or ['this file'])[-1]} {verb} {as_written(value)}. {remedy}"


def nearest(word: Any, right: Iterable[Any]) -> str | None:
    """Return the one of the right words that a word most resembles, or None."""
    words = [one for one in right if isinstance(one, str)]
    return next(iter(get_close_matches(str(word), words, 1)), None)


def as_written(value: Any) -> str:
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
        value = cut(text, count)[1]
        for key in keys:
            if not (key in value if isinstance(value, dict) else key < len(value)):
                return False
            value = value[key]
        return True

    fewest = bisect_left(range(text.count("\n") + 1), True, key=holds)
    return cut(text, fewest - 1)[0] + 1


@lru_cache(maxsize=64)  # the first cuts are the same for all faults of a file
def cut(text: str, most: int) -> tuple[int, dict[str, Any]]:
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
