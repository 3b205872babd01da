"""A run without an account is a file that can be read;
a run with the service needs a key."""

import struct
from runpy import run_path

import pytest
from wandb.proto.wandb_internal_pb2 import Record


@pytest.fixture(autouse=True)
def knows_nobody(monkeypatch):
    """Hide the key of the person who runs the test."""
    monkeypatch.delenv("WANDB_API_KEY", raising=False)
    monkeypatch.setenv("WANDB_MODE", "offline")
    monkeypatch.setenv("WANDB_ERROR_REPORTING", "false")


def test_the_file_gives_back_what_was_logged(typed, here):
    """Settings, steps and order were compared to the last bit;
    one file holds the run."""
    assert typed("works.console") == [0]

    (file,) = here.glob("wandb/offline-run-*/*.wandb")
    assert file.read_bytes().startswith(b":W&B")


def test_a_record_that_goes_on_in_the_next_block_is_put_together(here):
    """A record that is longer than a block of the file is cut into parts.

    Before each part stand its length and its kind: 2 begins a record, 4 ends it.
    """
    reader, record = run_path(str(here / "reader.py")), Record(uuid="x" * 40_000)
    # There are two headers of 7 bytes.
    whole, first = record.SerializeToString(), reader["BLOCK"] - 14
    parts = (first, 2), (len(whole) - first, 4)
    heads = [struct.pack("<IHB", 0, n, kind) for n, kind in parts]
    file = here / "long.wandb"
    file.write_bytes(bytes(7) + heads[0] + whole[:first] + heads[1] + whole[first:])

    assert [record] == list(reader["records"](file))


def test_online_without_a_key_stops_before_anything_is_trained(typed, here):
    """Nothing was logged: no run has a file."""
    assert typed("fails.console") == [1]

    assert not list(here.glob("wandb/*run-*/*.wandb"))
