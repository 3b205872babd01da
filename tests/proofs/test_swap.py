"""A champion is swapped twenty times under load: nobody is turned away, and no answer lies.

Version v of the model says v / 64 for every track and country, so each answer shows who gave it.
The service is a process of its own. Half of the promotions are written to the registry by another
process, as `jukebox promote` does; half come over HTTP.
"""

import asyncio
import json
import multiprocessing
import re
import secrets
import shutil
import time
from collections import Counter
from concurrent.futures import ProcessPoolExecutor
from contextlib import suppress
from itertools import count
from statistics import median
from typing import NamedTuple
from urllib.parse import urlsplit

import numpy as np
import pytest
import requests
from jukebox import FEATURES, WHOLE, Registry
from jukebox.world.scene import serving

from tests.jukebox.conftest import made
from tests.waiting import HANGS

CLIENTS = 8
SIZES = {  # (small, full)
    "requests": (600, 10_000),
    "swaps": (4, 20),
    "fewest": (30, 100),  # that each version answers, before the next swap
    "quiet": (200, 5_000),  # requests before them, without a swap, to compare with
}
START = "fork", "spawn"  # how the other process begins
SAME = ("clients", "failed", "lies", "from_an_earlier_version", "not_in_the_log")
PAUSE = 0.016  # seconds from one request of a client to its next: 500 requests a second in all
pytestmark = [
    pytest.mark.filterwarnings("ignore:The ``noload`` loader strategy"),  # MLflow of SQLAlchemy
    pytest.mark.filterwarnings("ignore:.*type hint is inferred as AnyType"),  # MLflow of itself
    pytest.mark.filterwarnings("ignore:.*multi-threaded, use of fork"),  # Python from 3.12 on
]


class Answer(NamedTuple):
    """What came back on a request, between two moments in seconds; without a version, nothing did."""

    sent: float
    got: float
    id: str | None = None
    version: int | None = None
    says: frozenset = frozenset()  # all probabilities that differ


class Load:
    """Eight clients, and what they were answered."""

    def __init__(self, port, sizes):
        """Prepare a request about one track, to be asked as often as the sizes say."""
        track = {n: (int if n in WHOLE else float)(low) for n, (low, _, _) in FEATURES.items()}
        body = json.dumps({"tracks": [track]})
        head = f"POST /predict HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: {len(body)}\r\n\r\n"
        self.port, self.sizes, self.request = port, sizes, (head + body).encode()
        self.answers, self.first, self.tickets = [], {}, count()
        self.swapping = True

    async def client(self):
        """Ask on one connection until all is over; one that breaks is a failure, and opened again."""
        writer, due = None, time.perf_counter()
        most = self.sizes.quiet + self.sizes.requests
        while (next(self.tickets) < most) or self.swapping:
            due = max(due + PAUSE, sent := time.perf_counter())
            await asyncio.sleep(due - sent)
            sent, answer = time.perf_counter(), ()
            try:
                async with asyncio.timeout(HANGS):
                    if not writer:
                        reader, writer = await asyncio.open_connection("127.0.0.1", self.port)
                    writer.write(self.request)
                    head = await reader.readuntil(b"\r\n\r\n")
                    length = re.search(rb"(?i)content-length: (\d+)", head)[1]
                    body = json.loads(await reader.readexactly(int(length)))
                if head.startswith(b"HTTP/1.1 200 "):
                    says = frozenset(body["predictions"][0]["probabilities"].values())
                    answer = body["request_id"], body["model_version"], says
            except (OSError, EOFError):
                writer = writer and writer.close()
            self.answers.append(Answer(sent, time.perf_counter(), *answer))
            if answer:
                self.first.setdefault(answer[1], self.answers[-1].got)
        if writer:
            writer.close()
            await writer.wait_closed()

    async def swap(self, promote):
        """Promote each version when its share of the requests has come; give when, and its first answer."""
        took, enough, of = [], 0, self.sizes
        with suppress(OSError):  # no such promotion, or too late: then a swap is missing
            for version in range(2, of.swaps + 2):
                share = (version - 1) * of.requests // (of.swaps + 1)
                enough = max(enough, of.quiet + share)
                await self.until(lambda enough=enough: len(self.answers) >= enough)
                start = time.perf_counter()
                await promote(version)
                await self.until(lambda version=version: version in self.first)
                took.append((start, self.first[version]))
                enough = len(self.answers) + of.fewest
            await self.until(lambda: len(self.answers) >= enough)
        self.swapping = False
        return took

    @staticmethod
    async def until(true):
        """Wait for something. Raises TimeoutError where it hangs."""
        async with asyncio.timeout(HANGS):
            while not true():
                await asyncio.sleep(0.005)

    async def all(self, promote):
        """Let all happen at once, and give the moments of the swaps."""
        async with asyncio.TaskGroup() as group:
            for _ in range(CLIENTS):
                group.create_task(self.client())
            swaps = group.create_task(self.swap(promote))
        return swaps.result()


def decide(folder, version):
    """Promote in a process of its own, which opens the registry anew."""
    Registry(folder).promote(version, "its turn")


@pytest.fixture(scope="module")
def load(empty, sizes, recording, tmp_path_factory):
    """The load when all is over, with the moments of the swaps and the prediction log."""
    home, token = tmp_path_factory.mktemp("home"), secrets.token_hex(16)
    registry = Registry(shutil.copytree(empty, home / "registry"))
    for version in range(1, sizes.swaps + 2):
        assert version == registry.register(made(version / 64))
    decide(registry.folder, 1)
    with (
        pytest.MonkeyPatch.context() as patch,
        ProcessPoolExecutor(1, multiprocessing.get_context(START[recording])) as other,
    ):
        patch.setenv("JUKEBOX_OPERATOR_TOKEN", token)
        other.submit(decide, registry.folder, 1).result()  # it has imported all; nothing changes
        with serving(home) as address:
            load = Load(urlsplit(url := address()).port, sizes)

            def order(version):
                order = {"version": version, "why": "its turn"}
                headers = {"Authorization": f"Bearer {token}"}
                url_of = f"{url}/admin/promote"
                requests.post(url_of, json=order, headers=headers, timeout=HANGS).raise_for_status()

            def promote(version):
                loop = asyncio.get_running_loop()
                if version % 2:
                    return loop.run_in_executor(None, order, version)
                return loop.run_in_executor(other, decide, registry.folder, version)

            load.swaps = asyncio.run(load.all(promote))
    load.log = registry.predictions()
    return load


def test_no_request_fails(load, sizes, figures):
    """Ten thousand while the champion is swapped twenty times, after half of that in peace."""
    swapped = load.answers[sizes.quiet :]
    figures |= {"clients": CLIENTS, "requests": len(swapped), "swaps": len(load.swaps)}
    figures["requests_before"] = sizes.quiet
    figures["failed"] = sum(a.version is None for a in load.answers)

    assert (0, sizes.swaps) == (figures["failed"], len(load.swaps))
    assert len(swapped) >= sizes.requests


def test_every_answer_names_the_version_that_gave_it(load, figures):
    """By what it says: another number for each version, in all countries."""
    lies = [a for a in load.answers if a.version and a.says != {a.version / 64}]
    figures["lies"] = len(lies)

    assert [] == lies


def test_the_requests_are_spread_over_all_swaps(load, sizes, figures):
    """Every champion has answered hundreds, and the seconds are those of a swap."""
    each = Counter(a.version for a in load.answers[sizes.quiet :])
    took = [first - start for start, first in load.swaps]

    assert {*range(1, sizes.swaps + 2)} == {*each}
    assert min(each.values()) >= sizes.fewest
    figures["fewest_of_a_version"] = min(each.values())
    figures |= {"swap_median_s": round(median(took), 2), "swap_max_s": round(max(took), 2)}
    for name, part in (("registry", took[::2]), ("http", took[1::2])):
        figures[f"swap_{name}_median_s"] = round(median(part), 3)
    for name, part in (
        ("quiet", load.answers[: sizes.quiet]),
        ("swapped", load.answers[sizes.quiet :]),
    ):
        seconds = np.quantile([a.got - a.sent for a in part], [0.5, 0.99])
        for which, value in zip(("p50", "p99"), 1000 * seconds, strict=True):
            figures[f"{name}_{which}_ms"] = round(value, 2)


def test_no_answer_comes_from_a_champion_that_was_before(load, figures):
    """Once a version has answered anybody, whoever asks gets it, or one that came after it."""
    answers, newest, old = sorted(load.answers, key=lambda a: a.got), 0, []
    moments = iter(answers)
    came = next(moments)
    for a in sorted(load.answers, key=lambda a: a.sent):
        while came.got < a.sent:
            newest, came = max(newest, came.version or 0), next(moments)
        old += [a] if (a.version or newest) < newest else []
    figures["from_an_earlier_version"] = len(old)

    assert [] == old


def test_every_answer_is_in_the_log_once(load, figures):
    """With its version, and with what it said."""
    rows = zip(
        load.log["request_id"], load.log["model_version"], load.log["probabilities"], strict=True
    )
    logged = Counter((name, version, frozenset(p.tolist())) for name, version, p in rows)
    given = Counter((a.id, a.version, a.says) for a in load.answers if a.version)
    figures["not_in_the_log"] = (given - logged).total()

    assert (0, 0) == (figures["not_in_the_log"], (logged - given).total())
    assert 1 == max(given.values())
