"""The handbook's own Sphinx extensions.

Each holds a contract of the spine (CONTRIBUTING lists them), knows of no page, and reports with
`logger.warning`: the build is strict, so a warning fails it. What they share is here.
"""

import hashlib
import re
import tomllib
from collections.abc import Container
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:  # `nox -s lint` runs `docs._ext.data`, and has no Sphinx
    from sphinx.application import Sphinx

# Every page is checked against these: when one changes, every page is read again.
FOR_EVERY_PAGE = ("glossary.toml", "paths.toml", "syllabus.toml", "tools.toml")


def load(srcdir, name):
    """Read `_data/<name>`, a TOML file of the documentation; an absent file is empty."""
    path = Path(srcdir, "_data", name)
    return parsed(path, path.stat().st_mtime_ns) if path.exists() else {}


@cache
def parsed(path, changed):
    """Parse a TOML file once for each time that it changed: every page asks for the same few."""
    return tomllib.loads(path.read_text("utf-8"))


def at(path, pattern):
    """Say where in a file a pattern first matches, as `path:line`; line 1 where it does not."""
    text = path.read_text("utf-8") if path.exists() else ""
    match = re.search(pattern, text, re.M)
    return f"{path}:{text.count(chr(10), 0, match.start()) + 1 if match else 1}"


def where(srcdir, name, needle):
    """Say where in `_data/<name>` a text first stands, as `path:line`."""
    return at(Path(srcdir, "_data", name), re.escape(needle))


def is_chapter(keys: Container[str]) -> bool:
    """Tell by the keys of its front matter whether a page is a chapter; a lab has objectives, too."""
    return "objectives" in keys and "lab" not in keys


def kept(env, name):
    """Return {docname: what an extension found on that page}, which is kept from build to build."""
    env.handbook = getattr(env, "handbook", {})
    return env.handbook.setdefault(name, {})


def forget(app, env, docname):
    """Drop what was found on a page before it is read again."""
    for found in getattr(env, "handbook", {}).values():
        found.pop(docname, None)


def merge(app, env, docnames, other):
    """Take over what a parallel reader found."""
    for name, found in getattr(other, "handbook", {}).items():
        kept(env, name).update({page: value for page, value in found.items() if page in docnames})


def outdated(app, env, added, changed, removed):
    """Read every page again when the data has changed that every page is checked against."""
    paths = [Path(app.srcdir, "_data", name) for name in FOR_EVERY_PAGE]
    data = b"".join(path.read_bytes() for path in paths if path.exists())
    before, env.handbook_data = getattr(env, "handbook_data", None), hashlib.sha256(data).digest()
    return env.found_docs if before != env.handbook_data else ()


def check(app: "Sphinx") -> None:
    """Stop before any page is read where a data file has a fault: every page relies on them."""
    from sphinx.util import logging

    from docs._ext import data

    files = [*data.files(app.srcdir), *sorted(data.SCHEMAS.glob("*.json")), Path(data.__file__)]
    read = b"".join(bytes(path) + path.read_bytes() for path in files)
    sound = hashlib.sha256(read).digest()
    if getattr(app.env, "handbook_sound", None) == sound:
        return
    if faults := data.all_faults(app.srcdir):
        for place, fault in faults:
            logging.getLogger(__name__).warning("%s", fault, location=place)
        # No exception, since Sphinx prints the traceback of each, its own too.
        raise SystemExit("The pages are checked against the data files: mend these first.")
    app.env.handbook_sound = sound


def setup(app):
    """Connect what the extensions share; each that needs it asks for it."""
    app.connect("builder-inited", check)
    app.connect("env-purge-doc", forget)
    app.connect("env-merge-info", merge)
    app.connect("env-get-outdated", outdated)
    return {"env_version": 1, "parallel_read_safe": True, "parallel_write_safe": True}
