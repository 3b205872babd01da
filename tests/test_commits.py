"""A commit's subject is short, and its body says why."""

import pytest

from scripts import commits
from scripts.commits import faults
from tests.test_packaging import run


@pytest.mark.parametrize(
    ("subject", "body", "fault"),
    [
        ("a" * 73, "Why.", "has a subject of 73 characters, not 72 or fewer: aaa"),
        ("Say it", "\n", "gives no reason in its body: Say it"),
    ],
)
def test_a_commit_that_breaks_a_rule_is_named(subject, body, fault):
    """With its hash, and what to do."""
    log = f"1a2b3c4\0Good\0Because.\n\0\n5d6e7f8\0{subject}\0{body}\0\n"

    assert [True] == [found.startswith(f"commit 5d6e7f8 {fault}") for found in faults(log)]


def test_a_good_commit_says_nothing():
    """Seventy-two characters are not too many."""

    assert [] == [*faults(f"1a2b3c4\0{'a' * 72}\0Because of it.\n\0\n")]


def test_a_clone_without_history_is_left_alone(tmp_path, monkeypatch, capsys):
    """The commits cannot be looked at there, and this is said."""
    monkeypatch.chdir(tmp_path)

    commits.main()

    assert "is not here: no commit is looked at" in capsys.readouterr().out


def test_the_commits_since_the_rule_are_read(tmp_path, monkeypatch):
    """From a real history."""
    identity = ("-c", "user.name=Reader", "-c", "user.email=reader@handbook.example")
    run("git", "init", "-q", cwd=tmp_path)
    for subject in ("The rule", "b" * 80):
        run("git", *identity, "commit", "-qm", subject, "-m", "Why", "--allow-empty", cwd=tmp_path)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(commits, "SINCE", "HEAD~1")

    with pytest.raises(SystemExit, match="has a subject of 80 characters"):
        commits.main()
