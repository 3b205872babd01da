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
import shlex
import shutil
import sys
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import UTC, date, datetime
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TypeAlias

import yaml
from jukebox.labs.hand_in import LabResult, QuizResult

from docs._ext.plans import Block, Handbook, Plan, PlanError, hours, quizzes_of, read
from scripts import collect, moodle, sheets
from scripts.class_report import make_report, name_key
from scripts.lines import read_mails
from scripts.roster import Person, read_roster
from scripts.spreadsheet import write_csv
from scripts.timetable import (
    Timetable,
    as_calendar,
    as_table,
    choose_days,
    long_date,
    make_environment,
    name_of,
    public_holidays,
    read_clock,
    read_date,
    read_zone,
    weekend_of,
)

SITE, OUTPUT = Path("docs/_build/html"), Path("docs/_build/teach")
BASE = os.environ.get("READTHEDOCS_CANONICAL_URL") or os.environ.get("HANDBOOK_URL", "")
LICENCE = "Text CC BY 4.0, code Apache-2.0"
COURSE = "course.json"  # what the certificates need, and the digest of each file that was made
MINI_CAPSTONE = "capstones/mini-capstone"
CAPSTONE = "mini-capstone"  # the activity, which certificates name, too
YEARS = range(2020, 2100)  # in which a course is held; calendars and holidays know no more
MARK, END = "<!-- certificates -->", "<!-- end -->"  # between them the list has the certificates
# Papers that one activity needs: without it there are none.
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
    "room/mini-capstone.pdf": (
        "paper, one for each team",
        "The brief of the mini-capstone, without the envelope's answers.",
    ),
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
    "trainer/answers-mini-capstone.pdf": (
        "paper, yours",
        "What a good answer of the mini-capstone contains.",
    ),
    "after/feedback.md": ("send", "Six questions to ask afterwards."),
}
# What `print_certificates` prints, later than all the others.
CERTIFICATES = {
    "after/attendance.pdf": ("paper, one each", "Who was present, and on which days."),
    "after/completion.pdf": ("paper, one each", "Who has handed in all labs and quizzes."),
}


# What a template shows, by the names that it has there: of any type, since a template has none.
Values: TypeAlias = Mapping[str, object]


@dataclass(frozen=True)
class Kit:
    """What a trainer asks for: a plan with its days, the people, and the folder of it."""

    table: Timetable
    people: Sequence[Person]
    folder: Path
    version: str
    roster: Path | None = None
    source: Path | None = None  # the plan's file
    offline: bool = False  # people get everything on a stick

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


def write_texts(kit: Kit, book: Handbook, made: Path, site: Path) -> None:
    """Write the plan in three formats, and the letters, into a folder."""
    table, plan = kit.table, kit.plan
    reading = reading_minutes(site, plan.home)
    activities = list({b.activity["id"]: b.activity for b in plan.blocks if b.activity}.values())
    values = {
        **shared_values(kit, book, site),
        "activities": activities,
        "reading": reading,
        "mini_capstone": MINI_CAPSTONE in pages_of_activities(plan),
        "minutes": lambda pages: sum(reading[page] for page in pages),
        "ends": lambda part: hours((table.begins + part.minutes) % (24 * 60)),
        "online": bool(BASE),
        "offline": kit.offline,
    }
    letters = ["before/invitation.md", "after/feedback.md"]
    if plan.every != "once":
        letters.append("before/survey.md")
    for name in ("plan.html", *letters):
        write_page(made / name, values)
    write_csv(made / "plan.csv", as_table(table))
    (made / "plan.ics").write_bytes(as_calendar(table, now()))


def write_page(path: Path, values: Values) -> None:
    """Write a file of the kit: its template has the same name."""
    path.parent.mkdir(parents=True, exist_ok=True)
    text = make_environment().get_template(path.name).render(values)
    path.write_text(text, "utf-8", newline="\n")


def shared_values(kit: Kit, book: Handbook, site: Path) -> Values:
    """Return what several templates show."""
    return {
        "plan": kit.plan,
        "table": kit.table,
        "book": book,
        "people": len(kit.people),
        "clock": hours(kit.table.begins),
        "version": kit.version,
        "licence": LICENCE,
        "survey": kit.plan.every != "once",
        "link": partial(address, base_address(kit.folder, site)),
    }


def pages_of_activities(plan: Plan) -> set[str]:
    """Return the pages on which a plan's activities stand."""
    return {block.page for block in plan.blocks if block.activity}


def base_address(folder: Path, site: Path) -> str:
    """Return where the site is: on the web if that is known, else on this disk, from a folder."""
    return BASE.rstrip("/") or Path(os.path.relpath(site, folder)).as_posix()


def address(base: str, page: str, anchor: str = "") -> str:
    """Return the address of a page of a site, and of a place on it."""
    return f"{base}/{page}.html{f'#{anchor}' if anchor else ''}"


def folder_beside(folder: Path, site: Path) -> str:
    """Return the folder next to the site that holds a folder: both can be carried; "" if none."""
    above, inside = site.resolve().parent, folder.resolve()
    return inside.relative_to(above).parts[0] if inside.is_relative_to(above) else ""


def now() -> datetime:
    """Return the time at which files are made; SOURCE_DATE_EPOCH sets it, so that bytes are equal."""
    epoch = os.environ.get("SOURCE_DATE_EPOCH")
    moment = datetime.fromtimestamp(int(epoch), UTC) if epoch else datetime.now(UTC)
    return moment.replace(microsecond=0)


def print_papers(kit: Kit, book: Handbook, made: Path, site: Path) -> None:
    """Print handouts, answers and sheets into a folder, with Chromium."""
    from scripts import chromium  # it needs Playwright, and the folder's other files do not
    from scripts.packs.printing import print_handout

    plan = kit.plan
    brief = [page for page in pages_of_activities(plan) if page == MINI_CAPSTONE]
    with chromium.launch() as browser:
        for name, pages, title, answers in (
            ("before/pre-reading.pdf", plan.home, "read before", "trainer/answers-pre-reading.pdf"),
            ("room/handouts.pdf", plan.taught_chapters, "handouts", "trainer/answers.pdf"),
            ("room/mini-capstone.pdf", brief, "the brief", "trainer/answers-mini-capstone.pdf"),
        ):
            if pages:
                title = f"{plan.printed_title}: {title}"
                print_handout(browser, site, pages, made / name, title, answers=made / answers)
        if plan.every != "once":
            sheets.print_room_papers(browser, sheet_course(kit, book), made)
    held = {block.activity["id"] for block in plan.blocks if block.activity}
    for path in made.rglob("*.pdf"):
        if CARDS.get(path.name, "") not in {"", *held}:
            path.unlink()


def sheet_course(kit: Kit, book: Handbook) -> sheets.Course:
    """Return the course as the sheets and the certificates want it."""
    plan = kit.plan
    taught = [[name_of(block) for block in part.blocks if is_taught(block)] for part in plan.parts]
    return sheets.Course(
        title=plan.printed_title,
        place=kit.table.place,
        dates=list(kit.table.dates),
        people=[person.name for person in kit.people],
        labs=plan.labs,
        version=kit.version,
        licence=LICENCE,
        taught=taught,
        quizzes=[page.removeprefix("modules/") for page in plan.quizzes_to_hand_in],
        closing=[page.removeprefix("modules/") for page in quizzes_of(plan.taught_chapters, book)],
        unit="Week" if plan.every == "week" else "Day",
    )


def is_taught(block: Block) -> bool:
    """Tell whether a certificate names a block: a chapter, a lab, or the mini-capstone."""
    chapter = block.kind == "talk" and not block.step  # a step of the talk is no topic
    return chapter or block.kind == "lab" or block.activity.get("id") == CAPSTONE


def quiz_chapters(plan: Plan, book: Handbook) -> list[str]:
    """Return the chapters whose questions go to Moodle: read at home, taught or asked, each once."""
    return list(dict.fromkeys(quizzes_of([*plan.quizzes_to_hand_in, *plan.taught_chapters], book)))


def count_pages(pdf: Path) -> int:
    """Return how many pages a PDF has; 0 where there is none."""
    if not pdf.exists() or not pdf.stat().st_size:
        return 0
    from pypdf import PdfReader

    return len(PdfReader(pdf).pages)


def write_index(kit: Kit, book: Handbook, made: Path, site: Path) -> None:
    """Write the Monday list, which speaks of the files that were made."""

    def files(folder: str) -> list[tuple[str, str, str]]:
        """Return the files of a folder, "" for those in none: path, tag, and what it is."""
        inside = [name for name in FILES if name.rpartition("/")[0] == folder]
        return [(name, *FILES[name]) for name in inside if (made / name).exists()]

    words = [kit.plan.name, "--roster", str(kit.roster or "class.csv"), "--lines", "lines.txt"]
    if kit.folder.parent != OUTPUT:
        words += ["--output", str(kit.folder.parent)]
    values = {
        **shared_values(kit, book, site),
        "files": files,
        "printed": partial(printed_certificates, kit.folder),  # of an earlier run
        "plan_file": kit.source or Path("docs/_data/plans", f"{kit.plan.name}.toml"),
        "folder": shlex.quote(kit.folder.as_posix()),
        "marks": (MARK, END),
        "online": bool(BASE),
        "beside": "" if BASE else folder_beside(kit.folder, site),
        "above": site.parent.as_posix(),
        "site": site.as_posix(),
        "offline": kit.offline,
        "sheets": count_pages(made / "room/handouts.pdf"),
        "roster": shlex.quote(str(kit.roster or "class.csv")),
        "certificates": shlex.join(words),
    }
    write_page(made / "index.html", values)


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
    add("--title", help="what the course is called on paper and in mails, if not as the plan says")
    add("--offline", action="store_true", help="people get everything on a stick; the mail says so")
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
    if start.year not in YEARS:
        raise ValueError(
            f"--start {start}: write a day of the years {YEARS[0]} to {YEARS[-1]}, such as 2027-01-11."
        )
    if not (given.begins or plan.begins):
        raise ValueError(
            f"{plan.name} has no clock of its own. Add --begins, such as --begins 9:30."
        )
    free = public_holidays(given.country, start) if given.country else {}
    free |= {read_date(day, "--holiday"): "holiday" for day in given.holiday}
    weekend = [weekend_of(given.country)] if given.country else []
    dates, skipped = choose_days(plan, start, free, *weekend)
    begins = read_clock(given.begins or plan.begins)
    return Timetable(plan, tuple(dates), begins, zone, tuple(skipped), given.place)


def make_folder(arguments: Sequence[str]) -> None:
    """Make the folder of a plan, and say what was written and what to do next."""
    given = read_options(arguments)
    book = Handbook()
    plan = find_plan(given.plan, book)
    source = Path(given.plan) if given.plan.endswith(".toml") else None
    if given.title:
        plan = replace(plan, course=given.title)
    table = timetable(given, plan)
    people = read_roster(given.roster, len(plan.parts)) if given.roster else []
    kit = Kit(
        table, people, given.output / plan.name, version_of(), given.roster, source, given.offline
    )
    before = read_course(kit.folder)
    with TemporaryDirectory() as name:  # nothing of an earlier run is lost if this one fails
        made = Path(name)
        write_texts(kit, book, made, SITE)
        if pages := quiz_chapters(plan, book):
            moodle.write_bank(made / "moodle", pages)
        if not given.no_print:
            print_papers(kit, book, made, SITE)
        write_index(kit, book, made, SITE)
        written, kept, removed = place_files(made, kit.folder, before.written if before else {})
    keep_course(kit.folder, sheet_course(kit, book), written)
    if kept:
        print(
            f"Kept, because you have changed them: {', '.join(kept)}. They have the dates and times "
            "of an earlier run. Delete them to have them anew."
        )
    if removed:
        print(f"Removed, since they may be old: {', '.join(removed)}.")
    if table.dates[0] < now().date():
        print(f"Note: --start {table.dates[0]} is in the past.", file=sys.stderr)
    print_summary(kit, [*written, *kept])


def place_files(
    made: Path, folder: Path, before: Mapping[str, str]
) -> tuple[dict[str, str], list[str], list[str]]:
    """Move what was made into a folder, in place of what an earlier run has written there.

    before: {file: its digest} of that run. What a person has changed since, or has put there, is
    kept. Return {file: its digest} of what was moved, and the names of what was kept, and of what
    was removed without a new one in its place.
    """
    inside = folder.resolve()
    removed = []
    for name, digest in before.items():
        path = folder / name
        if path.resolve().is_relative_to(inside) and path.is_file() and digest_of(path) == digest:
            path.unlink()
            removed += [] if (made / name).exists() else [name]
    written, kept = {}, []
    for path in sorted(path for path in made.rglob("*") if path.is_file()):
        name = path.relative_to(made).as_posix()
        if (folder / name).exists():
            kept.append(name)
            continue
        written[name] = digest_of(path)
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.move(path, folder / name)
    return written, kept, removed


def digest_of(path: Path) -> str:
    """Return the digest of a file's bytes."""
    return hashlib.sha256(path.read_bytes()).hexdigest()


def keep_course(folder: Path, course: sheets.Course, written: Mapping[str, str]) -> None:
    """Keep what the certificates need, and what was written, to know it at the next run."""
    facts = asdict(course) | {"dates": list(map(str, course.dates)), "written": written}
    side = folder / f"{COURSE}.new"  # a run that is cut off leaves the old file whole
    side.write_text(json.dumps(facts, indent=1, ensure_ascii=False), "utf-8")
    side.replace(folder / COURSE)


@dataclass(frozen=True)
class EarlierRun:
    """What an earlier run kept: its course, and the digest of each file that it wrote."""

    course: sheets.Course
    written: Mapping[str, str]


def read_course(folder: Path) -> EarlierRun | None:
    """Return what an earlier run kept; None if there was none.

    Raises ValueError where the file is not as `keep_course` writes it.
    """
    path = folder / COURSE
    if not path.exists():
        return None
    try:
        facts = json.loads(path.read_text("utf-8"))
        written = facts.pop("written")
        facts["dates"] = [date.fromisoformat(day) for day in facts["dates"]]
        course = sheets.Course(**facts)
        if not all(isinstance(digest, str) for digest in written.values()):
            raise ValueError("a digest is no text")
        return EarlierRun(course, written)
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise ValueError(
            f"{path} is not as the command wrote it. Move {folder} away, and make it again."
        ) from error


def print_summary(kit: Kit, names: Iterable[str]) -> None:
    """Print what was written, and the next thing to do, in fewer than 15 lines."""
    table, plan = kit.table, kit.plan
    minutes = sum(block.minutes for block in plan.blocks if block.kind != "pause")
    parts = f"{len(plan.parts)} times {plan.minutes} minutes, " if plan.parts[1:] else ""
    print(f"{plan.printed_title}: {parts}{minutes} minutes without the pauses.")
    print(
        f"First {long_date(table.dates[0])}, {hours(table.begins)}, {table.zone}; last {long_date(table.dates[-1])}."
    )
    if table.skipped:
        shown = [f"{day} ({why})" for day, why in table.skipped]
        more = f", and {len(shown) - 4} more, see plan.html" if len(shown) > 4 else ""
        print(f"Left out: {', '.join(shown[:4])}{more}.")
    groups: dict[str, list[str]] = {}
    for path in names:
        folder, _, name = path.rpartition("/")
        groups.setdefault(folder, []).append(name)
    for folder, inside in sorted(groups.items()):
        print(f"  {folder or '.'}/: {', '.join(sorted(inside))}")
    print(f"Next: open {(kit.folder / 'index.html').resolve().as_uri()}")


def make_certificates(arguments: Sequence[str]) -> None:
    """Print the certificates of attendance and, apart, of completion."""
    parser = argparse.ArgumentParser(prog="nox -s teach -- certificates")
    parser.add_argument("plan", help="the name of the plan whose folder you have made")
    parser.add_argument(
        "--roster", type=Path, required=True, help="with the column `days` filled in"
    )
    parser.add_argument("--lines", type=Path, help="the lines that people handed in")
    parser.add_argument(
        "--same",
        type=collect.read_pair,
        action="append",
        default=[],
        metavar="NAME=NAME",
        help="a name on a line, and the name on the roster that it means",
    )
    parser.add_argument("--output", type=Path, default=OUTPUT, help="the folder of all plans")
    given = parser.parse_args(arguments)
    folder = given.output / Path(given.plan).stem
    before = read_course(folder)
    if not before:
        raise ValueError(
            f"{folder / COURSE} is not there: make the folder first, "
            f"with `nox -s teach -- {given.plan} --start … --zone …`."
        )
    people = read_roster(given.roster, len(before.course.dates))
    attended = {person.name: list(person.days) for person in people if person.days}
    if not attended:
        raise ValueError(
            f"{given.roster}: nobody has `days`. Write the days attended, such as 1 2 3."
        )
    names = [person.name for person in people]
    course = replace(before.course, people=names)
    completed = completions(given.lines, names, dict(given.same)) if given.lines else {}
    from scripts import chromium  # it needs Playwright

    for name in ("attendance", "completion"):  # of an earlier run
        (folder / "after" / f"{name}.pdf").unlink(missing_ok=True)
    with chromium.launch() as browser:
        written = sheets.print_certificates(browser, course, attended, completed, folder)
    keep_course(folder, before.course, list_certificates(folder, before.written))
    for path in written:
        print(path)
    print(f"Attendance: {len(attended)} of {len(people)} people. Print, sign, hand out.")
    for name, done in completed.items():
        if lack := sheets.missing_items(course, done):
            print(f"No certificate of completion: {name} ({', '.join(lack)})")


def printed_certificates(folder: Path) -> list[tuple[str, str, str]]:
    """Return the certificates that are in a folder: path, tag, and what it is."""
    return [(name, *said) for name, said in CERTIFICATES.items() if (folder / name).exists()]


def list_certificates(folder: Path, written: Mapping[str, str]) -> dict[str, str]:
    """Put the certificates into the Monday list; return the digests of what was written.

    A list that somebody has changed stays as it is, but for what stands between the two marks.
    """
    path = folder / "index.html"
    text = path.read_text("utf-8") if path.exists() else ""
    head, mark, rest = text.partition(MARK)
    _, end, tail = rest.partition(END)
    if not end:
        return dict(written)
    ours = digest_of(path) == written.get(path.name)
    macros = vars(make_environment().get_template("list.html").make_module())
    listed = macros["listed"](printed_certificates(folder))
    path.write_text(f"{head}{mark}\n{listed}{end}{tail}", "utf-8", newline="\n")
    return {**written, path.name: digest_of(path)} if ours else dict(written)


def completions(
    lines: Path, names: Sequence[str], same: Mapping[str, str]
) -> dict[str, sheets.Completed]:
    """Return what each person of the roster has handed in; print what the trainer has to look at.

    same: {a name on a line: the name on the roster that it means}.
    """
    known = set(map(name_key, names))
    if unknown := [name for name in same.values() if name_key(name) not in known]:
        raise ValueError(f"--same: {unknown[0]} is not on the roster.")
    report = make_report(read_mails(lines), names, same=same)
    for sentence in report.look:
        print(sentence, file=sys.stderr)
    handed_in = {name: [one.item for one in given.values()] for name, given in report.given.items()}
    return {
        name: sheets.Completed(
            labs=[item.number for item in items if isinstance(item, LabResult) and item.done],
            quizzes=[item.page for item in items if isinstance(item, QuizResult)],
        )
        for name, items in handed_in.items()
    }


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
            for path in moodle.write_bank(OUTPUT / "moodle", list(rest) or None):
                print(path)
        elif first == "collect":
            return collect.main(rest)
        elif first == "certificates":
            make_certificates(rest)
        else:
            make_folder(arguments)
    except OSError as error:
        print(collect.describe_error(error), file=sys.stderr)
        return 1
    except ValueError as error:  # PlanError is one
        print(error, file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
