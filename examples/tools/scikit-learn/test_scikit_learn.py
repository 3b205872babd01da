"""The pipeline is kept and read back,
unless it holds a function that nobody vouched for."""

from pathlib import Path
from zipfile import ZipFile


def test_a_pipeline_of_known_parts_comes_back_with_the_same_answers(typed, here):
    """What skops wrote is a ZIP with a text that says what is in it, and no pickle."""
    assert typed("works.console") == [0]

    files = ZipFile(here / "model.skops").namelist()
    assert "schema.json" in files
    assert {".json", ".npy"} == {Path(name).suffix for name in files}


def test_a_function_of_our_own_is_refused_by_name(typed):
    """The file names the function;
    whoever opens it must name it too, or gets nothing."""
    assert typed("fails.console") == [1]
