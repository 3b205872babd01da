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


def test_builds_are_equal(tmp_path):
    """Another hash seed, time zone, locale and folder change no byte of the site."""
    builds = []
    for number, settings in enumerate(OTHERWISE):
        copy = tmp_path / ("copy" * number) / "source"
        shutil.copytree(Path.cwd(), copy, ignore=AWAY, symlinks=True)
        command = [sys.executable, "-m", "sphinx", "-q", "-n", "-W", "docs", f"../html{number}"]
        # A page that git does not know is dated by the clock: give both the same one.
        environment = os.environ | settings | {"SOURCE_DATE_EPOCH": "1700000000"}
        builds.append(subprocess.Popen(command, cwd=copy, env=environment))

    assert [0, 0] == [build.wait() for build in builds]
    first, second = (tmp_path / ("copy" * n) / f"html{n}" for n in range(2))
    assert [] == [
        name
        for name in checks.differences(first, second)
        # Sphinx's own notes for the next build; no part of what is published.
        if not name.startswith((".doctrees/", ".buildinfo"))
    ]


def test_strict_build_from_a_zip(tmp_path):
    """A downloaded ZIP has no history, and the strict build passes; `rtd` builds a shallow clone."""
    handbook = tmp_path / "handbook"
    shutil.copytree(Path.cwd(), handbook, ignore=lambda *of: AWAY(*of) | {".git"} & {*of[1]})
    command = [sys.executable, "-m", "sphinx", "-q", "-n", "-W", "docs", "../html"]

    assert 0 == subprocess.run(command, cwd=handbook).returncode
