"""The sceptic makes a sentence say something else, or the same, and counts what is noticed."""

import ast
import json
import re
from pathlib import Path

import jsonschema
import pytest
from bs4 import BeautifulSoup

from scripts import sceptic
from scripts.falsehoods import MONTHS, find_edits
from scripts.rewrites import find_rewrites
from tests.project import build, write

SAID = (
    (
        "paragraph",
        "On 2 October 2020, Google found that 15,841 cases were missing from eight days.",
    ),
    ("paragraph", "From August 2011 on, it was too high in 100 of 108 weeks."),
    ("paragraph", "By May 2015 a team had sent at least 200 models, and two a week were allowed."),
    ("paragraph", "One server ran old code, and 45 minutes of it cost over $460 million."),
    ("paragraph", "The share fell from 17.7% to 46.5% before the company closed."),
    ("paragraph", "The old way is slow, and it does not always fail before the new one starts."),
    ("list", "Its report grew to 600 MB and did not open, and nobody looked a second time."),
    ("table", "Microsoft counts five levels, and about a quarter of its staff was let go."),
    ("claim", "A manual process may suffice where models rarely change."),
    ("card", "version 3.8.0 came in January 2026, and graduated in its foundation in March 2018"),
    ("quiz", "In 2018 users of Kubernetes lost their logs within 30 days, after more than a year."),
    ("front matter", "Argo says that no model has to be moved, unless you ask for it in 2022."),
    ("quote", "“It is used for millions of people, and it cannot be repeated in three weeks”."),
    ("figure", "In July 2026 the fault was mended, 91 % of the models were worse, and 28 fell."),
)
SENTENCES = [
    sceptic.Sentence(f"modules/page-{number}", number, kind, said, (f"key{number}",))
    for number, (kind, said) in enumerate(SAID)
]
KNOWN = {sentence.said for sentence in SENTENCES}
ALL = 10_000  # more than there are


def edits(said, kind):
    """Every change of a kind."""
    return [edit.apply_to(said) for edit in find_edits(said) if edit.kind == kind]


def rewrites(said):
    """The sentence in other words."""
    return [edit.apply_to(said) for edit in find_rewrites(said)]


def draw(seed=1, number=ALL, sentences=SENTENCES, find=find_edits, shares=sceptic.KINDS):
    """Draws as pairs that can be compared."""
    drawn = sceptic.draw_edits(sentences, find, shares, number, seed)
    return [(one.sentence.said, one.kind, one.after) for one in drawn]


CHANGED = {after for _, _, after in draw(sceptic.SEED)}


def notice_changes(said, keys, ours=True):
    """A check without a fault: it doubts each change, and no rewrite."""
    return ["changed"] if said in CHANGED else []


def notice_all(said, keys, ours=True):
    """A check that compares letters."""
    return [] if said in KNOWN else ["not word by word"]


def notice_nothing(said, keys, ours=True):
    """No check at all."""
    return []


def notice_digits(said, keys, ours=True):
    """A check that looks at digits alone."""
    return [] if list_digits(said) in map(list_digits, KNOWN) else ["another figure"]


def list_digits(said):
    """The numbers of a sentence, in whatever order."""
    return sorted(re.findall(r"\d+", said))


def question(ask, changes=ALL):
    """What a check makes of all that can be drawn."""
    return sceptic.question_all(SENTENCES, ask, changes=changes)


def faults(ask, recorded=None):
    """What is said of a check."""
    return list(sceptic.find_faults(question(ask), recorded))


@pytest.fixture
def cited(tmp_path, monkeypatch):
    """A folder with the sentences of a build, and no record."""
    monkeypatch.chdir(tmp_path)
    lines = [json.dumps(vars(sentence)) for sentence in SENTENCES]
    sceptic.CITED.parent.mkdir(parents=True)
    sceptic.CITED.write_text("\n".join(lines) + "\n", "utf-8")
    sceptic.RECORD.parent.mkdir(parents=True)
    return tmp_path


def test_every_change_is_one_and_none_is_there_twice():
    """A sentence that stays as it was would be counted as unnoticed."""
    drawn = draw()

    assert [] == [one for one in drawn if one[2] in KNOWN]
    assert len(drawn) == len({(said, after) for said, _, after in drawn})


def test_every_kind_of_change_and_of_sentence_is_drawn():
    """Also where few are asked for, as boxes and cards are few."""
    drawn = sceptic.draw_edits(SENTENCES, find_edits, sceptic.KINDS, 60, 1)

    assert set(sceptic.KINDS) == {one.kind for one in drawn}
    assert {kind for kind, _ in SAID} == {one.sentence.kind for one in drawn}


def test_negations_and_directions_are_at_least_a_fifth():
    """No figure gives them away."""
    kinds = [kind for _, kind, _ in draw(number=60)]

    assert 60 / 5 <= sum(kind in ("direction", "negation") for kind in kinds)


def test_a_month_is_never_changed_to_one_that_is_there():
    """Neither to itself nor, of two, to the other."""
    said = "Changes were announced for June and July 2012."
    found = [set(re.findall("|".join(MONTHS), after)) for after in edits(said, "month")]

    assert 20 == len(found)
    assert [] == [months for months in found if len(months) < 2]


def test_a_figure_keeps_its_shape_and_changes_its_value():
    """17.7 may become 16.7, and neither 17.70 nor 177."""
    said = "It rose from 17.7% in 15,841 cases, with version 3.8.0, by 45 minutes."
    shape = re.sub(r"\d", "0", said)
    found = edits(said, "figure")

    assert {shape} == {re.sub(r"\d", "0", after) for after in found}
    assert said not in found


@pytest.mark.parametrize(
    ("said", "kind", "never"),
    [
        ("A team sent at least 200 models.", "figure", r"\b1\d\d\b"),
        ("It cost over 460 dollars.", "magnitude", r"\b46\b"),
        ("It held the loop for up to 2.3 hours.", "unit", "days|weeks"),
        ("It was done within nine days.", "number word", "ten|eleven|twelve"),
        ("It was too high in 100 of 108 weeks.", "figure", r"1[1-9]\d of"),
        ("After more than a year it came.", "unit", "month|week|day"),
        ("It fell by 11% to 14%.", "figure", r"1[5-9]% to|to 10%"),
        ("Version 2.16.1 came.", "figure", r"\.0\d"),
    ],
)
def test_a_change_is_neither_implied_nor_absurd(said, kind, never):
    """Whoever sent at least 200 has sent at least 100: that is no falsehood."""
    found = edits(said, kind)

    assert found
    assert [] == [after for after in found if re.search(never, after)]


@pytest.mark.parametrize(
    ("said", "kind", "after"),
    [
        ("It does not know.", "negation", "It knows."),
        ("Nobody copied it: he did not copy it.", "negation", "Nobody copied it: he copied it."),
        ("It cannot be read.", "negation", "It can be read."),
        ("It can be read.", "negation", "It cannot be read."),
        ("The guide warns of it.", "negation", "The guide does not warn of it."),
        ("Google wrote it.", "negation", "Google did not write it."),
        ("It has no error.", "negation", "It has an error."),
        ("It is no longer read.", "negation", "It is still read."),
        ("Nobody looked.", "negation", "Everybody looked."),
        ("It fell after the fact.", "direction", "It rose after the fact."),
        ("It fell after the fact.", "direction", "It fell before the fact."),
        ("It takes an earlier time.", "direction", "It takes a later time."),
        ("It asks at least 50% of them.", "direction", "It asks at most 50% of them."),
        ("It goes from code to data.", "direction", "It goes from data to code."),
        ("It took an hour.", "unit", "It took a day."),
        ("It lost 91 % of the models.", "unit", "It lost 91 of the models."),
        ("It fell by 3% to 15%.", "unit", "It fell by 3 to 15 percentage points."),
        ("It cost $460 million.", "unit", "It cost €460 million."),
        ("It cost $460 million.", "magnitude", "It cost $460 billion."),
        ("Google's guide counts three.", "party", "Microsoft's guide counts three."),
        ("Docker Desktop is free.", "party", "Podman Desktop is free."),
        ("It has nine parts.", "number word", "It has eight parts."),
        ("About a quarter of it went.", "number word", "About half of it went."),
        ("The ninth of them asks.", "number word", "The fifth of them asks."),
        ("It came on 2 May 2026.", "day", "It came on 3 May 2026."),
        ("It came in 2020.", "year", "It came in 2019."),
    ],
)
def test_a_change_is_english(said, kind, after):
    """With its verb, its article and its plural."""

    assert after in edits(said, kind)


@pytest.mark.parametrize(
    ("said", "kind"),
    [
        ("The manual says so.", "direction"),  # a book, and nothing by hand
        ("It works as a whole, at first.", "direction"),
        ("It is best effort.", "direction"),
        ("You may ask whether it is so.", "month"),
        ("See COVID-19, WSL2, R1, a.py and Apache-2.0.", "figure"),
        ("He looked a second time.", "unit"),
        ("It was seen one or two times.", "number word"),
        ("It asks not only the guide.", "negation"),
    ],
)
def test_what_is_no_fact_stays(said, kind):
    """Idioms and names are no facts."""

    assert [] == edits(said, kind)


@pytest.mark.parametrize(
    ("said", "after"),
    [
        ("It has three levels.", "It has 3 levels."),
        ("It has 28 tests.", "It has twenty-eight tests."),
        ("It fell by 15%.", "It dropped by 15%."),
        ("It fell by 15%.", "It fell by 15 per cent."),
        ("It cost over $460 million.", "It cost over 460 million dollars."),
        ("It does not open.", "It doesn't open."),
        ("In July 2026 it came.", "It came in July 2026."),
        ("It starts on 29 November 2026.", "It starts on November 29, 2026."),
        ("The guide says that it may do.", "According to the guide, it may do."),
        ("If it fails, you stop.", "You stop if it fails."),
        ("It took more than 20 days.", "It took over 20 days."),
        ("It has at least 20 accounts.", "It has no fewer than 20 accounts."),
        ("A paper of 2017 has it.", "A 2017 paper has it."),
        ("Somebody saw its behaviour.", "Somebody saw its behavior."),
    ],
)
def test_a_rewrite_means_the_same(said, after):
    """As a careful editor would write it."""

    assert after in rewrites(said)


@pytest.mark.parametrize(
    "said",
    [
        "“There are three levels, and it does not open”.",
        "Version 2 asks for level 3 of Java 11.",
        "“No more than 20 users need it at least once a week”, says it.",
    ],
)
def test_a_quotation_or_a_name_is_not_rewritten(said):
    """Other words between the marks are another quotation; its marks alone may change."""

    assert [] == [
        after for after in rewrites(said) if after.replace('"', "“") != said.replace("”", "“")
    ]


def test_no_rewrite_is_a_change():
    """What one half calls the same, the other half never calls false."""
    changed = {
        after for said in KNOWN for edit in find_edits(said) if (after := edit.apply_to(said))
    }

    assert set() == changed & {after for said in KNOWN for after in rewrites(said)}


def test_the_seed_decides():
    """The same again, and with another seed another draw."""

    assert draw(1, 40) == draw(1, 40)
    assert draw(1, 40) != draw(2, 40)


def test_a_draw_depends_on_its_own_sentence_alone():
    """Whoever edits a page does not change what is drawn from the others."""
    edited = [*SENTENCES[1:], sceptic.Sentence("modules/new", 1, "list", "It is of 2019.", ("a",))]
    rest = {said for _, said in SAID[1:]}

    before, after = draw(), draw(sentences=edited)
    assert {one for one in before if one[0] in rest} == {one for one in after if one[0] in rest}


def test_a_check_without_a_fault_passes():
    """Each change noticed, no rewrite, no sentence as it stands."""

    assert [] == faults(notice_changes)


def test_a_check_that_compares_letters_is_red():
    """It notices everything, and that is what the rewrites are for."""
    outcome = question(notice_all)

    assert () == outcome.survivors
    assert len(outcome.rewrites) == len(outcome.alarms)
    assert ["rewrites raised an alarm, more than 5%"] == [
        re.sub(r"^\d+ of \d+ ", "", fault) for fault in faults(notice_all)
    ]


def test_no_check_is_red():
    """Of each kind that is held to all, and as a whole."""
    said = " ".join(faults(notice_nothing))

    assert "all kinds: 0 of " in said
    assert [True] * 4 == [f"{kind} passed: " in said for kind in sceptic.HELD]


def test_a_check_of_digits_is_red_for_words():
    """It notices each figure, and no word."""
    outcome = question(notice_digits)
    counts = outcome.count_kinds()

    assert counts["figure"][0] == counts["figure"][1]
    assert [0, 0, 0] == [counts[kind][1] for kind in ("month", "direction", "negation")]
    assert not [fault for fault in faults(notice_digits) if fault.startswith("figure")]
    assert [fault for fault in faults(notice_digits) if fault.startswith("month")]


def test_a_sentence_that_is_doubted_as_it_stands_is_red():
    """Otherwise a check that always doubts would notice each change."""
    said = faults(lambda said, keys: ["always"])

    assert f"modules/page-0:0 is doubted as it stands: {SAID[0][1]}" in said


def test_a_share_that_falls_is_red():
    """By more than another draw explains."""
    outcome = question(notice_changes)
    asked, noticed = outcome.count_kinds()["party"]
    passed = {one.after for one in outcome.changes if one.kind == "party"}
    recorded = {"figures": sceptic.list_figures(outcome)}

    fallen = faults(lambda said, keys: said not in passed and notice_changes(said, keys), recorded)
    assert f"party: 0 of {asked} noticed, and {noticed} of {asked} when it was recorded" in fallen
    assert [] == faults(notice_changes, recorded)


@pytest.mark.parametrize(
    ("noticed", "asked", "was", "of", "fewer"),
    [
        (46, 46, 46, 46, False),
        (45, 46, 46, 46, False),  # one of 46 is luck
        (43, 46, 46, 46, True),
        (50, 60, 55, 60, False),
        (45, 60, 55, 60, True),
        (60, 60, 55, 60, False),
        (0, 0, 55, 60, False),  # not asked
        (3, 9, 0, 0, False),  # never recorded
    ],
)
def test_a_share_is_fewer_when_luck_does_not_explain_it(noticed, asked, was, of, fewer):
    """The pages are reworded, and each text is another draw."""
    assert fewer is sceptic.surely_fewer(noticed, asked, was, of)


def test_the_keys_of_the_sentence_come_with_it():
    """A check needs to know whose words it may compare."""
    asked = {}
    question(lambda said, keys: asked.setdefault(said, keys) and [])

    last = [f"key{len(SENTENCES) - 1}"]
    assert [["key0"], last] == [asked[SENTENCES[0].said], asked[SENTENCES[-1].said]]


def test_what_leans_on_our_words_is_counted_apart():
    """What repeats a page cites nothing, and is no cited sentence."""

    def ask(said, keys, ours=True):
        return [] if ours or "Google" in said else ["of ours"]

    counted = sceptic.count_borne_out(SENTENCES, ask)
    cited = [one for one in SENTENCES if one.kind not in {"quiz", "front matter"}]
    assert {"cited": len(cited), "by_source_alone": 1} == counted


def test_the_changes_of_fresh_seeds_are_other_changes():
    """Those of the recorded seed were looked at."""
    seen = {after for _, _, after in draw(sceptic.SEED, 20)}
    fresh = {after for seed in sceptic.FRESH for _, _, after in draw(seed, 20)}

    assert len(fresh - seen) > len(fresh) / 2
    assert 0 == sceptic.count_fresh(SENTENCES, notice_nothing)["fresh_noticed"]


def test_a_record_holds_what_passed(cited):
    """In the shape of the other records, with each survivor before and after."""
    schema = json.loads(
        (Path(__file__).parents[1] / "docs/_data/schemas/measured.json").read_text()
    )

    assert 1 == sceptic.main(["--record"], notice_digits)
    written = json.loads(sceptic.RECORD.read_text("utf-8"))
    jsonschema.validate(written, schema)
    figures = written["figures"]
    assert figures["changes"] - figures["noticed"] == len(written["survivors"])
    assert figures["false_alarms"] == len(written["false_alarms"])
    assert figures["figure_asked"] == figures["figure_noticed"]
    assert KNOWN >= {one["before"] for one in written["survivors"]}


def test_the_command_compares_with_the_record(cited, capsys):
    """It is green as recorded, and red after a fall, and tells which change passed."""
    sceptic.main(["--record"], notice_changes)

    assert 0 == sceptic.main([], notice_changes)
    assert 1 == sceptic.main([], notice_nothing)
    printed = capsys.readouterr().out
    assert "noticed, and " in printed
    assert "Passed (negation), modules/page-" in printed


def test_without_a_build_there_is_nothing_to_ask(tmp_path, monkeypatch, capsys):
    """It says what to do."""
    monkeypatch.chdir(tmp_path)

    assert 1 == sceptic.main([], notice_all)
    assert "build the handbook first" in capsys.readouterr().out


def test_an_empty_build_is_red(cited):
    """No sentence is no proof."""
    sceptic.CITED.write_text("", "utf-8")

    assert 1 == sceptic.main([], notice_changes)


def test_the_sceptic_knows_nothing_of_the_check():
    """It asks, and sees the answer: a lexicon of the check would leave out the check's own gaps."""
    imported = set()
    for name in ("sceptic", "falsehoods", "rewrites"):
        tree = ast.parse(Path(f"scripts/{name}.py").read_text("utf-8"))
        for node in ast.walk(tree):
            if isinstance(node, ast.ImportFrom):
                imported |= {f"{node.module}.{alias.name}" for alias in node.names}
            if isinstance(node, ast.Import):
                imported |= {alias.name for alias in node.names}

    assert {"docs._ext.facts.ask"} == {name for name in imported if name.startswith("docs")}


SITE = {
    "conf.py": 'extensions = ["myst_parser", "docs._ext.survivors"]\n',
    "index.md": "# Start\n\n```{survivors}\n```\n",
}


def test_a_page_lists_what_passed(cited):
    """Each false sentence stands behind the true one, and its marks are no markup."""
    sceptic.main(["--record"], notice_digits)
    record = json.loads(sceptic.RECORD.read_text("utf-8"))
    record["survivors"][0] |= {"before": "It is *so* | and", "after": "It is not *so* | and"}
    files = SITE | {"_data/measured/sceptic.json": json.dumps(record)}
    write(cited / "site", files)

    assert "" == build(cited / "site", "html")
    page = BeautifulSoup((cited / "site/_build/index.html").read_text("utf-8"), "html.parser")
    rows = [[cell.text for cell in row("td")] for row in page.table("tr")]
    assert ["all", *(f"{record['figures'][name]:,}" for name in ("changes", "noticed"))] == rows[-1]
    items = page.select(".measured li")
    assert len(record["survivors"]) + len(record["false_alarms"]) == len(items)
    assert ["It is *so* | and", "→ It is not *so* | and"] == [
        line.text.rpartition(": ")[2] for line in items[0]("p")
    ]


def test_a_page_without_a_record_says_how_to_make_one(cited):
    """An empty list would look like a check without a gap."""
    write(cited / "site", SITE)

    assert "index.md:3: WARNING: no run wrote sceptic.json" in build(cited / "site")
