"""The job: one training as a process of its own, from a version of the code and one of the data.

`python -m jukebox.job STORE DATA OUT --newest 4 --seed 0`, with PYTHONPATH set to the code. Code
that fails, hangs or eats the memory takes this process with it, and not the loop that started it.
"""

import argparse
import json
import sqlite3
from contextlib import closing
from pathlib import Path

from jukebox.store import Store, write
from jukebox.training import Settings, train


def main():
    """Write model.onnx and then record.json, unless they are there, into a folder."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("store", help="the store's folder")
    parser.add_argument("data", help="the data version")
    parser.add_argument("out", type=Path, help="the folder for the model, made if it is not there")
    parser.add_argument("--newest", type=int, required=True, help="weeks held out")
    parser.add_argument("--seed", type=int, default=0)
    given = parser.parse_args()
    given.out.mkdir(parents=True, exist_ok=True)
    # A loop that was killed may have left this very job running: wait for it, then use its work.
    with closing(sqlite3.connect(given.out / "lock", timeout=600, isolation_level=None)) as lock:
        lock.execute("BEGIN EXCLUSIVE")
        if (given.out / "record.json").exists():
            return
        tracks, charts = Store(given.store).read(given.data)
        model = train(tracks, charts, Settings(newest=given.newest), given.seed)
        write(given.out / "model.onnx", model.onnx)
        write(given.out / "record.json", json.dumps(model.record).encode())


if __name__ == "__main__":
    main()
