"""Run a command and add to `.nox/said.md` what came of it: `python -m scripts.said NAME COMMAND ...`.

The weekly workflow does so with new locks: its change opens with what each check said, also of a
check that failed. The command's own exit code is returned.
"""

import re
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

TARGET = Path(".nox", "said.md")  # where no check looks
TELLING = re.compile(r"FAILED |ERROR |=+ .* in [\d.]+s|Python 3\.\d+: ")  # pytest's, and lock's
LAST = 20  # lines of a log in which nothing tells
MOST = 15_000  # characters of a check: a change's text may have 65,536


def summary(name: str, code: int, log: str) -> str:
    """What a check said, in Markdown: its verdict, and the lines of its log that tell why."""
    lines = log.splitlines()
    telling = [line for line in lines if TELLING.match(line)] or lines[-LAST:] * bool(code)
    verdict = f"failed (exit {code})" if code else "passed"
    text = "\n".join(telling)
    if len(text) > MOST:
        text = text[:MOST].rpartition("\n")[0] + "\n… and more, in the log of the run"
    return f"## {name} {verdict}\n\n" + (f"```text\n{text}\n```\n\n" if text else "")


def main(name: str, command: Sequence[str]) -> int:
    """Run the command, show its output as it comes, and keep what it said."""
    log: list[str] = []
    # Both streams as one, line by line: the step of the workflow shows them while they come.
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, errors="replace"
    ) as running:
        for line in running.stdout or ():  # a pipe: Popen was asked for one
            print(line, end="", flush=True)
            log.append(line)
    TARGET.parent.mkdir(exist_ok=True)
    with TARGET.open("a", encoding="utf-8") as said:
        said.write(summary(name, running.returncode, "".join(log)))
    return running.returncode


if __name__ == "__main__":
    sys.exit(main(sys.argv[1], sys.argv[2:]))
