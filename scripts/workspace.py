"""What the scripts share: a clone as a newcomer gets it, and the record of what was measured."""

import json
import os
import platform
import shutil
import subprocess
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import TypeAlias

Json: TypeAlias = "str | float | bool | Sequence[Json] | Mapping[str, Json] | None"

# What a machine needs to reach a package index, whoever runs the command.
NETWORK = ("PIP_CERT", "PIP_INDEX", "SSL_", "UV_INDEX", "HTTP_", "HTTPS_", "NO_PROXY", "no_proxy")


def network() -> dict[str, str]:
    """The environment's settings that lead to the package index."""
    return {name: value for name, value in os.environ.items() if name.startswith(NETWORK)}


def git(*arguments: str) -> str:
    """Run git here and return what it says."""
    return subprocess.run(["git", *arguments], check=True, stdout=subprocess.PIPE, text=True).stdout


def clone(target: Path) -> None:
    """Clone the last commit without its history, then add what changed since, as if committed."""
    git("clone", "--quiet", "--depth", "1", Path.cwd().as_uri(), str(target))
    changed = git("diff", "--name-only", "-z", "HEAD")  # staged or not
    changed += git("ls-files", "-z", "--others", "--exclude-standard")
    for name in filter(None, changed.split("\0")):
        if Path(name).exists():
            (target / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(name, target / name)
        else:
            (target / name).unlink(missing_ok=True)


def megabytes(*folders: Path) -> float:
    """The size of all files in some folders, a file with several names counted once."""
    files = [file.lstat() for folder in folders for file in folder.rglob("*")]
    sizes = {status.st_ino: status.st_size for status in files}
    return round(sum(sizes.values()) / 1e6, 1)


def circumstances(python: str) -> dict[str, str]:
    """When and where something is measured: the day in UTC, this machine, and a Python."""
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    system = platform.freedesktop_os_release()["PRETTY_NAME"]
    return {
        "date": datetime.now(UTC).date().isoformat(),
        "machine": f"{os.cpu_count()} cores, {memory:.0f} GB, {system}",
        "python": python,
    }


def write(name: str, measured: Mapping[str, Json]) -> None:
    """Write a record where pages can read it; at once, since they may be built meanwhile."""
    target = Path("docs/_data/measured", f"{name}.json")
    target.parent.mkdir(exist_ok=True)
    half = target.with_suffix(".half")
    half.write_text(json.dumps(measured, indent=2) + "\n", encoding="utf-8")
    half.replace(target)
    print(f"Wrote {target}")


def record(
    name: str,
    python: str,
    figures: Mapping[str, float | str],
    command: str | None = None,
    **others: Json,
) -> None:
    """Write figures where pages can read them; their command is the session of that name.

    What no page reads, as the digest of the code that was measured, stands beside them.
    """
    origin = {"command": command or f"nox -s {name}", **circumstances(python)}
    write(name, {**origin, "figures": figures, **others})
