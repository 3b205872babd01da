"""Install the labs of the MLOps handbook from this folder, and show the handbook, without a network.

`start.sh` and `start.cmd` find a fitting Python and run this file. It needs Python's own library
alone, writes only beside itself, and listens only on this machine. Ctrl-C ends it.
"""

import argparse
import functools
import hashlib
import json
import os
import platform
import shutil
import signal
import subprocess
import sys
import sysconfig
import venv
import webbrowser
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

HERE = Path(__file__).resolve().parent
VENV, LABS, WHEELS, SITE = HERE / ".venv", HERE / "labs", HERE / "wheels", HERE / "site"
STAMP = VENV / "installed.txt"
COMMANDS = VENV / ("Scripts" if os.name == "nt" else "bin")
PYTHON = COMMANDS / ("python.exe" if os.name == "nt" else "python")
PORT = 8421  # the same each time if it is free: a browser keeps the answers to quizzes by address
LONGEST = 259  # characters of a path, on a Windows as it is installed
MEBIBYTE = 2**20
NEW_CONSOLE = 0x10  # CREATE_NEW_CONSOLE of Windows, which `subprocess` names there alone


def name_faults(sums: dict[str, str], folders: tuple[str, ...]) -> list[str]:
    """Say of each file below some folders what is wrong with it; sums: SHA-256 by path."""
    faults = []
    for path, digest in sums.items():
        if path.split("/")[0] not in folders:
            continue
        if not (HERE / path).is_file():
            faults.append(f"{path} is missing")
            continue
        with (HERE / path).open("rb") as file:
            if hashlib.file_digest(file, "sha256").hexdigest() != digest:
                faults.append(f"{path} is not as it was packed")
    if "wheels" in folders:
        strange = {f"wheels/{file.name}" for file in WHEELS.glob("*")} - sums.keys()
        faults += [f"{path} is in no line of SHA256SUMS" for path in sorted(strange)]
    return faults


def say_what_does_not_fit(made_for: dict[str, str | int]) -> str:
    """Say why this Python or this machine cannot use the bundle; an empty text if it can."""
    version = "{}.{}".format(*sys.version_info)
    its = sysconfig.get_platform() if os.name == "nt" else f"{sys.platform} {platform.machine()}"
    if version != made_for["python"]:
        return f"This bundle is for Python {made_for['python']}, and this is {version}."
    if its != made_for["machine"]:
        return (
            f"This bundle is for {made_for['machine']}, and this Python is for {its}: "
            "take the bundle that was made for this kind of machine."
        )
    # The slash, and what pip adds while it writes, take a few characters more.
    length = len(str(VENV)) + int(made_for["longest"]) + 12
    if os.name == "nt" and length > LONGEST:
        return (
            f"{HERE} is {length - LONGEST} characters too long for Windows: "
            "move this folder up, for example to your own folder."
        )
    return ""


def install(digest: str) -> None:
    """Make the environment beside this file, and install every wheel by its hash."""
    pip = next(WHEELS.glob("pip-*.whl")) / "pip"  # a machine's own pip may be old, or missing
    print("Installing. This takes a minute or two, and says nothing meanwhile.", flush=True)
    venv.create(VENV, clear=True, symlinks=os.name != "nt")
    quiet = {key: value for key, value in os.environ.items() if not key.startswith("PIP_")}
    command = (
        *(PYTHON, pip, "install", "--quiet", "--no-index", "--no-deps", "--no-compile"),
        *("--no-cache-dir", "--disable-pip-version-check", "--find-links", "wheels"),
        *("--require-hashes", "-r", "requirements.txt"),
    )
    # With this file for settings, pip reads no other.
    subprocess.run(command, cwd=HERE, env=quiet | {"PIP_CONFIG_FILE": os.devnull}, check=True)
    STAMP.write_text(digest, encoding="utf-8")


def surroundings() -> dict[str, str]:
    """The variables of a terminal that has the command `jukebox`."""
    without = ("PYTHONHOME", "PYTHONPATH", "JUKEBOX_HOME")
    kept = {key: value for key, value in os.environ.items() if key not in without}
    path = os.pathsep.join([str(COMMANDS), os.environ.get("PATH", "")])
    return kept | {"PATH": path, "VIRTUAL_ENV": str(VENV), "PYTHONUTF8": "1"}


def open_terminal() -> None:
    """Open a terminal that has `jukebox`, or say how to get one."""
    if os.name == "nt":
        command = ("cmd", "/k", "title MLOps labs")
        subprocess.Popen(command, cwd=LABS, env=surroundings(), creationflags=NEW_CONSOLE)
        print("Type the labs' commands in the window “MLOps labs”.")
    else:
        print("For the labs, open another terminal and type these two lines:")
        print(f'  . "{COMMANDS / "activate"}"')
        print(f'  cd "{LABS}"', flush=True)


class Handler(SimpleHTTPRequestHandler):
    """Serve the handbook's files in silence, with types that no setting of Windows can change."""

    extensions_map = {  # noqa: RUF012, the library's own attribute
        **SimpleHTTPRequestHandler.extensions_map,
        ".css": "text/css",
        ".html": "text/html",
        ".js": "text/javascript",
        ".json": "application/json",
        ".svg": "image/svg+xml",
    }

    def log_message(self, format: str, *args: object) -> None:  # as the library has it
        """Say nothing: each page makes a dozen requests."""


class Server(ThreadingHTTPServer):
    """A server whose port nobody else can take: on Windows, two could listen on one."""

    allow_reuse_address = os.name != "nt"

    def handle_error(self, request: object, client_address: object) -> None:  # as above
        """Say nothing: a browser that leaves a page breaks off its requests."""


def listen() -> Server:
    """Listen on this machine alone: on our port, or on a free one."""
    handler = functools.partial(Handler, directory=str(SITE))
    try:
        return Server(("127.0.0.1", PORT), handler)
    except OSError:
        return Server(("127.0.0.1", 0), handler)


def serve(browser: bool) -> None:
    """Show the handbook until Ctrl-C."""
    with listen() as server:
        address = f"http://127.0.0.1:{server.server_address[1]}/"
        print(f"The handbook is at {address}")
        print("Ctrl-C ends it.", flush=True)
        if browser:
            webbrowser.open(address)
        server.serve_forever()


def prepare() -> bool:
    """Check what is here, install what is not; tell whether the doctor has nothing to fix."""
    listed = (HERE / "SHA256SUMS").read_text(encoding="utf-8")
    sums = {path: digest for digest, path in (line.split("  ", 1) for line in listed.splitlines())}
    folders = {path.split("/")[0] for path in sums}
    digest = hashlib.sha256(f"{listed}{HERE}{sys.version}".encode()).hexdigest()
    # Once installed, a wheel is needed no more.
    installed = STAMP.is_file() and STAMP.read_text(encoding="utf-8") == digest
    if faults := name_faults(sums, tuple(folders - {"wheels"} if installed else folders)):
        sys.exit("\n".join([*faults, "Unpack the ZIP again, or copy it again from where it came."]))
    made_for = json.loads((HERE / "bundle.json").read_text(encoding="utf-8"))
    if fault := say_what_does_not_fit(made_for):
        sys.exit(fault)
    if not installed:
        needed, free = int(made_for["installed"]), shutil.disk_usage(HERE).free
        if free < needed:
            sys.exit(
                f"This disk has {free // MEBIBYTE} MB free, and {needed // MEBIBYTE} are needed."
            )
        install(digest)
    LABS.mkdir(exist_ok=True)
    doctor = (PYTHON, "-m", "jukebox", "doctor")
    return subprocess.run(doctor, cwd=LABS, env=surroundings()).returncode == 0


def main() -> None:
    """Prepare, and show the handbook."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--install", action="store_true", help="install, and end")
    parser.add_argument("--no-browser", action="store_true", help="open no browser, no terminal")
    asked = parser.parse_args()
    for stream in (sys.stdout, sys.stderr):
        stream.reconfigure(encoding="utf-8", errors="replace")  # pyright: ignore[reportAttributeAccessIssue] - a file of Python's own has it
    # Each ends it in the same way, also where whoever started it lets programs ignore Ctrl-C.
    for one in (signal.SIGINT, signal.SIGTERM):
        signal.signal(one, signal.default_int_handler)
    try:
        healthy = prepare()
        if asked.install:
            sys.exit(0 if healthy else "The doctor, above, says what to fix.")
        if not asked.no_browser:
            open_terminal()
        serve(browser=not asked.no_browser)
    except KeyboardInterrupt:
        print("Ended. Your labs are in the folder labs.")
    except subprocess.CalledProcessError:
        sys.exit("Not installed. What pip says above has the reason; then start again.")
    except OSError as error:
        sys.exit(f"{error}\nIs this folder on a disk of this machine, and yours to write in?")


if __name__ == "__main__":
    main()
