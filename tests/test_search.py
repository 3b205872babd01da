"""The search's index: sections with their own words, what counts more, what a data file adds."""

import json

import pytest

from docs._ext.search import base36, words
from tests.project import build, write

CONF = """
extensions = ["myst_parser", "docs._ext", "docs._ext.search", "docs._ext.builder"]
myst_heading_anchors = 3
"""
FILES = {
    "conf.py": CONF,
    "index.md": "# All\n\n```{toctree}\nmodules/gate\nreference/claims\nreference/glossary\n```\n",
    "modules/gate.md": "---\ndescription: Who may pass.\nobjectives: {one: do one thing}\n---\n\n"
    "# The gate\n\nIt guards the champion.\n\n(way-in)=\n## The way in\n\nBy night.\n\n"
    "| a table |\n|---|\n| cells |\n\n```text\nsome_code()\n```\n\n"
    "```{container} no-search\n\nA wrong option.\n```\n\n## Next\n\nElsewhere.\n",
    "reference/claims.md": "# Claims\n\nA gate, a gate, a gate.\n",
    "reference/glossary.md": "# Glossary\n\n```{glossary}\nchampion\n  The model that answers.\n```\n",
    "_data/search.toml": '[same]\n"door" = "gate"\n[best]\n"entry" = ["modules/gate#way-in"]\n',
}


def index(folder):
    """Return the index of the project in a folder."""
    text = (folder / "_build/searchindex.js").read_text("utf-8")
    return json.loads(text.removeprefix("handbookSearch(").removesuffix(")"))


@pytest.fixture
def folder(tmp_path):
    """The sound project."""
    write(tmp_path, FILES)
    return tmp_path


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Models, and the model\u2019s data", ["models", "and", "the", "model", "data"]),
        ("K.R.A.P. Records", ["krap", "records"]),
        ("A/B tests of CI/CD", ["ab", "tests", "of", "ci", "cd"]),
        ("requirements.txt, p99", ["requirements", "txt", "p99"]),
        ("Déjà vu: a naïve I/O", ["deja", "vu", "naive", "io"]),
    ],
)
def test_words(text, expected):
    """Small, without accents and possessives; what is abbreviated is one word."""

    assert expected == words(text)


def test_base36():
    """As JavaScript's `parseInt(text, 36)` reads it."""

    assert [n for n in range(1, 3000)] == [int(base36(n), 36) for n in range(1, 3000)]


def test_sections_have_their_own_words(folder):
    """A page's top, its sections, and each term; not what leads on, and no cell in the first words."""
    assert "" == build(folder, "html")
    found = index(folder)
    pages = [page[0] for page in found["pages"]]

    assert [
        ["index.html", "", "All", ""],
        ["modules/gate.html", "", "The gate", "Who may pass. It guards the champion."],
        ["modules/gate.html", "way-in", "The way in", "By night."],
        ["reference/claims.html", "", "Claims", "A gate, a gate, a gate."],
        ["reference/glossary.html", "", "Glossary", ""],
        ["reference/glossary.html", "term-champion", "champion", "The model that answers."],
    ] == [[pages[page], *rest] for page, *rest in found["sections"]]
    assert ["part", "chapter", "list", "term"] == [page[2] for page in found["pages"]]
    assert {"door": "gate"} == found["same"]
    assert {"entry": [2]} == found["best"]


def level(found, word, section):
    """Return the letter that says how much a section is about a word, or nothing."""
    line = next(line for line in found["words"] if word in line.partition("|")[0].split())
    place = -1
    step = ""
    for sign in line.partition("|")[2]:
        if not sign.isupper():
            step += sign
            continue
        place, step = place + int(step or "1", 36), ""
        if place == section:
            return sign
    return ""


def test_what_explains_counts_more(folder):
    """A title more than a list that names the word often; a definition more than a mention."""
    build(folder, "html")
    found = index(folder)

    assert level(found, "gate", 1) > level(found, "gate", 3) > ""
    assert level(found, "champion", 5) > level(found, "champion", 1) > ""
    assert "" == level(found, "champion", 2)
    assert level(found, "code", 2)
    assert not any("elsewhere" in line or "option" in line for line in found["words"])


def test_a_best_section_that_is_gone_is_told(folder):
    """With the line of the data file, and what to write."""
    write(folder, {"_data/search.toml": '[best]\n"entry" = ["modules/gate#way-out"]\n'})

    assert (
        "_data/search.toml:2: WARNING: there is no section 'modules/gate#way-out': "
        "name a page, or a page, # and an anchor of it\n" == build(folder, "html")
    )


def test_another_builder_finds_the_same(folder):
    """With a folder for each page, the addresses are those of folders."""
    build(folder, "dirhtml")

    assert ["", "modules/gate/", "reference/claims/", "reference/glossary/"] == [
        page[0] for page in index(folder)["pages"]
    ]
