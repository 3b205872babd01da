"""Where a hand works: a terminal that keeps what was started, and the pipeline's working copy."""

import os
import shutil
import signal
import subprocess
import sys
from contextlib import suppress
from pathlib import Path

import jukebox

from scripts.transcripts import read_commands

ROOT = Path(__file__).parents[2]


def lines(file):
    """Give the commands of a console file, without their prompts: each is one step of a hand."""
    return [command.words for command in read_commands(Path(file).read_text("utf-8"))]


def environment(**own):
    """Give an environment with this Python, this repository and a git that is nobody's."""
    git = {"user.name": "Jukebox", "user.email": "", "init.defaultBranch": "main"}
    # Not the settings of whoever started us, a signature say, nor the repository of their hook.
    env = {k: v for k, v in os.environ.items() if not k.startswith(("GIT_", "JUKEBOX_"))}
    env |= {"GIT_CONFIG_NOSYSTEM": "1", "GIT_CONFIG_GLOBAL": os.devnull}
    env["GIT_CONFIG_COUNT"] = str(len(git))
    for i, (key, value) in enumerate(git.items()):
        env |= {f"GIT_CONFIG_KEY_{i}": key, f"GIT_CONFIG_VALUE_{i}": value}
    path = [str(Path(sys.executable).parent), os.environ["PATH"]]
    # Never an empty part: that is the folder one is in, and its half of a package.
    code = filter(None, [str(ROOT), os.environ.get("PYTHONPATH")])
    return env | {"PATH": os.pathsep.join(path), "PYTHONPATH": os.pathsep.join(code)} | own


class Terminal:
    """A shell in a folder, typed into line by line; what it started ends with it."""

    def __init__(self, folder, **own):
        """Open it with some variables set."""
        self.bash = subprocess.Popen(
            ["bash"], cwd=folder, env=environment(**own), text=True, start_new_session=True,
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
        )  # fmt: skip

    def type(self, line):
        """Type a line, and give what it says. Raises RuntimeError if it fails."""
        self.bash.stdin.write(f"{line}\nprintf '\\n-- %s --\\n' $?\n")
        self.bash.stdin.flush()
        said = []
        for heard in self.bash.stdout:
            if heard.startswith("-- ") and heard.endswith(" --\n"):
                if heard != "-- 0 --\n":
                    raise RuntimeError(f"{line!r} failed: {''.join(said)}")
                return "".join(said).strip()
            said.append(heard)
        raise RuntimeError(f"{line!r} ended the terminal: {''.join(said)}")

    def close(self):
        """End it, and all that it started."""
        with suppress(ProcessLookupError):  # all of it has ended by itself
            os.killpg(self.bash.pid, signal.SIGTERM)
        self.bash.communicate(timeout=30)


def pipeline(folder, **own):
    """Make a working copy of the pipeline, with its tests and one commit; give a terminal there.

    It is Jukebox's own, but for one thing: it stops after 3 passes over the tracks, and not 20.
    """
    package, ignore = Path(folder, "jukebox"), shutil.ignore_patterns("__pycache__")
    shutil.copytree(Path(jukebox.__file__).parent, package, ignore=ignore)
    edit(package / "model" / "training.py", "epochs: int = 20", "epochs: int = 3")
    shutil.copytree(Path(__file__).parent / "level_2" / "tests", Path(folder, "tests"))
    terminal = Terminal(folder, **own)
    terminal.type("git init --quiet && git add . && git commit --quiet -m 'The first pipeline'")
    return terminal


def edit(file, before, after):
    """Replace a text of a file, as an editor does. Raises ValueError if it is not there once."""
    text = Path(file).read_text("utf-8")
    if text.count(before) != 1:
        raise ValueError(f"{file} has {before!r} {text.count(before)} times: edit it anew.")
    Path(file).write_text(text.replace(before, after), "utf-8")
