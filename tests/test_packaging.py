"""What is packaged, what is locked, and what no file may say."""

import ast
import os
import re
import subprocess
import sys
import tomllib
import zipfile
from email.parser import Parser
from pathlib import Path
from shutil import ignore_patterns

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name
from packaging.version import Version

from scripts import readme

PYPROJECT = Path("pyproject.toml").read_text(encoding="utf-8")
GROUPS = tomllib.loads(PYPROJECT)["dependency-groups"]
PACKAGE = tomllib.loads(PYPROJECT)["project"]["dependencies"]
LOCKS = {lock.stem: lock.read_text(encoding="utf-8") for lock in Path("locks").glob("*.txt")}
MADE = ignore_patterns(
    ".git",
    ".nox",
    ".venv",
    "_build",
    "dist",
    "node_modules",
    "__pycache__",
    ".*_cache",
    ".hypothesis",
)

# A character class in each, so that a pattern does not find itself.
REGISTRY = re.compile(r"\b(pypi|pythonhosted|npmjs|npmmirror|conda|anaconda)[.](org|com)\b")
MACHINE_PATH = re.compile(r"(?<![\w.~$}])(?:[/](?:home|Users|root|work|mnt)/\w|[A-Z]:\\Users)")
UNFINISHED = re.compile(r"\b([T]ODO|[F]IXME|[X]XX)\b")
UNPINNED = re.compile(r"\bpip3? install\b(?!.* -r ).*\b(?:nox|uv)\b")  # `locks/` has the version
NUMBERED = re.compile(r"\b[Cc]ontracts? \d")  # CONTRIBUTING names them


def requirements(group):
    """A group's own requirements and those of the groups it includes; `northstar`: the package's."""
    for entry in GROUPS.get(group, PACKAGE):
        if isinstance(entry, dict):
            yield from requirements(entry["include-group"])
        else:
            yield Requirement(entry)


def bad_entries(pyproject):
    """The lines of the dependency groups that lack a lower bound or a reason."""
    groups = pyproject.split("[dependency-groups]")[1].split("\n[")[0]
    offset = pyproject[: pyproject.index(groups)].count("\n") + 1
    for number, line in enumerate(groups.split("\n"), start=offset):
        if line.startswith('  "') and not re.fullmatch(r'  "[^">]+>=[^"]+", +# \S.+', line):
            yield f"pyproject.toml:{number}: {line.strip()}"


def versions(lock):
    """The name and version of each requirement of a lock."""
    found = re.findall(r"^([\w.-]+)==([^\s;\\]+)", lock, re.MULTILINE)
    return {canonicalize_name(name): Version(version) for name, version in found}


def unhashed(lock):
    """The requirements of a lock that no hash follows."""
    entries = re.split(r"\n(?=[\w.-]+==)", re.sub(r"^#.*\n", "", lock, flags=re.MULTILINE))
    return [entry.split()[0] for entry in entries if "--hash=sha256:" not in entry]


def behind(group, lock):
    """The direct requirements of a group that its lock lacks or holds below the bound."""
    held = versions(lock)
    return [
        str(requirement)
        for requirement in requirements(group)
        if held.get(canonicalize_name(requirement.name), Version("0")) not in requirement.specifier
    ]


def finds(pattern, root):
    """Each line of the text files under `root` that a pattern matches."""
    for folder, folders, names in os.walk(root):
        folders[:] = sorted(set(folders) - MADE(folder, folders))
        for name in sorted(set(names) - MADE(folder, names)):
            path = Path(folder, name)
            try:
                lines = path.read_text(encoding="utf-8").splitlines()
            except UnicodeDecodeError:  # a picture or a font
                continue
            for number, line in enumerate(lines, start=1):
                if pattern.search(line):
                    yield f"{path.relative_to(root).as_posix()}:{number}: {line.strip()}"


def run(*command, cwd):
    """Run a command in a folder and return its output and exit code."""
    return subprocess.run(
        [*map(str, command)], cwd=cwd, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    )


@pytest.fixture(scope="module")
def wheel(tmp_path_factory):
    """The wheel, built by the backend in the lock without build isolation."""
    folder = tmp_path_factory.mktemp("wheel")
    built = run(sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", folder, cwd=".")
    assert built.returncode == 0, built.stdout
    with zipfile.ZipFile(next(folder.glob("*.whl"))) as archive:
        yield archive


def test_wheel_holds_the_packages_alone(wheel):
    """Nothing of docs, tests or the other examples is packaged."""

    assert {name.split("/")[0] for name in wheel.namelist()} == {
        "capstones",
        "jukebox",
        "krap_jukebox-0.1.0.dist-info",
    }


def test_wheel_leaves_out_what_carries_it_elsewhere(wheel):
    """The pipelines, manifests and container files of `deploy/` need tools that it does not."""

    assert Path("examples/jukebox/deploy").is_dir()
    assert not [name for name in wheel.namelist() if name.startswith("jukebox/deploy/")]


def test_wheel_holds_all_of_jukebox_that_it_does_not_leave_out(wheel):
    """Its rooms and labs, the stub of its public API, the report's template, and the alert rules."""
    examples = Path("examples")
    files = {
        file.relative_to(examples).as_posix()
        for file in examples.glob("jukebox/**/*")
        if file.is_file() and file.suffix != ".pyc" and "deploy" not in file.parts
    }

    read = {"jukebox/__init__.pyi", "jukebox/world/report.html", "jukebox/watch/rules.yml"}
    assert read <= files == {name for name in wheel.namelist() if name.startswith("jukebox/")}


def test_wheel_metadata(wheel):
    """The wheel names itself, its licence and its Pythons, and what it needs, as pyproject has it."""
    needed = {Requirement(r).name for r in PACKAGE}
    text = wheel.read("krap_jukebox-0.1.0.dist-info/METADATA").decode()
    metadata = Parser().parsestr(text)

    assert (
        metadata["Name"],
        metadata["License-Expression"],
        metadata["Requires-Python"],
        metadata.get_all("License-File"),
        {Requirement(r).name for r in metadata.get_all("Requires-Dist") if "extra ==" not in r},
    ) == ("krap-jukebox", "Apache-2.0", ">=3.11", ["LICENSE", "NOTICE"], needed)


def test_dependencies_have_bound_and_reason():
    """Each dependency in pyproject.toml has a lower bound and its reason beside it."""

    assert list(bad_entries(PYPROJECT)) == []


@pytest.mark.parametrize("entry", ['  "sphinx", # the generator', '  "sphinx>=9.0",'])
def test_dependency_without_bound_or_reason_is_found(entry):
    """Either omission is reported with its line."""
    pyproject = f'[project]\n\n[dependency-groups]\ndocs = [\n{entry}\n]\n\n[tool]\n"x" = 1\n'

    assert list(bad_entries(pyproject)) == [f"pyproject.toml:5: {entry.strip()}"]


def test_each_group_has_a_lock():
    """Every group but `build`, which the others include, and Jukebox alone; no lock is stale."""

    assert set(GROUPS) - {"build"} | {"northstar"} == set(LOCKS)


@pytest.mark.parametrize("group", sorted(LOCKS))
def test_lock_is_hashed(group):
    """Each requirement of a lock carries hashes."""

    assert unhashed(LOCKS[group]) == []


def test_missing_hash_is_found():
    """A requirement without a hash is named."""
    lock = "# made by nox\na==1 \\\n    --hash=sha256:00\nb==2\nc==3 \\\n    --hash=sha256:00\n"

    assert unhashed(lock) == ["b==2"]


@pytest.mark.parametrize("group", sorted(LOCKS))
def test_lock_names_no_index(group):
    """A lock says what to install, not from where."""

    assert re.findall(r"https?://\S+|--(?:extra-)?index-url|--find-links", LOCKS[group]) == []


@pytest.mark.parametrize("group", sorted(LOCKS))
def test_lock_follows_pyproject(group):
    """Each direct dependency stands in its lock, at or above its bound."""

    assert behind(group, LOCKS[group]) == []


def test_lock_behind_pyproject_is_found():
    """A dependency below its bound is named."""

    assert behind("build", "hatchling==1.0 \\\n") == ["hatchling>=1.27"]


@pytest.mark.parametrize("group", sorted(set(LOCKS) - {"tfx", "nox"}))
def test_lock_holds_the_build_backend(group):
    """The project installs without build isolation from every lock.

    But beside TFX it does not go, and nox and uv make the environments that hold it.
    """

    assert "hatchling" in versions(LOCKS[group])


def test_package_has_one_version_everywhere():
    """Two locks never hold two versions of a package.

    Not counted: TFX's packages, which are those of 2024, the typeguard that kubectl's wheel wants,
    and the python-dateutil of holidays.
    """
    apart = {("platform", "typeguard"), ("teach", "python-dateutil")}
    held = {
        (name, str(version))
        for group, lock in LOCKS.items()
        if group != "tfx"
        for name, version in versions(lock).items()
        if (group, name) not in apart
    }

    assert len(held) == len({name for name, _ in held})


@pytest.mark.parametrize("lock", sorted(Path("locks").glob("*/package-lock.json")), ids=str)
def test_npm_lock_has_hashes_and_no_index(lock):
    """The locks of npm carry integrity hashes and no address of a registry."""
    lock = lock.read_text(encoding="utf-8")

    assert '"resolved"' not in lock
    assert lock.count('"node_modules/') == lock.count('"integrity": "sha512-')


@pytest.mark.parametrize("pattern", [REGISTRY, MACHINE_PATH, UNFINISHED, UNPINNED, NUMBERED])
def test_no_file_says(pattern):
    """No file names a registry's host, a path of one machine, unfinished work, a nox without its
    version, or a contract of the spine by a number.
    """

    assert list(finds(pattern, Path())) == []


@pytest.mark.parametrize(
    ("pattern", "line"),
    [
        (REGISTRY, "--index-url https://pypi" + ".org/simple"),
        (MACHINE_PATH, "cd /" + "home/ada/handbook"),
        (UNFINISHED, "# TO" + "DO: say more"),
        (UNPINNED, "python -m pip in" + "stall -q nox"),
        (UNPINNED, "pip in" + "stall uv==1.0"),
        (NUMBERED, "as con" + "tract 2 says"),
    ],
)
def test_forbidden_words_are_found(pattern, line, tmp_path):
    """Each such word is reported with its file and line."""
    (tmp_path / "docs").mkdir()
    (tmp_path / "docs/page.md").write_text(f"# Page\n{line}\n")

    assert list(finds(pattern, tmp_path)) == [f"docs/page.md:2: {line}"]


@pytest.mark.parametrize(
    ("version", "code", "sentence"),
    [
        (
            (3, 10, 14),
            1,
            "The handbook needs Python 3.11 or newer, and this is 3.10. Run nox from a newer one, "
            "for example: uvx --python 3.13 nox -s docs\n",
        ),
        ((3, 11, 0), 0, ""),
        ((3, 13, 9), 0, ""),
        (
            (3, 15, 0),
            0,
            "The handbook has run on Python 3.11, 3.12 and 3.13, and this is 3.15: a try. If it "
            "fails, run nox from one of those, for example: uvx --python 3.13 nox -s docs\n",
        ),
    ],
)
def test_another_python_gets_a_sentence(version, code, sentence):
    """An old one stops, with what to run instead; a newer one is warned, and goes on."""
    pretend = (
        "import sys; from unittest.mock import MagicMock; sys.modules['nox'] = MagicMock(); "
        f"sys.version_info = {version}; import noxfile"
    )
    done = run(sys.executable, "-c", pretend, cwd=".")

    assert (code, sentence) == (done.returncode, done.stdout)


def test_noxfile_parses_on_old_pythons():
    """The sentence can only be said if an old Python can read the file."""

    assert ast.parse(Path("noxfile.py").read_text(encoding="utf-8"), feature_version=(3, 8))


def test_readme_has_two_commands_twice():
    """One builds and one tests, with pip and with uv; `nox -s readme` runs all four."""
    ways = [[line.split("/")[-1].split(" && ")[-1] for line in way] for way in readme.commands()]

    assert [["nox -s docs", "nox -s tests"], ["uvx nox -s docs", "uvx nox -s tests"]] == ways


def test_no_model_is_pickled():
    """A pickle is a program: neither the examples nor a page's block writes or loads one."""
    pickles = re.compile(
        r"\b(?:pickle|cloudpickle|joblib)\b.*\b(?:dump|load)s?\(|\.(?:pkl|joblib)\b"
    )
    files = [*Path("examples").rglob("*.py"), *Path("docs").rglob("*.md")]

    assert [] == [f.name for f in files if pickles.search(f.read_text("utf-8"))]


def test_every_manifest_names_the_image_of_this_version():
    """A release that misses one of them would run the old image there."""
    files = [f for f in Path("examples/jukebox/deploy").rglob("*") if f.suffix in (".py", ".yaml")]
    tags = {
        file.name: re.findall(
            r"(?:jukebox:|newTag: |appVersion: )(\w[\w.]*)", file.read_text("utf-8")
        )
        for file in files
    }
    version = tomllib.loads(PYPROJECT)["project"]["version"]

    assert {version} == {tag for its in tags.values() for tag in its}
    assert 5 == sum(map(len, tags.values()))
