"""The checks themselves: each reports the one fault that was planted for it, and its place."""

import shutil
import sys
from contextlib import ExitStack

import checks
import pytest

from scripts import chromium

PAGE = """<!DOCTYPE html>
<html lang="en"><head><meta charset="utf-8"><title>A page</title>
<link rel="icon" href="data:,"></head>
<body><main role="main"><h1 id="top">A page</h1>
{}
</main></body></html>
"""
QUIZ = """<section class="quiz">
<fieldset class="quiz-question" id="one" data-right="1"><legend>Which?</legend>
<label><input type="radio" name="one"{}> This</label>
<label><input type="radio" name="one"{}> That</label></fieldset></section>
<script>document.querySelector("fieldset").addEventListener("keydown", (event) => {{
  if (event.key === "Enter") {}
}});</script>"""
EVERYWHERE = "(light 1280, dark 1280, dark 390, light 390)"
ANSWER = 'event.currentTarget.insertAdjacentHTML("beforeend", "<p class=quiz-feedback>is right")'
NAMED = '; document.querySelector(".quiz").insertAdjacentHTML("beforeend", "<p class=quiz-name><input>")'
PIXEL = "data:image/gif;base64,R0lGODlhAQABAAAAACH5BAEKAAEALAAAAAABAAEAAAICTAEAOw=="


@pytest.fixture
def visit(tmp_path, tab):
    """Visit a page that holds the given markup."""
    with ExitStack() as visits:
        origin = visits.enter_context(chromium.serve(tmp_path))

        def visit(markup, tab=tab):
            tmp_path.joinpath("page.html").write_text(PAGE.format(markup), "utf-8")
            return visits.enter_context(checks.Visit(tab, origin, "page.html"))

        yield visit


@pytest.fixture
def folder(tmp_path):
    """A folder with the given pages."""

    def folder(**pages):
        for name, markup in pages.items():
            tmp_path.joinpath(f"{name}.html").write_text(PAGE.format(markup), "utf-8")
        return tmp_path

    return folder


def test_sound_page(visit, scriptless, tmp_path):
    """Nothing is said of a page without fault."""
    sound = visit('<p><a href="#top">Up</a></p><details><summary>More</summary><p>It</p></details>')
    bare = visit(
        '<p><a href="#top">Up</a></p><details><summary>More</summary><p>It</p></details>',
        scriptless,
    )

    assert [] == sound.errors + sound.foreign() + sound.access() + sound.sideways()
    assert [] == checks.links(tmp_path)
    assert ["A page", "Up", "More", "It"] == sound.blocks() == bare.blocks()


@pytest.mark.parametrize(
    ("markup", "expected"),
    [
        ("<script>console.error('broken')</script>", "page.html: console: broken"),
        ("<script>throw new Error('thrown')</script>", "page.html: script: thrown"),
        ('<img src="gone.png" alt="">', "page.html: request: /gone.png: 404"),
    ],
)
def test_errors(visit, markup, expected):
    """A console error, a script error and a failed request are each reported once."""

    assert [expected] == visit(markup).errors


def test_foreign(visit):
    """A request to another host is reported, with or without a network."""
    away = visit('<img src="https://elsewhere.example/a.png" alt="">')

    assert ["page.html: https://elsewhere.example/a.png"] == away.foreign()
    assert [] == away.errors


@pytest.mark.parametrize(
    ("markup", "expected"),
    [
        (f'<img id="bare" src="{PIXEL}">', f"image-alt: #bare {EVERYWHERE}"),
        (
            "<style>@media (prefers-color-scheme: dark) { #dim { color: #999 } }</style>"
            '<p id="dim">Grey</p>',
            "color-contrast: #dim (dark 1280, dark 390)",
        ),
        (
            '<style>[data-theme="dark"] #dim { color: #999 }</style><p id="dim">Grey</p>',
            "color-contrast: #dim (dark 1280, dark 390)",
        ),
        (
            '<style>@media (max-width: 400px) { #dim { color: #999 } }</style><p id="dim">Grey</p>',
            "color-contrast: #dim (dark 390, light 390)",
        ),
        (
            "<style>button { width: 9px; height: 9px; padding: 0; border: 0; float: left }</style>"
            '<button id="a" aria-label="A"></button><button id="b" aria-label="B"></button>',
            f"target-size: #a {EVERYWHERE}",
        ),
        (
            "<style>@media (max-width: 400px) { button { width: 9px; height: 9px; padding: 0; "
            "border: 0; float: left } }</style>"
            '<button id="a" aria-label="A"></button><button id="b" aria-label="B"></button>',
            "target-size: #a (dark 390, light 390)",
        ),
        (
            "<style>a { color: #767676; text-decoration: none } [data-theme=dark] a { color: #222 }"
            '</style><p style="color: #000">A <a href="#top">link</a> among words</p>',
            "link-in-text-block: a (dark 1280, dark 390)",
        ),
        (
            "<style>[data-theme=dark] i { display: none }</style>"
            "<button><i>Only in the light</i></button>",
            "button-name: button (dark 1280, dark 390)",
        ),
        ("<h4>Deep</h4>", f"heading-order: h4 {EVERYWHERE}"),
    ],
)
def test_access(visit, markup, expected):
    """WCAG 2.0, 2.2 and best practices, with the selector, the theme and the width."""

    assert f"page.html: {expected}" == visit(markup).access()[0]


DARK_WORDS = """<style>[data-theme=dark] .{} {{ color: #999 }}</style>
<div class="{}"><pre>code <span class="k">def</span> <span class="k">class</span></pre></div>"""


@pytest.mark.parametrize(
    ("markup", "expected"),
    [
        (
            '<style>[data-theme="dark"] #dim { color: #999 }</style><p id="dim">Grey</p>',
            ["color-contrast: #dim (dark 1280, dark 390)"],
        ),
        (
            "<style>@media (max-width: 400px) { button { width: 9px; height: 9px; padding: 0; "
            "border: 0; float: left } }</style>"
            '<button id="a" aria-label="A"></button><button id="b" aria-label="B"></button>',
            ["target-size: #a (dark 390, light 390)", "target-size: #b (dark 390, light 390)"],
        ),
        (
            "<style>@media (max-width: 400px) { pre { width: 90px; overflow: auto } }</style>"
            "<pre>A long line that needs to scroll on a phone</pre>",
            ["scrollable-region-focusable: pre (dark 390, light 390)"],
        ),
        (
            "<style>[data-theme=dark] pre { color: #999 }</style><pre>Words by themselves</pre>",
            ["color-contrast: pre (dark 1280, dark 390)"],
        ),
        (f'<img id="bare" src="{PIXEL}">', ["image-alt: #bare (light 1280)"]),
    ],
)
def test_access_to_what_varies(visit, markup, expected):
    """On all pages but one of each kind, what another theme or width can change is asked again."""

    assert [f"page.html: {fault}" for fault in expected] == visit(markup).access(whole=False)


def test_access_to_words_of_code(folder, tab):
    """Of words under the same classes one is asked, as long as none has passed; of others too."""
    pages = {name: DARK_WORDS.format(*names) for name, names in {
        "sound": ("other", "plain"), "first": ("k", "ours"), "second": ("k", "ours"),
        "known": ("k", "plain"),
    }.items()}  # fmt: skip
    found = {}
    with chromium.serve(folder(**pages)) as origin:
        for name in pages:
            with checks.Visit(tab, origin, f"{name}.html") as visit:
                found[name] = visit.access(whole=False)
    fault = "{}.html: color-contrast: span:nth-child(2) (dark 1280, dark 390)"

    assert {name: [fault.format(name)] for name in ("first", "second")} == {
        name: faults for name, faults in found.items() if faults
    }


def test_colours(tab):
    """The rules that read colours are those of axe's own list, as far as they are ours."""
    tab.evaluate(checks.AXE.axe_script)
    rules = tab.evaluate("axe.getRules().filter((rule) => rule.tags.includes('cat.color'))")
    ours = set(checks.RULES["runOnly"]["values"])

    assert checks.COLOURS == [rule["ruleId"] for rule in rules if ours & set(rule["tags"])]


LEAVES = """<style>@media (max-width: 400px) { p { color: #999 } }</style><p>Grey</p><script>
localStorage.a = sessionStorage.a = window.name = document.cookie = "a";
setInterval(() => fetch("gone.png"), 50);
</script>"""
FINDS = """<style>html { background: #666 }</style><p>Black</p><script>
if (localStorage.a || sessionStorage.a || window.name || document.cookie) console.error("stored");
if (innerWidth !== 1280 || matchMedia("(prefers-color-scheme: dark)").matches) console.error("set");
</script>"""


def test_tab_is_as_new(folder, tab):
    """No page finds what another left in the tab, and the verdict on its texts is its own."""
    with chromium.serve(folder(leaves=LEAVES, plain="<p>Black</p>", finds=FINDS)) as origin:
        with checks.Visit(tab, origin, "leaves.html") as left:
            assert ["leaves.html: color-contrast: p (dark 390, light 390)"] == left.access()
            assert left.errors
        with checks.Visit(tab, origin, "plain.html") as plain:
            assert [] == plain.errors + plain.access()
        with checks.Visit(tab, origin, "finds.html") as found:
            assert [] == found.errors
            assert f"finds.html: color-contrast: p {EVERYWHERE}" in found.access()


def test_sideways(visit):
    """What sticks out at 320 px is named; what scrolls by itself is not."""
    wide = visit(
        '<div id="wide" style="width: 500px">Wide</div>'
        '<div style="overflow-x: auto"><div style="width: 900px">Held</div></div>'
    )

    assert ["page.html: div#wide"] == wide.sideways()


def test_without_javascript(visit, scriptless):
    """Text that only a script writes is missing without it."""
    markup = '<p id="late"></p><script>late.textContent = "Late"</script>'

    assert {"Late"} == set(visit(markup).blocks()) - set(visit(markup, scriptless).blocks())


def test_double_click(folder, local):
    """On the disk, a missing style sheet and one whose address begins at the root are reported."""
    gone = '<link rel="stylesheet" href="gone.css"><link rel="stylesheet" href="/gone.css">'
    with checks.Visit(local, folder(page=gone).as_uri(), "page.html") as opened:
        assert ["page.html: request: /gone.css: net::ERR_FILE_NOT_FOUND"] == opened.errors
        assert ["page.html: file:///gone.css"] == opened.foreign()


def test_links(folder):
    """A missing page, anchor and image are named with page and line; what exists is not."""
    root = folder(
        one='<a href="two.html#top">A</a><a href="#top">A</a><a href="https://a.example/">A</a>',
        two='<a href="gone.html">A</a>\n<a href="one.html#gone">A</a>\n<img src="/a/gone.png">',
    )

    assert [
        "two.html:5: gone.html",
        "two.html:6: one.html#gone",
        "two.html:7: /a/gone.png",
    ] == checks.links(root)


def test_redirect(folder):
    """A redirect to nowhere is a broken link."""
    root = folder()
    root.joinpath("old.html").write_text('<meta http-equiv="refresh" content="0; url=new.html">')

    assert ["old.html:1: new.html"] == checks.links(root)
    assert checks.is_redirect(root / "old.html")


def test_markup(folder):
    """An HTML error is named with page and line; of a sound page nothing is said."""
    root = folder(sound="<p>One</p>", page='<p id="twice">One</p>\n<p id="twice">Two</p>')

    assert ["page.html:6: Duplicate ID “twice”."] == checks.markup(root)


@pytest.mark.parametrize(
    ("first", "second", "enter", "expected"),
    [
        (' tabindex="-1"', ' tabindex="-1"', ANSWER, "#one: the Tab key does not reach it"),
        ("", "", "{}", "#one: Enter gives no feedback"),
        ("", "", ANSWER, ".quiz-name: the Tab key does not reach it"),
        ("", "", ANSWER + NAMED, ".quiz-proof: not there after the last answer"),
    ],
)
def test_quiz(visit, first, second, enter, expected):
    """A quiz that the keyboard does not reach, that stays silent, or that shows no proof."""

    assert [f"page.html: {expected}"] == checks.quiz(visit(QUIZ.format(first, second, enter)))


def test_differences(tmp_path):
    """A file that differs and a file that only one build has are named."""
    for name, text in map(str.split, ["a/same 1", "b/same 1", "a/other 1", "b/other 2", "a/x -"]):
        tmp_path.joinpath(name).parent.mkdir(exist_ok=True)
        tmp_path.joinpath(name).write_text(text)

    assert ["other", "x"] == checks.differences(tmp_path / "a", tmp_path / "b")


@pytest.mark.parametrize(
    ("need", "sentence"),
    [
        (chromium.find_chromium, "Chromium is missing: apt-get install chromium"),
        (lambda: checks.markup("."), "Java is missing: apt-get install default-jre-headless"),
    ],
)
def test_missing_program(monkeypatch, need, sentence):
    """What is missing is named, with how to install it; nothing is skipped."""
    monkeypatch.setattr(shutil, "which", lambda name: None)

    with pytest.raises(SystemExit) as stop:
        need()
    assert sentence == stop.value.code


def test_missing_library(monkeypatch):
    """So is the one library that Playwright's driver needs and a bare Debian lacks."""
    monkeypatch.setattr(sys, "platform", "linux")
    monkeypatch.setattr(chromium, "find_library", lambda name: None)

    with pytest.raises(SystemExit) as stop:
        chromium.find_chromium()
    assert "libatomic is missing: apt-get install libatomic1" == stop.value.code
