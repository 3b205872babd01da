"""The site is built when something has changed, and only then."""

import os
import subprocess
from pathlib import Path

import pytest

from scripts import build

pytestmark = pytest.mark.whole  # a site, built by its command

SITE, DOCTREES = Path("site"), Path("doctrees")


def git(*arguments):
    """Run git here, as nobody in particular."""
    names = {f"GIT_{who}_{what}": "a@b.example" for who in ("AUTHOR", "COMMITTER")
             for what in ("NAME", "EMAIL")}  # fmt: skip
    subprocess.run(["git", *arguments], env=os.environ | names, check=True)


@pytest.fixture(autouse=True)
def checkout(tmp_path, monkeypatch):
    """A checkout of one page, as the working folder."""
    monkeypatch.chdir(tmp_path)
    for name, text in {
        "docs/conf.py": "",
        "docs/index.rst": "Home\n====\n",
        ".gitignore": "/site\n/doctrees\n",
    }.items():
        Path(name).parent.mkdir(exist_ok=True)
        Path(name).write_text(text, "utf-8")
    git("init", "--quiet")
    git("add", ".")
    git("commit", "--quiet", "-m", "Write")


EDITS = {
    "a file": lambda: Path("docs/index.rst").write_text("Home\n====\n\nWords.\n", "utf-8"),
    "a new file": lambda: Path("docs/other.rst").write_text("Other\n=====\n", "utf-8"),
    "a file that is gone": lambda: Path("docs/conf.py").unlink(),
    "a new name": lambda: Path("docs/conf.py").rename("docs/cong.py"),
    "a commit": lambda: git("commit", "--quiet", "--allow-empty", "-m", "Write more"),
    "a setting": lambda: os.environ.update(HANDBOOK_URL="https://site.example/"),
}


@pytest.mark.parametrize("edit", EDITS.values(), ids=EDITS)
def test_what_a_build_reads_has_changed(edit, monkeypatch):
    """Whatever a build may read counts: files, known to git or not, the commit, the settings."""
    monkeypatch.setenv("HANDBOOK_URL", "")
    before = build.digest_inputs()
    edit()

    assert before != build.digest_inputs()


def test_what_git_ignores_is_not_read():
    """What a build writes is not among what it reads."""
    before = build.digest_inputs()
    SITE.mkdir()
    (SITE / "index.html").write_text("Home", "utf-8")

    assert before == build.digest_inputs()


def test_nothing_is_built_twice(capsys):
    """A second build of the same files says that nothing has changed, until the site has."""
    build.main(SITE, DOCTREES)
    first = capsys.readouterr().out
    build.main(SITE, DOCTREES)

    assert ("", "Nothing has changed since site was built.\n") == (first, capsys.readouterr().out)
    (SITE / "index.html").unlink()
    build.main(SITE, DOCTREES)
    assert (SITE / "index.html").exists()


def test_what_has_run_out_is_told_where_nothing_else_has_changed(capsys):
    """A day changes no file: Sphinx is not started, and the list is printed all the same."""
    Path("docs/_data").mkdir()
    for name, good_until in (("old", "2001-01-01"), ("new", "9999-01-01")):
        claim = f'[[claim]]\nid = "{name}"\nsay = "{name}"\nfound = "{{cite:p}}`a`"\n'
        claim += f"checked = 2001-01-01\ngood_until = {good_until}\n"
        with Path("docs/_data/claims.toml").open("a", encoding="utf-8") as file:
            file.write(claim)
    build.main(SITE, DOCTREES)
    capsys.readouterr()
    build.main(SITE, DOCTREES)
    first, *rest = capsys.readouterr().out.splitlines()

    assert "Nothing has changed since site was built." == first
    assert [line.split(":")[1] for line in rest if ", good until " in line] == ["2"]


def test_a_build_that_failed_counts_for_none(capsys):
    """A warning fails the build, and the next one does not say that nothing has changed."""
    Path("docs/index.rst").write_text("Home\n====\n\n:ref:`nowhere`\n", "utf-8")
    with pytest.raises(SystemExit) as stopped:
        build.main(SITE, DOCTREES)
    build.main(SITE, DOCTREES)  # Sphinx's own builder forgets what it warned of

    assert (1, "") == (stopped.value.code, capsys.readouterr().out)


def test_without_git_it_is_built(monkeypatch, capsys):
    """Where git cannot tell which files there are, a site is built whatever there was."""
    monkeypatch.setenv("GIT_DIR", "nowhere")
    for _ in range(2):
        build.main(SITE, DOCTREES)

    assert "" == capsys.readouterr().out
