"""The tools of `_data/tools.toml`: `{tool} NAME` on a tool's page, `{tool-matrix}` for all of them.

A version comes from a lock, or from the run of `nox -s tools` for what no lock holds; so do the
seconds. Where only a part of a tool was real, the box on its page says so: `not_here`.
"""

import re
from pathlib import Path

from docutils import nodes
from sphinx.util import logging
from sphinx.util.docutils import SphinxDirective

from docs._ext import at, load
from docs._ext.classes import FACTS, FROM_DATA
from docs._ext.numbers import run_of, shown

logger = logging.getLogger(__name__)

SHOWN = {  # on a card, in this order; the status follows, with its source
    "here": "What ran here",
    "choose": "Choose it when",
    "instead": "Instead of it",
    "leaving": "Leaving it costs",
}


def of_matrix(srcdir):
    """Return the tools of the matrix by name: those that have a page."""
    tools = load(srcdir, "tools.toml").get("tool", {})
    return {name: tool for name, tool in tools.items() if "page" in tool}


def versions(name, tool):
    """Write the versions of a tool and of its parts as Markdown."""
    parts = [f"{part} {{version}}`{part}`" for part in tool.get("parts", ())]
    if {"package", "debian"} & set(tool):  # a service has no version of its own
        parts.insert(0, f"{{version}}`{name}`")
    return ", ".join(parts)


class Tool(SphinxDirective):
    """Show what stands under the title of a tool's page, and the box of what is not real here."""

    required_arguments = 1
    final_argument_whitespace = True

    def run(self):
        """Return the facts of one tool, or of some that share a page: `Flask, FastAPI`."""
        tools, made = of_matrix(self.env.srcdir), []
        for name in map(str.strip, self.arguments[0].split(",")):
            if name not in tools:
                logger.warning("tools.toml has no page of %r", name, location=self.get_location())
                return []
            made.append((name, tools[name]))
        lines = [
            f"{name} {versions(name, tool)} · {tool['licence']} · {tool['home']}"
            for name, tool in made
        ]
        example = made[0][1]["example"]
        run = run_of(self.env, "tools") or {"figures": {}}
        seconds = run["figures"].get(f"{example.replace('-', '_')}_s")
        took = ""
        if seconds is not None:
            last = run.get("passed", {}).get(example, run)  # not all tools ran on one day
            took = f", {shown(seconds)} seconds on {last['date']}"
        lines.append(f"Run it yourself: `nox -s tools -- {example}`{took}")
        facts = nodes.container(classes=[FACTS, "tool-facts"])
        for line in lines:
            facts += self.parse_text_to_nodes(line)
        result = [facts]
        for box in dict.fromkeys(tool["not_here"] for _, tool in made if "not_here" in tool):
            text = f":::{{admonition}} What is not real here\n:class: caution\n\n{box}\n:::"
            result += self.parse_text_to_nodes(text)
        return result


class Matrix(SphinxDirective):
    """Show every tool as a card, under the job that it does; the last thing of its section."""

    def run(self):
        """Return a section for each capability, with a card for each tool that has a page."""
        data = load(self.env.srcdir, "tools.toml")
        jobs, groups = data.get("capability", {}), {}
        dates = load(self.env.srcdir, "expiring.toml").get("tool", {})
        self.env.metadata[self.env.docname]["tool-matrix"] = True
        for name, tool in of_matrix(self.env.srcdir).items():
            if wrong := list(faults(self.env, jobs, tool)):
                here = at(Path(self.env.srcdir, "_data", "tools.toml"), heading(name))
                for fault in wrong:
                    logger.warning("%s %s", name, fault, location=here)
                continue
            first, *others = tool["capability"]
            box = nodes.container(classes=["tool-card", *map(group, tool["capability"])])
            box += self.parse_text_to_nodes("\n".join(facts(name, tool, name in dates)))
            groups.setdefault(first, []).append(box)
            for other in others:
                also = f"Also {{doc}}`{name} </{tool['page']}>`, which stands under {first}."
                groups.setdefault(other, []).extend(self.parse_text_to_nodes(also))
        return [self.section(job, words, groups.get(job, [])) for job, words in jobs.items()]

    def section(self, job, words, cards):
        """Return the section of one capability: what it is for, and its tools."""
        title = job[0].upper() + job[1:]
        made = nodes.section("", nodes.title("", title), ids=[group(job)], names=[title.lower()])
        made["classes"].append(FROM_DATA)
        self.state.document.note_implicit_target(made, made)
        made += [*self.parse_text_to_nodes(words), *cards]
        return made


def group(job):
    """Return the id of a capability's section, which its cards carry as a class."""
    return nodes.make_id(f"tools-for-{job}")


def heading(name):
    """Return a pattern that finds a tool's heading in `tools.toml`."""
    return rf'^\[tool\."?{re.escape(name)}"?\]'


def faults(env, jobs, tool):
    """Yield what a tool names and is nowhere."""
    if tool["page"] not in env.found_docs:
        yield f"has the page {tool['page']!r}, and there is no such page"
    for job in tool["capability"]:
        if job not in jobs:
            yield f"does {job!r}, which is no capability of this file"
    for key in tool["source"]:
        if key not in env.get_domain("cite").bibdata.data.entries:
            yield f"names the source {key!r}, which the bibliography does not have"


def facts(name, tool, dated):
    """Write the card of one tool as Markdown; what is dated shows when its status was checked."""
    slide = f" A common slide files it under {tool['slide']}." if "slide" in tool else ""
    return [
        f"**{{doc}}`{name} </{tool['page']}>`** [{versions(name, tool)}]{{.tool-versions}}",
        "",
        f"{sentence(tool['licence'])} {sentence(tool['home'])}{slide}",
        "",
        *(f"{words}\n: {sentence(tool[key])}\n" for key, words in SHOWN.items()),
        f"Status\n: {sentence(tool['status'])} {{cite:p}}`{','.join(tool['source'])}`"
        + f" {{checked}}`tool.{name}`" * dated,
    ]


def sentence(phrase):
    """Write a phrase of the data file as a sentence."""
    return f"{phrase[0].upper()}{phrase[1:].rstrip('.')}."


def add_files(app, pagename, templatename, context, doctree):
    """Load the filter and the cards' look where the matrix is, and nowhere else."""
    if "tool-matrix" in (context.get("meta") or {}) and app.builder.name != "epub":
        app.add_js_file("tools.js", loading_method="defer")
        app.add_css_file("tools.css")


def setup(app):
    """Register the directives."""
    app.setup_extension("docs._ext.numbers")
    app.setup_extension("docs._ext.expiry")
    app.add_directive("tool", Tool)
    app.add_directive("tool-matrix", Matrix)
    app.connect("html-page-context", add_files)
    return {"version": "1", "parallel_read_safe": True, "parallel_write_safe": True}
