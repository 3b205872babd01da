"""Write the rooms of Jukebox onto the page that shows them: `python -m scripts.rooms`.

Which rooms there are, and their order, stands in the contract `layers` of pyproject.toml, which
`lint` holds; the arrows are the imports themselves, and the sentences those of the docstrings.
It reads the code of this folder, not that of a copy that is installed, and runs none. The drawing is
made by `nox -s diagrams`, as for every other diagram.

It needs what `nox -s tests` has: `.nox/tests/bin/python -m scripts.rooms`.
"""

import ast
import re
import sys
import tomllib
from collections.abc import Collection, Iterable, Iterator
from importlib.util import find_spec
from pathlib import Path

PAGE = Path("docs/reference/jukebox.md")
PACKAGE = Path("examples/jukebox")
SETTINGS = Path("pyproject.toml")
TITLE = "accTitle: The rooms of Jukebox and their imports"
# Rooms whose modules have a page of their own, which lists them for those who use them.
ELSEWHERE = {
    "labs": "[All the labs](../labs/index.md)",
    "cli": "[All the commands](command-line.md)",
}
LIST = re.compile(r"(?:^`\w+(?:/|\.py)`\n(?:: .+\n)+\n)+", re.M)

Arrow = tuple[str, str]  # from the room that imports to the room that it imports from


def search_here() -> None:
    """Let Python find the Jukebox of this folder, and end with a sentence if it finds another."""
    sys.path.insert(0, str(PACKAGE.parent.resolve()))
    spec = find_spec(PACKAGE.name)
    if not spec or Path(spec.origin or "").parent != PACKAGE.resolve():
        where = spec.origin if spec else "nowhere"
        sys.exit(
            f"Python takes Jukebox from {where}, not from {PACKAGE.resolve()}: run this in the "
            "folder that has pyproject.toml, in a process of its own."
        )


def read_order(settings: str) -> list[str]:
    """Return the rooms of a pyproject.toml's contract `layers`; first the one that imports none."""
    contracts = tomllib.loads(settings)["tool"]["importlinter"]["contracts"]
    [layers] = [one["layers"] for one in contracts if one["id"] == "layers"]
    return layers[::-1]


def find_arrows(order: Iterable[str], folder: Path = PACKAGE) -> set[Arrow]:
    """Return each pair of rooms of which the first has an import from the second.

    folder: the package, which stands in a folder that Python searches (PYTHONPATH=examples).
    """
    import grimp

    graph = grimp.build_graph(folder.name, cache_dir=None)
    pairs = {
        (importer.split(".")[1], imported.split(".")[1])
        for importer in graph.modules - {folder.name}
        for imported in graph.find_modules_directly_imported_by(importer) - {folder.name}
    }
    return {(one, other) for one, other in pairs if one != other and {one, other} <= {*order}}


def leave_out_transitive(arrows: Collection[Arrow]) -> set[Arrow]:
    """Leave out each arrow whose end is reached over other rooms as well."""

    def reached(room: str) -> set[str]:
        ends = {end for start, end in arrows if start == room}
        return ends.union(*map(reached, ends))

    return {
        (start, end)
        for start, end in arrows
        if not any(end in reached(other) for begin, other in arrows if begin == start)
    }


def draw_rooms(order: list[str], arrows: Iterable[Arrow], files: Collection[str]) -> str:
    """Return the diagram in Mermaid's words, without its fence: what is imported stands above.

    files: those of the rooms that are a single file each; they share a box, under the last name.
    """
    box = {room: max(files, key=order.index) if room in files else room for room in order}
    boxes = dict.fromkeys(box.values())
    names = {one: [room for room in order if box[room] == one] for one in boxes}
    shown = leave_out_transitive({(box[a], box[b]) for a, b in arrows if box[a] != box[b]})
    ends = {
        one: [" and ".join(names[other]) for other in names if (one, other) in shown]
        for one in names
    }
    imports = [
        f"{' and '.join(names[one])} from {', '.join(ends[one])}" for one in names if ends[one]
    ]
    lines = [
        TITLE,
        f"accDescr: From top to bottom: {'; '.join(map(' and '.join, names.values()))}. "
        f"Each imports only from those above it: {'; '.join(imports)}; "
        "and from what these import from.",
        *(f'{one}["{", ".join(rooms)}"]' for one, rooms in names.items()),
        *(f"{one} --> {other}" for one in names for other in names if (one, other) in shown),
    ]
    return "\n".join(["flowchart BT", *(f"    {line}" for line in lines)])


def first_sentence(file: Path) -> str:
    """Return the first sentence of a module's docstring, on one line."""
    text = " ".join((ast.get_docstring(ast.parse(file.read_text("utf-8"))) or "").split())
    return re.split(r"(?<=[.?!])\s", text, maxsplit=1)[0]


def describe_room(room: str, folder: Path = PACKAGE) -> Iterator[str]:
    """Yield the lines of the page on a room: its name, its sentence, and its modules or their page."""
    if (file := folder / f"{room}.py").exists():
        yield from (f"`{room}.py`", f": {first_sentence(file)}", "")
        return
    modules = sorted(one.stem for one in (folder / room).glob("*.py") if one.stem != "__init__")
    yield from (f"`{room}/`", f": {first_sentence(folder / room / '__init__.py')}")
    listing = ", ".join(f"`{module}`" for module in modules)
    yield from (f": {ELSEWHERE.get(room, listing)}", "")


def single_files(order: Iterable[str]) -> list[str]:
    """Return the rooms that are a single file each, in their order."""
    return [room for room in order if (PACKAGE / f"{room}.py").exists()]


def source() -> str:
    """Return the diagram of the rooms as the contract and the imports have it now."""
    order = read_order(SETTINGS.read_text("utf-8"))
    return draw_rooms(order, find_arrows(order), single_files(order))


def find_diagram(text: str) -> str:
    """Return the one diagram of a page that is drawn from the rooms."""
    from docs._ext.diagrams import mermaid_fences

    [found] = [one for _, one in mermaid_fences(text) if TITLE in one]
    return found


def update_page(text: str) -> str:
    """Return a page with the diagram and the list of the rooms as they are now."""
    order = read_order(SETTINGS.read_text("utf-8"))
    lines = "".join(f"{line}\n" for room in order for line in describe_room(room))
    return LIST.sub(lambda _: lines, text.replace(find_diagram(text), source()))


def advise(old: str, new: str) -> str:
    """Return what was done to the page, and what is to be done next where its diagram changed."""
    if old == new:
        return f"{PAGE}: unchanged"
    then = (
        ""
        if find_diagram(old) == find_diagram(new)
        else "; its diagram has changed: now run nox -s diagrams"
    )
    return f"{PAGE}: written{then}"


def count_arrows(arrows: Collection[Arrow], files: Collection[str]) -> tuple[int, int]:
    """Count the arrows between the rooms under `labs`; then again with the single files as one."""
    inner = {arrow for arrow in arrows if not {"cli", "labs"} & {*arrow}}
    shared = {tuple("files" if room in files else room for room in arrow) for arrow in inner}
    return len(inner), len({(one, other) for one, other in shared if one != other})


def main() -> None:
    """Write the page, and say how many arrows there are, those that the picture leaves out too."""
    search_here()
    old = PAGE.read_text("utf-8")
    PAGE.write_text(new := update_page(old), "utf-8")
    order = read_order(SETTINGS.read_text("utf-8"))
    each, shared = count_arrows(find_arrows(order), single_files(order))
    print(f"{each} arrows between the rooms under labs; {shared}, if the single files are one room")
    print(advise(old, new))


if __name__ == "__main__":
    main()
