"""Each mistake in a data file is told with its file, its line and its remedy, before pages are read."""

import json
import os
import subprocess
import sys
from itertools import chain
from pathlib import Path

import pytest

from docs._ext import data
from docs._ext.chapter import DIFFICULTY
from docs._ext.evidence import VERDICTS
from docs._ext.law import FORCE
from docs._ext.raci import LETTERS
from tests.project import build, from_root, write
from tests.test_expiry import FILES as EXPIRY
from tests.test_plans import FILES as PLANS
from tests.test_quiz import QUIZ
from tests.test_raci import FILES as RACI
from tests.test_score import RUBRIC
from tests.test_spine import FILES as SPINE
from tests.test_talk import FILES as TALK
from tests.test_tools import MATRIX

ROOT = Path("docs", "_data")
SOUND = {"conf.py": 'extensions = ["docs._ext"]\n', "index.rst": "Start\n=====\n"} | {
    f"_data/{name}": text
    for name, text in {
        "claims.toml": SPINE["_data/claims.toml"],
        "activities.toml": PLANS["_data/activities.toml"],
        "expiring.toml": EXPIRY["_data/expiring.toml"],
        "glossary.toml": SPINE["_data/glossary.toml"],
        "law.toml": EXPIRY["_data/law.toml"],
        "measured/run.json": SPINE["_data/measured/run.json"].replace(", ", ",\n"),
        "ml_test_score.toml": RUBRIC,
        "paths.toml": SPINE["_data/paths.toml"].replace('["chapter"]', '[\n  "chapter",\n]'),
        "plans/days.toml": PLANS["_data/plans/days.toml"],
        "product_names.toml": '[names]\n"MLflow" = ["MLFlow"]\n\n[headings]\nwords = ["Monday"]\n',
        "quizzes/page.toml": QUIZ,
        "raci.toml": RACI["_data/raci.toml"],
        "syllabus.toml": SPINE["_data/syllabus.toml"],
        "talk.toml": TALK["_data/talk.toml"],
        "tools.toml": MATRIX["_data/tools.toml"],
    }.items()
}
STOPPED = "The pages are checked against the data files: mend these first."


@pytest.fixture
def told(tmp_path):
    """Return a function that breaks one file of the sound project and returns what the build says."""

    def broken(name=None, old="", new=""):
        if name:
            assert old in SOUND[name]
        write(tmp_path, SOUND | ({name: SOUND[name].replace(old, new, 1)} if name else {}))
        return build(tmp_path).splitlines()

    return broken


def test_sound_data_is_told_nothing(told):
    """What follows fails for its own fault, not for the project's."""

    assert [] == told()


MISTAKES = {
    "a term has no owner": (
        "glossary.toml", 'owner = "chapter"\n', "",
        ":1: WARNING: a term has no `owner`. Write the page that explains it, as its path below "
        'docs without .md: "modules/mlops/versioning".',
    ),
    "a term's key is misspelt": (
        "glossary.toml", 'means = "What serves', 'mean = "What serves',
        ":8: WARNING: `mean` is no key of a term. Write `means`: its keys are name, means, owner, "
        "written, everywhere.",
    ),
    "a term's key that may be left out is misspelt": (
        "glossary.toml", 'owner = "index"\n', 'owner = "index"\neverywere = true\n',
        ":10: WARNING: `everywere` is no key of a term. Write `everywhere`: its keys are name, "
        "means, owner, written, everywhere.",
    ),
    "an entry has no kind": (
        "syllabus.toml", 'kind = "topic"\n', "",
        ":9: WARNING: an entry has no `kind`. Write what it is on the slide: a topic is a heading, "
        "a visual a picture that the slide shows or suggests.",
    ),
    "a kind is misspelt": (
        "syllabus.toml", '"visual"', '"visua"',
        ':20: WARNING: `kind` is "visua". Write visual: it is one of topic, bullet, story, note, '
        "visual.",
    ),
    "a path has no line": (
        "paths.toml", 'line = "start here."\n', "",
        ":1: WARNING: a path has no `line`. Write one line that tells these readers where to "
        "start, in small letters, with a full stop.",
    ),
    "a date is a text": (
        "claims.toml", "2026-01-01", '"2026-01-01"',
        ':8: WARNING: `checked` is "2026-01-01". Write the day on which the sources were opened. '
        "A date is written as 2026-11-22, without quotes.",
    ),
    "a run has no machine": (
        "measured/run.json", '"machine": "a laptop",\n', "",
        ":1: WARNING: a record has no `machine`. Let the command of the record write what it ran "
        "on: run it again.",
    ),
    # The other files, and the other ways to be wrong
    "a key is like no other": (
        "glossary.toml", 'owner = "index"\n', 'owner = "index"\nhint = true\n',
        ":10: WARNING: `hint` is no key of a term. Its keys are name, means, owner, written, everywhere.",
    ),
    "a table is misspelt": (
        "glossary.toml", '[[term]]\nname = "champion"', '[[trem]]\nname = "champion"',
        ":6: WARNING: `trem` is no key of this file. Write `term`: its keys are term.",
    ),
    "the only table is misspelt": (
        "product_names.toml", "[headings]", "[heading]",
        ":4: WARNING: `heading` is no key of this file. Write `headings`: its keys are names, ",
    ),
    "a file is empty": (
        "glossary.toml", SPINE["_data/glossary.toml"], "",
        ":1: WARNING: this file has no `term`. Write each term under a heading [[term]] of its own.",
    ),
    "a claim lacks a field": (
        "claims.toml", 'say = "Say more."\n', "",
        ":1: WARNING: a claim has no `say`. Write what the trainer may say instead.",
    ),
    "a claim has another verdict": (
        "claims.toml", '"partly"', '"somewhat"',
        ':5: WARNING: `verdict` is "somewhat". Write what became of the claim. It is one of '
        "supported, partly, unsupported, misattributed.",
    ),
    "one of a list is no text": (
        "paths.toml", '  "chapter",\n', '  "chapter",\n  3,\n',
        ":7: WARNING: `goals` holds 3. Write the path of a page below docs, without .md.",
    ),
    "a letter is unknown": (
        "raci.toml", 'one = "C"', 'one = "X"',
        ':19: WARNING: `one` is "X". Write A for who answers for it, R for who does it, C for who '
        "is asked before, I for who is told after. It is one of A, R, C, I.",
    ),
    "a role wakes to nothing that is said": (
        "raci.toml", "alerts = []\n", "",
        ":9: WARNING: a role has no `alerts`. Write a list of the alerts that wake the role",
    ),
    "a block of a plan has minutes in words": (
        "plans/days.toml", "minutes = 10 },\n  { talk", 'minutes = "ten" },\n  { talk',
        ':15: WARNING: `minutes` is "ten". Write how many minutes the block takes in the room;',
    ),
    "an activity has no end of its own": (
        "activities.toml", 'drop = "The names"\n', "",
        ":1: WARNING: an activity has no `drop`. Write what to leave out of it first.",
    ),
    "a step of the talk has no minutes": (
        "talk.toml", "minutes60 = 40\n", "",
        ":1: WARNING: a step has no `minutes60`. Write how many minutes the step has in a talk of 60",
    ),
    "a step listens to no question": (
        "talk.toml", 'ask = "Who is here?"\n', "",
        ":1: WARNING: a step has no `ask`. Write what to ask the room, as one or two sentences.",
    ),
    "a test of the score has points of its own": (
        "ml_test_score.toml", "points = 1", "points = 2",
        ":5: WARNING: `points` is 2. Write 1 where tests play it in every run",
    ),
    "a test of the score is done without a sentence": (
        "ml_test_score.toml", "They have.", "they have",
        ':7: WARNING: `done` is "they have". Write what is done about it, in sentences.',
    ),
    "a spelling is no list": (
        "product_names.toml", '["MLFlow"]', '"MLFlow"',
        ':2: WARNING: `MLflow` is "MLFlow". Write a list of the wrong spellings',
    ),
    "a figure is neither number nor text": (
        "measured/run.json", "1234.5", "[1234.5]",
        ":4: WARNING: `seconds` is a list of 1. A figure is a number or a text",
    ),
    # A fact that expires
    "nobody says until when a fact is good": (
        "expiring.toml", "good_until = 2026-08-31\n", "",
        ":1: WARNING: a sentence of a page has no `good_until`. Write the last day on which nobody",
    ),
    "a fact is of no kind": (
        "expiring.toml", '"price"', '"prize"',
        ':2: WARNING: `kind` is "prize". Write price: it is one of price, release, status, law,',
    ),
    "a fact has a name that no role can have": (
        "expiring.toml", "[page.price]", '[page."a price"]',
        ':1: WARNING: `page` is "a price". Write the name of a sentence in small letters, digits',
    ),
    # A rule of a law
    "a rule has no day": (
        "law.toml", "from = 2026-06-01\n", "",
        ":1: WARNING: a rule has no `from`. Write the day from which it applies, of advice that on",
    ),
    "a rule binds in no way that is known": (
        "law.toml", '"law"', '"lawful"', ':5: WARNING: `force` is "lawful". Write law: it is one of',
    ),
    "a rule is of no place": (
        "law.toml", '"India"', '"Mars"', ':3: WARNING: `place` is "Mars". Write where it applies. It',
    ),
    "a rule has no source": (
        "law.toml", '["known2026"]', "[]", ":8: WARNING: `source` is a list of 0. Write a list of the",
    ),
    "nobody says until when a claim is good": (
        "claims.toml", "good_until = 2026-12-31\n", "",
        ":1: WARNING: a claim has no `good_until`. Write the last day on which nobody need look",
    ),
    # A tool of the matrix
    "a tool with a page has nothing that ran": (
        "tools.toml", 'here = "it ran"\n', "",
        ":5: WARNING: a tool has no `here`. Write what of it ran here, as a phrase.",
    ),
    "nobody says when to choose a tool": (
        "tools.toml", '"you need one"', '""', ':18: WARNING: `choose` is "". Write when to choose',
    ),
    "nobody says what replaces a tool": (
        "tools.toml", '"another"', '""', ':19: WARNING: `instead` is "". Write what can take its',
    ),
    "nobody says what leaving a tool costs": (
        "tools.toml", '"nothing"', '""', ':20: WARNING: `leaving` is "". Write what leaving it costs',
    ),
    "a tool has no licence": (
        "tools.toml", '"a service"', '""', ':14: WARNING: `licence` is "". Write its licence.',
    ),
    "a tool has no home": (
        "tools.toml", '"a foundation"', '""', ':15: WARNING: `home` is "". Write who keeps it.',
    ),
    "a status has no year": (
        "tools.toml", "kept in 2026", "kept",
        ':16: WARNING: `status` is "kept". Write what is known of its upkeep, with the year',
    ),
    "a tool has no source": (
        "tools.toml", '["known2026"]', "[]",
        ":17: WARNING: `source` is a list of 0. Write a list of the keys of references.bib",
    ),
    # A quiz
    "a quiz has another question": (
        "quizzes/page.toml", QUIZ, QUIZ + QUIZ.split("[[question]]")[1].join(["[[question]]", ""]),
        ":1: WARNING: `question` is a list of 4. Write three questions, each under a heading",
    ),
    "a quiz has a key of its own": (
        "quizzes/page.toml", "[[question]]", "title = 'Quiz'\n[[question]]",
        ":1: WARNING: `title` is no key of a quiz. Its keys are question.",
    ),
    "a question has another key": (
        "quizzes/page.toml", "ask =", "hint = 'x'\nask =",
        ":3: WARNING: `hint` is no key of a question. Its keys are objective, ask,",
    ),
    "an option has another key": (
        "quizzes/page.toml", "right = true", "right = true\nhint = 1",
        ":15: WARNING: `hint` is no key of an option. Its keys are text, why, right.",
    ),
    "a question asks nothing": (
        "quizzes/page.toml", 'ask = "What is it, *exactly*?"\n', "",
        ":1: WARNING: a question has no `ask`. Write the question.",
    ),
    "an option has no reason": (
        "quizzes/page.toml", 'why = "It is there."\n', "",
        ":16: WARNING: an option has no `why`. Write why it is right, or why not.",
    ),
    "a reason is blank": (
        "quizzes/page.toml", '"It is there."', '" "', ':18: WARNING: `why` is " ". Write why',
    ),
    "no option is right": (
        "quizzes/page.toml", "right = true\n", "",
        ":7: WARNING: `option` is a list of 3. Write three options or more, each under a heading "
        "[[question.option]] of its own, exactly one of them with right = true.",
    ),
    "two options are right": (
        "quizzes/page.toml", 'why = "It is there."', 'why = "It is there."\nright = true',
        ":7: WARNING: `option` is a list of 3. Write three options or more",
    ),
    "there are two options": (
        "quizzes/page.toml", '[[question.option]]\ntext = "Long"\nwhy = "It is not."\n', "",
        ":8: WARNING: `option` is a list of 2. Write three options or more",
    ),
    "right is a word": (
        "quizzes/page.toml", "right = true", 'right = "yes"',
        ':14: WARNING: `right` is "yes". Write true for the one right option; leave the key out',
    ),
    "there is one option, in single brackets": (
        "quizzes/page.toml", QUIZ,
        QUIZ.split("[[question.option]]")[0] + '[question.option]\ntext = "Long"\nwhy = "No."\n'
        + "[[question]]" + QUIZ.split("[[question]]", 2)[2],
        ":7: WARNING: `option` is a table. Write three options or more",
    ),
    # What cannot be read at all
    "a text stands without quotes": (
        "glossary.toml", '"gate"', "gate",
        ":2: WARNING: Invalid value (at line 2, column 8). Look here and just above: a text stands "
        "in quotes, and what is opened is closed.",
    ),
    "a list is not closed": (
        "syllabus.toml", '"Right part"]', '"Right part"',
        ":9: WARNING: Unclosed array (at line 9, column 1). Look here and just above",
    ),
    "a comma is missing": (
        "measured/run.json", '"a laptop",', '"a laptop"',
        ":4: WARNING: Expecting ',' delimiter: line 4 column 1",
    ),
}  # fmt: skip


@pytest.mark.parametrize("mistake", MISTAKES)
def test_a_mistake_is_told_once_with_its_place_and_its_remedy(told, mistake):
    """Its file and line, what is wrong and what to write; then the build ends, without a traceback."""
    name, old, new, expected = MISTAKES[mistake]
    fault, end = told(f"_data/{name}", old, new)

    assert fault.startswith(f"_data/{name}{expected}")
    assert end == STOPPED


def test_all_mistakes_are_told_at_once(tmp_path):
    """Who has made four, in three files, need not build four times."""
    glossary = SOUND["_data/glossary.toml"].replace("name =", "nme =")
    write(tmp_path, SOUND | {"_data/glossary.toml": glossary, "_data/odd.toml": "",
                             "_data/quizzes/one.toml": "="})  # fmt: skip

    assert [
        "_data/glossary.toml:2: WARNING: `nme` is",
        "_data/glossary.toml:7: WARNING: `nme` is",
        "_data/odd.toml:1: WARNING: no schema says what may stand here. Write _data/schemas/odd.json.",
        "_data/quizzes/one.toml:1: WARNING: Invalid statement",
        STOPPED,
    ] == [line.split(" no key")[0].split(" (")[0] for line in build(tmp_path).splitlines()]


def test_a_file_in_another_encoding_is_named(tmp_path):
    """An old editor's accents, say."""
    file = tmp_path / "_data" / "glossary.toml"
    write(tmp_path, SOUND)
    file.write_bytes(b"# one\n# na\xefve\n")

    assert [(f"{file}:2", "this is no UTF-8. Save the file as UTF-8.")] == data.all_faults(tmp_path)


def test_the_command_prints_no_traceback(tmp_path):
    """As the session calls it: the fault, its file and its line, the last word, and no more."""
    write(tmp_path, SOUND | {"_data/claims.toml": "claim = 1\n"})
    words = ("-W", "--keep-going", "-q", "--no-color")  # Sphinx has colours wherever CI is set
    command = [sys.executable, "-m", "sphinx", *words, tmp_path, tmp_path / "_"]
    done = subprocess.run(command, capture_output=True, text=True)

    assert (1, "") == (done.returncode, done.stdout)
    assert [
        "_data/claims.toml:1: WARNING: `claim` is 1. Write each claim under a heading [[claim]] of "
        "its own.",
        STOPPED,
    ] == from_root(tmp_path, done.stderr).splitlines()


def test_the_same_is_told_where_sphinx_is_not(tmp_path):
    """`nox -s lint` has another environment, and tells the same faults."""
    write(tmp_path / "docs", SOUND | {"_data/claims.toml": "claim = 1\n"})
    code = (
        "import runpy, sys; sys.modules['sphinx'] = None\n"
        "runpy.run_module('docs._ext.data', run_name='__main__')"
    )
    told = subprocess.run(
        [sys.executable, "-c", code], cwd=tmp_path, capture_output=True, text=True,
        env=os.environ | {"PYTHONPATH": os.getcwd()},
    )  # fmt: skip

    assert (1, "") == (told.returncode, told.stderr)
    assert told.stdout.replace(os.sep, "/").startswith("docs/_data/claims.toml:1: `claim` is 1. ")


def test_what_has_not_changed_is_not_read_against_its_schema_again(told, monkeypatch):
    """A build without news spends nothing on it; one with news does."""
    calls = []
    monkeypatch.setattr(data, "all_faults", lambda srcdir: calls.append(srcdir) or [])
    told(), told()

    assert 1 == len(calls)
    told("_data/glossary.toml", "What serves", "What answers")
    assert 2 == len(calls)


@pytest.mark.parametrize("path", data.data_files("docs"), ids=lambda path: path.stem)
def test_each_data_file_has_a_schema_that_its_first_line_tells_editors(path):
    """Editors complete the keys of a TOML file from it; JSON is written by a run."""
    schema = data.SCHEMAS / f"{data.schema_of(path, 'docs')}.json"

    assert schema.exists()
    if path.suffix == ".toml":
        first = path.read_text("utf-8").split("\n")[0]
        assert first.startswith("#:schema ./") or first.startswith("#:schema ../")
        assert schema == (path.parent / first.removeprefix("#:schema ")).resolve()


def objects(schema):
    """Yield the parts of a schema that describe a thing with keys, the schema itself among them."""
    if isinstance(schema, dict):
        if "properties" in schema:
            yield schema
        for part in schema.values():
            yield from objects(part)


SCHEMAS = {path.stem: json.loads(path.read_text("utf-8")) for path in data.SCHEMAS.glob("*.json")}


@pytest.mark.parametrize("name", SCHEMAS)
def test_each_schema_refuses_an_unknown_key_and_has_words_for_each_known_one(name):
    """A message needs a name for the thing, and a remedy for each key."""
    for thing in objects(SCHEMAS[name]):
        assert thing["additionalProperties"] is False
        assert thing["title"]
        needed = [*thing.get("required", ()), *chain(*thing.get("dependentRequired", {}).values())]
        assert set(needed) <= thing["properties"].keys()
        for part in thing["properties"].values():
            assert part["description"].endswith(".")


def test_the_words_of_the_pages_are_those_of_the_schemas():
    """What a schema allows, the extension that shows it has words for."""
    claim = SCHEMAS["claims"]["properties"]["claim"]["items"]["properties"]
    rule = SCHEMAS["law"]["properties"]["duty"]["items"]["properties"]
    stage = SCHEMAS["raci"]["properties"]["stage"]["items"]["properties"]

    assert list(VERDICTS) == claim["verdict"]["enum"]
    assert list(FORCE) == rule["force"]["enum"]
    assert list(LETTERS) == stage["who"]["additionalProperties"]["enum"]
    assert list(DIFFICULTY) == SCHEMAS["front-matter"]["properties"]["difficulty"]["enum"]


TOML = """\
# A comment
name = "one"

[[row]]
words = '''
[[row]]
name = "no key"
'''
name = "two"

[[row]]
list = [
  "a", # ] and [[row]]
  "b",
]
inline = { name = "three" }

[table."a.b & c".d]
name = 1
"""
PLACES = {
    (): 1,
    ("name",): 2,
    ("row",): 4,
    ("row", 0): 4,
    ("row", 0, "words"): 5,
    ("row", 0, "name"): 9,
    ("row", 1, "list"): 12,
    ("row", 1, "list", 0): 13,
    ("row", 1, "list", 1): 14,
    ("row", 1, "inline", "name"): 16,
    ("table", "a.b & c", "d"): 18,
    ("table", "a.b & c", "d", "name"): 19,
}


@pytest.mark.parametrize("keys", PLACES, ids=str)
def test_the_line_of_a_value_is_found(keys):
    """A text that looks like a heading is none, and a list may go over lines."""

    assert PLACES[keys] == data.line_in_toml(TOML, keys)
