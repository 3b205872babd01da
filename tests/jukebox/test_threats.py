"""What stands against an attacker, where no other test shows it; the page names them."""

import json
import select
import socket
from contextlib import ExitStack

import numpy as np
import pytest

from tests.waiting import HANGS

from .loops import CALM, names
from .serving import TRACK, served
from .test_app import two  # noqa: F401

pytestmark = [
    pytest.mark.filterwarnings("ignore:The ``noload`` loader strategy"),  # MLflow of SQLAlchemy
    pytest.mark.filterwarnings("ignore:.*type hint is inferred as AnyType"),  # MLflow of itself
]


def poisoned(home, weeks):
    """Let weeks of plausible rows come in whose charts are those of other tracks of the week."""
    for week in weeks:
        home.store.arrive(week, CALM.week(week)[0])
        charts = CALM.week(week - 3)[1]
        ids = charts["track_id"].unique()
        other = dict(zip(ids, np.roll(ids, len(ids) // 2), strict=True))
        home.store.chart(week, charts.assign(track_id=charts["track_id"].map(other)))


def test_poisoned_labels_do_not_reach_production(home):
    """Each row is right by itself, all bounds hold: the gate says no, and why."""
    home.world, before = CALM, home.registry.standing().champion
    poisoned(home, (8, 9))
    home.commit("diligent again")
    events = home.go()

    assert before == home.registry.standing().champion
    assert ("refused", True) == (events[-1].name, "no better than chance" in events[-1].why)
    assert "promoted" not in names(events)


def test_a_token_is_revoked_by_a_restart(two):  # noqa: F811
    """The old one opens nothing, and the new one does."""
    answers = []
    for token in ("first-0123456789abcdef", "second-0123456789abcdef"):
        with served(two, tokens={"operator": token}) as client:
            headers = {"Authorization": "Bearer first-0123456789abcdef"}
            answers.append(client.get("/admin/history", headers=headers).status_code)

    assert [200, 401] == answers


def flood(client, sent, open_):
    """Connect two hundred times, then send on each; `open_` closes them."""
    wires = [
        open_.enter_context(socket.create_connection(("127.0.0.1", client.port), HANGS))
        for _ in range(200)
    ]
    for wire in wires:
        wire.sendall(sent)
    return wires


BODY = json.dumps({"tracks": [TRACK]}).encode()
HALF = b"POST /predict HTTP/1.1\r\nHost: x\r\nContent-Length: %d\r\n\r\n" % len(BODY) + BODY[:-9]


@pytest.mark.whole
def test_two_hundred_callers_who_never_finish(two):  # noqa: F811
    """While they hold their connections, everybody else is answered."""
    with served(two, upload=HANGS) as client, ExitStack() as open_:
        client.ready()
        slow = flood(client, HALF, open_)
        answers = [client.predict().status_code for _ in range(20)]
        told, _, _ = select.select(slow, [], [], 0)

    assert [200] * 20 == answers
    assert [] == told


@pytest.mark.whole
def test_two_hundred_callers_who_have_not_finished_in_time(two):  # noqa: F811
    """They are told 408."""
    with served(two, upload=0.5) as client, ExitStack() as open_:
        client.ready()
        told = {wire.recv(12) for wire in flood(client, HALF, open_)}

    assert {b"HTTP/1.1 408"} == told


@pytest.mark.whole
def test_two_hundred_callers_at_once(two):  # noqa: F811
    """Each gets its answer: they wait for one another, and none is turned away."""
    body = json.dumps({"tracks": [TRACK] * 20}).encode()
    whole = b"POST /predict HTTP/1.1\r\nHost: x\r\nContent-Length: %d\r\n\r\n" % len(body) + body
    with served(two) as client, ExitStack() as open_:
        client.ready()
        told = {wire.recv(12) for wire in flood(client, whole, open_)}

    assert {b"HTTP/1.1 200"} == told


def test_the_prediction_log_knows_no_caller(two):  # noqa: F811
    """Of a request it keeps the track's id, the inputs' hash and the answer; no address, no header."""
    with served(two) as client:
        client.ready().post("/predict", json={"tracks": [TRACK]}, headers={"X-User": "somebody"})
    log = two.predictions()
    columns = "request_id role model_version time track_id inputs probabilities"
    held = (two.folder / "predictions.db").read_bytes()

    assert columns.split() == list(log.columns)
    assert 64 == len(log.at[0, "inputs"])
    assert not any(word in held for word in (b"127.0.0.1", b"somebody", b"python-requests"))
