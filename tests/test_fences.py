"""*Block and run*: a fence that is wrong, unknown or overlooked fails, with its page and line."""

import os
import socket
import subprocess
import sys
from pathlib import Path

import pytest
from sybil import Sybil

from docs._ext.markdown import HOLDS_DATA, HOLDS_MARKDOWN, Fence, fences
from docs.conftest import pages as checked_pages
from scripts import prose
from scripts.ci import BUDGETS
from scripts.pages import RUNNING, find_pages, sessions
from tests.fences import CHECKERS, clean, regions
from tests.project import from_root
from tests.terminal import CLIENT, Terminal

ROOT = Path(__file__).parents[1]
PAGES = sorted(p for p in (ROOT / "docs").rglob("*.md") if "_build" not in p.parts)
RUNS = {"python", "console", "{run-in}"}


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
    "a fence of tildes": fence("python", "x = 1", "~~~"),
    "a fence in a box in a quotation": (
        "> " + fence("{tip}", fence("python", "x = 1"), ":::").replace("\n", "\n> ")
    ),
    "python for a session of its own, which is only compiled here": (
        fence("{run-in} language-model", "import no_such_module") + "\n" + fence("output", "1")
    ),
    "a fence in a list": "- Words\n\n  " + fence("python", "x = 1").replace("\n", "\n  "),
    "a fence in a definition": "Word\n: " + fence("python", "x = 1").replace("\n", "\n  "),
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
    "a directive that nobody knows": (
        fence("{include} other.md", ""), "page.md:1: nothing checks a fence of the"
    ),
    "a fault in a quotation": (
        "> Words\n>\n> " + fence("python", "1 / 0").replace("\n", "\n> "),
        "page.md:4: ZeroDivisionError",
    ),
    "eval-rst": (fence("{eval-rst}", "x::\n\n  y"), "page.md:1: nothing checks a fence of the"),
    "parsed-literal": (fence("{parsed-literal}", "x"), "page.md:1: nothing checks a fence of the"),
    "indented code": ("a\n\n    1 / 0\n", "page.md:3: nothing checks a fence of the language ''"),
    "code as HTML": ("<pre>\n1 / 0\n</pre>\n", "page.md:1: nothing checks a fence of the"),
    "an output of anything": (
        fence("python", "print(1)") + "\n" + fence("output", "..."), "page.md:6: the page shows\n..."
    ),
    "a syntax error in what a session runs": (
        fence("{run-in} language-model", "x ="), "page.md:2: SyntaxError"
    ),
    "a session that runs no pages": (
        fence("{run-in} lint", "x = 1"), "page.md:1: no session 'lint' runs blocks of pages"
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


def test_a_block_runs_in_the_session_that_it_names(tmp_path, monkeypatch):
    """With the other blocks of its page, and what it prints is compared."""
    text = fence("python", "x = 1") + fence("{run-in} language-model", "print(x + 1)") + "\n"
    monkeypatch.setenv(RUNNING, "language-model")

    assert {""} == set(checked(tmp_path, text + fence("output", "2")))
    assert checked(tmp_path, text + fence("output", "3"))[1].startswith("page.md:9: the page shows")


@pytest.mark.parametrize("page", PAGES, ids=lambda p: p.stem)
def test_each_block_for_a_session_is_run_by_it(page):
    """The session finds the page, and CI runs the session."""
    asked = {
        fence.argument for fence in fences(page.read_text("utf-8")) if fence.name == "{run-in}"
    }

    assert asked <= set(sessions()) & BUDGETS.keys()
    assert asked == {name for name in sessions() if page in find_pages(name)}


def test_a_session_of_pages_has_one():
    """Otherwise it would pass without a test."""
    assert sessions()
    assert [] == [name for name in sessions() if not find_pages(name)]


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


@pytest.mark.skipif(not hasattr(os, "fork"), reason="no fork here")
@pytest.mark.parametrize(
    ("script", "code", "printed"),
    [
        ("import sys\nprint(sys.argv[1:])\nsys.exit(3)", 3, "['a b']\n"),
        ("import os\nos.kill(os.getpid(), 15)", 143, ""),
        ("1 / 0", 1, "ZeroDivisionError: division by zero\n"),
    ],
)
def test_a_script_of_a_page_is_a_fork_and_ends_as_it_does(script, code, printed):
    """With its arguments, in its folder, in a pipe or not; and bash sees its exit code."""
    terminal = Terminal()
    (terminal.folder / "it.py").write_text(f"{script}\n", "utf-8")
    said = terminal.type('python it.py "a b" 2>&1 | tail -n 1; echo ${PIPESTATUS[0]}')
    terminal.close()

    assert f"{printed}{code}\n" == said


@pytest.mark.skipif(not hasattr(os, "fork"), reason="no fork here")
def test_a_process_that_does_not_answer_is_an_error(tmp_path):
    """A command that was never run must not pass for one that prints nothing."""
    with socket.socket(socket.AF_UNIX) as server:
        server.bind(str(tmp_path / "socket"))
        server.listen()
        asked = [sys.executable, "-IS", CLIENT, tmp_path / "socket", "jukebox"]
        client = subprocess.Popen(asked, stderr=subprocess.PIPE, text=True)
        connection, _ = server.accept()
        for stream in socket.recv_fds(connection, 4, 3)[1]:
            os.close(stream)
        connection.recv(2**20)
        connection.close()
        _, said = client.communicate()

    assert (1, True) == (client.returncode, "has not answered" in said)


def blocks(page, sybil=checked_pages):
    """Return {(line, language)} of the blocks of a page that Sybil checks, each with its output."""
    found = [] if not sybil.should_parse(page) else sybil.parse(page).examples()
    pairs = [example.parsed[1:] for example in found]
    return {(block.line - 1, block.name) for pair in pairs for block in pair if block}


def opened(text):
    """Return {(line, language)} of the blocks that the lines of a page open."""
    scanned = [Fence(found.info, "", found.line + 1) for found in prose.fences(text)]
    return {
        (fence.line - 1, fence.name)
        for fence in scanned
        if fence.directive not in HOLDS_MARKDOWN | HOLDS_DATA
    }


def overlooked(page, sybil=checked_pages):
    """Return a sentence for each block that only one of two independent readers sees.

    One is MyST's parser, whose blocks Sybil runs. The other knows lines, and no Markdown.
    """
    ours, lines = blocks(page, sybil), opened(page.read_text("utf-8"))
    where = from_root(ROOT, str(page))
    unchecked = (
        f"{where}:{line}: this opens a block of {language!r} that no test checks: move it to the "
        "margin, and out of HTML and of directives that hold data (docs/_ext/markdown.py)"
        for line, language in sorted(lines - ours)
    )
    unmarked = (
        f"{where}:{line}: this is shown as code without a fence: write it as one, with its language"
        for line, _ in sorted(ours - lines)
    )
    return [*unchecked, *unmarked]


@pytest.mark.parametrize("page", PAGES, ids=lambda p: p.stem)
def test_no_fence_of_a_page_is_overlooked(page):
    """Each line that opens a block is where a test begins, and no test begins elsewhere."""
    told = "\n".join(overlooked(page))

    assert not told, told


STRAY = fence("python", "1 / 0")
SEEN_BY_ONE = {
    "in data": (fence("{toctree}", STRAY, "````"), 2, "block of 'python' that no test checks"),
    "of tildes": (
        fence("{toctree}", fence("python", "1 / 0", "~~~")), 2, "block of 'python' that no test",
    ),
    "in data in a box": (
        fence("{tip}", fence("{toctree}", STRAY, "````"), ":::"), 3, "block of 'python' that no",
    ),
    "indented below words": ("Words\n    " + STRAY.replace("\n", "\n    "), 2, "block of 'python'"),
    "indented": ("\n    " + STRAY.replace("\n", "\n    "), 2, "block of 'python' that no test"),
    "in HTML": (f"<div>\n{STRAY}</div>\n", 2, "block of 'python' that no test checks"),
    "in a comment": (f"<!--\n{STRAY}-->\n", 2, "block of 'python' that no test checks"),
    "in a fence of as many marks": (fence("{tip}", STRAY), 6, "shown as code without a fence"),
    "as HTML": ("<pre>\n1 / 0\n</pre>\n", 1, "shown as code without a fence"),
    "by its indent": ("Words\n\n    1 / 0\n", 3, "shown as code without a fence"),
}  # fmt: skip


@pytest.mark.parametrize("place", SEEN_BY_ONE)
def test_a_fence_that_only_one_reader_sees_is_told(tmp_path, place):
    """With its page, its line, its language and what to do."""
    text, line, said = SEEN_BY_ONE[place]
    page = tmp_path / "page.md"
    page.write_text(text, "utf-8")

    told = overlooked(page, Sybil(parsers=[regions], patterns=["*.md"], path=str(tmp_path)))

    assert [one for one in told if one.startswith(f"{page}:{line}: ") and said in one], told


def test_a_page_that_pytest_would_not_collect_is_told(tmp_path):
    """Its blocks are as good as none."""
    page = tmp_path / "page.md"
    page.write_text(STRAY, "utf-8")

    assert 1 == len(overlooked(page, Sybil(parsers=[regions], patterns=["*.rst"])))


@pytest.mark.parametrize(
    "page", sorted((ROOT / "docs" / "modules").rglob("*.md")), ids=lambda p: p.stem
)
def test_each_chapter_teaches_by_running(page):
    """A chapter has at least one block that runs."""
    chapter = "\nobjectives:\n" in page.read_text("utf-8")
    runs = RUNS & {language for _, language in blocks(page)}

    assert runs or not chapter, f"{page}:1: show a block of python or console, which the tests run"


@pytest.mark.parametrize("page", PAGES, ids=lambda p: p.stem)
def test_a_chart_shows_what_a_fence_printed(page):
    """Each value of an `xychart` line stands in an output of its page."""
    found = fences(page.read_text("utf-8"))
    printed = " ".join(f.content for f in found if f.name == "output").replace("%", " ").split()
    lines = [
        (number, line)
        for f in found
        if f.name == "mermaid" and f.content.startswith("xychart")
        for number, line in enumerate(f.content.splitlines(), f.line)
        if line.split()[:1] in (["line"], ["bar"])
    ]

    assert [] == [
        f"{page}:{number}: no output of the page has {value}: show what the block printed"
        for number, line in lines
        for value in map(str.strip, line[line.index("[") + 1 : -1].split(","))
        if value not in printed
    ]


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
