"""What runs the commands of a page: a folder of its own, and a memory, as a terminal has.

It remembers a lone `cd folder` and a lone `export NAME=…`, and runs all else in bash. What ends in
` &` goes on in the background until the page ends, or until `kill %1`; the first line that it
prints is shown. `jukebox`, `python -m own` and a Python script, and the commands of ours that they
start, are forks of this process, which has imported all that they need. Where a page says 8000, a
free port is used, and shown as 8000. `$HANDBOOK` is the folder of this repository. Windows has
neither bash nor forks: there, the block is skipped.
"""

import os
import re
import select
import shlex
import signal
import socket
import subprocess
import sys
import tempfile
import threading
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

import pytest

from scripts import transcripts
from tests.forks import Forked
from tests.waiting import HANGS, until

# For bash: our commands and scripts become forks; all else goes to the real Python.
CLIENT = Path(__file__).with_name("client.py")
ASK = """#!/bin/sh
case "{word} $1 $2" in
jukebox*|"python "*".py "*|"python -m own") exec {python} -IS {client} {socket} {word} "$@";;
esac
exec {python} "$@"
"""


def fork(client: socket.socket) -> None:
    """Run what a client asks for as a fork, tell it the process and its exit code; end with it."""
    with client:
        size, streams, _, _ = socket.recv_fds(client, 4, 3)
        asked = client.recv(int.from_bytes(size, "big"), socket.MSG_WAITALL)
        folder, count, *asked = os.fsdecode(asked).split("\0")
        (word, *words), variables = asked[: int(count)], asked[int(count) :]
        with Forked(
            [sys.executable, *(["-P", "-m", "jukebox"] if word == "jukebox" else []), *words],
            cwd=folder,
            env=dict(variable.split("=", 1) for variable in variables),
            **dict(zip(("stdin", "stdout", "stderr"), streams, strict=True)),
        ) as process:
            for stream in streams:
                os.close(stream)
            client.sendall(process.pid.to_bytes(4, "big", signed=True))
            while process.poll() is None:
                if select.select([client], [], [], 0.01)[0]:  # it says no more: it was killed
                    process.kill()
        with suppress(OSError):
            client.sendall(process.returncode.to_bytes(4, "big", signed=True))


Job = subprocess.Popen[bytes]


class Terminal:
    """One page's terminal, in a folder that is empty at first."""

    def __init__(self) -> None:
        """Open it; jukebox and python are those of this process."""
        if not hasattr(os, "fork"):
            pytest.skip("no fork here, and perhaps no bash: on Windows, run this in WSL2")
        self.top = tempfile.TemporaryDirectory()
        self.folder, self.jobs = Path(self.top.name).resolve(), list[Job]()
        self.port = ""  # a free one, once a command names 8000
        own = {k: v for k, v in os.environ.items() if not k.startswith("JUKEBOX_")}
        python = [str(Path(path).resolve()) for path in sys.path if path]
        self.hidden = tempfile.TemporaryDirectory()
        programs = Path(self.hidden.name)
        server = programs / "socket"
        for word in ("jukebox", "python"):
            given = {"python": sys.executable, "client": CLIENT, "socket": server}
            quoted = {name: shlex.quote(str(value)) for name, value in given.items()}
            (programs / word).write_text(ASK.format(word=word, **quoted), "utf-8")
            (programs / word).chmod(0o755)
        self.server = socket.socket(socket.AF_UNIX)
        self.server.bind(str(server))
        self.server.listen()
        threading.Thread(target=self.serve, daemon=True).start()
        path = [str(programs), str(Path(sys.executable).parent), os.environ["PATH"]]
        self.environment = own | {
            "COLUMNS": "80",
            "NO_COLOR": "1",
            "HANDBOOK": str(Path(__file__).resolve().parents[1]),
            "PATH": os.pathsep.join(path),
            "PYTHONPATH": os.pathsep.join(python),
        }

    def type(self, command: str) -> str:
        """Run a command, and give what it prints."""
        if re.search(r"\b8000\b", command) and not self.port:
            with socket.socket() as free:
                free.bind(("127.0.0.1", 0))
                self.port = str(free.getsockname()[1])
        printed = self.obey(re.sub(r"\b8000\b", self.port, command))
        return printed.replace(self.port or "8000", "8000")

    def obey(self, command: str) -> str:
        """Do what a command says, on the port that it says, and give what it prints."""
        word, _, rest = command.partition(" ")
        if word == "cd" and not re.search("[;&|]", rest):
            there = (self.folder / rest).resolve()
            if not there.is_dir():
                return f"cd: {rest}: No such folder\n"
            self.folder = there
            return ""
        if found := re.fullmatch(r"export (\w+)=(.*)", command):
            asked = ["bash", "-c", f'{command}; printf %s "${found[1]}"']
            self.environment[found[1]] = self.run(asked, self.folder)[1]
            return ""
        if found := re.fullmatch(r"kill %(\d+)", command):
            self.stop(self.jobs[int(found[1]) - 1])
            return ""
        if command.endswith(" &"):
            return self.background(command[:-2])
        return self.run(["bash", "-c", command], self.folder)[1]

    def run(self, words: Sequence[str], folder: Path) -> tuple[int, str]:
        """Run one program in a folder; give (exit code, what it printed)."""
        return transcripts.run(words, folder, self.environment, HANGS)

    def serve(self) -> None:
        """Fork for each client that asks."""
        with suppress(OSError):  # it is closed
            while True:
                client, _ = self.server.accept()
                threading.Thread(target=fork, args=(client,), daemon=True).start()

    def background(self, command: str) -> str:
        """Start a command that goes on; give its first line, or all if it ends before."""
        printed = Path(self.top.name, f".job-{len(self.jobs) + 1}")
        with printed.open("w") as output:
            job = subprocess.Popen(
                ["bash", "-c", command],
                cwd=self.folder,
                env=self.environment,
                start_new_session=True,  # so that what bash starts can be ended with it
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
            )
        self.jobs.append(job)
        until(lambda: "\n" in printed.read_text() or job.poll() is not None, f"a line of {command}")
        text = printed.read_text()
        return text if job.poll() is not None else text.partition("\n")[0]

    def stop(self, job: Job) -> None:
        """End a job: politely, then not."""
        for how in (signal.SIGTERM, signal.SIGKILL):
            with suppress(ProcessLookupError):
                os.killpg(job.pid, how)
            with suppress(subprocess.TimeoutExpired):
                job.wait(15)

    def close(self) -> None:
        """End what still runs, and remove the folder."""
        for job in self.jobs:
            self.stop(job)
        self.server.close()
        self.top.cleanup()
        self.hidden.cleanup()
