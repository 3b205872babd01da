"""What the proof of faults does in processes of their own: a command, a loop, a held lock.

A server that has imported all this once forks them. `time.time` is ours there, from the first
import on, so that a file can set the clock of a running process back: the clock of this machine is
not ours to change.
"""

import logging
import os
import sqlite3
import sys
import time

DAY = 86_400.0
FORKED = "multiprocessing.forkserver" in sys.modules and "pytest" not in sys.modules
right, late = time.time, None  # late: a file; while it is there, the clock is a day behind


def behind():
    """Give the seconds since 1970, less a day while the file is there."""
    return right() - (DAY if late and late.exists() else 0.0)


if FORKED:
    time.time = behind

import click  # noqa: E402 - the clock comes first
import uvicorn  # noqa: E402, F401 - served with
from jukebox import Registry, create_app  # noqa: E402, F401 - what a command needs
from jukebox.cli.main import main  # noqa: E402
from jukebox.cli.terminal import Contents  # noqa: E402

from tests.forks import HEAVY  # noqa: E402
from tests.jukebox.loops import Home  # noqa: E402
from tests.waiting import HANGS, until  # noqa: E402

if FORKED:
    for name in HEAVY:
        __import__(name)

OPERATOR = "operator-0123456789"


class Disk:
    """A disk that can be filled: a folder on one of its own, or a limit on the size of files."""

    def __init__(self, folder, own):
        """Take a folder; own: whether it is a file system of its own, small enough to fill."""
        self.folder, self.own = folder, own

    def fill(self, *processes):
        """Leave no room: on the disk, or for processes, by their ids."""
        if not self.own:
            import resource

            for process in processes:
                _, most = resource.prlimit(process, resource.RLIMIT_FSIZE)
                resource.prlimit(process, resource.RLIMIT_FSIZE, (0, most))
            return
        with (self.folder / "ballast").open("wb", buffering=0) as file:
            size = 2**20
            while size:
                try:
                    file.write(b"\0" * size)
                except OSError:
                    size //= 2

    def free(self, *processes):
        """Make room again."""
        if self.own:
            return (self.folder / "ballast").unlink()
        import resource

        for process in processes:
            _, most = resource.prlimit(process, resource.RLIMIT_FSIZE)
            resource.prlimit(process, resource.RLIMIT_FSIZE, (most, most))


def begin(pipe, home, clock):
    """Say everything to a pipe, work in a home, and go by a clock."""
    global late
    os.dup2(pipe.fileno(), 1), os.dup2(pipe.fileno(), 2)
    late = clock
    os.environ |= {"JUKEBOX_HOME": str(home), "COLUMNS": "400"}
    os.environ["JUKEBOX_OPERATOR_TOKEN"] = OPERATOR
    logging.getLogger("mlflow").setLevel(logging.CRITICAL)  # as every command does


def command(pipe, home, clock, disk, *words):
    """Run `jukebox` with some words; with a disk, there is no room on it meanwhile."""
    begin(pipe, home, clock)
    if disk:
        disk.fill(os.getpid())
    main(words, prog_name="jukebox")


def loop(pipe, home, clock, step, meanwhile, *given):
    """Do all that is open, and let something happen as a step begins; errors as the command has them."""
    begin(pipe, home, clock)
    home = Home(home)
    home.registry.clock = time.time  # and not the ticks of the other tests
    steps = {"train": (home, "learner"), "register": (home.registry, "register")}
    if step:
        owner, name = steps[step]
        method = getattr(owner, name)

        def interrupted(*arguments):
            meanwhile(*given)
            return method(*arguments)

        setattr(owner, name, interrupted)

    def go():
        for event in home.go():
            click.echo(event.name)

    Contents("outside", contents={"Loop": (click.Command("loop", callback=go),)})(["loop"])


def hold(pipe, home, clock, file):
    """Hold a database against everybody, until this process is ended."""
    begin(pipe, home, clock)
    with sqlite3.connect(file, isolation_level=None) as db:
        db.execute("BEGIN EXCLUSIVE")
        click.echo("held")
        time.sleep(HANGS)


def wait(begun, done):
    """Say by a file that a step has begun, and wait for another file."""
    begun.touch()
    until(done.exists, f"{done} is there")
