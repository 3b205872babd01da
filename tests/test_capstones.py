"""The data of the capstones: the same seed makes the same bytes, and no table tells the truth."""

import math
import subprocess
import sys
from importlib import import_module
from pathlib import Path

import capstones
import pandas as pd
import pytest
from capstones import BRIEFS, brief, mini
from capstones.__main__ import main
from click.testing import CliRunner

FOLDER = Path(capstones.__file__).parent
HERE = [name for name in BRIEFS if (FOLDER / f"{name}.py").exists()]
SEEDS = (1, 2)
MOST = 6000  # rows of a brief, tables and truth together


def module(name):
    """The module of a brief."""
    return import_module(f"capstones.{name}")


def made(name, seed):
    """All tables and the truth of a brief, each as CSV by its name."""
    data = module(name).make(seed)
    tables = data.tables | {f"truth of {table}": rows for table, rows in data.truth.items()}
    return {table: rows.to_csv(index=False) for table, rows in tables.items()}


def typed(*words):
    """What a command prints, and its exit code."""
    done = CliRunner().invoke(main, words)
    return done.output, done.exit_code


# ---- each brief ----------------------------------------------------------------------------------


@pytest.mark.parametrize("name", HERE)
def test_a_seed_makes_the_same_bytes(name):
    """And another seed makes others, in each table and in the truth; but a calendar is no secret."""
    first, again, other = made(name, 1), made(name, 1), made(name, 2)

    assert first == again
    assert {table for table in first if first[table] == other[table]} <= {"holidays", "releases"}


@pytest.mark.parametrize("name", HERE)
@pytest.mark.parametrize("seed", SEEDS)
def test_a_brief_is_small(name, seed):
    """So that a phone's tether and an old laptop carry it."""
    data = module(name).make(seed)
    rows = sum(map(len, [*data.tables.values(), *data.truth.values()]))

    assert 500 < rows <= MOST


@pytest.mark.parametrize("name", HERE)
@pytest.mark.parametrize("seed", SEEDS)
def test_the_truth_belongs_to_rows_that_the_team_has(name, seed):
    """Each of its tables begins with an id that some table of the team has, and says nothing twice."""
    data = module(name).make(seed)

    for truth in data.truth.values():
        key = truth.columns[0]
        held = [set(table[key]) for table in data.tables.values() if key in table]
        assert not truth.duplicated().any()
        assert any(set(truth[key]) <= values for values in held), key


@pytest.mark.parametrize("name", HERE)
@pytest.mark.parametrize("seed", SEEDS)
def test_a_trap_is_two_or_three_figures(name, seed):
    """And each is a number."""
    figures = module(name).trap(module(name).make(seed))

    assert 2 <= len(figures) <= 3
    assert all(math.isfinite(figure) for figure in figures.values())


def delivered(name, seed, share):
    """The day after a share of the days of a brief's tables, the tables of that day, and all tables."""
    data = module(name).make(seed)
    first, last = brief.span(data.tables)
    day = (first + share * (last - first)).normalize()
    return day, getattr(module(name), "as_of", brief.as_of)(data, day), data.tables


@pytest.mark.parametrize("name", HERE)
@pytest.mark.parametrize("share", [0.4, 0.7, 0.95])
def test_a_delivery_has_the_same_columns_and_the_rows_of_its_time(name, share):
    """So that what was trained on one can be tried on the next."""
    day, tables, whole = delivered(name, 1, share)

    assert {key: list(table) for key, table in tables.items()} == {
        key: list(table) for key, table in whole.items()
    }
    came = [times for table in tables.values() if (times := brief.times(table)) is not None]
    assert all((times < day).all() for times in came)
    assert 100 < sum(map(len, tables.values())) < sum(map(len, whole.values()))


LATER = {"payee_account", "fraud"}  # columns of which an old value is changed, and not only empty


@pytest.mark.parametrize("name", HERE)
@pytest.mark.parametrize("share", [0.4, 0.7, 0.95])
def test_a_delivery_tells_nothing_that_the_last_one_does_not(name, share):
    """Each of its rows is there, too, with the same values, or it lacks some that came later."""
    _, tables, whole = delivered(name, 1, share)

    for key, table in tables.items():
        came = brief.times(whole[key])
        first = whole[key].iloc[: len(table)].reset_index(drop=True)
        if came is None and len(table) < len(whole[key]):
            first = table.merge(whole[key], how="left", on=table.columns[0], suffixes=("_", ""))
        for column in set(table) - LATER:
            known = table[column].notna()
            assert (table.loc[known, column] == first.loc[known, column]).all(), column


@pytest.mark.parametrize("seed", SEEDS)
def test_a_complaint_and_what_support_did_about_it_come_late(seed):
    """No payment of the thirty days before a delivery has one, and each complaint is one of the last's."""
    day, tables, whole = delivered("fraud", seed, 0.7)
    old, new = tables["payments"], whole["payments"].iloc[: len(tables["payments"])]
    fresh = brief.times(old) >= day - pd.Timedelta(30, "D")
    later = old["fraud"] < new["fraud"]

    assert 0 == old.loc[fresh, "fraud"].sum() < later.sum()
    assert (old["fraud"] <= new["fraud"]).all()
    assert (old["payee_account"] == new["payee_account"])[~later].all()
    assert {"active"} == set(old.loc[later, "payee_account"])


@pytest.mark.parametrize(
    ("name", "table", "column", "days"),
    [("spam", "messages", "spam", 7), ("grid_load", "load", "load_mw", 30)],
)
def test_an_answer_that_comes_late_is_not_delivered_early(name, table, column, days):
    """Of a message the receivers' report, of an hour its meters."""
    day = pd.Timestamp("2026-03-20" if name == "spam" else "2025-11-01")
    rows = module(name).as_of(module(name).make(1), day)[table]
    late = brief.times(rows) >= day - pd.Timedelta(days, "D")

    assert late.any()
    assert rows.loc[late, column].isna().all()
    assert rows.loc[~late, column].notna().mean() > 0.9


def test_each_module_is_a_brief_that_is_listed():
    """A brief that nobody lists could not be made."""
    others = {"__init__", "__main__", "brief", "each", "mini", "weeks"}

    assert set() == {file.stem for file in FOLDER.glob("*.py")} - others - set(BRIEFS)


# ---- the warm-up and the loans -------------------------------------------------------------------


@pytest.mark.parametrize("seed", SEEDS)
def test_a_mean_over_the_districts_hides_one(seed):
    """The linear model leads by far, and not where it is worst."""
    everywhere, hills = module("house_prices").trap(module("house_prices").make(seed)).values()

    assert everywhere > 8
    assert hills < -8


@pytest.mark.parametrize("seed", SEEDS)
def test_a_price_that_is_to_come_is_in_no_table(seed):
    """Neither under its listing nor as a column."""
    data = module("house_prices").make(seed)
    sold, to_come = data.tables["sales"]["listing"], data.truth["sales"]["listing"]

    assert set() == set(sold) & set(to_come)
    assert not any("price" in column for column in data.tables["listings"])


@pytest.mark.parametrize("seed", SEEDS)
def test_the_refused_default_three_times_as_often_as_the_model_says(seed):
    """For what the officers saw is in no table."""
    granted, said, real = (
        module("credit_scoring").trap(module("credit_scoring").make(seed)).values()
    )

    assert abs(said - granted) < 0.05
    assert real > 3 * said


@pytest.mark.parametrize("seed", SEEDS)
def test_an_outcome_is_known_of_the_granted_alone(seed):
    """And there it is the truth."""
    data = module("credit_scoring").make(seed)
    rows = data.tables["applications"].merge(data.truth["outcomes"], on="application")
    granted = rows["granted"] == 1

    assert rows.loc[~granted, "repaid"].isna().all()
    assert (rows.loc[granted, "repaid"] == rows.loc[granted, "would_repay"]).all()


@pytest.mark.parametrize("seed", SEEDS)
def test_women_get_fewer_loans_and_pay_back_as_often(seed):
    """The gap that the chapter on fairness looks at is of the officers, not of the applicants."""
    data = module("credit_scoring").make(seed)
    rows = data.tables["applications"].merge(data.truth["outcomes"], on="application")
    women, men = (rows[rows["gender"] == gender] for gender in "fm")

    assert women["granted"].mean() < men["granted"].mean() - 0.05
    assert abs(women["would_repay"].mean() - men["would_repay"].mean()) < 0.05


# ---- the mini-capstone ---------------------------------------------------------------------------


@pytest.mark.parametrize("first", [1, 4, 7, 10])
def test_three_teams_next_to_each_other_have_three_stories(first):
    """So that a class of three teams sees all."""

    assert set(mini.EVENTS) == {mini.event(team) for team in range(first, first + 3)}


def test_the_order_of_the_models_says_nothing():
    """Each of the three is each version in some office of a class."""
    seen = {pair for team in range(1, 13) for pair in mini.candidates(team).items()}

    assert {(v, name) for v in (3, 4, 5) for name in mini.CANDIDATES} == seen


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


# ---- the command ---------------------------------------------------------------------------------


def test_the_briefs_are_listed_a_line_each():
    """As somebody types it, in any folder."""
    words = [sys.executable, "-m", "capstones"]
    printed = subprocess.run(words, capture_output=True, text=True, check=True).stdout

    assert list(BRIEFS) == [line.split()[0] for line in printed.splitlines()]


@pytest.mark.parametrize("name", ["house-prices", "credit_scoring"])
def test_the_team_gets_the_tables_and_nothing_else(name, tmp_path):
    """Whatever the name's spelling: pages write a hyphen."""
    printed, code = typed("make", name, "--seed", "1", "--to", str(tmp_path / "team"))
    tables = module(name.replace("-", "_")).make(1).tables

    assert 0 == code, printed
    assert {f"{table}.csv": rows.to_csv(index=False) for table, rows in tables.items()} == {
        file.name: file.read_text("utf-8") for file in (tmp_path / "team").iterdir()
    }


def test_the_team_gets_an_earlier_delivery(tmp_path):
    """A table without rows is left out: in August there is no mail of September."""
    typed_day = ("make", "nlp-service", "--seed", "1", "--before", "2026-08-01", "--to")
    printed, code = typed(*typed_day, str(tmp_path))
    messages = pd.read_csv(tmp_path / "messages.csv")

    assert 0 == code, printed
    assert ["messages.csv"] == [file.name for file in tmp_path.iterdir()]
    assert "2026-07-31" == messages["received_at"].max()[:10]


@pytest.mark.parametrize("day", ["tomorrow", "2026-03-01", "2026-10-01"])
def test_a_day_without_a_delivery_is_told(day, tmp_path):
    """With the days that have one; and nothing is written."""
    to = str(tmp_path / "new")
    printed, code = typed("make", "nlp-service", "--seed", "1", "--before", day, "--to", to)

    assert 1 == code
    assert printed == (
        f"Error: '{day}' is no day with rows before and after it: "
        "give one from 2026-03-02 to 2026-09-30 as --before.\n"
    )
    assert not (tmp_path / "new").exists()


def test_the_teacher_gets_the_truth(tmp_path):
    """That of the same data."""
    printed, code = typed("truth", "house_prices", "--seed", "1", "--to", str(tmp_path))
    sales = pd.read_csv(tmp_path / "sales.csv")

    assert 0 == code, printed
    assert module("house_prices").make(1).truth["sales"]["listing"].tolist() == [*sales["listing"]]


@pytest.mark.parametrize("verb", ["make", "truth"])
@pytest.mark.parametrize(
    ("brief", "seed", "told"),
    [
        ("horses", "1", "Error: There is no brief horses: take one of house_prices, credit_"),
        ("house_prices", "seven", "Error: 'seven' is no seed: give a whole number from 0 to 42949"),
        ("house_prices", "-1", "Error: '-1' is no seed: give a whole number from 0 to 4294967295"),
        ("house_prices", "4294967296", "Error: '4294967296' is no seed: give a whole number from"),
        ("house_prices", "²", "Error: '²' is no seed: give a whole number from 0 to 4294967295"),
    ],
)
def test_a_mistake_is_told_in_a_sentence(verb, brief, seed, told, tmp_path):
    """Which says what to do; and nothing is written."""
    printed, code = typed(verb, brief, "--seed", seed, "--to", str(tmp_path / "new"))

    assert 1 == code
    assert printed.startswith(told)
    assert not (tmp_path / "new").exists()


@pytest.mark.parametrize("verb", ["make", "truth"])
def test_a_folder_that_is_in_use_is_left_alone(verb, tmp_path):
    """And so is a file of that name."""
    (tmp_path / "work.py").write_text("all = 'of a week'")
    for to in (tmp_path, tmp_path / "work.py"):
        printed, code = typed(verb, "house_prices", "--seed", "1", "--to", str(to))

        assert 1 == code
        assert "is no empty folder: name another one with --to." in printed
    assert ["work.py"] == [file.name for file in tmp_path.iterdir()]
