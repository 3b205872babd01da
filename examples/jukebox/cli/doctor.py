"""The doctor: what of this machine would stop the Jukebox, and what to do about it.

Each check looks at one thing, tries it where it can, and gives a `Finding`. What it looks at are
its parameters, so that each can be shown something broken.
"""

import contextlib
import locale
import os
import platform
import shutil
import socket
import sqlite3
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from importlib import metadata
from pathlib import Path
from typing import NamedTuple

import click

from jukebox.cli.terminal import HOME

DISTRIBUTION = "krap-jukebox"
GIGABYTE = 1e9
COLOURS = {"ok": "green", "mind": "yellow", "fix": "red"}
RELEASE_SECONDS = 1767225600  # since 1970: 2026 began; no clock that is right says less


class Finding(NamedTuple):
    """What was looked at, the verdict (ok, mind or fix), what was found, and what to do.

    `fix` stops the work. `mind` does not, and you should know of it.
    """

    what: str
    verdict: str
    found: str
    advice: str = ""


def check_python(version: Sequence[int] | None = None) -> Finding:
    """Look at the version of Python, (major, minor, …)."""
    version = version or sys.version_info[:3]
    found = ".".join(map(str, version[:3]))
    if (3, 11) <= tuple(version[:2]) <= (3, 13):
        return Finding("Python", "ok", found)
    advice = "Use 3.11, 3.12 or 3.13: uv venv --python 3.13, or your system's package manager."
    if tuple(version[:2]) > (3, 13):  # it may well work: nobody has run it there
        return Finding("Python", "mind", found, f"If something fails: {advice}")
    return Finding("Python", "fix", found, advice)


def check_system(name: str | None = None, release: str | None = None) -> Finding:
    """Look at the operating system."""
    name, release = name or platform.system(), release or platform.release()
    if name == "Windows":
        advice = (
            "Use WSL2 (wsl --install): servers run Linux, so signals, file locks and paths behave "
            "there as in production, and the tools of the later chapters come for it."
        )
        return Finding("System", "mind", f"Windows {release}", advice)
    if name not in ("Linux", "Darwin"):
        return Finding("System", "mind", f"{name} {release}", "Linux and macOS are supported.")
    found = {"Darwin": "macOS"}.get(name, "WSL2" if "microsoft" in release.lower() else name)
    return Finding("System", "ok", f"{found} {release}")


def check_cores(count: int | None = None) -> Finding:
    """Look at how many cores this process may use."""
    allowed = getattr(os, "sched_getaffinity", lambda _: range(os.cpu_count() or 1))
    count = count or len(allowed(0))
    if count > 1:
        return Finding("Cores", "ok", str(count))
    return Finding("Cores", "mind", str(count), "It works, more slowly: serving shares this core.")


def free_memory(
    meminfo: Path = Path("/proc/meminfo"), limit: Path = Path("/sys/fs/cgroup/memory.max")
) -> int | None:
    """Return the bytes of memory that are free, or the whole of it where no one tells, or None.

    On Linux, what the kernel thinks can be had without swapping, within a container's limit.
    """
    with contextlib.suppress(OSError, StopIteration):
        lines = meminfo.read_text().splitlines()
        free = next(int(x.split()[1]) for x in lines if x.startswith("MemAvailable")) * 1024
        with contextlib.suppress(OSError, ValueError):  # "max" is no limit
            free = min(free, int(limit.read_text()))
        return free
    with contextlib.suppress(AttributeError, ValueError, OSError):  # macOS; not Windows
        return os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")


def check_memory(free: float | None = None, needed: float = 1 * GIGABYTE) -> Finding:
    """Look at the memory: training takes 0.34 GB, and serving 0.26 at the same time."""
    free = free_memory() if free is None else free
    if free is None:
        return Finding("Memory", "mind", "unknown", f"See that {needed / GIGABYTE:g} GB are free.")
    found = f"{free / GIGABYTE:.1f} GB free"
    if free >= needed:
        return Finding("Memory", "ok", found)
    return Finding("Memory", "fix", found, f"Close programs: {needed / GIGABYTE:g} GB are needed.")


def check_disk(folder: Path, free: float | None = None, needed: float = 1 * GIGABYTE) -> Finding:
    """Look at the space on the disk that holds the home."""
    free = shutil.disk_usage(folder).free if free is None else free
    found = f"{free / GIGABYTE:.1f} GB free"
    if free >= needed:
        return Finding("Disk", "ok", found)
    advice = f"Free {needed / GIGABYTE:g} GB, or set JUKEBOX_HOME to a folder on another disk."
    return Finding("Disk", "fix", found, advice)


def check_loopback(host: str = "127.0.0.1") -> Finding:
    """Listen on a port of the loopback and call it."""
    try:
        with socket.create_server((host, 0)) as server:
            port = server.getsockname()[1]
            socket.create_connection((host, port), timeout=5).close()
    except OSError as error:
        advice = f"Let programs listen on {host}: a firewall or a sandbox forbids it."
        return Finding("Loopback", "fix", str(error), advice)
    return Finding("Loopback", "ok", f"{host} answers")


def check_port(number: int = 8000, host: str = "127.0.0.1") -> Finding:
    """Look whether `jukebox serve` would get its port."""
    try:
        socket.create_server((host, number)).close()
    except OSError as error:
        advice = "Stop what listens there, or take any free port: jukebox serve --port 0."
        return Finding(f"Port {number}", "mind", os.strerror(error.errno or 0), advice)
    return Finding(f"Port {number}", "ok", "free")


def check_packages(
    requirements: Sequence[str] | None = None, installed: Callable[[str], str] = metadata.version
) -> Finding:
    """Look whether each package that the distribution needs is there in a version that fits."""
    install = f"pip install --upgrade {DISTRIBUTION}"
    try:
        from packaging.requirements import Requirement
    except ImportError:
        return Finding("Packages", "fix", "no packaging, which compares versions", install)
    try:
        wanted = metadata.requires(DISTRIBUTION) if requirements is None else requirements
    except metadata.PackageNotFoundError:
        found, advice = f"{DISTRIBUTION} is not installed", f"{install} says what it needs."
        return Finding("Packages", "mind", found, advice)
    needed, wrong = [Requirement(text) for text in wanted or ()], []
    needed = [r for r in needed if not r.marker or r.marker.evaluate({"extra": ""})]
    for requirement in needed:
        try:
            version = installed(requirement.name)
            if not requirement.specifier.contains(version, prereleases=True):
                wrong.append(f"{requirement.name} {version}, not {requirement.specifier}")
        except metadata.PackageNotFoundError:
            wrong.append(f"no {requirement.name}")
    if wrong:
        return Finding("Packages", "fix", "; ".join(wrong), install)
    return Finding("Packages", "ok", f"{len(needed)}, all in versions that fit")


def check_sqlite(
    folder: Path,
    version: Sequence[int] = sqlite3.sqlite_version_info,
    needed: tuple[int, int] = (3, 31),
) -> Finding:
    """Write with SQLite's write-ahead log where the home is: not every file system can."""
    found = f"SQLite {'.'.join(map(str, version))}"
    if tuple(version[:2]) < needed:
        advice = "MLflow needs 3.31: take a newer Python, which brings its own."
        return Finding("SQLite", "fix", found, advice)
    try:
        with (
            tempfile.TemporaryDirectory(dir=folder) as probe,
            contextlib.closing(sqlite3.connect(Path(probe, "probe.db"))) as db,
        ):
            (mode,) = db.execute("PRAGMA journal_mode = WAL").fetchone()
            db.execute("CREATE TABLE probe (id)")
            db.commit()
    except (OSError, sqlite3.Error) as error:
        mode = str(error)
    if mode == "wal":
        return Finding("SQLite", "ok", f"{found}, with write-ahead log")
    advice = "Set JUKEBOX_HOME to a folder on a local disk: network drives lack the locks."
    return Finding("SQLite", "fix", f"{found}, no write-ahead log here ({mode})", advice)


def check_clock(folder: Path, now: Callable[[], float] = time.time) -> Finding:
    """Compare the clock with the year of this release, and with the clock of the home's disk."""
    seconds = now()
    found = time.strftime("%Y-%m-%d %H:%M UTC", time.gmtime(seconds))
    advice = "Set the clock, by NTP: the history of the champions and the log rest on it."
    if seconds < RELEASE_SECONDS:
        return Finding("Clock", "fix", found, advice)
    with contextlib.suppress(OSError), tempfile.NamedTemporaryFile(dir=folder) as probe:
        apart = os.stat(probe.name).st_mtime - seconds
        if abs(apart) > 60:
            found += f", {abs(apart):.0f} s {'behind' if apart > 0 else 'ahead of'} the home's disk"
            return Finding("Clock", "fix", found, advice)
    return Finding("Clock", "ok", found)


def check_home(home: Path, folder: Path) -> Finding:
    """Write where the home is, or would be."""
    there = next(place for place in (home, *home.parents) if place.exists())
    if not there.is_dir():
        advice = "Rename that file, or set JUKEBOX_HOME to a folder."
        return Finding("Home", "fix", f"{there} is a file", advice)
    try:
        with tempfile.NamedTemporaryFile(dir=folder):
            pass
    except OSError as error:
        advice = "Set JUKEBOX_HOME to a folder that is yours to write in."
        return Finding("Home", "fix", f"{home}: {error.strerror}", advice)
    return Finding("Home", "ok", f"{home}{'' if folder == home else ' (not there yet)'}")


def check_encoding(preferred: str | None = None, output: str | None = None) -> Finding:
    """Look at the encoding of text: of files, and of what is printed."""
    preferred = preferred or locale.getpreferredencoding(False)
    found = {preferred.lower(), (output or sys.stdout.encoding or "utf-8").lower()}
    if not {name.replace("-", "") for name in found} - {"utf8"}:
        return Finding("Locale", "ok", "UTF-8")
    advice = "Set PYTHONUTF8=1, and LANG=C.UTF-8 where the system has it."
    return Finding("Locale", "fix", " and ".join(sorted(found)), advice)


def examine_machine(home: str | Path) -> list[Finding]:
    """Return the findings of all checks, for a home that need not be there yet."""
    home = Path(home).absolute()
    folder = next(place for place in (home, *home.parents) if place.is_dir())
    return [
        check_python(),
        check_system(),
        check_cores(),
        check_memory(),
        check_disk(folder),
        check_loopback(),
        check_port(),
        check_packages(),
        check_sqlite(folder),
        check_clock(folder),
        check_home(home, folder),
        check_encoding(),
    ]


def print_finding(finding: Finding, width: int) -> None:
    """Print a finding, without rich, which may be what is missing. width: of what stands first."""
    what, verdict, found, advice = finding
    columns, gap = shutil.get_terminal_size().columns, " " * width
    coloured = False if os.environ.get("NO_COLOR") else None
    text = f"{verdict:6}{what:{width - 6}}{found}"
    text = click.wrap_text(text, width=columns, subsequent_indent=gap)
    label = click.style(verdict, fg=COLOURS[verdict], bold=verdict == "fix")
    click.echo(label + text[len(verdict) :], color=coloured)
    if advice:
        text = click.wrap_text(advice, columns, initial_indent=gap, subsequent_indent=gap)
        click.echo(click.style(text, bold=True), color=coloured)


@click.command()
@HOME
def doctor_command(home: Path) -> None:
    """Look at this machine, and say what to fix.

    Exits with 1 if something must be fixed.
    """
    findings = examine_machine(home)
    width = 8 + max(len(finding.what) for finding in findings)
    for finding in findings:
        print_finding(finding, width)
    broken = sum(finding.verdict == "fix" for finding in findings)
    click.echo(f"{broken} to fix." if broken else "Nothing to fix.")
    sys.exit(1 if broken else 0)
