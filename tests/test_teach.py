"""The trainer's command: a folder of a plan, its dates, its sums, and what it refuses."""

import csv
import io
import json
import re
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from bs4 import BeautifulSoup
from dateutil.tz import tzical
from ical.calendar_stream import IcsCalendarStream
from jukebox.labs import hand_in

from docs._ext.plans import Handbook, hours
from scripts import class_report, sheets, teach
from scripts.roster import read_roster
from scripts.timetable import as_calendar, choose_days, css_string, read_zone

START = ("--start", "2027-01-11", "--zone", "Asia/Kolkata", "--no-print")
BOOK = Handbook("docs")


@pytest.fixture
def made(tmp_path, monkeypatch, capsys):
    """Return a function that runs the command; it gives the exit code and both outputs."""
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "1796083200")
    # The questions have tests of their own; here it counts that they are asked for.
    asked = []

    def write(folder, pages):
        asked.append(pages)
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "bank.xml").write_text("<quiz/>")
        return [folder / "bank.xml"]

    monkeypatch.setattr(teach.moodle, "write_bank", write)

    def run(*words, options=START):
        code = teach.main([*words, *options, "--output", str(tmp_path)])
        printed = capsys.readouterr()
        return code, printed.out, printed.err

    run.asked = asked
    return run


def rows_of(folder):
    """Return the rows of plan.csv as a spreadsheet reads them."""
    raw = (folder / "plan.csv").read_bytes()
    assert raw.startswith(b"\xef\xbb\xbf")
    return list(csv.DictReader(io.StringIO(raw.decode("utf-8-sig"), newline="")))


def events_of(folder):
    """Return the events of plan.ics as another library reads them."""
    text = (folder / "plan.ics").read_text("utf-8")
    return IcsCalendarStream.calendar_from_ics(text).events


@pytest.mark.parametrize("name", BOOK.plans)
def test_the_three_formats_say_the_same(made, tmp_path, name):
    """Days, clocks, blocks and minutes: the page, the table and the calendar."""
    code, _, told = made(name, "--begins", "9:15")
    plan, folder = BOOK.plan(name), tmp_path / name
    assert (0, "") == (code, told)

    page = BeautifulSoup((folder / "plan.html").read_text("utf-8"), "html.parser")
    shown = [
        [int(cell.get_text()) for cell in part.select("tbody td.minutes")]
        for part in page.select("section.part")
    ]
    sums = [int(cell.get_text()) for cell in page.select("tfoot td.minutes")]
    table, events = rows_of(folder), events_of(folder)
    by_part = [[row for row in table if row["part"] == part.name] for part in plan.parts]
    described = [re.findall(r"\((\d+) min\)$", e.description, re.M) for e in events]
    expected = [[block.minutes for block in part.blocks] for part in plan.parts]

    assert expected == shown
    assert [plan.minutes] * len(plan.parts) == sums
    assert expected == [[int(row["minutes"]) for row in rows] for rows in by_part]
    assert expected == [[int(minutes) for minutes in found] for found in described]
    assert [timedelta(minutes=plan.minutes)] * len(plan.parts) == [
        e.computed_duration for e in events
    ]
    assert [rows[0]["date"] for rows in by_part] == [e.dtstart.date().isoformat() for e in events]
    assert {"9:15"} == {rows[0]["begins"] for rows in by_part}
    assert {(9, 15)} == {(e.dtstart.hour, e.dtstart.minute) for e in events}
    assert [rows[-1]["ends"] for rows in by_part] == [
        hours(60 * e.dtend.hour + e.dtend.minute) for e in events
    ]


def test_a_day_is_one_event_with_its_zone_and_a_name_that_stays(made, tmp_path):
    """The zone is in the file, for a calendar that does not know its name; 9:30 stays 9:30."""
    made(
        "sixteen-weeks",
        "--begins",
        "14:00",
        options=("--start", "2027-03-08", "--zone", "Europe/Berlin", "--no-print"),
    )
    first = (tmp_path / "sixteen-weeks" / "plan.ics").read_bytes()
    events = events_of(tmp_path / "sixteen-weeks")
    made(
        "sixteen-weeks",
        "--begins",
        "14:00",
        options=("--start", "2027-03-08", "--zone", "Europe/Berlin", "--no-print"),
    )

    assert first == (tmp_path / "sixteen-weeks" / "plan.ics").read_bytes()
    assert 16 == len({event.uid for event in events}) == len(events)
    assert {14} == {event.dtstart.hour for event in events}
    offsets = [event.dtstart.utcoffset() for event in events]
    assert [timedelta(hours=1)] * 3 + [timedelta(hours=2)] * 13 == offsets  # summer time began
    for part in (
        b"BEGIN:VTIMEZONE",
        b"TZID:Europe/Berlin",
        b"BEGIN:DAYLIGHT",
        b"TZID=Europe/Berlin:2027",
    ):
        assert part in first
    assert all(len(line) <= 75 for line in first.split(b"\r\n"))


def test_the_folder_is_made_of_one_command(made, tmp_path):
    """Fewer than 15 lines say what was written and what is next."""
    roster = tmp_path / "class.csv"
    roster.write_text("name\nLearner 1\nLearner 2\n", "utf-8")
    code, printed, _ = made(
        "three-days", "--roster", str(roster), "--holiday", "2027-01-12", "--place", "Room 7"
    )
    folder = tmp_path / "three-days"

    assert 0 == code
    assert len(printed.splitlines()) < 15
    assert (
        "First Monday 11 January 2027, 9:30, Asia/Kolkata; last Thursday 14 January 2027."
        in printed
    )
    assert "Left out: 2027-01-12 (holiday)." in printed
    assert f"Next: open {(folder / 'index.html').as_uri()}" in printed
    assert {"Room 7"} == {event.location for event in events_of(folder)}
    assert [len(BOOK.plan("three-days").home) + 9] == [len(pages) for pages in made.asked]


def test_the_monday_list_has_seven_steps_and_every_link_leads_somewhere(made, tmp_path):
    """Two of them the evening before; each file of the folder is in the list."""
    folder = tmp_path / "three-days"
    for name in teach.FILES:  # as if Chromium had printed, too
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).touch()
    plan = BOOK.plan("three-days")
    table = teach.timetable(teach.read_options(["three-days", *START]), plan)
    teach.write_index(teach.Kit(table, [], folder, "0.1.0"), BOOK, folder, teach.SITE)
    page = BeautifulSoup((folder / "index.html").read_text("utf-8"), "html.parser")
    steps = page.select("ol.steps > li")
    links = [a["href"] for a in page.select("ul.files a")]

    assert 7 == len(steps)
    assert [False] * 5 + [True] * 2 == [bool(step.select_one(".when")) for step in steps]
    assert sorted(teach.FILES) == sorted(links)
    assert not page.select("script, link[rel=stylesheet], img")


def test_what_somebody_changed_is_kept(made, tmp_path):
    """The command may be run again after a minute was changed; a person's words are not lost."""
    made("one-day")
    folder = tmp_path / "one-day"
    names = [path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()]
    names.remove(teach.COURSE)
    changed = [name for name in names if name not in {"plan.csv", "after/feedback.md"}]
    for name in changed:
        (folder / name).write_text("My own words.\n", "utf-8")
    before = (folder / "plan.csv").read_bytes()
    for begins in ("10:00", "10:30"):  # and at the next run, too
        _, printed, _ = made("one-day", "--begins", begins)

    assert {"before/invitation.md", "moodle/bank.xml", "index.html"} < set(changed)
    assert {"My own words.\n"} == {(folder / name).read_text("utf-8") for name in changed}
    assert (
        f"Kept, because you have changed them: {', '.join(sorted(changed))}. "
        "They have the dates and times of an earlier run." in printed
    )
    assert before != (folder / "plan.csv").read_bytes()
    assert "10:30" in (folder / "plan.csv").read_text("utf-8-sig")


def test_what_is_removed_is_told(made, tmp_path):
    """Papers of the last run may have old dates, and without Chromium there are no new ones."""
    made("one-day")
    folder = tmp_path / "one-day"
    facts = json.loads((folder / teach.COURSE).read_text("utf-8"))
    for name in ("room/sign-in.pdf", "room/handouts.pdf"):  # as if Chromium had printed
        (folder / name).parent.mkdir(exist_ok=True)
        (folder / name).write_text("paper")
        facts["written"][name] = teach.digest_of(folder / name)
    (folder / teach.COURSE).write_text(json.dumps(facts), "utf-8")
    _, printed, _ = made("one-day")
    _, again, _ = made("one-day")

    said = "Removed, since they may be old: room/sign-in.pdf, room/handouts.pdf.\n"
    assert said in printed
    assert "Removed" not in again
    assert not (folder / "room/sign-in.pdf").exists()


def test_a_start_in_the_past_is_noted(made):
    """Somebody may want the papers of a course that was held; most have mistyped a year."""
    past = ("--start", "2026-01-12", "--zone", "UTC", "--no-print")

    assert (0, "Note: --start 2026-01-12 is in the past.\n") == made("one-day", options=past)[::2]


def letter_of(folder, name="before/invitation.md"):
    """Return the text of a letter."""
    return (folder / name).read_text("utf-8")


GAPS = ["the place, and how to find it", "its address", "your name"]


@pytest.mark.parametrize(
    ("words", "gaps"),
    [
        ((), GAPS),
        (("--place", "Room 7"), GAPS[1:]),
        (("--offline",), [GAPS[0], "the version of your bundle, such as 3.12", GAPS[2]]),
    ],
)
def test_the_invitation_marks_what_only_the_trainer_knows(made, tmp_path, monkeypatch, words, gaps):
    """And says by itself what the course is, until when it lasts, and what to bring."""
    monkeypatch.setattr(teach, "BASE", "")
    made("three-days", *words)
    letter = letter_of(tmp_path / "three-days")

    assert gaps == re.findall(r"\[WRITE HERE: (.+?)\]", letter)
    assert letter.startswith("Subject: MLOps: three days, from Monday 11 January 2027\n")
    assert BOOK.plan("three-days").invite in letter
    assert "each from 9:30 to 17:00 (time zone Asia/Kolkata)" in letter
    assert ("--offline" in words) == ("You get everything on a stick" in letter)
    assert ("--offline" in words) != ("half a gigabyte" in letter)
    assert ("--offline" in words) != ("[WRITE HERE: its address]" in letter)


def test_the_invitation_has_the_address_that_is_known(made, tmp_path, monkeypatch):
    """Then there is no gap for it."""
    monkeypatch.setattr(teach, "BASE", "https://example.org/en")
    made("three-days")
    letter = letter_of(tmp_path / "three-days")

    assert "- The handbook: https://example.org/en/index.html\n" in letter
    assert "its address]" not in letter


@pytest.mark.parametrize("name", BOOK.plans)
def test_each_plan_says_what_it_is_about(name):
    """On paper and in a mail nobody has the list of plans beside them."""
    plan = BOOK.plan(name)

    assert plan.printed_title.startswith("MLOps: ")
    assert "machine-learning model" in plan.invite
    assert "At its end you" in plan.invite


def test_a_title_of_ones_own_is_on_everything(made, tmp_path):
    """On the letters, the plan's events, the list and the certificates."""
    made("one-day", "--title", "Models at work")
    folder = tmp_path / "one-day"
    names = ("before/invitation.md", "before/survey.md", "after/feedback.md", "index.html")

    assert [] == [name for name in names if "Models at work" not in letter_of(folder, name)]
    assert "Models at work" == json.loads(letter_of(folder, teach.COURSE))["title"]
    assert [True] == [e.summary.startswith("Models at work: ") for e in events_of(folder)]


@pytest.mark.parametrize(
    ("name", "spoken", "unspoken"),
    [
        ("talk-60", ["too slow?"], ["morning", "weeks", "last day", "course", "Read each"]),
        ("one-day", ["in the morning and in the afternoon?"], ["weeks", "last day"]),
        ("sixteen-weeks", ["and in which weeks?", "On the last day", "each week"], ["morning"]),
    ],
)
def test_the_papers_speak_of_what_there_is(made, tmp_path, name, spoken, unspoken):
    """A talk has no last day, and a meeting a week no morning."""
    made(name, "--begins", "14:00")
    folder = tmp_path / name
    page = BeautifulSoup(letter_of(folder, "index.html"), "html.parser").main
    text = letter_of(folder, "after/feedback.md") + page.get_text()

    assert [] == [words for words in spoken if words not in text]
    assert [] == [words for words in unspoken if words in text]
    if name == "talk-60":
        assert "Subject: MLOps: a talk of 60 minutes, on Monday 11" in letter_of(folder)


def test_the_list_says_what_to_carry_and_to_type(made, tmp_path, monkeypatch):
    """Both folders by their names; the plan's file; the class of the bundle."""
    monkeypatch.setattr(teach, "BASE", "")
    monkeypatch.setattr(teach, "SITE", tmp_path / "html")
    run = ["--start", "2027-01-11", "--zone", "UTC", "--no-print", "--output"]
    assert 0 == teach.main(["three-days", *run, str(tmp_path / "teach")])
    folder = tmp_path / "teach/three-days"
    page = BeautifulSoup(letter_of(folder, "index.html"), "html.parser")
    typed = [code.get_text() for code in page.select("code")]
    links = [a["href"] for a in page.select("a[href]") if "html/" in a["href"]]

    assert f"the two folders html and teach of {tmp_path}" in page.get_text()
    assert len(links) > 5
    assert {"../../html"} == {link[:10] for link in links}
    assert "docs/_data/plans/three-days.toml" in typed
    assert f".venv/bin/nox -s bundle -- windows 3.12 --class {folder}" in typed

    assert 0 == teach.main(["examples/plans/half-day.toml", *run, str(tmp_path.parent / "far")])
    far = letter_of(tmp_path.parent / "far/half-day", "index.html")
    assert "on this machine, and work nowhere else" in far
    assert "<code>examples/plans/half-day.toml</code>" in far


def test_certificates_come_into_the_list(made, tmp_path):
    """It is not read as changed at the next run; one that somebody changed keeps its words."""
    made("one-day")
    folder = tmp_path / "one-day"
    index = folder / "index.html"
    facts = json.loads(letter_of(folder, teach.COURSE))
    (folder / "after/attendance.pdf").write_text("paper")
    written = teach.list_certificates(folder, facts["written"])
    links = [a["href"] for a in BeautifulSoup(index.read_text("utf-8"), "html.parser").select("a")]

    assert "after/attendance.pdf" in links
    assert "after/completion.pdf" not in links
    assert written["index.html"] == teach.digest_of(index)

    (folder / teach.COURSE).write_text(json.dumps(facts | {"written": written}), "utf-8")
    assert "Kept" not in made("one-day")[1]
    assert "after/attendance.pdf" in index.read_text("utf-8")

    mine = index.read_text("utf-8").replace("<main>", "<main>My own words.")
    index.write_text(mine, "utf-8")
    (folder / "after/attendance.pdf").unlink()
    assert written == teach.list_certificates(folder, written)
    assert "My own words." in index.read_text("utf-8")
    assert "attendance.pdf" not in index.read_text("utf-8")


def test_a_run_that_fails_leaves_the_folder_as_it_was(made, tmp_path, monkeypatch):
    """Chromium may be missing, or a name may fit nowhere."""
    made("one-day")
    folder = tmp_path / "one-day"
    before = {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()}

    def fail(*_):
        raise ValueError("a name fits nowhere")

    monkeypatch.setattr(teach, "write_index", fail)
    code, _, told = made("one-day", "--begins", "10:00")

    assert (1, "a name fits nowhere\n") == (code, told)
    assert before == {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()}


@pytest.mark.parametrize("outside", ["../mine.txt", "{folder}/../../mine.txt", "link/mine.txt"])
def test_nothing_outside_of_the_folder_is_removed(made, tmp_path, outside):
    """A folder can come from somebody else."""
    made("one-day")
    folder = tmp_path / "one-day"
    mine = tmp_path / "mine.txt"
    mine.write_text("mine")
    (folder / "link").symlink_to(tmp_path)
    facts = json.loads((folder / teach.COURSE).read_text("utf-8"))
    facts["written"] |= {outside.format(folder=folder / "after"): teach.digest_of(mine)}
    (folder / teach.COURSE).write_text(json.dumps(facts))

    assert 0 == made("one-day")[0]
    assert mine.exists()


CUT = {
    "cut": lambda facts: json.dumps(facts)[:200],
    "without its dates": lambda facts: json.dumps(facts | {"dates": []}),
    "of another version": lambda facts: json.dumps(facts | {"zone": "UTC"}),
    "a list": lambda _: "[]",
    "without digests": lambda facts: json.dumps(facts | {"written": None}),
    "with a digest that is none": lambda facts: json.dumps(facts | {"written": {"a": 1}}),
}


@pytest.mark.parametrize("kind", CUT)
@pytest.mark.parametrize("words", ["one-day", "certificates"])
def test_a_course_that_cannot_be_read_is_told_by_name(made, tmp_path, kind, words):
    """In one sentence, and nothing is removed."""
    made("one-day")
    path = tmp_path / "one-day" / teach.COURSE
    path.write_text(CUT[kind](json.loads(path.read_text("utf-8"))), "utf-8")
    more = ("certificates", "one-day", "--roster", "x.csv")
    code, _, told = made(*more, options=()) if words == "certificates" else made(words)

    assert 1 == code
    said = f"{path} is not as the command wrote it. Move {path.parent} away, and make it again.\n"
    assert told == said
    assert (tmp_path / "one-day/plan.csv").exists()


def test_a_file_that_cannot_be_opened_is_told_by_name(made, tmp_path):
    """Without a traceback: here a file stands where the folder should be."""
    (tmp_path / "one-day").write_text("", "utf-8")
    code, _, told = made("one-day")

    assert (1, 1) == (code, len(told.splitlines()))
    assert told.startswith(str(tmp_path / "one-day"))


def test_the_invitation_has_reading_with_minutes_and_by_when(made, tmp_path, monkeypatch):
    """The minutes are those that the built pages say; without a site there are none."""
    site = tmp_path / "site"
    for number, page in enumerate(BOOK.plan("one-day").home):
        (site / page).parent.mkdir(parents=True, exist_ok=True)
        (site / f"{page}.html").write_text(
            f'<p class="chapter-line">For all · {number + 8} minutes</p>'
        )
    monkeypatch.setattr(teach, "SITE", site)
    made("one-day")
    letter = (tmp_path / "one-day/before/invitation.md").read_text("utf-8")

    assert (
        "**Please read before Monday 11 January 2027** (about 38 minutes):\n\n- What is MLOps?, 8 minutes\n"
        in letter
    )
    assert "`jukebox doctor`" in letter
    assert "Python 3.11, 3.12 or 3.13." in letter
    assert "mini-capstone" not in letter


def test_a_cell_is_no_formula_and_a_title_is_no_markup(made, tmp_path):
    """A plan can come from somebody else."""
    text = Path("examples/plans/half-day.toml").read_text("utf-8")
    plan = tmp_path / "half-day.toml"
    evil = '=HYPERLINK(\\"x\\")<script>alert(1)</script>'
    plan.write_text(text.replace('"Break"', f'"{evil}"'), "utf-8")
    code, _, told = made(str(plan))
    page = (tmp_path / "half-day/plan.html").read_text("utf-8")

    assert (0, "") == (code, told)
    assert ['\'=HYPERLINK("x")<script>alert(1)</script>'] == [
        row["what"] for row in rows_of(tmp_path / "half-day") if "HYPERLINK" in row["what"]
    ]
    assert "<script" not in page
    assert "&lt;script&gt;" in page


def test_what_the_certificates_need_is_kept(made, tmp_path):
    """Dates and titles, so that nobody types them again on the last day."""
    made("three-days")
    facts = json.loads((tmp_path / "three-days" / teach.COURSE).read_text("utf-8"))

    assert {"written", *sheets.Course.__dataclass_fields__} == facts.keys()
    assert ["2027-01-11", "2027-01-12", "2027-01-13"] == facts["dates"]
    assert list(range(1, 9)) == facts["labs"]
    assert 3 == len(facts["taught"])
    assert "The mini-capstone: take over an office" == facts["taught"][2][-1]
    assert ["MLOps: three days", "Day"] == [facts["title"], facts["unit"]]
    assert "introduction/what-is-mlops" in facts["quizzes"]


@pytest.mark.parametrize("name", BOOK.plans)
def test_what_is_handed_in_is_what_the_reader_of_lines_expects(name):
    """The certificates of completion ask for no more, and for no less."""
    plan = BOOK.plan(name)
    expected = [page.removeprefix("modules/") for page in plan.quizzes_to_hand_in]

    assert {*expected, *(f"lab-{number}" for number in plan.labs)} == set(
        class_report.read_plan(name)
    )


# Whole plans that are wrong, each by one change of the sound one, through the command line
HALF = Path("examples/plans/half-day.toml").read_text("utf-8")
WRONG = {
    "a chapter comes before its prerequisite": (
        '"modules/introduction/what-is-mlops", ', "",
        ":11: An afternoon: a gate that says no: modules/ai-ml-dl-llm/from-ai-to-a-model needs "
        "modules/introduction/what-is-mlops first. Put it before, in a block or `home`.",
    ),
    "what is left out first is needed": (
        "minutes = 50 }", "minutes = 50, drop = 1 }",
        ":18: An afternoon: a gate that says no: labs/a-gate-that-says-no needs "
        "modules/lifecycle/validation-and-tuning first, which is left out with `drop = 1`.",
    ),
    "the minutes are too many": (
        "minutes = 50", "minutes = 65",
        ":8: An afternoon: a gate that says no: its blocks take 195 minutes of 180. Leave out 15.",
    ),
    "a block is shorter than its talk": (
        "minutes = 50", "minutes = 20",
        ":17: An afternoon: a gate that says no: 'Model validation and tuning: is the new model "
        "better?' has 20 minutes, and alone it takes 30.",
    ),
    "there is no pause": (
        '{ pause = "Break", minutes = 15 }', '{ activity = "debrief", minutes = 15 }',
        ":17: An afternoon: a gate that says no: 130 minutes without a pause, and 120 are the most.",
    ),
    "labs have changed places": (
        "{ lab = 1 }", "{ lab = 4 }", "lab 3 comes after lab 4.",
    ),
    "a page does not exist": (
        "lifecycle/validation-and-tuning", "lifecycle/validation-and-tunning",
        ":17: An afternoon: a gate that says no: there is no page "
        "'modules/lifecycle/validation-and-tunning'. Write 'modules/lifecycle/validation-and-tuning'.",
    ),
    "a label does not exist": (
        'validation-and-tuning"', 'validation-and-tuning#ahead-is-beter"',
        "has no label 'ahead-is-beter'. Write 'ahead-is-not-better'.",
    ),
    "a lab does not exist": (
        "{ lab = 3 }", "{ lab = 30 }", ":18: An afternoon: a gate that says no: there is no lab 30.",
    ),
    "an activity does not exist": (
        '{ activity = "questions" }', '{ activity = "question" }',
        ":13: An afternoon: a gate that says no: activities.toml has no activity 'question'. "
        "Write 'questions'.",
    ),
    "a key is misspelt": (
        "every =", "each =", ":4: `each` is no key of this plan.",
    ),
    "the file is no TOML": ("minutes = 180", "minutes = 180 minutes", ":6: "),
}  # fmt: skip


@pytest.mark.parametrize("fault", WRONG)
def test_a_wrong_plan_is_refused_with_file_line_and_remedy(made, tmp_path, fault):
    """And no folder is made of it."""
    old, new, expected = WRONG[fault]
    assert old in HALF
    path = tmp_path / "half-day.toml"
    path.write_text(HALF.replace(old, new), "utf-8")
    code, printed, told = made(str(path))

    assert (1, "") == (code, printed)
    assert expected in told
    assert told.startswith(f"{path}:")
    assert not (tmp_path / "half-day").exists()


def test_a_lab_that_was_never_timed_is_refused(made, tmp_path, monkeypatch):
    """Nobody knows whether a laptop does it in time."""
    monkeypatch.setattr(Handbook, "timed_labs", {"labs/first-model"})
    code, _, told = made("examples/plans/half-day.toml")

    assert 1 == code
    assert (
        "half-day.toml:18: An afternoon: a gate that says no: lab 3 was never timed: measured/labs.json "
        "has no seconds of it. Type `nox -s proofs -- --record labs`, or take the lab out."
    ) in told


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        (("three-day",), "There is no plan 'three-day'. There are: talk-60, talk-90, one-day, "),
        (("my.toml",), "my.toml: there is no such file. Plans by name: talk-60,"),
        (
            ("one-day", "--start", "11.01.2027"),
            "--start 11.01.2027 is no date. Write it as 2027-01-11.",
        ),
        (("one-day", "--start", "2027-02-30"), "--start 2027-02-30 is no date."),
        (
            ("one-day", "--start", "9999-12-31"),
            "--start 9999-12-31: write a day of the years 2020 to 2099, such as 2027-01-11.",
        ),
        (("one-day", "--start", "0202-01-11"), "--start 0202-01-11: write a day of the years"),
        (
            ("one-day", "--zone", "Asia/Bombai"),
            "--zone Asia/Bombai does not exist. Write a name such as",
        ),
        (("one-day", "--zone", "../../etc/passwd"), "--zone ../../etc/passwd does not exist."),
        (("one-day", "--begins", "25:00"), "--begins 25:00 is no time of day. Write it as 9:30."),
        (("one-day", "--holiday", "soon"), "--holiday soon is no date. Write it as 2027-01-11."),
        (("sixteen-weeks",), "sixteen-weeks has no clock of its own. Add --begins, such as"),
        (
            ("one-day", "--roster", "nobody.csv"),
            "nobody.csv: there is no such file. Write one with",
        ),
        (("one-day", "--roster", "docs"), "docs: this is a folder. Name the CSV file in it."),
        (
            ("certificates", "one-day", "--roster", "x.csv"),
            "make the folder first, with `nox -s teach",
        ),
    ],
)
def test_a_wrong_option_is_answered_with_what_to_write(made, words, expected):
    """In one sentence, without a traceback."""
    options = () if words[0] == "certificates" else START
    code, printed, told = made(words[0], options=(*options, *words[1:]))

    assert (1, "") == (code, printed)
    assert told.startswith(expected) or expected in told
    assert 1 == len(told.splitlines())


@pytest.mark.parametrize(
    ("raw", "expected"),
    [
        (b"name\nLearner 1\nLearner 1\n", ":3: Learner 1 stands on line 2 already. Take one out"),
        (b"name\nLearner 1\nlearner  1\n", ":3: learner 1 stands on line 2 already."),
        (
            b"who\nLearner 1\n",
            ":1: there is no column `name` in 'who'. Let the first line be: name,email,days",
        ),
        (b"", ":1: there is no column `name` in ''."),
        (
            b"name,email,days\nLearner 1,,1,2,3\n",
            ":2: 5 cells, and the first line has 3. Write the days with spaces, as 1 2 3, or in quotes.",
        ),
        (
            b'name,days\nLearner 1,1\n"Learner 2,1\nLearner 3,1\n',
            ":3: this cannot be read (unexpected end of data). Is there a quote that begins and",
        ),
        (
            b'name,days\n"Learner 1,1\nLearner 2",1\n',
            ":2: a cell has a line break: 'Learner'. Take it out, or end the quote.",
        ),
        (
            b'name,email,days\n\nLearner 1,"x,1\nLearner 2,,"\n',
            ":3: a cell has a line break: 'x,1'.",
        ),
        ("name\nA\u2028B\n".encode(), ":2: a cell has a line break: 'A'."),
        (b"name\nA\x0bB\n", ":2: a cell has a line break: 'A'."),
        (b"Name,Surname\nA,B\n", ":1: Put first and last name into the one column `name`."),
        (b"Vorname;Name\nA;B\n", ":1: Put first and last name into the one column `name`."),
        (b"First name,Last name\nA,B\n", ":1: Put first and last name into the one column `name`."),
        (b"PK\x03\x04\x14", ": this is a workbook. Save it as “CSV UTF-8”."),
        (b"name,email\n", ": there is nobody on it. Write a name on each line."),
        (b"name,email\n,a@b\n", ":2: There is no name that one can see: write one."),
        ("name\n\u200b\u200d".encode(), ":2: There is no name that one can see: write one."),
        ("name\nA \u00b7 B\na - b".encode(), ":3: a - b stands on line 2 already."),
        ("name\nA\u200b B\na b".encode(), ":3: a b stands on line 2 already."),
        (b"name\n" + b"x" * 61, ":2: The name has 61 characters, and a line has room for 60"),
        (b"name\nA\n" + b"x" * 140_000, ":3: this cannot be read (field larger than field limit"),
        (
            b"name,days\nLearner 1,all\n",
            ":2: `days` is 'all'. Write the days attended, such as 1 2 3.",
        ),
        (b"name,days\nLearner 1,4\n", ":2: `days` is '4', and the course has the days 1 to 3."),
        ("name\nL\u00e4rner".encode("latin-1"), ": this is no UTF-8. Save it as “CSV UTF-8”."),
    ],
)
def test_a_wrong_roster_is_told_with_its_line(tmp_path, raw, expected):
    """A name twice would be one certificate for two people."""
    path = tmp_path / "class.csv"
    path.write_bytes(raw)

    with pytest.raises(ValueError) as told:
        read_roster(path, 3)
    assert str(told.value).startswith(f"{path}{expected}")


@pytest.mark.parametrize(
    "raw",
    [
        "name,email,days\nLearner 1,learner-1@example.org,1 2\nLearner 2,,\n",
        "\N{BYTE ORDER MARK}Name;Email;Days\r\nLearner 1;learner-1@example.org;2,1\r\n\r\nLearner  2;;\r\n",
        "days\tname\n1 2\tLearner 1\n\tLearner 2\n",
        'name,email,days\nLearner 1,,"1,2"\nLearner 2,"a\u2028",,,,\n',
        "name,days\rLearner 1,1 2\rLearner 2,\r",
    ],
)
def test_a_roster_is_read_as_a_spreadsheet_writes_it(tmp_path, raw):
    """With a mark or without, with commas, semicolons or tabs, and empty lines."""
    path = tmp_path / "class.csv"
    path.write_text(raw, "utf-8", newline="")

    assert [("Learner 1", (1, 2)), ("Learner 2", ())] == [
        (p.name, p.days) for p in read_roster(path, 3)
    ]


def test_a_roster_that_one_may_not_read_is_told(tmp_path, monkeypatch):
    """By its name, and not as a fault of the program."""
    path = tmp_path / "class.csv"
    path.write_text("name\nLearner 1\n", "utf-8")

    def refuse(_):
        raise PermissionError

    monkeypatch.setattr(Path, "read_bytes", refuse)
    with pytest.raises(ValueError, match="you may not read this file"):
        read_roster(path)


def test_a_roster_has_names_as_lines_have_them(tmp_path):
    """A spreadsheet makes dashes and quotes curly; the line that a person hands in has them plain."""
    roster = tmp_path / "class.csv"
    roster.write_text("name\nGal\u00b7la\nAnne\u2013Marie O\u2019Brien\nA\u202eB\u200b\n", "utf-8")
    names = [person.name for person in read_roster(roster)]
    lines = [
        hand_in.compose_line(name, date(2027, 1, 11), [hand_in.LabResult(1, True, state, 1)])
        for name, state in (("gal-la", "5f3a"), ("Anne-Marie O'Brien", "60b1"), ("ab", "71c2"))
    ]
    report = class_report.make_report("\n".join(lines), names)

    assert ["Gal-la", "Anne-Marie O'Brien", "AB"] == names
    assert ([], [1, 1, 1]) == (report.look, [len(given) for given in report.given.values()])


def test_days_leave_out_weekends_and_holidays_and_weeks_their_own_day():
    """A single meeting is held on its day, whatever that is."""
    friday, monday = date(2027, 1, 8), date(2027, 1, 11)
    free = {monday: "Harvest"}
    days, skipped = choose_days(BOOK.plan("three-days"), friday, free)
    weeks, later = choose_days(BOOK.plan("sixteen-weeks"), monday, free)
    talk, none = choose_days(BOOK.plan("talk-60"), date(2027, 1, 9), free)

    assert [friday, date(2027, 1, 12), date(2027, 1, 13)] == days
    assert [
        (date(2027, 1, 9), "weekend"),
        (date(2027, 1, 10), "weekend"),
        (monday, "Harvest"),
    ] == skipped
    assert (date(2027, 1, 18), 16, {0}) == (weeks[0], len(weeks), {day.weekday() for day in weeks})
    assert [(monday, "Harvest")] == later
    assert ([date(2027, 1, 9)], []) == (talk, none)


def test_a_day_without_end_is_refused():
    """Somebody names every day a holiday."""
    free = {date(2027, 1, 1) + timedelta(days=n): "no" for n in range(500)}

    with pytest.raises(ValueError, match="not enough free days"):
        choose_days(BOOK.plan("three-days"), date(2027, 1, 1), free)


@pytest.mark.parametrize(
    ("zone", "start", "utc"),
    [
        ("Africa/Casablanca", "2027-01-11", True),  # Ramadan begins in February
        ("Africa/El_Aaiun", "2027-01-11", True),
        ("Europe/Berlin", "2027-01-11", False),
        ("America/New_York", "2027-08-02", False),
        ("Australia/Lord_Howe", "2027-01-11", False),  # half an hour of summer time
        ("Asia/Kathmandu", "2027-01-11", False),
        ("UTC", "2027-01-11", True),
    ],
)
def test_a_calendar_that_knows_no_zones_has_the_right_hours(zone, start, utc):
    """It has only what the file says; dateutil reads that, and shares no code with who wrote it."""
    given = teach.read_options(
        ["sixteen-weeks", "--start", start, "--zone", zone, "--begins", "14:00"]
    )
    table = teach.timetable(given, BOOK.plan("sixteen-weeks"))
    text = as_calendar(table, teach.now()).decode().replace("\r\n ", "")
    known = None if utc else tzical(io.StringIO(text.replace("\r\n", "\n"))).get(zone)
    begins = re.findall(
        r"^DTSTART(?:;TZID=[^:]*)?:(\d{8}T\d{6}Z?)\r$", text.split("BEGIN:VEVENT", 1)[1], re.M
    )
    found = [
        datetime.strptime(words.rstrip("Z"), "%Y%m%dT%H%M%S").replace(tzinfo=known or UTC)
        for words in begins
    ]
    wanted = [datetime.combine(day, time(14), ZoneInfo(zone)) for day in table.dates]

    assert utc == ("BEGIN:VTIMEZONE" not in text)
    assert [moment.astimezone(UTC) for moment in wanted] == [m.astimezone(UTC) for m in found]


def test_a_part_ends_on_its_own_day():
    """Midnight is its end; a minute later is refused, with the time at which it would end."""
    for begins, end in (
        ("22:30", "2027-01-12T00:00:00+05:30"),
        ("22:00", "2027-01-11T23:30:00+05:30"),
    ):
        given = teach.read_options(["talk-90", *START, "--begins", begins])
        table = teach.timetable(given, BOOK.plan("talk-90"))
        events = IcsCalendarStream.calendar_from_ics(
            as_calendar(table, teach.now()).decode()
        ).events
        assert [end] == [e.dtend.astimezone(ZoneInfo("Asia/Kolkata")).isoformat() for e in events]

    for plan, begins, told in (
        (
            "talk-90",
            "22:31",
            "90 minutes from 22:31 would end at 0:01 on the next day. Begin at 22:30 or earlier, or",
        ),
        (
            "one-day",
            "23:59",
            "450 minutes from 23:59 would end at 7:29 on the next day. Begin at 16:30 or earlier, or",
        ),
    ):
        given = teach.read_options([plan, *START, "--begins", begins])
        with pytest.raises(ValueError, match=re.escape(told)):
            teach.timetable(given, BOOK.plan(plan))


@pytest.mark.parametrize(
    ("zone", "told"),
    [
        ("IST", "Europe/Dublin, Asia/Jerusalem or Asia/Kolkata."),
        ("Berlin", "Europe/Berlin."),
        ("europe/berlin", "Europe/Berlin."),
        ("New York", "America/New_York."),
        ("localtime", "Asia/Kolkata or Europe/Berlin."),
        ("posixrules", "Asia/Kolkata or Europe/Berlin."),
        ("Factory", "Asia/Kolkata or Europe/Berlin."),
        ("", "Asia/Kolkata or Europe/Berlin."),
    ],
)
def test_a_wrong_zone_is_told_the_nearest(zone, told):
    """Also where the system has a file of that name."""
    with pytest.raises(
        ValueError, match=rf"--zone {zone} does not exist\. Write a name such as {told}$"
    ):
        read_zone(zone)


def test_a_weekend_is_that_of_the_country():
    """In some, Friday is in it, and Sunday is a day of work."""
    days, skipped = choose_days(BOOK.plan("three-days"), date(2027, 1, 7), {}, {4, 5})

    assert [date(2027, 1, 7), date(2027, 1, 10), date(2027, 1, 11)] == days
    assert [(date(2027, 1, 8), "weekend"), (date(2027, 1, 9), "weekend")] == skipped


@pytest.mark.parametrize("name", BOOK.plans)
def test_no_mark_of_markdown_is_left_in_the_folder(made, tmp_path, name):
    """A trainer reads the talk's words aloud."""
    assert 0 == made(name, "--begins", "9:00")[0]
    files = [
        path for path in (tmp_path / name).rglob("*") if path.suffix in {".html", ".csv", ".ics"}
    ]

    assert {"plan.html", "plan.csv", "plan.ics", "index.html"} <= {path.name for path in files}
    assert [] == [path.name for path in files if "](" in path.read_text("utf-8")]


def test_a_quiz_of_a_plan_says_how_and_leads_to_its_questions(made, tmp_path):
    """A link for each chapter, and the file that has the answers."""
    made("three-days")
    text = (tmp_path / "three-days/plan.html").read_text("utf-8")
    page = BeautifulSoup(text, "html.parser")
    quizzes = page.select("tr.quiz")
    links = [[a["href"].split("/html/")[-1] for a in row.select("a")] for row in quizzes]
    asked = [block.quiz for block in BOOK.plan("three-days").blocks if block.quiz]

    assert [[f"{name}.html#check-yourself" for name in names] for names in asked] == links
    for row in quizzes:
        assert "then pairs compare. Answers: trainer/answers.pdf." in row.get_text(" ", strip=True)
    assert "Stop before the section “Enough”, and show" in text
    assert '<td class="shorter whole">Do not shorten.</td>' in text
    assert "hangs the note for <em>done</em> from its screen" in text
    hows = [how.previous_sibling for how in page.select("span.how")]
    assert {"\N{NO-BREAK SPACE}"} == {str(before)[-1:] for before in hows}


def test_what_is_left_out_together_stands_together(made, tmp_path):
    """Two blocks of one rank are one line of the list."""
    made("three-days")
    page = BeautifulSoup((tmp_path / "three-days/plan.html").read_text("utf-8"), "html.parser")
    lines = [li.get_text() for li in page.select("#late ~ ol")[0].select("li")]

    assert 2 == len(lines)
    assert lines[1].count("minutes), Day ") == 2
    assert "; with it " in lines[1]


def test_the_foot_of_a_sheet_has_the_title_as_text():
    """A plan can come from somebody else, and its title stands in a style sheet."""
    assert '"Three\\20 days"' == css_string("Three days")
    assert '"\\22 \\3c \\2f style\\3e \\5c "' == css_string('"</style>\\')
