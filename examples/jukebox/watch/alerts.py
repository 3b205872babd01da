"""The alerts: what a service or Prometheus says of itself, what is to wake somebody, and how.

The thresholds, severities and runbooks are those of `rules.yml`, for a team without Prometheus.
Everything goes by HTTP, with the standard library.
"""

import json
import math
import re
import urllib.request
from collections.abc import Mapping, Sequence
from http.client import HTTPException
from pathlib import Path
from typing import NamedTuple, NotRequired, TypedDict
from urllib.parse import urlsplit

RULES = Path(__file__).with_name("rules.yml")
WEEKS_TO_LABELS, WEEKS_TO_STALE = 4, 12
FAULTY, FAILED = 0.05, 14.4 * 0.001  # shares, of rows and of answers
SLOW = 0.05  # seconds

# As in the rules: over an hour to be sure, over five minutes to end soon.
FAULT_RATE = 'sum(rate(jukebox_requests_total{path="/predict",code=~"5.."}[%s]))'
CALL_RATE = 'sum(rate(jukebox_requests_total{path="/predict"}[%s]))'
P99 = (
    "histogram_quantile(0.99, "
    'sum by (le) (rate(jukebox_request_seconds_bucket{path="/predict"}[5m])))'
)
CHAMPION_VERSION = "max(jukebox_champion_version)"


class FiringAlert(NamedTuple):
    """What fires: its name and severity in the rules, a sentence, and what to do about it."""

    name: str
    severity: str
    summary: str
    runbook_url: str


class ServiceFigures(TypedDict):
    """How a service is: requests since its start or a second, and what `read_service` says of the rest."""

    requests: float
    errors: float
    p99: float
    champion: int
    fault: NotRequired[str]


# By name in `monitoring.GAUGES`: a figure, or {label: figure}.
GaugeFigures = Mapping[str, float | Mapping[str, float]]


def call(url: str, body: Sequence[Mapping[str, Mapping[str, str]]] | None = None) -> str:
    """Return what an address answers, to a GET or to a body as JSON.

    Raises OSError if it does not answer by HTTP, ValueError for an address that cannot be asked.
    """
    data, headers = None, dict[str, str]()
    if body is not None:
        data, headers = json.dumps(body).encode(), {"Content-Type": "application/json"}
    if not url.startswith(("http://", "https://")):
        raise ValueError(f"{url} is no address: write http://HOST:PORT.")
    if "@" in urlsplit(url).netloc:
        raise ValueError("Leave user and password out of the address: they would not be sent.")
    request = urllib.request.Request(url, data, headers)  # noqa: S310 - http and https alone
    try:
        with urllib.request.urlopen(request, timeout=10) as answer:  # noqa: S310 - as above
            return answer.read().decode()
    except HTTPException as error:  # something else listens there; it is no OSError
        raise OSError(f"it does not speak HTTP ({str(error).strip()})") from error


def quantile(buckets: Mapping[float, float], q: float) -> float:
    """Return a quantile of {upper bound: calls up to it}, as Prometheus does: straight within one.

    NaN without calls; the highest finite bound, if it lies above that.
    """
    bounds = sorted(buckets)
    below, count, total = 0.0, 0.0, buckets[bounds[-1]] if bounds else 0
    for bound in bounds:
        if total and buckets[bound] >= q * total:
            if math.isinf(bound):
                return below
            return below + (bound - below) * (q * total - count) / (buckets[bound] - count)
        below, count = bound, buckets[bound]
    return math.nan


def read_service(url: str) -> ServiceFigures:
    """Return what a service's /metrics say since its start: requests, errors, p99, champion.

    errors: share of answers of 500 and above; p99 in seconds; champion: 0 for none. A service
    that does not answer has no champion; `fault` says why.
    """
    from prometheus_client.parser import text_string_to_metric_families

    try:
        text = call(f"{url.rstrip('/')}/metrics")
    except OSError as error:
        fault = str(getattr(error, "reason", error))
        nan = math.nan
        return {"requests": 0, "errors": nan, "p99": nan, "champion": 0, "fault": fault}
    samples = [s for family in text_string_to_metric_families(text) for s in family.samples]
    asked = [s for s in samples if s.labels.get("path") == "/predict"]
    calls = [s for s in asked if s.name == "jukebox_requests_total"]
    requests = sum(s.value for s in calls)
    faults = sum(s.value for s in calls if s.labels["code"].startswith("5"))
    buckets = {float(s.labels["le"]): s.value for s in asked if s.name.endswith("_bucket")}
    champion = [s.value for s in samples if s.name == "jukebox_champion_version"]
    return {
        "requests": int(requests),
        "errors": faults / requests if requests else math.nan,
        "p99": quantile(buckets, 0.99),
        "champion": int(max(champion, default=0)),
    }


def read_prometheus(url: str) -> ServiceFigures:
    """Return the same of all services from a Prometheus server: errors of the last hour.

    requests: a second. Raises ValueError if Prometheus does not answer.
    """

    def ask(query: str) -> float:
        from urllib.parse import urlencode

        try:
            answer = call(f"{url.rstrip('/')}/api/v1/query?{urlencode({'query': query})}")
            found = json.loads(answer)["data"]["result"]
        except (OSError, ValueError, KeyError) as error:
            reason = getattr(error, "reason", error)
            raise ValueError(f"Prometheus at {url} does not answer: {reason}.") from error
        return float(found[0]["value"][1]) if found else math.nan

    def share(window: str) -> float:
        faults, calls = ask(FAULT_RATE % window), ask(CALL_RATE % window)
        if not calls > 0:
            return math.nan
        return 0.0 if math.isnan(faults) else faults / calls  # no answer of 5xx: no such series

    champion = ask(CHAMPION_VERSION)
    return {
        "requests": ask(CALL_RATE % "5m"),
        "errors": min(share("1h"), share("5m")),  # the alert asks for both
        "p99": ask(P99),
        "champion": 0 if math.isnan(champion) else int(champion),
    }


def find_firing(gauges: GaugeFigures, service: ServiceFigures | None = None) -> list[FiringAlert]:
    """Return the alerts that fire, worst first.

    gauges: a name that is absent fires as well. service: see there; None if nobody asked.
    """
    import yaml

    def get(name: str) -> float:
        figure = gauges.get(name, math.nan)
        return math.nan if isinstance(figure, Mapping) else figure

    def highest(name: str) -> tuple[float, str]:
        figures = gauges.get(name, {})
        figures = figures if isinstance(figures, Mapping) else {"": figures}
        known = [(v, label) for label, v in figures.items() if not math.isnan(v)]
        return max(known, default=(math.nan, "rows at fault"))

    rows, (dirt, check) = get("jukebox_batch_rows"), highest("jukebox_data_quality_share")
    drifted, _ = highest("jukebox_drifted")
    unlabelled = get("jukebox_week") - get("jukebox_newest_labelled_week")
    untrained = get("jukebox_week") - get("jukebox_newest_trained_week")
    # A comparison with NaN is False: where a figure is absent, `not` makes that fire.
    summaries = {
        "DataQuality": (
            not (rows > 0 and not dirt > FAULTY),
            f"{check.replace('_', ' ')}: {dirt:.1%} of the newest batch's {rows:g} rows.",
        ),
        "Drift": (
            not drifted <= 0,
            f"{drifted:g} {'column has' if drifted == 1 else 'columns have'} drifted."
            if drifted == drifted
            else "Nobody knows whether columns have drifted: no champion, or too few rows yet.",
        ),
        "PerformanceFall": (
            get("jukebox_performance_fell") == 1,
            "On known charts the champion is worse than before, by more than chance.",
        ),
        "StaleLabels": (
            not unlabelled <= WEEKS_TO_LABELS,
            f"The newest known charts are of tracks from {unlabelled:g} weeks ago.",
        ),
        "StaleModel": (
            not untrained <= WEEKS_TO_STALE,
            f"The champion has learnt nothing of the last {untrained:g} weeks."
            if untrained == untrained
            else "There is no champion yet.",
        ),
    }
    if service is not None:
        summaries |= {
            "ServiceErrors": (
                service["errors"] > FAILED,
                f"{service['errors']:.1%} of the answers were errors of the service.",
            ),
            "ServiceLatency": (
                service["p99"] > SLOW,
                f"One call in a hundred takes longer than {service['p99'] * 1000:.0f} ms.",
            ),
            "ServiceNotReady": (
                service["champion"] == 0,
                f"The service has no champion{f': {f}' if (f := service.get('fault')) else ''}.",
            ),
        }
    groups = yaml.safe_load(RULES.read_text("utf-8"))["groups"]
    rules = {rule["alert"]: rule for group in groups for rule in group["rules"]}
    alerts = [
        FiringAlert(
            name, rules[name]["labels"]["severity"], re.sub(r"\bnan\b", "unknown", summary), url
        )
        for name, (fires, summary) in summaries.items()
        if fires and (url := rules[name]["annotations"]["runbook_url"])
    ]
    return sorted(alerts, key=lambda alert: alert.severity != "page")


def post_alerts(url: str, alerts: Sequence[FiringAlert]) -> None:
    """Post alerts to Alertmanager, by its API v2. It forgets one that is not posted again.

    Names, severities and annotations are those of the rules, so that whatever routes one routes
    the other. Raises ValueError if they are not taken.
    """
    body = [
        {
            "labels": {"alertname": alert.name, "severity": alert.severity},
            "annotations": {"summary": alert.summary, "runbook_url": alert.runbook_url},
        }
        for alert in alerts
    ]
    try:
        call(f"{url.rstrip('/')}/api/v2/alerts", body)
    except OSError as error:
        reason = getattr(error, "reason", error)
        raise ValueError(f"Alertmanager at {url} did not take the alerts: {reason}.") from error
