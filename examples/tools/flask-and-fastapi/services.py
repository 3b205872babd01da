"""Both services, each run by its own server, on a free port of this machine."""

import subprocess
import sys
import time
from contextlib import ExitStack, contextmanager
from json import dumps, loads
from socket import create_connection, create_server

import psutil

COMMANDS = {
    "Flask": "gunicorn --threads 4 --bind 127.0.0.1:{} flask_app:app",
    "FastAPI": "uvicorn --no-access-log --port {} fastapi_app:app",
}


def ask(connection, track):
    """Send a track; return the status and the answer, which is text unless JSON."""
    kind = {"Content-Type": "application/json"}
    connection.request("POST", "/predict", dumps(track), kind)
    response = connection.getresponse()
    said, kind = response.read().decode(), response.headers["Content-Type"]
    return response.status, loads(said) if "json" in kind else said


def listening(process, port, patience=600):
    """Wait until a service takes connections, for some seconds at most."""
    end = time.monotonic() + patience
    while process.poll() is None and time.monotonic() < end:
        try:
            return create_connection(("127.0.0.1", port)).close()
        except OSError:
            time.sleep(0.1)
    sys.exit("A service did not start: services.log says why.")


@contextmanager
def served(name):
    """Start a service; give its port and its CPU seconds so far. Stop it then."""
    with create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    with open("services.log", "a") as log:
        command = [sys.executable, "-m", *COMMANDS[name].format(port).split()]
        process = subprocess.Popen(command, stdout=log, stderr=log)
    try:
        listening(process, port)
        server = psutil.Process(process.pid)

        def seconds():
            return sum(sum(s.cpu_times()[:2]) for s in (server, *server.children()))

        yield port, seconds
    finally:
        process.terminate()
        process.wait(20)


@contextmanager
def both():
    """Start both services; give, by name, what `served` gives."""
    with ExitStack() as stack:
        yield {name: stack.enter_context(served(name)) for name in COMMANDS}
