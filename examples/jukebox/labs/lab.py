"""What each lab has: an editor shows it, and a lab that lacks a part of it is told."""

from abc import abstractmethod
from collections.abc import Iterator
from pathlib import Path
from typing import Protocol

from jukebox.labs.hands import Hands


class Lab(Protocol):
    """What a learner begins with, what is checked, and how it is solved.

    Each lab is a class in a module of its own, and has its number in `listing.LABS`. Its folder is
    the learner's; the folder's own `.jukebox` is its home.
    """

    title: str
    first: str  # what to type first in the folder

    @abstractmethod
    def start(self, folder: Path) -> None:
        """Fill an empty folder with what the learner begins with."""

    @abstractmethod
    def check(self, folder: Path) -> Iterator[str]:
        """Yield a sentence for each thing that is not right yet: what is wrong, why, what to do.

        Raises ValueError with such a sentence where there is nothing to look at yet.
        """

    @abstractmethod
    def solve(self, folder: Path, hands: Hands) -> None:
        """Type what a reader would."""

    def conclude(self, folder: Path) -> str:
        """Return what is to be said at the end; a lab with nothing to say leaves this out."""
        return ""

    @property
    def name(self) -> str:
        """The name of the lab's module, which its page and its figures bear, too."""
        return type(self).__module__.rpartition(".")[2]
