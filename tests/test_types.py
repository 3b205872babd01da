"""What an editor shows of the code: types that say something, and names that stand once."""

import ast
from collections import defaultdict
from pathlib import Path

import pytest

# The most of its annotations that may be loose. The extensions read data files, whose rows are
# described in `docs/_data/schemas` and not once more in Python.
TYPED = {"examples/jukebox": 0.03, "docs/_ext": 0.05, "scripts": 0.02}
# What a lab gives its reader, the programs of other environments, and what has gaps to fill in.
UNTYPED = {"deploy", "files", "skeletons"}
LOOSE = {"Any", "object"}  # a bare `dict` or `list` is told by basedpyright
TWICE = {"main", "logger"}  # Python's own words for what starts a program, and for where it tells


def sources(folder):
    """Give each file that is typed, with its lines and its tree."""
    for file in sorted(Path(folder).rglob("*.py")):
        if not UNTYPED & set(file.parts):
            text = file.read_text("utf-8")
            yield file, text.splitlines(), ast.parse(text)


def annotations(tree):
    """Give every annotation: of parameters, of what is returned, and of variables."""
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and node.returns:
            yield node.returns
        elif isinstance(node, ast.arg | ast.AnnAssign) and node.annotation:
            yield node.annotation


def words(annotation):
    """Give the names in an annotation, also where it stands in quotes."""
    for node in ast.walk(annotation):
        if isinstance(node, ast.Name | ast.Attribute):
            yield node.id if isinstance(node, ast.Name) else node.attr
        elif isinstance(node, ast.Constant) and isinstance(node.value, str):
            yield from words(ast.parse(node.value, mode="eval").body)


def loose_aliases(folder):
    """Give the names of the folder's own types that are made of a loose one."""
    found = set()
    for _, _, tree in sources(folder):
        for node in tree.body:
            target = node.targets[0] if isinstance(node, ast.Assign) else getattr(node, "target", 0)
            value = getattr(node, "value", None)
            if not isinstance(target, ast.Name) or not isinstance(value, ast.Subscript):
                continue
            if LOOSE & {part.id for part in ast.walk(value) if isinstance(part, ast.Name)}:
                found.add(target.id)
    return found


@pytest.mark.parametrize("folder", TYPED)
def test_few_annotations_say_nothing_and_each_says_why(folder):
    """A type that is made of `Any` counts where it is used, as if `Any` stood there."""
    loose, number = LOOSE | loose_aliases(folder), 0
    silent, said_nothing = [], []
    for file, lines, tree in sources(folder):
        for annotation in annotations(tree):
            number += 1
            if found := loose & set(words(annotation)):
                said_nothing.append(f"{file}:{annotation.lineno}")
                here = lines[annotation.lineno - 2 : annotation.end_lineno]
                if found & LOOSE and not any("#" in line for line in here):
                    silent.append(f"{file}:{annotation.lineno}")

    assert not silent, f"say in a comment why nothing else is true: {', '.join(silent)}"
    assert len(said_nothing) <= TYPED[folder] * number, (
        f"{len(said_nothing)} of {number} annotations in {folder} are Any or object: "
        f"give some of them a type: {', '.join(said_nothing)}"
    )


def test_a_name_stands_in_one_module_of_jukebox_alone():
    """Or whoever looks it up is shown another thing than what runs."""
    places = defaultdict(set)
    for file, _, tree in sources("examples/jukebox"):
        for node in tree.body:
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
                places[node.name].add(str(file))
            elif isinstance(node, ast.Assign | ast.AnnAssign):
                targets = node.targets if isinstance(node, ast.Assign) else [node.target]
                for name in (n for target in targets for n in ast.walk(target)):
                    if isinstance(name, ast.Name):
                        places[name.id].add(str(file))

    twice = {n: sorted(files) for n, files in places.items() if len(files) > 1 and n not in TWICE}
    assert not twice, f"give each of these a name of its own: {twice}"
