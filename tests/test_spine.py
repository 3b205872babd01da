"""The contracts of the spine: each is broken on a two-page project, and the build names the place.

CONTRIBUTING lists them. *Diagram and drawing* is broken in `test_diagrams.py`, *quiz and objective*
in `test_quiz.py`, and what a block prints in `test_fences.py`.
"""

from types import SimpleNamespace

import pytest
from bs4 import BeautifulSoup

from docs._ext import owners
from docs._ext.plots import Axis
from tests.project import build, write

WORDS = "word " * 60

CONF = """
extensions = [
    "myst_parser", "sphinxcontrib.bibtex", "docs._ext.chapter", "docs._ext.syllabus",
    "docs._ext.evidence", "docs._ext.owners", "docs._ext.numbers", "docs._ext.plots",
    "docs._ext.unrun", "docs._ext.addresses", "sphinx_reredirects",
]
myst_enable_extensions = ["colon_fence", "deflist"]
bibtex_bibfiles = ["_data/references.bib"]
bibtex_reference_style = "author_year"
redirects = {}
"""

INDEX = """\
---
description: The first page.
---

# Start

A {dfn}`champion` serves.

```{toctree}
chapter
```

```{terms}
```

```{path} engineers
```

```{bibliography}
```
"""

CHAPTER = f"""\
---
description: The second page.
objectives:
  one: do one thing
audience: [engineers]
difficulty: 1
---

# A chapter

A {{dfn}}`gate` may say no.

(first)=
(second)=

## A section with words

It names the left part and the right part. {WORDS}

## Another section

(picture)=

:::{{figure}} picture.svg
A picture of fifteen words, which is as few as a picture may have to count at all.
:::

```{{claim}} too-short
```

In 2015 somebody wrote 2.21 down {{cite:p}}`known2015`.
A run measured {{measured}}`run.seconds` seconds with Tool {{version}}`Tool`.

```{{bars}} run
:caption: One run
:unit: seconds
seconds: The run
half: Half of `it`
```

```{{lines}} run
:caption: Work & time
:x: items
:unit: seconds
:log: x y
old_{{}}_s: The `old` way
new_{{}}_s: The new way
```
"""

FILES = {
    "conf.py": CONF,
    "index.md": INDEX,
    "chapter.md": CHAPTER,
    "picture.svg": "<svg xmlns='http://www.w3.org/2000/svg'/>",
    "_data/syllabus.toml": """\
[[bullet]]
id = "first"
deck = 1
slide = "One"
kind = "bullet"
text = "The first"
parts = ["left part", "Right part"]

[[bullet]]
id = "second"
deck = 1
slide = "One"
kind = "topic"
text = "The second"

[[bullet]]
id = "picture"
deck = 1
slide = "Two"
kind = "visual"
text = "Picture"
""",
    "_data/paths.toml": """\
[[path]]
id = "engineers"
name = "Engineers"
line = "start here."
goals = ["chapter"]
""",
    "_data/claims.toml": """\
[[claim]]
id = "too-short"
entry = "first"
slide_says = "A short slide"
verdict = "partly"
found = "That is Ann Known's {cite:p}`known2015`."
say = "Say more."
checked = 2026-01-01
good_until = 2026-12-31
""",
    "_data/glossary.toml": """\
[[term]]
name = "gate"
means = "What may say no."
owner = "chapter"

[[term]]
name = "champion"
means = "What serves."
owner = "index"
""",
    "_data/tools.toml": """\
[tool.Tool]
package = "tool"
lock = "docs"
""",
    "../locks/docs.txt": "tool==1.2.3 \\\n    --hash=sha256:0\n",
    "_data/measured/run.json": '{"command": "run", "date": "2026-01-01", "machine": "a laptop",'
    ' "figures": {"seconds": 1234.5, "half": 617.25, "old_1000_s": 1, "old_10_s": 0.1,'
    ' "old_100_s": 2, "new_10_s": 1, "new_1000_s": 100}}',
    "_data/references.bib": """\
@misc{known2015,
  author = {Known, Ann},
  title = {Known 2.21},
  doi = {10.1000/1987},
  year = {2015},
  month = may
}
""",
    "_data/addresses.txt": "index\nchapter\n",
}


@pytest.fixture
def warnings(tmp_path):
    """Return a function that breaks one file of the sound project and returns the warnings."""

    def broken(name=None, old="", new="", *, add=""):
        folder = tmp_path / "docs"
        files = dict(FILES)
        if name:
            assert old in files[name]
            files[name] = files[name].replace(old, new, 1) + add
        write(folder, files)
        return build(folder)

    return broken


def test_a_sound_project_builds_without_a_warning(warnings):
    """What follows fails for its own fault, not for the project's."""

    assert "" == warnings()


FAULTS = {
    # Entry and section
    "an entry is missing": (
        "chapter.md", "(second)=\n", "",
        "_data/syllabus.toml:10: WARNING: no page has the label 'second' of the syllabus: put "
        "`(second)=` before its heading",
    ),
    "a label stands before a paragraph": (
        "chapter.md", "## A section with words\n\n", "",
        "chapter.md:16: WARNING: the label 'first' stands before a paragraph",
    ),
    "a section has too few words": (
        "chapter.md", WORDS, "few words",
        "chapter.md:16: WARNING: 'first' has 11 words of its own, and a bullet needs 60",
    ),
    "a picture has too few words": (
        "chapter.md", ", which is as few as a picture may have to count at all", "",
        "chapter.md:24: WARNING: 'picture' has 5 words of its own, and a visual needs 15",
    ),
    "a section does not name a part": (
        "chapter.md", "right part", "other",
        "chapter.md:16: WARNING: 'first' does not name its part 'Right part'",
    ),
    # Block and run: a block that does not run
    "a block that does not run gives no reason": (
        "chapter.md", "```{claim} too-short\n```", "```{claim} too-short\n```\n\n```{not-run} bash\nls\n```",
        "chapter.md:31: ERROR: a block that does not run needs a `:reason:` that the reader sees",
    ),
    # Claim and source
    "a year has no source": (
        "chapter.md", " {cite:p}`known2015`.", ".\n\nAnother {cite:p}`known2015`.",
        "chapter.md:31: WARNING: '2015' has no source",
    ),
    "a percentage has no source": (
        "chapter.md", "# A chapter\n", "# A chapter\n\nSome 80 % of it fails.\n",
        "chapter.md:11: WARNING: '80 %' has no source",
    ),
    "a quotation has no source": (
        "chapter.md", "# A chapter\n", "# A chapter\n\n“It was all a great deal longer than we had thought.”\n",
        "chapter.md:11: WARNING: '“It was all a great deal longer than we had thought.”' has no source",
    ),
    "a heading has no source": (
        "chapter.md", "## Another section", "## Another section for 80 % of it",
        "chapter.md:20: WARNING: '80 %' has no source",
    ),
    "an objective has a figure": (
        "chapter.md", "do one thing", "do 80 % of it",
        "chapter.md:1: WARNING: '80 %' has no source in the front matter",
    ),
    "a cited figure is not in its source": (
        "chapter.md", "In 2015 somebody", "In 2016 somebody",
        "chapter.md:31: WARNING: '2016' is not in the entry that is cited",
    ),
    "a cited month is not that of its source": (
        "chapter.md", "In 2015 somebody", "In June 2015 somebody",
        "chapter.md:31: WARNING: 'June 2015' is not in the entry that is cited",
    ),
    "a cited figure is in its identifier alone": (
        "chapter.md", "In 2015 somebody", "In 1987 somebody",
        "chapter.md:31: WARNING: '1987' is not in the entry that is cited",
    ),
    "a cited quotation is not in its source": (
        "chapter.md", "In 2015 somebody", "In 2015 “somebody of the name”",
        "chapter.md:31: WARNING: 'somebody of the name' is not in the entry that is cited",
    ),
    "a sentence beside a cited one says another month": (
        "chapter.md", "{cite:p}`known2015`.\nA run", "{cite:p}`known2015`.\nIn June it was over.\nA run",
        "chapter.md:31: WARNING: 'June' is not in the entry that is cited",
    ),
    "a cited sentence turns its source round": (
        "chapter.md", "In 2015 somebody wrote 2.21 down", "Somebody wrote it after 2.21",
        "chapter.md:31: WARNING: 'after' is not in the entry that is cited",
    ),
    "a claim's box says another year": (
        "_data/claims.toml", "That is Ann Known's", "Since 2014 that is Ann Known's",
        "WARNING: '2014' is not in the entry that is cited",
    ),
    "a row of a table says what its source does not": (
        "chapter.md", "# A chapter\n",
        "# A chapter\n\n| who | when |\n|---|---|\n| two people | then {cite:p}`known2015` |\n",
        "WARNING: '2' is not in the entry that is cited",
    ),
    "a description counts what its page does not": (
        "chapter.md", "description: ", "description: Seventeen things. ",
        "chapter.md:1: WARNING: the page does not say 17: correct its front matter",
    ),
    "a block quotation is not in its source": (
        "chapter.md", "# A chapter\n", "# A chapter\n\nHe says {cite:p}`known2015`:\n\n> It was long.\n",
        "chapter.md:13: WARNING: the entry cited in or before this block quotation does not say it",
    ),
    "studies show": (
        "chapter.md", "# A chapter\n", "# A chapter\n\nBut studies show it.\n",
        "chapter.md:11: WARNING: 'studies show' has no source",
    ),
    "a claim is unknown": (
        "chapter.md", "{claim} too-short", "{claim} too-shrot",
        "chapter.md:28: WARNING: claims.toml has no claim 'too-shrot'",
    ),
    "a claim is shown nowhere": (
        "chapter.md", "```{claim} too-short\n```\n", "",
        "_data/claims.toml:2: WARNING: the claim 'too-short' is not shown in exactly one chapter",
    ),
    "a claim has no source": (
        "_data/claims.toml", " {cite:p}`known2015`", "",
        "_data/claims.toml:2: WARNING: the claim 'too-short' cites no source",
    ),
    "a claim belongs to no entry": (
        "_data/claims.toml", 'entry = "first"', 'entry = "fist"',
        "_data/claims.toml:2: WARNING: 'fist' is no entry of the syllabus",
    ),
    "a source is cited nowhere": (
        "_data/references.bib", "@misc", "@misc{idle2020,\n  author = {Idle, Bo},\n  title = {Idle},\n  year = {2020}\n}\n@misc",
        "_data/references.bib:1: WARNING: no page cites 'idle2020'",
    ),
    "a source has a working note": (
        "_data/references.bib", "year = {2015}", "year = {2015},\n  note = {from memory; verify}",
        "_data/references.bib:6: WARNING: a working note",
    ),
    # Version and lock
    "a version is typed": (
        "chapter.md", "# A chapter\n", "# A chapter\n\nIt needs Tool 1.2 or newer.\n",
        "chapter.md:11: WARNING: 'Tool 1.2' is typed: write the number as {version}",
    ),
    "a version is typed in a heading": (
        "chapter.md", "## Another section", "## Another section on Tool version 1.2",
        "chapter.md:20: WARNING: 'Tool version 1.2' is typed: write the number as {version}",
    ),
    "a tool is unknown": (
        "chapter.md", "{version}`Tool`", "{version}`Tol`",
        "chapter.md:31: WARNING: tools.toml has no tool 'Tol'",
    ),
    "a tool is not in its lock": (
        "../locks/docs.txt", "tool==", "loot==",
        "locks/docs.txt has no 'Tool'",
    ),
    # Figure and run
    "a figure was not measured": (
        "chapter.md", "run.seconds", "run.minutes",
        "chapter.md:31: WARNING: no run measured 'run.minutes'",
    ),
    "a bar has no run": (
        "chapter.md", "{bars} run", "{bars} ran",
        "chapter.md:34: WARNING: no run wrote ran.json",
    ),
    "a bar has no figure": (
        "chapter.md", "half: Half", "hafl: Half",
        "chapter.md:38: WARNING: 'hafl: Half of `it`' is no `figure: what it is` of a figure, 0 or more, in run.json",
    ),
    "a bar has no words": (
        "chapter.md", "half: Half of `it`", "half",
        "chapter.md:38: WARNING: 'half' is no `figure: what it is`",
    ),
    "a bar would be shorter than nothing": (
        "_data/measured/run.json", "617.25", "-1",
        "chapter.md:38: WARNING: 'half: Half of `it`' is no `figure: what it is`",
    ),
    "bars have no caption": (
        "chapter.md", ":caption: One run\n", "",
        "chapter.md:34: ERROR: bars need a `:caption:` that the reader sees",
    ),
    "bars have no unit": (
        "chapter.md", ":unit: seconds\n", "",
        "chapter.md:34: ERROR: bars need a `:unit:` that the reader sees",
    ),
    "bars have no line": (
        "chapter.md", "seconds: The run\nhalf: Half of `it`\n", "",
        "chapter.md:34: ERROR: bars need a line `figure: what it is` for each",
    ),
    "lines have no run": (
        "chapter.md", "{lines} run", "{lines} ran",
        "chapter.md:41: WARNING: no run wrote ran.json",
    ),
    "a line has no figure": (
        "chapter.md", "new_{}_s", "newer_{}_s",
        "chapter.md:47: WARNING: 'newer_{}_s: The new way' is no `figures_{}: what they are` of figures",
    ),
    "a line has no place for x": (
        "chapter.md", "new_{}_s", "new_10_s",
        "chapter.md:47: WARNING: 'new_10_s: The new way' is no `figures_{}: what they are` of figures",
    ),
    "a line has no words": (
        "chapter.md", "new_{}_s: The new way", "new_{}_s",
        "chapter.md:47: WARNING: 'new_{}_s' is no `figures_{}: what they are` of figures",
    ),
    "a line would leave its log scale": (
        "_data/measured/run.json", '"new_10_s": 1', '"new_10_s": 0',
        "figures, which are above 0 on a log scale, in run.json",
    ),
    "a log scale is of no axis": (
        "chapter.md", ":log: x y", ":log: z",
        "chapter.md:41: ERROR: `:log:` takes x, y or both",
    ),
    "lines have no x": (
        "chapter.md", ":x: items\n", "",
        "chapter.md:41: ERROR: lines need a `:x:` that the reader sees",
    ),
    "lines have no line": (
        "chapter.md", "old_{}_s: The `old` way\nnew_{}_s: The new way\n", "",
        "chapter.md:41: ERROR: lines need one to eight lines `figures_{}: what they are`",
    ),
    "a cited version is another": (
        "chapter.md", "wrote 2.21 down", "wrote 2.22 down", "'2.22' is not in the entry that is cited",
    ),
    # Page and address
    "a page has gone": (
        "_data/addresses.txt", "chapter", "old-chapter",
        "_data/addresses.txt:2: WARNING: the page 'old-chapter' is gone",
    ),
    # One owner for each idea
    "a second page defines the term": (
        "index.md", "# Start\n", "# Start\n\nA {dfn}`gate` is here.\n",
        "index.md:7: WARNING: 'gate' is defined here too; chapter owns it",
    ),
    "a sentence defines another page's term": (
        "chapter.md", "may say no.", "may say no. A champion is the model that serves.",
        "chapter.md:11: WARNING: this defines 'champion', which index owns",
    ),
    "the owner does not define it": (
        "chapter.md", "{dfn}`gate`", "{term}`gate`",
        "_data/glossary.toml:2: WARNING: chapter owns 'gate' and does not define it",
    ),
    "the owner does not exist": (
        "_data/glossary.toml", '"index"', '"inbox"',
        "_data/glossary.toml:7: WARNING: 'champion' is owned by 'inbox', and there is no such page",
    ),
    "a definition has no term": (
        "chapter.md", "may say no.", "may say no. A {dfn}`door` opens.",
        "chapter.md:11: WARNING: 'door' is defined here and not in the glossary",
    ),
    "a term's first mention has no link": (
        "chapter.md", "may say no.", "may say no to the champion.",
        "chapter.md:11: WARNING: 'champion' is in the glossary: link its first mention",
    ),
    "a page that is no chapter uses a term": (
        "index.md", "# Start\n", "# Start\n\nHere the gate says no.\n",
        "index.md:7: WARNING: 'gate' is in the glossary: link its first mention with {term}, or name "
        "chapter among the prerequisites",
    ),
    # A chapter's front matter, and the paths
    "a page has no description": (
        "index.md", "description: The first page.", "hide-toc: true",
        "index.md:1: WARNING: the front matter has no `description`. Write what the page says",
    ),
    "an audience is unknown": (
        "chapter.md", "[engineers]", "[pilots]",
        "chapter.md:1: WARNING: 'pilots' is none of the audiences of paths.toml",
    ),
    "a difficulty is unknown": (
        "chapter.md", "difficulty: 1", "difficulty: 9",
        "chapter.md:6: WARNING: `difficulty` is 9. Write 1 for everybody, 2 for who reads some "
        "Python, 3 for who runs systems. It is one of 1, 2, 3.",
    ),
    "the objectives are no mapping": (
        "chapter.md", "objectives:\n  one: do one thing", "objectives: [do one thing]",
        "chapter.md:3: WARNING: `objectives` is a list of 1. Write what the reader can do",
    ),
    "the prerequisites are no list": (
        "chapter.md", "difficulty: 1", "difficulty: 1\nprerequisites: index",
        'chapter.md:7: WARNING: `prerequisites` is "index". Write a list of pages to read first',
    ),
    "a difficulty is a word": (
        "chapter.md", "difficulty: 1", "difficulty: hard",
        'chapter.md:6: WARNING: `difficulty` is "hard". Write 1 for everybody',
    ),
    "a chapter has no audience": (
        "chapter.md", "audience: [engineers]\n", "",
        "chapter.md:1: WARNING: the front matter has no `audience`. Write a list of ids",
    ),
    "a key of the front matter is misspelt": (
        "chapter.md", "difficulty: 1", "difficulty: 1\nprerequisite: [index]",
        "chapter.md:7: WARNING: `prerequisite` is no key of the front matter. Write `prerequisites`",
    ),
    "a lab does not say what is edited": (
        "index.md", "description: The first page.", "description: The first page.\nlab: 1",
        "index.md:1: WARNING: the front matter has no `edits`. Write how many files the reader",
    ),
    "a lab counts its edits in words": (
        "index.md", "description: The first page.", "description: A lab.\nlab: 1\nedits: two",
        'index.md:4: WARNING: `edits` is "two". Write how many files the reader',
    ),
    "a chapter has no title": (
        "chapter.md", CHAPTER.split("---\n", 2)[2], "Words.\n",
        "chapter.md:1: WARNING: the page has no title",
    ),
    "a path names no page": (
        "_data/paths.toml", '"chapter"', '"chapter", "chaptre"',
        "_data/paths.toml:5: WARNING: there is no page 'chaptre'",
    ),
    "a path holds a chapter for others": (
        "_data/paths.toml", "[[path]]", '[[path]]\nid = "pilots"\nname = "Pilots"\nline = "Fly."\ngoals = ["chapter"]\n\n[[path]]',
        "chapter.md:5: WARNING: the path of 'pilots' leads here: name it in `audience`",
    ),
    "a page is unknown": (
        "chapter.md", "# A chapter\n", "# A chapter\n\nSee {page}`nowhere`.\n",
        "chapter.md:11: WARNING: there is no page 'nowhere'",
    ),
}  # fmt: skip


@pytest.mark.parametrize("fault", FAULTS)
def test_a_broken_contract_fails_with_its_place(warnings, fault):
    """The build says what is wrong, in which file, on which line."""
    name, old, new, expected = FAULTS[fault]

    assert expected in warnings(name, old, new)


@pytest.mark.parametrize(
    "figure",
    [
        "12 per cent", "forty percent", "87-percent", "three quarters of", "two-thirds of",
        "9 out of 10", "nine in ten", "12x", "12 times", "$5 billion", "in June", "1990",
    ],
)  # fmt: skip
def test_a_figure_in_other_words_needs_a_source_too(warnings, figure):
    """A figure or a date is found in whichever way it is written."""
    page = f"# A chapter\n\nThis was {figure} teams.\n"

    assert "chapter.md:11: WARNING: " in warnings("chapter.md", "# A chapter\n", page)


def test_bars_are_a_table_whose_values_are_text(tmp_path):
    """Who sees no bar reads the figure; the bar is as long as its share of the greatest."""
    write(tmp_path / "docs", FILES)
    build(tmp_path / "docs", "html")
    page = (tmp_path / "docs/_build/chapter.html").read_text("utf-8")
    table = BeautifulSoup(page, "html.parser").select_one("table.bars")

    assert "One run" in table.caption.text
    assert [["what", "seconds"], ["The run", "1,234.5"], ["Half of it", "617.25"]] == [
        [cell.get_text(strip=True, separator=" ") for cell in row.find_all(["th", "td"])]
        for row in table.find_all("tr")
    ]
    assert ["th", "th"] == [row.find(True).name for row in table.tbody.find_all("tr")]
    assert ["--share: 1.0000", "--share: 0.5000"] == [bar["style"] for bar in table(class_="bar")]


def test_the_reason_of_a_block_that_does_not_run_is_text_like_any_other(tmp_path):
    """A command in it is set as one."""
    block = "\n```{not-run} bash\n:reason: `nox -s it` runs it\nls\n```\n"
    write(tmp_path / "docs", FILES | {"chapter.md": CHAPTER + block})
    build(tmp_path / "docs", "html")
    page = (tmp_path / "docs/_build/chapter.html").read_text("utf-8")
    reason = BeautifulSoup(page, "html.parser").select_one(".not-run-reason")

    assert "Not run by the tests: nox -s it runs it." == reason.text
    assert "nox -s it" == reason.code.text


@pytest.fixture(scope="module")
def plots(tmp_path_factory):
    """A page with two plots of one run, the second over x and y as they are."""
    folder = tmp_path_factory.mktemp("plots") / "docs"
    again = CHAPTER[CHAPTER.index("```{lines}") :].replace(":log: x y\n", "")
    write(folder, FILES | {"chapter.md": CHAPTER + "\n" + again})
    build(folder, "html")
    return BeautifulSoup((folder / "_build/chapter.html").read_text("utf-8"), "html.parser")


def test_lines_stand_where_their_figures_are(plots):
    """On log scales 10, 100 and 1,000 are as far apart as 1 and 10 are from 0.1."""
    old, new = plots.select(".plot")[0]("g")
    places = [(mark["x"], mark["y"]) for mark in old("svg")]

    assert [("3.00%", "100.00%"), ("50.00%", "56.63%"), ("97.00%", "66.67%")] == places
    assert [("3.00%", "66.67%"), ("97.00%", "0.00%")] == [(m["x"], m["y"]) for m in new("svg")]


def test_without_a_log_scale_lines_start_at_nought(plots):
    """100 is at the top, 0 at the bottom, and x has round ticks where its values are too close."""
    plot = plots.select(".plot")[1]

    assert ["0.10"] == [f"{100 - float(m['y'][:-1]):.2f}" for m in plot.g("svg")][:1]
    assert ["seconds", "items", "0", "50", "100", "0", "500", "1k"] == [
        text.string for text in plot("text")
    ]


def test_an_axis_names_its_values_or_round_ones():
    """Few values of x are named themselves; y begins at 0, or at a power of ten."""

    assert [2, 4, 6] == Axis({2, 4, 6}, log=False).ticks
    assert [0, 2, 4, 6] == Axis({2, 4, 6}, log=False, zero=True).ticks
    assert [1, 10, 100] == Axis({2, 30}, log=True, zero=True).ticks


def test_a_missing_figure_is_a_gap(plots):
    """No line leads over an x that has no figure."""

    assert [2, 0] == [len(g("line")) for g in plots.select(".plot")[0]("g")]


def test_lines_are_told_apart_without_colour(plots):
    """Each has a marker of its own, and the legend shows it beside the words."""
    plot, legend = plots.select_one(".plot"), plots.select_one(".legend")
    markers = [str(g.svg.find(True)) for g in plot("g")]

    assert 2 == len(set(markers))
    assert markers == [str(item.select_one("svg svg").find(True)) for item in legend("li")]
    assert ["The old way", "The new way"] == [" ".join(item.text.split()) for item in legend("li")]


def test_who_sees_no_lines_reads_them(plots):
    """The plot has a name and says its ends; a table that opens has every value."""
    plot, details = plots.select_one(".plot"), plots.select_one(".of-lines details")

    assert ("img", "Work & time") == (plot["role"], plot.title.string)
    assert "The new way: 1 at 10, 100 at 1,000." in plot.desc.string
    assert [
        ["seconds, by items", "10", "100", "1,000"],
        ["The old way", "0.1", "2", "1"],
        ["The new way", "1", "\N{EN DASH}", "100"],
    ] == [[" ".join(cell.text.split()) for cell in row(["th", "td"])] for row in details("tr")]


def test_two_plots_share_no_id(plots):
    """An id stands once on a page."""
    ids = [tag["id"] for tag in plots.select("[id]")]

    assert len(ids) == len(set(ids))


def test_an_entry_on_a_second_page_fails(warnings):
    """An entry is expanded once; a second place is named."""
    page = f"\n(second)=\n\n## Again\n\n{WORDS}\n"

    assert "index.md:24: WARNING: 'second' is expanded on a second page" in warnings(
        "index.md", "# Start", "# Start", add=page
    )


def test_a_figure_that_a_fence_prints_needs_no_other_source(warnings):
    """The fence's output is itself compared with its run."""
    page = "# A chapter\n\nIt is 71.5 % right.\n\n```output\n71.5\n```\n"

    assert "" == warnings("chapter.md", "# A chapter\n", page)


def test_an_incremental_build_forgets_what_a_page_no_longer_has(warnings):
    """A label that goes is missed at the next build, though nothing else changed."""
    warnings()

    assert "no page has the label 'picture'" in warnings("chapter.md", "(picture)=\n", "")


def test_a_new_term_is_looked_for_on_pages_that_did_not_change(warnings):
    """An incremental build says what a fresh one would: the glossary is for every page."""
    warnings()
    term = '\n[[term]]\nname = "right part"\nmeans = "Not the left."\nowner = "index"\n'

    assert "'right part' is in the glossary" in warnings("_data/glossary.toml", add=term)


TERMS = [
    {"name": "feature"},
    {"name": "feature store"},
    {"name": "page (an alarm)", "written": ["paged", "pages somebody"]},
    {"name": "p99", "written": ["p50", "p99"]},
]


@pytest.mark.parametrize(
    ("said", "names"),
    [
        ("Two features of a Feature.", ["feature", "feature"]),
        ("A feature store holds them.", ["feature store"]),
        ("The page of a re-paged book.", []),
        ("It pages somebody, by its p50.", ["page (an alarm)", "p99"]),
    ],
)
def test_a_term_is_what_pages_call_it(said, names):
    """The longest phrase counts, in any case of letters, and no part of a word."""
    found = owners.find_terms(TERMS)(said.lower())

    assert names == [TERMS[n]["name"] for n, _ in found]


def test_a_page_may_use_the_terms_of_what_is_read_first():
    """A prerequisite, one of its own, and for a lab each lab before it."""
    pages = {
        "a": {},
        "b": {"prerequisites": '["a"]'},
        "c": {"prerequisites": '["b"]'},
        "labs/one": {"lab": "1", "prerequisites": '["a"]'},
        "labs/two": {"lab": "2"},
    }
    env = SimpleNamespace(metadata=pages)

    assert {"a", "b"} == owners.pages_read_first(env, "c")
    assert {"labs/one", "a"} == owners.pages_read_first(env, "labs/two")
    assert set() == owners.pages_read_first(env, "a")
