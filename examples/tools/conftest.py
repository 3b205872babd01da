"""What the tools' tests share:
a terminal that types what a page shows, and a record of each run."""

import json
import os
import re
import signal
import subprocess
import sys
import time
import tomllib
from collections import defaultdict
from contextlib import suppress
from importlib import metadata
from pathlib import Path
from shutil import copytree, ignore_patterns

import pytest

ROOT = Path(__file__).parents[2]
TOOLS = tomllib.loads((ROOT / "docs/_data/tools.toml").read_text("utf-8"))["tool"]
PREPARED = Path(os.environ.get("TOOLS_PREPARED", ROOT / ".nox/tools/prepared"))
HANGS = 600  # seconds after which a command, or what it has started, has no end

# Whoever started pytest may have a Jukebox, a server or a cluster of their own:
# not for a test.
for name in [
    name
    for name in os.environ
    if name.startswith(("JUKEBOX_", "MLFLOW_TRACKING_", "SPARK_"))
]:
    del os.environ[name]

# This environment's own commands come first.
os.environ["PATH"] = os.pathsep.join(
    [str(Path(sys.executable).parent), os.environ["PATH"]]
)


@pytest.fixture
def here(request, tmp_path, monkeypatch):
    """A copy of the example's folder, in which it may write, and a home;
    both are left by all."""
    monkeypatch.setenv("HOME", str(tmp_path))
    for name in ("XDG_CACHE_HOME", "XDG_CONFIG_HOME", "XDG_DATA_HOME"):
        monkeypatch.delenv(name, raising=False)
    folder = copytree(
        request.path.parent, tmp_path / "example", ignore=ignore_patterns("__pycache__")
    )
    yield folder
    end = time.monotonic() + HANGS
    while (left := inside(tmp_path)) and time.monotonic() < end:
        time.sleep(0.1)
    for process in left:
        with suppress(ProcessLookupError):
            os.kill(process, signal.SIGKILL)
    assert not left, f"after {HANGS} seconds these still ran: {left}"


def inside(folder):
    """Return the words of each process that works in a folder, by its number."""
    found = {}
    for process in Path("/proc").glob("[0-9]*"):
        with suppress(OSError):  # it has ended, or is somebody else's
            if (process / "cwd").readlink().is_relative_to(folder):
                found[int(process.name)] = (
                    (process / "cmdline").read_text().replace("\0", " ")
                )
    return found


@pytest.fixture
def prepared(request):
    """The folder of what the example's `prepare.sh` fetched
    while there was a network."""
    return PREPARED / request.path.parent.name


def matches(shown, printed):
    """Tell whether a command printed what is shown, whatever the white space."""
    words = (" ".join(line.split()) for line in shown.splitlines() if line.strip())
    expected = "".join(
        "(?:.* )?" if line == "..." else re.escape(line).replace(r"\.\.\.", ".*") + " "
        for line in words
    )
    return re.fullmatch(expected, " ".join([*printed.split(), ""])) is not None


@pytest.fixture
def typed(request, here, prepared):
    """Type each `$ ` line of a transcript and compare what it prints;
    return the exit codes.

    `...` stands for anything, a line of it for any lines or none: which warnings a
    library prints depends on the machine. Output and errors come as one, as in a
    terminal.
    """

    def type_(name):
        lines = (here / name).read_text("utf-8").splitlines()
        starts = [n for n, line in enumerate(lines) if line.startswith("$ ")]
        assert starts[:1] == [0], f"{name} does not begin with a line that is typed"
        codes = []
        for start, end in zip(starts, [*starts[1:], len(lines)], strict=True):
            done = subprocess.run(
                ["bash", "-c", lines[start][2:]],
                cwd=here,
                env=os.environ
                | {"PREPARED": str(prepared), "NO_COLOR": "1", "PYTHONUNBUFFERED": "1"},
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                text=True,
                timeout=HANGS,
            )
            shown = "".join(f"{line}\n" for line in lines[start + 1 : end])
            assert matches(shown, done.stdout), (
                f"{name} shows\n{shown}\nand {lines[start]} prints\n{done.stdout}"
            )
            codes.append(done.returncode)
        RUNS[request.path.parent.name]["typed"].append(name)
        return codes

    return type_


@pytest.fixture
def figures(request):
    """What the example measured, by name:
    whatever a test puts in is kept in the record."""
    return RUNS[request.path.parent.name]["figures"]


def version(tool):
    """The version of a tool that this environment or this machine has, or None."""
    if "debian" in tool:
        command = ["dpkg-query", "-W", "-f", "${Version}", tool["debian"]]
        told = subprocess.run(command, capture_output=True, text=True).stdout
        return re.sub(r"^\d+:|[-+~].*", "", told) or None
    if "asks" in tool:
        command, *words = tool["asks"].split()
        if not (PREPARED / command).exists():
            return None
        told = subprocess.run(
            [PREPARED / command, *words], capture_output=True, text=True
        ).stdout
        return re.search(r"\d+\.\d+\.\d+", told)[0]
    if "package" not in tool:
        return None
    found = sorted(PREPARED.glob(f"*/node_modules/{tool['package']}/package.json"))
    if found:
        return json.loads(found[0].read_text("utf-8"))["version"]
    try:
        return metadata.version(tool["package"])
    except metadata.PackageNotFoundError:
        return None


def licence(tool):
    """What a tool's package says of its licence, or nothing:
    not every tool is a package here."""
    try:
        about = metadata.metadata(tool.get("package", ""))
    except (metadata.PackageNotFoundError, ValueError):
        return ""
    fields = ("License-Expression", "License", "Classifier")
    said = [line for field in fields for line in about.get_all(field, [])]
    return " ".join(
        line.partition("\n")[0] for line in said if "Programming" not in line
    )


NOTHING = {"passed": 0, "failed": 0, "skipped": 0, "seconds": 0.0}
RUNS = defaultdict(
    lambda: NOTHING | {"typed": [], "versions": {}, "figures": {}, "licences": {}}
)


def pytest_runtest_logreport(report):
    """Note what became of a test, and what it took."""
    run = RUNS[Path(report.nodeid.partition("::")[0]).parent.name]
    run["seconds"] += report.duration
    if report.when == "call" or not report.passed:
        run[report.outcome] += 1


def pytest_sessionfinish():
    """Write the record where `scripts/tools.py` asked for it."""
    for name, tool in TOOLS.items():
        if tool.get("example") in RUNS:
            versions = {
                part: version(TOOLS[part]) for part in (name, *tool.get("parts", ()))
            }
            RUNS[tool["example"]]["versions"] |= versions
            RUNS[tool["example"]]["licences"] |= {name: licence(tool)}
    if "TOOLS_RESULTS" in os.environ:
        Path(os.environ["TOOLS_RESULTS"]).write_text(json.dumps(RUNS), "utf-8")
