"""The labs: sets up what a learner begins with, and checks what the learner did.

A lab is a module of this package. It has TITLE; FIRST, the first thing to type; `start(folder)`,
which fills an empty folder; `check(folder)`, which yields a sentence for each thing that is not
right yet; `solve(folder, hands)`, which types what a reader would; and, if it has something to
say at the end, `done(folder)`. The folder's own `.jukebox` is its home.

`lab.json` is written before the start state and again when that is whole, so an interrupted start
is noticed; a folder without it is never touched. It counts the checks, and holds four random digits
by which two folders differ; both are kept through a reset, and an older one has neither.
"""

import json
import os
import secrets
import shlex
import shutil
import subprocess
import sys
from contextlib import contextmanager
from importlib import import_module
from pathlib import Path

MODULES = (
    "jukebox.labs.first_model",
    "jukebox.labs.dirty_data",
    "jukebox.labs.a_gate_that_says_no",
    "jukebox.labs.deploy_and_swap",
    "jukebox.labs.canary_and_rollback",
    "jukebox.labs.drift_you_can_trust",
    "jukebox.labs.the_three_triggers",
    "jukebox.labs.trace_a_prediction",
)
LABS = dict(enumerate(MODULES, 1))
COMMAND = [sys.executable, "-P", "-m", "jukebox"]  # -P: no file of the lab's is imported instead


# ---- folders -------------------------------------------------------------------------------------


def note(folder):
    """Give a folder's lab.json as a dict; empty if there is none, or it is not ours."""
    try:
        found = json.loads((folder / "lab.json").read_text("utf-8"))
    except (OSError, ValueError):
        return {}
    return found if isinstance(found, dict) and found.get("lab") in LABS else {}


def mark(folder, number, **changes):
    """Write a folder's lab.json with some changes, whole or not at all."""
    part, held = folder / ".lab.json", {"checks": 0} | note(folder)
    part.write_text(json.dumps(held | {"lab": number} | changes), "utf-8")
    part.replace(folder / "lab.json")


def checks(folder):
    """Give how often a lab was checked; 0 where its lab.json does not say."""
    count = note(folder).get("checks")
    return count if type(count) is int and count > 0 else 0


def around():
    """Give the folder of the lab that this one is in, however deep; without one, this one."""
    here = Path.cwd()
    return next(filter(note, (here, *here.parents)), here)


def place(number):
    """Give the folder of a lab: here, next to the lab that is here, or below."""
    here, held = around(), note(around()).get("lab")
    return here if held == number else (here.parent if held else here) / f"lab-{number}"


def begun(number):
    """Give the folder of a lab whose start state is whole, or raise ValueError."""
    folder = place(number)
    if note(folder).get("lab") != number:
        raise ValueError(
            f"Lab {number} is not begun in {folder.parent}: jukebox lab start {number}."
        )
    if not note(folder).get("ready"):
        raise ValueError(f"The start of lab {number} was interrupted: jukebox lab reset {number}.")
    return folder


def fill(number, folder):
    """Make the start state in a lab's folder, whatever else is in it; the folder itself stays."""
    if note(folder).get("lab") != number and folder.exists() and any(folder.iterdir()):
        raise ValueError(
            f"{folder} is there already, and has no lab.json of lab {number}: move it away, or "
            f"begin elsewhere with jukebox lab start {number}."
        )
    folder.mkdir(exist_ok=True)
    mark(folder, number, ready=False, mark=note(folder).get("mark") or secrets.token_hex(2))
    for path in folder.iterdir():
        if path.name != "lab.json":  # a link is taken away, and never what it leads to
            shutil.rmtree(path) if path.is_dir() and not path.is_symlink() else path.unlink()
    import_module(LABS[number]).start(folder)
    mark(folder, number, ready=True)


def wrong(number, folder):
    """Give what is not right yet, a sentence each; nothing when the lab is done."""
    found = []
    try:
        for sentence in import_module(LABS[number]).check(folder):
            found.append(sentence)
    except ValueError as error:
        found.append(str(error))
    except Exception as error:  # of a folder in which anything may have been deleted
        reason = str(error).strip().partition("\n")[0]
        found.append(
            f"Something is missing or damaged ({reason}): jukebox lab reset {number} makes it "
            "whole again."
        )
    return found


def opened(folder):
    """Give the store and the registry of a lab's home; ValueError says what is not there yet."""
    from jukebox.loop.home import open_registry, open_store

    home = folder / ".jukebox"
    if not (home / "data" / "now.json").exists():
        raise ValueError(
            f"There is no data in {home} yet. Go to {folder}, and type jukebox generate."
        )
    if not (home / "registry" / "mlflow.db").exists():  # it would be made, and take seconds
        raise ValueError(f"There is no model in {home} yet: jukebox train.")
    return open_store(home), open_registry(home, None)


def arrived(folder, seed, weeks, tracks=100):
    """Let weeks of a new world arrive in a lab's home, `tracks` in each; give store and registry."""
    from jukebox.data.store import Store
    from jukebox.loop.home import open_registry
    from jukebox.world.scene import release
    from jukebox.world.settings import world
    from jukebox.world.simulation import Catalogue

    home = folder / ".jukebox"
    world(home, seed, tracks, [], 0)
    catalogue, data = Catalogue(seed, tracks_a_week=tracks), Store(home / "data")
    for week in range(weeks):
        release(data, week, catalogue.week(week)[0], catalogue)
    return data, open_registry(home, None)


def told(folder):
    """Give what load.py counted: began, ended (seconds since 1970), count; ValueError before that."""
    file = folder / "load.json"
    found = json.loads(file.read_text("utf-8") or "{}") if file.exists() else {}
    if "count" not in found:
        raise ValueError(
            "No load has ended yet: python load.py start …, and later python load.py stop."
        )
    return found


def extended(model, nodes, **constants):
    """Give a `Model` whose answers go through more ONNX nodes, from `before` to `probabilities`.

    nodes: tuples (operator, inputs, output, attributes). constants: arrays, by name.
    """
    import hashlib
    from dataclasses import replace

    from onnx import helper, load_model_from_string, numpy_helper

    proto = load_model_from_string(model.onnx)
    for node in proto.graph.node:
        node.output[:] = ["before" if o == "probabilities" else o for o in node.output]
    proto.graph.node.extend(
        helper.make_node(operator, inputs, [output], **attributes)
        for operator, inputs, output, attributes in nodes
    )
    proto.graph.initializer.extend(numpy_helper.from_array(a, n) for n, a in constants.items())
    onnx = proto.SerializeToString(deterministic=True)
    return replace(model, onnx=onnx, digest=hashlib.sha256(onnx).hexdigest())


# ---- hands ---------------------------------------------------------------------------------------


def surroundings():
    """Give the environment of a command: as wide as this terminal, without colours."""
    width = shutil.get_terminal_size().columns
    return os.environ | {"COLUMNS": str(width), "NO_COLOR": "1"}


def run(words, folder):
    """Run a command in a folder, without a shell; give (exit code, what it printed)."""
    own = {"jukebox": COMMAND, "python": [sys.executable]}
    done = subprocess.run(
        [*own.get(words[0], words[:1]), *words[1:]],
        cwd=folder,
        env=surroundings(),
        text=True,
        check=False,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
    )
    return done.returncode, done.stdout


def show(text: str) -> None:
    """Print a text at once, as each system's terminal can show it."""
    import click  # not above: the line of a class is read where there is no Jukebox

    click.echo(text)


class Hands:
    """Types in a lab's folder what a reader would, and shows it."""

    def __init__(self, folder):
        """Take the folder."""
        self.folder = folder

    def type(self, command, code=0):
        """Run a command and give what it printed; RuntimeError if it exits with another code."""
        show(f"$ {command}")
        ended, printed = run(shlex.split(command), self.folder)
        show(printed)
        if ended != code:
            raise RuntimeError(f"{command} ended with {ended}, not with {code}.")
        return printed

    def write(self, name, text):
        """Write a file of the folder."""
        show(f"(write {name})\n{text}")
        (self.folder / name).write_text(text, "utf-8")

    @contextmanager
    def serving(self):
        """Serve on a free port; give the address. Stopped at the end."""
        from jukebox.world.scene import serving

        show("$ jukebox serve --port 0 &")
        with serving(self.folder / ".jukebox") as address:
            found = address()
            show(f"Serving on {found}")
            yield found
