"""*Claim and source*: each kind of fact that a sentence states is compared, and other words are not."""

import re

import pytest
from pybtex.database import Entry

from docs._ext import statements
from docs._ext.facts import Sources, ask, doubts, sources_of
from docs._ext.lexicon import WORDS

SAYS = (
    "Between September 25 and October 2, 2020, a total of 15,841 cases in England (around 15 to 20% "
    "of all cases) were not referred to the tracing system for eight days. The file was 600MB in "
    "size. Sales rose after the second release. The plots are aggregated by default since 0.4. Teams "
    "may use at most two accounts, more than $460 million was lost, and a third of them left."
)
ENTRY = Entry(
    "misc",
    {
        "says": SAYS,
        "ours": "twenty requests",
        "title": "A Report of {RAND}",
        "year": "2021",
        "month": "March",
        "volume": "1987",
        "howpublished": "GitHub, example/repository",
    },
)
TRUE = [
    "From 25 September to 2 October 2020, 15,841 cases were not referred to the tracing system.",
    "In 2021 a report of RAND counted 15,841 cases.",
    "That was 15 % to 20 % of all cases.",
    "It took 8 days.",
    "It took eight days, and 600 MB.",
    "Sales rose after the second release.",
    "Sales increased.",
    "The plots are aggregated by default since 0.4.",
    "Over 460 million dollars were lost.",
    "One third of them left.",
    "A third of the teams left.",
    "Teams may use no more than two accounts.",
    "“At most two accounts” is its rule.",
    "It counts 20 requests.",
]  # fmt: skip
FALSE = {
    "a number": ("It took eight days.", "It took nine days.", "9"),
    "a number in digits": ("15,841 cases", "15,814 cases", "15814"),
    "a unit": ("It took eight days.", "It took eight weeks.", "8 week"),
    "a size": ("It was 600 MB.", "It was 600 GB.", "600 GB"),
    "a power of ten": ("$460 million was lost.", "$460 billion was lost.", "460000000000"),
    "a share": ("A third of them left.", "A quarter of them left.", "0.25"),
    "a month": ("On 25 September it came.", "On 25 June it came.", "25 June"),
    "a day": ("On 2 October 2020 it came.", "On 3 October 2020 it came.", "3 October 2020"),
    "a year": ("In 2020 it came.", "In 2019 it came.", "2019"),
    "a date of two others": ("On 2 October it came.", "On 2 September it came.", "2 September"),
    "a bound": ("At most two accounts.", "At least two accounts.", "from 2"),
    "a direction": ("Sales rose.", "Sales fell.", "fell"),
    "an order": ("It came after the second release.", "It came before the second release.", "before"),
    "a degree": ("Teams may use accounts.", "Teams must use accounts.", "must"),
    "a name": ("A report of RAND counts them.", "A report of NIST counts them.", "nist"),
    "a quotation": ("It says “two accounts”.", "It says “two addresses”.", "two addresses"),
    "a negation put in": ("Sales rose after the release.", "Sales never rose after the release.",
                          "Sales never rose after the release."),
    "a negation taken out": ("Cases were not referred to the tracing system.",
                             "Cases were referred to the tracing system.",
                             "Cases were referred to the tracing system."),
    "a figure of the volume": ("In 2020.", "In 1987.", "1987"),
}  # fmt: skip


@pytest.fixture
def held():
    """What the entry holds."""
    return sources_of([ENTRY])


@pytest.mark.parametrize("said", TRUE)
def test_what_the_source_says_is_not_doubted(held, said):
    """In other words, other figures of speech and other marks."""
    assert not list(doubts(said, held))


@pytest.mark.parametrize("change", FALSE)
def test_one_changed_word_is_doubted(held, change):
    """The sentence before the change is not, so it is the change that is seen."""
    before, after, doubt = FALSE[change]

    assert not list(doubts(before, held))
    assert doubt in list(doubts(after, held))


def test_the_nearest_sentence_decides_where_both_sides_are_in_the_source():
    """Else one side would excuse the other, in every long entry."""
    held = Sources.of(["Prices rose in the north. Wages fell in the south."])

    assert not list(doubts("Wages fell in the south.", held))
    assert ["rose"] == list(doubts("Wages rose in the south.", held))


DOUBTED = {
    "a number of another sentence": (
        "Delivery in the north took 12 weeks. Delivery in the south took 30 weeks.",
        "Delivery in the south took 12 weeks.", "12",
    ),
    "a span turned round": (
        "The share rose from 17% to 46%.", "The share rose from 46% to 17%.", "46 to 17",
    ),
    "another degree": ("Some teams use it.", "Few teams use it.", "few"),
    "a unit alone": ("It took ages.", "It took weeks.", "week"),
    "a share without its sign": (
        "91% of the models failed.", "91 of the models failed.", "91 without its %",
    ),
    "a negation of nothing in the source": ("Sales rose.", "It never rains there.", "It never rains there."),
}  # fmt: skip


@pytest.mark.parametrize("kind", DOUBTED)
def test_each_comparison_sees_what_the_others_do_not(kind):
    """What the source has elsewhere, in another order, or of something else."""
    source, said, doubt = DOUBTED[kind]

    assert doubt in list(doubts(said, Sources.of([source])))


PLACED = {
    "a number": ("Level 1 fits new data, and level 2 new ideas.", "Level 3 fits new data.", "3"),
    "a direction": ("Wages in the north rose, but in the south they fell.",
                    "Wages in the north fell.", "fell"),
    "a name": ("Uber built a platform for features. Airbnb wrote a paper about prices.",
               "Uber wrote a paper about prices.", "uber"),
    "a month": ("It opened in March for teams. It closed in June for everybody.",
                "In June it opened for teams.", "June"),
}  # fmt: skip


@pytest.mark.parametrize("kind", PLACED)
def test_of_two_that_the_source_has_the_one_with_our_words_around_it_is_meant(kind):
    """In one long sentence, too, and whatever stands elsewhere in the entry."""
    source, said, doubt = PLACED[kind]
    held = Sources.of([f"{source} There is a level 3 as well, says Uber."])

    assert doubt in list(doubts(said, held))
    assert not [each for part in re.split(r"(?<=\.) ", source) for each in doubts(part, held)]


def test_a_doubt_is_in_the_words_of_a_reader(held):
    """Phrases and months are one word to the machine alone."""
    said = " ".join(doubts("Teams may use at least two accounts, and until May.", held))

    assert "at least" in said
    assert not re.search(r"_|date\d", said)


def test_ours_can_be_left_out():
    """Then an entry holds the words of its source alone."""
    said = "It counts 20 requests."

    assert not list(doubts(said, sources_of([ENTRY])))
    assert list(doubts(said, sources_of([ENTRY], ours=False)))


def test_a_name_may_be_written_small_and_stand_first():
    """No page writes the names of companies small, and every page writes *the* small."""
    assert "netflix" not in statements.stems_written_small()
    assert {"netflix"} == set(statements.names("Netflix says so. The rest of us do."))


def test_a_text_holds_the_figures_of_what_repeats_it():
    """A quiz repeats its section and its question; their other words are not compared."""
    assert not ask("Three things rose.", ["section:Three things fell."])
    assert "4" in ask("Four things.", ["section:Three things."])
    files = "A script has 3 files. A pipeline has 5 files."
    assert "3" in ask("A pipeline has 3 files.", [f"section:{files}"])
    assert ["3"] == ask("A pipeline has 3 files.", [f"page:{files}"])
    assert not ask("A pipeline has 5 files.", [f"page:{files}"])
    assert "4 thing" in ask("Four things.", ["page:Three things and four others."])
    assert ask("It looks each hour.", ["page:It looks each week. An hour is long."])
    assert not ask("The second page.", ["page:It is one page of 2."])
    assert not ask(
        "You added four things.", ["section:Three things.", "section:You add four things."]
    )


def test_each_side_has_its_opposite_and_no_word_stands_on_both():
    """A word on two sides would be true of everything."""
    words = [w for sides in WORDS["sides"].values() for side in sides for w in side.split()]
    assert all(len(sides) == 2 and all(sides) for sides in WORDS["sides"].values())
    assert not {word for word in words if words.count(word) > 1}
    assert not [word for word in words if not re.fullmatch(r"[a-z_-]+", word)]
