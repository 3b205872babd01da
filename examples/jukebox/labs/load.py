"""The load: what `files/load.py` counted while it asked a service."""

import json
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Load:
    """One load: when it began and ended, in seconds since 1970, and the requests by who answered.

    count: {"failed": requests, "version 1": requests, …}.
    """

    began: float
    ended: float
    count: dict[str, int]

    @property
    def requests(self) -> int:
        """How many there were."""
        return sum(self.count.values())

    @property
    def failed(self) -> int:
        """How many had no answer, or that of an error."""
        return self.count["failed"]


def read_load(folder: Path) -> Load:
    """Return what load.py counted in a folder; ValueError before a load has ended there."""
    file = folder / "load.json"
    found = json.loads(file.read_text("utf-8") or "{}") if file.exists() else {}
    if "count" not in found:
        raise ValueError(
            "No load has ended yet: python load.py start …, and later python load.py stop."
        )
    return Load(found["began"], found["ended"], found["count"])
