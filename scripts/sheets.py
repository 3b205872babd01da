"""*Copy and page*: print what a class needs, sheets of the labs, cards, questions, names, certificates.

`teach_kit/sheets.html` has a macro for each kind and `sheets.css` their look. Every sheet is a box
of the size of A4, so that what does not fit is measured in the browser and told, and never cut.
"""

import html
import math
import re
import sys
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple, NotRequired, TypedDict, TypeVar

from bs4 import BeautifulSoup
from jukebox.watch.alerts import FiringAlert, ServiceFigures, find_firing
from markupsafe import Markup

from docs._ext import dates, load
from docs._ext.markdown import fences
from docs._ext.plans import Handbook, Page
from scripts import moodle, typeface
from scripts.timetable import make_environment
from scripts.transcripts import read_commands

if TYPE_CHECKING:  # `nox -s tests` reads the data through this module, and has no browser
    from playwright.sync_api import Browser
    from playwright.sync_api import Page as Tab

Thing = TypeVar("Thing")
DOCS, SITE = Path("docs"), Path("docs/_build/html")
BOOK = Handbook(DOCS)
ROWS, DAYS, GUESTS = 20, 5, 4  # of a sign-in sheet: lines and days a page, and blank lines at least
MINUTE_CARDS, QUESTIONS, ANSWERS = 8, 5, 3  # on a page
CASES = ("decide", "compute")  # the kinds of question for which nobody needs the page's words
BLANK = {"name": "", "owns": "", "hands_over": ""}  # a role's card that a team fills in itself
# Figures at which all eight alerts fire; those of one service are never all so at once.
GAUGES = {
    "jukebox_batch_rows": 200,
    "jukebox_data_quality_share": {"out_of_range": 0.085},
    "jukebox_drifted": {"tracks": 3},
    "jukebox_performance_fell": 1,
    "jukebox_week": 38,
    "jukebox_newest_labelled_week": 32,
    "jukebox_newest_trained_week": 25,
}
SERVICE: ServiceFigures = {"requests": 1000, "errors": 0.021, "p99": 0.085, "champion": 0}

# Shrink each name until it fits its box: on one line if it need not become tiny for that.
FIT = """() => {
  for (const box of document.querySelectorAll("[data-fit]")) {
    const most = Number(box.dataset.fit), least = Number(box.dataset.least || 5);
    const lines = "lines" in box.dataset;
    for (let size = most; size >= least; size *= 0.97) {
      box.style.fontSize = `${size}pt`;
      box.style.whiteSpace = lines || size < 0.7 * most ? "" : "nowrap";
      if (box.scrollWidth <= box.clientWidth && box.scrollHeight <= box.clientHeight) break;
    }
  }
}"""
# Whatever is outside of the card or sheet that it is on, or wider or higher than its own box.
OUTSIDE = """() => [...document.querySelectorAll("body *")].filter(element => {
  const card = element.parentElement.closest(".card") || element.parentElement.closest(".sheet");
  if (!card) return element.scrollHeight > element.clientHeight + 1;
  const [a, b] = [element.getBoundingClientRect(), card.getBoundingClientRect()];
  return a.left < b.left - 1 || a.top < b.top - 1 || a.right > b.right + 1
    || a.bottom > b.bottom + 1 || element.clientWidth
    && (element.scrollWidth > element.clientWidth + 1 || element.scrollHeight > element.clientHeight + 1);
}).map(element => element.textContent.replace(/\\s+/g, " ").trim().slice(0, 60))"""


@dataclass(frozen=True)
class Course:
    """What the sheets say of a course.

    place: "" if it is not known yet. people: names, in the order of the roster. labs: numbers.
    taught: for each date the titles of what is taught, for the certificate; may be empty.
    quizzes: pages below modules/ whose quizzes are asked for, for the certificate of completion.
    closing: pages below modules/ of which the closing sheet asks a question each.
    unit: the word before a date's number, Day or Week.
    """

    title: str
    place: str
    dates: Sequence[date]
    people: Sequence[str]
    labs: Sequence[int]
    version: str
    licence: str
    taught: Sequence[Sequence[str]] = ()
    quizzes: Sequence[str] = ()
    closing: Sequence[str] = ()
    unit: str = "Day"  # what a date is: a day of the course, or a week

    def __post_init__(self) -> None:
        """Refuse a course that the sheets could not show."""
        if not self.dates:
            raise ValueError("A course has at least one date.")
        if self.taught and len(self.taught) != len(self.dates):
            raise ValueError(
                f"{len(self.dates)} dates, and what is taught on {len(self.taught)}: give one list "
                "for each date."
            )


@dataclass(frozen=True)
class Completed:
    """What one person has handed in: numbers of labs, and pages below modules/ for quizzes."""

    labs: Sequence[int] = ()
    quizzes: Sequence[str] = ()


class Screen(NamedTuple):
    """What a command shows: the heading, the command, its output as the lab's page has it."""

    shows: str
    command: str
    output: str


class ScreenWords(TypedDict):
    """Which screen of a page a sheet shows, as lab_sheets.toml names it."""

    command: str
    shows: str
    says: NotRequired[str]


class SheetWords(TypedDict):
    """What somebody wrote for a lab's sheet, in lab_sheets.toml, whose schema says the same."""

    lab: int
    do: list[str]
    mistake: str
    screens: list[ScreenWords]
    failure: list[dict[str, str]]  # screen, why, way_out
    ask: list[dict[str, str]]  # question, listen


@dataclass(frozen=True)
class Lab:
    """A lab's sheet: title, minutes of a class and the page's line on those of one person,
    screens, and what is hand-written."""

    number: int
    title: str
    minutes: int
    line: str
    screens: list[Screen]
    words: SheetWords = field(repr=False)


# ---- what the sheets say -------------------------------------------------------------------------


def lab_page(number: int) -> Page:
    """Return the page of a lab; ValueError if there is none."""
    if number not in BOOK.labs:
        raise ValueError(
            f"There is no lab {number}: the front matter of a page in docs/labs says it."
        )
    return BOOK.labs[number]


def read_screen(page: Page, command: str, says: str = "") -> str:
    """Return what a command shows on a page, the first time that it says some words.

    Without empty lines, for which a sheet has no room. ValueError if the page does not type the
    command, or never shows the words behind it.
    """
    path = DOCS / f"{page.name}.md"
    for fence in fences(path.read_text("utf-8")):
        for _, typed, shown in read_commands(fence.content) if fence.name == "console" else ():
            if typed == command and says in " ".join(shown.split()):
                return re.sub(r"\n{2,}", "\n", shown).rstrip()
    words = f" with “{says}” on the screen" if says else ""
    raise ValueError(f"{path}: no console block types `{command}`{words}.")


def read_lab(number: int, site: Path) -> Lab:
    """Return what is on a lab's sheet; `site` is the built handbook, which counts the minutes."""
    page = lab_page(number)
    told = {sheet["lab"]: sheet for sheet in load(DOCS, "lab_sheets.toml")["sheet"]}.get(number)
    if told is None:
        raise ValueError(f"docs/_data/lab_sheets.toml has no sheet for lab {number}: write one.")
    built = site / f"{page.name}.html"
    if not built.exists():
        raise ValueError(f"{built} is not there: build the handbook first, with nox -s docs.")
    soup = BeautifulSoup(built.read_text("utf-8"), "html.parser")
    line = soup.select_one(".chapter-line")
    if line is None:
        raise ValueError(f"{built} has no line with its minutes: build the handbook again.")
    screens = [
        Screen(s["shows"], s["command"], read_screen(page, s["command"], s.get("says", "")))
        for s in told["screens"]
    ]
    alone = line.get_text().partition(" · ")[2]
    return Lab(number, page.title, page.teach["activity"], alone, screens, told)


def closing_questions(pages: Sequence[str]) -> list[moodle.Item]:
    """Return a question of each chapter, always the same: the first about a case, if it has one."""
    chosen = {}
    for item in moodle.read_items(DOCS, [f"modules/{page}" for page in pages], ""):
        rank = CASES.index(item.kind) if item.kind in CASES else len(CASES)
        chosen.setdefault(item.chapter, []).append((rank, item))
    return [min(items, key=lambda pair: pair[0])[1] for items in chosen.values()]


def alerts() -> list[FiringAlert]:
    """Return the eight alerts as they arrive, with made-up figures."""
    return find_firing(GAUGES, SERVICE)


class Role(NamedTuple):
    """A role of the mini-capstone: its name, what it asks, and the board's question for it."""

    name: str
    asks: str
    number: int
    question: str


def capstone_roles() -> list[Role]:
    """Return the roles of the mini-capstone, as its page has them."""
    text = (DOCS / "capstones" / "mini-capstone.md").read_text("utf-8")
    brief = text.partition("## The brief")[2].partition("\n## ")[0]
    questions = dict(re.findall(r"^(\d)\. (.+)$", brief, re.M))
    answers = dict(re.findall(r"the (\w+) about (?:question )?(\d)", text))
    return [
        Role(name, asks, int(answers[name]), questions[answers[name]])
        for name, asks in re.findall(r"^### The (\w+): (.+)$", text, re.M)
    ]


def missing_items(course: Course, done: Completed) -> list[str]:
    """Return what a person has not handed in of what the course asks for, as words."""
    labs = [f"lab {number}" for number in course.labs if number not in done.labs]
    return labs + [f"quiz {quiz}" for quiz in course.quizzes if quiz not in done.quizzes]


# ---- paper ---------------------------------------------------------------------------------------


def date_span(days: Sequence[date]) -> str:
    """Return the first and the last of some dates, or the only one: 11 to 13 January 2027."""
    first, last = days[0], days[-1]
    if first == last:
        return dates.long_date(first)
    same = (first.year, first.month) == (last.year, last.month)
    return f"{first.day if same else dates.long_date(first)} to {dates.long_date(last)}"


PAPER = make_environment()
PAPER.filters |= {"day": dates.long_date, "span": date_span}
PAPER.globals["faces"] = Markup(typeface.css())  # noqa: S704, our own file


def document(macro: str, course: Course, **values: object) -> str:  # for a template
    """Return a document of sheets: what a macro of sheets.html makes of a course.

    values: what the macro takes; of any type, since a template has none.
    """
    macros = vars(PAPER.get_template("sheets.html").make_module({"course": course}))
    title = macro.replace("_", " ").capitalize()
    return str(macros["page"](title, macros[macro](**values)))


def show_document(page: "Tab", document: str) -> None:
    """Show a document as it will be printed, with its fonts."""
    page.emulate_media(media="print")
    page.set_content(document, wait_until="load")
    page.evaluate(typeface.LOAD)


def strange_letters(page: "Tab", texts: Iterable[str]) -> str:
    """Return the letters of some texts that the handbook's fonts do not have."""
    letters = sorted(set("".join("".join(texts).split())))
    cells = "".join(f"<i>{html.escape(letter)}</i>" for letter in letters)
    show_document(page, f"<style>{typeface.css()} i {{ font: 9pt var(--text) }}</style>{cells}")
    ask = page.context.new_cdp_session(page).send
    for domain in ("DOM", "CSS"):
        ask(f"{domain}.enable")
    root = ask("DOM.getDocument")["root"]["nodeId"]
    found = ask("DOM.querySelectorAll", {"nodeId": root, "selector": "i"})["nodeIds"]
    used = [ask("CSS.getPlatformFontsForNode", {"nodeId": node})["fonts"] for node in found]
    ours = [all(font["isCustomFont"] for font in fonts) for fonts in used]
    return "".join(letter for letter, own in zip(letters, ours, strict=True) if not own)


def print_sheet(page: "Tab", document: str, file: Path) -> Path:
    """Print a document of sheets as a PDF; ValueError if something is outside of its card."""
    show_document(page, document)
    page.evaluate(FIT)
    if outside := page.evaluate(OUTSIDE):
        raise ValueError(f"{file.name}: this does not fit its sheet or card: {outside[0]!r}.")
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_bytes(page.pdf(prefer_css_page_size=True, print_background=True, tagged=True))
    return file


def print_sheets(
    browser: "Browser", course: Course, sheets: Mapping[str, str], output: Path
) -> list[Path]:
    """Print documents into a folder, each by the name of its file; return the files."""
    from scripts import chromium

    with chromium.tab(browser) as page:
        texts = [course.title, course.place, *course.people]
        if lost := strange_letters(page, texts):
            where = [text for text in texts if set(lost) & set(text)]
            print(
                f"The handbook's fonts do not have {lost}: look on paper at {', '.join(where)}. These "
                "letters are of another font of this machine, or boxes.",
                file=sys.stderr,
            )
        return [print_sheet(page, sheet, output / file) for file, sheet in sheets.items()]


def pieces(things: Sequence[Thing], size: int) -> list[Sequence[Thing]]:
    """Return a sequence in pieces of a size; one empty piece of nothing."""
    return [things[start : start + size] for start in range(0, len(things), size)] or [things]


def even_pieces(things: Sequence[Thing], most: int) -> list[Sequence[Thing]]:
    """Return a sequence in as few pieces as there can be, of sizes as equal as they can be."""
    count = max(1, math.ceil(len(things) / most))
    cuts = [len(things) * piece // count for piece in range(count + 1)]
    return [things[start:stop] for start, stop in pairwise(cuts)]


def print_room_papers(
    browser: "Browser", course: Course, output: Path, site: Path = SITE
) -> list[Path]:
    """Print what the room and the trainer need into `room/` and `trainer/`; return the files.

    ValueError if a lab has no sheet, if the handbook has not been built, or if a name fits nowhere.
    """
    people = list(course.people)
    days = list(enumerate(course.dates, 1))
    lines = math.ceil((len(people) + GUESTS) / ROWS) * ROWS
    signing = [
        (row, some)
        for some in even_pieces(days, DAYS)
        for row in pieces([*people, *[""] * (lines - len(people))], ROWS)
    ]
    cards = [day for day in days for _ in pieces(people, MINUTE_CARDS)]  # a day's pages together
    roles = [*load(DOCS, "raci.toml")["role"], BLANK]
    sheets = {
        "room/sign-in.pdf": document("sign_in", course, pages=signing, rows=ROWS),
        "room/minute-cards.pdf": document("minute_cards", course, pages=cards),
        "room/cards-alerts.pdf": document("alert_cards", course, pages=pieces(alerts(), 2)),
        "room/cards-roles.pdf": document("role_cards", course, pages=pieces(roles, 4)),
        "room/cards-mini-capstone.pdf": document(
            "capstone_cards", course, pages=pieces(capstone_roles(), 4)
        ),
    }
    if people:
        sheets["room/name-tents.pdf"] = document("name_tents", course, pages=pieces(people, 2))
    if course.labs:
        labs = [read_lab(number, site) for number in course.labs]
        sheets["trainer/lab-sheets.pdf"] = document("lab_sheets", course, labs=labs)
    if course.closing:
        asked = [*enumerate(closing_questions(course.closing), 1)]
        sheets |= {
            "room/closing-questions.pdf": document(
                "closing_questions", course, pages=pieces(asked, QUESTIONS)
            ),
            "trainer/closing-answers.pdf": document(
                "closing_answers", course, pages=pieces(asked, ANSWERS)
            ),
        }
    return print_sheets(browser, course, sheets, output)


def print_certificates(
    browser: "Browser",
    course: Course,
    attended: Mapping[str, Sequence[int]],
    completed: Mapping[str, Completed],
    output: Path,
) -> list[Path]:
    """Print certificates into `after/`: of attendance, and apart from it of completion.

    attended: for each name the days, from 1 on; who attended none gets none. completed: for each
    name what was handed in; who lacks something that the course asks for gets none, see `missing_items`.
    Return the files; a file without a certificate is not written. ValueError for a day that the
    course does not have, and for somebody who is not on its roster.
    """
    for name in [*attended, *completed]:
        if name not in course.people:
            raise ValueError(f"{name} is not on the roster: write the name as it stands there.")
    for name, days in attended.items():
        if wrong := sorted(set(days) - set(range(1, len(course.dates) + 1))):
            raise ValueError(
                f"{name}: day {wrong[0]} of {len(course.dates)}. Days are counted from 1."
            )
    taught = course.taught or [[] for _ in course.dates]
    present = [
        (name, [(course.dates[day - 1], taught[day - 1]) for day in sorted(set(attended[name]))])
        for name in course.people
        if attended.get(name)
    ]
    labs = [f"Lab {number}: {lab_page(number).title}" for number in course.labs]
    quizzes = [BOOK.title(f"modules/{quiz}") for quiz in course.quizzes]
    done = [
        name
        for name in course.people
        if (labs or quizzes) and name in completed and not missing_items(course, completed[name])
    ]
    sheets = {}
    if present:
        sheets["after/attendance.pdf"] = document("attendance", course, people=present)
    if done:
        sheets["after/completion.pdf"] = document(
            "completion", course, people=done, labs=labs, quizzes=quizzes
        )
    return print_sheets(browser, course, sheets, output)
