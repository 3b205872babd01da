"""What a function reaches in its package: the statements that can change what it gives.

The sources are read and never run. A name that occurs is followed to what binds it, at the grain
of a module's top-level statements: of `problem`, the labels' delay makes a model, and the promised
latency does not. Left out is what no result can show: comments, docstrings, layout, annotations
that nobody reads, the order of definitions, and the texts of errors that nobody reads. Where all
this cannot be decided, `Reach.undecided` says why, and all of the package has to count.
"""

import ast
import sys
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any, NamedTuple

# Code that says one of these may reach what no name leads to, or read what is left out here.
UNDECIDED = {
    *("exec", "eval", "globals", "locals", "vars", "builtins", "__builtins__", "modules"),
    *("__import__", "import_module", "runpy", "subprocess", "multiprocessing", "pickle", "joblib"),
    *("__file__", "__path__", "__spec__", "__loader__", "pkgutil", "resources", "__subclasses__"),
    *("__doc__", "getdoc", "__annotations__", "get_type_hints", "get_annotations"),
    *("__code__", "_getframe", "inspect"),
}
# And one of these may read the text of an error, as may `except ValueError as error`.
READS_ERRORS = {"__exit__", "__aexit__", "exc_info", "format_exc"}
# Calls that do nothing but give a value, and decorators that read no annotation.
QUIET = {
    *("bool", "dict", "float", "frozenset", "int", "len", "list", "range", "set", "str", "tuple"),
    *("zip", "classmethod", "property", "staticmethod", "re.compile", "numpy.float32"),
    *("dataclasses.dataclass", "dataclasses.field", "contextlib.contextmanager"),
    *("functools.cache", "functools.cached_property", "functools.lru_cache", "functools.wraps"),
}
METHODS = {"format", "fromkeys", "items", "join", "keys", "split", "values"}  # as quiet
# What runs when a class is used or called; without them, a class of this package is quiet.
HOOKS = {"__init__", "__new__", "__post_init__", "__init_subclass__", "__set_name__"}
FUNCTION = ast.FunctionDef | ast.AsyncFunctionDef
IMPORT = ast.Import | ast.ImportFrom


# ---- trees ---------------------------------------------------------------------------------------


def told(node: Any) -> Any:
    """Return what a tree holds, as lists, the same in each Python: `ast.dump` is not."""
    if isinstance(node, list):
        return [told(part) for part in node]
    if not isinstance(node, ast.AST):
        return node
    fields = [f for f in ast.iter_fields(node) if f[0] not in ("ctx", "kind", "type_comment")]
    if isinstance(node, ast.JoinedStr):  # some 3.12 end one with an empty text
        fields = [("values", [v for v in node.values if getattr(v, "value", 0) != ""])]
    return [type(node).__name__, *((name, told(v)) for name, v in fields if v not in (None, []))]


def chain(node: ast.AST) -> list[str]:
    """Return the names of `a.b.c`; none if it does not begin with a name."""
    names: list[str] = []
    while isinstance(node, ast.Attribute):
        names.insert(0, node.attr)
        node = node.value
    return [node.id, *names] if isinstance(node, ast.Name) else []


def uses(node: ast.AST) -> Iterator[list[str]]:
    """Yield each name that occurs in a tree, with the attributes that are taken from it."""
    if found := chain(node):
        yield found
    elif isinstance(node, ast.Global):
        yield from ([name] for name in node.names)
    else:
        for part in ast.iter_child_nodes(node):
            yield from uses(part)
        if isinstance(node, ast.AnnAssign) and node.annotation:  # which may name a class in quotes
            for part in ast.walk(node.annotation):
                if isinstance(part, ast.Constant) and isinstance(part.value, str):
                    with suppress(SyntaxError):
                        yield from uses(ast.parse(part.value, mode="eval"))


def words(node: ast.AST) -> Iterator[str]:
    """Yield each word of a tree that could be one of UNDECIDED or READS_ERRORS."""
    for part in ast.walk(node):
        if isinstance(part, ast.Name):
            yield part.id
        elif isinstance(part, ast.Attribute):
            yield part.attr
        elif isinstance(part, FUNCTION):
            yield part.name
        elif isinstance(part, ast.ExceptHandler) and part.name:
            yield "exc_info"
        elif isinstance(part, IMPORT):
            for alias in part.names:
                yield from f"{getattr(part, 'module', '')}.{alias.name}".split(".")


def bound(node: ast.AST) -> Iterator[str]:
    """Yield the names that a statement binds where it stands, imports aside."""
    if isinstance(node, FUNCTION | ast.ClassDef):
        yield node.name
    elif isinstance(node, ast.Name):
        if isinstance(node.ctx, ast.Store):
            yield node.id
    elif isinstance(node, ast.comprehension):
        yield from bound(node.iter)  # its own names end with it
    else:
        if isinstance(node, ast.ExceptHandler | ast.MatchAs | ast.MatchStar) and node.name:
            yield node.name
        for part in ast.iter_child_nodes(node):
            yield from bound(part)


class Bare(ast.NodeTransformer):
    """Takes from a tree what stands loose, and what says a type: none of it can be noticed."""

    fields = False  # inside a class, whose annotations a dataclass reads

    def visit_Expr(self, node: ast.Expr) -> ast.AST | None:
        """Drop a constant that is a statement: a docstring, or dots."""
        return None if isinstance(node.value, ast.Constant) else self.generic_visit(node)

    def visit_Pass(self, node: ast.Pass) -> None:
        """Drop it."""

    def visit_If(self, node: ast.If) -> ast.AST | list[ast.stmt]:
        """Drop what only a type checker runs."""
        self.generic_visit(node)
        return node.orelse if chain(node.test)[-1:] == ["TYPE_CHECKING"] else node

    def _inside(self, node: ast.AST, fields: bool) -> ast.AST:
        before, self.fields = self.fields, fields
        self.generic_visit(node)
        self.fields = before
        return node

    def visit_ClassDef(self, node: ast.ClassDef) -> ast.AST:
        """Keep the annotations of its own body."""
        return self._inside(node, fields=True)

    def visit_FunctionDef(self, node: ast.FunctionDef) -> ast.AST:
        """Drop its annotations, unless a decorator may read them."""
        self._inside(node, fields=False)
        names = {name.rpartition(".")[2] for name in QUIET}
        if {(chain(called(each)) or [""])[-1] for each in node.decorator_list} <= names:
            node.returns = untyped(node.returns)
            for part in ast.walk(node.args):
                if isinstance(part, ast.arg):
                    part.annotation = untyped(part.annotation)
        return node

    visit_AsyncFunctionDef = visit_FunctionDef

    def visit_AnnAssign(self, node: ast.AnnAssign) -> ast.AST:
        """Make it a plain assignment; without a value it still makes a name local."""
        self.generic_visit(node)
        if self.fields or untyped(node.annotation):
            return node
        if node.value:
            return ast.Assign([node.target], node.value)
        return ast.AnnAssign(node.target, None, None, node.simple)


def called(node: ast.AST) -> ast.AST:
    """Return the function of a call, and any other expression as it is."""
    return node.func if isinstance(node, ast.Call) else node


def untyped(annotation: ast.expr | None) -> ast.expr | None:
    """Return None for an annotation that does nothing, and else the annotation: it is run."""
    parts = ast.walk(annotation) if annotation else ()
    return annotation if any(isinstance(part, ast.Call | ast.NamedExpr) for part in parts) else None


class Wordless(ast.NodeTransformer):
    """Takes from a tree the texts of its errors; what is computed for them stays."""

    def visit_Raise(self, node: ast.Raise) -> ast.AST:
        """Blank the texts that are handed to the exception."""
        if isinstance(node.exc, ast.Call):
            node.exc.args = [blank(part) for part in node.exc.args]
            for given in node.exc.keywords:
                given.value = blank(given.value)
        return self.generic_visit(node)

    def visit_Assert(self, node: ast.Assert) -> ast.AST:
        """Blank its message."""
        node.msg = blank(node.msg)
        return self.generic_visit(node)


def blank(node: ast.expr | None) -> ast.expr | None:
    """Return an expression without the texts that it is put together from."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        return ast.Constant("")
    if isinstance(node, ast.JoinedStr):
        values = [part for part in node.values if not isinstance(part, ast.Constant)]
        return ast.JoinedStr(values) if values else ast.Constant("")
    if isinstance(node, ast.BinOp):
        sides = [blank(node.left), blank(node.right)]
        texts = [isinstance(side, ast.Constant) and side.value == "" for side in sides]
        if isinstance(node.op, ast.Add) and any(texts):
            return sides[texts[0]]
        return ast.BinOp(sides[0], node.op, sides[1])
    if isinstance(node, ast.IfExp):
        return ast.IfExp(node.test, blank(node.body), blank(node.orelse))
    return node


# ---- modules -------------------------------------------------------------------------------------


class Import(NamedTuple):
    """A name that an import binds, the dotted name that it stands for, and the one that is loaded."""

    name: str
    target: str
    loads: str


class Source:
    """A module as it is read: its statements, and what binds each of its names."""

    def __init__(self, name: str, file: Path) -> None:
        """Read a file. Raises SyntaxError or ValueError for one that is not Python."""
        self.name, self.is_package = name, file.name == "__init__.py"
        self.body: list[ast.stmt] = []
        for node in Bare().visit(ast.parse(file.read_bytes())).body:
            script = isinstance(node, ast.If) and ast.unparse(node.test) == "__name__ == '__main__'"
            self.body += node.orelse if script else [node]  # a script is no import
        self.binds: dict[str, list[int]] = defaultdict(list)
        self.imports: dict[str, list[Import]] = defaultdict(list)
        for i, node in enumerate(self.body):
            for each in dict.fromkeys(bound(node)):
                self.binds[each].append(i)
            for found in self.imported(node, inner=False):
                self.imports[found.name].append(found)

    def imported(self, node: ast.AST, inner: bool = True) -> Iterator[Import]:
        """Yield the imports of a statement; inner: also those of a function or a class."""
        if isinstance(node, FUNCTION | ast.ClassDef) and not inner:
            return
        for part in ast.walk(node):
            if isinstance(part, ast.Import):
                for alias in part.names:
                    target = alias.name if alias.asname else alias.name.partition(".")[0]
                    yield Import(alias.asname or target, target, alias.name)
            elif isinstance(part, ast.ImportFrom):
                above = self.name.split(".")
                above = above[: len(above) + self.is_package - part.level] if part.level else []
                for alias in part.names:
                    loads = ".".join(filter(None, (*above, part.module)))
                    yield Import(alias.asname or alias.name, f"{loads}.{alias.name}", loads)


# ---- reach ---------------------------------------------------------------------------------------


class Reach:
    """All that a function of a package reaches, as `code`, and `undecided`: why that is not all."""

    def __init__(self, package: Path, begin: str, known: Mapping[str, set[str]]) -> None:
        """Follow a function.

        package: the folder with the sources. begin: the dotted name of the function, from the
        package's own name on. known: for a module, those words of UNDECIDED that do no harm there.
        """
        self.package, self.root, self.known = package, begin.partition(".")[0], known
        self.undecided: list[str] = []
        self._sources: dict[str, Source | None] = {}
        self._loaded: set[str] = set()
        self._running: set[str] = set()  # modules in which more runs than definitions
        self._reached: dict[str, set[int]] = defaultdict(set)
        self._imports: set[tuple[str, str, str, str]] = set()
        self._followed: set[str] = set()
        self._todo: list[tuple[Source, int]] = []
        self._reads_errors = False
        self._follow(begin)
        while self._todo:
            source, i = self._todo.pop()
            self._look(source, source.body[i])
        self.code = [self._told(self._sources[name]) for name in sorted(self._loaded)]
        self.code.append(sorted(self._imports))

    # What there is

    def _source(self, name: str) -> Source | None:
        """Give a module by its dotted name; None if it is not there, or not Python."""
        if name not in self._sources:
            place = self.package.joinpath(*name.split(".")[1:])
            files = [place / "__init__.py", place.parent / f"{place.name}.py"]
            file = next(filter(Path.is_file, files[: None if "." in name else 1]), None)
            try:
                self._sources[name] = Source(name, file) if file else None
            except (SyntaxError, ValueError):
                self._doubt(f"{file} is not Python")
                self._sources[name] = None
        return self._sources[name]

    def _inside(self, dotted: str) -> bool:
        return dotted.partition(".")[0] == self.root

    def _find(self, dotted: str) -> tuple[Source | None, list[str]]:
        """Give the module that a dotted name begins with, and the rest of the name."""
        parts = dotted.split(".")
        for count in range(len(parts), 0, -1):
            if source := self._source(".".join(parts[:count])):
                return source, parts[count:]
        return None, parts

    # What runs

    def _load(self, dotted: str) -> None:
        """Take what runs when a module is imported, with the packages above it."""
        parts = dotted.split(".")
        for count in range(1, len(parts) + 1):
            source = self._source(".".join(parts[:count]))
            if source is None or source.name in self._loaded:
                continue
            self._loaded.add(source.name)
            for i, node in enumerate(source.body):
                if not self._is_quiet(source, node):
                    self._running.add(source.name)
                    self._reach(source, i)
            for found in [each for all_ in source.imports.values() for each in all_]:
                self._load_import(source, found)

    def _load_import(self, source: Source, found: Import) -> None:
        """Take what an import runs; of packages that are not ours it counts that they are loaded."""
        if found.name == "*":
            self._doubt(f"{source.name} imports all of {found.loads}")
        if self._inside(found.loads):
            if self._source(found.loads) is None:
                self._doubt(f"there is no {found.loads}")
            self._load(found.target if self._source(found.target) else found.loads)
        elif found.loads.partition(".")[0] not in sys.stdlib_module_names - {"__future__"}:
            self._imports.add((source.name, *found))

    def _is_quiet(self, source: Source, node: ast.stmt) -> bool:
        """Say whether a statement, when it runs, does nothing but bind names."""
        if isinstance(node, IMPORT):
            return True
        wrappers = [called(each) for each in getattr(node, "decorator_list", [])]
        runs: list[ast.AST | None] = [*getattr(node, "decorator_list", [])]
        if isinstance(node, FUNCTION):
            runs += [node.args, node.returns]
        elif isinstance(node, ast.ClassDef):
            if node.keywords or not all(self._is_quiet(source, part) for part in node.body):
                return False
            wrappers += node.bases
        elif isinstance(node, ast.Assign | ast.AnnAssign):
            targets = node.targets if isinstance(node, ast.Assign) else [node.target]
            places = [part for target in targets for part in ast.walk(target)]
            if any(isinstance(part, ast.Attribute | ast.Subscript) for part in places):
                return False
            runs += [node.value, getattr(node, "annotation", None)]
        else:
            return isinstance(node, ast.AugAssign) and chain(node.target) == ["__all__"]
        parts = [part for each in runs if each for part in ast.walk(each)]
        wrappers += [part.func for part in parts if isinstance(part, ast.Call)]
        return all(self._gives(source, each) for each in wrappers)

    def _gives(self, source: Source, function: ast.AST) -> bool:
        """Say whether a call of a function, or a class with this base, only gives a value."""
        if not (names := chain(function)):
            return isinstance(function, ast.Attribute) and function.attr in METHODS
        here = [f"{source.name}.{names[0]}"] if names[0] in source.binds else [names[0]]
        targets = [found.target for found in source.imports.get(names[0], ())] or here
        return all(self._gives_dotted(".".join([target, *names[1:]])) for target in targets)

    def _gives_dotted(self, dotted: str) -> bool:
        last = dotted.rpartition(".")[2]
        if not self._inside(dotted):
            return dotted in QUIET or last[0].isupper() or ("." in dotted and last in METHODS)
        source, rest = self._find(dotted)
        if source is None or not rest:
            return False
        found = [source.body[i] for i in source.binds.get(rest[0], ())]
        if len(rest) > 1:  # a method of a value
            classes = [node for node in found if isinstance(node, FUNCTION | ast.ClassDef)]
            return bool(found) and not classes and last in METHODS
        others = [each.target for each in source.imports.get(rest[0], ())]
        return (
            bool(found or others)
            and all(isinstance(node, ast.ClassDef) for node in found)
            and not any(HOOKS.intersection(bound(part)) for node in found for part in node.body)
            and all(self._gives(source, base) for node in found for base in node.bases)
            and all(map(self._gives_dotted, others))
        )

    # What is used

    def _doubt(self, why: str) -> None:
        if why not in self.undecided:
            self.undecided.append(why)

    def _reach(self, source: Source, i: int) -> None:
        """Take a statement, and later what it uses."""
        if i not in self._reached[source.name]:
            self._reached[source.name].add(i)
            self._todo.append((source, i))

    def _look(self, source: Source, node: ast.stmt) -> None:
        """Follow all that a statement uses."""
        said = set(words(node))
        self._reads_errors |= bool(READS_ERRORS & said)
        if doubtful := (UNDECIDED - self.known.get(source.name, set())) & said:
            self._doubt(f"{source.name} says {min(doubtful)}")
        inner: dict[str, list[Import]] = defaultdict(list)
        for found in source.imported(node) if not isinstance(node, IMPORT) else ():
            inner[found.name].append(found)
            self._load_import(source, found)
            # At once, or an attribute of an instance might lead there unseen.
            if isinstance(node, ast.ClassDef) or self._source(found.target) is None:
                self._follow(found.target)
        for root, *attributes in uses(node):
            for found in inner.get(root, ()):
                self._follow(".".join([found.target, *attributes]))
            self._take(source, root, attributes)

    def _take(self, source: Source, name: str, attributes: list[str]) -> bool:
        """Take what binds a name of a module; say whether anything does."""
        for i in source.binds.get(name, ()):
            self._reach(source, i)
        for found in source.imports.get(name, ()):
            self._imports.add((source.name, *found))
            if doubtful := UNDECIDED.intersection(found.target.split(".")):
                self._doubt(f"{source.name} imports {min(doubtful)}")
            self._follow(".".join([found.target, *attributes]))
        return name in source.binds or name in source.imports

    def _follow(self, dotted: str) -> None:
        """Take what a dotted name leads to, if it leads into the package."""
        if dotted in self._followed or not self._inside(dotted):
            return
        self._followed.add(dotted)
        source, rest = self._find(dotted)
        if source is None:
            self._doubt(f"there is no {dotted}")
            return
        self._load(source.name)
        parts = source.name.split(".")
        for count in range(1, len(parts)):  # a package may have bound the name to something else
            if above := self._source(".".join(parts[:count])):
                self._take(above, parts[count], [])
        if rest and self._take(source, rest[0], rest[1:]):
            return
        if rest and "__getattr__" not in source.binds:
            self._doubt(f"{source.name} has no {rest[0]}")
        elif source.is_package:
            self._doubt(f"all of {source.name} is used")
        else:
            for i in range(len(source.body)):
                self._reach(source, i)
            for name in source.imports:
                self._take(source, name, [])

    def _told(self, source: Source) -> list[Any]:
        """Give what was reached of a module, in an order of its own where none can be noticed."""
        reached = self._reached[source.name]
        times = Counter({name: len(places) for name, places in source.binds.items()})
        times.update({name: len(found) for name, found in source.imports.items()})
        ordered = source.name in self._running or max(times.values(), default=0) > 1
        if ordered:
            reached |= {i for i, node in enumerate(source.body) if isinstance(node, IMPORT)}
        nodes = [source.body[i] for i in sorted(reached)]
        said = [
            ascii(told(node if self._reads_errors else Wordless().visit(node))) for node in nodes
        ]
        return [source.name, said if ordered else sorted(said)]
