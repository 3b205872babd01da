"""*Block and run*: a fence that is wrong, unknown or overlooked fails, with its page and line."""

import os
import tomllib
from collections import Counter
from pathlib import Path

import pytest
from markdown_it import MarkdownIt
from sybil import Sybil

from tests.fences import CHECKERS, clean, regions
from tests.project import from_root

ROOT = Path(__file__).parents[1]
PAGES = sorted(p for p in (ROOT / "docs").rglob("*.md") if "_build" not in p.parts)
RUNS = {"python", "console"}


def checked(folder, text):
    """Check every fence of a page; return what is wrong with each."""
    page = folder / "page.md"
    page.write_text(text, "utf-8")
    document = Sybil(parsers=[regions], patterns=["*.md"]).parse(page)
    wrong = [example.parsed[0](example, *example.parsed[1:]) for example in document.examples()]
    clean(document.namespace)
    return [from_root(folder, text or "") for text in wrong]


def fence(info, content, marks="```"):
    """Write one fence."""
    return f"{marks}{info}\n{content}\n{marks}\n"


SOUND = {
    "python that prints what is shown": fence("python", "print(1)") + "\n" + fence("output", "1"),
    "python that prints nothing": fence("python", "x = 1"),
    "prompts": fence("python", ">>> 1 + 1\n2"),
    "a command": fence("console", "$ echo one\none\n$ echo two three\ntwo ..."),
    "state goes on from fence to fence": fence("python", "x = 1") + fence("python", "assert x"),
    "files too": fence("console", "$ echo a > b") + fence("console", "$ cat b\na"),
    "a folder that is gone to": fence("console", "$ mkdir a\n$ cd a\n$ pwd\n.../a"),
    "a variable": fence("console", "$ export NAME='a b'\n$ echo $NAME\na b"),
    "a variable that a command gives": fence("console", "$ export A=$(echo b)\n$ echo $A\nb"),
    "a command that goes on below": fence("console", "$ echo a \\\n  b\na b"),
    "a file that is written": fence(
        "console", "$ cat > f <<'EOF'\n$ a\nEOF\n$ grep -c '[$] a' f\n1"
    ),
    "one in the background": fence(
        "console",
        "$ python -u -c 'import time; print(8000); time.sleep(9)' &\n8000\n$ kill %1\n$ echo a\na",
    ),
    "jukebox": fence("console", "$ jukebox --version\n...0\n$ jukebox none\n...No such command..."),
    "data": fence("toml", "a = 1") + fence("yaml", "a: 1") + fence("json", "{}"),
    "a fence in a directive": fence("{tip}", fence("python", "x = 1"), "````"),
}


@pytest.mark.parametrize("page", SOUND)
def test_a_sound_fence_passes(tmp_path, page):
    """What a page may hold."""

    assert {""} == set(checked(tmp_path, SOUND[page]))


FAULTS = {
    "another output": (
        fence("python", "print(1)") + "\n" + fence("output", "2"),
        "page.md:6: the page shows\n2\n\nand the run prints\n1\n",
    ),
    "an output that is not shown": (fence("python", "print(1)"), "page.md:2: the page shows"),
    "an output that never comes": (
        fence("python", "x = 1") + "\n" + fence("output", "2"),
        "page.md:6: the page shows\n2\n\nand the run prints\n(nothing)",
    ),
    "an error": (fence("python", "x = 1\n1 / 0"), "page.md:3: ZeroDivisionError: division by zero"),
    "a syntax error": (fence("python", "x ="), "page.md:2: SyntaxError"),
    "a wrong value after a prompt": (fence("python", ">>> 1\n1\n>>> 1 + 1\n3"), "page.md:4:"),
    "another output of a command": (
        fence("console", "$ echo one\none\n$ echo two\nthree"), "page.md:4: the page shows\nthree"
    ),
    "a command that does not exist": (fence("console", "$ no-such-command"), "page.md:2: the page"),
    "a folder that is not there": (fence("console", "$ cd a"), "page.md:2: the page shows"),
    "another output of jukebox": (
        fence("console", "$ echo 1\n1\n$ jukebox --version\nnone"), "page.md:4: the page shows"
    ),
    "one in the background that fails": (
        fence("console", "$ no-such-command &\none"), "page.md:2: the page shows\none\n\nand"
    ),
    "a document without an end": (fence("console", "$ cat <<EOF\na"), "page.md:2: no line EOF"),
    "no command": (fence("console", "echo one"), "page.md:2: no command"),
    "broken data": (fence("toml", "a ="), "page.md:2: TOMLDecodeError"),
    "broken YAML": (fence("yaml", "a: ["), "page.md:2: ParserError"),
    "a diagram without its drawing": (fence("mermaid", "pie"), "page.md:1: no drawing"),
    "an unknown language": (
        fence("cobol", "x"), "page.md:1: nothing checks a fence of the language 'cobol'"
    ),
    "no language": (fence("", "x"), "page.md:1: nothing checks a fence of the language ''"),
    "an output of nothing": (fence("output", "x"), "page.md:1: nothing checks a fence of the"),
    "code-block": (fence("{code-block} python", "x"), "page.md:1: nothing checks a fence of the"),
    "eval-rst": (fence("{eval-rst}", "x::\n\n  y"), "page.md:1: nothing checks a fence of the"),
    "parsed-literal": (fence("{parsed-literal}", "x"), "page.md:1: nothing checks a fence of the"),
    "indented code": ("a\n\n    1 / 0\n", "page.md:3: nothing checks a fence of the language ''"),
    "code as HTML": ("<pre>\n1 / 0\n</pre>\n", "page.md:1: nothing checks a fence of the"),
    "an output of anything": (
        fence("python", "print(1)") + "\n" + fence("output", "..."), "page.md:6: the page shows\n..."
    ),
    "no reason": (fence("{not-run} bash", "ls"), "page.md:2: a block that does not run needs a"),
    "a listing from elsewhere": (
        fence("{literalinclude} ../noxfile.py", ""), "page.md:1: ../noxfile.py is no file of examples/"
    ),
    "a listing of lines": (
        fence(f"{{literalinclude}} {ROOT}/examples/jukebox/problem.py", ":lines: 1-2"),
        "page.md:2: `:lines:` drifts in silence",
    ),
    "a fault in a directive": (
        fence("{tip}", "\n" + fence("python", "1 / 0"), "````"),
        "page.md:4: ZeroDivisionError",
    ),
}  # fmt: skip


@pytest.mark.parametrize("fault", FAULTS)
def test_a_wrong_fence_fails_with_its_place(tmp_path, fault):
    """The failure names page and line."""
    text, expected = FAULTS[fault]

    assert next(w for w in checked(tmp_path, text) if w).startswith(expected)


def test_what_runs_in_the_background_ends_with_its_page(tmp_path):
    """And its port is a free one: a page that says 8000 can be run beside a service on it."""
    asked = (
        "import os, sys; print(os.getpid(), file=open('pid', 'w')); print(sys.argv[1] != '8000')"
    )
    asked += "; sys.stdout.flush(); import time; time.sleep(60)"
    text = fence("console", f'$ python -c "{asked}" "80"00 8000 &\nFalse\n$ cat pid\n...')
    page = tmp_path / "page.md"
    page.write_text(text, "utf-8")
    document = Sybil(parsers=[regions], patterns=["*.md"]).parse(page)
    for example in document.examples():
        example.parsed[0](example, *example.parsed[1:])
    pid = int((document.namespace["terminal"].folder / "pid").read_text())
    port = document.namespace["terminal"].port
    os.kill(pid, 0)
    clean(document.namespace)

    assert port not in (None, "8000")
    with pytest.raises(ProcessLookupError):
        os.kill(pid, 0)


def counted(page):
    """Count the blocks of a page by language, as Sybil will run them."""
    document = Sybil(parsers=[regions], patterns=["*.md"]).parse(page)
    return Counter(example.parsed[1].name for example in document.examples())


@pytest.mark.parametrize("page", PAGES, ids=lambda p: p.stem)
def test_no_fence_of_a_page_is_overlooked(page):
    """As many blocks are checked as `tests/fences.toml` says; a silent zero fails."""
    expected = tomllib.loads((ROOT / "tests" / "fences.toml").read_text("utf-8"))
    name = page.relative_to(ROOT / "docs").with_suffix("").as_posix()

    assert expected.get(name, {}) == dict(counted(page))


def test_the_list_of_counts_names_no_page_that_has_gone():
    """The list follows the pages."""
    expected = tomllib.loads((ROOT / "tests" / "fences.toml").read_text("utf-8"))
    names = {page.relative_to(ROOT / "docs").with_suffix("").as_posix() for page in PAGES}

    assert set() == expected.keys() - names


@pytest.mark.parametrize(
    "page", sorted((ROOT / "docs" / "modules").rglob("*.md")), ids=lambda p: p.stem
)
def test_each_chapter_teaches_by_running(page):
    """A chapter has at least one block that runs."""
    chapter = "\nobjectives:\n" in page.read_text("utf-8")

    assert not chapter or RUNS & counted(page).keys()


@pytest.mark.parametrize("page", PAGES, ids=lambda p: p.stem)
def test_a_chart_shows_what_a_fence_printed(page):
    """Each value of an `xychart` line stands in an output of its page."""
    text = page.read_text("utf-8")
    tokens = MarkdownIt().parse(text)
    printed = " ".join(t.content for t in tokens if t.info == "output")
    lines = [
        line
        for t in tokens
        if t.info == "mermaid" and t.content.startswith("xychart")
        for line in t.content.splitlines()
        if line.split()[:1] in (["line"], ["bar"])
    ]
    values = {v.strip() for line in lines for v in line[line.index("[") + 1 : -1].split(",")}

    assert set() == values - set(printed.replace("%", " ").split())


def test_every_checker_is_used_or_guarded_here():
    """A language in the table has a sound or a broken example above."""
    examples = " ".join([*SOUND.values(), *(text for text, _ in FAULTS.values())])

    assert [] == [name for name in CHECKERS if f"`{name}" not in examples]


SEEN = {
    "python": fence("python", "print(1)") + "\n" + fence("output", "1"),
    "console": fence("console", "$ echo 1\n1"),
}


@pytest.mark.parametrize("page", SEEN)
def test_a_page_fails_if_a_line_of_its_output_could_be_another(tmp_path, monkeypatch, page):
    """The sceptic's test: `unseen` tries each printed line of the handbook while the page runs."""
    monkeypatch.setattr("tests.fences.compare", lambda *what: None)  # sees nothing

    [wrong] = filter(None, checked(tmp_path, SEEN[page]))

    assert "nobody would notice another line than '1\\n'" in wrong


@pytest.mark.parametrize("page", SEEN)
def test_it_tries_every_line(tmp_path, monkeypatch, page):
    """One after the other, and each as a change of that line alone."""
    tried = []

    def compare(example, printed, shown, line):
        tried.append(shown)
        return f"{example.path}:{line}: no" if "(changed)" in shown else None

    monkeypatch.setattr("tests.fences.compare", compare)

    checked(tmp_path, SEEN[page].replace("1\n```\n", "1\n2\n```\n"))

    assert ["1\n2\n", "1 (changed)\n2\n", "1\n2 (changed)\n"] == tried
