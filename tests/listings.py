"""The code that a page shows, read from its source and the files that it includes."""

from pathlib import Path

from myst_parser.parsers.directives import parse_directive_text
from sphinx.config import Config
from sphinx.directives.code import LiteralInclude, LiteralIncludeReader

from docs._ext.markdown import Fence
from docs._ext.unrun import NotRun, RunIn
from scripts.transcripts import read_commands

PAGES = sorted(page for page in Path("docs").rglob("*.md") if "_build" not in page.parts)
DIRECTIVES = {"literalinclude": LiteralInclude, "not-run": NotRun, "run-in": RunIn}
NO_CODE = {"output", "mermaid"}  # what a program printed, and what is drawn


def shown(page: Path, fence: Fence) -> str | None:
    """Return a block's code, of a terminal's session what is typed; None for what is no code."""
    name, text = fence.name, fence.content
    if directive := DIRECTIVES.get(fence.directive):
        found = parse_directive_text(directive, fence.argument, text)
        name, text = fence.argument, "\n".join(found.body) + "\n"
        if directive is LiteralInclude:
            name = found.options.get("language", "")
            file = page.parent / fence.argument
            text, _ = LiteralIncludeReader(file, found.options, Config()).read()
    if name == "console":
        return "".join(f"{command.words}\n" for command in read_commands(text))
    return None if name in NO_CODE else text
