"""What goes into a bundle, what is refused, and what `start` says on the laptop.

`nox -s bundle` installs a whole one without a network: tests/bundle/test_room.py.
"""

import hashlib
import json
import platform
import re
import shutil
import subprocess
import sys
import sysconfig
import zipfile
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path

import pytest

from docs._ext.typed import needs_bash, read_labs
from scripts import bundle
from scripts.bundle import KINDS, RAN, TAKEN, Target, name_faults, read_target, write_zip
from scripts.teach import FILES
from scripts.wheels import RESOLVED, choose_wheels, read_record

# What has answers, or the names of a roster.
KEPT_BACK = re.compile("^(trainer|after|moodle)/|answers|sign-in|tents|plan.csv")
LINUX, WINDOWS = Target("linux", "3.12"), Target("windows", "3.12")
PYTHON = "{}.{}".format(*sys.version_info)


def wheel(folder, name, content=b"a wheel"):
    """Write a file that is called as a wheel, and return its path and its hash."""
    file = folder / name
    file.write_bytes(content)
    return file, hashlib.sha256(content).hexdigest()


# ---- which laptops -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("machine", "family"),
    [
        *(("windows", "windows"), ("win_amd64", "windows"), ("Windows", "windows")),
        *(("linux", "linux"), ("linux_x86_64", "linux"), ("manylinux_2_28_x86_64", "linux")),
        *(("macos", "macos"), ("macosx_14_0_arm64", "macos"), ("macosx_arm64", "macos")),
    ],
)
def test_a_machine_has_a_friendly_name_and_a_tag(machine, family):
    """Both name the same bundle."""
    assert Target(family, "3.12") == read_target(machine, "3.12")


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("macosx_14_0_x86_64", "3.12"), "A bundle can be made for windows (win_amd64), linux"),
        (("win32", "3.12"), "and 'win32' is none of these"),
        (("windows", "3.10"), "The labs need Python 3.11 or newer, and '3.10' is not"),
        (("windows", "12"), "name the version that the laptops have, such as 3.12"),
    ],
)
def test_another_machine_is_refused(words, said):
    """With what can be made, or what the labs need."""
    with pytest.raises(SystemExit) as refused:
        read_target(*words)

    assert said in str(refused.value)


def test_the_file_says_what_it_is_for():
    """As the issue of a ZIP on a stick needs it: system, processor and Python."""
    assert "handbook-win_amd64-py312.zip" == WINDOWS.name


# ---- which wheels --------------------------------------------------------------------------------


@pytest.mark.parametrize("family", KINDS)
def test_what_each_system_alone_needs_is_packed(family):
    """A marker is of the laptop, not of the machine that packs: Windows needs colorama for nox."""
    names = {pin.partition("==")[0] for pin in bundle.read_all_pins(Target(family, "3.12"))}

    assert {"numpy", "hatchling", "nox", "pip"} <= names
    assert ("colorama" in names) == (family == "windows")


@pytest.mark.parametrize("family", ["windows", "macos"])
def test_each_recorded_wheel_fits_the_oldest_laptop(family):
    """By the record of the locks, which names for Linux the wheels of a newer one alone."""
    target = Target(family, RESOLVED)
    record = read_record()
    lock = Path("locks/northstar.txt").read_text("utf-8")
    names = [record[digest] for digest in choose_wheels(lock, record, RESOLVED, family).values()]
    fitting = target.list_tags()

    assert [] == [name for name in names if not bundle.parse_wheel_filename(name)[3] & fitting]


def test_right_wheels_have_no_fault(tmp_path):
    """One that is pure Python, one for the stable interface, one for this Python."""
    names = (
        *("it-1.0-py3-none-any.whl", "that-2.0-cp39-abi3-manylinux_2_17_x86_64.whl"),
        "those-3.0-cp312-cp312-manylinux_2_27_x86_64.manylinux_2_28_x86_64.whl",
    )
    wheels = dict(wheel(tmp_path, name) for name in names)
    wanted = {
        f"{name.split('-')[0]}=={name.split('-')[1]}": [digest]
        for name, digest in zip(names, wheels.values(), strict=True)
    }

    assert [] == name_faults([*wheels], wanted, LINUX)


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        (None, b"", "it==1.0 has no wheel: make the bundle again, with a network"),
        ("it-1.0-cp312-cp312-linux_x86_64.whl", b"", "does not fit"),
        ("it-1.0-cp312-cp312-win_amd64.whl", b"", "does not fit Linux on x86-64 with Python 3.12"),
        ("it-1.0-cp313-cp313-manylinux_2_28_x86_64.whl", b"", "does not fit"),
        ("it-1.0-cp312-cp312-manylinux_2_39_x86_64.whl", b"", "does not fit"),
        ("it-1.0-py3-none-any.whl", b"a wheeL", "its hash is another"),
        ("it-1.1-py3-none-any.whl", b"", "is in no lock"),
    ],
)
def test_a_wrong_wheel_is_named(tmp_path, name, content, said):
    """Missing, for another machine or Python, changed, or not asked for."""
    wheels = [wheel(tmp_path, name, content or b"a wheel")[0]] if name else []
    wanted = {"it==1.0": [hashlib.sha256(b"a wheel").hexdigest()]}
    faults = name_faults(wheels, wanted, LINUX)

    assert said in " ".join(faults)


def test_pip_is_told_of_a_wheel_that_does_not_exist(monkeypatch):
    """It names the package, and the Pythons that have all."""
    failed = subprocess.CompletedProcess(
        (), 1, stderr="ERROR: No matching distribution found for numpy==2.4.6\n"
    )
    monkeypatch.setattr(subprocess, "run", lambda *_, **__: failed)
    with pytest.raises(SystemExit) as refused:
        bundle.download_wheels(Target("windows", "3.19"), {"numpy==2.4.6": ["0"]}, Path())

    assert "numpy==2.4.6 has no wheel for Windows, 64 bit with Python 3.19." in str(refused.value)
    assert ", ".join(RAN) in str(refused.value)


# ---- what is packed ------------------------------------------------------------------------------


@pytest.fixture
def packed(tmp_path, monkeypatch):
    """The files of a small bundle for Windows, with a course and handouts."""
    monkeypatch.setattr(bundle, "HTML", tmp_path / "html")
    monkeypatch.setattr(bundle, "PACKS", tmp_path / "packs")
    for name in (
        *("html/index.html", "html/.buildinfo", "packs/labs.pdf", "packs/labs-answers.pdf"),
        *(f"course/{name}" for name in FILES),
        *("course/index.html", "course/course.json", "course/after/attendance.pdf"),
    ):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(name, "utf-8")
    files = []
    for name in ("pip-26.3-py3-none-any.whl", "krap_jukebox-0.1.0-py3-none-any.whl"):
        files.append(tmp_path / name)
        with zipfile.ZipFile(files[-1], "w") as opened:
            opened.writestr("a/module.py", "x = 1\n")
    return bundle.gather_files(WINDOWS, files[:1], files[1], tmp_path / "course")


def test_a_class_gets_no_answers_no_notes_and_no_names(packed):
    """Of the course's folder five files, which the command makes; of the packs, the handouts."""
    given = {path for path in packed if path.startswith(("class/", "packs/", "site/"))}

    assert {*(f"class/{name}" for name in TAKEN), "packs/labs.pdf", "site/index.html"} == given
    assert not [name for name in TAKEN if name not in FILES or KEPT_BACK.search(name)]


def test_the_sums_are_those_of_every_file(packed):
    """In the form that `sha256sum -c` reads."""
    lines = packed["SHA256SUMS"].decode().splitlines()
    sums = {path: digest for digest, path in (line.split("  ", 1) for line in lines)}

    assert packed.keys() - {"SHA256SUMS"} == sums.keys()
    assert all(hashlib.sha256(packed[path]).hexdigest() == sums[path] for path in sums)


def test_the_requirements_have_a_hash_for_each_and_no_marker(packed):
    """Also for Jukebox's own wheel."""
    text = packed["requirements.txt"].decode()
    pins = re.findall(r"^[\w.-]+==\S+ \\\n    --hash=sha256:[0-9a-f]{64}", text, re.MULTILINE)

    assert text.count("==") == len(pins)
    assert "krap-jukebox==" in text
    assert ";" not in text


def test_no_place_is_left_to_fill(packed):
    """In what a reader of the folder reads; the Python is the target's."""
    for name in ("README.txt", "start.cmd", "start.sh"):
        assert not re.search(r"@\w+@", packed[name].decode())
    assert b"py -3.12 start.py" in packed["start.cmd"]
    assert b"(3, 12)" in packed["start.sh"]


def test_the_same_files_make_the_same_bytes(tmp_path):
    """Whatever their order and the clock; `start.sh` may be run."""
    files = {"start.sh": b"x", "wheels/a.whl": b"y" * 1000, "site/index.html": b"z" * 1000}
    write_zip(files, tmp_path / "one.zip")
    write_zip(dict(reversed(files.items())), tmp_path / "two.zip")
    with zipfile.ZipFile(tmp_path / "one.zip") as opened:
        modes = {file.filename: file.external_attr >> 16 for file in opened.infolist()}

    assert (tmp_path / "one.zip").read_bytes() == (tmp_path / "two.zip").read_bytes()
    assert 0o100755 == modes["handbook/start.sh"]
    assert 0o100644 == modes["handbook/site/index.html"]


# ---- start, on a laptop --------------------------------------------------------------------------


def test_windows_reads_start_cmd(packed):
    """No Windows is here, so it is read: its line ends, its characters, its places, its rights."""
    text = packed["start.cmd"].decode("ascii")
    lines = text.split("\r\n")
    places = {line for line in lines if line.startswith(":")}

    assert "\n" not in text.replace("\r\n", "")
    assert {f":{name}" for name in re.findall(r"goto :(\w+)", text)} <= places
    assert 'cd /d "%~dp0"' in lines  # quoted: a path may have spaces
    assert lines.index("chcp 65001 >nul") < lines.index('cd /d "%~dp0"')
    assert not re.search(r"setx|runas|reg add|enabledelayedexpansion|powershell", text, re.I)
    assert text.rstrip().endswith("pause\r\nexit /b 1")


def test_start_sh_says_which_python_it_needs(packed, tmp_path):
    """Where there is none that fits."""
    (tmp_path / "start.py").touch()
    (tmp_path / "start.sh").write_bytes(packed["start.sh"].replace(b"(3, 12)", b"(3, 99)"))
    sh = shutil.which("sh")
    if not sh:
        pytest.skip("There is no sh")
    done = subprocess.run((sh, tmp_path / "start.sh"), capture_output=True, text=True)

    assert 1 == done.returncode
    assert "This bundle needs Python 3.12, and this machine has none" in done.stderr


@pytest.fixture
def laptop(tmp_path):
    """An unpacked bundle of nearly nothing, for this machine and this Python."""
    folder = tmp_path / "a room"
    (folder / "wheels").mkdir(parents=True)
    shutil.copy(bundle.ROOM / "start.py", folder)
    wheel(folder / "wheels", "it-1.0-py3-none-any.whl")
    (folder / "class  of  two").mkdir()
    (folder / "class  of  two" / "a  plan.ics").write_text("of a trainer who types spaces", "utf-8")
    return folder


def seal(folder, **changes):
    """Write what the bundle is for, and the sums of all that is there."""
    machine = (
        sysconfig.get_platform()
        if sys.platform == "win32"
        else f"{sys.platform} {platform.machine()}"
    )
    made_for = {"machine": machine, "python": PYTHON, "installed": 1, "longest": 10}
    (folder / "bundle.json").write_text(json.dumps(made_for | changes), "utf-8")
    files = [path for path in folder.rglob("*") if path.is_file() and path.name != "SHA256SUMS"]
    sums = bundle.write_sums(
        {path.relative_to(folder).as_posix(): path.read_bytes() for path in files}
    )
    (folder / "SHA256SUMS").write_bytes(sums)


def start(folder):
    """Start it, install and end; return what it complains of."""
    command = (sys.executable, folder / "start.py", "--install")
    done = subprocess.run(command, capture_output=True, text=True, encoding="utf-8")
    assert 1 == done.returncode
    assert not (folder / ".venv").exists()
    return done.stderr


def test_a_wheel_that_was_taken_out_is_named(laptop):
    """And the way out is: unpack again."""
    seal(laptop)
    (laptop / "wheels" / "it-1.0-py3-none-any.whl").unlink()

    assert [
        "wheels/it-1.0-py3-none-any.whl is missing",
        "Unpack the ZIP again, or copy it again from where it came.",
    ] == start(laptop).splitlines()


def test_a_byte_that_changed_is_named(laptop):
    """Such as one that a stick has lost."""
    seal(laptop)
    wheel(laptop / "wheels", "it-1.0-py3-none-any.whl", b"a wheeL")

    assert "wheels/it-1.0-py3-none-any.whl is not as it was packed\n" in start(laptop)


def test_a_wheel_of_another_platform_that_was_put_in_is_named(laptop):
    """By whoever wanted to help."""
    seal(laptop)
    wheel(laptop / "wheels", "it-1.0-cp312-cp312-win_arm64.whl")

    assert "wheels/it-1.0-cp312-cp312-win_arm64.whl is in no line of SHA256SUMS\n" in start(laptop)


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"python": "3.99"}, f"This bundle is for Python 3.99, and this is {PYTHON}."),
        ({"machine": "solaris sparc"}, "This bundle is for solaris sparc, and this Python is for"),
        ({"installed": 10**18}, "are needed."),
    ],
)
def test_another_laptop_is_told_so(laptop, changes, said):
    """Before anything is installed."""
    seal(laptop, **changes)

    assert said in start(laptop)


def test_the_site_is_for_this_machine_alone():
    """And a port that somebody has is left to them."""
    spec = spec_from_file_location("start", bundle.ROOM / "start.py")
    begin = module_from_spec(spec)
    spec.loader.exec_module(begin)
    with begin.listen() as first, begin.listen() as second:
        assert {"127.0.0.1"} == {server.server_address[0] for server in (first, second)}
        assert first.server_address != second.server_address


# ---- which labs need bash ------------------------------------------------------------------------


@pytest.mark.parametrize(
    "command",
    [
        *("jukebox lab start 1", "cd lab-1", 'jukebox promote 1 --why "it\'s the demo"'),
        *("python ask.py http://127.0.0.1:8000/health", "jukebox generate --weeks 8"),
    ],
)
def test_what_every_terminal_can_do(command):
    """Programs that the bundle brings, and quotation marks that all understand."""
    assert not needs_bash(command)


@pytest.mark.parametrize(
    "command",
    [
        *("cat letter.txt", "kill %1", "jukebox serve --port 8000 &", "export A=b"),
        *("python - <<'EOF'\nprint(1)\nEOF", "jukebox lineage $(tail -n 1 complaint.txt)"),
        *("python ask.py \\\n    --all", "python ask.py '{\"version\": 2}'", 'jukebox a "$HOME"'),
        "cd ~/labs",
    ],
)
def test_what_bash_alone_can_do(command):
    """Also where the first word is one that each terminal has."""
    assert needs_bash(command)


def test_every_typed_line_of_a_lab_is_counted(tmp_path):
    """A document and a line that goes on are one command each; what is shown or read is none."""
    (tmp_path / "labs").mkdir()
    page = (
        "lab: 7\n\n```console\n$ cd lab-7\nHere.\n$ python - <<'EOF'\nprint(1)\nEOF\n1\n"
        "$ python ask.py \\\n    --all\n```\n\n```text\n$ jukebox fly\n```\n"
    )
    (tmp_path / "labs" / "seventh.md").write_text(page, "utf-8")
    typed = ["cd lab-7", "python - <<'EOF'\nprint(1)\nEOF", "python ask.py \\\n    --all"]

    assert [(7, "labs/seventh", typed)] == read_labs(tmp_path)


def test_lab_1_needs_no_bash():
    """The first thing that a class does works in the terminal that Windows brings."""
    labs = read_labs(Path("docs"))

    assert [*range(1, len(labs) + 1)] == [number for number, _, _ in labs]
    assert not any(map(needs_bash, labs[0][2]))
