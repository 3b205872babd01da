"""Kill a loop at every point of its work, and let the next one go on, until all is done.

`python -m tests.systems.killed FOLDER`: FOLDER/<story>/peace and /kills are the same home, and so
is FOLDER/warm. A process of its own, for it forks: each child opens the home, and dies by SIGKILL
at the first point at which none has died before it.
"""

import json
import multiprocessing
import os
import shutil
import signal
import sys
import time
from contextlib import closing
from dataclasses import replace
from pathlib import Path

from jukebox import Journal, Registry
from jukebox.loop.events import Entry, Trigger
from jukebox.loop.triggers import Now, fire_trigger
from jukebox.model import job

from tests.jukebox import loops
from tests.jukebox.loops import POLICY, Home


class Deaths:
    """The points at which a child has died, in a file; `at` is None for a home in peace."""

    def __init__(self, file):
        """Read the file, if there is one."""
        self.file = file

    def point(self, name, state):
        """Die here, unless somebody has, or the state is not of interest."""
        if not self.file or state is None:
            return
        name = f"{name} {state}"
        died = self.file.read_text("utf-8").splitlines() if self.file.exists() else []
        if name not in died:
            self.file.write_text("\n".join([*died, name]), "utf-8")
            os.kill(os.getpid(), signal.SIGKILL)

    def wrap(self, owner, name, state):
        """Die before and after each call of a function, once for each length of journal and history.

        Before an effect is right after the write before it: that counts once.
        """
        function = getattr(owner, name)

        def fatal(*args, **settings):
            if name in ("add", "_settle", "create_model_version"):
                self.point(f"before {name}", state())
            result = function(*args, **settings)
            self.point(f"after {name}", state())
            return result

        setattr(owner, name, fatal)


def tell(story, folder, deaths):
    """Open the home and do all that is open."""
    home = Home(folder)
    loop = home.loop(replace(POLICY, patience=0.1) if story == "unasked" else POLICY)
    registry = home.registry
    if story in ("unasked", "withdrawn"):  # nobody asks; a service with faults withdraws

        def asked(version, after=0):
            if story == "withdrawn" and registry.standing().challenger == version:
                Registry.withdraw(registry, version, "6 of 50 calls failed or were slow")
            return Registry.count_requests(registry, version, after)

        registry.count_requests = asked

    def state():
        events = loop.journal.events()
        new = story in ("promoted", "former") or events[-1].name == "register"
        # Up to there, the stories are the same.
        return f"{len(events)} {len(registry.history())}" if new else None

    def trained(path, content, write=loops.write_file):
        if path.name == "record.json":
            with Path(folder, "trained").open("a") as file:
                file.write("once\n")
        write(path, content)

    if story == "former":
        trigger = Trigger(kind="performance", cause="1 in week 4", version=1, week=4)

        def fell(events):
            fired = any(event.why == "it fell" for event in events)
            return None if fired else Entry(None, "it fell", trigger)

        loop.journal.add(7, fell)
    loops.write_file = trained
    for owner, names in {
        loop.journal: ["add"],
        registry: ["register", "challenge", "withdraw", "promote", "rollback", "_settle"],
        registry.client: ["create_model_version", "set_registered_model_alias"],
        home.store: ["freeze"],
        job: ["take_snapshot"],
        shutil: ["copytree"],
        loops: ["write_file"],
        loop: ["train"],
    }.items():
        for name in names:
            deaths.wrap(owner, name, state)
    with closing(loop):
        loop.look()
        for _ in loop.run():
            pass


def forked(work):
    """Do work in a child, and give how it ended."""
    if not (child := os.fork()):
        try:
            work()
        except BaseException:
            import traceback

            traceback.print_exc()
            os._exit(1)
        os._exit(0)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])


def race(file):
    """Let two children fire the same fifty triggers at once; give how many each has fired."""
    both, children = multiprocessing.get_context("fork").Barrier(2), []
    for _ in range(2):
        if not (child := os.fork()):
            journal = Journal(file, time.time)
            both.wait()
            now = Now(data="", champion=None, quarantined=0, code="")
            causes = [Trigger(kind="data", cause=f"v{i}") for i in range(50)]
            events = [fire_trigger(journal, 0, now, trigger, "new") for trigger in causes]
            os._exit(sum(event is not None for event in events))
        children.append(child)
    return [os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) for child in children]


def main(folder):
    """Tell all stories; print how often each was killed and trained to the end, and the race."""
    tell("promoted", folder / "warm", Deaths(None))  # what is imported late, the children inherit
    told = {}
    for story in sorted(set(folder.iterdir()) - {folder / "warm"}):
        kills, deaths = 0, Deaths(story / "deaths")
        assert 0 == forked(lambda story=story: tell(story.name, story / "peace", Deaths(None)))
        while ended := forked(lambda story=story, d=deaths: tell(story.name, story / "kills", d)):
            assert -signal.SIGKILL == ended
            kills += 1
        done = story / "kills" / "trained"
        trained = len(done.read_text().splitlines()) if done.exists() else 0
        told[story.name] = {"kills": kills, "trained": trained}
    told["race"] = race(folder / "race.db")
    print(json.dumps(told))


if __name__ == "__main__":
    main(Path(sys.argv[1]))
