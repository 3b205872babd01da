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
    code = [(file.as_posix(), read_code(file)[0]) for file in sorted(files)]
    return hashlib.sha256(repr(code).encode()).hexdigest()


def closure(files: list[Path], root: Path = Path()) -> set[Path]:
    """Some files, and all of the repository that they import, and that these do.

    All are relative to the repository's root, which is the folder that one is in by default.
    """
    reached: set[Path] = set()
    while files:
        if (file := files.pop()) not in reached:
            reached.add(file)
            files += {path for name in read_code(file, root)[1] for path in sources(name, root)}
    return reached


def sources(name: str, root: Path = Path()) -> Iterator[Path]:
    """Yield the files of a repository that are run to import a dotted name."""
    parts = name.split(".")
    for base in ROOTS:
        for count in range(1, len(parts) + 1):
            place = base.joinpath(*parts[:count])
            files = place.with_suffix(".py"), place / "__init__.py"
            yield from (file for file in files if (root / file).is_file())
            for public in names_exported(place / "__init__.pyi", root):
                if public.rpartition(".")[2] in parts[count : count + 1]:
                    yield from sources(public, root)


def names_exported(stub: Path, root: Path) -> frozenset[str]:
    """The dotted names that a package's stub imports, to be had of the package; none without one."""
    return read_code(stub, root)[1] if (root / stub).is_file() else frozenset()


def read_code(file: Path, root: Path = Path()) -> tuple[str, frozenset[str]]:
    """The digest of what a file says to Python, and the dotted names that it may import."""
    return meaning((root / file).read_text("utf-8"), file.parts)


@cache
def meaning(text: str, parts: tuple[str, ...]) -> tuple[str, frozenset[str]]:
    """The same of a text; parts: of the file's path, from which it imports what is beside it."""
    tree = ast.parse(text)
    drop_unread(tree)
    names = {*names_imported(tree, parts), *names_taken(tree), *names_spoken(tree)}
    return hashlib.sha256(repr(as_values(tree)).encode()).hexdigest(), frozenset(names)


def drop_unread(tree: ast.Module) -> None:
    """Take out of a tree what does nothing: docstrings, and the empty text that ends an f-string."""
    for node in ast.walk(tree):
        if isinstance(node, DOCUMENTED) and ast.get_docstring(node) is not None:
            del node.body[0]
        elif isinstance(node, ast.JoinedStr):  # some 3.12 end one so
            node.values = [part for part in node.values if getattr(part, "value", 0) != ""]


def names_imported(tree: ast.Module, parts: tuple[str, ...]) -> Iterator[str]:
    """Yield the dotted names that a file's statements import; parts: of its path."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (name.name for name in node.names)
        elif isinstance(node, ast.ImportFrom):
            package = ".".join(parts[: -node.level]) if node.level else ""
            module = ".".join(filter(None, (package, node.module)))
            yield from (f"{module}.{name.name}" for name in node.names)


def names_taken(tree: ast.Module) -> Iterator[str]:
    """Yield what a file takes of the modules that it imports: `jukebox.train`."""
    statements = [node for node in ast.walk(tree) if isinstance(node, ast.Import)]
    modules = {name.asname or name.name: name.name for node in statements for name in node.names}
    for node in ast.walk(tree):
        match node:
            case ast.Attribute(value=ast.Name(id=name)) if name in modules:
                yield f"{modules[name]}.{node.attr}"


def names_spoken(tree: ast.Module) -> Iterator[str]:
    """Yield the modules that a file names in texts, and those that its commands run with `-m`."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and DOTTED.fullmatch(str(node.value)):
            yield str(node.value)
        elif isinstance(node, ast.List | ast.Tuple):
            words = [part.value if isinstance(part, ast.Constant) else None for part in node.elts]
            yield from (f"{word}.__main__" for flag, word in pairwise(words) if flag == "-m")


# A field of a tree holds a value of any type, which stays as it is.
def as_values(node: object) -> object:
    """Return what a tree holds, the same in each Python: `ast.dump` shows what is empty in some."""
    if isinstance(node, ast.AST):
        fields = [(name, as_values(v)) for name, v in ast.iter_fields(node) if v not in (None, [])]
        return [type(node).__name__, *fields]
    return [as_values(part) for part in node] if isinstance(node, list) else node
