"""What a function reaches in its package: the code that can change what it gives.

The sources are read and never run. All of each module that is imported counts, with its imports in
their order. Left out is what no result can show: comments, docstrings, layout, annotations that
nobody reads, and the texts of errors. Left out is, too, a definition that does nothing when it is
made, if its name occurs nowhere in what counts: of `problem`, the labels' delay makes a model, and
a campaign's cost does not. Where code may look up a name, or a file, by a text, it cannot be
decided what is reached: `Reach.undecided` says so, and all of the package has to count.
"""

import ast
from collections.abc import Iterator, Set
from pathlib import Path

# Who says one of these may reach what no name leads to, or read what is left out here.
UNDECIDED = {
    *("eval", "exec", "globals", "locals", "vars", "builtins", "__builtins__", "__globals__"),
    *("__import__", "import_module", "modules", "runpy", "subprocess", "resolve_name"),
    *("open", "__file__", "__path__", "__spec__", "__loader__", "resources", "get_data"),
    *("__doc__", "getdoc", "inspect", "signature", "__annotations__", "get_type_hints"),
    *("__code__", "_getframe", "__subclasses__", "__init_subclass__", "exc_info", "traceback"),
}
# Of these, a definition may be made without anything else being done.
DECORATORS = {"dataclass", "property", "staticmethod", "classmethod", "cache"}
HARMLESS_CALLS = {
    "re.compile",
    "field",
    "dict",
    "frozenset",
    "list",
    "range",
    "set",
    "sorted",
    "tuple",
}
FUNCTION = ast.FunctionDef | ast.AsyncFunctionDef


# ---- what counts of a statement ------------------------------------------------------------------


class Stripper(ast.NodeTransformer):
    """Takes from a tree what no result can show."""

    fields = False  # inside a class, whose annotations a dataclass reads

    def visit_ClassDef(self, node: ast.ClassDef) -> ast.AST:
        """Keep the annotations of its own body."""
        return self._visit_inside(node, fields=True)

    def visit_FunctionDef(self, node: ast.FunctionDef) -> ast.AST:
        """Drop its annotations, unless a decorator may read them."""
        return self._visit_function(node)

    def visit_AsyncFunctionDef(self, node: ast.AsyncFunctionDef) -> ast.AST:
        """Drop its annotations, unless a decorator may read them."""
        return self._visit_function(node)

    def _visit_function(self, node: ast.FunctionDef | ast.AsyncFunctionDef) -> ast.AST:
        if {ast.unparse(each) for each in node.decorator_list} <= DECORATORS:
            node.returns = None
            for part in ast.walk(node.args):
                if isinstance(part, ast.arg):
                    part.annotation = None
        return self._visit_inside(node, fields=False)

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
        return ast.AnnAssign(node.target, ast.Constant(None), None, node.simple)

    def visit_If(self, node: ast.If) -> ast.AST | list[ast.stmt]:
        """Drop what only a type checker runs, and what no import does."""
        self.generic_visit(node)
        unseen = {"TYPE_CHECKING", "typing.TYPE_CHECKING", "__name__ == '__main__'"}
        return node.orelse if ast.unparse(node.test) in unseen else node

    def visit_Expr(self, node: ast.Expr) -> ast.AST | None:
        """Drop a constant that is a statement: a docstring, or dots."""
        return None if isinstance(node.value, ast.Constant) else self.generic_visit(node)

    def visit_JoinedStr(self, node: ast.JoinedStr) -> ast.AST:
        """Drop empty texts: some Python 3.12 end with one."""
        node.values = [part for part in node.values if getattr(part, "value", 0) != ""]
        return self.generic_visit(node)

    def visit_Raise(self, node: ast.Raise) -> ast.AST:
        """Blank the texts that are handed to the error; what is computed for them stays."""
        if isinstance(node.exc, ast.Call):
            node.exc.args = list(map(drop_text, node.exc.args))
        return self.generic_visit(node)

    def visit_Assert(self, node: ast.Assert) -> ast.AST:
        """Blank the text of its message."""
        node.msg = node.msg and drop_text(node.msg)
        return self.generic_visit(node)


def drop_text(node: ast.expr) -> ast.expr:
    """Return an expression without its text, if it is a text or one with values in it."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        return ast.Constant("")
    if isinstance(node, ast.JoinedStr):
        node.values = [part for part in node.values if not isinstance(part, ast.Constant)]
    return node


def spell(node: object) -> object:  # a node, a list of them, or a constant
    """Return a tree as lists, the same in each Python: `ast.dump` shows what is empty in some."""
    if isinstance(node, ast.AST):
        fields = [(name, spell(v)) for name, v in ast.iter_fields(node) if v not in (None, [])]
        return [type(node).__name__, *fields]
    return [spell(part) for part in node] if isinstance(node, list) else node


# ---- what a statement does -----------------------------------------------------------------------


def find_words(node: ast.AST) -> Iterator[str]:
    """Yield each name that occurs in a tree, as a name, an attribute, a text or in an import."""
    for part in ast.walk(node):
        if isinstance(part, ast.Constant) and isinstance(part.value, str):
            yield part.value
        elif isinstance(part, ast.Import | ast.ImportFrom):
            for alias in part.names:
                yield from f"{getattr(part, 'module', '')}.{alias.name}.{alias.asname}".split(".")
        elif isinstance(part, ast.Call) and getattr(part.func, "id", "") == "getattr":
            if not any(isinstance(given, ast.Constant) for given in part.args[1:2]):
                yield "__globals__"  # the name may be any
        elif isinstance(part, FUNCTION) and part.name in UNDECIDED:
            yield part.name  # a hook, which another statement calls
        elif isinstance(part, ast.ExceptHandler) and part.name:
            yield "exc_info"  # somebody reads the error, perhaps its text
        yield getattr(part, "attr", getattr(part, "id", ""))


def find_bound(node: ast.AST) -> Iterator[str]:
    """Yield the names that a statement of a module defines."""
    if isinstance(node, FUNCTION | ast.ClassDef):
        yield node.name
    elif isinstance(node, ast.Assign | ast.AnnAssign):
        yield from (part.id for part in find_targets(node) if isinstance(part, ast.Name))


def find_targets(node: ast.Assign | ast.AnnAssign) -> list[ast.AST]:
    """Return the parts of what is assigned to."""
    targets = node.targets if isinstance(node, ast.Assign) else [node.target]
    return [part for each in targets for part in ast.walk(each)]


def is_quiet(node: ast.AST, classes: Set[str]) -> bool:
    """Say whether a statement only binds names, and calls nothing but what gives a value.

    classes: those that may be called.
    """
    if isinstance(node, ast.Assign | ast.AnnAssign):
        changes = (isinstance(part, ast.Attribute | ast.Subscript) for part in find_targets(node))
        return not any(changes) and is_value(node.value, classes)
    if isinstance(node, FUNCTION):
        defaults = [*node.args.defaults, *node.args.kw_defaults]
        return is_plainly_decorated(node) and all(is_value(each, classes) for each in defaults)
    if isinstance(node, ast.ClassDef):
        return is_plainly_decorated(node) and is_quiet_class(node, classes)
    return isinstance(node, ast.Pass)


def is_quiet_class(node: ast.ClassDef, classes: Set[str]) -> bool:
    """Say whether a class does nothing while it is made: it has no hook, and its body is quiet."""
    names = {name for part in node.body for name in find_bound(part)}
    return (
        not node.keywords
        and not names & (UNDECIDED | {"__set_name__"})
        and all(is_quiet(part, classes) for part in node.body)
        and all(is_value(base, classes) for base in node.bases)
    )


def is_plainly_decorated(node: ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef) -> bool:
    """Say whether a definition has none but the `DECORATORS` that do nothing else."""
    wrappers = (each.func if isinstance(each, ast.Call) else each for each in node.decorator_list)
    return {ast.unparse(each) for each in wrappers} <= DECORATORS


def is_value(node: ast.expr | None, classes: Set[str]) -> bool:
    """Say whether an expression only gives a value: it binds no name, and its calls are harmless."""
    parts = list(ast.walk(node)) if node else []
    calls = {ast.unparse(part.func) for part in parts if isinstance(part, ast.Call)}
    return calls <= HARMLESS_CALLS | classes and not any(
        isinstance(part, ast.NamedExpr) for part in parts
    )


# ---- reach ---------------------------------------------------------------------------------------


class Reach:
    """All that a function of a package reaches, as `code`, and `undecided`: why that is not all."""

    def __init__(self, package: Path, begin: str, end: str = "") -> None:
        """Follow a function.

        package: the folder with the sources. begin: the dotted name of the function, from the
        package's own name on. end: that of one which is not followed. `loaded` are the modules that
        are imported: their statements, by their names.
        """
        self.package, self.end = package, end
        self.undecided: list[str] = []
        self.loaded: dict[str, list[ast.stmt]] = {}
        self._kept: set[int] = set()  # of statements, by `id`
        self._names = {begin.rpartition(".")[2]}
        self._classes: set[str] = set()
        self.code: list[tuple[str, list[str]]] = []
        try:
            self._load(begin)
            while self._keep():
                pass
            for name, body in sorted(self.loaded.items()):
                kept = [ascii(spell(node)) for node in body if id(node) in self._kept]
                self.code.append((name, kept))
        except (RecursionError, ValueError) as error:  # a sum of thousands, or a huge number
            self.undecided.append(str(error))

    def _load(self, dotted: str) -> None:
        """Read the modules that are run to import a dotted name of the package."""
        parts = dotted.split(".")
        for count in range(1, len(parts) + 1):
            name = ".".join(parts[:count])
            place = self.package.joinpath(*parts[1:count])
            files = (place / "__init__.py", place.parent / f"{place.name}.py")
            file = next(filter(Path.is_file, files if count > 1 else files[:1]), None)
            if name in self.loaded or file is None:
                continue
            try:
                self.loaded[name] = Stripper().visit(ast.parse(file.read_bytes())).body
            except (SyntaxError, ValueError, RecursionError) as error:
                self.loaded[name] = []
                self.undecided.append(f"{file}: {error}")
            for node in self.loaded[name]:
                if isinstance(node, ast.ClassDef) and is_quiet(node, set()):
                    makers = {"__init__", "__new__", "__post_init__", "__set_name__"}
                    if not makers & {each for part in node.body for each in find_bound(part)}:
                        self._classes.add(node.name)

    def _keep(self) -> bool:
        """Keep what runs and what is named; say whether that was something new."""
        before = len(self._kept), len(self.loaded)
        for module, body in list(self.loaded.items()):
            for node in body:
                if id(node) in self._kept or f"{module}.{getattr(node, 'name', '')}" == self.end:
                    continue
                if self._names & {*find_bound(node)} or not is_quiet(node, self._classes):
                    self._kept.add(id(node))
                    self._look(module, node)
        return before != (len(self._kept), len(self.loaded))

    def _look(self, module: str, node: ast.stmt) -> None:
        """Note the names of a statement, and load what it imports of the package."""
        said = set(find_words(node))
        self._names |= said
        # The package itself looks at where it is, for the names that it gives to others.
        if doubtful := UNDECIDED & said - ({"__file__"} if "." not in module else set()):
            self.undecided.append(f"{module} says {min(doubtful)}")
        here = module.split(".")
        for text in said:
            if text.startswith(f"{here[0]}."):  # a loader may be told it
                self._load(text)
        is_package = self.package.joinpath(*here[1:], "__init__.py").is_file()
        for part in ast.walk(node):
            if not isinstance(part, ast.Import | ast.ImportFrom):
                continue
            level = getattr(part, "level", 0)
            above = here[: len(here) + is_package - level] if level else []
            for alias in part.names:
                dotted = ".".join(filter(None, (*above, getattr(part, "module", ""), alias.name)))
                if dotted.partition(".")[0] == here[0]:
                    self._load(dotted)
                    if alias.name == "*":
                        self.undecided.append(f"{module} imports *")
