"""A copy of a home's data elsewhere, by DVC."""

import os
import subprocess
from pathlib import Path

import click

from jukebox.cli.terminal import hide_passwords


def push_data(home: Path, remote: str) -> None:
    """Let DVC track the data of a home and copy it to a remote; from there, `dvc pull`."""

    def dvc(*words: str) -> None:
        own = os.environ | {"DVC_NO_ANALYTICS": "true"}  # it would report to its makers
        done = subprocess.run(["dvc", *words], cwd=home, env=own, capture_output=True, text=True)
        if done.returncode:
            raise ValueError(f"dvc {words[0]}: {(done.stderr or done.stdout).strip()}")

    try:
        if not (home / ".dvc").is_dir():
            dvc("init", "--quiet", "--no-scm")
        # A folder is meant as you typed it, from here and not from the home.
        remote = str(Path(remote).resolve()) if "://" not in remote else remote
        dvc("remote", "add", "--quiet", "--force", "--default", "jukebox", remote)
        dvc("add", "--quiet", "data")
        dvc("push", "--quiet")
    except FileNotFoundError:
        raise ValueError("dvc is not installed: pip install dvc, then try again.") from None
    click.echo(f"Copied to {hide_passwords(remote)}: dvc pull brings it back.", err=True)
