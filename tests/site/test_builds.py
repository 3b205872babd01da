"""Two builds of the same source are the same site."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import checks

AWAY = shutil.ignore_patterns("_build", ".nox", ".venv", "node_modules", "*_cache")
OTHERWISE = [
    {"PYTHONHASHSEED": "1", "TZ": "Pacific/Kiritimati", "LC_ALL": "C"},
    {"PYTHONHASHSEED": "2", "TZ": "America/Los_Angeles", "LC_ALL": "C.UTF-8"},
]


def build(source, number, settings):
    """Start a strict build of a copy into the folder of a number, as another machine would."""
    command = [sys.executable, "-m", "sphinx", "-q", "-n", "-W", "-d", f"../doctrees{number}"]
    # A page that git does not know is dated by the clock: give both the same one.
    environment = os.environ | settings | {"SOURCE_DATE_EPOCH": "1700000000"}
    return subprocess.Popen([*command, "docs", f"../html{number}"], cwd=source, env=environment)


def test_builds_are_equal(tmp_path):
    """Another hash seed, time zone, locale and folder, or an earlier build, change no byte.

    The earlier build is of a downloaded ZIP, which has no history; `rtd` builds a shallow clone.
    """
    copies = [tmp_path / "source", tmp_path / "copy" / "source"]
    for copy in copies:
        shutil.copytree(Path.cwd(), copy, ignore=AWAY, symlinks=True)
    # The first copy had another title and another word, and was built with them.
    page = copies[0] / "docs" / "modules" / "introduction" / "what-is-mlops.md"
    text = page.read_text("utf-8")
    page.write_text(text.replace("\n# ", "\n# Oncewhile ", 1), "utf-8")
    (copies[0] / ".git").rename(tmp_path / "history")

    assert 0 == build(copies[0], 0, OTHERWISE[0]).wait()
    assert "Oncewhile" in (tmp_path / "html0" / "index.html").read_text("utf-8")
    page.write_text(text, "utf-8")
    (tmp_path / "history").rename(copies[0] / ".git")
    builds = [build(copies[n], n, OTHERWISE[n]) for n in range(2)]

    assert [0, 0] == [process.wait() for process in builds]
    assert [] == checks.differences(tmp_path / "html0", tmp_path / "copy" / "html1")
