"""The page *From Monday to Tuesday* and the folder that the command makes say the same."""

import re
from pathlib import Path

from bs4 import BeautifulSoup

PAGE = Path("docs/teach/monday-to-tuesday.md").read_text("utf-8")
STEP = re.compile(r"^## \d\. (?:In the evening: )?(.+)$", re.M)
FILE = re.compile(r"`((?:before|moodle|room|trainer|after)/[\w-]+\.\w+|(?:plan|index)\.\w+)`")


def test_the_page_has_the_steps_of_the_list(folder):
    """In their order, so that a trainer who opens either one finds the other."""
    page = BeautifulSoup((folder / "index.html").read_text("utf-8"), "html.parser")
    listed = [heading.text.strip().lower() for heading in page.select("ol.steps h2")]
    steps = [step.lower() for step in STEP.findall(PAGE)]

    assert 7 == len(steps)
    assert steps == [
        name[: len(step)] for name, step in zip(listed, steps, strict=True)
    ]  # the list says a little more


def test_each_file_that_the_page_names_is_in_the_folder(folder):
    """And each folder of the table, too."""
    files = set(FILE.findall(PAGE))
    folders = set(re.findall(r"^\| `(\w+)/` \|", PAGE, re.M))

    assert len(files) > 12
    assert [] == [name for name in sorted(files) if not (folder / name).exists()]
    assert {path.name for path in folder.iterdir() if path.is_dir()} == folders
