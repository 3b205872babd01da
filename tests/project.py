"""A small documentation project in a temporary folder, built in this process."""

import io
import os
import re
from functools import cache
from pathlib import Path

from pybtex import plugin
from sphinx.application import Sphinx
from sphinx.util.docutils import docutils_namespace, patch_docutils

# For each style that it makes, pybtex looks through what is installed for four plugins.
plugin._load_entry_point = cache(plugin._load_entry_point)


def write(folder, files):
    """Write {path: text} below a folder; a text of None removes the file."""
    for name, text in files.items():
        path = folder / name
        if text is None:
            path.unlink(missing_ok=True)
        elif not path.exists() or path.read_text("utf-8") != text:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, "utf-8")


def build(folder, builder="dummy", **confoverrides):
    """Build a project into `_build`; return its warnings and what stopped it, with paths from its root."""
    warnings, out = io.StringIO(), str(folder / "_build")
    overrides = {"nitpicky": True, **confoverrides}
    with patch_docutils(str(folder)), docutils_namespace():
        try:
            Sphinx(str(folder), str(folder), out, out, builder, overrides, None, warnings).build()
        except SystemExit as end:
            warnings.write(f"{end}\n")
    return from_root(folder, re.sub(r"\x1b\[[\d;]*m", "", warnings.getvalue()))


def build_changed(folder, files):
    """Return a function that builds {path: text} with one text changed, and returns the warnings."""

    def built(name="index.md", old="", new="", builder="dummy"):
        assert old in files[name]
        write(folder, files | {name: files[name].replace(old, new, 1)})
        return build(folder, builder)

    return built


def from_root(folder, text):
    """Return text with paths from a folder's root, and slashes, on Windows too."""
    return re.sub(
        rf"{re.escape(f'{folder}{os.sep}')}([^:\n]*)", lambda m: Path(m[1]).as_posix(), text
    )
