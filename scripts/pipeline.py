"""Draw the pipeline from its definition into the page that shows it: `python -m scripts.pipeline`.

It needs Jukebox, as `nox -s tests` has it: run it with that session's Python. The drawing itself
is made by `nox -s diagrams`, as for every other diagram.
"""

from collections.abc import Sequence
from itertools import pairwise
from pathlib import Path

from jukebox import PIPELINE, TRIGGERS
from jukebox.loop.pipeline import Step

from docs._ext.diagrams import mermaid_fences

PAGE = Path("docs/modules/mlops/one-picture.md")
TITLE = "accTitle: Jukebox's pipeline, drawn from its definition"
# Where each trigger comes from, and what its arrow says. The last one is the arrow back.
SOURCES = {
    "code": ("code", "code changed"),
    "data": ("data", "new data"),
    "performance": ("monitor", "performance fell"),
}


def draw_box(step: Step) -> str:
    """A step and the slide's word for it, as a box; as a hexagon if somebody may say no there."""
    # The code's word stands in a box of its own already, where it comes in.
    words = step.name if step.part == "Code" else f"{step.part}: {step.name}"
    return f'{step.name}{{{{"{words}"}}}}' if step.no else f'{step.name}["{words}"]'


def describe_pipeline(steps: Sequence[Step], triggers: Sequence[str]) -> str:
    """The picture in words, for those who do not see it."""
    *others, last = [step.name for step in steps]
    firm = [step.name for step in steps if not step.no]
    return (
        f"accDescr: Three triggers start a run: {', '.join(triggers)}. "
        f"It goes through {', '.join(others)} and {last}; all but {', '.join(firm)} may say no. "
        "The monitor waits for labels, and the last trigger is its arrow back."
    )


def write_diagram(pipeline: Sequence[Step] = PIPELINE, triggers: Sequence[str] = TRIGGERS) -> str:
    """The diagram of a pipeline in Mermaid's words, without its fence.

    The first step is no box: it is where the three triggers meet.
    """
    steps = pipeline[1:]
    names = [step.name for step in steps]
    arrows = [f'{SOURCES[one][0]} -->|"{SOURCES[one][1]}"| {names[0]}' for one in triggers]
    lines = [
        TITLE,
        describe_pipeline(steps, triggers),
        'code(["Code"])',
        'data[("Data")]',
        *map(draw_box, steps),
        'labels[("Labels")]',
        'monitor["Monitor"]',
        *arrows[:-1],
        *(f"{before} --> {after}" for before, after in pairwise([*names, "monitor"])),
        arrows[-1],
        "labels --> monitor",
    ]
    return "\n".join(["flowchart TD", *(f"    {line}" for line in lines)])


def find_diagram(text: str) -> str:
    """The one diagram of a page that is drawn from the definition."""
    [found] = [one for _, one in mermaid_fences(text) if TITLE in one]
    return found


def replace_diagram(text: str) -> str:
    """A page with the diagram as the definition has it now."""
    return text.replace(find_diagram(text), write_diagram())


if __name__ == "__main__":
    PAGE.write_text(replace_diagram(PAGE.read_text("utf-8")), "utf-8")
    print(f"Wrote the pipeline into {PAGE}; now run nox -s diagrams")
