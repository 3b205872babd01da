"""What a level promises, it holds; the level below does not, and no level loses what it had."""

import json

import pytest

from .agree import differences
from .conftest import CRITERIA, RECORD, ROOT, TABLE

EACH = pytest.mark.parametrize("criterion", CRITERIA, ids=lambda one: one["name"])


@EACH
def test_its_level_holds_it(lived, criterion):
    """Seen from outside: by answers, files, the registry and commits."""
    assert lived[criterion["level"]]["holds"][criterion["name"]], criterion["statement"]


@EACH
def test_the_level_below_does_not(lived, criterion):
    """Or it would be no step up."""
    assert not lived[criterion["level"] - 1]["holds"][criterion["name"]], criterion["statement"]


@EACH
def test_no_level_above_has_lost_it(lived, criterion):
    """A level is reached with all that is below it."""
    above = [one["holds"][criterion["name"]] for one in lived[criterion["level"] :]]

    assert all(above), criterion["statement"]


def test_every_statement_was_looked_at(lived):
    """And nothing else."""
    names = {one["name"] for one in CRITERIA}

    assert [names] * 3 == [set(one["holds"]) for one in lived]


def test_one_client_asks_all_three(lived):
    """The same request to each, and the same form of answer."""
    assert [lived[0]["asked"]] * 3 == [one["asked"] for one in lived]


def test_the_same_data_comes_to_all_three(lived):
    """To the byte, dirt and all."""
    assert 1 == len({one["data"] for one in lived})


def test_a_seed_is_no_record(lived):
    """Level 0 is no straw man: the same week gives the same bytes. A later one does not."""
    figures = lived[0]["figures"]

    assert ("yes", "no") == (figures["same_week_same_bytes"], figures["reproducible"])


def test_to_notice_is_not_to_mend(lived):
    """One training follows the fall, where there is a pipeline, and its model is refused."""
    assert [0, 1, 1] == [len(one["after_fall"]) for one in lived]
    for level in (1, 2):
        ended, why = lived[level]["after_fall"][0]
        assert "refused" == ended
        assert "not surely better than the champion" in why


def test_the_levels_can_be_read_in_ten_minutes():
    """Without their tests, and without what only asks about levels: the questions, the CI file."""
    folder, other = ROOT / "examples" / "levels", {"__pycache__", "tests", "ci", "assess.py"}
    files = [f for f in folder.rglob("*") if f.is_file() and not other & {*f.parts}]
    code = [f for f in files if f.suffix != ".toml"]

    assert 370 > sum(len(f.read_text("utf-8").splitlines()) for f in code)


def test_the_table_has_what_was_measured(lived):
    """At each level."""
    assert all(set(TABLE) <= set(one["figures"]) for one in lived)


def test_two_runs_agree(figures, recording):
    """This one and the one that is committed."""
    before = json.loads(RECORD.read_text("utf-8"))["figures"]
    said = "\n".join(differences(before, figures))

    assert recording or not said, (
        f"{said}\nIf that is meant, run `nox -s levels -- --record` with nothing beside it, and "
        f"commit the new {RECORD.relative_to(ROOT)} together with what the page says of it."
    )


def test_what_two_runs_may_differ_by():
    """In seconds, and in nothing else."""
    before = {"a_s": 10.0, "weeks": 3, "holds": "yes", "old": 1}
    slow = {"a_s": 900.0, "weeks": 3, "holds": "yes", "old": 1}

    assert [] == differences(before, slow)
    slow |= {"weeks": 4, "holds": "no", "new": slow.pop("old")}
    assert [
        "new is in one of the two only",
        "old is in one of the two only",
        "holds is no, and was yes",
        "weeks is 4, and was 3",
    ] == differences(before, slow)
