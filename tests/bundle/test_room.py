"""A bundle on a machine without a network: an ordinary user installs it, and does two labs.

`nox -s bundle` runs this. With `-- --record` it makes the bundles of all machines, too, and writes
`docs/_data/measured/bundle.json`.
"""

import json
import os
import subprocess
import tempfile
import zipfile
from pathlib import Path

import pytest

from scripts.bundle import KINDS, RAN, TOP, Target, make_bundle, measure_bundle
from scripts.tools import find_cut
from scripts.workspace import megabytes, record

ORDINARY = ("setpriv", "--reuid=65534", "--regid=65534", "--clear-groups")
PEOPLE = 16  # of the class for which the page counts


@pytest.fixture(scope="module")
def python():
    """The version of the machine's own Python, which an ordinary user can run."""
    asked = ("python3", "-c", "import sys; print('%d.%d' % sys.version_info[:2])")
    return subprocess.check_output(asked, env={"PATH": "/usr/bin:/bin"}, text=True).strip()


@pytest.fixture(scope="module")
def bundle(python):
    """The bundle of this machine."""
    return make_bundle(Target("linux", python))


@pytest.fixture(scope="module")
def room(bundle):
    """An unpacked bundle, in a folder with a space and an accent in its name."""
    # Not in pytest's own folder, which each run of pytest closes to other users.
    with tempfile.TemporaryDirectory(prefix="room-") as temporary:
        Path(temporary).chmod(0o755)
        folder = Path(temporary, "Übung 1")
        with zipfile.ZipFile(bundle) as opened:
            opened.extractall(folder)
        yield folder / TOP


@pytest.fixture(scope="module")
def seen(room):
    """What a learner sees, with the network cut."""
    wall, user = find_cut(), ()
    if not wall:
        pytest.fail("The network could not be cut: that needs `unshare` and `ip` (iproute2).")
    home = room.parent / "home"
    home.mkdir()
    if os.geteuid() == 0:
        user = ORDINARY
        for path in [room.parent, *room.parent.rglob("*")]:
            os.chown(path, 65534, 65534)
    learner = room.parent / "learner.py"
    learner.write_bytes(Path(__file__).with_name("learner.py").read_bytes())
    environment = {
        "HOME": str(home),
        "LANG": "C.UTF-8",
        "PATH": "/usr/bin:/bin",
        "PIP_INDEX_URL": "http://192.0.2.1/simple",  # a company's setting, which start leaves out
    }
    said = subprocess.check_output(
        (*wall, *user, "/usr/bin/python3", learner, room), env=environment, text=True, cwd=home
    )
    return json.loads(said.splitlines()[-1])


def test_there_is_no_network(seen):
    """The machine knows no way to any other."""
    assert "ENETUNREACH" == seen["outside"]


def test_start_installs_and_the_doctor_is_content(seen):
    """With the hashes of the bundle, whatever index the user's settings name."""
    code, said = seen["install"]

    assert (0, "Nothing to fix.") == (code, said.splitlines()[-1]), said


def test_the_site_answers_on_this_machine_alone(seen):
    """On the loopback address that start says; and Ctrl-C ends it."""
    site = seen["site"]

    assert {200} == set(site["pages"].values())
    assert ["text/html", "text/html", "text/javascript"] == [*site["types"].values()]
    assert "ECONNREFUSED" == site["elsewhere"]
    assert 0 == site["ended"][0]
    assert "Ended." in site["ended"][1]


def test_the_story_is_lived_through(seen):
    """All of its weeks, without a network."""
    code, said = seen["story"]

    assert 0 == code, said


@pytest.mark.parametrize("lab", "12")
def test_a_lab_is_done(seen, lab):
    """Started, solved and checked."""
    said = {verb: seen["labs"][f"{verb} {lab}"] for verb in ("start", "solve", "check")}

    assert {0} == {code for code, _ in said.values()}, said
    assert said["check"][1].startswith(f"Lab {lab} is done.")


def test_a_second_start_installs_nothing(seen):
    """It finds what the first has left."""
    assert "Installing." in seen["install"][1]
    assert "Installing." not in seen["site"]["said"]
    assert "Nothing to fix." in seen["site"]["said"]


def test_what_it_takes_is_recorded(request, seen, room, bundle, python):
    """With `--record`: the bundles of all machines and Pythons, and this one's minutes."""
    if not request.config.getoption("record"):
        pytest.skip("`nox -s bundle -- --record` writes the figures")
    figures = {}
    for version in RAN:
        for family in KINDS:
            target = Target(family, version)
            its = measure_bundle(
                bundle if target == Target("linux", python) else make_bundle(target)
            )
            name = f"{target.kind.name}_py{version.replace('.', '')}"
            figures |= {f"{name}_{what}": size for what, size in its.items()}
    figures["class_gb"] = round(PEOPLE * figures["win_amd64_py312_zip_mb"] / 1000, 1)
    for what in ("install", "story", "labs"):
        figures |= {f"{what}_s": seen[f"{what}_s"], f"{what}_cpu_s": seen[f"{what}_cpu_s"]}
    figures["installed_mb"] = megabytes(room / ".venv")
    version = subprocess.check_output(("/usr/bin/python3", "--version"), text=True).split()[1]
    record("bundle", version, figures, "nox -s bundle -- --record")
