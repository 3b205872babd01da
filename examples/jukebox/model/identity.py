"""The identity of code: a version that changes when a trained model may."""

import hashlib
from importlib import metadata
from pathlib import Path

STAGES = (
    "problem",
    "schema",
    "data/versions",
    "model/features",
    "model/training",
)  # whose sources make a model

PACKAGES = ("numpy", "pandas", "scipy", "scikit-learn", "onnx", "skl2onnx")  # and whose versions


def code_version(package=Path(__file__).parents[1]):
    """Return the SHA-256, in hex, of a package's sources of the stages that make a model."""
    texts = [Path(package, f"{stage}.py").read_text("utf-8") for stage in STAGES]
    return hashlib.sha256("\0".join(texts).encode()).hexdigest()


def lock_hash(lock=None):
    """Return the SHA-256, in hex, of a lock file or, without one, of the packages installed."""
    installed = "\n".join(f"{name}=={metadata.version(name)}" for name in PACKAGES)
    content = Path(lock).read_bytes() if lock else installed.encode()
    return hashlib.sha256(content).hexdigest()
