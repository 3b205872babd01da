"""Measure Spark beside one process, rows a second: `nox -s bench -- spark`."""

import json
import platform
import subprocess
import sys

from scripts.tools import entries, make_environment, missing_packages
from scripts.workspace import record

SPEED = "examples/jukebox/deploy/spark_speed.py"


def main() -> None:
    """Run the measurement with the tools' own Python, and write down what it prints."""
    if packages := missing_packages({"Spark": entries()["Spark"]}):
        sys.exit(f"Missing on this machine. Install: apt-get install {' '.join(packages)}")
    python = make_environment("tools")
    done = subprocess.run([python, SPEED], check=True, stdout=subprocess.PIPE, text=True)
    figures = json.loads(done.stdout.splitlines()[-1])
    record("spark", platform.python_version(), figures, "nox -s bench -- spark")


if __name__ == "__main__":
    main()
