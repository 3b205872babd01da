"""The first screen, and the bar of a reader on a path, in the built site."""

import json
import re
from pathlib import Path
from urllib.parse import urljoin

import checks
import pytest

from scripts import chromium

ROOT = Path("docs/_build/html")
REFUSED = "Object.defineProperty(window, 'localStorage', { get() { throw new Error('no'); } })"
PARTS = [
    page.relative_to(ROOT).as_posix()
    for page in sorted(ROOT.rglob("index.html"))
    if ' id="chapters">' in page.read_text("utf-8")
]
PHONE = {"width": 390, "height": 844}


@pytest.fixture(scope="module")
def origin():
    """The built site's address."""
    with chromium.serve(ROOT) as origin:
        yield origin


@pytest.fixture(scope="module")
def paths():
    """{id: [name, its stops as [address, title, minutes], the address where it ends]}."""
    written = (ROOT / "_static/paths.js").read_text("utf-8")
    pages, paths = json.loads(written.removeprefix("document.currentScript.paths="))
    return {
        path: [name, [pages[number] for number in numbers], end]
        for path, (name, numbers, end, _) in paths.items()
    }


@pytest.fixture
def visit(browser, origin):
    """A function that opens a page in a context of its own, which may refuse to keep anything."""
    contexts = []

    def opened(path, refused=False, root=origin, **options):
        contexts.append(browser.new_context(viewport=PHONE, reduced_motion="reduce", **options))
        if refused:
            contexts[-1].add_init_script(REFUSED)
        page = contexts[-1].new_page()
        page.goto(f"{root}/{path}")
        return page

    yield opened
    for context in contexts:
        context.close()


def test_the_first_screen_of_a_phone(visit):
    """What, for whom, three ways in and why to trust it are there before anybody scrolls."""
    page = visit("index.html")
    first = ["h1", ".hero p:nth-of-type(2)", ".hero .button", ".trust > li", "a.more"]
    feet = {
        selector: page.eval_on_selector_all(
            selector, "all => all.map(e => e.getBoundingClientRect().bottom)"
        )
        for selector in first
    }

    assert [1, 1, 3, 1] == [len(feet[one]) for one in first if one != ".trust > li"]
    assert len(feet[".trust > li"]) >= 2
    assert max(map(max, feet.values())) <= PHONE["height"], feet


def test_the_way_in_says_the_minutes_of_its_chapter(visit):
    """They are computed, and not typed."""
    page = visit("index.html")
    said = page.inner_text(".hero .button >> nth=0")
    page.click(".hero .button >> nth=0")

    assert said.split("\n")[-1] in page.inner_text(".chapter-line")


def test_no_page_comes_before_what_it_needs(paths):
    """On every path."""
    needs = {}
    for page in {page for _, stops, _ in paths.values() for page, *_ in stops}:
        text = (ROOT / page).read_text("utf-8")
        first = re.search(r'<p class="prerequisites">.*?</p>', text, re.DOTALL)
        links = re.findall(r'href="([^"]+)"', first[0] if first else "")
        needs[page] = [urljoin(f"/{page}", link).lstrip("/") for link in links]
    faults = [
        f"{path}: {page} needs {need}"
        for path, (_, stops, _) in paths.items()
        for number, (page, *_) in enumerate(stops)
        for need in needs[page]
        if need not in [before for before, *_ in stops[:number]]
    ]

    assert any(needs.values())
    assert len(paths) >= 7
    assert [] == faults


@pytest.mark.parametrize("refused", [False, True])
def test_a_path_is_walked_by_its_bar_alone(visit, paths, refused):
    """From the first page to the end, also in a browser that keeps nothing."""
    _, stops, end = paths["managers"]
    page = visit("index.html", refused)
    page.click(".path-cards a[href$='?path=managers'] >> nth=0")
    walked = []
    for _ in stops:
        page.wait_for_selector(".path-bar")
        summary = page.inner_text(".path-bar summary")
        walked.append((page.url.partition("?")[0].split("/", 3)[3], summary))
        page.click(".path-next")
    minutes = [stop[2] for stop in stops]

    assert walked == [
        (stop[0], f"Stops\n{n} of {len(stops)} · {sum(minutes[n - 1 :])} min left")
        for n, stop in enumerate(stops, 1)
    ]
    assert page.url.partition("?")[0].endswith(end)


def test_a_path_from_the_disk(visit, paths):
    """The bar needs no server."""
    (first, *_), (second, *_), *_ = paths["managers"][1]
    page = visit(f"{first}?path=managers", root=ROOT.resolve().as_uri())
    page.click(".path-next")
    page.wait_for_selector(".path-bar")

    assert page.url.partition("?")[0].endswith(second)


def test_a_path_is_left(visit, paths):
    """And is gone from the next page; who is on none loads nothing of it."""
    first = paths["managers"][1][0][0]
    page = visit(f"{first}?path=managers#top")
    page.click(".path-bar summary")
    page.click(".path-bar button")
    asked = []
    page.on("request", lambda request: asked.append(request.url))
    page.reload()

    assert page.url.endswith(f"{first}#top")
    assert 0 == page.locator(".path-bar").count()
    assert asked
    assert [] == [url for url in asked if "/path" in url]


@pytest.mark.parametrize("refused", [False, True])
def test_who_left_a_path_can_undo_it(visit, paths, refused):
    """A line in the bar's place says so, and its button brings all back as it was."""
    first = paths["managers"][1][0][0]
    page = visit(f"{first}?path=managers", refused)
    page.click(".path-bar summary")
    page.click(".path-bar button")
    said = page.inner_text("[role=status]")
    page.keyboard.press("Enter")  # the button has the focus
    back = page.locator(".path-bar").is_visible()
    page.reload()

    assert ["You left the path.", "Undo"] == said.split("\n")
    assert back
    assert page.url.endswith(f"{first}?path=managers")
    assert page.locator(".path-bar").is_visible()
    assert "" == page.inner_text("[role=status]")


def test_with_a_bar_there_is_one_next(visit, paths):
    """The arrows of the foot go elsewhere, so they are there only for who is on no path."""
    page = visit(f"{paths['managers'][1][0][0]}?path=managers")
    page.wait_for_selector(".path-bar")
    arrows = page.locator(".related-pages")
    with_bar = arrows.is_visible()
    page.click(".path-bar summary")
    page.click(".path-bar button")

    assert not with_bar
    assert arrows.is_visible()


@pytest.mark.parametrize("width", [320, 390, 640, 768, 1280])
def test_links_lead_to_cards_in_one_column(visit, width):
    """And are not there where the cards stand side by side."""
    page = visit("index.html")
    page.set_viewport_size({"width": width, "height": 844})
    places = page.eval_on_selector_all(
        ".path-cards > li", "all => all.map(e => e.getBoundingClientRect().x)"
    )
    jumps = page.locator(".path-jumps a")

    assert jumps.first.is_visible() == (len(set(places)) == 1)
    if jumps.first.is_visible():
        jumps.nth(5).click()
        assert page.locator(".path-cards > li:target", has_text="Managers").is_visible()
        assert 0 <= page.locator(".path-cards > li:target").bounding_box()["y"] < 400


@pytest.mark.parametrize("path", ["managers", "constructor"])
def test_a_page_that_is_no_stop_has_no_bar(visit, path):
    """But the path is kept, if there is one of this name."""
    page = visit(f"reference/glossary.html?path={path}")
    page.wait_for_load_state("networkidle")

    assert 1 == page.locator("script[src$='paths.js']").count()
    assert 0 == page.locator(".path-bar").count()
    assert page.evaluate("localStorage.getItem('path')") == (path if path == "managers" else None)


def test_a_quiz_that_is_done_is_ticked(visit, paths):
    """The bar knows what the quiz of a page keeps."""
    stops = [page for page, *_ in paths["managers"][1]]
    at = next(
        n for n, stop in enumerate(stops) if 'class="quiz' in (ROOT / stop).read_text("utf-8")
    )
    page = visit(f"{stops[at]}?path=managers")
    for question in page.locator(".quiz-question").all():
        question.locator("input").first.check()
        question.locator("button").first.click()
    page.reload()
    page.click(".path-bar summary")
    page.wait_for_selector(".quiz-done")

    assert ["✓ quiz done"] == page.locator(".quiz-done").all_inner_texts()
    assert page.locator(".path-bar li").nth(at).locator(".quiz-done").is_visible()


@pytest.mark.parametrize("part", PARTS)
def test_a_part_begins_on_the_first_screen_of_a_phone(visit, part):
    """What it is for, and the way to its first chapter."""
    page = visit(part)
    about, begin = page.locator("h1 ~ p").all()[:2]
    first = begin.locator("a.button")

    assert about.bounding_box()["height"] > 0
    assert first.bounding_box()["y"] + first.bounding_box()["height"] <= PHONE["height"]
    assert first.evaluate("a => a.href") == page.locator("ol.chapters a").first.evaluate(
        "a => a.href"
    )


def test_there_are_parts():
    """Their lists are found."""
    assert len(PARTS) > 9


@pytest.mark.parametrize("root", ["server", "disk"])
def test_a_part_ticks_what_is_done(visit, origin, root):
    """The second of its chapters; and no longer, when the reader has started it again."""
    page = visit(PARTS[1], root=origin if root == "server" else ROOT.resolve().as_uri())
    docname = page.locator("ol.chapters a").nth(1).get_attribute("href")
    key = f"quiz:{PARTS[1].rpartition('/')[0]}/{docname.removesuffix('.html')}:1"
    page.evaluate("key => localStorage.setItem(key, JSON.stringify({ date: '2026-01-01' }))", key)
    page.reload()
    ticked = page.eval_on_selector_all(
        ".chapters li", "all => all.map(e => e.innerText.includes('✓ quiz done'))"
    )
    page.evaluate("localStorage.clear(); dispatchEvent(new Event('pageshow'))")

    assert [1] == [number for number, done in enumerate(ticked) if done]
    assert 0 == page.locator(".quiz-done").count()


def test_a_part_in_a_browser_that_keeps_nothing(browser, origin):
    """It lists its chapters without ticks, and without an error."""
    with chromium.tab(browser) as tab:
        tab.add_init_script(REFUSED)
        errors = []
        tab.on("pageerror", lambda error: errors.append(error.message))
        tab.goto(f"{origin}/{PARTS[0]}")
        cards = tab.locator(".chapters li").count()

    assert cards > 1
    assert [] == errors


def test_the_bar_is_accessible(tab, origin, paths):
    """Open, in both themes, on a phone and on a desktop; no wider than a screen, and not on paper."""
    address = paths["fresh-graduates"][1][0][0]
    with checks.Visit(tab, origin, f"{address}?path=fresh-graduates") as visit:
        tab.wait_for_selector(".path-bar")
        faults = visit.sideways()
        tab.click(".path-bar summary")
        faults += visit.access() + visit.sideways() + visit.errors + visit.foreign()
        tab.keyboard.press("Escape")
        folded = tab.eval_on_selector(".path-bar details", "details => !details.open")
        tab.emulate_media(media="print")
        printed = tab.is_visible(".path-bar")
        tab.emulate_media(media="screen")

    assert [] == faults
    assert folded
    assert not printed
