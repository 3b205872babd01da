"""The trainer's command as a trainer types it: with holidays, with Chromium, over the built site."""

import json
import re
import shlex
import shutil
from datetime import date
from pathlib import Path
from unicodedata import normalize

import pytest
from bs4 import BeautifulSoup
from jukebox.labs import hand_in
from pypdf import PdfReader

from docs._ext import quiz
from docs._ext.plans import Handbook, quizzes_of
from scripts import chromium, teach
from scripts.timetable import public_holidays, weekend_of

OWN = {"index.html", "course.json"}


def text_of(path):
    """Return the words of a PDF."""
    return "\n".join(page.extract_text() for page in PdfReader(path).pages)


def squeeze(text):
    """Return a text without white space, which a PDF does not keep, and with plain apostrophes."""
    return re.sub(r"\s+", "", text).replace("\N{RIGHT SINGLE QUOTATION MARK}", "'")


def words_of(path):
    """Return the text of a PDF without white space."""
    return squeeze(text_of(path))


def test_public_holidays_are_left_out_by_name(folder):
    """Republic Day is a Tuesday in 2027, so the second day is a Wednesday."""
    facts = json.loads((folder / teach.COURSE).read_text("utf-8"))
    page = (folder / "plan.html").read_text("utf-8")

    assert ["2027-01-25", "2027-01-27", "2027-01-28"] == facts["dates"]
    assert "Tuesday 26 January 2027 (Republic Day)" in page


@pytest.mark.parametrize(
    ("country", "day", "name"),
    [("IN", "2027-01-26", "Republic Day"), ("DE", "2027-10-03", "German Unity Day"), ("de-by", "2027-01-06", "Epiphany")],
)  # fmt: skip
def test_a_country_or_a_region_has_its_holidays(country, day, name):
    """In English, whatever the country's language is."""
    assert name == public_holidays(country, date(2027, 1, 1))[date.fromisoformat(day)]


@pytest.mark.parametrize("country", ["XX", "India", "DE-XX"])
def test_an_unknown_country_is_refused(country, capsys):
    """With what to write instead."""
    words = f"one-day --start 2027-01-11 --zone Asia/Kolkata --no-print --country {country}"

    assert 1 == teach.main(words.split())
    assert (
        f"--country {country} is not known. Write two letters, such as IN or DE"
        in capsys.readouterr().err
    )


def test_each_file_is_in_the_list_and_each_link_leads_to_a_file(folder):
    """Nothing is printed that the Monday list does not speak of."""
    there = {p.relative_to(folder).as_posix() for p in folder.rglob("*") if p.is_file()} - OWN
    page = BeautifulSoup((folder / "index.html").read_text("utf-8"), "html.parser")

    assert there == {a["href"] for a in page.select("ul.files a")}
    assert there == set(teach.FILES)
    assert 7 == len(page.select("ol.steps > li"))
    sheets = len(PdfReader(folder / "room/handouts.pdf").pages)
    assert f"3 copies. They have {sheets} pages, {3 * sheets} for all" in page.get_text()


def test_the_two_folders_that_the_list_names_are_enough_on_a_stick(folder, tmp_path):
    """Copied side by side into another folder, the links still lead to pages."""
    page = BeautifulSoup((folder / "index.html").read_text("utf-8"), "html.parser")
    above, inside = Path("docs/_build"), folder.relative_to("docs/_build")
    said = f"copy the two folders html and {inside.parts[0]} of {above} into one folder"
    stick = tmp_path / "a" / "stick"
    shutil.copytree(folder, stick / inside)
    for name in ("teach", "labs"):
        shutil.copytree(above / "html" / name, stick / "html" / name)
    links = [a["href"] for a in page.select("a[href]") if not a["href"].startswith("#")]

    assert said in page.get_text()
    assert len(links) > 30
    assert [] == [link for link in links if not (stick / inside / link).exists()]


@pytest.mark.parametrize(("name", "pages"), [("plan.html", 20), ("index.html", 4)])
def test_each_link_leads_to_a_place_of_the_built_site(folder, name, pages):
    """Pages, sections and activities."""
    page = BeautifulSoup((folder / name).read_text("utf-8"), "html.parser")
    ids = {"": {e["id"] for e in page.select("[id]")}}
    wrong = []
    for link in page.select("a[href]:not(ul.files a)"):
        path, _, anchor = link["href"].partition("#")
        if path not in ids:
            target = folder / path
            built = (
                target.read_text("utf-8") if target.suffix == ".html" and target.is_file() else ""
            )
            ids[path] = {e["id"] for e in BeautifulSoup(built, "html.parser").select("[id]")}
        if not ids[path] or (anchor and anchor not in ids[path]):
            wrong.append(link["href"])

    assert len(ids) > pages
    assert [] == wrong


def test_the_reading_has_minutes_from_the_built_pages(folder):
    """Five chapters before the first day."""
    letter = (folder / "before/invitation.md").read_text("utf-8")

    assert "- What is MLOps?, " in letter
    assert 3 == letter.count("minutes):\n")


def test_the_papers_are_those_of_this_class_and_this_plan(folder):
    """Names, days and chapters; the answers are in files of their own."""
    signed, handout = (words_of(folder / f"room/{name}.pdf") for name in ("sign-in", "handouts"))
    key = words_of(folder / "trainer/answers.pdf")
    book = Handbook()
    pages = quizzes_of(book.plan("three-days").taught_chapters, book)
    why = [
        # All letters but those of code, which paper may part
        squeeze(max(re.split(r"`[^`]*`|\{\w+\}|[*<>]", option["why"]), key=len))
        for page in pages
        for question in quiz.read(Path(f"docs/_data/quizzes/{page.removeprefix('modules/')}.toml"))
        for option in question["option"]
    ]

    assert all(f"Learner{n}" in signed for n in (1, 2, 3))
    assert "Promote,refuse,rollback" in handout
    assert len(why) > 80
    assert [] == [words for words in why if words in handout]
    # A page's foot may stand in the middle of a sentence.
    assert [] == [words for words in why if words[:20] not in key and words[-20:] not in key]
    assert len(PdfReader(folder / "trainer/lab-sheets.pdf").pages) >= 8


def test_a_team_has_the_brief_and_not_the_envelope(folder):
    """What a good answer contains is the trainer's."""
    brief, key = (
        words_of(folder / name)
        for name in ("room/mini-capstone.pdf", "trainer/answers-mini-capstone.pdf")
    )
    page = Path("docs/capstones/mini-capstone.md").read_text("utf-8")
    secret = page.partition("{dropdown} For the teacher")[2].partition("```")[0].splitlines()[1:-2]
    lines = [squeeze(line) for line in secret if line]

    assert len(lines) > 5
    assert "Fourroles" in brief
    assert [] == [line for line in lines if line in brief or line not in key]


def test_a_second_run_makes_the_same_folder(folder, roster, capsys):
    """Wherever it stands: the same table, in fewer than 15 lines."""
    before = (folder / "plan.csv").read_bytes()
    words = ["three-days", "--start", "2027-01-25", "--zone", "Asia/Kolkata", "--country", "IN"]
    assert 0 == teach.main(
        [
            *words,
            "--place",
            "Hall",
            "--roster",
            str(roster),
            "--no-print",
            "--output",
            str(roster.parent),
        ]
    )

    assert before == (roster.parent / "three-days/plan.csv").read_bytes()
    assert len(capsys.readouterr().out.splitlines()) < 15


def test_cards_are_printed_for_the_activity_that_needs_them(tmp_path):
    """Half a day has no wall and no project; it has the sheet of its two labs."""
    words = "examples/plans/half-day.toml --start 2027-01-25 --zone Asia/Kolkata --output"
    assert 0 == teach.main([*words.split(), str(tmp_path)])
    there = {path.name for path in (tmp_path / "half-day").rglob("*.pdf")}

    assert not {name for name in there if name.startswith("cards-")}
    assert {"handouts.pdf", "sign-in.pdf", "lab-sheets.pdf"} <= there


def test_certificates_are_for_who_was_there_and_apart_for_who_did_all(folder, roster, capsys):
    """Learner 2 was there on two days and handed in less; Learner 3 was not there."""
    facts = json.loads((folder / teach.COURSE).read_text("utf-8"))
    quizzes = [answered(page) for page in facts["quizzes"]]
    labs = [hand_in.LabResult(number, True, f"5f{number}a", 1) for number in facts["labs"]]
    others = [lab._replace(state=f"6a{lab.number}b") for lab in labs]
    day = date(2027, 1, 28)
    words = [
        *["certificates", "three-days", "--output", "docs/_build/kit", "--roster"],
        str(roster),
    ]

    def run(lines, *more):
        """Return the names on both certificates, and what was printed on both outputs."""
        file = roster.parent / "lines.txt"
        file.write_text("\n".join(lines), "utf-8")
        assert 0 == teach.main([*words, "--lines", str(file), *more])
        on_paper = []
        for path in (folder / f"after/{name}.pdf" for name in ("attendance", "completion")):
            text = text_of(path) if path.exists() else ""
            on_paper.append([n for n in (1, 2, 3) if f"Learner {n}" in text])
        return *on_paper, *capsys.readouterr()

    some = [*quizzes, *others[:-1]]
    one = hand_in.compose_line("Learner 1", day, [*quizzes, *labs])
    two = hand_in.compose_line("Lerner 2", day, some)
    three = hand_in.compose_line("Learner 3", day, [*quizzes, *labs[:-1]]).replace(
        "try 1", "try 2", 1
    )
    was, done, out, told = run([one, two, three])
    page = BeautifulSoup((folder / "index.html").read_text("utf-8"), "html.parser")
    links = [a["href"] for a in page.select("#after ~ ul.files a")]

    assert ([1, 2], [1]) == (was, done)
    assert ["after/feedback.md", "after/attendance.pdf", "after/completion.pdf"] == links
    assert "Attendance: 2 of 3 people." in out
    assert "No certificate of completion: Learner 2 (lab 1, lab 2, " in out
    assert "Learner 1 (" not in out
    assert 'If that is right, add --same "Lerner 2=Learner 2"' in told
    assert "Learner 3: its checksum does not fit" in told

    was, done, out, told = run([one, two, three], "--same", "Lerner 2=Learner 2")
    assert "No certificate of completion: Learner 2 (lab 8)\n" in out
    assert "Lerner" not in told

    was, done, out, told = run([hand_in.compose_line("Learner 2", day, [*quizzes[1:], *others])])
    assert ([1, 2], []) == (was, done), "and the old ones are gone"
    first = facts["quizzes"][0]
    assert f"No certificate of completion: Learner 2 (quiz {first})\n" in out

    assert 1 == teach.main([*words, "--lines", "none.txt"])
    assert "none.txt: there is no such file. Paste the mails into one.\n" == capsys.readouterr().err
    assert 1 == teach.main([*words, "--lines", str(roster), "--same", "A=Learner 9"])
    assert "--same: Learner 9 is not on the roster.\n" == capsys.readouterr().err
    for path in (folder / "after").glob("*.pdf"):
        path.unlink()
    facts = json.loads((folder / teach.COURSE).read_text("utf-8"))
    teach.list_certificates(folder, facts["written"])  # the list of the other checks has none


def answered(page):
    """Return the item of a quiz, each question of which was answered with A."""
    questions = quiz.read(Path(f"docs/_data/quizzes/{page}.toml"))
    return hand_in.QuizResult(page, ("A",) * len(questions), 1)


def test_the_list_of_an_own_plan_prints_commands_that_work(roster, tmp_path, capsys):
    """The certificates of a plan that is no file of the handbook's."""
    words = "examples/plans/half-day.toml --start 2027-01-25 --zone Asia/Kolkata --no-print"
    people = roster.parent / "a class.csv"
    people.write_text("name,days\nLearner 1,1\n", "utf-8")
    own = ["--roster", str(people), "--output", str(tmp_path / "my kits")]
    assert 0 == teach.main([*words.split(), *own])
    page = BeautifulSoup(
        (tmp_path / "my kits/half-day/index.html").read_text("utf-8"), "html.parser"
    )
    typed = [code.get_text() for code in page.select("#after ~ p code") if "nox" in code.get_text()]
    lines = tmp_path / "lines.txt"
    lines.write_text(
        hand_in.compose_line(
            "Learner 1", date(2027, 1, 28), [hand_in.LabResult(1, True, "5f3a", 1)]
        )
    )
    capsys.readouterr()
    for command in typed:
        nox, option, session, dashes, *rest = shlex.split(command)
        assert [".venv/bin/nox", "-s", "teach", "--"] == [nox, option, session, dashes]
        assert 0 == teach.main([str(lines) if word == "lines.txt" else word for word in rest])

    assert 2 == len(typed)
    assert "my kits/half-day/after/attendance.pdf" in capsys.readouterr().out


def test_the_days_of_a_certificate_are_those_of_the_roster(folder, tmp_path, capsys):
    """A roster without days is no attendance."""
    empty = tmp_path / "class.csv"
    empty.write_text("name,days\nLearner 1,\n", "utf-8")

    words = f"certificates three-days --output {folder.parent} --roster {empty}"
    assert 1 == teach.main(words.split())
    assert "nobody has `days`. Write the days attended, such as 1 2 3." in capsys.readouterr().err


def test_moodle_and_collect_are_handed_on(tmp_path, capsys, monkeypatch, roster):
    """The first word says to whom."""
    monkeypatch.setattr(teach, "OUTPUT", tmp_path)
    assert 0 == teach.main(["moodle", "modules/introduction"])
    lines = tmp_path / "lines.txt"
    item = hand_in.QuizResult("introduction/northstar", ("A", "B", "C"), 1)
    lines.write_text(hand_in.compose_line("Learner 1", date(2027, 1, 25), [item]), "utf-8")
    assert 0 == teach.main(["collect", str(lines), "--roster", str(roster)])

    printed = capsys.readouterr().out
    assert str(tmp_path / "moodle" / "bank.xml") in printed
    assert "Learner 1" in printed
    assert (
        Path(tmp_path, "moodle", "bank.xml")
        .read_text("utf-8")
        .count('<question type="multichoice">')
        > 10
    )


@pytest.mark.parametrize(
    ("country", "weekend"), [("SA", {4, 5}), ("IN", {5, 6}), ("de-by", {5, 6})]
)
def test_a_country_has_its_weekend(country, weekend):
    """Friday and Saturday in Saudi Arabia."""
    assert weekend == set(weekend_of(country))


@pytest.mark.parametrize(("name", "most"), [("sixteen-weeks", 12), ("three-days", 6)])
def test_a_plan_is_printed_on_few_sheets_with_its_name_and_their_number(tmp_path, name, most):
    """A day has a sheet of its own; weeks stay whole, and share theirs."""
    options = "--start 2027-01-11 --zone Asia/Kolkata --begins 9:30 --no-print --output"
    assert 0 == teach.main([name, *options.split(), str(tmp_path)])
    pdf = tmp_path / "plan.pdf"
    with chromium.launch() as browser:
        page = browser.new_page()
        page.goto((tmp_path / name / "plan.html").as_uri())
        page.pdf(path=pdf, prefer_css_page_size=True)
    found = [squeeze(page.extract_text()) for page in PdfReader(pdf).pages]
    sheets = [normalize("NFKC", sheet) for sheet in found]  # two letters may be one sign
    plan = Handbook().plan(name)

    assert len(sheets) <= most
    for number, sheet in enumerate(sheets, 1):
        assert f"{number}/{len(sheets)}" in sheet
        assert squeeze(plan.printed_title) in sheet
    for part in plan.parts:  # its heading and its last row are on one sheet
        ends = squeeze(part.name), squeeze(f"To show: {part.shows}")
        assert 1 == sum(all(words in sheet for words in ends) for sheet in sheets), part.name
