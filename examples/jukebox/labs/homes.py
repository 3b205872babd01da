"""The homes of labs: one is filled with weeks, or opened, with words for what is not there yet."""

from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from jukebox.data.store import Store
    from jukebox.registry.models import Registry


def open_lab(folder: Path) -> "tuple[Store, Registry]":
    """Return store and registry of a lab's home; ValueError says what is not there yet."""
    from jukebox.loop.home import open_registry, open_store

    home = folder / ".jukebox"
    if not (home / "data" / "now.json").exists():
        raise ValueError(
            f"There is no data in {home} yet. Go to {folder}, and type jukebox generate."
        )
    if not (home / "registry" / "mlflow.db").exists():  # it would be made, and take seconds
        raise ValueError(f"There is no model in {home} yet: jukebox train.")
    return open_store(home), open_registry(home, None)


def release_weeks(
    folder: Path, seed: int, weeks: int, tracks: int = 100
) -> "tuple[Store, Registry]":
    """Let weeks of a new world come into a lab's home, `tracks` in each; return store and registry."""
    from jukebox.data.store import Store
    from jukebox.loop.home import open_registry
    from jukebox.world.scene import release
    from jukebox.world.settings import extend_world
    from jukebox.world.simulation import Catalogue

    home = folder / ".jukebox"
    extend_world(home, seed, tracks, [], 0)
    catalogue, data = Catalogue(seed, tracks_a_week=tracks), Store(home / "data")
    for week in range(weeks):
        release(data, week, catalogue.week(week)[0], catalogue)
    return data, open_registry(home, None)
