"""Import all of our modules, and look up each name of the standard library that our code speaks.

`python -W error -m scripts.imports`: what the next Python removes, this one warns of, and a warning
is an error. What warns only when it is called, the tests meet, where a warning is an error too.
"""

import ast
import importlib
import pkgutil
import sys
from collections.abc import Iterator
from pathlib import Path

CODE = ("noxfile.py", "conftest.py", "docs/conf.py", "docs/_ext", "examples", "scripts", "tests")


def sources() -> list[Path]:
    """Every Python file of ours."""
    return sorted(
        file for path in map(Path, CODE) for file in ([path] if path.suffix else path.rglob("*.py"))
    )


def names_spoken(source: str) -> Iterator[tuple[int, str]]:
    """Yield the line and the dotted name of what a file says of the standard library."""
    tree, meaning = ast.parse(source), {}
    for node in ast.walk(tree):
        module = ""
        if isinstance(node, ast.ImportFrom) and not node.level:
            module = f"{node.module}."
        elif not isinstance(node, ast.Import):
            continue
        for name in node.names:
            whole = module + name.name
            short = name.asname or (name.name if module else name.name.split(".")[0])
            meaning[short] = whole if name.asname or module else short
            yield node.lineno, whole
    for node in ast.walk(tree):
        if isinstance(node, ast.Attribute):
            name, *parts = dotted_parts(node)
            if name in meaning:
                yield node.lineno, ".".join([meaning[name], *parts])


def dotted_parts(node: ast.Attribute) -> list[str]:
    """Return the parts of `a.b.c`; the first is empty where it is no name, as in `f().b.c`."""
    parts, value = [], node
    while isinstance(value, ast.Attribute):
        parts, value = [value.attr, *parts], value.value
    return [value.id if isinstance(value, ast.Name) else "", *parts]


def faults(file: str, source: str) -> list[str]:
    """Say which of those names this Python does not have, or warns of, with file and line."""
    wrong = []
    for line, name in names_spoken(source):
        if name.split(".")[0] in sys.stdlib_module_names:
            try:
                pkgutil.resolve_name(name)
            except (Warning, AttributeError, ImportError) as error:
                wrong.append(f"{file}:{line}: {name} goes, or is gone: {error}")
    return wrong


def main() -> None:
    """Import and look up; end with each fault."""
    modules = [
        module.name
        for package in map(importlib.import_module, ("jukebox", "docs._ext"))
        for module in pkgutil.walk_packages(package.__path__, f"{package.__name__}.")
        if not module.name.endswith(".__main__")  # to import it is to run it
    ]
    for name in modules:
        importlib.import_module(name)
    files = sources()
    wrong = [fault for file in files for fault in faults(str(file), file.read_text("utf-8"))]
    if wrong:
        sys.exit("\n".join(wrong))
    print(f"{len(modules)} modules can be imported; {len(files)} files ask for nothing that goes")


if __name__ == "__main__":
    main()
