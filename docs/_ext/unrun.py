"""*Block and run*, the reader's half: a block that the tests do not run says so, and why.

```{not-run} bash
:reason: needs a cluster
kubectl apply -f jukebox.yaml
```

A block of Python that needs what the tests do not install names the session that runs it:

```{run-in} language-model
import xllamacpp
```
"""

from docutils import nodes
from docutils.parsers.rst import directives
from sphinx.application import Sphinx
from sphinx.util.docutils import SphinxDirective
from sphinx.util.typing import ExtensionMetadata

from docs._ext.classes import NOT_RUN


def box_code(directive: SphinxDirective, words: str, language: str) -> list[nodes.Node]:
    """Return a directive's code in a box, under some words."""
    code = nodes.literal_block("", "\n".join(directive.content), language=language)
    box = nodes.container(classes=[NOT_RUN])
    parsed, faults = directive.parse_inline(words)
    box += [nodes.paragraph("", "", *parsed, classes=["not-run-reason"]), *faults, code]
    return [box]


class NotRun(SphinxDirective):
    """Show code that the tests do not run, under the reason why."""

    required_arguments = 1  # its language
    option_spec = {"reason": directives.unchanged_required}  # noqa: RUF012, docutils reads it so
    has_content = True

    def run(self) -> list[nodes.Node]:
        """Return the code and, before it, the reason."""
        if "reason" not in self.options:
            raise self.error("a block that does not run needs a `:reason:` that the reader sees")
        reason = f"Not run by the tests: {self.options['reason']}."
        return box_code(self, reason, self.arguments[0])


class RunIn(SphinxDirective):
    """Show Python that a session of its own runs, under the name of that session."""

    required_arguments = 1  # the session
    has_content = True

    def run(self) -> list[nodes.Node]:
        """Return the code and, before it, who runs it."""
        return box_code(self, f"`nox -s {self.arguments[0]}` runs this block.", "python")


def setup(app: Sphinx) -> ExtensionMetadata:
    """Register the directives."""
    app.add_directive("not-run", NotRun)
    app.add_directive("run-in", RunIn)
    return {"version": "1", "parallel_read_safe": True, "parallel_write_safe": True}
