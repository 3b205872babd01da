"""A hand's desk knows nothing of the machine's own git, and leaves nothing running."""

from examples.levels.desk import Terminal, environment, pipeline
from tests.waiting import until


def test_nobodys_git_is_beside_it(tmp_path, monkeypatch):
    """Not a hook's repository, and neither its owner's name nor the signature that he asks for."""
    (tmp_path / "gitconfig").write_text("[user]\nname = Owner\n[commit]\ngpgsign = true\n", "utf-8")
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", str(tmp_path / "gitconfig"))
    monkeypatch.setenv("GIT_CONFIG_SYSTEM", str(tmp_path / "gitconfig"))
    monkeypatch.setenv("GIT_CONFIG_PARAMETERS", "'commit.gpgsign=true'")
    monkeypatch.setenv("GIT_DIR", str(tmp_path / "theirs"))
    monkeypatch.setenv("GIT_AUTHOR_NAME", "Owner")
    terminal = pipeline(tmp_path / "desk")
    said = terminal.type("git log --format='%an %D'")
    terminal.close()

    assert "Jukebox HEAD -> main" == said


def test_no_address_and_no_token_reach_it(monkeypatch):
    """Or a story would be told to somebody's MLflow."""
    monkeypatch.setenv("JUKEBOX_MLFLOW", "https://mlflow.invalid")

    assert "JUKEBOX_MLFLOW" not in environment()


def test_what_was_started_ends_with_the_terminal(tmp_path):
    """Even where the terminal has ended before."""
    terminal = Terminal(tmp_path)
    pid = int(terminal.type("sleep 300 & echo $!"))
    terminal.bash.kill()
    terminal.close()

    until(lambda: not running(pid), "the end of what was started")


def running(pid):
    """Say whether a process is there, and not only its exit code."""
    try:
        with open(f"/proc/{pid}/stat") as stat:
            return stat.read().rsplit(")", 1)[1].split()[0] != "Z"
    except FileNotFoundError:
        return False
