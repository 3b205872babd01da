"""The NorthStar: every model in production follows code, data and performance automatically.

Three triggers lead to one run: validate, train, gate, register, canary, promote. A run ends as
promoted, refused or rolled back, and with it every trigger that it took. A step is written to the
journal when it is done, and does no harm if it is done again: a loop that was killed goes on from
the last step that was written.
"""

import time
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

from jukebox.data.store import Forgotten
from jukebox.loop import triggers
from jukebox.loop.journal import Journal, alone, runs, unfinished, waiting
from jukebox.loop.steps import STEPS
from jukebox.loop.triggers import Policy, fall, kinds, void
from jukebox.model import job
from jukebox.model.gate import Verdict, gate
from jukebox.model.identity import code_version, find_snapshot, is_intact
from jukebox.model.job import INSTALLED
from jukebox.model.training import Record, labelled
from jukebox.registry.history import Refused
from jukebox.registry.models import Tampered
from jukebox.registry.sqlite import full, remedy


class Ended(Exception):
    """The run is over: (ending, why, figures)."""


class Loop:
    """The loop of one home; the folder's lock keeps a second one out."""

    def __init__(self, home, registry, store, code=INSTALLED, policy=None, train=job.run):
        """Take the lock. Raises Refused if another loop has it.

        code: the package's folder in the checkout that is watched. train: see `job.run`; whatever
        it raises refuses the run.
        """
        self.home, self.registry, self.store = Path(home).resolve(), registry, store
        self.code, self.policy, self.train = Path(code), policy or Policy(), train
        self.home.mkdir(parents=True, exist_ok=True)
        self.journal = Journal(self.home / "northstar.db", lambda: registry.clock())
        self.lock = alone(self.home)

    def close(self):
        """Let go of the lock."""
        self.lock.close()

    def look(self):
        """Fire the triggers whose time has come, and give them as events: see `triggers.look`."""
        return triggers.look(self.journal, self.store, self.registry, self.code, self.policy)

    def run(self):
        """Do what is open, step by step, and give the events as they are written."""
        while event := self.advance():
            yield event

    def advance(self):
        """Do the next step and give its event, or None if no run is unfinished.

        Raises Tampered if the bytes of a model have changed: the run stays open, and goes on from
        here when they are restored.
        """
        events, today = self.journal.events(), self.store.week or 0
        if not (found := unfinished(events)):
            return self.journal.add(today, self._start)
        number, run = found
        plan = run["start"]["figures"]
        step, began = next((s for s in STEPS if s not in run), "promote"), time.perf_counter()
        try:
            if "register" not in run:  # from then on, whoever forgets a track is told of the model
                self.store.whole(plan["data"])
            why, figures = getattr(self, f"_{step}")(number, run, plan)
            figures |= {"seconds": round(time.perf_counter() - began, 3)}
        except Tampered:
            raise
        except (Ended, Refused, Forgotten) as end:
            step, why, figures = end.args if isinstance(end, Ended) else ("refused", str(end), {})
            figures |= {"forgotten": plan["data"]} if isinstance(end, Forgotten) else {}
            taken = plan["triggers"]
            first = min(e["time"] for e in events if e["id"] in taken)
            took = round(max(0, self.registry.clock() - first), 3)
            figures = {"triggers": taken, "version": None, "seconds": took} | figures
        return self.journal.add(today, lambda _: (number, step, why, figures))

    def _start(self, events):
        """Take all triggers that wait and fix what the run works on: it must not change under it."""
        if not (todo := waiting(events)):
            return None
        known = labelled(*self.store.read())["released"]
        standing = self.registry.standing()
        record = self.registry.load(standing.champion).record if standing.champion else Record()
        since = (record.fitted_weeks or (0,))[0]  # what it no longer learns from is past
        fell_in = fall(events, standing.champion) if "performance" in kinds(todo) else None
        if fell_in is not None and known[known >= fell_in].nunique() > 1:
            since = fell_in
        weeks = known[known >= since].nunique()
        return max(runs(events), default=0) + 1, "start", " and ".join(e["why"] for e in todo), {
            "triggers": [e["id"] for e in todo],
            "kinds": kinds(todo),
            "code": self._snapshot(record if "code" not in kinds(todo) else None),
            "data": self.store.freeze(since),
            "seen": self.store.freeze(),
            "since": since,
            "newest": min(1 if fell_in is not None else self.policy.limits.newest, weeks - 1),
            "quarantined": len(self.store.quarantined(self.store.week)),
            "champion": standing.champion,
            "decision": standing.id,
        }  # fmt: skip

    def _snapshot(self, record: Record | None) -> str:
        """Give the name of the snapshot for a run, with the code of a record where there is one.

        That is the checkout's, if it trains as the record's code does: whatever else was mended in
        it counts. Else it is the record's own: a refused commit must not stand in the way of data.
        """
        kept = self.home / "code"
        if record and record.code_version:
            version, packages = record.code_version, record.packages
            same = code_version(self.code, packages) == version
            if not same and (found := find_snapshot(kept, version, packages)):
                return found.parent.name
        return job.snapshot(self.code, kept)

    def _validate(self, number, run, plan):
        """Is an earlier champion the better answer? Else: is there enough, and is it fit to learn from?"""
        if "performance" in plan["kinds"] and plan["newest"] > 0:
            self._former(plan)
        week = self.store.week
        quarantined = len(self.store.quarantined(week))
        rows = quarantined + int((self.store.read()[0]["released"] == week).sum())
        figures = {"week": week, "rows": rows, "quarantined": quarantined}
        if rows and quarantined >= self.policy.unfit * rows:
            why = f"{quarantined} of the {rows} rows of week {week} are in quarantine: fix their source"
            raise Ended("refused", why, figures)
        if plan["newest"] < 1:
            raise Ended("refused", "there are fewer than two labelled weeks to learn from", figures)
        inputs = ("code", "data", "newest", "champion")
        for before, other in runs(self.journal.events()).items():
            same = all(other["start"]["figures"][i] == plan[i] for i in inputs)
            if before < number and same and "validate" in other and not void(other):
                why = f"run {before} has tried the same code on the same data"
                raise Ended("refused", why, figures | {"run": before})
        return f"{rows - quarantined} of {rows} rows of week {week} are kept", figures

    def _former(self, plan):
        """Go back to the newest earlier champion that is surely better on the newest labelled week."""
        for row in self._decided(plan):
            if row.action == "rollback":  # before a kill, or by hand
                raise Ended("rolled back", row.why, {"version": row.version})
        champion = self.registry.champion()
        for version in reversed(self.registry.standing().earlier):
            verdict = self._judge(plan, self.registry.load(version), champion)
            if verdict.passed:
                why = f"version {version} is {verdict.reasons[0]}"
                self.registry.rollback(why, version)
                raise Ended("rolled back", why, verdict.figures | {"version": version})

    def _train(self, number, run, plan):
        code, out = self.home / "code" / plan["code"] / "jukebox", self.home / "runs" / str(number)
        is_made = (out / "record.json").exists()
        if not is_made and not is_intact(code) and self._snapshot(None) != plan["code"]:
            why = f"{code.parent} is not the code that it is named after: restore it from a copy"
            raise Ended("refused", why, {})
        try:
            if not is_made:
                self.train(
                    code, self.store.folder, plan["data"], out, plan["newest"], self.policy.seed
                )
            model = self._model(number, run)
            for needed in ("code_version", "fitted_weeks", "tested_weeks", "metrics"):
                model.record.as_dict()[needed]  # code of any version has written it
            if (learnt := model.record.data_version or plan["data"]) != plan["data"]:
                raise RuntimeError(f"it learnt from data {learnt[:8]}, and not {plan['data'][:8]}")
        except Exception as error:  # whatever that code has done
            self.store.whole(plan["data"])  # or its data was taken from under it
            if full(error):  # but a full disk is no fault of the code
                raise OSError(f"Run {number} waits: {error}; {remedy(error)}") from error
            kind = "" if isinstance(error, RuntimeError) else f"{type(error).__name__}: "
            raise Ended("refused", f"the training failed: {kind}{error}", {}) from error
        figures = {"digest": model.digest, "metrics": model.record.metrics}
        return f"a model with the digest {model.digest[:8]}", figures

    def _gate(self, number, run, plan):
        version = self.registry.standing().champion
        champion = self.registry.load(version) if version else None
        verdict = self._judge(plan, self._model(number, run), champion, self.policy.ceiling)
        if not verdict.passed:
            raise Ended("refused", "; ".join(verdict.reasons), verdict.figures)
        return verdict.reasons[0], verdict.figures | {"champion": version}

    def _register(self, number, run, plan):
        version = self.registry.register(self._model(number, run))
        return f"version {version}", {"version": version, "log": self.registry.asked(version)[1]}

    def _canary(self, number, run, plan):
        version, log = (run["register"]["figures"][name] for name in ("version", "log"))
        share, enough = self.policy.share, self.policy.answers
        figures = {"version": version, "share": share, "answers": 0}
        give_up = time.monotonic() + self.policy.patience
        while True:
            figures["answers"], _ = self.registry.asked(version, log)
            if self._settled(number, run, version, figures):
                return "it was promoted by hand", figures
            if run["gate"]["figures"]["champion"] is None:
                return "there is no champion yet, so no canary", figures | {"share": 0}
            if figures["answers"] >= enough:
                return f"{figures['answers']} requests answered as a canary", figures
            if self.registry.standing().challenger != version:
                self.registry.challenge(version, f"canary of run {number}", share)
                give_up = time.monotonic() + self.policy.patience  # from here on it is asked
            elif time.monotonic() > give_up:
                had = f"{figures['answers']} of {enough} in {self.policy.patience:g} s"
                self._withdraw(number, version, f"too few requests to try it on: {had}")
            else:
                time.sleep(0.05)

    def _promote(self, number, run, plan):
        version, why = run["register"]["figures"]["version"], run["gate"]["why"]
        if not self._settled(number, run, version, {"version": version}):
            self.registry.promote(version, f"run {number}: {why}")
        raise Ended("promoted", why, {"version": version})

    # ---- what the steps share ----------------------------------------------------------------

    def _decided(self, plan):
        """Give the registry's decisions since the run began, by the loop or by others."""
        return [row for row in self.registry.history() if row.id > plan["decision"]]

    def _settled(self, number, run, version, figures):
        """Say whether the version has been promoted. Ended if the registry has decided otherwise."""
        last = [row for row in self._decided(run["start"]["figures"]) if row.version == version]
        action, why = (last[-1].action, last[-1].why) if last else (None, "")
        if action == "promote":  # before a kill, or by hand; what came after it stands
            return True
        if action == "withdraw":
            ours = why.startswith(f"run {number}: ")
            ending, said = ("refused", "") if ours else ("rolled back", "withdrawn: ")
            raise Ended(ending, said + why.removeprefix(f"run {number}: "), figures)
        judged, now = run["gate"]["figures"]["champion"], self.registry.standing()
        if now.champion not in (judged, version):
            why = f"version {now.champion} is champion now, and it was judged against {judged}"
            self._withdraw(number, version, why)
            raise Ended("refused", why, figures)
        return False

    def _withdraw(self, number, version, why):
        """End the challenge, if there still is one, in the name of the run."""
        with suppress(Refused):  # the service was first
            self.registry.withdraw(version, f"run {number}: {why}")

    def _judge(self, plan, model, champion, ceiling=None):
        limits = replace(self.policy.limits, newest=plan["newest"])
        data, seed = self.store.read(plan["data"]), self.policy.seed
        try:
            return gate(model, champion, *data, limits, ceiling, seed)
        except Exception as error:  # whatever code of any version has made
            return Verdict(False, (f"it cannot be judged: {error}",), {})

    def _model(self, number, run):
        model = job.made(out := self.home / "runs" / str(number))
        if "train" in run and model.digest != run["train"]["figures"]["digest"]:
            raise Tampered(f"{out} is not what run {number} trained: restore it from a copy.")
        return model
