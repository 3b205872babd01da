"""What a class needs on paper: the hand-written half holds to the labs, the code and the roles."""

import ast
import re
from datetime import date
from pathlib import Path

import pytest
import yaml
from jukebox.cli.lab import lab_command
from jukebox.cli.main import CONTENTS

from docs._ext import load
from docs._ext.plans import Handbook, Page
from docs._ext.quiz import read
from scripts import sheets
from scripts.timetable import code_markup

DOCS, CODE = Path("docs"), Path("examples/jukebox")
SHEETS = load(DOCS, "lab_sheets.toml")["sheet"]
PAGES = Handbook(DOCS).labs
MONDAY = date(2027, 1, 11)


def texts_of(file: Path) -> list[str]:
    """Return the texts that a module's code writes, with “…” for what is filled in."""
    found = []
    for node in ast.walk(ast.parse(file.read_text("utf-8"))):
        if isinstance(node, ast.JoinedStr):
            parts = [p.value if isinstance(p, ast.Constant) else "…" for p in node.values]
            found.append("".join(parts))
        elif isinstance(node, ast.Constant) and isinstance(node.value, str):
            found.append(node.value)
    return [" ".join(text.split()) for text in found]


SAID = [text for file in sorted(CODE.rglob("*.py")) for text in texts_of(file)]


def is_said(screen: str, page: Page) -> bool:
    """Tell whether a screen's words stand in a text of the code, or in a paragraph of a page.

    What differs, a number or “…”, may be anything of up to a line.
    """
    parts = [re.escape(part) for part in re.split(r"…|\d+", screen)]
    words = re.compile(r".{0,80}?".join(parts))
    paragraphs = Path(DOCS, f"{page.name}.md").read_text("utf-8").split("\n\n")
    return any(words.search(text) for text in [*SAID, *(" ".join(p.split()) for p in paragraphs)])


def texts(sheet: dict) -> list[str]:
    """Return every text of a sheet that says what to type or to do."""
    failures = [f[key] for f in sheet["failure"] for key in ("why", "way_out")]
    asked = [ask[key] for ask in sheet["ask"] for key in ("question", "listen")]
    return [*sheet["do"], sheet["mistake"], *failures, *asked]


def test_each_lab_has_a_sheet():
    """A new lab needs a sheet, and a sheet needs its lab."""
    numbers = [sheet["lab"] for sheet in SHEETS]

    assert sorted(PAGES) == numbers, "write one [[sheet]] a lab in docs/_data/lab_sheets.toml"


@pytest.mark.parametrize("sheet", SHEETS, ids=lambda sheet: f"lab-{sheet['lab']}")
def test_screens_are_on_the_page(sheet):
    """The page types each command, and what it shows is more than three dots."""
    page = PAGES[sheet["lab"]]
    shown = [sheets.read_screen(page, s["command"], s.get("says", "")) for s in sheet["screens"]]

    assert [] == [text for text in shown if len(text.strip(". \n")) < 20]
    assert len(set(shown)) == len(shown)


@pytest.mark.parametrize("sheet", SHEETS, ids=lambda sheet: f"lab-{sheet['lab']}")
def test_failures_are_said(sheet):
    """What a failure shows on the screen is a text of the code, or stands on the lab's page."""
    page = PAGES[sheet["lab"]]

    unsaid = [f["screen"] for f in sheet["failure"] if not is_said(f["screen"], page)]
    assert [] == unsaid


@pytest.mark.parametrize(
    "screen", ["The model is tired", "There is no data in … today.", "bad.csv is not what was in"]
)
def test_made_up_failure_is_found(screen):
    """A sentence that nothing prints is no failure of a sheet."""
    assert not is_said(screen, PAGES[2])


@pytest.mark.parametrize("sheet", SHEETS, ids=lambda sheet: f"lab-{sheet['lab']}")
def test_commands_exist(sheet):
    """Each command that a sheet names is one of Jukebox's."""
    known = {command.name for part in CONTENTS.values() for command in part}
    told = "\n".join(code for text in texts(sheet) for code in re.findall(r"`([^`]+)`", text))

    assert set() == set(re.findall(r"jukebox ([a-z]+)", told)) - known
    assert set() == set(re.findall(r"jukebox lab ([a-z]+)", told)) - set(lab_command.commands)
    assert [] == [text for text in texts(sheet) if text.count("`") % 2]


def test_screen_that_is_not_there():
    """A command or words that the page does not have are told with the page."""
    with pytest.raises(ValueError) as absent:
        sheets.read_screen(PAGES[1], "jukebox fly")
    assert "docs/labs/first-model.md: no console block types `jukebox fly`." == str(absent.value)

    with pytest.raises(ValueError) as unsaid:
        sheets.read_screen(PAGES[1], "jukebox lab check 1", "is tired")
    assert str(unsaid.value).endswith("`jukebox lab check 1` with “is tired” on the screen.")


def test_unknown_lab(tmp_path):
    """A lab without a page, and a handbook that was not built, say what to do."""
    with pytest.raises(ValueError, match="There is no lab 99"):
        sheets.lab_page(99)
    with pytest.raises(ValueError, match="build the handbook first, with nox -s docs"):
        sheets.read_lab(1, tmp_path)


def test_eight_alerts():
    """The cards have each alert of the rules once, with its severity; all figures are filled in."""
    groups = yaml.safe_load((CODE / "watch" / "rules.yml").read_text("utf-8"))["groups"]
    rules = {r["alert"]: r["labels"]["severity"] for group in groups for r in group["rules"]}
    cards = sheets.alerts()

    assert 8 == len(cards)
    assert rules == {card.name: card.severity for card in cards}
    assert [] == [
        card.summary for card in cards if re.search(r"\bnan\b|unknown|None", card.summary)
    ]


def test_cards_keep_the_answer():
    """No card of an alert names a role, or what to do."""
    course = sheets.Course("A course", "", [MONDAY], [], [], "1", "")
    cards = sheets.document("alert_cards", course, pages=sheets.pieces(sheets.alerts(), 2))
    body = cards.partition("<body>")[2].lower()
    roles = [role["name"].lower() for role in load(DOCS, "raci.toml")["role"]]

    assert [] == [word for word in [*roles, "jukebox ", "rollback", "look"] if word in body]


def test_capstone_roles():
    """The four roles have a question of the board each, and none has an answer of the envelope."""
    roles = sheets.capstone_roles()

    assert ["watcher", "tester", "operator", "secretary"] == [role.name for role in roles]
    assert [1, 2, 3, 4] == sorted(role.number for role in roles)
    assert [] == [role.question for role in roles if "?" not in role.question]


CLOSING = [
    *("lifecycle/deployment", "lifecycle/validation-and-tuning", "mlops/automation"),
    *("mlops/three-levels", "lifecycle/model-development", "introduction/northstar"),
]


def test_closing_questions():
    """One of each chapter, in order; a case if the chapter asks about one, else a computation."""
    chosen = sheets.closing_questions(CLOSING)
    for page, item in zip(CLOSING, chosen, strict=True):
        asked = {q["objective"]: q["kind"] for q in read(DOCS / f"_data/quizzes/{page}.toml")}
        kinds = [kind for kind in ("decide", "compute", *asked.values()) if kind in asked.values()]

        assert (page, kinds[0]) == (item.id.partition("#")[0], item.kind)
        assert item.id.partition("#")[2] == next(o for o, kind in asked.items() if kind == kinds[0])


def test_closing_sheet_marks_no_letter():
    """No option differs from the others, and no reason is there; the key has both, once each."""
    course = sheets.Course("A course", "", [MONDAY], [], [], "1", "")
    items = sheets.closing_questions(CLOSING)
    sheet, key = (
        sheets.document(name, course, pages=[[*enumerate(items, 1)]]).partition("<body>")[2]
        for name in ("closing_questions", "closing_answers")
    )
    reasons = [option.why.html for item in items for option in item.options]
    texts = [option.text.html for item in items for option in item.options]

    assert [] == [text for text in texts if text not in sheet or text not in key]
    assert [] == [why for why in reasons if why in sheet or why not in key]
    assert {"<li><b>A</b><div><p>", "<li><b>B</b><div><p>", "<li><b>C</b><div><p>"} == set(
        re.findall(r"<li[^>]*><b>.</b><div><p>(?:<(?!code|em)[^/>]*>)?", sheet)
    )
    for item, marked in zip(items, key.split("<li><p>")[1:], strict=True):
        (right,) = re.findall(r'<li class="right"><b>.</b><div><p><strong>(.*?)</strong>', marked)
        assert [right] == [option.text.html for option in item.options if option.right]


def test_lacking():
    """What somebody has not handed in is named, in the course's order."""
    course = sheets.Course("", "", [MONDAY], [], [1, 3], "", "", quizzes=["a/b", "c/d"])
    done = sheets.Completed([3, 8], ["c/d"])

    assert ["lab 1", "quiz a/b"] == sheets.missing_items(course, done)
    assert [] == sheets.missing_items(course, sheets.Completed([1, 3], ["a/b", "c/d"]))


def test_course_that_cannot_be():
    """A course without a day, or with another number of lists than days, is refused."""
    with pytest.raises(ValueError, match="at least one date"):
        sheets.Course("", "", [], [], [], "", "")
    with pytest.raises(ValueError, match="2 dates, and what is taught on 1"):
        sheets.Course("", "", [MONDAY, MONDAY], [], [], "", "", taught=[["One"]])


@pytest.mark.parametrize(
    ("days", "words"),
    [
        ([(2027, 1, 11)], "11 January 2027"),
        ([(2027, 1, 11), (2027, 1, 13)], "11 to 13 January 2027"),
        ([(2027, 1, 29), (2027, 2, 2)], "29 January 2027 to 2 February 2027"),
        ([(2026, 1, 29), (2027, 1, 30)], "29 January 2026 to 30 January 2027"),
    ],
)
def test_span(days, words):
    """Dates are said as people say them."""
    assert words == sheets.date_span([date(*day) for day in days])


def test_code_in_a_text():
    """Backticks become code, and HTML stays a text."""
    assert "Type <code>a &lt; b</code> &amp; wait." == str(code_markup("Type `a < b` & wait."))


def test_name_is_a_text():
    """HTML in a name or a title is shown as it was typed."""
    course = sheets.Course("<i>Title</i>", "", [MONDAY], ["<b>Learner</b>"], [], "1", "")
    tents = sheets.document("name_tents", course, pages=[course.people])

    assert "<b>Learner" not in tents
    assert "&lt;b&gt;Learner&lt;/b&gt;" in tents
    assert "<i>" not in tents
