"""Lab 7: code, performance and data each fire once, and each run ends in another way."""

import json
import shutil
from contextlib import closing
from dataclasses import replace
from pathlib import Path

from jukebox.labs import opened
from jukebox.problem import LABEL_DELAY

TITLE = "The three triggers"
FIRST = "jukebox status"
FEW = 6  # weeks that are there when the first model is made, three of them with charts
TURN, BACK = 8, 13  # when tastes turn, and turn back: the newest week at the start
RUNS = 2  # that the loop has behind it at the start
UPDATE = "jukebox update --code code/jukebox"
KINDS = {  # of triggers: what makes one fire
    "code": f"change a line of {{training}} that matters, then {UPDATE}",
    "performance": f"let the charts of week {BACK} come in (jukebox generate --weeks 3), then {UPDATE}",
    "data": f"let more weeks arrive (jukebox generate --weeks 12), then {UPDATE} --answers 0",
}


def trained(code, store, data, out, newest, seed):
    """Train as `job.run` does, in this process: the checkout is still the package that runs here."""
    from jukebox.data.files import write
    from jukebox.data.store import Store
    from jukebox.model.training import Settings, train

    model = train(*Store(store).read(data), Settings(newest=newest), seed)
    out.mkdir(parents=True)
    write(out / "model.onnx", model.onnx)
    write(out / "record.json", json.dumps(model.record.as_dict()).encode())


def start(folder):
    """Let the loop make a first model and, when tastes turn, a second; then they turn back."""
    from jukebox.loop.home import open_registry, open_store
    from jukebox.loop.loop import Loop
    from jukebox.loop.triggers import Policy
    from jukebox.model.gate import Limits
    from jukebox.model.job import INSTALLED
    from jukebox.world.scene import answer, release
    from jukebox.world.settings import world
    from jukebox.world.simulation import Catalogue, Drift

    home, code = folder / ".jukebox", folder / "code" / "jukebox"
    shutil.copytree(INSTALLED, code, ignore=shutil.ignore_patterns("__pycache__"))
    data, models = open_store(home, needed=False), open_registry(home, None)
    turns = [
        {"kind": "concept", "shape": "sudden", "start": TURN, "size": 1.0},
        {"kind": "concept", "shape": "sudden", "start": BACK, "size": -1.0},
    ]
    settings = world(home, None, None, turns, 0)
    catalogue = Catalogue(settings["seed"], [Drift(**turn) for turn in turns], settings["tracks"])
    first = Policy(answers=0, limits=Limits(newest=1))
    for week in range(FEW):
        release(data, week, catalogue.week(week)[0], catalogue)
    with closing(Loop(home, models, data, code, first, trained)) as loop:
        loop.look(), list(loop.run())
    for week in range(FEW, BACK + 1):
        kept, _ = release(data, week, catalogue.week(week)[0], catalogue)
        if week >= TURN + LABEL_DELAY:
            patient = replace(first, rows=10**6)
            with closing(Loop(home, models, data, code, patient, trained)) as loop:
                loop.look()  # three weeks, one after the other, show that tastes have turned,
                if week == BACK:
                    list(loop.run())  # and this run has all three to learn from
        answer(models, kept)


def past(folder):
    """Give what the loop of a folder has written, and the ended runs since the start, by number."""
    from jukebox.loop.events import read_runs
    from jukebox.loop.journal import Journal

    file = folder / ".jukebox" / "northstar.db"
    if not file.exists():
        raise ValueError("The journal of the loop is gone: jukebox lab reset 7.")
    events = Journal(file).events()
    own = {n: run for n, run in read_runs(events).items() if n > RUNS and run.end}
    return events, own, {n: run.end for n, run in own.items()}


def named(folder):
    """Give the files of the training and of the gate in the checkout, as paths from the folder."""
    code = Path("code", "jukebox")
    if (folder / code / "training.py").is_file():  # the lab was begun before there were rooms
        return code / "training.py", code / "validation.py"
    return code / "model" / "training.py", code / "model" / "gate.py"


def tampered(folder, events, ends, champion):
    """Yield what is wrong with the checkout. champion: the record of the one that serves."""
    from jukebox.loop.events import read_runs
    from jukebox.model import job
    from jukebox.model.identity import code_version

    training, gate = named(folder)
    no = [end for end in ends.values() if end.why.startswith("leak")]
    # As it was at the start, and not as it is installed: that may be newer than the lab.
    before = folder / ".jukebox" / "code" / read_runs(events)[1].start.figures.code
    gates = [(at / gate.relative_to("code")).read_text("utf-8") for at in (folder / "code", before)]
    if gates[0] != gates[1]:
        said = f", and it said “{no[-1].why}”" if no else ""
        yield (
            f"You changed the gate in {gate.as_posix()}, and nothing came of it. The gate "
            f"that judges is not the checkout's: it belongs to the loop that is installed{said}. "
            "No commit should be able to open its own gate. Take the change back."
        )
    if no and code_version(folder / "code" / "jukebox") != champion.code_version:
        made = folder / ".jukebox" / "runs" / str(no[-1].run)
        record = job.made(made).record
        fitted, tested = (
            "{} to {}".format(*weeks) for weeks in (record.fitted_weeks, record.tested_weeks)
        )
        yield (
            f"{training.as_posix()} is still what run {no[-1].run} was refused for: it "
            f"learns from weeks {fitted}, and its own test is of weeks {tested}, so it has seen these weeks. "
            f"The {record.metrics['average_precision']:.3f} of that test says nothing about the "
            "weeks to come. The gate has a test of its own, of the newest weeks only: it names the "
            "first of them. Take the change back."
        )


def check(folder):
    """Ask for the three triggers and the three endings, and for a checkout that is clean again."""
    from jukebox.loop.events import select_triggers
    from jukebox.loop.journal import unfinished, waiting
    from jukebox.loop.steps import ENDINGS
    from jukebox.loop.triggers import kinds

    (data, models), (events, own, ends) = opened(folder), past(folder)
    champion = models.standing().champion
    yield from tampered(folder, events, ends, models.record(champion))

    said = {event.why for event in events if event.name == "rolled back"}
    for row in models.history():
        if row.action == "promote" and row.why.startswith("run "):
            continue
        if row.action in ("promote", "rollback") and row.why not in said:
            yield (
                f"Version {row.version} got its role by hand (“{row.why}”): no trigger asked "
                "for it, and no gate was asked. Begin again with jukebox lab reset 7, and leave "
                "it to the loop."
            )
    if unfinished(events) or waiting(events):
        yield f"A run is unfinished, or a trigger waits: {UPDATE} goes on with it."

    fired = {event.id: event for event in select_triggers(events)}
    taken = [fired[t] for run in own.values() for t in run.start.figures.triggers]
    missing = [kind for kind in KINDS if kind not in kinds(taken)]
    lacking = [name for name in ENDINGS if name not in {end.name for end in ends.values()}]
    if "performance" in missing and data.week > BACK + LABEL_DELAY:
        yield (
            f"Performance is read from the newest labelled week, {data.week - LABEL_DELAY}, and "
            "nobody has asked the model about its tracks: begin again with jukebox lab reset 7, "
            "and let three weeks pass before more come."
        )
    elif missing:
        todo = KINDS[missing[0]].format(training=named(folder)[0].as_posix())
        yield f"The trigger by {missing[0]} has led to no run yet: {todo}."
    elif lacking:
        last = ends[max(ends)]
        # Only the data fire again by themselves; a commit and a fall are spent.
        todo = "take the three one by one, in the page's order, after jukebox lab reset 7."
        if lacking == ["promoted"]:
            todo = (
                "nobody asks a service here, so let 12 weeks arrive, and update with --answers 0."
            )
        yield (
            f"No run has been {lacking[0]} yet. The last, run {last.run}, was {last.name}: "
            f"{last.why}. To see it, {todo}"
        )


def done(folder):
    """Say how the runs ended."""
    _, own, ends = past(folder)
    told = [
        f"run {n}, by {' and '.join(own[n].start.figures.kinds)}, was {end.name}"
        for n, end in ends.items()
    ]
    return f"No trigger was lost: {'; '.join(told)}."


def solve(folder, hands):
    """Let a bad commit be refused, a fall be answered, and new data be learnt from."""
    from jukebox.world.scene import RANDOM

    training = "code/jukebox/model/training.py"
    hands.type("jukebox status")
    hands.type(f"sed -i.bak 's/new = .*/{RANDOM}/' {training}")
    hands.type(UPDATE, code=1)
    hands.type(f"mv {training}.bak {training}")
    hands.type("jukebox generate --weeks 3")
    hands.type(UPDATE)
    hands.type("jukebox generate --weeks 12")
    hands.type(f"{UPDATE} --answers 0")
