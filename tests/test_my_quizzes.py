"""What the build writes for the page of all quizzes that a browser keeps."""

import json
import re
import zlib

import pytest

from tests.project import build, write
from tests.test_quiz import PAGE, QUIZ

CONF = """
extensions = ["myst_parser", "docs._ext.my_quizzes"]
html_theme = "basic"
myst_title_to_header = True
"""
INDEX = "# Start\n\n```{toctree}\nmodules/second\nmodules/part/first\nmy-quizzes\n```\n"
# The labels of a project are all different.
SECOND = PAGE.replace("(part)", "(piece)").replace("`part`", "`piece`").replace("the-whole", "all")
OTHER = QUIZ.replace('"part"', '"piece"').replace("`part`", "`piece`").replace("the-whole", "all")
FILES = {
    "conf.py": CONF,
    "index.md": INDEX,
    "my-quizzes.md": "# Mine\n\n```{my-quizzes}\n```\n",
    "modules/part/first.md": PAGE.replace("title: A page", "title: The first"),
    "modules/second.md": SECOND,
    "_data/quizzes/part/first.toml": QUIZ,
    "_data/quizzes/second.toml": OTHER,
}
CODE = "document.currentScript.quizzes="


@pytest.fixture
def built(tmp_path):
    """A function that builds the project, with some files changed, as HTML or as something else."""

    def done(builder="html", **changed):
        write(tmp_path, FILES | changed)
        warnings = build(tmp_path, builder)
        return tmp_path / "_build", warnings

    return done


def data(folder):
    """Read what the script reads."""
    text = (folder / "_static" / "quizzes.js").read_text("utf-8")
    return json.loads(text.removeprefix(CODE))


def test_each_quiz_has_its_key_its_address_and_its_right_places(built, tmp_path):
    """In the order of the table of contents; the key is the one that the chapter has."""
    folder, warnings = built()
    found = data(folder)["quizzes"]
    crc = zlib.crc32((tmp_path / "_data/quizzes/part/first.toml").read_bytes())
    page = (folder / "modules/part/first.html").read_text("utf-8")

    assert "" == warnings
    assert ["second", "part/first"] == list(found)
    assert found["part/first"] == [
        "The first",
        "modules/part/first.html",
        f"modules/part/first:{crc:08x}",
        [[1, 3]] * 3,
    ]
    assert f'data-key="{found["part/first"][2]}"' in page
    assert 'data-page="part/first"' in page


def test_a_changed_quiz_has_another_key(built):
    """Also in a build that reads that chapter alone."""
    before = data(built()[0])["quizzes"]
    after = data(built(**{"_data/quizzes/second.toml": OTHER.replace("Long", "Tall")})[0])[
        "quizzes"
    ]

    assert before["part/first"] == after["part/first"]
    assert before["second"][2] != after["second"][2]


def test_a_chapter_links_the_page_where_there_is_one(built):
    """Relative to itself."""
    folder, _ = built()

    assert 'data-list="../../my-quizzes.html"' in (folder / "modules/part/first.html").read_text()


def test_without_the_page_nothing_is_linked_or_written(built):
    """Nor warned about."""
    index = INDEX.replace("\nmy-quizzes\n", "\n")
    folder, warnings = built(**{"my-quizzes.md": None, "index.md": index})

    assert "" == warnings
    assert "data-list" not in (folder / "modules/part/first.html").read_text()
    assert not (folder / "_static/quizzes.js").exists()


def test_without_a_script_the_page_says_what_it_needs(built):
    """In HTML and in any other format; the scripts are loaded in their order."""
    page = (built()[0] / "my-quizzes.html").read_text("utf-8")
    text = (built("text")[0] / "my-quizzes.txt").read_text("utf-8")
    scripts = re.findall(r"_static/([\w-]+)\.js", page)

    assert "This page needs JavaScript: what it shows is kept by your browser" in page
    assert "This page needs JavaScript" in text
    assert ["hand-in", "my-quizzes"] == [one for one in scripts if one in ("hand-in", "my-quizzes")]
