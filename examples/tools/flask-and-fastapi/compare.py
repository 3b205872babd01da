"""Ask both services the same; then put both under the same load, in turns."""

import json
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from math import nan
from pathlib import Path
from statistics import median, quantiles

import numpy as np
from jukebox.catalogue import Catalogue
from jukebox.problem import FEATURES
from jukebox.training import predict, train
from services import ask, connection, served

CLIENTS, REQUESTS, ROUNDS = 8, 150, 5  # requests of each client in a round


def load(port, cpu, track):
    """Let all clients ask at once; return milliseconds, p50 and p99, and CPU ms a request."""

    def client(_):
        own, took = connection(port), []
        for _ in range(REQUESTS):
            start = time.perf_counter()
            assert ask(own, track)[0] == 200
            took.append((time.perf_counter() - start) * 1000)
        return took

    before = cpu()
    with ThreadPoolExecutor(CLIENTS) as clients:
        took = [ms for client in clients.map(client, range(CLIENTS)) for ms in client]
    hundredths = quantiles(took, n=100)
    return hundredths[49], hundredths[98], (cpu() - before) / len(took) * 1000


if __name__ == "__main__":
    catalogue = Catalogue(1)
    model = train(*catalogue.weeks(range(12))).onnx
    Path("model.onnx").write_bytes(model)
    newest = catalogue.week(12)[0][list(FEATURES)]
    right = newest.iloc[0].to_dict()
    with served("Flask") as flask, served("FastAPI") as fastapi:
        services = {"Flask": flask, "FastAPI": fastapi}
        for energy in [7, "loud", True, nan] if "--bad" in sys.argv else [right["energy"]]:
            print("energy:", json.dumps(energy))
            for name, (port, _) in services.items():
                status, said = ask(connection(port), right | {"energy": energy})
                fault = said["detail"][0] if status == 422 else {"loc": "", "msg": len(said)}
                print(f"  {name:8}{status}", *fault["loc"][-1:], fault["msg"])
        if "--bad" not in sys.argv:
            rounds = [{n: load(*s, right) for n, s in services.items()} for _ in range(ROUNDS)]
            for name in services:
                print(name, *[round(median(column), 2) for column in zip(*[r[name] for r in rounds])])
