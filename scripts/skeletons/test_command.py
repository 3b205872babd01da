"""(yours: what the command `NEW_name` promises)."""

from click.testing import CliRunner
from jukebox.cli.main import main


def test_it_says_what_it_found(tmp_path):
    """(yours: in a sentence)."""
    done = CliRunner().invoke(main, ["NEW_name", "--home", str(tmp_path)])

    assert (0, f"(yours: what it found in {tmp_path})\n") == (done.exit_code, done.output)
