"""What is shown of a terminal: its commands are typed, and what each prints is compared.

The pages' blocks, the tools' examples and the three levels are all read by this one module. It
needs Python alone, since each tool has an environment of its own.
"""

import re
import signal
import subprocess
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import NamedTuple

LAST_WORDS = 10  # seconds in which a program that hangs may say where it is
LINES = "\0"  # stands for a line of dots
GAPS = {"...": ".*?", LINES: "(?:.*? )??"}  # what dots within a line and a line of them stand for


class Command(NamedTuple):
    """A command that a transcript shows."""

    line: int  # where it begins
    words: str  # what is typed, with all lines that it has
    shown: str  # what it prints, as the transcript has it


def read_commands(text: str, first: int = 1) -> Iterator[Command]:
    """Yield the commands of a transcript, each of which begins with `$ `; `first` is its line.

    A command goes on below a line that ends in a backslash, and below `<<EOF` up to `EOF`.
    """
    lines, place = text.splitlines(), 0
    while place < len(lines):
        start = place
        while lines[place].endswith("\\"):
            place += 1
        if re.search(r"<<'?EOF\b", lines[start]):
            place = lines.index("EOF", start)
        place = end = place + 1
        while place < len(lines) and not lines[place].startswith("$ "):
            place += 1
        yield Command(
            line=first + start,
            words="\n".join(lines[start:end])[2:],
            shown="".join(f"{line}\n" for line in lines[end:place]),
        )


def prints_what_is_shown(printed: str, shown: str) -> bool:
    """Tell whether a command printed what is shown, whatever the white space.

    `...` stands for anything, and a line of it for any lines or none.
    """
    lines = [" ".join(line.split()) for line in shown.splitlines() if line.strip()]
    marked = "".join(LINES if line == "..." else f"{line} " for line in lines)
    begin, *others = re.split(rf"({LINES}|\.\.\.)", marked)
    parts = [
        f"{GAPS[gap]}{re.escape(words)}"
        for gap, words in zip(others[::2], others[1::2], strict=True)
    ]
    # Of words after a gap the first ones will do: without going back, a long output takes no time.
    pattern = "".join([re.escape(begin), *(f"(?>{part})" for part in parts[:-1]), *parts[-1:]])
    return re.fullmatch(pattern, " ".join([*printed.split(), ""])) is not None


def run(
    words: Sequence[str], folder: Path, environment: Mapping[str, str], patience: float
) -> tuple[int, str]:
    """Run a program in a folder; give its exit code and what it printed, errors among it.

    patience: seconds after which it has no end. Then AssertionError has what it printed; a fork of
    the tests' own process says before where it is.
    """
    with subprocess.Popen(
        words,
        cwd=folder,
        env=environment,
        text=True,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
    ) as process:
        try:
            printed, _ = process.communicate(timeout=patience)
        except subprocess.TimeoutExpired:
            process.send_signal(signal.SIGALRM)
            printed = ""
            with suppress(subprocess.TimeoutExpired):
                printed, _ = process.communicate(timeout=LAST_WORDS)
            process.kill()
            raise AssertionError(f"{words} hangs:\n{printed}") from None
    return process.returncode, printed
