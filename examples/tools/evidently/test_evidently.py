"""A clean week passes and a drifted one fails, by our limit;
the preset lets both through."""

import json


def test_a_clean_week_passes_with_one_false_alarm(typed, here):
    """The report is one file that opens without a network, and large."""
    assert typed("works.console") == [0]

    page = (here / "report.html").read_text("utf-8")
    assert len(page) > 2_000_000
    assert '<script src="http' not in page


def test_a_drifted_week_fails_though_the_preset_is_content(typed, here):
    """Energy, tempo and valence moved;
    the fourth is the false alarm of the clean week."""
    assert typed("fails.console") == [1]

    tests = json.loads((here / "report.json").read_text("utf-8"))["tests"]
    failed = {
        test["name"].rpartition(" ")[2] for test in tests if test["status"] == "FAIL"
    }
    assert {"energy", "tempo", "valence"} < failed
    assert len(tests) == 1 + 13
