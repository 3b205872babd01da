"""Ask a service about one track after another, and count who answers. A word tells what to do:

start http://127.0.0.1:8000 begins, in the background; stop ends it, 300 requests later, and tells.
"""

import json
import subprocess
import sys
import time
from http.client import HTTPConnection, HTTPException
from pathlib import Path

TOLD, STOP, QUIET = Path("load.json"), Path("load.stop"), subprocess.DEVNULL
word, address = (*sys.argv[1:], "", "")[:2]
if word == "start" and address:
    STOP.unlink(missing_ok=True)
    TOLD.write_text("{}")
    subprocess.Popen([sys.executable, __file__, "ask", address], stdout=QUIET, stderr=QUIET)
    print(f"Asking {address}, until you type: python load.py stop")
elif word == "ask":  # for ten minutes at most, and only while somebody wants to know
    bodies = [json.dumps({"tracks": [t]}) for t in json.loads(Path("tracks.json").read_text())]
    began, left, count = time.time(), 50_000, {"failed": 0}
    service = HTTPConnection(address.rpartition("/")[2], timeout=5)
    while left and TOLD.exists():
        left = min(left - 1, 300 if STOP.exists() else left)
        try:
            service.request("POST", "/predict", bodies[left % len(bodies)])
            who = f"version {json.load(service.getresponse())['model_version']}"
        except (OSError, HTTPException, ValueError, KeyError):  # no answer, or that of an error
            service.close()
            who = "failed"
        count[who] = count.get(who, 0) + 1
        time.sleep(0.01)
    if TOLD.exists():
        TOLD.write_text(json.dumps({"began": began, "ended": time.time(), "count": count}))
elif word == "stop" and TOLD.exists():
    STOP.touch()
    while "count" not in TOLD.read_text() and time.time() < STOP.stat().st_mtime + 60:
        time.sleep(0.1)
    count = json.loads(TOLD.read_text()).get("count", {"failed": 0})
    print(f"{sum(count.values())} requests, {count.pop('failed')} failed")
    print("\n".join(f"{who}: {answers}" for who, answers in sorted(count.items())))
else:
    sys.exit("Type: python load.py start http://127.0.0.1:8000, and later: python load.py stop")
