"""The command `jukebox`: one word for each step of the lifecycle.

Exit codes: 0 for done, 1 for an error or a no, 2 for a command that was typed wrongly, 130 for
Ctrl-C. Answers go to standard output, everything else to standard error.
"""

import contextlib
import os
import shutil
import signal
import socket
import sys

import click

from jukebox.cli.forget import forget
from jukebox.cli.generate import generate, validate
from jukebox.cli.train import evaluate, train
from jukebox.cli.lineage import lineage, status
from jukebox.cli.rebuild import rebuild
from jukebox.cli.terminal import HOME, JSON, MLFLOW, WHY, Contents, registry
from jukebox.cli.update import update
from jukebox.cli.monitor import monitor
from jukebox.cli.lab import lab

# ---- production ----------------------------------------------------------------------------------


@click.command()
@click.argument("version", type=click.IntRange(1))
@WHY
@MLFLOW
@HOME
def promote(version, why, mlflow, home):
    """Make a version the champion.

    The gate is not asked, for people may overrule it: ask jukebox evaluate first.
    """
    models = registry(home, mlflow)
    before = models.standing().champion
    models.promote(version, why)
    was = f"; before, {before} was" if before not in (None, version) else ""
    click.echo(f"Version {version} is the champion{was}.")


@click.command()
@WHY
@MLFLOW
@HOME
def rollback(why, mlflow, home):
    """Make the champion before this one the champion again."""
    models = registry(home, mlflow)
    before = models.standing().champion
    click.echo(f"Version {models.rollback(why)} is the champion again; {before} was.")


@click.command()
@click.argument("version", type=click.IntRange(1))
@WHY
@MLFLOW
@HOME
def retire(version, why, mlflow, home):
    """Bar a version from every role, for good.

    Its artefact and its record stay, for those who ask later. The champion cannot be retired:
    promote another one first.
    """
    registry(home, mlflow).retire(version, why)
    click.echo(f"Version {version} is retired, and takes no role again.")


def listen(host, port):
    """Open the port, before anything slow; ValueError says what to do if it is taken."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    # Named TCP, or asyncio leaves Nagle's algorithm on: 44 ms an answer instead of one half.
    opened = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    try:
        if os.name == "posix":  # elsewhere this would share the port
            opened.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        opened.bind((host, port))
        opened.listen(128)
        return opened
    except OSError as error:
        opened.close()
        reason = os.strerror(error.errno) if error.errno else error
        raise ValueError(
            f"Cannot listen on {host}, port {port}: {reason}. Stop what listens there, or take "
            "any free port: --port 0."
        ) from error


@click.command()
@click.option("--port", type=click.IntRange(0, 65535), default=8000, show_default=True)
@click.option("--host", default="127.0.0.1", show_default=True, help="0.0.0.0 lets others in.")
@MLFLOW
@HOME
def serve(port, host, mlflow, home):
    """Answer with the champion, over HTTP.

    Port 0 takes any free one. Ctrl-C or SIGTERM ends it, after the last answer is in the log.
    """
    opened = listen(host, port)
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))  # uvicorn's own until its end
    import uvicorn

    from jukebox.serving.app import create_app

    app = create_app(registry(home, mlflow))
    app.state.rollout.refresh()  # so that the first request has its answer
    address = f"http://{f'[{host}]' if ':' in host else host}:{opened.getsockname()[1]}"

    class Server(uvicorn.Server):
        async def startup(self, sockets=None):
            await super().startup(sockets)
            click.echo(f"Serving on {address}")
            if not app.state.rollout.serving.champion:
                message = "No champion yet: it answers 503 until there is one (jukebox promote)."
                click.echo(message, err=True)

        async def shutdown(self, sockets=None):
            await super().shutdown(sockets)
            click.echo("Stopped; every answer is in the log.", err=True)

    # No line for each request: the prediction log and /metrics hold them.
    config = uvicorn.Config(app, access_log=False, log_level="warning")
    with contextlib.suppress(KeyboardInterrupt):  # the usual end
        Server(config).run(sockets=[opened])


# ---- story ---------------------------------------------------------------------------------------


@click.command()
@click.option("--report", metavar="FILE", default="northstar.html", show_default=True)
@click.option("--home", metavar="FOLDER", help="A new folder, to look around in afterwards.")
@JSON
def northstar(report, home, as_json):
    """Show 23 weeks of one model's life, and write the report.

    About a minute on two idle cores, and longer on a busy machine.

    Exits with 1 if a trigger was lost, a request failed, or an ending did not occur.
    """
    from jukebox.world.story import tell

    sys.exit(tell(home, as_json, report))


# ---- machine -------------------------------------------------------------------------------------


@click.command()
@HOME
def doctor(home):
    """Look at this machine, and say what to fix.

    Exits with 1 if something must be fixed.
    """
    from jukebox.cli.doctor import examine

    findings = examine(home)
    colours = {"ok": "green", "mind": "yellow", "fix": "red"}
    width = 8 + max(len(finding.what) for finding in findings)
    lines = {"width": shutil.get_terminal_size().columns, "subsequent_indent": " " * width}
    plain = False if os.environ.get("NO_COLOR") else None
    for what, verdict, found, advice in findings:  # without rich, which may be what is missing
        text = click.wrap_text(f"{verdict:6}{what:{width - 6}}{found}", **lines)
        colour = {"fg": colours[verdict], "bold": verdict == "fix"}
        click.echo(click.style(verdict, **colour) + text[len(verdict) :], color=plain)
        if advice:
            text = click.wrap_text(advice, initial_indent=" " * width, **lines)
            click.echo(click.style(text, bold=True), color=plain)
    broken = sum(finding.verdict == "fix" for finding in findings)
    click.echo(f"{broken} to fix." if broken else "Nothing to fix.")
    sys.exit(1 if broken else 0)


# ---- contents ------------------------------------------------------------------------------------

CONTENTS = {
    "Data": (generate, validate, forget),
    "Model": (train, evaluate),
    "Production": (promote, rollback, retire, serve, monitor, update),
    "Afterwards": (lineage, rebuild, status),
    "Learn": (northstar, lab),
    "Machine": (doctor,),
}


@click.group(
    "jukebox", cls=Contents, contents=CONTENTS, context_settings={"max_content_width": 100}
)
@click.version_option(package_name="krap-jukebox", message="%(version)s")
def main():
    """In which of 72 countries will a track chart?

    Begin with jukebox generate, then jukebox train, then jukebox evaluate 1.
    """
