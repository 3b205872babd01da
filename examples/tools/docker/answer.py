"""Let the image train a model and serve it, as a user that owns nothing but its home."""

import json
import os
import signal
import subprocess
import sys
import tempfile
from pathlib import Path
from urllib.request import Request, urlopen

CACHE, IMAGE, LIMIT = os.environ["PREPARED"], "localhost/jukebox", 120  # seconds for a step
BUILDAH = ("buildah", "--root", f"{CACHE}/images", "--runroot", f"{CACHE}/run")
STEPS = ("generate --weeks 12 --tracks 50", "train --epochs 5", "promote 1 --why first")
VALUES = (0, 200_000, 0.8, 0.7, 5, -6, 1, 0.1, 0.2, 0, 0.1, 0.6, 120)
NAMES = "is_explicit duration_ms danceability energy key loudness mode speechiness acousticness"
NAMES = f"{NAMES} instrumentalness liveness valence tempo".split()


def buildah(*words):
    """Call buildah on the storage that `prepare.sh` filled; return what it prints."""
    done = subprocess.run([*BUILDAH, *words], capture_output=True, text=True, timeout=LIMIT)
    if done.returncode:
        sys.exit(done.stderr)
    return done.stdout.strip()


def inner(pid):
    """Find the process that buildah runs in the chroot: the child's child's ... child."""
    while children := Path(f"/proc/{pid}/task/{pid}/children").read_text().split():
        pid = int(children[0])
    return pid


def ask(address):
    """Send one track; return the version that answers, and the best of 72 countries."""
    body = json.dumps({"tracks": [dict(zip(NAMES, VALUES, strict=True))]}).encode()
    with urlopen(Request(f"{address}/predict", body), timeout=LIMIT) as answer:  # noqa: S310
        told = json.load(answer)
    return told["model_version"], told["predictions"][0]["probabilities"]


def main():
    """Train, promote, serve and ask; say as whom, and what was written beside the home."""
    container = buildah("from", IMAGE)
    with tempfile.TemporaryDirectory() as home:
        os.chown(home, 10001, 10001)
        run = ("run", "--isolation", "chroot", "--volume", f"{home}:/home/jukebox", container)
        for step in STEPS:
            buildah(*run, "jukebox", *step.split())
        serve = [*BUILDAH, *run, "jukebox", "serve", "--port", "0"]
        with subprocess.Popen(serve, stdout=subprocess.PIPE, text=True) as service:
            address = service.stdout.readline().split()[-1]
            pid = inner(service.pid)
            version, p = ask(address)
            print(f"version {version} answers for {len(p)} countries")
            print("uid", Path(f"/proc/{pid}").stat().st_uid)
            os.kill(pid, signal.SIGTERM)
        print("written beside the home:", buildah(*run, "find", "/", "-xdev", "-uid", "10001"))
    buildah("rm", container)


if __name__ == "__main__":
    main()
