"""Run the README's commands as a newcomer would: `python -m scripts.readme`.

On a server this is the test run: all of it with pip, and with uv the installation, the story and a
sample. Elsewhere it is all measured, both ways.

Root's own settings would hide what a newcomer meets, so root hands over to `nobody`. The machine's
own Python runs them, which refuses a bare `pip install` on Debian and Ubuntu (PEP 668).
"""

import os
import re
import resource
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from scripts.ci import REPORTS
from scripts.workspace import clone, megabytes, network, record

MOST = 600  # megabytes for all that Jukebox needs, with pip
SAMPLE = "tests/jukebox/test_app.py docs/modules/introduction docs/reference/command-line.md"
BLOCK = re.compile(r"^```sh\n(.+?)^```", re.MULTILINE | re.DOTALL)


def commands(readme: str = "README.md") -> list[list[str]]:
    """The lines of each block under the file's heading "Two commands"."""
    text = Path(readme).read_text(encoding="utf-8")
    section = text.split("\n## Two commands\n")[1].split("\n## ")[0]
    return [block.splitlines() for block in BLOCK.findall(section)]


def measure_children() -> float:
    """Return the CPU seconds of all processes that this one has started and seen end."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def hand_over(reports: Path, way: str) -> None:
    """Copy what pytest has left of its runs to where this session's own are counted, if anywhere."""
    if target := os.environ.get(REPORTS):
        for report in reports.glob("*.xml"):
            shutil.copyfile(report, Path(target, f"{way}-{report.name}"))


def follow_lines(
    lines: list[str], way: str, root: Path, setup: str = "", sample: str = ""
) -> dict[str, float]:
    """Run lines in a fresh clone with a fresh home and return what they took.

    setup: what brings the installer. sample: which tests to run, if not all.
    """
    home, checkout = root / way, root / way / "handbook"
    home.mkdir()
    clone(checkout)
    reports = home / "reports"
    reports.mkdir()
    as_root = os.geteuid() == 0
    for path in [home, *home.rglob("*")] if as_root else ():
        shutil.chown(path, "nobody", "nogroup")
    environment = network() | {
        "HOME": str(home),
        "LANG": "C.UTF-8",
        "PATH": f"{home}/uv/bin:/usr/bin:/bin",
        "UV_CONSTRAINT": "locks/nox.txt",  # `uvx nox` takes a reader's newest, and ours the pinned
        REPORTS: str(reports),  # nobody may write where `.ci/run` wants them
    }

    def run(line: str) -> tuple[float, float]:
        print(f"$ {line}", flush=True)
        start, before = time.monotonic(), measure_children()
        # Through a shell, as the reader does: the line holds `&&`.
        done = subprocess.run(  # noqa: S602
            line,
            shell=True,
            cwd=checkout,
            env=environment,
            user="nobody" if as_root else None,
            group="nogroup" if as_root else None,
            extra_groups=[] if as_root else None,
        )
        hand_over(reports, way)
        if done.returncode:
            sys.exit(f"README.md's command failed: {line}")
        return round(time.monotonic() - start, 1), round(measure_children() - before, 1)

    if setup:
        run(setup)
    figures, before = {}, 0.0
    # The story needs the first command and no other.
    tests = f"{lines[1]} -- {sample}" if sample else lines[1]
    story = lines[1].replace("-s tests", "-s northstar")
    for goal, line in {"docs": lines[0], "northstar": story, "tests": tests}.items():
        figures[f"{way}_{goal}_s"], figures[f"{way}_{goal}_cpu_s"] = run(line)
        installed = megabytes(checkout / ".venv", checkout / ".nox", home / ".local")
        figures[f"{way}_{goal}_installed_mb"] = round(installed - before, 1)
        before = installed
    if not (checkout / "docs/_build/html/index.html").exists():
        sys.exit(f"README.md's command built no docs/_build/html/index.html: {lines[0]}")
    return figures


def main() -> None:
    """Follow the pip way, then the uv way, and record both."""
    system = {"PATH": "/usr/bin:/bin"}
    if subprocess.run(["python3", "-c", "import ensurepip, venv"], env=system).returncode:
        sys.exit("This machine's python3 lacks venv: apt-get install python3-venv")
    pip, uv = commands()
    with tempfile.TemporaryDirectory(prefix="readme-") as temporary:
        root = Path(temporary)
        root.chmod(0o755)  # nobody passes through
        figures = follow_lines(pip, "pip", root)
        bring = "python3 -m venv ~/uv && ~/uv/bin/pip install --quiet -r locks/nox.txt"
        figures |= follow_lines(uv, "uv", root, bring, SAMPLE if "CI" in os.environ else "")
    print(figures)
    if figures["pip_northstar_installed_mb"] > MOST:
        sys.exit(f"Jukebox's environment takes more than {MOST} MB: see what can go.")
    if "CI" not in os.environ:  # a busy machine's seconds say nothing
        version = subprocess.run(
            ["python3", "--version"], env=system, check=True, stdout=subprocess.PIPE, text=True
        )
        record("readme", version.stdout.split()[1], figures)


if __name__ == "__main__":
    main()
