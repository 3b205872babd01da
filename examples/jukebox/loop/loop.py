"""The NorthStar: every model in production follows code, data and performance automatically.

Three triggers lead to one run: validate, train, gate, register, canary, promote. A run ends as
promoted, refused or rolled back, and with it every trigger that it took. A step is written to the
journal when it is done, and does no harm if it is done again: a loop that was killed goes on from
the last step that was written.
"""

import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

from jukebox.data.store import Forgotten, Store
from jukebox.loop import triggers
from jukebox.loop.events import (
    BatchCheck,
    Canary,
    Ending,
    Entry,
    Event,
    Figures,
    Json,
    Judgement,
    Plan,
    Promotion,
    Refusal,
    Registration,
    Rollback,
    Run,
    Training,
    Trigger,
    read_runs,
)
from jukebox.loop.home import Home
from jukebox.loop.journal import Journal, lock_home, unfinished_run, waiting_triggers
from jukebox.loop.triggers import Policy, find_fall, has_lost_data, kinds_of
from jukebox.model import job
from jukebox.model.gate import Verdict, gate
from jukebox.model.identity import code_version, find_snapshot, is_intact
from jukebox.model.job import INSTALLED
from jukebox.model.training import Model, Record, labelled_tracks
from jukebox.registry.history import Decision, Refused
from jukebox.registry.models import Registry, Tampered
from jukebox.registry.sqlite import is_disk_full, remedy

# As `job.run_training`: code, store, data, out, newest, seed. What it answers is not used.
Trainer = Callable[[Path, Path, str, Path, int, int], object]


class RunEnded(Exception):
    """The run is over before its last step: why, and how."""

    def __init__(self, why: str, ending: Ending) -> None:
        """Keep both."""
        super().__init__(why, ending)
        self.why, self.ending = why, ending


class Loop:
    """The loop of one home; the folder's lock keeps a second one out."""

    def __init__(
        self,
        home: str | Path,
        registry: Registry,
        store: Store,
        code: str | Path = INSTALLED,
        policy: Policy | None = None,
        train: Trainer = job.run_training,
    ) -> None:
        """Take the lock. Raises Refused if another loop has it.

        code: the package's folder in the checkout that is watched. train: see `job.run_training`; whatever
        it raises refuses the run.
        """
        self.home, self.registry, self.store = Home(Path(home).resolve()), registry, store
        self.code, self.policy, self.train = Path(code), policy or Policy(), train
        self.home.folder.mkdir(parents=True, exist_ok=True)
        self.journal = Journal(self.home.journal, lambda: registry.clock())
        self.lock = lock_home(self.home.folder)

    def close(self) -> None:
        """Let go of the lock."""
        self.lock.close()

    def look(self) -> list[Event[Trigger]]:
        """Fire the triggers whose time has come, and give them as events: see `fire_due_triggers`."""
        return triggers.fire_due_triggers(
            self.journal, self.store, self.registry, self.code, self.policy
        )

    def run(self) -> Iterator[Event[Figures]]:
        """Do what is open, step by step, and give the events as they are written."""
        while event := self.advance():
            yield event

    def advance(self) -> Event[Figures] | None:
        """Do the next step and give its event, or None if no run is unfinished.

        Raises Tampered if the bytes of a model have changed: the run stays open, and goes on from
        here when they are restored.
        """
        events, today = self.journal.events(), self.store.week or 0
        if not (run := unfinished_run(events)):
            return self.journal.add(today, self.start_run)
        plan, began = run.start.figures, time.perf_counter()
        try:
            if not run.register:  # from then on, whoever forgets a track is told of the model
                self.store.check_whole(plan.data)
            why, figures = self.do_next_step(run)
        except Tampered:
            raise
        except RunEnded as end:
            why, figures = end.why, end.ending
        except (Refused, Forgotten) as error:
            lost = plan.data if isinstance(error, Forgotten) else None
            why = str(error)
            figures = Refusal(triggers=plan.triggers, version=None, forgotten=lost)
        took = time.perf_counter() - began
        if isinstance(figures, Ending):
            first = min(event.time for event in events if event.id in plan.triggers)
            took = max(0, self.registry.clock() - first)
        figures = replace(figures, seconds=round(took, 3))
        return self.journal.add(today, lambda _: Entry(run.number, why, figures))

    def do_next_step(self, run: Run) -> tuple[str, Figures]:
        """Do the first step that a run has not passed; give why it was passed, and its figures.

        A step is given what those before it gave. Raises RunEnded if it ends the run.
        """
        for event in run.events:
            if lacks := event.figures.lacks:
                raise ValueError(
                    f"Run {run.number} cannot go on: event {event.id} in {self.home.journal}, "
                    f"{event.name}, does not say {', '.join(lacks)}: restore that file from a copy."
                )
        number, plan = run.number, run.start.figures
        if not run.validate:
            return self.check_batch(number, plan)
        if not run.train:
            return self.train_model(number, plan)
        if not run.gate:
            return self.judge_model(number, plan, run.train.figures)
        if not run.register:
            return self.register_model(number, run.train.figures)
        judgement, registration = run.gate.figures, run.register.figures
        if not run.canary:
            return self.try_canary(number, plan, judgement, registration)
        return self.promote_version(number, plan, judgement, registration, run.gate.why)

    # ---- the steps, in their order -----------------------------------------------------------

    def start_run(self, events: list[Event[Figures]]) -> Entry[Plan] | None:
        """Take all triggers that wait and fix what the run works on: it must not change under it."""
        if not (todo := waiting_triggers(events)):
            return None
        known = labelled_tracks(*self.store.read())["released"]
        standing = self.registry.standing()
        record = self.registry.load(standing.champion).record if standing.champion else Record()
        since = (record.fitted_weeks or (0,))[0]  # what it no longer learns from is past
        fell_in = find_fall(events, standing.champion) if "performance" in kinds_of(todo) else None
        if fell_in is not None and known[known >= fell_in].nunique() > 1:
            since = fell_in
        weeks = known[known >= since].nunique()
        plan = Plan(
            triggers=[event.id for event in todo],
            kinds=kinds_of(todo),
            code=self._snapshot(record if "code" not in kinds_of(todo) else None),
            data=self.store.freeze(since),
            seen=self.store.freeze(),
            since=since,
            newest=min(1 if fell_in is not None else self.policy.limits.newest, weeks - 1),
            quarantined=len(self.store.quarantined_rows(self.store.week)),
            champion=standing.champion,
            decision=standing.id,
        )
        number = max(read_runs(events), default=0) + 1
        return Entry(number, " and ".join(event.why for event in todo), plan)

    def check_batch(self, number: int, plan: Plan) -> tuple[str, BatchCheck]:
        """Check that there is enough to learn from, that it is fit, and that no run has tried it.

        Before that, goes back to an earlier champion if one is better: then there is nothing to learn.
        """
        if "performance" in plan.kinds and plan.newest > 0:
            self._go_back(plan)
        week = self.store.week
        quarantined = len(self.store.quarantined_rows(week))
        rows = quarantined + int((self.store.read()[0]["released"] == week).sum())
        batch = BatchCheck(week=week, rows=rows, quarantined=quarantined)
        if rows and quarantined >= self.policy.unfit * rows:
            why = f"{quarantined} of the {rows} rows of week {week} are in quarantine: fix their source"
            raise refusal(why, plan, batch.to_json())
        if plan.newest < 1:
            why = "there are fewer than two labelled weeks to learn from"
            raise refusal(why, plan, batch.to_json())
        if (before := self._find_same_run(number, plan)) is not None:
            why = f"run {before} has tried the same code on the same data"
            raise refusal(why, plan, batch.to_json() | {"run": before})
        return f"{rows - quarantined} of {rows} rows of week {week} are kept", batch

    def train_model(self, number: int, plan: Plan) -> tuple[str, Training]:
        """Let the code of the plan learn from its data, in a process of its own."""
        code, out = self.home.package(plan.code), self.home.run(number)
        is_made = (out / "record.json").exists()
        if not is_made and not is_intact(code) and self._snapshot(None) != plan.code:
            why = f"{code.parent} is not the code that it is named after: restore it from a copy"
            raise refusal(why, plan)
        try:
            if not is_made:
                self.train(code, self.store.folder, plan.data, out, plan.newest, self.policy.seed)
            model = job.read_model(out)
            for needed in ("code_version", "fitted_weeks", "tested_weeks", "metrics"):
                # Code of any version has written it; a KeyError names what it has left out.
                said = model.record.as_dict()[needed]
                if needed in model.record.others:
                    raise RuntimeError(f"its record says {needed} in a form of its own: {said!r}")
            learnt = model.record.as_dict().get("data_version", plan.data)
            if learnt != plan.data:
                raise RuntimeError(f"it learnt from data {learnt!s:.8}, and not {plan.data[:8]}")
        except Exception as error:  # whatever that code has done
            self.store.check_whole(plan.data)  # or its data was taken from under it
            if is_disk_full(error):  # but a full disk is no fault of the code
                raise OSError(f"Run {number} waits: {error}; {remedy(error)}") from error
            kind = "" if isinstance(error, RuntimeError) else f"{type(error).__name__}: "
            raise refusal(f"the training failed: {kind}{error}", plan) from error
        training = Training(digest=model.digest, metrics=model.record.metrics)
        return f"a model with the digest {model.digest[:8]}", training

    def judge_model(self, number: int, plan: Plan, training: Training) -> tuple[str, Judgement]:
        """Ask the gate about the model that was trained, next to the champion."""
        version = self.registry.standing().champion
        champion = self.registry.load(version) if version else None
        model = self._read_model(number, training)
        verdict = self._ask_gate(plan, model, champion, self.policy.ceiling)
        if not verdict.passed:
            raise refusal("; ".join(verdict.reasons), plan, {**verdict.figures})
        return verdict.reasons[0], Judgement(champion=version, others={**verdict.figures})

    def register_model(self, number: int, training: Training) -> tuple[str, Registration]:
        """Give the model a version in the registry."""
        version = self.registry.register(self._read_model(number, training))
        log = self.registry.count_requests(version).last_row
        return f"version {version}", Registration(version=version, log=log)

    def try_canary(
        self, number: int, plan: Plan, judgement: Judgement, registration: Registration
    ) -> tuple[str, Canary]:
        """Let the version answer a share of the requests, until it has answered enough of them."""
        version, enough = registration.version, self.policy.answers
        canary = Canary(version=version, share=self.policy.share, answers=0)
        give_up = time.monotonic() + self.policy.patience
        while True:
            canary = replace(
                canary, answers=self.registry.count_requests(version, registration.log).requests
            )
            found = {"share": canary.share, "answers": canary.answers}
            if self._settle_promotion(number, plan, judgement, version, found):
                return "it was promoted by hand", canary
            if judgement.champion is None:
                return "there is no champion yet, so no canary", replace(canary, share=0)
            if canary.answers >= enough:
                return f"{canary.answers} requests answered as a canary", canary
            if self.registry.standing().challenger != version:
                self.registry.challenge(version, f"canary of run {number}", self.policy.share)
                give_up = time.monotonic() + self.policy.patience  # from here on it is asked
            elif time.monotonic() > give_up:
                had = f"{canary.answers} of {enough} in {self.policy.patience:g} s"
                self._withdraw(number, version, f"too few requests to try it on: {had}")
            else:
                time.sleep(0.05)

    def promote_version(
        self, number: int, plan: Plan, judgement: Judgement, registration: Registration, why: str
    ) -> tuple[str, Promotion]:
        """Make the version champion. why: the gate's reason."""
        version = registration.version
        if not self._settle_promotion(number, plan, judgement, version, {}):
            self.registry.promote(version, f"run {number}: {why}")
        return why, Promotion(triggers=plan.triggers, version=version)

    # ---- what the steps share ----------------------------------------------------------------

    def _snapshot(self, record: Record | None) -> str:
        """Give the name of the snapshot for a run, with the code of a record where there is one.

        That is the checkout's, if it trains as the record's code does: whatever else was mended in
        it counts. Else it is the record's own: a refused commit must not stand in the way of data.
        """
        if record and record.code_version:
            version, packages = record.code_version, record.packages
            same = code_version(self.code, packages) == version
            if not same and (found := find_snapshot(self.home.code, version, packages)):
                return found.parent.name
        return job.take_snapshot(self.code, self.home.code)

    def _go_back(self, plan: Plan) -> None:
        """Go back to the newest earlier champion that is surely better on the newest labelled week.

        Raises RunEnded if there is one.
        """
        for row in self._decisions(plan):
            if row.action == "rollback":  # before a kill, or by hand
                ending = Rollback(triggers=plan.triggers, version=row.version)
                raise RunEnded(row.why, ending)
        champion = self.registry.champion()
        for version in reversed(self.registry.standing().earlier):
            verdict = self._ask_gate(plan, self.registry.load(version), champion)
            if verdict.passed:
                why = f"version {version} is {verdict.reasons[0]}"
                self.registry.rollback(why, version)
                found = {**verdict.figures}
                ending = Rollback(triggers=plan.triggers, version=version, others=found)
                raise RunEnded(why, ending)

    def _find_same_run(self, number: int, plan: Plan) -> int | None:
        """Give the number of an earlier run that has tried the same, or None."""
        work = (plan.code, plan.data, plan.newest, plan.champion)
        for before, run in read_runs(self.journal.events()).items():
            then = run.start.figures
            same = work == (then.code, then.data, then.newest, then.champion)
            if before < number and same and run.validate and not has_lost_data(run):
                return before
        return None

    def _decisions(self, plan: Plan) -> list[Decision]:
        """Give the registry's decisions since the run began, by the loop or by others."""
        return [row for row in self.registry.history() if row.id > plan.decision]

    def _settle_promotion(
        self, number: int, plan: Plan, judgement: Judgement, version: int, found: Json
    ) -> bool:
        """Say whether the version has been promoted. Raises RunEnded if the registry decided otherwise.

        found: what the step knows of the version until then.
        """
        last = [row for row in self._decisions(plan) if row.version == version]
        action, why = (last[-1].action, last[-1].why) if last else (None, "")
        if action == "promote":  # before a kill, or by hand; what came after it stands
            return True
        if action == "withdraw":
            ours = f"run {number}: "
            if why.startswith(ours):
                raise refusal(why.removeprefix(ours), plan, found, version)
            ending = Rollback(triggers=plan.triggers, version=version, others=found)
            raise RunEnded(f"withdrawn: {why}", ending)
        now = self.registry.standing()
        if now.champion not in (judgement.champion, version):
            why = (
                f"version {now.champion} is champion now, and it was judged against "
                f"{judgement.champion}"
            )
            self._withdraw(number, version, why)
            raise refusal(why, plan, found, version)
        return False

    def _withdraw(self, number: int, version: int, why: str) -> None:
        """End the challenge, if there still is one, in the name of the run."""
        with suppress(Refused):  # the service was first
            self.registry.withdraw(version, f"run {number}: {why}")

    def _ask_gate(
        self, plan: Plan, model: Model, champion: Model | None, ceiling: float | None = None
    ) -> Verdict:
        """Give the gate's verdict on a model, on the newest weeks of the plan's data."""
        limits = replace(self.policy.limits, newest=plan.newest)
        data, seed = self.store.read(plan.data), self.policy.seed
        try:
            return gate(model, champion, *data, limits, ceiling, seed)
        except Exception as error:  # whatever code of any version has made
            return Verdict(False, (f"it cannot be judged: {error}",), {})

    def _read_model(self, number: int, training: Training) -> Model:
        """Read what a run has trained. Raises Tampered if it is no longer that."""
        model = job.read_model(out := self.home.run(number))
        if model.digest != training.digest:
            raise Tampered(f"{out} is not what run {number} trained: restore it from a copy.")
        return model


def refusal(
    why: str, plan: Plan, found: Json | None = None, version: int | None = None
) -> RunEnded:
    """Give the refusal of a run, to raise. found: the figures that it rests on."""
    return RunEnded(why, Refusal(triggers=plan.triggers, version=version, others=found or {}))
