"""The NorthStar: every model in production follows code, data and performance, with no hand on it.

Three triggers lead to one run: validate, train, gate, register, canary, promote. A run ends as
promoted, refused or rolled back, and with it every trigger that it took. A step is written to the
journal when it is done, and does no harm if it is done again: a loop that was killed goes on from
the last step that was written.
"""

import hashlib
import json
import os
import shutil
import sqlite3
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path

from jukebox import triggers
from jukebox.journal import STEPS, Journal, runs, unfinished, waiting
from jukebox.registry import Refused
from jukebox.training import Model, code_version, labelled
from jukebox.triggers import Policy, fall, kinds
from jukebox.validation import gate

PACKAGE = Path(__file__).parent


class Ended(Exception):
    """The run is over: (ending, why, figures)."""


def job(code, store, data, out, newest, seed):
    """Train in a process of its own, with the package's folder `code`; Ended if that fails."""
    command = [sys.executable, "-m", "jukebox.job", store, data, out]
    done = subprocess.run(
        [*map(str, command), f"--newest={newest}", f"--seed={seed}"],
        env=os.environ | {"PYTHONPATH": str(Path(code).parent)},
        capture_output=True,
        text=True,
    )
    if done.returncode:
        last = (done.stderr.strip().splitlines() or [f"exit code {done.returncode}"])[-1]
        raise Ended("refused", f"the training failed: {last}", {})


class Loop:
    """The loop of one home; the folder's lock keeps a second one out."""

    def __init__(self, home, registry, store, code=PACKAGE, policy=None, train=job):
        """Take the lock. Raises Refused if another loop has it.

        code: the package's folder in the checkout that is watched. train: see `job`.
        """
        self.home, self.registry, self.store = Path(home).resolve(), registry, store
        self.code, self.policy, self.train = Path(code), policy or Policy(), train
        self.journal = Journal(self.home / "northstar.db", lambda: registry.clock())
        self.lock = sqlite3.connect(self.home / "northstar.lock", timeout=0, isolation_level=None)
        try:
            self.lock.execute("BEGIN EXCLUSIVE")  # a killed process lets go of it
        except sqlite3.OperationalError:
            self.lock.close()
            raise Refused(f"Another loop is at work in {self.home}: stop it first.") from None

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
        """Do the next step and give its event, or None if nothing is open."""
        events = self.journal.events()
        if not (found := unfinished(events)):
            return self.journal.add(self.store.week or 0, self._start)
        number, run = found
        step, began = next((s for s in STEPS if s not in run), "promote"), time.perf_counter()
        try:
            why, figures = getattr(self, f"_{step}")(number, run, run["start"]["figures"])
            figures |= {"seconds": round(time.perf_counter() - began, 3)}
        except Ended as end:
            step, why, figures = end.args
            taken = run["start"]["figures"]["triggers"]
            first = min(e["time"] for e in events if e["id"] in taken)
            took = round(self.registry.clock() - first, 3)
            figures = {"triggers": taken, "version": None, "seconds": took} | figures
        return self.journal.add(self.store.week, lambda _: (number, step, why, figures))

    def _start(self, events):
        """Take all triggers that wait and fix what the run works on: it must not change under it."""
        if not (todo := waiting(events)) or unfinished(events):
            return None
        known = labelled(*self.store.read())["released"]
        standing = self.registry.standing()
        record = self.registry.champion().record if standing.champion else {}
        since = record.get("fitted_weeks", [0])[
            0
        ]  # what the champion no longer learns from is past
        fell_in = fall(events, standing.champion) if "performance" in kinds(todo) else None
        if fell_in is not None and known[known >= fell_in].nunique() > 1:
            since = fell_in
        weeks = known[known >= since].nunique()
        code = self._snapshot(self.code)
        kept = self.home / "code" / record.get("code_version", "none")
        if "code" not in kinds(todo) and kept.exists():
            code = kept.name  # a commit that was refused does not stand in the way of new data
        return max(runs(events), default=0) + 1, "start", " and ".join(e["why"] for e in todo), {
            "triggers": [e["id"] for e in todo],
            "kinds": kinds(todo),
            "code": code,
            "data": self.store.freeze(since),
            "seen": self.store.freeze(),
            "since": since,
            "newest": min(1 if fell_in is not None else self.policy.limits.newest, weeks - 1),
            "champion": standing.champion,
            "decision": standing.id,
        }  # fmt: skip

    def _snapshot(self, package):
        """Copy the sources to `code/<their version>/jukebox`, and give the version."""
        draft = self.home / "code" / f"draft-{os.getpid()}"
        shutil.rmtree(draft, ignore_errors=True)
        shutil.copytree(package, draft / "jukebox", ignore=shutil.ignore_patterns("__pycache__"))
        version = code_version(draft / "jukebox")
        if (target := draft.with_name(version)).exists():
            shutil.rmtree(draft)
        else:
            draft.rename(target)
        return version

    def _validate(self, number, run, plan):
        """Is an earlier champion the better answer? Else: is there enough, and is it fit to learn from?"""
        if plan["newest"] > 0 and "performance" in plan["kinds"]:
            self._former(plan)
        quarantined, week = len(self.store.quarantined(self.store.week)), self.store.week
        rows = quarantined + int((self.store.read()[0]["released"] == week).sum())
        figures = {"week": week, "rows": rows, "quarantined": quarantined}
        if quarantined >= self.policy.unfit * rows:
            why = f"{quarantined} of the {rows} rows of week {week} are in quarantine: mend their source"
            raise Ended("refused", why, figures)
        if plan["newest"] < 1:
            raise Ended("refused", "there are fewer than two labelled weeks to learn from", figures)
        inputs = ("code", "data", "newest")
        for before, other in runs(self.journal.events()).items():
            if before < number and all(other["start"]["figures"][i] == plan[i] for i in inputs):
                why = f"run {before} has tried the same code on the same data"
                raise Ended("refused", why, figures | {"run": before})
        return f"{rows - quarantined} of {rows} rows of week {week} are kept", figures

    def _former(self, plan):
        """Go back to the newest earlier champion that is surely better on the newest labelled week."""
        for row in self._decided(plan, "rollback"):  # before a kill, or by hand
            raise Ended("rolled back", row["why"], {"version": row["version"]})
        data, champion = self.store.read(plan["data"]), self.registry.champion()
        for version in reversed(self.registry.standing().earlier):
            former = self.registry.load(version)
            verdict = gate(former, champion, *data, self._limits(plan), seed=self.policy.seed)
            if verdict.passed:
                why = f"version {version} is {verdict.reasons[0]}"
                self.registry.rollback(why, version)
                raise Ended("rolled back", why, verdict.figures | {"version": version})

    def _train(self, number, run, plan):
        code, out = self.home / "code" / plan["code"] / "jukebox", self.home / "runs" / str(number)
        if not (out / "record.json").exists():
            self.train(code, self.store.folder, plan["data"], out, plan["newest"], self.policy.seed)
        model = self._model(number)
        figures = {"digest": model.digest, "metrics": model.record["metrics"]}
        return f"a model with the digest {model.digest[:8]}", figures

    def _gate(self, number, run, plan):
        champion = self.registry.champion() if self.registry.standing().champion else None
        data, policy = self.store.read(plan["data"]), self.policy
        try:
            limits, model = self._limits(plan), self._model(number)
            verdict = gate(model, champion, *data, limits, policy.ceiling, policy.seed)
        except Exception as error:  # whatever code of any version has made
            raise Ended("refused", f"it cannot be judged: {error}", {}) from error
        if not verdict.passed:
            raise Ended("refused", "; ".join(verdict.reasons), verdict.figures)
        return verdict.reasons[0], verdict.figures

    def _register(self, number, run, plan):
        version = self.registry.register(self._model(number))
        return f"version {version}", {"version": version}

    def _canary(self, number, run, plan):
        version, policy = run["register"]["figures"]["version"], self.policy
        figures = {"version": version, "share": policy.share, "answers": 0}
        if self.registry.standing().champion is None:
            return "there is no champion beside whom to try it", figures | {"share": 0}
        give_up = time.monotonic() + policy.patience
        while True:
            for row in self._decided(plan, "withdraw", version):
                raise Ended("rolled back", f"withdrawn: {row['why']}", figures)
            if version not in (now := self.registry.standing())[1:3]:
                self.registry.challenge(version, f"canary of run {number}", policy.share)
            where = "role = 'challenger' AND model_version = ? AND time >= ?"
            log = self.registry.predictions(where, (version, run["start"]["time"]))
            figures["answers"] = log["request_id"].nunique()
            if figures["answers"] >= policy.answers or now.champion == version:
                return f"{figures['answers']} requests answered beside the champion", figures
            if time.monotonic() > give_up:
                why = f"{figures['answers']} of {policy.answers} requests in {policy.patience:g} s"
                self.registry.withdraw(version, why)
                raise Ended("refused", f"too few requests to try it on: {why}", figures)
            time.sleep(0.05)

    def _promote(self, number, run, plan):
        version = run["register"]["figures"]["version"]
        self.registry.promote(version, f"run {number}: {run['gate']['why']}")
        raise Ended("promoted", run["gate"]["why"], {"version": version})

    # ---- what the steps share ----------------------------------------------------------------

    def _decided(self, plan, action, version=None):
        """Give the registry's decisions of a kind since the run began."""
        rows = [r for r in self.registry.history() if r["id"] > plan["decision"]]
        return [r for r in rows if r["action"] == action and version in (None, r["version"])]

    def _limits(self, plan):
        return replace(self.policy.limits, newest=plan["newest"])

    def _model(self, number):
        out = self.home / "runs" / str(number)
        onnx = (out / "model.onnx").read_bytes()
        record = json.loads((out / "record.json").read_text("utf-8"))
        return Model(onnx, hashlib.sha256(onnx).hexdigest(), record)
