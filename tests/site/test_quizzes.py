"""*Line and answer*: the line to hand in, as real browsers write it; and the page of all quizzes."""

import json
from pathlib import Path

import checks
import pytest
from jukebox.labs import hand_in

from scripts import chromium, class_report
from tests.learners import DAY, NAMES, Class

ROOT = Path("docs/_build/html")
PAGES = ["introduction/what-is-mlops", "introduction/mlops-and-devops"]
FIRST = f"modules/{PAGES[0]}.html"
LIST = "my-quizzes.html"
REFUSED = "Object.defineProperty(window, 'localStorage', { get() { throw new Error('no'); } })"
LINE = ".quiz-proof code"
# What the first version of the script kept: no list of first answers, and no tries.
OLD = {
    "answers": [
        {"picked": 0, "checked": 0, "first": 1},
        *[{"picked": 2, "checked": 2, "first": 2}] * 2,
    ],
    "date": "2026-11-29",
}
SHIFTS = """window.shifts = 0;
new PerformanceObserver((list) => list.getEntries().forEach((entry) => (shifts += entry.value)))
  .observe({ type: "layout-shift", buffered: true })"""
FRAMES = """() => new Promise((done) =>
  requestAnimationFrame(() => requestAnimationFrame(() => done(true))))"""
# Answers to the first quizzes, as the page of all finds them.
KEEP = """async (number) => {
  const { quizzes } = document.querySelector("script[src$='/quizzes.js']").quizzes;
  for (const [, , key, questions] of Object.values(quizzes).slice(0, number)) {
    const firsts = questions.map(() => 0);
    const answers = firsts.map(() => ({ picked: 0, checked: 0 }));
    localStorage.setItem("quiz:" + key, JSON.stringify({ answers, firsts, tries: 1, date: "2026-12-07" }));
  }
}"""
ODD = [
    *(
        "Zoë",
        "Zoe\u0308",
        "  Anna\u00a0 Maria\t",
        "O\u2019Brien",
        "Anne\u2013Marie",
        "Gal·la",
        "\u0387",
    ),
    *(
        "李 雷",
        "नमिता",
        "\u0645\u06cc\u0631\u200c\u0632\u0627",
        "\u202eabc",
        "a\ufeffb",
        "a\u00adb",
        "a\x85b",
        "\U0001f600",
        "x" * 60,
    ),
    *("a \u200b b", "Łukasz\u3000Ż", "a • b", "\u2028a"),
]


@pytest.fixture(scope="module")
def origin():
    """The built site's address."""
    with chromium.serve(ROOT) as origin:
        yield origin


@pytest.fixture
def visit(browser, origin):
    """A function that opens a page in a browser of its own, which may refuse to keep anything."""
    contexts = []

    def opened(path=FIRST, refused=False, root=origin, **options):
        contexts.append(browser.new_context(reduced_motion="reduce", **options))
        contexts[-1].set_default_timeout(10_000)
        if refused:
            contexts[-1].add_init_script(REFUSED)
        page = contexts[-1].new_page()
        page.goto(f"{root}/{path}")
        return page

    yield opened
    for context in contexts:
        context.close()


def answer(page, letters):
    """Choose and check an answer to each question, or to the first few."""
    for number, letter in enumerate(letters):
        question = page.locator(".quiz-question").nth(number)
        question.locator("input").nth("ABCDEFGHIJ".index(letter)).check()
        question.get_by_role("button", name="Check").click()


def named(page, name="Learner 1"):
    """Type a name; give the line."""
    page.get_by_role("textbox", name="Your name").fill(name)
    return page.inner_text(LINE)


def test_sixteen_browsers_and_one_report(browser, origin):
    """Made-up learners answer two chapters; the report is right about each of them."""
    room, lines = Class(seed=61, pages=PAGES), []
    for name in NAMES:
        with chromium.tab(browser, reduced_motion="reduce") as page:
            for path, letters in room.answers[name].items():
                page.goto(f"{origin}/modules/{path}.html")
                answer(page, letters)
                for _ in range(room.tries[name, path] - 1):
                    page.get_by_role("button", name="Start again").click()
                    answer(page, "ABC")  # other answers, which do not count
                line = named(page, name)
                lines += [line] if name == NAMES[0] else []  # one of them sends each page's own
            page.goto(f"{origin}/{LIST}")
            page.wait_for_selector(".my-quizzes select")
            lines += [page.inner_text(LINE)] if name != NAMES[0] else []
    found = class_report.make_report("\n".join(lines), NAMES)

    assert [] == [told for told in found.look if told.startswith("Line ") or "first" in told]
    assert ["17 counted"] == found.account
    for name in NAMES:
        assert room.quizzes(name) == [one.item for one in found.given[name].values()]
    truth = room.chosen()
    assert {place: chosen for place, chosen in truth.items() if len(chosen) > 1} == {
        (one.page, one.number): one.chosen for one in found.wrong if len(one.chosen) > 1
    }


def test_start_again_changes_neither_the_score_nor_the_letters(visit):
    """It counts, and is counted after a reload; right answers in a later try change nothing."""
    page = visit()
    answer(page, "AB")
    page.get_by_role("button", name="Start again").click()  # the third is first answered now
    answer(page, "CAC")
    line, score = named(page), page.inner_text(".quiz-score")
    page.get_by_role("button", name="Start again").click()
    again = page.inner_text(LINE)
    hidden = page.get_by_role("button", name="Start again").is_hidden()
    answer(page, "CAB")
    page.reload()

    assert f"· {PAGES[0]} A B C try 2 ·" in line
    assert f"· {PAGES[0]} A B C try 3 ·" in again
    assert hidden, "nothing is answered, so there is nothing to begin again"
    assert score.startswith("0 of 3 right.")
    assert "twice" in score
    assert page.inner_text(".quiz-score").startswith("0 of 3 right.")
    assert "You began this quiz 3 times." in page.inner_text(".quiz-score")
    assert again == page.inner_text(LINE)


def test_a_name_is_typed_once(visit):
    """On the next page it is there; without one the line asks for it, and Copy leads to the field."""
    page = visit()
    answer(page, "CAB")
    asks = page.inner_text(LINE)
    page.click(".quiz-proof button")
    focused = page.evaluate("document.activeElement === document.querySelector('.quiz-name input')")
    told = page.inner_text(".quiz-note")
    named(page, " Learner  1 ")
    page.goto(page.url.replace(PAGES[0], PAGES[1]))
    answer(page, "CAB")

    assert asks.startswith("Type your name")
    assert (True, "Type your name first.") == (focused, told)
    assert hand_in.parse_line(page.inner_text(LINE)).name == "Learner 1"


@pytest.mark.parametrize("disk", [False, True])
def test_a_browser_that_keeps_nothing(visit, origin, disk):
    """All works, and is forgotten; also from the disk."""
    page = visit(refused=True, root=ROOT.resolve().as_uri() if disk else origin)
    answer(page, "CAB")
    line = named(page)
    page.get_by_role("button", name="Start again").click()
    again = page.inner_text(LINE)
    page.reload()

    assert ("CAB", 1) == (
        "".join(hand_in.parse_line(line).items[0].letters),
        hand_in.parse_line(line).items[0].tries,
    )
    assert 2 == hand_in.parse_line(again).items[0].tries
    assert page.locator(".quiz-proof").is_hidden()
    page.goto(page.url.replace(FIRST, LIST))
    page.wait_for_selector(".my-quizzes select")
    assert page.inner_text(".my-quizzes > p").startswith("0 of ")


def test_from_the_disk(visit):
    """In Chromium the page of all quizzes knows what the chapter kept there, too."""
    page = visit(root=ROOT.resolve().as_uri())
    answer(page, "CAB")
    line = named(page)
    page.click(".quiz-list a")
    page.wait_for_selector(".my-quizzes select")

    assert line == page.inner_text(LINE)


def stored(page, state):
    """Keep a state as an earlier visit may have; give the page as it is then."""
    key = page.get_attribute(".quiz", "data-key")
    page.evaluate("([key, text]) => localStorage.setItem('quiz:' + key, text)", [key, state])
    page.reload()
    return page


def test_what_an_older_version_kept(visit):
    """First answers, day and what is picked now are as they were; it counts as one try."""
    page = stored(visit(), json.dumps(OLD))

    assert named(page).startswith(f"Learner 1 · 2026-11-29 · {PAGES[0]} B C C try 1 · ")
    assert page.inner_text(".quiz-score").startswith("0 of 3 right.")
    assert page.locator(".quiz-question >> nth=0").locator("input >> nth=0").is_checked()


@pytest.mark.parametrize(
    "state",
    [
        *(
            "{",
            "null",
            "[]",
            '{"answers": 3}',
            '{"answers": [{"first": 7}]}',
            '{"answers": [null, 5]}',
        ),
        *('{"answers": [], "firsts": ["x"], "tries": 1}', '{"answers": [{"checked": 9}]}'),
        '{"answers": [], "firsts": [0, 0, 0], "tries": "many"}',
    ],
)
def test_a_damaged_state_breaks_nothing(visit, state):
    """The quiz begins as new."""
    page = stored(visit(), state)
    answer(page, "CAB")

    assert f"· {PAGES[0]} C A B try 1 ·" in named(page)


@pytest.mark.parametrize("width", [320, 390, 1280])
def test_a_name_moves_nothing(visit, width):
    """What is below the line stays in its place while somebody types."""
    page = visit(viewport={"width": width, "height": 800})
    answer(page, "CAB")
    parts, places = [".quiz-name", ".quiz-proof .quiz-button", ".quiz-list"], []
    for name in ("", "L", "Learner 1", "Learner One of the Class", "L" * 40):
        named(page, name)
        field, *below = [page.locator(part).bounding_box()["y"] for part in parts]
        places.append([place - field for place in below])

    assert [places[0]] * 5 == places


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_field_has_one_ring(visit, scheme):
    """Round itself, and none round its label; the line has an edge."""
    page = visit(color_scheme=scheme)
    answer(page, "CAB")
    page.get_by_role("textbox", name="Your name").focus()
    outline = "element => getComputedStyle(element).outlineStyle"
    rings = [page.eval_on_selector(part, outline) for part in (".quiz-name", ".quiz-name input")]

    assert ["none", "solid"] == rings
    assert "1px" == page.eval_on_selector(LINE, "line => getComputedStyle(line).borderTopWidth")


def test_paper_shows_the_questions_alone(visit):
    """No field, line, score or link of the script."""
    page = visit()
    answer(page, "CAB")
    named(page)
    page.emulate_media(media="print")

    assert page.locator(".quiz-question").first.is_visible()
    for part in (".quiz-proof", ".quiz-score", ".quiz-list", ".quiz-name"):
        assert page.locator(part).is_hidden()


def test_both_writers_clean_and_count_alike(visit):
    """What the browser makes of a name, and the checksum of it, is what Python makes of it."""
    cleaned = (page := visit(LIST)).evaluate("names => names.map(handIn.clean)", ODD)
    write = "names => names.map((n) => handIn.line(n, '2026-11-23', ['lab-1 done 5f3a try 2']))"
    lines, lab = page.evaluate(write, cleaned), hand_in.LabResult(1, True, "5f3a", 2)

    assert [hand_in.clean_name(name) for name in ODD] == cleaned
    assert [hand_in.compose_line(name, DAY, [lab]) for name in ODD] == lines
    assert cleaned == [hand_in.parse_line(line).name for line in lines]


def test_a_longer_name_is_cut(visit):
    """At sixty characters, however many bytes one has."""
    page = visit()
    answer(page, "CAB")
    page.evaluate("localStorage.setItem('hand-in:name', '\\u{1f600}'.repeat(80))")
    page.reload()

    assert "\U0001f600" * 60 == hand_in.parse_line(page.inner_text(LINE)).name


# ---- the page of all -----------------------------------------------------------------------------


def done(visit, **options):
    """Give the page of all, in a browser that did two quizzes and half of a third."""
    page = visit(**options)
    answer(page, "CAC")
    named(page)
    page.goto(page.url.replace(PAGES[0], PAGES[1]))
    answer(page, "CAB")
    page.get_by_role("button", name="Start again").click()
    page.goto(page.url.replace(PAGES[1], "introduction/northstar"))
    answer(page, "A")
    page.evaluate("localStorage.setItem('quiz:modules/lifecycle/people:00000000', '{}')")
    page.goto(f"{page.url.partition('/modules')[0]}/{LIST}")
    page.wait_for_selector(".my-quizzes select")
    return page


def rows(page):
    """Give {page: (first answers, begun)} of the table, and (not begun,) of what is folded."""
    return {
        row.locator("a").get_attribute("href").partition("modules/")[2].removesuffix(".html"): (
            tuple(row.locator("td").all_inner_texts()[1:]) or ("not begun",)
        )
        for row in page.locator(".my-quizzes :is(tbody tr, details li)").all()
    }


def test_all_quizzes_and_those_of_a_path(visit):
    """What is done, half done and of older questions; the line has what is done on the path."""
    page = done(visit)
    everything, line = rows(page), hand_in.parse_line(page.inner_text(LINE))
    said, folded = (page.inner_text(f".my-quizzes > {part}") for part in ("p", "details"))
    page.select_option(".my-quizzes select", label="Managers")
    path, short = rows(page), hand_in.parse_line(page.inner_text(LINE))

    assert len(list((class_report.DOCS / "_data/quizzes").rglob("*.toml"))) == len(everything)
    assert ("2 of 3", "1 \u00d7") == everything[PAGES[0]]
    assert ("1 of 3", "2 \u00d7") == everything[PAGES[1]]
    assert ("1 answered", "1 \u00d7") == everything["introduction/northstar"]
    assert ("new questions", "") == everything["lifecycle/people"]
    assert ("not begun",) == everything["lifecycle/deployment"]
    assert f"Not begun: {len(everything) - 4}" == folded
    assert (
        f"2 of {len(everything)} quizzes are done. Right at the first answer: 3 of 6 questions."
        == said
    )
    assert PAGES == [item.what for item in line.items]
    assert path.keys() < everything.keys()
    assert [PAGES[0]] == [item.what for item in short.items]


@pytest.mark.parametrize("width", [320, 390, 1280])
@pytest.mark.parametrize("number", [0, 12])
def test_what_the_script_adds_moves_nothing(visit, width, number):
    """A paragraph's place is kept, and name, line and button stand above all chapters."""
    page = visit(LIST, viewport={"width": width, "height": 800})
    page.wait_for_selector(".my-quizzes select")
    page.evaluate(KEEP, number)
    page.context.add_init_script(SHIFTS)
    page.route("**/quizzes.js", lambda route: page.evaluate(FRAMES) and route.continue_())
    page.reload()
    page.wait_for_selector(".my-quizzes select")
    page.evaluate(FRAMES)
    parts = ["select", "input", "code", *["button", "table"] * bool(number), "details"]
    boxes = [page.locator(f".my-quizzes {part}").first.bounding_box() for part in parts]

    assert page.evaluate("shifts") < 0.1
    assert sorted(boxes, key=lambda box: box["y"]) == boxes
    assert page.locator(".my-quizzes table").is_visible() == bool(number)


def test_forgetting_asks_first(visit):
    """To keep keeps all; to forget forgets name, answers and tries, and nothing else."""
    page = done(visit)
    page.evaluate("localStorage.setItem('path', 'managers')")
    ask = page.get_by_role("button", name="Forget everything here")
    ask.click()
    page.keyboard.press("Escape")
    kept = page.evaluate("Object.keys(localStorage).length")
    ask.click()
    page.get_by_role("button", name="Forget it").click()

    assert kept == 6
    assert ["path"] == page.evaluate("Object.keys(localStorage)")
    assert page.inner_text(".my-quizzes > p").startswith("0 of ")
    assert "No quiz is done yet." == page.inner_text(LINE)
    assert "" == page.get_by_role("textbox", name="Your name").input_value()
    assert "Forgotten." == page.inner_text(".my-quizzes > .quiz-note")
    assert page.evaluate("document.activeElement.textContent") == "Forget everything here"


def test_without_javascript_it_says_so(scriptless, origin):
    """And shows no empty table."""
    with checks.Visit(scriptless, origin, LIST):
        said = scriptless.inner_text(".my-quizzes")

    assert said.startswith("This page needs JavaScript")


def test_the_page_of_all_is_for_everybody(tab, origin):
    """axe finds nothing, with the dialog closed and open; nothing sticks out on a small screen."""
    with checks.Visit(tab, origin, FIRST) as visit:
        answer(tab, "CAB")
        named(tab)
        tab.click(".quiz-list a")
        tab.wait_for_selector(".my-quizzes select")
        faults = visit.access() + visit.sideways() + visit.broken_heads()
        tab.get_by_role("button", name="Forget everything here").click()
        faults += visit.access() + visit.sideways()
        errors = visit.errors

    assert [] == faults
    assert [] == errors
