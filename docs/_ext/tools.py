"""The tools of `_data/tools.toml`: `{tool} NAME` on a tool's page, `{tool-matrix}` for all of them.

A version comes from a lock, or from the run of `nox -s tools` for what no lock holds; so do the
seconds. Where only a part of a tool was real, the box on its page says so: `not_here`.
"""

from docutils import nodes
from sphinx.util import logging
from sphinx.util.docutils import SphinxDirective

from docs._ext import load
from docs._ext.numbers import run_of, shown

logger = logging.getLogger(__name__)


def of_matrix(srcdir):
    """Return the tools of the matrix by name: those that have a page."""
    tools = load(srcdir, "tools.toml").get("tool", {})
    return {name: tool for name, tool in tools.items() if "page" in tool}


def versions(name, tool):
    """Write the versions of a tool and of its parts as Markdown."""
    parts = [f"{part} {{version}}`{part}`" for part in tool.get("parts", ())]
    return ", ".join([f"{{version}}`{name}`", *parts])


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
        figures = (run_of(self.env, "tools") or {"figures": {}})["figures"]
        seconds = figures.get(f"{example.replace('-', '_')}_s")
        took = f", {shown(seconds)} seconds in the last run" if seconds is not None else ""
        lines.append(f"Run it yourself: `nox -s tools -- {example}`{took}")
        facts = nodes.container(classes=["chapter-facts", "tool-facts"])
        for line in lines:
            facts += self.parse_text_to_nodes(line)
        result = [facts]
        for box in dict.fromkeys(tool["not_here"] for _, tool in made if "not_here" in tool):
            text = f":::{{admonition}} What is not real here\n:class: caution\n\n{box}\n:::"
            result += self.parse_text_to_nodes(text)
        return result


class Matrix(SphinxDirective):
    """Show every tool, capability first, with where its facts come from."""

    def run(self):
        """Return the table."""
        rows = {}
        for name, tool in of_matrix(self.env.srcdir).items():
            cites = "{cite:p}`" + ",".join(tool["source"]) + "`" if tool["source"] else ""
            rows.setdefault(tool["capability"][0], []).append(
                f"| {tool['capability'][0]} | {{doc}}`{name} </{tool['page']}>` "
                f"{versions(name, tool)} | {tool['here']} | {tool['licence']}; {tool['home']}. "
                f"{tool['status']} {cites} | {tool['choose']} | {tool['instead']} | {tool['leaving']} |"
            )
        lines = [
            "| Capability | Tool | What of it runs here | Licence, home, status | Choose it when "
            "| What replaces it | Leaving it |",
            "|---|---|---|---|---|---|---|",
            *(row for group in rows.values() for row in group),
        ]
        box = nodes.container(classes=["tool-matrix"])
        box += self.parse_text_to_nodes("\n".join(lines))
        return [box]


def setup(app):
    """Register the directives."""
    app.setup_extension("docs._ext.numbers")
    app.add_directive("tool", Tool)
    app.add_directive("tool-matrix", Matrix)
    return {"version": "1", "parallel_read_safe": True, "parallel_write_safe": True}
