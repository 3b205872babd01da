"""Run tools' examples with their tests, on the tools themselves: `python -m scripts.tools [tool ...]`.

`docs/_data/tools.toml` names each tool's environment, lock, commands and example. The environments
are installed while there is a network; then it is cut, and the tests run. What passes is written
into `docs/_data/measured/tools.json`: seconds, the versions that no lock holds, and under `passed`
a digest of all that each result depends on.

`--all` runs all of them. Without a word `scripts/due.py` says which have to run.
"""

import hashlib
import json
import os
import platform
import re
import shutil
import subprocess
import sys
import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from scripts.due import (
    EXAMPLES,
    Part,
    Tool,
    digest_of,
    every_tool,
    files_named,
    is_shown_by_example,
    read_results,
    reasons,
)
from scripts.workspace import circumstances, record, write

Figures = dict[str, float | str]

HERE = Path(".nox", "tools").absolute()  # environments, and what examples prepare
WITH_JUKEBOX = ("tools", "deep-learning")
# Environments that not every Python here can have: the newest that can, and what has no wheel.
NEWEST = {"deep-learning": ((3, 13), "TensorFlow"), "tfx": ((3, 11), "TFX")}
VERSIONED = {"package", "debian", "asks"}  # a tool with none of these is shown by its parts
LICENCES = ("Apache", "BSD", "MIT")  # the families that cards name
OUTCOMES = ("failed", "skipped", "passed")
CUT = ("unshare", "--net"), ("unshare", "--map-root-user", "--net")
LOOPBACK = ("sh", "-c", 'ip link set lo up && exec "$@"', "sh")
OFFLINE = {  # each tool's own word for: ask nobody, tell nobody
    "CI": "true",  # DVC asks for its newest version, in the background, unless this is set
    "DO_NOT_TRACK": "1",
    "DVC_NO_ANALYTICS": "1",
    "FEAST_USAGE": "False",
    "GIT_CONFIG_GLOBAL": os.devnull,
    "MLFLOW_DISABLE_TELEMETRY": "true",
    "ORT_DISABLE_TELEMETRY": "1",
    "TFX_DISABLE_TELEMETRY": "1",
    "WANDB_ERROR_REPORTING": "false",
    "WANDB_MODE": "offline",
}


@dataclass(frozen=True)
class Outcome:
    """What became of an example, as the `conftest.py` of the examples writes it into JSON.

    By the tool's name: its version (None where there was none to be seen) and its package's licence.
    """

    passed: int = 0
    failed: int = 0
    skipped: int = 0
    seconds: float = 0
    typed: Sequence[str] = ()  # the transcripts that a test typed
    versions: Mapping[str, str | None] = field(default_factory=dict)
    figures: Mapping[str, float | str] = field(default_factory=dict)
    licences: Mapping[str, str] = field(default_factory=dict)


# What the examples' conftest wrote of each: `Outcome` has the names and types of its values.
Results = dict[str, dict[str, Any]]


def entries() -> dict[str, Tool]:
    """Return every tool that has an example, by name; the tools that it uses are under `parts`."""
    return {name: tool for name, tool in every_tool().items() if is_shown_by_example(tool)}


def choose_tools(tools: Mapping[str, Tool], asked: Iterable[str]) -> dict[str, Tool]:
    """Return the tools that are asked for, by name or by the name of their example.

    All by `--all`, or without a word.
    """
    known = {word.lower() for name, tool in tools.items() for word in (name, tool["example"])}
    known.add("--all")
    words = {word.lower() for word in asked}
    if unknown := words - known:
        sys.exit(f"There is no tool {min(unknown)!r}. These are: {', '.join(sorted(known))}.")
    return {
        name: tool
        for name, tool in tools.items()
        if not words or {"--all", name.lower(), tool["example"]} & words
    }


def missing_packages(tools: Mapping[str, Tool]) -> list[str]:
    """Return the Debian packages whose commands are not on this machine."""
    commands = {k: v for tool in tools.values() for k, v in tool.get("commands", {}).items()}
    return sorted({package for command, package in commands.items() if not shutil.which(command)})


def run_or_exit(*command: str | Path) -> None:
    """Run a command; end with its words if it fails."""
    if subprocess.run([*map(str, command)]).returncode:
        sys.exit(f"This failed: {' '.join(map(str, command))}")


def find_stale(stamp: Path, files: Iterable[Path], *others: str) -> str:
    """Return the digest that a stamp should hold, or nothing if it holds it.

    It is of some files, and of the Python and the folder: environments have both written into them.
    """
    content = [sys.version, str(HERE), *others]
    content += [(str(file), file.read_bytes()) for file in sorted(files) if file.is_file()]
    digest = hashlib.sha256(repr(content).encode()).hexdigest()
    return digest if not stamp.exists() or stamp.read_text() != digest else ""


def files_of_jukebox() -> list[Path]:
    """Return every file that goes into Jukebox's wheel, and the one that says what a wheel is."""
    files = Path("examples", "jukebox").rglob("*")
    without = {"deploy", "__pycache__"}
    return [Path("pyproject.toml"), *(file for file in files if not without & set(file.parts))]


def make_environment(name: str) -> Path:
    """Make an environment as its lock has it, unless it is there; return its Python."""
    folder, lock = HERE / name, Path("locks", f"{name}.txt")
    python, stamp = folder / "bin" / "python", folder / "installed.txt"
    tools = entries().values()
    loose = [tool["pip"] for tool in tools if tool["environment"] == name and "pip" in tool]
    if digest := find_stale(
        stamp, [lock, *(files_of_jukebox() if name in WITH_JUKEBOX else ())], *loose
    ):
        shutil.rmtree(folder, ignore_errors=True)
        run_or_exit(sys.executable, "-m", "venv", folder)
        pip = (python, "-m", "pip", "--disable-pip-version-check", "install", "-q")
        fast = ("uv", "pip", "install", "-q", "--python", python) if shutil.which("uv") else pip
        run_or_exit(*fast, "--require-hashes", "-r", lock)
        if name in WITH_JUKEBOX:
            run_or_exit(*fast, "--no-deps", "--no-build-isolation", ".")
        for requirement in loose:  # with pip: on some machines it finds the build without CUDA
            run_or_exit(*pip, requirement)
        stamp.write_text(digest)
    return python


def prepare_example(tool: Tool, python: Path) -> bool:
    """Run an example's `prepare.sh`, which may use the network; tell whether all is there.

    Once for each content of it, of its environment, and of the repository's files that it names.
    """
    script = EXAMPLES / tool["example"] / "prepare.sh"
    if not script.exists():
        return True
    cache = HERE / "prepared" / tool["example"]
    stamp = cache / "made-of.txt"
    files = [script, *files_named(script.read_text("utf-8"), Path())]
    if digest := find_stale(stamp, [*files, python.parents[1] / "installed.txt"]):
        shutil.rmtree(cache, ignore_errors=True)
        cache.mkdir(parents=True)
        variables = os.environ | {"PYTHON": str(python)}
        if subprocess.run(["bash", "-eu", script, cache], env=variables).returncode:
            print(f"{script} failed, so its example does not run.", flush=True)
            return False
        stamp.write_text(digest)
    return True


def find_cut() -> tuple[str, ...]:
    """Return the command that runs another without any network but loopback; empty if none can."""
    for command in CUT:
        if shutil.which("unshare") and shutil.which("ip"):
            tried = subprocess.run([*command, *LOOPBACK, "true"], capture_output=True)
            if tried.returncode == 0:
                return (*command, *LOOPBACK)
    return ()


def run_examples(
    name: str, tools: Mapping[str, Tool], python: Path, wall: Sequence[str]
) -> Results:
    """Run the tests of one environment's tools; return what became of each example."""
    results = HERE / f"{name}.json"
    results.unlink(missing_ok=True)
    folders = sorted({str(EXAMPLES / tool["example"]) for tool in tools.values()})
    command = (*wall, python, "-m", "pytest", "-p", "no:cacheprovider", *folders)
    variables = {"TOOLS_RESULTS": str(results), "TOOLS_PREPARED": str(HERE / "prepared")}
    path = os.pathsep.join([str(python.parent), os.environ["PATH"]])
    subprocess.run([*map(str, command)], env=os.environ | OFFLINE | variables | {"PATH": path})
    return json.loads(results.read_text()) if results.exists() else {}


def pinned_version(tool: Part) -> str | None:
    """Return the version that a tool's lock has, or None for one that no lock holds."""
    if "lock" not in tool or "package" not in tool:
        return None
    name, folder = tool["package"], Path("locks", tool["lock"])
    if folder.is_dir():
        packages = json.loads((folder / "package-lock.json").read_text("utf-8"))["packages"]
        return packages[f"node_modules/{name}"]["version"]
    lock = folder.with_suffix(".txt")
    pin = re.search(rf"^{re.escape(name)}==(\S+)", lock.read_text("utf-8"), re.M)
    if not pin:
        raise LookupError(f"docs/_data/tools.toml has {name} in {lock}, which does not pin it")
    return pin[1]


def version_faults(versions: Mapping[str, str | None], every: Mapping[str, Part]) -> Iterator[str]:
    """Say which tools were not there in the version of their lock, or in any."""
    for name, found in versions.items():
        wanted = pinned_version(every[name])
        if VERSIONED & set(every[name]) and not (found and found == (wanted or found)):
            yield f"{name}: {found or 'no version'} was here, not {wanted or 'any'}"


def outcome_faults(name: str, tool: Tool, outcome: Outcome) -> Iterator[str]:
    """Say where a tool's licence is not that of its card, and which of its tests did not pass."""
    card, found = tool.get("licence", ""), outcome.licences.get(name)
    if found and not any(card.startswith(one) and one in found for one in LICENCES):
        yield f"{name}: its card says {card}, its package {found}"
    if not outcome.passed or outcome.failed or outcome.skipped:
        yield f"{name}: " + ", ".join(f"{getattr(outcome, what)} {what}" for what in OUTCOMES)
        return
    transcripts = {file.name for file in (EXAMPLES / tool["example"]).glob("*.console")}
    if untyped := transcripts - set(outcome.typed):
        yield f"{name}: no test typed {', '.join(sorted(untyped))}"


def report_tools(
    tools: Mapping[str, Tool], results: Results, every: Mapping[str, Part]
) -> tuple[Figures, list[str]]:
    """Print what each tool was and took; return the figures, and the sentences of what is wrong."""
    figures: Figures = {}
    wrong: list[str] = []
    print(f"\n{'tool':18}{'version':30}{'seconds':>8}  what was real")
    for name, tool in tools.items():
        outcome = Outcome(**results.get(tool["example"], {}))
        versions = {part: outcome.versions.get(part) for part in (name, *tool.get("parts", ()))}
        wrong += [*version_faults(versions, every), *outcome_faults(name, tool, outcome)]
        figures |= {
            f"{part.lower()}_version": found
            for part, found in versions.items()
            if found and not pinned_version(every[part])
        }
        figures |= outcome.figures
        figures[f"{tool['example'].replace('-', '_')}_s"] = round(outcome.seconds, 1)
        words = (
            f"{'' if part == name else part} {found or ''}".strip()
            for part, found in versions.items()
        )
        shown = ", ".join(filter(None, words))
        print(f"{name:18}{shown:30}{outcome.seconds:8.1f}  {tool['here']}")
    return figures, wrong


def keep_results(digests: Mapping[str, str], figures: Figures, anew: bool) -> None:
    """Write the digests of the examples that passed, and figures: a new record, or into the old."""
    python = platform.python_version()
    passed = {name: circumstances(python) | {"digest": now} for name, now in digests.items()}
    if anew:
        record("tools", python, figures, "nox -s tools -- --all", passed=passed)
    else:
        old = read_results()
        passed = old.get("passed", {}) | passed
        write("tools", old | {"figures": old["figures"] | figures, "passed": passed})


def leave_out(tools: Mapping[str, Tool], reasons: Mapping[str, str]) -> dict[str, Tool]:
    """Leave out the tools that need not run, and those that this Python cannot have; say which.

    reasons: of each example, why it has to run; empty where it need not.
    """
    for example, reason in reasons.items():
        runs = f"runs: {reason}" if reason else "does not run: nothing has changed since it passed"
        print(f"{example:22}{runs}", flush=True)
    due = {name: tool for name, tool in tools.items() if reasons[tool["example"]]}
    if lacking := missing_packages(due):
        sys.exit(f"Missing on this machine. Install: apt-get install {' '.join(lacking)}")
    for name, (newest, what) in NEWEST.items():
        its = {key for key, tool in due.items() if tool["environment"] == name}
        if its and sys.version_info[:2] > newest:
            most, here = (f"{major}.{minor}" for major, minor in (newest, sys.version_info[:2]))
            print(f"{what} runs on Python {most} at most, and this is {here}: run nox from it.")
            due = {key: tool for key, tool in due.items() if key not in its}
    return due


def run_all(tools: Mapping[str, Tool], wall: Sequence[str]) -> Results:
    """Run the examples of each environment after the other; return what became of each."""
    results: Results = {}
    for name in dict.fromkeys(tool["environment"] for tool in tools.values()):
        its = {key: tool for key, tool in tools.items() if tool["environment"] == name}
        python = make_environment(name)
        if ready := {key: tool for key, tool in its.items() if prepare_example(tool, python)}:
            results |= run_examples(name, ready, python, wall)
    return results


def main(asked: Sequence[str]) -> None:
    """Run the examples that are asked for; without a word, those that are due."""
    # uv may have been installed beside nox, in a folder that nobody put on PATH.
    os.environ["PATH"] += os.pathsep + str(Path(sys.executable).parent)
    every = entries()
    wanted = choose_tools(every, asked)
    # Of what is there now, whatever is edited while they run.
    digests = {tool["example"]: digest_of(tool["example"]) for tool in wanted.values()}
    why = dict.fromkeys(digests, "it was asked for") if asked else reasons(digests)
    tools = leave_out(wanted, why)
    if not tools:
        sys.exit(1 if asked else 0)
    wall = find_cut()
    if not wall:
        print("The network could not be cut: that needs Linux, `unshare` and `ip` (iproute2).")
    start = time.monotonic()
    figures, wrong = report_tools(tools, run_all(tools, wall), every_tool())
    took = time.monotonic() - start
    if wrong:
        sys.exit("\n".join(["", *wrong]))
    print(f"\n{len(tools)} of {len(every)} tools in {took:.0f} s, environments included.")
    proved = {tool["example"] for tool in tools.values()} if wall else ()  # uncut, it proves less
    anew = len(tools) == len(every)  # what is of all is measured by a run of all
    if anew:
        cut_off = "yes" if wall else "no"
        figures |= {"tools": len(tools), "all_s": round(took), "network_cut": cut_off}
    keep_results({name: now for name, now in digests.items() if name in proved}, figures, anew)


if __name__ == "__main__":
    main(sys.argv[1:])
