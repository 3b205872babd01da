"""A code version changes with every line that may make another model, and with no other line."""

import ast
import hashlib
import json
import os
import shutil
import subprocess
import sys
import textwrap

import pytest
from jukebox import Catalogue
from jukebox.model import identity
from jukebox.model.identity import (
    FLAT_MODULES,
    NOT_FOLLOWED,
    TRAINING,
    code_version,
    find_snapshot,
    name_snapshot,
    note_version,
)
from jukebox.model.job import INSTALLED
from jukebox.model.reach import Reach

CACHE = shutil.ignore_patterns("__pycache__")
FUNCTION = ast.FunctionDef | ast.AsyncFunctionDef

# ---- a small package -----------------------------------------------------------------------------

SMALL = {
    "__init__.py": '"""Small."""\nimport os\nos.environ.setdefault("A", "1")\n__all__ = ["train"]\n',
    "problem.py": '''"""The problem."""
import re
from typing import NamedTuple

DELAY, WEEKS = 3, 52
PATTERN = re.compile("a+")
UNITS = [unit for unit in ("share", "week")]


class Costs(NamedTuple):
    """Costs."""

    wasted: float = 1_000
    missed: "float" = 5_000


COSTS = Costs()


def cost(y, costs=COSTS):
    return y * costs.wasted


def score(y: float) -> float:
    """Score."""
    return y + 1
''',
    "shape.py": "from jukebox.problem import UNITS\n\nCOLUMNS = [*UNITS]\n",
    "aside.py": "TABLE = {1: 2}\n",
    "data/__init__.py": "",
    "data/rows.py": """from ..shape import COLUMNS


def labels(rows):
    return [row for row in rows if row in COLUMNS]


def checked(rows):
    raise ValueError("other")
""",
    "model/__init__.py": "",
    "model/training.py": '''"""Training."""

import json
from dataclasses import dataclass

import numpy as np

from jukebox import problem
from jukebox.problem import DELAY

LIMIT: int = 4


@dataclass(frozen=True)
class Settings:
    """Settings."""

    rate: float = 0.5


def fit(x: "float", *rest: int) -> float:
    """Fit."""
    from jukebox.data.rows import labels

    total: float = np.abs(x) + DELAY
    if x > LIMIT:
        raise ValueError(f"x is {x:.1f}, " "which is too much")
    assert rest, "no rest"
    return total + len(labels(rest))


def save(x):
    from jukebox.aside import TABLE

    return json.dumps(TABLE)


def train(x, settings=Settings()):
    """Train."""
    return problem.score(fit(x, 1) * settings.rate)
''',
}


def small(folder, files=SMALL):
    """Write a package, and give its folder."""
    package = folder / "jukebox"
    for name, text in files.items():
        (package / name).parent.mkdir(parents=True, exist_ok=True)
        (package / name).write_text(text, "utf-8")
    return package


def versions(folder, file, before, after):
    """Give the versions of the small package, and of one with a text of a file replaced."""
    text = SMALL.get(file, "")
    assert before in text, f"{before!r} is not in {file}"
    other = SMALL | {file: text.replace(before, after, 1) if before else text + after}
    return [
        code_version(small(folder / name, files), {})
        for name, files in (("then", SMALL), ("now", other))
    ]


MATTERS = [
    ("problem.py", "DELAY, WEEKS = 3", "DELAY, WEEKS = 4"),
    ("problem.py", "y + 1", "y - 1"),
    ("problem.py", '"share", "week"', '"week", "share"'),
    ("problem.py", "", "\nimport os\nos.environ['B'] = '1'\n"),
    ("problem.py", "", "\nimport jaxlib\n"),
    ("problem.py", "", "\nCOSTS.wasted = DELAY\n"),
    (
        "problem.py",
        "",
        "\ndef later(function):\n    print(function)\n\n@later\ndef shout():\n    0\n",
    ),
    ("problem.py", "", "\n_gone = UNITS.remove('week')\n"),
    ("problem.py", "", "\nclass Setup:\n    UNITS.remove('week')\n"),
    ("problem.py", "", "\ndef setup(x=UNITS.remove('week')):\n    pass\n"),
    ("problem.py", "", "\n(UNITS[0], more) = 1, 2\n"),
    ("problem.py", "", "\n_old = setattr(re, 'compile', str)\n"),
    ("problem.py", "", "\nimport pandas as pd\n\n@pd.register\nclass New:\n    pass\n"),
    ("shape.py", "import UNITS", "import UNITS, DELAY, WEEKS"),
    ("problem.py", "", "\nimport random\n_none = random.shuffle(UNITS)\n"),
    ("problem.py", "", "\nif not TYPE_CHECKING:\n    DELAY = 9\n"),
    ("problem.py", "", "\ntry:\n    import jukebox.loud\nexcept ImportError:\n    0\n"),
    ("shape.py", "[*UNITS]", "[*UNITS, 1]"),
    ("shape.py", "import UNITS", "import UNITS, DELAY as UNITS"),
    ("data/__init__.py", "", "print(1)\n"),
    ("data/rows.py", "if row in COLUMNS", "if row not in COLUMNS"),
    ("data/rows.py", "", "\nCOLUMNS.append(1)\n"),
    ("__init__.py", '"1"', '"2"'),
    ("model/training.py", "rate: float = 0.5", "rate: float = 0.25"),
    ("model/training.py", "rate: float", "rate: int"),
    ("model/training.py", "LIMIT: int = 4", "LIMIT: int = 5"),
    ("model/training.py", "import numpy as np", "import cupy as np"),
    ("model/training.py", "from dataclasses import dataclass", "from attrs import dataclass"),
    ("model/training.py", "{x:.1f}", "{x + 1:.1f}"),
    ("model/training.py", "raise ValueError(", "raise KeyError("),
    ("model/training.py", "assert rest", "assert not rest"),
    ("model/training.py", "from jukebox.data.rows", "from jukebox.data.others"),
    ("model/training.py", "np.abs(x)", "np.exp(x)"),
    ("model/training.py", "", "\ndef fit(x, *rest):\n    return 1\n"),
    ("model/training.py", "    from jukebox.data.rows import labels\n", "    labels = list\n"),
]
NOTHING = [
    ("problem.py", '"""The problem."""', '"""Another."""\n# a comment\n'),
    ("problem.py", "WEEKS = 3, 52", "WEEKS = (3, 52)"),
    ("problem.py", 'compile("a+")', 'compile("b+")'),
    ("problem.py", "1_000", "2_000"),
    ("problem.py", "y: float) -> float", "y: int | None)"),
    ("problem.py", "", "\n\ndef new(y, z=[1]):\n    return y\n\n\nMORE = {**dict(a=1)}\n"),
    ("problem.py", "", "\nif __name__ == '__main__':\n    print(1)\n"),
    ("problem.py", "", "\nif TYPE_CHECKING:\n    import jaxlib\n"),
    ("problem.py", "", "\nOTHER = {unit: 1 for unit in 'ab'}\n"),
    ("aside.py", "{1: 2}", "{1: 3}"),
    ("data/rows.py", '"other"', '"one more"'),
    ("data/rows.py", "def checked(rows):\n", "def checked(rows):\n    exec('1')\n"),
    ("model/training.py", '"""Fit."""', '"""Fit it."""\n    ...'),
    ("model/training.py", "LIMIT: int = 4", "LIMIT = 4"),
    ("model/training.py", "total: float =", "total ="),
    ("model/training.py", '"x is {x:.1f}', '"it was {x:.1f}'),
    ("model/training.py", '"which is too much"', '"more than there is"'),
    ("model/training.py", '"no rest"', '"nothing"'),
    ("model/training.py", "json.dumps(TABLE)", "json.loads(TABLE)"),
    ("model/job.py", "", "import jukebox\nprint(1)\n"),
    ("pages/page.md", "", "A page.\n"),
]


@pytest.mark.parametrize(("file", "before", "after"), MATTERS)
def test_what_may_make_another_model_is_another_version(tmp_path, file, before, after):
    """Wherever it stands, whatever leads to it."""
    then, now = versions(tmp_path, file, before, after)

    assert then != now


@pytest.mark.parametrize(("file", "before", "after"), NOTHING)
def test_what_cannot_is_none(tmp_path, file, before, after):
    """A comment, the text of an error, and what a training does not reach."""
    then, now = versions(tmp_path, file, before, after)

    assert then == now


UNSURE = [
    "from jukebox.problem import *",
    "def train(x):\n    return globals()['fit'](x)",
    "def train(x):\n    return getattr(problem, x)()\nimport sys\nsys.modules",
    "def train(x):\n    import importlib\n    return importlib.import_module('jukebox.aside')",
    "from importlib import import_module as get\ndef train(x):\n    return get('jukebox.aside')",
    "def train(x):\n    exec(x)",
    "def train(x):\n    return getattr(*x)",
    "class Base:\n    def __init_subclass__(cls):\n        TABLE[1] = cls\nclass New(Base):\n    pass",
    "def train(x):\n    return " + " + ".join(["x"] * 3000),
    "def train(x):\n    return 0x" + "f" * 5000,
    "def train(x):\n    return (fit,)[0].__doc__",
    "from pathlib import Path\ndef train(x):\n    return Path(__file__).with_name('x').read_text()",
    "def train(x):\n    return train.__doc__",
    "def train(x):\n    return getattr(problem, x)",
    "def train(x):\n    import jukebox\n    return getattr(jukebox, x)",
    "def train(x:",
]


@pytest.mark.parametrize("code", UNSURE)
def test_where_it_cannot_be_decided_all_of_the_package_counts(tmp_path, code):
    """Every comment: the version changes too often then, and never too rarely."""
    files = SMALL | {"model/training.py": SMALL["model/training.py"] + f"\n\n{code}\n"}
    package = small(tmp_path, files)
    before = code_version(package, {})
    (package / "aside.py").write_text("TABLE = {1: 2}  # a comment\n", "utf-8")

    assert before != code_version(package, {})


def test_a_package_that_is_not_python_counts_whole(tmp_path):
    """It is above what a training reaches: nobody knows what it will say."""
    package = small(tmp_path, SMALL | {"data/__init__.py": "def"})
    before = code_version(package, {})
    (package / "aside.py").write_text("TABLE = {1: 2}  # a comment\n", "utf-8")

    assert before != code_version(package, {})


def test_the_text_of_an_error_counts_where_somebody_reads_it(tmp_path):
    """`except ValueError as error` may go on by it."""
    for name, how in (("blind", ""), ("reads", " as error")):
        text = SMALL["model/training.py"].replace(
            "    return problem.score(",
            f"    try:\n        fit(x)\n    except ValueError{how}:\n        pass\n"
            "    return problem.score(",
        )
        files = SMALL | {"model/training.py": text}
        other = SMALL | {"model/training.py": text.replace("too much", "too little")}
        one, two = (
            code_version(small(tmp_path / name / str(i), given), {})
            for i, given in enumerate((files, other))
        )

        assert (name == "blind") == (one == two)


WAYS = """
try:
    from jukebox.more import TABLE as table
except ImportError:
    from jukebox.aside import TABLE as table


def train(x):
    return table
"""
LEARNER = """
class Learner:
    from jukebox import more

    def fit(self):
        return self.more.TABLE


def train(x):
    return Learner().fit()
"""
LAZY = """
import lazy_loader

more = lazy_loader.load("jukebox.more")


def train(x):
    return more.TABLE
"""
PACKAGE = "from jukebox.data import rows\n\n\ndef train(x):\n    return rows.TABLE\n"


@pytest.mark.parametrize(
    "files",
    [
        {"model/training.py": WAYS},
        {
            "model/training.py": "def train(x):"
            + textwrap.indent(WAYS.partition("\n\n\n")[0], "    ")
            + "\n    return table\n"
        },
        {"model/training.py": LEARNER},
        {"model/training.py": LAZY},
        {
            "model/training.py": PACKAGE,
            "data/__init__.py": "from jukebox import more as rows\n",
            "data/rows.py": "TABLE = 0\n",
        },
    ],
    ids=[
        "the first of two ways",
        "and inside of a function",
        "an attribute of a class",
        "a module by its name in a text",
        "a package's own name for a module",
    ],
)
def test_what_hides_is_found(tmp_path, files):
    """Each trains with the table."""
    one, two = (
        code_version(small(tmp_path / size, SMALL | files | {"more.py": f"TABLE = {size}\n"}), {})
        for size in "12"
    )

    assert one != two


def test_packages_count(tmp_path):
    """By name and version; those of a record, or those that are installed."""
    package = small(tmp_path)
    one, two = (code_version(package, {"numpy": version}) for version in ("1.0", "1.1"))

    assert one != two
    assert code_version(package) == code_version(package, identity.installed_versions())


@pytest.mark.parametrize("name", ["numpy", "scikit-learn", "skl2onnx", "onnx", "protobuf"])
def test_a_package_that_makes_the_bytes_counts(tmp_path, monkeypatch, name):
    """The last one writes them."""
    package, version = small(tmp_path), identity.metadata.version
    before = code_version(package)
    monkeypatch.setattr(
        identity.metadata, "version", lambda one: "0" if one == name else version(one)
    )

    assert before != code_version(package)


def test_line_ends_do_not_count(tmp_path):
    """A checkout of Windows has others."""
    one, two = small(tmp_path / "one"), tmp_path / "two" / "jukebox"
    for file in one.rglob("*.py"):
        (two / file.relative_to(one)).parent.mkdir(parents=True, exist_ok=True)
        (two / file.relative_to(one)).write_bytes(file.read_bytes().replace(b"\n", b"\r\n"))

    assert code_version(one, {}) == code_version(two, {})


COUNTED = "0a9fe6161cc3e6e0b60ea4be09cfac3eccc8f2060fdff33e88d3ef3441244638"
ODD = '''
def train(x):
    """Odd."""
    y = f"a{x!r:>{x}}b" "" f"{x=}" f"{'q'}" "" f"" f"{x}" "end"
    z = "a" f"b" u"c", f"{x:}", f"{x:%H:%M}", b"a", 1e9, 0x10, 1_0, 3j, ..., None, "\U0001fae8\\ud800"
    match x:
        case {"a": [1, *rest], **more} | rest as more if x:
            lambda a, /, b=1, *c, d, **e: (yield)
    with open(x) as (a, b), y:
        a[1:2, ::3], b = -1, not x
    async def inner(*, k: int = 1): return await k
    try:
        return [*(i async for i in x if i), {**x}]
    except* (ValueError, KeyError):
        del x, y.z, a[0]
    class Inner(dict, metaclass=type): a: int; b: str = "1"
    raise KeyError(f"{x:{y}}" + "t" if x else "u") from None
'''


def test_each_python_counts_the_same(tmp_path):
    """A home is opened by another Python; where the counting itself changes, set another hash."""
    package = small(tmp_path, SMALL | {"model/training.py": ODD})

    assert COUNTED == code_version(package, {"numpy": "1.0"})


# ---- snapshots -----------------------------------------------------------------------------------


def flat(folder):
    """Write a package from before there were rooms, and give its folder."""
    package = folder / "jukebox"
    package.mkdir(parents=True)
    for name in (*FLAT_MODULES, "job"):
        (package / f"{name}.py").write_text(f"# {name}\n", "utf-8")
    return package


def test_code_from_before_there_were_rooms_keeps_its_version(tmp_path):
    """The four texts, one after the other: models of then can be built again."""
    texts = "\0".join(f"# {name}\n" for name in ("problem", "catalogue", "features", "training"))
    version = hashlib.sha256(texts.encode()).hexdigest()
    package = flat(tmp_path / version)

    assert version == code_version(package) == code_version(package, {"numpy": "0"})
    assert package == find_snapshot(tmp_path, version)


def test_a_snapshots_name_covers_every_byte(tmp_path):
    """Of every file, and where it lies; not what Python leaves beside it."""
    package = small(tmp_path)
    names = [name_snapshot(package)]
    (package / "model" / "__pycache__").mkdir()
    (package / "model" / "__pycache__" / "training.pyc").write_bytes(b"1")
    assert names == [name_snapshot(package)]
    for file, text in (("rules.yml", "a"), ("rules.yml", "b"), ("aside.py", "TABLE = {1: 2} #")):
        (package / file).write_text(text, "utf-8")
        names.append(name_snapshot(package))
    (package / "rules.yml").rename(package / "rules.yaml")  # the same place in their order
    names.append(name_snapshot(package))

    assert 5 == len(set(names))


def kept(folder, package, at):
    """Copy a package to a snapshot of its name, made at a time; give the copy."""
    copy = shutil.copytree(package, folder / name_snapshot(package) / "jukebox")
    os.utime(copy.parent, (at, at))
    return copy


def test_the_newest_snapshot_of_a_version_is_found(tmp_path):
    """With whatever was mended beside it; a draft, half a copy and a changed one are none.

    What was noted when it was taken holds, even where it would be counted otherwise now.
    """
    package, folder = small(tmp_path / "one"), tmp_path / "code"
    old = kept(folder, package, 1)
    (package / "model" / "job.py").write_text("mended\n", "utf-8")
    new = kept(folder, package, 2)
    version = code_version(package, {})
    other = kept(folder, small(tmp_path / "two", SMALL | {"model/training.py": "train = 1"}), 3)
    shutil.copytree(package, folder / "draft-1" / "jukebox")
    (folder / ("0" * 64) / "jukebox").mkdir(parents=True)

    note_version(old)
    os.utime(old.parent, (1, 1))
    noted = code_version(old)  # with the packages of today

    assert old == find_snapshot(folder, noted, {})
    assert [noted] == old.with_name("versions").read_text("utf-8").split()
    assert new == find_snapshot(folder, version, {})
    assert other == find_snapshot(folder, code_version(other, {}), {})
    assert find_snapshot(folder, version, {"numpy": "1"}) is None
    (new / "more.py").write_text("", "utf-8")
    assert old == find_snapshot(folder, version, {})
    assert find_snapshot(tmp_path / "nowhere", version, {}) is None


# ---- this package --------------------------------------------------------------------------------

TRAIN = """
import json, sys
import pandas as pd
from jukebox.model.training import Settings, train
model = train(*map(pd.read_pickle, sys.argv[1:3]), Settings(epochs=2), 7)
print(json.dumps([model.digest, model.record.code_version]))
"""


class Harmless(ast.NodeTransformer):
    """Changes all that no training can notice; layout and comments go when it is written again."""

    def visit_Expr(self, node):
        """Reword a docstring."""
        self.generic_visit(node)
        return ast.Expr(ast.Constant("changed")) if isinstance(node.value, ast.Constant) else node

    def visit_FunctionDef(self, node):
        """Annotate it, or annotate it otherwise."""
        self.generic_visit(node)
        wrappers = {getattr(part, "id", "") for part in node.decorator_list}
        if wrappers <= {"property", "staticmethod", "classmethod", "cache"}:
            node.returns = ast.Name("object")
            for part in (*node.args.posonlyargs, *node.args.args, *node.args.kwonlyargs):
                part.annotation = ast.Constant("changed")
        return node

    def visit_Raise(self, node):
        """Reword an error."""
        return reworded(node, getattr(node.exc, "args", []))

    def visit_Assert(self, node):
        """Reword it."""
        return reworded(node, [node.msg])


def reworded(node, given):
    """Change the texts among what is given to an error."""
    for part in given:
        for text in getattr(part, "values", [part]):
            if isinstance(text, ast.Constant) and isinstance(text.value, str):
                text.value += " changed"
    return node


def changed(node):
    """Give one of another value for a constant, or None where it has no other."""
    others = {bool: lambda v: not v, int: lambda v: v + 1, float: lambda v: v * 2 + 1}
    others |= {str: lambda v: f"{v}x", bytes: lambda v: v + b"x"}
    other = others.get(type(node.value))
    return ast.Constant(other(node.value)) if other else None


class Changed(ast.NodeTransformer):
    """Changes the first constant that is run, or each; and where there is none, adds a statement."""

    def __init__(self, every=False):
        """Take how many."""
        self.every, self.did = every, 0

    def visit_Constant(self, node):
        """Change it."""
        other = changed(node) if self.every or not self.did else None
        self.did += other is not None
        return other or node

    def visit_JoinedStr(self, node):
        """Leave it: its parts are told apart otherwise."""
        return node

    def visit_Expr(self, node):
        """Leave a docstring."""
        return node if isinstance(node.value, ast.Constant) else self.generic_visit(node)

    visit_Raise = visit_Assert = visit_arg = visit_JoinedStr

    def visit_FunctionDef(self, node):
        """Change what it runs, and not its annotations."""
        node.args = self.visit(node.args)
        node.body = [self.visit(part) for part in node.body]
        return node

    def of(self, node):
        """Change a statement of a module."""
        node = self.visit(node)
        if not self.did and hasattr(node, "body"):
            node.body.append(ast.parse("changed = 1").body[0])
            self.did += 1
        return node


def sources():
    """Give each source of the package, as a path in it."""
    return sorted(file.relative_to(INSTALLED).as_posix() for file in INSTALLED.rglob("*.py"))


def parsed(file):
    """Give the tree of a source."""
    return ast.parse((INSTALLED / file).read_text("utf-8"))


def written(folder, trees):
    """Give a copy of the package with some sources written from trees, {file: tree}."""
    package = shutil.copytree(INSTALLED, folder / "jukebox", ignore=CACHE)
    for file, tree in trees.items():
        text = ast.unparse(ast.fix_missing_locations(tree))
        (package / file).write_text(text + "\n", "utf-8")
    return package


def names(node):
    """Give the name by which a statement is told in the table."""
    found = [
        p.id for p in ast.walk(node) if isinstance(p, ast.Name) and isinstance(p.ctx, ast.Store)
    ]
    return getattr(node, "name", found[0] if found else type(node).__name__)


def change(tree, place, every=False):
    """Change a statement of a tree; say whether that changed anything."""
    if isinstance(tree.body[place], ast.Import | ast.ImportFrom):
        return False
    changes = Changed(every)
    tree.body[place] = changes.of(tree.body[place])
    return changes.did > 0


@pytest.fixture(scope="module")
def told(tmp_path_factory):
    """Say of each statement of each source whether a change of its first constant counts.

    {file: {place of the statement: (its name, whether the version is another)}}. A source that is
    not even imported is changed as a whole.
    """
    found, package = {}, written(tmp_path_factory.mktemp("told"), {})
    then = code_version(package)
    loaded = {name.replace(".", "/") for name in Reach(package, TRAINING, NOT_FOLLOWED).loaded}
    for file in sources():
        text, count = (package / file).read_text("utf-8"), len(parsed(file).body)
        is_loaded = f"jukebox/{file}".removesuffix(".py").removesuffix("/__init__") in loaded
        found[file] = {}
        for places in ([i] for i in range(count)) if is_loaded else [range(count)]:
            tree = parsed(file)
            if done := [place for place in places if change(tree, place)]:
                (package / file).write_text(ast.unparse(ast.fix_missing_locations(tree)), "utf-8")
                now = code_version(package)
                found[file] |= {place: (names(tree.body[place]), now != then) for place in done}
        (package / file).write_text(text, "utf-8")
    return found


def trained(package, folder):
    """Train by a package in a process of its own; give the digest and the code version."""
    for name, frame in zip(
        ("tracks", "charts"), Catalogue(1, tracks_a_week=60).weeks(range(9)), strict=True
    ):
        frame.to_pickle(folder / name)
    done = subprocess.run(
        [sys.executable, "-P", "-c", TRAIN, folder / "tracks", folder / "charts"],
        env=os.environ | {"PYTHONPATH": str(package.parent)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert 0 == done.returncode, done.stderr
    return json.loads(done.stdout)


def test_it_can_be_decided_what_a_training_reaches():
    """Or each comment would count."""
    assert [] == Reach(INSTALLED, TRAINING, NOT_FOLLOWED).undecided


def test_no_comment_docstring_or_error_of_any_source_counts(tmp_path):
    """All of them are changed at once, with layout and annotations."""
    trees = {file: Harmless().visit(parsed(file)) for file in sources()}

    assert code_version() == code_version(written(tmp_path, trees))


@pytest.fixture(scope="module")
def first(tmp_path_factory):
    """Give the digest and the code version of a model that the package itself has trained."""
    return trained(INSTALLED, tmp_path_factory.mktemp("first"))


@pytest.mark.whole
def test_what_counts_for_nothing_trains_the_same_model(told, first, tmp_path):
    """Each constant of each statement that does not count is changed, and each comment with it.

    But for those that count: what they would give otherwise is the version itself.
    """
    trees = {file: parsed(file) for file in sources()}
    for file, places in told.items():
        if file in ("model/identity.py", "model/reach.py"):
            continue
        for place, (_, counts) in places.items():
            if not counts:
                change(trees[file], place, every=True)
        trees[file] = Harmless().visit(trees[file])

    assert first == trained(written(tmp_path, trees), tmp_path)


@pytest.mark.whole
@pytest.mark.parametrize(
    ("file", "before", "after"),
    [
        ("model/training.py", "rate: float = 5e-3", "rate: float = 6e-3"),
        ("problem.py", "LABEL_DELAY = 3", "LABEL_DELAY = 2"),
    ],
)
def test_what_makes_another_model_counts(first, tmp_path, file, before, after):
    """Both the version and the bytes are others: the trainings above would have shown it."""
    package = written(tmp_path, {})
    text = (package / file).read_text("utf-8")
    assert 1 == text.count(before)
    (package / file).write_text(text.replace(before, after), "utf-8")
    now = trained(package, tmp_path)

    assert (True, True) == (first[0] != now[0], first[1] != now[1])
