"""A digest of the code that a proof measured: where it differs, its record is stale.

The code is the proof's file and all that it imports of this repository, wherever in it, and what
these import in turn. A name of a public API leads to the module that the API's stub takes it from,
and to no other; `"-m", "jukebox"` in a command is an import, too, and so is a text that is the whole
name of a module, as "jukebox.labs.first_model". It is read, never run, and comments, docstrings and
layout are left out. What is no Python, such as a lock, is not in it.
"""

import ast
import hashlib
import re
from collections.abc import Iterator
from functools import cache
from itertools import pairwise
from pathlib import Path
from typing import Any

ROOTS = (Path(), Path("examples"))  # the session runs in the first
PROOFS = Path("tests", "proofs")
DOTTED = re.compile(r"[a-z_]\w*(\.[a-z_]\w*)+")
DOCUMENTED = ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef


def proofs() -> list[str]:
    """The names of all proofs: `kill` is `tests/proofs/test_kill.py`, and writes `kill.json`."""
    return sorted(file.stem.removeprefix("test_") for file in PROOFS.glob("test_*.py"))


def digest(proof: str) -> str:
    """The digest of the code that a proof measures."""
    files = closure([PROOFS / f"test_{proof}.py"])
    code = [(file.as_posix(), read(file)[0]) for file in sorted(files)]
    return hashlib.sha256(repr(code).encode()).hexdigest()


def closure(files: list[Path], root: Path = Path()) -> set[Path]:
    """Some files, and all of the repository that they import, and that these do.

    All are relative to the repository's root, which is the folder that one is in by default.
    """
    found: set[Path] = set()
    while files:
        if (file := files.pop()) not in found:
            found.add(file)
            files += {path for name in read(file, root)[1] for path in sources(name, root)}
    return found


def sources(name: str, root: Path = Path()) -> Iterator[Path]:
    """Yield the files of a repository that are run to import a dotted name."""
    parts = name.split(".")
    for base in ROOTS:
        for count in range(1, len(parts) + 1):
            place = base.joinpath(*parts[:count])
            files = place.with_suffix(".py"), place / "__init__.py"
            yield from (file for file in files if (root / file).is_file())
            for public in exported(place / "__init__.pyi", root):
                if public.rpartition(".")[2] in parts[count : count + 1]:
                    yield from sources(public, root)


def exported(stub: Path, root: Path) -> frozenset[str]:
    """The dotted names that a package's stub imports, to be had of the package; none without one."""
    return read(stub, root)[1] if (root / stub).is_file() else frozenset()


def read(file: Path, root: Path = Path()) -> tuple[str, frozenset[str]]:
    """The digest of what a file says to Python, and the dotted names that it may import."""
    return meaning((root / file).read_text("utf-8"), file.parts)


@cache
def meaning(text: str, parts: tuple[str, ...]) -> tuple[str, frozenset[str]]:
    """The same of a text; parts: of the file's path, from which it imports what is beside it."""
    tree, names, packages, attributes = ast.parse(text), set(), {}, set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            names |= {name.name for name in node.names}
            packages |= {name.asname or name.name: name.name for name in node.names}
        elif isinstance(node, ast.ImportFrom):
            package = ".".join(parts[: -node.level]) if node.level else ""
            module = ".".join(filter(None, (package, node.module)))
            names |= {f"{module}.{name.name}" for name in node.names}
        elif isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name):
            attributes.add((node.value.id, node.attr))
        elif isinstance(node, ast.Constant) and DOTTED.fullmatch(str(node.value)):
            names.add(str(node.value))
        elif isinstance(node, ast.List | ast.Tuple):
            said = [part.value if isinstance(part, ast.Constant) else None for part in node.elts]
            run = [str(word) for flag, word in pairwise(said) if flag == "-m"]
            names |= {f"{name}.__main__" for name in run}
        elif isinstance(node, ast.JoinedStr):  # some 3.12 end one with an empty text
            node.values = [part for part in node.values if getattr(part, "value", 0) != ""]
        if isinstance(node, DOCUMENTED) and ast.get_docstring(node) is not None:
            del node.body[0]
    # `jukebox.train`, after `import jukebox`
    names |= {f"{packages[name]}.{attr}" for name, attr in attributes if name in packages}
    return hashlib.sha256(repr(told(tree)).encode()).hexdigest(), frozenset(names)


def told(node: Any) -> Any:
    """What a tree holds, the same in each Python: `ast.dump` shows what is empty in some."""
    if isinstance(node, ast.AST):
        fields = [(name, told(v)) for name, v in ast.iter_fields(node) if v not in (None, [])]
        return [type(node).__name__, *fields]
    return [told(part) for part in node] if isinstance(node, list) else node
