"""*Page and address*: a page that moves leaves a redirect.

`_data/addresses.txt` lists the pages of the last release, one a line. Each must still exist,
or be a key of `redirects` in `conf.py`. At a release the list is written anew.
"""

from pathlib import Path

from sphinx.application import Sphinx
from sphinx.environment import BuildEnvironment
from sphinx.util import logging
from sphinx.util.typing import ExtensionMetadata

logger = logging.getLogger(__name__)


def check(app: Sphinx, env: BuildEnvironment) -> None:
    """Compare the pages of this build with those of the last release."""
    path = Path(app.srcdir, "_data", "addresses.txt")
    released = path.read_text("utf-8").splitlines() if path.exists() else []
    for number, address in enumerate(released, 1):
        if address not in env.found_docs and address not in app.config.redirects:
            logger.warning(
                "the page %r is gone: add its new address to `redirects` in conf.py",
                address,
                location=f"{path}:{number}",
            )


def setup(app: Sphinx) -> ExtensionMetadata:
    """Register the check."""
    app.connect("env-check-consistency", check)
    return {"version": "1", "parallel_read_safe": True, "parallel_write_safe": True}
