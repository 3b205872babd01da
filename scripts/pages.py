"""*Block and run*, a session's half: `python -m scripts.pages <session>` runs the pages that ask it.

A block that needs what no other session installs names its own: `{run-in} <session>`.
All blocks of its page run there, without a network, for a later one may need an earlier one.
"""

import os
import re
import subprocess
import sys
from pathlib import Path

from scripts.tools import find_cut

ROOT = Path(__file__).resolve().parents[1]
RUNNING = "RUN_IN"  # the variable of the environment that names the session
BEGINS = re.compile(r"^ *(?:`{3,}|~{3,}|:{3,}) *\{run-in\} *(\S+) *$", re.M)


def sessions(noxfile: Path = ROOT / "noxfile.py") -> list[str]:
    """The sessions that run blocks of pages, as the noxfile has them."""
    return re.findall(r'"scripts\.pages", "([\w-]+)"', noxfile.read_text("utf-8"))


def find_pages(session: str, docs: Path = ROOT / "docs") -> list[Path]:
    """The pages with a block for a session."""
    pages = sorted(docs.rglob("*.md"))
    return [page for page in pages if session in BEGINS.findall(page.read_text("utf-8"))]


def main(session: str, *options: str) -> None:
    """Run them, and fail if there is none."""
    pages = find_pages(session)
    if not pages:
        sys.exit(f"No page has a block for the session {session!r}.")
    alone = find_cut()
    print("The network is cut." if alone else "The network could not be cut here.", flush=True)
    command = (*alone, sys.executable, "-m", "pytest", *map(str, pages), *options)
    sys.exit(subprocess.run(command, env=os.environ | {RUNNING: session}).returncode)


if __name__ == "__main__":
    main(*sys.argv[1:])
