"""*Quiz and objective*: three questions, each tied to an objective and the section with its answer.

A page whose front matter has `objectives` ends with an empty `quiz` directive. Its questions
stand in `_data/quizzes/`, under the page's own path below `modules/`. What the page does not bear
out is reported at the question's line in that file; what is missing, at the page's line.
"""

import json
import re
import tomllib
import zlib
from collections.abc import Callable
from pathlib import Path
from typing import NotRequired, TypedDict

from docutils import nodes
from sphinx.addnodes import pending_xref
from sphinx.application import Sphinx
from sphinx.environment import BuildEnvironment
from sphinx.util import logging
from sphinx.util.docutils import SphinxDirective
from sphinx.util.typing import ExtensionMetadata
from sphinx.writers.html5 import HTML5Translator

from docs._ext import is_chapter, place_in_file
from docs._ext.classes import QUIZ
from docs._ext.handbook import handbook
from docs._ext.shapes import Context, find_first

logger = logging.getLogger(__name__)

Visitor = Callable[[HTML5Translator, nodes.Element], None]

HOME, DATA = "modules/", "_data/quizzes"
QUESTIONS = 3
LETTERS = "ABCDEFGHIJ"
LIST = "my-quizzes"  # the page of all that the reader's browser keeps, where the project has it


# Each node is a kind of a standard one, so that every builder but HTML renders it as that.
class quiz(nodes.container):
    """The quiz of a page; `page` (its docname) and `key` (changes with the questions)."""


class quiz_question(nodes.container):
    """One question; `right` is the place of the right option."""


class quiz_ask(nodes.paragraph):
    """What is asked."""


class quiz_options(nodes.bullet_list):
    """The options to choose from."""


class quiz_option(nodes.list_item):
    """One option; `name` groups it with the others of its question."""


class quiz_text(nodes.paragraph):
    """What an option says."""


class quiz_answer(nodes.container):
    """The right option, the reason for each option, and the section that answers the question."""


class Option(TypedDict):
    """One option of a question, as its file has it."""

    text: str
    why: str
    right: NotRequired[bool]


class Question(TypedDict):
    """One question as its file has it, with the line where it begins and what is right."""

    ask: str
    kind: str
    objective: str
    section: str  # a label, of the section that answers it
    says: str  # the words there
    option: list[Option]
    run: NotRequired[str]  # what shows the answer
    line: int
    right: int  # the place of the right option


def read(path: Path) -> list[Question]:
    """Return the questions of a file, each with its line and the place of its right option."""
    source = path.read_text("utf-8")
    # tomllib knows no lines: the n-th question is the n-th such header, where it has one.
    heads = [
        number
        for number, line in enumerate(source.splitlines(), 1)
        if re.match(r"\s*\[\[\s*question\s*\]\]", line)
    ]
    questions: list[Question] = tomllib.loads(source)["question"]
    for line, question in zip([*heads, *[1] * QUESTIONS], questions, strict=False):
        question["line"] = line
        question["right"] = next(n for n, o in enumerate(question["option"]) if "right" in o)
    return questions


class QuizDirective(SphinxDirective):
    """The page's quiz, from its data file."""

    def run(self) -> list[nodes.Node]:
        """Build the quiz; the page as a whole is compared with it once it is read."""
        docname = self.env.docname
        path = data_path(self.env, docname)
        self.env.metadata[docname]["quiz"] = True
        if not path or not path.is_file():
            asked = path or f"a page outside {HOME}"
            logger.warning("no questions for this quiz: %s", asked, location=self.get_location())
            return []
        self.env.note_dependency(str(path))
        questions = read(path)
        # A reader's answers are kept under this key: other questions, other answers.
        key = f"{docname}:{zlib.crc32(path.read_bytes()):08x}"
        handbook(self.env).quizzes[docname] = (
            key,
            [[q["right"], len(q["option"])] for q in questions],
        )
        node = quiz(page=docname, key=key, path=str(path), questions=questions)
        node["classes"] = [QUIZ, "no-search"]  # wrong options are not for the site's search to find
        self.set_source_info(node)
        node += [self.question(path, *item) for item in enumerate(questions, 1)]
        return [node]

    def question(self, path: Path, number: int, data: Question) -> quiz_question:
        """Build one question with its options and its answer."""
        name = nodes.make_id(f"{self.env.docname.removeprefix(HOME)}-quiz-{number}")

        def inline(text: str) -> list[nodes.Node]:
            """Parse a text of the file; a fault in it is told at the question's line there."""
            words, messages = self.parse_inline(text, lineno=self.lineno)
            for node in (part for top in words for part in top.findall(pending_xref)):
                node.source, node.line = str(path), data["line"]
            return [*words, *messages]

        right, options = data["right"], data["option"]
        question = quiz_question(ids=[name], right=right)
        question += quiz_ask("", "", nodes.Text(f"{number}. "), *inline(data["ask"]))
        choices, reasons = quiz_options(), nodes.bullet_list()
        for place, option in enumerate(options):
            letter = LETTERS[place]
            text = quiz_text("", "", nodes.Text(f"{letter}. "), *inline(option["text"]))
            choices += quiz_option("", text, name=name, place=place)
            verdict = nodes.strong("", f"{letter} is {'' if place == right else 'not '}right.")
            why = nodes.paragraph("", "", verdict, nodes.Text(" "), *inline(option["why"]))
            reasons += nodes.list_item("", why)
        answer = quiz_answer(ids=[f"{name}-answer"])
        begin = nodes.Text(f"The answer is {LETTERS[right]}: ")
        answer += nodes.paragraph("", "", begin, *inline(options[right]["text"]))
        answer += reasons
        question += [choices, answer]
        return question


def data_path(env: BuildEnvironment, docname: str) -> Path | None:
    """Return the data file that belongs to a page, whether it exists or not."""
    if not docname.startswith(HOME):
        return None
    return Path(env.srcdir, DATA, docname.removeprefix(HOME) + ".toml")


def objectives_of(env: BuildEnvironment, docname: str) -> list[str]:
    """Return the ids of a chapter's objectives, which MyST keeps as a JSON text."""
    if not is_chapter(env.metadata[docname]):
        return []  # a lab is checked by itself
    try:
        return list(json.loads(env.metadata[docname].get("objectives", "[]")))
    except ValueError:  # a plain sentence: no objective that a question could name
        return []


def without_markup(text: str) -> str:
    """Return text without markup, in straight quotes and single spaces."""
    # Curly quotes, dashes and the ellipsis, as the smart quotes of a page make them.
    curly = str.maketrans("\u2018\u2019\u201c\u201d\u2013\u2014", "''\"\"--")
    text = text.translate(curly).replace("\u2026", "...")
    return re.sub(r"\s+", " ", re.sub(r"[*_`]", "", re.sub(r"-+", "-", text))).strip()


def own_text(node: nodes.Node) -> str:
    """Return what a section says itself, without its subsections and the quiz."""
    if not isinstance(node, nodes.section):
        return node.astext()
    others = (nodes.section, quiz)
    return "\n".join(child.astext() for child in node.children if not isinstance(child, others))


def compare(app: Sphinx, doctree: nodes.document) -> None:
    """Hold each question against the page: its objective, its section, the section's words."""
    docname = app.env.docname
    objectives = objectives_of(app.env, docname)
    for node in doctree.findall(quiz):
        for data, question in zip(node["questions"], node.findall(quiz_question), strict=True):
            place = f"{node['path']}:{data['line']}"
            if data["objective"] not in objectives:
                logger.warning("no objective `%s` on the page", data["objective"], location=place)
            if link := link_to_answer(doctree, data, place):
                find_first(question, quiz_answer).append(nodes.paragraph("", "Read again: ", link))
        checked = {data["objective"] for data in node["questions"]}
        for objective in objectives:
            if objective not in checked:
                page = Path(app.env.doc2path(docname))
                place = place_in_file(page, rf"^\s+{re.escape(objective)}\s*:")
                message = "no question of the quiz checks objective `%s`"
                logger.warning(message, objective, location=place)
        del node["questions"], node["path"]  # checked: the output depends on no folder's name


def link_to_answer(
    doctree: nodes.document, question: Question, place: str
) -> nodes.reference | None:
    """Return a link to the section that answers a question; None where the page has none.

    What is wrong is told at `place`, a line of the question's file.
    """
    label = nodes.fully_normalize_name(question["section"])
    target = doctree.nameids.get(label) if doctree.nametypes.get(label) else None
    section = next(doctree.findall(has_id(target)), None) if target else None
    if section is None:
        logger.warning("no label `%s` on the page", question["section"], location=place)
        return None
    if without_markup(question["says"]) not in without_markup(own_text(section)):
        message = "section `%s` does not say: %s"
        logger.warning(message, question["section"], question["says"], location=place)
    while not isinstance(section, nodes.section):
        section = section.parent
    title = find_first(section, nodes.title).astext()
    return nodes.reference("", title, refid=target, internal=True)


def has_id(name: str) -> Callable[[nodes.Node], bool]:
    """Return a condition: a node that carries this id, and is no mere target."""
    return lambda node: (
        isinstance(node, nodes.Element)
        and not isinstance(node, nodes.target)
        and name in node["ids"]
    )


def check_complete(app: Sphinx, env: BuildEnvironment) -> None:
    """Report chapters without a quiz, and questions that no page shows."""
    for docname in sorted(env.found_docs):
        if objectives_of(env, docname) and "quiz" not in env.metadata[docname]:
            place = place_in_file(Path(env.doc2path(docname)), "^objectives:")
            message = "a chapter with objectives has a quiz, this one has none"
            logger.warning(message, location=place)
    for path in sorted(Path(env.srcdir, DATA).rglob("*.toml")):
        docname = HOME + path.relative_to(Path(env.srcdir, DATA)).with_suffix("").as_posix()
        if docname not in env.found_docs:
            logger.warning("no page %s for these questions", docname, location=f"{path}:1")
        elif "quiz" not in env.metadata[docname]:
            logger.warning("page %s has no quiz directive", docname, location=f"{path}:1")


def visit_quiz(self: HTML5Translator, node: quiz) -> None:
    """Open the quiz; the script reads its attributes."""
    data = {"data-key": node["key"], "data-page": node["page"].removeprefix(HOME)}
    if LIST in self.builder.env.found_docs:
        data["data-list"] = self.builder.get_relative_uri(node["page"], LIST)
    self.body.append(self.starttag(node, "section", **data))


def visit_question(self: HTML5Translator, node: quiz_question) -> None:
    """Open a group of radio buttons."""
    data = {"class": "quiz-question", "data-right": str(node["right"])}
    self.body.append(self.starttag(node, "fieldset", "\n", False, **data))


def visit_option(self: HTML5Translator, node: quiz_option) -> None:
    """Open a label around its radio button."""
    value = str(node["place"])
    button = self.emptytag(node, "input", "", type="radio", name=node["name"], value=value)
    self.body.append(f'<label class="quiz-option">{button}')


def visit_answer(self: HTML5Translator, node: quiz_answer) -> None:
    """Open the answer, closed until the reader asks for it."""
    self.body.append(self.starttag(node, "details", CLASS="quiz-answer"))
    self.body.append("<summary>Answer</summary>\n")


def write_element(name: str) -> tuple[Visitor, Visitor]:
    """Return a pair of visitors for a plain element."""
    return lambda self, node: self.body.append(f"<{name}>"), close_element(name)


def close_element(name: str) -> Visitor:
    """Return a visitor that closes an element."""
    return lambda self, node: self.body.append(f"</{name}>\n")


def write_nothing(self: HTML5Translator, node: nodes.Element) -> None:
    """Write nothing around the node's children."""


def add_files(
    app: Sphinx,
    pagename: str,
    templatename: str,
    context: Context,
    doctree: nodes.document | None,
) -> None:
    """Load the script and the style where there is a quiz, and nowhere else."""
    if "quiz" in (context.get("meta") or {}) and app.builder.name != "epub":
        app.add_js_file("hand-in.js", loading_method="defer", priority=400)  # before quiz.js
        app.add_js_file("quiz.js", loading_method="defer")
        app.add_css_file("quiz.css")


def setup(app: Sphinx) -> ExtensionMetadata:
    """Register the directive, its nodes and its checks."""
    app.setup_extension("docs._ext")
    app.add_directive("quiz", QuizDirective)
    app.add_node(quiz, html=(visit_quiz, close_element("section")))
    app.add_node(quiz_question, html=(visit_question, close_element("fieldset")))
    app.add_node(quiz_ask, html=write_element("legend"))
    app.add_node(quiz_options, html=(write_nothing, write_nothing))
    app.add_node(quiz_option, html=(visit_option, close_element("label")))
    app.add_node(quiz_text, html=write_element("span"))
    app.add_node(quiz_answer, html=(visit_answer, close_element("details")))
    app.connect("doctree-read", compare)
    app.connect("env-check-consistency", check_complete)
    app.connect("html-page-context", add_files)
    return {"version": "1", "parallel_read_safe": True, "parallel_write_safe": True}
