"""Prompts as files: the tickets are a fair set, and the gate tells a better prompt from a lucky one."""

from collections import Counter

import pytest

from examples.prompts import ask, evaluation, report
from examples.prompts.evaluation import (
    HERE,
    TEAMS,
    TICKETS,
    VERSIONS,
    Prompt,
    beats_constants,
    digest,
    fill,
    gate,
    luck,
    marks,
    read_answers,
    read_prompt,
    read_tickets,
    similar,
    team_in,
)

ASKED = read_tickets("asked")
RIGHT = [ticket.team for ticket in ASKED]
FILE = {"model": "m", "engine": "e", "evaluation": digest(TICKETS)}
OLD, NEW = Prompt("old", FILE), Prompt("new", FILE)


def recorded(old: int, new: int) -> dict:
    """Return answers of which the first so many are right, for the old prompt and the new."""
    answers = {"old": RIGHT[:old] + ["?"] * (40 - old), "new": RIGHT[:new] + ["?"] * (40 - new)}
    return {name: {"answers": [its]} for name, its in answers.items()}


# ---- the tickets -----------------------------------------------------------------------------------


def test_each_team_has_as_many_tickets_in_each_language():
    """So that a constant answer is right in a quarter."""
    assert {5} == set(Counter((it.team, it.language) for it in ASKED).values())
    assert 40 == len(ASKED)
    assert sorted(TEAMS) == sorted(it.team for it in read_tickets("shown"))


def test_no_ticket_of_the_set_is_shown_or_solved():
    """Or the prompt would hold the answer."""
    shown = {it.ticket for it in read_tickets("shown", "solved")}

    assert set() == shown & {it.ticket for it in ASKED}
    assert 24 == len(shown)


def test_no_ticket_names_its_team():
    """Or a search for four words would do."""
    every = read_tickets("asked", "solved", "shown")

    assert [] == [it.ticket for it in every if team_in(it.ticket)]


# ---- the prompts -----------------------------------------------------------------------------------


def test_the_versions_are_the_files():
    """One that is not listed would be in no table."""
    assert sorted(VERSIONS) == sorted(path.stem for path in (HERE / "versions").glob("*.toml"))


@pytest.mark.parametrize("version", VERSIONS)
def test_each_version_was_measured_as_it_stands(version):
    """On this evaluation set, with one model, and an answer for each ticket and seed."""
    prompt = read_prompt(version)
    record = read_answers()[prompt.digest]

    assert digest(TICKETS) == prompt.file["evaluation"]
    assert read_prompt("bare").file["model"] == prompt.file["model"]
    assert [len(ASKED)] * len(prompt.file["seeds"]) == [len(its) for its in record["answers"]]
    assert version == record["name"]


def test_a_template_without_a_place_for_the_ticket_is_refused(tmp_path):
    """Each answer would be about nothing."""
    (tmp_path / "none.toml").write_text('template = "Which team?"')

    with pytest.raises(ValueError, match=r"the template needs \{ticket\}"):
        read_prompt(tmp_path / "none.toml")


def test_what_is_shown_is_solved_and_ends_with_the_ticket():
    """With examples, with the same in reverse, and with the most similar ones last."""
    ticket = ASKED[0].ticket
    fixed, turned, alike = (
        fill(read_prompt(f"{name}-grammar"), ticket) for name in ("examples", "reversed", "similar")
    )
    teams = [line.removeprefix("Team: ") for line in fixed.splitlines() if line[:6] == "Team: "]

    assert list(TEAMS) == teams
    assert teams[::-1] == [it[6:] for it in turned.splitlines() if it[:6] == "Team: "]
    assert similar(ticket, 1)[0].ticket in alike.split("Ticket: ")[-2]
    assert all(text.endswith(f"Ticket: {ticket}\nTeam:") for text in (fixed, turned, alike))


@pytest.mark.parametrize(
    ("answer", "team"),
    [("Network.", "network"), ("release, not disk", "release"), ("The IT team", None)],
)
def test_the_team_that_an_answer_names_first(answer, team):
    """In any letters; an answer without a team is none."""
    assert team == team_in(answer)


class Model:
    """It answers each request with one word, and keeps the last one."""

    def handle_chat_completions(self, request):
        """Return what the engine returns."""
        self.request = request
        return {"choices": [{"message": {"content": "disk"}}], "usage": {"prompt_tokens": 7}}


@pytest.mark.parametrize("version", ["names", "names-grammar", "warm-grammar"])
def test_the_model_is_asked_as_the_file_says(version):
    """A setting that the file holds and nobody passes on would be a lie in the record."""
    model, prompt = Model(), read_prompt(version)

    answer = ask.ask(model, prompt, "Full.", seed=3)

    assert ("disk", 7) == answer
    assert ("grammar" in version) == ("grammar" in model.request)
    assert [prompt.file["temperature"], 8, 3] == [
        model.request[key] for key in ("temperature", "max_tokens", "seed")
    ]


@pytest.mark.parametrize("key", ["model", "engine", "evaluation"])
def test_a_prompt_for_another_model_is_not_asked(key, tmp_path, monkeypatch):
    """The file names what its answers are of."""
    (tmp_path / "weights").write_bytes(b"weights")
    monkeypatch.setattr(ask, "weights", lambda: tmp_path / "weights")
    monkeypatch.setattr(ask, "version", lambda package: "1")
    here = {
        "model": digest(tmp_path / "weights"),
        "engine": "xllamacpp 1, one thread, flash attention on",
        "evaluation": digest(TICKETS),
    }

    ask.check(Prompt("new", here))
    with pytest.raises(
        ValueError, match=f"the prompt's {key} is not the one here: write '{here[key]}'"
    ):
        ask.check(Prompt("new", here | {key: "another"}))


def test_three_draws_are_as_the_page_says():
    """Right answers of each seed, and the tickets whose answer is the same with all three."""
    draws = read_answers()[read_prompt("warm-grammar").digest]["answers"]

    assert [10, 10, 8] == [sum(marks(its)) for its in draws]
    assert 5 == sum(len(set(its)) == 1 for its in zip(*draws, strict=True))


# ---- the gate --------------------------------------------------------------------------------------


def test_luck_counts_only_where_the_two_differ():
    """Six tosses that fall alike have a p value of 2 in 64; no toss has 1."""
    assert (6, 0, 2 / 64) == luck([True] * 10, [False] * 6 + [True] * 4)
    assert (0, 0, 1.0) == luck([True, False], [True, False])


def test_a_prompt_that_is_surely_better_passes():
    """Six tickets more, and none less."""
    assert "passed" == gate(NEW, OLD, recorded(20, 26))


@pytest.mark.parametrize(
    ("old", "new", "reason"),
    [(20, 25, "5 tickets better, 0 worse, p = 0.06"), (26, 20, "0 tickets better, 6 worse")],
)
def test_a_prompt_that_may_be_lucky_or_is_worse_is_refused(old, new, reason):
    """Five tickets more may be luck; and a sure difference may go the wrong way."""
    assert reason in gate(NEW, OLD, recorded(old, new))


@pytest.mark.parametrize(("new", "verdict"), [(10, "refused"), (14, "refused"), (26, "passed")])
def test_a_prompt_has_to_be_surely_better_than_a_constant_answer(new, verdict):
    """It is surely better than a prompt that has nothing right, which says little."""
    assert gate(NEW, OLD, recorded(0, new)).startswith(verdict)


@pytest.mark.parametrize("team", TEAMS)
def test_always_the_same_team_does_not_pass(team):
    """Whichever team it is."""
    answers = recorded(0, 0) | {"new": {"answers": [[team] * len(ASKED)]}}

    verdict = gate(NEW, OLD, answers)

    assert "refused: 10 of 40 right, not surely more than a constant answer" == verdict


def test_no_version_is_better_than_a_constant_answer_and_the_program_is():
    """As the page says."""
    assert [report.COPY] == [
        name for name, right in report.right_answers().items() if beats_constants(right)
    ]


@pytest.mark.parametrize("key", ["model", "engine", "evaluation"])
def test_two_prompts_of_other_conditions_are_not_compared(key):
    """What differs then may be the model's doing."""
    other = Prompt("new", FILE | {key: "another"})

    assert f"refused: the two name a different {key}" == gate(other, OLD, recorded(20, 40))


def test_answers_to_another_evaluation_set_do_not_count(tmp_path, monkeypatch):
    """A ticket that was added since was never asked."""
    (tmp_path / "tickets.csv").write_bytes(TICKETS.read_bytes() + b"asked,disk,English,Full.\n")
    monkeypatch.setattr(evaluation, "TICKETS", tmp_path / "tickets.csv")

    assert "refused: the evaluation set has changed since" == gate(NEW, OLD, recorded(20, 40))


def test_a_changed_file_has_no_answers_on_record(tmp_path):
    """One letter is enough, for the record goes by the digest."""
    text = (HERE / "versions" / "examples-grammar.toml").read_text("utf-8")
    (tmp_path / "new.toml").write_text(text.replace("one word", "1 word"), "utf-8")
    changed = read_prompt(tmp_path / "new.toml")

    verdict = gate(changed, read_prompt("examples-grammar"), read_answers())

    assert f"refused: no answers of {changed.digest[:8]} are on record" == verdict


def test_marks_are_for_all_tickets_or_none():
    """A missing answer shifts all that follow it."""
    assert [True] * 40 == marks(RIGHT)
    with pytest.raises(ValueError):
        marks(RIGHT[:-1])
