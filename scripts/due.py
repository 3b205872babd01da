"""Which tools have to run, and why: those of which something has changed, and a fifth of the others.

A result depends on files, on this Python and on Debian's packages. One digest of all these stands
beside each result that passed. Whoever edits a page can edit its digest as well, so a digest is
believed only where nothing differs from the commit that the tree is compared with, the base.
"""

import hashlib
import json
import os
import re
import shutil
import subprocess
import sys
import tomllib
from collections.abc import Iterable
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Required, TypedDict, TypeGuard

from scripts.records import closure, meaning

ROOT = Path()  # the session runs there
EXAMPLES = Path("examples", "tools")
WRITTEN = Path("docs", "_data", "measured", "tools.json")
BASE = "TOOLS_BASE"  # the variable by which CI names the commit that a change is compared with
BRANCHES = ("upstream/main", "origin/HEAD", "origin/main", "main")  # the default one, best first
RECENT = 4 * 60 * 60  # seconds: half a working day
TURNS = 5  # a tool of which nothing changes runs at one commit of five


class Part(TypedDict, total=False):
    """An entry of the data file, whose schema says what each key means."""

    package: str
    lock: str
    debian: str
    pip: str
    asks: str
    licence: str
    commands: dict[str, str]
    parts: list[str]
    install: list[str]


class Tool(Part, total=False):
    """An entry of a tool of the matrix, which an example shows."""

    environment: Required[str]
    example: Required[str]
    page: Required[str]
    here: Required[str]


def is_shown_by_example(entry: Part) -> TypeGuard[Tool]:
    """Tell whether an entry is of a tool of the matrix."""
    return "example" in entry


def is_shown_by(entry: Part, example: str) -> bool:
    """Tell whether an entry is of a tool that an example shows."""
    return is_shown_by_example(entry) and entry["example"] == example


def every_tool(root: Path = ROOT) -> dict[str, Part]:
    """Return every entry of the data file: tools of the matrix, and what they are shown with."""
    return read_toml(root / "docs/_data/tools.toml").get("tool", {})


# Any file of TOML: what it holds is its own.
def read_toml(file: Path) -> dict[str, Any]:
    """What a file of TOML holds; nothing if there is none, as in a commit before it."""
    return tomllib.loads(file.read_text("utf-8")) if file.exists() else {}


def files_below(folder: Path) -> list[Path]:
    """Every file below a folder, through links too, but for what Python compiled."""
    walked = os.walk(folder, followlinks=True)
    files = [Path(where, name) for where, _, names in walked for name in names]
    return [file for file in files if "__pycache__" not in file.parts]


def files_named(text: str, root: Path) -> list[Path]:
    """The files of the repository that a text names: `locks/docs.txt`, `examples/x/*.json`."""
    names = re.findall(r"\b(?:locks|examples)/[\w./*-]+", text)
    return [file for name in names for file in root.glob(name)]


def files_of_jukebox(files: list[Path], text: str, root: Path) -> list[Path]:
    """What the files of an example, whose text is given, use of Jukebox.

    All of it if they name Jukebox otherwise than to import it: as a command, in a path. Else the
    modules that they import, and those that these import, wherever in them. Where an import is no
    statement, as with `importlib`, it is not seen: the tool's turn comes within five commits.
    """
    whole = files_below(root / "examples" / "jukebox")
    if re.search(r"\bjukebox\b", re.sub(r"(?m)^\s*(?:from|import) jukebox\b.*", "", text)):
        return whole
    code = [file.relative_to(root) for file in files if file.suffix == ".py"]
    modules = {root / module for module in closure(code, root)}
    without = {".py", ".pyi"}  # of the API's stub, the modules that its names lead to are enough
    data = {file for file in whole if file.suffix not in without and "deploy" not in file.parts}
    return [*data, *(file for file in whole if file in modules)]


def inputs(example: str, root: Path = ROOT) -> dict[str, str]:
    """What an example's result depends on below a root: the content of each file, by its path.

    The example, what it names and what it uses of Jukebox; its page and what that includes; its
    locks; the session's code. Of two files the part that concerns it.
    """
    every = every_tool(root)
    tools = {name: tool for name, tool in every.items() if is_shown_by(tool, example)}
    for part in {part for tool in tools.values() for part in tool.get("parts", ())}:
        tools[part] = every.get(part, {})
    project = read_toml(root / "pyproject.toml")
    project.pop("dependency-groups", None)  # a lock says what they come to

    folder = files_below(root / EXAMPLES / example)
    text = "\n".join(file.read_text("utf-8", "replace") for file in folder)
    files = [*folder, *files_named(text, root), *files_of_jukebox(folder, text, root)]
    files += [root / EXAMPLES / "conftest.py"]
    ours = ("tools", "due", "workspace", "records", "transcripts")
    files += [root / "scripts" / f"{name}.py" for name in ours]
    files += [file for tool in tools.values() for file in files_of_entry(tool, root)]
    digests = {str(file.relative_to(root)): digest_file(file) for file in files if file.is_file()}
    parts = {"docs/_data/tools.toml": tools, "pyproject.toml": project}
    return digests | {name: json.dumps(part, sort_keys=True) for name, part in parts.items()}


def files_of_entry(tool: Part, root: Path) -> list[Path]:
    """Return the locks of a tool or part, its page and what that includes."""
    files: list[Path] = []
    for lock in filter(None, {tool.get("environment"), tool.get("lock")}):
        files += [root / "locks" / f"{lock}.txt", *files_below(root / "locks" / lock)]
    page = root / "docs" / f"{tool.get('page')}.md"
    if page.exists():
        shown = re.findall(r"\{literalinclude\} (\S+)", page.read_text("utf-8"))
        files += [page, *(Path(os.path.normpath(page.parent / path)) for path in shown)]
    return files


def digest_file(file: Path) -> str:
    """A digest of a file: of its bytes, or of what it says to Python where it is Jukebox's.

    A comment or a docstring there changes no result. A tool's own transcript may show a line's number.
    """
    if file.suffix == ".py" and "jukebox" in file.parts:
        return meaning(file.read_text("utf-8"), file.parts)[0]
    return hashlib.sha256(file.read_bytes()).hexdigest()


def packages(commands: Iterable[str], check: bool = False) -> list[str]:
    """The Debian packages that hold some commands; with `check`, CalledProcessError if one has none.

    `default-jre-headless` is empty, and Java is in what it needs: so each file is asked for.
    """
    files = [Path(file).resolve() for file in map(shutil.which, commands) if file]
    if not files or not shutil.which("dpkg-query"):
        return []
    answer = subprocess.run(
        ["dpkg-query", "-S", *files], check=check, capture_output=True, text=True
    )
    return sorted({line.partition(": ")[0] for line in answer.stdout.splitlines()})


def debian_versions(example: str) -> str:
    """The version of each Debian package whose commands an example needs, a line each."""
    tools = [tool for tool in every_tool().values() if is_shown_by(tool, example)]
    names = packages({command for tool in tools for command in tool.get("commands", ())})
    if not names:
        return ""
    command = ["dpkg-query", "-W", "-f", "${Package} ${Version}\n", *names]
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout


def digest_of(example: str) -> str:
    """The digest of all that an example's result depends on, of this machine as well."""
    everything = inputs(example), debian_versions(example), sys.version_info[:2]
    return hashlib.sha256(json.dumps(everything, sort_keys=True).encode()).hexdigest()


# JSON, as it was written and is written again.
def read_results() -> dict[str, Any]:
    """What the runs before this one wrote."""
    return json.loads(WRITTEN.read_text("utf-8")) if WRITTEN.exists() else {"figures": {}}


def ask_git(*words: str) -> str:
    """What git answers here, or nothing where it fails."""
    done = subprocess.run(["git", *words], capture_output=True, text=True)
    return done.stdout.strip() if done.returncode == 0 else ""


def find_base() -> str:
    """The commit that the tree is compared with, or nothing where none is known.

    It is where the tree left the commit that CI names, or else the default branch. On that branch
    itself it is the newest commit that is four hours older: what came in since is seen at each.
    """
    if os.environ.get(BASE):
        return ask_git("merge-base", os.environ[BASE], "HEAD")
    left = next(filter(None, (ask_git("merge-base", branch, "HEAD") for branch in BRANCHES)), "")
    if left and left != ask_git("rev-parse", "HEAD"):
        return left
    before = int(ask_git("log", "-1", "--format=%ct") or RECENT) - RECENT
    return ask_git("rev-list", "--first-parent", "-1", f"--min-age={before}", "HEAD")


def inputs_at(commit: str, examples: Iterable[str]) -> dict[str, dict[str, str]]:
    """What each example depended on at a commit."""
    with TemporaryDirectory() as folder:
        files = subprocess.run(["git", "archive", commit], check=True, stdout=subprocess.PIPE)
        subprocess.run(["tar", "-x", "-C", folder], check=True, input=files.stdout)
        return {example: inputs(example, Path(folder)) for example in examples}


def reasons(digests: dict[str, str]) -> dict[str, str]:
    """Why each example has to run, given its digest as it is now; empty where it need not."""
    if not (commit := find_base()):
        unknown = f"{BASE} names no commit of this clone"
        if not os.environ.get(BASE):
            unknown = f"this clone has no commit to compare with, and {BASE} names none"
        return dict.fromkeys(digests, unknown)
    count = int(ask_git("rev-list", "--count", "--first-parent", "HEAD"))
    turns = sorted(digests)[count % TURNS :: TURNS]
    before, passed = inputs_at(commit, digests), read_results().get("passed", {})
    why: dict[str, str] = {}
    for example, now in digests.items():
        differing = {name for name, _ in inputs(example).items() ^ before[example].items()}
        last = passed.get(example)
        if differing:
            more = f" and {len(differing) - 1} more differ" if len(differing) > 1 else " differs"
            why[example] = f"{min(differing)}{more} from {commit[:7]}"
        elif not last:
            why[example] = "no run of it that passed is recorded"
        elif last["digest"] != now:
            what = "a file, a Debian package or Python"
            why[example] = f"{what} has changed since it passed on {last['date']}"
        else:
            why[example] = "its turn, once in five commits" if example in turns else ""
    return why
