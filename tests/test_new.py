"""`nox -s new`: what it writes builds and passes as it is, and cannot be merged as it is."""

import os
import re
import subprocess
import sys
from pathlib import Path
from shutil import copytree, ignore_patterns

import pytest

ROOT = Path(__file__).parents[1]
pytestmark = pytest.mark.whole  # it builds a copy of the handbook, and starts a tool
MADE = ignore_patterns(
    *(".git", ".nox", ".venv", "_build", "dist", "node_modules", "__pycache__", ".*_cache")
)
ASKED = [
    ("chapter", "modules/brand-new/brand-new-page"),
    ("chapter", "docs/modules/introduction/brand-new-chapter.md"),
    ("tool", "requests"),  # in the lock of the tools, and in that of the tests
    ("lab", "brand-new-lab"),
    ("command", "brand-new"),
]
WRITTEN = [
    "docs/modules/brand-new/brand-new-page.md",
    "docs/modules/introduction/brand-new-chapter.md",
    "docs/labs/brand-new-lab.md",
]


@pytest.fixture(scope="module")
def run(tmp_path_factory):
    """Return a function that runs a module of Python in a copy that has a skeleton of each kind."""
    copy = Path(copytree(ROOT, tmp_path_factory.mktemp("new") / "handbook", ignore=MADE))
    path = os.pathsep.join([str(copy / "examples"), str(copy)])

    def run(*command):
        return subprocess.run(
            [*map(str, command)],
            cwd=copy,
            env=os.environ | {"PYTHONPATH": path, "PYTEST_ADDOPTS": ""},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )

    run.folder = copy
    run.said = [run(sys.executable, "-m", "scripts.new", *words).stdout for words in ASKED]
    return run


@pytest.mark.parametrize("number", range(len(ASKED)), ids=lambda n: "-".join(ASKED[n]))
def test_it_says_what_it_wrote_and_what_to_do(run, number):
    """File by file; then in one sentence, and the command that checks it."""
    *files, _, then, check = run.said[number].splitlines()

    assert files
    assert all((run.folder / line.split()[1].rstrip(":")).is_file() for line in files)
    assert then.startswith("Fill in ")
    assert check.endswith("Then: nox -s lint tests docs")


def test_the_skeletons_build_strictly(run):
    """All of them on one site, without one warning."""
    built = run(sys.executable, "-m", "sphinx", "-n", "-W", "-q", "-b", "dummy", "docs", "built")

    assert built.returncode == 0, built.stdout


def test_the_skeletons_pass_the_tests(run):
    """Their prose, quizzes, data, and the places of the command and of the tool."""
    names = " or ".join([Path(page).stem for page in WRITTEN])
    tests = run(
        *(sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "--noconftest"),
        *("-k", f"{names} or brand or page_shows or has_its_help"),
        *("tests/test_fences.py", "tests/test_prose.py", "tests/test_quiz.py"),
        *("tests/test_tools.py", "tests/test_commands.py", "tests/test_rooms.py"),
        "tests/jukebox/test_brand_new.py",
    )

    assert tests.returncode == 0, tests.stdout


# As docs/conftest.py runs it, but nothing heavy is imported for the commands of one small lab.
PAGES = "import pytest, sys, tests.forks as f; f.HEAVY = (); sys.exit(pytest.main(sys.argv[1:]))"


def test_the_blocks_of_the_skeletons_run(run):
    """Those of the pages, and the example of the tool, which needs Linux."""
    linux = sys.platform == "linux"
    tests = run(
        *(sys.executable, "-c", PAGES, "-q", "-p", "no:cacheprovider", "-m", ""),
        *(*WRITTEN, *["examples/tools/requests"] * linux),
    )

    assert tests.returncode == 0, tests.stdout


SOLVED = """
from pathlib import Path
from jukebox.labs.folders import find_faults, make_start
from jukebox.labs.hands import Hands
from jukebox.labs.listing import LABS
number, folder = len(LABS), Path("solved")
make_start(number, folder)
before = find_faults(number, folder)
LABS[number].solve(folder, Hands(folder))
print(before[0][-1], find_faults(number, folder))
"""


def test_the_lab_has_something_to_do_and_a_solution(run):
    """What is wrong at its start is a sentence, and the solution leaves nothing."""

    assert run(sys.executable, "-c", SOLVED).stdout.endswith("\n. []\n")


def test_a_skeleton_passes_the_rules_of_prose_until_git_has_it(run):
    """It may wait in the working tree; once it is added, each place to fill in is told."""
    run("git", "init", "-q")
    waiting = run(sys.executable, "-m", "scripts.prose")
    run("git", "add", "--all")
    given = run(sys.executable, "-m", "scripts.prose")

    assert waiting.returncode == 0, waiting.stdout
    assert given.returncode == 1
    assert "docs/reference/command-line.md" not in given.stdout, (
        "its source is told, not what it says"
    )
    for page in WRITTEN:
        assert re.search(
            rf"^{page}:\d+: the skeleton still speaks here: say it", given.stdout, re.M
        )


REFUSED = {
    "nothing": ((), "Say what to write: nox -s new -- chapter modules/<part>/<page>"),
    "another kind": (("page", "x"), "Say what to write: nox -s new -- chapter modules/"),
    "a path of no module": (("chapter", "labs/x"), "'labs/x' is no modules/<part>/<page>"),
    "a name with capitals": (("lab", "MyLab"), "'MyLab' is not in small letters, figures and"),
    "a word of Python": (("command", "import"), "'import' is a word or a module of Python already"),
    "a module of Python": (("lab", "json"), "'json' is a word or a module of Python already"),
    "a name that is taken": (
        ("chapter", "modules/introduction/northstar"),
        "docs/modules/introduction/northstar.md is there already: take another name",
    ),
    "a tool that has its entry": (("tool", "dvc"), "docs/_data/tools.toml has 'dvc' already"),
    "a tool of no lock": (("tool", "no-such-tool"), "add it to a group of pyproject.toml"),
}


@pytest.mark.parametrize("what", REFUSED)
def test_what_it_cannot_write_is_told_in_a_sentence(run, what):
    """And nothing is written."""
    words, said = REFUSED[what]
    done = run(sys.executable, "-m", "scripts.new", *words)

    assert done.returncode == 1
    assert said in done.stdout
