"""The ML Test Score counts what ran and passed, and nothing else."""

import ast
import json
from pathlib import Path

import pytest
from bs4 import BeautifulSoup

from tests.project import build, write
from tests.proofs.score import COMMAND, Outcomes, key, rubric

pytest_plugins = ["pytester"]
SECTIONS = ("Data", "Model", "Infrastructure", "Monitoring")
RECORD = Path("docs", "_data", "measured", "ml_test_score.json")
ROWS = [
    {"section": section, "number": 1, "points": 1, "tests": [f"test_it.py::test_{section.lower()}"]}
    for section in SECTIONS
]
TESTS = "".join(f"def test_{section.lower()}():\n    assert True\n" for section in SECTIONS)


def test_the_rubric_has_its_28():
    """Seven in each of four sections; points only where a test is named."""
    rows = rubric()

    assert [(s, n) for s in SECTIONS for n in range(1, 8)] == [
        (row["section"], row["number"]) for row in rows
    ]
    assert [bool(row["points"]) for row in rows] == [bool(row["tests"]) for row in rows]


@pytest.mark.parametrize("named", sorted({test for row in rubric() for test in row["tests"]}))
def test_a_named_test_is_there(named):
    """A test that was renamed is missed here, before it costs its point."""
    file, _, name = named.partition("::")
    tree = ast.parse(Path(__file__).parents[1].joinpath(file).read_text("utf-8"))

    assert name in {node.name for node in tree.body if isinstance(node, ast.FunctionDef)}


@pytest.mark.parametrize("row", rubric(), ids=key)
def test_the_record_is_of_this_rubric(row):
    """What it names runs at each change, so a row has its points; the record was made since."""
    recorded = json.loads(RECORD.read_text("utf-8"))["figures"]

    assert row["points"] == recorded.get(key(row)), f"run {COMMAND}: {RECORD} is of another rubric"


@pytest.mark.parametrize(
    ("old", "new", "score"),
    [
        ("", "", 1),
        ("def test_model():\n    assert True", "def test_model():\n    assert False", 0),
        ("def test_model():", "import pytest\n@pytest.mark.skip\ndef test_model():", 0),
        ("def test_model():", "import pytest\n@pytest.mark.xfail\ndef test_model():", 1),
        ("def test_model():\n    assert True",
         "import pytest\n@pytest.mark.xfail\ndef test_model():\n    assert False", 0),
        ("test_model", "test_modell", 0),
        ("def test_model():\n    assert True",
         "import pytest\n@pytest.mark.parametrize('n', [1, 2])\ndef test_model(n):\n    assert n < 2",
         0),
        ("def test_model():", "def test_model(no_such_fixture):", 0),
    ],
    ids=["sound", "failing", "skipped", "passing all the same", "expected to fail", "renamed",
         "one parameter fails", "its fixture fails"],
)  # fmt: skip
def test_a_point_is_lost_with_its_test(pytester, old, new, score):
    """The score is the least of the sections, so one test that does not pass takes it to 0."""
    outcomes = Outcomes(ROWS)
    pytester.makepyfile(test_it=TESTS.replace(old, new, 1) if old else TESTS)
    pytester.inline_run("-p", "no:cacheprovider", plugins=[outcomes])

    assert score == outcomes.figures()["score"]
    assert 3 + score == outcomes.figures()["points"]


def test_points_that_nothing_plays_are_none():
    """A row without tests scores 0, whatever it claims."""
    outcomes = Outcomes([{"section": "Data", "number": 1, "points": 1, "tests": []}])

    assert {"data_1": 0, "data": 0, "points": 0, "score": 0} == outcomes.figures()


RUBRIC = """\
[[test]]
section = "Data"
number = 1
name = "features have a schema"
points = 1
tests = ["tests/jukebox/test_it.py::test_a_row", "tests/jukebox/test_it.py::test_a_cell"]
done = "They have."
"""
RUN = (
    '{"command": "run", "date": "2026-01-01", "machine": "a laptop", "figures": '
    '{"data_1": 0.5, "data": 0.5}}'
)
SITE = {
    "conf.py": 'extensions = ["myst_parser", "docs._ext.rubric"]\n'
    'myst_enable_extensions = ["attrs_inline"]\n',
    "index.md": "# Start\n\n```{ml-test-score}\n```\n",
    "_data/ml_test_score.toml": RUBRIC,
    "_data/measured/ml_test_score.json": RUN,
}


def test_the_page_shows_the_points_of_the_run(tmp_path):
    """What is asked, what is done, whose tests play it, and what they got, not what was hoped."""
    write(tmp_path, SITE)

    assert "" == build(tmp_path, "html")
    page = BeautifulSoup((tmp_path / "_build/index.html").read_text("utf-8"), "html.parser")
    assert [
        ["Data", "0.5"],
        ["1. Features have a schema. They have. test_it.py", "0.5"],
    ] == [[" ".join(c.text.split()) for c in row(["th", "td"])] for row in page.table("tr")]


def test_a_row_that_no_run_scored_is_named(tmp_path):
    """A page without points would say nothing, and look well."""
    write(tmp_path, SITE | {"_data/measured/ml_test_score.json": RUN.replace("data_1", "data_2")})

    assert "index.md:3: WARNING: no run scored Data 1" in build(tmp_path)
