"""Hold new commits to a short subject, and the reason in the body: `python -m scripts.commits`."""

import subprocess
import sys
from collections.abc import Iterator

SINCE = "a2650835991cb8a2c4b7e6ad6e541691f8444465"  # the last commit before this rule
LONGEST = 72  # characters: what `git log` shows on a line of a terminal
FORM = "%h%x00%s%x00%b%x00"  # hash, subject, body


def faults(log: str) -> Iterator[str]:
    """Say of each commit of a log what it breaks, and how to mend it."""
    fields = log.split("\0")[:-1]
    for number, subject, body in zip(fields[::3], fields[1::3], fields[2::3], strict=True):
        commit = f"commit {number.strip()}"
        if len(subject) > LONGEST:
            long = f"a subject of {len(subject)} characters, not {LONGEST} or fewer: {subject}"
            yield f"{commit} has {long} (git rebase --interactive, reword)"
        if not body.strip():
            yield f"{commit} gives no reason in its body: {subject} (say why, not what)"


def main() -> None:
    """Look at the commits since the rule; end with what is wrong."""
    command = ["git", "log", "--no-merges", f"--format={FORM}", f"{SINCE}..HEAD"]
    log = subprocess.run(command, capture_output=True, encoding="utf-8")
    if log.returncode:  # a ZIP, or a clone without its history
        print(f"The history since {SINCE[:7]} is not here: no commit is looked at")
    elif wrong := [*faults(log.stdout)]:
        sys.exit("\n".join(wrong))


if __name__ == "__main__":
    main()
