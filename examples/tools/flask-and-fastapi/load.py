"""Put both services under the same load, in turns,
and keep the medians of the rounds."""

import json
import time
from concurrent.futures import ThreadPoolExecutor
from http.client import HTTPConnection
from pathlib import Path
from statistics import median, quantiles

from services import ask, both

CLIENTS, REQUESTS, ROUNDS = 8, 150, 5  # requests of each client in a round


def client(port, track):
    """Ask again and again over one connection;
    return the milliseconds of each answer."""
    own, took = HTTPConnection("127.0.0.1", port, timeout=600), []
    for _ in range(REQUESTS):
        start = time.perf_counter()
        status, _ = ask(own, track)
        took.append((time.perf_counter() - start) * 1000)
        assert status == 200
    return took


def load(port, cpu, track):
    """Let all clients ask at once;
    return p50 and p99, and the CPU time of a request, all in ms."""
    before = cpu()
    with ThreadPoolExecutor(CLIENTS) as clients:
        took = [*clients.map(client, [port] * CLIENTS, [track] * CLIENTS)]
    took = [ms for its in took for ms in its]
    hundredths = quantiles(took, n=100)
    return hundredths[49], hundredths[98], (cpu() - before) / len(took) * 1000


if __name__ == "__main__":
    track = json.loads(Path("track.json").read_text())
    with both() as services:
        rounds = [
            [load(*its, track) for its in services.values()] for _ in range(ROUNDS)
        ]
    figures = {
        f"{name.lower()}_{what}": round(median(r[i][j] for r in rounds), 2)
        for i, name in enumerate(services)
        for j, what in enumerate(("p50_ms", "p99_ms", "cpu_ms"))
    }
    Path("figures.json").write_text(json.dumps(figures))
    print("Answered by each:", CLIENTS * REQUESTS * ROUNDS)
