"""What a learner does in a room without internet: `python learner.py <unpacked bundle>`.

It runs where the network is cut, as an ordinary user, with the machine's own Python, and prints
what it saw and what it took as JSON. It judges nothing: the tests do.
"""

import errno
import json
import resource
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable
from pathlib import Path

START = ("sh", "start.sh")
OUTSIDE = ("192.0.2.1", 80)  # an address that is kept for documentation


def took(work: Callable[[], object]) -> tuple[float, float]:
    """Do some work with other processes; return its seconds and their CPU seconds."""
    before, began = resource.getrusage(resource.RUSAGE_CHILDREN), time.monotonic()
    work()
    after, seconds = resource.getrusage(resource.RUSAGE_CHILDREN), time.monotonic() - began
    cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return round(seconds, 1), round(cpu, 1)


def run(*command: str | Path, folder: Path) -> tuple[int, str]:
    """Run a command; return its exit code, and all that it says."""
    done = subprocess.run(
        command, cwd=folder, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    )
    return done.returncode, done.stdout


def reach(address: tuple[str, int]) -> str:
    """Say what becomes of a call to an address: "answers", or the name of the error."""
    try:
        socket.create_connection(address, timeout=5).close()
    except OSError as error:
        return errno.errorcode.get(error.errno or 0, str(error))
    return "answers"


def read_site(handbook: Path) -> dict[str, object]:
    """Start again, read pages of the site, and end it as Ctrl-C does."""
    process = subprocess.Popen(
        (*START, "--no-browser"), cwd=handbook, stdout=subprocess.PIPE, text=True
    )
    said: list[str] = []
    for line in process.stdout or ():
        said.append(line)
        if "http://127.0.0.1:" in line:
            break
    address = said[-1].split()[-1]
    pages, types = {}, {}
    for path in ("", "labs/first-model.html", "searchindex.js"):
        with urllib.request.urlopen(address + path) as answer:  # noqa: S310 - our own address
            pages[path], types[path] = answer.status, answer.headers.get_content_type()
    port = int(address.rstrip("/").rpartition(":")[2])
    elsewhere = reach(("127.0.0.2", port))  # this machine, by another of its addresses
    process.send_signal(signal.SIGINT)
    rest = process.communicate()[0]
    return {
        "said": "".join(said),
        "pages": pages,
        "types": types,
        "elsewhere": elsewhere,
        "ended": (process.returncode, rest),
    }


def main(handbook: Path) -> dict[str, object]:
    """Install, read the site, live through the story, do two labs."""
    jukebox, labs = handbook / ".venv" / "bin" / "jukebox", handbook / "labs"
    seen: dict[str, object] = {"outside": reach(OUTSIDE)}

    def install() -> None:
        seen["install"] = run(*START, "--install", folder=handbook)

    def story() -> None:
        seen["story"] = run(jukebox, "northstar", folder=labs)

    def two_labs() -> None:
        seen["labs"] = {
            f"{verb} {lab}": run(jukebox, "lab", verb, lab, folder=labs)
            for lab in "12"
            for verb in ("start", "solve", "check")
        }

    seen["install_s"], seen["install_cpu_s"] = took(install)
    seen["site"] = read_site(handbook)
    seen["story_s"], seen["story_cpu_s"] = took(story)
    seen["labs_s"], seen["labs_cpu_s"] = took(two_labs)
    return seen


if __name__ == "__main__":
    print(json.dumps(main(Path(sys.argv[1]))))
