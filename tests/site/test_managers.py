"""The sheet for managers: one sheet of paper, and two forms that compute as the Python of the pages."""

import contextlib
import io
import itertools
import re
from pathlib import Path

import checks
import pytest
from pypdf import PdfReader

from docs._ext.managers import FIELDS
from examples.levels.assess import assess, criteria
from scripts import chromium

ROOT, PAGE = Path("docs/_build/html"), "for-managers.html"
CHAPTER = Path("docs/modules/mlops/which-level-fits.md")
SMALLEST = 8.5  # points
A4 = (595, 842)
# All that a reader can tick, and the longest answer of each form.
TICKS = [c.name for c in criteria()][1:]
LONGEST = {"build": "99999.99", "upkeep": "12345.67", "saved": "9999.99", "releases": "9999.99"}
# Each set of ticks in turn, as bits; what the form says of it.
EVERY_SET = """count => {
  const form = document.getElementById("self-assessment");
  const boxes = [...form.querySelectorAll("[type=checkbox]")];
  return Array.from({ length: count }, (_, bits) => {
    boxes.forEach((box, place) => { box.checked = Boolean(bits >> place & 1); });
    boxes[0].dispatchEvent(new Event("input", { bubbles: true }));
    return form.querySelector("output").textContent;
  });
}"""
# Each row of four texts in turn; what the form says of it, and which fields it marks.
EVERY_ROW = """rows => {
  const form = document.getElementById("payback");
  const fields = [...form.querySelectorAll("input")];
  return rows.map((row) => {
    fields.forEach((field, place) => { field.value = row[place]; });
    fields[0].dispatchEvent(new Event("input", { bubbles: true }));
    const wrong = fields.filter((field) => field.hasAttribute("aria-invalid"));
    return [form.querySelector("output").textContent, wrong.map((field) => field.name)];
  });
}"""

KEEPS = "What you type or tick stays in this browser."
# Whether something else than an element, or nothing, has its middle or its lower edge.
COVERED = """place => {
  const found = document.querySelector(place);
  const { left, top, width, height } = found.getBoundingClientRect();
  return [height / 2, height - 4].map((down) =>
    document.elementFromPoint(left + width / 2, top + down)).filter((over) => !found.contains(over))
    .map((over) => `${place} ${found.name}: ${over?.className}`);
}"""

# The store is there for others, and refuses the sheet.
REFUSED = """for (const name of ["getItem", "setItem"]) {
  const call = Storage.prototype[name];
  Storage.prototype[name] = function (key, ...rest) {
    if (key === "for-managers") throw new DOMException("refused", "SecurityError");
    return call.call(this, key, ...rest);
  };
}"""


@pytest.fixture(scope="module")
def origin():
    """The built site's address."""
    with chromium.serve(ROOT) as origin:
        yield origin


@pytest.fixture
def sheet(tab, origin):
    """The sheet, as most readers open it."""
    with checks.Visit(tab, origin, PAGE) as sheet:
        yield sheet


def fill(page):
    """Fill in both forms, each with its longest answer."""
    for name in TICKS:
        page.check(f"[name={name}]")
    for name, value in LONGEST.items():
        page.fill(f"[name={name}]", value)


def sizes(page):
    """Return the size of each piece of text on a page of a PDF, in points."""
    found = {}

    def note(text, user, matrix, font, size):
        if text.strip():
            found[text.strip()] = size * abs(matrix[3]) * abs(user[3])

    page.extract_text(visitor_text=note)
    return found


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("filled", [False, True])
def test_it_prints_on_one_sheet_that_can_be_read(sheet, scheme, filled):
    """A4, nothing smaller than 8.5 points, no code; empty or filled in, whatever the theme."""
    sheet.page.emulate_media(color_scheme=scheme)
    if filled:
        fill(sheet.page)
    pages = PdfReader(io.BytesIO(sheet.page.pdf(format="A4", print_background=True))).pages
    small = {text: size for text, size in sizes(pages[0]).items() if size < SMALLEST}
    text = " ".join(pages[0].extract_text().split())

    assert 1 == len(pages)
    assert [] == [
        1 for side, a4 in zip(pages[0].mediabox[2:], A4, strict=True) if abs(side - a4) > 2
    ]
    assert {} == small
    assert [] == [c.statement for c in criteria() if c.statement not in text]
    assert "Filled in on: ______" in text
    assert filled == ("Level 0: by hand. Make true next: 1." in text)
    assert filled != ("Level: ______" in text)
    assert 0 == sheet.page.locator("[role=main] pre").count()


def said_of(answers):
    """Return what the form should say: the `Assessment` of Python, in its words."""
    found, numbers = assess(answers), {c: n for n, c in enumerate(criteria(), 1)}
    if not found.next:
        return f"Level {found.level}. All statements are true."
    level = f"Level {found.level}." if found.level else "Level 0: by hand."
    words = f"{level} Make true next: {numbers[found.next]}. {found.next.statement}"
    if not found.on_sand:
        return words
    many, level = len(found.on_sand), found.level + 1
    ticks = "1 tick above level {} counts" if many == 1 else f"{many} ticks above level {{}} count"
    return f"{words} {ticks.format(level)} only when level {level} is complete."


def test_every_set_of_ticks_is_assessed_as_in_python(sheet):
    """All 4,096 of them: the level, the next statement, and what does not count yet."""
    names = [c.name for c in criteria()]
    said = sheet.page.evaluate(EVERY_SET, 2 ** len(names))
    expected = [
        said_of(dict(zip(names, reversed(bits), strict=True)))
        for bits in itertools.product([False, True], repeat=len(names))
    ]

    assert 4096 == len(said)
    assert expected == said


def years_of(build, upkeep, saved, releases):
    """Return the last column that the Python of the chapter prints of these numbers."""
    fence = re.search(r"```python\n(build = .*?)```", CHAPTER.read_text("utf-8"), re.S)[1]
    for name, value in (("build", build), ("upkeep", upkeep), ("saved", saved)):
        fence, count = re.subn(rf"^{name} = \d+", f"{name} = {value}", fence, flags=re.M)
        assert 1 == count
    assert "in (2, 4, 12, 52):" in fence
    printed = io.StringIO()
    with contextlib.redirect_stdout(printed):
        exec(fence.replace("in (2, 4, 12, 52):", f"in ({releases},):"))  # noqa: S102 - of a page of ours
    return printed.getvalue().split()[-1]


# Of each field some numbers: none, halves that round both ways, sums that no float holds, the ends.
NUMBERS = itertools.product(
    ("0", "1", "17", "160", "33.35", "99999"),
    ("0", "0.3", "8", "40", "99999.99"),
    ("0", "0.1", "3", "6", "7.25"),
    ("0", "0.5", "3", "4", "12", "52", "1000"),
)


def test_every_sum_pays_back_as_in_python(sheet):
    """The years to a tenth, or never; beyond a hundred years the form names no number."""
    rows = [list(row) for row in NUMBERS]
    said = sheet.page.evaluate(EVERY_ROW, rows)
    years = [years_of(*row) for row in rows]
    expected = [
        "It never pays for itself."
        if found == "never"
        else f"Paid after {found} years."
        if float(row[0]) / (float(row[2]) * float(row[3]) - float(row[1])) <= 99
        else "It takes more than 99 years."
        for row, found in zip(rows, years, strict=True)
    ]
    first = [re.match(r".*?(?:itself|years)\.", words)[0] for words, _ in said]

    assert {"never", "0.0", "5.0"} <= set(years)
    assert {"0.2", "1.2"} <= set(years)  # a half that Python rounds down, and toFixed up
    assert expected == first
    assert [] == [wrong for _, wrong in said if wrong]


@pytest.mark.parametrize("name", FIELDS)
@pytest.mark.parametrize(
    "typed", ["lots", "-1", "1e3", "1,5", "1 000", "100000", "2.555", "Infinity"]
)
def test_nonsense_is_refused_with_what_to_type(sheet, name, typed):
    """The sentence names the field; the field is marked, and no other."""
    row = [typed if field == name else "12" for field in FIELDS]
    [(words, wrong)] = sheet.page.evaluate(EVERY_ROW, [row])
    label, example = FIELDS[name]

    assert [name] == wrong
    assert words == (
        f"{label}: type a number from 0 to 99999 with digits and a point, such as {example} or 2.5."
    )


def test_what_is_still_to_type_is_named(sheet):
    """Spaces are no number; a form that was emptied says what it wants."""
    [(some, _), (none, _)] = sheet.page.evaluate(EVERY_ROW, [["160", " ", "6", ""], [""] * 4])

    assert "Still to type: Upkeep hours a year, Releases a year." == some
    assert none.startswith("Still to type: Hours to build,")


def test_it_is_filled_in_by_keyboard_and_remembered_until_it_is_cleared(sheet):
    """Space ticks, Tab moves on; a reload keeps both forms, and Clear empties one."""
    page, keys = sheet.page, sheet.page.keyboard
    page.eval_on_selector("#self-assessment", "form => { form.tabIndex = -1; form.focus(); }")
    keys.press("Tab")
    keys.press("Space")
    page.eval_on_selector("#payback", "form => { form.tabIndex = -1; form.focus(); }")
    for number in ("160", "40", "6", "12"):
        keys.press("Tab")
        keys.type(number)
    faults = sheet.access(whole=False)  # the page as it is opened has been asked in full
    page.reload()
    kept = page.locator("output").all_inner_texts()
    keys.press("Tab")  # into the page again
    page.focus("#payback button")
    keys.press("Enter")
    page.reload()
    left = page.locator("output").all_inner_texts()

    assert [] == faults
    assert kept[0].startswith("Level 0: by hand. Make true next: 2. The former model")
    assert kept[1].startswith("Paid after 5.0 years. The releases save 72 hours a year,")
    assert [kept[0], ""] == left
    assert [""] * 4 == [page.input_value(f"[name={name}]") for name in FIELDS]
    assert 2 == page.get_by_role("status").count()


def test_where_storage_is_refused_it_computes_and_forgets(browser, origin):
    """No error, and an answer; only where it keeps what was ticked does it say so."""
    with chromium.tab(browser) as tab:
        tab.add_init_script(REFUSED)
        with checks.Visit(tab, origin, PAGE) as sheet:
            tab.check("[name=named-answer]")
            said = tab.inner_text("#self-assessment output")
            told = tab.inner_text(".on-screen")

    assert [] == sheet.errors
    assert said.startswith("Level 0: by hand.")
    assert "Print this sheet" in told
    assert KEEPS not in told


def test_only_what_is_kept_is_said_to_be_kept(sheet, scriptless, origin):
    """With a store, and not without JavaScript."""
    with checks.Visit(scriptless, origin, PAGE):
        bare = scriptless.inner_text("[role=main]")

    assert KEEPS in sheet.page.inner_text(".on-screen")
    assert KEEPS not in bare


@pytest.mark.parametrize("query", ["", "?path=managers"])
@pytest.mark.parametrize("size", [(390, 844), (320, 640), (1280, 720)])
def test_the_level_is_in_sight_while_a_reader_ticks(browser, origin, query, size):
    """Each box in its turn, and the answer below it: neither is covered, nor off the screen."""
    with chromium.tab(browser, reduced_motion="reduce") as tab:
        tab.set_viewport_size({"width": size[0], "height": size[1]})
        with checks.Visit(tab, origin, PAGE + query):
            if query:
                tab.wait_for_selector(".path-bar")
            tab.check("[name=named-answer]")
            boxes = tab.locator("#self-assessment [type=checkbox]")
            unseen = []
            for place in range(boxes.count()):
                boxes.nth(place).focus()
                unseen += tab.evaluate(COVERED, "#self-assessment :focus")
                unseen += tab.evaluate(COVERED, "#self-assessment output")

    assert [] == unseen


def test_the_boxes_can_be_seen_in_forced_colours(browser, origin):
    """Each box and each field has a border of the reader's own text colour, or the browser's box."""
    with chromium.tab(browser, forced_colors="active") as tab, checks.Visit(tab, origin, PAGE):
        shown = tab.eval_on_selector_all(
            ".sheet-form input",
            """inputs => inputs.map((input) => {
              const { appearance, borderTopColor, borderTopWidth } = getComputedStyle(input);
              const { backgroundColor } = getComputedStyle(document.body);
              return appearance === "auto" && input.type === "checkbox"
                || parseFloat(borderTopWidth) > 0 && borderTopColor !== backgroundColor;
            })""",
        )

    assert [True] * (len(criteria()) + len(FIELDS)) == shown
