"""Ask a service about one track after another, and count who answers.

start http://127.0.0.1:8000 begins, in the background; stop ends it, 300 requests later, and tells.
"""

import json
import sys
import time
from http.client import HTTPConnection, HTTPException
from pathlib import Path
from subprocess import DEVNULL, Popen
from typing import Any

FILE, STOP = Path("load.json"), Path("load.stop")


def wait_for(word: str) -> dict[str, Any]:  # JSON
    """Return what the one who asks has written, once this word is there; a minute later anyhow."""
    patience = time.time() + 60
    while word not in FILE.read_text() and time.time() < patience:
        time.sleep(0.1)
    return {word: {"failed": 0}} | json.loads(FILE.read_text() or "{}")


def ask(address: str) -> None:
    """Ask for ten minutes at most, and only while somebody wants to know."""
    bodies = [json.dumps({"tracks": [t]}) for t in json.loads(Path("tracks.json").read_text())]
    began, left, count = time.time(), 50_000, {"failed": 0}
    service = HTTPConnection(address.rpartition("/")[2], timeout=5)
    while left and FILE.exists():
        left = min(left - 1, 300 if STOP.exists() else left)
        try:
            service.request("POST", "/predict", bodies[left % len(bodies)])
            who = f"version {json.load(service.getresponse())['model_version']}"
        except (OSError, HTTPException, ValueError, KeyError):  # no answer, or that of an error
            service.close()
            who = "failed"
        count[who] = count.get(who, 0) + 1
        if sum(count.values()) == 1:
            FILE.write_text(json.dumps({"first": who}))
        time.sleep(0.01)
    if FILE.exists():
        FILE.write_text(json.dumps({"began": began, "ended": time.time(), "count": count}))


match sys.argv[1:]:
    case ["start", address]:
        STOP.unlink(missing_ok=True)
        FILE.write_text("")
        Popen([sys.executable, __file__, "ask", address], stdout=DEVNULL, stderr=DEVNULL)
        print(f"The first answer: {wait_for('first')['first']}; to end it: python load.py stop")
    case ["ask", address]:
        ask(address)
    case ["stop"] if FILE.exists():
        STOP.touch()
        count = wait_for("count")["count"]
        print(f"{sum(count.values())} requests, {count.pop('failed')} failed")
        print("\n".join(f"{who}: {answers}" for who, answers in sorted(count.items())))
    case _:
        sys.exit("Type: python load.py start http://127.0.0.1:8000, later: python load.py stop")
