"""What `nox -s bench -- speed` measures is checked, and what it says of it is right."""

import json
import os
import threading
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import numpy as np
import pytest

from scripts import speed, workspace

EXPECTED = np.full((1, 72), 0.25, np.float32)
OK = b"HTTP/1.1 200 OK\r\n"
FIGURES = dict.fromkeys(speed.GOALS, 5) | {"client_core_share_max": 0.1}


def body(values):
    """Give the body of an answer of MLflow's server."""
    return json.dumps({"predictions": {"probabilities": values}}).encode()


@contextmanager
def answering(status, content):
    """Answer every request alike on a free port of the loopback, and give the port."""

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self):
            self.rfile.read(int(self.headers["Content-Length"]))
            if status:
                head = status + b"Content-Length: %d\r\n\r\n" % len(content)
                self.wfile.write(head + content)
            self.close_connection = not status

        def log_message(self, *_):
            pass

    class Server(ThreadingHTTPServer):
        request_queue_size = speed.CONNECTIONS  # who finds no place tries again a second later

    with Server(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever, args=[0.01])
        thread.start()
        yield server.server_port
        server.shutdown()
        thread.join()


def ask(port):
    """Ask a server for a moment."""
    return speed.ask_server(port, "/", {}, speed.read_mlflow, EXPECTED, 0.1)


def test_what_the_client_saw_is_told():
    """Requests in a second, two percentiles of their milliseconds, and the client's own work."""
    with answering(OK, body(EXPECTED.tolist())) as port:
        figures = ask(port)

    assert figures["requests"] >= speed.CONNECTIONS
    assert 0 < figures["requests_s"] <= figures["requests"] / 0.1
    assert 0 < figures["p50_ms"] <= figures["p99_ms"] < 10_000
    assert figures["client"] > 0


@pytest.mark.parametrize(
    ("status", "content", "why"),
    [
        (b"HTTP/1.1 503 Service Unavailable\r\n", b"{}", "not 200 but 503"),
        (OK, body([[0.25] * 71]), r"not the model's \(1, 72\)"),
        (OK, body([[0.25] * 71 + [0.26]]), r"not the model's \(1, 72\)"),
    ],
)
def test_a_wrong_answer_fails_the_run(status, content, why):
    """Speed of errors, or of another model's answers, is not measured."""
    with answering(status, content) as port, pytest.raises(ValueError, match=why):
        ask(port)


def test_a_server_that_hangs_up_fails_the_run():
    """A connection that ends early is no answer."""
    with answering(b"", b"") as port, pytest.raises(ExceptionGroup):
        ask(port)


def test_jukebox_says_what_the_model_says():
    """The probabilities come in the order of the countries, a row a track."""
    answer = {"predictions": [{"track_id": "T1", "probabilities": {"AE": 0.1, "AR": 0.2}}]}

    assert [[0.1, 0.2]] == speed.read_jukebox(answer)


def started(tmp_path, script):
    """Start a script in the place of a server."""
    (tmp_path / "fake.py").write_text(script, "utf-8")
    environment = {"PYTHONPATH": str(tmp_path)}
    return speed.Server(["fake"], tmp_path / "log", "/", None, None, **environment)


SLEEPS = "import subprocess, sys\nsum(range(5_000_000))\nprint('running on http://127.0.0.1:77', flush=True)\n"
SLEEPS += "subprocess.run([sys.executable, '-c', 'import time; time.sleep(60)'])\n"


def test_a_server_and_its_children_end_with_the_run(tmp_path):
    """Nobody of its group is left, and what it used was counted."""
    server = started(tmp_path, SLEEPS)
    server.ready()
    used = server.rest()
    server.stop()

    assert 77 == server.port
    assert used > 0
    with pytest.raises(ProcessLookupError):
        os.killpg(server.process.pid, 0)


def test_a_server_that_does_not_start_says_why(tmp_path):
    """The run stops with the server's own words."""
    server = started(tmp_path, "raise OSError('the disk is full')")

    with pytest.raises(SystemExit, match="the disk is full"):
        server.ready()


def test_a_server_that_never_rests_is_named(tmp_path, monkeypatch):
    """What is still at work would be measured with the other server's round."""
    server, minutes = started(tmp_path, "while True: pass"), iter(range(0, 1000, 25))
    try:
        with monkeypatch.context() as patch:
            patch.setattr(speed.time, "monotonic", lambda: next(minutes))
            with pytest.raises(SystemExit, match="still busy"):
                server.rest()
    finally:
        server.stop()


def test_ratios_say_how_many_times_better_jukebox_is():
    """More requests and fewer milliseconds are both a ratio above one; the median is of rounds."""
    rounds = {}
    for load in speed.LOADS:
        for name, scale in (("jukebox", 1), ("mlflow", 4)):
            rounds[load, name, "requests_s"] = [100 / scale, 100 / scale, 1]
            for key in ("p50_ms", "p99_ms", "cpu_s_per_1000"):
                rounds[load, name, key] = [2.0 * scale, 2.0 * scale, 999]
            rounds[load, name, "client"] = [0.1 * scale]
        rounds[load, "bare", "calls_s"] = [700.0]
    figures = speed.summary(rounds)

    assert [4, 4, 4, 4, 7] == [
        figures[f"one_track_{key}_ratio"] for key in ("requests", "p50", "p99", "cpu", "bare")
    ]
    assert 0.4 == figures["client_core_share_max"]


def test_a_goal_is_said_with_what_was_measured():
    """Met or missed, the figure stands in the sentence, and a missed goal is no error."""
    said, broken = speed.verdicts(FIGURES | {"one_track_requests_ratio": 2})

    assert (
        "one track requests: 2 times as good as mlflow models serve; the goal is 5, missed."
        == (said[0])
    )
    assert [True] * 3 == [sentence.endswith("met.") for sentence in said[1:]]
    assert [] == broken


@pytest.mark.parametrize(("figure", "goals"), speed.GOALS.items())
def test_a_figure_below_its_floor_fails_the_run(figure, goals):
    """What was reached once is held."""
    _, floor = goals

    assert [] == speed.verdicts(FIGURES | {figure: floor})[1]
    assert [f"{floor} is the floor"] == [
        sentence.partition("; ")[2].partition(",")[0]
        for sentence in speed.verdicts(FIGURES | {figure: floor - 0.1})[1]
    ]


def test_a_busy_client_fails_the_run():
    """A client at its own limit would be measured in the server's place."""
    assert ["The client took 60% of a core, and half is the most."] == (
        speed.verdicts(FIGURES | {"client_core_share_max": 0.6})[1]
    )


def test_seconds_to_production_are_those_of_first_answers():
    """Of what was promoted; a refusal brings nothing, and coming back is not coming first."""
    told = [("promoted", 1, 0), ("served", 1, 3), ("refused", None, 90), ("promoted", 2, 0)]
    told += [("served", 2, 5), ("rolled back", 1, 0), ("served", 1, 1)]
    lines = [json.dumps({"event": e, "figures": {"version": v, "seconds": s}}) for e, v, s in told]
    end = json.dumps({"event": "end", "figures": {"seconds": 40, "requests": 9, "failed": 0}})
    figures = speed.measure_production([*lines, end])

    assert (4, 5, 40) == (
        figures["trigger_to_production_s"],
        figures["trigger_to_production_max_s"],
        figures["story_s"],
    )
    with pytest.raises(ValueError, match="no version was promoted and answered"):
        speed.measure_production([*lines[1:3], end])


def test_figures_are_recorded_with_the_command_that_makes_them(tmp_path, monkeypatch):
    """A page tells its reader what to run, which is not always a session of the file's name."""
    (tmp_path / "docs/_data").mkdir(parents=True)
    monkeypatch.chdir(tmp_path)
    workspace.record("speed", "3.11", {"a": 1}, "nox -s bench -- speed")
    workspace.record("bench", "3.11", {"a": 1})

    assert ["nox -s bench -- speed", "nox -s bench"] == [
        json.loads((tmp_path / f"docs/_data/measured/{name}.json").read_text("utf-8"))["command"]
        for name in ("speed", "bench")
    ]


def test_the_recorded_ratios_are_those_of_the_recorded_figures():
    """Who divides the figures that a page shows gets the ratio that it shows."""
    path = Path(__file__).parents[1] / "docs/_data/measured/speed.json"
    run = json.loads(path.read_text("utf-8"))["figures"]

    for load in speed.LOADS:
        requests = run[f"{load}_jukebox_requests_s"] / run[f"{load}_mlflow_requests_s"]
        p99 = run[f"{load}_mlflow_p99_ms"] / run[f"{load}_jukebox_p99_ms"]

        assert [run[f"{load}_requests_ratio"], run[f"{load}_p99_ratio"]] == pytest.approx(
            [requests, p99], abs=0.006
        )
