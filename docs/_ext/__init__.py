"""The handbook's own Sphinx extensions.

Each holds one contract of the spine, knows of no page, and reports with
`logger.warning`: the build is strict, so a warning fails it.
"""

import tomllib
from pathlib import Path


def load(srcdir, name):
    """Read `_data/<name>`, a TOML file of the documentation; an absent file is empty."""
    path = Path(srcdir, "_data", name)
    return tomllib.loads(path.read_text("utf-8")) if path.exists() else {}


def where(srcdir, name, needle):
    """Say where in `_data/<name>` a text first stands, as `path:line`."""
    path = Path(srcdir, "_data", name)
    lines = path.read_text("utf-8").splitlines() if path.exists() else []
    return f"{path}:{next((n for n, line in enumerate(lines, 1) if needle in line), 1)}"
