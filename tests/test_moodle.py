"""*Copy and page*: the questions for Moodle say what the quizzes say, as others read them.

There is no Moodle here. In its place stand a schema of the part that is written, and a reader that
was written from what Moodle's importer does: it shares no code with what writes the files.
`tests/site/test_gift.py` has a stranger's reader of GIFT.
"""

import csv
import re
import xml.etree.ElementTree as ET
from pathlib import Path

import pytest
import xmlschema

from scripts import moodle
from tests.project import write
from tests.questions import Question, of_text, question, questions

DOCS = Path(__file__).parents[1] / "docs"
TRUTH = questions(DOCS)
SCHEMA = Path(__file__).with_name("moodle.xsd")
# Moodle's own list, as the help of its import page has it.
GRADES = {100, 90, 80, 75, 70, 66.666, 60, 50, 40, 33.333, 30, 25, 20, 16.666, 14.2857, 12.5}
GRADES |= {11.111, 10, 5, 0}
HARD = {
    "text": [r"a = {b} ~ c # d: \n e\\f", '`x[1] < 2 & {y}`, *so* "it\'s"', "[html] or %5% -> 1"],
    "why": ["%9% of them", "Ends with a backslash \\", "// no comment; =sum(A1) ::title:: ####"],
}
FORMULAS = ["=1+1", "-5 %", "@sum", "+4"]

INDEX = """\
# Start

```{toctree}
:hidden:

Paths <paths>
The part <modules/part/index>
```
"""
PART = "# The part, at length\n\n```{toctree}\n\nShort <second>\nfirst\n```\n"
PAGE = """\
---
description: A page.
---

(top)=

# A/B: a page on `{what}`

(here)=
(there)=

## Where it's told

Words.

(table)=

| a |
|---|
| 1 |
"""


def quiz(*asked: tuple[str, str, list[str], list[str]]) -> str:
    """Return a quiz: objective, section, texts and reasons of each question; the second is right."""
    lines = []
    for objective, section, texts, reasons in asked:
        lines.append(f"[[question]]\nobjective = '{objective}'\nask = '''{texts[0]} ?'''")
        lines.append(f"section = '{section}'\nsays = 'Words.'")
        for place, (text, why) in enumerate(zip(texts, reasons, strict=True)):
            lines.append(f"[[question.option]]\ntext = '''{text}'''\nwhy = '''{why}'''")
            lines += ["right = true"] * (place == 1)
    return "\n".join(lines)


QUIZ = quiz(
    ("one", "here", HARD["text"], HARD["why"]),
    ("two", "top", FORMULAS, ["=2", "Yes.", "No.", "\u00fcber"]),
    ("three", "table", ["1", "2", "3"], ["Less.", "Two.", "More."]),
)


@pytest.fixture
def docs(tmp_path: Path) -> Path:
    """A documentation of two chapters, whose texts are hard to carry."""
    folder = tmp_path / "docs"
    pages = {"index.md": INDEX, "modules/part/index.md": PART}
    for name in ("first", "second"):
        pages[f"modules/part/{name}.md"] = PAGE.replace("{what}", name)
        pages[f"_data/quizzes/part/{name}.toml"] = QUIZ
    write(folder, pages)
    return folder


@pytest.fixture(scope="module")
def bank(tmp_path_factory) -> Path:
    """The folder with the files of all quizzes, in which no question has a link."""
    folder = tmp_path_factory.mktemp("bank")
    moodle.write_bank(folder, address="")
    return folder


class Moodle:
    """What an import into Moodle 5.1 does with our part of Moodle XML, written from its source."""

    def __init__(self) -> None:
        """Begin with an empty bank."""
        self.entries: list[dict] = []

    def load(self, path: Path) -> None:
        """Import a file with the settings that the import page begins with."""
        category: tuple[str, ...] = ()
        for node in ET.parse(path).getroot().findall("question"):  # noqa: S314, we wrote it
            if node.get("type") == "category":
                # A slash parts two names, two slashes are one in a name.
                names = re.split(r"(?<!/)/(?!/)", node.findtext("category/text").strip())
                category = tuple(name.strip().replace("//", "/") for name in names)
                continue
            assert node.get("type") == "multichoice"
            self.entries.append(self.entry(node, category))

    def entry(self, node: ET.Element, category: tuple[str, ...]) -> dict:
        """Return what Moodle keeps of a question, with its defaults for what is not said."""
        number = (node.findtext("idnumber") or "").strip() or None
        taken = any((e["category"], e["id"]) == (category, number) for e in self.entries)
        answers = []
        for answer in node.findall("answer"):
            grade = float(answer.get("fraction", 0))
            assert abs(grade) in GRADES, "Error if grade not listed"
            why = (answer.findtext("feedback/text") or "").strip()
            answers.append((answer.findtext("text").strip(), why, grade))
        return {
            "category": category,
            "id": None if taken else number,  # an ID number that is there already is taken away
            "name": node.findtext("name/text").strip(),
            "ask": node.findtext("questiontext/text").strip(),
            "again": (node.findtext("generalfeedback/text") or "").strip(),
            "single": node.findtext("single", "true").strip() not in {"false", "0", ""},
            "shuffled": node.findtext("shuffleanswers", "false").strip() not in {"false", "0", ""},
            "letters": node.findtext("answernumbering") or "abc",
            "tags": [tag.findtext("text") for tag in node.findall("tags/tag")],
            "answers": answers,
        }

    def questions(self) -> dict[str, Question]:
        """Return {id: question}."""
        found = {}
        for entry in self.entries:
            options = [(text, why, grade == 100) for text, why, grade in entry["answers"]]
            codes = str(entry).count("<code>")
            found[entry["id"]] = question(entry["ask"], options, codes)
        return found


def load(path: Path) -> Moodle:
    """Return a Moodle into which a file was imported once."""
    reader = Moodle()
    reader.load(path)
    return reader


def table(path: Path) -> list[dict[str, str]]:
    """Return the rows of a CSV file as a spreadsheet reads them."""
    with path.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file, strict=True))


def test_the_xml_is_what_the_schema_allows(bank):
    """Each element, each grade, each id."""
    xmlschema.XMLSchema11(SCHEMA).validate(bank / "bank.xml")


def test_moodle_gets_each_question_as_the_quiz_has_it(bank):
    """Text, options, which is right, and the reason of each option."""
    reader = load(bank / "bank.xml")

    assert len(reader.entries) == len(TRUTH) > 100
    assert reader.questions() == TRUTH
    for entry in reader.entries:
        page, _, objective = entry["id"].partition("#")
        assert (entry["single"], entry["shuffled"], entry["letters"]) == (True, True, "ABCD")
        assert entry["category"][0] == "MLOps handbook"
        assert len(entry["category"]) == 3
        assert {f"part-{page.partition('/')[0]}", f"objective-{objective}"} < set(entry["tags"])
        assert max(map(len, entry["tags"])) <= 50, "Moodle cuts a tag here"
        assert re.fullmatch(r"Read again: .*“.+” of the MLOps handbook\.", entry["again"])


def test_each_chapter_has_its_category(bank):
    """Its name is that of the chapter, in the part."""
    categories = {e["category"][1:]: e["id"] for e in load(bank / "bank.xml").entries}

    assert len(categories) == len(list((DOCS / "_data/quizzes").rglob("*.toml")))
    assert categories["Introduction", "What is MLOps?"].startswith("introduction/what-is-mlops#")
    parts = dict.fromkeys(part for part, _ in categories)
    assert list(parts)[:2] == ["Introduction", "The case for MLOps"], "the order of the handbook"


def test_a_second_import_updates_nothing(bank):
    """Moodle makes every question again, and takes the ID numbers from the new ones."""
    reader = load(bank / "bank.xml")
    reader.load(bank / "bank.xml")

    assert len(reader.entries) == 2 * len(TRUTH)
    assert {entry["id"] for entry in reader.entries[len(TRUTH) :]} == {None}


def test_a_spreadsheet_gets_each_option(bank):
    """In the order and with the letters of the page."""
    found: dict[str, list] = {}
    for row in table(bank / "bank.csv"):
        found.setdefault(row["id"], []).append(row)

    assert (bank / "bank.csv").read_bytes().startswith(b"\xef\xbb\xbfid,part,"), "a sign of UTF-8"
    assert found.keys() == TRUTH.keys()
    for name, rows in found.items():
        asked, options = TRUTH[name].ask, TRUTH[name].options
        read = [(row["option"], row["feedback"], row["right"] == "yes") for row in rows]
        assert of_text(rows[0]["question"], read, TRUTH[name].codes) == TRUTH[name], asked
        assert "".join(row["letter"] for row in rows) == "ABCDEFGHIJ"[: len(options)]


def test_a_spreadsheet_runs_no_formula(docs, tmp_path):
    """What begins like one has an apostrophe before it, and nothing else has."""
    moodle.write_bank(tmp_path, docs=docs)

    rows = [row for row in table(tmp_path / "bank.csv") if row["id"] == "part/first#two"]
    assert [row["option"] for row in rows] == [f"'{text}" for text in FORMULAS]
    assert [row["feedback"] for row in rows] == ["'=2", "Yes.", "No.", "\u00fcber"]
    every = [value for row in table(tmp_path / "bank.csv") for value in row.values()]
    assert not [value for value in every if value.startswith(("=", "+", "-", "@"))]


def test_hard_texts_arrive_whole(docs, tmp_path):
    """What is markup for XML, for HTML or for GIFT is text for the reader."""
    moodle.write_bank(tmp_path, docs=docs)
    read, truth = load(tmp_path / "bank.xml").questions(), questions(docs)

    # Here alone a backslash escapes a mark, as Markdown has it.
    unescaped = [
        (text.replace("\\\\", "\\"), why, right)
        for text, why, right in truth["part/first#one"].options
    ]
    assert read.keys() == truth.keys()
    assert list(read["part/first#one"].options) == unescaped
    assert read["part/second#two"] == truth["part/second#two"]
    xmlschema.XMLSchema11(SCHEMA).validate(tmp_path / "bank.xml")


def test_the_order_is_that_of_the_table_of_contents(docs, tmp_path):
    """The pages are not in that of their names."""
    moodle.write_bank(tmp_path, docs=docs)

    entries = load(tmp_path / "bank.xml").entries
    assert [entry["id"] for entry in entries][2:4] == ["part/second#three", "part/first#one"]
    assert entries[0]["category"] == ("MLOps handbook", "The part", "A/B: a page on second")


@pytest.mark.parametrize(
    ("pages", "expected"),
    [
        (["modules/part/first"], ["first"]),
        (["modules/part"], ["second", "first"]),
        (["modules/part/first", "modules/part/", "modules/part/first"], ["first", "second"]),
    ],
)
def test_a_plan_takes_its_own_chapters(docs, tmp_path, pages, expected):
    """In its own order, each once; a part stands for its chapters."""
    moodle.write_bank(tmp_path, pages, docs=docs)

    ids = [entry["id"] for entry in load(tmp_path / "bank.xml").entries]
    assert ids == [f"part/{p}#{o}" for p in expected for o in ("one", "two", "three")]


def test_no_title_and_no_wording_changes_an_id(docs, tmp_path):
    """Only the page's path and the objective are in it."""
    moodle.write_bank(tmp_path / "before", docs=docs)
    for path in [*docs.rglob("first.*"), *docs.rglob("index.md")]:
        text = path.read_text("utf-8").replace("a page on", "another")
        text = text.replace("Where it's told", "Elsewhere").replace("The part", "Part 1")
        path.write_text(text.replace("More.", "Much more.").replace("Short", "Long"), "utf-8")
    moodle.write_bank(tmp_path / "after", docs=docs)

    before, after = (load(tmp_path / name / "bank.xml") for name in ("before", "after"))
    assert before.questions() != after.questions()
    for key in ("id", "name", "tags"):
        assert [e[key] for e in before.entries] == [e[key] for e in after.entries]


def test_the_bytes_are_the_same_each_time(bank, tmp_path):
    """No day, no order of a set and no folder's name is in them."""
    for path in moodle.write_bank(tmp_path / "elsewhere", address=""):
        assert path.read_bytes() == (bank / path.name).read_bytes()


@pytest.mark.parametrize(
    ("objective", "link", "words"),
    [
        (
            "one",
            "second.html#here",
            "“Where it\u2019s told” in the chapter “A/B: a page on second”",
        ),
        ("two", "second.html#top", "the chapter “A/B: a page on second”"),
        (
            "three",
            "second.html#table",
            "“Where it\u2019s told” in the chapter “A/B: a page on second”",
        ),
    ],
)
def test_a_question_leads_to_its_section(docs, tmp_path, objective, link, words):
    """With a link if the site has an address, in words if it has none."""
    for address in ("https://example.org/book", ""):
        moodle.write_bank(tmp_path, docs=docs, address=address)
        entries = {entry["id"]: entry for entry in load(tmp_path / "bank.xml").entries}
        linked = f'<a href="https://example.org/book/modules/part/{link}">{words}</a>'
        wanted = f"Read again: {linked if address else words} of the MLOps handbook."
        assert entries[f"part/second#{objective}"]["again"] == wanted


@pytest.mark.parametrize(
    ("old", "new", "error"),
    [
        ("'here'", "'nowhere'", "first.toml:1: no label `nowhere` on the page modules/part/first"),
        ("'two'", "'one'", "first#one is the id of the question in .*first.toml:1 too"),
        ("Yes.", "[Yes](x.md).", "a link_open cannot go to Moodle; write text, `code`, .emphasis."),
        ("'top'", "5", "`section` is 5. Write the label of the section that answers it."),
    ],
)
def test_what_cannot_go_to_moodle_is_told(docs, tmp_path, old, new, error):
    """With the file and the line, and nothing is written."""
    path = docs / "_data/quizzes/part/first.toml"
    path.write_text(path.read_text("utf-8").replace(old, new), "utf-8")

    with pytest.raises(ValueError, match=error):
        moodle.write_bank(tmp_path / "out", docs=docs)
    assert not (tmp_path / "out").exists()


def test_a_page_without_a_quiz_is_told(tmp_path, capsys):
    """With an example of what to write."""
    assert moodle.main([str(tmp_path), "labs/first-model"]) == 1
    assert capsys.readouterr().err == (
        "labs/first-model is no chapter with a quiz: write its path, "
        "as modules/introduction/what-is-mlops\n"
    )
    assert moodle.main([]) == 2
    assert moodle.main([str(tmp_path), "modules/introduction"]) == 0
    assert "bank.gift.txt: 18 questions" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("page", "near"),
    [
        ("modules/introduction/northstr", "modules/introduction/northstar"),
        ("introduction/northstar", "modules/introduction/northstar"),
        ("modules/introducton", "modules/introduction"),
        ("introduction/", "modules/introduction"),
        ("mlops", "modules/mlops"),
    ],
)
def test_the_nearest_page_is_told(tmp_path, capsys, page, near):
    """A chapter or a part, also without what all begin with."""
    assert moodle.main([str(tmp_path / "out"), page]) == 1
    assert capsys.readouterr().err == f"{page} is no chapter with a quiz: write {near}\n"
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize(
    "word",
    [
        *("modules/introduction", "modules/introduction/northstar", "modules", "modules/"),
        *("introduction", "introduction/northstar", "modules/introducton"),
        *(str(DOCS), str(DOCS / "modules" / "introduction")),
    ],
)
def test_a_page_is_no_folder(tmp_path, monkeypatch, capsys, word):
    """Who forgets the folder makes none of that name, and gets no questions that were not meant."""
    monkeypatch.chdir(tmp_path)

    assert moodle.main([word]) == 2
    assert "is a page or a part of the handbook: name the folder first" in capsys.readouterr().err
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("word", ["bank", "moodle", "mine/modules", str(DOCS / "_build" / "bank")])
def test_any_other_word_is_a_folder(word):
    """Also that of the builds, below the sources."""
    assert not moodle.is_source(word)


@pytest.mark.parametrize("word", ["file", "file/below", "taken"])
def test_a_folder_that_cannot_be_written(tmp_path, monkeypatch, capsys, word):
    """It is a file, or below one, or a folder has the file's name: one sentence."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "file").write_text("")
    (tmp_path / "taken" / "bank.xml").mkdir(parents=True)

    assert moodle.main([word, "modules/introduction/northstar"]) == 1
    said = capsys.readouterr().err
    assert said.startswith(word)
    assert said.endswith(". Name a folder that can be written.\n")
    assert said.count("\n") == 1


def test_a_folder_that_is_read_only(tmp_path, monkeypatch, capsys):
    """The same sentence; the refusal is made here, because root may write everywhere."""

    def refuse(path, *_, **__):
        raise PermissionError(13, "Permission denied", str(path))

    monkeypatch.setattr(Path, "write_text", refuse)

    assert moodle.main([str(tmp_path), "modules/introduction/northstar"]) == 1
    assert capsys.readouterr().err == (
        f"{tmp_path / 'bank.xml'}: Permission denied. Name a folder that can be written.\n"
    )


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ('fraction="100"', 'fraction="50"'),
        ('fraction="100"', 'fraction="0"'),
        ('fraction="0"', 'fraction="100"'),
        (r"<feedback format=.html.>\s*<text>[^<]*</text>\s*</feedback>", ""),
        (r"(<feedback format=.html.>\s*<text>)[^<]*", r"\1"),
        ("#two</idnumber>", "#one</idnumber>"),
        ("<idnumber>[^<]*</idnumber>", "<idnumber>two words</idnumber>"),
        ("<shuffleanswers>true", "<shuffleanswers>false"),
        (r"<question type=.category.>.*?</question>", ""),
        ('type="multichoice"', 'type="essay"'),
    ],
)
def test_the_schema_refuses(docs, tmp_path, old, new):
    """A wrong grade, a lost reason, an id that is there twice, and the like."""
    moodle.write_bank(tmp_path, ["modules/part/first"], docs=docs)
    text = (tmp_path / "bank.xml").read_text("utf-8")
    schema = xmlschema.XMLSchema11(SCHEMA)

    broken = re.sub(old, new, text, count=1, flags=re.S)
    assert schema.is_valid(text)
    assert broken != text
    assert not schema.is_valid(broken)
