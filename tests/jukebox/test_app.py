"""The service keeps its promises under load, under attack and while its model changes."""

import json
import logging
import socket
import sqlite3
import struct
import threading
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing

import numpy as np
import pytest
from jukebox import COUNTRIES, FEATURES
from jukebox.registry.alerts import find_unresolved
from jukebox.serving import rollout
from jukebox.serving.app import ServiceSettings
from mlflow.exceptions import MlflowException
from prometheus_client.parser import text_string_to_metric_families

from .serving import ALERT, NOTIFICATION, TOKENS, TRACK, Client, served

pytestmark = [
    pytest.mark.filterwarnings("ignore:The ``noload`` loader strategy"),  # MLflow of SQLAlchemy
    pytest.mark.filterwarnings("ignore:.*type hint is inferred as AnyType"),  # MLflow of itself
]


@pytest.fixture
def two(stocked):
    """A registry of versions 1 (champion) and 2, which say 0.1 and 0.2 for everything."""
    return stocked


@pytest.fixture(scope="module")
def asked(shared):
    """A client of one server, of which nothing is asked that changes anything."""
    with served(shared) as client:
        yield client.ready()


def logged(registry, role):
    """Give the request ids of a role in the prediction log."""
    return list(registry.predictions(role=role)["request_id"])


def scored(client):
    """Give how many tracks the champion has scored."""
    return client.rollout.answers.labels(1, "champion")._value.get()


def says(answer):
    """Give the version of an answer and the one probability that its model says."""
    (p,) = {p for row in answer["predictions"] for p in row["probabilities"].values()}
    return answer["model_version"], p


def test_an_answer(two):
    """An answer has a probability for each country by its code, a version and a request id."""
    with served(two) as client:
        answer = client.ready().predict(TRACK | {"track_id": "T0000001"}, TRACK).json()

    assert (1, 0.1) == says(answer)
    assert list(COUNTRIES) == list(answer["predictions"][1]["probabilities"])
    assert ["T0000001", None] == [row["track_id"] for row in answer["predictions"]]
    assert 32 == len(answer["request_id"])


def test_not_ready_without_a_model(registry, constant):
    """Without a champion the service lives, is not ready, and says so; then it becomes ready."""
    with served(registry) as client:
        statuses = [client.get(f"/health/{of}").status_code for of in ("live", "ready")]
        refused = client.predict()
        registry.promote(registry.register(constant(0.1)), "the first")
        client.ready()
        answered = client.predict()

    assert ([200, 503], 503) == (statuses, refused.status_code)
    assert "No model is loaded yet" in refused.json()["detail"]
    assert 200 == answered.status_code


def test_bounds_of_each_feature(asked):
    """Each bound is allowed; what lies beyond is refused with field, value, bound and remedy."""
    for name, (lowest, highest, unit) in FEATURES.items():
        for value in (lowest, highest):
            assert 200 == asked.predict(TRACK | {name: value}).status_code
        for value in (lowest - 1, highest + 1):
            (fault,) = asked.predict(TRACK, TRACK | {name: value}).json()["detail"]

            assert f"tracks.1.{name}" == fault["field"]
            assert f"{value} was sent; send a" in fault["fix"]
            assert f"number from {lowest:g} to {highest:g} ({unit})" in fault["fix"]


@pytest.mark.parametrize(
    ("body", "fix"),
    [
        (json.dumps({"tracks": [TRACK | {"energy": "0.5"}]}), "'0.5' was sent; send a number"),
        (json.dumps({"tracks": [TRACK | {"energy": float("nan")}]}), "nan was sent; send a number"),
        (json.dumps({"tracks": [TRACK | {"key": 1.5}]}), "1.5 was sent; send a whole number"),
        (
            json.dumps({"tracks": [TRACK | {"is_explicit": True}]}),
            "send a whole number from 0 to 1",
        ),
        (json.dumps({"tracks": [TRACK | {"enrgy": 1}]}), "tracks.0.enrgy: 1 was sent; remove it"),
        (json.dumps({"tracks": [{**TRACK, "track_id": "a track"}]}), "'a track' was sent"),
        (
            json.dumps({"tracks": [{"energy": 1}]}),
            "tracks.0.is_explicit: it is missing; send a whole",
        ),
        (json.dumps({"tracks": []}), "at least 1 item"),
        ("{", "body: '{' was sent; Invalid JSON"),
    ],
)
def test_what_does_not_fit_is_told(asked, body, fix):
    """Wrong types, missing and unknown fields, and what is no JSON get a message that helps."""
    answer = asked.post("/predict", data=body)

    assert 422 == answer.status_code
    assert fix in " ".join(fault["fix"] for fault in answer.json()["detail"])


def test_limits_of_batch_and_body(two):
    """One track or one byte too many is refused, also when the body comes without its length."""
    small = json.dumps({"tracks": [TRACK] * 3}).encode()
    with served(two, tracks=3, body=len(small)) as client:
        fits = client.ready().post("/predict", data=small)
        long = client.post("/predict", data=small + b" ")
        chunked = client.post("/predict", data=iter([small, b" " * 9]))
    with served(two, tracks=2) as client:
        batch = client.ready().predict(*[TRACK] * 3)

    assert [200, 413, 413, 413] == [a.status_code for a in (fits, long, chunked, batch)]
    assert f"over {len(small)} bytes" in chunked.json()["detail"]
    assert "3 tracks were sent: send 2 at a time" in batch.json()["detail"]


def test_a_body_that_never_ends(two):
    """A client that sends half a body is not waited for."""
    with served(two, upload=0.1) as client:
        client.ready()
        with socket.create_connection(("127.0.0.1", client.port), 10) as slow:
            slow.sendall(b"POST /predict HTTP/1.1\r\nHost: x\r\nContent-Length: 99\r\n\r\n{")
            answer = slow.recv(1000)

    assert answer.startswith(b"HTTP/1.1 408 ")


@pytest.mark.whole
def test_hot_swap_under_load(registry, constant):
    """Hundreds of requests by 4 threads, 5 swaps meanwhile: none fails, each names who made it."""
    levels = {registry.register(constant(v / 10)): v / 10 for v in range(1, 7)}
    registry.promote(1, "the first")
    answers, over = [], threading.Event()

    def ask(client):
        with Client(client.app, client.port) as mine:
            while len(answers) < 400 or not over.is_set():
                answers.append(mine.predict())

    with served(registry) as client, ThreadPoolExecutor(4) as pool:
        asking = [pool.submit(ask, client.ready()) for _ in range(4)]
        for version in range(2, 7):
            client.admin("POST", "promote", version=version, why="better")
            client.until(lambda v=version: answers[-1].json()["model_version"] == v)
        over.set()
        for done in asking:
            done.result()

    assert {200} == {answer.status_code for answer in answers}
    assert all(levels[version] == p for version, p in (says(a.json()) for a in answers))
    assert set(levels) == {answer.json()["model_version"] for answer in answers}
    assert sorted(logged(registry, "champion")) == sorted(a.json()["request_id"] for a in answers)


def test_a_tampered_champion_does_not_replace_the_old_one(two):
    """If the new champion cannot be loaded, the old one goes on, and a metric says so."""
    with served(two) as client:
        client.ready()
        two.promote(2, "better")
        client.until(lambda: client.rollout.serving.champion.version == 2)
        two.load = lambda version: 1 / 0
        two.past.decide("rollback", lambda now: 1, "worse")  # its bytes changed after the decision
        client.until(lambda: "jukebox_load_failures_total 1.0" in client.get("/metrics").text)
        answer = client.predict()

    assert (2, 0.2) == says(answer.json())


def test_a_shadow_answers_nobody(two):
    """A shadow is logged for each request, and no client ever gets its answer."""
    two.challenge(2, "in the shadow")
    with served(two) as client:
        client.ready()
        answers = [client.predict().json() for _ in range(20)]

    assert {(1, 0.1)} == {says(answer) for answer in answers}
    assert sorted(logged(two, "shadow")) == sorted(answer["request_id"] for answer in answers)


def test_a_canary_gets_its_share(two):
    """A canary of 30 % answers as many of 400 requests as chance allows (99.9 %)."""
    from scipy.stats import binom

    two.challenge(2, "a canary", share=0.3)
    with served(two) as client:
        client.ready()
        answers = [says(client.predict().json()) for _ in range(400)]
    low, high = binom.interval(0.999, 400, 0.3)

    assert {(1, 0.1), (2, 0.2)} == set(answers)
    assert low <= answers.count((2, 0.2)) <= high


def test_who_is_chosen_is_known_beforehand():
    """The hash of the id alone decides, at the very share that was asked for."""
    ids = [f"request-{i}" for i in range(20_000)]
    share = np.mean([rollout.goes_to_canary(i, 0.1) for i in ids])

    assert share == pytest.approx(0.1, abs=0.01)
    assert [False, True] == [rollout.goes_to_canary("any", share) for share in (0, 1)]


@pytest.mark.parametrize("level", [1.5, -0.5, float("nan")])
def test_a_challenger_that_cannot_be_loaded_is_withdrawn(two, constant, level):
    """A challenger whose answers are not probabilities never gets a request."""
    version = two.register(constant(level))
    two.challenge(version, "hope", share=1.0)
    with served(two) as client:
        client.ready().until(lambda: two.standing().challenger is None)
        answer = client.predict()

    assert (1, 0.1) == says(answer.json())
    assert "it could not be loaded" == two.history()[-1].why


@pytest.mark.parametrize("share", [0.0, 0.5])
def test_a_faulty_challenger_is_withdrawn(two, monkeypatch, share):
    """A challenger that begins to fail costs no answer and loses its role by itself."""
    two.challenge(2, "a challenge", share=share)
    with served(two, least=20) as client:
        client.ready()
        monkeypatch.setattr(client.rollout.serving.challenger, "session", None)
        statuses = []
        client.until(lambda: statuses.append(client.predict()) or two.standing().challenger is None)
        after = [says(client.predict().json()) for _ in range(10)]

    assert {(200, (1, 0.1))} == {(a.status_code, says(a.json())) for a in statuses}
    assert [(1, 0.1)] * 10 == after
    assert ("withdraw", 2) == (two.history()[-1].action, two.history()[-1].version)
    assert "calls failed or were slow, the last: AttributeError" in two.history()[-1].why


def test_a_slow_challenger_is_withdrawn(two):
    """A challenger over its time limit loses its role; its answers until then were sent."""
    two.challenge(2, "a canary", share=1.0)
    with served(two, slow=0.0, least=20) as client:
        client.ready()
        first = client.predict()
        client.until(lambda: client.predict().ok and two.standing().challenger is None)

    assert (2, 0.2) == says(first.json())
    assert "3 of 3 calls failed or were slow, the last: slower than 0 s" == two.history()[-1].why


def test_the_log_is_complete_after_shutdown(two):
    """What still waits for the log at the end is in it, and leads to model and data."""
    other = sqlite3.connect(two.folder / "predictions.db", check_same_thread=False)
    with served(two) as client:
        client.ready()
        other.execute("BEGIN IMMEDIATE")  # nothing can be written before the shutdown
        answers = [client.predict(*[TRACK] * 5).json() for _ in range(50)]
        release = threading.Timer(0.5, other.rollback)
        release.start()
    other.close()
    found = two.trace_answer(answers[-1]["request_id"])

    assert [a["request_id"] for a in answers for _ in range(5)] == logged(two, "champion")
    assert (1, "d" * 64) == (
        found["lineage"]["version"],
        found["lineage"]["record"]["data_version"],
    )
    assert found["tracks"][0]["probabilities"] == pytest.approx([0.1] * 72)


def test_the_log_waits_for_its_turn(two):
    """While another process holds the log, answers go on and nothing is lost."""
    with served(two) as client, closing(sqlite3.connect(two.folder / "predictions.db")) as other:
        client.ready()
        other.execute("BEGIN IMMEDIATE")
        answers = [client.predict().json()["request_id"] for _ in range(20)]
        other.rollback()

    assert answers == logged(two, "champion")


def test_no_answer_without_a_log(two):
    """When the log is too far behind, the answer that nobody could trace is not given."""
    with (
        served(two, pending=3) as client,
        closing(sqlite3.connect(two.folder / "predictions.db")) as other,
    ):
        client.ready()
        other.execute("BEGIN IMMEDIATE")
        answers = [client.predict()]
        while answers[-1].ok and len(answers) < 100:  # the writer holds some, before it waits
            answers.append(client.predict())
        other.rollback()

    assert 503 == answers[-1].status_code
    assert "The prediction log is behind" in answers[-1].json()["detail"]
    assert [a.json()["request_id"] for a in answers if a.ok] == logged(two, "champion")


def test_a_client_that_hangs_up(two):
    """A request whose client is gone before the answer is in the log all the same."""
    body = json.dumps({"tracks": [TRACK]}).encode()
    head = f"POST /predict HTTP/1.1\r\nHost: x\r\nContent-Length: {len(body)}\r\n\r\n".encode()
    with served(two) as client:
        client.ready()
        for already in range(10):
            gone = socket.create_connection(("127.0.0.1", client.port), 10)
            reset = struct.pack("ii", 1, 0)  # close() then sends a reset, not a farewell
            gone.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, reset)
            gone.sendall(head + body)
            client.until(lambda seen=already: scored(client) > seen)
            gone.close()
        answer = client.predict()

    assert 200 == answer.status_code
    assert 11 == len(logged(two, "champion"))


@pytest.mark.parametrize(
    ("header", "status"),
    [
        ({}, 401),
        ({"Authorization": "Bearer wrong-0123456789"}, 401),
        ({"Authorization": "Bearer "}, 401),
        ({"Authorization": TOKENS["operator"]}, 401),
        ({"Authorization": f"Basic {TOKENS['operator']}"}, 401),
        ({"Authorization": f"Bearer {TOKENS['auditor']}"}, 403),
    ],
)
def test_decisions_need_the_operators_token(asked, shared, caplog, header, status):
    """Without a token, with a wrong or another role's, nothing moves; the log tells, but no token."""
    order = {"version": 2, "why": "because"}
    answer = asked.post("/admin/promote", json=order, headers=header)

    assert (status, 1) == (answer.status_code, shared.standing().champion)
    assert "operator" in answer.json()["detail"]
    assert "Admin call refused: '/admin/promote' from 127.0.0.1" in caplog.text
    assert not any(secret in caplog.text + answer.text for secret in ("0123456789", "Basic"))


def test_the_auditor_reads(two):
    """The auditor's token opens history, lineage and requests, and their sum is the audit."""
    with served(two) as client:
        request_id = client.ready().predict().json()["request_id"]
        client.until(lambda: logged(two, "champion"))
        pages = ("history", "lineage/1", f"requests/{request_id}")
        history, lineage, answered = (client.admin("GET", p, "auditor").json() for p in pages)
        bare = client.get("/admin/history").status_code

    assert ("the first", 401) == (history[0]["why"], bare)
    assert lineage == answered["lineage"]


def test_the_operator_decides(two):
    """Each decision is taken through its endpoint, with the role beside the reason."""
    with served(two) as client:
        client.ready()
        client.admin("POST", "challenge", version=2, why="a canary", share=0.5)
        client.admin("POST", "withdraw", version=2, why="for now")
        client.admin("POST", "promote", version=2, why="after all")
        client.admin("POST", "rollback", why="worse")
        client.admin("POST", "retire", version=2, why="for good")
        refused = client.admin("POST", "promote", version=2, why="please")

    assert ["promote", "challenge", "withdraw", "promote", "rollback", "retire"] == [
        row.action for row in two.history()
    ]
    assert "operator: for good" == two.history()[-1].why
    assert (409, "Version 2 is retired: register a new one.") == (
        refused.status_code,
        refused.json()["detail"],
    )


def test_an_alert_is_written_down_and_decides_nothing(two):
    """Alertmanager repeats itself and says more than is read: one row a change, no decision."""
    other = ALERT | {"labels": {"alertname": "Drift"}}
    over = ALERT | {"status": "resolved"}
    with served(two) as client:
        client.ready()
        answers = [
            client.admin("POST", "alerts", **NOTIFICATION | {"alerts": alerts}).json()
            for alerts in ([ALERT], [ALERT, other], [over])
        ]
        kept = client.admin("GET", "alerts", "auditor").json()

    assert [(1, 1), (2, 1), (1, 1)] == [(a["received"], a["new"]) for a in answers]
    assert ["firing", "firing", "resolved"] == [row["status"] for row in kept]
    assert (ALERT["labels"], ALERT["annotations"]) == (kept[0]["labels"], kept[0]["annotations"])
    assert 1772437946.739266 == pytest.approx(kept[0]["starts"], abs=1e-6)
    assert ["Drift"] == [row.labels["alertname"] for row in find_unresolved(two.alerts.read())]
    assert ["the first"] == [row.why for row in two.history()]


@pytest.mark.parametrize(
    ("body", "status", "fix"),
    [
        (b"{", 422, "body: '{' was sent; Invalid JSON"),
        (b"[]", 422, "body: [] was sent; Input should be an object"),
        ({"version": "3"}, 422, "version: '3' was sent; Input should be '4'"),
        ({"alerts": []}, 422, "alerts: [] was sent; List should have at least 1 item"),
        ({"alerts": [ALERT] * 257}, 422, "at most 256 items"),
        ({"alerts": [{}]}, 422, "alerts.0.labels: it is missing; add it"),
        (
            {"alerts": [ALERT | {"labels": {}}]},
            422,
            "alerts.0.labels.alertname: it is missing; add it",
        ),
        ({"alerts": [ALERT | {"labels": {"alertname": "A", "b": 1}}]}, 422, "alerts.0.labels.b: 1"),
        ({"alerts": [ALERT | {"status": "maybe"}]}, 422, "Input should be 'firing' or 'resolved'"),
        ({"alerts": [ALERT | {"startsAt": 5}]}, 422, "alerts.0.startsAt: 5 was sent; Input"),
        ({"alerts": [ALERT | {"annotations": {"summary": "x" * 4001}}]}, 422, "at most 4000"),
        (b" " * 300_000, 413, "The body is over 262144 bytes"),
    ],
)
def test_an_alert_that_does_not_fit_is_told(asked, shared, caplog, body, status, fix):
    """Which field, what was sent and what to send; it is logged, and nothing is written."""
    data = body if isinstance(body, bytes) else json.dumps(NOTIFICATION | body)
    headers = {"Authorization": f"Bearer {TOKENS['operator']}"}
    answer = asked.post("/admin/alerts", data=data, headers=headers)
    said = answer.json()["detail"]

    assert status == answer.status_code
    assert fix in (said if status == 413 else " ".join(fault["fix"] for fault in said))
    assert f"Alerts refused: {status}" in caplog.text
    assert [] == shared.alerts.read()


def test_a_registry_that_cannot_be_written_is_told(two, monkeypatch):
    """The operator gets 503, the cause and what to do; nothing moves, and people get answers."""

    def locked(*_):
        flush = "(raised as a result of Query-invoked autoflush)"
        raise MlflowException(f"{flush}\n(sqlite3.OperationalError) database is locked\n[SQL: …]")

    with served(two) as client:
        client.ready()
        monkeypatch.setattr(two.client, "get_model_version", locked)
        refused = client.admin("POST", "promote", version=2, why="because")
        answered = client.predict()

    assert (503, 200, 1) == (refused.status_code, answered.status_code, two.standing().champion)
    assert (
        "The registry cannot be used: (sqlite3.OperationalError) database is locked; another "
        "process holds it: wait until it is done, or stop it, then try again. GET /admin/history "
        "says what was decided."
    ) == refused.json()["detail"]


def test_alerts_need_the_operators_token(asked, shared):
    """The auditor may read them, and nobody else may anything."""
    bare = asked.post("/admin/alerts", json=NOTIFICATION).status_code
    written = asked.admin("POST", "alerts", "auditor", **NOTIFICATION).status_code
    unread = asked.get("/admin/alerts").status_code

    assert (401, 403, 401) == (bare, written, unread)
    assert [] == shared.alerts.read()


@pytest.mark.parametrize(
    "path",
    [
        "lineage/..%2f..%2fetc%2fpasswd",
        "lineage/../../etc/passwd",
        "lineage/1%00",
        "requests/..%2f..%2fhistory.db",
        "requests/%27%20OR%201=1--",
    ],
)
def test_path_tricks_find_nothing(asked, path):
    """Paths, null bytes and SQL in a name are refused, whoever asks."""
    answer = asked.admin("GET", path, "auditor")

    assert answer.status_code in (404, 409, 422)


@pytest.mark.parametrize("action", ["load", "_settle", "__init__", "..%2fpromote"])
def test_only_decisions_are_actions(asked, action):
    """No other method of the registry can be called by its name."""
    answer = asked.admin("POST", action, version=2, why="because")

    assert answer.status_code in (404, 422)


def test_a_token_decides_on_what_is_registered_and_leaves_its_trace(two):
    """Whoever holds it brings in no model of his own, and cannot decide unseen."""
    with served(two) as client:
        codes = [
            client.admin("POST", "promote", version=version, why="mine").status_code
            for version in (99, 2)
        ]

    assert [409, 200] == codes
    assert [(2, "operator: mine")] == [(row.version, row.why) for row in two.history()[1:]]


def test_tokens_come_from_the_environment(monkeypatch):
    """A token is read from its variable, must be long, and shows in no representation."""
    monkeypatch.setenv("JUKEBOX_OPERATOR_TOKEN", TOKENS["operator"])
    monkeypatch.delenv("JUKEBOX_AUDITOR_TOKEN", raising=False)
    settings = ServiceSettings()

    assert {"operator": TOKENS["operator"]} == settings.tokens
    assert TOKENS["operator"] not in repr(settings)
    monkeypatch.setenv("JUKEBOX_AUDITOR_TOKEN", "short")
    with pytest.raises(ValueError, match="under 16 characters"):
        ServiceSettings()


def test_metrics_parse(two):
    """The metrics parse as Prometheus reads them, and unknown paths make no new series."""
    with served(two) as client:
        client.ready().predict()
        client.get("/no/such/path/1"), client.get("/no/such/path/2")
        families = {f.name: f for f in text_string_to_metric_families(client.get("/metrics").text)}
    counted = {
        (s.labels["path"], s.labels["code"]): s.value
        for s in families["jukebox_requests"].samples
        if s.name == "jukebox_requests_total"
    }

    assert (1, 2) == (counted["/predict", "200"], counted["unknown", "404"])
    assert 1 == families["jukebox_ready"].samples[0].value
    assert "jukebox_request_seconds" in families


def test_nothing_of_the_inside_is_told(two, monkeypatch, caplog):
    """When the champion itself fails, the client gets a 500 without a traceback, and it counts."""
    with served(two) as client, caplog.at_level(logging.ERROR):
        client.ready()
        monkeypatch.setattr(client.rollout.serving.champion, "session", None)
        answer = client.predict()
        metrics = client.get("/metrics").text

    assert 500 == answer.status_code
    assert {"detail": "The model failed. This is logged; try again."} == answer.json()
    assert "AttributeError" in caplog.text
    assert 'jukebox_requests_total{code="500",path="/predict"} 1.0' in metrics
