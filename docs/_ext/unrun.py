"""*Block and run*, the reader's half: a block that does not run says so, and why.

```{not-run} bash
:reason: needs a cluster
kubectl apply -f jukebox.yaml
```
"""

from docutils import nodes
from docutils.parsers.rst import directives
from sphinx.util.docutils import SphinxDirective

from docs._ext.classes import NOT_RUN


class NotRun(SphinxDirective):
    """Show code that the tests do not run, under the reason why."""

    required_arguments = 1  # its language
    option_spec = {"reason": directives.unchanged_required}  # noqa: RUF012, docutils reads it so
    has_content = True

    def run(self):
        """Return the code and, before it, the reason."""
        if "reason" not in self.options:
            raise self.error("a block that does not run needs a `:reason:` that the reader sees")
        code = nodes.literal_block("", "\n".join(self.content), language=self.arguments[0])
        reason = f"Not run by the tests: {self.options['reason']}."
        box = nodes.container(classes=[NOT_RUN])
        words, faults = self.parse_inline(reason)
        box += [nodes.paragraph("", "", *words, classes=["not-run-reason"]), *faults, code]
        return [box]


def setup(app):
    """Register the directive."""
    app.add_directive("not-run", NotRun)
    return {"version": "1", "parallel_read_safe": True, "parallel_write_safe": True}
