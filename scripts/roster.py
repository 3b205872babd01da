"""The roster of a class: a CSV file with a column `name`, and perhaps `email` and `days`.

A spreadsheet may have written it: with a byte order mark or without, with commas, semicolons or tabs.
"""

import csv
import io
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from jukebox.labs import hand_in

WORKBOOKS = (b"PK", b"\xd0\xcf\x11\xe0")  # .xlsx and .ods are archives; .xls is older
# Columns of a name in two parts: one alone would be half a name on the certificate.
HALVES = frozenset(
    [
        "surname",
        "last name",
        "lastname",
        "last_name",
        "family name",
        "first name",
        "firstname",
        "first_name",
        "given name",
        "forename",
        "vorname",
        "nachname",
        "familienname",
        "prénom",
        "prenom",
        "apellido",
        "apellidos",
        "cognome",
    ]
)


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
            name = hand_in.clean_name(row["name"])  # as each line that is handed in has it
        except ValueError as error:
            raise ValueError(f"{here}: {error}") from None
        if (key := name.casefold()) in lines:
            raise ValueError(
                f"{here}: {name} stands on line {lines[key]} already. "
                "Take one out, or add what tells the two apart."
            )
        lines[key] = number
        attended = read_days(row.get("days", ""), here, days)
        people.append(Person(name, row.get("email", "").strip(), attended))
    if not people:
        raise ValueError(f"{path}: there is nobody on it. Write a name on each line.")
    return people


def read_rows(path: Path) -> Iterator[tuple[int, dict[str, str]]]:
    """Yield each row that is not empty, with its line. Raises ValueError with what to write."""
    text = read_text(path)
    first = re.split(r"[\r\n]", text, maxsplit=1)[0]
    mark = next((mark for mark in ";\t" if mark in first), ",")
    lines = csv.reader(io.StringIO(text, newline=""), delimiter=mark, strict=True)
    header = read_header(path, first, mark)
    number = 1
    try:
        for cells in lines:
            here, number = number, lines.line_num + 1  # a row may have several lines
            while cells and len(cells) > len(header) and not cells[-1].strip():
                cells.pop()  # a spreadsheet writes a comma for each column that it once had
            if here == 1 or not any(map(str.strip, cells)):
                continue
            check_cells(f"{path}:{here}", cells, len(header))
            yield here, dict(zip(header, [*cells, *[""] * len(header)], strict=False))
    except csv.Error as error:
        raise ValueError(
            f"{path}:{number}: this cannot be read ({error}). "
            "Is there a quote that begins and does not end?"
        ) from error


def read_text(path: Path) -> str:
    """Return the text of a file. Raises ValueError with what to do where it has none."""
    if path.is_dir():
        raise ValueError(f"{path}: this is a folder. Name the CSV file in it.")
    try:
        raw = path.read_bytes()
    except FileNotFoundError as error:
        raise ValueError(f"{path}: there is no such file. Write one with a line `name`.") from error
    except PermissionError as error:
        raise ValueError(f"{path}: you may not read this file. Give yourself the right.") from error
    if raw.startswith(WORKBOOKS):
        raise ValueError(f"{path}: this is a workbook. Save it as “CSV UTF-8”.")
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise ValueError(f"{path}: this is no UTF-8. Save it as “CSV UTF-8”.") from error


def read_header(path: Path, first: str, mark: str) -> list[str]:
    """Return the columns' names of the first line. Raises ValueError with what to write."""
    header = [name.strip().casefold() for name in next(csv.reader([first], delimiter=mark), [])]
    if HALVES.intersection(header):
        raise ValueError(f"{path}:1: Put first and last name into the one column `name`.")
    if "name" not in header:
        raise ValueError(
            f"{path}:1: there is no column `name` in {first[:60]!r}. "
            "Let the first line be: name,email,days"
        )
    return header


def check_cells(here: str, cells: Sequence[str], columns: int) -> None:
    """Raise ValueError where a row has more cells than columns, or a cell has a line break."""
    if len(cells) > columns:
        raise ValueError(
            f"{here}: {len(cells)} cells, and the first line has {columns}. "
            "Write the days with spaces, as 1 2 3, or in quotes."
        )
    for cell in cells:
        if len(cell.strip().splitlines()) > 1:
            raise ValueError(
                f"{here}: a cell has a line break: {cell.split()[0]!r}. Take it out, or end the quote."
            )


def read_days(words: str, here: str, days: int | None) -> tuple[int, ...]:
    """Return the days of a cell such as `1 2 3`. Raises ValueError with what to write."""
    numerals = words.replace(",", " ").split()
    if not all(word.isascii() and word.isdigit() for word in numerals):
        raise ValueError(f"{here}: `days` is {words!r}. Write the days attended, such as 1 2 3.")
    numbers = tuple(sorted({int(word) for word in numerals}))
    if numbers and (numbers[0] < 1 or (days is not None and numbers[-1] > days)):
        raise ValueError(
            f"{here}: `days` is {words!r}, and the course has the days 1 to {days or '…'}."
        )
    return numbers
