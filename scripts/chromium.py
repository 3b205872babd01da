"""Debian's Chromium, and a loopback server that shows it a folder."""

import functools
import os
import shutil
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from ctypes.util import find_library
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Literal, TypedDict, Unpack

from playwright.sync_api import Browser, Page, ViewportSize, sync_playwright

ARGUMENTS = [
    "--no-sandbox",  # the sandbox does not start for root, and CI is root; the pages are our own
    "--disable-background-networking",
    "--disable-component-update",
    # Another origin fails at once, with or without a network.
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1",
]
SCREEN: ViewportSize = {"width": 1280, "height": 720}


def find_chromium() -> str:
    """Return the path of Chromium, or exit with how to install it."""
    wanted = [os.environ.get("CHROMIUM", ""), "chromium", "chromium-browser", "google-chrome"]
    path = next(filter(None, map(shutil.which, wanted)), None)
    # Playwright's own driver is linked with it, and a bare Debian does not have it.
    if sys.platform == "linux" and not find_library("atomic"):
        sys.exit("libatomic is missing: apt-get install libatomic1")
    return path or sys.exit("Chromium is missing: apt-get install chromium")


@contextmanager
def launch() -> Iterator[Browser]:
    """Start Chromium for the time of a `with` block."""
    path = find_chromium()
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=ARGUMENTS)
        yield browser
        browser.close()


class Options(TypedDict, total=False):
    """What a tab may be told of its reader; Playwright knows many more."""

    color_scheme: Literal["light", "dark"]
    forced_colors: Literal["active", "none"]
    has_touch: bool
    is_mobile: bool
    permissions: list[str]
    reduced_motion: Literal["reduce", "no-preference"]


@contextmanager
def tab(browser: Browser, **options: Unpack[Options]) -> Iterator[Page]:
    """Open a tab in a context of its own, with its options, for the time of a `with` block."""
    context = browser.new_context(viewport=SCREEN, **options)
    yield context.new_page()
    context.close()


class Handler(SimpleHTTPRequestHandler):
    """Serve files, keep the connection, say nothing."""

    protocol_version = "HTTP/1.1"

    def log_message(self, format: str, *args: object) -> None:  # of whatever is logged
        """Stay silent: what matters is what the browser saw."""


@contextmanager
def serve(folder: Path, handler: type[Handler] = Handler) -> Iterator[str]:
    """Serve `folder` on a free loopback port for the time of a `with` block; give its origin."""
    server = ThreadingHTTPServer(
        ("127.0.0.1", 0), functools.partial(handler, directory=str(folder))
    )
    server.daemon_threads = True
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()
