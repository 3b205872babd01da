"""Change cited sentences, one fact at a time, and count what the check of facts notices.

`python -m scripts.sceptic` reads the sentences that the last build left, asks `docs._ext.facts`
about changes that it draws by a seed, and about rewrites that mean the same. The share that is
noticed may not fall below the record, of any kind; `--record` writes the record anew.

A draw depends on the seed and on the sentence alone. So whoever edits a page changes what is drawn
from that page, and not what is drawn from the others.
"""

import argparse
import hashlib
import json
import platform
import sys
import time
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import chain, zip_longest
from pathlib import Path
from typing import Any

from scripts.falsehoods import Edit, find_edits
from scripts.rewrites import find_rewrites
from scripts.workspace import record

Ask = Callable[..., list[str]]  # of a sentence and the keys of its sources

CITED = Path("docs", "_build", "doctrees", "cited.jsonl")
BY_HAND = Path(__file__).parents[1] / "tests" / "by_hand.jsonl"
RECORD = Path("docs", "_data", "measured", "sceptic.json")
COMMAND = "nox -s sceptic -- --record"
SEED = 20261129
FRESH = (11, 12, 13)  # seeds whose changes nobody read while the check was written
CHANGES, REWRITES = 500, 200
PLACES = 3  # changes of one figure, name or verb, at most
EACH = 2  # of each kind of sentence (box, card, quiz ...) come first, so that none is left out

# What of a hundred changes each kind is. Negations and directions are a quarter: they turn a
# sentence round, and no figure gives them away.
KINDS = {
    **{"figure": 16, "number word": 12, "unit": 10, "magnitude": 7, "month": 9, "day": 3},
    **{"year": 9, "party": 9, "direction": 12, "negation": 13},
}
MANNERS = {
    **{"synonyms": 20, "digits and words": 15, "dates": 15, "directions": 15, "contractions": 12},
    **{"units": 8, "order": 5, "spellings": 4, "marks": 4, "openings": 2},
}
# A quiz and a page's description repeat their page in other words, and only their figures are
# compared with it: of other changes the check says nothing, and its page says so.
REPEATS = ("quiz", "front matter")
OF_FIGURES = ("figure", "number word", "unit", "magnitude", "month", "day", "year")
HELD = ("figure", "number word", "unit", "month")  # none of these may pass
LEAST, MOST = 0.95, 0.05  # noticed of all changes, and alarms at what means the same
SURELY = 1.645  # standard errors: by luck alone a share falls further in one of twenty draws


@dataclass(frozen=True)
class Sentence:
    """A cited sentence as the build left it: without markup, with the keys of its sources."""

    page: str
    line: int
    kind: str
    said: str
    keys: tuple[str, ...]


@dataclass(frozen=True)
class Draw:
    """A sentence, and what was made of it."""

    sentence: Sentence
    kind: str
    after: str

    def describe(self) -> dict[str, str]:
        """What a record and a page show of it."""
        before = self.sentence.said
        return {
            "kind": self.kind,
            "page": self.sentence.page,
            "before": before,
            "after": self.after,
        }


@dataclass(frozen=True)
class Outcome:
    """What was asked, and which of it raised a doubt."""

    seed: int
    changes: tuple[Draw, ...]
    survivors: tuple[Draw, ...]  # changes that raised none
    rewrites: tuple[Draw, ...]
    alarms: tuple[Draw, ...]  # rewrites that raised one
    doubted: tuple[Sentence, ...]  # unchanged, and doubted all the same

    def count_kinds(self) -> dict[str, tuple[int, int]]:
        """How many changes of each kind were asked about, and how many noticed."""
        asked = Counter(draw.kind for draw in self.changes)
        passed = Counter(draw.kind for draw in self.survivors)
        return {kind: (asked[kind], asked[kind] - passed[kind]) for kind in KINDS if asked[kind]}


def read_sentences(file: Path) -> list[Sentence]:
    """Read one sentence a line; a sentence that a page repeats counts once."""
    lines = map(json.loads, file.read_text("utf-8").splitlines())
    read = [Sentence(**line | {"keys": tuple(line["keys"])}) for line in lines]
    return list({(one.page, one.said): one for one in read}.values())


def draw_edits(
    sentences: Iterable[Sentence],
    find: Callable[[str], Iterable[Edit]],
    shares: dict[str, int],
    number: int,
    seed: int,
) -> list[Draw]:
    """Draw edits, each kind by its share of a hundred; what one kind lacks, the others give."""
    pools = {kind: order_pool(pool) for kind, pool in fill_pools(sentences, find, seed).items()}
    pools = {kind: pools[kind] for kind in shares if kind in pools}
    wanted = {kind: round(number * shares[kind] / 100) for kind in pools}
    drawn = [draw for kind, pool in pools.items() for draw in pool[: wanted[kind]]]
    rest = zip_longest(*(pool[wanted[kind] :] for kind, pool in pools.items()))
    drawn += [draw for draw in chain.from_iterable(rest) if draw is not None]
    return drawn[:number]


Ranked = tuple[int, int, Draw]


def fill_pools(
    sentences: Iterable[Sentence], find: Callable[[str], Iterable[Edit]], seed: int
) -> dict[str, list[Ranked]]:
    """Every edit by its kind: which of its place it is, and where the seed ranks it."""
    pools: dict[str, list[Ranked]] = defaultdict(list)
    for sentence in sentences:
        places: dict[tuple[str, int], dict[str, int]] = defaultdict(dict)
        for edit in find(sentence.said):
            after = " ".join(edit.apply_to(sentence.said).split())
            places[edit.kind, edit.start][after] = rank_words(seed, edit.kind, sentence.page, after)
        repeats = sentence.kind in REPEATS
        for (kind, _), ranks in places.items():
            if repeats and kind in KINDS and kind not in OF_FIGURES:
                continue
            for turn, after in enumerate(sorted(ranks, key=ranks.__getitem__)[:PLACES]):
                pools[kind].append((turn, ranks[after], Draw(sentence, kind, after)))
    return pools


def order_pool(pool: list[Ranked]) -> list[Draw]:
    """By rank, each place once before any comes twice, and some of each kind of sentence first."""
    ranked = [draw for *_, draw in sorted(pool, key=lambda one: one[:2])]
    seen: Counter[str] = Counter()
    first, others = [], []
    for draw in dict.fromkeys(ranked):
        seen[draw.sentence.kind] += 1
        (first if seen[draw.sentence.kind] <= EACH else others).append(draw)
    return sorted(first, key=lambda draw: seen[draw.sentence.kind]) + others  # the rarest leads


def rank_words(seed: int, *words: str) -> int:
    """A number that looks random, and is the same for the same words wherever this runs."""
    text = "\0".join((str(seed), *words)).encode()
    return int.from_bytes(hashlib.blake2b(text, digest_size=8).digest(), "big")


def question_all(
    sentences: Sequence[Sentence], ask: Ask, seed: int = SEED, changes: int = CHANGES
) -> Outcome:
    """Ask about the sentences as they are, about changes of them, and about rewrites."""
    drawn = draw_edits(sentences, find_edits, KINDS, changes, seed)
    rewritten = draw_edits(sentences, find_rewrites, MANNERS, REWRITES, seed)

    def is_doubted(draw: Draw) -> bool:
        return bool(ask(draw.after, list(draw.sentence.keys)))

    return Outcome(
        seed,
        tuple(drawn),
        tuple(draw for draw in drawn if not is_doubted(draw)),
        tuple(rewritten),
        tuple(draw for draw in rewritten if is_doubted(draw)),
        tuple(one for one in sentences if ask(one.said, list(one.keys))),
    )


def question_by_hand(file: Path, ask: Ask) -> dict[str, int]:
    """Ask about the changes and the rewrites of a reader, which no code drew: the harder ones.

    Whoever mends the check leaves this file alone, else it measures nothing. A line whose sources
    have gone is not asked, nor one whose sentence they bear out no longer.
    """
    asked: Counter[str] = Counter()
    for line in map(json.loads, file.read_text("utf-8").splitlines()):
        what = line["kind"].partition(":")[0]
        try:
            before, doubts = (ask(line[said], line["keys"]) for said in ("before", "after"))
        except KeyError:
            continue
        if before:
            continue
        asked[what] += 1
        asked[f"{what} doubted"] += bool(doubts)
    return {
        "hand_changes": asked["false"],
        "hand_noticed": asked["false doubted"],
        "hand_rewrites": asked["same"],
        "hand_alarms": asked["same doubted"],
    }


def count_fresh(sentences: Sequence[Sentence], ask: Ask) -> dict[str, int]:
    """Ask about the changes of the seeds that the check was not mended by."""
    draws = [
        draw for seed in FRESH for draw in draw_edits(sentences, find_edits, KINDS, CHANGES, seed)
    ]
    noticed = sum(bool(ask(draw.after, list(draw.sentence.keys))) for draw in draws)
    return {"fresh_changes": len(draws), "fresh_noticed": noticed}


def count_borne_out(sentences: Sequence[Sentence], ask: Ask) -> dict[str, int]:
    """Count the sentences that cite, and those that the words of their sources bear out alone."""
    cited = [one for one in sentences if one.kind not in REPEATS]
    alone = sum(not ask(one.said, list(one.keys), ours=False) for one in cited)
    return {"cited": len(cited), "by_source_alone": alone}


def surely_fewer(noticed: int, asked: int, was: int, of: int) -> bool:
    """Whether a share has fallen by more than luck explains: another text is another draw.

    The test of two proportions, with the variance of both together.
    """
    if not asked or not of:
        return False
    both = (noticed + was) / (asked + of)
    error = (both * (1 - both) * (1 / asked + 1 / of)) ** 0.5
    return was / of - noticed / asked > SURELY * error


# recorded: JSON as `record` wrote it; the values of "figures" are numbers.
def find_faults(outcome: Outcome, recorded: dict[str, Any] | None) -> Iterator[str]:
    """What is not as it has to be: a sentence each."""
    counts = outcome.count_kinds()
    figures = recorded["figures"] if recorded else {}
    for kind, (asked, noticed) in counts.items():
        name = kind.replace(" ", "_")
        of, was = figures.get(f"{name}_asked", 0), figures.get(f"{name}_noticed", 0)
        if surely_fewer(noticed, asked, was, of):
            yield f"{kind}: {noticed} of {asked} noticed, and {was} of {of} when it was recorded"
    for draw in outcome.survivors:
        if draw.kind in HELD:
            yield f"{draw.kind} passed: {draw.sentence.page}: {draw.after}"
    asked, noticed = len(outcome.changes), len(outcome.changes) - len(outcome.survivors)
    if not asked or not outcome.rewrites:
        yield "nothing was asked: build the handbook first, so that it leaves its cited sentences"
    if noticed < LEAST * asked:
        yield f"all kinds: {noticed} of {asked} noticed, less than {LEAST:.0%}"
    if sum(counts.get(kind, (0, 0))[0] for kind in ("direction", "negation")) < asked / 5:
        yield "directions and negations are less than a fifth of the changes"
    if len(outcome.alarms) > MOST * len(outcome.rewrites):
        alarms, rewrites = len(outcome.alarms), len(outcome.rewrites)
        yield f"{alarms} of {rewrites} rewrites raised an alarm, more than {MOST:.0%}"
    for sentence in outcome.doubted:
        yield f"{sentence.page}:{sentence.line} is doubted as it stands: {sentence.said}"


def write_table(outcome: Outcome) -> str:
    """The counts by kind, then what passed and what was an alarm, before and after."""
    rows = [(kind, *count) for kind, count in outcome.count_kinds().items()]
    rows.append(("all", len(outcome.changes), len(outcome.changes) - len(outcome.survivors)))
    lines = [f"{'kind':<12}  asked  noticed   share"]
    lines += [f"{kind:<12}{of:>7}{was:>9}{was / max(of, 1):>8.1%}" for kind, of, was in rows]
    alarms, rewrites = len(outcome.alarms), len(outcome.rewrites)
    lines.append(f"\nfalse alarms: {alarms} of {rewrites} rewrites, seed {outcome.seed}")
    for title, draws in (("Passed", outcome.survivors), ("False alarm", outcome.alarms)):
        for draw in draws:
            one = draw.sentence
            lines += [
                f"\n{title} ({draw.kind}), {one.page}:{one.line}, {one.kind}",
                f"  before: {one.said}",
                f"  after:  {draw.after}",
            ]
    return "\n".join(lines)


def list_figures(outcome: Outcome) -> dict[str, float | str]:
    """The figures of the record by name."""
    asked, noticed = len(outcome.changes), len(outcome.changes) - len(outcome.survivors)
    alarms, rewrites = len(outcome.alarms), len(outcome.rewrites)
    figures: dict[str, float | str] = {
        "seed": outcome.seed,
        "sentences": len({draw.sentence for draw in outcome.changes}),
        **{"changes": asked, "noticed": noticed, "share": round(noticed / max(asked, 1), 3)},
        **{"rewrites": rewrites, "false_alarms": alarms},
        "false_alarm_share": round(alarms / max(rewrites, 1), 3),
    }
    for kind, (of, was) in outcome.count_kinds().items():
        name = kind.replace(" ", "_")
        figures |= {
            f"{name}_asked": of,
            f"{name}_noticed": was,
            f"{name}_share": round(was / of, 3),
        }
    return figures


def load_ask() -> Ask:
    """The check of facts, for one sentence: called, and never looked into."""
    from docs._ext.facts import ask

    return ask


def main(words: Sequence[str], ask: Ask | None = None) -> int:
    """Ask, print, and record or compare; 1 if something is not as it has to be."""
    parser = argparse.ArgumentParser(prog="python -m scripts.sceptic", description=__doc__)
    parser.add_argument(
        "cited", nargs="?", type=Path, default=CITED, help="sentences, as JSON lines"
    )
    parser.add_argument("--changes", type=int, default=CHANGES, help="how many to draw")
    parser.add_argument("--seed", type=int, default=SEED, help="of the draw")
    parser.add_argument("--record", action="store_true", help="write the figures of the page anew")
    chosen = parser.parse_args(words)
    if not chosen.cited.exists():
        print(f"There is no {chosen.cited}: build the handbook first, with nox -s docs")
        return 1
    start = time.process_time()
    sentences = read_sentences(chosen.cited)
    ask = ask or load_ask()
    outcome = question_all(sentences, ask, chosen.seed, chosen.changes)
    seconds = round(time.process_time() - start, 1)
    by_hand = question_by_hand(BY_HAND, ask)
    print(write_table(outcome))
    print(
        "\nBy hand: {hand_noticed} of {hand_changes} changes noticed, "
        "{hand_alarms} alarms at {hand_rewrites} rewrites".format(**by_hand)
    )
    borne_out = count_borne_out(sentences, ask)
    print("{by_source_alone} of {cited} cited sentences by their sources alone".format(**borne_out))
    print(f"\n{len(sentences)} sentences, {seconds} CPU seconds")
    recorded = json.loads(RECORD.read_text("utf-8")) if RECORD.exists() else None
    if chosen.record:
        recorded = None  # the new one takes its place
        survivors = [draw.describe() for draw in outcome.survivors]
        alarms = [draw.describe() for draw in outcome.alarms]
        figures = list_figures(outcome) | by_hand | borne_out | {"cpu_s": seconds}
        figures |= count_fresh(sentences, ask)
        python = platform.python_version()
        record("sceptic", python, figures, COMMAND, survivors=survivors, false_alarms=alarms)
    faults = list(find_faults(outcome, recorded))
    print("\n".join(f"FAULT: {fault}" for fault in faults) or "As it has to be.")
    return int(bool(faults))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
