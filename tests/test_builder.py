"""A second build leaves the site that a first one makes, and does no more than it must."""

import io
import os
import re
import subprocess
from pathlib import Path

import pytest
import snowballstemmer
from pybtex.style.formatting import BaseStyle
from snowballstemmer.english_stemmer import EnglishStemmer
from sphinx.application import Sphinx
from sphinx.builders.html._assets import _file_checksum_inner
from sphinx.util.docutils import docutils_namespace, patch_docutils

from tests import project

pytestmark = [
    pytest.mark.whole,  # fifty builds of a site
    pytest.mark.filterwarnings("ignore:.*MystReferenceResolver.app"),  # MyST of Sphinx
    pytest.mark.filterwarnings("ignore:.*BuildEnvironment.app"),  # the sitemap's of Sphinx
    pytest.mark.filterwarnings("ignore:nodes.Node.traverse"),  # llms.txt's extension of docutils
]

OURS = ["docs._ext.builder", "docs._ext.citations", "docs._ext.navigation"]
EXTENSIONS = ["myst_parser", "sphinx_llms_txt", "sphinx_last_updated_by_git", *OURS]
CONF = f"""
extensions = {EXTENSIONS}
project = html_title = "Site"
html_theme = "furo"
html_last_updated_fmt = "%d %B %Y"
html_static_path = ["_static"]
html_css_files = ["look.css"]
templates_path = ["_templates"]
bibtex_bibfiles = ["references.bib"]
bibtex_reference_style = "author_year"
suppress_warnings = ["git"]
git_untracked_show_sourcelink = True
"""
TREE = "\n```{{toctree}}\n{options}\n\n{pages}\n```\n"
FILES = {
    "conf.py": CONF,
    "_static/look.css": "p { margin: 0 }\n",
    "_static/other.css": "p { margin: 1em }\n",
    "_templates/page.html": '{% extends "!page.html" %}\n{% block footer %}The foot.{% endblock %}\n',
    "references.bib": "@misc{ada, author = {Ada Byron}, title = {Notes}, year = {1843}}\n"
    "@misc{alan, author = {Alan Turing}, title = {Machines}, year = {1936}}\n",
    "index.md": "# Home\n"
    + TREE.format(options=":hidden:\n:caption: Read", pages="guide/index\nwords")
    + TREE.format(options=":caption: Look up", pages="sources"),
    "guide/index.md": '# A "guide" & more\n'
    + TREE.format(options=":hidden:", pages="one\ntwo\ndeep/index"),
    "guide/one.md": "# One\n\n(here)=\n## Heading\n\nA rare word. See {cite:t}`ada`.\n\n## Other\n",
    "guide/two.md": '# Two "quoted" `code` & more\n\n{ref}`here`, [](one.md) and {term}`champion`.\n',
    "guide/deep/index.md": "# Deep\n" + TREE.format(options="", pages="down"),
    "guide/deep/down.md": "# Down\n\nWords.\n",
    "words.md": "# Words\n\n```{glossary}\nchampion\n  It serves.\n```\n",
    "sources.md": "# Sources\n\n```{bibliography}\n```\n",
    "alone.md": "---\norphan: true\n---\n# Alone\n",
}


class Site:
    """A small site in a folder, built in this process."""

    def __init__(self, folder):
        """Write its files and commit them."""
        self.folder = folder
        project.write(folder / "docs", FILES)
        self.git("init", "--quiet")
        self.commit("2001-02-03")

    def git(self, *arguments, **environment):
        """Run git on the site, with nobody's settings."""
        nobody = {f"GIT_{who}_{what}": "a@b.example" for who in ("AUTHOR", "COMMITTER")
                  for what in ("NAME", "EMAIL")}  # fmt: skip
        away = {"GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_SYSTEM": os.devnull}
        command = ["git", "-C", self.folder, *arguments]
        subprocess.run(command, env=os.environ | nobody | away | environment, check=True)

    def commit(self, day):
        """Commit all that there is on a day, which then dates the pages."""
        self.git("add", "docs")
        self.git("commit", "--quiet", "-m", "Write", GIT_AUTHOR_DATE=f"{day}T00:00:00Z")

    def edit(self, path, old, new):
        """Replace what a file holds of `old`."""
        text = (self.folder / "docs" / path).read_text("utf-8")
        assert old in text
        project.write(self.folder / "docs", {path: text.replace(old, new)})

    def build(self, name="again", **settings):
        """Build into the folder of a name; return the warnings, as a strict build."""
        _file_checksum_inner.cache_clear()  # kept by Sphinx as long as a process lives
        warnings, docs, out = io.StringIO(), self.folder / "docs", self.folder / name
        with patch_docutils(docs), docutils_namespace():
            app = Sphinx(docs, docs, out, self.folder / f"{name}.doctrees", "html", settings,
                         status=None, warning=warnings, warningiserror=True)  # fmt: skip
            app.build()
        return project.from_root(self.folder, re.sub(r"\x1b\[[\d;]*m", "", warnings.getvalue()))

    def files(self, name="again"):
        """Return {path: bytes} of a site."""
        root = self.folder / name
        paths = sorted(path for path in root.rglob("*") if path.is_file())
        return {path.relative_to(root).as_posix(): path.read_bytes() for path in paths}

    def times(self):
        """Return {path: time of its last change} of the site that is built again and again."""
        return {name: (self.folder / "again" / name).stat().st_mtime_ns for name in self.files()}

    def differences(self, name, again="again"):
        """Return the files that the site built again does not share with another one."""
        one, other = self.files(again), self.files(name)
        return sorted(path for path in one | other if one.get(path) != other.get(path))


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    """A site that was built once; each test changes it further."""
    site = Site(tmp_path_factory.mktemp("site"))
    assert "" == site.build()
    return site


def relabelled(site):
    """Move a label from one heading to another."""
    site.edit("guide/one.md", "(here)=\n", "")
    site.edit("guide/one.md", "## Other", "(here)=\n## Other")


def renamed(site):
    """Give a page another name."""
    docs = site.folder / "docs"
    (docs / "guide/deep/down.md").rename(docs / "guide/deep/under.md")
    site.edit("guide/deep/index.md", "down", "under")


def removed(site):
    """Remove a page, and with it a term of the glossary and its words."""
    site.edit("index.md", "\nwords", "")
    site.edit("guide/two.md", " and {term}`champion`", "")
    (site.folder / "docs/words.md").unlink()


def added(site):
    """Add a page."""
    project.write(site.folder / "docs", {"guide/three.md": "# Three\n\n[](two.md)\n"})
    site.edit("guide/index.md", "\ntwo", "\ntwo\nthree")


def committed(site):
    """Commit what has changed, on a later day."""
    site.edit("guide/two.md", "[](one.md)", "[](one.md),")
    site.commit("2004-05-06")


EDITS = {
    "words": lambda site: site.edit("guide/one.md", "A rare word", "Common ones"),
    "title": lambda site: site.edit("guide/one.md", "# One", "# First"),
    "heading": lambda site: site.edit("guide/one.md", "## Heading", "## Headline"),
    "label": relabelled,
    "term": lambda site: site.edit("words.md", "champion", "Champion"),
    "caption": lambda site: site.edit("index.md", "Look up", "Find"),
    "order": lambda site: site.edit("guide/index.md", "one\ntwo", "two\none"),
    "citation": lambda site: site.edit("guide/two.md", "[](one.md)", "[](one.md), {cite:t}`alan`"),
    "source": lambda site: site.edit("references.bib", "Byron", "Lovelace"),
    "style sheet": lambda site: site.edit("_static/look.css", "0", "1px"),
    "style sheet removed": lambda site: (site.folder / "docs/_static/other.css").unlink(),
    "template": lambda site: site.edit("_templates/page.html", "The foot", "A foot"),
    "setting": lambda site: site.edit("conf.py", '"Site"', '"Book"'),
    "commit": committed,
    "page renamed": renamed,
    "page added": added,
    "page removed": removed,
}


@pytest.mark.parametrize("edit", EDITS.values(), ids=EDITS)
def test_a_second_build_leaves_the_site_of_a_first(site, edit, tmp_path):
    """After each edit, the site built again is byte for byte one that was built from nothing."""
    before = site.files()
    edit(site)
    clean = edit.__name__ if edit.__name__ != "<lambda>" else tmp_path.name

    assert ["", ""] == [site.build(), site.build(clean)]
    assert [] == site.differences(clean)
    assert before != site.files()


def test_nothing_changed_means_nothing_done(site, monkeypatch):
    """Where nothing has changed, no file is written, and no entry of the bibliography formatted."""
    site.build()
    before = site.times()
    monkeypatch.delattr(BaseStyle, "format_entry")

    assert "" == site.build()
    assert before == site.times()


def test_words_of_one_page_write_that_page_alone(site):
    """An edit that no other page shows writes its page, and what is made of all pages."""
    site.build()
    before = site.times()
    project.write(site.folder / "docs", {"alone.md": FILES["alone.md"] + "\nMore words.\n"})
    site.build()
    after = site.times()

    assert {"alone.html", "genindex.html", "search.html"} == {
        name for name in after if name.endswith(".html") and after[name] != before.get(name)
    }


def test_an_entry_is_formatted_once(site, monkeypatch):
    """A first build formats each entry once, for the list and for the tooltip."""
    formatted, format_entry = [], BaseStyle.format_entry

    def count(style, label, entry):
        formatted.append(entry.key)
        return format_entry(style, label, entry)

    monkeypatch.setattr(BaseStyle, "format_entry", count)
    site.build("formatted")

    assert sorted(set(formatted)) == sorted(formatted) != []


def test_a_warning_comes_again_until_it_is_cured(site):
    """A strict build that failed says so again, whether in reading or in writing."""
    project.write(
        site.folder / "docs",
        {"alone.md": FILES["alone.md"] + "\n```{nothing}\n```\n\n{ref}`nowhere`\n"},
    )
    first = site.build()

    assert "Unknown directive type: 'nothing'" in first
    assert "undefined label: 'nowhere'" in first
    assert first == site.build()
    project.write(site.folder / "docs", {"alone.md": FILES["alone.md"]})
    assert "" == site.build()


def test_a_setting_from_outside_is_noticed(site):
    """A setting that is not in `conf.py`, but in the environment or the command, counts too."""
    settings = {"html_title": "Of the command"}

    assert ["", ""] == [site.build(**settings), site.build("outside", **settings)]
    assert [] == site.differences("outside")


def test_the_sitemap_lists_every_page(site):
    """With an address, a second build lists all pages, not those alone that have changed."""
    settings = {
        "extensions": [*EXTENSIONS, "sphinx_sitemap"],
        "html_baseurl": "https://site.example/",
    }
    site.build("mapped", **settings)
    project.write(site.folder / "docs", {"alone.md": FILES["alone.md"] + "\nWords for all.\n"})

    assert ["", ""] == [site.build("mapped", **settings), site.build("anew", **settings)]
    assert [] == site.differences("anew", "mapped")
    assert b"https://site.example/en/guide/one.html" in site.files("anew")["sitemap.xml"]


def test_navigation_is_the_themes_own(site):
    """The tree that is made once shows on each page what Furo makes anew for it."""
    site.build()
    site.build("own", extensions=[name for name in EXTENSIONS if "navigation" not in name])

    assert [] == site.differences("own")


def test_the_stemmer_in_c_stems_as_the_browsers():
    """The index is made by another stemmer than the browser's, and both know the same stems."""
    words = set(re.findall(r"[a-z]+", Path("docs/_data/glossary.toml").read_text("utf-8").lower()))
    quick, plain = snowballstemmer.stemmer("english"), EnglishStemmer()

    assert not isinstance(quick, EnglishStemmer)
    assert {word: plain.stemWord(word) for word in words} == {
        word: quick.stemWord(word) for word in words
    }
