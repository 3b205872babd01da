"""Projects made of the template: each lives through its own turn, and its tests notice a breach."""

import re
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest
from packaging.requirements import Requirement

ROOT = Path(__file__).resolve().parents[2]
TEMPLATE = ROOT / "examples" / "own" / "template"
# A check, and what is left when somebody breaks it; and the one test of a project that says so.
BROKEN = [
    ("gate.py", "sure = low > 0", "sure = lead >= 0", "a_worse_model_is_refused"),
    (
        *("store.py", "if len(kept) < max(before, 1) and not accept", "if False"),
        "a_part_of_a_period_does_not_replace_the_whole",
    ),
    (
        *("store.py", "len(rows) != sent", "len(rows) > sent"),
        "the_count_of_the_sender_is_compared",
    ),
    (
        *("store.py", "newest < period + DELAY", "newest < period"),
        "labels_that_nobody_can_know_yet_stop",
    ),
    (
        *(
            "registry.py",
            'if model.digest != record["digest"] or model.version != version',
            "if False",
        ),
        "changed_bytes_are_noticed",
    ),
    (
        *("monitor.py", "return now[0] - tested[0] > by_luck", "return False"),
        "the_monitor_notices_a_change_and_a_new_model_passes",
    ),
]


def run(*words: str, cwd: Path) -> subprocess.CompletedProcess:
    """Run a Python module in a folder; give what it printed and its exit code."""
    return subprocess.run(
        [sys.executable, "-m", *words],
        cwd=cwd,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )


def make(example: str, folder: Path) -> Path:
    """Make a project of an example in an empty folder."""
    # HEAD: what is in this tree and not yet committed counts too.
    words = ("copier", "copy", "--quiet", "--defaults", "--vcs-ref", "HEAD")
    done = run(*words, "--data", f"example={example}", str(ROOT), example, cwd=folder)

    assert 0 == done.returncode, done.stdout
    return folder / example


@pytest.fixture(scope="module")
def projects(tmp_path_factory):
    """Both projects, as the template makes them."""
    folder = tmp_path_factory.mktemp("projects")
    return {example: make(example, folder) for example in ("churn", "houses")}


@pytest.mark.parametrize("example", ["churn", "houses"])
def test_a_project_lives_through_its_turn(projects, example):
    """From data to a retrained model, by the tests that the project has itself."""
    done = run("pytest", "-q", "-p", "no:cacheprovider", cwd=projects[example])

    assert 0 == done.returncode, done.stdout
    assert re.search(r"\b15 passed", done.stdout)


def test_broken_checks_are_noticed(tmp_path):
    """Each by the test that is about it, and no other test fails."""
    project = make("churn", tmp_path)
    for name, right, wrong, _ in BROKEN:
        file = project / "own" / name
        source = file.read_text("utf-8")
        assert 1 == source.count(right)
        file.write_text(source.replace(right, wrong), "utf-8")
    done = run("pytest", "-q", "-p", "no:cacheprovider", cwd=project)

    assert 1 == done.returncode
    assert sorted(test for *_, test in BROKEN) == sorted(
        re.findall(r"FAILED .*::test_(\w+)", done.stdout)
    )


def git(*words: str, cwd: Path) -> None:
    """Run Git as somebody, whoever this machine belongs to."""
    somebody = ("-c", "user.name=somebody", "-c", "user.email=somebody@example.org")
    subprocess.run(["git", *somebody, *words], cwd=cwd, check=True, stdout=subprocess.DEVNULL)


def test_an_update_brings_what_is_new_and_keeps_what_is_yours(tmp_path):
    """A later template changes two files; the reader has changed one of them, and one more."""
    git("clone", "--quiet", str(ROOT), "template", cwd=tmp_path)
    template, project = tmp_path / "template", tmp_path / "project"
    words = ("--quiet", "--defaults", "--vcs-ref", "HEAD")
    assert 0 == run("copier", "copy", *words, str(template), "project", cwd=tmp_path).returncode
    git("init", "--quiet", cwd=project)
    for name in ("schema.py", "gate.py"):
        with (project / "own" / name).open("a", encoding="utf-8") as file:
            file.write("# mine\n")
    git("add", ".", cwd=project)
    git("commit", "--quiet", "--message", "mine", cwd=project)
    for name in ("churn/schema.py", "template/own/score.py"):
        with (template / "examples" / "own" / name).open("a", encoding="utf-8") as file:
            file.write("# new\n")
    git("commit", "--quiet", "--all", "--message", "new", cwd=template)
    done = run("copier", "update", *words, cwd=project)

    assert 0 == done.returncode, done.stdout
    last = {
        name: (project / "own" / name).read_text("utf-8").splitlines()[-1]
        for name in ("schema.py", "gate.py", "score.py")
    }
    assert {"schema.py": "# mine", "gate.py": "# mine", "score.py": "# new"} == last


def test_nothing_of_jukebox_is_in_a_project(projects):
    """Its reader owns it, and installs nothing of ours."""
    told = [
        file.name
        for file in projects["churn"].rglob("*")
        if file.is_file() and "jukebox" in file.read_text("utf-8", "replace").lower()
    ]

    assert [] == told


def test_a_project_asks_for_what_is_locked_here():
    """What its requirements name is what this session runs with, at the same bounds."""
    groups = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["dependency-groups"]
    ours = {str(Requirement(one)) for one in groups["own"] if isinstance(one, str)}
    lines = (TEMPLATE / "requirements.txt").read_text("utf-8").splitlines()
    theirs = {str(Requirement(line)) for line in lines if not line.startswith("#")}

    assert theirs == {one for one in ours if not one.startswith("copier")}
