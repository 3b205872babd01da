"""A pipeline comes back from the cache and from its remote, unless nobody pushed."""

import hashlib

import pytest
from jukebox.catalogue import Catalogue
from jukebox.training import Settings, train


@pytest.fixture(autouse=True)
def keeps_to_its_folder(monkeypatch, tmp_path):
    """DVC keeps settings and locks of the machine, too; here they go into the test's folder."""
    for name in ("DVC_GLOBAL_CONFIG_DIR", "DVC_SITE_CACHE_DIR"):
        monkeypatch.setenv(name, str(tmp_path / name))
    monkeypatch.setenv("DVC_NO_ANALYTICS", "1")


def test_the_model_comes_back_from_the_remote_byte_for_byte(typed, here):
    """Cache and workspace were wiped, and it is still the model that Jukebox trains."""
    assert set(typed("works.console")) == {0}

    restored = (here / "model.onnx").read_bytes()
    name = hashlib.md5(restored, usedforsecurity=False).hexdigest()
    assert name in (here / "dvc.lock").read_text("utf-8")
    assert restored == (here.parent / "copy/files/md5" / name[:2] / name[2:]).read_bytes()
    model = train(*Catalogue(1).weeks(range(12)), Settings(epochs=10))
    assert hashlib.sha256(restored).hexdigest() == model.digest


def test_a_clone_without_a_push_has_the_recipe_and_no_model(typed, here):
    """Git carried the digests; what they name stayed on the machine that trained."""
    assert typed("fails.console") == [0, 0, 1]

    clone = here.parent / "colleague"
    assert "model.onnx" in (clone / "dvc.lock").read_text("utf-8")
    assert not (clone / "model.onnx").exists()
