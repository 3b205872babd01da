"""Tables for spreadsheets: what looks like a formula is text, and all else stays as it is."""

import csv

from scripts.spreadsheet import write_csv

BEGINNINGS = "=+-@\t\r\n"
HARMLESS = ["Learner 1", "1=1", " =1", "'=1", "\u00fc, \u201c;\u201d", 'a "b"\nc', ""]


def test_a_spreadsheet_runs_no_formula(tmp_path):
    """Each sign that begins one stands behind an apostrophe, in any column of any row."""
    path = tmp_path / "table.csv"
    formulas = [f"{sign}1+1" for sign in BEGINNINGS]
    write_csv(path, [["name", *HARMLESS], *([text, text] for text in formulas)])
    with path.open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.reader(file, strict=True))

    assert path.read_bytes().startswith(b"\xef\xbb\xbfname,"), "the mark of UTF-8"
    assert rows == [["name", *HARMLESS], *([f"'{text}"] * 2 for text in formulas)]
    assert path.read_bytes().endswith(b"\r\n")
