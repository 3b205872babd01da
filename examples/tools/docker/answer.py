"""Let the image train a model and serve it, as a user that owns its home alone."""

import json
import os
import signal
import subprocess
import sys
import tempfile
from pathlib import Path
from urllib.request import urlopen

CACHE, IMAGE, HANGS = os.environ["PREPARED"], "localhost/jukebox", 600  # seconds
BUILDAH = ("buildah", "--root", f"{CACHE}/images", "--runroot", f"{CACHE}/run")
STEPS = ("generate --weeks 12 --tracks 50", "train --epochs 5", "promote 1 --why first")
USER = 10001


def buildah(*words):
    """Call buildah on the storage that `prepare.sh` filled; return what it prints."""
    how = {"capture_output": True, "text": True, "timeout": HANGS}
    done = subprocess.run([*BUILDAH, *words], **how)
    return sys.exit(done.stderr) if done.returncode else done.stdout.strip()


def inner(pid):
    """Find what buildah runs in the chroot: the child of its child, and so on."""
    while below := [
        pid for f in Path(f"/proc/{pid}/task").glob("*/children") for pid in f.open()
    ]:
        pid = int(below[0].split()[0])
    return pid


def main(owner):
    """Train, promote, serve and ask; say as whom, and what is outside the home."""
    container = buildah("from", IMAGE)
    with tempfile.TemporaryDirectory() as home:
        os.chmod(home, 0o755)  # noqa: S103 - as a new volume is
        os.chown(home, owner, owner)
        run = ("run", "--isolation", "chroot", "--volume", f"{home}:/srv/jukebox")
        for step in STEPS:
            buildah(*run, container, "jukebox", *step.split())
        serve = [*BUILDAH, *run, container, "jukebox", "serve", "--port", "0"]
        with subprocess.Popen(serve, stdout=subprocess.PIPE, text=True) as service:
            address = service.stdout.readline().split()[-1]
            process = inner(service.pid)
            try:
                body = Path("tracks.json").read_bytes()
                with urlopen(f"{address}/predict", body, timeout=HANGS) as answer:  # noqa: S310
                    told = json.load(answer)
                print("version", told["model_version"], "answers")
                print(len(told["predictions"][0]["probabilities"]), "countries")
                print("uid", Path(f"/proc/{process}").stat().st_uid, flush=True)
            finally:
                os.kill(process, signal.SIGTERM)  # as `docker stop` does
        find = ("find", "/", "-xdev", "-uid", str(USER), "-type", "f")
        outside = buildah(*run, "--user", "root", container, *find)
        print("written outside the home:", outside or "0")
    buildah("rm", container)


if __name__ == "__main__":
    main(0 if "--home-of-root" in sys.argv else USER)
