"""Lab 7: code, performance and data each fire once, and each run ends in another way."""

import json
import shutil
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from jukebox.labs.hands import Hands
from jukebox.labs.homes import open_lab
from jukebox.labs.lab import Lab

if TYPE_CHECKING:
    from jukebox.loop.events import Ending, Event, Figures, Run
    from jukebox.registry.models import Registry

WEEKS_BEFORE = 6  # weeks that are there when the first model is made, three of them with charts
TASTES_TURN, TASTES_RETURN = 8, 13  # when tastes turn, and turn back: the newest week at the start
RUNS_BEFORE = 2  # that the loop has behind it at the start
UPDATE_COMMAND = "jukebox update --code code/jukebox"
WAYS_TO_FIRE = {  # of triggers: what makes one fire
    "code": f"change a line of {{training}} that matters, then {UPDATE_COMMAND}",
    "performance": f"let the charts of week {TASTES_RETURN} come in (jukebox generate --weeks 3), then {UPDATE_COMMAND}",
    "data": f"let more weeks arrive (jukebox generate --weeks 12), then {UPDATE_COMMAND} --answers 0",
}


@dataclass(frozen=True)
class Past:
    """What the loop of a folder has written: all events, and each run that ended since the start.

    runs, endings: by the number of the run; an ending is the run's last event.
    """

    events: "list[Event[Figures]]"
    runs: "dict[int, Run]"
    endings: "dict[int, Event[Ending]]"

    def refused_leaks(self) -> "list[Event[Ending]]":
        """Return the endings of the runs that were refused for a leak."""
        return [end for end in self.endings.values() if end.why.startswith("leak")]


def train_here(code: Path, store: Path, data: str, out: Path, newest: int, seed: int) -> None:
    """Train as `job.run_training` does, in this process: the checkout is still the package that runs here."""
    from jukebox.data.files import write_file
    from jukebox.data.store import Store
    from jukebox.model.training import Settings, train

    model = train(*Store(store).read(data), Settings(newest=newest), seed)
    out.mkdir(parents=True)
    write_file(out / "model.onnx", model.onnx)
    write_file(out / "record.json", json.dumps(model.record.as_dict()).encode())


def read_past(folder: Path) -> Past:
    """Return what the loop of a folder has written."""
    from jukebox.loop.events import read_runs
    from jukebox.loop.journal import Journal

    file = folder / ".jukebox" / "northstar.db"
    if not file.exists():
        raise ValueError("The journal of the loop is gone: jukebox lab reset 7.")
    events = Journal(file).events()
    later = {n: run for n, run in read_runs(events).items() if n > RUNS_BEFORE}
    endings = {n: run.end for n, run in later.items() if run.end}
    return Past(events, {n: later[n] for n in endings}, endings)


def find_checkout_files(folder: Path) -> tuple[Path, Path]:
    """Return the files of the training and of the gate in the checkout, as paths from the folder."""
    code = Path("code", "jukebox")
    if (folder / code / "training.py").is_file():  # the lab was begun before there were rooms
        return code / "training.py", code / "validation.py"
    return code / "model" / "training.py", code / "model" / "gate.py"


def gate_faults(folder: Path, past: Past) -> Iterator[str]:
    """Yield what is wrong with the gate in the checkout."""
    from jukebox.loop.events import read_runs

    _, gate = find_checkout_files(folder)
    # As it was at the start, and not as it is installed: that may be newer than the lab.
    before = folder / ".jukebox" / "code" / read_runs(past.events)[1].start.figures.code
    gates = [(at / gate.relative_to("code")).read_text("utf-8") for at in (folder / "code", before)]
    if gates[0] != gates[1]:
        no = past.refused_leaks()
        said = f", and it said “{no[-1].why}”" if no else ""
        yield (
            f"You changed the gate in {gate.as_posix()}, and nothing came of it. The gate "
            f"that judges is not the checkout's: it belongs to the loop that is installed{said}. "
            "No commit should be able to open its own gate. Take the change back."
        )


def training_faults(folder: Path, past: Past, code: str) -> Iterator[str]:
    """Yield what is wrong with the training in the checkout. code: the champion's code version."""
    from jukebox.model import job
    from jukebox.model.identity import code_version

    training, _ = find_checkout_files(folder)
    no = past.refused_leaks()
    if no and code_version(folder / "code" / "jukebox") != code:
        record = job.read_model(folder / ".jukebox" / "runs" / str(no[-1].run)).record
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


def hand_faults(models: "Registry", past: Past) -> Iterator[str]:
    """Yield which versions got a role by hand, and not from the loop."""
    said = {event.why for event in past.events if event.name == "rolled back"}
    for row in models.history():
        if row.action == "promote" and row.why.startswith("run "):
            continue
        if row.action in ("promote", "rollback") and row.why not in said:
            yield (
                f"Version {row.version} got its role by hand (“{row.why}”): no trigger asked "
                "for it, and no gate was asked. Begin again with jukebox lab reset 7, and leave "
                "it to the loop."
            )


def missing_triggers(past: Past) -> list[str]:
    """Return the kinds of trigger that have led to no run yet."""
    from jukebox.loop.events import select_triggers
    from jukebox.loop.triggers import kinds_of

    fired = {event.id: event for event in select_triggers(past.events)}
    taken = [fired[t] for run in past.runs.values() for t in run.start.figures.triggers]
    return [kind for kind in WAYS_TO_FIRE if kind not in kinds_of(taken)]


def missing_endings(past: Past) -> list[str]:
    """Return the endings with which no run has ended yet."""
    from jukebox.loop.steps import ENDINGS

    there = {end.name for end in past.endings.values()}
    return [name for name in ENDINGS if name not in there]


def ask_for_trigger(folder: Path, missing: list[str], week: int | None) -> str:
    """Say how to let the first of the missing triggers fire. week: the newest in the data."""
    from jukebox.problem import LABEL_DELAY

    if "performance" in missing and week is not None and week > TASTES_RETURN + LABEL_DELAY:
        return (
            f"Performance is read from the newest labelled week, {week - LABEL_DELAY}, and "
            "nobody has asked the model about its tracks: begin again with jukebox lab reset 7, "
            "and let three weeks pass before more come."
        )
    training, _ = find_checkout_files(folder)
    todo = WAYS_TO_FIRE[missing[0]].format(training=training.as_posix())
    return f"The trigger by {missing[0]} has led to no run yet: {todo}."


def ask_for_ending(past: Past, missing: list[str]) -> str:
    """Say how to see the first of the missing endings, when each trigger has led to a run."""
    last = past.endings[max(past.endings)]
    # Only the data fire again by themselves; a commit and a fall are spent.
    todo = "take the three one by one, in the page's order, after jukebox lab reset 7."
    if missing == ["promoted"]:
        todo = "nobody asks a service here, so let 12 weeks arrive, and update with --answers 0."
    return (
        f"No run has been {missing[0]} yet. The last, run {last.run}, was {last.name}: "
        f"{last.why}. To see it, {todo}"
    )


class TheThreeTriggers(Lab):
    """Three triggers, and a run of the loop for each."""

    title = "The three triggers"
    first = "jukebox status"

    def start(self, folder: Path) -> None:
        """Let the loop make a first model and, when tastes turn, a second; then they turn back."""
        from jukebox.loop.home import open_registry, open_store
        from jukebox.loop.loop import Loop
        from jukebox.loop.triggers import Policy
        from jukebox.model.gate import Limits
        from jukebox.model.job import INSTALLED
        from jukebox.problem import LABEL_DELAY
        from jukebox.serving.rollout import answer_tracks
        from jukebox.world.scene import release
        from jukebox.world.settings import DriftSettings, extend_world
        from jukebox.world.simulation import Catalogue, Drift

        home, code = folder / ".jukebox", folder / "code" / "jukebox"
        shutil.copytree(INSTALLED, code, ignore=shutil.ignore_patterns("__pycache__"))
        data, models = open_store(home, needed=False), open_registry(home, None)
        turns: list[DriftSettings] = [
            {"kind": "concept", "shape": "sudden", "start": TASTES_TURN, "size": 1.0},
            {"kind": "concept", "shape": "sudden", "start": TASTES_RETURN, "size": -1.0},
        ]
        settings = extend_world(home, None, None, turns, 0)
        catalogue = Catalogue(
            settings["seed"], [Drift(**turn) for turn in turns], settings["tracks"]
        )
        first = Policy(answers=0, limits=Limits(newest=1))
        for week in range(WEEKS_BEFORE):
            release(data, week, catalogue.week(week)[0], catalogue)
        with closing(Loop(home, models, data, code, first, train_here)) as loop:
            loop.look()
            list(loop.run())
        for week in range(WEEKS_BEFORE, TASTES_RETURN + 1):
            kept, _ = release(data, week, catalogue.week(week)[0], catalogue)
            if week >= TASTES_TURN + LABEL_DELAY:
                patient = replace(first, rows=10**6)
                with closing(Loop(home, models, data, code, patient, train_here)) as loop:
                    loop.look()  # three weeks, one after the other, show that tastes have turned,
                    if week == TASTES_RETURN:
                        list(loop.run())  # and this run has all three to learn from
            answer_tracks(models, kept)

    def check(self, folder: Path) -> Iterator[str]:
        """Ask for the three triggers and the three endings, and for a checkout that is clean again."""
        from jukebox.loop.journal import unfinished_run, waiting_triggers

        (data, models), past = open_lab(folder), read_past(folder)
        if (champion := models.standing().champion) is None:
            raise ValueError("There is no champion any more: jukebox lab reset 7.")
        yield from gate_faults(folder, past)
        yield from training_faults(folder, past, models.record(champion).code_version)
        yield from hand_faults(models, past)
        if unfinished_run(past.events) or waiting_triggers(past.events):
            yield f"A run is unfinished, or a trigger waits: {UPDATE_COMMAND} goes on with it."
        if missing := missing_triggers(past):
            yield ask_for_trigger(folder, missing, data.week)
        elif missing := missing_endings(past):
            yield ask_for_ending(past, missing)

    def conclude(self, folder: Path) -> str:
        """Say how the runs ended."""
        past = read_past(folder)
        ended = [
            f"run {number}, by {' and '.join(past.runs[number].start.figures.kinds)}, "
            f"was {end.name}"
            for number, end in past.endings.items()
        ]
        return f"No trigger was lost: {'; '.join(ended)}."

    def solve(self, folder: Path, hands: Hands) -> None:
        """Let a bad commit be refused, a fall be answered, and new data be learnt from."""
        from jukebox.world.scene import RANDOM

        training = "code/jukebox/model/training.py"
        hands.type("jukebox status")
        hands.type(f"sed -i.bak 's/new = .*/{RANDOM}/' {training}")
        hands.type(UPDATE_COMMAND, code=1)
        hands.type(f"mv {training}.bak {training}")
        hands.type("jukebox generate --weeks 3")
        hands.type(UPDATE_COMMAND)
        hands.type("jukebox generate --weeks 12")
        hands.type(f"{UPDATE_COMMAND} --answers 0")
