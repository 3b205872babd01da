"""The address of the repository: each page links its source, and a reader can copy a clone line.

It comes from the environment, else from the clone's own `origin`, if that is the address of a host
and no path. Where it is not known, no page pretends that it is.

```{in-a-copy}
uvx nox -s northstar
```

shows commands that need a copy of the repository, where it is known with the lines that make one.
"""

import os
import re
import subprocess
from collections.abc import Mapping
from pathlib import Path
from urllib.parse import urlsplit

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.util.docutils import SphinxDirective
from sphinx.util.typing import ExtensionMetadata

from docs._ext.shapes import Context

SETTINGS = ("HANDBOOK_REPOSITORY", "READTHEDOCS_GIT_CLONE_URL")  # the first that is set counts
# As git@host.org:x/y.git.
SCP = re.compile(r"(?:[^@/:]+@)?(?P<host>[^@/:]+\.[^@/:]+):(?P<path>[^/].*)")
# Where a host shows a file of the newest commit.
FILES = {"gitlab": "/-/blob/HEAD/", "bitbucket": "/src/HEAD/"}


def normalise(address: str) -> str:
    """Return an address of git as one to visit, without user, password and `.git`; or nothing."""
    if found := SCP.fullmatch(address.strip()):
        address = f"ssh://{found['host']}/{found['path']}"
    try:
        parts = urlsplit(address.strip())
        host, port = parts.hostname or "", parts.port
    except ValueError:  # no address at all
        return ""
    path = parts.path.strip("/").removesuffix(".git")
    if parts.scheme not in {"http", "https", "ssh", "git+ssh"} or "." not in host or not path:
        return ""
    web = parts.scheme in {"http", "https"}  # a port of ssh is none of the web
    place = f"{host}:{port}" if web and port else host
    return f"{parts.scheme if web else 'https'}://{place}/{path}"


def find_repository(environment: Mapping[str, str], folder: Path) -> str:
    """Return the repository's address by the environment or by a clone's `origin`, or nothing."""
    for name in SETTINGS:
        if address := normalise(environment.get(name, "")):
            return address
    ask = ["git", "remote", "get-url", "origin"]
    # A copy without history that lies in another clone is not that clone.
    own = {**environment, "GIT_CEILING_DIRECTORIES": str(folder.parent)}
    try:
        git = subprocess.run(ask, cwd=folder, env=own, capture_output=True, text=True, check=False)
    except OSError:  # no git here
        return ""
    return normalise(git.stdout)


def source(repository: str, file: str) -> str:
    """Return where a host shows the newest commit's version of a file."""
    host = urlsplit(repository).hostname or ""
    way = next((way for name, way in FILES.items() if name in host), "/blob/HEAD/")
    return f"{repository}{way}{file}"


class InACopy(SphinxDirective):
    """Show commands for a copy of the repository, and how to get one if that is known."""

    has_content = True

    def run(self) -> list[nodes.Node]:
        """Return a sentence and a block to copy."""
        repository = self.config.handbook_repository
        commands = [*self.content]
        if repository:
            clone = [f"git clone {repository}", f"cd {repository.rpartition('/')[2]}"]
            commands, words = [*clone, *commands], "Type this in a terminal:"
        else:
            words = "In a copy of the handbook's repository, type:"
        text = "\n".join(f"$ {command}" for command in commands)
        block = nodes.literal_block(text, text, language="console", classes=["in-a-copy"])
        return [nodes.paragraph("", words), block]


def link_source(
    app: Sphinx, name: str, template: str, context: Context, doctree: nodes.document | None
) -> None:
    """Tell the template where the source of a page is."""
    repository = context["repository"] = app.config.handbook_repository
    suffix = context.get("page_source_suffix")
    if repository and suffix:
        context["source_link"] = source(repository, f"docs/{name}{suffix}")


def setup(app: Sphinx) -> ExtensionMetadata:
    """Register the setting, the directive and the link."""
    app.add_config_value(
        "handbook_repository",
        find_repository(os.environ, Path(app.srcdir).resolve().parent),
        "env",
        str,
    )
    app.add_directive("in-a-copy", InACopy)
    app.connect("html-page-context", link_source)
    return {"version": "1", "parallel_read_safe": True, "parallel_write_safe": True}
