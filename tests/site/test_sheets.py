"""The sheets as paper: printed for classes of several sizes, and read back from the PDFs."""

import re
from datetime import date, timedelta
from pathlib import Path

import pytest
from pypdf import PdfReader

from docs._ext.markdown import front_matter
from scripts import chromium, sheets, typeface
from scripts.packs.pdf_checks import A4, read_fonts, squeeze_text

DAYS = [date(2027, 1, 11) + timedelta(day) for day in range(3)]
LICENCE = "The contributors. Text CC BY 4.0"
LONG = "Learner with a name of sixty letters, as long as a line may be"[:60]
ODD = [LONG, "W" * 60, "i" * 200, '<b>Learner</b> & "5"', "學習者一號", "Учащаяся 7"]
# Where the letters themselves are, which are not boxes, outside of the name's place.
LETTERS = """() => [...document.querySelectorAll("[data-fit]")].filter(box => {
  const range = document.createRange();
  range.selectNodeContents(box);
  const place = box.getBoundingClientRect();
  return [...range.getClientRects()].some(rect => rect.width && (rect.left < place.left - 1
    || rect.right > place.right + 1 || rect.top < place.top - 1 || rect.bottom > place.bottom + 1));
}).map(box => box.textContent.trim().slice(0, 60))"""


def course(people: list[str], **changed) -> sheets.Course:
    """Return a course of three days and two labs."""
    facts = {"dates": DAYS, "labs": [1, 3], "taught": [["Monday's"], ["Tuesday's"], ["Third"]]}
    facts |= {"closing": ["lifecycle/deployment", "mlops/automation"]}
    return sheets.Course(
        "A course", "A room", people=people, version="9.8.7", licence=LICENCE, **(facts | changed)
    )


def front_matter_of(number: int) -> dict:
    """Return what the front matter of a lab's page says of teaching it."""
    pages = (page.read_text("utf-8") for page in Path("docs/labs").glob("*.md"))
    return next(f for text in pages if (f := front_matter(text)).get("lab") == number)["teach"]


def learners(count: int) -> list[str]:
    """Return names for a roster."""
    return [f"Learner {number:02}" for number in range(1, count + 1)]


def pages_of(file: Path) -> list[str]:
    """Return the text of each page of a PDF, without white space."""
    return [squeeze_text(page.extract_text()) for page in PdfReader(file).pages]


@pytest.fixture(scope="module")
def printed(browser, tmp_path_factory):
    """Return a function that prints a class of some size once: ({name: pages}, {name: file})."""
    done = {}

    def show(count):
        if count not in done:
            folder = tmp_path_factory.mktemp(f"class-{count}")
            files = sheets.print_room_papers(browser, course(learners(count)), folder)
            named = {f.relative_to(folder).as_posix(): f for f in files}
            done[count] = {name: pages_of(file) for name, file in named.items()}, named
        return done[count]

    return show


@pytest.mark.parametrize(
    ("count", "sign_in", "tents", "cards"),
    [(0, 1, 0, 3), (1, 1, 1, 3), (16, 1, 8, 6), (40, 3, 20, 15)],
)
def test_page_counts(printed, count, sign_in, tents, cards):
    """Each file has the pages that a class of its size needs, and every page is A4."""
    texts, files = printed(count)
    tents = {"room/name-tents.pdf": tents} if count else {}  # nobody, so no tent
    sizes = [page.mediabox[2:] for file in files.values() for page in PdfReader(file).pages]

    assert tents | {
        "room/sign-in.pdf": sign_in,
        "room/minute-cards.pdf": cards,
        "room/cards-alerts.pdf": 4,
        "room/cards-roles.pdf": 2,
        "room/cards-mini-capstone.pdf": 1,
        "room/closing-questions.pdf": 1,
        "trainer/lab-sheets.pdf": 2,
        "trainer/closing-answers.pdf": 1,
    } == {name: len(pages) for name, pages in texts.items()}
    assert [] == [
        size for size in sizes if max(abs(a - b) for a, b in zip(size, A4, strict=True)) > 2
    ]


@pytest.mark.parametrize("count", [1, 16, 40])
def test_each_name_once(printed, count):
    """A name signs in once and stands on both sides of one tent; guests have lines."""
    texts, _ = printed(count)
    signing, tents = ("".join(texts[f"room/{name}.pdf"]) for name in ("sign-in", "name-tents"))

    names = [squeeze_text(name) for name in learners(count)]
    assert [1] * count == [signing.count(name) for name in names]
    assert [2] * count == [tents.count(name) for name in names]
    assert len(texts["room/sign-in.pdf"]) * sheets.ROWS >= count + sheets.GUESTS


def test_head_on_each_page(printed):
    """Each page of the sign-in sheet has the course, its days, and its number."""
    pages = printed(40)[0]["room/sign-in.pdf"]
    head = [squeeze_text(word) for word in ("A course", "11 to 13 January 2027", "Day 3", "9.8.7")]

    assert [] == [word for page in pages for word in head if word not in page]
    assert [True] * 3 == [squeeze_text(f"{n}3") in page for n, page in enumerate(pages, 1)]


def test_more_days_than_a_page(browser, tmp_path):
    """Seven days take two pages for the same people, with the same numbers."""
    days = [DAYS[0] + timedelta(7 * week) for week in range(7)]
    file, *_ = sheets.print_room_papers(
        browser, course(learners(21), dates=days, taught=(), labs=[]), tmp_path
    )
    pages = pages_of(file)

    assert 4 == len(pages)
    assert [0, 0, 1, 1] == [page.count("Day7") for page in pages]
    assert [0, 1, 0, 1] == [page.count("21Learner21") for page in pages]


def test_weeks_are_called_weeks_and_stand_evenly_on_pages(browser, tmp_path):
    """Sixteen meetings are four times four, and not three times five and one."""
    weeks = [DAYS[0] + timedelta(7 * week) for week in range(16)]
    some = course(["Learner 1"], dates=weeks, taught=(), labs=[], unit="Week")
    files = {
        file.stem: pages_of(file) for file in sheets.print_room_papers(browser, some, tmp_path)
    }

    assert [4] * 4 == [len(re.findall("Week", page)) for page in files["sign-in"]]
    assert squeeze_text("Week 16, 26 April 2027") in files["minute-cards"][-1]
    assert "Day" not in "".join([*files["sign-in"], *files["minute-cards"]])


def test_the_course_and_the_fold_can_be_read_on_a_tent(browser):
    """From the other side of a table, which is farther away than a page."""
    html = sheets.document("name_tents", course([]), pages=[["Learner 1"]])
    with chromium.tab(browser) as page:
        sheets.show_document(page, html)
        sizes = page.evaluate(
            "[...document.querySelectorAll('.tent small, .tent .word')]"
            ".map(element => parseFloat(getComputedStyle(element).fontSize))"
        )

    assert 3 == len(sizes)
    assert [] == [size for size in sizes if size < 15]  # pixels: 11 points


def test_each_alert_on_one_card(printed):
    """Eight alerts, two to a page, with what arrives and the address of the runbook."""
    text = "".join(printed(1)[0]["room/cards-alerts.pdf"])

    assert [1] * 8 == [text.count(squeeze_text(alert.summary)) for alert in sheets.alerts()]
    assert [1] * 8 == [text.count(squeeze_text(a.runbook_url + ". The")) for a in sheets.alerts()]


def test_each_role_on_one_card(printed):
    """Seven roles with what they own and hand over, and a blank card."""
    text = "".join(printed(1)[0]["room/cards-roles.pdf"])
    roles = sheets.load(sheets.DOCS, "raci.toml")["role"]

    assert [1] * 7 == [text.count(squeeze_text(role["owns"])) for role in roles]
    assert [1] * 7 == [text.count(squeeze_text(role["hands_over"])) for role in roles]
    assert 8 == text.count(squeeze_text("You hand over"))


def test_lab_sheet_is_whole(browser, tmp_path):
    """Each lab's page has its failures, its questions and its screens, and is one page."""
    numbers = [sheet["lab"] for sheet in sheets.load(sheets.DOCS, "lab_sheets.toml")["sheet"]]
    files = sheets.print_room_papers(browser, course([], labs=numbers), tmp_path)
    pages = pages_of(next(file for file in files if file.stem == "lab-sheets"))

    assert len(numbers) == len(pages)
    for number, page in zip(numbers, pages, strict=True):
        lab = sheets.read_lab(number, sheets.SITE)
        words = [lab.title, *(f["way_out"] for f in lab.words["failure"])]
        words += [f["screen"] for f in lab.words["failure"]] + [s.output for s in lab.screens]
        words += [ask["listen"] for ask in lab.words["ask"]]
        assert re.match(r"about \d+ minutes, of which the machine works \d+ seconds", lab.line)
        assert squeeze_text(f"{front_matter_of(number)['activity']} minutes in the room.") in page
        assert [] == [word for word in words if squeeze_text(word) not in page]


def test_every_sheet_is_set_in_the_handbooks_typeface(printed):
    """And in no font of this machine, which another machine does not have."""
    files = printed(16)[1].values()
    fonts = {name for file in files for page in PdfReader(file).pages for name in read_fonts(page)}

    assert {"NotoSans-Regular", "NotoSans-Bold", "NotoSansMono-Regular"} <= fonts
    assert set() == fonts - typeface.NAMES


def test_letters_of_another_font_are_told(browser, tmp_path, capsys):
    """In words, once each; the names are printed all the same."""
    people = course(["Learner 1", "Łęarnęr ω 2", "\u5b78\u7fd2 3", "\u0416\u0416"], labs=[])
    sheets.print_room_papers(browser, people, tmp_path)
    said = capsys.readouterr().err

    assert said.startswith("The handbook's fonts do not have \u0416\u5b78\u7fd2: look on paper ")
    assert "at \u5b78\u7fd2 3, \u0416\u0416. These" in said  # whose they are
    assert "\u5b78\u7fd23" in "".join(pages_of(tmp_path / "room" / "sign-in.pdf"))


def test_names_that_the_fonts_have_are_not_told(browser, tmp_path, capsys):
    """Nor is anything said of a class without names."""
    for people in (["Łęarnęr ω 2"], []):
        sheets.print_room_papers(browser, course(people, labs=[]), tmp_path)

    assert "" == capsys.readouterr().err


def test_closing_questions_are_whole(browser, tmp_path):
    """The longest: all chapters that have a quiz; the sheet has no reason, and the key each."""
    quizzes = sorted(Path("docs/_data/quizzes").rglob("*.toml"))
    closing = [f.relative_to("docs/_data/quizzes").with_suffix("").as_posix() for f in quizzes]
    files = sheets.print_room_papers(browser, course([], labs=[], closing=closing), tmp_path)
    text = {file.stem: "".join(pages_of(file)) for file in files}
    items = sheets.closing_questions(closing)
    options = [option for item in items for option in item.options]
    asked, key = text["closing-questions"], text["closing-answers"]

    assert len(closing) == len(items)
    assert [] == [o.text.plain for o in options if squeeze_text(o.text.plain) not in asked]
    assert [] == [o.why.plain for o in options if squeeze_text(o.why.plain) in asked]
    assert [] == [o.why.plain for o in options if squeeze_text(o.why.plain) not in key]
    assert len(items) == key.count(squeeze_text("Right. "))


def test_names_of_any_kind(browser, tmp_path):
    """Long names, other scripts and HTML are whole on each sheet, inside of their place."""
    people = course(ODD, labs=[])
    files = {
        f.stem: "".join(pages_of(f)) for f in sheets.print_room_papers(browser, people, tmp_path)
    }
    attended = sheets.print_certificates(browser, people, {name: [1] for name in ODD}, {}, tmp_path)

    for text in (files["sign-in"], files["name-tents"], "".join(pages_of(attended[0]))):
        assert [] == [name for name in ODD if squeeze_text(name) not in text]
    tents = sheets.document("name_tents", people, pages=sheets.pieces(ODD, 2))
    signing = sheets.document("sign_in", people, pages=[(ODD, [(1, DAYS[0])])], rows=20)
    with chromium.tab(browser) as page:
        for document in (tents, signing):
            sheets.show_document(page, document)
            page.evaluate(sheets.FIT)
            assert [] == page.evaluate(LETTERS)


@pytest.mark.parametrize(
    ("macro", "change"),
    [
        ("alert_cards", ("font-size: 28pt", "font-size: 90pt")),
        ("role_cards", ("font-size: 16pt", "font-size: 60pt")),
        ("minute_cards", ("height: 8.5mm", "height: 20mm")),
        ("name_tents", ("size *= 0.97", "size = 0")),
    ],
)
def test_what_does_not_fit_is_told(browser, tmp_path, monkeypatch, macro, change):
    """Where a card is too small for what it says, nothing is printed."""
    some = {
        "alert_cards": sheets.pieces(sheets.alerts(), 2),
        "role_cards": sheets.pieces(sheets.load(sheets.DOCS, "raci.toml")["role"], 4),
        "minute_cards": [(1, DAYS[0])],
        "name_tents": [["W" * 60]],
    }[macro]
    html = sheets.document(macro, course([]), pages=some)
    monkeypatch.setattr(sheets, "FIT", sheets.FIT.replace(*change))
    file = tmp_path / "cards.pdf"
    told = pytest.raises(ValueError, match=r"^cards\.pdf: this does not fit its sheet or card: ")
    with chromium.tab(browser) as page, told:
        sheets.print_sheet(page, html.replace(*change), file)

    assert not file.exists()


def test_attendance(browser, tmp_path):
    """Whoever came has a page with the days that he or she was there, and with no others."""
    class_ = course(["Learner 1", "Learner 2", "Learner 3"])
    attended = {"Learner 3": [1, 2, 3], "Learner 1": [3, 1, 1], "Learner 2": []}
    (file,) = sheets.print_certificates(browser, class_, attended, {}, tmp_path)
    first, third = pages_of(file)

    assert tmp_path / "after" / "attendance.pdf" == file
    assert squeeze_text("Learner 1 was present on 2 of 3 days") in first
    assert [1, 0, 1] == [
        first.count(squeeze_text(words)) for words in ("Monday's", "Tuesday's", "Third")
    ]
    assert squeeze_text("Learner 3 was present on 3 of 3 days") in third
    assert squeeze_text("confirms presence on these days, and nothing else") in first
    assert squeeze_text("Signature of the trainer") in first
    # One of a pile is nobody's business, and a date with a place is no sentence.
    text = PdfReader(file).pages[0].extract_text()
    assert [] == re.findall(r"\d\s*/\s*\d", text)
    assert "A room\n" in text


def test_a_certificate_of_one_meeting_says_its_date_once(browser, tmp_path):
    """A talk has no list of topics, and nobody is present on one of one day."""
    talk = course(["Learner 1"], dates=DAYS[:1], taught=[[]], labs=[])
    (file,) = sheets.print_certificates(browser, talk, {"Learner 1": [1]}, {}, tmp_path)
    (page,) = pages_of(file)

    assert 1 == page.count(squeeze_text("11 January 2027"))
    assert squeeze_text("was present at A course") in page


def test_a_certificate_has_a_topic_to_a_line(browser, tmp_path):
    """However many: what does not fit at a size that one can read is told."""
    topics = [f"Topic {number:02}" for number in range(1, 31)]
    for taught in (topics[:3], topics):
        class_ = course(["Learner 1"], dates=DAYS[:1], taught=[taught])
        (file,) = sheets.print_certificates(browser, class_, {"Learner 1": [1]}, {}, tmp_path)
        lines = PdfReader(file).pages[0].extract_text().splitlines()
        assert taught == [line for line in lines if line.startswith("Topic")]


def test_completion(browser, tmp_path):
    """Only who has handed in all that is asked for completes, whether present or not."""
    class_ = course(["Learner 1", "Learner 2"], quizzes=["introduction/what-is-mlops"])
    done = sheets.Completed([1, 3], ["introduction/what-is-mlops"])
    completed = {"Learner 1": sheets.Completed([1], done.quizzes), "Learner 2": done}
    (file,) = sheets.print_certificates(browser, class_, {}, completed, tmp_path)
    (page,) = pages_of(file)

    assert tmp_path / "after" / "completion.pdf" == file
    assert "Learner1" not in page
    assert squeeze_text("Learner 2 has handed in") in page
    assert squeeze_text("Lab 3: A gate that says no") in page
    assert squeeze_text("What is MLOps?") in page
    assert squeeze_text("which is no proof") in page


@pytest.mark.parametrize(
    ("attended", "completed", "fault"),
    [
        ({"Learner 1": [4]}, {}, "Learner 1: day 4 of 3. Days are counted from 1."),
        ({"Learner 1": [0]}, {}, "Learner 1: day 0 of 3. Days are counted from 1."),
        ({"Nobody": [1]}, {}, "Nobody is not on the roster: write the name as it stands there."),
        (
            {},
            {"Nobody": sheets.Completed()},
            "Nobody is not on the roster: write the name as it stands there.",
        ),
    ],
)
def test_refused_certificate(browser, tmp_path, attended, completed, fault):
    """A day that the course does not have and an unknown person are refused."""
    with pytest.raises(ValueError) as refused:
        sheets.print_certificates(browser, course(["Learner 1"]), attended, completed, tmp_path)

    assert fault == str(refused.value)
    assert [] == list(tmp_path.rglob("*.pdf"))


def test_nothing_to_certify(browser, tmp_path):
    """Without anybody to name, or anything to complete, no file is written."""
    nothing = course(["Learner 1"], labs=[])

    assert [] == sheets.print_certificates(
        browser, nothing, {}, {"Learner 1": sheets.Completed()}, tmp_path
    )
    assert [] == sheets.print_certificates(
        browser, course(["Learner 1"]), {"Learner 1": []}, {}, tmp_path
    )
