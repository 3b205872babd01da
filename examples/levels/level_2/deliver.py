"""Deliver a commit of the pipeline: test it, rehearse it, and only then let it train.

`python -m examples.levels.level_2.deliver COMMIT PRODUCTION`, in the bare repository. Each commit
has its own folder below `releases`; `current` is a link to one of them, and moves in one step.
`deliveries.jsonl` says of each commit what became of it, and which code version it is: a model's
record has the same, so a model leads to its commit.
"""

import json
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from jukebox import code_version

from examples.levels.world import World


class Stopped(Exception):
    """The commit goes no further, for this reason."""


def check_out(commit, release):
    """Write the files of a commit into a folder."""
    release.mkdir(parents=True, exist_ok=True)
    files = subprocess.run(["git", "archive", commit], check=True, stdout=subprocess.PIPE).stdout
    subprocess.run(["tar", "-x", "-C", release], check=True, input=files)


def test(release):
    """Run the pipeline's own tests, on its own code."""
    path = os.pathsep.join(filter(None, [str(release), os.environ.get("PYTHONPATH")]))
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "tests"]
    own = os.environ | {"PYTHONPATH": path}
    done = subprocess.run(command, cwd=release, env=own, capture_output=True, text=True)
    if done.returncode:
        said = done.stdout.splitlines()
        failed = [line.split(" - ")[0] for line in said if line.startswith("FAILED")]
        raise Stopped("; ".join(failed) or done.stdout + done.stderr)


def rehearse(release):
    """Let it live through a sample of weeks, from raw rows to a judged model, and throw it away."""
    from examples.levels.level_1 import weekly  # it imports MLflow, which a failed test spares us

    with tempfile.TemporaryDirectory() as folder:
        sample = World(Path(folder, "export"), tracks_a_week=40)
        sample.deliver(7)
        events = weekly.run(Path(folder, "home"), sample.folder, release / "jukebox")
    if not any("average_precision" in event.figures.others for event in events):  # the gate's
        raise Stopped(events[-1].why)


def switch(release, current):
    """Let a link point to a release: whoever reads it sees the old one or the new one."""
    draft = current.with_name("next")
    draft.unlink(missing_ok=True)
    draft.symlink_to(release)
    draft.replace(current)


def deliver(commit, production):
    """Check out a commit, test and rehearse it, switch to it; note how it ended."""
    release, seconds = production / "releases" / commit, {}
    check_out(commit, release)
    try:
        for step in (test, rehearse):
            began = time.perf_counter()
            step(release)
            seconds[step.__name__] = round(time.perf_counter() - began, 2)
        switch(release, production / "current")
        ended = "delivered"
    except Stopped as why:
        ended = f"stopped: {why}"
    note = {"commit": commit, "code_version": code_version(release / "jukebox")}
    with (production / "deliveries.jsonl").open("a", encoding="utf-8") as file:
        file.write(json.dumps(note | {"ended": ended, "seconds": seconds}) + "\n")
    print(f"{commit[:8]} {ended}")


if __name__ == "__main__":
    deliver(sys.argv[1], Path(sys.argv[2]))
