"""The command `monitor`: the four questions of `watch.monitoring` at once, and their alerts."""

import contextlib
import sys
import time

import click

from jukebox.cli.terminal import HOME, JSON, MLFLOW, console, public, say_json, shown, table
from jukebox.loop.home import open_registry, open_store


class Exported:
    """What Prometheus is shown: the newest figures, and nothing for those that are not known."""

    def __init__(self, host, port):
        """Listen, and say where."""
        from prometheus_client import CollectorRegistry, start_http_server

        own = CollectorRegistry()
        own.register(self)
        self.samples = ()
        self.server, _ = start_http_server(port, host, own)
        click.echo(f"Figures on http://{host}:{self.server.server_port}/metrics")

    def show(self, figures):
        """Show other figures from now on."""
        from prometheus_client import CollectorRegistry

        from jukebox.watch.monitoring import gauges

        own = CollectorRegistry()
        for name, gauge in gauges(own).items():
            # A gauge that was never set would say 0; one that is absent makes its alert fire.
            if (figure := figures.get(name)) is None:
                own.unregister(gauge)
            elif isinstance(figure, dict):
                for label, value in figure.items():
                    gauge.labels(label).set(value)
            else:
                gauge.set(figure)
        self.samples = list(own.collect())

    def collect(self):
        """Give the figures to prometheus_client."""
        return self.samples


def report(seen, service, fires):
    """Print what was observed, what was promised, and what fires."""
    from rich.text import Text

    from jukebox.watch import alerts

    quality = dict(seen["quality"])
    rows = [("newest batch", f"{quality.pop('rows')} rows of week {seen['week']}", "")]
    bad = {check: share for check, share in quality.items() if share > 0}
    told = [f"{check.replace('_', ' ')} {share:.1%}" for check, share in bad.items()]
    rows.append(("  rows at fault", ", ".join(told) or "none", f"{alerts.FAULTY:.0%} in one way"))
    moved = {c: row for c, row in (seen["drift"] or {}).items() if row["verdict"] == "drift"}
    told = ", ".join(f"{column} {row['effect']:.2f}" for column, row in moved.items())
    rows.append(
        ("drift (effect)", (told or "no column") if seen["drift"] else "unknown", "no column")
    )
    performance = seen["performance"]
    for name, measure in (
        ("average precision", "ap"),
        ("calibration slope", "slope"),
        ("level of charts", "level"),
    ):
        now, promise = f"unknown: no answer for a track of week {seen['labelled_week']}", ""
        if performance:
            ends = [measure, f"{measure}_low", f"{measure}_high"]
            now, promise = (
                shown([performance[which][end] for end in ends]) for which in ("now", "promised")
            )
            now += f" in week {performance['week']}"
        rows.append((name, now, promise))
    for name, which, limit in (
        ("newest charts", "labelled_week", alerts.WEEKS_TO_LABELS),
        ("newest training", "trained_week", alerts.WEEKS_TO_STALE),
    ):
        known = seen[which] is not None
        ago = f"{seen['week'] - seen[which]} weeks ago, of week {seen[which]}" if known else "none"
        rows.append((name, ago, f"{limit} weeks ago"))
    if service:
        count = service["requests"]
        told = f"{count} since its start" if isinstance(count, int) else f"{count:.1f} a second"
        rows.append(("requests", told.replace("nan", "unknown"), ""))
        errors, p99 = service["errors"], service["p99"] * 1000
        rows.append(
            ("errors", f"{errors:.2%}" if errors == errors else "unknown", f"{alerts.FAILED:.2%}")
        )
        rows.append(
            ("p99", f"{p99:.1f} ms" if p99 == p99 else "unknown", f"{alerts.SLOW * 1000:.0f} ms")
        )
        champion = service["champion"]
        rows.append(("answers", f"version {champion}" if champion else "none", ""))
    champion = f"version {seen['champion']}" if seen["champion"] else "no champion"
    table(rows, (champion, "now", "in the test, or limit"), styles=("", "bold", "dim"))
    click.echo()
    if not fires:
        return console().print("[green]Nothing to alert.[/green]")
    colours = {"page": "bold red", "ticket": "yellow"}
    table(
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
def monitor(service, prometheus, alertmanager, port, host, every, as_json, mlflow, home):
    """Look at data, drift, performance and the service.

    Exits with 1 if an alert fires; with --port it goes on until Ctrl-C.
    """
    from jukebox.watch import alerts
    from jukebox.watch.observation import gauged, observe

    if as_json and port is not None:
        raise click.UsageError("--json prints once; --port keeps running: take one of them.")
    data, models = open_store(home), open_registry(home, mlflow)
    exported = None if port is None else Exported(host, port)
    with contextlib.suppress(KeyboardInterrupt) if exported else contextlib.nullcontext():
        while True:
            seen, figures = observe(data, models), None
            if exported:
                exported.show(gauged(seen))
            try:
                if prometheus:
                    figures = alerts.prometheus(prometheus)
                elif service:
                    figures = alerts.service(service)
                fires = alerts.firing(gauged(seen), figures)
                if alertmanager and fires:
                    alerts.post(alertmanager, fires)
                    click.echo(f"Posted to Alertmanager: {len(fires)}.", err=True)
            except ValueError as error:  # somebody else is down: the figures stay up
                if not exported:
                    raise
                click.echo(f"{public(str(error))} It is tried again in {every:g} s.", err=True)
            if not exported:
                break
            time.sleep(every)
    if exported:
        return
    if as_json:
        say_json(seen | {"service": figures, "alerts": [alert._asdict() for alert in fires]})
    else:
        report(seen, figures, fires)
    sys.exit(1 if fires else 0)
