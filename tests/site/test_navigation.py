"""How a reader gets about: sidebar, outline, drawers, search by a key, colours, other hosts' menus."""

import html
import re
from pathlib import Path

import checks
import pytest

from scripts import chromium

ROOT = Path("docs/_build/html")
CHAPTER = "modules/lifecycle/deployment.html"
WIDE, NARROW = {"width": 1280, "height": 800}, {"width": 390, "height": 844}
INSIDE = "document.activeElement.closest('[role=main]') !== null"

# Each entry of the sidebar, with all parts open: its words, and whether they need a second line.
ENTRIES = """() => {
  document.querySelectorAll(".toctree-checkbox").forEach((fold) => { fold.checked = true; });
  document.querySelectorAll(".sidebar-tree details").forEach((fold) => { fold.open = true; });
  return [...document.querySelectorAll(".sidebar-tree a")].map((a) => {
    const words = document.createRange();
    words.selectNodeContents(a);
    return [a.textContent, words.getClientRects().length];
  });
}"""
JOBS = """[...document.querySelectorAll(".toctree-job")].map((job) => job.textContent)"""


@pytest.fixture(scope="module")
def origin():
    """The built site's address."""
    with chromium.serve(ROOT) as origin:
        yield origin


@pytest.fixture
def phone(browser):
    """A tab of a phone: narrow, with a finger and no keyboard."""
    with chromium.tab(browser, reduced_motion="reduce", has_touch=True, is_mobile=True) as tab:
        tab.set_viewport_size(NARROW)
        yield tab


def visit(tab, origin, path=CHAPTER, size=WIDE):
    """Show a page in a tab of a size; return the tab."""
    tab.set_viewport_size(size)
    tab.goto(f"{origin}/{path}")
    return tab


def checked(tab):
    """Return the drawers that are open."""
    return tab.evaluate("[...document.querySelectorAll('#__navigation, #__toc')]"
                        ".filter((drawer) => drawer.checked).map((drawer) => drawer.id)")  # fmt: skip


def test_an_entry_of_the_sidebar_is_one_short_line(tab, origin):
    """No name is longer than 24 characters, and none needs a second line at the sidebar's width."""
    with checks.Visit(tab, origin, CHAPTER):
        tab.set_viewport_size(WIDE)
        entries = tab.evaluate(ENTRIES)

    assert len(entries) > 90
    assert [] == [name for name, lines in entries if len(name) > 24 or lines > 1]


def test_tools_stand_under_their_jobs(tab, origin):
    """Each job once, in the order of the tools' own page, and no click away."""
    with checks.Visit(tab, origin, "tools/index.html"):
        jobs = tab.evaluate(JOBS)
        named = tab.locator("section[id^=tools-for-] > h3").all_inner_texts()

    headings = [re.sub(r"\W*#?$", "", name) for name in named]
    assert len(jobs) > 5
    assert [name for name in headings if name in jobs] == jobs


@pytest.mark.parametrize("path", [CHAPTER, "reference/about.html"])
def test_the_part_of_the_page_alone_is_open(tab, origin, path):
    """The others are closed, and so is the list of pages to look things up in."""
    with checks.Visit(tab, origin, path):
        tab.set_viewport_size(WIDE)
        parts = tab.locator(".sidebar-tree .toctree-l1 > .toctree-checkbox:checked").count()
        shown = tab.locator(".sidebar-tree .current-page > a")
        box = shown.bounding_box()
        looked_up = tab.locator(".sidebar-tree details > ul").is_visible()

    assert (path == CHAPTER, path != CHAPTER) == (parts == 1, looked_up)
    assert 0 < box["y"] < WIDE["height"]


def test_the_text_is_few_stops_away(tab, origin):
    """The skip link comes first; without it, a chapter begins within thirty stops of the Tab key."""
    with checks.Visit(tab, origin, CHAPTER):
        tab.set_viewport_size(WIDE)
        tab.keyboard.press("Tab")
        first = tab.evaluate("document.activeElement.textContent")
        stops = 0
        while not tab.evaluate(INSIDE) and stops < 100:
            tab.keyboard.press("Tab")
            stops += 1

    assert "Skip to content" == first
    assert 10 < stops <= 30


def test_arrows_open_and_close_a_part(tab, origin):
    """A part is one stop of the Tab key: its arrows do what its button does for a pointer."""
    with checks.Visit(tab, origin, CHAPTER):
        tab.set_viewport_size(WIDE)
        part = tab.locator(".sidebar-tree .toctree-l1.has-children > a").first
        chapters = part.locator("xpath=../ul")
        seen = [chapters.is_visible()]
        for key in ("ArrowRight", "ArrowLeft"):
            part.press(key)
            seen.append(chapters.is_visible())

    assert [False, True, False] == seen


@pytest.mark.parametrize("width", [1280, 1296, 1312, 1320, 1344, 1600])
@pytest.mark.parametrize("bar", [0, 15], ids=["", "with a scrollbar"])
def test_the_outline_stands_beside_the_text(browser, origin, width, bar):
    """From 1280 px on, beside at least 44em of text, with nothing past the screen's edge."""
    with chromium.tab(browser) as tab:
        visit(tab, origin, size={"width": width, "height": 800})
        # Chromium hides its scrollbars here: what one takes is taken from the page.
        tab.add_style_tag(content=f"html {{ margin-right: {bar}px }}")
        text = tab.locator("[role=main]").bounding_box()
        outline = tab.locator(".toc-drawer").bounding_box()
        button = tab.locator(".toc-overlay-icon").is_visible()

    assert not button
    assert text["width"] >= 44 * 16
    assert text["x"] + text["width"] < outline["x"] + 1
    assert outline["x"] + outline["width"] <= width - bar


def test_the_outline_marks_what_is_read(tab, origin):
    """Nothing at the top of the page, the section that began last, and at its end the last one."""
    with checks.Visit(tab, origin, CHAPTER):
        tab.set_viewport_size(WIDE)
        entries = tab.locator(".toc-tree li li > a")
        ids = entries.evaluate_all("links => links.map((link) => link.hash.slice(1))")
        marked = []
        for place in ["", ids[2], "the end"]:
            tab.evaluate(
                """place => scrollTo({ top: place === "the end" ? 1e6 : place === "" ? 0
                  : document.getElementById(place).getBoundingClientRect().top + scrollY - 90,
                  behavior: "instant" })""",
                place,
            )
            tab.wait_for_timeout(200)  # for a frame
            now = tab.locator(".toc-tree .scroll-current > a")
            marked.append(now.evaluate_all("links => links.map((link) => link.hash.slice(1))"))

    assert len(ids) > 5
    assert [[], [ids[2]], [ids[-1]]] == marked


def test_slash_reaches_the_field_and_veils_nothing(tab, origin):
    """What is typed stands in the sidebar's field, and the next click follows its link."""
    with checks.Visit(tab, origin, CHAPTER):
        tab.set_viewport_size(WIDE)
        tab.keyboard.press("/")
        tab.keyboard.type("drift/")
        typed = tab.input_value(".sidebar-search")
        veiled = tab.locator(".overlay:visible").count()
        tab.click("[role=main] .prerequisites a")
        moved = tab.url

    assert "drift/" == typed
    assert 0 == veiled
    assert not moved.endswith(CHAPTER)


def test_slash_respects_who_took_it(tab, origin):
    """A key that was taken, and one typed into a form, is left alone."""
    with checks.Visit(tab, origin, CHAPTER):
        tab.evaluate("addEventListener('keydown', (event) => event.preventDefault(), true)")
        tab.keyboard.press("/")
        focus = tab.evaluate("document.activeElement.localName")

    assert "body" == focus


def test_a_phone_searches_with_one_tap(phone, origin):
    """The magnifier shows a field with the cursor in it; the word leads to the results."""
    visit(phone, origin, size=NARROW)
    hint = phone.get_attribute(".sidebar-search", "placeholder")
    phone.tap(".header-search")
    phone.wait_for_selector(".sidebar-search:focus")
    box = phone.locator(".sidebar-search").bounding_box()
    opened = checked(phone)
    phone.keyboard.type("drift")
    phone.keyboard.press("Enter")
    phone.wait_for_url("**/search.html?q=drift")

    assert "Search" == hint  # and no key, where there is none
    assert [] == opened
    assert (True, True) == (box["width"] > 300, 0 <= box["y"] < 60)


def test_the_magnifier_is_a_link(scriptless, origin):
    """Without JavaScript it leads to the page of the search."""
    with checks.Visit(scriptless, origin, CHAPTER):
        scriptless.set_viewport_size(NARROW)
        scriptless.click(".header-search")
        moved = scriptless.url

    assert moved == f"{origin}/search.html"


@pytest.mark.parametrize(
    ("drawer", "link"),
    [("#__toc", ".toc-tree li li a >> nth=2"), ("#__navigation", ".sidebar-tree .current-page + li a")],
    ids=["of the page", "of the handbook"],
)  # fmt: skip
def test_a_drawer_closes_behind_the_reader(phone, origin, drawer, link):
    """After a tap on one of its links, which Back takes back in one step."""
    visit(phone, origin, size=NARROW)
    phone.tap(drawer)
    phone.wait_for_timeout(400)  # it slides in
    opened = checked(phone)
    phone.tap(link)
    phone.wait_for_function("!location.href.endsWith('deployment.html')")
    after = checked(phone)
    phone.go_back()
    phone.wait_for_function("location.href.endsWith('deployment.html')")
    back = checked(phone)

    assert [drawer[1:]] == opened
    assert ([], []) == (after, back)
    assert 0 == phone.locator(".overlay:visible").count()


@pytest.mark.parametrize("drawer", ["#__toc", "#__navigation"])
@pytest.mark.parametrize("way", ["Back", "Back after a reload", "its button", "Escape"])
def test_back_closes_a_drawer_and_not_the_page(phone, origin, drawer, way):
    """It closes by one step back, or else leaves no step behind: the next one leaves the page."""
    visit(phone, origin, "index.html", NARROW)
    visit(phone, origin, size=NARROW)
    phone.tap(drawer)
    phone.wait_for_timeout(400)  # it slides in
    opened = checked(phone)
    if way == "Back after a reload":
        phone.reload()
    if way.startswith("Back"):
        phone.go_back()
    elif way == "Escape":
        phone.keyboard.press(way)
    else:
        phone.eval_on_selector(drawer, "button => button.click()")
    phone.wait_for_function("!document.querySelector('#__navigation:checked, #__toc:checked')")
    phone.wait_for_function("!history.state")
    stayed = phone.url
    phone.go_back()

    assert [drawer[1:]] == opened
    assert [f"{origin}/{CHAPTER}", f"{origin}/index.html"] == [stayed, phone.url]


def test_a_search_in_the_drawer_is_one_step(phone, origin):
    """Back leads from the results to the page, with its drawer closed."""
    visit(phone, origin, size=NARROW)
    phone.tap("#__navigation")
    phone.wait_for_timeout(400)  # it slides in
    phone.fill(".sidebar-search", "drift")
    phone.press(".sidebar-search", "Enter")
    phone.wait_for_url("**/search.html?q=drift")
    phone.go_back()

    assert ([], f"{origin}/{CHAPTER}") == (checked(phone), phone.url)


def test_the_outline_is_two_stops_away(tab, origin):
    """The second skip link leads to it where it stands beside the text, and is nowhere else."""
    with checks.Visit(tab, origin, CHAPTER):
        tab.set_viewport_size(WIDE)
        for key in ("Tab", "Tab", "Enter", "Tab"):
            tab.keyboard.press(key)
        inside = tab.evaluate("document.activeElement.closest('.toc-drawer') !== null")
        tab.set_viewport_size({"width": 1000, "height": 800})
        hidden = not tab.locator(".skip-to-outline").is_visible()

    assert (True, True) == (inside, hidden)


def test_the_title_of_the_outline_is_one_line(tab, origin):
    """Also beside the cards of the tools, on a laptop of 1366 px."""
    with checks.Visit(tab, origin, "tools/index.html"):
        tab.set_viewport_size({"width": 1366, "height": 768})
        height = tab.locator(".toc-title").bounding_box()["height"]

    assert 0 < height < 24


AFTER = "async (wait) => { await new Promise((then) => setTimeout(then, wait)); return scrollY; }"


def test_a_link_leads_there_at_once(browser, origin):
    """Nothing flies past a reader, who has not asked for less motion."""
    with chromium.tab(browser) as tab:
        visit(tab, origin)
        tab.evaluate("document.querySelector('.toc-tree li li:last-child > a').click()")
        first, last = (tab.evaluate(AFTER, milliseconds) for milliseconds in (50, 1000))

    assert first == last > 3000


# What a thumb aims at, and where; each is asked at 21 px above and below its middle.
THUMBS = {
    CHAPTER: ["button.copy", ".quiz-button"],
    "tools/index.html?tick=dvc,feast": [".tool-filter select", ".tool-filter input", ".tool-tick", ".tool-bar button"],
    "tools/index.html?compare=dvc,feast": [".tool-compare button"],
    "for-managers.html": [".sheet-form [type=text]", ".sheet-print"],
    "for-managers.html?path=managers": [".path-bar button"],
}  # fmt: skip
MISSED = """marks => marks.filter((mark) => {
  const found = document.querySelector(mark);
  found.scrollIntoView({ block: "center" });
  const { left, top, width, height } = found.getBoundingClientRect();
  return [-21, 21].some((off) =>
    !found.contains(document.elementFromPoint(left + width / 2, top + height / 2 + off)));
})"""


@pytest.mark.parametrize("path", THUMBS)
def test_a_thumb_hits_what_it_aims_at(browser, origin, path):
    """44 px high, on a phone."""
    with chromium.tab(browser, has_touch=True, is_mobile=True) as tab:
        tab.context.grant_permissions(["clipboard-read", "clipboard-write"])
        visit(tab, origin, path, NARROW)
        if "path=" in path:
            tab.tap(".path-bar summary")
        missed = tab.evaluate(MISSED, THUMBS[path])

    assert [] == missed


@pytest.mark.parametrize("width", [1000, 1280, 1300, 1320, 1328, 1336, 1440, 1920, 2560])
def test_nothing_covers_the_bar_of_the_comparison(tab, origin, width):
    """Its buttons are on top, at both of their ends, and it ends where the cards do."""
    with checks.Visit(tab, origin, "tools/index.html?tick=dvc,feast,mlflow"):
        tab.set_viewport_size({"width": width, "height": 800})
        covered = tab.eval_on_selector_all(".tool-bar button", """buttons => buttons.filter((b) => {
          const { left, right, top } = b.getBoundingClientRect();
          return [left + 3, right - 3].some((x) => document.elementFromPoint(x, top + 9) !== b);
        }).map((b) => b.textContent)""")  # fmt: skip
        ends = [
            box["x"] + box["width"]
            for box in (tab.locator(".tool-bar").bounding_box(),
                        tab.locator(".tool-filter").bounding_box())
        ]  # fmt: skip

    assert [] == covered
    assert abs(ends[0] - ends[1]) < 40


def test_nothing_lies_over_the_text(phone, origin):
    """Magnified fourfold, the header scrolls away; no button floats when the reader scrolls up."""
    visit(phone, origin, size={"width": 320, "height": 256})
    for way in (3000, -300):
        phone.mouse.wheel(0, way)
        phone.wait_for_timeout(200)
    over = phone.evaluate("""[...document.querySelectorAll("body *")].filter((e) =>
      ["fixed", "sticky"].includes(getComputedStyle(e).position)
      && e.checkVisibility({ visibilityProperty: true })
      && e.getBoundingClientRect().height > 0 && e.getBoundingClientRect().bottom > 0
      && e.getBoundingClientRect().top < innerHeight).map((e) => e.className)""")

    assert phone.evaluate("scrollY") > 1000
    assert [] == over


@pytest.mark.parametrize("store", [True, False], ids=["", "where nothing can be stored"])
def test_the_button_of_colours_tells_its_state(browser, origin, store):
    """Its name says the colours and what comes next; the choice holds, where it can be stored."""
    with chromium.tab(browser, color_scheme="light") as tab:
        errors = []
        tab.on("pageerror", lambda error: errors.append(error.message))
        if not store:
            tab.add_init_script("Object.defineProperty(window, 'localStorage', "
                                "{ get() { throw new DOMException('no', 'SecurityError') } })")  # fmt: skip
        visit(tab, origin)
        button, told = tab.locator("button.colours"), []
        for _ in range(3):
            theme = tab.evaluate("document.body.dataset.theme")
            icons = tab.locator("button.colours svg:visible")
            told.append((theme, button.get_attribute("aria-label"), icons.get_attribute("class")))
            button.click()
        again = tab.evaluate("document.body.dataset.theme")
        button.click()
        tab.reload()
        kept = tab.evaluate("document.body.dataset.theme")

    assert [
        ("auto", "Colours: automatic. Change to dark", "when-auto"),
        ("dark", "Colours: dark. Change to light", "when-dark"),
        ("light", "Colours: light. Change to automatic", "when-light"),
    ] == told
    assert ("auto", "dark" if store else "auto") == (again, kept)
    assert [] == errors


def test_the_stored_colours_come_before_the_page(tab, origin):
    """The theme is set before anything is painted, by the only script that is in the page."""
    page = Path(ROOT, CHAPTER).read_text("utf-8")
    scripts = [match.start() for match in re.finditer("<script>", page)]

    assert 1 == len(scripts)
    assert page.index("<body>") < scripts[0] < page.index("<svg")
    assert "localStorage.theme" in page[scripts[0] : page.index("</script>", scripts[0])]


# Marks that are nothing but a background, or that one alone tells from the others.
MARKS = {
    CHAPTER: [".objectives li::before", ".sidebar-search-container::before"],
    "tools/index.html": [".admonition.claim > .admonition-title::before"],
    "tools/spark.html": [".admonition.caution > .admonition-title::before"],
    "reference/jukebox.html": [".bar"],
    "modules/understanding-ai/why-ai-and-where.html": [".track .value"],
    "modules/understanding-ai/four-eras.html": ["table.events tbody td::before"],
}
# Whether each differs from the paper, in the colours that the reader's system has put there.
SEEN = """(marks) => marks.filter((mark) => {
  const [place, pseudo] = mark.split("::"), found = document.querySelector(place);
  const ink = getComputedStyle(found, pseudo && `::${pseudo}`).backgroundColor;
  return ![getComputedStyle(document.body).backgroundColor, "rgba(0, 0, 0, 0)"].includes(ink);
})"""
EDGES = """([place, edge]) => getComputedStyle(document.querySelector(place))[edge]"""


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_marks_stay_in_forced_colours(browser, origin, theme):
    """In the few colours of the reader's own, each mark is still drawn in another than the paper."""
    with chromium.tab(browser, forced_colors="active", color_scheme=theme) as tab:
        seen = {}
        for page, marks in MARKS.items():
            visit(tab, origin, page)
            seen[page] = tab.evaluate(SEEN, marks)
        here = tab.evaluate(EDGES, [".sidebar-tree .current-page > a", "borderLeftWidth"])
        visit(tab, origin, "search.html?q=drift")
        tab.wait_for_selector("#search-results a mark")
        link, mark = (
            tab.evaluate(EDGES, [f"#search-results {place}", "color"]) for place in ("a", "a mark")
        )
        button = tab.evaluate(EDGES, [".page-search button", "borderTopWidth"])
        visit(tab, origin, "index.html")
        picture = tab.evaluate(EDGES, [".hero", "backgroundImage"])
        visit(tab, origin, "modules/lifecycle/people.html")
        accountable = tab.evaluate(EDGES, [".raci-a", "outlineStyle"])
        tab.keyboard.press("Tab")
        ring = tab.evaluate("getComputedStyle(document.activeElement).outlineStyle")

    assert seen == MARKS
    assert ("4px", "solid", "solid") == (here, accountable, ring)
    assert (link, "1px", "none") == (mark, button, picture)


# A stand-in for what Read the Docs adds to each page that it serves, as its source has it
# (github.com/readthedocs/addons, client 0.49.0): no package index has it, and it has 480 KB. The
# menu is a box that is fixed to a corner; the search is a window with a field; the key is heard on
# the document, on its way up, unless the focus is in a field; an element of the page is used.
STAND_IN = """(() => {
  const define = (name, inside) => customElements.define(name, class extends HTMLElement {
    connectedCallback() { this.attachShadow({ mode: "open" }).innerHTML = inside(this); }
  });
  define("readthedocs-flyout", (menu) => `<div style="position: fixed; z-index: 3000; bottom: 50px;
    ${menu.getAttribute("position") === "bottom-left" ? "left" : "right"}: 20px;
    padding: 10px; background: #272725; color: #fff">Read the Docs: latest</div>`);
  define("readthedocs-search", () => `<div hidden style="position: fixed; inset: 0; z-index: 4000">
    <input type="search"></div>`);
  document.addEventListener("keydown", (event) => {
    const { tagName } = document.activeElement;
    if (event.code !== "Slash" || ["INPUT", "READTHEDOCS-SEARCH"].includes(tagName)) return;
    document.dispatchEvent(new CustomEvent("readthedocs-search-show"));
    event.preventDefault();
  });
  document.addEventListener("readthedocs-search-show", () => {
    const { shadowRoot } = document.querySelector("readthedocs-search");
    shadowRoot.querySelector("div").hidden = false;
    shadowRoot.querySelector("input").focus();
  });
  const add = () => {
    document.documentElement.dataset.readthedocsTool = "sphinx";
    for (const name of ["readthedocs-flyout", "readthedocs-search"]) {
      if (!document.querySelector(name)) document.body.append(document.createElement(name));
    }
  };
  document.body ? add() : addEventListener("DOMContentLoaded", add);
})()"""
THEIR_WINDOW = "readthedocs-search div"
MENU = "readthedocs-flyout div"
UNDER_THE_MENU = """() => {
  const menu = document.querySelector("readthedocs-flyout").shadowRoot.firstChild;
  const { left, right, top, bottom } = menu.getBoundingClientRect();
  const under = (e) => {
    const box = e.getBoundingClientRect(), scroll = e.closest(".sidebar-scroll");
    const end = Math.min(box.bottom, scroll?.getBoundingClientRect().bottom ?? Infinity);
    return box.left < right && box.right > left && box.top < bottom && end > top;
  };
  return [...document.querySelectorAll("[role=main] :is(p, li, pre, h1, h2), .sidebar-tree a")]
    .filter((e) => e.checkVisibility() && under(e)).map((e) => e.textContent);
}"""


@pytest.mark.parametrize("first", [True, False], ids=["theirs listens first", "ours does"])
@pytest.mark.parametrize("size", [WIDE, NARROW], ids=["wide", "narrow"])
def test_one_key_opens_one_search_on_read_the_docs(browser, origin, first, size):
    """Ours, whoever came first; and in theirs, opened from its menu, the key is a letter."""
    with chromium.tab(browser) as tab:
        if first:
            tab.add_init_script(STAND_IN)
        visit(tab, origin, size=size)
        if not first:
            tab.evaluate(STAND_IN)
        tab.keyboard.press("/")
        theirs = tab.locator(THEIR_WINDOW).is_visible()
        tab.keyboard.type("drift")
        ours = tab.input_value(".sidebar-search")
        tab.evaluate("document.dispatchEvent(new CustomEvent('readthedocs-search-show'))")
        tab.keyboard.type("a/b")
        typed = tab.input_value(f"{THEIR_WINDOW} input")

    assert (False, "drift", "a/b") == (theirs, ours, typed)


def test_the_menu_of_read_the_docs_lies_beside_the_text(browser, origin):
    """Beside the text where there is room, in the drawer on a phone, and not on paper."""
    with chromium.tab(browser) as tab:
        tab.add_init_script(STAND_IN)
        visit(tab, origin)
        wide = tab.locator(MENU).is_visible(), tab.evaluate(UNDER_THE_MENU)
        tab.set_viewport_size(NARROW)
        narrow = tab.locator(MENU).is_visible()
        tab.click("#__navigation")
        tab.wait_for_timeout(400)  # it slides in
        box = tab.locator(MENU).bounding_box()
        tab.evaluate("document.body.append(document.createElement('readthedocs-flyout'))")
        tab.emulate_media(media="print")
        printed = tab.locator(f"{MENU}:visible").count()

    assert (True, []) == wide
    assert (False, True, 0) == (narrow, box["x"] + box["width"] < 240, printed)


REFUSED = """window.refused = []; document.addEventListener("securitypolicyviolation",
  (event) => refused.push(`${event.violatedDirective}: ${event.blockedURI}`))"""


def test_the_strict_policy_that_we_state_is_enough(browser):
    """A server that sends the policy of the page about the handbook refuses nothing to any page."""
    about = html.unescape(Path(ROOT, "reference/about.html").read_text("utf-8"))
    parts = re.findall(
        r">((?:default|style|img|script)-src[^<]*)<", re.sub("</?span.*?>", "", about)
    )
    policy = "; ".join(parts)
    pages = {page.parent.name: page.relative_to(ROOT).as_posix() for page in ROOT.rglob("*.html")}

    class Strict(chromium.Handler):
        def end_headers(self):
            self.send_header("Content-Security-Policy", policy)
            super().end_headers()

    refused = {}
    with chromium.serve(ROOT, Strict) as strict, chromium.tab(browser) as tab:
        tab.add_init_script(REFUSED)
        for page in [*pages.values(), CHAPTER, "tools/index.html", "search.html?q=drift"]:
            visit(tab, strict, page)
            tab.wait_for_load_state("networkidle")
            refused[page] = tab.evaluate("refused")

    assert 4 == len(parts)
    assert {} == {page: what for page, what in refused.items() if what}


def test_each_page_says_its_width_once():
    """Sphinx and the theme would both say it."""
    twice = [
        page for page in ROOT.rglob("*.html")
        if page.read_text("utf-8").count('name="viewport"') != 1 and not checks.is_redirect(page)
    ]  # fmt: skip

    assert [] == twice


def test_a_drawing_reads_as_its_label_says(tab, origin):
    """The words of a link in a drawing are apart where they stand on two lines."""
    with checks.Visit(tab, origin, "index.html"):
        read = tab.eval_on_selector_all(
            "figure.diagram a[aria-label]",
            "links => links.map((a) => [a.getAttribute('aria-label'), a.textContent])",
        )

    assert len(read) > 5
    assert [] == [label for label, text in read if label != text]
