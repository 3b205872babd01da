"""What runs the commands of a page: a folder of its own, and a memory, as a terminal has.

It remembers `cd` and `export`, and runs all else by bash. What ends in ` &` goes on in the
background until the page ends, or until `kill %1`; its output is its first line. A plain
`jukebox` is run by a fork of this process, which has imported everything already: two seconds less
for each. 8000 on a page is another, free port. Windows has neither bash nor forks: it is skipped.
"""

import faulthandler
import logging
import os
import re
import shlex
import signal
import socket
import subprocess
import sys
import tempfile
import traceback
import warnings
from contextlib import suppress
from pathlib import Path

import pytest

from tests.waiting import HANGS, until

HEAVY = (
    *("jukebox.command", "jukebox.service", "jukebox.validation", "jukebox.watching"),
    *("jukebox.story", "mlflow.onnx", "mlflow.store.tracking.sqlalchemy_store", "skl2onnx"),
    *("mlflow.store.model_registry.sqlalchemy_store", "sklearn.neural_network", "rich.table"),
)
OF_A_FILE = re.compile(r"\$\((cat|tail -n 1) [\w.-]+\)")


def forked(words, folder, environment):
    """Run `jukebox` with words in a child of this process; give (exit code, what it printed)."""
    with tempfile.TemporaryFile("w+", encoding="utf-8") as printed, warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of what is imported, and of a fork beside threads
        for name in HEAVY:
            __import__(name)
        child = os.fork()
        if not child:
            code = 70
            try:
                code = alone(words, folder, environment, printed.fileno())
            except BaseException:
                traceback.print_exc()
            finally:
                sys.stdout.flush()
                sys.stderr.flush()
                os._exit(code)
        code = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
        printed.seek(0)
        return code, printed.read()


def alone(words, folder, environment, output):
    """Become a process of its own, as far as a command can tell; give the exit code."""
    from jukebox.command import main

    os.chdir(folder)
    os.environ.clear()
    os.environ.update(environment)
    for number in (1, 2):
        os.dup2(output, number)
    # One file, so that both come in the order in which they were written.
    sys.stdout = sys.stderr = os.fdopen(1, "w", encoding="utf-8", buffering=1, closefd=False)
    # Where it hangs, its stack and its end: pytest's own watchdog is a thread, and was left behind.
    faulthandler.register(signal.SIGALRM, chain=True)
    signal.alarm(HANGS)
    logging.getLogger().handlers.clear()  # pytest's
    warnings.resetwarnings()
    for usual in (DeprecationWarning, PendingDeprecationWarning, ImportWarning, ResourceWarning):
        warnings.simplefilter("ignore", usual)
    try:
        main(words, prog_name="jukebox")
    except SystemExit as end:
        return end.code or 0


class Terminal:
    """One page's terminal, in a folder that is empty at first."""

    def __init__(self):
        """Open it; jukebox and python are those of this process."""
        if not hasattr(os, "fork"):
            pytest.skip("no fork here, and perhaps no bash: on Windows, run this in WSL2")
        self.top = tempfile.TemporaryDirectory()
        self.folder, self.jobs, self.port = Path(self.top.name).resolve(), [], None
        own = {k: v for k, v in os.environ.items() if not k.startswith("JUKEBOX_")}
        python = [str(Path(path).resolve()) for path in sys.path if path]
        self.environment = own | {
            "COLUMNS": "80",
            "NO_COLOR": "1",
            "PATH": os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]]),
            "PYTHONPATH": os.pathsep.join(python),
        }

    def type(self, command):
        """Run a command, and give what it prints."""
        if re.search(r"\b8000\b", command) and not self.port:
            with socket.socket() as free:
                free.bind(("127.0.0.1", 0))
                self.port = str(free.getsockname()[1])
        return self._type(re.sub(r"\b8000\b", self.port or "", command)).replace(
            self.port or "8000", "8000"
        )

    def _type(self, command):
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
        if word == "jukebox" and not re.search(r"[$`*?|&;<>()\\]", OF_A_FILE.sub("", command)):
            if "$" in rest:  # bash reads the words, and a fork has them
                _, rest = self.run(["bash", "-c", f"printf '%q ' {rest}"], self.folder)
            return self.run([word, *shlex.split(rest)], self.folder)[1]
        return self.run(["bash", "-c", command], self.folder)[1]

    def run(self, words, folder):
        """Run one program in a folder; give (exit code, what it printed)."""
        if words[0] == "jukebox":
            return forked(words[1:], folder, self.environment)
        done = subprocess.run(
            words,
            cwd=folder,
            env=self.environment,
            text=True,
            timeout=HANGS,
            check=False,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
        )
        return done.returncode, done.stdout

    def background(self, command):
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

    def stop(self, job):
        """End a job: politely, then not."""
        for how in (signal.SIGTERM, signal.SIGKILL):
            with suppress(ProcessLookupError):
                os.killpg(job.pid, how)
            with suppress(subprocess.TimeoutExpired):
                job.wait(15)

    def close(self):
        """End what still runs, and remove the folder."""
        for job in self.jobs:
            self.stop(job)
        self.top.cleanup()
