"""The roster of a class: a CSV file with a column `name`, and perhaps `email` and `days`.

A spreadsheet may have written it: with a byte order mark or without, with commas, semicolons or tabs.
"""

import csv
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from jukebox import hand_in


@dataclass(frozen=True)
class Person:
    """Somebody in the class. days: numbers of the days attended, filled in after the course."""

    name: str
    email: str = ""
    days: tuple[int, ...] = ()


def read_roster(path: Path, days: int | None = None) -> list[Person]:
    """Return the people of a roster, in its order. days: how many days the course has, if known.

    Raises ValueError with file, line and what to write.
    """
    people: list[Person] = []
    lines: dict[str, int] = {}
    for number, row in read_rows(path):
        here = f"{path}:{number}"
        try:
            name = hand_in.clean(row["name"])  # as each line that is handed in has it
        except ValueError as error:
            raise ValueError(f"{here}: {error}") from None
        if (key := name.casefold()) in lines:
            raise ValueError(
                f"{here}: {name} stands on line {lines[key]} already. "
                "Take one out, or add what tells the two apart."
            )
        lines[key] = number
        attended = days_of(row.get("days", ""), here, days)
        people.append(Person(name, row.get("email", "").strip(), attended))
    if not people:
        raise ValueError(f"{path}: there is nobody on it. Write a name on each line.")
    return people


def read_rows(path: Path) -> Iterator[tuple[int, dict[str, str]]]:
    """Yield each row that is not empty, with its line. Raises ValueError with what to write."""
    if path.is_dir():
        raise ValueError(f"{path}: this is a folder. Name the CSV file in it.")
    try:
        text = path.read_bytes().decode("utf-8-sig")
    except FileNotFoundError as error:
        raise ValueError(f"{path}: there is no such file. Write one with a line `name`.") from error
    except UnicodeDecodeError as error:
        raise ValueError(f"{path}: this is no UTF-8. Save it as “CSV UTF-8”.") from error
    first = text.partition("\n")[0]
    mark = next((mark for mark in ";\t" if mark in first), ",")
    reader = csv.DictReader(text.splitlines(), delimiter=mark, restkey="", restval="")
    try:
        reader.fieldnames = [(name or "").strip().casefold() for name in reader.fieldnames or []]
        if "name" not in reader.fieldnames:
            raise ValueError(
                f"{path}:1: there is no column `name`. Let the first line be: name,email,days"
            )
        for row in reader:
            if any(isinstance(cell, str) and cell.strip() for cell in row.values()):
                yield reader.line_num, row
    except csv.Error as error:
        line = reader.line_num + 1  # it counts the lines that it has read
        raise ValueError(f"{path}:{line}: this cannot be read ({error}).") from error


def days_of(words: str, here: str, days: int | None) -> tuple[int, ...]:
    """Return the days of a cell such as `1 2 3`. Raises ValueError with what to write."""
    found = words.replace(",", " ").split()
    if not all(word.isascii() and word.isdigit() for word in found):
        raise ValueError(f"{here}: `days` is {words!r}. Write the days attended, such as 1 2 3.")
    numbers = tuple(sorted({int(word) for word in found}))
    if numbers and (numbers[0] < 1 or (days is not None and numbers[-1] > days)):
        raise ValueError(
            f"{here}: `days` is {words!r}, and the course has the days 1 to {days or '…'}."
        )
    return numbers
