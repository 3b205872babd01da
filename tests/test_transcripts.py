"""A transcript is read, typed and compared, for pages, tools and levels alike."""

import os
import sys
import time

import pytest

from scripts.transcripts import Command, prints_what_is_shown, read_commands, run


def test_a_command_has_all_of_its_lines():
    """It goes on below a backslash and in a document; what it prints stands below."""
    text = "$ one \\\n  two\n1\n2\n$ cat <<EOF\n$ three\nEOF\n$ four\n4\n"

    assert [
        Command(7, "one \\\n  two", "1\n2\n"),
        Command(11, "cat <<EOF\n$ three\nEOF", ""),
        Command(14, "four", "4\n"),
    ] == [*read_commands(text, 7)]


@pytest.mark.parametrize(
    ("shown", "printed"),
    [
        ("one\n...\ntwo", "one\ntwo\n"),
        ("one\n...\ntwo", "one\nand two\ntwo\n"),
        ("one ... two", "one and two"),
        ("1.5 s...", "1.5 seconds"),
        ("...", ""),
    ],
)
def test_dots_stand_for_what_differs(shown, printed):
    """A line of them for any lines or none, others for any words."""
    assert prints_what_is_shown(printed, shown)


@pytest.mark.parametrize(
    ("shown", "printed"),
    [("one ... two", "one two"), ("one", "one two"), ("", "1"), ("on\n...\ntwo", "one\ntwo")],
)
def test_another_output_is_noticed(shown, printed):
    """A line of dots stands for whole words, and dots within a line for some."""
    assert not prints_what_is_shown(printed, shown)


def test_many_dots_in_a_long_output_take_no_time():
    """Each gap is tried once: to go back would take hours."""
    began = time.monotonic()

    assert not prints_what_is_shown("a b " * 5000, "a ... b ... a ... b ... a ... b ... a c")
    assert time.monotonic() - began < 5


@pytest.mark.skipif(not hasattr(os, "fork"), reason="needs the signals of Linux or a Mac")
def test_what_hangs_is_told(tmp_path):
    """With what it had printed; and it does not go on."""
    words = [sys.executable, "-c", "import time; print('here', flush=True); time.sleep(99)"]

    with pytest.raises(AssertionError, match="hangs:\nhere"):
        run(words, tmp_path, os.environ, 2)
