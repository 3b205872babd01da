"""Processes that run meanwhile, on free ports, and answers that are waited for,
but not forever."""

import sys
import time
from contextlib import contextmanager, suppress
from socket import create_server
from subprocess import Popen

import requests


def free():
    """Return an address of this machine that nobody uses."""
    with create_server(("127.0.0.1", 0)) as server:
        return f"127.0.0.1:{server.getsockname()[1]}"


@contextmanager
def running(*command):
    """Run a command meanwhile, with its words in logs.txt, and stop it then."""
    with open("logs.txt", "a") as log:
        process = Popen(command, stdout=log, stderr=log)
    try:
        yield
    finally:
        process.terminate()
        process.wait(600)


def found(ask, seconds=600):
    """Ask until the answer is something, and return it."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        with suppress(requests.RequestException):
            if answer := ask():
                return answer
        time.sleep(0.2)
    sys.exit(f"Nothing came in {seconds} seconds; logs.txt may say why.")
