"""The search index of a second build."""

import subprocess
import sys

from sphinx.search import js_index

WORDS = "Words\n=====\n\n.. glossary::\n\n   champion\n      It serves.\n"


def built(folder):
    """Build the project; return the entries of its search index."""
    command = [sys.executable, "-m", "sphinx", "-q", "-W", folder, folder / "html"]
    subprocess.run(command, check=True)
    return js_index.loads((folder / "html/searchindex.js").read_text())["indexentries"]


def test_second_build_keeps_terms(tmp_path):
    """A term of a page that did not change is found after a second build, at its one place."""
    tmp_path.joinpath("conf.py").write_text("extensions = ['docs._ext.search']\n")
    tmp_path.joinpath("index.rst").write_text("Home\n====\n\n.. toctree::\n\n   words\n")
    tmp_path.joinpath("words.rst").write_text(WORDS)
    first = built(tmp_path)
    tmp_path.joinpath("index.rst").write_text(
        "Home again\n==========\n\n.. toctree::\n\n   words\n"
    )

    assert {"champion": [[1, "term-champion", True]]} == first == built(tmp_path)


def test_page_removed(tmp_path):
    """A page that is gone takes its terms with it, and the build goes on."""
    tmp_path.joinpath("conf.py").write_text("extensions = ['docs._ext.search']\n")
    tmp_path.joinpath("index.rst").write_text("Home\n====\n\n.. toctree::\n\n   words\n")
    tmp_path.joinpath("words.rst").write_text(WORDS)
    built(tmp_path)
    tmp_path.joinpath("index.rst").write_text("Home\n====\n")
    tmp_path.joinpath("words.rst").unlink()

    assert {} == built(tmp_path)
