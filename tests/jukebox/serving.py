"""A registry that is served in a thread, and what a client of it sends."""

import threading
import time
from contextlib import contextmanager

import requests
import uvicorn
from jukebox import create_app
from jukebox.serving.app import ServiceSettings

from tests.waiting import HANGS, until

TOKENS = {"operator": "operator-0123456789", "auditor": "auditor-0123456789"}
TRACK = {
    "is_explicit": 0,
    "duration_ms": 215000,
    "danceability": 0.7,
    "energy": 0.6,
    "key": 5,
    "loudness": -7.5,
    "mode": 1,
    "speechiness": 0.05,
    "acousticness": 0.2,
    "instrumentalness": 0.0,
    "liveness": 0.1,
    "valence": 0.5,
    "tempo": 121.0,
}
ALERT = {
    "status": "firing",
    "labels": {"alertname": "PerformanceFall", "severity": "page"},
    "annotations": {"summary": "It fell."},
    "startsAt": "2026-03-02T09:52:26.739266876+02:00",  # nanoseconds, as Alertmanager has them
    "endsAt": "0001-01-01T00:00:00Z",
    "fingerprint": "c6eadffa33fcdf37",
}
NOTIFICATION = {
    "version": "4",
    "groupKey": '{}:{alertname="PerformanceFall"}',
    "truncatedAlerts": 0,
    "status": "firing",
    "receiver": "jukebox",
    "alerts": [ALERT],
}


@contextmanager
def served(registry, **settings):
    """Serve a registry on a free port of the loopback, and stop at the end."""
    app = create_app(registry, ServiceSettings(**{"tokens": TOKENS, "poll": 0.02} | settings))
    server = uvicorn.Server(uvicorn.Config(app, port=0, log_config=None))
    thread = threading.Thread(target=server.run)
    thread.start()
    try:
        while not server.started:
            assert thread.is_alive(), "the server did not start: see its log"
            time.sleep(0.005)
        with Client(app, server.servers[0].sockets[0].getsockname()[1]) as client:
            yield client
    finally:
        server.should_exit = True
        thread.join()


class Client(requests.Session):
    """A client of one served registry; it waits for what is about to be true."""

    def __init__(self, app, port):
        """Keep connections to the server of `app` open."""
        super().__init__()
        self.app = app
        self.rollout, self.port, self.base = app.state.rollout, port, f"http://127.0.0.1:{port}"

    def request(self, method, path, **options):
        """Send a request to the server."""
        return super().request(method, self.base + path, timeout=HANGS, **options)

    def predict(self, *tracks):
        """Ask for tracks, or for the usual one."""
        return self.post("/predict", json={"tracks": list(tracks) or [TRACK]})

    def admin(self, method, path, role="operator", **order):
        """Call an admin endpoint with a role's token."""
        headers = {"Authorization": f"Bearer {TOKENS[role]}"}
        return self.request(method, f"/admin/{path}", json=order or None, headers=headers)

    def until(self, true):
        """Wait for something to become true."""
        until(true, "what this test waits for")

    def ready(self):
        """Wait for the readiness, and give the client."""
        self.until(lambda: self.get("/health/ready").ok)
        return self
