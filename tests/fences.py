"""*Block and run*, the tests' half: every fenced block of every page is checked by something.

`CHECKERS` maps a language to what checks it. A language that is not in it fails.
`docs/conftest.py` hands all this to Sybil, which makes one test of each block.
"""

import contextlib
import io
import json
import os
import re
import tomllib
import traceback
from doctest import ELLIPSIS, DocTestParser, DocTestRunner
from pathlib import Path

import yaml
from sybil import Region

from docs._ext.diagrams import drawing_name
from docs._ext.markdown import fences
from scripts.pages import RUNNING, sessions
from scripts.transcripts import prints_what_is_shown, read_commands

ROOT = Path(__file__).resolve().parents[1]
EXAMPLES, DRAWINGS = ROOT / "examples", ROOT / "docs" / "_diagrams"
CLASS = ROOT / "docs" / "teach" / "class"  # tests/test_collect.py holds its files


def fail(example, message, line=None):
    """Return what Sybil shows for a failure: the page, the line and the reason."""
    return f"{example.path}:{line or example.line + 1}: {message}"


def python(example, fence, output):
    """Run a fence; what it prints must be what the next fence shows."""
    printed = io.StringIO()
    example.namespace.setdefault("__name__", "__page__")
    if ">>> " in fence.content:
        return doctest(example, fence)
    # The padding makes a traceback speak of the page's own lines.
    code = "\n" * (fence.line - 1) + fence.content
    try:
        with contextlib.redirect_stdout(printed):
            exec(compile(code, example.path, "exec"), example.namespace)  # noqa: S102, the page's own code
    except Exception as error:
        frames = traceback.extract_tb(error.__traceback__)
        lines = [frame.lineno for frame in frames if frame.filename == example.path]
        line = lines[-1] if lines else error.lineno  # a syntax error has no frame here
        return fail(example, f"{type(error).__name__}: {error}", line)
    shown, line = output.content if output else "", (output or fence).line
    printed = printed.getvalue()
    return compare(example, printed, shown, line) or unseen(example, printed, shown, line)


def doctest(example, fence):
    """Run a fence with prompts: each shown value must be what comes back."""
    test = DocTestParser().get_doctest(
        fence.content, example.namespace, example.path, example.path, fence.line - 1
    )
    report = io.StringIO()
    runner = DocTestRunner(optionflags=ELLIPSIS)
    runner.run(test, out=report.write, clear_globs=False)
    example.namespace.update(test.globs)
    if runner.failures:
        failed = re.search(r"line (\d+)", report.getvalue())
        return fail(example, report.getvalue(), int(failed[1]))
    return None


def console(example, fence, _):
    """Run the commands of a fence in the page's own folder; their output must be what is shown."""
    if not fence.content.startswith("$ "):
        return fail(example, "no command: a console fence begins with `$ `", fence.line)
    if "terminal" not in example.namespace:
        from tests.terminal import Terminal  # a session of pages has not what it needs

        example.namespace["terminal"] = Terminal()
    if "<<" in fence.content and "\nEOF\n" not in fence.content:
        return fail(example, "no line EOF: a document ends with one", fence.line)
    for number, command, shown in read_commands(fence.content, fence.line):
        printed = example.namespace["terminal"].type(command)
        wrong = compare(example, printed, shown, number) or unseen(example, printed, shown, number)
        if wrong:
            return wrong
    return None


def compare(example, got, shown, line):
    """Compare output with what the page shows; `...` stands for anything."""
    if shown.strip() != "..." and prints_what_is_shown(got, shown):
        return None
    return fail(
        example,
        f"the page shows\n{shown or '(nothing)'}\nand the run prints\n{got or '(nothing)'}",
        line,
    )


def unseen(example, printed, shown, line):
    """Return the first shown line that could be changed without a failure: the sceptic's test."""
    lines = shown.splitlines(keepends=True)
    for number, old in enumerate(lines):
        changed = [*lines[:number], f"{old.rstrip()} (changed)\n", *lines[number + 1 :]]
        told = compare(example, printed, "".join(changed), line)
        if told is None or not told.startswith(f"{example.path}:{line}: "):
            return fail(example, f"nobody would notice another line than {old!r}", line)
    return None


def parsed_by(parse):
    """Return a checker that accepts whatever a parser accepts."""

    def check(example, fence, _):
        """Parse the fence."""
        try:
            parse(fence.content)
        except Exception as error:
            return fail(example, f"{type(error).__name__}: {error}", fence.line)
        return None

    return check


def drawn(example, fence, _):
    """A diagram has a drawing; what is wrong with its source is the build's to say."""
    if not (DRAWINGS / drawing_name(fence.content)).is_file():
        return fail(example, "no drawing: run `nox -s diagrams`", fence.line - 1)
    return None


def reasoned(example, fence, _):
    """A block that does not run gives its reason; the directive shows it to the reader."""
    if not re.search(r"^:reason: \S+", fence.content, re.M):
        return fail(example, "a block that does not run needs a `:reason:`", fence.line)
    return None


def elsewhere(example, fence, output):
    """A block that a session of its own runs: there it is run, and here it is only compiled."""
    if fence.argument not in sessions():
        return fail(example, f"no session {fence.argument!r} runs blocks of pages", fence.line - 1)
    if os.environ.get(RUNNING) == fence.argument:
        return python(example, fence, output)
    return parsed_by(lambda code: compile(code, example.path, "exec"))(example, fence, output)


def included(example, fence, _):
    """A listing is a file that tests hold, whole or a named piece of it: never lines, which drift."""
    path = (Path(example.path).parent / fence.argument).resolve()
    if not any(path.is_relative_to(folder) for folder in (EXAMPLES, CLASS)) or not path.is_file():
        return fail(example, f"{fence.argument} is no file of examples/", fence.line - 1)
    if ":lines:" in fence.content:
        return fail(
            example, "`:lines:` drifts in silence: include an object or the whole file", fence.line
        )
    return None


def unchecked(example, fence, _):
    """Nobody checks this language."""
    return fail(
        example,
        f"nothing checks a fence of the language {fence.name!r}: take one of CHECKERS in "
        "tests/fences.py; a directive that shows no code is named in docs/_ext/markdown.py",
        fence.line - 1,
    )


CHECKERS = {
    "python": python,
    "console": console,
    "mermaid": drawn,
    "toml": parsed_by(tomllib.loads),
    "yaml": parsed_by(yaml.safe_load),
    "json": parsed_by(json.loads),
    "{literalinclude}": included,
    "{not-run}": reasoned,
    "{run-in}": elsewhere,
}


PRINTS = {"python", "{run-in}"}  # what an output belongs to


def regions(document):
    """Yield one region for each fence of a page; an output belongs to the code before it."""
    offsets = [0]
    for line in document.text.splitlines(keepends=True):
        offsets.append(offsets[-1] + len(line))
    found = fences(document.text)
    for n, fence in enumerate(found):
        after = found[n + 1] if n + 1 < len(found) else None
        output = after if after and after.name == "output" and fence.name in PRINTS else None
        if fence.name == "output" and n and found[n - 1].name in PRINTS:
            continue
        check = CHECKERS.get(fence.name, unchecked)
        start = offsets[fence.line - 2]
        end = offsets[min(fence.line - 1 + fence.content.count("\n"), len(offsets) - 1)]
        yield Region(start, end, parsed=(check, fence, output), evaluator=evaluate)


def evaluate(example):
    """Check one fence."""
    check, fence, output = example.parsed
    return check(example, fence, output)


def clean(namespace):
    """End a page's terminal, and what still runs in it."""
    if "terminal" in namespace:
        namespace.pop("terminal").close()
