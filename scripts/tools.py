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
from pathlib import Path

from scripts.due import EXAMPLES, digest_of, every_tool, files_named, reasons, recorded
from scripts.workspace import circumstances, record, write

HERE = Path(".nox", "tools").absolute()  # environments, and what examples prepare
WITH_JUKEBOX = ("tools", "deep-learning")
# Environments that not every Python here can have: the newest that can, and what has no wheel.
NEWEST = {"deep-learning": ((3, 13), "TensorFlow"), "tfx": ((3, 11), "TFX")}
VERSIONED = {"package", "debian", "asks"}  # a tool with none of these is shown by its parts
LICENCES = ("Apache", "BSD", "MIT")  # the families that cards name
OUTCOMES = ("failed", "skipped", "passed")
NOTHING = dict.fromkeys((*OUTCOMES, "seconds"), 0)  # of an example whose tests did not run
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


def entries():
    """Every tool that has an example, by name; the tools that it uses are under `parts`."""
    return {name: tool for name, tool in every_tool().items() if "example" in tool}


def chosen(tools, asked):
    """The tools that are asked for, by name or by the name of their example.

    All by `--all`, or without a word.
    """
    known = {word.lower() for name, tool in tools.items() for word in (name, tool["example"])}
    known.add("--all")
    if unknown := {word.lower() for word in asked} - known:
        sys.exit(f"There is no tool {min(unknown)!r}. These are: {', '.join(sorted(known))}.")
    asked = {word.lower() for word in asked}
    return {
        name: tool
        for name, tool in tools.items()
        if not asked or {"--all", name.lower(), tool["example"]} & asked
    }


def missing(tools):
    """The Debian packages whose commands are not on this machine."""
    commands = {k: v for tool in tools.values() for k, v in tool.get("commands", {}).items()}
    return sorted({package for command, package in commands.items() if not shutil.which(command)})


def call(*command):
    """Run a command; end with its words if it fails."""
    if subprocess.run([*map(str, command)]).returncode:
        sys.exit(f"This failed: {' '.join(map(str, command))}")


def stale(stamp, files, *others):
    """Return the digest that a stamp should hold, or nothing if it holds it.

    It is of some files, and of the Python and the folder: environments have both written into them.
    """
    content = [sys.version, str(HERE), *others]
    content += [(str(file), file.read_bytes()) for file in sorted(files) if file.is_file()]
    digest = hashlib.sha256(repr(content).encode()).hexdigest()
    return digest if not stamp.exists() or stamp.read_text() != digest else ""


def jukebox():
    """Every file that goes into Jukebox's wheel, and the one that says what a wheel is."""
    files = Path("examples", "jukebox").rglob("*")
    without = {"deploy", "__pycache__"}
    return [Path("pyproject.toml"), *(file for file in files if not without & set(file.parts))]


def environment(name):
    """Make an environment as its lock has it, unless it is there; return its Python."""
    folder, lock = HERE / name, Path("locks", f"{name}.txt")
    python, stamp = folder / "bin" / "python", folder / "installed.txt"
    tools = entries().values()
    loose = [tool["pip"] for tool in tools if tool["environment"] == name and "pip" in tool]
    if digest := stale(stamp, [lock, *(jukebox() if name in WITH_JUKEBOX else ())], *loose):
        shutil.rmtree(folder, ignore_errors=True)
        call(sys.executable, "-m", "venv", folder)
        pip = (python, "-m", "pip", "--disable-pip-version-check", "install", "-q")
        fast = ("uv", "pip", "install", "-q", "--python", python) if shutil.which("uv") else pip
        call(*fast, "--require-hashes", "-r", lock)
        if name in WITH_JUKEBOX:
            call(*fast, "--no-deps", "--no-build-isolation", ".")
        for requirement in loose:  # with pip: on some machines it finds the build without CUDA
            call(*pip, requirement)
        stamp.write_text(digest)
    return python


def prepare(tool, python):
    """Run an example's `prepare.sh`, which may use the network; tell whether all is there.

    Once for each content of it, of its environment, and of the repository's files that it names.
    """
    script = EXAMPLES / tool["example"] / "prepare.sh"
    if not script.exists():
        return True
    cache = HERE / "prepared" / tool["example"]
    stamp = cache / "made-of.txt"
    files = [script, *files_named(script.read_text("utf-8"), Path())]
    if digest := stale(stamp, [*files, python.parents[1] / "installed.txt"]):
        shutil.rmtree(cache, ignore_errors=True)
        cache.mkdir(parents=True)
        variables = os.environ | {"PYTHON": str(python)}
        if subprocess.run(["bash", "-eu", script, cache], env=variables).returncode:
            print(f"{script} failed, so its example does not run.", flush=True)
            return False
        stamp.write_text(digest)
    return True


def cut():
    """The command that runs another without any network but loopback; empty if none can."""
    for command in CUT:
        if shutil.which("unshare") and shutil.which("ip"):
            tried = subprocess.run([*command, *LOOPBACK, "true"], capture_output=True)
            if tried.returncode == 0:
                return (*command, *LOOPBACK)
    return ()


def run(name, tools, python, wall):
    """Run the tests of one environment's tools; return what became of each example."""
    results = HERE / f"{name}.json"
    results.unlink(missing_ok=True)
    folders = sorted({str(EXAMPLES / tool["example"]) for tool in tools.values()})
    command = (*wall, python, "-m", "pytest", "-p", "no:cacheprovider", *folders)
    variables = {"TOOLS_RESULTS": str(results), "TOOLS_PREPARED": str(HERE / "prepared")}
    path = os.pathsep.join([str(python.parent), os.environ["PATH"]])
    subprocess.run([*map(str, command)], env=os.environ | OFFLINE | variables | {"PATH": path})
    return json.loads(results.read_text()) if results.exists() else {}


def pinned(tool):
    """The version that a tool's lock has, or None for one that no lock holds."""
    if not {"lock", "package"} <= set(tool):
        return None
    if (folder := Path("locks", tool["lock"])).is_dir():
        packages = json.loads((folder / "package-lock.json").read_text("utf-8"))["packages"]
        return packages[f"node_modules/{tool['package']}"]["version"]
    lock = folder.with_suffix(".txt").read_text("utf-8")
    return re.search(rf"^{re.escape(tool['package'])}==(\S+)", lock, re.M)[1]


def table(tools, results, every):
    """Print what each tool was and took; return the figures, and the sentences of what is wrong."""
    figures, wrong = {}, []
    print(f"\n{'tool':18}{'version':30}{'seconds':>8}  what was real")
    for name, tool in tools.items():
        result = {"versions": {}, "figures": {}, "typed": (), "licences": {}} | NOTHING
        result |= results.get(tool["example"], {})
        transcripts = {file.name for file in (EXAMPLES / tool["example"]).glob("*.console")}
        shown = []
        for part in (name, *tool.get("parts", ())):
            ran = result["versions"].get(part)
            want = pinned(every[part])
            if VERSIONED & set(every[part]) and not (ran and ran == (want or ran)):
                wrong.append(f"{part}: {ran or 'no version'} was here, not {want or 'any'}")
            if not want and ran:
                figures[f"{part.lower()}_version"] = ran
            shown.append((f"{part} " if part != name else "") + (ran or ""))
        card, told = tool.get("licence", ""), result["licences"].get(name)
        if told and not any(card.startswith(one) and one in told for one in LICENCES):
            wrong.append(f"{name}: its card says {card}, its package {told}")
        figures |= result["figures"]
        figures[f"{tool['example'].replace('-', '_')}_s"] = round(result["seconds"], 1)
        if not result["passed"] or result["failed"] or result["skipped"]:
            wrong.append(f"{name}: " + ", ".join(f"{result[what]} {what}" for what in OUTCOMES))
        elif untyped := transcripts - set(result["typed"]):
            wrong.append(f"{name}: no test typed {', '.join(sorted(untyped))}")
        versions = ", ".join(filter(None, map(str.strip, shown)))
        print(f"{name:18}{versions:30}{result['seconds']:8.1f}  {tool['here']}")
    return figures, wrong


def keep(digests: dict[str, str], figures: dict[str, float | str], anew: bool) -> None:
    """Write the digests of the examples that passed, and figures: a new record, or into the old."""
    python = platform.python_version()
    passed = {name: circumstances(python) | {"digest": now} for name, now in digests.items()}
    if anew:
        record("tools", python, figures, "nox -s tools -- --all", passed=passed)
    else:
        old = recorded()
        passed = old.get("passed", {}) | passed
        write("tools", old | {"figures": old["figures"] | figures, "passed": passed})


def main(asked):
    """Run the examples that are asked for; without a word, those that are due."""
    # uv may have been installed beside nox, in a folder that nobody put on PATH.
    os.environ["PATH"] += os.pathsep + str(Path(sys.executable).parent)
    tools = chosen(entries(), asked)
    # Of what is there now, whatever is edited while they run.
    digests = {tool["example"]: digest_of(tool["example"]) for tool in tools.values()}
    why = dict.fromkeys(digests, "it was asked for") if asked else reasons(digests)
    for example, reason in why.items():
        runs = f"runs: {reason}" if reason else "does not run: nothing has changed since it passed"
        print(f"{example:22}{runs}", flush=True)
    tools = {name: tool for name, tool in tools.items() if why[tool["example"]]}
    if lacking := missing(tools):
        sys.exit(f"Missing on this machine. Install: apt-get install {' '.join(lacking)}")
    for name, (newest, what) in NEWEST.items():
        if sys.version_info[:2] > newest and name in {t["environment"] for t in tools.values()}:
            its, here = (f"{major}.{minor}" for major, minor in (newest, sys.version_info[:2]))
            print(f"{what} runs on Python {its} at most, and this is {here}: run nox from it.")
            tools = {key: tool for key, tool in tools.items() if tool["environment"] != name}
    if not tools:
        sys.exit(1 if asked else 0)
    wall = cut()
    if not wall:
        print("The network could not be cut: that needs Linux, `unshare` and `ip` (iproute2).")
    results, start = {}, time.monotonic()
    for name in dict.fromkeys(tool["environment"] for tool in tools.values()):
        its = {key: tool for key, tool in tools.items() if tool["environment"] == name}
        python = environment(name)
        its = {key: tool for key, tool in its.items() if prepare(tool, python)}
        if its:
            results |= run(name, its, python, wall)
    figures, wrong = table(tools, results, every_tool())
    took = time.monotonic() - start
    if wrong:
        sys.exit("\n".join(["", *wrong]))
    print(f"\n{len(tools)} of {len(entries())} tools in {took:.0f} s, environments included.")
    ran = {tool["example"] for tool in tools.values()} if wall else ()  # uncut, it proves less
    anew = len(tools) == len(entries())  # what is of all is measured by a run of all
    if anew:
        cut_off = "yes" if wall else "no"
        figures |= {"tools": len(tools), "all_s": round(took), "network_cut": cut_off}
    keep({name: now for name, now in digests.items() if name in ran}, figures, anew)


if __name__ == "__main__":
    main(sys.argv[1:])
