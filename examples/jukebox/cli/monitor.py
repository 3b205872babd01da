"""The command `monitor`: the four questions of `watch.monitoring` at once, and their alerts."""

import contextlib
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from jukebox.cli.terminal import (
    HOME,
    JSON,
    MLFLOW,
    format_value,
    hide_passwords,
    make_console,
    print_json,
    print_table,
)
from jukebox.loop.home import open_registry, open_store

if TYPE_CHECKING:
    from prometheus_client import Metric

    from jukebox.watch.alerts import FiringAlert, GaugeFigures, ServiceFigures
    from jukebox.watch.observation import Observation

ReportLine = tuple[str, str, str]  # a name, what is so now, and what was promised or is the limit


class Exported:
    """What Prometheus is shown: the newest figures, and nothing for those that are not known."""

    def __init__(self, host: str, port: int) -> None:
        """Listen, and say where."""
        from prometheus_client import CollectorRegistry, start_http_server

        own = CollectorRegistry()
        own.register(self)
        self.samples: Sequence[Metric] = ()
        self.server, _ = start_http_server(port, host, own)
        click.echo(f"Figures on http://{host}:{self.server.server_port}/metrics")

    def set_figures(self, figures: "GaugeFigures") -> None:
        """Show other figures from now on."""
        from prometheus_client import CollectorRegistry

        from jukebox.watch.monitoring import register_gauges

        own = CollectorRegistry()
        for name, gauge in register_gauges(own).items():
            # A gauge that was never set would say 0; one that is absent makes its alert fire.
            if (figure := figures.get(name)) is None:
                own.unregister(gauge)
            elif isinstance(figure, Mapping):
                for label, value in figure.items():
                    gauge.labels(label).set(value)
            else:
                gauge.set(figure)
        self.samples = list(own.collect())

    def collect(self) -> "Sequence[Metric]":
        """Return the figures to prometheus_client."""
        return self.samples


def ask_service(service: str | None, prometheus: str | None) -> "ServiceFigures | None":
    """Return what a service, or Prometheus, says at an address; None if neither is to be asked."""
    from jukebox.watch import alerts

    if prometheus:
        return alerts.read_prometheus(prometheus)
    return alerts.read_service(service) if service else None


def find_alerts(
    observed: "Observation", service: "ServiceFigures | None", alertmanager: str | None
) -> "list[FiringAlert]":
    """Return what fires, worst first, and post it to the address of an Alertmanager, if any."""
    from jukebox.watch import alerts
    from jukebox.watch.observation import gauge_figures

    fires = alerts.find_firing(gauge_figures(observed), service)
    if alertmanager and fires:
        alerts.post_alerts(alertmanager, fires)
        click.echo(f"Posted to Alertmanager: {len(fires)}.", err=True)
    return fires


def quality_rows(observed: "Observation") -> Iterator[ReportLine]:
    """Yield the lines on the newest batch."""
    from jukebox.watch import alerts

    quality = observed["quality"]
    yield "newest batch", f"{quality['rows']} rows of week {observed['week']}", ""
    faults = [
        f"{check.replace('_', ' ')} {share:.1%}"
        for check, share in quality.items()
        if isinstance(share, float) and share > 0
    ]
    yield "  rows at fault", ", ".join(faults) or "none", f"{alerts.FAULTY:.0%} in one way"


def drift_row(observed: "Observation") -> ReportLine:
    """Return the line on the columns that have moved."""
    now = "unknown"
    if drift := observed["drift"]:
        moved = {column: row for column, row in drift.items() if row["verdict"] == "drift"}
        effects = ", ".join(f"{column} {row['effect']:.2f}" for column, row in moved.items())
        now = effects or "no column"
    return "drift (effect)", now, "no column"


def performance_rows(observed: "Observation") -> Iterator[ReportLine]:
    """Yield the lines on what the champion scored, and what it had promised."""
    performance = observed["performance"]
    for name, measure in (
        ("average precision", "ap"),
        ("calibration slope", "slope"),
        ("level of charts", "level"),
    ):
        now, promise = f"unknown: no answer for a track of week {observed['labelled_week']}", ""
        if performance:
            ends = [measure, f"{measure}_low", f"{measure}_high"]
            now, promise = (
                format_value([performance[which][end] for end in ends])
                for which in ("now", "promised")
            )
            now += f" in week {performance['week']}"
        yield name, now, promise


def age_rows(observed: "Observation") -> Iterator[ReportLine]:
    """Yield the lines on how old the charts and the training are."""
    from jukebox.watch import alerts

    for name, which, limit in (
        ("newest charts", "labelled_week", alerts.WEEKS_TO_LABELS),
        ("newest training", "trained_week", alerts.WEEKS_TO_STALE),
    ):
        then, ago = observed[which], "none"
        if then is not None:
            ago = f"{observed['week'] - then} weeks ago, of week {then}"
        yield name, ago, f"{limit} weeks ago"


def service_rows(service: "ServiceFigures") -> Iterator[ReportLine]:
    """Yield the lines on a service: NaN is what nobody knows."""
    from jukebox.watch import alerts

    count = service["requests"]
    requests = f"{count} since its start" if isinstance(count, int) else f"{count:.1f} a second"
    yield "requests", requests.replace("nan", "unknown"), ""
    errors, p99 = service["errors"], service["p99"] * 1000
    yield "errors", f"{errors:.2%}" if errors == errors else "unknown", f"{alerts.FAILED:.2%}"
    yield "p99", f"{p99:.1f} ms" if p99 == p99 else "unknown", f"{alerts.SLOW * 1000:.0f} ms"
    champion = service["champion"]
    yield "answers", f"version {champion}" if champion else "none", ""


def print_alerts(fires: "Sequence[FiringAlert]") -> None:
    """Print what fires, by its severity, with what to do about it."""
    from rich.text import Text

    if not fires:
        return make_console().print("[green]Nothing to alert.[/green]")
    colours = {"page": "bold red", "ticket": "yellow"}
    print_table(
        (
            (
                Text(alert.severity, colours[alert.severity]),
                Text(alert.name, "bold"),
                Text.assemble(alert.summary, (f"\n{alert.runbook_url}", "dim")),
            )
            for alert in fires
        ),
        styles=("", "", ""),
    )


def print_report(
    observed: "Observation", service: "ServiceFigures | None", fires: "Sequence[FiringAlert]"
) -> None:
    """Print what was observed, what was promised, and what fires."""
    rows = [
        *quality_rows(observed),
        drift_row(observed),
        *performance_rows(observed),
        *age_rows(observed),
        *(service_rows(service) if service else ()),
    ]
    champion = f"version {observed['champion']}" if observed["champion"] else "no champion"
    print_table(rows, (champion, "now", "in the test, or limit"), styles=("", "bold", "dim"))
    click.echo()
    print_alerts(fires)


@click.command()
@click.option("--service", metavar="URL", help="Ask a service, at its address, how it is.")
@click.option(
    "--prometheus",
    metavar="URL",
    envvar="JUKEBOX_PROMETHEUS",
    show_envvar=True,
    help="Ask Prometheus how all services are, instead.",
)
@click.option(
    "--alertmanager",
    metavar="URL",
    envvar="JUKEBOX_ALERTMANAGER",
    show_envvar=True,
    help="Post what fires to Alertmanager.",
)
@click.option(
    "--port",
    type=click.IntRange(0, 65535),
    help="Keep running and show Prometheus the figures here; 0 takes any free port.",
)
@click.option("--host", default="127.0.0.1", show_default=True, help="Where that port is.")
@click.option(
    "--every", metavar="SECONDS", type=click.FloatRange(0.1), default=60.0, show_default=True
)
@JSON
@MLFLOW
@HOME
def monitor_command(
    service: str | None,
    prometheus: str | None,
    alertmanager: str | None,
    port: int | None,
    host: str,
    every: float,
    as_json: bool,
    mlflow: str | None,
    home: Path,
) -> None:
    """Look at data, drift, performance and the service.

    Exits with 1 if an alert fires; with --port it goes on until Ctrl-C.
    """
    from jukebox.watch.observation import gauge_figures, observe

    if as_json and port is not None:
        raise click.UsageError("--json prints once; --port keeps running: take one of them.")
    data, models = open_store(home), open_registry(home, mlflow)
    if port is not None:
        exported = Exported(host, port)
        with contextlib.suppress(KeyboardInterrupt):
            while True:
                observed = observe(data, models)
                exported.set_figures(gauge_figures(observed))
                try:
                    find_alerts(observed, ask_service(service, prometheus), alertmanager)
                except ValueError as error:  # somebody else is down: the figures stay up
                    again = f"It is tried again in {every:g} s."
                    click.echo(f"{hide_passwords(str(error))} {again}", err=True)
                time.sleep(every)
        return
    observed, figures = observe(data, models), ask_service(service, prometheus)
    fires = find_alerts(observed, figures, alertmanager)
    if as_json:
        listed = [alert._asdict() for alert in fires]
        print_json(observed | {"service": figures, "alerts": listed})
    else:
        print_report(observed, figures, fires)
    sys.exit(1 if fires else 0)
