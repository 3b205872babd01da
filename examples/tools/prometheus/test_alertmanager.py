"""`JUKEBOX_PROMETHEUS` and `JUKEBOX_ALERTMANAGER` with real servers:
the alerts arrive there."""

import json
import subprocess
from contextlib import chdir
from pathlib import Path
from string import Template

import pytest


def jukebox(*words, code=0):
    """Run a command; return its standard output and its standard error."""
    done = subprocess.run(["jukebox", *words], capture_output=True, text=True)
    assert done.returncode == code, done.stderr
    return done.stdout, done.stderr


@pytest.fixture
def inside(here, monkeypatch):
    """Work in the example's folder;
    leave it before a check looks for processes that run there."""
    monkeypatch.syspath_prepend(here)
    with chdir(here):
        yield here


def test_what_monitor_reports_is_what_alertmanager_holds(inside, monkeypatch):
    """Jukebox asks Prometheus, and amtool shows the same alerts;
    a server that is down is named."""
    from processes import found, free, running
    from watch import get

    at = {name: free() for name in ("jukebox", "prometheus", "alertmanager")}
    Path("run").mkdir()
    text = Template(Path("prometheus.yml").read_text()).substitute(at)
    Path("run/prometheus.yml").write_text(text)
    Path("run/alone.yml").write_text(
        "route: {receiver: nobody}\nreceivers: [{name: nobody}]\n"
    )
    jukebox("generate", "--weeks=12")  # and no model: three alerts fire
    monkeypatch.setenv("JUKEBOX_PROMETHEUS", f"http://{at['prometheus']}")
    monkeypatch.setenv("JUKEBOX_ALERTMANAGER", f"http://{at['alertmanager']}")
    with (
        running("jukebox", "serve", f"--port={at['jukebox'].split(':')[1]}"),
        running(
            *(
                "prometheus",
                "--config.file=run/prometheus.yml",
                "--storage.tsdb.path=run/series",
            ),
            f"--web.listen-address={at['prometheus']}",
        ),
        running(
            *(
                "prometheus-alertmanager",
                "--config.file=run/alone.yml",
                "--storage.path=run/sent",
            ),
            *(
                f"--web.listen-address={at['alertmanager']}",
                "--cluster.listen-address=",
            ),
        ),
    ):
        ready = "api/v1/query?query=jukebox_champion_version"
        found(lambda: get(at["prometheus"], ready)["data"]["result"])
        found(lambda: get(at["alertmanager"], "api/v2/status"))
        printed, said = jukebox("monitor", "--json", code=1)
        reported = {(a["name"], a["severity"]) for a in json.loads(printed)["alerts"]}
        asked = ["amtool", "alert", "query", "--output=json"]
        held = json.loads(
            subprocess.check_output(
                [*asked, f"--alertmanager.url=http://{at['alertmanager']}"]
            )
        )

    assert {"Drift", "StaleModel", "ServiceNotReady"} == {name for name, _ in reported}
    labels = [alert["labels"] for alert in held]
    assert reported == {(one["alertname"], one["severity"]) for one in labels}
    assert said == "Posted to Alertmanager: 3.\n"
    _, said = jukebox("monitor", code=1)
    assert said.startswith(
        f"Error: Prometheus at http://{at['prometheus']} does not answer"
    )
    monkeypatch.delenv("JUKEBOX_PROMETHEUS")
    _, said = jukebox("monitor", code=1)
    assert (
        f"Alertmanager at http://{at['alertmanager']} did not take the alerts" in said
    )
