"""The tests fork our commands from a process that has imported what they need.

A page types a dozen of them, and importing MLflow would take each longer than its own work. As in a
new process are arguments, environment, folder, streams, signals and exit code; Python's own options,
`atexit` and threads that still run are not.
"""

import faulthandler
import gc
import logging
import os
import runpy
import signal
import subprocess
import sys
import traceback
import warnings
from importlib.machinery import PathFinder
from pathlib import Path
from weakref import WeakSet

from sqlalchemy import Engine, event

HEAVY = (
    *("jukebox.cli.main", "jukebox.serving.app", "jukebox.model.gate", "jukebox.watch.observation"),
    *("jukebox.world.story", "mlflow.onnx", "mlflow.store.tracking.sqlalchemy_store", "skl2onnx"),
    *("mlflow.store.model_registry.sqlalchemy_store", "sklearn.neural_network", "rich.table"),
)
OURS = ("jukebox", "jukebox.model.job", "own", "tests.proofs.test_kill", "tests.proofs.stages")
ENGINES = WeakSet()  # of SQLAlchemy, as MLflow keeps them


class Forked(subprocess.Popen):
    """A `Popen` that forks `python -m jukebox …`, a script and a few others, and starts all else."""

    def __init__(self, words, **options):
        """Start it."""
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of what is imported, and of a fork beside threads
            if asked := ours(words):
                for name in HEAVY:
                    __import__(name)
                environment = options.get("env") or dict(os.environ)
                # Called between fork and exec, with all else done; it never comes to exec.
                options["preexec_fn"] = lambda: become(asked, environment)
            super().__init__(words, **options)


def ours(words):
    """Give the module or script of a command that may be forked, and its arguments, or nothing."""
    if isinstance(words, str) or words[0] != sys.executable:
        return []
    if str(words[1]).endswith(".py"):
        return [*map(str, words[1:])]
    if "-m" not in words:
        return []
    asked = [*map(str, words[words.index("-m") + 1 :])]
    return asked if asked[0] in OURS else []


def forget():
    """In a child, leave the connections to databases to whoever forked it."""
    for engine in ENGINES:
        engine.dispose(close=False)


event.listen(Engine, "engine_connect", lambda connection: ENGINES.add(connection.engine))
if hasattr(os, "fork"):
    os.register_at_fork(after_in_child=forget)


def become(words, environment):
    """Be a new process that runs a module or a script with arguments; end with its exit code."""
    code = 1
    try:
        null = os.open(os.devnull, os.O_RDWR)
        for number in map(int, os.listdir("/dev/fd")):
            if number > 2:  # what whoever forks has open; a number that is free could be mistaken
                os.dup2(null, number)
        gc.freeze()  # nothing of it is closed, either
        subprocess.Popen = Forked  # of what it starts, too
        os.environ.clear()
        os.environ.update(environment)
        sys.path[:0] = filter(None, environment.get("PYTHONPATH", "").split(os.pathsep))
        sys.stdout, sys.stderr = (os.fdopen(n, "w", buffering=1, closefd=False) for n in (1, 2))
        for ignored in (signal.SIGPIPE, signal.SIGXFSZ):  # as Python does when it begins
            signal.signal(ignored, signal.SIG_IGN)
        # Its stack before its end, where it hangs: pytest's own watchdog is a thread, left behind.
        faulthandler.register(signal.SIGALRM, chain=True)
        logging.getLogger().handlers.clear()  # pytest's
        warnings.resetwarnings()
        for usual in (
            DeprecationWarning,
            PendingDeprecationWarning,
            ImportWarning,
            ResourceWarning,
        ):
            warnings.simplefilter("ignore", usual)
        sys.meta_path[:] = [each for each in sys.meta_path if "pytest" not in each.__module__]
        # Read again: a test, by Python instead of pytest; and Jukebox where it is another's.
        again = {"jukebox": "jukebox.__main__"}.get(words[0], words[0])
        there, here = PathFinder.find_spec("jukebox", sys.path), sys.modules.get("jukebox")
        if words[0] == "jukebox.model.job" or (there and here and there.origin != here.__file__):
            again = "jukebox"
        for name in [name for name in sys.modules if f"{name}.".startswith(f"{again}.")]:
            del sys.modules[name]
        sys.argv = [*words]
        if words[0].endswith(".py"):
            sys.path.insert(0, str(Path(words[0]).resolve().parent))
            runpy.run_path(words[0], run_name="__main__")
        else:
            if words[0] == "own":  # a project in this folder
                sys.path.insert(0, os.getcwd())
            runpy.run_module(words[0], run_name="__main__", alter_sys=True)
        code = 0
    except SystemExit as end:
        code = end.code if isinstance(end.code, int) else int(bool(end.code))
        if isinstance(end.code, str):
            print(end.code, file=sys.stderr)
    except BaseException:
        traceback.print_exc()
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(code)
