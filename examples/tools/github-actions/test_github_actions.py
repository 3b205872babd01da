"""The workflow is linted, audited and run;
a model that the gate refuses is not released."""

import os
import subprocess

import pytest


@pytest.fixture(autouse=True)
def runner(here, prepared, monkeypatch):
    """A repository with one commit, as a runner has it, and `jukebox` on its path."""
    monkeypatch.setenv("PATH", f"{prepared / 'bin'}{os.pathsep}{os.environ['PATH']}")
    who = ["-c", "user.name=Runner", "-c", "user.email=runner@example.org"]
    for words in (
        ["init", "-q"],
        [*who, "commit", "-q", "--allow-empty", "-m", "First"],
    ):
        subprocess.run(["git", *words], cwd=here, check=True)


def test_a_push_tests_trains_asks_the_gate_and_hands_the_version_on(typed, here):
    """The last job knows the version by the output of the one before,
    and has no other way."""
    assert typed("works.console") == [0, 0, 0, 0]

    log = (here / "act.log").read_text("utf-8")
    assert "set-output" in log or "version=1" in log
    assert "Success - Main Gate" in log


def test_an_audit_finds_what_a_stranger_could_use_and_a_refusal_stops_the_release(
    typed, here
):
    """zizmor's code is that of its worst finding;
    act's is that of the job that failed."""
    assert typed("fails.console") == [14, 1]

    log = (here / "act.log").read_text("utf-8")
    assert "Failure - Main Gate" in log
    assert "may be promoted" not in log
