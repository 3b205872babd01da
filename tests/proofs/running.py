"""A service in a process of its own, as `jukebox serve` starts it, to be attacked and looked at."""

import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from contextlib import suppress
from pathlib import Path

from tests.waiting import HANGS

TOKENS = {"operator": "operator-0123456789abcdef", "auditor": "auditor-0123456789abcdef"}


class Service:
    """`jukebox serve` on a free port, with a copy of a registry and what it wrote to stderr."""

    def __init__(self, registry, home, tokens=TOKENS, **environment):
        """Copy the registry into a new home and wait for the service."""
        shutil.copytree(registry, Path(home) / "registry")
        self.home, self.log = Path(home), Path(home, "service.log")
        given = {f"JUKEBOX_{role.upper()}_TOKEN": token for role, token in tokens.items()}
        command = [sys.executable, "-m", "jukebox", "serve", "--port", "0", "--home", str(home)]
        with self.log.open("wb") as log:
            self.process = subprocess.Popen(
                command, env=os.environ | given | environment, stdout=subprocess.PIPE, stderr=log
            )
        line = self.process.stdout.readline().decode()  # it is there, or it has ended
        assert line.startswith("Serving on http"), self.log.read_text()
        self.url = line.split()[-1]
        self.port = int(self.url.rpartition(":")[2])

    def memory(self):
        """Give the resident memory of the process, in MB."""
        pages = Path(f"/proc/{self.process.pid}/statm").read_text().split()[1]
        return int(pages) * os.sysconf("SC_PAGE_SIZE") / 2**20

    def own(self):
        """Give the memory that the process shares with no other, in MB."""
        lines = Path(f"/proc/{self.process.pid}/smaps_rollup").read_text().splitlines()
        return sum(int(line.split()[1]) for line in lines if line.startswith("Private_")) / 1024

    def raw(self, sent, timeout=HANGS, answers=1):
        """Send bytes, and give the status codes of so many answers, or of all until the end."""
        received, give_up = b"", time.monotonic() + timeout
        with socket.create_connection(("127.0.0.1", self.port), timeout) as wire:
            with suppress(OSError):  # it may hang up before the end, and have said why
                wire.sendall(sent)
            while received.count(b"HTTP/1.1 ") < answers and time.monotonic() < give_up:
                try:
                    more = wire.recv(65_536)
                except OSError:
                    break
                if not more:
                    break
                received += more
        return [int(part[:3]) for part in received.split(b"HTTP/1.1 ")[1:]]

    def stop(self):
        """End it as an operator does, and give the exit code."""
        self.process.send_signal(signal.SIGTERM)
        try:
            self.process.communicate(timeout=HANGS)
        finally:
            self.process.kill()
        return self.process.returncode
