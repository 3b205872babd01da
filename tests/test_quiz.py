"""*Quiz and objective*: each question checks an objective of its page, and the page answers it."""

import pickle
import re
import tomllib
from pathlib import Path

import pytest

from tests.project import build as build_project
from tests.project import write

DOCS = Path(__file__).parents[1] / "docs"
FILES = sorted((DOCS / "_data" / "quizzes").rglob("*.toml"))

CONF = """
extensions = ["myst_parser", "docs._ext.quiz"]
project = "Handbook"
html_theme = "basic"
myst_enable_extensions = ["smartquotes"]
myst_title_to_header = True
"""

PAGE = """\
---
title: A page
objectives:
  define: Say what it is.
  record: Say what is recorded.
---

(the-whole)=
## The whole

It is a *short* page that doesn't say
much, see {ref}`part`.

(part)=
### A part

Every model has a `seed`.

## Check yourself

```{quiz}
```
"""

QUESTION = """\
[[question]]
objective = "{objective}"
ask = "What is it, *exactly*?"
section = "{section}"
says = "{says}"

[[question.option]]
text = "Long"
why = "It is not."

[[question.option]]
text = "Short, see {{ref}}`part`"
why = "Right, see {{ref}}`part`."
right = true

[[question.option]]
text = "`None`"
why = "It is there."

"""
WHOLE = QUESTION.format(objective="define", section="the-whole", says="a short page")
PART = QUESTION.format(objective="record", section="part", says="model has a **seed**")
QUIZ = WHOLE + PART + PART
SECOND = QUIZ.count("\n", 0, QUIZ.index("[[question]]", 1)) + 1  # the second question's line


@pytest.fixture
def project(tmp_path):
    """Return a function that builds a project of two pages, one of them a chapter with a quiz."""

    def build(page=PAGE, quiz=QUIZ, *, name="page", builder="dummy", add="", conf=CONF):
        files = {
            "conf.py": conf,
            "index.md": f"# Start\n\n```{{toctree}}\nmodules/page\n```\n{add}",
            "modules/page.md": page,
            f"_data/quizzes/{name}.toml": quiz,
        }
        write(tmp_path, files)
        build.warnings = build_project(tmp_path, builder)
        return tmp_path / "_build"

    return build


def test_a_sound_quiz_builds_without_a_warning(project):
    """Markup, smart quotes and line breaks make no difference to what a section says."""
    quiz = QUIZ.replace("a short page", "page that doesn't say  much")
    project(quiz=quiz)

    assert "" == project.warnings


FAULTS = {
    "objective": ('"record"', '"recall"', SECOND, "no objective `recall` on the page"),
    "section": ('"part"', '"a-part"', SECOND, "no label `a-part` on the page"),
    "phrase": ("a **seed**", "a name", SECOND, "section `part` does not say: model has a name"),
    "phrase below": ("a short page", "Every model", 1, "section `the-whole` does not say"),
    "reference": ("see {ref}`part`.", "see {ref}`nowhere`.", 1, "undefined label: 'nowhere'"),
}


@pytest.mark.parametrize("fault", FAULTS)
def test_a_fault_in_a_question_is_reported_at_its_line(project, fault):
    """Break the first place where a thing stands; the file and the question's line are named."""
    good, bad, line, message = FAULTS[fault]
    project(quiz=QUIZ.replace(good, bad, 1))

    assert re.search(
        rf"^_data/quizzes/page\.toml:{line}: WARNING: .*{re.escape(message)}",
        project.warnings,
        re.MULTILINE,
    ), project.warnings


def test_a_figure_of_the_answer_stands_in_its_section_or_is_a_sum_of_the_question(project):
    """A quiz repeats its page; what it lets the reader add up is no figure of the page."""
    conf = CONF.replace("docs._ext.quiz", "sphinxcontrib.bibtex", 1) + (
        'extensions += ["docs._ext.quiz", "docs._ext.cited"]\nbibtex_bibfiles = []\n'
    )
    for answer, wrong in (("8", ""), ("9", "does not say 9: correct its quiz")):
        ask = QUIZ.replace("What is it, *exactly*?", "Five weeks, and three more: how many?", 1)
        project(quiz=ask.replace("Short, see {ref}`part`", answer, 1), conf=conf)

        assert wrong in project.warnings
        assert wrong or not project.warnings
    project(
        quiz=ask.replace("Short, see", "40, see", 1).replace(
            "[[question.option]]", 'run = "40"\n[[question.option]]', 1
        ),
        conf=conf,
    )

    assert "does not say" not in project.warnings


def test_an_objective_that_no_question_checks_is_reported_at_the_page(project):
    """The objective's own line in the front matter is named."""
    project(quiz=WHOLE * 3)

    assert (
        "modules/page.md:5: WARNING: no question of the quiz checks objective `record`\n"
        == project.warnings
    )


def test_a_chapter_without_a_quiz_is_reported(project):
    """Whoever states objectives checks them."""
    project(page=PAGE.replace("```{quiz}\n```", ""), quiz=None)

    assert (
        "modules/page.md:3: WARNING: a chapter with objectives has a quiz, this one has none\n"
        == project.warnings
    )


def test_questions_that_their_page_does_not_show_are_reported(project):
    """A data file needs the directive in its page."""
    page = PAGE.replace("```{quiz}\n```", "").replace("objectives:", "goals:")
    project(page=page)

    assert (
        "_data/quizzes/page.toml:1: WARNING: page modules/page has no quiz directive\n"
        == project.warnings
    )


def test_questions_without_a_page_and_a_quiz_without_questions_are_reported(project):
    """A misnamed file is named at both ends."""
    project(name="pages")

    assert [
        "modules/page.md:21: WARNING: no questions for this quiz: _data/quizzes/page.toml",
        "_data/quizzes/pages.toml:1: WARNING: no page modules/pages for these questions",
    ] == project.warnings.splitlines()


def test_a_quiz_outside_the_modules_is_reported(project):
    """Tool, lab and teach pages have none."""
    project(add="\n```{quiz}\n```\n")

    assert (
        "index.md:7: WARNING: no questions for this quiz: a page outside modules/\n"
        == project.warnings
    )


def test_a_changed_question_is_noticed_by_the_next_build(project):
    """The data file is a dependency of its page."""
    project()
    project(quiz=QUIZ.replace("a short page", "a long page"))

    assert "section `the-whole` does not say: a long page" in project.warnings


@pytest.fixture
def html(project):
    """Return the built chapter."""
    return (project(builder="html") / "modules" / "page.html").read_text("utf-8")


PARTS = {
    "the line to copy": 'data-page="page"',
    "a group": '<fieldset class="quiz-question" data-right="1" id="page-quiz-1">',
    "what is asked": "<legend>1. What is it, <em>exactly</em>?</legend>",
    "a choice": '<input name="page-quiz-1" type="radio" value="0" /><span>A. Long</span>',
    "a resolved role": 'B. Short, see <a class="reference internal" href="#part">',
    "the answer": '<details class="quiz-answer" id="page-quiz-1-answer">\n<summary>Answer',
    "the right option": "The answer is B: Short",
    "a reason": "<strong>C is not right.</strong> It is there.",
    "where to read": 'Read again: <a class="reference internal" href="#the-whole">The whole</a>',
    "the script": 'defer="defer" src="../_static/quiz.js',
    "the style": 'href="../_static/quiz.css',
}


@pytest.mark.parametrize("part", PARTS)
def test_the_page_shows_all_parts_without_a_script(html, part):
    """Questions, choices, answers and reasons are in the page itself."""
    assert PARTS[part] in html


def test_nothing_is_loaded_or_said_where_there_is_no_quiz(html, tmp_path):
    """A page without a quiz pays nothing."""
    assert "quiz" not in (tmp_path / "_build" / "index.html").read_text("utf-8")


def test_wrong_options_are_not_found_by_search(html, tmp_path):
    """What an option says is no statement of the handbook."""
    terms = (tmp_path / "_build" / "searchindex.js").read_text("utf-8")

    assert ("seed" in terms, "exactli" in terms) == (True, False)


def test_other_builders_show_question_options_and_answer(project):
    """Plain text has the letters that the answer names."""
    text = (project(builder="text") / "modules" / "page.txt").read_text("utf-8")

    assert [
        "1. What is it, *exactly*?",
        "* A. Long",
        "The answer is B: Short, see A part",
        "* **A is not right.** It is not.",
    ] == [line for line in text.splitlines() if re.match(r"1\.|\* A|The answer|\* \*\*A", line)][:4]


def test_the_document_pickles_and_its_quiz_names_no_folder(project, tmp_path):
    """A build in another folder gives the same bytes."""
    data = (project() / "modules" / "page.doctree").read_bytes()
    tree = pickle.loads(data).pformat()  # noqa: S301 - written by the line above

    assert str(tmp_path) not in tree[tree.index("<quiz ") :].split("\n")[0]


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_the_right_option_is_what_the_expression_gives(file):
    """A computed answer is computed here again."""
    source = file.read_text("utf-8")
    for question in tomllib.loads(source)["question"]:
        if "run" in question:
            given = str(eval(question["run"]))  # noqa: S307 - our own data
            right = next(option["text"] for option in question["option"] if option.get("right"))
            line = source[: source.index(question["ask"])].count("\n") + 1

            assert given == right.strip("`"), (
                f"{file}:{line}: `run` gives {given!r}, and the right option says {right!r}: "
                "correct the one that is wrong"
            )


QUESTIONS = [
    question for file in FILES for question in tomllib.loads(file.read_text("utf-8"))["question"]
]
ABSOLUTE = r"\b(?:all|always|any|cannot|each|every|must|never|no|nobody|none|nothing|only)\b"
HEDGED = r"\b(?:as a rule|can|may|might|mostly|often|rarely|some|sometimes|usually)\b"


def content(text):
    """The longer words of a text."""
    return set(re.findall(r"[a-z]{4,}", text.lower()))


# What somebody can go by who has not read the page: a figure for each option, the highest wins.
TRICKS = {
    "the longest": lambda _, options: [len(one) for one in options],
    "the shortest": lambda _, options: [-len(one) for one in options],
    "the first": lambda _, options: [-place for place in range(len(options))],
    "the second": lambda _, options: [place == 1 for place in range(len(options))],
    "the last": lambda _, options: list(range(len(options))),
    "one with a figure": lambda _, options: [bool(re.search(r"\d", one)) for one in options],
    "one without a figure": lambda _, options: [not re.search(r"\d", one) for one in options],
    "none with an always": lambda _, options: [not re.search(ABSOLUTE, o, re.I) for o in options],
    "one with an always": lambda _, options: [bool(re.search(ABSOLUTE, o, re.I)) for o in options],
    "one with a perhaps": lambda _, options: [bool(re.search(HEDGED, o, re.I)) for o in options],
    "one with a reason": lambda _, options: ["because" in one or "since" in one for one in options],
    "the question's own words": lambda ask, options: [
        len(content(ask) & content(o)) for o in options
    ],
    "the one most like the others": lambda _, options: [
        sum(len(content(one) & content(other)) for other in options) - len(content(one))
        for one in options
    ],
}


def play(questions, trick):
    """How many questions a trick answers rightly, ties broken by lot, and what luck allows.

    Luck: the upper end of the number that blind guessing gets in 95 of 100 tries.
    """
    right, mean, variance = 0.0, 0.0, 0.0
    for question in questions:
        options = [option["text"] for option in question["option"]]
        marks = trick(question["ask"], options)
        best = [place for place, mark in enumerate(marks) if mark == max(marks)]
        answer = next(n for n, option in enumerate(question["option"]) if option.get("right"))
        right += (answer in best) / len(best)
        mean += (share := 1 / len(options))
        variance += share * (1 - share)
    return right, mean + 1.645 * variance**0.5


@pytest.mark.parametrize("trick", TRICKS)
def test_no_trick_answers_the_quizzes(trick):
    """Whoever has not read the pages gets what luck gives, by whatever rule."""
    right, luck = play(QUESTIONS, TRICKS[trick])

    assert right <= luck, (
        f"choosing {trick} answers {right:.1f} of {len(QUESTIONS)} questions; luck allows "
        f"{luck:.1f}: rewrite options of docs/_data/quizzes until it helps nobody"
    )


def test_a_trick_that_works_is_noticed():
    """Thirty questions whose longest option is right in two of three."""
    options = [{"text": "a longer one", "right": True}, {"text": "short"}, {"text": "brief"}]
    fair = [{"text": "a longer one"}, {"text": "short", "right": True}, {"text": "brief"}]
    questions = [{"ask": "?", "option": options}] * 20 + [{"ask": "?", "option": fair}] * 10

    right, luck = play(questions, TRICKS["the longest"])

    assert right == 20
    assert 10 < luck < 15


def test_half_of_the_questions_ask_for_more_than_a_memory():
    """To compute, to read an output, to order steps or to decide on a case."""
    memories = [q["ask"] for q in QUESTIONS if q.get("kind", "recall") == "recall"]

    assert len(memories) <= len(QUESTIONS) / 2, "\n".join(memories)
