"""Run a command together with an MLflow server on this machine:
`python serve.py COMMAND ...`."""

import os
import signal
import socket
import subprocess
import sys
import time
from contextlib import contextmanager, suppress
from urllib.error import URLError
from urllib.request import urlopen

QUIET = {
    "MLFLOW_DISABLE_TELEMETRY": "true",
    "MLFLOW_SERVER_ENABLE_JOB_EXECUTION": "false",  # for LLM judges: none here
    "MLFLOW_SUPPRESS_PRINTING_URL_TO_STDOUT": "true",
    "MLFLOW_ENABLE_ARTIFACTS_PROGRESS_BAR": "false",
}
HANGS = 600  # seconds after which it will not answer any more


@contextmanager
def server():
    """Give the address of a server:
    runs in SQLite, files behind it, all in this folder."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = str(free.getsockname()[1])
    command = [sys.executable, "-m", "mlflow", "server", "--host", "127.0.0.1"]
    command += ["--port", port, "--workers", "1"]
    command += ["--backend-store-uri", "sqlite:///mlflow.db"]
    command += ["--artifacts-destination", "files"]  # clients send them to the server
    with open("server.log", "w") as log:
        own = {"env": os.environ | QUIET, "start_new_session": True}
        process = subprocess.Popen(command, stdout=log, stderr=log, **own)
    try:
        end = time.monotonic() + HANGS
        while True:
            try:
                urlopen(f"http://127.0.0.1:{port}/health", timeout=5).close()
                break
            except (URLError, OSError):
                if process.poll() is not None or time.monotonic() > end:
                    sys.exit("MLflow did not start: see server.log.")
                time.sleep(0.2)
        yield f"http://127.0.0.1:{port}"
    finally:
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGTERM)  # it has children of its own
        process.wait(30)


if __name__ == "__main__":
    with server() as address:
        variables = os.environ | QUIET | {"MLFLOW_TRACKING_URI": address}
        sys.exit(subprocess.run(sys.argv[1:], env=variables).returncode)
