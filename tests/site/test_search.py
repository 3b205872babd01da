"""*Query and section*: what readers ask, of which `tests/queries.toml` says where it is answered."""

import json
import re
import tomllib
from pathlib import Path

import checks
import pytest

from scripts import chromium

ROOT = Path("docs/_build/html")
QUERIES = tomllib.loads(Path("tests/queries.toml").read_text("utf-8"))
ANSWERS = {query: places for asked in QUERIES.values() for query, places in asked.items()}
ADDED = Path("docs/_data/search.toml")
LINKS = """links => links.map(a => a.getAttribute("href").replace(/^[./]*|[?][^#]*/g, ""))"""
EMPTIED = re.compile(r'"same":\{.*?\},"best":\{.*?\}')


def ask(page, query):
    """Type a query into the search page's field; return the addresses of what is shown first."""
    page.fill(".page-search input", query)
    page.keyboard.press("Enter")
    page.wait_for_function(
        "asked => document.querySelector('#search-said').textContent.includes(`“${asked}”`)",
        arg=query,
    )
    return page.eval_on_selector_all("#search-results a", LINKS)


def ranks(page, asked):
    """Return {query: the rank of the first section that answers it, or None} of some queries."""
    found = {}
    for query, answers in asked.items():
        places = [link.replace(".html", "") for link in ask(page, query)]
        found[query] = next((n for n, place in enumerate(places, 1) if place in answers), None)
    return found


def late(found, most):
    """Return the queries whose answer does not come among the first few."""
    return {query: rank for query, rank in found.items() if rank is None or rank > most}


@pytest.fixture(scope="module")
def origin():
    """The built site's address."""
    with chromium.serve(ROOT) as origin:
        yield origin


def test_readers_find_their_section(tab, origin):
    """Of all queries 95 % have an answer among the first three results, and each among five."""
    answered = {query: places for query, places in ANSWERS.items() if places}
    with checks.Visit(tab, origin, "search.html"):
        found = ranks(tab, answered)

    assert len(answered) >= 160
    assert {} == late(found, 5)
    assert len(late(found, 3)) <= 0.05 * len(answered), late(found, 3)


def test_an_answer_that_does_not_come_is_named(tab, origin):
    """A query whose section is elsewhere, and one whose section comes second, are told apart."""
    with checks.Visit(tab, origin, "search.html"):
        second = ask(tab, "rollback")[1].replace(".html", "")
        found = ranks(tab, {"drift": ["labs/index"], "rollback": [second]})

    assert {"drift": None, "rollback": 2} == found
    assert {"drift": None} == late(found, 3)
    assert found == late(found, 1)


def test_most_are_found_without_help(tab, origin):
    """With no synonym and no best bet, three quarters still are among the first three."""
    added = tomllib.loads(ADDED.read_text("utf-8"))
    emptied = EMPTIED.sub('"same":{},"best":{}', (ROOT / "searchindex.js").read_text("utf-8"))
    answered = {query: places for query, places in ANSWERS.items() if places}
    tab.route("**/searchindex.js", lambda route: route.fulfill(body=emptied))
    with checks.Visit(tab, origin, "search.html"):
        found = ranks(tab, answered)
    tab.unroute("**/searchindex.js")

    assert len(added["same"]) + len(added["best"]) <= 40
    assert emptied.endswith('"same":{},"best":{}})')
    assert len(late(found, 3)) <= 0.25 * len(answered), late(found, 3)


@pytest.mark.parametrize("query", [query for query, places in ANSWERS.items() if not places])
def test_what_is_not_here_is_said(tab, origin, query):
    """A subject that the handbook does not have leads to one honest line, and to places to start."""
    with checks.Visit(tab, origin, "search.html"):
        found = ask(tab, query)
        said, start = tab.inner_text("#search-said"), tab.locator("#search-start").is_visible()
        faults = tab.locator("#search-start a").count()

    word = query.split()[0].lower()
    assert "." == said[-1]
    assert f"Nothing here explains “{word}”" in said if found else "Nothing here is about" in said
    assert bool(found) is not start
    assert 6 == faults


def test_every_result_leads_to_a_section():
    """Each address of the index exists, with its anchor."""
    text = (ROOT / "searchindex.js").read_text("utf-8")
    index = json.loads(text.removeprefix("handbookSearch(").removesuffix(")"))
    pages = {page: checks._Page((ROOT / page).read_text("utf-8")) for page, *_ in index["pages"]}
    lost = [
        f"{page}#{anchor}"
        for number, anchor, *_ in index["sections"]
        for page in index["pages"][number][:1]
        if anchor not in pages[page].ids
    ]

    assert len(index["sections"]) > 900
    assert [] == lost


@pytest.mark.parametrize(
    ("query", "sentence"),
    [
        ("k8s", "Also looked for: “kubernetes”."),
        ("championn", "“championn” was read as “champion”."),
        ("gpu autoscaling", "“autoscaler”"),
        ("netflix gearbox seatbelt", "Nothing here explains “gearbox”, “seatbelt”."),
        ("netflix pickle", "No section has all of these words."),
    ],
)
def test_what_was_made_of_a_query_is_said(tab, origin, query, sentence):
    """A reader sees what else was looked for, what a word was taken for, and what nothing has."""
    with checks.Visit(tab, origin, "search.html"):
        ask(tab, query)
        said = tab.inner_text("#search-said")

    assert sentence in said


REFUSED = """Object.defineProperty(window, "localStorage", { get() { throw new Error("no"); } });
Object.defineProperty(window, "sessionStorage", { get() { throw new Error("no"); } });"""


@pytest.mark.parametrize("where", ["from a server", "from the disk"])
def test_what_was_sought_is_marked(browser, origin, where):
    """By keyboard from a page to a result, whose page marks the words; without any storage."""
    base = origin if where == "from a server" else ROOT.resolve().as_uri()
    with chromium.tab(browser) as tab:
        tab.add_init_script(REFUSED)
        with checks.Visit(tab, base, "labs/index.html") as visit:
            tab.keyboard.press("/")
            tab.keyboard.type("overfiting")
            tab.keyboard.press("Enter")
            tab.wait_for_selector("#search-results a")
            said = tab.inner_text("#search-said")
            focused = tab.evaluate("document.activeElement.name")
            tab.click("#search-results a >> nth=1")
            tab.wait_for_load_state()
            marked = tab.evaluate("[...CSS.highlights.get('sought')].map(range => `${range}`)")
            errors = visit.errors

    assert "“overfiting” was read as “overfitting”." in said
    assert "q" == focused
    assert marked
    assert {"overfit"} == {word.lower()[:7] for word in marked}
    assert [] == errors


def test_results_are_accessible(tab, origin):
    """What was found, and what was not, has no fault for axe, and no sideways scroll."""
    with checks.Visit(tab, origin, "search.html?q=drift") as visit:
        tab.wait_for_selector("#search-results a")
        faults = visit.access() + visit.sideways()
        shown = tab.locator("#search-results li").count()
        tab.click("#search-more")
        more = tab.locator("#search-results li").count()
        focused = tab.evaluate("document.activeElement.getAttribute('href')")

    assert [] == faults
    assert 10 == shown < more
    assert focused
