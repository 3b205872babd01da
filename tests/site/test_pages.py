"""Every page of the built site, as a reader meets it."""

from pathlib import Path

import checks
import pytest

from scripts import chromium

ROOT = Path("docs/_build/html")
PAGES = [
    page.relative_to(ROOT).as_posix()
    for page in sorted(ROOT.rglob("*.html"))
    if not checks.is_redirect(page)
]
QUIZZES = [page for page in PAGES if '<section class="quiz' in (ROOT / page).read_text("utf-8")]
# One page of each kind: at the top or in a folder, its index or another, with a quiz or without.
OF_A_KIND = {
    (
        page.split("/")[0] if "/" in page else page,
        page.endswith("index.html"),
        page in QUIZZES,
    ): page
    for page in reversed(PAGES)
}


@pytest.fixture(scope="module")
def origin():
    """The built site's address."""
    with chromium.serve(ROOT) as origin:
        yield origin


@pytest.fixture(scope="module")
def kept(browser):
    """A tab for `visit` alone: it stays open while a core does other tests in between."""
    with chromium.tab(browser, reduced_motion="reduce") as tab:
        yield tab


@pytest.fixture(scope="module", params=[*PAGES, "search.html?q=mlops"])
def visit(request, kept, origin):
    """A page, opened once for all its checks, and unfolded."""
    with checks.Visit(kept, origin, request.param) as visit:
        visit.unfold()
        yield visit


def test_there_are_pages():
    """Each source has its page, and each page its source, but for the three that Sphinx adds."""

    sources = {
        p.relative_to("docs").with_suffix(".html").as_posix()
        for p in Path("docs").rglob("*.md")
        if "_build" not in p.parts
    }

    assert sources | {"404.html", "genindex.html", "search.html"} == set(PAGES)


def test_nothing_fails_on_loading(visit):
    """A page has no console error, no script error and no failed request."""

    assert [] == visit.errors


def test_nothing_leaves_the_site(visit):
    """A page asks nothing of another host."""

    assert [] == visit.foreign()


def test_complete_without_javascript(visit, scriptless, origin):
    """A reader without JavaScript sees all text that others see."""
    if visit.path.startswith("search.html"):
        return  # searching is what the script is for; the page says so in <noscript>
    if visit.path == "my-quizzes.html":
        return  # it shows what the browser keeps; test_quizzes.py reads what it says without

    with checks.Visit(scriptless, origin, visit.path) as bare:
        seen = set(bare.blocks())

    assert [] == [block for block in visit.blocks() if block not in seen]


def test_opened_by_double_click(visit, local):
    """A page works from the disk as well."""
    if visit.path.startswith("404.html"):
        return  # shown at any depth by a server, so its addresses begin at the root

    path = visit.path.partition("?")[0]
    with checks.Visit(local, ROOT.resolve().as_uri(), path) as opened:
        assert [] == opened.errors + opened.foreign()


def test_accessible(visit):
    """axe-core finds nothing: WCAG 2.2 A and AA, best practices, two themes, two widths."""

    assert [] == visit.access(whole=visit.path in OF_A_KIND.values())


def test_no_sideways_scroll(visit):
    """A screen of 320 px shows everything without sideways scroll."""

    assert [] == visit.sideways()


def test_heads_of_tables_are_whole(visit):
    """No word in the head of a table is broken, however narrow the screen is."""
    if visit.page.locator("[role=main] th").count():
        assert [] == visit.broken_heads()


def test_there_are_quizzes():
    """Their markup is found."""

    assert QUIZZES


@pytest.mark.parametrize("path", QUIZZES)
def test_quiz_by_keyboard(tab, origin, path):
    """A quiz is answered with Tab, Space, arrows and Enter, and remembers it."""
    with checks.Visit(tab, origin, path) as visit:
        faults = checks.quiz(visit)
        if path == QUIZZES[0]:
            faults += visit.access()  # of the answered state, which is the same in all of them

    assert [] == faults


def test_tools_are_narrowed_by_keyboard(tab, origin):
    """A job, then a word, leave the tools that fit and say how many; the button shows all again."""
    with checks.Visit(tab, origin, "tools/index.html") as visit:
        (job, some, at), (nothing, none, _), (word, one, there), (every, all_, back) = (
            checks.narrowed(visit)
        )
        headings = tab.locator("section[id^=tools-for-]:visible h3").count()
        tab.fill(".tool-filter input", "prometh")
        groups = tab.locator("section[id^=tools-for-]:visible h3").count()
        faults = visit.access()

    assert {"Prometheus", "Evidently"} <= set(some)
    assert f"{len(some)} of {len(all_)} tools" == job
    assert ([], f"0 of {len(all_)} tools") == (none, nothing)
    assert ["Prometheus"] == one
    assert f"1 of {len(all_)} tools" == word
    assert f"{len(all_)} of {len(all_)} tools" == every
    assert ["job=monitoring", "job=monitoring&word=prom", ""] == [at, there, back]
    assert headings > groups == 1
    assert [] == faults


def test_the_address_says_which_tools_show(tab, local, origin):
    """A link shows the tools for a job, a tool of two jobs under either, from the disk as well."""
    for page, root in ((tab, origin), (local, ROOT.resolve().as_uri())):
        with checks.Visit(page, root, "tools/index.html?job=registry"):
            assert ["Registry"] == page.locator("h3:visible", has_text="Registry").all_inner_texts()
            assert ["MLflow"] == page.locator("#tools-for-registry strong").all_inner_texts()
            page.fill(".tool-filter input", "prometh")
            assert "job=registry&word=prometh" == checks.asked(page)
            page.get_by_role("button", name="Look in all jobs (1)").click()
            assert ["Prometheus"] == page.locator(".tool-card:visible strong").all_inner_texts()
            page.fill(".tool-filter input", "none has this")
            page.get_by_role("button", name="Show all tools").click()
            assert page.locator(".tool-card:visible").count() > 1
            page.select_option(".tool-filter select", "registry")
            page.click("#tool-mlflow strong a")
            page.go_back()
            assert "job=registry" == checks.asked(page)
            assert 1 == page.locator(".tool-card:visible").count()
            page.evaluate("location.hash = 'tools-for-data'")  # a link to what is hidden shows it
            page.locator("#tools-for-data").wait_for()
            assert "" == checks.asked(page)


def test_tools_stand_side_by_side_by_keyboard(tab, origin):
    """Two or three that are ticked fill a table, and a fourth is refused; a link opens it."""
    with checks.Visit(tab, origin, "tools/index.html") as visit:
        one, two, *_, refused = checks.ticked(tab, ["mlflow", "kubeflow", "argo", "tfx"])
        faults = visit.access(whole=False)
        left, ticks = tab.locator(".tool-tick :checked").count(), checks.asked(tab)
        tab.keyboard.press("Tab")
        tab.keyboard.press("Enter")
        (_, *names), *rows = checks.beside(tab)
        focus, address = tab.evaluate("document.activeElement.textContent"), checks.asked(tab)
        faults += visit.access() + visit.sideways()
        fades = [tab.eval_on_selector(".tool-compare .table-wrapper", FADE, end) for end in (0, 1)]
        tab.go_back()
        closed, cards = checks.beside(tab), tab.locator(".tool-card:visible").count()
        tab.goto(f"{origin}/tools/index.html?{ticks}")
        sent = tab.locator(".tool-card:visible :checked").count(), tab.inner_text(".tool-bar div")
        tab.goto(f"{origin}/tools/index.html?compare=feast,nothing,mlflow,dvc,argo")
        (_, *linked), *_ = checks.beside(tab)

    assert "MLflow: tick one or two more to compare." == one
    assert "MLflow and Kubeflow" == two
    assert (
        "Three tools fit side by side. To add TFX, untick one of MLflow, Kubeflow and Argo."
        == refused
    )
    assert (3, "tick=mlflow,kubeflow,argo") == (left, ticks)
    assert (3, "MLflow, Kubeflow and Argo") == sent
    assert [True, False] == fades
    assert ["MLflow", "Kubeflow", "Argo"] == [name.strip() for name in names]
    assert "MLflow, Kubeflow and Argo, side by side" == focus
    assert "compare=mlflow,kubeflow,argo" == address
    assert ["Job", "Tracking, Registry", "Orchestration", "CI/CD, Orchestration"] in rows
    assert [] == [row for row in rows if not all(row)]
    assert 9 == len(rows)
    assert [] == closed
    assert cards > 3
    assert ["Feast", "MLflow", "DVC"] == [name.strip() for name in linked]
    assert [] == faults


# Whether a box fades at its right edge when it is scrolled to its left or to its right end.
FADE = """async (box, end) => {
  box.scrollTo({ left: end * 1e4, behavior: "instant" });
  await new Promise((then) => requestAnimationFrame(() => requestAnimationFrame(then)));
  return getComputedStyle(box).maskImage !== "none";
}"""


# What a reader reads of a day: the page has the day, and the style sheet what became of it.
PASSED = """times => times.map(time => [
  time.className.split(" ")[0], time.dataset.until ?? "",
  getComputedStyle(time, "::after").content.replace(/^none$/, "")])"""


@pytest.mark.parametrize("path", ["modules/mlops/why-it-matters.html", "tools/index.html"])
def test_a_day_that_has_passed_is_marked_for_whoever_reads(browser, origin, path):
    """The browser's clock alone says so: far back none has passed, far ahead all that can."""
    marks = {}
    for year in (2000, 2999):
        with chromium.tab(browser) as tab:
            tab.clock.set_fixed_time(f"{year}-01-01T00:00:00Z")
            with checks.Visit(tab, origin, path) as visit:
                marks[year] = tab.eval_on_selector_all("time", PASSED)
                faults = visit.sideways() + (visit.access(whole=False) if year == 2999 else [])
        assert [] == faults
    says = {
        "checked": '" (due to be checked again)"',
        "starts": '" (passed since this page was built)"',
    }

    assert marks[2000]
    assert {""} == {said for *_, said in marks[2000]}
    assert [says[kind] if until else "" for kind, until, _ in marks[2000]] == [
        said for *_, said in marks[2999]
    ]


def test_search_finds_definitions_first(tab, origin):
    """Ten terms of the glossary, searched by keyboard: the first result is the definition."""
    glossary = "reference/glossary.html"
    terms = checks.terms(ROOT / glossary)
    ten = list(terms)[:: max(1, len(terms) // 10)][:10]
    with checks.Visit(tab, origin, "index.html"):
        found = {anchor: checks.search(tab, origin, terms[anchor][0]) for anchor in ten}

    assert 10 == len(ten)
    assert [] == [
        f"{terms[anchor][0]}: {href}: {text}"
        for anchor, (href, text) in found.items()
        if href != f"{glossary}#{anchor}" or terms[anchor][1][:60] not in text
    ]


def test_links():
    """Every internal link, anchor, image and script exists."""

    assert [] == checks.links(ROOT)


def test_markup():
    """The Nu HTML checker finds no error."""

    assert [] == checks.markup(ROOT)
