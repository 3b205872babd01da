"""The home: the folder that holds everything, and how its parts are opened.

Everything heavy is imported inside a function, so that a command's help is there at once.
"""

import logging
import os
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from jukebox.data.store import Store
    from jukebox.registry.models import Registry


def nothing(home: Path) -> str:
    """Say that a home has no data, where it is, and how to get some."""
    return (
        f"There is no data in {home.absolute()}. Go to the folder that holds your .jukebox, name it "
        "with --home, or make some data here: jukebox generate --weeks 30."
    )


def open_store(home: Path, needed: bool = True) -> "Store":
    """Open the store of a home; without data, say how to get some."""
    from jukebox.data.store import Store

    if needed and not (home / "data" / "now.json").exists():
        raise ValueError(nothing(home))
    return Store(home / "data")


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
        return Registry(home / "registry", mlflow)
    except (MlflowException, SQLAlchemyError, ImportError) as error:  # a driver, say
        raise ValueError(unusable(error)) from error


def unusable(error: Exception) -> str:
    """Say that MLflow cannot be used, why, and what to do."""
    from jukebox.registry.sqlite import cause, remedy

    return f"MLflow (see JUKEBOX_MLFLOW) cannot be used: {cause(error)}; {remedy(error)}."
