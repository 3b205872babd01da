"""Make a home to be kept: run it with the code that the home is to be from.

`PYTHONPATH=OLD/examples python -P make.py FOLDER ARCHIVE`, where OLD is a checkout of that code, and
FOLDER is not there yet. Its name is written into MLflow's database, so take one that names nobody.
"""

import json
import lzma
import os
import shutil
import signal
import subprocess
import sys
import tarfile
from pathlib import Path

import jukebox
import requests
from jukebox.hand_in import digest
from jukebox.scene import RANDOM, SPLIT, serving

FORGOTTEN = "T0000083"  # of week 2, before the first model
# Ids that the checks have always kept, and the service of then did not take.
IDS = ["spotify:track:4uLU6hMCjMI75M1A2tKUQC", "x" * 200]
HOME = Path("lab-1/.jukebox")  # the home of a lab that is begun
# A loop that is killed as soon as it has written a step.
KILLED = """
import os, signal, sys
from contextlib import closing
from pathlib import Path
from jukebox import terminal
from jukebox.northstar import Loop
from jukebox.triggers import Policy
home = Path(os.environ["JUKEBOX_HOME"])
models, data = terminal.registry(home, None), terminal.store(home)
with closing(Loop(home, models, data, policy=Policy(rows=100, answers=0))) as loop:
    loop.look()
    for event in loop.run():
        if event["event"] == sys.argv[1]:
            os.kill(os.getpid(), signal.SIGKILL)
"""


def run(*words: str, code: int = 0) -> str:
    """Run a command of Jukebox, and return what it prints; RuntimeError if it exits with another code."""
    print("jukebox", *words, file=sys.stderr)
    command = [sys.executable, "-P", "-m", "jukebox", *words]
    done = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=False)
    if done.returncode != code:
        raise RuntimeError(f"it ended with {done.returncode}, not with {code}: {done.stdout}")
    return done.stdout


def ask() -> dict:
    """Ask the service about the tracks of the newest week, and return its answer."""
    from jukebox.store import Store

    tracks = Store(HOME / "data").read()[0]
    newest = tracks[tracks["released"] == tracks["released"].max()].drop(columns="released")
    newest = newest[~newest["track_id"].isin(IDS)]
    body = {"tracks": json.loads(newest.to_json(orient="records"))}
    with serving(HOME) as address:
        return requests.post(f"{address()}/predict", json=body, timeout=60).json()


def rename() -> None:
    """Let the newest week come in again, the ids of its first tracks in the spelling of suppliers."""
    from jukebox.store import Store

    data = Store(HOME / "data")
    tracks = data.read()[0]
    newest = tracks[tracks["released"] == data.week].reset_index(drop=True)
    newest.loc[: len(IDS) - 1, "track_id"] = IDS
    kept, _ = data.arrive(data.week, newest)
    assert len(newest) == len(kept)


def say(*commands: str) -> dict[str, str]:
    """Return what commands print as JSON, by their words."""
    return {words: run(*words.split(), "--json") for words in commands}


def live(code: Path) -> dict[str, str]:
    """Let the home live; return what its commands print at the end, by their words.

    Rows are quarantined, a track is forgotten, a service answers, one run is promoted, and a commit
    is refused.
    """
    run("generate", "--weeks", "12", "--tracks", "40", "--dirt", "0.05")
    run("forget", FORGOTTEN, "--why", "its artist asked")
    rename()
    run("train")
    run("promote", "1", "--why", "the first")
    answer = ask()
    run("generate", "--weeks", "3", "--dirt", "0.05")
    run("update", "--answers", "0", "--rows", "100")
    ask()
    shutil.copytree(code, "leaking")
    text = (code / "training.py").read_text("utf-8")
    Path("leaking/training.py").write_text(text.replace(SPLIT, RANDOM), "utf-8")
    run("update", "--answers", "0", "--code", "leaking", code=1)
    record = json.loads(run("lineage", "1", "--json"))["record"]
    asked = ["status", "monitor", "lineage 1", "lineage 2", f"lineage {answer['request_id']}"]
    asked += [f"lineage {record['data_version']}", f"lineage --track {FORGOTTEN}"]
    asked += [f"lineage --track {answer['predictions'][0]['track_id']}"]
    asked += [f"lineage --track {track_id}" for track_id in IDS]
    return say(*asked)


def check(number: int, code: int) -> str:
    """Return what the check of a lab prints, which leads to no home but its own."""
    home = os.environ.pop("JUKEBOX_HOME")
    try:
        return run("lab", "check", str(number), "--json", code=code)
    finally:
        os.environ["JUKEBOX_HOME"] = home


def main(folder: Path, archive: Path) -> None:
    """Make the home, what the commands of that code say of it, and the same home with an open run."""
    folder.mkdir(parents=True)
    os.chdir(folder)
    run("lab", "start", "1")
    os.environ["JUKEBOX_HOME"] = str(HOME.absolute())
    code = Path("lab-7/code/jukebox")  # what lab 7 watches: a checkout, here without the lab's past
    here = Path(jukebox.__file__).parent
    shutil.copytree(here, code, ignore=shutil.ignore_patterns("__pycache__"))
    said = {"home": live(code), "labs": {}}
    Path(HOME, "service.log").unlink()
    shutil.copytree(HOME, "home")
    shutil.copytree(HOME, "lab-7/.jukebox")
    Path("lab-7/lab.json").write_text('{"lab": 7, "ready": true}', "utf-8")
    for number, code in (1, 0), (7, 1):
        state = digest(Path(f"lab-{number}"), "d8dc")
        said["labs"][number] = {"check": check(number, code), "digest": state}
    run("generate", "--weeks", "3")
    for step in ("validate", "train"):
        killed = subprocess.run([sys.executable, "-P", "-c", KILLED, step], check=False)
        assert -signal.SIGKILL == killed.returncode
        shutil.copytree(HOME, f"after-{step}")
    said["after-train"] = say("status", "monitor")
    Path("said.json").write_text(json.dumps(said, indent=1), "utf-8")

    def plain(entry: tarfile.TarInfo) -> tarfile.TarInfo | None:
        entry.uid = entry.gid = 0
        entry.uname = entry.gname = ""
        return None if entry.name.endswith("__pycache__") else entry

    with (
        lzma.open(archive, "wb", preset=9 | lzma.PRESET_EXTREME) as packed,
        tarfile.open(fileobj=packed, mode="w", format=tarfile.PAX_FORMAT) as tar,
    ):
        for name in ("said.json", "home", "after-validate", "after-train"):
            tar.add(name, filter=plain)


if __name__ == "__main__":
    main(*(Path(name).resolve() for name in sys.argv[1:]))
