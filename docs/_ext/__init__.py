"""The handbook's own Sphinx extensions.

Each holds a contract of the spine (CONTRIBUTING lists them), knows of no page, and reports with
`logger.warning`: the build is strict, so a warning fails it. What they share is here.
"""

import re
import tomllib
from collections.abc import Container
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:  # `nox -s lint` runs `docs._ext.data`, and has no Sphinx
    from sphinx.application import Sphinx
    from sphinx.util.typing import ExtensionMetadata

# A table of a data file: its schema, which every build holds it to, says which keys it has.
Table = dict[str, Any]
# What Sphinx hands to the template of a page: themes and extensions add to it what they like.
PageContext = dict[str, Any]


def load(srcdir: str | Path, name: str) -> Table:
    """Read `_data/<name>`, a TOML file of the documentation; an absent file is empty."""
    path = Path(srcdir, "_data", name)
    return parse_toml(path, path.stat().st_mtime_ns) if path.exists() else {}


@cache
def parse_toml(path: Path, changed: int) -> Table:
    """Parse a TOML file once for each time that it changed: every page asks for the same few."""
    return tomllib.loads(path.read_text("utf-8"))


def place_in_file(path: Path, pattern: str) -> str:
    """Say where in a file a pattern first matches, as `path:line`; line 1 where it does not."""
    text = path.read_text("utf-8") if path.exists() else ""
    match = re.search(pattern, text, re.M)
    return f"{path}:{text.count(chr(10), 0, match.start()) + 1 if match else 1}"


def place_in_data(srcdir: str | Path, name: str, needle: str) -> str:
    """Say where in `_data/<name>` a text first stands, as `path:line`."""
    return place_in_file(Path(srcdir, "_data", name), re.escape(needle))


def is_chapter(keys: Container[str]) -> bool:
    """Tell by the keys of its front matter whether a page is a chapter; a lab has objectives, too."""
    return "objectives" in keys and "lab" not in keys


def setup(app: "Sphinx") -> "ExtensionMetadata":
    """Set up what the extensions share; each that needs it asks for it."""
    app.setup_extension("docs._ext.handbook")
    return {"parallel_read_safe": True, "parallel_write_safe": True}
