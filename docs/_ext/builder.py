"""Build a second time only what has changed, and leave the site that a first build makes.

Sphinx reads and writes a page again when its own source has changed. But a page shows more than
that: the titles of all pages, the headings and sources that it refers to, the digests of style
sheets, the date of a commit. Two digests stand for all of it, kept beside the doctrees by the last
build that passed. If the first differs, every page is read again; if the second, every page is
written. Where nothing is to be written, nothing is done.
"""

import atexit
import gc
import hashlib
import json
import shutil
import subprocess
import sys
from collections.abc import Iterable, Set
from contextlib import suppress
from pathlib import Path

from sphinx.application import Sphinx
from sphinx.builders.html import StandaloneHTMLBuilder
from sphinx.environment import BuildEnvironment
from sphinx.util.typing import ExtensionMetadata

from docs._ext.handbook import handbook
from docs._ext.search import SectionSearch

LOCK = Path(__file__).parents[2] / "locks" / "docs.txt"


class SiteBuilder(SectionSearch, StandaloneHTMLBuilder):
    """Sphinx's own builder of HTML pages, for a folder that holds an older site."""

    def init(self) -> None:
        """Ask twice in a build what has changed, and let Python not search for cycles meanwhile.

        The search takes a sixth of a build's CPU seconds, among objects that mostly live until the
        end, and at the end a third of those of a build with nothing to do, where the process gives
        all back at once. Without it, 70 pages take 50 MB more.
        """
        super().init()
        self.digests = {}
        self.events.connect("env-get-outdated", self.pages_to_read, priority=500)
        self.events.connect("env-updated", self.pages_to_write, priority=900)  # citations are made
        gc.disable()
        atexit.register(gc.freeze)

    @property
    def record(self) -> Path:
        """The file of the two digests."""
        return self.doctreedir / "last_build.json"

    def last_build(self) -> dict[str, str]:
        """Return {"read": digest, "write": digest} of the last build that passed, or {}."""
        with suppress(OSError, ValueError):  # there is none, or it was cut off
            return json.loads(self.record.read_text("utf-8"))
        return {}

    def has_changed(self, name: str, digest: str) -> bool:
        """Keep a digest for the record; tell whether it differs from that of the last build."""
        self.digests[name] = digest
        return self.last_build().get(name) != digest

    def pages_to_read(self, app: Sphinx, env: BuildEnvironment, *docnames: set[str]) -> Set[str]:
        """Read every page again when something has changed that is read with all of them."""
        return env.found_docs if self.has_changed("read", digest_inputs(app)) else set()

    def pages_to_write(self, app: Sphinx, env: BuildEnvironment) -> Iterable[str]:
        """Write every page again when something has changed that any of them may show.

        With an address as well: `sitemap.xml` lists the pages that a build writes.
        """
        changed = self.has_changed("write", digest_site(app))
        return list(env.found_docs) if changed or app.config.html_baseurl else ()

    def prepare_writing(self, docnames: Set[str]) -> None:
        """Find out whether there is anything to do; until it is done, no build has passed."""
        self.idle = not docnames
        if self.idle:
            self.events.listeners["build-finished"].clear()
        else:
            self.record.unlink(missing_ok=True)
            super().prepare_writing(docnames)

    def copy_assets(self) -> None:
        """Copy the static files into an empty folder: one that is gone leaves no copy."""
        if not self.idle:
            shutil.rmtree(self._static_dir, ignore_errors=True)
            super().copy_assets()

    def finish(self) -> None:
        """Write what belongs to no page, and remove the pages that are gone."""
        if not self.idle:
            super().finish()
            for source in self._sources_dir.rglob("*.txt"):
                page = source.relative_to(self._sources_dir).with_suffix("").with_suffix("")
                if page.as_posix() not in self.env.found_docs:
                    source.unlink()
                    self.get_output_path(page.as_posix()).unlink(missing_ok=True)

    def write_buildinfo(self) -> None:
        """Publish no digest of the settings: it is among those of the record."""

    def cleanup(self) -> None:
        """Record a build that passed: one with a warning that is an error says so again."""
        super().cleanup()
        gc.enable()
        if self._app.statuscode == 0 and not self.idle:
            self.record.write_text(json.dumps(self.digests), "utf-8")


def digest(*parts: object) -> str:  # anything has a `repr`
    """Return a digest of some values, whose `repr` says all that they hold."""
    return hashlib.sha256(repr(parts).encode()).hexdigest()


def digest_inputs(app: Sphinx) -> str:
    """Return a digest of what is read with every page: code, packages, settings, the commit.

    And whether a warning is an error: where it is none, a build that passed proves less.
    """
    files = [*sorted(Path(__file__).parent.glob("*.py")), LOCK, app.confdir / "conf.py"]
    commit = b""
    with suppress(FileNotFoundError):  # git's
        git = ["git", "rev-parse", "HEAD"]  # it dates the pages
        commit = subprocess.run(git, cwd=app.srcdir, capture_output=True, check=False).stdout
    texts = [file.read_bytes() for file in files]
    return digest(sys.version, app._fail_on_warnings, commit, texts)


def digest_site(app: Sphinx) -> str:
    """Return a digest of what any page may show of the site."""
    config, builder = app.config, app.builder
    assert isinstance(builder, SiteBuilder)  # which alone asks
    info = builder.build_info
    folders = [Path(app.confdir, f) for f in {*config.html_static_path, *config.templates_path}]
    files = sorted(file for folder in folders for file in folder.rglob("*.*"))
    texts = [(file.name, file.read_bytes()) for file in files]
    said = digest_pages(app.env)
    return digest(str(app.outdir), info.config_hash, info.tags_hash, texts, said)


def digest_pages(env: BuildEnvironment) -> str:
    """Return a digest of what pages say that others show; it is kept until a page is read again."""
    known = handbook(env)
    if known.pages_digest is None:
        std, cite = env.domaindata["std"], env.domaindata.get("cite", {})
        known.pages_digest = digest(
            sorted((page, toc.pformat()) for page, toc in env.tocs.items()),
            [sorted(std[known].items()) for known in ("labels", "anonlabels", "objects")],
            [
                (source.citation_id, source.formatted_entry.label, source.formatted_entry.text)
                for source in cite.get("citations", ())
            ],
        )
    return known.pages_digest


def setup(app: Sphinx) -> ExtensionMetadata:
    """Put the builder in the place of Sphinx's own."""
    app.setup_extension("docs._ext")
    app.add_builder(SiteBuilder, override=True)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
