"""`{labs-by-terminal}`: of each lab, the lines that a reader types, and those that need bash.

The lines are counted in the labs' own blocks, so that the table changes with them.
"""

import re
from pathlib import Path

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.util.docutils import SphinxDirective
from sphinx.util.typing import ExtensionMetadata

from docs._ext.markdown import fences
from scripts import transcripts

ANYWHERE = ("jukebox", "python", "cd")  # commands that each system's own terminal has
IN_QUOTES = re.compile(r'"[^"$`\n]*"')  # what both terminals hand on as it is
# A single quotation mark, a variable, a job in the background, a document, a line that goes on.
OF_BASH = re.compile(r"['$`&;~]|<<|\\\n")
NUMBER = re.compile(r"^lab: (\d+)$", re.MULTILINE)


def read_commands(text: str) -> list[str]:
    """Return each command that the console blocks of a page show, with all lines that it has."""
    blocks = (fence for fence in fences(text) if fence.name == "console")
    return [one.words for fence in blocks for one in transcripts.read_commands(fence.content)]


def needs_bash(command: str) -> bool:
    """Tell whether a command works in bash, and not in the terminal that comes with Windows."""
    return command.split()[0] not in ANYWHERE or bool(OF_BASH.search(IN_QUOTES.sub("", command)))


def read_labs(source: Path) -> list[tuple[int, str, list[str]]]:
    """The number, the document and the commands of each lab, in their order."""
    labs = []
    for page in (source / "labs").glob("*.md"):
        text = page.read_text("utf-8")
        if number := NUMBER.search(text):
            labs.append((int(number[1]), f"labs/{page.stem}", read_commands(text)))
    return sorted(labs)


class LabsByTerminal(SphinxDirective):
    """Show the labs as a table: the lines to type, and how many of them need bash."""

    def run(self) -> list[nodes.Node]:
        """Write the table as Markdown and let the parser do the rest."""
        rows = ["| lab | lines to type | of these for bash alone |", "|---|---|---|"]
        for number, document, lines in read_labs(Path(self.env.srcdir)):
            self.env.note_dependency(f"{self.env.srcdir}/{document}.md")
            bash = sum(map(needs_bash, lines))
            rows.append(f"| {number}: {{page}}`{document}` | {len(lines)} | {bash} |")
        return self.parse_text_to_nodes("\n".join(rows))


def setup(app: Sphinx) -> ExtensionMetadata:
    """Register the directive."""
    app.add_directive("labs-by-terminal", LabsByTerminal)
    return {"version": "1", "parallel_read_safe": True, "parallel_write_safe": True}
