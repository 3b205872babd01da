"""Each mistake in a data file is told with its file, its line and its remedy, before pages are read."""

import io
import json
import os
import subprocess
import sys
import tomllib
from contextlib import redirect_stderr
from pathlib import Path

import pytest
from sphinx.cmd.build import main

from docs._ext import data
from docs._ext.chapter import DIFFICULTY
from docs._ext.evidence import VERDICTS
from docs._ext.raci import LETTERS
from tests.project import build, write
from tests.test_quiz import QUIZ, SECOND
from tests.test_raci import FILES as RACI
from tests.test_score import RUBRIC
from tests.test_spine import FILES as SPINE
from tests.test_tools import MATRIX

ROOT = Path("docs", "_data")
SOUND = {"conf.py": 'extensions = ["docs._ext"]\n', "index.rst": "Start\n=====\n"} | {
    f"_data/{name}": text
    for name, text in {
        "claims.toml": SPINE["_data/claims.toml"],
        "glossary.toml": SPINE["_data/glossary.toml"],
        "measured/run.json": SPINE["_data/measured/run.json"].replace(", ", ",\n"),
        "ml_test_score.toml": RUBRIC,
        "paths.toml": SPINE["_data/paths.toml"].replace('["chapter"]', '[\n  "chapter",\n]'),
        "product_names.toml": '[names]\n"MLflow" = ["MLFlow"]\n\n[headings]\nwords = ["Monday"]\n',
        "quizzes/page.toml": QUIZ,
        "raci.toml": RACI["_data/raci.toml"],
        "syllabus.toml": SPINE["_data/syllabus.toml"],
        "tools.toml": MATRIX["_data/tools.toml"],
        "unwritten.toml": SPINE["_data/unwritten.toml"],
    }.items()
}
STOPPED = "The pages are checked against the data files: mend these first."


@pytest.fixture
def told(tmp_path):
    """Return a function that breaks one file of the sound project and returns what the build says."""

    def broken(name=None, old="", new=""):
        if name:
            assert old in SOUND[name]
        write(tmp_path, SOUND | ({name: SOUND[name].replace(old, new, 1)} if name else {}))
        return build(tmp_path).splitlines()

    return broken


def test_sound_data_is_told_nothing(told):
    """What follows fails for its own fault, not for the project's."""

    assert [] == told()


MISTAKES = {
    "a term has no owner": (
        "glossary.toml", 'owner = "chapter"\n', "",
        ":1: x",
    ),
}  # fmt: skip
