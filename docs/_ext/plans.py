"""*Plan and room*: plans of a talk, a day or a course, read and checked without Sphinx.

A plan has parts (a day, a week, or the talk), and a part has blocks: the talk about a chapter or a
section, an activity, a lab, a quiz, a pause. What a block takes, and what to leave out of it first,
stands with the page (`teach:` in its front matter) or with the activity, so a plan says it only
where it differs. The plan of a talk has no blocks of its own: it names the length, and the steps
come from `_data/talk.toml`, which stays their only place.

`read` returns a plan, or raises `PlanError` with all that is wrong: each with file, line and what
to do. `docs/_ext/plan_tables.py` shows plans on pages, and `scripts/teach.py` makes a folder of one.
"""

import json
import re
import tomllib
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from itertools import accumulate
from pathlib import Path
from typing import Any

from docs._ext import data, is_chapter, load, place_in_data
from docs._ext.markdown import front_matter, sections

FOLDER, TALK_FILE, ACTIVITIES = "plans", "talk.toml", "activities.toml"
KINDS = {"talk": "Talk", "activity": "Activity", "lab": "Lab", "quiz": "Quiz", "pause": "Break"}
COMMANDS = ("moodle", "collect", "certificates")  # words that are no name of a plan
LONGEST = 120  # minutes without a pause
DAY = 24 * 60  # minutes
LENGTHS = (30, 60, 90)  # of the talk of which talk.toml is the running order
Keys = data.Keys
Row = Mapping[str, Any]  # a table of a TOML file or a front matter, as its schema has it


class PlanError(ValueError):
    """A plan that cannot be held; its text has a line for each fault."""


@dataclass(frozen=True)
class Page:
    """What a plan needs to know of a page: it is read from the source, not from a build."""

    name: str
    title: str
    facts: Row
    anchors: Mapping[str, str]  # a label, or a heading's slug: the section's title
    labels: frozenset[str]  # those of them that are labels

    @property
    def needs(self) -> list[str]:
        """The pages that come before: of a chapter its prerequisites, of a lab what it is after."""
        return [*self.facts.get("prerequisites", []), *self.facts.get("after", [])]

    @property
    def teach(self) -> Row:
        """The minutes in the room, and the section that is left out first."""
        return self.facts.get("teach", {})


@dataclass(frozen=True)
class Block:
    """Some minutes of a part."""

    kind: str  # one of KINDS
    title: str
    minutes: int
    least: int = 0  # with fewer minutes it cannot be held
    page: str = ""  # where it stands, as a path below docs
    anchor: str = ""  # and the place on that page
    drop: int = 0  # 1 is left out first, 0 never
    leave_out: str = ""  # what to leave out of it first, or a sentence that ends with a dot
    note: str = ""
    number: int = 0  # of a lab
    quiz: tuple[str, ...] = ()  # pages whose questions are asked
    activity: Row = field(default_factory=dict)
    step: Row = field(default_factory=dict)  # of the talk


@dataclass(frozen=True)
class Part:
    """A day, a week, or the talk."""

    name: str
    shows: str
    home: tuple[str, ...]
    blocks: tuple[Block, ...]
    quizzes: tuple[str, ...] = ()  # the chapters of `home`, which have one each

    @property
    def minutes(self) -> int:
        """The minutes of all blocks."""
        return sum(block.minutes for block in self.blocks)

    @property
    def ends(self) -> list[int]:
        """The minutes from the beginning after each block, with a zero before the first."""
        return list(accumulate((block.minutes for block in self.blocks), initial=0))


@dataclass(frozen=True)
class Plan:
    """A plan without a fault."""

    name: str
    title: str
    line: str
    every: str  # day, week or once
    begins: str  # the clock, as 9:30; or nothing
    minutes: int  # of each part
    parts: tuple[Part, ...]
    course: str = ""  # what is printed for people who do not know the plans
    invite: str = ""  # what it is, for whom, and what people will have done, for the invitation

    @property
    def printed_title(self) -> str:
        """What the course is called on paper and in mails."""
        return self.course or self.title

    @property
    def blocks(self) -> list[Block]:
        """All blocks, in order."""
        return [block for part in self.parts for block in part.blocks]

    @property
    def labs(self) -> list[int]:
        """The numbers of the labs, in order."""
        return [block.number for block in self.blocks if block.kind == "lab"]

    @property
    def home(self) -> list[str]:
        """The pages that are read at home, in order."""
        return [page for part in self.parts for page in part.home]

    @property
    def taught_chapters(self) -> list[str]:
        """The chapters that are taught in the room, in order, each once."""
        return list(dict.fromkeys(b.page for b in self.blocks if b.kind == "talk" and b.page))

    @property
    def quizzes_to_hand_in(self) -> list[str]:
        """The chapters whose quizzes people hand in: those read at home, and those of quiz blocks."""
        asked = [
            page
            for part in self.parts
            for page in (*part.quizzes, *(page for block in part.blocks for page in block.quiz))
        ]
        return list(dict.fromkeys(asked))

    @property
    def blocks_by_drop(self) -> list[tuple[Part, Block]]:
        """The blocks that are left out when time runs out, the first of them first."""
        ranked = [(part, block) for part in self.parts for block in part.blocks if block.drop]
        return sorted(ranked, key=lambda pair: pair[1].drop)


class Handbook:
    """The pages and data that a plan speaks of, read from the sources of the documentation."""

    def __init__(self, docs: str | Path = "docs") -> None:
        """Remember where the sources are; each file is read when it is first asked for."""
        self.docs = Path(docs)
        self._pages: dict[str, Page | None] = {}

    def page(self, name: str) -> Page | None:
        """Return a page by its path below docs, or None where there is none."""
        if name not in self._pages:
            path = self.docs / f"{name}.md"
            below = re.fullmatch(r"\w[\w./-]*", name) and ".." not in name  # and no absolute path
            safe = below and path.is_file()
            self._pages[name] = read_page(name, path.read_text("utf-8")) if safe else None
        return self._pages[name]

    def title(self, name: str) -> str:
        """Return the title of a page, or its path where there is none."""
        page = self.page(name)
        return page.title if page else name

    @property
    def pages_read(self) -> list[str]:
        """The names of the pages that were read."""
        return [name for name, page in self._pages.items() if page]

    @cached_property
    def labs(self) -> dict[int, Page]:
        """The labs by their numbers."""
        names = (f"labs/{path.stem}" for path in sorted((self.docs / "labs").glob("*.md")))
        pages = [page for name in names if (page := self.page(name)) and "lab" in page.facts]
        return {page.facts["lab"]: page for page in sorted(pages, key=lambda p: p.facts["lab"])}

    @cached_property
    def timed_labs(self) -> set[str]:
        """The labs whose seconds on a machine were measured."""
        path = self.docs / "_data" / "measured" / "labs.json"
        figures = json.loads(path.read_text("utf-8"))["figures"] if path.exists() else {}
        return {f"labs/{key.removesuffix('_s').replace('_', '-')}" for key in figures}

    @cached_property
    def activities(self) -> dict[str, Row]:
        """The activities by their ids."""
        rows = load(self.docs, ACTIVITIES).get("activity", [])
        return {row["id"]: row for row in rows}

    @cached_property
    def steps(self) -> list[Row]:
        """The steps of the talk."""
        return load(self.docs, TALK_FILE).get("step", [])

    @property
    def plans(self) -> list[str]:
        """The names of the plans, the shortest first."""
        paths = (self.docs / "_data" / FOLDER).glob("*.toml")
        return [path.stem for path in sorted(paths, key=lambda path: (load_length(path), path))]

    def plan(self, name: str) -> Plan:
        """Return a plan by its name. Raises PlanError where it has a fault."""
        path = self.docs / "_data" / FOLDER / f"{name}.toml"
        if not re.fullmatch(r"[a-z0-9-]+", name) or not path.exists():
            raise PlanError(f"There is no plan {name!r}. There are: {', '.join(self.plans)}.")
        return read(path, self)


def load_length(path: Path) -> int:
    """Return all minutes of a plan's file, as far as it says them."""
    plan = load(path.parents[2], f"{FOLDER}/{path.name}")
    parts = plan.get("part", []) if isinstance(plan.get("part", []), list) else []
    minutes = plan.get("minutes", 0)
    return minutes * len(parts) if isinstance(minutes, int) else 0


def read_page(name: str, text: str) -> Page:
    """Return a page from its source: front matter, title and the places that can be named."""
    facts, found = front_matter(text), sections(text)
    labels = {label: section.title for section in found for label in section.labels}
    slugs = {section.slug: section.title for section in reversed(found)}  # the first one has it
    title = facts.get("title") or (found[0].title if found else name)
    return Page(name, title, facts, slugs | labels, frozenset(labels))


def read(path: str | Path, book: Handbook) -> Plan:
    """Return the plan of a TOML file.

    Raises PlanError: a line for each fault, as `path:line: what is wrong, and what to do`.
    """
    path = Path(path)
    try:
        faults = list(data.file_faults(path, FOLDER))
    except OSError as error:
        raise PlanError(f"{path}: this cannot be read ({error.strerror}).") from error
    if faults:
        raise PlanError("\n".join(f"{path}:{line}: {fault}" for line, fault in sorted(faults)))
    check_name(path, book)
    text = path.read_text("utf-8-sig")
    raw = tomllib.loads(text)
    plan, found = build(path.stem, raw, book)
    found = found or list(faults_of(plan, book))
    if found:
        # A fault that comes again once more is dropped is told once.
        once = dict.fromkeys((data.line_in_toml(text, keys), fault) for keys, fault in found)
        raise PlanError("\n".join(f"{path}:{line}: {fault}" for line, fault in sorted(once)))
    return plan


def check_name(path: Path, book: Handbook) -> None:
    """Raise PlanError where a plan of somebody's own would be put into another folder's place."""
    shipped = book.docs / "_data" / FOLDER
    name = path.stem.lower()  # on Windows and on a Mac, Three-Days is three-days
    if path.resolve().parent != shipped.resolve() and name in {*book.plans, *COMMANDS}:
        raise PlanError(
            f"{path}: {path.stem} is the name of a plan or a command of the handbook. "
            f"Call the file my-{name}.toml, so that its folder has a name of its own."
        )


def build(name: str, raw: Row, book: Handbook) -> tuple[Plan, list[tuple[Keys, str]]]:
    """Return a plan of a file's data, and what it names that is not there."""
    found: list[tuple[Keys, str]] = []
    parts = []
    for number, part in enumerate(raw["part"]):
        here: Keys = ("part", number)
        blocks = []
        if ("block" in part) == ("running_order" in part):
            fault = f"{part['name']}: a part has either `block` or `running_order`. Write one."
            found.append((here, fault))
        elif "running_order" in part:
            blocks = talk_blocks(book.steps, part["running_order"])
        for place, row in enumerate(part.get("block", [])):
            try:
                blocks.append(block_of(row, book))
            except PlanError as error:
                found.append(((*here, "block", place), f"{part['name']}: {error}"))
        for place, page in enumerate(part.get("home", [])):
            if book.page(page) is None:
                fault = f"{part['name']}: there is no page {page!r}. {hint(page, book)}"
                found.append(((*here, "home", place), fault))
        home = tuple(part.get("home", ()))
        quizzes = quizzes_of(home, book)
        parts.append(Part(part["name"], part["shows"], home, tuple(blocks), quizzes))
    facts = raw["title"], raw["line"], raw["every"], raw.get("begins", ""), raw["minutes"]
    printed = raw.get("course", ""), raw.get("invite", "")
    return Plan(name, *facts, tuple(parts), *printed), found


def quizzes_of(names: Iterable[str], book: Handbook) -> tuple[str, ...]:
    """Return those of some pages that are chapters, which have a quiz."""
    pages = [page for name in names if (page := book.page(name))]
    return tuple(page.name for page in pages if is_chapter(page.facts))


def block_of(row: Row, book: Handbook) -> Block:
    """Return a block of a plan's row. Raises PlanError where it names what is not there."""
    kinds = [kind for kind in KINDS if kind in row]
    if len(kinds) != 1:
        had = f"has {' and '.join(f'`{kind}`' for kind in kinds)}" if kinds else "has none of them"
        raise PlanError(f"a block is one of {', '.join(KINDS)}, and this one {had}. Write one.")
    kind, value, drop = kinds[0], row[kinds[0]], row.get("drop", 0)
    if kind == "pause" and drop:
        raise PlanError(f"the break {value!r} is never left out. Take `drop` away.")
    own = OWN_BLOCK[kind](value, book)
    minutes = row.get("minutes", own.minutes)
    if not minutes:
        what = "A section has" if kind == "talk" else f"A {kind} has"
        raise PlanError(f"{value!r} has no minutes. {what} none of its own: write `minutes`.")
    if minutes < own.least:
        raise PlanError(
            f"{own.title!r} has {minutes} minutes, and alone it takes {own.least}. "
            f"Write {own.least} or more, or take the block out."
        )
    return replace(own, minutes=minutes, drop=drop, note=row.get("note", ""))


def talk_of(value: str, book: Handbook) -> Block:
    """Return the talk about a chapter; about a section of it, which has no minutes of its own."""
    name, _, anchor = value.partition("#")
    page = book.page(name)
    if page is None:
        raise PlanError(f"there is no page {name!r}. {hint(name, book)}")
    if anchor:
        if anchor not in page.anchors:
            near = data.nearest(anchor, page.anchors)
            write = f"Write {near!r}." if near else "Write one that stands there."
            raise PlanError(f"{name} has no label {anchor!r}. {write}")
        title, leave = page.anchors[anchor], "all questions but one"
        return Block("talk", title, 0, page=name, anchor=anchor, leave_out=leave)
    if "lab" in page.facts:
        raise PlanError(f"{name} is a lab. Write `lab = {page.facts['lab']}` in place of `talk`.")
    if "talk" not in page.teach:
        raise PlanError(
            f"{name} has no minutes for a talk. Give its front matter a line `teach:`, "
            "or name one of its sections."
        )
    talk, activity = page.teach["talk"], page.teach["activity"]
    drop = page.teach["drop"]
    leave = quote(page.anchors.get(drop, drop))
    return Block("talk", page.title, talk + activity, least=talk, page=name, leave_out=leave)


def lab_of(value: int, book: Handbook) -> Block:
    """Return a lab with what it takes."""
    page = book.labs.get(value)
    if page is None:
        raise PlanError(f"there is no lab {value}. There are {', '.join(map(str, book.labs))}.")
    if page.name not in book.timed_labs:
        raise PlanError(
            f"lab {value} was never timed: measured/labs.json has no seconds of it. "
            "Type `nox -s proofs -- --record labs`, or take the lab out."
        )
    if not page.teach:
        raise PlanError(f"{page.name} has no line `teach:` in its front matter. Write one.")
    drop = page.teach["drop"]
    section, minutes = quote(page.anchors.get(drop, drop)), page.teach["activity"]
    leave = f"Stop before the section {section}, and show `jukebox lab solve {value}`."
    return Block(
        "lab", page.title, minutes, least=minutes, page=page.name, number=value, leave_out=leave
    )


def activity_of(value: str, book: Handbook) -> Block:
    """Return an activity with what it takes."""
    row = book.activities.get(value)
    if row is None:
        titles = {one["title"].lower(): name for name, one in book.activities.items()}
        named = data.nearest(value.lower(), titles)
        near = data.nearest(value, book.activities) or (named and titles[named])
        write = f"Write {near!r}. " if near else ""
        write += "The page Activities of the handbook has all of them, each with its id."
        raise PlanError(f"{ACTIVITIES} has no activity {value!r}. {write}")
    page, _, anchor = row.get("page", "").partition("#")
    return Block(
        kind="activity",
        title=row["title"],
        minutes=row["minutes"],
        least=row["minutes"],
        page=page,
        anchor=anchor,
        leave_out=shorter(row["drop"]),
        activity=row,
    )


def shorter(drop: str) -> str:
    """Return what to leave out of an activity, or a sentence where nothing may be left out."""
    if drop.partition(";")[0] == "Nothing":
        return "Do not shorten."
    return drop[0].lower() + drop[1:]


def quiz_of(value: list[str], book: Handbook) -> Block:
    """Return the questions of some chapters, which people answer without the page."""
    for name in value:
        page = book.page(name)
        if page is None:
            raise PlanError(f"there is no page {name!r}. {hint(name, book)}")
        if not is_chapter(page.facts):
            raise PlanError(f"{name} has no quiz. Name a chapter.")
    titles = [book.title(name) for name in value]
    leave = f"the questions on {quote(titles[-1])}" if titles[1:] else "all questions but one"
    title = f"Questions from memory: {', '.join(map(quote, titles))}"
    return Block("quiz", title, 0, leave_out=leave, quiz=tuple(value))


def pause_of(value: str, book: Handbook) -> Block:
    """Return a pause, which takes what the plan says."""
    return Block("pause", value, 0)


# What a block is by itself, by its kind; a plan's row may say other minutes.
OWN_BLOCK: Mapping[str, Callable[..., Block]] = {
    "talk": talk_of,
    "activity": activity_of,
    "lab": lab_of,
    "quiz": quiz_of,
    "pause": pause_of,
}


def talk_blocks(steps: Iterable[Row], length: int) -> list[Block]:
    """Return the steps of the talk as blocks: what a shorter talk leaves out goes first."""
    key = f"minutes{length}"
    shorter = next((short for short in reversed(LENGTHS) if short < length), None)
    blocks = []
    for step in steps:
        if not step[key]:
            continue
        less = step[key] if shorter is None else min(step[f"minutes{shorter}"], step[key])
        if not less:
            leave = f"the whole step, as in the talk of {shorter} minutes"
        elif less < step[key]:
            leave = f"{step[key] - less} of its minutes, as in the talk of {shorter} minutes"
        else:
            leave = "the question to the room" if "ask" in step else "Do not shorten."
        kind = "talk" if "sections" in step else "activity"
        blocks.append(Block(kind, step["title"], step[key], leave_out=leave, step=step))
    return blocks


def hint(name: str, book: Handbook) -> str:
    """Return what to write instead of a page that there is not."""
    names = [str(path.relative_to(book.docs).with_suffix("").as_posix()) for path in sources(book)]
    near = data.nearest(name, names)
    return f"Write {near!r}." if near else "Write its path below docs, without .md."


def sources(book: Handbook) -> Iterator[Path]:
    """Yield the sources of chapters and labs."""
    for folder in ("modules", "labs"):
        yield from sorted((book.docs / folder).rglob("*.md"))


def faults_of(plan: Plan, book: Handbook) -> Iterator[tuple[Keys, str]]:
    """Yield what is wrong with a plan whose names are all known: the way to it, and the words."""
    for number, part in enumerate(plan.parts):
        yield from minute_faults(plan, part, ("part", number))
    if plan.begins and (late := end_after_midnight(plan, minutes_of(plan.begins))):
        yield ("begins",), late
    yield from rank_faults(plan)
    yield from repeat_faults(plan)
    known: set[tuple[Keys, str]] = set()
    for dropped in sorted({0} | {block.drop for block in plan.blocks}):
        for keys, name, what, first in unmet_needs(plan, book, dropped):
            if (keys, first) in known:
                continue
            known.add((keys, first))
            if dropped:
                fault = f"{what} needs {first} first, which is left out with `drop = {dropped}`."
                remedy = f"Leave out what needs it as early, or keep {first}."
            else:
                fault, remedy = (
                    f"{what} needs {first} first.",
                    "Put it before, in a block or `home`.",
                )
            yield keys, f"{name}: {fault} {remedy}"


def minute_faults(plan: Plan, part: Part, here: Keys) -> Iterator[tuple[Keys, str]]:
    """Yield what is wrong with the minutes of a part."""
    over = part.minutes - plan.minutes
    if over:
        many = f"{part.name}: its blocks take {part.minutes} minutes of {plan.minutes}."
        yield here, f"{many} {f'Leave out {over}.' if over > 0 else f'Add {-over}.'}"
    since = 0
    for place, block in enumerate(part.blocks):
        since = 0 if block.kind == "pause" else since + block.minutes
        if since > LONGEST and since - block.minutes <= LONGEST:
            fault = f"{part.name}: {since} minutes without a pause, and {LONGEST} are the most."
            yield (*here, "block", place), f"{fault} Put a `pause` before this block or earlier."


def end_after_midnight(plan: Plan, begins: int) -> str:
    """Say when a plan's parts would end, if that is after midnight; else nothing."""
    over = begins + plan.minutes - DAY
    if over <= 0:
        return ""
    end = f"{hours(over % DAY)} on {'the next day' if over < DAY else 'a later day'}"
    latest = f"Begin at {hours(DAY - plan.minutes)} or earlier" if plan.minutes <= DAY else ""
    remedy = f"{latest}, or write fewer minutes." if latest else "Write fewer minutes."
    return f"{plan.minutes} minutes from {hours(begins)} would end at {end}. {remedy}"


def rank_faults(plan: Plan) -> Iterator[tuple[Keys, str]]:
    """Yield the first block of each rank before which a rank is missing.

    Blocks of one rank are left out together; so a rank may come again, and none is left free.
    """
    ranks = {block.drop for block in plan.blocks if block.drop}
    known: set[int] = set()
    for keys, name, stop in stops(plan):
        rank = 0 if isinstance(stop, str) else stop.drop
        if rank > 1 and rank - 1 not in ranks and rank not in known:
            known.add(rank)
            free = next(number for number in range(1, rank) if number not in ranks)
            yield (
                keys,
                f"{name}: `drop = {rank}`, and no block of the plan has `drop = {rank - 1}`. "
                f"Write {free}: ranks are 1, 2, 3 and so on, and blocks of one rank are left out "
                "together.",
            )


def stops(plan: Plan) -> Iterator[tuple[Keys, str, Block | str]]:
    """Yield all that people meet, in order: the place, the part's name, and the block or a page."""
    for number, part in enumerate(plan.parts):
        for place, page in enumerate(part.home):
            yield ("part", number, "home", place), part.name, page
        for place, block in enumerate(part.blocks):
            yield ("part", number, "block", place), part.name, block


def repeat_faults(plan: Plan) -> Iterator[tuple[Keys, str]]:
    """Yield each page that comes again, and each lab that comes after a later one."""
    met: set[str] = set()
    last = 0
    for keys, name, stop in stops(plan):
        page = stop if isinstance(stop, str) else ""
        if isinstance(stop, Block) and stop.kind in ("talk", "lab") and not stop.anchor:
            page = stop.page
        if page and page in met:
            yield keys, f"{name}: {page} has been before. Take it out here, or there."
        met |= {page}
        if isinstance(stop, Block) and stop.kind == "lab":
            if stop.number < last:
                fault = f"{name}: lab {stop.number} comes after lab {last}."
                yield keys, f"{fault} Labs build on one another: put lab {stop.number} before it."
            last = max(last, stop.number)


def unmet_needs(plan: Plan, book: Handbook, dropped: int) -> Iterator[tuple[Keys, str, str, str]]:
    """Yield what comes before what it needs, once the blocks up to a rank are left out.

    Each is the way to the place, the name of the part, what needs something, and the page it needs.
    """
    met: set[str] = set()
    for keys, name, stop in stops(plan):
        if isinstance(stop, str):
            what, needs = stop, needs_of(book, stop)
        elif 0 < stop.drop <= dropped:
            continue
        else:
            what, needs = needs_of_block(book, stop)
        for first in needs:
            if first not in met:
                yield keys, name, what, first
        if isinstance(stop, str):
            met.add(stop)
        elif stop.kind not in ("quiz", "activity") and not stop.anchor:
            met.add(stop.page)  # a section is not its whole page


def needs_of_block(book: Handbook, block: Block) -> tuple[str, list[str]]:
    """Return what a block is called where something is missing, and the pages that it needs."""
    if block.kind == "quiz":
        return "the quiz", list(block.quiz)
    if block.kind == "activity":
        page = book.page(block.page)
        stands = page is not None and ("objectives" in page.facts or "lab" in page.facts)
        return f"the activity {block.title!r}", (
            [block.page] if stands else needs_of(book, block.page)
        )
    # A talk or a lab; a pause and a step of the talk have no page.
    return block.page, needs_of(book, block.page) if block.page else []


def needs_of(book: Handbook, name: str) -> list[str]:
    """Return what a page needs first."""
    page = book.page(name)
    return page.needs if page else []


def teach_faults(book: Handbook) -> Iterator[tuple[str, str]]:
    """Yield (`path:line`, fault) for each activity that is there twice, and for each page whose
    `teach:` or `after:` names nothing.
    """
    ids = [row["id"] for row in load(book.docs, ACTIVITIES).get("activity", [])]
    for twice in sorted({name for name in ids if ids.count(name) > 1}):
        place = place_in_data(book.docs, ACTIVITIES, f'id = "{twice}"')
        yield place, f"there are two activities {twice!r}: give one another `id`."
    for path in sources(book):
        page = book.page(path.relative_to(book.docs).with_suffix("").as_posix())
        if page is None or not ("objectives" in page.facts or "lab" in page.facts):
            continue
        text = path.read_text("utf-8")

        def line(key: str, text: str = text) -> int:
            """Return the line of a key of the front matter, or 1."""
            found = re.search(rf"^{key}\s*:", text, re.M)
            return text.count("\n", 0, found.start()) + 1 if found else 1

        drop = page.teach.get("drop")
        if page.teach and drop not in page.anchors:
            near = data.nearest(drop, page.anchors)
            write = f" Write {near!r}." if near else ""
            yield (
                f"{path}:{line('teach')}",
                f"`drop` names no heading of this page: {drop!r}.{write}",
            )
        if "lab" not in page.facts and page.teach and "talk" not in page.teach:
            yield f"{path}:{line('teach')}", "a chapter's `teach` needs `talk`: write its minutes."
        for name in page.facts.get("after", []):
            if book.page(name) is None:
                yield f"{path}:{line('after')}", f"there is no page {name!r}. {hint(name, book)}"


def quote(words: str) -> str:
    """Return words between typographic quotes."""
    return f"\N{LEFT DOUBLE QUOTATION MARK}{words}\N{RIGHT DOUBLE QUOTATION MARK}"


def minutes_of(time: str) -> int:
    """Return the minutes since midnight of a time such as 9:30."""
    hour, minute = map(int, time.split(":"))
    return 60 * hour + minute


def hours(minutes: int) -> str:
    """Write minutes as a clock does: 64 as 1:04."""
    return f"{minutes // 60}:{minutes % 60:02}"


def ordinal(number: int) -> str:
    """Write the place of what is left out: 1 as `first`, 5 as `as number 5`."""
    words = ("first", "second", "third", "fourth")
    return words[number - 1] if number <= len(words) else f"as number {number}"
