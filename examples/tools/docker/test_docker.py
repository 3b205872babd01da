"""The container file builds the real service,
which answers as a user that is not root."""

import json
import os
import subprocess
from pathlib import Path

import pytest

DENIED = (
    "Docker's example needs root, for buildah's chroot "
    "and the base that debootstrap makes"
)


@pytest.fixture(autouse=True)
def repository(prepared, monkeypatch):
    """Where `build.sh` finds what the image is made of;
    buildah's storage is overlayfs."""
    assert os.geteuid() == 0, DENIED
    monkeypatch.setenv("HANDBOOK", str(Path(__file__).parents[3]))
    monkeypatch.setenv("STORAGE_DRIVER", "overlay")


def test_the_image_trains_and_answers_as_its_own_user(typed, prepared, figures):
    """The process has uid 10001 and writes only in its home:
    a read-only root is enough."""
    assert typed("works.console") == [0, 0, 0]

    storage = ["--root", prepared / "images", "--runroot", prepared / "run"]
    sizes = [
        "buildah",
        *storage,
        "images",
        "--format",
        "{{.Size}}",
        "localhost/jukebox",
    ]
    size, unit = subprocess.run(
        sizes, check=True, capture_output=True, text=True
    ).stdout.split()
    assert unit == "MB"
    figures["docker_image_mb"] = float(size)
    look = ["buildah", *storage, "inspect", "--type", "image", "localhost/jukebox"]
    image = json.loads(subprocess.run(look, check=True, capture_output=True).stdout)
    config = image["OCIv1"]["config"]
    assert config["User"] == "10001:10001"
    assert config["Cmd"] == ["jukebox", "serve", "--host", "0.0.0.0"]  # noqa: S104
    assert {"PATH", "JUKEBOX_HOME"} == {one.partition("=")[0] for one in config["Env"]}
    assert {"8000/tcp"} == set(config["ExposedPorts"])


def test_a_bad_file_and_a_home_of_somebody_else_are_refused(typed):
    """hadolint reads the file; who owns a volume shows only when it runs."""
    assert typed("fails.console") == [1, 1]
