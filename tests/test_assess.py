"""The self-assessment: a level is what holds from below, and a yes never takes one away."""

import io
import itertools
import subprocess
import sys

import pytest

from examples.levels.assess import assess, criteria, main, report

NAMES = [c.name for c in criteria()]
LEVEL = {c.name: c.level for c in criteria()}


def answered(*held):
    """The answers of somebody for whom these hold, and no others."""
    return {name: name in held for name in NAMES}


def below(level):
    """The names of all statements up to a level."""
    return [name for name in NAMES if LEVEL[name] <= level]


@pytest.fixture
def typed(monkeypatch, capsys):
    """Type lines at the command; give its exit code, its answer and what else it says."""

    def run(text, *words):
        monkeypatch.setattr("sys.stdin", io.StringIO(text))
        code = main(list(words))
        return code, *capsys.readouterr()

    return run


@pytest.mark.parametrize("level", [0, 1, 2])
def test_a_level_counts_when_all_its_statements_hold_and_all_below(level):
    """The three levels, each from just what it asks for."""

    assert level == assess(answered(*below(level))).level


@pytest.mark.parametrize("name", NAMES)
def test_one_statement_that_does_not_hold_takes_its_level_and_is_the_next_step(name):
    """Whatever else holds."""
    found = assess(answered(*set(NAMES) - {name}))

    assert (LEVEL[name] - 1, name) == (found.level, found.next.name)


def test_where_all_holds_nothing_is_next_and_nothing_on_sand():
    """The top."""
    found = assess(answered(*NAMES))

    assert (2, None, ()) == (found.level, found.next, found.on_sand)


def test_what_is_next_is_the_first_that_does_not_hold_in_the_order_of_the_file():
    """Not the cheapest, and not the last."""
    found = assess(answered("named-answer", "record", "tests-stop"))

    assert "way-back" == found.next.name


def test_what_holds_above_a_gap_is_on_sand():
    """A level is no excuse for the one below; at the same level nothing is above."""
    found = assess(answered("record", "new-data", "tests-stop", "rehearsal"))

    assert ["tests-stop", "rehearsal"] == [c.name for c in found.on_sand]


def test_another_yes_never_lowers_the_level_nor_brings_the_next_step_nearer():
    """Every set of answers there is, each with one more yes."""
    place = {None: len(NAMES)} | {c: n for n, c in enumerate(criteria())}
    found = {}
    for values in itertools.product([False, True], repeat=len(NAMES)):
        result = assess(dict(zip(NAMES, values, strict=True)))
        found[values] = (result.level, place[result.next])
    worse = [
        (values, n)
        for values in found
        for n, value in enumerate(values)
        if not value
        for more in [(*values[:n], True, *values[n + 1 :])]
        if found[more][0] < found[values][0] or found[more][1] < found[values][1]
    ]

    assert 2 ** len(NAMES) == len(found)
    assert [] == worse


@pytest.mark.parametrize(
    ("answers", "said"),
    [
        (answered() | {"nothing": True}, "There is no statement 'nothing': use named-answer, "),
        ({"record": True}, "Answer 'named-answer' with True or False."),
        (answered() | {"record": "no"}, "Answer 'record' with True or False."),
        (answered() | {"record": 1}, "Answer 'record' with True or False."),
    ],
)
def test_answers_that_do_not_fit_are_refused_with_a_sentence(answers, said):
    """A misspelt name would be a silent no, and “no” would be true."""
    with pytest.raises(ValueError) as error:
        assess(answers)

    assert str(error.value).startswith(said)


def test_the_report_names_level_step_and_sand():
    """As the command prints them."""
    lines = report(assess(answered("named-answer", "tests-stop"))).splitlines()

    assert ["level 0", "next     way-back: ", "on sand  tests-stop: of level 2, and level 1 is"] == [
        lines[0], lines[1][:19], lines[2][:47],
    ]  # fmt: skip


def test_each_statement_is_asked_once_and_a_wrong_answer_again(typed):
    """Capitals, spaces and whole words are understood."""
    code, answer, said = typed("perhaps\n Y \nNO\n" + "yes\n" * 10)

    assert (0, "level 0") == (code, answer.splitlines()[0])
    assert "next     way-back: " in answer
    assert "'perhaps' is neither: type y or n." in said
    assert len(NAMES) + 1 == said.count("  y/n ")
    assert all(c.statement in said for c in criteria())


@pytest.mark.parametrize(("text", "left"), [("", 12), ("y\ny\nwhat\n", 10)])
def test_an_input_that_ends_early_ends_with_a_sentence_and_no_level(typed, text, left):
    """Half an assessment is none."""
    code, answer, said = typed(text)

    assert (1, "") == (code, answer)
    assert f"ended with {left} of 12 statements to answer: answer each with y or n" in said


@pytest.mark.parametrize(
    ("words", "level"), [("", 0), (",".join(below(1)), 1), (" , ".join(NAMES) + ",", 2)]
)
def test_names_on_the_command_line_are_a_yes_and_all_others_a_no(typed, words, level):
    """Nothing is asked."""
    code, answer, said = typed("", "--yes", words)

    assert (0, f"level {level}", "") == (code, answer.splitlines()[0], said)


def test_a_name_that_does_not_exist_is_refused(typed):
    """With those that do."""
    code, answer, said = typed("", "--yes", "record,nought")

    assert (1, "") == (code, answer)
    assert "Error: There is no statement 'nought': use named-answer, way-back," in said


def test_ctrl_c_leaves_no_traceback(typed, monkeypatch):
    """As with every command here."""

    def stop():
        raise KeyboardInterrupt

    monkeypatch.setattr("examples.levels.assess.ask", stop)
    code, answer, said = typed("")

    assert (130, "", "\nStopped; nothing was kept.\n") == (code, answer, said)


def test_it_runs_as_a_module():
    """As its first lines say."""
    words = [sys.executable, "-m", "examples.levels.assess", "--yes", "way-back"]
    done = subprocess.run(words, capture_output=True, text=True, check=True)

    assert (
        "level 0\nnext     named-answer: Each answer names the model that gave it.\n" == done.stdout
    )
