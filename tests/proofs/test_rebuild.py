"""A model from its record alone: in a clean environment, with another package, as on another machine.

The environment is made as a colleague would make it, from the hashed lock and the sources, and
knows nothing of the one that trained.
"""

import json
import os
import platform
import shutil
import subprocess
import sys
import time
from importlib import metadata
from pathlib import Path

import jukebox
import numpy as np
import pytest

from scripts.workspace import megabytes

SIZES = {  # (small, full)
    "new": (False, True),  # is an environment installed? else the present one stands in
}
SAME = (
    *("same_in_a_clean_environment", "package", "same_with_the_other", "only_the_notes_differ"),
    *("answers_differ_by", "weights", "differ_as_float32"),
)
HERE = {"PYTHONPATH": str(Path(jukebox.__file__).parents[1])}  # the package that the tests import
LOCK = Path("locks", "northstar.txt")
SETTINGS = ("--hidden", "8", "--epochs", "10", "--seed", "3")  # none of them the default
OTHER = "scikit-learn"  # the package of which there is an earlier release in the end
# What OpenBLAS takes these kinds of processor for, whatever is there.
KERNELS = {"x86_64": ("Prescott", "Haswell"), "aarch64": ("ARMV8", "NEOVERSEN1")}
FITTED = """
import sys
import numpy as np
from jukebox import Settings, Store, fit, labelled_tracks, labels
store = Store(sys.argv[1])
tracks, charts = store.read(store.versions()[0])
known = labelled_tracks(tracks, charts)
fitted = fit(known, labels(known, charts), Settings(hidden=(8,), epochs=10), 3)[-1]
np.save(sys.argv[2], np.concatenate([w.ravel() for w in fitted.coefs_ + fitted.intercepts_]))
"""


def run(*words, **environment):
    """Run a command far from the tree, without what leads to it; give it and its seconds."""
    own = {n: v for n, v in os.environ.items() if not n.startswith(("JUKEBOX_", "PYTHON"))}
    began = time.perf_counter()
    words = list(map(str, words))
    done = subprocess.run(words, env=own | environment, capture_output=True, text=True)
    return done, round(time.perf_counter() - began, 1)


def right(*words, **environment):
    """Run a command that has to succeed, and give its seconds."""
    done, took = run(*words, **environment)
    assert 0 == done.returncode, done.stdout + done.stderr
    return took


class Environment:
    """A virtual environment in a new folder, made with uv where it is there, else with pip."""

    def __init__(self, folder):
        """Make it, with nothing in it."""
        self.folder, uv = folder, shutil.which("uv")
        self.python = folder / "bin" / "python"
        if uv:
            right(uv, "venv", "--quiet", "--python", sys.executable, folder)
            self.pip = (uv, "pip", "install", "--quiet", "--python", self.python)
        else:
            right(sys.executable, "-m", "venv", folder)
            self.pip = (self.python, "-m", "pip", "install", "--quiet")

    def install(self, *words):
        """Install something, and give the seconds."""
        return right(*self.pip, *words)

    def earlier(self, package):
        """Install the release of a package before the one that is there."""
        self.install("--no-deps", f"{package}<{metadata.version(package)}")

    def rebuild(self, home, **environment):
        """Rebuild version 1 of a home; give the exit code, the verdict and the seconds."""
        words = ("-P", "-m", "jukebox", "rebuild", "1", "--json", "--home", home)
        done, took = run(self.python, *words, **environment)
        assert done.stdout, done.stderr  # or it could not be rebuilt
        return done.returncode, json.loads(done.stdout), took


class Present(Environment):
    """The environment of the tests in the place of a new one; another release is so by its name."""

    def __init__(self, folder):
        """Look into a folder for packages first, where Jukebox alone is yet."""
        shutil.copytree(Path(jukebox.__file__).parent, folder / "jukebox")
        self.folder, self.python = folder, Path(sys.executable)

    def earlier(self, package):
        """Let a package say that it is another release."""
        said = self.folder / f"{package.replace('-', '_')}-0.1.dist-info"
        said.mkdir(parents=True)
        (said / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {package}\nVersion: 0.1\n")

    def rebuild(self, home, **environment):
        """Rebuild version 1 of a home, as in a new environment."""
        path = os.pathsep.join([str(self.folder), HERE["PYTHONPATH"]])
        return super().rebuild(home, PYTHONPATH=path)


@pytest.fixture(scope="module")
def home(tmp_path_factory):
    """A home with version 1, trained in the environment of the tests, and moved since."""
    made, here = tmp_path_factory.mktemp("made") / "home", (sys.executable, "-P", "-m", "jukebox")
    right(*here, "generate", "--weeks", 14, "--tracks", 100, "--home", made, **HERE)
    right(*here, "train", *SETTINGS, "--home", made, **HERE)
    return shutil.copytree(made, tmp_path_factory.mktemp("moved") / "home")


@pytest.fixture(scope="module")
def clean(sizes, tmp_path_factory, figures):
    """An environment of the lock and the sources, and of nothing else."""
    if not sizes.new:
        return Present(tmp_path_factory.mktemp("present"))
    environment = Environment(tmp_path_factory.mktemp("clean") / "venv")
    took = environment.install("--require-hashes", "-r", LOCK)
    took += environment.install("--no-deps", "--no-build-isolation", ".")
    figures |= {"install_s": round(took, 1), "install_mb": round(megabytes(environment.folder))}
    return environment


def test_a_clean_environment_gives_the_same_bytes(home, clean, figures):
    """The digest is that of the model that another environment trained."""
    code, verdict, figures["rebuild_s"] = clean.rebuild(home)
    figures["same_in_a_clean_environment"] = "yes" if verdict["same"] else "no"

    assert (0, True, {}) == (code, verdict["same"], verdict["differs"])
    assert verdict["recorded"] == verdict["rebuilt"]


def test_another_release_of_one_package_is_named(home, clean, figures):
    """Its name and both versions: the notes differ by them, and perhaps nothing else."""
    recorded = metadata.version(OTHER)
    clean.earlier(OTHER)
    code, verdict, _ = clean.rebuild(home)
    figures |= {"package": OTHER, "recorded": recorded, "other": verdict["differs"][OTHER][1]}
    figures["same_with_the_other"] = "yes" if verdict["same"] else "no"
    figures["only_the_notes_differ"] = "yes" if verdict["distance"]["notes_only"] else "no"
    figures["answers_differ_by"] = f"{verdict['distance']['answers']:.1g}"

    assert (1, False, [OTHER]) == (code, verdict["same"], [*verdict["differs"]])
    assert verdict["distance"]["notes_only"]  # as the page says
    assert recorded == verdict["differs"][OTHER][0] != verdict["differs"][OTHER][1]


@pytest.mark.skipif(platform.machine() not in KERNELS, reason="no kernels to choose from")
def test_the_kernels_of_another_processor(home, tmp_path, figures):
    """Two kinds of processor, pretended: float64 does not repeat, what is kept of it does."""
    fitted = []
    for kind in KERNELS[platform.machine()]:
        words = (sys.executable, "-P", "-c", FITTED, home / "data", tmp_path / f"{kind}.npy")
        right(*words, OPENBLAS_CORETYPE=kind, **HERE)
        fitted.append(np.load(tmp_path / f"{kind}.npy"))
    kept = [weights.astype(np.float32) for weights in fitted]
    figures["weights"] = len(fitted[0])
    figures["differ_as_float64"] = int((fitted[0] != fitted[1]).sum())
    figures["differ_by"] = f"{np.abs(fitted[0] - fitted[1]).max():.0e}"
    figures["differ_as_float32"] = int((kept[0] != kept[1]).sum())

    assert figures["differ_as_float64"] > 0
    assert 0 == figures["differ_as_float32"]
