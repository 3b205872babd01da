"""`kill -9` from outside, at moments that nobody chose: whoever starts the loop again ends the work.

The tests of the loop kill it at chosen points, before and after each effect. Here the moments are
drawn, evenly over the time that each step takes: in the middle of a write, too. A run is a copy of
one home. Its loop is a forked child that is killed, once to three times, and then one that is not.

`python -m tests.proofs.test_kill FOLDER` kills and prints JSON; FOLDER/quick and /real are homes.
A process of its own, for it forks.
"""

import json
import os
import random
import resource
import shutil
import signal
import sqlite3
import subprocess
import sys
import time
from collections import Counter
from contextlib import closing
from itertools import pairwise
from pathlib import Path
from statistics import median

import pytest
from jukebox import ENDINGS, PIPELINE
from jukebox.loop import journal
from jukebox.model import job
from jukebox.model.job import INSTALLED

from tests.jukebox.conftest import begun, reigned  # noqa: F401 - fixtures
from tests.jukebox.loops import Home

SIZES = {  # (small, full)
    "runs": (17, 100),  # at the small size, one kill in each phase at least
    "real": (2, 4),  # so many of the runs train as in production, in a process of its own
    "least": (1, 5),  # kills in each step
}
SAME = ("lost_triggers", "trained_twice")
STEPS = ("open", *(step.name for step in PIPELINE))  # open: the home; then the triggers fire
# In a step there is an effect and then its entry in the journal: kills are drawn for each of them.
PHASES = ("open", *(f"{step}{phase}" for step in STEPS[1:] for phase in ("", " entry")))
DIFFERS = ("seconds", "milliseconds", "answers", "log")  # figures that tell of time and of others
COUNTED = """

def train(*given, uncounted=train):
    import time
    from pathlib import Path

    with Path(__file__).parents[4].joinpath("begun").open("a") as file:
        file.write("once\\n")
    time.sleep(2)  # so that many moments fall into it
    return uncounted(*given)
"""
pytestmark = [
    pytest.mark.skipif(
        not hasattr(os, "fork"), reason="this system has no fork, and its kills are not like these"
    ),
    pytest.mark.filterwarnings("ignore:The ``noload`` loader strategy"),  # MLflow of SQLAlchemy
    pytest.mark.filterwarnings("ignore:.*type hint is inferred as AnyType"),  # MLflow of itself
]


# ---- a child -------------------------------------------------------------------------------------


def work(folder, real, say):
    """Open a home and do all that is open; say each phase when it begins; write how it ended."""
    say("open")
    home, said = Home(folder), ["open"]

    def train(*given):
        with (folder / "begun").open("a") as file:
            file.write("once\n")
        home.learner(*given)

    def announced(step, do):
        def begin(*given):
            if step in said:  # at the end the loop looks whether to start again
                return do(*given)
            said.append(step)
            say(step)
            try:
                return do(*given)
            finally:
                say(f"{step} entry")

        return begin

    with closing(home.loop(train=job.run_training if real else train)) as loop:
        for step in PIPELINE:
            name = step.do.__name__
            setattr(loop, name, announced(step.name, getattr(loop, name)))
        loop.look()
        for _ in loop.run():
            pass
        say("end")
        (folder / "end.json").write_text(json.dumps(end(home, loop)), "utf-8")


def end(home, loop):
    """Give what has to be as in peace. Raises Tampered if the champion is not what was registered."""
    registry, events = home.registry, loop.journal.events()
    now, entries = registry.standing(), registry.client.search_model_versions()

    def told(figures):
        return {name: value for name, value in figures.items() if name not in DIFFERS}

    return {
        "events": [
            (e.run, e.name, e.name == "canary" or e.why, told(e.figures.to_json())) for e in events
        ],
        "history": [[r.action, r.version, r.why] for r in registry.history()],
        "roles": {r: v for r in ("champion", "challenger") if (v := getattr(now, r))},
        "aliases": registry.client.get_registered_model("jukebox").aliases,
        "digests": {e.version: e.tags["digest"] for e in entries},
        "champion": registry.champion().digest,
        "lost": journal.lost_triggers(events),
    }


def child(folder, real=False, phase=None, delay=0.0, group=False):
    """Fork one that works, and kill it `delay` seconds after it began a phase; or let it be.

    group: kill what it has started, too. Give {phase: its begin in seconds}, and whether it died.
    """
    read, write = os.pipe()

    def say(now):
        os.write(write, f"{now}\n".encode())
        if now == phase and not delay:
            signal.pause()  # it is killed right here

    if not (pid := os.fork()):
        try:
            os.setsid()
            work(folder, real, say)
            os._exit(0)
        except BaseException:
            import traceback

            traceback.print_exc()
            os._exit(1)
    os.close(write)
    begins = {}
    with open(read) as said:
        for line in said:
            begins[line.strip()] = time.perf_counter()
            if line.strip() == phase:
                time.sleep(delay)
                (os.killpg if group else os.kill)(pid, signal.SIGKILL)
    ended = os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])
    assert ended in (0, -signal.SIGKILL), f"a loop on {folder} ended with {ended}"
    return begins, ended != 0


# ---- a run ---------------------------------------------------------------------------------------


def peace(home, copies, real):
    """Give the median seconds of each phase when nobody kills, and how it ended."""
    spans = {}
    for n in range(copies):
        copy = shutil.copytree(home, home.with_name(f"{home.name} in peace {n}"))
        begins, _ = child(copy, real)
        for (phase, start), (_, stop) in pairwise(begins.items()):
            spans.setdefault(phase, []).append(stop - start)
    seconds = {phase: median(found) for phase, found in spans.items()}
    return seconds, json.loads((copy / "end.json").read_text("utf-8"))


def killed(home, copy, spans, phase, kills, draw, group=None):
    """Kill a run in a phase, and again until it had so many kills, and let it end; tell of it.

    spans: seconds of each phase; the moment is drawn evenly from them. group: of a real training,
    whether it is killed with its loop.
    """
    real, phases, died, half_way = group is not None, [], True, 0
    folder = shutil.copytree(home, copy)
    record, notes = folder / "runs" / "3" / "record.json", folder / "begun"
    while died and len(phases) < kills:
        begins, died = child(folder, real, phase, draw() * spans[phase], group)
        if not died or "end" in begins:  # it was faster: only the first kill has to be
            if phases:
                break
            shutil.rmtree(folder)
            return killed(home, copy, spans, phase, kills, draw, group)
        phases.append([*begins][-1])
        again = PHASES.index(phases[-1].removesuffix(" entry"))
        phase = random.choice(["open", *PHASES[max(1, again) :]])  # noqa: S311 - no secret
        # What has begun and is not there died half-way; a real one dies with its group alone.
        if group is not False and notes.exists() and not record.exists():
            half_way = len(notes.read_text().splitlines())
    if died:
        _, died = child(folder, real)
        assert not died
    if real:
        with closing(sqlite3.connect(folder / "runs" / "3" / "lock", timeout=0)) as lock:
            lock.execute("BEGIN EXCLUSIVE")  # nobody trains on
    trained = len(notes.read_text().splitlines())
    ended = json.loads((folder / "end.json").read_text("utf-8"))
    shutil.rmtree(folder)
    return {"phases": phases, "half_way": half_way, "trained": trained, "end": ended}


def main(folder, runs, real, seed=4):
    """Kill so many runs, of which some train as in production; print how each ended, as JSON."""
    Home(shutil.copytree(folder / "quick", folder / "warm")).go()  # what children inherit
    random.seed(seed)
    told, ends = [], {}
    spans, ends["quick"] = peace(folder / "quick", 3, real=False)
    for n in range(runs - real):
        phase, kills = PHASES[n % len(PHASES)], random.choices((1, 2, 3), (75, 18, 7))[0]  # noqa: S311
        once = runs - real <= len(PHASES)  # each: so right after the effect, and not by chance
        draw = (lambda: 0.0) if once and phase.endswith(" entry") else random.random
        run = killed(folder / "quick", folder / f"{n}", spans, phase, kills, draw)
        told.append({"home": "quick"} | run)
    if real:
        spans, ends["real"] = peace(folder / "real", 1, real=True)
    for n in range(real):  # in the first half of its time and in the second, alone and together

        def draw(half=n // 2 % 2):
            return (half + random.random()) / 2  # noqa: S311

        run = killed(folder / "real", folder / f"real {n}", spans, "train", 1, draw, n % 2 == 0)
        told.append({"home": "real"} | run)
    print(json.dumps({"runs": told, "peace": ends}))


# ---- the proof -----------------------------------------------------------------------------------


def faults(run, peace):
    """Say what is wrong with the end of a run."""
    end, endings = run["end"], [e for e in run["end"]["events"] if e[1] in ENDINGS]
    triggers = [n for n, e in enumerate(end["events"], 1) if e[1] == "trigger"]
    trained = [e[3]["digest"] for e in end["events"] if e[1] == "train"]
    checks = {
        "it ended otherwise than in peace": end == peace,
        "MLflow's aliases are not the history's": end["aliases"] == end["roles"],
        "the champion is not what was trained": end["champion"] == trained[-1],
        "a trigger has not one ending": triggers == [t for e in endings for t in e[3]["triggers"]],
    }
    return [fault for fault, right in checks.items() if not right]


@pytest.fixture(scope="module")
def told(reigned, sizes, tmp_path_factory):  # noqa: F811
    """A hundred runs that were killed, and the seconds that it took."""
    folder = tmp_path_factory.mktemp("killed")
    for name in ("quick", "real"):
        home = reigned.copy(folder / name)
        home.registry.promote(1, "by hand")
        home.registry.retire(2, "by hand")
        home.commit("better")
    shutil.rmtree(home.checkout)
    shutil.copytree(INSTALLED, home.checkout, ignore=shutil.ignore_patterns("__pycache__"))
    with (home.checkout / "model" / "training.py").open("a", encoding="utf-8") as file:
        file.write(COUNTED)
    with closing(home.loop(train=job.run_training)) as loop:
        loop.look()
        loop.advance(), loop.advance()
    before, start = resource.getrusage(resource.RUSAGE_CHILDREN), time.perf_counter()
    done = subprocess.run(
        [
            sys.executable,
            "-W",
            "ignore",
            "-m",
            "tests.proofs.test_kill",
            str(folder),
            str(sizes.runs),
            str(sizes.real),
        ],
        cwd=Path(__file__).parents[2],
        env=os.environ | {"PYTHONPATH": os.pathsep.join(filter(None, sys.path))},
        capture_output=True,
        text=True,
    )
    assert 0 == done.returncode, done.stderr[-3000:]
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    took = {"seconds": round(time.perf_counter() - start), "cpu_s": round(cpu)}
    return json.loads(done.stdout) | {"took": took}


def test_every_step_is_hit(told, sizes, figures):
    """By kills whose moments were drawn over its whole length."""
    phases = [phase for run in told["runs"] for phase in run["phases"]]
    hit = Counter(phase.removesuffix(" entry") for phase in phases)
    figures |= {"runs": len(told["runs"]), "kills": hit.total()}
    figures |= {f"kills_in_{step}": hit[step] for step in STEPS}
    figures["kills_before_an_entry"] = sum(phase.endswith(" entry") for phase in phases)
    figures |= {"real_trainings": sum(run["home"] == "real" for run in told["runs"])} | told["took"]

    assert sizes.runs == len(told["runs"])
    assert {} == {step: hit[step] for step in STEPS if hit[step] < sizes.least}


def test_every_run_ends_as_in_peace(told, figures):
    """One ending for each trigger, one champion for the history and MLflow, and the same bytes."""
    wrong = [(r["phases"], f) for r in told["runs"] if (f := faults(r, told["peace"][r["home"]]))]
    figures["consistent"] = len(told["runs"]) - len(wrong)

    assert [] == wrong


def test_no_trigger_is_lost(told, figures):
    """Whatever had fired has led to an ending."""
    figures["lost_triggers"] = sum(len(run["end"]["lost"]) for run in told["runs"])

    assert 0 == figures["lost_triggers"]


def test_no_training_is_done_twice(told, figures):
    """What was killed half-way is done again, and what was done is not."""
    for name, key in (("trainings_begun", "trained"), ("killed_half_way", "half_way")):
        figures[name] = sum(run[key] for run in told["runs"])
    twice = [run for run in told["runs"] if run["trained"] > run["half_way"] + 1]
    figures["trained_twice"] = len(twice)

    assert [] == [(run["home"], run["phases"], run["trained"], run["half_way"]) for run in twice]
    assert figures["trainings_begun"] == figures["killed_half_way"] + len(told["runs"])


if __name__ == "__main__":
    main(Path(sys.argv[1]), *map(int, sys.argv[2:]))
