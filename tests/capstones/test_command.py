"""`python -m capstones`: what it writes, and each mistake in a sentence."""

import subprocess
import sys

import pandas as pd
import pytest
from capstones import BRIEFS
from capstones.__main__ import main
from click.testing import CliRunner

from tests.capstones.briefs import data_of


def typed(*words):
    """What a command prints, and its exit code."""
    done = CliRunner().invoke(main, words)
    return done.output, done.exit_code


def test_the_briefs_are_listed_a_line_each():
    """As somebody types it, in any folder."""
    words = [sys.executable, "-m", "capstones"]
    printed = subprocess.run(words, capture_output=True, text=True, check=True).stdout

    assert list(BRIEFS) == [line.split()[0] for line in printed.splitlines()]


@pytest.mark.parametrize("name", ["house-prices", "credit_scoring"])
def test_the_team_gets_the_tables_and_nothing_else(name, tmp_path):
    """Whatever the name's spelling: pages write a hyphen."""
    printed, code = typed("make", name, "--seed", "1", "--to", str(tmp_path / "team"))
    tables = data_of(name.replace("-", "_"), 1).tables

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
    assert data_of("house_prices", 1).truth["sales"]["listing"].tolist() == [*sales["listing"]]


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
