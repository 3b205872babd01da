"""The line that says where the text comes from: with the address that is known, or with none."""

import pytest
from bs4 import BeautifulSoup

from docs._ext.licence import CHANGED, LICENCE
from tests.project import build, write

FILES = {
    "conf.py": 'extensions = ["myst_parser", "docs._ext.licence"]\n'
    'project = "A handbook"\nauthor = "The people of it"\n',
    "index.md": "---\ndescription: Start.\n---\n\n# Start\n\n```{licence-line}\n```\n",
}
SITE, REPOSITORY = "https://handbook.example/en/", "https://code.example/handbook"


@pytest.mark.parametrize(
    ("known", "address"),
    [
        ({}, []),
        ({"handbook_repository": REPOSITORY}, [REPOSITORY]),
        ({"html_baseurl": SITE, "handbook_repository": REPOSITORY}, [SITE]),
    ],
    ids=["nothing is known", "a repository", "a site and its repository"],
)
def test_the_line_names_what_is_known(tmp_path, known, address):
    """Title, authors and licence always; of two addresses that of the site."""
    write(tmp_path, FILES)
    assert "" == build(tmp_path, "html", **{"handbook_repository": "", **known})
    page = BeautifulSoup((tmp_path / "_build/index.html").read_text("utf-8"), "html.parser")

    assert ["“A handbook” by the people of it", *address, LICENCE, CHANGED] == (
        page.select_one("pre").text.strip().splitlines()
    )
