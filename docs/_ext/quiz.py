"""*Quiz and objective*: three questions, each tied to an objective and the section with its answer.

A page whose front matter has `objectives` ends with an empty `quiz` directive. Its questions
stand in `_data/quizzes/`, under the page's own path below `modules/`. What the page does not bear
out is reported at the question's line in that file; what is missing, at the page's line.
"""

import json
import re
import tomllib
import zlib
from pathlib import Path
from typing import Any

from docutils import nodes
from sphinx.addnodes import pending_xref
from sphinx.util import logging
from sphinx.util.docutils import SphinxDirective

from docs._ext import at, is_chapter
from docs._ext.classes import QUIZ
from docs._ext.handbook import handbook

logger = logging.getLogger(__name__)

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


def read(path: Path) -> list[dict[str, Any]]:
    """Return the questions of a file, each with its line and the place of its right option."""
    source = path.read_text("utf-8")
    # tomllib knows no lines: the n-th question is the n-th such header, where it has one.
    heads = [
        number
        for number, line in enumerate(source.splitlines(), 1)
        if re.match(r"\s*\[\[\s*question\s*\]\]", line)
    ]
    questions = tomllib.loads(source)["question"]
    for line, question in zip([*heads, *[1] * QUESTIONS], questions, strict=False):
        question["line"] = line
        question["right"] = next(n for n, o in enumerate(question["option"]) if "right" in o)
    return questions


class QuizDirective(SphinxDirective):
    """The page's quiz, from its data file."""

    def run(self):
        """Build the quiz; the page as a whole is compared with it once it is read."""
        docname = self.env.docname
        path = data_path(self.env, docname)
        self.env.metadata[docname]["quiz"] = True
        if not path or not path.is_file():
            where = path or f"a page outside {HOME}"
            logger.warning("no questions for this quiz: %s", where, location=self.get_location())
            return []
        self.env.note_dependency(path)
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

    def question(self, path, number, data):
        """Build one question with its options and its answer."""
        name = nodes.make_id(f"{self.env.docname.removeprefix(HOME)}-quiz-{number}")

        def inline(text):
            found, messages = self.parse_inline(text, lineno=self.lineno)
            for node in (part for top in found for part in top.findall(pending_xref)):
                node.source, node.line = str(path), data["line"]
            return [*found, *messages]

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


def data_path(env, docname):
    """Return the data file that belongs to a page, whether it exists or not."""
    if not docname.startswith(HOME):
        return None
    return Path(env.srcdir, DATA, docname.removeprefix(HOME) + ".toml")


def objectives_of(env, docname):
    """Return the ids of a chapter's objectives, which MyST keeps as a JSON text."""
    if not is_chapter(env.metadata[docname]):
        return []  # a lab is checked by itself
    try:
        return list(json.loads(env.metadata[docname].get("objectives", "[]")))
    except ValueError:  # a plain sentence: no objective that a question could name
        return []


def plain(text):
    """Return text without markup, in straight quotes and single spaces."""
    # Curly quotes, dashes and the ellipsis, as the smart quotes of a page make them.
    curly = str.maketrans("\u2018\u2019\u201c\u201d\u2013\u2014", "''\"\"--")
    text = text.translate(curly).replace("\u2026", "...")
    return re.sub(r"\s+", " ", re.sub(r"[*_`]", "", re.sub(r"-+", "-", text))).strip()


def own_text(node):
    """Return what a section says itself, without its subsections and the quiz."""
    if not isinstance(node, nodes.section):
        return node.astext()
    others = (nodes.section, quiz)
    return "\n".join(child.astext() for child in node.children if not isinstance(child, others))


def compare(app, doctree):
    """Hold each question against the page: its objective, its section, the section's words."""
    docname = app.env.docname
    objectives = objectives_of(app.env, docname)
    for node in doctree.findall(quiz):
        for data, question in zip(node["questions"], node.children, strict=True):
            where = f"{node['path']}:{data['line']}"
            if data["objective"] not in objectives:
                logger.warning("no objective `%s` on the page", data["objective"], location=where)
            label = nodes.fully_normalize_name(data["section"])
            target = doctree.nameids.get(label) if doctree.nametypes.get(label) else None
            section = next((n for n in doctree.findall(has_id(target))), None) if target else None
            if section is None:
                logger.warning("no label `%s` on the page", data["section"], location=where)
                continue
            if plain(data["says"]) not in plain(own_text(section)):
                message = "section `%s` does not say: %s"
                logger.warning(message, data["section"], data["says"], location=where)
            while not isinstance(section, nodes.section):
                section = section.parent
            title = section.next_node(nodes.title).astext()
            link = nodes.reference("", title, refid=target, internal=True)
            question[-1] += nodes.paragraph("", "Read again: ", link)
        checked = {data["objective"] for data in node["questions"]}
        for objective in objectives:
            if objective not in checked:
                page = Path(app.env.doc2path(docname))
                where = at(page, rf"^\s+{re.escape(objective)}\s*:")
                message = "no question of the quiz checks objective `%s`"
                logger.warning(message, objective, location=where)
        del node["questions"], node["path"]  # checked: the output depends on no folder's name


def has_id(name):
    """Return a condition: a node that carries this id, and is no mere target."""
    return lambda node: (
        isinstance(node, nodes.Element)
        and not isinstance(node, nodes.target)
        and name in node["ids"]
    )


def complete(app, env):
    """Report chapters without a quiz, and questions that no page shows."""
    for docname in sorted(env.found_docs):
        if objectives_of(env, docname) and "quiz" not in env.metadata[docname]:
            where = at(Path(env.doc2path(docname)), "^objectives:")
            message = "a chapter with objectives has a quiz, this one has none"
            logger.warning(message, location=where)
    for path in sorted(Path(env.srcdir, DATA).rglob("*.toml")):
        docname = HOME + path.relative_to(Path(env.srcdir, DATA)).with_suffix("").as_posix()
        if docname not in env.found_docs:
            logger.warning("no page %s for these questions", docname, location=f"{path}:1")
        elif "quiz" not in env.metadata[docname]:
            logger.warning("page %s has no quiz directive", docname, location=f"{path}:1")


def visit_quiz(self, node):
    """Open the quiz; the script reads its attributes."""
    data = {"data-key": node["key"], "data-page": node["page"].removeprefix(HOME)}
    if LIST in self.builder.env.found_docs:
        data["data-list"] = self.builder.get_relative_uri(node["page"], LIST)
    self.body.append(self.starttag(node, "section", **data))


def visit_question(self, node):
    """Open a group of radio buttons."""
    data = {"data-right": str(node["right"])}
    self.body.append(self.starttag(node, "fieldset", CLASS="quiz-question", **data))


def visit_option(self, node):
    """Open a label around its radio button."""
    value = str(node["place"])
    button = self.emptytag(node, "input", "", type="radio", name=node["name"], value=value)
    self.body.append(f'<label class="quiz-option">{button}')


def visit_answer(self, node):
    """Open the answer, closed until the reader asks for it."""
    self.body.append(self.starttag(node, "details", CLASS="quiz-answer"))
    self.body.append("<summary>Answer</summary>\n")


def tag(name):
    """Return a pair of visitors for a plain element."""
    return lambda self, node: self.body.append(f"<{name}>"), closing(name)


def closing(name):
    """Return a visitor that closes an element."""
    return lambda self, node: self.body.append(f"</{name}>\n")


def nothing(self, node):
    """Write nothing around the node's children."""


def add_files(app, pagename, templatename, context, doctree):
    """Load the script and the style where there is a quiz, and nowhere else."""
    if "quiz" in (context.get("meta") or {}) and app.builder.name != "epub":
        app.add_js_file("hand-in.js", loading_method="defer", priority=400)  # before quiz.js
        app.add_js_file("quiz.js", loading_method="defer")
        app.add_css_file("quiz.css")


def setup(app):
    """Register the directive, its nodes and its checks."""
    app.setup_extension("docs._ext")
    app.add_directive("quiz", QuizDirective)
    app.add_node(quiz, html=(visit_quiz, closing("section")))
    app.add_node(quiz_question, html=(visit_question, closing("fieldset")))
    app.add_node(quiz_ask, html=tag("legend"))
    app.add_node(quiz_options, html=(nothing, nothing))
    app.add_node(quiz_option, html=(visit_option, closing("label")))
    app.add_node(quiz_text, html=tag("span"))
    app.add_node(quiz_answer, html=(visit_answer, closing("details")))
    app.connect("doctree-read", compare)
    app.connect("env-check-consistency", complete)
    app.connect("html-page-context", add_files)
    return {"version": "1", "parallel_read_safe": True, "parallel_write_safe": True}
