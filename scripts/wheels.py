"""Say which wheel of each pin a Python would install that is not on this machine.

A lock holds hashes and no file names. `nox -s lock` has uv name all files of each pin, in the form
`pylock.toml`, and runs `python -m scripts.wheels <those>`: the best wheel for each platform goes
into `locks/python-3.14.sha256`, so that a test can hold every lock to it without a network.
"""

import re
import sys
import tomllib
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from urllib.parse import unquote

from packaging import tags
from packaging.requirements import Requirement
from packaging.utils import parse_wheel_filename

RESOLVED = "3.14"  # no machine of this project has it: its locks are resolved for it
AWAITED = "3.15"  # not every package has wheels for it: `nox -s lock` says which lack them
RECORD = Path("locks", f"python-{RESOLVED}.sha256")

# What a wheel may be made for: a Linux as old as Debian 12, the macOS and the Windows of CI.
PLATFORMS = {
    "linux": [
        *(f"manylinux_2_{minor}_x86_64" for minor in range(36, 4, -1)),
        *("manylinux2014_x86_64", "manylinux2010_x86_64", "manylinux1_x86_64"),
    ],
    "macos": [*tags.mac_platforms((15, 0), "arm64")],
    "windows": ["win_amd64"],
}
MARKERS = {
    "linux": {"sys_platform": "linux", "platform_system": "Linux", "platform_machine": "x86_64"},
    "macos": {"sys_platform": "darwin", "platform_system": "Darwin", "platform_machine": "arm64"},
    "windows": {
        "sys_platform": "win32",
        "platform_system": "Windows",
        "platform_machine": "AMD64",
        "os_name": "nt",
    },
}
LINUX_ALONE = {"tools", "deep-learning", "platform"}  # `nox -s tools` runs nowhere else
ONE_PYTHON = {"tfx"}  # 3.11, whatever else there is


def platforms(group: str) -> list[str]:
    """The platforms on which a lock is installed."""
    return ["linux"] if group in LINUX_ALONE else [*PLATFORMS]


def fitting_tags(version: str, platforms: Sequence[str]) -> list[tags.Tag]:
    """The tags of wheels that a CPython installs on a machine, the best first."""
    number = [int(part) for part in version.split(".")]
    interpreter = "cp" + "".join(map(str, number))
    return [
        *tags.cpython_tags(number, [interpreter], platforms),
        *tags.compatible_tags(number, interpreter, platforms),
    ]


def pins(lock: str, version: str, platform: str) -> dict[str, list[str]]:
    """The pins of a lock that a Python needs on a platform, `name==version`, and their hashes."""
    environment = {
        "os_name": "posix",
        "implementation_name": "cpython",
        "platform_python_implementation": "CPython",
        "python_version": version,
        "python_full_version": f"{version}.0",
        **MARKERS[platform],
    }
    hashes_of = {}
    for entry in re.findall(r"^[\w.-]+==.*(?:\n +--hash.*)*", lock, re.MULTILINE):
        requirement = Requirement(entry.split("\n")[0].rstrip(" \\"))
        if not requirement.marker or requirement.marker.evaluate(environment):
            pin = f"{requirement.name}{requirement.specifier}"
            hashes_of[pin] = re.findall(r"sha256:([0-9a-f]{64})", entry)
    return hashes_of


def choose_wheels(
    lock: str, names: Mapping[str, str], version: str, platform: str
) -> dict[str, str]:
    """The hash of the best wheel of each pin, an empty text where none fits.

    `names` has the file names that are known, by hash; of a lock's own hashes alone one is chosen.
    """
    rank = {tag: number for number, tag in enumerate(fitting_tags(version, PLATFORMS[platform]))}
    best = {}
    for pin, hashes in pins(lock, version, platform).items():
        ranks = {}
        for digest in hashes:
            if names.get(digest, "").endswith(".whl"):
                name, number, _, its = parse_wheel_filename(names[digest])
                if (fits := its & rank.keys()) and f"{name}=={number}" == pin:
                    ranks[digest] = min(rank[tag] for tag in fits)
        best[pin] = min(ranks, key=ranks.__getitem__, default="")
    return best


def missing_wheels(lock: str, names: Mapping[str, str], version: str, platform: str) -> list[str]:
    """The pins of a lock without a wheel that a Python can install on a platform."""
    return [pin for pin, best in choose_wheels(lock, names, version, platform).items() if not best]


def read_record(record: Path = RECORD) -> dict[str, str]:
    """The file names of the record, by hash."""
    return dict(line.split("  ") for line in record.read_text("utf-8").splitlines())


def main(files: Iterable[str]) -> None:
    """Write the record, and say what the Python after it lacks."""
    names = {}
    for file in files:
        for package in tomllib.loads(Path(file).read_text("utf-8"))["packages"]:
            for wheel in package.get("wheels", ()):
                name = unquote(wheel["url"].rsplit("/", 1)[1])
                names[wheel["hashes"]["sha256"]] = name
    locks = {lock.stem: lock.read_text("utf-8") for lock in sorted(Path("locks").glob("*.txt"))}
    needed = {
        digest
        for group in locks.keys() - ONE_PYTHON
        for platform in platforms(group)
        for digest in choose_wheels(locks[group], names, RESOLVED, platform).values()
        if digest
    }
    lines = (f"{digest}  {names[digest]}\n" for digest in sorted(needed, key=names.__getitem__))
    RECORD.write_text("".join(lines), "utf-8", newline="\n")
    for group in sorted(locks.keys() - ONE_PYTHON):
        missing = missing_wheels(locks[group], names, AWAITED, "linux")
        verdict = f"lacks wheels for {', '.join(missing)}" if missing else "has all its wheels"
        print(f"Python {AWAITED}: {group} {verdict}")


if __name__ == "__main__":
    main(sys.argv[1:])
