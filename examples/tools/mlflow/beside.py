"""Jukebox's commands with an MLflow server,
and how many requests each of them makes."""

import os
from contextlib import redirect_stderr, redirect_stdout
from pathlib import Path

from jukebox.cli.main import main

COMMANDS = "train", "promote 1 --why checked", "status", "lineage 1"


def requests():
    """How many requests the server has noted."""
    return Path("server.log").read_text("utf-8").count("HTTP/1.1")


if __name__ == "__main__":
    address = os.environ["JUKEBOX_MLFLOW"] = os.environ["MLFLOW_TRACKING_URI"]
    Path("address").write_text(address)
    for command in COMMANDS:
        before = requests()
        with (
            open("said.txt", "w") as said,
            redirect_stdout(said),
            redirect_stderr(said),
        ):
            main(command.split(), standalone_mode=False)
        print(f"jukebox {command}: {requests() - before} requests")
    print(
        "kept at home:",
        *sorted(file.name for file in Path(".jukebox/registry").iterdir()),
    )
