"""Lab NEW_number: (yours: what the reader learns to do)."""

TITLE = "NEW_title"
FIRST = "cat letter.txt"


def start(folder):
    """Write the letter that says what to do."""
    (folder / "letter.txt").write_text("(yours: what to do)\n", "utf-8")


def check(folder):
    """Ask for an answer."""
    if not (folder / "answer.txt").exists():
        yield "There is no answer.txt. (yours: what is wrong, why, and what to do)."


def solve(folder, hands):
    """Go the straight way."""
    hands.write("answer.txt", "(yours: the answer)\n")
