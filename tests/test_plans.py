"""*Plan and room*: a sound plan is broken in each way, and the build names file, line and remedy."""

import re
from pathlib import Path

import pytest
from bs4 import BeautifulSoup

from docs._ext.plans import (
    LONGEST,
    Handbook,
    PlanError,
    read,
    read_page,
    talk_blocks,
    teach_faults,
)
from tests.project import build, build_changed, write

BOOK = Handbook("docs")
PLAN = "_data/plans/days.toml"
CHAPTER = (
    "---\ndescription: A page.\nobjectives:\n  a: Say it.\nprerequisites: [{needs}]\naudience: [all]\n"
    "difficulty: 1\nteach: {{talk: {talk}, activity: 5, drop: {drop}}}\n---\n\n# The {title}\n\n"
    "(part-{title})=\n## Part *{title}*\n\nShort.\n\n## An end\n\nShort.\n"
)
LAB = "---\ndescription: A lab.\nlab: {n}\nedits: 0\nafter: [{after}]\nteach: {{activity: 20, drop: last}}\n---\n\n# Lab {n}\n\n## Last\n\nShort.\n"
FILES = {
    "conf.py": 'extensions = ["myst_parser", "docs._ext.plan_tables"]\n'
    'myst_enable_extensions = ["attrs_inline"]\nmyst_heading_anchors = 3\n',
    "index.md": "---\ndescription: Start.\n---\n\n# Start\n\n```{plans}\n```\n\n```{plan} days\n```\n\n"
    "```{plan} days\n:brief:\n:caption: The days\n```\n\n"
    "```{toctree}\nmodules/a\nmodules/b\nmodules/c\nlabs/one\nlabs/two\n```\n",
    "modules/a.md": CHAPTER.format(needs="", title="A", talk=5, drop="part-A").replace("part-A)", "part-a)").replace("drop: part-A", "drop: part-a"),
    "modules/b.md": CHAPTER.format(needs="modules/a", title="B", talk=10, drop="an-end"),
    "modules/c.md": CHAPTER.format(needs="modules/b", title="C", talk=30, drop="an-end"),
    "labs/one.md": LAB.format(n=1, after="modules/a"),
    "labs/two.md": LAB.format(n=2, after=""),
    "_data/paths.toml": '[[path]]\nid = "all"\nname = "All"\nline = "read on."\ngoals = ["modules/a"]\n'
    'brings = "A."\nnew = "B."\nfirst_week = [{ kind = "read", page = "modules/a", do = "Do it." }]\n'
    'ninety_days = [{ by = 1, kind = "quiz", page = "modules/a", do = "Do it." }]\n',
    "_data/measured/labs.json": '{\n"command": "x",\n"date": "2026-11-30",\n"machine": "a laptop",\n'
    '"python": "3.11",\n"figures": {"one_s": 1.0, "two_s": 2.0}\n}\n',
    "_data/activities.toml": '[[activity]]\nid = "hello"\ntitle = "Hello, you"\nminutes = 10\n'
    'people = "all"\nneeds = []\nsteps = ["Say `hello`."]\nwatch = "Who speaks."\ndrop = "The names"\n\n'
    '[[activity]]\nid = "about-b"\ntitle = "About B"\nminutes = 5\npeople = "all"\nneeds = []\n'
    'steps = ["Ask."]\nwatch = "Who speaks."\ndrop = "The end"\npage = "modules/b#part-b"\n',
    PLAN: """\
title = "Two days"
line = "Two days for all."
every = "day"
begins = "9:30"
minutes = 75

[[part]]
name = "Day 1: begin"
shows = "Lab one."
home = ["modules/a"]
block = [
  { activity = "hello" },
  { talk = "modules/b" },
  { lab = 1 },
  { pause = "Break", minutes = 10 },
  { talk = "modules/b#an-end", minutes = 10 },
  { activity = "hello" },
]

[[part]]
name = "Day 2: end"
shows = "Lab two."
block = [
  { quiz = ["modules/a", "modules/b"], minutes = 10 },
  { talk = "modules/c", drop = 1, note = "Slowly." },
  { lab = 2 },
  { activity = "about-b", minutes = 10 },
]
""",
}  # fmt: skip
FILES["modules/b.md"] = FILES["modules/b.md"].replace("(part-B)=", "(part-b)=")
FILES["modules/c.md"] = FILES["modules/c.md"].replace("(part-C)=", "(part-c)=")


@pytest.fixture
def built(tmp_path):
    """Return a function that builds the project with one text changed."""
    return build_changed(tmp_path / "docs", FILES)


def test_a_sound_plan_builds_without_a_warning(built):
    """What follows fails for its own fault, not for the project's."""

    assert "" == built()


FAULTS = {
    "the minutes are too many": (
        PLAN, '{ activity = "hello" },\n  { talk', '{ activity = "hello", minutes = 15 },\n  { talk',
        "{plan}:7: WARNING: Day 1: begin: its blocks take 80 minutes of 75. Leave out 5.",
    ),
    "the minutes are too few": (
        PLAN, '  { lab = 2 },\n', "",
        "{plan}:20: WARNING: Day 2: end: its blocks take 55 minutes of 75. Add 20.",
    ),
    "a chapter comes before what it needs": (
        PLAN, 'home = ["modules/a"]\n', "",
        "{plan}:12: WARNING: Day 1: begin: modules/b needs modules/a first. "
        "Put it before, in a block or `home`.",
    ),
    "a lab comes before its chapter": (
        "labs/one.md", "after: [modules/a]", "after: [modules/c]",
        "{plan}:14: WARNING: Day 1: begin: labs/one needs modules/c first. Put it before",
    ),
    "a quiz is on what nobody has met": (
        PLAN, '"modules/b"], minutes', '"modules/c"], minutes',
        "{plan}:24: WARNING: Day 2: end: the quiz needs modules/c first. Put it before",
    ),
    "a quiz is on a lab": (
        PLAN, '"modules/b"], minutes', '"labs/one"], minutes',
        "{plan}:24: WARNING: Day 2: end: labs/one has no quiz. Name a chapter.",
    ),
    "an activity of a chapter comes before it": (
        PLAN, '{ activity = "hello" },\n  { talk', '{ activity = "about-b", minutes = 10 },\n  { talk',
        "{plan}:12: WARNING: Day 1: begin: the activity 'About B' needs modules/b first. Put it before",
    ),
    "what is left out is needed by what stays": (
        "labs/two.md", "after: []", "after: [modules/c]",
        "{plan}:26: WARNING: Day 2: end: labs/two needs modules/c first, which is left out with "
        "`drop = 1`. Leave out what needs it as early, or keep modules/c.",
    ),
    "what needs it is left out as early": (
        PLAN, '{ lab = 2 }', '{ lab = 2, drop = 1 }', "",
    ),
    "a page is unknown": (
        PLAN, '"modules/c", drop', '"modules/cc", drop',
        "{plan}:25: WARNING: Day 2: end: there is no page 'modules/cc'. Write 'modules/c'.",
    ),
    "a page to read is unknown": (
        PLAN, 'home = ["modules/a"]', 'home = ["modules/aa"]',
        "{plan}:10: WARNING: Day 1: begin: there is no page 'modules/aa'. Write 'modules/a'.",
    ),
    "a section is unknown": (
        PLAN, "modules/b#an-end", "modules/b#the-end",
        "{plan}:16: WARNING: Day 1: begin: modules/b has no label 'the-end'. Write 'the-b'.",
    ),
    "a section has no minutes": (
        PLAN, '"modules/b#an-end", minutes = 10', '"modules/b#an-end"',
        "{plan}:16: WARNING: Day 1: begin: 'modules/b#an-end' has no minutes. A section has none of "
        "its own: write `minutes`.",
    ),
    "an activity is unknown": (
        PLAN, '"about-b"', '"about-c"',
        "{plan}:27: WARNING: Day 2: end: activities.toml has no activity 'about-c'. Write 'about-b'.",
    ),
    "a lab is unknown": (
        PLAN, "{ lab = 2 }", "{ lab = 3 }",
        "{plan}:26: WARNING: Day 2: end: there is no lab 3. There are 1, 2.",
    ),
    "a lab was never timed": (
        "_data/measured/labs.json", ', "two_s": 2.0', "",
        "{plan}:26: WARNING: Day 2: end: lab 2 was never timed: measured/labs.json has no seconds of "
        "it. Type `nox -s proofs -- --record labs`, or take the lab out.",
    ),
    "labs have changed places": (
        PLAN, "{ lab = 1 }", "{ lab = 2 }",
        "{plan}:26: WARNING: Day 2: end: labs/two has been before. Take it out here, or there.",
    ),
    "a page comes twice": (
        PLAN, '"modules/c", drop = 1', '"modules/a", minutes = 35',
        "{plan}:25: WARNING: Day 2: end: modules/a has been before. Take it out here, or there.",
    ),
    "a block is shorter than its page's talk": (
        PLAN, '{ talk = "modules/b" }', '{ talk = "modules/b", minutes = 9 }',
        "{plan}:13: WARNING: Day 1: begin: 'The B' has 9 minutes, and alone it takes 10. "
        "Write 10 or more, or take the block out.",
    ),
    "a block is two things": (
        PLAN, "{ lab = 2 }", '{ lab = 2, pause = "Break" }',
        "{plan}:26: WARNING: Day 2: end: a block is one of talk, activity, lab, quiz, pause, and this "
        "one has `lab` and `pause`. Write one.",
    ),
    "a block is nothing": (
        PLAN, "{ lab = 2 }", "{ minutes = 20 }", "and this one has none of them. Write one.",
    ),
    "a pause is left out": (
        PLAN, "minutes = 10 },\n  { talk", "minutes = 10, drop = 1 },\n  { talk",
        "{plan}:15: WARNING: Day 1: begin: the break 'Break' is never left out. Take `drop` away.",
    ),
    "a part has no blocks": (
        PLAN, "block = [\n  { quiz", "running_order = 60\nblock = [\n  { quiz",
        "{plan}:20: WARNING: Day 2: end: a part has either `block` or `running_order`. Write one.",
    ),
    "a lab is taught as a chapter": (
        PLAN, "{ lab = 2 }", '{ talk = "labs/two" }',
        "{plan}:26: WARNING: Day 2: end: labs/two is a lab. Write `lab = 2` in place of `talk`.",
    ),
    "an activity is named by its title": (
        PLAN, '"about-b"', '"Hello you"',
        "{plan}:27: WARNING: Day 2: end: activities.toml has no activity 'Hello you'. Write 'hello'. "
        "The page Activities of the handbook has all of them, each with its id.",
    ),
    "an activity is like none": (
        PLAN, '"about-b"', '"xyz"', "no activity 'xyz'. The page Activities of the handbook has all",
    ),
    "a rank stands alone": (
        PLAN, "drop = 1", "drop = 3",
        "{plan}:25: WARNING: Day 2: end: `drop = 3`, and no block of the plan has `drop = 2`. Write 1: "
        "ranks are 1, 2, 3 and so on, and blocks of one rank are left out together.",
    ),
    "a part ends after midnight": (
        PLAN, '"9:30"', '"22:50"',
        "{plan}:4: WARNING: 75 minutes from 22:50 would end at 0:05 on the next day. Begin at 22:45 or "
        "earlier, or write fewer minutes.",
    ),
    "a part ends at midnight": (PLAN, '"9:30"', '"22:45"', ""),
    "a block is no block": (
        PLAN, "{ lab = 2 }", '"lab 2"',
        '{plan}:26: WARNING: `block` holds "lab 2". Write each block in braces, as { lab = 1 }, with a '
        "comma after it.",
    ),
    "a number stands in quotes": (
        PLAN, "{ lab = 2 }", '{ lab = 2, minutes = "20" }',
        '{plan}:26: WARNING: `minutes` is "20". Write a whole number without quotes, as 20.',
    ),
    "a number has a point": (
        PLAN, "{ lab = 2 }", "{ lab = 2, minutes = 20.0 }",
        "{plan}:26: WARNING: `minutes` is 20.0. Write a whole number, as 20.",
    ),
    "a comma is missing": (
        PLAN, "{ lab = 2 },", "{ lab = 2 }",
        "In a list and in braces, a comma stands between two values.",
    ),
    "a key is misspelt": (
        PLAN, "{ lab = 2 }", "{ labs = 2 }",
        "{plan}:26: WARNING: `labs` is no key of a block. Write `lab`: its keys are talk, activity,",
    ),
    "a chapter's section is unknown": (
        "modules/c.md", "drop: an-end", "drop: an-and",
        "modules/c.md:8: WARNING: `drop` names no heading of this page: 'an-and'. Write 'an-end'.",
    ),
    "a chapter has no minutes for a talk": (
        "modules/c.md", "talk: 30, ", "",
        "modules/c.md:8: WARNING: a chapter's `teach` needs `talk`: write its minutes.",
    ),
    "an activity is there twice": (
        "_data/activities.toml", 'id = "about-b"', 'id = "hello"',
        "_data/activities.toml:2: WARNING: there are two activities 'hello': give one another `id`.",
    ),
    "a lab is after nothing": (
        "labs/one.md", "after: [modules/a]", "after: [modules/z]",
        "labs/one.md:5: WARNING: there is no page 'modules/z'. Write 'modules/",
    ),
    "a plan is unknown": (
        "index.md", "{plan} days\n```", "{plan} weeks\n```",
        "index.md:10: ERROR: there is no plan 'weeks': days",
    ),
    "a plan in brief has no caption": (
        "index.md", ":caption: The days\n", "",
        "index.md:13: ERROR: a plan in brief needs a `:caption:` that the reader sees",
    ),
}  # fmt: skip


@pytest.mark.parametrize("fault", FAULTS)
def test_a_fault_is_named_with_its_place(built, fault):
    """The build says what is wrong, in which file, on which line, and what to do."""
    name, old, new, expected = FAULTS[fault]
    told = built(name, old, new)

    assert expected.replace("{plan}", PLAN) in told
    assert bool(expected) == bool(told)


def test_two_hours_are_the_most_without_a_pause(tmp_path):
    """The fault is at the block that goes over them, once."""
    write(tmp_path, FILES)
    blocks = ['{ activity = "hello", minutes = 61 }', '{ activity = "hello", minutes = 60 }']
    text = re.sub(
        r"block = \[.*?\n\]",
        "block = [\n" + ",\n".join(blocks) + "\n]",
        FILES[PLAN],
        count=1,
        flags=re.S,
    )
    (tmp_path / PLAN).write_text(
        text.replace('"modules/c", drop = 1', '"modules/b", minutes = 35'), "utf-8"
    )

    with pytest.raises(PlanError) as told:
        read(tmp_path / PLAN, Handbook(tmp_path))
    about = [line for line in str(told.value).splitlines() if "pause" in line]
    assert [
        f"{tmp_path / PLAN}:13: Day 1: begin: 121 minutes without a pause, and {LONGEST} are the most. "
        "Put a `pause` before this block or earlier."
    ] == about


@pytest.mark.parametrize("name", ["three-days", "Three-Days", "moodle"])
def test_a_plan_of_your_own_has_a_name_of_its_own(tmp_path, name):
    """Else its folder would take the place of another's."""
    text = Path("examples/plans/half-day.toml").read_text("utf-8")
    path = tmp_path / f"{name}.toml"
    path.write_text(text, "utf-8")

    with pytest.raises(PlanError, match=rf"Call the file my-{name.lower()}\.toml, so that"):
        read(path, BOOK)


def test_a_plan_may_begin_with_the_mark_of_an_editor(tmp_path):
    """Notepad of Windows writes one."""
    path = tmp_path / "half-day.toml"
    path.write_bytes(b"\xef\xbb\xbf" + Path("examples/plans/half-day.toml").read_bytes())

    assert 8 == len(read(path, BOOK).blocks)


def test_a_plan_that_cannot_be_read_is_told_by_name(tmp_path):
    """In a sentence."""
    (tmp_path / "x.toml").mkdir()

    with pytest.raises(PlanError, match=r"x\.toml: this cannot be read \(Is a directory\)\."):
        read(tmp_path / "x.toml", BOOK)


def test_blocks_of_one_rank_are_left_out_together(tmp_path):
    """A rank comes again, and is no fault."""
    text = (
        FILES[PLAN].replace("drop = 1", "drop = 2").replace("{ lab = 2 }", "{ lab = 2, drop = 2 }")
    )
    text = text.replace('"about-b", minutes = 10', '"about-b", minutes = 10, drop = 1')
    write(tmp_path, FILES | {PLAN: text})

    assert [1, 2, 2] == [
        block.drop for _, block in read(tmp_path / PLAN, Handbook(tmp_path)).blocks_by_drop
    ]


@pytest.mark.parametrize("title", ["Day 1", "Two days"])
def test_a_plan_of_one_part_says_its_title_once(tmp_path, title):
    """Where the part begins with it, it is not said again."""
    text = FILES[PLAN].replace('Two days"', f'{title}"').partition('[[part]]\nname = "Day 2')[0]
    index = FILES["index.md"].replace(":brief:\n:caption: The days\n", "")
    write(tmp_path, FILES | {PLAN: text, "index.md": index})
    build(tmp_path, "html")
    page = BeautifulSoup((tmp_path / "_build/index.html").read_text("utf-8"), "html.parser")
    captions = {
        caption.get_text(" ", strip=True).rstrip(" #¶") for caption in page.select("caption")
    }

    assert {
        "Day 1: begin" if title == "Day 1" else "Two days: Day 1: begin",
        "The plans",
    } == captions


def test_labs_keep_their_order(tmp_path):
    """A later lab that is done first is told, although neither lacks a chapter."""
    text = FILES[PLAN].replace("{ lab = 1 }", "{ lab = 9 }").replace("{ lab = 2 }", "{ lab = 1 }")
    write(tmp_path, FILES | {PLAN: text.replace("{ lab = 9 }", "{ lab = 2 }")})

    with pytest.raises(PlanError, match=r"days.toml:26: Day 2: end: lab 1 comes after lab 2. Labs"):
        read(tmp_path / PLAN, Handbook(tmp_path))


def test_a_day_has_its_clock_and_a_plan_in_brief_its_parts(built, tmp_path):
    """Each row has what the block is, its minutes, and what it is shorter without."""
    built(builder="html")
    page = BeautifulSoup((tmp_path / "docs/_build/index.html").read_text("utf-8"), "html.parser")
    listed, first, second, brief = [
        [
            [c.get_text(" ", strip=True) for c in row(["th", "td"])]
            for row in table.select("tbody tr")
        ]
        for table in page.select("table.talk")
    ]

    assert [
        ["days", "Two days for all. 2 days, 2 hours 20 minutes without the pauses, 2 labs."]
    ] == listed
    assert [
        ["before", "Read: The A"],
        ["9:30", "Hello, you (10 minutes) Shorter without: the names"],
        ["9:40", "The B (15 minutes) Shorter without: “An end”"],
        ["9:55", "Lab 1: Lab 1 (20 minutes) Stop before the section “Last”, and show jukebox lab solve 1 ."],
        ["10:15", "Break (10 minutes)"],
        ["10:25", "An end (10 minutes) Shorter without: all questions but one"],
        ["10:35", "Hello, you (10 minutes) Shorter without: the names"],
        ["10:45", "To show: Lab one."],
    ] == first  # fmt: skip
    assert [
        "9:40",
        "The C (35 minutes; leave out first) Slowly. Shorter without: “An end”",
    ] == second[1]
    assert (
        "end Questions from memory on The A , The B (10) · The C (35; leave out first) · "
        "Lab 2: Lab 2 (20) · About B (10) To show: Lab two."
    ) == brief[1][1]
    assert page.select('a[href="modules/b.html#part-b"]')


def test_the_build_reads_a_page_again_when_a_chapter_has_other_minutes(built, tmp_path):
    """Also when neither the page nor the plan has changed."""
    built(builder="html")
    chapter = tmp_path / "docs" / "modules" / "b.md"
    chapter.write_text(FILES["modules/b.md"].replace("activity: 5", "activity: 6"), "utf-8")
    told = build(tmp_path / "docs", "html")

    assert "its blocks take 76 minutes of 75" in told
    assert "The B (16 minutes)" not in (tmp_path / "docs/_build/index.html").read_text("utf-8")


def test_an_anchor_is_a_label_or_a_heading_and_never_in_a_fence():
    """Marks of Markdown are no part of a title; a picture's label leads to the section around it."""
    page = read_page(
        "x", "---\na: 1\n---\n# The `x` *page*\n\n(one)=\n\n(two)=\n## A, {term}`b <c>` and [d](e.md)\n\n"
        "````md\n```\n## No heading\n```\n````\n\n(a-picture)=\n```{figure} x.svg\n```\n\n"
        "### Last: it ends\n\nShort.\n\n(the-end)=\n",
    )  # fmt: skip

    assert "The x page" == page.title
    assert {
        "the-x-page": "The x page",
        "a-b-and-d": "A, b and d",
        "one": "A, b and d",
        "two": "A, b and d",
        "a-picture": "A, b and d",
        "the-end": "Last: it ends",
        "last-it-ends": "Last: it ends",
    } == page.anchors
    assert {"one", "two", "a-picture", "the-end"} == page.labels


def test_a_page_stands_below_the_sources(tmp_path):
    """Whatever a plan from somebody else names: no absolute path, and none that climbs."""
    write(tmp_path, FILES | {"docs/inside.md": "# Inside\n", "secret.md": "# Secret\n"})
    book = Handbook(tmp_path / "docs")

    assert "Inside" == book.title("inside")
    for name in (f"{tmp_path}/secret", "../secret", "x/../../secret", "/secret", ""):
        assert book.page(name) is None, name


def test_a_talk_first_leaves_out_what_a_shorter_one_leaves_out():
    """The steps stay in talk.toml; the plan has their minutes, and no words of its own."""
    book = Handbook("docs")
    for length, shorter in ((60, 30), (90, 60)):
        blocks = talk_blocks(book.steps, length)
        assert length == sum(block.minutes for block in blocks)
        for block in blocks:
            less = block.minutes - block.step[f"minutes{shorter}"]
            if not block.step[f"minutes{shorter}"]:
                assert f"the whole step, as in the talk of {shorter} minutes" == block.leave_out
            elif less > 0:
                assert (
                    f"{less} of its minutes, as in the talk of {shorter} minutes" == block.leave_out
                )


@pytest.mark.parametrize("name", BOOK.plans)
def test_each_shipped_plan_is_sound_and_each_block_says_what_to_leave_out(name):
    """Pauses excepted, which stay."""
    plan = BOOK.plan(name)

    assert [] == [b.title for b in plan.blocks if bool(b.leave_out) == (b.kind == "pause")]
    assert {plan.minutes} == {part.minutes for part in plan.parts}


def test_six_plans_are_shipped_and_the_example_is_sound():
    """Thirty hours without pauses are the five days."""
    room = {
        name: sum(block.minutes for block in BOOK.plan(name).blocks if block.kind != "pause")
        for name in BOOK.plans
    }

    assert {
        "talk-60": 60,
        "talk-90": 90,
        "one-day": 360,
        "three-days": 3 * 360,
        "five-days": 5 * 360,
        "sixteen-weeks": 16 * 180,
    } == room
    assert 180 == read("examples/plans/half-day.toml", BOOK).parts[0].minutes


def test_each_chapter_and_each_lab_has_minutes_and_a_section_to_leave_out():
    """57 chapters and eight labs: a plan can take any."""
    paths = [*Path("docs/modules").rglob("*.md"), *Path("docs/labs").glob("*.md")]
    pages = [BOOK.page(path.relative_to("docs").with_suffix("").as_posix()) for path in paths]
    taught = [page for page in pages if "objectives" in page.facts or "lab" in page.facts]

    assert [] == [page.name for page in taught if not page.teach]
    assert [] == list(teach_faults(BOOK))
    assert len(taught) > 60
