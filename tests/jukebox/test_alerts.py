"""What the service and Prometheus say is understood, and what fires reaches Alertmanager."""

import json
import math
import socket
import threading
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from itertools import product
from urllib.parse import parse_qs, urlsplit

import pytest
import yaml
from jukebox.watch import alerts
from jukebox.watch.alerts import FiringAlert, find_firing
from jukebox.watch.monitoring import GAUGES

RULES = {
    rule["alert"]: rule
    for group in yaml.safe_load(alerts.RULES.read_text("utf-8"))["groups"]
    for rule in group["rules"]
}
WELL = {
    "jukebox_batch_rows": 200,
    "jukebox_data_quality_share": {"missing": 0.01, "late": 0.0},
    "jukebox_drifted": {"tracks": 0},
    "jukebox_performance_fell": 0,
    "jukebox_week": 30,
    "jukebox_newest_labelled_week": 27,
    "jukebox_newest_trained_week": 22,
}
SERVED = {"requests": 100, "errors": 0.0, "p99": 0.004, "champion": 1}
METRICS = """
jukebox_requests_total{path="/predict",code="200"} 97
jukebox_requests_total{path="/predict",code="422"} 1
jukebox_requests_total{path="/predict",code="503"} 2
jukebox_requests_total{path="/metrics",code="500"} 900
jukebox_request_seconds_bucket{path="/predict",le="0.001"} 50
jukebox_request_seconds_bucket{path="/predict",le="0.01"} 98
jukebox_request_seconds_bucket{path="/predict",le="0.05"} 100
jukebox_request_seconds_bucket{path="/predict",le="+Inf"} 100
jukebox_champion_version 7
"""


@contextmanager
def answering(answer):
    """Serve `answer(path, body)` on a free port of the loopback: text, or None for an error."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self):
            length = int(self.headers.get("Content-Length", 0))
            said = answer(self.path, self.rfile.read(length))
            self.send_response(500 if said is None else 200)
            self.end_headers()
            self.wfile.write((said or "").encode())

        do_POST = do_GET

        def log_message(self, *_):
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.01,))
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_port}"
        finally:
            server.shutdown()
            thread.join()


def prometheus(results):
    """Give an answer like that of Prometheus: {query: figure}; no series for other queries."""

    def answer(path, _):
        (query,) = parse_qs(urlsplit(path).query)["query"]
        found = [{"metric": {}, "value": [0, str(results[query])]}] if query in results else []
        return json.dumps({"status": "success", "data": {"resultType": "vector", "result": found}})

    return answer


def names(found):
    """Give the names of alerts."""
    return [alert.name for alert in found]


# What a service says


def test_the_figures_of_a_service():
    """Of /predict alone; a client's mistake is no error, and p99 lies within its bucket."""
    with answering(lambda path, _: METRICS if path == "/metrics" else None) as address:
        figures = alerts.read_service(address + "/")

    assert {"requests": 100, "errors": 0.02, "p99": pytest.approx(0.03), "champion": 7} == figures


def test_a_service_that_is_gone():
    """It has no champion, and why is said; its errors are unknown and not none."""
    figures = alerts.read_service("http://127.0.0.1:9")

    assert (0, True, True) == (
        figures["champion"],
        math.isnan(figures["errors"]),
        "refused" in figures["fault"],
    )
    assert ["ServiceNotReady"] == names(find_firing(WELL, figures))


def test_a_port_on_which_something_else_listens():
    """It is told like a service that is gone, and not by a traceback."""
    with socket.create_server(("127.0.0.1", 0)) as other:

        def greet():
            caller, _ = other.accept()
            with caller:
                caller.recv(1000)
                caller.sendall(b"SSH-2.0-other\r\n")

        thread = threading.Thread(target=greet)
        thread.start()
        figures = alerts.read_service(f"http://127.0.0.1:{other.getsockname()[1]}")
        thread.join()

    assert (0, "it does not speak HTTP (SSH-2.0-other)") == (figures["champion"], figures["fault"])


@pytest.mark.parametrize("port", ["", ":9"])
def test_a_password_in_an_address_is_not_repeated(port):
    """It would not be sent, so it is refused before anything is asked."""
    with pytest.raises(ValueError, match="Leave user and password out") as refused:
        alerts.read_service(f"http://user:secret@127.0.0.1{port}")

    assert "secret" not in str(refused.value)


@pytest.mark.parametrize(
    ("buckets", "expected"),
    [
        ({1.0: 100.0, math.inf: 100.0}, 0.99),
        ({1.0: 98.0, 2.0: 100.0, math.inf: 100.0}, 1.5),
        ({1.0: 90.0, math.inf: 100.0}, 1.0),
        ({1.0: 0.0, math.inf: 0.0}, math.nan),
        ({}, math.nan),
    ],
)
def test_a_quantile_is_that_of_prometheus(buckets, expected):
    """Straight within a bucket; above the last bound nobody knows; of no calls there is none."""
    assert expected == pytest.approx(alerts.quantile(buckets, 0.99), nan_ok=True)


def test_an_address_that_is_none():
    """A file is not read by mistake."""
    with pytest.raises(ValueError, match="write http://HOST:PORT"):
        alerts.read_service("file:///etc/hostname")


# What Prometheus says


def test_the_figures_of_prometheus():
    """Errors count if they last: the smaller share of the two windows."""
    results = {
        alerts.FAULT_RATE % "1h": 0.1,
        alerts.CALL_RATE % "1h": 2,
        alerts.FAULT_RATE % "5m": 0.04,
        alerts.CALL_RATE % "5m": 4,
        alerts.P99: 0.06,
        alerts.CHAMPION_VERSION: 3,
    }
    with answering(prometheus(results)) as address:
        figures = alerts.read_prometheus(address)

    assert {"requests": 4.0, "errors": 0.01, "p99": 0.06, "champion": 3} == figures


def test_no_series_of_errors_is_no_errors():
    """And no series at all is unknown, with no champion."""
    calls = {alerts.CALL_RATE % window: 2 for window in ("1h", "5m")}
    errors = []
    for results in (calls, {}):
        with answering(prometheus(results)) as address:
            errors.append(alerts.read_prometheus(address))

    assert 0.0 == errors[0]["errors"]
    assert (True, 0) == (math.isnan(errors[1]["errors"]), errors[1]["champion"])


@pytest.mark.parametrize("said", [None, "<html>", '{"status": "error"}'])
def test_a_prometheus_that_does_not_answer(said):
    """An error, a page of somebody else, or a refused query: all are told."""
    with (
        answering(lambda *_: said) as address,
        pytest.raises(ValueError, match=f"Prometheus at {address} does not answer"),
    ):
        alerts.read_prometheus(address)


def test_the_queries_are_those_of_the_rules():
    """Both ask for the same, so one cannot wake somebody whom the other lets sleep."""
    errors, p99 = (" ".join(RULES[a]["expr"].split()) for a in ("ServiceErrors", "ServiceLatency"))
    parts = [
        (of % window) for of in (alerts.FAULT_RATE, alerts.CALL_RATE) for window in ("1h", "5m")
    ]

    assert [True] * 4 == [part in errors for part in parts]
    assert f"{alerts.P99} > 0.05" == p99
    assert 2 == errors.count("> 14.4 * 0.001")


# What fires


def test_all_is_well():
    """Nothing fires."""
    assert [] == find_firing(WELL, SERVED)


@pytest.mark.parametrize("name", sorted(set(RULES) - {n for n in RULES if n[:7] == "Service"}))
def test_thresholds_are_those_of_the_rules(name):
    """Read as Python, a rule of the figures fires where `find_firing` does, for figures on both sides."""
    used = [gauge for gauge in GAUGES if gauge in RULES[name]["expr"]]
    choices = {
        "jukebox_batch_rows": [0, 1, None],
        "jukebox_data_quality_share": [{"missing": 0.05}, {"missing": 0.06, "late": 0.0}, None],
        "jukebox_drifted": [{"tracks": 0}, {"tracks": 1}, None],
        "jukebox_performance_fell": [0, 1, None],
        "jukebox_week": [30, None],
        "jukebox_newest_labelled_week": [26, 25, None],
        "jukebox_newest_trained_week": [18, 17, None],
    }
    verdicts = set()
    for values in product(*(choices[gauge] for gauge in used)):
        given = WELL | dict(zip(used, values, strict=True))
        given = {gauge: value for gauge, value in given.items() if value is not None}
        flat = {g: max(v.values()) if isinstance(v, dict) else v for g, v in given.items()}
        flat = dict.fromkeys(GAUGES, math.nan) | flat | {"absent": math.isnan}
        if name == "StaleModel" and "jukebox_week" not in given:
            continue  # without a week StaleLabels fires, and one is enough
        expected = eval(RULES[name]["expr"], {}, flat)  # noqa: S307 - our own file
        assert expected == (name in names(find_firing(given))), given
        verdicts.add(expected)

    assert {True, False} == verdicts


def test_one_column_is_not_called_columns():
    """The summary is a sentence, for one as for two."""
    said = [find_firing(WELL | {"jukebox_drifted": {"tracks": n}})[0].summary for n in (1, 2)]

    assert ["1 column has drifted.", "2 columns have drifted."] == said


def test_a_service_in_trouble():
    """Errors, latency and no champion each fire above their threshold, and not at it."""
    bounds = {"errors": 14.4 * 0.001, "p99": 0.05}
    trouble = {"errors": 0.0145, "p99": 0.051, "champion": 0}

    assert [] == find_firing(WELL, SERVED | bounds)
    assert ["ServiceErrors", "ServiceLatency", "ServiceNotReady"] == [
        names(find_firing(WELL, SERVED | {key: value}))[0] for key, value in trouble.items()
    ]


def test_pages_come_before_tickets():
    """With the severity and the runbook of the rules."""
    found = find_firing(WELL | {"jukebox_batch_rows": 0, "jukebox_performance_fell": 1})

    assert [("PerformanceFall", "page"), ("DataQuality", "ticket")] == [a[:2] for a in found]
    assert RULES["DataQuality"]["annotations"]["runbook_url"] == found[1].runbook_url


# Who is told


def test_what_alertmanager_gets():
    """Its API's form: labels by which it groups, annotations for people."""
    posted = []
    with answering(lambda *request: posted.append(request) or "") as address:
        alerts.post_alerts(
            address, [FiringAlert("Drift", "ticket", "2 columns have drifted.", "reference/x")]
        )
    ((path, body),) = posted

    assert "/api/v2/alerts" == path
    assert [
        {
            "labels": {"alertname": "Drift", "severity": "ticket"},
            "annotations": {"summary": "2 columns have drifted.", "runbook_url": "reference/x"},
        }
    ] == json.loads(body)


def test_an_alertmanager_that_does_not_take_them():
    """An alert that nobody gets is an error."""
    with (
        answering(lambda *_: None) as address,
        pytest.raises(ValueError, match="did not take the alerts"),
    ):
        alerts.post_alerts(address, [FiringAlert("Drift", "ticket", "", "")])


def test_a_figure_that_is_not_known_is_told_in_a_sentence():
    """Not as a number of weeks or columns: "the last unknown weeks" helps nobody."""
    known = {name: WELL[name] for name in WELL if "drifted" not in name and "trained" not in name}
    told = {alert.name: alert.summary for alert in find_firing(known)}

    assert "There is no champion yet." == told["StaleModel"]
    assert told["Drift"].startswith("Nobody knows whether")
