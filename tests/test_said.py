"""A weekly change of the locks says what the checks said of them, also when they failed."""

import sys

from scripts import said

PYTEST = """\
docs/modules/page.md F.
nox > a line of nox
FAILED docs/modules/page.md::line:31,column:1 - Expected 'a'
ERROR docs/other.md - ValueError
= 1 failed, 60 passed in 7.2s =
nox > Session tests failed.
"""


def test_a_check_that_passed_has_its_count():
    """The closing line of pytest, and no more."""

    assert "## tests passed\n\n```text\n= 61 passed in 7.2s =\n```\n\n" == said.summary(
        "tests", 0, "noise\n= 61 passed in 7.2s =\nnox > done\n"
    )


def test_a_check_that_failed_names_the_fences():
    """Each with its page and line."""
    lines = said.summary("tests", 1, PYTEST).splitlines()

    assert [
        "## tests failed (exit 1)",
        "",
        "```text",
        *PYTEST.splitlines()[2:5],
        "```",
        "",
    ] == lines


def test_a_failure_without_a_telling_line_shows_its_end():
    """A build that did not get as far as a test."""
    text = said.summary("docs", 2, "".join(f"line {number}\n" for number in range(50)))

    assert ["line 30", "line 49"] == [text.splitlines()[place] for place in (3, -3)]


def test_a_quiet_success_is_its_heading():
    """There is nothing to add."""

    assert "## docs passed\n\n" == said.summary("docs", 0, "Built.\n")


def test_what_the_next_python_lacks_is_told():
    """So the change shows when its wheels are all there."""
    text = said.summary("lock", 0, "nox > python\nPython 3.15: docs lacks wheels for a==1\n")

    assert "Python 3.15: docs lacks wheels for a==1" in text


def test_a_thousand_failures_fit_into_a_change():
    """The last line says where the others are."""
    text = said.summary("tests", 1, "FAILED docs/page.md::line:1 - it\n" * 1000)

    assert len(text) < said.MOST + 200
    assert text.endswith(
        "FAILED docs/page.md::line:1 - it\n… and more, in the log of the run\n```\n\n"
    )


def test_each_command_adds_to_the_text_and_keeps_its_exit_code(tmp_path, monkeypatch):
    """Both streams are read."""
    monkeypatch.chdir(tmp_path)
    fail = "import sys; print('ERROR one', file=sys.stderr); sys.exit(3)"

    codes = [said.main(n, [sys.executable, "-c", c]) for n, c in (("a", "pass"), ("b", fail))]

    assert [0, 3] == codes
    assert "## a passed\n\n## b failed (exit 3)\n\n```text\nERROR one\n```\n\n" == (
        tmp_path / ".nox/said.md"
    ).read_text("utf-8")
