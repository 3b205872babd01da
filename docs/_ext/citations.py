"""Format the bibliography once, and again only when it or what is cited has changed.

sphinxcontrib-bibtex formats each entry twice a build, for the list and for the tooltip, even in a
build with nothing to do; and for each citation it looks through all installed packages for the
plugin that writes plain text.
"""

from collections.abc import Iterable, Mapping

from pybtex.backends.plaintext import Backend
from pybtex.database import Entry
from pybtex.plugin import register_plugin
from pybtex.style import FormattedEntry
from sphinx.application import Sphinx
from sphinx.environment import BuildEnvironment
from sphinx.util.typing import ExtensionMetadata
from sphinxcontrib.bibtex.directives import BibliographyKey
from sphinxcontrib.bibtex.domain import BibtexDomain


class Citations(BibtexDomain):
    """The domain `cite`, which keeps what it formatted in the last build."""

    def env_updated(self) -> Iterable[str]:
        """Format all entries, unless what they are made of is as it was."""
        cited = sorted((ref.docname, [t.key for t in ref.targets]) for ref in self.citation_refs)
        files = [(file, bib.mtime) for file, bib in self.bibdata.bibfiles.items()]
        if [files, cited] != self.data.get("made_of"):
            super().env_updated()
            self.data["made_of"] = [files, cited]
        return []

    def get_formatted_entries(
        self,
        bibliography_key: BibliographyKey,
        docnames: list[str],
        tooltips: bool,
        tooltips_style: str,
    ) -> Iterable[tuple[Entry, FormattedEntry, FormattedEntry | None]]:
        """Format each entry once: our tooltips have the list's style."""
        formatted = super().get_formatted_entries(bibliography_key, docnames, False, "")
        for entry, text, _ in formatted:
            yield entry, text, text if tooltips else None

    def clear_doc(self, docname: str) -> None:
        """Format all entries again when a page with a bibliography is read again."""
        if any(key.docname == docname for key in self.bibliographies):
            self.data.pop("made_of", None)
        super().clear_doc(docname)


def domain_of(env: BuildEnvironment) -> BibtexDomain:
    """Return the domain `cite`, ours or the extension's own."""
    domain = env.get_domain("cite")
    assert isinstance(domain, BibtexDomain)  # no other is registered under this name
    return domain


def entries_of(env: BuildEnvironment) -> Mapping[str, Entry]:
    """Return the entries of the bibliography by their keys."""
    return domain_of(env).bibdata.data.entries


def setup(app: Sphinx) -> ExtensionMetadata:
    """Put the domain in the place of the extension's own."""
    app.setup_extension("sphinxcontrib.bibtex")
    app.add_domain(Citations, override=True)
    # What is registered is found without a search.
    register_plugin("pybtex.backends", "plaintext", Backend, force=True)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
