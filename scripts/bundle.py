"""*Copy and page*: pack what a laptop needs into one ZIP: `nox -s bundle -- windows 3.12`.

A bundle is for one kind of machine and one Python: the wheels that the locks name for it, the built
site, and `start`, which installs them without a network. Nothing is built on the laptop.
`--class FOLDER` adds the papers of a course that everybody may have, and no name of the class.
"""

import argparse
import hashlib
import json
import re
import subprocess
import sys
import tempfile
import tomllib
import zipfile
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

from packaging import tags
from packaging.utils import parse_wheel_filename

from scripts.wheels import fitting_tags, pins

HTML, PACKS, OUTPUT = (Path("docs", "_build", name) for name in ("html", "packs", "bundle"))
ROOM = Path(__file__).with_name("room")  # what lies at the top of each bundle
LICENCES = ("LICENSE", "LICENSE-CC-BY-4.0", "NOTICE")
LOCKS = {"requirements.txt": "northstar", "nox.txt": "nox"}  # what is packed under which name
TOP = "handbook"  # the one folder of a ZIP; short, since Windows' paths are
RAN = ("3.11", "3.12", "3.13")  # the Pythons that the handbook has run on
# What a class may have of a course's folder: all else has names of people, answers or notes.
TAKEN = (
    *("plan.ics", "before/pre-reading.pdf", "room/handouts.pdf", "room/minute-cards.pdf"),
    "room/mini-capstone.pdf",
)
EPOCH = (1980, 1, 1, 0, 0, 0)  # the same inputs make the same bytes, whatever the clock says
PACKED = (".whl", ".woff2", ".pdf", ".png", ".gz")  # compressed already
NO_WHEEL = re.compile(r"No matching distribution found for (\S+)")


class Kind(NamedTuple):
    """A kind of machine: its name in files, what people call it, what start.py sees, its tags."""

    name: str
    laptop: str
    machine: str
    platforms: list[str]


# A Linux as old as Debian 11, a macOS from 14 on: the oldest for which every package has a wheel.
KINDS = {
    "windows": Kind("win_amd64", "Windows, 64 bit", "win-amd64", ["win_amd64"]),
    "linux": Kind(
        "linux_x86_64",
        "Linux on x86-64",
        "linux x86_64",
        [
            *(f"manylinux_2_{minor}_x86_64" for minor in range(28, 4, -1)),
            *("manylinux2014_x86_64", "manylinux2010_x86_64", "manylinux1_x86_64"),
        ],
    ),
    "macos": Kind(
        "macosx_arm64",
        "macOS 14 or newer on Apple silicon",
        "darwin arm64",
        [*tags.mac_platforms((14, 0), "arm64")],
    ),
}
ALSO_CALLED = {
    "windows": re.compile(r"win|windows|win_amd64"),
    "linux": re.compile(r"linux(_x86_64)?|manylinux\w*_x86_64"),
    "macos": re.compile(r"mac|macos|macosx_(\d+_\d+_)?arm64"),
}


class Target(NamedTuple):
    """What a bundle is made for: a key of KINDS, and a Python such as 3.12."""

    family: str
    python: str

    @property
    def kind(self) -> Kind:
        """The kind of machine."""
        return KINDS[self.family]

    @property
    def name(self) -> str:
        """The name of the bundle's file."""
        return f"handbook-{self.kind.name}-py{self.python.replace('.', '')}.zip"

    def list_tags(self) -> set[tags.Tag]:
        """The tags of all wheels that this Python installs on this machine."""
        return {*fitting_tags(self.python, self.kind.platforms)}


def read_target(machine: str, python: str) -> Target:
    """Understand the two words that somebody types; end with a sentence if they are wrong."""
    families = [name for name, words in ALSO_CALLED.items() if words.fullmatch(machine.lower())]
    if not families:
        known = ", ".join(f"{name} ({kind.name})" for name, kind in KINDS.items())
        sys.exit(f"A bundle can be made for {known}, and {machine!r} is none of these.")
    if not re.fullmatch(r"3\.\d+", python) or int(python[2:]) < 11:
        sys.exit(
            f"The labs need Python 3.11 or newer, and {python!r} is not: name the version "
            "that the laptops have, such as 3.12."
        )
    return Target(families[0], python)


def read_pins(lock: str, target: Target) -> dict[str, list[str]]:
    """The pins of a lock that a target needs, `name==version`, and the hashes of each."""
    return pins(Path("locks", f"{lock}.txt").read_text("utf-8"), target.python, target.family)


def read_all_pins(target: Target) -> dict[str, list[str]]:
    """All pins of a bundle: what start installs, nox, and the pip that installs."""
    found = {}
    for lock in LOCKS.values():
        found |= read_pins(lock, target)
    installer = read_pins("bundle", target)
    return found | {pin: digests for pin, digests in installer.items() if pin.startswith("pip==")}


def write_requirements(wanted: Mapping[str, Sequence[str]]) -> str:
    """Write pins with their hashes as pip reads them, without markers: the target is one."""
    return "".join(
        f"{pin} \\\n" + " \\\n".join(f"    --hash=sha256:{digest}" for digest in digests) + "\n"
        for pin, digests in sorted(wanted.items())
    )


def download_wheels(target: Target, wanted: Mapping[str, Sequence[str]], folder: Path) -> None:
    """Download a wheel for each pin; end with a sentence if there is none."""
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as temporary:
        requirements = Path(temporary, "requirements.txt")
        requirements.write_text(write_requirements(wanted), "utf-8")
        platforms = [word for name in target.kind.platforms for word in ("--platform", name)]
        command = (
            *(sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", "--require-hashes"),
            *("--only-binary=:all:", "--implementation=cp", "--python-version", target.python),
            *(*platforms, "--dest", str(folder), "-r", str(requirements)),
        )
        done = subprocess.run(command, stderr=subprocess.PIPE, text=True)
    if done.returncode:
        if none := NO_WHEEL.search(done.stderr):
            sys.exit(
                f"{none[1]} has no wheel for {target.kind.laptop} with Python {target.python}. "
                f"Take a Python on which the handbook has run: {', '.join(RAN)}."
            )
        sys.exit(f"{done.stderr}\nThe wheels were not downloaded: pip says above why.")


def name_faults(
    wheels: Sequence[Path], wanted: Mapping[str, Sequence[str]], target: Target
) -> list[str]:
    """Say of each wheel that cannot be packed what is wrong, and of each pin without one.

    wanted: the hashes of each pin, `name==version`.
    """
    fits, faults, missing = target.list_tags(), [], dict.fromkeys(wanted)
    for wheel in sorted(wheels):
        name, version, _, its = parse_wheel_filename(wheel.name)
        pin = f"{name}=={version}"
        missing.pop(pin, None)
        if pin not in wanted:
            faults.append(f"{wheel.name} is in no lock: delete it")
        elif not its & fits:
            faults.append(
                f"{wheel.name} does not fit {target.kind.laptop} with Python {target.python}: "
                "delete it, and make the bundle again"
            )
        elif hashlib.sha256(wheel.read_bytes()).hexdigest() not in wanted[pin]:
            faults.append(
                f"{wheel.name} is not the file that the lock names, since its hash is another: "
                "delete it, and make the bundle again"
            )
    faults += [f"{pin} has no wheel: make the bundle again, with a network" for pin in missing]
    return faults


def build_own_wheel(folder: Path) -> Path:
    """Build the wheel of Jukebox, so that no laptop builds anything."""
    command = (sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(folder))
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    return next(folder.glob("krap_jukebox-*.whl"))


def measure_wheels(wheels: Sequence[Path]) -> tuple[int, int]:
    """Count the bytes of wheels once installed, and the characters of their longest path."""
    size, longest = 0, 0
    for wheel in wheels:
        with zipfile.ZipFile(wheel) as opened:
            for file in opened.infolist():
                size += file.file_size
                longest = max(longest, len("/Lib/site-packages/" + file.filename))
    return size, longest


def fill_in(template: str, values: Mapping[str, str]) -> str:
    """Put values into a text in the places @name@."""
    return re.sub(r"@(\w+)@", lambda found: values[found[1]], template)


def read_files(folder: Path, name: str) -> Iterator[tuple[str, bytes]]:
    """Yield the files of a folder, which may not be there, by their path in the bundle."""
    for file in sorted(folder.rglob("*")):
        if file.is_file() and file.name != ".buildinfo":
            yield f"{name}/{file.relative_to(folder).as_posix()}", file.read_bytes()


def gather_files(
    target: Target, wheels: Sequence[Path], own: Path, course: Path | None
) -> dict[str, bytes]:
    """The content of a bundle's files, by path.

    wheels: what is downloaded. own: Jukebox's. course: the folder of a class, if there is one.
    """
    version = tomllib.loads(Path("pyproject.toml").read_text("utf-8"))["project"]["version"]
    size, longest = measure_wheels([*wheels, own])
    values = {
        "version": version,
        "python": target.python,
        "tuple": target.python.replace(".", ", "),
        "laptop": target.kind.laptop,
        "count": str(len(wheels) + 1),
        "installed": f"{size / 1e6:.0f}",
    }
    made_for = {
        "machine": target.kind.machine,
        "python": target.python,
        "installed": size,
        "longest": longest,
    }
    found = {}
    for file in sorted(ROOM.iterdir()):
        if file.is_file():
            text = file.read_text("utf-8")
            text = text if file.suffix == ".py" else fill_in(text, values)
            # Windows' command and its oldest editors want both characters at the end of a line.
            windows = file.suffix in (".cmd", ".txt")
            found[file.name] = (text.replace("\n", "\r\n") if windows else text).encode()
    found["bundle.json"] = (json.dumps(made_for, indent=2) + "\n").encode()
    for name, lock in LOCKS.items():
        wanted = read_pins(lock, target)
        if lock == "northstar":
            name_of_own, number, *_ = parse_wheel_filename(own.name)
            digest = hashlib.sha256(own.read_bytes()).hexdigest()
            wanted[f"{name_of_own}=={number}"] = [digest]
        found[name] = write_requirements(wanted).encode()
    found |= {name: Path(name).read_bytes() for name in LICENCES}
    found |= {f"wheels/{wheel.name}": wheel.read_bytes() for wheel in (*wheels, own)}
    found |= dict(read_files(HTML, "site"))
    found |= {path: its for path, its in read_files(PACKS, "packs") if "answers" not in path}
    if course:
        taken = [name for name in TAKEN if (course / name).is_file()]  # a talk has no project
        found |= {f"class/{name}": (course / name).read_bytes() for name in taken}
    found["SHA256SUMS"] = write_sums(found)
    return found


def write_sums(files: Mapping[str, bytes]) -> bytes:
    """The lines of SHA256SUMS, as `sha256sum -c` reads them."""
    lines = (f"{hashlib.sha256(files[path]).hexdigest()}  {path}\n" for path in sorted(files))
    return "".join(lines).encode()


def write_zip(files: Mapping[str, bytes], target: Path) -> None:
    """Write files into a ZIP; the same files make the same bytes."""
    target.parent.mkdir(parents=True, exist_ok=True)
    half = target.with_suffix(".half")
    with zipfile.ZipFile(half, "w") as opened:
        for path in sorted(files):
            entry = zipfile.ZipInfo(f"{TOP}/{path}", EPOCH)
            entry.create_system = 3  # Unix, whose permissions follow
            entry.external_attr = (0o100755 if path.endswith(".sh") else 0o100644) << 16
            stored = path.endswith(PACKED)
            entry.compress_type = zipfile.ZIP_STORED if stored else zipfile.ZIP_DEFLATED
            opened.writestr(entry, files[path])
    half.replace(target)


def make_bundle(target: Target, course: Path | None = None) -> Path:
    """Make the bundle of a target; return its path. End with a sentence if it cannot be made."""
    if not (HTML / "index.html").is_file():
        sys.exit(f"{HTML} has no site: nox -s docs builds it")
    if course and not course.is_dir():
        sys.exit(f"{course} is no folder: nox -s teach makes that of a course")
    wanted = read_all_pins(target)
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary, "wheels")
        download_wheels(target, wanted, folder)
        wheels = sorted(folder.glob("*.whl"))
        if faults := name_faults(wheels, wanted, target):
            sys.exit("\n".join(faults))
        files = gather_files(target, wheels, build_own_wheel(Path(temporary)), course)
    write_zip(files, OUTPUT / target.name)
    return OUTPUT / target.name


def measure_bundle(bundle: Path) -> dict[str, float]:
    """The megabytes of a bundle, packed and unpacked, and those that it takes once installed."""
    with zipfile.ZipFile(bundle) as opened:
        made_for = json.loads(opened.read(f"{TOP}/bundle.json"))
        files = opened.infolist()
    return {
        "zip_mb": round(bundle.stat().st_size / 1e6, 1),
        "unpacked_mb": round(sum(file.file_size for file in files) / 1e6, 1),
        "wheels": sum(file.filename.startswith(f"{TOP}/wheels/") for file in files),
        "wheels_installed_mb": round(made_for["installed"] / 1e6, 1),
    }


def main(words: Sequence[str]) -> None:
    """Make one bundle, and say where it is and how large."""
    parser = argparse.ArgumentParser(prog="nox -s bundle --")
    parser.add_argument("machine", help=f"the laptops' system: {', '.join(KINDS)}")
    parser.add_argument("python", help="the laptops' Python, such as 3.12")
    parser.add_argument("--class", dest="course", type=Path, help="the folder of nox -s teach")
    asked = parser.parse_args(words)
    target = read_target(asked.machine, asked.python)
    bundle = make_bundle(target, asked.course)
    figures = measure_bundle(bundle)
    print(
        f"{bundle} is for {target.kind.laptop} with Python {target.python}: "
        f"{figures['zip_mb']:.0f} MB with {figures['wheels']} wheels, "
        f"{figures['unpacked_mb']:.0f} MB unpacked, and about "
        f"{figures['wheels_installed_mb']:.0f} MB more once installed."
    )
    if target.python not in RAN:
        print(f"The handbook has not run on Python {target.python}: try it before you rely on it.")
    if not PACKS.is_dir():
        print("No handouts are in it: nox -s packs, before this, prints them.")


if __name__ == "__main__":
    main(sys.argv[1:])
