"""Make what a trainer needs of a plan: one command in, one folder out.

    nox -s teach -- three-days --start 2027-01-11 --zone Asia/Kolkata --roster class.csv
    nox -s teach -- moodle
    nox -s teach -- collect lines.txt --roster class.csv
    nox -s teach -- certificates three-days --roster class.csv

The first word is the name of a plan of `docs/_data/plans/`, or the path of a TOML file. The folder
is `docs/_build/teach/<plan>/`; its `index.html` lists what to do on Monday.
"""

import argparse
import hashlib
import json
import os
import re
import sys
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import yaml

from docs._ext.plans import Handbook, Plan, PlanError, hours, quizzes_of, read
from scripts.roster import Person, read_roster
from scripts.timetable import (
    Timetable,
    as_calendar,
    as_csv,
    environment,
    on,
    public_holidays,
    read_clock,
    read_date,
    read_zone,
    schedule,
)

SITE, OUTPUT = Path("docs/_build/html"), Path("docs/_build/teach")
BASE = os.environ.get("READTHEDOCS_CANONICAL_URL") or os.environ.get("HANDBOOK_URL", "")
LICENCE = "Text CC BY 4.0, code Apache-2.0"
COURSE = "course.json"  # what the certificates need to know of a folder
# Cards that one activity needs: without it there are none.
CARDS = {
    "cards-alerts.pdf": "wall",
    "cards-roles.pdf": "wall",
    "cards-mini-capstone.pdf": "mini-capstone",
    "closing-questions.pdf": "closing",
    "closing-answers.pdf": "closing",
}
# What each file is, and whether it is shown, sent, printed or kept; the Monday list says so.
FILES = {
    "plan.html": (
        "screen or paper",
        "The plan with its clock: one copy for you, printed if you like.",
    ),
    "plan.ics": ("send", "An event for each day or week, for your calendar and theirs."),
    "plan.csv": ("screen", "The same plan for a spreadsheet, in which you write your own minutes."),
    "before/invitation.md": ("send", "A mail to everybody: what to bring, what to read, by when."),
    "before/pre-reading.pdf": ("send", "The chapters to read at home, without answers."),
    "before/survey.md": ("send", "Five questions before the course."),
    "moodle/bank.xml": ("upload", "The questions of this plan for Moodle."),
    "moodle/bank.gift.txt": ("upload", "The same for a system that reads GIFT."),
    "moodle/bank.csv": ("screen", "The same as a spreadsheet, with all answers: keep it."),
    "room/handouts.pdf": ("paper, one each", "The chapters that you teach, without answers."),
    "room/sign-in.pdf": ("paper, one", "Who was there on which day."),
    "room/name-tents.pdf": ("paper, one", "A name for each place; fold in the middle."),
    "room/cards-alerts.pdf": ("paper, one for each wall", "The eight alerts, one to a card."),
    "room/cards-roles.pdf": ("paper, one for each wall", "The roles, to cut out."),
    "room/cards-mini-capstone.pdf": (
        "paper, one for each team",
        "The four roles of the mini-capstone.",
    ),
    "room/closing-questions.pdf": (
        "paper, one each",
        "A question of each chapter that you teach, for the closing test.",
    ),
    "room/minute-cards.pdf": ("paper", "For each evening: what is clear, and what is not."),
    "trainer/lab-sheets.pdf": ("paper, yours", "Each lab: screens, failures, and the way out."),
    "trainer/answers.pdf": ("paper, yours", "The answers of the quizzes that you teach."),
    "trainer/closing-answers.pdf": ("paper, yours", "The answers of the closing questions."),
    "trainer/answers-pre-reading.pdf": ("paper, yours", "The answers of what is read at home."),
    "after/feedback.md": ("send", "Six questions after the course."),
}


@dataclass(frozen=True)
class File:
    """A file of the folder, as the Monday list shows it."""

    path: str
    tag: str
    what: str


@dataclass(frozen=True)
class Step:
    """A step of the Monday list. when: empty, or when it is not Monday. pages: of the handbook."""

    title: str
    words: Sequence[str]
    files: Sequence[File]
    pages: Sequence[str] = ()
    when: str = ""


@dataclass(frozen=True)
class Course:
    """A plan with its days, the people and where the folder is."""

    table: Timetable
    people: Sequence[Person]
    folder: Path
    version: str

    @property
    def plan(self) -> Plan:
        """The plan."""
        return self.table.plan


def version_of(cff: Path = Path("CITATION.cff")) -> str:
    """Return the handbook's version."""
    return str(yaml.safe_load(cff.read_text("utf-8"))["version"]) if cff.exists() else ""


def find_plan(name: str, book: Handbook) -> Plan:
    """Return the plan of a name or of a TOML file. Raises PlanError with all that is wrong."""
    if not name.endswith(".toml"):
        return book.plan(name)
    if not Path(name).is_file():
        raise PlanError(f"{name}: there is no such file. Plans by name: {', '.join(book.plans)}.")
    return read(name, book)


def reading_minutes(site: Path, pages: Iterable[str]) -> dict[str, int]:
    """Return the minutes that the built pages say of themselves; nothing if one is not built."""
    found = {}
    for page in pages:
        path = site / f"{page}.html"
        text = path.read_text("utf-8") if path.exists() else ""
        line = re.search(r'class="chapter-line">[^<]*?(\d+) minutes', text)
        if not line:
            return {}
        found[page] = int(line[1])
    return found


def write_texts(course: Course, book: Handbook, site: Path) -> list[Path]:
    """Write the plan in three formats, and the letters; return their paths."""
    table, plan = course.table, course.plan
    fill = environment()
    reading = reading_minutes(site, plan.home)
    activities = list({b.activity["id"]: b.activity for b in plan.blocks if b.activity}.values())
    values: dict[str, Any] = {
        "plan": plan,
        "table": table,
        "book": book,
        "activities": activities,
        "people": len(course.people),
        "clock": hours(table.begins),
        "version": course.version,
        "licence": LICENCE,
        "reading": reading,
        "survey": plan.every != "once",
        "minutes": lambda pages: sum(reading[page] for page in pages),
        "ends": lambda part: hours(table.begins + part.minutes),
        "link": linker(course.folder, site),
        "online": bool(BASE),
    }
    made = {
        "plan.html": fill.get_template("plan.html").render(values),
        "plan.csv": f"\N{BYTE ORDER MARK}{as_csv(table)}",  # with it a spreadsheet reads UTF-8
        "before/invitation.md": fill.get_template("invitation.md").render(values),
        "after/feedback.md": fill.get_template("feedback.md").render(values),
    }
    if plan.every != "once":
        made["before/survey.md"] = fill.get_template("survey.md").render(values)
    files = {name: text.encode() for name, text in made.items()}
    files["plan.ics"] = as_calendar(table, now())
    kept = [name for name in files if (course.folder / name).exists()]  # `clear` has left them
    if kept:
        print(
            f"Kept, because you have changed them: {', '.join(kept)}. Delete them to have them anew."
        )
    paths = [course.folder / name for name in files if name not in kept]
    for path in paths:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(files[path.relative_to(course.folder).as_posix()])
    return paths


def linker(folder: Path, site: Path) -> Any:
    """Return a function that gives the address of a page: on the web if known, else on this disk."""
    base = BASE.rstrip("/") or Path(os.path.relpath(site, folder)).as_posix()

    def link(page: str, anchor: str = "") -> str:
        """Return the address of a page, and of a place on it."""
        return f"{base}/{page}.html{f'#{anchor}' if anchor else ''}"

    return link


def now() -> datetime:
    """Return the time at which files are made; SOURCE_DATE_EPOCH sets it, so that bytes are equal."""
    epoch = os.environ.get("SOURCE_DATE_EPOCH")
    moment = datetime.fromtimestamp(int(epoch), UTC) if epoch else datetime.now(UTC)
    return moment.replace(microsecond=0)


def write_moodle(folder: Path, pages: Sequence[str] | None) -> list[Path]:
    """Write the questions of some chapters for Moodle."""
    from scripts import moodle

    return moodle.write(folder, pages)


def print_papers(course: Course, book: Handbook, site: Path) -> list[Path]:
    """Print handouts, answers and sheets with Chromium; return their paths."""
    from scripts import chromium, packs, sheets

    plan, folder = course.plan, course.folder
    made = []
    with chromium.launch() as browser:
        for name, pages, title, answers in (
            ("before/pre-reading.pdf", plan.home, "read before", "trainer/answers-pre-reading.pdf"),
            ("room/handouts.pdf", plan.taught, "handouts", "trainer/answers.pdf"),
        ):
            if not pages:
                continue
            path, key = folder / name, folder / answers
            for file in (path, key):
                file.parent.mkdir(parents=True, exist_ok=True)
            packs.handout(browser, site, pages, path, f"{plan.title}: {title}", answers=key)
            made += [file for file in (path, key) if file.exists()]
        if plan.every != "once":
            made += sheets.write(browser, sheet_course(course, book, sheets), folder)
    held = {block.activity["id"] for block in plan.blocks if block.activity}
    for path in [path for path in made if CARDS.get(path.name, "") not in {"", *held}]:
        path.unlink()
        made.remove(path)
    return made


def sheet_course(course: Course, book: Handbook, sheets: Any) -> Any:
    """Return the course as the sheets want it."""
    asked = quizzes_of(course.plan.taught, book)
    taught = [
        [block.title for block in part.blocks if block.kind in ("talk", "lab")]
        for part in course.plan.parts
    ]
    return sheets.Course(
        title=course.plan.title,
        place=course.table.place,
        dates=list(course.table.dates),
        people=[person.name for person in course.people],
        labs=course.plan.labs,
        version=course.version,
        licence=LICENCE,
        taught=taught,
        quizzes=[page.removeprefix("modules/") for page in course.plan.handed_in],
        closing=[page.removeprefix("modules/") for page in asked],
    )


def questions(plan: Plan, book: Handbook) -> list[str]:
    """Return the chapters whose questions go to Moodle: read at home, taught or asked, each once."""
    return list(dict.fromkeys(quizzes_of([*plan.handed_in, *plan.taught], book)))


def monday(course: Course, sheets: int = 0) -> tuple[list[Step], Step]:
    """Return the steps of the Monday list, and what comes after the course.

    sheets: the pages of the handouts, if they are printed.
    """
    plan, many = course.plan, len(course.people)
    folder = course.folder
    each = f"{many} copies" if many else "a copy for each person"
    name = plan.name if (Path("docs/_data/plans") / f"{plan.name}.toml").exists() else "…"

    def files(*names: str) -> list[File]:
        """Return those of some files that are there."""
        return [File(name, *FILES[name]) for name in names if (folder / name).exists()]

    steps = [
        Step(
            "Read the plan, and put it into your calendar",
            [
                "Read each day once, with its last column: that is what you leave out first.",
                "Change a minute or a block in the plan's file, and run the command again.",
            ],
            files("plan.html", "plan.ics", "plan.csv"),
            ["teach/plans"],
        ),
        Step(
            "Write to the people",
            [
                "Send the invitation to everybody, with the calendar and the reading.",
                *(
                    ["The reading comes in parts: the invitation says by when."]
                    if plan.home
                    else []
                ),
            ],
            files("before/invitation.md", "before/pre-reading.pdf", "before/survey.md"),
        ),
    ]
    if plan.labs:
        steps.append(
            Step(
                "Try one laptop of the kind that the room has",
                [
                    "Set it up as the first lab says, type `jukebox doctor`, and do lab 1.",
                    "If the room has no internet, or its laptops are locked, "
                    "`uvx nox -s bundle` makes one file of all that they need.",
                ],
                [],
                ["labs/first-model", "teach/room-without-internet"],
            )
        )
    if (folder / "moodle").exists():
        steps.append(
            Step(
                "Put the questions into Moodle",
                [
                    "Only if your customer has Moodle. "
                    "Without it, people hand in a line from each quiz.",
                ],
                files("moodle/bank.xml", "moodle/bank.gift.txt", "moodle/bank.csv"),
                ["teach/into-moodle"],
            )
        )
    room = files(*(name for name in FILES if name.startswith("room/")))
    if room:
        words = [
            f"Of what says “one each” everybody needs one: {each}. Most of it is the handouts."
        ]
        if sheets:
            all_sheets = f", {sheets * many} for all" if many else ""
            words.append(
                f"They have {sheets} pages{all_sheets}; you can also send the file instead."
            )
        if (folder / "room/cards-alerts.pdf").exists():
            words.append("Cards are for the wall: one set for each wall, of four to eight people.")
        steps.append(Step("Print", words, room, ["teach/handouts"]))
    steps.append(
        Step(
            "Do what they will do",
            [
                *(["Type tomorrow's labs from top to bottom, with a clock."] if plan.labs else []),
                "Read your own papers, and write down the one question that you fear.",
            ],
            files(
                *("trainer/lab-sheets.pdf", "trainer/answers.pdf"),
                *("trainer/closing-answers.pdf", "trainer/answers-pre-reading.pdf"),
            ),
            ["teach/facilitators-guide"],
            when="The evening before",
        )
    )
    steps.append(
        Step(
            "Set up the room",
            [
                "Projector: open the plan's first page, and go to the last row. If you cannot read it, "
                "make the letters larger.",
                *(
                    [
                        "Tables: a laptop for two, power at each, names on the tables, the sheet at the door."
                    ]
                    if plan.labs
                    else []
                ),
                "Put a clock where you see it, and this plan beside it.",
            ],
            [],
            when="The evening before",
        )
    )
    after = Step(
        "Afterwards",
        [
            *(
                [
                    "Collect the lines that people hand in: "
                    "`uvx nox -s teach -- collect lines.txt --roster class.csv`.",
                    "Write the days attended into the roster's column `days`, then "
                    f"`uvx nox -s teach -- certificates {name} --roster class.csv`.",
                ]
                if plan.every != "once"
                else []
            ),
            "Send the minutes that you measured to the rehearsal log.",
        ],
        files("after/feedback.md"),
        ["teach/collect-the-lines", "teach/rehearsal-log"],
    )
    return steps, after


def pages_of(pdf: Path) -> int:
    """Return how many pages a PDF has; 0 where there is none."""
    if not pdf.exists() or not pdf.stat().st_size:
        return 0
    from pypdf import PdfReader

    return len(PdfReader(pdf).pages)


def write_index(course: Course, book: Handbook, site: Path) -> Path:
    """Write the Monday list; return its path."""
    steps, after = monday(course, pages_of(course.folder / "room/handouts.pdf"))
    text = (
        environment()
        .get_template("index.html")
        .render(
            plan=course.plan,
            table=course.table,
            people=len(course.people),
            clock=hours(course.table.begins),
            steps=steps,
            after=after,
            book=book,
            link=linker(course.folder, site),
            version=course.version,
            licence=LICENCE,
        )
    )
    path = course.folder / "index.html"
    path.write_text(text, "utf-8")
    return path


def read_options(arguments: Sequence[str]) -> argparse.Namespace:
    """Return the options of the command that makes a folder."""
    parser = argparse.ArgumentParser(
        prog="nox -s teach --", description="Make what a trainer needs of a plan."
    )
    add = parser.add_argument
    add("plan", help="the name of a plan, or the path of a TOML file")
    add("--start", required=True, help="the first day, such as 2027-01-11")
    add("--zone", required=True, help="the time zone, such as Asia/Kolkata")
    add("--begins", help="when each part begins, such as 9:30, if not as the plan says")
    add("--roster", type=Path, help="a CSV file with a column `name`")
    add("--country", help="public holidays of a country are left out, such as IN or DE-BY")
    add("--holiday", action="append", default=[], help="a day that is left out; may come again")
    add("--place", default="", help="where the course is held")
    add("--no-print", action="store_true", help="without the PDFs, which need Chromium")
    add(
        "--output",
        type=Path,
        default=OUTPUT,
        help=f"the folder of all plans; {OUTPUT} if not given",
    )
    return parser.parse_args(arguments)


def timetable(given: argparse.Namespace, plan: Plan) -> Timetable:
    """Return the plan with its days. Raises ValueError with what to write."""
    start, zone = read_date(given.start, "--start"), read_zone(given.zone)
    if not (given.begins or plan.begins):
        raise ValueError(
            f"{plan.name} has no clock of its own. Add --begins, such as --begins 9:30."
        )
    free = public_holidays(given.country, start) if given.country else {}
    free |= {read_date(day, "--holiday"): "holiday" for day in given.holiday}
    dates, skipped = schedule(plan, start, free)
    begins = read_clock(given.begins or plan.begins)
    return Timetable(plan, tuple(dates), begins, zone, tuple(skipped), given.place)


def make_folder(arguments: Sequence[str]) -> None:
    """Make the folder of a plan, and say what was written and what to do next."""
    given = read_options(arguments)
    book = Handbook()
    plan = find_plan(given.plan, book)
    table = timetable(given, plan)
    people = read_roster(given.roster, len(plan.parts)) if given.roster else []
    course = Course(table, people, given.output / plan.name, version_of())
    clear(course.folder)
    written = write_texts(course, book, SITE)
    if pages := questions(plan, book):
        written += write_moodle(course.folder / "moodle", pages)
    if not given.no_print:
        written += print_papers(course, book, SITE)
    written.append(write_index(course, book, SITE))
    keep_course(course, written)
    say(course, written)


def clear(folder: Path) -> None:
    """Remove what an earlier run has written, except what a person has changed since."""
    kept = folder / COURSE
    written = json.loads(kept.read_text("utf-8")).get("written", {}) if kept.exists() else {}
    for name, digest in written.items():
        path = folder / name
        if path.is_file() and digest_of(path) == digest:
            path.unlink()


def digest_of(path: Path) -> str:
    """Return the digest of a file's bytes."""
    return hashlib.sha256(path.read_bytes()).hexdigest()


def keep_course(course: Course, written: Sequence[Path]) -> None:
    """Keep what the certificates need, and what was written, to know it at the next run."""
    facts = {
        "plan": course.plan.name,
        "title": course.plan.title,
        "dates": [day.isoformat() for day in course.table.dates],
        "place": course.table.place,
        "zone": course.table.zone,
        "labs": course.plan.labs,
        "quizzes": course.plan.handed_in,
        "taught": [
            [block.title for block in part.blocks if block.kind in ("talk", "lab")]
            for part in course.plan.parts
        ],
        "version": course.version,
        "written": {p.relative_to(course.folder).as_posix(): digest_of(p) for p in written},
    }
    (course.folder / COURSE).write_text(json.dumps(facts, indent=1, ensure_ascii=False), "utf-8")


def say(course: Course, written: Sequence[Path]) -> None:
    """Print what was written, and the next thing to do, in fewer than 15 lines."""
    table, plan = course.table, course.plan
    minutes = sum(block.minutes for block in plan.blocks if block.kind != "pause")
    parts = f"{len(plan.parts)} times {plan.minutes} minutes, " if plan.parts[1:] else ""
    print(f"{plan.title}: {parts}{minutes} minutes without the pauses.")
    print(
        f"First {on(table.dates[0])}, {hours(table.begins)}, {table.zone}; last {on(table.dates[-1])}."
    )
    if table.skipped:
        shown = [f"{day} ({why})" for day, why in table.skipped]
        more = f", and {len(shown) - 4} more, see plan.html" if len(shown) > 4 else ""
        print(f"Left out: {', '.join(shown[:4])}{more}.")
    groups: dict[str, list[str]] = {}
    for path in written:
        place, _, name = path.relative_to(course.folder).as_posix().rpartition("/")
        groups.setdefault(place, []).append(name)
    for place, names in sorted(groups.items()):
        print(f"  {place or '.'}/: {', '.join(sorted(names))}")
    print(f"Next: open {(course.folder / 'index.html').resolve().as_uri()}")


def make_certificates(arguments: Sequence[str]) -> None:
    """Print the certificates of attendance and, apart, of completion."""
    parser = argparse.ArgumentParser(prog="nox -s teach -- certificates")
    parser.add_argument("plan", help="the name of the plan whose folder you have made")
    parser.add_argument(
        "--roster", type=Path, required=True, help="with the column `days` filled in"
    )
    parser.add_argument("--lines", type=Path, help="the lines that people handed in")
    parser.add_argument("--output", type=Path, default=OUTPUT, help="the folder of all plans")
    given = parser.parse_args(arguments)
    folder = given.output / Path(given.plan).stem
    kept = folder / COURSE
    if not kept.exists():
        raise ValueError(
            f"{kept} is not there: make the folder first, "
            f"with `nox -s teach -- {given.plan} --start … --zone …`."
        )
    facts = json.loads(kept.read_text("utf-8"))
    people = read_roster(given.roster, len(facts["dates"]))
    attended = {person.name: list(person.days) for person in people if person.days}
    if not attended:
        raise ValueError(
            f"{given.roster}: nobody has `days`. Write the days attended, such as 1 2 3."
        )
    from scripts import chromium, sheets

    course = sheets.Course(
        title=facts["title"],
        place=facts["place"],
        dates=[date.fromisoformat(day) for day in facts["dates"]],
        people=[person.name for person in people],
        labs=facts["labs"],
        version=facts["version"],
        licence=LICENCE,
        taught=facts["taught"],
        quizzes=[page.removeprefix("modules/") for page in facts["quizzes"]],
    )
    completed = completed_by(given.lines, people, sheets) if given.lines else {}
    with chromium.launch() as browser:
        written = sheets.certificates(browser, course, attended, completed, folder)
    for path in written:
        print(path)
    print(f"Attendance: {len(attended)} of {len(people)} people. Print, sign, hand out.")


def completed_by(lines: Path, people: Sequence[Person], sheets: Any) -> Mapping[str, Any]:
    """Return what each person of the roster has handed in, by the lines."""
    from scripts import collect

    report = collect.collect(collect.decode(lines), [person.name for person in people])
    return {
        name: sheets.Completed(
            labs=[one.item.number for one in given.values() if is_done(one.item, lab=True)],
            quizzes=[one.item.page for one in given.values() if is_done(one.item, lab=False)],
        )
        for name, given in report.given.items()
    }


def is_done(item: Any, *, lab: bool) -> bool:
    """Tell whether what somebody handed in is a lab, or a quiz, that is done."""
    return hasattr(item, "done") == lab and getattr(item, "done", True)


def main(arguments: Sequence[str]) -> int:
    """Do what the first word says; return 0, or 1 after a sentence on what to do."""
    first, rest = (arguments[0], arguments[1:]) if arguments else ("", [])
    try:
        if not first:
            names = Handbook().plans
            raise ValueError(
                f"Name a plan: {', '.join(names)}; or moodle, collect or certificates."
            )
        if first == "moodle":
            for path in write_moodle(OUTPUT / "moodle", list(rest) or None):
                print(path)
        elif first == "collect":
            from scripts import collect

            return collect.main(rest)
        elif first == "certificates":
            make_certificates(rest)
        else:
            make_folder(arguments)
    except ValueError as error:  # PlanError is one
        print(error, file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
