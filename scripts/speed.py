"""Measure how fast Jukebox is, against others in the same run: `nox -s bench -- speed`.

The service, with its prediction log and its metrics on, and `mlflow models serve` answer for the
same artefact: one worker of uvicorn each, started by its own command, asked by the same client over
as many connections, in turns. Seconds differ between machines; ratios of one run hold better.
Each connection sends its next request when it has its answer, so these are figures at full load.
"""

import asyncio
import json
import multiprocessing
import os
import platform
import re
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager, suppress
from itertools import product
from pathlib import Path
from statistics import median
from typing import TYPE_CHECKING, Any

import numpy as np

from scripts.workspace import record

if TYPE_CHECKING:
    from onnxruntime import InferenceSession

Track = dict[str, str | float]  # by column
Body = dict[str, Any]  # JSON, which a server takes or gives: each has a form of its own
Ask = Callable[[list[Track]], Body]
Tell = Callable[[Body], list[list[float]]]  # the probabilities of each track and country
Answer = tuple[float, bytes, bytes]  # its seconds, its head and its body
Rounds = dict[tuple[str, str, str], list[float]]  # by load, by who answered, and by figure

CONNECTIONS, ROUNDS, SECONDS, STARTS = 8, 7, 2.0, 10
LOADS = {"one_track": 1, "hundred_tracks": 100}  # tracks in a request
ENVIRONMENT = os.environ | {
    "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}",  # MLflow's uvicorn
    # Uvicorn binds a free port itself. MLflow cannot ask it to: its `--port 0` means no option.
    "UVICORN_PORT": "0",
    "UVICORN_ACCESS_LOG": "false",  # ours keeps none either
}
ENVIRONMENT.pop("PYTHONDONTWRITEBYTECODE", None)  # modules compiled once, as an installer does
# How many times as good as `mlflow models serve`: where we want to be, and the floor. A goal that is
# missed is said, not failed: it is what we want of the code, and a run that fails until it is
# reached would be run by nobody. A floor is the least that was measured so far, on a machine busy
# with other work, less a fifth for noise. Both servers share a machine's bad moments and every
# figure is a median of rounds, so a ratio below it means that something broke, and the run fails.
GOALS = {
    "one_track_requests_ratio": (5, 1.2),
    "one_track_p99_ratio": (3, 1.2),
    "hundred_tracks_requests_ratio": (5, 3.0),
    "hundred_tracks_p99_ratio": (3, 2.7),
}


def prepare_model(folder: Path) -> tuple[Path, list[Track], bytes]:
    """Train and promote a model; give its MLflow model, tracks to ask about, and its bytes."""
    from jukebox import FEATURES, Catalogue, Registry, train

    catalogue, registry = Catalogue(seed=1), Registry(folder / "registry")
    model = train(*catalogue.weeks(range(12)))
    version = registry.register(model)
    registry.promote(version, "the only one")
    entry = registry.client.get_model_version(registry.name, str(version))
    assert entry.source is not None  # it was registered with its artefact, two lines above
    week, _ = catalogue.week(12)
    table = week.loc[:, ["track_id", *FEATURES]].head(max(LOADS.values()))
    tracks = [{str(column): row[column] for column in table} for row in table.to_dict("records")]
    return Path(entry.source.removeprefix("file://")), tracks, model.onnx


class Server:
    """A server in a process group of its own; `tell` reads the probabilities in its answer."""

    def __init__(
        self,
        command: Sequence[str],
        log: Path,
        path: str,
        ask: Ask,
        tell: Tell,
        **environment: str,
    ) -> None:
        """Start it; path and ask: where tracks go, and in which shape."""
        self.log, self.path, self.ask, self.tell = log, path, ask, tell
        self.port = 0  # until it is ready
        with log.open("wb") as out:
            self.process = subprocess.Popen(
                [sys.executable, "-m", *command],
                env=ENVIRONMENT | environment,
                stdout=out,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )

    def ready(self) -> None:
        """Wait until it says its port."""
        end = time.monotonic() + 60
        running = r"(?i)(?:running|serving) on http://127.0.0.1:(\d+)"
        while not (address := re.search(running, self.log.read_text())):
            if self.process.poll() is not None or time.monotonic() > end:
                raise SystemExit(f"A server did not start. Its log:\n{self.log.read_text()}")
            time.sleep(0.1)
        self.port = int(address[1])

    def cpu(self) -> float:
        """CPU seconds of the process and its children so far, as Linux counts them."""
        ticks = 0
        for status in Path("/proc").glob("[0-9]*/stat"):
            try:
                fields = status.read_text().rpartition(")")[2].split()
            except OSError:  # it has ended
                continue
            ticks += sum(map(int, fields[11:13])) if int(fields[2]) == self.process.pid else 0
        return ticks / os.sysconf("SC_CLK_TCK")

    def rest(self) -> float:
        """Wait until what it has yet to do, such as writing its log, is done; give `cpu`."""
        now, end = self.cpu(), time.monotonic() + 60
        while time.monotonic() < end:
            time.sleep(0.2)
            before, now = now, self.cpu()
            if now - before <= 0.02:
                return now
        raise SystemExit(
            f"A server is still busy a minute after its round:\n{self.log.read_text()[-999:]}"
        )

    def stop(self) -> None:
        """End the group and wait until nobody is left in it."""
        with suppress(ProcessLookupError):  # nobody is
            for number, seconds in ((signal.SIGTERM, 20), (signal.SIGKILL, 5)):
                os.killpg(self.process.pid, number)
                end = time.monotonic() + seconds
                while time.monotonic() < end:
                    self.process.poll()
                    os.killpg(self.process.pid, 0)
                    time.sleep(0.05)


def read_jukebox(answer: Body) -> list[list[float]]:
    """Give the probabilities in an answer of Jukebox."""
    return [list(p["probabilities"].values()) for p in answer["predictions"]]


def read_mlflow(answer: Body) -> list[list[float]]:
    """Give the probabilities in an answer of MLflow."""
    return answer["predictions"]["probabilities"]


@contextmanager
def run_servers(folder: Path, artefact: Path) -> Iterator[dict[str, Server]]:
    """Both servers, each started as a user starts it, stopped at the end; both run uvicorn."""
    started: list[Server] = []
    try:
        started.append(
            Server(
                ["jukebox", "serve", "--port", "0", "--home", str(folder)],
                folder / "jukebox.log",
                "/predict",
                lambda tracks: {"tracks": tracks},
                read_jukebox,
            )
        )
        serve = ["mlflow", "models", "serve", "--env-manager", "local", "--port", "0"]
        started.append(
            Server(
                [*serve, "--workers", "1", "--model-uri", str(artefact)],
                folder / "mlflow.log",
                "/invocations",
                lambda tracks: {"inputs": [list(track.values())[1:] for track in tracks]},
                read_mlflow,
            )
        )
        for server in started:
            server.ready()
        yield dict(zip(["jukebox", "mlflow"], started, strict=True))
    finally:
        for server in started:
            server.stop()


def check_answer(head: bytes, body: bytes, tell: Tell, expected: np.ndarray) -> None:
    """Raise ValueError unless an answer is 200 and says what the bare model says."""
    if not head.startswith(b"HTTP/1.1 200 "):
        raise ValueError(f"not 200 but {head[9:12].decode()}: {body[:300].decode()}")
    given = np.array(tell(json.loads(body)))
    # Jukebox rounds to six digits.
    if given.shape != expected.shape or not np.allclose(given, expected, rtol=0, atol=1e-6):
        raise ValueError(f"not the model's {expected.shape} probabilities: {body[:300].decode()}")


async def keep_asking(port: int, request: bytes, end: float, answers: list[Answer]) -> None:
    """Send a request again and again until a moment; note seconds, head and body of each answer."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port, limit=2**20)
    try:
        while (start := time.perf_counter()) < end:
            writer.write(request)
            head = await reader.readuntil(b"\r\n\r\n")
            length = re.search(rb"(?i)content-length: (\d+)", head)
            if not length:
                raise ValueError(f"an answer does not say its length: {head.decode()}")
            body = await reader.readexactly(int(length[1]))
            answers.append((time.perf_counter() - start, head, body))
    finally:
        writer.close()
        with suppress(ConnectionError):
            await writer.wait_closed()


async def keep_busy(port: int, request: bytes, end: float, answers: list[Answer]) -> None:
    """Keep all connections busy; whatever fails one fails all."""
    async with asyncio.timeout(60), asyncio.TaskGroup() as group:
        for _ in range(CONNECTIONS):
            group.create_task(keep_asking(port, request, end, answers))


def ask_server(
    port: int, path: str, question: Body, tell: Tell, expected: np.ndarray, seconds: float
) -> dict[str, float]:
    """Ask for some seconds, in a process of the client's own, and check every answer after."""
    asked = json.dumps(question).encode()
    first = f"POST {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\n"
    request = first.encode() + f"Content-Length: {len(asked)}\r\n\r\n".encode() + asked
    answers: list[Answer] = []
    start, cpu = time.perf_counter(), time.process_time()
    asyncio.run(keep_busy(port, request, start + seconds, answers))
    wall, cpu = time.perf_counter() - start, time.process_time() - cpu
    for _, head, body in answers:  # not before: the clock is for the servers
        check_answer(head, body, tell, expected)
    p50, p99 = np.quantile([took for took, *_ in answers], [0.5, 0.99])
    return {
        "requests": len(answers),
        "requests_s": len(answers) / wall,
        "p50_ms": 1000 * p50,
        "p99_ms": 1000 * p99,
        "client": cpu / wall,
    }


def call_model(session: "InferenceSession", x: np.ndarray, seconds: float) -> dict[str, float]:
    """Call the bare model in this process for some seconds."""
    from jukebox import predict

    calls, start = 0, time.perf_counter()
    while (wall := time.perf_counter() - start) < seconds:
        predict(session, x)
        calls += 1
    return {"calls_s": calls / wall}


def measure_round(
    server: Server,
    tracks: list[Track],
    expected: np.ndarray,
    pool: ProcessPoolExecutor,
    seconds: float,
) -> dict[str, float]:
    """One round of one server: what the client saw, and what it cost the server."""
    before = server.rest()
    question = server.ask(tracks)
    asking = pool.submit(
        ask_server, server.port, server.path, question, server.tell, expected, seconds
    )
    figures = asking.result()
    figures["cpu_s_per_1000"] = 1000 * (server.rest() - before) / figures.pop("requests")
    return figures


def measure_answers() -> dict[str, float]:
    """Train, serve, and ask in turns; give the medians of all rounds, and their ratios."""
    from jukebox import FEATURES, predict, session

    rounds: Rounds = {}
    with (
        tempfile.TemporaryDirectory(prefix="speed-") as temporary,
        ProcessPoolExecutor(1, multiprocessing.get_context("spawn")) as pool,
    ):
        artefact, tracks, onnx = prepare_model(Path(temporary))
        x = np.array([[track[name] for name in FEATURES] for track in tracks], np.float32)
        bare = session(onnx)
        with run_servers(Path(temporary), artefact) as both:
            for n, (load, size) in product(range(ROUNDS + 1), LOADS.items()):
                expected = predict(bare, x[:size])
                now = {
                    name: measure_round(server, tracks[:size], expected, pool, SECONDS)
                    for name, server in both.items()
                }
                now["bare"] = call_model(bare, x[:size], SECONDS / 4)
                for name, figures in now.items() if n else ():  # round 0 warms up
                    for key, figure in figures.items():
                        rounds.setdefault((load, name, key), []).append(figure)
                print(load, n, {name: f"{next(iter(f.values())):.0f}/s" for name, f in now.items()})
    return summary(rounds)


def summary(rounds: Rounds) -> dict[str, float]:
    """Medians of {(load, name, key): rounds}, their ratios, and how busy the client ever was."""
    busy = [share for (_, _, key), shares in rounds.items() if key == "client" for share in shares]
    figures = {
        f"{load}_{name}_{key}": round(middle) if middle >= 1000 else float(f"{middle:.4g}")
        for (load, name, key), values in rounds.items()
        if key != "client"
        for middle in [median(values)]
    }
    for load in LOADS:
        for ratio, more, less in (
            ("requests_ratio", "jukebox_requests_s", "mlflow_requests_s"),
            ("p50_ratio", "mlflow_p50_ms", "jukebox_p50_ms"),
            ("p99_ratio", "mlflow_p99_ms", "jukebox_p99_ms"),
            ("cpu_ratio", "mlflow_cpu_s_per_1000", "jukebox_cpu_s_per_1000"),
            ("bare_ratio", "bare_calls_s", "jukebox_requests_s"),
        ):
            quotient = figures[f"{load}_{more}"] / figures[f"{load}_{less}"]
            figures[f"{load}_{ratio}"] = round(quotient, 2)
    return figures | {"client_core_share_max": round(max(busy), 2)}


def measure_starts() -> dict[str, float]:
    """Seconds to start Python, and to import and start what a reader starts; medians, in turns."""
    commands = {
        "python_pass_s": ["-c", "pass"],
        "import_jukebox_s": ["-c", "import jukebox"],
        "jukebox_help_s": ["-m", "jukebox", "--help"],
        "jukebox_version_s": ["-m", "jukebox", "--version"],
    }
    seconds = {key: [] for key in commands}
    for n, (key, command) in product(range(STARTS + 1), commands.items()):
        start = time.perf_counter()
        subprocess.run(
            [sys.executable, *command], env=ENVIRONMENT, check=True, stdout=subprocess.DEVNULL
        )
        seconds[key] += [time.perf_counter() - start] if n else []  # the first compiles modules
    figures = {key: round(median(values), 4) for key, values in seconds.items()}
    ratios = {
        key.removesuffix("_s") + "_ratio": round(value / figures["python_pass_s"], 2)
        for key, value in figures.items()
        if key != "python_pass_s"
    }
    return figures | ratios


def measure_production(lines: Iterable[str]) -> dict[str, float]:
    """Seconds of the story, and from a trigger to the first answer of what it led to, the median.

    lines: the events of `jukebox northstar --json`. Raises ValueError if nothing was promoted.
    """
    events = [json.loads(line) for line in lines]
    promoted = {e["figures"]["version"] for e in events if e["event"] == "promoted"}
    served = [e["figures"] for e in events if e["event"] == "served"]
    first = {}  # of a version that came back by a rollback, the first time counts
    for figures in served:
        first.setdefault(figures["version"], figures["seconds"])
    if not (seconds := [took for version, took in first.items() if version in promoted]):
        raise ValueError("no version was promoted and answered: there is no median")
    return {
        "trigger_to_production_s": round(median(seconds), 2),
        "trigger_to_production_max_s": round(max(seconds), 2),
        "story_s": events[-1]["figures"]["seconds"],
        "story_requests": events[-1]["figures"]["requests"],
        "story_failed": events[-1]["figures"]["failed"],
    }


def measure_story() -> dict[str, float]:
    """Tell the story once, and give what it measured."""
    with tempfile.TemporaryDirectory(prefix="speed-") as folder:
        command = ["-m", "jukebox", "northstar", "--json", "--report", str(Path(folder, "r.html"))]
        done = subprocess.run(
            [sys.executable, *command],
            env=ENVIRONMENT,
            check=True,
            stdout=subprocess.PIPE,
            text=True,
        )
    return measure_production(done.stdout.splitlines())


def verdicts(figures: Mapping[str, float]) -> tuple[list[str], list[str]]:
    """Return a sentence for each goal with what was measured, and one for each floor that broke."""
    sentences, broken = [], []
    for key, (goal, floor) in GOALS.items():
        tracks, measured = key.partition("_ratio")[0].replace("_", " "), figures[key]
        sentence = f"{tracks}: {measured:g} times as good as mlflow models serve"
        sentences.append(
            f"{sentence}; the goal is {goal}, {'met' if measured >= goal else 'missed'}."
        )
        if measured < floor:
            broken.append(f"{sentence}; {floor} is the floor, so something broke.")
    if (share := figures["client_core_share_max"]) > 0.5:  # then it queues, and times its own queue
        broken.append(f"The client took {share:.0%} of a core, and half is the most.")
    return sentences, broken


def main() -> None:
    """Measure, record, and say which goals are met."""
    figures = measure_starts() | measure_answers() | measure_story()
    print(json.dumps(figures, indent=2))
    sentences, broken = verdicts(figures)
    record("speed", platform.python_version(), figures, "nox -s bench -- speed")
    print(*sentences, sep="\n", flush=True)
    sys.exit("\n".join(broken) or None)


if __name__ == "__main__":
    main()
