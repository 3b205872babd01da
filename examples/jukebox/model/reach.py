"""What a function reaches in its package: the statements that can change what it gives.

The sources are read and never run. Each name that occurs is followed to the top-level statements
that bind it, in its module or where it is imported from: of `problem`, the labels' delay makes a
model, and the promised latency does not. A statement that binds no name, such as a call, counts as
soon as its module is imported. Left out is what no result can show: comments, docstrings, layout,
annotations, but for those of a class's fields, and the texts of errors. Where a name is looked up
by a text, it cannot be decided what is reached: `Reach.undecided` says so, and all has to count.
"""

import ast
import sys
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path
from typing import Any

# Who says one of these may reach what no name leads to, or read what is left out here.
UNDECIDED = {"eval", "exec", "globals", "vars", "__import__", "import_module", "modules"}
UNDECIDED |= {"__doc__", "__annotations__", "get_type_hints", "getsource"}
IMPORT = ast.Import | ast.ImportFrom
DEFINITION = ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef


# ---- what counts of a statement ------------------------------------------------------------------


class Bare(ast.NodeTransformer):
    """Takes from a tree what no result can show."""

    fields = False  # inside a class, whose annotations a dataclass reads

    def visit_ClassDef(self, node: ast.ClassDef) -> ast.AST:
        """Keep the annotations of its own body."""
        return self._visit_inside(node, fields=True)

    def visit_FunctionDef(self, node: ast.FunctionDef) -> ast.AST:
        """Drop the annotations of its arguments and its result."""
        node.returns = None
        for part in ast.walk(node.args):
            if isinstance(part, ast.arg):
                part.annotation = None
        return self._visit_inside(node, fields=False)

    visit_AsyncFunctionDef = visit_FunctionDef

    def _visit_inside(self, node: ast.AST, fields: bool) -> ast.AST:
        before, self.fields = self.fields, fields
        self.generic_visit(node)
        self.fields = before
        return node

    def visit_AnnAssign(self, node: ast.AnnAssign) -> ast.AST:
        """Make it a plain assignment; without a value it still makes a name local."""
        self.generic_visit(node)
        if self.fields:
            return node
        if node.value:
            return ast.Assign([node.target], node.value)
        return ast.AnnAssign(node.target, None, None, node.simple)

    def visit_If(self, node: ast.If) -> ast.AST | list[ast.stmt]:
        """Drop what only a type checker runs, and what no import does."""
        self.generic_visit(node)
        said = ast.unparse(node.test)
        unseen = said.endswith("TYPE_CHECKING") or said == "__name__ == '__main__'"
        return node.orelse if unseen else node

    def visit_Expr(self, node: ast.Expr) -> ast.AST | None:
        """Drop a constant that is a statement: a docstring, or dots."""
        return None if isinstance(node.value, ast.Constant) else self.generic_visit(node)

    def visit_JoinedStr(self, node: ast.JoinedStr) -> ast.AST:
        """Drop empty texts: some Python 3.12 end with one."""
        node.values = [part for part in node.values if getattr(part, "value", 0) != ""]
        return self.generic_visit(node)

    def visit_Raise(self, node: ast.Raise) -> ast.AST:
        """Blank the texts of the error; what is computed for them stays."""
        return Wordless().visit(self.generic_visit(node))

    def visit_Assert(self, node: ast.Assert) -> ast.AST:
        """Blank the texts of its message."""
        if node.msg:
            node.msg = Wordless().visit(node.msg)
        return self.generic_visit(node)


class Wordless(ast.NodeTransformer):
    """Takes from a tree the texts that stand in it."""

    def visit_Constant(self, node: ast.Constant) -> ast.Constant:
        """Make one text of all."""
        return ast.Constant("") if isinstance(node.value, str) else node

    def visit_JoinedStr(self, node: ast.JoinedStr) -> ast.AST:
        """Keep what is computed."""
        node.values = [part for part in node.values if not isinstance(part, ast.Constant)]
        return self.generic_visit(node)


def spell(node: Any) -> Any:
    """Return a tree as lists, the same in each Python: `ast.dump` shows what is empty in some."""
    if isinstance(node, ast.AST):
        fields = [(name, spell(v)) for name, v in ast.iter_fields(node) if v not in (None, [])]
        return [type(node).__name__, *fields]
    return [spell(part) for part in node] if isinstance(node, list) else node


def chains(node: ast.AST) -> Iterator[list[str]]:
    """Yield each name that occurs in a tree, with the attributes that are taken from it."""
    names: list[str] = []
    part = node
    while isinstance(part, ast.Attribute):
        names.insert(0, part.attr)
        part = part.value
    if isinstance(part, ast.Name):
        yield [part.id, *names]
    else:
        for child in ast.iter_child_nodes(node):
            yield from chains(child)


def is_definition(node: ast.stmt) -> bool:
    """Say whether a statement does nothing but bind names, as far as can be seen."""
    if isinstance(node, ast.Assign | ast.AnnAssign):
        targets = node.targets if isinstance(node, ast.Assign) else [node.target]
        places = [part for target in targets for part in ast.walk(target)]
        return not any(isinstance(part, ast.Attribute | ast.Subscript) for part in places)
    return isinstance(node, DEFINITION)


def bound(node: ast.AST) -> Iterator[str]:
    """Yield the names that a top-level statement binds, imports aside."""
    if isinstance(node, DEFINITION):
        yield node.name
    elif isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
        yield node.id
    else:
        for child in ast.iter_child_nodes(node):
            yield from bound(child)


# ---- modules -------------------------------------------------------------------------------------


class Source:
    """A module as it is read: its statements, and what binds each of its names."""

    def __init__(self, name: str, file: Path) -> None:
        """Read a file. Raises SyntaxError or ValueError for one that is not Python."""
        self.name, self.package = name, name.split(".")
        if file.name != "__init__.py":
            self.package.pop()
        self.body = Bare().visit(ast.parse(file.read_bytes())).body
        self.binds: dict[str, list[ast.stmt]] = defaultdict(list)
        for node in self.body:
            for each in dict.fromkeys(bound(node)):
                self.binds[each].append(node)
        outer = [node for node in self.body if not isinstance(node, DEFINITION)]
        self.imports = self.imported(*outer)

    def imported(self, *nodes: ast.AST) -> dict[str, list[str]]:
        """Give {name: the dotted names that it may stand for} of the imports in some statements."""
        found: dict[str, list[str]] = defaultdict(list)
        for part in (part for node in nodes for part in ast.walk(node)):
            if isinstance(part, ast.Import):
                for alias in part.names:
                    first = alias.name.partition(".")[0]
                    found[alias.asname or first].append(alias.name if alias.asname else first)
                    found[alias.name].append(alias.name)  # and that it is loaded
            elif isinstance(part, ast.ImportFrom):
                above = self.package[: len(self.package) + 1 - part.level] if part.level else []
                module = ".".join(filter(None, (*above, part.module)))
                for alias in part.names:
                    found[alias.asname or alias.name].append(f"{module}.{alias.name}")
        return dict(found)


class Reach:
    """All that a function of a package reaches, as `code`, and `undecided`: why that is not all."""

    def __init__(self, package: Path, begin: str) -> None:
        """Follow a function.

        package: the folder with the sources. begin: the dotted name of the function, from the
        package's own name on. `loaded` are the modules that it imports.
        """
        self.package, self.root = package, begin.partition(".")[0]
        self.undecided: list[str] = []
        self._sources: dict[str, Source | None] = {}
        self.loaded: set[str] = set()
        self._reached: dict[str, set[int]] = defaultdict(set)  # of statements, by `id`
        self._imports: set[tuple[str, str, str]] = set()
        self._todo = [begin]
        for dotted in self._todo:  # it grows while it is read
            self._follow(dotted)
        self.code = [
            (name, [ascii(spell(node)) for node in source.body if id(node) in self._reached[name]])
            for name, source in sorted(self._sources.items())
            if source
        ]
        self.code += sorted(self._imports)

    def _source(self, name: str) -> Source | None:
        """Give a module by its dotted name; None if it is not there, or not Python."""
        if name not in self._sources:
            place = self.package.joinpath(*name.split(".")[1:])
            files = (place / "__init__.py", place.parent / f"{place.name}.py")
            self._sources[name] = None
            if file := next(filter(Path.is_file, files), None):
                try:
                    self._sources[name] = Source(name, file)
                except (SyntaxError, ValueError):
                    self.undecided.append(f"{file} is not Python")
        return self._sources[name]

    def _load(self, name: str) -> None:
        """Take what runs when a module is imported, with the packages above it and its imports."""
        parts = name.split(".")
        for count in range(1, len(parts) + 1):
            source = self._source(".".join(parts[:count]))
            if source is None or source.name in self.loaded:
                continue
            self.loaded.add(source.name)
            for node in source.body:
                if not (isinstance(node, IMPORT) or is_definition(node)):
                    self._take(source, node)
                for each in getattr(node, "decorator_list", ()):  # it may write the function down
                    first = next(chains(each), [""])[0]
                    if first in source.binds or any(
                        map(self._is_ours, source.imports.get(first, ()))
                    ):
                        self._take(source, node)
            for dotted in (each for found in source.imports.values() for each in found):
                if self._is_ours(dotted):
                    self._load(dotted)
                elif dotted.partition(".")[0] not in sys.stdlib_module_names:
                    self._imports.add((source.name, "", dotted))  # it is loaded, used or not

    def _is_ours(self, dotted: str) -> bool:
        return dotted.partition(".")[0] == self.root

    def _follow(self, dotted: str) -> None:
        """Take what a dotted name of the package leads to."""
        parts = dotted.split(".")
        self._load(dotted)
        for count in range(len(parts), 0, -1):
            if source := self._source(".".join(parts[:count])):
                break
        else:
            self.undecided.append(f"there is no {dotted}")
            return
        if count > 1 and (above := self._source(".".join(parts[: count - 1]))):
            self._bound(above, parts[count - 1], parts[count:])  # the package may mean another
        name = parts[count] if count < len(parts) else None
        if name and self._bound(source, name, parts[count + 1 :]):
            return
        if name:
            self.undecided.append(f"{source.name} has no {name}")
        elif source.package == source.name.split("."):
            self.undecided.append(f"all of {source.name} is handed on")
        else:  # a module that is handed on: all of it
            for node in source.body:
                self._take(source, node)

    def _bound(self, source: Source, name: str, others: list[str]) -> bool:
        """Take what binds a name of a module, with the attributes taken from it; say if any does."""
        for node in source.binds.get(name, ()):
            self._take(source, node)
        for dotted in source.imports.get(name, ()):
            self._name(source, dotted, others)
            self._imports.add((source.name, name, " ".join(source.imports[name])))
        return name in source.binds or name in source.imports

    def _take(self, source: Source, node: ast.stmt) -> None:
        """Take a statement, and what it uses."""
        if id(node) in self._reached[source.name] or isinstance(node, IMPORT):
            return
        self._reached[source.name].add(id(node))
        if any(isinstance(part, ast.ExceptHandler) and part.name for part in ast.walk(node)):
            self.undecided.append(f"{source.name} reads an error, perhaps its text")
        inner = source.imported(node)
        if "*" in inner or "*" in source.imports:
            self.undecided.append(f"{source.name} imports *")
        for first, *others in chains(node):
            if doubtful := UNDECIDED & {first, *others}:
                self.undecided.append(f"{source.name} says {min(doubtful)}")
            for dotted in inner.get(first, ()):
                self._name(source, dotted, others)
            self._bound(source, first, others)
        if isinstance(node, ast.ClassDef):  # an attribute of an instance may lead there unseen
            for dotted in (each for found in inner.values() for each in found):
                self._name(source, dotted, [])

    def _name(self, source: Source, dotted: str, others: list[str]) -> None:
        """Follow what an import leads to, with the attributes that are taken from it."""
        if doubtful := UNDECIDED.intersection(dotted.split(".")):
            self.undecided.append(f"{source.name} imports {min(doubtful)}")
        whole = ".".join([dotted, *others])
        if self._is_ours(dotted) and whole not in self._todo:
            self._todo.append(whole)
