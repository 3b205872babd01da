"""The job: one training as a process of its own, from a version of the code and one of the data.

`python -m jukebox.model.job STORE DATA OUT --newest 4 --seed 0`, with PYTHONPATH set to the code. Code
that fails, hangs or eats the memory takes this process with it, and not the loop that started it.
"""

import argparse
import errno
import hashlib
import json
import os
import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Mapping
from contextlib import closing, suppress
from pathlib import Path
from typing import Any

from jukebox.data.files import write_file
from jukebox.data.store import Store
from jukebox.model.identity import is_flat, name_snapshot, note_version
from jukebox.model.record import read_record
from jukebox.model.training import Model, Settings, train

INSTALLED = Path(__file__).parents[1]  # this package
LONGEST_TRAINING = 600  # seconds that a training may take


def take_snapshot(package: Path, folder: Path) -> str:
    """Copy a package to `folder/<hash of all its files>/jukebox`, unless it is there; give the hash.

    package: the folder with the sources, which may change while a run is at work. A copy that was
    changed since gives way to one that is whole. Raises OSError for a file that cannot be copied,
    and names it.
    """
    draft = Path(folder, f"draft-{os.getpid()}")  # its own: two at once would mix their sources
    shutil.rmtree(draft, ignore_errors=True)
    try:
        shutil.copytree(
            package,
            draft / "jukebox",
            ignore=shutil.ignore_patterns("__pycache__"),
            ignore_dangling_symlinks=True,  # an editor's lock is one
        )
        name = name_snapshot(draft / "jukebox")
        target = draft.with_name(name)
        if target.exists() and name_snapshot(target / "jukebox") != name:
            shutil.rmtree(target)
        try:
            draft.rename(target)
        except OSError:
            if not target.exists():
                raise
            os.utime(target)  # it was there already, and is the newest again
        with suppress(OSError):  # a folder without the training has no version
            note_version(target / "jukebox")
    except shutil.Error as error:  # a list of all files: one is enough to know what to do
        _, file, why = error.args[0][0]
        raise OSError(errno.EIO, why, str(file)) from None
    finally:
        shutil.rmtree(draft, ignore_errors=True)
    return name


def run_training(
    code: Path,
    store: Path | str,
    data: str,
    out: Path | str,
    newest: int,
    seed: int,
    settings: Mapping[str, Any] | None = None,  # those of code of any version
) -> None:
    """Train with the sources in the package's folder `code`, unless `out` has the model already.

    store: the store's folder; data: one of its versions. out: the folder for model.onnx and
    record.json. newest: weeks held out. settings: as the JSON of a record has them, those that are
    not the defaults of that code. Raises RuntimeError with the last line that it said.
    """
    path = [str(Path(code).parent), *filter(None, [os.environ.get("PYTHONPATH")])]
    # Code that nobody has looked at yet gets no token, and no address with a password.
    own = {name: value for name, value in os.environ.items() if not name.startswith("JUKEBOX_")}
    # -P: or the `jukebox` of the folder in which the loop was started would come first.
    module = "jukebox.job" if is_flat(code) else "jukebox.model.job"
    command = [sys.executable, "-P", "-m", module, *map(str, (store, data, out))]
    command += [f"--newest={newest}", f"--seed={seed}"]
    command += [f"--settings={json.dumps(settings)}"] if settings else []  # older code knows none
    try:
        done = subprocess.run(
            command,
            env=own | {"PYTHONPATH": os.pathsep.join(path)},
            capture_output=True,
            text=True,
            errors="replace",
            timeout=2
            * LONGEST_TRAINING,  # it may have to wait for the job of a loop that was killed
        )
    except subprocess.TimeoutExpired:
        raise RuntimeError(f"it took longer than {2 * LONGEST_TRAINING} s") from None
    if done.returncode:
        said = done.stderr.strip().splitlines() or [f"exit code {done.returncode}"]
        raise RuntimeError(said[-1][:500])


def read_model(out: Path | str) -> Model:
    """Return the `Model` that a job has made in a folder."""
    onnx = Path(out, "model.onnx").read_bytes()
    record = read_record(json.loads(Path(out, "record.json").read_text("utf-8")))
    return Model(onnx, hashlib.sha256(onnx).hexdigest(), record)


def main() -> None:
    """Write model.onnx and then record.json, unless they are there, into a folder."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("store", help="the store's folder")
    parser.add_argument("data", help="the data version")
    parser.add_argument("out", type=Path, help="the folder for the model, made if it is not there")
    parser.add_argument("--newest", type=int, required=True, help="weeks held out")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--settings", type=json.loads, default={}, help="others than the defaults")
    given = parser.parse_args()
    given.out.mkdir(parents=True, exist_ok=True)
    # A loop that was killed may have left this very job running: wait for it, then use its work.
    lock = sqlite3.connect(given.out / "lock", timeout=LONGEST_TRAINING, isolation_level=None)
    with closing(lock):
        lock.execute("BEGIN EXCLUSIVE")
        if (given.out / "record.json").exists():
            return
        tracks, charts = Store(given.store).read(given.data)
        chosen = given.settings | {"newest": given.newest}
        if "hidden" in chosen:
            chosen["hidden"] = tuple(chosen["hidden"])  # JSON has lists only
        model = train(tracks, charts, Settings(**chosen), given.seed)
        write_file(given.out / "model.onnx", model.onnx)
        write_file(given.out / "record.json", json.dumps(model.record.as_dict()).encode())


if __name__ == "__main__":
    main()
