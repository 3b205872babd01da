"""*Fact and date*: facts that the world can make false, and until when each is good.

`_data/expiring.toml` dates a tool's status, and what a page marks with `{checked}`. Each rule of
`_data/law.toml`, claim of `_data/claims.toml`, and course or book of `_data/resources.toml` has
dates of its own. Whoever asks gives the day: nothing here reads a clock, but
`today`. No Sphinx either, so that `python -m scripts.expired` needs nothing but Python.
"""

import os
import re
import subprocess
from collections.abc import Iterable, Iterator
from datetime import UTC, date, datetime, timedelta
from functools import cache
from pathlib import Path
from typing import NamedTuple

from docs._ext import Table, load, place_in_data, place_in_file

DATES = "expiring.toml"
LAWS = "law.toml"
# The most days from `checked` to `good_until`. A price changes overnight, a finding seldom.
LONGEST = {"price": 92, "release": 124, "status": 186, "law": 186, "figure": 366, "claim": 366}
MARKED = re.compile(r"\{checked\}`([^`]+)`")
CITED = re.compile(r"\{cite:[pt]\}`([^`]+)`")
STATES = ("in force", "next", "later")  # of the rows of law.toml
REMEDY = (
    "Open each source again, correct what it no longer says, and set `checked` and `good_until`: "
    "of a claim in docs/_data/claims.toml, of a law in docs/_data/law.toml, of a course or a book in "
    "docs/_data/resources.toml (`looked_at`), of all else in docs/_data/expiring.toml."
)


class Fact(NamedTuple):
    """One fact at one place: where it is stated, of which kind, how, by which sources, and when."""

    place: str  # path:line
    kind: str
    words: str
    sources: str  # keys of the bibliography, with commas
    checked: date
    good_until: date

    def __str__(self) -> str:
        """Return one line, as compilers tell a place and what is there."""
        dates = f"checked {self.checked}, good until {self.good_until}"
        return f"{self.place}: {self.kind}, {dates}: {self.words} [{self.sources}]"


def today() -> date:
    """Return this day, the same for all time zones."""
    return datetime.now(UTC).date()


def long_date(written: date) -> str:
    """Write a date for people: 22 November 2026."""
    return f"{written.day} {written:%B %Y}"


def read_facts(srcdir: str | Path) -> list[Fact]:
    """Return every fact that expires, the soonest to run out first."""
    dates = load(srcdir, DATES)
    found = [*facts_of_pages(srcdir, dates), *facts_of_tools(srcdir, dates)]
    found += [*facts_of_laws(srcdir), *facts_of_claims(srcdir), *facts_of_resources(srcdir)]
    return sorted(found, key=lambda fact: (fact.good_until, *place_of(fact)))


def place_of(fact: Fact) -> tuple[str, int]:
    """Return the path and the line of a fact."""
    path, _, line = fact.place.rpartition(":")
    return path, int(line)


def facts_of_pages(srcdir: str | Path, dates: Table) -> Iterator[Fact]:
    """Yield each line of a page that is marked with `{checked}`; it is one sentence."""
    entries = dates.get("page", {})
    for path in sorted(Path(srcdir).rglob("*.md")) if entries else ():
        if "_build" in path.parts:
            continue
        for number, line in enumerate(path.read_text("utf-8").splitlines(), 1):
            for name in MARKED.findall(line):
                if entry := entries.get(name):
                    words = MARKED.sub("", CITED.sub("", line))
                    words = re.sub(r"\s+(?=[.,;:]|$)", "", words).strip("|- ")
                    yield make_fact(f"{path}:{number}", entry, words, CITED.findall(line))


def facts_of_tools(srcdir: str | Path, dates: Table) -> Iterator[Fact]:
    """Yield the status of each tool."""
    tools = load(srcdir, "tools.toml").get("tool", {})
    for name, entry in dates.get("tool", {}).items():
        if tool := tools.get(name):
            words = f"{name}: {tool['status']}"
            yield make_fact(
                place_in_data(srcdir, "tools.toml", tool["status"]), entry, words, tool["source"]
            )


def facts_of_laws(srcdir: str | Path) -> Iterator[Fact]:
    """Yield each duty of each law, with the day from which it applies."""
    for duty in load(srcdir, LAWS).get("duty", []):
        words = f"{duty['law']}: {duty['from']} {duty['what']}"
        place = place_in_data(srcdir, LAWS, f'"{duty["id"]}"')
        yield make_fact(place, duty | {"kind": "law"}, words, duty["source"])


def facts_of_claims(srcdir: str | Path) -> Iterator[Fact]:
    """Yield what was found of each claim of the decks."""
    for claim in load(srcdir, "claims.toml").get("claim", []):
        place = place_in_data(srcdir, "claims.toml", f'"{claim["id"]}"')
        words, sources = claim["say"].strip(), CITED.findall(claim["found"])
        yield make_fact(place, claim | {"kind": "claim"}, words, sources)


def facts_of_resources(srcdir: str | Path) -> Iterator[Fact]:
    """Yield the state of each course, book and community."""
    for name, entry in load(srcdir, "resources.toml").get("resource", {}).items():
        place = place_in_file(Path(srcdir, "_data", "resources.toml"), resource_heading(name))
        words = f"{name}: {entry['state']}, {entry['price']}, {entry['licence']}"
        dated = entry | {"kind": "status", "checked": entry["looked_at"]}
        yield make_fact(place, dated, words, entry["source"])


def resource_heading(name: str) -> str:
    """Return a pattern that finds the heading of a course, a book or a community."""
    return rf'^\[resource\."?{re.escape(name)}"?\]'


def make_fact(place: str, entry: Table, words: str, sources: Iterable[str]) -> Fact:
    """Make a fact of what its entry says; a source is a key, or several with commas."""
    keys = dict.fromkeys(",".join(sources).split(","))
    return Fact(place, entry["kind"], words, ", ".join(keys), entry["checked"], entry["good_until"])


def expired_facts(facts: list[Fact], on: date) -> list[Fact]:
    """Return the facts that are good no longer on a day; on its last day a fact is still good."""
    return [one for one in facts if one.good_until < on]


def facts_running_out(facts: list[Fact], on: date, days: int) -> list[Fact]:
    """Return the facts that are good on a day, and will not be so many days later."""
    return [one for one in facts if on <= one.good_until < on + timedelta(days)]


def expiry_report(facts: list[Fact], on: date, within: int = 0) -> str:
    """Write what has expired on a day and, line by line, what will within some days; else nothing."""
    lines = []
    if gone := expired_facts(facts, on):
        lines += [f"Good no longer on {on}, {len(gone)} of {len(facts)} facts:", *map(str, gone)]
    if soon := facts_running_out(facts, on, within):
        lines += [f"Good no longer within {within} days of {on}:", *map(str, soon)]
    return "\n".join([*lines, REMEDY]) if lines else ""


def day_of_commit(srcdir: str | Path) -> date:
    """Return the day as of which the pages speak: never the clock's, so that builds are equal.

    It is that of the last commit, in UTC. Where git knows none, as in a ZIP, it is that of
    SOURCE_DATE_EPOCH; where that is not set, the newest day on which a fact was checked.
    """
    command = ["git", "-C", str(srcdir), "log", "-1", "--format=%ct"]
    try:
        answer = subprocess.run(command, capture_output=True, check=True, text=True).stdout.strip()
    except (OSError, subprocess.CalledProcessError):
        answer = ""
    if seconds := answer or os.environ.get("SOURCE_DATE_EPOCH", ""):
        return datetime.fromtimestamp(int(seconds), UTC).date()
    return newest_check(srcdir)


def newest_check(srcdir: str | Path) -> date:
    """Return the newest day on which a fact was checked."""
    entries = [entry for part in load(srcdir, DATES).values() for entry in part.values()]
    entries += load(srcdir, LAWS).get("duty", [])
    entries += load(srcdir, "claims.toml").get("claim", [])
    return max((entry["checked"] for entry in entries), default=date.min)


def state_of_rule(start: date, on: date) -> str:
    """Tell what a rule that applies from a day is on another day.

    *In force* it is from that day on; before, it is *next* if at most twelve months are left, and
    else *later*.
    """
    if start <= on:
        return STATES[0]
    # A day a year on, without one that is missing: 2029 has no 29 February.
    within = (start.year - 1, start.month, start.day) <= (on.year, on.month, on.day)
    return STATES[1 if within else 2]


@cache
def version_numbers(version: str) -> tuple[int, ...]:
    """Return the numbers of a version: 2.13.0+cpu as (2, 13, 0)."""
    match = re.match(r"\d+(?:\.\d+)*", version)
    assert match is not None  # a version begins with a number
    return tuple(map(int, match[0].split(".")))


def outdated_release(tool: Table, sources: str, locked: str) -> str:
    """Return the release that a tool's status cites, if the lock has a newer one; else "".

    The status names it in its words, of which the newest counts, or a source does, whose fields are
    `sources`: as `package-1.2.3` or `package 1.2.3`. Neither may be old. It may name less than the
    lock has, and counts as far as it goes: 3.1 is not behind 3.1.4. Where the words say which
    release "ran here", that has to be the one of the lock.
    """
    version, package = r"\d+(?:\.\d+)+", re.escape(tool.get("package", "no package"))
    words = re.findall(version, tool["status"])
    fields = re.findall(rf"(?<![\w-]){package}[- ]({version})", sources)
    for cited in (max(said, key=version_numbers) for said in (words, fields) if said):
        if version_numbers(cited) < leading_numbers(locked, cited):
            return cited
    ran = re.search(rf"({version})(?:, which)? ran here", tool["status"])
    return ran[1] if ran and version_numbers(ran[1]) != leading_numbers(locked, ran[1]) else ""


def leading_numbers(locked: str, cited: str) -> tuple[int, ...]:
    """Return the numbers of one version as far as those of another go."""
    return version_numbers(locked)[: len(version_numbers(cited))]
