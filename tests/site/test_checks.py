"""The checks themselves: each reports the one fault that was planted for it, and its place."""

import shutil
import subprocess
import sys
from pathlib import Path

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
EVERYWHERE = "(light 1280, dark 1280, light 390, dark 390)"
ANSWER = 'event.currentTarget.insertAdjacentHTML("beforeend", "<p class=quiz-feedback>is right")'
PIXEL = "data:image/gif;base64,R0lGODlhAQABAAAAACH5BAEKAAEALAAAAAABAAEAAAICTAEAOw=="


@pytest.fixture
def visit(tmp_path, scripted):
    """Visit a page that holds the given markup."""
    visits = []

    def visit(markup, context=scripted):
        tmp_path.joinpath("page.html").write_text(PAGE.format(markup), "utf-8")
        visits.append(checks.Visit(context, origin, "page.html"))
        return visits[-1]

    with chromium.serve(tmp_path) as origin:
        yield visit
        for each in visits:
            each.page.close()


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
    assert [] == checks.links(tmp_path) + checks.markup(tmp_path)
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
            "color-contrast: #dim (light 390, dark 390)",
        ),
        (
            "<style>button { width: 9px; height: 9px; padding: 0; border: 0; float: left }</style>"
            '<button id="a" aria-label="A"></button><button id="b" aria-label="B"></button>',
            f"target-size: #a {EVERYWHERE}",
        ),
        ("<h4>Deep</h4>", f"heading-order: h4 {EVERYWHERE}"),
    ],
)
def test_access(visit, markup, expected):
    """WCAG 2.0, 2.2 and best practices, with the selector, the theme and the width."""

    assert f"page.html: {expected}" == visit(markup).access()[0]


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


def test_double_click(folder, scripted):
    """On the disk, a missing style sheet and one whose address begins at the root are reported."""
    gone = '<link rel="stylesheet" href="gone.css"><link rel="stylesheet" href="/gone.css">'
    local = checks.Visit(scripted, folder(page=gone).as_uri(), "page.html")

    assert ["page.html: request: /gone.css: net::ERR_FILE_NOT_FOUND"] == local.errors
    assert ["page.html: file:///gone.css"] == local.foreign()
    local.page.close()


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
    """An HTML error is named with page and line."""
    root = folder(page='<p id="twice">One</p>\n<p id="twice">Two</p>')

    assert ["page.html:6: Duplicate ID “twice”."] == checks.markup(root)


@pytest.mark.parametrize(
    ("first", "second", "enter", "expected"),
    [
        (' tabindex="-1"', ' tabindex="-1"', ANSWER, "#one: the Tab key does not reach it"),
        ("", "", "{}", "#one: Enter gives no feedback"),
        ("", "", ANSWER, ".quiz-proof: not there after the last answer"),
    ],
)
def test_quiz(visit, first, second, enter, expected):
    """A quiz that the keyboard does not reach, that stays silent, or that shows no proof."""

    assert [f"page.html: {expected}"] == checks.quiz(visit(QUIZ.format(first, second, enter)))


@pytest.mark.parametrize("scorer", ["", str(Path("docs/_static/scorer.js").resolve())])
def test_search(tmp_path, scripted, scorer):
    """The scorer makes the definition the first result's text; without it, it is not shown."""
    source = tmp_path / "source"
    source.mkdir()
    source.joinpath("conf.py").write_text(f"html_theme = 'furo'\nhtml_search_scorer = {scorer!r}\n")
    source.joinpath("index.rst").write_text(
        "Champion\n========\nThe champion serves. A champion.\n\n"
        ".. toctree::\n\n   words\n\nChampion\n--------\nMore on the champion.\n"
    )
    source.joinpath("words.rst").write_text(
        "Words\n=====\n\n.. glossary::\n\n   champion\n   model in service\n"
        "      The model that serves now.\n\n   champion of sorts\n      Another.\n"
    )
    command = [sys.executable, "-m", "sphinx", "-q", "-W", source, tmp_path / "html"]
    subprocess.run(command, check=True)
    with chromium.serve(tmp_path / "html") as origin:
        page = scripted.new_page()
        href, text = checks.search(page, origin, "champion")
        page.close()

    term = checks.terms(tmp_path / "html/words.html")["term-champion"]
    assert ["champion", "The model that serves now."] == term
    assert "words.html#term-champion" == href
    assert bool(scorer) is ("champion" in text and "The model that serves now." in text)


def test_differences(tmp_path):
    """A file that differs and a file that only one build has are named."""
    for name, text in map(str.split, ["a/same 1", "b/same 1", "a/other 1", "b/other 2", "a/x -"]):
        tmp_path.joinpath(name).parent.mkdir(exist_ok=True)
        tmp_path.joinpath(name).write_text(text)

    assert ["other", "x"] == checks.differences(tmp_path / "a", tmp_path / "b")


@pytest.mark.parametrize(
    ("need", "sentence"),
    [
        (chromium.find, "Chromium is missing: apt-get install chromium"),
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
        chromium.find()
    assert "libatomic is missing: apt-get install libatomic1" == stop.value.code
