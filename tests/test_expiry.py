"""*Fact and date*: what the world can make false is dated, and what has run out is told, not failed.

No test asks what day it is: each sets its own.
"""

import io
import json
import os
import re
import subprocess
import sys
import tomllib
from datetime import date, timedelta
from pathlib import Path

import pytest
from bs4 import BeautifulSoup
from sphinx.application import Sphinx
from sphinx.util.docutils import docutils_namespace, patch_docutils

from docs._ext import data, dates
from scripts import expired
from tests.project import build, write

ROOT = Path("docs", "_data")


def toml(name):
    """Read a data file of the handbook, by nothing of ours."""
    return tomllib.loads((ROOT / name).read_text("utf-8"))


def line_of(path, pattern):
    """Return `path:line` of the only line of a file that a pattern matches."""
    lines = Path(path).read_text("utf-8").splitlines()
    [number] = [number for number, line in enumerate(lines, 1) if re.search(pattern, line)]
    return f"{path}:{number}"


def places():
    """Return {path:line: (checked, good until)} of every fact, found by another way than the command's.

    A sentence by its mark, a status by its words, all others by the line that names them.
    """
    entries, found = toml("expiring.toml"), {}
    for name, entry in entries["page"].items():
        mark = re.escape("{checked}`" + name + "`")
        for page in [page for page in Path("docs").rglob("*.md") if "_build" not in page.parts]:
            if re.search(mark, page.read_text("utf-8")):
                found[line_of(page, mark)] = entry
    for name, entry in entries["tool"].items():
        status = toml("tools.toml")["tool"][name]["status"]
        found[line_of(ROOT / "tools.toml", f'^status = "{re.escape(status)}"$')] = entry
    for entry in toml("law.toml")["duty"]:
        found[line_of(ROOT / "law.toml", f'^id = "{entry["id"]}"$')] = entry
    for entry in toml("claims.toml")["claim"]:
        found[line_of(ROOT / "claims.toml", f'^id = "{entry["id"]}"$')] = entry
    for name, entry in toml("resources.toml")["resource"].items():
        heading = rf'^\[resource\."{re.escape(name)}"\]$'
        found[line_of(ROOT / "resources.toml", heading)] = entry | {"checked": entry["looked_at"]}
    return {place: (entry["checked"], entry["good_until"]) for place, entry in found.items()}


PLACES = places()
NEWEST = max(checked for checked, _ in PLACES.values())


def listed(text):
    """Return {path:line: (checked, good until)} of a list as the command prints it."""
    line = re.compile(r"^(\S+:\d+): [a-z]+, checked (\S+), good until (\S+): .+ \[\w+.*\]$", re.M)
    found = line.findall(text)
    assert len(found) == len({place for place, _, _ in found}) == text.count(", good until ")
    return {place: (date.fromisoformat(a), date.fromisoformat(b)) for place, a, b in found}


def told(capsys, monkeypatch, day, *words):
    """Return the exit code of the command and what it prints, with the clock set to a day."""
    monkeypatch.setattr(dates, "today", lambda: day)
    return expired.main([*words]), capsys.readouterr().out


def test_each_fact_has_a_place_of_its_own():
    """Pages, tools, laws, claims and courses: what follows compares all of them."""
    entries = toml("expiring.toml")
    names = [name for part in entries.values() for name in part]
    rows = [*toml("law.toml")["duty"], *toml("claims.toml")["claim"]]
    rows += toml("resources.toml")["resource"]

    assert len(PLACES) == len(names) + len(rows)
    assert min(len(entries[part]) for part in ("page", "tool")) > 0


def test_on_the_day_of_the_newest_check_nothing_has_run_out(capsys, monkeypatch):
    """The handbook is committed with every fact good."""
    code, said = told(capsys, monkeypatch, NEWEST)

    assert (0, f"On {NEWEST} all {len(PLACES)} facts are good.\n") == (code, said)


@pytest.mark.parametrize("days", [91, 183, 365, 4000])
def test_a_clock_that_is_ahead_gives_exactly_the_facts_that_have_run_out(capsys, monkeypatch, days):
    """Half a year ahead the prices and the releases; each with its place and its two dates."""
    day = NEWEST + timedelta(days)
    expected = {place: pair for place, pair in PLACES.items() if pair[1] < day}
    code, said = told(capsys, monkeypatch, day)

    assert days < 183 or expected
    assert expected == listed(said)
    assert (1 if expected else 0) == code


def test_half_a_year_ahead_is_neither_none_nor_all():
    """A price is good for three months at most, a claim for a year: the list above is a choice."""
    gone = [place for place, (_, good) in PLACES.items() if good < NEWEST + timedelta(183)]

    assert 0 < len(gone) < len(PLACES)


@pytest.mark.parametrize("shift", [-1, 0, 1])
def test_the_last_good_day_is_still_good(capsys, monkeypatch, shift):
    """The day after is not."""
    first = min(good for _, good in PLACES.values())
    code, said = told(capsys, monkeypatch, first + timedelta(shift))

    assert (shift > 0) == (code == 1) == bool(listed(said) if code else {})


def test_what_runs_out_within_a_month_is_listed_and_fails_nothing(capsys, monkeypatch):
    """31 days before the first last good day is over, and one day earlier."""
    first = min(good for _, good in PLACES.values())
    soon = {place: pair for place, pair in PLACES.items() if pair[1] == first}
    day = first + timedelta(1 - 31)

    code, said = told(capsys, monkeypatch, day, "--within", "31")
    before = told(capsys, monkeypatch, day - timedelta(1), "--within", "31")

    assert (0, soon) == (code, listed(said))
    assert (0, f"On {day - timedelta(1)} all {len(PLACES)} facts are good.\n") == before


def test_a_day_can_be_given_instead_of_the_clock():
    """As a process, as the workflow starts it: with Python alone, and exit 1."""
    command = [sys.executable, "-S", "-m", "scripts.expired", "--on", "2999-01-01"]
    done = subprocess.run(command, capture_output=True, text=True)

    assert (1, "") == (done.returncode, done.stderr)
    assert PLACES.keys() == listed(done.stdout).keys()
    assert done.stdout.endswith(f"{dates.REMEDY}\n")


def test_a_schedule_and_a_tag_run_the_command_and_no_session_does():
    """A clock must not decide what a reader's commands, or those of a change, come to."""
    workflows = {path.name: path.read_text("utf-8") for path in Path(".github/workflows").iterdir()}
    running = [name for name, text in workflows.items() if "scripts.expired" in text]

    assert ["expired.yml"] == running
    assert {"schedule:", "tags:"} <= set(
        re.findall(r"^ {2,4}(\w+:)", workflows["expired.yml"], re.M)
    )
    assert "pull_request" not in workflows["expired.yml"]
    for path in ("noxfile.py", ".ci/run", "scripts/ci.py", ".readthedocs.yaml"):
        assert "scripts.expired" not in Path(path).read_text("utf-8")


CONF = """
extensions = ["myst_parser", "sphinxcontrib.bibtex", "docs._ext.law"]
bibtex_bibfiles = ["_data/references.bib"]
bibtex_reference_style = "author_year"
"""
FILES = {
    "conf.py": CONF,
    "index.md": """\
# Start

```{toctree}
page
```

```{bibliography}
```
""",
    "page.md": """\
# A page

A price is ten {cite:p}`known2026` {checked}`price`.
By now it is more {cite:p}`known2026` {checked}`by-now`.
So far this is arithmetic, and by now you know it.
In May 2026 it was less {cite:p}`known2026`.

```{law} Some Act
```
""",
    "_data/expiring.toml": """\
[page.price]
kind = "price"
checked = 2026-06-01
good_until = 2026-08-31

[page.by-now]
kind = "status"
checked = 2026-06-02
good_until = 2026-11-30

[tool."One & more"]
kind = "release"
checked = 2026-06-01
good_until = 2026-09-30
""",
    "_data/law.toml": """\
[[duty]]
id = "first"
place = "India"
law = "Some Act"
force = "law"
from = 2026-06-01
what = "the *first* part"
source = ["known2026"]
checked = 2026-06-01
good_until = 2026-11-30

[[duty]]
id = "second"
place = "India"
law = "Some Act"
force = "law"
from = 2027-07-01
what = "the second part"
source = ["known2026"]
checked = 2026-06-01
good_until = 2026-12-01

[[duty]]
id = "third"
place = "India"
law = "Some Act"
force = "law"
from = 2028-08-01
what = "the third part"
source = ["known2026", "other2025"]
checked = 2026-06-01
good_until = 2026-12-01
""",
    "_data/tools.toml": """\
[tool."One & more"]
package = "one"
lock = "docs"
status = "version 1.2 came in May 2026"
source = ["known2026"]
""",
    "../locks/docs.txt": "one==1.2.3 \\\n    --hash=sha256:0\n",
    "_data/references.bib": """\
@misc{known2026, author = {Known}, title = {K}, year = {2026}, ours = {The file one-1.2.3.whl}}
@misc{other2025, author = {Other}, title = {O}, year = {2025}}
""",
}
FAULTS = {
    "a sentence is marked with a name that nothing dates": (
        "page.md", "{checked}`price`", "{checked}`prize`",
        "page.md:3: WARNING: expiring.toml dates no 'prize': give it the day on which you opened",
    ),
    "a date is shown on no page": (
        "page.md", " {checked}`price`", "",
        "_data/expiring.toml:1: WARNING: no page shows 'price': end its sentence with "
        "{checked}`price`, or drop it",
    ),
    "what is so by now is not marked": (
        "page.md", " {checked}`by-now`", "",
        "page.md:3: WARNING: 'By now' is so for a time: end the sentence with {checked}`NAME`",
    ),
    "the mark stands in another sentence": (
        "page.md", "more {cite:p}`known2026` {checked}`by-now`.\n",
        "more {cite:p}`known2026`.\nIt was checked: {checked}`by-now`.\n",
        "page.md:3: WARNING: 'By now' is so for a time",
    ),
    "a day to come is typed": (
        "page.md", "In May 2026", "From 2 June 2027",
        "page.md:3: WARNING: '2 June 2027' is still to come: date it in law.toml, and show it",
    ),
    "a month to come is typed": (
        "page.md", "In May 2026", "In July 2026", "page.md:3: WARNING: 'July 2026' is still to come",
    ),
    "a year to come is typed": (
        "page.md", "In May 2026", "In 2027", "page.md:3: WARNING: 'In 2027' is still to come",
    ),
    "a price is good for too long": (
        "_data/expiring.toml", "2026-08-31", "2026-09-02",
        "page.md:3: WARNING: good for 93 days after it was checked: of a price that is 0 to 92",
    ),
    "a fact is good until a day before it was checked": (
        "_data/expiring.toml", "2026-08-31", "2026-05-31",
        "page.md:3: WARNING: good for -1 days after it was checked",
    ),
    "a law is good for too long": (
        "_data/law.toml", "good_until = 2026-11-30", "good_until = 2027-11-30",
        "_data/law.toml:2: WARNING: good for 547 days after it was checked: of a law",
    ),
    "the status of a tool is not dated": (
        "_data/expiring.toml", '[tool."One & more"]', "[page.more]",
        "_data/tools.toml:4: WARNING: expiring.toml does not date the status of 'One & more'",
    ),
    "a tool that is dated has no status": (
        "_data/expiring.toml", '[tool."One & more"]', '[tool.Two]\nkind = "status"\n'
        'checked = 2026-06-01\ngood_until = 2026-06-01\n\n[tool."One & more"]',
        "_data/expiring.toml:11: WARNING: tools.toml has no status of 'Two'",
    ),
    "a status is older than the lock": (
        "../locks/docs.txt", "one==1.2.3", "one==1.3.0",
        "_data/tools.toml:4: WARNING: the status of One & more cites 1.2, and 1.3.0 ran here: open",
    ),
}  # fmt: skip


@pytest.fixture
def warnings(tmp_path):
    """Return a function that breaks one file of the sound project and returns the warnings."""

    def broken(name=None, old="", new="", builder="dummy"):
        files = dict(FILES)
        if name:
            assert old in files[name]
            files[name] = files[name].replace(old, new, 1)
        write(tmp_path / "docs", files)
        return build(tmp_path / "docs", builder)

    return broken


@pytest.fixture(autouse=True)
def no_epoch(monkeypatch):
    """No day of whoever runs the tests."""
    monkeypatch.delenv("SOURCE_DATE_EPOCH", raising=False)


def test_a_sound_project_builds_without_a_warning(warnings):
    """What follows fails for its own fault, not for the project's. It obeys the schema, too."""

    assert "" == warnings()
    assert [] == data.data_faults(tomllib.loads(FILES["_data/expiring.toml"]), "expiring")
    assert [] == data.data_faults(tomllib.loads(FILES["_data/law.toml"]), "law")


@pytest.mark.parametrize("fault", FAULTS)
def test_a_broken_contract_fails_with_its_place(warnings, fault):
    """The build names the file, the line and what to do."""
    name, old, new, expected = FAULTS[fault]

    assert expected in warnings(name, old, new)


def test_each_kind_of_the_schema_has_a_longest_time():
    """A kind without one would be good for ever."""
    schema = json.loads((data.SCHEMAS / "expiring.json").read_text("utf-8"))["properties"]
    kinds = {
        kind
        for part in ("page", "tool")
        for kind in schema[part]["additionalProperties"]["properties"]["kind"]["enum"]
    }

    assert kinds | {"law", "claim"} == dates.LONGEST.keys()


BEHIND = {
    "the words go as far as the lock": ("version 3.1.3 came", "", "3.1.3", ""),
    "the words say less than the lock": ("version 3.1 came", "", "3.1.4", ""),
    "the words are newer": ("2.13.0, which ran here, is old; 2.15.0 came", "", "2.13.0", ""),
    "a build's mark counts for nothing": ("2.13.0 ran here", "", "2.13.0+cpu", ""),
    "ten is more than nine": ("version 1.10 came", "", "1.9.1", ""),
    "the words are older, and the source is not": (
        "version 4.1 came in 2025", "one-4.3.0.tar.gz", "4.3.0", "4.1",
    ),
    "the source is older, and the words are not": (
        "version 4.3 came", "one-4.1.0.tar.gz", "4.3.0", "4.1.0",
    ),
    "the words are older": ("version 4.1 came in 2025", "", "4.3.0", "4.1"),
    "nine is less than ten": ("version 1.9 came", "", "1.10.0", "1.9"),
    "another one ran here": ("2.13.0, which ran here; 2.15.0 came", "", "2.15.0", "2.13.0"),
    "the source is older": ("the version that ran here came in May", "one-0.7.21.whl", "0.7.23", "0.7.21"),
    "the source is as new": ("the version that ran here came in May", "one-0.7.23.whl", "0.7.23", ""),
    "one of two sources is as new": ("it came in May", "one 0.7.0; one 0.7.23", "0.7.23", ""),
    "the source names another package": ("it came in May", "only-one-0.1.0, two 0.1", "0.7.23", ""),
    "nothing is named": ("graduated in 2018", "it was 2018-03-06", "1.0", ""),
}  # fmt: skip


@pytest.mark.parametrize("case", BEHIND)
def test_a_status_is_held_to_the_lock(case):
    """Whether its words or its source name the release, and no further than they name it."""
    status, sources, locked, expected = BEHIND[case]

    assert expected == dates.outdated_release({"package": "one", "status": status}, sources, locked)


@pytest.mark.parametrize("name", toml("expiring.toml")["tool"])
def test_a_newer_lock_makes_each_status_red_that_names_a_release(name):
    """The build holds the handbook's to their locks; none of them could pass with any lock."""
    tool = toml("tools.toml")["tool"][name]
    entries = (ROOT / "references.bib").read_text("utf-8").split("\n@")
    cited = rf"\w+{{({'|'.join(tool['source'])}),"
    sources = " ".join(entry for entry in entries if re.match(cited, entry))
    package = re.escape(tool.get("package", "no package"))
    named = re.search(r"\d\.\d", tool["status"]) or re.search(rf"\b{package}[- ]\d", sources)

    assert bool(named) == bool(dates.outdated_release(tool, sources, "999.0"))


STATES = {
    date(2026, 7, 1): ["in force", "next", "later"],
    date(2028, 8, 2): ["in force", "in force", "in force"],
}


def rows(folder, name="_build"):
    """Return [(day, what applies, state)] of the law on a page that was built."""
    html = (folder / name / "page.html").read_text("utf-8")
    table = BeautifulSoup(html, "html.parser").select("tbody tr")
    return [tuple(cell.get_text(" ", strip=True) for cell in row("td")) for row in table]


def test_a_page_shows_the_days_and_what_passes(warnings, tmp_path):
    """Where there is no commit, it speaks as of the newest check, and says so."""
    warnings(builder="html")
    html = (tmp_path / "docs/_build/page.html").read_text("utf-8")
    page = BeautifulSoup(html, "html.parser")
    times = [
        (time["class"], time["datetime"], time.get("data-until"), time.get_text())
        for time in page("time")
    ]
    price, law = "(checked 1 June 2026)", "(checked 1 June 2026)"

    assert [
        (["checked"], "2026-06-01", "2026-08-31", price),
        (["checked"], "2026-06-02", "2026-11-30", "(checked 2 June 2026)"),
        (["checked"], "2026-06-01", "2026-11-30", law),
        (["starts"], "2026-06-01", None, "1 June 2026"),
        (["starts"], "2027-07-01", "2027-06-30", "1 July 2027"),
        (["starts"], "2028-08-01", "2028-07-31", "1 August 2028"),
    ] == times
    assert f"Some Act: what applies from when, as of 2 June 2026 {law}" in page.get_text()
    assert ["in force", "later", "later"] == [state for *_, state in rows(tmp_path / "docs")]
    assert "good until 31 August 2026" == page.time["title"]


def commit(folder, day):
    """Commit all that a folder holds on a day, as nobody in particular."""
    nobody = {f"GIT_{who}_{what}": "a@b.example" for who in ("AUTHOR", "COMMITTER")
              for what in ("NAME", "EMAIL")}  # fmt: skip
    dated = {"GIT_AUTHOR_DATE": f"{day}T23:59:00Z", "GIT_COMMITTER_DATE": f"{day}T23:59:00Z"}
    away = {"GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_SYSTEM": os.devnull}
    for words in (["init", "-q"], ["commit", "-q", "--allow-empty", "-m", "Write"]):
        subprocess.run(
            ["git", "-C", folder, *words], env=os.environ | nobody | away | dated, check=True
        )


def test_the_day_is_that_of_the_last_commit_and_not_the_clock_s(warnings, tmp_path, monkeypatch):
    """A new commit has its page read again; the clock changes no byte."""
    docs = tmp_path / "docs"
    warnings()
    commit(tmp_path, "2026-07-01")
    assert "" == warnings(builder="html")
    before = (docs / "_build/page.html").read_bytes()
    assert STATES[date(2026, 7, 1)] == [state for *_, state in rows(docs)]

    monkeypatch.setattr(dates, "today", lambda: date(2040, 1, 1))
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "1")  # git knows better
    assert "" == warnings(builder="html")
    assert before == (docs / "_build/page.html").read_bytes()

    commit(tmp_path, "2028-08-02")
    assert "" == warnings(builder="html")
    assert STATES[date(2028, 8, 2)] == [state for *_, state in rows(docs)]


def test_without_a_commit_the_day_is_the_one_that_a_packager_gives(warnings, tmp_path, monkeypatch):
    """2026-07-01, in seconds; it makes no day of the page a day to come."""
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "1782864000")

    assert "" == warnings(builder="html")
    assert STATES[date(2026, 7, 1)] == [state for *_, state in rows(tmp_path / "docs")]
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "1700000000")
    assert "" == warnings(builder="html")


def test_a_build_lists_what_has_run_out_and_fails_on_none(tmp_path, monkeypatch):
    """Strict, on a day on which nothing is good any more; and silent on one on which all is."""
    docs = tmp_path / "docs"
    write(docs, FILES)
    said = []
    for day in (date(2026, 6, 2), date(2026, 9, 1), date(2040, 1, 1)):
        monkeypatch.setattr(dates, "today", lambda day=day: day)
        status, out = io.StringIO(), str(docs / "_build")
        with patch_docutils(docs), docutils_namespace():
            app = Sphinx(docs, docs, out, out, "dummy", status=status, warning=io.StringIO(),
                         warningiserror=True)  # fmt: skip
            app.build()
        assert 0 == app.statuscode
        text = status.getvalue().replace(f"{docs}{os.sep}", "").replace(os.sep, "/")
        said.append([line for line in text.splitlines() if re.match(r"(Good no|\S+:\d+: )", line)])

    price = (
        "page.md:3: price, checked 2026-06-01, good until 2026-08-31: A price is ten. [known2026]"
    )
    assert [] == said[0]
    assert ["Good no longer on 2026-09-01, 1 of 6 facts:", price] == said[1]
    assert [
        "Good no longer on 2040-01-01, 6 of 6 facts:",
        price,
        "_data/tools.toml:4: release, checked 2026-06-01, good until 2026-09-30: One & more: version "
        "1.2 came in May 2026 [known2026]",
        "_data/law.toml:2: law, checked 2026-06-01, good until 2026-11-30: Some Act: 2026-06-01 "
        "the *first* part [known2026]",
        "page.md:4: status, checked 2026-06-02, good until 2026-11-30: By now it is more. [known2026]",
        "_data/law.toml:13: law, checked 2026-06-01, good until 2026-12-01: Some Act: 2027-07-01 "
        "the second part [known2026]",
        "_data/law.toml:24: law, checked 2026-06-01, good until 2026-12-01: Some Act: 2028-08-01 "
        "the third part [known2026, other2025]",
    ] == said[2]
