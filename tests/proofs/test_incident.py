"""One incident with the system and without, then a loud one: what each shows, and what it costs.

Two services answer over HTTP while the same tastes turn. One has the loop beside it, which trains
in processes of its own and tries a new model as a canary; the other was released once and is left
alone. Then somebody promotes a broken model by hand.
"""

import hashlib
import json
import shutil
import time
from contextlib import ExitStack, closing
from http.client import HTTPConnection
from itertools import count
from statistics import median
from threading import Event, Thread
from urllib.parse import urlsplit

import numpy as np
import onnx
import pytest
from jukebox import (
    COUNTRIES,
    FEATURES,
    LABEL_DELAY,
    Loop,
    Model,
    Policy,
    Registry,
    Store,
    gate,
    labels,
)
from jukebox.watch.alerts import find_firing, read_service
from jukebox.world import incident
from jukebox.world.incident import (
    QUARTER,
    RELEASE_WEEK,
    TURN_WEEK,
    TURNING_WORLD,
    Week,
    cost,
    count_hits,
    live_through,
)
from jukebox.world.scene import release, serving, wait_until

from tests.jukebox.conftest import made
from tests.proofs.calls import describe_calls

MOMENTS = "detect", "recover"
SIZES = {  # (small, full)
    "last": (26, 28),  # weeks that pass over HTTP
    "every": (QUARTER // 2, 1),  # weeks between one date of the first report and the next
}
SAME = (
    *("loop_detect", "loop_recover", "before_errors_percent", "silent_errors_percent"),
    *("before_requests", "before_hits_percent", "loud_errors_percent"),
    *(f"report_{which}_{what}" for which in ("least", "median", "most") for what in MOMENTS),
)
AT_ONCE = 5  # tracks in a request
NOTHING = {"probabilities": dict.fromkeys(COUNTRIES, np.nan)}
pytestmark = [
    pytest.mark.filterwarnings("ignore:The ``noload`` loader strategy"),  # MLflow of SQLAlchemy
    pytest.mark.filterwarnings("ignore:.*type hint is inferred as AnyType"),  # MLflow of itself
]


class System:
    """A home with its service, and somebody who asks it; `calls` as `describe_calls` wants them."""

    def __init__(self, home, ends):
        """Open the home and start its service, which ends with `ends`, an ExitStack."""
        self.registry, self.store = Registry(home / "registry"), Store(home / "data")
        self.url, self.calls, self.weeks = ends.enter_context(serving(home))(), [], []

    def ask(self, tracks, calls):
        """Ask about tracks, a few at once, and note each call; give the probabilities."""
        rows, answers = tracks[["track_id", *FEATURES]].to_dict("records"), []
        with closing(HTTPConnection(urlsplit(self.url).netloc, timeout=10)) as wire:
            for first in range(0, len(rows), AT_ONCE):
                some, start = rows[first : first + AT_ONCE], time.perf_counter()
                wire.request("POST", "/predict", json.dumps({"tracks": some}))
                answer = wire.getresponse()
                body = json.loads(answer.read())
                calls.append((time.time(), answer.status, time.perf_counter() - start))
                answers += body.get("predictions", [NOTHING] * len(some))
        return np.array([[a["probabilities"][c] for c in COUNTRIES] for a in answers])

    def meanwhile(self, tracks, work):
        """Let people ask until some work is done, and give what it gives."""
        over, calls = Event(), []

        def asking():
            while not over.wait(0.02):
                self.ask(tracks, calls)

        (thread := Thread(target=asking, daemon=True)).start()
        try:
            return work()
        finally:
            over.set()
            thread.join()

    def answers(self, week, found=""):
        """Let the tracks of a week be asked about, by the champion of the day; note the week."""
        version = self.registry.standing().champion
        wait_until(
            lambda: read_service(self.url)["champion"] == version,
            f"Version {version} did not serve",
        )
        tracks, charts = TURNING_WORLD.week(week)
        met = count_hits(labels(tracks, charts), self.ask(tracks, self.calls))
        self.weeks.append(Week(week, version, met, found))

    def alerts(self):
        """Give the names of the alerts on the service that fire."""
        return {
            a.name for a in find_firing({}, read_service(self.url)) if a.name.startswith("Service")
        }


def looked(system, loop, week):
    """Let the loop look and do what it finds, while people ask; say what came of it."""
    if not (fired := loop.look()):
        return ""
    asked = TURNING_WORLD.week(week - 1)[0]
    events = system.meanwhile(asked, lambda: list(loop.run()))
    fell = any(event.figures.kind == "performance" for event in fired)
    ending = events[-1].name
    return "fell" if fell and ending == "refused" else ending


def broken():
    """Give a model that answers what it is tried on as it loads, and fails on every real track."""
    proto = onnx.load_model_from_string(made(0.0).onnx)
    [old] = [w for w in proto.graph.initializer if w.name == "w"]
    weights = onnx.numpy_helper.to_array(old).copy()
    weights[list(FEATURES).index("duration_ms")] = 1e-4  # as if it came in seconds: no probability
    old.CopyFrom(onnx.numpy_helper.from_array(weights, "w"))
    content = proto.SerializeToString(deterministic=True)
    record = made(0.0, fitted_weeks=[0, 9]).record
    return Model(content, hashlib.sha256(content).hexdigest(), record)


@pytest.fixture(scope="module")
def systems(empty, sizes, tmp_path_factory):
    """The system with its loop and the one left alone, weeks after the turn; both still answer."""
    folder = tmp_path_factory.mktemp("incident")
    shutil.copytree(empty, (home := folder / "home") / "registry")
    with ExitStack() as ends:
        ours = System(home, ends)
        loop = Loop(home, ours.registry, ours.store, policy=Policy(answers=25, share=0.25))
        ends.enter_context(closing(loop))
        for week in range(RELEASE_WEEK + 1):
            release(ours.store, week, TURNING_WORLD.week(week)[0], TURNING_WORLD)
        found = looked(ours, loop, RELEASE_WEEK)
        shutil.copytree(home / "registry", folder / "alone" / "registry")
        alone = System(folder / "alone", ends)
        for week in range(RELEASE_WEEK, sizes.last):
            if week > RELEASE_WEEK:
                release(ours.store, week, TURNING_WORLD.week(week)[0], TURNING_WORLD)
                found = looked(ours, loop, week)
            ours.answers(week, found)
            alone.answers(week)
        yield {"loop": ours, "alone": alone}


def test_the_loop_finds_the_fall_with_the_first_charts_and_mends_it(systems, sizes, figures):
    """No sooner than the charts are known, and within weeks; what is left alone is never found out."""
    found, alone = (cost(systems[name].weeks) for name in ("loop", "alone"))
    figures |= {"weeks": sizes.last - TURN_WEEK, "loop_lost": found.lost, "alone_lost": alone.lost}
    figures |= {"loop_detect": found.detect, "loop_recover": found.recover}

    assert LABEL_DELAY == found.detect
    assert LABEL_DELAY < found.recover <= 2 * LABEL_DELAY
    assert (None, None) == alone[:2]
    assert found.lost < alone.lost


def test_the_page_lives_through_what_the_services_do(systems, sizes):
    """It counts in one process, with a look in the place of the loop."""
    never, weekly = (
        list(live_through(looks, sizes.last)) for looks in (incident.never, incident.weekly)
    )

    assert [w.hits for w in never] == pytest.approx([w.hits for w in systems["alone"].weeks], 0.01)
    assert cost(systems["loop"].weeks)[:2] == cost(weekly)[:2]


def test_a_report_finds_it_by_the_luck_of_its_date(sizes, figures):
    """In each of the 13 weeks in which the first report can come that has a chart of the new tastes."""
    first = TURN_WEEK + LABEL_DELAY
    found = [
        cost(list(live_through(lambda week, report=report: week == report)))
        for report in range(first, first + QUARTER, sizes.every)
    ]
    for name in (*MOMENTS, "lost"):
        values = [getattr(each, name) for each in found]
        for what, of in (("least", min), ("median", median), ("most", max)):
            figures[f"report_{what}_{name}"] = of(values)

    assert LABEL_DELAY == figures["report_least_detect"]
    assert LABEL_DELAY + QUARTER - 1 == figures["report_most_detect"]


def test_the_service_shows_nothing_of_the_silent_one(systems, figures):
    """Requests, errors and latency of the model left alone, before tastes turned and since."""
    alone, each = systems["alone"], len(systems["alone"].calls) // len(systems["alone"].weeks)
    turn = (TURN_WEEK - RELEASE_WEEK) * each
    for name, calls in (("before", alone.calls[:turn]), ("silent", alone.calls[turn:])):
        seen = describe_calls(calls)
        figures |= {
            f"{name}_requests": seen["requests"],
            f"{name}_errors_percent": round(100 * seen["errors"], 1),
            f"{name}_p50_ms": round(1000 * seen["p50"], 1),
            f"{name}_p99_ms": round(1000 * seen["p99"], 1),
        }
    of = {
        "before": alone.weeks[: TURN_WEEK - RELEASE_WEEK],
        "silent": alone.weeks[TURN_WEEK - RELEASE_WEEK :],
    }
    for name, weeks in of.items():
        share = np.mean([w.hits for w in weeks]) / len(COUNTRIES) / incident.CAMPAIGNS
        figures[f"{name}_hits_percent"] = round(100 * float(share))

    assert (0, 0) == (figures["before_errors_percent"], figures["silent_errors_percent"])
    assert not {"ServiceErrors", "ServiceNotReady"} & alone.alerts()
    assert 2 * figures["silent_hits_percent"] < figures["before_hits_percent"]


def test_the_service_shows_the_loud_one_at_once(systems, sizes, figures):
    """A broken model, promoted by hand past the gate that refuses it; one rollback mends it."""
    alone, data = systems["alone"], systems["loop"].store.read()
    tracks, model = TURNING_WORLD.week(sizes.last)[0], broken()
    assert not gate(model, alone.registry.champion(), *data).passed
    version, calls = alone.registry.register(model), []
    alone.registry.promote(version, "by hand, on a Friday")
    wait_until(
        lambda: read_service(alone.url)["champion"] == version, "The broken model did not serve"
    )
    for asked in count(1):
        alone.ask(tracks[:AT_ONCE], calls)
        if "ServiceErrors" in alone.alerts():
            break
        assert asked < 1000
    fired, began = time.time(), calls[0][0]
    alone.registry.rollback("every answer is an error")
    wait_until(lambda: read_service(alone.url)["champion"] != version, "The rollback did not serve")
    seen, after = describe_calls(calls), []
    alone.ask(tracks, after)
    figures |= {
        "loud_requests": seen["requests"],
        "loud_errors_percent": round(100 * seen["errors"], 1),
        "loud_p50_ms": round(1000 * seen["p50"], 1),
        "loud_p99_ms": round(1000 * seen["p99"], 1),
        "loud_detect_s": round(fired - began, 1),
        "loud_recover_s": round(after[0][0] - began, 1),
    }

    assert {500} == {status for _, status, _ in calls}
    assert 0 == describe_calls(after)["errors"]
