"""The trainer's door: it is on the first screen, and leads to every page for trainers."""

from pathlib import Path

import checks
import pytest
import yaml
from test_search import ask

from scripts import chromium

ROOT = Path("docs/_build/html")
PAGES = sorted(Path("docs/teach").glob("*.md"))
FIRST = 3  # results among which a page has to be


@pytest.fixture(scope="module")
def origin():
    """The built site's address."""
    with chromium.serve(ROOT) as origin:
        yield origin


@pytest.mark.parametrize("size", [(1280, 720), (390, 844), (360, 640)], ids=str)
def test_home_says_teach_on_its_first_screen(browser, origin, size):
    """Read, run and teach stand there whole, in this order, and the third leads to the trainers."""
    with chromium.tab(browser) as tab:
        tab.set_viewport_size({"width": size[0], "height": size[1]})
        with checks.Visit(tab, origin, "index.html"):
            doors = tab.locator(".hero a.button")
            names = [name.split("\n")[0] for name in doors.all_inner_texts()]
            box = doors.last.bounding_box()
            doors.last.click()
            tab.wait_for_load_state()
            led_to = tab.url.removeprefix(origin)

    assert ["Read", "Run it", "Teach it"] == names
    assert box["y"] + box["height"] <= size[1]
    assert "/teach/index.html" == led_to


def test_the_door_leads_to_every_page_for_trainers(tab, origin):
    """A page that the list leaves out is found by nobody who needs it on Monday."""
    with checks.Visit(tab, origin, "teach/index.html"):
        links = tab.eval_on_selector_all("table a", "links => links.map(a => a.href)")

    wanted = {f"{origin}/teach/{page.stem}.html" for page in PAGES if page.stem != "index"}
    assert set() == wanted - set(links)


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_what_a_trainer_types_finds_the_page(tab, origin, page):
    """Each of the five queries of a page's front matter has it among the first three results."""
    queries = yaml.safe_load(page.read_text("utf-8").split("---\n")[1])["queries"]
    here = f"teach/{page.stem}.html"
    with checks.Visit(tab, origin, "search.html"):
        found = {query: [link.partition("#")[0] for link in ask(tab, query)] for query in queries}

    late = {query: links[:FIRST] for query, links in found.items() if here not in links[:FIRST]}
    assert {} == late
    assert 5 == len(queries)
