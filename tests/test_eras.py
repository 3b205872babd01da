"""Four eras in miniature: the task is fair, and each program does what its era did."""

import json
from collections import Counter
from math import log
from pathlib import Path

import numpy as np
import pytest

from examples.eras import bayes, compare, net, next_token, rules, task
from examples.eras.draw import sentences
from examples.eras.task import SIZES, TESTED, Example, read_examples, split

EXAMPLES = read_examples()
RECORD = Path("docs/_data/measured/eras.json")
FEW = [
    Example("tools", "one", "Docker runs it"),
    Example("tools", "one", "Docker stops"),
    Example("mlops", "two", "it runs a level"),
    Example("mlops", "two", "a level a week"),
]


# ---- the task --------------------------------------------------------------------------------------


@pytest.mark.parametrize("seed", range(20))
def test_no_page_is_learned_and_tested(seed):
    """And each part has as many sentences as each other, so that a guess is right once in three."""
    learned, tested = split(EXAMPLES, seed, max(SIZES))

    assert set() == {it[:2] for it in learned} & {it[:2] for it in tested}
    assert {max(SIZES)} == set(Counter(it.part for it in learned).values())
    assert {TESTED} == set(Counter(it.part for it in tested).values())


@pytest.mark.parametrize("mixed", [False, True])
def test_a_smaller_set_is_in_a_larger_one_and_the_test_stays(mixed):
    """Or a line of the plot could rise because the questions became easier."""
    (few, asked), (many, asked_again) = (split(EXAMPLES, 3, size, mixed) for size in (20, 40))

    assert set(few) < set(many)
    assert asked == asked_again
    assert set() == set(many) & set(asked)


def test_other_sentences_than_those_of_the_record_are_refused(tmp_path, monkeypatch):
    """A file of data is in no digest of code, so the code holds the file's."""
    (tmp_path / "sentences.csv").write_bytes(task.FILE.read_bytes().replace(b"The", b"A", 1))
    monkeypatch.setattr(task, "FILE", tmp_path / "sentences.csv")

    with pytest.raises(ValueError, match="has changed: set DIGEST, and measure again"):
        read_examples()


def test_only_plain_sentences_are_drawn():
    """No code, no link, no box, and nothing that is too short to tell from where it is."""
    plain = "The gate compares two models each week."
    page = (
        f"---\ndescription: {plain}\n---\n\n# Title\n\n{plain}\nToo short.\n"
        f"See [a page](a.md) for what it does and when.\n```python\n{plain}\n```\n"
        f":::{{note}}\n```text\nno\n```\n{plain}\n:::\n{plain}\n"
    )

    assert [plain, plain] == list(sentences(page))


# ---- the four --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("sentence", "part"),
    [
        ("Docker holds the data.", "tools"),
        ("The pipeline needs data.", "mlops"),
        ("People label the rows.", "lifecycle"),
        ("Nothing of the kind is here.", None),
        ("An installation takes a minute.", None),
        ("Installing takes a minute.", "tools"),
    ],
)
def test_the_first_rule_that_fires_is_taken(sentence, part):
    """A star stands for any ending, and a word without one for itself."""
    patterns = tuple((part, its.replace("install*", "installi*")) for part, its in rules.RULES)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(rules, "RULES", patterns)

        assert part == rules.first_rule(sentence)


def test_a_rule_learns_nothing():
    """Its answer is the same whatever the examples are, and where no rule fires it has one, too."""
    answers = {rules.learn(some)("Nothing of the kind is here.") for some in ([], FEW)}

    assert {rules.OTHERWISE} == answers


def test_bayes_counts_as_by_hand():
    """Seven words are known; of tools' five words two are *docker*, and of mlops' eight none."""
    assert Counter(docker=2, runs=1, it=1, stops=1) == bayes.count_words(FEW)["tools"]
    assert log((2 + 1) / (5 + 7)) > log((0 + 1) / (8 + 7))
    assert "tools" == bayes.learn(FEW)("docker and a unicorn")
    # it: 2/12 against 2/15; a: 1/12 against 4/15
    assert "mlops" == bayes.learn(FEW)("it a")
    # 3 x 2 x 1 x 1 of 12 x 12 x 12 x 12, against 1 x 2 x 3 x 3 of 15 x 15 x 15 x 15
    assert "mlops" == bayes.learn(FEW)("docker runs level level")


def test_the_gradient_by_hand_is_the_slope():
    """Each weight is moved a little, and the loss compared."""
    draw = np.random.default_rng(1)
    x, y = draw.normal(size=(5, 4)), np.eye(3)[[0, 1, 2, 0, 1]]
    weights = [draw.normal(size=(4, 2)), draw.normal(size=(2, 3))]

    def loss():
        return -np.log((net.forward(weights, x)[1] * y).sum(axis=1)).mean()

    for weight, slope in zip(weights, net.gradient(weights, x, y), strict=True):
        for place in np.ndindex(weight.shape):
            kept, moved = weight[place], []
            for step in (1e-5, -1e-5):
                weight[place] = kept + step
                moved.append(loss())
            weight[place] = kept

            assert pytest.approx((moved[0] - moved[1]) / 2e-5, abs=1e-7) == slope[place]


def test_the_probabilities_of_the_next_token_sum_to_one():
    """Those that were read, and those that were not; one that often came next is probable."""
    model = next_token.read(["the gate", "the week", "then"])
    probabilities = [next_token.probability(model, "the", chr(code)) for code in range(128)]

    assert pytest.approx(1) == sum(probabilities)
    assert " " == max(map(chr, range(128)), key=lambda one: probabilities[ord(one)])


def test_it_writes_on_and_only_the_seed_makes_it_differ():
    """A draw at each token."""
    model = next_token.read([example.sentence for example in EXAMPLES[:50]])
    texts = [next_token.write(model, "The ", 40, seed) for seed in (0, 0, 1)]

    assert texts[0] == texts[1] != texts[2]
    assert [44] * 3 == [len(text) for text in texts]


@pytest.mark.parametrize("era", [bayes, net, next_token])
def test_what_was_learned_is_known(era):
    """Or a line of the plot is low because a program does not learn at all."""
    learned, _ = split(EXAMPLES, 0, 20)
    answer = era.learn(learned)

    assert sum(answer(it.sentence) == it.part for it in learned) > 0.9 * len(learned)


def test_all_four_answer_the_same_questions():
    """One count for each seed, and none above what was asked."""
    right = compare.right_answers([0], min(SIZES))

    assert list(compare.ERAS) == list(right)
    assert all(0 < counts[0] <= 3 * TESTED for counts in right.values())


# ---- what the page says of the record --------------------------------------------------------------


def figures(pattern):
    """Return the figure of each era in the record."""
    record = json.loads(RECORD.read_text("utf-8"))["figures"]
    return {era: record[pattern.format(era)] for era in compare.ERAS}


def test_the_rules_are_first_with_the_fewest_and_level_with_bayes_with_the_most():
    """The page says so; all that learn are better with more."""
    least, most = figures("{}_30_percent"), figures("{}_480_percent")

    assert "rules" == max(least, key=least.get)
    assert abs(most["rules"] - most["bayes"]) < 1
    assert all(most[era] > least[era] for era in compare.ERAS if era != "rules")
    assert {"rules", "bayes"} == {*sorted(most, key=most.get)[2:]}


def test_the_order_turns_where_pages_are_mixed():
    """The page says so: the rules are last, and the counts first."""
    mixed = figures("{}_mixed_percent")

    assert ["rules", "net", "next_token", "bayes"] == sorted(mixed, key=mixed.get)
