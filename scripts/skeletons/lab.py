"""Lab NEW_number: (yours: what the reader learns to do)."""

from collections.abc import Iterator
from pathlib import Path

from jukebox.labs.hands import Hands
from jukebox.labs.lab import Lab


class NEW_class(Lab):
    """(yours: what there is to do, in one line)."""

    title = "NEW_title"
    first = "cat letter.txt"

    def start(self, folder: Path) -> None:
        """Write the letter that says what to do."""
        (folder / "letter.txt").write_text("(yours: what to do)\n", "utf-8")

    def check(self, folder: Path) -> Iterator[str]:
        """Ask for an answer."""
        if not (folder / "answer.txt").exists():
            yield "There is no answer.txt. (yours: what is wrong, why, and what to do)."

    def solve(self, folder: Path, hands: Hands) -> None:
        """Go the straight way."""
        hands.write("answer.txt", "(yours: the answer)\n")
