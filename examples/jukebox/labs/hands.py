"""The hands: they type in a lab's folder what a reader would, and show it."""

import os
import shlex
import shutil
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import click

COMMAND = [sys.executable, "-P", "-m", "jukebox"]  # -P: no file of the lab's is imported instead


def command_environment() -> dict[str, str]:
    """Return the environment of a command: as wide as this terminal, without colours."""
    width = shutil.get_terminal_size().columns
    return os.environ | {"COLUMNS": str(width), "NO_COLOR": "1"}


def run_command(words: Sequence[str], folder: Path) -> tuple[int, str]:
    """Run a command in a folder, without a shell; return (exit code, what it printed)."""
    own = {"jukebox": COMMAND, "python": [sys.executable]}
    done = subprocess.run(
        [*own.get(words[0], words[:1]), *words[1:]],
        cwd=folder,
        env=command_environment(),
        text=True,
        check=False,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
    )
    return done.returncode, done.stdout


class Hands:
    """Types in a lab's folder what a reader would, and shows it as each system's terminal can."""

    def __init__(self, folder: Path) -> None:
        """Take the folder."""
        self.folder = folder

    def type(self, command: str, code: int = 0) -> str:
        """Run a command and return what it printed; RuntimeError if it exits with another code."""
        click.echo(f"$ {command}")
        ended, printed = run_command(shlex.split(command), self.folder)
        click.echo(printed)
        if ended != code:
            raise RuntimeError(f"{command} ended with {ended}, not with {code}.")
        return printed

    def write(self, name: str, text: str) -> None:
        """Write a file of the folder."""
        click.echo(f"(write {name})\n{text}")
        (self.folder / name).write_text(text, "utf-8")

    @contextmanager
    def serving(self) -> Iterator[str]:
        """Serve on a free port and yield the address; the service is stopped at the end."""
        from jukebox.world.scene import serving

        click.echo("$ jukebox serve --port 0 &")
        with serving(self.folder / ".jukebox") as read_address:
            address = read_address()
            click.echo(f"Serving on {address}")
            yield address
