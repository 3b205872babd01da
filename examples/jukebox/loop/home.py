"""The home: the folder that holds everything, what lies where in it, and how its parts are opened.

Everything heavy is imported inside a function, so that a command's help is there at once.
"""

import logging
import os
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from jukebox.data.store import Store
    from jukebox.registry.models import Registry


@dataclass(frozen=True)
class Home:
    """What lies where in the folder of a home."""

    folder: Path

    @property
    def data(self) -> Path:
        """Give the folder of the store."""
        return self.folder / "data"

    @property
    def registry(self) -> Path:
        """Give the folder of the registry."""
        return self.folder / "registry"

    @property
    def code(self) -> Path:
        """Give the folder of the snapshots of code."""
        return self.folder / "code"

    @property
    def journal(self) -> Path:
        """Give the file of the loop's journal."""
        return self.folder / "northstar.db"

    @property
    def lock(self) -> Path:
        """Give the file that a loop locks while it is at work."""
        return self.folder / "northstar.lock"

    @property
    def runs(self) -> Path:
        """Give the folder of what the loop has trained."""
        return self.folder / "runs"

    def run(self, number: int) -> Path:
        """Give the folder of what one run has trained."""
        return self.runs / str(number)

    def package(self, snapshot: str) -> Path:
        """Give the folder of the package in a snapshot, by its name."""
        return self.code / snapshot / "jukebox"

    @property
    def has_data(self) -> bool:
        """Say whether data has come in."""
        return (self.data / "now.json").exists()


def explain_missing_data(home: Path) -> str:
    """Say that a home has no data, where it is, and how to get some."""
    return (
        f"There is no data in {home.absolute()}. Go to the folder that holds your .jukebox, name it "
        "with --home, or make some data here: jukebox generate --weeks 30."
    )


def open_store(home: Path, needed: bool = True) -> "Store":
    """Open the store of a home; without data, say how to get some."""
    from jukebox.data.store import Store

    if needed and not Home(home).has_data:
        raise ValueError(explain_missing_data(home))
    return Store(Home(home).data)


def open_registry(home: Path, mlflow: str | None = None) -> "Registry":
    """Open the registry of a home."""
    from mlflow.exceptions import MlflowException
    from sqlalchemy.exc import SQLAlchemyError

    from jukebox.registry.models import Registry

    for chatty in ("mlflow", "urllib3"):  # of tables that it makes, of calls tried again
        logging.getLogger(chatty).setLevel(logging.CRITICAL)
    # Its default is seven retries, for minutes; a wrong address is to be told at once.
    os.environ.setdefault("MLFLOW_HTTP_REQUEST_MAX_RETRIES", "1")
    try:
        return Registry(Home(home).registry, mlflow)
    except (MlflowException, SQLAlchemyError, ImportError) as error:  # a driver, say
        raise ValueError(explain_unusable(error)) from error


def explain_unusable(error: Exception) -> str:
    """Say that MLflow cannot be used, why, and what to do."""
    from jukebox.registry.sqlite import cause, remedy

    return f"MLflow (see JUKEBOX_MLFLOW) cannot be used: {cause(error)}; {remedy(error)}."
