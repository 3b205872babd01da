"""Let Prometheus watch Jukebox, let one request fail,
and follow the alert until it is delivered."""

import os
import secrets
from contextlib import ExitStack
from pathlib import Path
from string import Template

import requests
from jukebox import FEATURES
from processes import found, free, running

TRACK = {name: feature.lowest for name, feature in FEATURES.items()}


def get(address, path, **headers):
    """Return what a server answers, as JSON."""
    return requests.get(f"http://{address}/{path}", headers=headers, timeout=5).json()


def main():
    """Write what belongs to this run, start all three,
    and show what comes of one request."""
    at = {name: free() for name in ("jukebox", "prometheus", "alertmanager")}
    for name in ("prometheus", "alertmanager"):
        text = Template(Path(f"{name}.yml").read_text()).substitute(at)
        Path("run", f"{name}.yml").write_text(text)
    port = at["jukebox"].split(":")[1]
    token = os.environ["JUKEBOX_OPERATOR_TOKEN"] = secrets.token_hex(32)
    Path("run/token").write_text(token)  # Alertmanager reads it from a file
    commands = (
        "jukebox serve --home=run/home --port={jukebox_port}",
        "prometheus --config.file=run/prometheus.yml --storage.tsdb.path=run/series"
        " --web.listen-address={prometheus}",
        "prometheus-alertmanager --config.file=run/alertmanager.yml --storage.path=run/sent"
        " --web.listen-address={alertmanager} --cluster.listen-address=",
    )
    with ExitStack() as stack:
        for command in commands:
            stack.enter_context(
                running(*command.format(**at, jukebox_port=port).split())
            )
        found(
            lambda: get(at["prometheus"], "api/v1/query?query=up==1")["data"]["result"]
        )
        print("Prometheus reaches Jukebox.")
        asked = requests.post(
            f"http://{at['jukebox']}/predict", json={"tracks": [TRACK]}, timeout=600
        )
        print("One request, and no model yet:", asked.status_code)
        key = {"Authorization": f"Bearer {token}"}
        for alert in found(lambda: get(at["jukebox"], "admin/alerts", **key)):
            print(f"delivered: {alert['labels']['alertname']} is {alert['status']}.")
            print(alert["annotations"]["summary"])


if __name__ == "__main__":
    Path("run").mkdir(exist_ok=True)
    main()
