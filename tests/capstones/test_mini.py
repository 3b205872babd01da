"""The mini-capstone: each team has a story, and an envelope with its answers."""

import pytest
from capstones import mini

from tests.capstones.test_command import typed


@pytest.mark.parametrize("first", [1, 4, 7, 10])
def test_three_teams_next_to_each_other_have_three_stories(first):
    """So that a class of three teams sees all."""

    assert set(mini.EVENTS) == {mini.event(team) for team in range(first, first + 3)}


def test_the_order_of_the_models_says_nothing():
    """Each of the three is each version in some office of a class."""
    seen = {pair for team in range(1, 13) for pair in mini.candidates(team).items()}

    assert {(v, name) for v in (3, 4, 5) for name in mini.CANDIDATES} == seen


def test_four_teams_with_two_alike_have_other_answers():
    """Of the four that the page names, two share a story, and the right version differs."""
    right = {team: mini.envelope(team).splitlines()[-4] for team in (1, 6)}

    assert mini.event(1) == mini.event(6)
    assert 3 == len({mini.event(team) for team in (1, 2, 3, 6)})
    assert right[1] != right[6]


def test_an_envelope_tells_the_story_and_each_model():
    """That of the team's own office."""
    printed, code = typed("envelope", "1")
    right = next(v for v, name in mini.candidates(1).items() if name == "honest")

    assert 0 == code
    assert printed.startswith(mini.EVENTS[mini.event(1)])
    assert f"Version {right} passes the gate, and answers long tracks, too." in printed
    assert f"1. Version {right}.\n2. Keep" in printed


def test_an_envelope_answers_the_four_questions():
    """In each story, so that a team can give itself its points."""
    for team in range(1, 4):
        lines = mini.envelope(team).splitlines()

        assert ["1.", "2.", "3.", "4."] == [line[:2] for line in lines[-4:]]
        assert ("Or none" in lines[-4]) == ("taste" == mini.event(team))


def test_an_office_that_is_there_is_left_alone(tmp_path, monkeypatch):
    """Somebody may be at work in it."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "mini-3").mkdir()
    printed, code = typed("mini", "3")

    assert 1 == code
    assert "Error: mini-3 is there already: go there, or move it away and begin again.\n" == printed
