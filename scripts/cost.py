"""Measure what each tool costs to install: `python -m scripts.cost [example ...]`.

Each tool goes into a fresh environment by itself, in the versions of its lock. What Debian ships
is counted as Debian counts it: the packages that its commands come from, without what they need.
"""

import json
import platform
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from scripts.tools import call, entries
from scripts.workspace import megabytes, record

WRITTEN = Path("docs/_data/measured/install.json")


def installed(tool):
    """The packages and megabytes that a tool brings into an empty Python environment."""
    wanted = tool.get("install", [tool["package"]] if "package" in tool else [])
    if not wanted:
        return {}
    with tempfile.TemporaryDirectory() as folder:
        call(sys.executable, "-m", "venv", "--without-pip", folder)
        before = megabytes(Path(folder))
        python = Path(folder, "bin", "python")
        if "pip" in tool:
            call(sys.executable, "-m", "pip", "--python", python, "install", "-q", tool["pip"])
        else:
            lock = f"locks/{tool['lock']}.txt"
            call("uv", "pip", "install", "-q", "--python", python, "-c", lock, *wanted)
        listed = subprocess.run(
            ["uv", "pip", "list", "--python", python, "--format", "json"],
            check=True,
            capture_output=True,
        )
        size = megabytes(Path(folder)) - before
        return {"packages": len(json.loads(listed.stdout)), "mb": round(size, 1)}


def of_debian(packages):
    """The megabytes that Debian says these packages take."""
    command = ["dpkg-query", "-W", "-f", "${Installed-Size}\n", *packages]
    told = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    return {"debian_mb": round(sum(map(int, told.split())) * 1024 / 1e6, 1)}


def main(asked):
    """Measure the tools asked for, all without a word, and write them beside the others."""
    if not shutil.which("uv"):
        sys.exit("This needs uv: pip install uv")
    figures = json.loads(WRITTEN.read_text("utf-8"))["figures"] if WRITTEN.exists() else {}
    for name, tool in entries().items():
        if asked and tool["example"] not in asked:
            continue
        cost = installed(tool)
        if "commands" in tool:
            cost |= of_debian(sorted(set(tool["commands"].values())))
        key = name.lower().replace(" & ", " and ").replace(" ", "_").replace("-", "_")
        figures |= {f"{key}_{what}": value for what, value in cost.items()}
        print(name, cost, flush=True)
    record("install", platform.python_version(), figures, "python -m scripts.cost")


if __name__ == "__main__":
    main(sys.argv[1:])
