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
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from importlib import metadata
from pathlib import Path
from shutil import copytree, ignore_patterns
from typing import Any, TypedDict

import pytest

from scripts.transcripts import prints_what_is_shown, read_commands, run

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


class Run(TypedDict):
    """What became of the tests of one example."""

    passed: int
    failed: int
    skipped: int
    seconds: float
    typed: list[str]  # the transcripts
    versions: dict[str, str | None]
    figures: dict[str, int | float | str]
    licences: dict[str, str]


def nothing() -> Run:
    """Return what is known of an example before its first test."""
    return {
        "passed": 0,
        "failed": 0,
        "skipped": 0,
        "seconds": 0.0,
        "typed": [],
        "versions": {},
        "figures": {},
        "licences": {},
    }


Tool = Mapping[str, Any]  # an entry of tools.toml, as its schema has it
RUNS: defaultdict[str, Run] = defaultdict(nothing)  # by the folder of the example


@pytest.fixture
def here(
    request: pytest.FixtureRequest,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> Iterator[Path]:
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
    while (left := processes_in(tmp_path)) and time.monotonic() < end:
        time.sleep(0.1)
    for process in left:
        with suppress(ProcessLookupError):
            os.kill(process, signal.SIGKILL)
    assert not left, f"after {HANGS} seconds these still ran: {left}"


def processes_in(folder: Path) -> dict[int, str]:
    """Return the words of each process that works in a folder, by its number."""
    words = {}
    for process in Path("/proc").glob("[0-9]*"):
        with suppress(OSError):  # it has ended, or is somebody else's
            if (process / "cwd").readlink().is_relative_to(folder):
                words[int(process.name)] = (
                    (process / "cmdline").read_text().replace("\0", " ")
                )
    return words


@pytest.fixture
def prepared(request: pytest.FixtureRequest) -> Path:
    """The folder of what the example's `prepare.sh` fetched
    while there was a network."""
    return PREPARED / request.path.parent.name


@pytest.fixture
def typed(
    request: pytest.FixtureRequest, here: Path, prepared: Path
) -> Callable[[str], list[int]]:
    """Type each command of a transcript and compare what it prints;
    return the exit codes.

    `...` stands for anything, a line of it for any lines or none: which warnings a
    library prints depends on the machine. Output and errors come as one, as in a
    terminal.
    """
    own = {"PREPARED": str(prepared), "NO_COLOR": "1", "PYTHONUNBUFFERED": "1"}

    def type_transcript(name: str) -> list[int]:
        """Type one transcript of the example's folder."""
        text, codes = (here / name).read_text("utf-8"), []
        assert text.startswith("$ "), f"{name} does not begin with a line that is typed"
        for command in read_commands(text):
            words = ["bash", "-c", command.words]
            code, printed = run(words, here, os.environ | own, HANGS)
            assert prints_what_is_shown(printed, command.shown), (
                f"{name} shows\n{command.shown}\n"
                f"and $ {command.words} prints\n{printed}"
            )
            codes.append(code)
        RUNS[request.path.parent.name]["typed"].append(name)
        return codes

    return type_transcript


@pytest.fixture
def figures(request: pytest.FixtureRequest) -> dict[str, int | float | str]:
    """What the example measured, by name:
    whatever a test puts in is kept in the record."""
    return RUNS[request.path.parent.name]["figures"]


def version(tool: Tool) -> str | None:
    """The version of a tool that this environment or this machine has, or None."""
    if "debian" in tool:
        command = ["dpkg-query", "-W", "-f", "${Version}", tool["debian"]]
        printed = subprocess.run(command, capture_output=True, text=True).stdout
        return re.sub(r"^\d+:|[-+~].*", "", printed) or None
    if "asks" in tool:
        program, *words = tool["asks"].split()
        if not (PREPARED / program).exists():
            return None
        printed = subprocess.run(
            [PREPARED / program, *words], capture_output=True, text=True
        ).stdout
        number = re.search(r"\d+\.\d+\.\d+", printed)
        assert number, f"{tool['asks']} prints no version, but {printed!r}"
        return number[0]
    if "package" not in tool:
        return None
    found = sorted(PREPARED.glob(f"*/node_modules/{tool['package']}/package.json"))
    if found:
        return json.loads(found[0].read_text("utf-8"))["version"]
    try:
        return metadata.version(tool["package"])
    except metadata.PackageNotFoundError:
        return None


def licence(tool: Tool) -> str:
    """What a tool's package says of its licence, or nothing:
    not every tool is a package here."""
    try:
        about = metadata.metadata(tool.get("package", ""))
    except (metadata.PackageNotFoundError, ValueError):
        return ""
    fields = ("License-Expression", "License", "Classifier")
    lines = [line for field in fields for line in about.get_all(field, [])]
    return " ".join(
        line.partition("\n")[0] for line in lines if "Programming" not in line
    )


def pytest_runtest_logreport(report: pytest.TestReport) -> None:
    """Note what became of a test, and what it took."""
    of_example = RUNS[Path(report.nodeid.partition("::")[0]).parent.name]
    of_example["seconds"] += report.duration
    if report.when == "call" or not report.passed:
        of_example[report.outcome] += 1


def pytest_sessionfinish() -> None:
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
