"""*Line and answer*: what the lines of a class come to: who did what, and what was misunderstood.

A report says of each item of a person which line counts, of each line what became of it, and of
each question what was chosen. `scripts/collect.py` writes it for a trainer.
"""

import difflib
import re
import shlex
import textwrap
from collections import Counter, defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from functools import cache
from pathlib import Path
from typing import NamedTuple

from jukebox.labs import hand_in
from jukebox.labs.hand_in import LabResult, Line, QuizResult

from docs._ext.plans import Handbook, read
from docs._ext.quiz import DATA, HOME, LETTERS
from docs._ext.quiz import read as read_quiz
from scripts.lines import DOTLESS, FoundLine, find_lines, split_name

DOCS = Path(__file__).parents[1] / "docs"
BOOK = Handbook(DOCS)
SHORT = 60  # signs of a row that cannot be read, as it is shown
SHOWN = 3  # of the rows that cannot be read
FATES = (  # of a line, as the report counts them
    *("counted", "with a fault", "not readable", "of nobody on the roster"),
    *("repeated word for word", "replaced by newer ones, or with nothing that counts"),
)


class Question(NamedTuple):
    """A question of a quiz: what it asks of which objective, its options as (text, why)."""

    objective: str
    says: str
    ask: str
    options: tuple[tuple[str, str], ...]
    right: str


def name_key(name: str) -> str:
    """Return a name as it is compared: as a line has it, without capitals."""
    return hand_in.clean_name(name).casefold()


@cache
def read_questions(page: str) -> tuple[Question, ...]:
    """Return the questions of a chapter's quiz, named below modules/; none where it has no quiz."""
    path = DOCS / DATA / f"{page}.toml"
    if not path.is_file():
        return ()
    chapter = BOOK.page(f"{HOME}{page}")
    says = chapter.facts["objectives"] if chapter else {}
    return tuple(
        Question(
            one["objective"],
            says[one["objective"]],
            one["ask"],
            tuple((option["text"], option["why"]) for option in one["option"]),
            LETTERS[one["right"]],
        )
        for one in read_quiz(path)
    )


def read_plan(name: str, parts: int | None = None) -> list[str]:
    """Return the quizzes and labs that a plan asks for, or its first few parts.

    name: of a plan, or the path of a TOML file. Raises ValueError with what to fix.
    """
    plan = read(name, BOOK) if name.endswith(".toml") else BOOK.plan(name)
    if parts is not None:
        if not 1 <= parts <= len(plan.parts):
            raise ValueError(f"--parts {parts}: the plan has the parts 1 to {len(plan.parts)}.")
        plan = replace(plan, parts=plan.parts[:parts])
    pages = [page.removeprefix(HOME) for page in plan.quizzes_to_hand_in]
    return [*pages, *(f"lab-{number}" for number in plan.labs)]


class CountedItem(NamedTuple):
    """An item of a person that counts, and where it came from."""

    item: QuizResult | LabResult
    line: Line
    number: int


@dataclass
class QuestionChoices:
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
    given: dict[str, dict[str, CountedItem]] = field(default_factory=dict)
    look: list[str] = field(default_factory=list)  # what the trainer has to look at
    account: list[str] = field(default_factory=list)  # what became of each line
    wrong: list[QuestionChoices] = field(default_factory=list)

    def missing(self, name: str) -> list[str]:
        """Return what somebody has not handed in; a lab that is open is not done."""
        given = self.given[name]
        return [what for what in self.expected if what not in given or is_open(given[what].item)]


def is_open(item: QuizResult | LabResult) -> bool:
    """Tell whether an item is a lab whose check still finds something."""
    return isinstance(item, LabResult) and not item.done


def count_right(item: QuizResult) -> int:
    """Return how many first answers of a quiz were right."""
    return sum(
        letter == one.right
        for letter, one in zip(item.letters, read_questions(item.page), strict=True)
    )


def fault_of(item: QuizResult | LabResult) -> str:
    """Return why an item cannot be counted, or nothing."""
    if isinstance(item, LabResult):
        return "" if item.number in BOOK.labs else f"there is no lab {item.number}"
    questions = read_questions(item.page)
    if not questions:
        return f"{item.page} has no quiz here"
    fits = len(questions) == len(item.letters) and all(
        ord(letter) - ord("A") < len(one.options)
        for letter, one in zip(item.letters, questions, strict=True)
    )
    return "" if fits else f"the quiz of {item.page} has other questions here"


class SoundLine(NamedTuple):
    """A line without a fault: where it stands, what it says, and whose it is."""

    number: int
    line: Line
    owner: str  # as the roster has the name; "" where it has no such person

    @property
    def name(self) -> str:
        """Whom the line is from, as far as one can tell."""
        return self.owner or self.line.name


def make_report(
    text: str,
    roster: Sequence[str],
    plan: Sequence[str] | None = None,
    same: Mapping[str, str] | None = None,
    today: date | None = None,
) -> Report:
    """Return what a text comes to.

    plan: the quizzes (below modules/) and labs that are expected; without it, what anybody handed
    in is expected of all. same: {a name on a line: the name on the roster that it means}. today: if
    it is given, lines of a later day are told.
    """
    known = {name_key(name): name for name in roster}
    known |= {name_key(a): known[name_key(b)] for a, b in (same or {}).items()}
    found, leftover = find_lines(text, roster)
    lines = [
        SoundLine(one.number, one.line, known.get(name_key(one.name), ""))
        for one in found
        if one.line
    ]
    report = Report(list(roster), list(plan or ()), plan is not None, {name: {} for name in roster})
    report.look = [
        *line_faults(found),
        *unreadable_rows(leftover),
        *strangers(lines, known),
        *late_lines(lines, today),
        *take_newest(report, lines),
        *shared_work(lines),
    ]
    if not report.planned:
        report.expected = sorted({what for given in report.given.values() for what in given})
    report.wrong = mistakes(report)
    counts = count_lines(report, lines) | {
        "with a fault": len(found) - len(lines),
        "not readable": len(leftover),
    }
    report.account = [f"{counts[what]} {what}" for what in FATES if counts[what]]
    return report


def count_lines(report: Report, lines: Sequence[SoundLine]) -> dict[str, int]:
    """Return what became of the lines without a fault: {one of FATES: how many}."""
    listed = [one for one in lines if one.owner]
    used = {id(given.line) for person in report.given.values() for given in person.values()}
    counted = sum(id(one.line) in used for one in listed)
    repeated = len(listed) - len(distinct_lines(listed))
    return {
        "counted": counted,
        "of nobody on the roster": len(lines) - len(listed),
        "repeated word for word": repeated,
        "replaced by newer ones, or with nothing that counts": len(listed) - counted - repeated,
    }


def line_faults(found: Sequence[FoundLine]) -> Iterator[str]:
    """Yield which lines have a fault, and which."""
    for one in found:
        if not one.line:
            yield f"Line {one.number}, {one.name or 'without a name'}: {one.fault}."


def strangers(lines: Sequence[SoundLine], known: Mapping[str, str]) -> Iterator[str]:
    """Yield which lines are of nobody on the roster, and whom they may mean."""
    proposals = cache(lambda name: proposal(name, known))
    for one in lines:
        if not one.owner:
            means = proposals(one.name)
            yield f"Line {one.number}: {one.name} is not on the roster; {means}."


def late_lines(lines: Sequence[SoundLine], today: date | None) -> Iterator[str]:
    """Yield which lines are of a day to come; nothing where today is not known."""
    if not today:
        return
    # A day more: somewhere it is tomorrow already.
    late = [one for one in lines if one.line.day - today > timedelta(1)]
    if late:
        where = [f"{one.number} ({one.line.day})" for one in late[:SHOWN]]
        where += [f"{len(late) - SHOWN} more"] * (len(late) > SHOWN)
        yield (
            f"Dated after today, {today}: line {', '.join(where)}. The clock of that machine is "
            "wrong, or that of yours. Such a line counts as the newest."
        )


def proposal(name: str, known: Mapping[str, str]) -> str:
    """Say whom of the known a name may mean; the parts of a name may stand in any order."""
    parts = sorted(split_name(name))
    turned = [one for one in known if sorted(split_name(one)) == parts]
    near = turned[:1] or difflib.get_close_matches(name_key(name), list(known), 1)
    if not near:
        return "and nobody on it has a name like that"
    found = known[near[0]]
    return (
        f"the nearest is {found}. If that is right, add --same {quote_for_shell(f'{name}={found}')}"
    )


def quote_for_shell(text: str) -> str:
    """Quote a text for a shell; with double quotes, which Windows knows too, where these do."""
    return shlex.quote(text) if re.search(r"[\"$`\\!%]", text) else f'"{text}"'


def unreadable_rows(leftover: Sequence[tuple[int, str]]) -> Iterator[str]:
    """Yield what is wrong with rows that look like parts of lines: the first few, then how many."""
    for number, piece in leftover[:SHOWN]:
        shown = textwrap.shorten(piece, SHORT, placeholder=" …")
        if sign := DOTLESS.search(piece):
            yield (
                f"Line {number}: the dots were replaced by “{sign[1]}”: ask for the line again, "
                f"in another way: {shown}"
            )
        else:
            yield f"Line {number} looks like a part of a line, and cannot be read: {shown}"
    if more := leftover[SHOWN:]:
        yield (
            f"{len(more)} more look like parts of lines, and cannot be read; the first of them "
            f"is line {more[0][0]}."
        )


def distinct_lines(lines: Sequence[SoundLine]) -> list[SoundLine]:
    """Return the lines from the oldest to the newest, those that say the same of one person once.

    Of one day, the line that holds more is the newer one.
    """

    def age(one: SoundLine) -> tuple[date, int, int, int]:
        """Order lines by day, then by how much they hold."""
        items = one.line.items
        return one.line.day, len(items), sum(item.tries for item in items), -one.number

    first: dict[tuple[str, Line], SoundLine] = {}
    for one in sorted(lines, key=age):
        first.setdefault((one.owner, one.line), one)
    return list(first.values())


def take_newest(report: Report, lines: Sequence[SoundLine]) -> list[str]:
    """Let the newest line of each person count for each of its items; return what to look at."""
    look = []
    for one in distinct_lines([one for one in lines if one.owner]):
        given = report.given[one.owner]
        for item in one.line.items:
            if fault := fault_of(item):
                look.append(f"Line {one.number}, {one.owner}: {fault}, so it is not counted.")
                continue
            now = CountedItem(item, one.line, one.number)
            if item.what in given:
                look += two_answers(one.owner, given[item.what], now)
            given[item.what] = now
    return look


def two_answers(name: str, before: CountedItem, now: CountedItem) -> Iterator[str]:
    """Yield that somebody has two first answers to a quiz, if they are not the same."""
    one, other = before.item, now.item
    if (
        isinstance(one, QuizResult)
        and isinstance(other, QuizResult)
        and one.letters != other.letters
    ):
        yield (
            f"{name} has two first answers to {other.what}: "
            f"{' '.join(one.letters)} (line {before.number}) and "
            f"{' '.join(other.letters)} (line {now.number}, which counts). Another browser, "
            "or one that was told to forget?"
        )


def shared_work(lines: Sequence[SoundLine]) -> Iterator[str]:
    """Yield what two names have in common that two people seldom have: a line, a lab's state."""
    same, states = defaultdict(set), defaultdict(set)
    for one in lines:
        same[one.line.day, one.line.items].add(one.name)
        for item in one.line.items:
            if isinstance(item, LabResult):
                states[item.what, item.state].add(one.name)
    right_alike = 0
    for (day, items), names in same.items():
        if len(names) < 2:
            continue
        quizzes = [item for item in items if isinstance(item, QuizResult) and not fault_of(item)]
        asked = sum(len(item.letters) for item in quizzes)
        wrong = asked - sum(map(count_right, quizzes))
        if wrong:
            yield (
                f"{join_names(names)} handed in the same line of {day}: {asked} answers, "
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
        if len(names) > 1:
            yield f"{join_names(names)} have the same state of {what} ({state}): a copied folder?"


def join_names(names: Collection[str]) -> str:
    """Return some names, and how many they are where one would have to count."""
    listed = sorted(names)
    return f"{len(listed)} people ({', '.join(listed)})" if listed[2:] else " and ".join(listed)


def mistakes(report: Report) -> list[QuestionChoices]:
    """Return what was chosen at each question, that with the most common mistake first."""
    chosen: dict[tuple[str, int], Counter[str]] = defaultdict(Counter)
    for given in report.given.values():
        for one in given.values():
            if isinstance(one.item, QuizResult):
                for number, letter in enumerate(one.item.letters):
                    chosen[one.item.page, number][letter] += 1
    found = [
        QuestionChoices(page, number + 1, read_questions(page)[number], counter)
        for (page, number), counter in chosen.items()
    ]
    mistaken = [one for one in found if one.wrong]
    return sorted(
        mistaken,
        key=lambda one: (-one.wrong[0][1], -one.wrong[0][1] / one.people, one.page, one.number),
    )
