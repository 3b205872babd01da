"""The folders of labs: where one is, how it begins, what is wrong in it, and its `lab.json`.

`lab.json` is written before the start state and again when that is whole, so an interrupted start
is noticed; a folder without it is never touched. It counts the checks, and holds four random digits
by which two folders differ; both are kept through a reset, and an older one has neither.
"""

import json
import secrets
import shutil
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, fields, replace
from pathlib import Path

from jukebox.labs.listing import LABS


@dataclass(frozen=True, kw_only=True)
class Note:
    """What a folder's lab.json says: of which lab it is, and how far that is.

    checks: how often it was checked. lab: the number. ready: whether the start state is whole.
    mark: four random hex digits; "" in one of older code. others: what this code does not know.
    """

    checks: int = 0
    lab: int
    ready: bool = False
    mark: str = ""
    others: Mapping[str, object] = field(default_factory=dict)  # JSON


OWN = {part.name for part in fields(Note)}


def read_note(folder: Path) -> Note | None:
    """Return a folder's lab.json; None if there is none, or it is not ours."""
    try:
        found = json.loads((folder / "lab.json").read_text("utf-8"))
    except (OSError, ValueError):
        return None
    if not isinstance(found, dict) or type(number := found.get("lab")) is not int:
        return None
    if number not in LABS:
        return None
    checks = found.get("checks")  # somebody may have written there
    return Note(
        checks=checks if type(checks) is int and checks > 0 else 0,
        lab=number,
        ready=bool(found.get("ready")),
        mark=str(found.get("mark") or ""),
        others={name: value for name, value in found.items() if name not in OWN},
    )


def write_note(folder: Path, note: Note) -> None:
    """Write a folder's lab.json, whole or not at all."""
    part = folder / ".lab.json"
    says = asdict(note)
    if not note.mark:
        del says["mark"]
    part.write_text(json.dumps(says.pop("others") | says), "utf-8")
    part.replace(folder / "lab.json")


def find_lab() -> tuple[Path, int | None]:
    """Return the folder of the lab that this one is in, however deep, and the lab's number.

    Without a lab it is this folder, and None.
    """
    here = Path.cwd()
    for folder in (here, *here.parents):
        if note := read_note(folder):
            return folder, note.lab
    return here, None


def lab_folder(number: int) -> Path:
    """Return the folder of a lab: here, next to the lab that is here, or below."""
    here, held = find_lab()
    return here if held == number else (here.parent if held else here) / f"lab-{number}"


def is_ready(number: int) -> bool:
    """Tell whether a lab is begun, and its start state whole."""
    note = read_note(lab_folder(number))
    return note is not None and note.ready


def begun_folder(number: int) -> tuple[Path, Note]:
    """Return the folder of a lab whose start state is whole, and its note, or raise ValueError."""
    folder = lab_folder(number)
    note = read_note(folder)
    if note is None or note.lab != number:
        raise ValueError(
            f"Lab {number} is not begun in {folder.parent}: jukebox lab start {number}."
        )
    if not note.ready:
        raise ValueError(f"The start of lab {number} was interrupted: jukebox lab reset {number}.")
    return folder, note


def make_start(number: int, folder: Path) -> None:
    """Make the start state in a lab's folder, whatever else is in it; the folder itself stays."""
    note = read_note(folder)
    if (note is None or note.lab != number) and folder.exists() and any(folder.iterdir()):
        raise ValueError(
            f"{folder} is there already, and has no lab.json of lab {number}: move it away, or "
            f"begin elsewhere with jukebox lab start {number}."
        )
    folder.mkdir(exist_ok=True)
    note = note or Note(lab=number)
    note = replace(note, ready=False, mark=note.mark or secrets.token_hex(2))
    write_note(folder, note)
    for path in folder.iterdir():
        if path.name != "lab.json":  # a link is taken away, and never what it leads to
            shutil.rmtree(path) if path.is_dir() and not path.is_symlink() else path.unlink()
    LABS[number].start(folder)
    write_note(folder, replace(note, ready=True))


def find_faults(number: int, folder: Path) -> list[str]:
    """Return what is not right yet, a sentence each; nothing when the lab is done."""
    found = []
    try:
        for sentence in LABS[number].check(folder):
            found.append(sentence)
    except ValueError as error:
        found.append(str(error))
    except Exception as error:  # of a folder in which anything may have been deleted
        reason = str(error).strip().partition("\n")[0]
        found.append(
            f"Something is missing or damaged ({reason}): jukebox lab reset {number} makes it "
            "whole again."
        )
    return found
