"""Where the repository's address is known, pages link to it; where it is not, none pretends."""

import re
import subprocess
from pathlib import Path

import pytest
from bs4 import BeautifulSoup

from docs._ext.repository import find_repository, normalise, source
from scripts import build as builds
from tests.project import build, write


@pytest.mark.parametrize(
    ("address", "web"),
    [
        ("https://host.example/team/handbook.git", "https://host.example/team/handbook"),
        ("https://host.example/team/handbook/", "https://host.example/team/handbook"),
        ("https://ann:secret@host.example/team/handbook", "https://host.example/team/handbook"),
        ("https://secret@host.example:8443/a/b?token=secret", "https://host.example:8443/a/b"),
        ("git@host.example:team/handbook.git", "https://host.example/team/handbook"),
        ("ssh://git@host.example:2222/team/handbook.git", "https://host.example/team/handbook"),
        ("/srv/git/handbook.git", ""),
        ("../handbook", ""),
        ("C:\\work\\handbook", ""),
        ("file:///srv/git/handbook.git", ""),
        ("https://localhost/handbook", ""),
        ("https://host.example/", ""),
        ("https://[host.example/x", ""),
        ("", ""),
    ],
)
def test_an_address_to_visit(address, web):
    """Without a password, and never a path of somebody's disk."""
    assert web == normalise(address)


@pytest.fixture
def clone(tmp_path):
    """A clone with a remote; give its folder and git."""

    def git(*arguments):
        subprocess.run(["git", *arguments], cwd=tmp_path, check=True, capture_output=True)

    git("init")
    git("remote", "add", "origin", "https://ann:secret@host.example/team/handbook.git")
    return tmp_path, git


def test_the_environment_comes_before_the_clone(clone):
    """A remote that is a path of the disk is none, nor is that of a folder around a copy."""
    folder, git = clone
    setting = {"HANDBOOK_REPOSITORY": "https://other.example/x/y"}
    copy = folder / "copy"
    copy.mkdir()

    assert "https://other.example/x/y" == find_repository(setting, folder)
    assert "https://host.example/team/handbook" == find_repository({}, folder)
    assert "" == find_repository({}, copy)
    git("remote", "set-url", "origin", str(folder))
    assert "" == find_repository({}, folder)


def test_another_remote_is_another_build(clone, monkeypatch):
    """Its address is among what a build reads, so the site does not stay as it was."""
    folder, git = clone
    monkeypatch.chdir(folder)
    before = builds.digest_inputs()
    git("remote", "set-url", "origin", "https://host.example/other/handbook.git")

    assert before != builds.digest_inputs()


def test_each_host_shows_files_in_its_way():
    """The newest commit's."""
    file = "docs/index.md"

    assert "https://host.example/a/b/blob/HEAD/" + file == source("https://host.example/a/b", file)
    assert "https://gitlab.example/a/b/-/blob/HEAD/" + file == source(
        "https://gitlab.example/a/b", file
    )


FILES = {
    "conf.py": 'extensions = ["myst_parser", "docs._ext.repository"]\ntemplates_path = ["_t"]\n',
    "index.md": "# Home\n\n```{in-a-copy}\nuvx nox -s northstar\n```\n",
    "_t/page.html": '{% extends "!page.html" %}{% block body %}{{ super() }}'
    '<a id="source" href="{{ source_link }}">Source</a>{% endblock %}',
}


@pytest.mark.parametrize("address", ["https://host.example/team/handbook", ""])
def test_a_page_shows_what_is_known(tmp_path, address):
    """The lines that clone, and the page's source; else a copy is spoken of, and no clone."""
    write(tmp_path, FILES)
    assert "" == build(tmp_path, "html", handbook_repository=address)
    page = BeautifulSoup((tmp_path / "_build/index.html").read_text("utf-8"), "html.parser")
    typed = page.pre.text.splitlines()

    assert "$ uvx nox -s northstar" == typed[-1]
    assert typed[:-1] == (["$ git clone " + address, "$ cd handbook"] if address else [])
    assert page.select_one("#source")["href"] == (
        f"{address}/blob/HEAD/docs/index.md" if address else ""
    )
    assert bool(address) is ("In a copy of the handbook" not in page.text)


def test_commands_for_a_copy_are_those_of_the_readme():
    """No test of a page types them; `nox -s readme` types those of the README."""
    readme = Path("README.md").read_text("utf-8")
    pages = [page.read_text("utf-8") for page in sorted(Path("docs").rglob("*.md"))]
    shown = re.findall(r"^```\{in-a-copy\}\n(.*?)^```", "\n".join(pages), re.M | re.S)
    commands = [command for block in shown for command in block.splitlines()]

    assert commands
    assert [] == [command for command in commands if command not in readme]
