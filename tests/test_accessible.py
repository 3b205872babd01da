"""The look keeps its promises: contrast in both palettes, names and focus in the markup."""

import re
import subprocess
import sys
from pathlib import Path

import pytest
import yaml
from bs4 import BeautifulSoup
from pygments.styles import get_style_by_name

from docs._ext.accessible import is_of_numbers

ROOT = Path(__file__).parent.parent
CSS = (ROOT / "docs/_static/handbook.css").read_text("utf-8")
PALETTE = {
    name: {"day": day, "night": night}
    for name, day, night in re.findall(
        r"--([\w-]+): light-dark\((#[0-9a-f]{6}), (#[0-9a-f]{6})\)", CSS
    )
}
PAPER = ["color-background-primary", "color-background-secondary"]
TEXT = [  # (ink, the papers that it stands on), 4.5:1 or more
    ("color-foreground-primary", [*PAPER, "color-background-hover", "handbook-tint"]),
    ("color-foreground-primary", ["color-highlight-on-target", "color-highlighted-background"]),
    ("color-foreground-primary", ["handbook-good-tint", "handbook-warn-tint", "handbook-bad-tint"]),
    ("color-foreground-primary", ["color-inline-code-background", "color-table-header-background"]),
    ("color-foreground-secondary", [*PAPER, "color-background-hover", "handbook-tint"]),
    ("color-foreground-muted", [*PAPER, "color-background-hover", "color-inline-code-background"]),
    ("color-brand-primary", [*PAPER, "color-background-hover"]),
    ("color-brand-content", [*PAPER, "handbook-tint", "handbook-warn-tint"]),
    ("color-brand-content", ["color-highlight-on-target", "color-highlighted-background"]),
    ("color-brand-visited", [*PAPER, "handbook-tint", "handbook-warn-tint"]),
    ("color-background-primary", ["color-brand-primary"]),
    ("color-problematic", PAPER),
    ("handbook-star-ink", [*PAPER, "handbook-tint"]),
    ("handbook-good", ["color-background-primary", "handbook-good-tint"]),
    ("handbook-warn", ["color-background-primary", "handbook-warn-tint"]),
    ("handbook-bad", ["color-background-primary", "handbook-bad-tint"]),
    ("diagram-text", ["diagram-node", "diagram-cluster", "diagram-label-bg"]),
    *(
        (f"sd-color-{name}-text", [f"sd-color-{name}"])
        for name in ("primary", "secondary", "success", "info", "warning", "danger")
    ),
]
STROKES = [  # (line, what it has to stand out from), 3:1 or more
    ("color-foreground-border", PAPER),
    ("handbook-focus", [*PAPER, "handbook-tint"]),
    ("diagram-node-border", ["diagram-node", "diagram-cluster", "color-background-primary"]),
    ("diagram-line", ["diagram-cluster", "color-background-primary"]),
    ("diagram-accent", ["diagram-node", "diagram-cluster", "color-background-primary"]),
    *((f"diagram-series-{n}", ["color-background-primary"]) for n in (1, 2, 3, 4)),
]


def luminance(colour):
    """Return the relative luminance of `#rrggbb`, as WCAG 2.2 defines it."""
    channels = (int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5))
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one, other):
    """Return the contrast ratio of two colours, from 1 to 21."""
    dark, light = sorted((luminance(one), luminance(other)))
    return (light + 0.05) / (dark + 0.05)


def weak(pairs, least, palette=PALETTE):
    """Name each pair whose contrast is below the least that is asked for."""
    return [
        f"{front} on {back} by {time}: {ratio:.2f}"
        for front, backs in pairs
        for back in backs
        for time in ("day", "night")
        if (ratio := contrast(palette[front][time], palette[back][time])) < least
    ]


def test_text_can_be_read_by_day_and_by_night():
    """Every pair of ink and paper has the 4.5:1 of WCAG AA."""

    assert weak(TEXT, 4.5) == []


def test_lines_can_be_seen_by_day_and_by_night():
    """Borders, focus rings and the strokes of diagrams have 3:1."""

    assert weak(STROKES, 3) == []


def test_a_weak_pair_is_named():
    """The green badge as sphinx-design ships it is told by name, theme and ratio."""
    palette = {
        "badge-text": {"day": "#ffffff", "night": "#000000"},
        "badge": {"day": "#28a745", "night": "#28a745"},
    }

    assert weak([("badge-text", ["badge"])], 4.5, palette) == ["badge-text on badge by day: 3.13"]


def test_colours_stand_in_the_palette_alone():
    """A colour elsewhere would have one theme; only the landing page's sky is the same in both."""
    rules = CSS.partition(':root body[data-theme="light"]')[2]
    sky = {"#ffffff", "#16233f", "#0d1629", "#e8eefa", "#f7c548"}

    assert set(re.findall(r"#[0-9a-f]{6}\b", rules)) <= sky


@pytest.mark.parametrize(
    ("style", "time"),
    [("a11y-high-contrast-light", "day"), ("a11y-high-contrast-dark", "night")],
)
def test_code_can_be_read(style, time):
    """Every token's colour has 4.5:1 on the handbook's own background of code."""
    tokens = {t["color"] for _, t in get_style_by_name(style) if t["color"]}
    paper = PALETTE["handbook-code"][time]

    assert [c for c in sorted(tokens) if contrast(f"#{c}", paper) < 4.5] == []


PAGE = """\
---
title: A page
description: Says "what" & why.
---

```python
print("a long line")
```

```console
$ nox -s teach -- --roster=class.csv a--b
```

Type `--parts 1 -q -1 - pre-fix` and not --this.

:::{list-table} Promises
:name: keepers

* - one
  - two
:::

| hand-over | of 100 | seconds |
|---|---|---|
| first | 7 | 0.5 |
| second | \u2013 | 12.25 or more |

::::{tab-set}
:::{tab-item} one
A
:::
:::{tab-item} two
B
:::
::::

A source {cite:p}`one`.

```{bibliography}
```
"""

INDEX = """\
# First page, set-up in half, a-long-name-of-five and cloud-native

```{toctree}
:caption: Part

page
```
"""


@pytest.fixture(scope="module")
def project(tmp_path_factory):
    """Write two pages that the handbook's templates show; return what builds and reads them."""
    source = tmp_path_factory.mktemp("site")
    (source / "index.md").write_text(INDEX, "utf-8")
    (source / "page.md").write_text(PAGE, "utf-8")
    (source / "one.bib").write_text("@misc{one, title={T}, author={A, B}, year={2020}}", "utf-8")
    (source / "conf.py").write_text(
        'extensions = ["myst_parser", "sphinx_design", "sphinxcontrib.bibtex", '
        '"sphinxext.opengraph", "docs._ext.accessible"]\n'
        'bibtex_bibfiles = ["one.bib"]\n'
        'myst_enable_extensions = ["colon_fence"]\n'
        "myst_title_to_header = True\n"
        'html_theme = "furo"\n'
        'ogp_social_cards = {"enable": False}\n'
        f"templates_path = [{str(ROOT / 'docs/_templates')!r}, {str(ROOT / 'docs/_static')!r}]\n"
        "def one_more(app, *page):\n"
        "    app.add_css_file('https://example.org/one-more.css')\n"
        "def setup(app):\n"
        "    app.connect('html-page-context', one_more)\n",
        "utf-8",
    )

    def build(*options):
        out = source / f"html{len(options)}"
        command = [sys.executable, "-m", "sphinx", "-q", "-n", "-W", *options, source, out]
        subprocess.run(command, cwd=ROOT, check=True)
        return lambda name: BeautifulSoup((out / name).read_text("utf-8"), "html.parser")

    return build


@pytest.fixture(scope="module")
def site(project):
    """Build the two pages; return a reader of their HTML."""
    return project()


def test_landmarks_have_names(site):
    """No two landmarks of a kind without a name to tell them apart."""
    names = [nav.get("aria-label") for nav in site("page.html")("nav")]

    assert names == ["Handbook", "Next and previous page"]


def test_sidebar_captions_have_a_level(site):
    """A caption is a heading of level 2."""
    caption = site("page.html").select_one(".sidebar-tree .caption")

    assert (caption["role"], caption["aria-level"]) == ("heading", "2")


def test_code_takes_focus_under_a_name(site):
    """A block that may scroll is reached by keyboard, and says what it is."""
    block = site("page.html").select_one(".highlight pre")

    assert (block["tabindex"], block["aria-label"]) == ("0", "Code, python")


def test_options_and_short_words_of_titles_are_whole(site):
    """None breaks at its hyphens, and what is copied is as it was written."""
    first, page = site("index.html"), site("page.html")
    whole = [found.text for page in (first, page) for found in page.select("article .whole")]

    assert ["set-up", "-s", "--roster", "--parts", "-q"] == whole
    assert first.h1.text.startswith("First page, set-up in half, a-long-name-of-five")
    assert "$ nox -s teach -- --roster=class.csv a--b" in page.select_one(".highlight-console").text
    assert "--parts 1 -q -1 - pre-fix" in page.select_one("code.literal").text


def test_tables_scroll_in_a_box_that_takes_focus(site):
    """The box has the caption's name."""
    box = site("page.html").select_one(".table-wrapper")

    assert (box["tabindex"], box["aria-label"]) == ("0", "Table: Promises")


def test_tables_keep_their_id_to_themselves(site):
    """The box of a captioned table does not repeat its id."""

    assert [found.name for found in site("page.html").select("#keepers")] == ["table"]


def test_columns_of_numbers_are_marked(site):
    """Their heads too; one word among the numbers, and the column is one of words."""
    marked = [cell.text.strip() for cell in site("page.html").select("th.number, td.number")]

    assert ["of 100", "7", "\u2013"] == marked


def test_heads_of_one_word_are_marked(site):
    """So that none breaks at its hyphen."""
    marked = [cell.text.strip() for cell in site("page.html").select("th.word")]

    assert ["hand-over", "seconds"] == marked


@pytest.mark.parametrize(
    "cells",
    [
        ["1,000", "0.5", "\u22123"],
        ["12 %", "1.5 ms", "4 weeks", "8 MiB/s", "€1,200", "3\u00d7", "≈ 40"],
        ["0\u201310", "2 to 39 %", "1 of 3", "5 ± 0.2"],
        ["7", "\u2013", "n/a", "", "never"],
    ],
)
def test_a_column_of_numbers(cells):
    """Signs, units, currencies, ranges and gaps do not make it one of words."""
    assert is_of_numbers(cells)


@pytest.mark.parametrize(
    "cells",
    [["\u2013", ""], ["T1", "T2"], ["1 quiz", "2 lab"], ["5 May 2025"], ["4", "no"], ["1.2.3"]],
)
def test_a_column_of_words(cells):
    """Names, dates and answers are read, not compared by their digits; nor is a column of gaps."""
    assert not is_of_numbers(cells)


def test_tab_labels_control_nothing(site):
    """A label may not have `aria-controls`."""
    labels = site("page.html").select("label.sd-tab-label")

    assert ["aria-controls" in label.attrs for label in labels] == [False, False]


def test_sources_have_no_broken_roles(site):
    """A list without items and a role that ARIA has dropped are both gone."""

    assert site("page.html").select('[role="list"], [role="doc-biblioentry"]') == []


def test_search_has_a_heading(site):
    """The search page has its h1, and a field of its own."""
    page = site("search.html")

    assert ([h.text for h in page("h1")], len(page.select(".page-search input"))) == (["Search"], 1)


def test_description_is_the_front_matters(site):
    """Search engines and shared links show one text, once."""
    metas = site("page.html").select('[name="description"], [property="og:description"]')

    assert [m["content"] for m in metas] == ['Says "what" & why.'] * 2


def test_pages_load_only_what_they_use(site):
    """A page with neither code nor cards loads neither's files; no page loads the theme's script."""
    files = [s["src"].partition("?")[0] for s in site("index.html").select("script[src]")]

    assert files == []


def test_files_that_another_extension_adds_to_a_page_stay(site):
    """Dropping what a page does not use leaves what is added later."""

    assert len(site("index.html").select('link[href$="one-more.css"]')) == 1


def test_foot_links_to_no_other_host(site):
    """Without a repository in the environment the foot has no link outwards."""
    links = [a["href"] for a in site("page.html").select("footer a")]

    assert [link for link in links if "://" in link] == []


def test_foot_leads_to_the_source_and_to_a_form_for_faults(project):
    """Where the repository is known; the form is there, and has a field for the page."""
    page = project("-D", "html_context.repository=https://code.example/handbook")("page.html")
    links = {a.text: a["href"] for a in page.select("footer .bottom-of-page a")}
    form = yaml.safe_load((ROOT / ".github/ISSUE_TEMPLATE/report-page.yml").read_text("utf-8"))

    assert {
        "Source": "https://code.example/handbook",
        "Report a fault in this page": "https://code.example/handbook/issues/new"
        "?template=report-page.yml&page=page",
    } == links
    assert "page" in [field.get("id") for field in form["body"]]
