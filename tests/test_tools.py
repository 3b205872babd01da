"""The tools of the matrix: their data, their examples and their pages hold together."""

import json
import re
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest
from bs4 import BeautifulSoup

from docs._ext.tools import name_with_versions
from scripts import tools
from tests.project import build, write

ENTRIES = tools.entries()
PAGES = sorted({tool["page"] for tool in ENTRIES.values()})
HEADINGS = [
    "The smallest real use",
    "When it works",
    "When it fails",
    "Three things that bite",
    "When not to use it",
    "What it costs",
    "Next",
]
LONGEST = 66  # lines of an example, beside its test, at 88 columns


def page(path):
    """The text of a page."""
    return Path("docs", f"{path}.md").read_text("utf-8")


def example(path):
    """The folder of the examples that a page shows."""
    return Path("examples", "tools", path.rpartition("/")[2])


@pytest.mark.parametrize("path", PAGES)
def test_a_page_answers_the_same_questions_in_the_same_order(path):
    """A reader who has seen one page knows where to look on the next."""
    found = re.findall(r"^## (.+)$", page(path), re.M)

    assert HEADINGS == [heading for heading in found if heading in HEADINGS]
    assert 70 <= page(path).count("\n") <= 140


@pytest.mark.parametrize("path", PAGES)
def test_a_page_shows_the_very_files_that_run(path):
    """The example, its test, and both outputs are included, none of them pasted."""
    shown = set(re.findall(r"^```\{literalinclude\} \.\./\.\./(\S+)$", page(path), re.M))
    folder = example(path)

    assert {f"{folder}/works.console", f"{folder}/fails.console"} <= shown
    tests = [str(file) for file in folder.glob("test_*.py")]
    assert tests
    assert set(tests) <= shown
    assert [file for file in shown - set(tests) if not file.endswith(".console")]


@pytest.mark.parametrize("path", PAGES)
def test_each_of_three_things_that_bite_has_its_source(path):
    """Who was bitten, or who wrote the manual, says so."""
    section = page(path).split("## Three things that bite\n")[1].split("\n## ")[0]
    bites = re.split(r"^\*\*", section, flags=re.M)[1:]

    assert 3 == len(bites)
    assert all("{cite:" in bite for bite in bites)


@pytest.mark.parametrize("path", PAGES)
def test_an_example_is_small_and_its_test_reads_both_outputs(path):
    """Some sixty lines are read; more are skipped."""
    folder = example(path)
    checked = "".join(file.read_text("utf-8") for file in folder.glob("test_*.py"))

    for file in folder.iterdir():
        if file.is_file() and not file.name.startswith("test_"):
            assert file.read_text("utf-8").count("\n") <= LONGEST, file
    assert "works.console" in checked
    assert "fails.console" in checked


@pytest.mark.parametrize("name", ENTRIES)
def test_the_version_of_a_tool_is_locked_or_recorded(name):
    """A lock has it; what no lock can have is named by its Debian package, by pip, or asked.

    What runs no program of its own name, as a service does, has the versions of its parts.
    """
    tool = ENTRIES[name]
    every = tomllib.loads(Path("docs/_data/tools.toml").read_text("utf-8"))["tool"]
    versioned = [tool, *(every[part] for part in tool.get("parts", ()))]

    assert tool["environment"] in {"tools", "deep-learning", "platform", "tfx"}
    assert [
        one
        for one in versioned
        if tools.pinned_version(one) or {"debian", "pip", "asks"} & set(one)
    ]
    for one in versioned[1:]:
        assert tools.pinned_version(one) or {"debian", "pip", "asks"} & set(one)


RAN = {"passed": 2, "failed": 0, "skipped": 0, "seconds": 1.0, "figures": {}} | {
    "typed": ["works.console", "fails.console"],
    "versions": {"PyTorch": "2.0"},
}
UNSOUND = {
    "no test ran": ({}, "PyTorch: 0 failed, 0 skipped, 0 passed"),
    "one was skipped": ({"skipped": 1}, "PyTorch: 0 failed, 1 skipped, 2 passed"),
    "a failure is not typed": ({"typed": ["works.console"]}, "no test typed fails.console"),
    "its version is not to be seen": ({"versions": {}}, "PyTorch: no version was here, not any"),
}


@pytest.mark.parametrize("how", UNSOUND)
def test_a_tool_that_did_not_run_whole_is_told_and_not_counted(how):
    """A test that is renamed, skipped or not collected would else be silence."""
    change, said = UNSOUND[how]
    only = {"PyTorch": ENTRIES["PyTorch"]}

    assert [] == tools.report_tools(only, {"pytorch": RAN}, ENTRIES)[1]
    _, wrong = tools.report_tools(only, {"pytorch": RAN | change} if change else {}, ENTRIES)
    assert any(said in one for one in wrong)


def test_another_version_than_that_of_the_lock_is_told():
    """An environment may be older than its lock, and so may what npm fetched."""
    only = {"pandas": ENTRIES["pandas"]}
    _, wrong = tools.report_tools(only, {"pandas": RAN | {"versions": {"pandas": "0.1"}}}, ENTRIES)

    assert [f"pandas: 0.1 was here, not {tools.pinned_version(ENTRIES['pandas'])}"] == wrong


def test_a_card_names_the_licence_of_its_package():
    """Another one is told, and a tool that is no package here is not asked."""
    only = {"pandas": ENTRIES["pandas"]}
    ran = RAN | {"versions": {"pandas": tools.pinned_version(ENTRIES["pandas"])}}

    says = {"licences": {"pandas": "BSD 3-Clause License"}}
    assert not tools.report_tools(only, {"pandas": ran | says}, ENTRIES)[1]
    says = {"licences": {"pandas": "MIT License"}}
    [wrong] = tools.report_tools(only, {"pandas": ran | says}, ENTRIES)[1]
    assert "its card says BSD-3-Clause, its package MIT License" in wrong


def test_a_stamp_is_stale_once_a_file_or_the_python_is_another(tmp_path, monkeypatch):
    """What was made of them would be that of yesterday."""
    lock, stamp = tmp_path / "lock", tmp_path / "stamp"
    lock.write_text("one==1")
    stamp.write_text(tools.find_stale(stamp, [lock], "torch"))

    assert not tools.find_stale(stamp, [lock], "torch")
    assert tools.find_stale(stamp, [lock], "torch 2")
    monkeypatch.setattr(tools.sys, "version", "3.99")
    assert tools.find_stale(stamp, [lock], "torch")
    monkeypatch.undo()
    lock.write_text("one==2")
    assert tools.find_stale(stamp, [lock], "torch")


def test_an_example_is_prepared_anew_when_what_its_script_names_has_changed(tmp_path, monkeypatch):
    """A lock that it reads, say; and where it fails, its tests do not run on the half of it."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(tools, "HERE", tmp_path / "made")
    write(tmp_path, {"locks/one.txt": "1", "made/tools/installed.txt": "digest",
                     "examples/tools/x/prepare.sh": "cat locks/one.txt | grep . >>$1/../log\n"})  # fmt: skip
    python, log = tmp_path / "made/tools/bin/python", tmp_path / "made/prepared/log"

    assert [True, True] == [tools.prepare_example({"example": "x"}, python) for _ in range(2)]
    assert "1\n" == log.read_text()
    Path("locks/one.txt").write_text("2")
    assert tools.prepare_example({"example": "x"}, python)
    assert "1\n2\n" == log.read_text()
    Path("locks/one.txt").write_text("")
    assert [False, False] == [tools.prepare_example({"example": "x"}, python) for _ in range(2)]


def transcript(tmp_path, console):
    """Run one test that types a transcript with the conftest of the examples."""
    conftest = Path("examples/tools/conftest.py").read_text("utf-8")
    shared = {
        file: Path(file).read_text("utf-8")
        for file in ("scripts/__init__.py", "scripts/transcripts.py")
    }
    write(tmp_path, shared | {"examples/tools/conftest.py": conftest.replace("HANGS = 600", "HANGS = 1"),
                     "examples/tools/x/works.console": console, "docs/_data/tools.toml": "[tool]\n",
                     "examples/tools/x/test_x.py": "def test_x(typed):\n    typed('works.console')\n"})  # fmt: skip
    command = [sys.executable, "-m", "pytest", "-p", "no:cacheprovider", "examples"]
    return subprocess.run(command, cwd=tmp_path, capture_output=True, text=True)


@pytest.mark.skipif(sys.platform != "linux", reason="the session runs on Linux, and reads /proc")
@pytest.mark.parametrize("printed", ["one", "noise one", "one noise", "noise one noise"])
def test_a_line_of_dots_stands_for_any_lines_or_none(tmp_path, printed):
    """Which warnings a library prints depends on the machine."""
    done = transcript(tmp_path, f"$ printf '%s\\n' {printed} two\n...\none\n...\ntwo\n")

    assert done.returncode == 0, done.stdout


def test_dots_may_follow_a_full_stop(tmp_path):
    """Four dots in a row would be three dots and a full stop."""
    done = transcript(tmp_path, "$ printf '%s\\n' 'It stops.' more\nIt stops.\n...\n")

    assert done.returncode == 0, done.stdout


UNTRUE = {
    "dots inside a line": ("$ echo one two\none ... four\n", "echo one two prints"),
    "a line more": ("$ printf '%s\\n' one two\none\n", "one two prints"),
    "another output": ("$ echo one\ntwo\n", "echo one prints"),
    "another line before dots": ("$ echo one\ntwo\n...\n", "echo one prints"),
    "words that nobody typed": ("one\n$ echo one\none\n", "does not begin with a line that is"),
    "a process that goes on": ("$ sleep 99 >/dev/null 2>&1 &\n", "still ran: {"),
}


@pytest.mark.skipif(sys.platform != "linux", reason="the session runs on Linux, and reads /proc")
@pytest.mark.parametrize("what", UNTRUE)
def test_a_transcript_that_is_not_true_fails(tmp_path, what):
    """The comparison and the order to leave nothing behind are themselves broken here."""
    console, said = UNTRUE[what]
    done = transcript(tmp_path, console)

    assert done.returncode == 1
    assert said in done.stdout


def test_ci_installs_every_command_that_an_example_needs():
    """A bare Debian machine has none of them."""
    needed = {p for tool in ENTRIES.values() for p in tool.get("commands", {}).values()}
    script = Path(".ci/run").read_text("utf-8")

    assert not [
        package for package in needed if not re.search(rf'^need ".+" {package}( #|$)', script, re.M)
    ]


def test_the_row_that_the_matrix_page_shows_is_the_file_s_own():
    """Who copies it, copies what the build reads."""
    shown = tomllib.loads(page("tools/index").split("```toml\n")[1].split("```")[0])["tool"]
    file = tomllib.loads(Path("docs/_data/tools.toml").read_text("utf-8"))["tool"]

    assert shown
    assert all(row.items() <= file[name].items() for name, row in shown.items())


MATRIX = {
    "conf.py": """
extensions = ["myst_parser", "sphinxcontrib.bibtex", "docs._ext.chapter", "docs._ext.syllabus",
              "docs._ext.evidence", "docs._ext.tools"]
myst_enable_extensions = ["attrs_inline", "deflist"]
bibtex_bibfiles = ["_data/references.bib"]
bibtex_reference_style = "author_year"
""",
    "index.md": """\
---
description: All tools.
---

# Tools

## All of them

```{toctree}
one
two
```

```{tool-matrix}
```

## Sources

```{bibliography}
```
""",
    "one.md": "---\ndescription: One tool.\n---\n\n# One tool\n",
    "two.md": "---\ndescription: Two tools.\n---\n\n# Two tools\n",
    "../locks/tools.txt": "one==1.2.3 \\\n    --hash=sha256:0\n",
    "_data/references.bib": "@misc{known2026,\n  ours = {One; Two \\& more},\n  author = {Known},\n  title = {K},\n  year = {2026}\n}\n",
    "_data/expiring.toml": """\
[tool.One]
kind = "status"
checked = 2026-01-02
good_until = 2026-06-30

[tool."Two & more"]
kind = "status"
checked = 2026-01-02
good_until = 2026-06-30
""",
    "_data/tools.toml": """\
[capability]
data = "Keep it."
"CI/CD" = "Check it."

[tool.One]
package = "one"
lock = "tools"
environment = "tools"
example = "one"
page = "one"
capability = ["data", "CI/CD"]
slide = "monitoring"
here = "it ran"
licence = "a service"
home = "a foundation"
status = "kept in 2026"
source = ["known2026"]
choose = "you need one"
instead = "another"
leaving = "nothing"

[tool."Two & more"]
environment = "tools"
example = "two"
page = "two"
capability = ["CI/CD"]
here = "it ran too"
licence = "MIT"
home = "a company"
status = "kept in 2026"
source = ["known2026"]
choose = "you need two"
instead = "one"
leaving = "little"
""",
}


@pytest.fixture
def matrix(tmp_path):
    """Return a function that builds a matrix of two tools."""

    def made(old="", new="", builder="dummy"):
        folder = tmp_path / "docs"
        file = MATRIX["_data/tools.toml"]
        assert old in file
        write(folder, MATRIX | {"_data/tools.toml": file.replace(old, new, 1)})
        return build(folder, builder)

    return made


LACKING = {
    "a page": (
        'page = "one"', 'page = "none"', "One has the page 'none', and there is no such page",
    ),
    "a known source": (
        "known2026", "known2027",
        "One names the source 'known2027', which the bibliography does not have",
    ),
    "a known capability": (
        '["data", ', '["date", ', "One does 'date', which is no capability of this file",
    ),
}  # fmt: skip


def test_a_matrix_builds_without_a_warning(matrix):
    """What follows fails for its own fault, not for the project's."""

    assert "" == matrix()


@pytest.mark.parametrize("lacking", LACKING)
def test_a_tool_that_names_what_is_nowhere_fails_with_its_place(matrix, lacking):
    """The build names the file and the line of the tool, and what it lacks."""
    old, new, expected = LACKING[lacking]

    assert f"_data/tools.toml:5: WARNING: {expected}" in matrix(old, new)


def test_a_status_says_no_year_that_its_source_does_not_have(matrix):
    """A date is opened, not remembered."""

    assert "'2019' is not in the entry that is cited" in matrix("kept in 2026", "kept in 2019")


def test_each_tool_stands_once_under_its_first_capability(matrix, tmp_path):
    """A second capability leads to it."""
    matrix(builder="html")
    html = (tmp_path / "docs/_build/index.html").read_text("utf-8")
    data, checks = BeautifulSoup(html, "html.parser").select("section[id^=tools-for-]")

    assert ["Data", "CI/CD"] == [group.h3.next_element for group in (data, checks)]
    (card,) = data.select(".tool-card")
    assert ["container", "docutils", "tool-card", "tools-for-ci-cd", "tools-for-data"] == sorted(
        card["class"]
    )
    assert "tool-one" == card["id"]
    assert [
        "One",
        "1.2.3 · A service · A foundation · A common slide files it under monitoring",
    ] == [line.get_text() for line in card.find_all("p", recursive=False)]
    assert ["What ran here", "Status"] == [term.text for term in card.details("dt")]
    assert [
        "You need one.",
        "Another.",
        "Nothing.",
        "It ran.",
        "Kept in 2026. [Known, 2026] (checked 2 January 2026)",
    ] == [
        answer.get_text(strip=True, separator=" ").replace("[ ", "[").replace(" ]", "]")
        for answer in card("dd")
    ]
    assert "One, whose card is under Data, does it too." in checks.text
    assert "#tool-one" == checks.select_one(".tool-also a")["href"]
    assert ["Two & more"] == [other.strong.text.strip() for other in checks.select(".tool-card")]


def test_a_page_leads_to_its_jobs_and_to_the_other_tools_for_them(tmp_path):
    """A link narrows the cards, and is the anchor of their group where no script runs."""
    folder = tmp_path / "docs"
    write(folder, MATRIX | {"one.md": MATRIX["one.md"] + "\n```{tool} One\n```\n"})
    assert "" == build(folder, "html")
    html = (folder / "_build/one.html").read_text("utf-8")
    *_, data, checks = BeautifulSoup(html, "html.parser").select(".tool-facts p")

    assert ["Job: Data", "Job: CI/CD. Others for it: Two & more"] == [data.text, checks.text]
    assert ["index.html?job=data#tools-for-data"] == [link["href"] for link in data("a")]
    assert ["index.html?job=ci-cd#tools-for-ci-cd", "two.html"] == [
        link["href"] for link in checks("a")
    ]


def test_a_service_is_kept_apart_from_its_parts():
    """“Kubernetes kubernetes-validate” would read like a word that was doubled."""
    tool = {"package": "one", "parts": ["half"]}

    assert "One {version}`One`, half {version}`half`" == name_with_versions("One", tool)
    assert "Two · half {version}`half`" == name_with_versions("Two", {"parts": ["half"]})
    assert "Three" == name_with_versions("Three", {})


def test_a_page_says_when_its_tool_ran(tmp_path):
    """Not all of them ran on the day of the last run of all."""
    folder, page = tmp_path / "docs", MATRIX["one.md"] + "\n```{tool} One\n```\n"
    where = {"machine": "a laptop", "python": "3.11.2"}
    run = {"command": "run", "date": "2026-01-01", **where, "figures": {"one_s": 3.5}}
    row = {"date": "2026-02-02", **where, "digest": "0" * 64}
    for record, day in ((run, "2026-01-01"), (run | {"passed": {"one": row}}, "2026-02-02")):
        write(folder, MATRIX | {"one.md": page, "_data/measured/tools.json": json.dumps(record)})
        assert "" == build(folder, "html")
        html = (folder / "_build/one.html").read_text("utf-8")

        assert f", 3.5 seconds on {day}" in BeautifulSoup(html, "html.parser").get_text()
