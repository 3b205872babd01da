"""A pipeline comes back from the cache and from its remote, unless nobody pushed."""

import hashlib
import re
import subprocess
from itertools import pairwise
from pathlib import Path
from shutil import copy

import pytest
from jukebox import STEPS, Catalogue, Settings, train

JUKEBOX = Path(__file__).parents[2] / "jukebox" / "deploy" / "dvc.yaml"
# Which steps of Jukebox's own pipeline each stage does; no stage does
# the step `canary`.
PLAYS = {
    "generate": ["validate"],
    "validate": ["validate"],
    "train": ["train", "register"],
    "gate": ["gate"],
    "promote": ["promote"],
}


@pytest.fixture(autouse=True)
def keeps_to_its_folder(monkeypatch, tmp_path):
    """DVC keeps settings and locks of the machine, too;
    here they go into the test's folder."""
    for name in ("DVC_GLOBAL_CONFIG_DIR", "DVC_SITE_CACHE_DIR"):
        monkeypatch.setenv(name, str(tmp_path / name))
    monkeypatch.setenv("DVC_NO_ANALYTICS", "1")


def test_the_model_comes_back_from_the_remote_byte_for_byte(typed, here):
    """Cache and workspace were wiped, and it is still the model that Jukebox trains."""
    assert set(typed("works.console")) == {0}

    restored = (here / "model.onnx").read_bytes()
    name = hashlib.md5(restored, usedforsecurity=False).hexdigest()
    assert name in (here / "dvc.lock").read_text("utf-8")
    assert (
        restored == (here.parent / "copy/files/md5" / name[:2] / name[2:]).read_bytes()
    )
    model = train(*Catalogue(1).weeks(range(12)), Settings(epochs=10))
    assert hashlib.sha256(restored).hexdigest() == model.digest


def test_a_clone_without_a_push_has_the_recipe_and_no_model(typed, here):
    """Git carried the digests; what they name stayed on the machine that trained."""
    assert typed("fails.console") == [0, 0, 1]

    clone = here.parent / "colleague"
    assert "model.onnx" in (clone / "dvc.lock").read_text("utf-8")
    assert not (clone / "model.onnx").exists()


def test_jukeboxs_pipeline_keeps_its_order_and_has_no_way_back(typed, here):
    """DVC finds the order in what the stages declare, and refuses
    a way back as a cycle.

    Jukebox's whole pipeline has five stages, in the file `JUKEBOX`. `back.console` runs
    the first two, then adds a stage `monitor`, which the first is to wait for. The
    commands of the other three are those that Argo's test types.
    """
    (
        here / "params.yaml"
    ).unlink()  # the example's own, which DVC would read with any dvc.yaml
    copy(JUKEBOX, here)
    assert typed("back.console") == [0, 0, 255]

    copy(JUKEBOX, here)
    told = subprocess.run(
        ["dvc", "dag", "--md"], cwd=here, capture_output=True, text=True
    ).stdout
    name = dict(re.findall(r'(node\d+)\["(\w+)"\]', told))
    edges = {(name[a], name[b]) for a, b in re.findall(r"(node\d+)-->(node\d+)", told)}
    order = [*STEPS, "promote"]
    stages = sorted(PLAYS, key=lambda stage: order.index(PLAYS[stage][0]))
    assert set(PLAYS) == set(name.values())
    assert set(pairwise(stages)) <= edges
    assert all(stages.index(a) < stages.index(b) for a, b in edges)
