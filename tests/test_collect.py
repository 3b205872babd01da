"""The reader of the lines that a class hands in, held against the truth that made them."""

import csv
import io
import quopri
import random
import re
import shlex
import string
import subprocess
import sys
import tomllib
from collections import Counter
from datetime import date
from pathlib import Path

import pytest
from bs4 import BeautifulSoup
from jukebox.labs import hand_in

from scripts import class_report, collect, lines, teach
from scripts.lines import find_lines
from scripts.roster import read_roster
from tests import learners
from tests.learners import DAY, FOLDER, NAMES, PAGES, Class, mail

ROOM = Class()
TRUTH = ROOM.chosen()
REMEDY = "run `python -m tests.learners` with the Python of `nox -s tests`, which writes it"


def read(text, **options):
    """Collect a text for the class."""
    return class_report.make_report(text, NAMES, **options)


def pasted(seed):
    """Give everybody's lines, each as some mail program sends it: in one line, or in two."""
    lot = random.Random(seed)  # noqa: S311 - it chooses a mail program
    return "\n\n".join(
        mail(line, lot)
        for name in NAMES
        for line in ([ROOM.line(name)] if seed % 2 else ROOM.lines(name))
    )


@pytest.fixture(scope="module")
def report():
    """The report about lines that came as they were written."""
    return read("\n".join(map(ROOM.line, NAMES)))


def test_a_trainer_needs_none_of_jukebox_s_packages():
    """Lines are read, and sheets made, where the packages of `nox -s teach` are and no others."""
    absent = ("click", "fastapi", "mlflow", "numpy", "onnx", "pandas", "rich", "sklearn", "uvicorn")
    blocked = f"import sys; sys.modules.update(dict.fromkeys({absent!r}))"
    code = f"{blocked}; import scripts.collect, scripts.roster, scripts.sheets"

    subprocess.run([sys.executable, "-c", code], check=True)


# ---- right against the truth ---------------------------------------------------------------------


def test_who_handed_in_what(report):
    """Each item of each of sixteen people, and nothing else."""
    for name in NAMES:
        items = [*ROOM.quizzes(name), *ROOM.labs[name].values()]

        assert {item.what: item for item in items} == {
            what: given.item for what, given in report.given[name].items()
        }
    assert [] == report.look
    assert ["16 counted"] == report.account


def test_what_is_missing(report):
    """A lab that is open is missing."""
    for name in NAMES:
        undone = [lab.what for lab in ROOM.labs[name].values() if not lab.done]

        assert undone == report.missing(name)
    assert any(map(report.missing, NAMES))


def test_the_most_common_mistake_of_each_objective(report):
    """How many chose which wrong option, for each question of each chapter."""
    found = {(one.page, one.number): one for one in report.wrong}

    for (page, number), chosen in TRUTH.items():
        question = class_report.read_questions(page)[number - 1]
        wrong = Counter({k: n for k, n in chosen.items() if k != question.right})
        if not wrong:
            assert (page, number) not in found
            continue
        one = found[page, number]

        assert chosen == one.chosen
        assert wrong.most_common(1)[0][1] == one.wrong[0][1] == wrong[one.wrong[0][0]]
        assert question == one.question
    assert len(found) >= 10


def test_the_most_common_mistake_comes_first(report):
    """By how many made it."""
    heads = [one.wrong[0][1] for one in report.wrong]

    assert sorted(heads, reverse=True) == heads
    assert max(n for c in TRUTH.values() for k, n in c.items()) >= heads[0] > 8


def test_the_report_says_how_many_think_what():
    """With the option's text, and why it is wrong."""
    [line] = [hand_in.QuizResult(PAGES[0], ("B", "A", "B"), 1)]
    text = "\n".join(hand_in.compose_line(name, DAY, [line]) for name in NAMES[:11])
    said = " ".join(collect.as_text(read(text)).split())

    assert "Learner 1 1 quiz, 2 of 3 right at first Learner 2 1 quiz, 2 of 3 right at first" in said
    assert "11 of 11 chose B: “Practices” Why not: The same script each time is a practice." in said
    assert "0 of 11 chose C, which is right: “Culture”" in said


# ---- what mail programs do -----------------------------------------------------------------------


@pytest.mark.parametrize("seed", range(60))
def test_mails_change_nothing(report, seed):
    """Quoted, wrapped, with other words, spaces and dashes: the same report."""
    found = read(pasted(seed))

    assert [] == found.look
    assert [f"{16 if seed % 2 else 32} counted"] == found.account
    for name in NAMES:
        assert report.missing(name) == found.missing(name)
    assert report.wrong == found.wrong


def test_what_a_file_may_be(tmp_path):
    """With a byte order mark and the ends of lines of Windows; accents in one piece or in two."""
    line = hand_in.compose_line("Zoë d\u2019Été", DAY, ROOM.quizzes(NAMES[0]))
    (tmp_path / "class.csv").write_bytes(
        "\ufeffname;days\r\nZoe\u0308 d'E\u0301te\u0301;1 2\r\n".encode()
    )
    (tmp_path / "lines.txt").write_bytes(
        f"\ufeff> {line}\r\n>\r\n".replace("ë", "e\u0308").encode()
    )
    roster = [person.name for person in read_roster(tmp_path / "class.csv")]
    found = class_report.make_report(lines.read_mails(tmp_path / "lines.txt"), roster)

    assert ["Zoë d'Été"] == roster
    assert 4 == len(found.given["Zoë d'Été"])
    assert [] == found.look


def test_a_line_between_others_on_one_row():
    """Two lines and some words in one paragraph."""
    text = f"mine: {ROOM.line(NAMES[0])} and his, {ROOM.line(NAMES[1])} bye"
    found = read(text)

    assert ([6, 6], []) == ([len(found.given[name]) for name in NAMES[:2]], found.look)


# ---- what was changed, and what is not there -----------------------------------------------------


def test_a_changed_character_is_noticed():
    """Whichever it is, and whatever it becomes; the report says so."""
    line = hand_in.compose_line(NAMES[0], DAY, [ROOM.quizzes(NAMES[0])[0], ROOM.labs[NAMES[0]][1]])
    whole, missed, tried = hand_in.parse_line(line), [], 0
    for place, old in enumerate(line):
        for new in {*string.ascii_letters, *string.digits, *" .,/:-·é"} - {old}:
            changed = f"{line[:place]}{new}{line[place + 1 :]}"
            found, rest = find_lines(changed)
            tried += 1
            if any(one.line and one.line != whole for one in found) or not (
                rest or any(one.fault for one in found)
            ):
                missed.append(changed)

    assert tried > 5000
    assert [] == missed


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("Learner 5", "Learner 15"),
        ("2026-11-23", "2026-11-22"),
        (
            " try 1",
            " try 2",
        ),
    ],
)
def test_a_changed_name_day_or_count(old, new):
    """It is not counted, and it is told with its line."""
    line = ROOM.line(NAMES[4])
    assert old in line
    found = read("Hello\n" + line.replace(old, new, 1))
    [told] = found.look

    assert not any(found.given.values())
    assert told.startswith("Line 2, ")
    assert ("its checksum fits the name Learner 5: the line is theirs" in told) == ("Lea" in old)


@pytest.mark.parametrize(
    "broken", [lambda line: line.replace("try 1", "try 8"), lambda line: line[:-9]]
)
@pytest.mark.parametrize("before", ["", "Here it is: ", "> mine:\n>> ", "{} ", "{} Mine: "])
def test_a_line_with_a_fault_is_told_by_its_name(before, broken):
    """Whatever stands before it: words, or another line on the same row."""
    text = before.format(ROOM.line(NAMES[0])) + broken(ROOM.line(NAMES[1]))
    [told] = read(text).look

    assert told.startswith(f"Line {1 + before.count(chr(10))}, Learner 2: it"), told


def test_a_line_passed_on_under_a_new_name():
    """The colleague typed a name into the same browser: the checksum fits, and the answers tell."""
    items = ROOM.quizzes(NAMES[4])
    wrong = sum(len(item.letters) - class_report.count_right(item) for item in items)
    lines = [hand_in.compose_line(name, DAY, items) for name in (NAMES[4], NAMES[14])]
    found = read("\n".join([*lines, ROOM.line(NAMES[0])]))

    assert [
        f"Learner 15 and Learner 5 handed in the same line of 2026-11-23: 12 answers, {wrong} of "
        "them wrong in the same way. The more of these, the less it is luck."
    ] == found.look


def test_the_same_right_answers_accuse_nobody():
    """Two who know everything write the same; it is told as what it is."""
    letters = tuple(question.right for question in class_report.read_questions(PAGES[0]))
    item = hand_in.QuizResult(PAGES[0], letters, 1)
    [told] = read("\n".join(hand_in.compose_line(name, DAY, [item]) for name in NAMES[:3])).look

    assert "and all right: 1. That tells nothing" in told


def test_a_copied_lab_is_told():
    """The state of a folder under two names."""
    lab = hand_in.LabResult(1, True, "5f3a", 2)
    other = hand_in.LabResult(2, True, "0000", 1)
    lines = [
        hand_in.compose_line(NAMES[0], DAY, [lab]),
        hand_in.compose_line(NAMES[1], DAY, [lab, other]),
    ]

    assert ["Learner 1 and Learner 2 have the same state of lab-1 (5f3a): a copied folder?"] == (
        read("\n".join(lines)).look
    )


def test_a_name_that_is_not_on_the_roster():
    """With the nearest; and the trainer can say whom it means."""
    line = hand_in.compose_line("Lerner 16", DAY, ROOM.quizzes(NAMES[15]))
    [told] = read(line).look
    mended = read(line, same={"Lerner 16": "Learner 16"})

    assert 'is Learner 16. If that is right, add --same "Lerner 16=Learner 16"' in told
    assert ([], 4) == (mended.look, len(mended.given["Learner 16"]))


def test_a_roster_may_have_other_dashes_and_quotes():
    """The spreadsheet made them curly; the line has them plain, and capitals do not matter."""
    typed = ["anne-marie o'brien", "Gal-la"]
    lines = [
        hand_in.compose_line(name, DAY, ROOM.quizzes(NAMES[0])[n : n + 1])
        for n, name in enumerate(typed)
    ]
    roster = ["Anne\u2013Marie O\u2019Brien", "Gal·la"]
    found = class_report.make_report("\n".join(lines), roster)

    assert ([], [1, 1]) == (found.look, [len(found.given[name]) for name in roster])


def test_the_newest_line_counts():
    """By day and then by how much it holds, whatever stands first; older ones fill the gaps."""
    one, two, three, _ = ROOM.quizzes(NAMES[0])
    later = one._replace(tries=5)
    lines = [
        hand_in.compose_line(NAMES[0], DAY.replace(day=25), [later]),
        hand_in.compose_line(NAMES[0], DAY, [one, two]),
        hand_in.compose_line(NAMES[0], DAY, [two._replace(tries=9)]),
        hand_in.compose_line(NAMES[0], DAY.replace(day=24), [three]),
    ]
    found = read("\n".join([*lines, lines[0]]))

    assert {later.what: later, two.what: two, three.what: three} == {
        what: given.item for what, given in found.given[NAMES[0]].items()
    }
    assert [
        "3 counted",
        "1 repeated word for word",
        "1 replaced by newer ones, or with nothing that counts",
    ] == found.account


def test_other_first_answers_are_told():
    """Of a second browser, or after forgetting: both are shown."""
    one = hand_in.QuizResult(PAGES[0], ("B", "B", "B"), 1)
    lines = [
        hand_in.compose_line(NAMES[0], DAY, [one]),
        hand_in.compose_line(
            NAMES[0], DAY.replace(day=24), [one._replace(letters=("C", "A", "B"))]
        ),
    ]
    [told] = read("\n".join(lines)).look

    assert "Learner 1 has two first answers to introduction/what-is-mlops: B B B (line 1)" in told
    assert "C A B (line 2, which counts)" in told


@pytest.mark.parametrize(
    ("item", "said"),
    [
        (hand_in.QuizResult("introduction/gone", ("A",), 1), "introduction/gone has no quiz here"),
        (
            hand_in.QuizResult(PAGES[0], ("A", "B"), 1),
            f"the quiz of {PAGES[0]} has other questions here",
        ),
        (hand_in.QuizResult(PAGES[0], ("A", "B", "J"), 1), "has other questions here"),
        (hand_in.LabResult(99, True, "5f3a", 1), "there is no lab 99"),
    ],
)
def test_an_item_of_another_handbook(item, said):
    """It is told, and the rest of the line counts."""
    good = ROOM.quizzes(NAMES[0])[1]
    found = read(hand_in.compose_line(NAMES[0], DAY, [item, good]))

    assert [f"Line 1, Learner 1: {said}, so it is not counted."] == [
        re.sub("the quiz of .* has", "has", told) if said.startswith("has") else told
        for told in found.look
    ]
    assert [good.what] == list(found.given[NAMES[0]])


def test_everything_that_looks_like_a_line_is_accounted_for():
    """Cut off, without its signs, or half of one: with the number of its row."""
    line = ROOM.line(NAMES[0])
    cut = line[: line.rindex(" · ")]
    text = "\n".join(
        [
            "Dear trainer,",
            cut,
            line.replace(" · ", " ? "),
            line[line.index("introduction") :],
            "2026-11-23 was a Monday.",
            ROOM.line(NAMES[1]),
        ]
    )
    found = read(text)

    assert ["1 counted", "1 with a fault", "2 not readable"] == found.account
    assert [
        "Line 2, Learner 1: it ends without",
        "Line 3: the dots were replaced by “?”",
        "Line 4 looks",
    ] == [
        told[: len(start)]
        for told, start in zip(
            found.look,
            [
                "Line 2, Learner 1: it ends without",
                "Line 3: the dots were replaced by “?”",
                "Line 4 looks",
            ],
            strict=True,
        )
    ]


def test_letters_of_a_wrong_mail_program():
    """A file that was read in the wrong encoding once: the points are mended, names are not."""
    found = read(ROOM.line(NAMES[0]).encode().decode("cp1252"))

    assert ([], 6) == (found.look, len(found.given[NAMES[0]]))


# ---- what programs put around, into and in place of a line ---------------------------------------

OTHERS = ["Lee Ng", "José Müller", "Søren Łuk", "山田 太郎", "Anne-Marie O'Brien", "محمد علی"]
ITEM = ROOM.quizzes(NAMES[0])[0]
AROUND = {
    "bold": "**{}**",
    "code": "`{}`",
    "italic": "_{}_",
    "quotes": '"{}"',
    "curly quotes": "“{}”",
    "tag": "<div>{}</div>",
    "tags": "<ul>\n<li><p>{}</p></li></ul>",
    "brackets": "({})",
    "list": "-{}",
    "colon": "Mine:{}",
    "bars": "| me | {} |",
}


def swapped(old, new):
    """Give a function that replaces a text in a line, once."""
    return lambda line: line.replace(old, new, 1)


def of_other(name, change):
    """Collect the line of one of OTHERS, changed by some program."""
    return class_report.make_report(
        change(hand_in.compose_line(name, DAY, [ITEM])), [*OTHERS, "Ng"]
    )


@pytest.mark.parametrize("around", AROUND)
@pytest.mark.parametrize("name", OTHERS)
def test_signs_around_a_line_change_nothing(name, around):
    """A chat's marks, quotes, a page's tags: the line is its person's."""
    found = of_other(name, AROUND[around].format)

    assert ([], 1, ["1 counted"]) == (found.look, len(found.given[name]), found.account)


@pytest.mark.parametrize(
    ("name", "change"),
    [
        ("Lee Ng", swapped("Lee Ng", "**Lee Ng**")),
        ("Lee Ng", swapped("Lee Ng", "<b>Lee</b> Ng</p>")),
        ("Lee Ng", swapped("Lee Ng", '"Ng", "Lee Ng",')),
        ("José Müller", swapped("José Müller", "Mail from me: Jose Muller")),
        ("José Müller", swapped("José Müller", "Jos? M?ller")),
        ("Søren Łuk", swapped("Søren Łuk", "Soren Luk")),
        ("山田 太郎", swapped("山田 太郎", "?? ??")),
        ("Anne-Marie O'Brien", swapped("Anne-Marie O'Brien", "Anne Marie OBrien")),
        ("محمد علی", lambda line: line.replace(" ", "|") and f"> {line}"),
    ],
)
def test_signs_in_a_name_change_nothing(name, change):
    """Where the checksum fits a name of the roster, which differs in signs, accents, lost letters."""
    found = of_other(name, change)

    assert ([], 1) == (found.look, len(found.given[name]))


@pytest.mark.parametrize("name", OTHERS)
@pytest.mark.parametrize("times", [1, 2])
def test_a_text_read_in_the_wrong_encoding(name, times):
    """UTF-8 that was read as cp1252, which has no sign for five octets and leaves them."""

    def misread(line):
        for _ in range(times):
            octets = [bytes([octet]) for octet in line.encode()]
            signs = [
                octet.decode("cp1252", "ignore") or octet.decode("latin-1") for octet in octets
            ]
            line = "".join(signs)
        return line

    found = of_other(name, misread)

    assert ([], 1) == (found.look, len(found.given[name]))


@pytest.mark.parametrize("name", OTHERS)
def test_quoted_printable(name):
    """A mail as it is sent, with soft breaks, also within a sign; others stand around it."""

    def encode(line):
        return f"Hello\n{quopri.encodestring(line.encode()).decode()}\nBye"

    found = of_other(name, encode)

    assert ([], 1) == (found.look, len(found.given[name]))
    assert 2 == found.given[name][ITEM.what].number


@pytest.mark.parametrize("dot", ["&middot;", "&#183;", "&nbsp;&middot;&nbsp;", "&#xB7;", "•"])
def test_the_dot_of_a_page(dot):
    """As HTML writes it."""
    found = of_other("Lee Ng", lambda line: line.replace(" · ", f" {dot} "))

    assert ([], 1) == (found.look, len(found.given["Lee Ng"]))


def test_a_table_of_a_terminal():
    """The bars at both ends of each row."""
    line = hand_in.compose_line("Lee Ng", DAY, [ITEM])
    half = line.index(" · ", 20)
    text = f"| {line[:half]}   |\n| {line[half + 1 :]} |\n+----+"
    found = class_report.make_report(text, OTHERS)

    assert ([], 1) == (found.look, len(found.given["Lee Ng"]))


@pytest.mark.parametrize(
    ("typed", "other"),
    [
        ("Ng", "Lee Ng"),
        ("Ng", "**Lee Ng**"),
        ("Lee Ng", "Ng"),
        ("Ng", "An-Ng"),
        ("Jos", "José"),
        ("Ng", "**Lee Ng"),
    ],
)
def test_a_name_of_somebody_else_is_told(typed, other):
    """Also where it ends with that of the line's owner, or is nearly the same."""
    line = hand_in.compose_line(typed, DAY, [ITEM]).replace(typed, other, 1)
    found = class_report.make_report(line, ["Lee Ng", "Ng", "An-Ng", "Jos", "José"])
    [told] = found.look

    assert not any(found.given.values())
    assert f"its checksum fits the name {typed}: the line is theirs, under another name" in told
    assert told.startswith(f"Line 1, {other.strip('*')}: ")


@pytest.mark.parametrize(
    ("mine", "theirs"), [("José Berg", "Jose Berg"), ("Jose Berg", "José Berg")]
)
def test_two_people_whom_an_accent_tells_apart(mine, theirs):
    """Signs around a name leave it whose it is, and the other's name is told."""
    line = hand_in.compose_line(mine, DAY, [ITEM])
    found = class_report.make_report(line.replace(mine, f"**{mine}**"), [mine, theirs])
    [told] = class_report.make_report(line.replace(mine, theirs), sorted([mine, theirs])).look

    assert ([], 1, 0) == (found.look, len(found.given[mine]), len(found.given[theirs]))
    assert told.startswith(f"Line 1, {theirs}: its checksum fits the name {mine}: ")


def test_a_name_of_nobody_accuses_nobody():
    """The checksum fits somebody, and another name stands there: the trainer asks."""
    [told] = of_other("Lee Ng", swapped("Lee Ng", "Zed")).look

    assert told == (
        "Line 1, Zed: its checksum fits the name Lee Ng, and the name that stands there is nobody's "
        "on the roster: ask who sent it."
    )


@pytest.mark.parametrize("typed", ["Berg Anna", "Berg, Anna", "berg anna", "Anna  Berg."])
def test_the_parts_of_a_name_in_another_order(typed):
    """The right person is proposed, and not the one who is spelt nearly so."""
    [told] = class_report.make_report(
        hand_in.compose_line(typed, DAY, [ITEM]), ["Berg Anne", "Anna Berg"]
    ).look

    assert "the nearest is Anna Berg. If that is right, add --same " in told


@pytest.mark.parametrize("typed", ['Ann "A" Berg', "Ann $HOME Berg", "Ann `x` Berg", "Ann! B'erg"])
def test_a_proposal_can_be_pasted(typed):
    """A shell reads one word of it, with the name as it is."""
    [told] = class_report.make_report(hand_in.compose_line(typed, DAY, [ITEM]), ["Ann Berg"]).look
    words = shlex.split(told.partition("add ")[2].removesuffix("."))

    assert ["--same", f"{typed}=Ann Berg"] == words
    assert "`" not in typed or "'" in told


# ---- many at once, or none -----------------------------------------------------------------------


def test_a_state_that_many_have_is_one_sentence():
    """And so is a line of wrong answers: with how many, and who."""
    lab = hand_in.LabResult(1, True, "5f3a", 2)
    wrong = hand_in.QuizResult(PAGES[0], ("A", "A", "A"), 1)
    same = [
        read("\n".join(hand_in.compose_line(name, DAY, [item]) for name in NAMES)).look
        for item in (lab, wrong)
    ]

    assert [1, 1] == [len(look) for look in same]
    assert same[0][0].startswith("16 people (Learner 1, Learner 10, ")
    assert same[0][0].endswith("Learner 9) have the same state of lab-1 (5f3a): a copied folder?")
    assert same[1][0].startswith("16 people (Learner 1, Learner 10, ")
    assert "Learner 9) handed in the same line of 2026-11-23: 3 answers" in same[1][0]


@pytest.mark.parametrize("between", [" ", "\n", " and some: ", f" {'and more ' * 20}", "x" * 500])
def test_many_lines_that_were_cut_off(between):
    """Each is told by its own name alone, however many stand in a paragraph."""
    cut = hand_in.compose_line("Learner 2", DAY, [ITEM])[:-9]
    found, _ = find_lines(between.join([cut] * 300), NAMES)
    unknown, _ = find_lines(between.join([cut] * 300))

    last = ["Learner 2"] * 299 if "x" not in between else [one.name for one in found[1:]]
    assert ["Learner 2", *last] == [one.name for one in found]
    assert 300 == len(unknown)
    assert max(len(one.name) for one in unknown) <= hand_in.LONGEST_NAME


def test_the_name_of_somebody_unknown_has_no_other_words():
    """Neither the greeting, nor the items of a line that was cut off before it."""
    cut = f"Zed · 2026-11-23 · {ITEM}"
    found, _ = find_lines(f"Here it is: {cut} {cut.replace('Zed', 'Zoe')}", NAMES)

    assert ["Zed", "Zoe"] == [one.name for one in found]


class Counted(str):
    """A text that notes how many signs are cut out of it."""

    __slots__ = ()
    signs = 0

    def __getitem__(self, place):
        """Cut, and note."""
        cut = super().__getitem__(place)
        Counted.signs += len(cut)
        return cut


@pytest.mark.parametrize("end", ["", " · abcdef"])
def test_what_is_read_for_names_grows_with_the_text(monkeypatch, end):
    """Ten times the heads in a paragraph: ten times the signs, not a hundred times."""

    class Source(lines.Source):
        def __init__(self, text):
            super().__init__(text)
            self.whole = Counted(self.whole)

    monkeypatch.setattr(lines, "Source", Source)
    read_of = {}
    for many in (100, 1000):
        Counted.signs = 0
        found, rest = find_lines(f"x · 2026-11-23 · page A try 1{end} " * many, NAMES)
        read_of[many] = Counted.signs
        assert (many, []) == (len(found), rest)

    assert 0 < read_of[1000] <= 11 * read_of[100]


def test_a_line_that_was_cut_inside_a_word():
    """The message says that this may be the reason."""
    line = ROOM.line(NAMES[0])
    place = line.index("what-is") + 2
    [told] = read(f"{line[:place]}\n{line[place:]}").look

    assert told.endswith("was changed, or the line was cut inside a word.")


def test_a_log_is_not_told_row_by_row():
    """What a system writes looks like a part of a line at times: it is told once."""
    log = "\n".join(f"2026-11-23 10:00, user {n}: retry 5, try 5 of 9" for n in range(80))
    parts = "\n".join(f"page A B try {n}" for n in range(80))

    assert [] == read(log).look
    look = read(parts).look
    assert (4, ["80 not readable"]) == (len(look), [read(parts).account[-1]])
    assert (
        "77 more look like parts of lines, and cannot be read; the first of them is line 4."
        in (look[-1])
    )


@pytest.mark.parametrize(("days", "told"), [(0, False), (1, False), (2, True), (400, True)])
def test_a_line_of_a_day_to_come(days, told):
    """A day more is none: somewhere it is tomorrow already."""
    day = date.fromordinal(DAY.toordinal() + days)
    found = read(hand_in.compose_line(NAMES[0], day, [ITEM]), today=DAY)

    assert 1 == len(found.given[NAMES[0]])
    assert told == any(f"after today, 2026-11-23: line 1 ({day})." in one for one in found.look)
    assert told == bool(found.look)


# ---- plans, files and the command ----------------------------------------------------------------

HALF = FOLDER.parents[2] / "examples" / "plans" / "half-day.toml"


@pytest.mark.parametrize(("name", "parts"), [("three-days", None), ("three-days", 1), (HALF, None)])
def test_a_plan_says_what_is_expected(name, parts):
    """Its quizzes, those of the chapters to read at home and its labs, and nothing else."""
    path = HALF if name == HALF else class_report.DOCS / f"_data/plans/{name}.toml"
    expected = []
    for part in tomllib.loads(path.read_text("utf-8"))["part"][:parts]:
        pages = [
            *part.get("home", ()),
            *(p for block in part["block"] for p in block.get("quiz", ())),
        ]
        expected += [page.removeprefix("modules/") for page in pages if page.startswith("modules/")]
        expected += [f"lab-{block['lab']}" for block in part["block"] if "lab" in block]
    plan = class_report.read_plan(str(name), parts)
    found = read(ROOM.line(NAMES[0]), plan=plan)
    given = {*PAGES, *(f"lab-{n}" for n, lab in ROOM.labs[NAMES[0]].items() if lab.done)}

    assert (sorted(set(expected)), len(plan)) == (sorted(plan), len(set(plan)))
    assert [what for what in plan if what not in given] == found.missing(NAMES[0])
    assert plan == found.missing(NAMES[1])
    assert f"0 have all {len(plan)} items that the plan asks for" in collect.as_text(found)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("{ lab = 1 }", "{ lab = 99 }"),
        ('"modules/introduction/what-is-mlops", ', ""),
        ("minutes = ", "minuets = "),
        ("[[part]]", "[[part"),
        ("[[part]]", "[part]"),
        ("[[part]]", "part = 3\n[[parts]]"),
    ],
)
def test_a_wrong_plan_is_refused_as_the_folder_refuses_it(files, capsys, old, new):
    """By the same reader, with the same words."""
    text = HALF.read_text("utf-8")
    assert old in text
    Path("wrong.toml").write_text(text.replace(old, new, 1), "utf-8")

    assert 1 == collect.main([*WORDS, "--plan", "wrong.toml"])
    said = capsys.readouterr().err
    with pytest.raises(ValueError, match=r"wrong\.toml:\d+: ") as refused:
        teach.find_plan("wrong.toml", class_report.BOOK)
    assert f"{refused.value}\n" == said


@pytest.fixture
def files(tmp_path, monkeypatch):
    """A roster and lines in a folder in which the command runs."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "class.csv").write_text("name,email,days\n" + "\n".join(NAMES), "utf-8")
    (tmp_path / "lines.txt").write_text(ROOM.line(NAMES[0]), "utf-8")
    return tmp_path


WORDS = ["lines.txt", "--roster", "class.csv"]
WRONG = {
    "no column": ("class.csv", b"who\nLearner 1\n", "class.csv:1: "),
    "a name twice": ("class.csv", b"name\nLearner 1\n\nlearner  1\n", "class.csv:4: "),
    "nothing": ("lines.txt", b"", "lines.txt: there is no line in this file. Paste the mails"),
    "no line": ("lines.txt", b"Hello,\n\nsee you.\n", "lines.txt: there is no line in this file"),
    "not UTF-8": (
        "lines.txt",
        "Zoë · 2026".encode("cp1252"),
        "lines.txt: this is no text in UTF-8",
    ),
}


@pytest.mark.parametrize("fault", WRONG)
def test_a_file_with_a_fault(files, capsys, fault):
    """One sentence, with the file and the line."""
    name, content, said = WRONG[fault]
    (files / name).write_bytes(content)

    assert 1 == collect.main(WORDS)
    assert capsys.readouterr().err.startswith(said)


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["lines.txt", "--roster", "none.csv"], "none.csv: there is no such file"),
        (["none.txt", *WORDS[1:]], "none.txt: there is no such file. Paste the mails into one."),
        ([*WORDS, "--html", "none/report.html"], "none/report.html: No such file or directory."),
        ([*WORDS, "--plan", "x"], "There is no plan 'x'. There are: talk-60, "),
        ([*WORDS, "--plan", "x.toml"], "x.toml: this cannot be read"),
        (
            [*WORDS, "--plan", "three-days", "--parts", "0"],
            "--parts 0: the plan has the parts 1 to 3.",
        ),
        (
            [*WORDS, "--plan", "three-days", "--parts", "-1"],
            "--parts -1: the plan has the parts 1 to 3.",
        ),
        ([*WORDS, "--parts", "0"], "--parts needs a plan"),
        ([".", *WORDS[1:]], ".: this is a folder. Name the file with the mails in it."),
        (
            ["class.csv", *WORDS[1:]],
            "class.csv: there is no line in this file. Paste the mails into it.",
        ),
        (
            [*WORDS, "--plan", "three-days", "--parts", "4"],
            "--parts 4: the plan has the parts 1 to 3.",
        ),
        ([*WORDS, "--parts", "1"], "--parts needs a plan"),
        ([*WORDS, "--same", "A=B"], "--same: B is not on the roster"),
    ],
)
def test_a_word_with_a_fault(files, capsys, words, said):
    """One sentence."""
    assert 1 == collect.main(words)
    assert capsys.readouterr().err.startswith(said)


@pytest.mark.parametrize("encoding", ["ascii", "cp1252"])
def test_a_pipe_that_has_no_sign_for_a_name(files, monkeypatch, encoding):
    """The report is written, with a sign in place of each that is not there."""
    (files / "class.csv").write_text("name\n山田\n", "utf-8")
    (files / "lines.txt").write_text(hand_in.compose_line("山田", DAY, [ITEM]), "utf-8")
    pipe = io.TextIOWrapper(io.BytesIO(), encoding=encoding)
    monkeypatch.setattr(sys, "stdout", pipe)

    assert 0 == collect.main(WORDS, today=DAY)
    pipe.flush()
    assert b"??  1 quiz, " in pipe.buffer.getvalue()


def test_a_table_without_names_is_refused(files, capsys):
    """Nothing is written: the table would have the names that `--counts` leaves out."""
    words = [*WORDS, "--counts", "--csv", "out.csv", "--html", "out.html"]

    assert 1 == collect.main(words)
    assert capsys.readouterr() == (
        "",
        "--counts leaves names out, and the table of --csv has them: take one of the two.\n",
    )
    assert {"class.csv", "lines.txt"} == {file.name for file in files.iterdir()}


def test_the_table_holds_what_is_missing_and_no_formula(files):
    """A row for each person and item; a name that begins like a formula is a name."""
    (files / "class.csv").write_text("name\n=1+1\nLearner 1\n")
    assert 0 == collect.main([*WORDS, "--csv", "out.csv"])
    raw = (files / "out.csv").read_bytes()
    rows = list(csv.DictReader(io.StringIO(raw.decode("utf-8-sig"))))

    assert raw.startswith(b"\xef\xbb\xbf")
    assert ["'=1+1"] * 6 + ["Learner 1"] * 6 == [row["name"] for row in rows]
    assert ["missing"] * 6 == [row["state"] for row in rows[:6]]
    for item in ROOM.quizzes("Learner 1"):
        [row] = [row for row in rows[6:] if row["item"] == item.page]

        assert " ".join(item.letters) == row["answers"]
        assert [str(class_report.count_right(item)), "3", str(item.tries)] == [
            row[name] for name in ("right", "of", "tries")
        ]


def test_the_page_says_the_same_as_the_text(files):
    """And what somebody wrote for a name is no markup."""
    (files / "class.csv").write_text("name\n<b>x</b>\nLearner 1\n")
    (files / "lines.txt").write_text(f"{ROOM.line(NAMES[0])}\n{ROOM.line(NAMES[1])}", "utf-8")
    words = [*WORDS, "--html", "out.html"]
    assert 0 == collect.main(words, today=DAY)
    page = BeautifulSoup((files / "out.html").read_text("utf-8"), "html.parser")
    found = class_report.make_report(
        lines.read_mails(files / "lines.txt"), ["<b>x</b>", "Learner 1"]
    )

    assert [] == page.select("b, script, img, link:not([href='data:,'])")
    assert [list(row) for row in collect.people(found)] == [
        [cell.get_text() for cell in row.select("th, td")] for row in page.select("tbody tr")
    ]
    assert found.look == [one.get_text() for one in page.select("main > ul li")]
    assert [choice for one in found.wrong for choice in collect.choices(one)] == [
        one.get_text() for one in page.select("section li")
    ]


def test_what_a_class_may_see_has_no_name(files, capsys):
    """Neither in the text nor in the page, and the counts are all there."""
    (files / "lines.txt").write_text(learners.sample(), "utf-8")
    words = [*WORDS, "--html", "out.html", "--counts"]
    assert 0 == collect.main(words)
    text, page = capsys.readouterr().out, (files / "out.html").read_text("utf-8")

    for told in (text, page):
        assert "10 of 14 chose A: " in told
        assert "14 of 16 people handed something in" in told
        assert not re.search(r"L\w+ \d|Look at", told)


@pytest.mark.parametrize("name", ["lines.txt", "report.txt"])
def test_the_page_shows_what_the_command_says(name):
    """The files of the page *Collect the lines* are those of the seed."""
    made = {"lines.txt": learners.sample, "report.txt": learners.report}[name]()

    assert made == (FOLDER / name).read_text("utf-8"), f"{FOLDER / name}: {REMEDY}"


def test_the_command_of_the_page_prints_its_report(capsys, monkeypatch):
    """Typed in the handbook's folder, as the page shows it."""
    monkeypatch.chdir(FOLDER.parents[2])
    page = FOLDER.with_name("collect-the-lines.md").read_text("utf-8").replace("\\\n", "")
    [words] = re.findall(r"-s teach -- collect (docs/.+)", page)

    assert 0 == collect.main(words.split(), today=DAY)
    assert capsys.readouterr().out == (FOLDER / "report.txt").read_text("utf-8")


@pytest.mark.parametrize(
    ("error", "said"),
    [
        (FileNotFoundError(2, "No such file", "a.txt"), "a.txt: No such file."),
        (OSError(28, "No space left on device"), "No space left on device."),
    ],
)
def test_what_the_system_refuses_is_said_without_a_none(error, said):
    """A full disk names no file."""
    assert said == collect.describe_error(error)
