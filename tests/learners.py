"""A class of sixteen made-up learners, whose answers are known because a seed made them.

`python -m tests.learners` writes what the page *Collect the lines* shows: the roster, the mails as a
trainer pastes them, and the report of the command.
"""

import random
import re
import textwrap
from collections import Counter
from contextlib import redirect_stdout
from datetime import date
from io import StringIO
from pathlib import Path

from jukebox.labs import hand_in

from scripts import class_report, collect

FOLDER = Path(__file__).parents[1] / "docs" / "teach" / "class"
NAMES = [f"Learner {number}" for number in range(1, 17)]
PAGES = [
    "introduction/what-is-mlops",
    "introduction/mlops-and-devops",
    "introduction/northstar",
    "lifecycle/deployment",
]
DAY = date(2026, 11, 23)  # a past day: a line of a later one is told


class Class:
    """What each of sixteen people chose, and how the most common mistakes were planted."""

    def __init__(self, seed=16, pages=PAGES):
        """Draw everything from a seed."""
        lot = random.Random(seed)  # noqa: S311 - made-up people
        self.answers = {name: {} for name in NAMES}  # {name: {page: letters}}
        self.labs = {name: {} for name in NAMES}  # {name: {number: Lab}}
        self.tries = {}
        for page in pages:
            for question in class_report.read_questions(page):
                letters = "ABCDEFGHIJ"[: len(question.options)]
                wrong = [letter for letter in letters if letter != question.right]
                planted, rate = lot.choice(wrong), lot.choice([0.1, 0.2, 0.3, 0.7])
                for name in NAMES:
                    chosen = question.right
                    if lot.random() < rate:
                        chosen = planted if lot.random() < 0.85 else lot.choice(wrong)
                    self.answers[name].setdefault(page, []).append(chosen)
        for name in NAMES:
            for page in pages:
                self.tries[name, page] = lot.choice([1, 1, 1, 2, 3])
            for number in (1, 2):
                state, done = f"{lot.randrange(2**16):04x}", lot.random() < 0.8
                self.labs[name][number] = hand_in.LabResult(
                    number, done, state, lot.randrange(1, 5)
                )

    def quizzes(self, name):
        """Give the quiz items of somebody."""
        return [
            hand_in.QuizResult(page, tuple(letters), self.tries[name, page])
            for page, letters in self.answers[name].items()
        ]

    def line(self, name):
        """Give all that somebody did in one line, which the grammar allows."""
        return hand_in.compose_line(name, DAY, [*self.quizzes(name), *self.labs[name].values()])

    def lines(self, name, sender=None):
        """Give the line of a browser and that of Jukebox, under the name of whoever sends them."""
        done = self.quizzes(name), list(self.labs[name].values())
        return [hand_in.compose_line(sender or name, DAY, items) for items in done]

    def chosen(self, names=NAMES):
        """Give {(page, number): Counter of letters}, the truth that a report is held against."""
        found = {}
        for name in names:
            for page, letters in self.answers[name].items():
                for number, letter in enumerate(letters, 1):
                    found.setdefault((page, number), Counter())[letter] += 1
        return found


def mail(line, lot):
    """Give a line as a mail program may: quoted, wrapped, with other words, spaces and dashes."""
    text = line
    if lot.random() < 0.3:
        text = f"{lot.choice(['Hi, my line: ', 'Here it is: ', 'Line:  '])}{text}"
    if lot.random() < 0.3:
        text += lot.choice([" Thanks!", "  ", " - see you on Tuesday."])
    if lot.random() < 0.6:
        width = lot.choice([40, 60, 76])
        hyphens = lot.random() < 0.5
        text = "\n".join(textwrap.wrap(text, width, break_on_hyphens=hyphens))
    if lot.random() < 0.5:
        quote = lot.choice(["> ", ">> ", "> > ", ">"])
        text = re.sub("^", quote, text, flags=re.M)
    if lot.random() < 0.3:
        text = text.replace("-", lot.choice("\u2010\u2011\u2013\u2014"))
    if lot.random() < 0.5:
        text = text.replace(" ", lot.choice(["\u00a0", "  ", "\u2009"]), lot.choice([1, 3, -1]))
    before = lot.choice(["", "On Monday a learner wrote:\n", "-- \nSent from a phone\n"])
    after = lot.choice(["", "\n\nBest wishes,\na learner", "\n\n"])
    return f"{before}{text}{after}"


def sample():
    """Give the mails of the page, each with one line: thirteen people sent what they should.

    One typed a name into the field of a colleague's browser and copied the labs, one changed a name
    in the mail, and one misspelt it.
    """
    room, lot = Class(), random.Random(3)  # noqa: S311
    mails = [mail(line, lot) for name in NAMES[:13] for line in room.lines(name)]
    mails += room.lines(NAMES[9], sender=NAMES[13])
    mails.append(room.lines(NAMES[4])[0].replace("Learner 5", "Learner 15"))
    mails.append(hand_in.compose_line("Lerner 16", DAY, room.quizzes(NAMES[15])[:2]))
    return "\n\n".join(mails) + "\n"


def report():
    """Give what the command prints for the files of the page."""
    words = [str(FOLDER / "lines.txt"), "--roster", str(FOLDER / "class.csv")]
    with redirect_stdout(StringIO()) as printed:
        assert collect.main(words, today=DAY) == 0
    return printed.getvalue()


if __name__ == "__main__":
    FOLDER.mkdir(exist_ok=True)
    (FOLDER / "class.csv").write_text("name,email,days\n" + "".join(f"{n},,\n" for n in NAMES))
    (FOLDER / "lines.txt").write_text(sample(), "utf-8")
    (FOLDER / "report.txt").write_text(report(), "utf-8")
