"""Which tools the session runs: what has changed, by a digest and by git, and a fifth in turn."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from scripts import due, tools
from tests.project import write

pytestmark = [
    pytest.mark.whole,  # a session
    pytest.mark.skipif(sys.platform != "linux", reason="the session runs on Linux"),
]

EXAMPLES = ("argo", "docker", "dvc", "pandas", "spark")
ENTRY = """
[tool.{0}]
environment = "tools"
example = "{0}"
page = "tools/{0}"
here = "it ran"
"""
TREE = {
    "docs/_data/tools.toml": "".join(map(ENTRY.format, EXAMPLES))
    + 'commands = { sh = "dash" }\nparts = ["skops"]\n[tool.skops]\nlock = "npm"\n',
    **{f"docs/tools/{name}.md": f"# {name}\n" for name in EXAMPLES},
    **{f"examples/tools/{name}/test_{name}.py": "" for name in EXAMPLES},
    "docs/tools/argo.md": "```{literalinclude} ../../examples/shown.py\n",
    "examples/shown.py": "",
    "examples/tools/conftest.py": "",
    "examples/tools/docker/prepare.sh": "grep one locks/other.txt\n",
    "examples/tools/dvc/train.sh": "jukebox train\n",
    "examples/tools/pandas/charts.py": "def f():\n    from jukebox import train\n",
    "examples/jukebox/__init__.py": "",
    "examples/jukebox/__init__.pyi": (
        "from .model.training import train as train\nfrom .serving.app import app as app\n"
    ),
    "examples/jukebox/model/training.py": "from ..schema import columns\n",
    "examples/jukebox/schema.py": "columns = 1\n",
    "examples/jukebox/serving/app.py": "",
    "examples/linked/file": "",
    "locks/tools.txt": "one==1\n",
    "locks/other.txt": "one==1\n",
    "locks/npm/package-lock.json": "{}",
    "pyproject.toml": "[tool.pytest.ini_options]\n[dependency-groups]\nlint = []\n",
    "scripts/tools.py": "",
    "scripts/due.py": "",
    "scripts/workspace.py": "",
    "scripts/records.py": "",
    "scripts/transcripts.py": "",
}
CHANGES = {  # a file, what it becomes, and the examples that depend on it
    "a file of an example": ("examples/tools/dvc/test_dvc.py", "1", {"dvc"}),
    "a new file": ("examples/tools/dvc/new/file", "1", {"dvc"}),
    "a file that has gone": ("examples/tools/dvc/train.sh", None, {"dvc"}),
    "a file behind a link": ("examples/linked/file", "1", {"spark"}),
    "a page": ("docs/tools/dvc.md", "1", {"dvc"}),
    "what a page includes": ("examples/shown.py", "1", {"argo"}),
    "the lock of an environment": ("locks/tools.txt", "one==2\n", set(EXAMPLES)),
    "a lock that an example names": ("locks/other.txt", "one==2\n", {"docker"}),
    "the lock of a part": ("locks/npm/package-lock.json", "[]", {"spark"}),
    "the module of a public name": ("examples/jukebox/model/training.py", "1", {"dvc", "pandas"}),
    "a module that an import leads to": ("examples/jukebox/schema.py", "1", {"dvc", "pandas"}),
    "the module of another public name": ("examples/jukebox/serving/app.py", "1", {"dvc"}),
    "one more public name": ("examples/jukebox/__init__.pyi", TREE["examples/jukebox/__init__.pyi"] + "from .schema import columns as columns\n", {"dvc"}),
    "another module for a public name": ("examples/jukebox/__init__.pyi", "from .schema import train as train\n", {"dvc", "pandas"}),
    "a comment and a docstring of Jukebox": ("examples/jukebox/schema.py", '"""Columns."""\ncolumns = 1  # one\n', set()),
    "a comment of an example": ("examples/tools/pandas/charts.py", TREE["examples/tools/pandas/charts.py"] + "# why\n", {"pandas"}),
    "how Jukebox's code is read": ("scripts/records.py", "1", set(EXAMPLES)),
    "what the tests share": ("examples/tools/conftest.py", "1", set(EXAMPLES)),
    "how a transcript is read": ("scripts/transcripts.py", "1", set(EXAMPLES)),
    "the session's code": ("scripts/tools.py", "1", set(EXAMPLES)),
    "what writes the record": ("scripts/workspace.py", "1", set(EXAMPLES)),
    "this decision's code": ("scripts/due.py", "1", set(EXAMPLES)),
    "an entry": ("docs/_data/tools.toml", TREE["docs/_data/tools.toml"].replace("it ran", "it is", 1), {"argo"}),
    "how pytest is set": ("pyproject.toml", "[tool.pytest.ini_options]\nxfail_strict = 1", {*EXAMPLES}),
    "another dependency group": ("pyproject.toml", "[tool.pytest.ini_options]\n[dependency-groups]\n", set()),
    "another page": ("docs/index.md", "1", set()),
}  # fmt: skip
DPKG = """#!/bin/sh
[ "$1" = -S ] && echo "dash: $2" || echo "$4 $(cat version)"
"""


@pytest.fixture
def files(tmp_path, monkeypatch):
    """The files of a small project, in which a test works; Debian's packages are all of version 1."""
    write(tmp_path, TREE | {"bin/dpkg-query": DPKG, "version": "1"})
    (tmp_path / "bin/dpkg-query").chmod(0o755)
    (tmp_path / "examples/tools/spark/link").symlink_to("../../linked")
    monkeypatch.setenv("PATH", f"{tmp_path / 'bin'}{os.pathsep}{os.environ['PATH']}")
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.fixture
def tree(files, monkeypatch):
    """A repository of them: main has a commit of Monday and one of Wednesday, and all has passed."""
    for name in [name for name in os.environ if name.startswith("GIT_")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", os.devnull)
    monkeypatch.delenv(due.BASE, raising=False)
    git("init", "-q", "-b", "main")
    commit("05")
    commit("07")
    passed(anew=True)
    return files


def git(*words):
    """Run git in the small repository."""
    who = ("-c", "user.name=Runner", "-c", "user.email=runner@example.org")
    subprocess.run(["git", *who, *words], check=True, stdout=subprocess.DEVNULL)


def commit(day):
    """Commit all that is there, on a day of January 2026."""
    git("add", "--all")
    with pytest.MonkeyPatch.context() as monkeypatch:
        monkeypatch.setenv("GIT_COMMITTER_DATE", f"2026-01-{day}T12:00:00Z")
        git("commit", "-q", "--allow-empty", "-m", "Change")


def digests():
    """The digest of each example as it is now."""
    return {name: due.digest_of(name) for name in EXAMPLES}


def passed(anew=False):
    """Let all pass, or write digests as if they had."""
    tools.keep_results(digests(), {"dvc_s": 1.0}, anew)


def running(because=""):
    """The examples that would run, for reasons with some words in them, turns apart."""
    reasons = due.reasons(digests()).items()
    return {name for name, why in reasons if why and because in why and "turn" not in why}


def test_without_a_change_each_runs_once_in_five_commits(tree):
    """One of five at each, whatever day it is."""
    turns = []
    for day in ("08", "08", "08", "20", "21"):
        commit(day)
        turns += [{name for name, why in due.reasons(digests()).items() if why}]

    assert [1] * 5 == [len(turn) for turn in turns]
    assert set(EXAMPLES) == set.union(*turns)


@pytest.mark.parametrize("what", CHANGES)
def test_a_change_is_in_the_digest_of_what_depends_on_it(files, what):
    """And in no other: those need not run."""
    name, text, concerned = CHANGES[what]
    before = digests()
    write(files, {name: text})

    assert concerned == {name for name, now in digests().items() if now != before[name]}


def test_a_digest_that_differs_runs_its_tool(tree):
    """The change is older than the base, so that git sees none."""
    write(tree, {"docs/tools/dvc.md": "another"})
    commit("08")
    commit("10")

    assert {"dvc"} == running("since it passed on ")


@pytest.mark.parametrize("day", ["uncommitted", "08"])
def test_a_digest_that_was_edited_together_with_its_page_is_not_believed(tree, day):
    """Whoever edits one can edit the other; the commit that both left is not theirs to edit."""
    git("switch", "-q", "-c", "change")
    write(tree, {"docs/tools/dvc.md": "another"})
    passed()
    if day != "uncommitted":
        commit(day)

    assert {"dvc"} == running("docs/tools/dvc.md differs from ")


def test_another_version_of_a_debian_package_runs_what_needs_it(tree):
    """No file of the repository knows of it."""
    Path("version").write_text("2")

    assert {"spark"} == running("since it passed on ")


def test_another_python_runs_all(tree, monkeypatch):
    """The environments are made with it."""
    monkeypatch.setattr(sys, "version_info", (3, 99, 0))

    assert set(EXAMPLES) == running("since it passed on ")


def test_a_tool_without_a_recorded_pass_runs(tree):
    """A new one, or one whose row somebody took out."""
    record = json.loads(due.WRITTEN.read_text())
    del record["passed"]["dvc"]
    due.WRITTEN.write_text(json.dumps(record))

    assert {"dvc"} == running("no run of it that passed is recorded")


def head(revision="HEAD"):
    """The name of a commit."""
    return due.ask_git("rev-parse", revision)


def test_a_branch_is_compared_with_where_it_left_the_default_one(tree):
    """Though that has gone on meanwhile, and though the branch is long."""
    left = head()
    git("switch", "-q", "-c", "change")
    commit("20")
    commit("28")
    git("switch", "-q", "main")
    commit("20")
    git("switch", "-q", "change")

    assert left == due.find_base()


def test_the_default_branch_is_compared_with_what_it_was_hours_before(tree):
    """Commits of the same hours together: a run of one that was left out is made good by the next."""
    wednesday = head()
    commit("20")
    commit("20")

    assert wednesday == due.find_base()


def test_the_remote_s_default_branch_comes_before_a_local_one_that_is_old(
    tree, tmp_path, monkeypatch
):
    """In a clone nobody moves `main`."""
    git("clone", "-q", ".", str(tmp_path / "clone"))
    commit("20")
    monkeypatch.chdir(tmp_path / "clone")
    git("fetch", "-q")
    git("switch", "-q", "-c", "change", "origin/main")
    commit("21")

    assert head("origin/main") == due.find_base()


def test_ci_names_the_base(tree, monkeypatch):
    """It knows what a change is to be merged into."""
    git("switch", "-q", "-c", "change")
    commit("08")
    monkeypatch.setenv(due.BASE, "HEAD~2")

    assert head("HEAD~2") == due.find_base()


def test_a_shallow_clone_without_a_base_runs_all_and_says_so(tree, tmp_path, monkeypatch):
    """Nothing is known there, and so nothing is left out; nor where the base is not in it."""
    monday = head("HEAD~")
    git("clone", "-q", "--depth", "1", tree.as_uri(), str(tmp_path / "clone"))
    monkeypatch.chdir(tmp_path / "clone")

    assert set(EXAMPLES) == running("this clone has no commit to compare with, and TOOLS_BASE")
    monkeypatch.setenv(due.BASE, monday)
    assert set(EXAMPLES) == running("TOOLS_BASE names no commit of this clone")


def test_a_base_before_there_were_tools_runs_all(tree, monkeypatch):
    """Their files are not there, which is a difference and no error."""
    git("switch", "-q", "--orphan", "first")
    commit("01")
    first = head()
    git("switch", "-q", "main")
    git("merge", "-q", "--allow-unrelated-histories", "-m", "Join", "first")
    monkeypatch.setenv(due.BASE, first)

    assert set(EXAMPLES) == running(" from ")


@pytest.fixture
def session(tree, monkeypatch):
    """Return a function that runs the session, whose examples pass or fail as they are told to.

    It returns the environments that were made, and the examples that ran.
    """
    python = Path("python")
    result = {"passed": 1, "failed": 0, "skipped": 0, "seconds": 2.0}

    def main(*words, cut=("true",), failed=0):
        made, ran = [], []

        def run(name, its, python, wall):
            ran.extend(tool["example"] for tool in its.values())
            return {tool["example"]: result | {"failed": failed} for tool in its.values()}

        monkeypatch.setattr(tools, "find_cut", lambda: cut)
        monkeypatch.setattr(tools, "make_environment", lambda name: made.append(name) or python)
        monkeypatch.setattr(tools, "prepare_example", lambda tool, python: True)
        monkeypatch.setattr(tools, "run_examples", run)
        tools.main([*words])
        return made, sorted(ran)

    return main


def test_the_session_runs_what_is_due_and_says_why_of_each(session, capsys):
    """Here, the one whose turn it is."""
    turns = [name for name, why in due.reasons(digests()).items() if why]

    assert (["tools"], turns) == session()
    said = capsys.readouterr().out
    assert all(f"\n{name} " in f"\n{said}" for name in EXAMPLES)
    assert 1 == said.count(" runs: its turn, once in five commits")
    assert 4 == said.count(" does not run: nothing has changed since it passed")


def test_no_environment_is_made_when_nothing_is_due(session, monkeypatch):
    """A quarter of the session's time is their installation."""
    monkeypatch.setattr(tools, "reasons", lambda digests: dict.fromkeys(digests, ""))

    with pytest.raises(SystemExit) as end:
        session()
    assert end.value.code == 0


def test_all_and_one_run_at_a_word(session):
    """Whatever their digests say."""
    assert (["tools"], sorted(EXAMPLES)) == session("--all")
    assert (["tools"], ["dvc"]) == session("DVC")


def test_what_this_python_cannot_have_is_left_out_with_a_sentence(session, monkeypatch, capsys):
    """Asked for and not run is a failure all the same."""
    monkeypatch.setattr(tools, "NEWEST", {"tools": ((3, 0), "Spark")})

    with pytest.raises(SystemExit) as end:
        session("--all")
    assert 1 == end.value.code
    assert "Spark runs on Python 3.0 at most, and this is 3." in capsys.readouterr().out


def test_an_unknown_word_is_told_with_those_that_are_known(session):
    """It would else be a run of nothing."""
    with pytest.raises(SystemExit, match=r"no tool '--every'\. These are: --all, argo, "):
        session("--every")


def test_a_run_of_some_renews_their_results_and_no_more(session):
    """The record's own date and machine are those of the run of all, each tool's its own."""
    session("--all")
    before = json.loads(due.WRITTEN.read_text())
    old = before | {"date": "2026-01-01", "machine": "another"}
    old["passed"] = {name: row | {"date": "2026-01-01"} for name, row in old["passed"].items()}
    due.WRITTEN.write_text(json.dumps(old))
    write(Path(), {"docs/tools/dvc.md": "another"})
    session("dvc")
    now = json.loads(due.WRITTEN.read_text())

    assert {"tools": 5, "all_s": 0, "network_cut": "yes"}.items() <= now["figures"].items()
    assert old["figures"].keys() == now["figures"].keys()
    assert ("2026-01-01", "another") == (now["date"], now["machine"])
    assert {"dvc"} == {name for name in EXAMPLES if now["passed"][name] != old["passed"][name]}
    assert now["passed"]["dvc"]["digest"] == due.digest_of("dvc") != old["passed"]["dvc"]["digest"]


@pytest.mark.parametrize("how", [{"failed": 1}, {"cut": ()}])
def test_what_failed_or_had_a_network_leaves_no_digest(session, how):
    """It would be believed by the next run."""
    write(Path(), {"docs/tools/dvc.md": "another"})
    before = json.loads(due.WRITTEN.read_text())["passed"]

    if "failed" in how:
        with pytest.raises(SystemExit, match="dvc: 1 failed"):
            session("dvc", **how)
    else:
        session("dvc", **how)
    assert before == json.loads(due.WRITTEN.read_text())["passed"]
