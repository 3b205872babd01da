"""The identity: the version of the code that makes a model, and the name of a copy of all code.

The version covers what the training reaches, and the versions of the packages that can change its
bytes: two codes of one version train the same model. The name of a snapshot covers all of its
bytes: the job and the store, too, run from there.
"""

import hashlib
import os
import re
from collections.abc import Iterator, Mapping
from contextlib import suppress
from importlib import metadata
from pathlib import Path

TRAINING = "jukebox.model.training.train"
NOT_FOLLOWED = "jukebox.model.identity.code_version"  # says what made a model, and makes none
# They make the bytes; the last writes them.
PACKAGES = ("numpy", "pandas", "scipy", "scikit-learn", "skl2onnx", "onnx", "protobuf")
# Before there were rooms, these four files at the top were the version, word for word.
FLAT_MODULES = ("problem", "catalogue", "features", "training")
SNAPSHOT_NAME = re.compile(r"[0-9a-f]{64}")  # of a snapshot; a draft has another


def installed_versions() -> dict[str, str]:
    """Return the versions of PACKAGES that are installed, by their names."""
    return {name: metadata.version(name) for name in PACKAGES}


def lock_hash(lock: Path | str | None = None) -> str:
    """Return the SHA-256, in hex, of a lock file or, without one, of the packages installed."""
    listed = "\n".join(f"{name}=={version}" for name, version in installed_versions().items())
    return hashlib.sha256(Path(lock).read_bytes() if lock else listed.encode()).hexdigest()


def is_flat(package: Path) -> bool:
    """Say whether a package is one from before there were rooms."""
    return Path(package, "training.py").is_file()


def code_version(package: Path | None = None, packages: Mapping[str, str] | None = None) -> str:
    """Return the version of the code that makes a model: a SHA-256, in hex.

    package: the folder with its sources, which are read and never run; without one, the package
    that is installed. packages: the versions of other packages to count it with, as a model's
    record has them; without them, those that are installed. Where it cannot be decided what a
    training reaches, all of the folder counts. Of a package from before there were rooms it is the
    version of then, which no other package changes. Raises OSError for a folder without the
    training.
    """
    from jukebox.model.reach import Reach  # here, so that it is no part of what it finds

    package = package or Path(__file__).parents[1]
    if is_flat(package):
        texts = [Path(package, f"{name}.py").read_text("utf-8") for name in FLAT_MODULES]
        return hashlib.sha256("\0".join(texts).encode()).hexdigest()
    Path(package, "model", "training.py").stat()
    reach = Reach(Path(package), TRAINING, NOT_FOLLOWED)
    named = sorted((installed_versions() if packages is None else packages).items())
    said = [reach.code, named, name_snapshot(package) if reach.undecided else None]
    return hashlib.sha256(ascii(said).encode()).hexdigest()


def name_snapshot(package: Path) -> str:
    """Return the SHA-256, in hex, of all files of a folder: their paths and their bytes.

    Only what Python leaves in `__pycache__` does not count: it is not copied.
    """
    content = hashlib.sha256()
    for file in sorted(list_files(Path(package))):
        held = hashlib.sha256(file.read_bytes()).hexdigest()
        content.update(ascii((file.relative_to(package).as_posix(), held)).encode())
    return content.hexdigest()


def list_files(folder: Path) -> Iterator[Path]:
    """Yield the files of a folder that a snapshot copies."""
    for place, folders, files in os.walk(folder, followlinks=True):
        folders[:] = [name for name in folders if name != "__pycache__"]
        yield from filter(Path.is_file, (Path(place, name) for name in files))


def find_snapshot(
    folder: Path, version: str, packages: Mapping[str, str] | None = None
) -> Path | None:
    """Return the package's folder in the newest snapshot whose code has a version, or None.

    folder: that of the snapshots. packages: see `code_version`. One that is not what it is named
    after does not count. The versions that were noted when it was taken hold, however they are
    counted now.
    """
    for copy in list_snapshots(folder):
        with suppress(OSError):  # half a copy
            here = version in read_versions(copy) or code_version(copy, packages) == version
            if here and is_intact(copy, packages):
                return copy
    return None


def read_versions(copy: Path) -> list[str]:
    """Return the code versions that were noted beside a snapshot."""
    file = copy.with_name("versions")
    return file.read_text("utf-8").split() if file.exists() else []


def note_version(copy: Path) -> None:
    """Note beside a snapshot the version that its code has today."""
    version = code_version(copy)
    if version not in read_versions(copy):
        with copy.with_name("versions").open("a", encoding="utf-8") as file:
            file.write(f"{version}\n")


def is_intact(copy: Path, packages: Mapping[str, str] | None = None) -> bool:
    """Say whether a snapshot is what it is named after: its bytes, or, from before, its version.

    packages: see `code_version`.
    """
    try:
        return copy.parent.name in (name_snapshot(copy), code_version(copy, packages))
    except OSError:
        return False


def list_snapshots(folder: Path) -> list[Path]:
    """Return the package's folder of each snapshot, newest first."""
    every = [
        copy for copy in Path(folder).glob("*/jukebox") if SNAPSHOT_NAME.fullmatch(copy.parent.name)
    ]
    return sorted(every, key=lambda copy: copy.parent.stat().st_mtime_ns, reverse=True)
