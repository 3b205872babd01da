"""Measure what each tool costs to install: `python -m scripts.cost [example ...]`.

Each tool goes into a fresh environment by itself, in the versions of its lock; one of npm into a
folder. What Debian ships is counted as Debian counts it: the packages that hold its commands,
without what they need.
"""

import json
import platform
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path

from scripts.due import Part, Tool, every_tool, packages
from scripts.tools import choose_tools, entries, missing_packages, run_or_exit
from scripts.workspace import megabytes, record

WRITTEN = Path("docs/_data/measured/install.json")
NEEDED = {"uv": "pip install -r locks/nox.txt", "npm": "apt-get install npm"}

Cost = dict[str, float]  # "packages" and "mb", and "debian_mb" of what Debian ships


def install_tool(tool: Part) -> Cost:
    """Return the packages and megabytes that a tool brings into an empty Python environment."""
    wanted = tool.get("install", [tool["package"]] if "package" in tool else [])
    if not wanted:
        return {}
    with tempfile.TemporaryDirectory() as folder:
        bare = [] if "pip" in tool else ["--without-pip"]
        run_or_exit(sys.executable, "-m", "venv", *bare, folder)
        python = Path(folder, "bin", "python")
        before, there = megabytes(Path(folder)), list_packages(python)
        if "pip" in tool:  # uv compiles nothing either
            run_or_exit(python, "-m", "pip", "install", "-q", "--no-compile", tool["pip"])
        else:
            lock = f"locks/{tool.get('lock')}.txt"
            run_or_exit("uv", "pip", "install", "-q", "--python", python, "-c", lock, *wanted)
        size = megabytes(Path(folder)) - before
        return {"packages": len(list_packages(python) - there), "mb": round(size, 1)}


def list_packages(python: Path) -> set[str]:
    """Return the names of the packages of an environment."""
    command = ["uv", "pip", "list", "--python", python, "--format", "json"]
    output = subprocess.run(command, check=True, capture_output=True).stdout
    return {package["name"] for package in json.loads(output)}


def install_npm(lock: Path) -> Cost:
    """Return the packages and megabytes that a lock of npm brings into an empty folder."""
    with tempfile.TemporaryDirectory() as folder:
        shutil.copytree(lock, folder, dirs_exist_ok=True)
        before = megabytes(Path(folder))
        run_or_exit("npm", "ci", "--silent", "--ignore-scripts", "--prefix", folder)
        installed = json.loads(Path(folder, "node_modules/.package-lock.json").read_text("utf-8"))
        size = megabytes(Path(folder)) - before
        return {"packages": len(installed["packages"]), "mb": round(size, 1)}


def measure_debian(commands: Sequence[str]) -> Cost:
    """Return the megabytes that Debian says the packages take which hold these commands."""
    command = ["dpkg-query", "-W", "-f", "${Installed-Size}\n", *packages(commands, check=True)]
    output = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    return {"debian_mb": round(sum(map(int, output.split())) * 1024 / 1e6, 1)}


def measure_tool(tool: Tool, every: Mapping[str, Part]) -> Cost:
    """Return what a tool costs, its parts of npm and its packages of Debian included."""
    cost = install_tool(tool)
    for part in map(every.get, tool.get("parts", ())):
        if part and "lock" in part and Path("locks", part["lock"]).is_dir():
            cost |= install_npm(Path("locks", part["lock"]))
    if "commands" in tool:
        cost |= measure_debian(sorted(tool["commands"]))
    return cost


def main(asked: Sequence[str]) -> None:
    """Measure the tools asked for, all without a word, and write them beside the others."""
    for command, source in NEEDED.items():
        if not shutil.which(command):
            sys.exit(f"This needs {command}: {source}")
    tools = choose_tools(entries(), asked)
    if lacking := missing_packages(tools):
        sys.exit(f"Missing on this machine. Install: apt-get install {' '.join(lacking)}")
    figures = json.loads(WRITTEN.read_text("utf-8"))["figures"] if WRITTEN.exists() else {}
    every = every_tool()
    for name, tool in tools.items():
        cost = measure_tool(tool, every)
        key = name.lower().replace(" & ", " and ").replace(" ", "_").replace("-", "_")
        figures |= {f"{key}_{what}": value for what, value in cost.items()}
        print(name, cost, flush=True)
    record("install", platform.python_version(), figures, "python -m scripts.cost")


if __name__ == "__main__":
    main(sys.argv[1:])
