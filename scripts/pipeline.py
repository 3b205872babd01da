"""Draw the pipeline from its definition into the page that shows it: `python -m scripts.pipeline`.

It needs Jukebox, as `nox -s tests` has it: run it with that session's Python. The drawing itself
is made by `nox -s diagrams`, as for every other diagram.
"""

import textwrap
from itertools import groupby, pairwise
from pathlib import Path

from jukebox.pipeline import PIPELINE, TRIGGERS

from docs._ext.diagrams import fences

PAGE = Path("docs/modules/mlops/one-picture.md")
TITLE = "accTitle: Jukebox's pipeline, drawn from its definition"
# Where each trigger comes from, and what its arrow says. The last one is the arrow back.
SOURCES = {
    "code": ("code", "code changed"),
    "data": ("data", "new data"),
    "performance": ("monitor", "performance fell"),
}
WIDEST = 22  # characters of a line in a box


def box(step):
    """A step and what it gives, as a box; as a hexagon if somebody may say no there."""
    words = "<br/>".join([step.name, *textwrap.wrap(", ".join(step.gives), WIDEST)])
    return f'{step.name}{{{{"{words}"}}}}' if step.no else f'{step.name}["{words}"]'


def described(pipeline, triggers):
    """The picture in words, for those who do not see it."""
    *others, last = [step.name for step in pipeline]
    firm = [step.name for step in pipeline[1:] if not step.no]
    return (
        f"accDescr: Code and data come in. A run goes through {', '.join(others)} and {last}. "
        f"Each step after the first may say no, except {' and '.join(firm)}. "
        "What is promoted is monitored, on labels that the data brings later. "
        f"Three triggers lead to {others[0]}: {', '.join(triggers[:-1])} and {triggers[-1]}. "
        "The last comes from the monitor: it is the arrow back."
    )


def source(pipeline=PIPELINE, triggers=TRIGGERS):
    """The diagram of a pipeline in Mermaid's words, without its fence."""
    names = [step.name for step in pipeline]
    lines = [TITLE, described(pipeline, triggers), 'code(["Code"])', 'data[("Data")]']
    for part, steps in groupby(pipeline, key=lambda step: step.part):
        boxes = [box(step) for step in steps]
        # The code's part has a node of its own already, where it comes in.
        lines += boxes if part == "Code" else [f"subgraph {part}", *boxes, "end"]
    lines.append('monitor["Monitor"]')
    arrows = [f'{SOURCES[one][0]} -->|"{SOURCES[one][1]}"| {names[0]}' for one in triggers]
    lines += arrows[:-1]
    lines += [f"{before} --> {after}" for before, after in pairwise([*names, "monitor"])]
    lines += ['data -->|"labels, later"| monitor', arrows[-1]]
    return "\n".join(["flowchart TD", *(f"    {line}" for line in lines)])


def drawn(text):
    """The one diagram of a page that is drawn from the definition."""
    [found] = [one for _, one in fences(text) if TITLE in one]
    return found


def written(text):
    """A page with the diagram as the definition has it now."""
    return text.replace(drawn(text), source())


if __name__ == "__main__":
    PAGE.write_text(written(PAGE.read_text("utf-8")), "utf-8")
    print(f"Wrote the pipeline into {PAGE}; now run nox -s diagrams")
