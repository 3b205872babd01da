"""Build the site strictly, unless nothing has changed: `python -m scripts.build OUTPUT DOCTREES`.

All that a build reads is in the checkout, so a digest of its files tells whether there is anything
to do. Sphinx would find out as well, but takes half a second to be loaded.
"""

import hashlib
import os
import subprocess
import sys
from pathlib import Path

from docs._ext import dates

STRICT = ("-n", "-W", "--keep-going")  # nitpicky; a warning is an error; report them all
SETTINGS = ("HANDBOOK_", "READTHEDOCS", "SOURCE_DATE_EPOCH")  # what conf.py and others read
LIST = ("ls-files", "-z", "--cached", "--others", "--exclude-standard")


def ask_git(*arguments: str) -> bytes:
    """What git says here, or nothing where there is no git or no repository."""
    try:
        return subprocess.run(["git", *arguments], capture_output=True, check=True).stdout
    except (OSError, subprocess.CalledProcessError):
        return b""


def digest_inputs() -> str:
    """A digest of all that a build reads: the checkout's files, its commit, settings and Python."""
    settings = sorted(item for item in os.environ.items() if item[0].startswith(SETTINGS))
    # Pages link to both.
    clone = ask_git("rev-parse", "HEAD"), ask_git("remote", "get-url", "origin")
    parts = hashlib.sha256(repr((sys.version, settings, clone)).encode())
    for name in sorted(set(os.fsdecode(ask_git(*LIST)).split("\0"))):
        if os.path.isfile(name):
            parts.update(f"{name}\0".encode() + hashlib.sha256(Path(name).read_bytes()).digest())
    return parts.hexdigest()


def digest_site(output: Path) -> str:
    """A digest of the names, sizes and times of the files of a site."""
    files = sorted(file for file in output.rglob("*") if file.is_file())
    stats = [(str(file), file.stat().st_size, file.stat().st_mtime_ns) for file in files]
    return hashlib.sha256(repr(stats).encode()).hexdigest()


def main(output: Path, doctrees: Path) -> None:
    """Build, and note what was read and what came of it; or say that nothing has changed."""
    note = doctrees / "built_from.txt"
    inputs = digest_inputs()
    if ask_git(*LIST) and note.exists() and note.read_text() == f"{inputs} {digest_site(output)}":
        print(f"Nothing has changed since {output} was built.")
        if expired := dates.expiry_report(dates.read_facts("docs"), dates.today()):
            print(expired)  # the clock has, and Sphinx is not there to tell what ran out
        return
    command = ["-m", "sphinx", *STRICT, "-d", str(doctrees), "docs", str(output)]
    done = subprocess.run([sys.executable, *command], check=False)
    if done.returncode:
        sys.exit(done.returncode)
    note.write_text(f"{inputs} {digest_site(output)}")


if __name__ == "__main__":
    main(*map(Path, sys.argv[1:]))
