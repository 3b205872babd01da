"""The command `serve`: the champion answers over HTTP."""

import contextlib
import os
import signal
import socket
import sys
from pathlib import Path

import click

from jukebox.cli.terminal import HOME, MLFLOW
from jukebox.loop.home import open_registry


def open_port(host: str, port: int) -> socket.socket:
    """Open the port, before anything slow; ValueError says what to do if it is taken."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    # Named TCP, or asyncio leaves Nagle's algorithm on: 44 ms an answer instead of one half.
    listener = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    try:
        if os.name == "posix":  # elsewhere this would share the port
            listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind((host, port))
        listener.listen(128)
        return listener
    except OSError as error:
        listener.close()
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
def serve_command(port: int, host: str, mlflow: str | None, home: Path) -> None:
    """Answer with the champion, over HTTP.

    Port 0 takes any free one. Ctrl-C or SIGTERM ends it, after the last answer is in the log.
    """
    listener = open_port(host, port)
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))  # uvicorn's own until its end
    import uvicorn

    from jukebox.serving.app import create_app

    app = create_app(open_registry(home, mlflow))
    app.state.rollout.refresh()  # so that the first request has its answer
    address = f"http://{f'[{host}]' if ':' in host else host}:{listener.getsockname()[1]}"

    class Server(uvicorn.Server):
        async def startup(self, sockets: list[socket.socket] | None = None) -> None:
            await super().startup(sockets)
            click.echo(f"Serving on {address}")
            if not app.state.rollout.serving.champion:
                message = "No champion yet: it answers 503 until there is one (jukebox promote)."
                click.echo(message, err=True)

        async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
            await super().shutdown(sockets)
            click.echo("Stopped; every answer is in the log.", err=True)

    # No line for each request: the prediction log and /metrics hold them.
    config = uvicorn.Config(app, access_log=False, log_level="warning")
    with contextlib.suppress(KeyboardInterrupt):  # the usual end
        Server(config).run(sockets=[listener])
