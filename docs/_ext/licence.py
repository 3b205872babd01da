"""`{licence-line}`: the lines with which somebody who uses the pages says where they come from.

They name the title, the authors, the licence and, where it is known, the address: that of the site,
or else that of the repository. Where neither is known the lines name none, and do not invent one.
"""

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.config import Config
from sphinx.util.docutils import SphinxDirective
from sphinx.util.typing import ExtensionMetadata

LICENCE = "CC BY 4.0, https://creativecommons.org/licenses/by/4.0/"
CHANGED = "Changed: (what you changed, or leave out this line)"


def licence_lines(config: Config) -> list[str]:
    """Return title with authors, the address if it is known, the licence, and a line of changes."""
    address = config.html_baseurl or config.handbook_repository
    author = config.author[:1].lower() + config.author[1:]
    return [f"“{config.project}” by {author}", *filter(None, [address]), LICENCE, CHANGED]


class LicenceLine(SphinxDirective):
    """Show the lines as a block to copy."""

    def run(self) -> list[nodes.Node]:
        """Return the block."""
        text = "\n".join(licence_lines(self.config))
        return [nodes.literal_block(text, text, language="text")]


def setup(app: Sphinx) -> ExtensionMetadata:
    """Register the directive."""
    app.setup_extension("docs._ext.repository")
    app.add_directive("licence-line", LicenceLine)
    return {"version": "1", "parallel_read_safe": True, "parallel_write_safe": True}
