"""Read the lines that a class hands in: who did what, and what the class misunderstood.

    nox -s teach -- collect lines.txt --roster class.csv --plan three-days

`lines.txt` is what came in mails and chats, pasted one after the other. `scripts/lines.py` finds the
lines in it, and says of the rest what cannot be read; `scripts/class_report.py` says what they come
to. What is here writes that as text, as a page and as a table.
"""

import argparse
import io
import sys
import textwrap
from collections.abc import Iterator, Sequence
from datetime import date
from pathlib import Path

from jukebox.labs.hand_in import LabResult, QuizResult

from docs._ext.markdown import PARSER, visible_text
from scripts.class_report import (
    QuestionChoices,
    Report,
    count_right,
    is_open,
    make_report,
    name_key,
    read_plan,
)
from scripts.lines import read_mails
from scripts.roster import read_roster
from scripts.spreadsheet import write_csv
from scripts.timetable import make_environment

WIDTH = 88


def people(report: Report) -> Iterator[tuple[str, str, str]]:
    """Yield each name with what was handed in, and what is missing."""
    for name in report.roster:
        given = [one.item for one in report.given[name].values()]
        quizzes = [item for item in given if isinstance(item, QuizResult)]
        labs = sorted(item.number for item in given if isinstance(item, LabResult) and item.done)
        asked = sum(len(item.letters) for item in quizzes)
        more = sum(item.tries > 1 for item in quizzes)
        said = []
        if quizzes:
            said.append(f"{len(quizzes)} {'quizzes' if quizzes[1:] else 'quiz'}")
            said.append(f"{sum(map(count_right, quizzes))} of {asked} right at first")
        if more:
            said.append(f"{more} begun again")
        if labs:
            said.append(f"lab{'s' * bool(labs[1:])} {', '.join(map(str, labs))} done")
        gone = [
            f"{what} (open)" if what in report.given[name] else what
            for what in report.missing(name)
        ]
        yield name, ", ".join(said) or "nothing", ", ".join(gone)


def first_sentence(report: Report) -> str:
    """Return how many handed in how much."""
    some = sum(bool(given) for given in report.given.values())
    full = sum(not report.missing(name) for name in report.roster)
    what = "the plan asks for" if report.planned else "anybody handed in"
    return (
        f"{some} of {len(report.roster)} people handed something in; {full} have all "
        f"{len(report.expected)} items that {what}."
    )


def choices(one: QuestionChoices) -> Iterator[str]:
    """Yield what was chosen at a question, a sentence an option, the most common mistake first."""
    for letter, count in one.wrong:
        text, why = one.question.options[ord(letter) - ord("A")]
        yield f"{count} of {one.people} chose {letter}: “{plain_text(text)}” Why not: {plain_text(why)}"
    text, _ = one.question.options[ord(one.question.right) - ord("A")]
    hit = one.chosen[one.question.right]
    yield f"{hit} of {one.people} chose {one.question.right}, which is right: “{plain_text(text)}”"


def plain_text(text: str) -> str:
    """Return a text of a quiz without its marks."""
    return visible_text(PARSER.parseInline(text)[0].children or [])


def as_text(report: Report, *, named: bool = True) -> str:
    """Return the report for a terminal; not `named`: what a class may see, without anybody's name."""

    def wrap(text: str, first: str = "", then: str = "") -> str:
        """Wrap a paragraph."""
        return textwrap.fill(
            text, WIDTH, initial_indent=first, subsequent_indent=then, break_on_hyphens=False
        )

    rows = list(people(report)) if named else []
    width = max((len(name) for name, _, _ in rows), default=0) + 2
    out = [wrap(first_sentence(report)), *[""] * named]
    for name, has, lacks in rows:
        said = has + (f"; missing: {lacks}" if lacks and report.given[name] else "")
        out.append(wrap(said, name.ljust(width), " " * width))
    if report.look and named:
        out += ["", "Look at these:"]
        out += [wrap(one, "- ", "  ") for one in report.look]
    if report.wrong:
        out += ["", "What the class misunderstood, the most common mistake first:"]
    for one in report.wrong:
        out += ["", wrap(f"{one.page}, objective {one.question.objective}: {one.question.says}")]
        out.append(wrap(f"Question {one.number}: {plain_text(one.question.ask)}", "  ", "  "))
        out += [wrap(choice, "  - ", "    ") for choice in choices(one)]
    out += ["", wrap(f"Lines: {', '.join(report.account) or 'none'}.")]
    return "\n".join(out) + "\n"


def as_html(report: Report, *, named: bool = True) -> str:
    """Return the report as a page that needs nothing else; `named` as in `as_text`."""
    return (
        make_environment()
        .get_template("report.html")
        .render(
            report=report,
            named=named,
            first_sentence=first_sentence(report),
            people=list(people(report)),
            choices=choices,
            plain=plain_text,
        )
    )


def table_rows(report: Report) -> Iterator[list[str]]:
    """Yield a row for each person and item of the report, also for what is missing."""
    yield ["name", "item", "state", "answers", "right", "of", "tries", "date", "line"]
    for name in report.roster:
        given = report.given[name]
        for what in dict.fromkeys([*report.expected, *given]):
            one = given.get(what)
            row: list[str | int | date] = ["missing", *[""] * 6]
            if one and isinstance(one.item, QuizResult):
                item = one.item
                row = [
                    "done",
                    " ".join(item.letters),
                    count_right(item),
                    len(item.letters),
                    item.tries,
                ]
                row += [one.line.day, one.number]
            elif one:
                state = "open" if is_open(one.item) else "done"
                row = [state, "", "", "", one.item.tries, one.line.day, one.number]
            yield [name, what, *map(str, row)]


# ---- the command ---------------------------------------------------------------------------------


def read_pair(text: str) -> tuple[str, str]:
    """Return the two names of `--same`."""
    one, mark, other = text.partition("=")
    if not (mark and one.strip() and other.strip()):
        raise argparse.ArgumentTypeError(f'{text!r} is not "Lerner 1=Learner 1"')
    return one, other


def describe_error(error: OSError) -> str:
    """Say what the system refused, and of which file where it says so: a full disk names none."""
    return ": ".join(filter(None, (error.filename and str(error.filename), error.strerror))) + "."


def main(arguments: Sequence[str], today: date | None = None) -> int:
    """Print the report of a file of lines, and write it where it is asked for; give the exit code.

    today: the clock's day, if none is given.
    """
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):  # a pipe of Windows has no sign for each name
            stream.reconfigure(errors="replace")
    parser = argparse.ArgumentParser(prog="collect", description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("lines", type=Path, help="what came in mails, pasted into one text file")
    parser.add_argument("--roster", type=Path, required=True, help="a CSV file with a column name")
    parser.add_argument(
        "--plan", help="a plan's name or TOML file: its quizzes and labs are expected"
    )
    parser.add_argument("--parts", type=int, help="expect only the first parts of the plan")
    parser.add_argument(
        "--same",
        type=read_pair,
        action="append",
        default=[],
        metavar="NAME=NAME",
        help="a name on a line, and the name on the roster that it means",
    )
    parser.add_argument(
        "--counts", action="store_true", help="print and write in --html no name: only the counts"
    )
    parser.add_argument("--html", type=Path, help="write the report as a page, too")
    parser.add_argument("--csv", type=Path, help="write a row for each person and item, too")
    given = parser.parse_args(arguments)
    try:
        if given.counts and given.csv:
            raise ValueError(
                "--counts leaves names out, and the table of --csv has them: take one of the two."
            )
        if given.parts is not None and not given.plan:
            raise ValueError("--parts needs a plan: add --plan and its name.")
        roster = [person.name for person in read_roster(given.roster)]
        unknown = [b for _, b in given.same if name_key(b) not in map(name_key, roster)]
        if unknown:
            raise ValueError(f"--same: {unknown[0]} is not on the roster {given.roster}.")
        plan = read_plan(given.plan, given.parts) if given.plan else None
        text = read_mails(given.lines)
        report = make_report(text, roster, plan, dict(given.same), today or date.today())
        if given.html:
            given.html.write_text(as_html(report, named=not given.counts), "utf-8")
        if given.csv:
            write_csv(given.csv, table_rows(report))
    except OSError as error:
        print(describe_error(error), file=sys.stderr)
        return 1
    except ValueError as error:  # PlanError is one
        print(error, file=sys.stderr)
        return 1
    print(as_text(report, named=not given.counts), end="")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
