"""The doctor finds each fault of a machine, and says what to do."""

import os
import socket
import sqlite3
import time
from importlib import metadata

import pytest
from jukebox.cli import doctor
from jukebox.cli.doctor import GIGABYTE, Finding


def says(finding):
    """Give the verdict and the advice of a finding, without what was found."""
    return finding.verdict, finding.advice


def test_a_good_machine_has_nothing_to_fix(tmp_path):
    """The one that runs these tests, for a home that is not there yet."""
    findings = doctor.examine_machine(tmp_path / "new" / "home")

    assert 12 == len(findings)
    assert [] == [finding for finding in findings if finding.verdict == "fix"]
    assert not (tmp_path / "new").exists()


def test_every_fault_comes_with_advice(tmp_path):
    """And what is right comes without."""
    findings = [
        *doctor.examine_machine(tmp_path),
        doctor.check_python((3, 9, 1)),
        doctor.check_system("Windows", "11"),
    ]

    assert all((f.verdict == "ok") == (f.advice == "") for f in findings)


def test_a_python_that_is_too_old():
    """It is said, with which to use."""
    verdict, advice = says(doctor.check_python((3, 10, 14)))

    assert ("fix", "Use 3.11, 3.12 or 3.13") == (verdict, advice.split(":")[0])


def test_a_python_that_is_newer_than_the_tested():
    """It may work; what to use if it does not."""
    verdict, advice = says(doctor.check_python((3, 14, 0)))

    assert "mind" == verdict
    assert advice.startswith("If something fails: Use 3.11, 3.12 or 3.13: uv venv")


@pytest.mark.parametrize("version", [(3, 11, 0), (3, 12, 4), (3, 13, 9)])
def test_a_python_that_is_tested(version):
    """All three that the handbook is tested on."""
    assert "ok" == doctor.check_python(version).verdict


def test_windows_is_advised_to_take_wsl2():
    """With the command, and why."""
    verdict, advice = says(doctor.check_system("Windows", "11"))

    assert "mind" == verdict
    assert advice.startswith("Use WSL2 (wsl --install): servers run Linux")


@pytest.mark.parametrize(
    ("name", "release", "found"),
    [
        ("Linux", "6.1.0", "Linux 6.1.0"),
        ("Linux", "5.15.90.1-microsoft-standard-WSL2", "WSL2 5.15.90.1-microsoft-standard-WSL2"),
        ("Darwin", "24.1.0", "macOS 24.1.0"),
    ],
)
def test_systems_that_are_supported(name, release, found):
    """Under the names by which people know them."""
    assert Finding("System", "ok", found) == doctor.check_system(name, release)


def test_another_system():
    """It may work; nobody has tried."""
    assert ("mind", "Linux and macOS are supported.") == says(doctor.check_system("FreeBSD", "14"))


def test_a_single_core():
    """It works."""
    assert ["mind", "ok"] == [doctor.check_cores(count).verdict for count in (1, 2)]


def test_too_little_memory():
    """With what is needed."""
    assert ("fix", "Close programs: 1 GB are needed.") == says(doctor.check_memory(0.4 * GIGABYTE))
    assert "ok" == doctor.check_memory(2 * GIGABYTE).verdict


def test_free_memory_is_what_a_container_allows(tmp_path):
    """The machine has 4 GiB free, the container may take 1."""
    (tmp_path / "meminfo").write_text("MemTotal: 8388608 kB\nMemAvailable: 4194304 kB\n")
    (tmp_path / "limit").write_text("1073741824\n")
    (tmp_path / "none").write_text("max\n")
    free = [
        doctor.free_memory(tmp_path / "meminfo", tmp_path / limit)
        for limit in ("limit", "none", "absent")
    ]

    assert [2**30, 2**32, 2**32] == free


def test_memory_that_nobody_tells(tmp_path, monkeypatch):
    """As on Windows: neither /proc nor sysconf."""
    monkeypatch.delattr(os, "sysconf")

    assert doctor.free_memory(tmp_path / "absent") is None
    monkeypatch.setattr(doctor, "free_memory", lambda: None)
    assert ("mind", "See that 1 GB are free.") == says(doctor.check_memory())


def test_a_full_disk(tmp_path):
    """With the setting that moves the home elsewhere."""
    verdict, advice = says(doctor.check_disk(tmp_path, free=0.2 * GIGABYTE))

    assert ("fix", True) == (verdict, "set JUKEBOX_HOME" in advice)


def test_a_loopback_that_cannot_be_listened_on():
    """An address of nobody stands for a firewall."""
    assert ("fix", "Let programs listen on 192.0.2.1") == (
        doctor.check_loopback("192.0.2.1").verdict,
        doctor.check_loopback("192.0.2.1").advice.split(":")[0],
    )


def test_a_port_that_is_taken():
    """It is no reason to stop: there are others."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        taken = server.getsockname()[1]
        finding = doctor.check_port(taken)

    assert (f"Port {taken}", "mind", True) == (
        finding.what,
        finding.verdict,
        "jukebox serve --port 0" in finding.advice,
    )
    assert "ok" == doctor.check_port(taken).verdict


def test_a_package_too_old_and_one_that_is_missing():
    """Each with what is there and what is needed."""

    def installed(name):
        if name == "absent":
            raise metadata.PackageNotFoundError(name)
        return {"old": "1.4", "new": "3.0", "right": "2.1"}[name]

    requirements = ["old>=2", "new<3", "right>=2,<3", "absent>=1", 'only; extra == "parquet"']
    finding = doctor.check_packages(requirements, installed)

    assert "fix" == finding.verdict
    assert "old 1.4, not >=2; new 3.0, not <3; no absent" == finding.found


def test_packages_that_fit():
    """What an extra needs is not asked for."""
    finding = doctor.check_packages(['only; extra == "parquet"', "right>=2"], lambda name: "2.0")

    assert ("ok", "1, all in versions that fit") == (finding.verdict, finding.found)


def test_a_distribution_that_is_not_installed(monkeypatch):
    """The sources alone do not tell what they need."""
    monkeypatch.setattr(doctor, "DISTRIBUTION", "krap-jukebox-of-nobody")

    assert "mind" == doctor.check_packages().verdict


def test_an_sqlite_too_old_for_mlflow(tmp_path):
    """As on some long-lived servers."""
    assert ("fix", "MLflow needs 3.31") == (
        doctor.check_sqlite(tmp_path, (3, 26, 0)).verdict,
        doctor.check_sqlite(tmp_path, (3, 26, 0)).advice.split(":")[0],
    )


def test_a_file_system_without_write_ahead_log(tmp_path, monkeypatch):
    """A network drive, on which SQLite stays with another journal; a database in memory does."""
    connect = sqlite3.connect
    monkeypatch.setattr(sqlite3, "connect", lambda path: connect(":memory:"))
    finding = doctor.check_sqlite(tmp_path)

    assert ("fix", "no write-ahead log here (memory)") == (
        finding.verdict,
        finding.found.split(", ")[1],
    )


@pytest.mark.parametrize(
    "clock", [lambda: 0.0, lambda: time.time() - 7200, lambda: time.time() + 7200]
)
def test_a_clock_that_is_wrong(tmp_path, clock):
    """It stands at 1970, or two hours apart from the disk's."""
    assert "fix" == doctor.check_clock(tmp_path, clock).verdict


def test_a_home_that_cannot_be_written(tmp_path):
    """A folder that is gone stands for one of somebody else's: root may write everywhere."""
    finding = doctor.check_home(tmp_path / "home", tmp_path / "gone")

    assert ("fix", "Set JUKEBOX_HOME to a folder that is yours to write in.") == says(finding)


@pytest.mark.parametrize("home", ["taken", "taken/within"])
def test_a_home_that_is_a_file(tmp_path, home):
    """Or lies in one: the file is named, with what to do."""
    (tmp_path / "taken").write_text("no folder")
    (finding,) = [f for f in doctor.examine_machine(tmp_path / home) if f.verdict == "fix"]

    assert f"{tmp_path / 'taken'} is a file" == finding.found
    assert "Rename that file, or set JUKEBOX_HOME to a folder." == finding.advice


@pytest.mark.parametrize(("files", "output"), [("cp1252", "utf-8"), ("UTF-8", "latin-1")])
def test_text_that_is_not_utf_8(files, output):
    """In files, or in what is printed."""
    assert ("fix", True) == (
        doctor.check_encoding(files, output).verdict,
        "PYTHONUTF8=1" in doctor.check_encoding(files, output).advice,
    )


def test_text_that_is_utf_8():
    """Whatever its spelling."""
    assert ["ok", "ok"] == [
        doctor.check_encoding(name, "utf8").verdict for name in ("UTF-8", "utf8")
    ]
