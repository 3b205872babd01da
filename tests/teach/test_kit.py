"""The trainer's command as a trainer types it: with holidays, with Chromium, over the built site."""

import json
from datetime import date
from pathlib import Path

import pytest
from bs4 import BeautifulSoup
from jukebox import hand_in
from pypdf import PdfReader

from scripts import teach
from scripts.timetable import public_holidays

OWN = {"index.html", "course.json"}


def text_of(path):
    """Return the words of a PDF."""
    return "\n".join(page.extract_text() for page in PdfReader(path).pages)


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
    assert f"They have {sheets} pages, {3 * sheets} for all" in page.get_text()


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
    signed, handout = text_of(folder / "room/sign-in.pdf"), text_of(folder / "room/handouts.pdf")
    key = text_of(folder / "trainer/answers.pdf")

    assert all(f"Learner {n}" in signed for n in (1, 2, 3))
    assert "Promote, refuse, roll back" in handout
    assert "An artefact is right" not in handout
    assert len(PdfReader(folder / "trainer/lab-sheets.pdf").pages) >= 8
    assert len(key) > 3000


def test_a_second_run_makes_the_same_folder(folder, roster, capsys):
    """And without the roster's people no sheet has a name."""
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
    quizzes = [
        hand_in.Quiz(page.removeprefix("modules/"), ("A", "B", "C"), 1) for page in facts["quizzes"]
    ]
    labs = [hand_in.Lab(number, True, "5f3a", 1) for number in facts["labs"]]
    lines = roster.parent / "lines.txt"
    day = date(2027, 1, 28)
    some = [*quizzes[1:], *labs[:-1], labs[-1]._replace(done=False)]
    text = [
        hand_in.write("Learner 1", day, [*quizzes, *labs]),
        hand_in.write("Learner 2", day, some),
    ]
    lines.write_text("\n".join(text), "utf-8")

    words = ["certificates", "three-days", "--roster", str(roster), "--lines", str(lines)]
    assert 0 == teach.main(words)
    attendance, completion = (
        text_of(folder / f"after/{name}.pdf") for name in ("attendance", "completion")
    )
    for path in (folder / "after").glob("*.pdf"):
        path.unlink()

    assert "Attendance: 2 of 3 people." in capsys.readouterr().out
    assert [True, True, False] == [f"Learner {n}" in attendance for n in (1, 2, 3)]
    assert [True, False, False] == [f"Learner {n}" in completion for n in (1, 2, 3)]


def test_the_days_of_a_certificate_are_those_of_the_roster(folder, tmp_path, capsys):
    """A roster without days is no attendance."""
    empty = tmp_path / "class.csv"
    empty.write_text("name,days\nLearner 1,\n", "utf-8")

    assert 1 == teach.main(["certificates", "three-days", "--roster", str(empty)])
    assert "nobody has `days`. Write the days attended, such as 1 2 3." in capsys.readouterr().err


def test_moodle_and_collect_are_handed_on(tmp_path, capsys, monkeypatch, roster):
    """The first word says to whom."""
    monkeypatch.setattr(teach, "OUTPUT", tmp_path)
    assert 0 == teach.main(["moodle", "modules/introduction"])
    lines = tmp_path / "lines.txt"
    item = hand_in.Quiz("introduction/northstar", ("A", "B", "C"), 1)
    lines.write_text(hand_in.write("Learner 1", date(2027, 1, 25), [item]), "utf-8")
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
