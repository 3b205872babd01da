"""The running order of a talk: `_data/talk.toml`, which `{talk}` shows with the time on the clock.

`{talk} 60 90` shows each slide of the second deck: when it begins and ends in a talk of 60 and of
90 minutes, what to say and to ask, and the sections to have open. `{talk} 30` with `:brief:` shows
the times alone, without the slides that are left out.

A step without minutes is left out. Steps with `ours` are no slides, such as a demonstration. Those
with `outline` list what the slides promise for a longer course: their entries need no section.
"""

from collections.abc import Iterator, Mapping
from itertools import accumulate, chain, pairwise
from pathlib import Path
from typing import ClassVar

from docutils import nodes
from docutils.parsers.rst import directives
from sphinx.application import Sphinx
from sphinx.environment import BuildEnvironment
from sphinx.util import logging
from sphinx.util.docutils import SphinxDirective
from sphinx.util.typing import ExtensionMetadata

from docs._ext import load, place_in_data
from docs._ext.classes import FROM_DATA, TALK
from docs._ext.evidence import FIGURE
from docs._ext.shapes import Row
from docs._ext.syllabus import escape_markdown

logger = logging.getLogger(__name__)

FILE, DECK = "talk.toml", 2
LENGTHS = (30, 60, 90)  # minutes of the talk; a step has `minutes30` and so on
SAID = {"say": "Say", "instead": "Say instead", "ask": "Ask", "listen": "Listen for"}
SECTIONS = "sections"
Step = Row


def faults(
    steps: list[Step], entries: list[Mapping[str, str]], claims: set[str]
) -> Iterator[tuple[str, str]]:
    """Yield what is wrong with the running order, each with words that stand at its place.

    `entries` are those of the deck in its order, and `claims` the ids that there are.
    """
    on_slide: dict[str, list[str]] = {}
    for entry in entries:
        on_slide.setdefault(entry["slide"], []).append(entry["id"])
    yield from length_faults(steps)
    for step in steps:
        yield from section_faults(step, on_slide)
        yield from word_faults(step, claims)
    yield from order_faults(steps, list(on_slide))


def length_faults(steps: list[Step]) -> Iterator[tuple[str, str]]:
    """Yield each length of the talk that its steps do not take."""
    for length in LENGTHS:
        if (total := sum(step[f"minutes{length}"] for step in steps)) != length:
            yield "", f"the steps take {total} minutes in the talk of {length}"


def section_faults(step: Step, on_slide: Mapping[str, list[str]]) -> Iterator[tuple[str, str]]:
    """Yield what a step calls otherwise than the deck: its slide, and the sections of its entries.

    `on_slide` has the labels of the entries of each slide.
    """
    title = step["title"]
    here = f'title = "{title}"'
    if not step.get("ours") and title not in on_slide:
        yield here, f"the deck has no slide {title!r}: copy its name from syllabus.toml"
    known = set(chain(*on_slide.values()))
    for label in [label for label in step[SECTIONS] if label not in known]:
        yield f'"{label}"', f"{title}: {label!r} is no entry of the deck"
    if not step.get("outline"):
        for label in [label for label in on_slide.get(title, []) if label not in step[SECTIONS]]:
            yield here, f"{title}: no section is named for the entry {label!r}"


def word_faults(step: Step, claims: set[str]) -> Iterator[tuple[str, str]]:
    """Yield each claim of a step that is none, and each figure that its words state by themselves."""
    title = step["title"]
    for claim in [claim for claim in step.get("claim", []) if claim not in claims]:
        yield f'"{claim}"', f"{title}: claims.toml has no claim {claim!r}"
    for words in [step[key] for key in SAID if key in step]:
        for figure in FIGURE.findall(words):
            yield words, f"{title}: {figure!r} has no source here: name a claim that says it"


def order_faults(steps: list[Step], slides: list[str]) -> Iterator[tuple[str, str]]:
    """Yield each slide of the deck that no step shows, and each step that comes too early."""
    titles = [step["title"] for step in steps if not step.get("ours") and step["title"] in slides]
    for slide in [slide for slide in slides if slide not in titles]:
        yield "", f"no step shows the slide {slide!r}"
    for before, after in pairwise(titles):
        if slides.index(before) >= slides.index(after):
            yield f'title = "{after}"', f"{after!r} comes before {before!r} in the deck"


class Talk(SphinxDirective):
    """Show the running order for one or more lengths of the talk."""

    required_arguments = 1
    optional_arguments = len(LENGTHS) - 1
    option_spec: ClassVar = {"caption": directives.unchanged_required, "brief": directives.flag}

    def run(self) -> list[nodes.Node]:
        """Return the table, or nothing where the file has a fault."""
        srcdir = self.env.srcdir
        for name in (FILE, "claims.toml", "syllabus.toml"):
            self.env.note_dependency(f"{srcdir}/_data/{name}")
        lengths = [int(length) for length in self.arguments if length.isdecimal()]
        if not set(lengths) <= set(LENGTHS) or len(lengths) < len(self.arguments):
            raise self.error(f"write one or more of the lengths {', '.join(map(str, LENGTHS))}")
        if "caption" not in self.options:
            raise self.error("the talk needs a `:caption:` that the reader sees")
        steps = load(srcdir, FILE).get("step", [])
        claims = {claim["id"]: claim for claim in load(srcdir, "claims.toml").get("claim", [])}
        deck = entries_of_deck(srcdir)
        if any(faults(steps, deck, set(claims))):
            return []  # `check` says what is wrong
        times = [clock([step[f"minutes{length}"] for step in steps]) for length in lengths]
        rows = []
        for number, step in enumerate(steps):
            mine = [of_length[number] for of_length in times]
            if any(mine) or not self.brief:
                cells = self.time(lengths, mine), self.words(step, claims)
                rows.append(nodes.row("", *(nodes.entry("", *cell) for cell in cells)))
        return [table(self.options["caption"], ("time", "slide"), rows)]

    @property
    def brief(self) -> bool:
        """Tell whether the times alone are asked for."""
        return "brief" in self.options

    def time(self, lengths: list[int], times: list[str]) -> list[nodes.Node]:
        """Return the times of a step, each with the length of the talk where there are several."""
        lines = [time or "left out" for time in times]
        if len(lengths) > 1:
            lines = [f"*{length}* {time}" for length, time in zip(lengths, lines, strict=True)]
        return self.parse_text_to_nodes("\n\n".join(lines))

    def words(self, step: Step, claims: Mapping[str, Mapping[str, str]]) -> list[nodes.Node]:
        """Return the name of a step and, unless the times alone are asked for, what goes with it."""
        lines = [f"**{escape_markdown(step['title'])}**"]
        if self.brief:
            return self.parse_text_to_nodes(lines[0])
        for key, cue in SAID.items():
            if key == "instead":
                for claim in map(claims.__getitem__, step.get("claim", [])):
                    slide_says = escape_markdown(claim["slide_says"])
                    lines.append(f"[Instead of]{{.cue}} “{slide_says}”: {claim['say'].strip()}")
            if key in step:
                lines.append(f"[{cue}:]{{.cue}} {step[key]}")
        places = [f"{{ref}}`{label}`" for label in step[SECTIONS]]
        parsed = self.parse_text_to_nodes("\n\n".join(lines))
        if places:
            to_open = nodes.paragraph("", classes=[SECTIONS])
            for before, place in zip(["Open: ", *[" · "] * len(places)], places, strict=False):
                (paragraph,) = self.parse_text_to_nodes(place)
                to_open += nodes.inline("", before, *paragraph.children)
            parsed.append(to_open)
        return parsed


def entries_of_deck(srcdir: str | Path) -> list[Mapping[str, str]]:
    """Return the entries of the second deck, in its order."""
    entries = load(srcdir, "syllabus.toml").get("bullet", [])
    return [entry for entry in entries if entry["deck"] == DECK]


def check(app: Sphinx, env: BuildEnvironment) -> None:
    """Say once what is wrong with the file, on however many pages it is shown."""
    steps = load(app.srcdir, FILE).get("step", [])
    claims = {claim["id"] for claim in load(app.srcdir, "claims.toml").get("claim", [])}
    for words, fault in faults(steps, entries_of_deck(app.srcdir), claims) if steps else ():
        logger.warning("%s", fault, location=place_in_data(app.srcdir, FILE, words))


def clock(minutes: list[int]) -> list[str]:
    """Return when each step begins and ends, as 0:04-0:09, or nothing where it is left out."""
    ends = list(accumulate(minutes))
    begins = [0, *ends[:-1]]
    return [
        f"{hours(begin)}\N{EN DASH}{hours(end)}" if begin < end else ""
        for begin, end in zip(begins, ends, strict=True)
    ]


def hours(minutes: int) -> str:
    """Write minutes as a clock does: 64 as 1:04."""
    return f"{minutes // 60}:{minutes % 60:02}"


def table(caption: str, heads: tuple[str, str], rows: list[nodes.row]) -> nodes.table:
    """Return a table of two columns, such as a running order; the first cell heads its row."""
    cells = [nodes.entry("", nodes.paragraph("", words)) for words in heads]
    group = nodes.tgroup("", cols=2)
    group += [nodes.colspec(colwidth=20, stub=1), nodes.colspec(colwidth=80)]
    group += nodes.thead("", nodes.row("", *cells))
    group += nodes.tbody("", *rows)
    return nodes.table("", nodes.title("", caption), group, classes=[TALK, FROM_DATA])


def name_once(app: Sphinx, doctree: nodes.document, docname: str) -> None:
    """Drop a link to a section that its row names already: one heading may have two labels."""
    for paragraph in doctree.findall(nodes.paragraph):
        if SECTIONS not in paragraph["classes"]:
            continue
        seen = set()
        for place in list(paragraph.children):
            link = place.next_node(nodes.reference)
            page = "" if link is None else link.get("refuri", "").partition("#")[0]
            named = page, place.astext().removeprefix("Open: ").removeprefix(" · ")
            if named in seen:
                paragraph.remove(place)
            seen.add(named)


def setup(app: Sphinx) -> ExtensionMetadata:
    """Register the directive, the check and the handler."""
    app.setup_extension("docs._ext.chapter")  # for {page}
    app.setup_extension("docs._ext.evidence")
    app.add_directive("talk", Talk)
    app.connect("env-check-consistency", check)
    app.connect("doctree-resolved", name_once)
    return {"version": "1", "parallel_read_safe": True, "parallel_write_safe": True}
