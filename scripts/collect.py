"""Read the lines that a class hands in: who did what, and what the class misunderstood.

    nox -s teach -- collect lines.txt --roster class.csv --plan three-days

`lines.txt` is what came in mails and chats, pasted one after the other: quoted, wrapped, with other
text around. `jukebox.hand_in` says what a line is. Everything that looks like one is accounted for.
"""

import argparse
import csv
import difflib
import html
import io
import re
import sys
import textwrap
import tomllib
from bisect import bisect_right
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from itertools import combinations, zip_longest
from pathlib import Path
from typing import Any, NamedTuple

import yaml
from jukebox import hand_in
from jukebox.hand_in import Lab, Line, Quiz

from scripts.roster import read_roster

DOCS = Path(__file__).parents[1] / "docs"
WIDTH = 88
QUOTED = re.compile(r"^(?:\s*>)+ ?")
CUT = re.compile(r"[a-z0-9][-/]$")  # a mail program may wrap after these, inside a word
HEAD = re.compile(r" · \d{4}-\d\d-\d\d · ")
TAIL = re.compile(r"([^·]{1,90}(?: · [^·]{1,90})*?) · ([0-9a-f]{6})(?![\w/])")  # items, checksum
LOOKS = re.compile(r"\btry \d|\d{4}-\d\d-\d\d ·|· [0-9a-f]{6}(?!\w)")


# ---- what is read --------------------------------------------------------------------------------


class Question(NamedTuple):
    """A question of a quiz: what it asks of which objective, its options as (text, why)."""

    objective: str
    says: str
    ask: str
    options: tuple[tuple[str, str], ...]
    right: str


class Found(NamedTuple):
    """A line in the text: where it begins, what it says, or its name and what is wrong with it."""

    number: int
    name: str
    line: Line | None
    fault: str = ""


def decode(path: Path) -> str:
    """Return the text of a file in UTF-8; ValueError says how to save it as that."""
    try:
        return path.read_bytes().decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise ValueError(
            f"{path}: this is no text in UTF-8 ({error.reason}): save it as UTF-8."
        ) from error


def key(name: str) -> str:
    """Return a name as it is compared: as a line has it, without capitals."""
    return hand_in.clean(name).casefold()


@cache
def quiz(page: str) -> tuple[Question, ...]:
    """Return the questions of a chapter's quiz, named below modules/; none where it has no quiz."""
    path = DOCS / "_data" / "quizzes" / f"{page}.toml"
    if not path.is_file():
        return ()
    front = (DOCS / "modules" / f"{page}.md").read_text("utf-8").split("---\n")[1]
    says = yaml.safe_load(front)["objectives"]
    return tuple(
        Question(
            one["objective"],
            says[one["objective"]],
            one["ask"],
            tuple((option["text"], option["why"]) for option in one["option"]),
            next("ABCDEFGHIJ"[n] for n, option in enumerate(one["option"]) if "right" in option),
        )
        for one in tomllib.loads(path.read_text("utf-8"))["question"]
    )


@cache
def labs() -> frozenset[int]:
    """Return the numbers of the labs, as their pages have them."""
    pages = [page.read_text("utf-8") for page in (DOCS / "labs").glob("*.md")]
    return frozenset(
        int(number) for page in pages for number in re.findall(r"^lab: (\d+)$", page, re.M)
    )


def read_plan(name: str, parts: int | None = None) -> list[str]:
    """Return the quizzes and labs of a plan in its order, or of its first few parts.

    name: of a file below docs/_data/plans, or the path of one. Raises ValueError with what to fix.
    """
    folder = DOCS / "_data" / "plans"
    path = Path(name) if name.endswith(".toml") else folder / f"{name}.toml"
    if not path.is_file():
        known = ", ".join(sorted(file.stem for file in folder.glob("*.toml")))
        raise ValueError(
            f"There is no plan {name}: name a TOML file, or one of: {known or 'none'}."
        )

    def items(value: Any) -> Iterator[str]:
        """Yield what the blocks below a value ask for."""
        for part in value if isinstance(value, list) else ():
            yield from items(part)
        if isinstance(value, dict):
            # `home` is what people read before: its quizzes are handed in as well.
            for asked in ("home", "quiz"):
                pages = value.get(asked) if isinstance(value.get(asked), list) else ()
                yield from filter(quiz, (str(page).removeprefix("modules/") for page in pages))
            if type(value.get("lab")) is int:
                yield f"lab-{value['lab']}"
            for part in value.values():
                yield from items(part)

    try:
        plan = tomllib.loads(decode(path))
    except tomllib.TOMLDecodeError as error:
        raise ValueError(f"{path}: this is no TOML: {error}.") from error
    return list(dict.fromkeys(items(plan.get("part", [])[:parts])))


# ---- lines in a text -----------------------------------------------------------------------------


def find(text: str, names: Sequence[str] = ()) -> tuple[list[Found], list[tuple[int, str]]]:
    """Return the lines in a text, and what looks like a part of one and is in none: (number, text).

    names: of the roster; a line whose checksum fits one of them under another name is told so.
    """
    pieces, starts, at = [], [], 0  # the text in one line, and where each line of the file begins
    for number, raw in enumerate(text.replace("\u00c2\u00b7", "·").splitlines(), 1):
        piece = hand_in.plain(QUOTED.sub("", raw)).translate(hand_in.DOTS)
        if not piece:
            continue
        if pieces and not (CUT.search(pieces[-1]) and re.match("[a-z0-9]", piece)):
            pieces[-1] += " "
            at += 1
        starts.append((at, number, piece))
        pieces.append(piece)
        at += len(piece)
    whole = "".join(pieces)

    def row(place: int) -> int:
        """Return which of the starts a place belongs to."""
        return bisect_right(starts, place, key=lambda start: start[0]) - 1

    found, taken, lower = [], set(), 0
    heads = list(HEAD.finditer(whole))
    for head, following in zip_longest(heads, heads[1:]):
        tail = TAIL.match(whole, head.end(), following.start() if following else len(whole))
        first = row(head.start())
        begins = max(starts[first][0], lower)
        if begins >= head.start():  # the name is on the line above
            begins = max(starts[max(first - 1, 0)][0], lower)
        if not tail:
            name = whole[begins : head.start()].rpartition(": ")[2]
            fault = "it ends without a checksum: ask for the whole line again"
            found.append(Found(starts[row(begins)][1], name, None, fault))
            taken |= {first, row(begins)}
            continue
        # Other words may stand before the name: the checksum knows where it begins.
        lowest = max(lower, head.start() - hand_in.LONGEST)
        spaces = re.compile(" ").finditer(whole, lowest, head.start())
        places = [lowest, *(space.end() for space in spaces)]
        rest, checksum = whole[head.start() : tail.end(1)], tail[2]
        fits = [p for p in places if hand_in.checksum(whole[p : head.start()] + rest) == checksum]
        start = fits[0] if fits else begins
        name = whole[start : head.start()]
        taken |= set(range(row(start), row(tail.end() - 1) + 1))
        lower = tail.end()
        if not fits:
            name = name.rpartition(": ")[2]
            owner = [
                one for one in names if hand_in.checksum(hand_in.clean(one) + rest) == checksum
            ]
            fault = "its checksum does not fit: a name, a day, a letter or a digit was changed"
            if owner:
                fault = (
                    f"its checksum fits the name {owner[0]}: the line is theirs, under another name"
                )
            found.append(Found(starts[row(start)][1], name, None, fault))
            continue
        try:
            line = hand_in.read(whole[start : tail.end()])
        except ValueError as error:
            fault = f"its checksum fits, but it cannot be read: {error}"
            found.append(Found(starts[row(start)][1], name, None, fault))
            continue
        found.append(Found(starts[row(start)][1], line.name, line))
    rest_of = [
        (number, piece)
        for n, (_, number, piece) in enumerate(starts)
        if n not in taken and LOOKS.search(piece)
    ]
    return found, rest_of


# ---- what it comes to ----------------------------------------------------------------------------


class Given(NamedTuple):
    """An item of a person that counts, and where it came from."""

    item: Quiz | Lab
    line: Line
    number: int


@dataclass
class Wrong:
    """What a class chose at one question: {letter: how many}."""

    page: str
    number: int
    question: Question
    chosen: Counter[str]

    @property
    def people(self) -> int:
        """How many answered."""
        return self.chosen.total()

    @property
    def wrong(self) -> list[tuple[str, int]]:
        """The wrong letters that somebody chose, the most chosen first."""
        return sorted(
            ((letter, n) for letter, n in self.chosen.items() if letter != self.question.right),
            key=lambda one: (-one[1], one[0]),
        )


@dataclass
class Report:
    """What the lines of a class come to."""

    roster: list[str]
    expected: list[str]
    planned: bool
    given: dict[str, dict[str, Given]] = field(default_factory=dict)
    look: list[str] = field(default_factory=list)  # what the trainer has to look at
    account: list[str] = field(default_factory=list)  # what became of each line
    wrong: list[Wrong] = field(default_factory=list)

    def missing(self, name: str) -> list[str]:
        """Return what somebody has not handed in; a lab that is open is not done."""
        given = self.given[name]
        return [what for what in self.expected if what not in given or is_open(given[what].item)]


def is_open(item: Quiz | Lab) -> bool:
    """Tell whether an item is a lab whose check still finds something."""
    return isinstance(item, Lab) and not item.done


def right(item: Quiz) -> int:
    """Return how many first answers of a quiz were right."""
    return sum(
        letter == one.right for letter, one in zip(item.letters, quiz(item.page), strict=True)
    )


def fault_of(item: Quiz | Lab) -> str:
    """Return why an item cannot be counted, or nothing."""
    if isinstance(item, Lab):
        return "" if item.number in labs() else f"there is no lab {item.number}"
    questions = quiz(item.page)
    if not questions:
        return f"{item.page} has no quiz here"
    fits = len(questions) == len(item.letters) and all(
        ord(letter) - ord("A") < len(one.options)
        for letter, one in zip(item.letters, questions, strict=True)
    )
    return "" if fits else f"the quiz of {item.page} has other questions here"


def collect(
    text: str,
    roster: Sequence[str],
    plan: Sequence[str] | None = None,
    same: Mapping[str, str] | None = None,
) -> Report:
    """Return what a text comes to.

    plan: the quizzes (below modules/) and labs that are expected; without it, what anybody handed
    in is expected of all. same: {a name on a line: the name on the roster that it means}.
    """
    known = {key(name): name for name in roster}
    known |= {key(a): known[key(b)] for a, b in (same or {}).items()}
    found, leftover = find(text, roster)
    report = Report(list(roster), list(plan or ()), plan is not None, {name: {} for name in roster})
    sound = [one for one in found if one.line]
    counts: Counter[str] = Counter({"counted": 0})  # in this order
    for one in found:
        if not one.line:
            counts["with a fault"] += 1
            report.look.append(f"Line {one.number}, {one.name or 'without a name'}: {one.fault}.")
    for number, piece in leftover:
        counts["not readable"] += 1
        shown = textwrap.shorten(piece, 60, placeholder=" …")
        report.look.append(
            f"Line {number} looks like a part of a line, and cannot be read: {shown}"
        )
    for one in sound:
        if key(one.name) not in known:
            counts["of nobody on the roster"] += 1
            near = difflib.get_close_matches(key(one.name), list(known), 1)
            means = (
                f'the nearest is {known[near[0]]}. If that is right, add --same "{one.name}='
                f'{known[near[0]]}"'
                if near
                else "and nobody on it has a name like that"
            )
            report.look.append(f"Line {one.number}: {one.name} is not on the roster; {means}.")
    take(report, [one for one in sound if key(one.name) in known], known, counts)
    report.look += passed_on(sound, known)
    if not report.planned:
        report.expected = sorted({what for given in report.given.values() for what in given})
    report.wrong = misunderstood(report)
    report.account = [f"{count} {what}" for what, count in counts.items() if count]
    return report


def take(
    report: Report, lines: Sequence[Found], known: Mapping[str, str], counts: Counter[str]
) -> None:
    """Let the newest line of each person count for each of its items; note what became of each."""

    def age(one: Found) -> tuple[Any, ...]:
        """Order lines by day, then by how much they hold."""
        line = one.line
        assert line
        return line.day, len(line.items), sum(item.tries for item in line.items), -one.number

    seen: set[tuple[str, Line]] = set()
    for one in sorted(lines, key=age):
        assert one.line
        name = known[key(one.name)]
        if (name, one.line) in seen:
            continue
        seen.add((name, one.line))
        for item in one.line.items:
            if fault := fault_of(item):
                report.look.append(f"Line {one.number}, {name}: {fault}, so it is not counted.")
                continue
            before = report.given[name].get(item.what)
            if (
                before
                and isinstance(item, Quiz)
                and isinstance(before.item, Quiz)
                and before.item.letters != item.letters
            ):
                report.look.append(
                    f"{name} has two first answers to {item.what}: "
                    f"{' '.join(before.item.letters)} (line {before.number}) and "
                    f"{' '.join(item.letters)} (line {one.number}, which counts). Another browser, "
                    "or one that was told to forget?"
                )
            report.given[name][item.what] = Given(item, one.line, one.number)
    live = {id(given.line) for person in report.given.values() for given in person.values()}
    counted = sum(id(one.line) in live for one in lines)
    repeated = len(lines) - len(seen)
    counts["counted"] += counted
    counts["repeated word for word"] += repeated
    counts["replaced by newer ones, or with nothing that counts"] += len(lines) - counted - repeated


def passed_on(lines: Sequence[Found], known: Mapping[str, str]) -> Iterator[str]:
    """Yield what two names have in common that two people seldom have: a line, a lab's state."""
    same, states = defaultdict(set), defaultdict(set)
    for one in lines:
        assert one.line
        name = known.get(key(one.name), one.name)
        same[one.line.day, one.line.items].add(name)
        for item in one.line.items:
            if isinstance(item, Lab):
                states[item.what, item.state].add(name)
    right_alike = 0
    for (day, items), names in same.items():
        if len(names) < 2:
            continue
        quizzes = [item for item in items if isinstance(item, Quiz) and not fault_of(item)]
        asked = sum(len(item.letters) for item in quizzes)
        wrong = asked - sum(map(right, quizzes))
        if wrong:
            yield (
                f"{' and '.join(sorted(names))} handed in the same line of {day}: {asked} answers, "
                f"{wrong} of them wrong in the same way. The more of these, the less it is luck."
            )
        elif asked:
            right_alike += 1
    if right_alike:
        yield (
            f"Lines that are the same under two names or more, and all right: {right_alike}. "
            "That tells nothing: two people who know the answers write the same."
        )
    for (what, state), names in states.items():
        for pair in combinations(sorted(names), 2):
            yield f"{' and '.join(pair)} have the same state of {what} ({state}): a copied folder?"


def misunderstood(report: Report) -> list[Wrong]:
    """Return what was chosen at each question, that with the most common mistake first."""
    chosen: dict[tuple[str, int], Counter[str]] = defaultdict(Counter)
    for given in report.given.values():
        for one in given.values():
            if isinstance(one.item, Quiz):
                for number, letter in enumerate(one.item.letters):
                    chosen[one.item.page, number][letter] += 1
    found = [
        Wrong(page, number + 1, quiz(page)[number], counter)
        for (page, number), counter in chosen.items()
    ]
    mistaken = [one for one in found if one.wrong]
    return sorted(
        mistaken,
        key=lambda one: (-one.wrong[0][1], -one.wrong[0][1] / one.people, one.page, one.number),
    )


# ---- what is written -----------------------------------------------------------------------------


def people(report: Report) -> Iterator[tuple[str, str, str]]:
    """Yield each name with what was handed in, and what is missing."""
    for name in report.roster:
        given = [one.item for one in report.given[name].values()]
        quizzes = [item for item in given if isinstance(item, Quiz)]
        labs = sorted(item.number for item in given if isinstance(item, Lab) and item.done)
        asked = sum(len(item.letters) for item in quizzes)
        more = sum(item.tries > 1 for item in quizzes)
        said = []
        if quizzes:
            said.append(
                f"quizzes {len(quizzes)}, {sum(map(right, quizzes))} of {asked} right at first"
            )
        if more:
            said.append(f"{more} begun again")
        if labs:
            said.append(f"labs {', '.join(map(str, labs))} done")
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


def choices(one: Wrong) -> Iterator[str]:
    """Yield what was chosen at a question, a sentence an option, the most common mistake first."""
    for letter, count in one.wrong:
        text, why = one.question.options[ord(letter) - ord("A")]
        yield f"{count} of {one.people} chose {letter}: “{plain(text)}” Why not: {plain(why)}"
    text, _ = one.question.options[ord(one.question.right) - ord("A")]
    hit = one.chosen[one.question.right]
    yield f"{hit} of {one.people} chose {one.question.right}, which is right: “{plain(text)}”"


def plain(text: str) -> str:
    """Return a text of a quiz without its marks."""
    return (
        re.sub(r"\{\w+\}`([^<`]*?)(?: <[^>`]*>)?`", r"\1", text).replace("`", "").replace("*", "")
    )


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
        out.append(wrap(f"Question {one.number}: {plain(one.question.ask)}", "  ", "  "))
        out += [wrap(choice, "  - ", "    ") for choice in choices(one)]
    out += ["", wrap(f"Lines: {', '.join(report.account) or 'none'}.")]
    return "\n".join(out) + "\n"


STYLE = """
:root { color-scheme: light dark; font: 16px/1.5 system-ui, sans-serif; }
body { max-width: 60rem; margin: 2rem auto; padding: 0 1rem; }
table { width: 100%; border-collapse: collapse; }
th, td { padding: 0.3rem 0.5rem; border-bottom: 1px solid #8886; text-align: left; vertical-align: top; }
section { break-inside: avoid; margin: 1.5rem 0; }
tbody th { white-space: nowrap; }
h3 { margin-bottom: 0; font-size: 1.05rem; }
"""


def as_html(report: Report, *, named: bool = True) -> str:
    """Return the report as a page that needs nothing else; `named` as in `as_text`."""
    e = html.escape

    def listed(items: Sequence[str]) -> str:
        """Return a list."""
        return "<ul>" + "".join(f"<li>{e(one)}</li>" for one in items) + "</ul>"

    rows = "".join(
        f"<tr><th scope='row'>{e(name)}</th><td>{e(has)}</td><td>{e(lacks)}</td></tr>"
        for name, has, lacks in people(report)
    )
    parts = [
        "<!doctype html><html lang='en'><head><meta charset='utf-8'>",
        "<meta name='viewport' content='width=device-width'>",
        f"<title>What the class handed in</title><style>{STYLE}</style></head><body>",
        f"<h1>What the class handed in</h1><p>{e(first_sentence(report))}</p>",
    ]
    if named:
        parts += [
            "<table><thead><tr><th scope='col'>Name</th><th scope='col'>Handed in</th>",
            f"<th scope='col'>Missing</th></tr></thead><tbody>{rows}</tbody></table>",
        ]
    if report.look and named:
        parts.append(f"<h2>Look at these</h2>{listed(report.look)}")
    if report.wrong:
        parts.append("<h2>What the class misunderstood</h2><p>The most common mistake first.</p>")
    for one in report.wrong:
        head = f"{e(one.page)}, objective {e(one.question.objective)}: {e(one.question.says)}"
        asked = f"Question {one.number}: {e(plain(one.question.ask))}"
        parts.append(
            f"<section><h3>{head}</h3><p>{asked}</p>{listed(list(choices(one)))}</section>"
        )
    parts.append(f"<p>Lines: {e(', '.join(report.account) or 'none')}.</p></body></html>\n")
    return "\n".join(parts)


def as_csv(report: Report) -> str:
    """Return a row for each person and item, also for what is missing."""
    out = io.StringIO()
    table = csv.writer(out)
    table.writerow(("name", "item", "state", "answers", "right", "of", "tries", "date", "line"))
    for name in report.roster:
        given = report.given[name]
        for what in dict.fromkeys([*report.expected, *given]):
            one = given.get(what)
            row: list[Any] = ["missing", *[""] * 6]
            if one and isinstance(one.item, Quiz):
                item = one.item
                row = ["done", " ".join(item.letters), right(item), len(item.letters), item.tries]
                row += [one.line.day, one.number]
            elif one:
                state = "open" if is_open(one.item) else "done"
                row = [state, "", "", "", one.item.tries, one.line.day, one.number]
            # A name that begins like a formula stays a name in a spreadsheet.
            safe = f"'{name}" if name[0] in "=+-@" else name
            table.writerow((safe, what, *row))
    return out.getvalue()


# ---- the command ---------------------------------------------------------------------------------


def pair(text: str) -> tuple[str, str]:
    """Return the two names of `--same`."""
    one, mark, other = text.partition("=")
    if not (mark and one.strip() and other.strip()):
        raise argparse.ArgumentTypeError(f'{text!r} is not "Lerner 1=Learner 1"')
    return one, other


def main(arguments: Sequence[str]) -> int:
    """Print the report of a file of lines, and write it where it is asked for; give the exit code."""
    parser = argparse.ArgumentParser(prog="collect", description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("lines", type=Path, help="what came in mails, pasted into one text file")
    parser.add_argument("--roster", type=Path, required=True, help="a CSV file with a column name")
    parser.add_argument(
        "--plan", help="a plan's name or TOML file: its quizzes and labs are expected"
    )
    parser.add_argument("--parts", type=int, help="expect the first parts of the plan alone")
    parser.add_argument(
        "--same",
        type=pair,
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
        roster = [person.name for person in read_roster(given.roster)]
        unknown = [b for _, b in given.same if key(b) not in map(key, roster)]
        if unknown:
            raise ValueError(f"--same: {unknown[0]} is not on the roster {given.roster}.")
        plan = read_plan(given.plan, given.parts) if given.plan else None
        report = collect(decode(given.lines), roster, plan, dict(given.same))
        if given.html:
            given.html.write_text(as_html(report, named=not given.counts), "utf-8")
        if given.csv:
            given.csv.write_text(as_csv(report), "utf-8-sig", newline="")
    except (OSError, ValueError) as error:
        print(f"collect: {error}", file=sys.stderr)
        return 1
    print(as_text(report, named=not given.counts), end="")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
