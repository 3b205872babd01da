"""A run without an account is a file that can be read; a run with the service needs a key."""

import pytest


@pytest.fixture(autouse=True)
def knows_nobody(monkeypatch):
    """No key of whoever runs the test."""
    monkeypatch.delenv("WANDB_API_KEY", raising=False)
    monkeypatch.setenv("WANDB_MODE", "offline")
    monkeypatch.setenv("WANDB_ERROR_REPORTING", "false")


def test_the_file_gives_back_what_was_logged(typed, here):
    """Settings, steps and order were compared to the last bit; one file holds the run."""
    assert typed("works.console") == [0]

    (file,) = here.glob("wandb/offline-run-*/*.wandb")
    assert file.read_bytes().startswith(b":W&B")


def test_online_without_a_key_stops_before_anything_is_trained(typed, here):
    """Nothing was logged: no run has a file."""
    assert typed("fails.console") == [1]

    assert not list(here.glob("wandb/*run-*/*.wandb"))
