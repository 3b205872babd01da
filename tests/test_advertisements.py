"""A reader's sample of job advertisements: what it says, and what to fix in it."""

import subprocess
import sys

import pytest

from examples.careers.advertisements import COLUMNS, read_sample, summary

HEADER = ",".join(COLUMNS)
NAMED = "2026-11-30,mlops engineer,MLOps engineer,INR,1000000,2000000"
UNNAMED = '2026-12-01,mlops engineer,"ML engineer, platform",,,'


def told(*lines):
    """Return what is said of a sample."""
    return list(summary(list(read_sample([HEADER, *lines]))))


def test_a_sample_says_n_the_share_without_pay_the_median_and_the_spread():
    """Pay is the middle of what an advertisement names."""
    pays = [NAMED.replace("2000000", f"{pay}000000") for pay in (2, 3, 4, 5, 6)]

    assert told(*pays, *[UNNAMED] * 3) == [
        "mlops engineer, 2026-11-30 to 2026-12-01: n = 8, 38% without pay",
        "  INR: n = 5, median 2,500,000, middle half 2,000,000 to 3,000,000",
    ]


def test_queries_and_currencies_are_not_mixed():
    """Each query has a line, and each currency below it; one advertisement is its own median."""
    dollars = NAMED.replace("INR", "USD").replace("1000000,2000000", "90000,110000")
    other = UNNAMED.replace("mlops", "devops")

    assert told(NAMED, dollars, other) == [
        "devops engineer, 2026-12-01 to 2026-12-01: n = 1, 100% without pay",
        "mlops engineer, 2026-11-30 to 2026-11-30: n = 2, 0% without pay",
        "  INR: n = 1, median 1,500,000, middle half 1,500,000 to 1,500,000",
        "  USD: n = 1, median 100,000, middle half 100,000 to 100,000",
    ]


FAULTS = {
    "a day in another order": ("2026-11-30", "30.11.2026", "'30.11.2026' is no day"),
    "no query": ("mlops engineer,MLOps", ",MLOps", "Write the query"),
    "pay without a currency": ("INR", "", "either all of currency, low and high or none"),
    "half of the pay": (",2000000", ",", "either all of currency, low and high or none"),
    "pay in lakh": ("1000000,2000000", "10,20", "10 to 20: write a year's pay in full"),
    "pay in words": ("1000000", "10 lakh", "10 lakh to 2000000: write a year's pay in full"),
    "the higher one first": ("1000000,", "3000000,", "the lower one first"),
    "a comma in a number": ("1000000", "10,00,000", "Write 6 values"),
    "a cell too few": (",2000000", "", "Write 6 values"),
}


@pytest.mark.parametrize("fault", FAULTS)
def test_a_bad_row_is_told_with_its_line_and_what_to_fix(fault):
    """The first bad row stops the count: half a sample is no sample."""
    old, new, expected = FAULTS[fault]

    with pytest.raises(ValueError, match=expected) as told_of:
        told(UNNAMED, NAMED.replace(old, new, 1))
    assert str(told_of.value).startswith("Line 3: ")


def test_a_file_with_other_columns_is_told_which_to_write():
    """A sample that was exported from elsewhere has other names."""
    with pytest.raises(ValueError, match=f"Line 1: write {HEADER}"):
        list(read_sample(["day,title", "2026-11-30,MLOps engineer"]))


@pytest.mark.parametrize(
    ("rows", "expected"),
    [([NAMED], (0, "n = 1, 0% without pay", "")), ([NAMED[2:]], (1, "", "Line 2: '26-11-30' is"))],
    ids=["a good file", "a bad file"],
)
def test_the_command_prints_the_summary_or_the_sentence(tmp_path, rows, expected):
    """A reader sees no traceback, and a file that a spreadsheet saved is read, mark and all."""
    sample = tmp_path / "sample.csv"
    sample.write_text("\n".join([HEADER, *rows]), "utf-8-sig")
    run = subprocess.run(
        [sys.executable, "examples/careers/advertisements.py", sample],
        capture_output=True, text=True, check=False,
    )  # fmt: skip

    code, out, error = expected
    assert run.returncode == code
    assert out in run.stdout
    assert run.stderr.startswith(error)
