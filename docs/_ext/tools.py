"""The tools of `_data/tools.toml`: `{tool} NAME` on a tool's page, `{tool-matrix}` for all of them.

A version comes from a lock, or from the run of `nox -s tools` for what no lock holds; so do the
seconds. Where only a part of a tool was real, the box on its page says so: `not_here`.
"""

import re
from collections.abc import Container, Iterable, Iterator
from pathlib import Path

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.environment import BuildEnvironment
from sphinx.util import logging
from sphinx.util.docutils import SphinxDirective
from sphinx.util.typing import ExtensionMetadata

from docs._ext import load, place_in_file
from docs._ext.classes import FACTS, FROM_DATA
from docs._ext.numbers import format_figure, run_of
from docs._ext.plots import html_only
from docs._ext.shapes import Context, Row, cited_keys

logger = logging.getLogger(__name__)

CHOICE = {  # what a card shows at once, in this order
    "choose": "Choose it when",
    "instead": "Instead of it",
    "leaving": "Leaving it costs",
}
FOLD = "<details>\n<summary>What ran here, and its status</summary>\n"


def tools_of_matrix(srcdir: str | Path) -> dict[str, Row]:
    """Return the tools of the matrix by name: those that have a page."""
    tools = load(srcdir, "tools.toml").get("tool", {})
    return {name: tool for name, tool in tools.items() if "page" in tool}


class job_link(nodes.General, nodes.Element):
    """A job of a tool's page: a link to its group of cards, once it is known where they are."""


def versions(name: str, tool: Row) -> str:
    """Write the versions of a tool and of its parts as Markdown."""
    parts = [f"{part} {{version}}`{part}`" for part in tool.get("parts", ())]
    if {"package", "debian"} & set(tool):  # a service has no version of its own
        parts.insert(0, f"{{version}}`{name}`")
    return ", ".join(parts)


class Tool(SphinxDirective):
    """Show what stands under the title of a tool's page, and the box of what is not real here."""

    required_arguments = 1
    final_argument_whitespace = True

    def run(self) -> list[nodes.Node]:
        """Return the facts of one tool, or of some that share a page: `Flask, FastAPI`."""
        tools, names = tools_of_matrix(self.env.srcdir), self.arguments[0].split(",")
        of_page: dict[str, Row] = {}
        for name in map(str.strip, names):
            if name not in tools:
                logger.warning("tools.toml has no page of %r", name, location=self.get_location())
                return []
            of_page[name] = tools[name]
        first = next(iter(of_page.values()))
        facts = nodes.container(classes=[FACTS, "tool-facts"])
        for name, tool in of_page.items():
            line = f"{name_with_versions(name, tool)} · {tool['licence']} · {tool['home']}"
            facts += self.parse_text_to_nodes(line)
        facts += self.parse_text_to_nodes(self.how_to_run(first["example"]))
        for job in dict.fromkeys(job for tool in of_page.values() for job in tool["capability"]):
            facts += self.job(job, first["page"])
        result: list[nodes.Node] = [facts]
        boxes = (tool["not_here"] for tool in of_page.values() if "not_here" in tool)
        for box in dict.fromkeys(boxes):
            text = f":::{{admonition}} What is not real here\n:class: caution\n\n{box}\n:::"
            result += self.parse_text_to_nodes(text)
        return result

    def how_to_run(self, example: str) -> str:
        """Return the command that runs an example, and what it took when it last passed."""
        command = f"Run it yourself: `nox -s tools -- {example}`"
        run = run_of(self.env, "tools")
        seconds = run["figures"].get(f"{example.replace('-', '_')}_s") if run else None
        if run is None or seconds is None:
            return command
        last = run.get("passed", {}).get(example)  # not all tools ran on one day
        return f"{command}, {format_figure(seconds)} seconds on {last['date'] if last else run.get('date')}"

    def job(self, job: str, page: str) -> nodes.paragraph:
        """Return a line that leads to the group of a job, and to its tools on other pages."""
        line = nodes.paragraph("", "Job: ", job_link(job=job))
        others = [
            f"{{doc}}`{name} </{tool['page']}>`"
            for name, tool in tools_of_matrix(self.env.srcdir).items()
            if job in tool["capability"] and tool["page"] != page
        ]
        if others:
            (words,) = self.parse_text_to_nodes(f"Others for it: {', '.join(others)}")
            line += [nodes.Text(". "), *words.children]
        return line


class Matrix(SphinxDirective):
    """Show every tool as a card, under the job that it does; the last thing of its section."""

    def run(self) -> list[nodes.Node]:
        """Return a section for each capability, with a card for each tool that has a page."""
        jobs: dict[str, str] = load(self.env.srcdir, "tools.toml").get("capability", {})
        groups: dict[str, list[nodes.Element]] = {}
        dates = load(self.env.srcdir, "expiring.toml").get("tool", {})
        self.env.metadata[self.env.docname]["tool-matrix"] = True
        for name, tool in tools_of_matrix(self.env.srcdir).items():
            if wrong := list(faults(self.env, jobs, tool)):
                here = place_in_file(Path(self.env.srcdir, "_data", "tools.toml"), heading(name))
                for fault in wrong:
                    logger.warning("%s %s", name, fault, location=here)
                continue
            first, *others = tool["capability"]
            groups.setdefault(first, []).append(self.card(name, tool, name in dates))
            for other in others:
                link = nodes.reference("", name, refid=card_id(name), internal=True)
                does = nodes.Text(f", whose card is under {title_of(first)}, does it too.")
                line = nodes.paragraph("", "", link, does, classes=["tool-also"])
                groups.setdefault(other, []).insert(0, line)
        return [self.section(job, words, groups.get(job, [])) for job, words in jobs.items()]

    def card(self, name: str, tool: Row, dated: bool) -> nodes.container:
        """Return the card of one tool: how to choose it, and folded below what ran of it."""
        classes = ["tool-card", *map(group, tool["capability"])]
        card = nodes.container(ids=[card_id(name)], classes=classes)
        card += self.parse_text_to_nodes(choice(name, tool))
        card += html_only(FOLD)
        card += self.parse_text_to_nodes(evidence(name, tool, dated))
        card += html_only("</details>\n")
        return card

    def section(self, job: str, words: str, cards: Iterable[nodes.Node]) -> nodes.section:
        """Return the section of one capability: what it is for, and its tools."""
        title = title_of(job)
        section = nodes.section("", nodes.title("", title), ids=[group(job)], names=[title.lower()])
        section["classes"].append(FROM_DATA)
        self.state.document.note_implicit_target(section, section)
        section += [*self.parse_text_to_nodes(words), *cards]
        return section


def name_with_versions(name: str, tool: Row) -> str:
    """Write a tool's name and its versions; a part keeps apart from the name of a service."""
    own = {"package", "debian"} & set(tool)
    return f"{name}{' ' if own else ' · '}{versions(name, tool)}".rstrip(" ·")


def resolve(app: Sphinx, doctree: nodes.document, docname: str) -> None:
    """Make each job of a tool's page a link: to its group, narrowed to it where a script runs."""
    for node in list(doctree.findall(job_link)):
        words = nodes.Text(title_of(node["job"]))
        page = next((n for n, meta in app.env.metadata.items() if "tool-matrix" in meta), None)
        if page is None:
            node.replace_self(words)
            continue
        id_ = group(node["job"])
        query = "" if app.builder.name == "epub" else f"?job={id_.removeprefix('tools-for-')}"
        uri = f"{app.builder.get_relative_uri(docname, page)}{query}#{id_}"
        node.replace_self(nodes.reference("", "", words, internal=True, refuri=uri))


def group(job: str) -> str:
    """Return the id of a capability's section, which its cards carry as a class."""
    return nodes.make_id(f"tools-for-{job}")


def card_id(name: str) -> str:
    """Return the id of a tool's card."""
    return nodes.make_id(f"tool-{name}")


def title_of(job: str) -> str:
    """Write a capability as the title of its section."""
    return job[0].upper() + job[1:]


def heading(name: str) -> str:
    """Return a pattern that finds a tool's heading in `tools.toml`."""
    return rf'^\[tool\."?{re.escape(name)}"?\]'


def faults(env: BuildEnvironment, jobs: Container[str], tool: Row) -> Iterator[str]:
    """Yield what a tool names and is nowhere."""
    if tool["page"] not in env.found_docs:
        yield f"has the page {tool['page']!r}, and there is no such page"
    for job in tool["capability"]:
        if job not in jobs:
            yield f"does {job!r}, which is no capability of this file"
    for key in tool["source"]:
        if key not in cited_keys(env):
            yield f"names the source {key!r}, which the bibliography does not have"


def choice(name: str, tool: Row) -> str:
    """Write as Markdown what a card shows at once: the tool, and when to choose it."""
    facts = {"versions": versions(name, tool)}
    facts |= {key: sentence(tool[key])[:-1] for key in ("licence", "home")}
    line = [f"[{words}]{{.tool-{key}}}" for key, words in facts.items() if words]
    line += [f"A common slide files it under {tool['slide']}"] if "slide" in tool else []
    answers = [f"{words}\n: {sentence(tool[key])}\n" for key, words in CHOICE.items()]
    return "\n".join([f"**{{doc}}`{name} </{tool['page']}>`**\n", " · ".join(line), "", *answers])


def evidence(name: str, tool: Row, dated: bool) -> str:
    """Write as Markdown what a card folds; what is dated shows when its status was checked."""
    status = f"{sentence(tool['status'])} {{cite:p}}`{','.join(tool['source'])}`"
    status += f" {{checked}}`tool.{name}`" * dated
    return f"What ran here\n: {sentence(tool['here'])}\n\nStatus\n: {status}\n"


def sentence(phrase: str) -> str:
    """Write a phrase of the data file as a sentence; a name such as lakeFS or pandas stays as it is."""
    first = phrase[0] if re.match(r"[a-z]+[A-Z]|pandas\b", phrase) else phrase[0].upper()
    return f"{first}{phrase[1:].rstrip('.')}."


def add_files(
    app: Sphinx,
    pagename: str,
    templatename: str,
    context: Context,
    doctree: nodes.document | None,
) -> None:
    """Load the filter and the cards' look where the matrix is, and nowhere else."""
    if "tool-matrix" in (context.get("meta") or {}) and app.builder.name != "epub":
        app.add_js_file("tools.js", loading_method="defer")
        app.add_css_file("tools.css")


def setup(app: Sphinx) -> ExtensionMetadata:
    """Register the directives."""
    app.setup_extension("docs._ext.numbers")
    app.setup_extension("docs._ext.expiry")
    app.add_directive("tool", Tool)
    app.add_directive("tool-matrix", Matrix)
    app.add_node(job_link)
    app.connect("doctree-resolved", resolve)
    app.connect("html-page-context", add_files)
    return {"version": "1", "parallel_read_safe": True, "parallel_write_safe": True}
