"""The right results that an activity names are computed here again, or printed by a block of its chapter.

What a chapter's block prints is run by the tests of that page; here the activity is held to it.
"""

import ast
import hashlib
import re
import subprocess
import sys
from math import comb
from pathlib import Path

import pytest
from jukebox import COSTS, PIPELINE
from jukebox.watch.drift import holm

from docs._ext import load, markdown
from examples.levels.ci.stages import lacks

ACTIVITIES = {one["id"]: one for one in load(Path("docs"), "activities.toml")["activity"]}


def watch(name):
    """Return what a trainer should see in an activity."""
    return ACTIVITIES[name]["watch"]


def chapter(name):
    """Return the text of the chapter in which an activity stands."""
    page = ACTIVITIES[name]["page"].partition("#")[0]
    return Path("docs", f"{page}.md").read_text("utf-8")


def printed(name):
    """Return all that the blocks of the chapter print."""
    found = markdown.fences(chapter(name))
    return "\n".join(fence.content for fence in found if fence.name == "output")


def row(name, label):
    """Return the numbers of the printed line that begins with a label."""
    (line,) = re.findall(rf"^{re.escape(label)}(.*)$", printed(name), re.M)
    return [float(number.replace(",", "")) for number in re.findall(r"\d[\d,]*(?:\.\d+)?", line)]


def says(name, *results):
    """Tell whether what to watch for has each result, and not as a part of a longer number."""
    lacking = [
        one
        for one in results
        if not re.search(rf"(?<![\d.,]){re.escape(one)}(?![\d])", watch(name))
    ]
    assert not lacking, f"{name} does not say {lacking}: {watch(name)}"


def test_same_digest():
    """The block is run, and run again with each of the two changes that the activity asks for."""
    (block,) = [
        fence.content for fence in markdown.fences(chapter("same-digest")) if fence.name == "python"
    ]
    other_code = 'settings["code"] = "0"\nprint(first == digest(rows))\n'
    by_track = block.replace(
        "train(rows), rows", 'train(rows), sorted(rows, key=lambda r: r["track"])'
    )
    assert by_track != block
    answers = answers_of(block)
    answers.append(answers_of(block.partition("rows[41]")[0] + other_code)[-1])
    answers.append(answers_of(by_track)[1])

    assert ", ".join("yes" if one else "no" for one in answers) in watch("same-digest")


def answers_of(program):
    """Return what a program prints at the end of each line, True or False."""
    command = [sys.executable, "-c", program]
    told = subprocess.run(command, capture_output=True, text=True, check=True)
    return [line.endswith("True") for line in told.stdout.splitlines()]


def test_how_late():
    """The delay is added; each week has a thousand answers."""
    week, delay, answers = 5, 3, 1000
    wrong, anyway = delay * answers * (100 - 60) // 100, delay * answers * (100 - 90) // 100

    says(
        "how-late",
        f"week {week + delay}",
        f"{wrong:,}",
        str(anyway),
        str(wrong - anyway),
        f"week {week - delay}",
    )


def test_thirty_services():
    """Thirty shares multiplied, and the hours of a month of 30 days."""
    for share, services in ((0.9999, 30), (0.999, 30), (0.9999, 10)):
        up = share**services
        says("thirty-services", f"{up:.1%}".replace("%", " %"), f"{(1 - up) * 720:.1f} hours")


def test_three_futures():
    """The chapter's block prints them."""
    slow, steep, growth = row("three-futures", "2030")

    steeper = 20.0 + 5 * (20.0 - 13.5)  # the block rounds it to a whole number

    assert steep == round(steeper)
    says("three-futures", f"{slow:.0f}", f"{steeper:.1f}", f"{growth:.0f}")
    says("three-futures", str(row("three-futures", "forecast in 2023 for 2025:")[-1]))


def test_seven_parts():
    """By the chapter, the thermostat lacks what may be missing and what decides."""
    parts = re.search(r"^PARTS = (\[.*\])$", chapter("seven-parts"), re.M)[1]
    answers = re.search(r'"thermostat set to 19 degrees":\s+"(.*)"', chapter("seven-parts"))[1]
    missing = [p for p, a in zip(ast.literal_eval(parts), answers.split(), strict=True) if a == "n"]

    assert ["adapts", "infers"] == missing
    assert re.findall(r"\*(\w+)\*", watch("seven-parts"))[:2] == missing


def test_five_quotations():
    """The years of the chapter."""
    says("five-quotations", f"{2012 - 1955} years", "1963")
    assert "posted online in 2012" in chapter("five-quotations")
    assert "died in 1955" in chapter("five-quotations")


def test_what_became_of_it():
    """The chapter says the same of both."""
    for words in (
        "than ever",
        "The ten years end in November 2026",
        "prepared to hire more humans",
    ):
        assert words in chapter("what-became-of-it")
    says("what-became-of-it", "November 2026", "2025")


def test_forecast_in_an_envelope():
    """The two forecasts are the chapter's."""
    assert "for the end of 2026: over 1 million paid rides a week" in chapter(
        "forecast-in-an-envelope"
    )
    assert "could reach 10 to 20 %" in chapter("forecast-in-an-envelope")
    says("forecast-in-an-envelope", "over 1 million paid rides a week", "could reach 10 to 20 %")


def test_provocation():
    """The table of the section has so many rows."""
    table = chapter("provocation").partition("| it says |")[2].partition("\n\n")[0]

    assert 5 == len(table.strip().splitlines()) - 2
    assert "five sentences" in watch("provocation")


def test_six_words():
    """The chapter's blocks print them."""
    says(
        "six-words",
        f"{row('six-words', 'learn from')[0]:,.0f}",
        f"{row('six-words', 'test on   ')[0]:,.0f}",
    )
    says(
        "six-words",
        str(row("six-words", "the model:")[0]),
        str(row("six-words", "blind guess:")[0]),
    )
    says("six-words", "13", "14")


def test_price_of_a_chat():
    """Each turn sends all turns before it again."""

    def through(turns):
        return sum(300 * turn for turn in range(1, turns + 1))

    says("price-of-a-chat", f"{20 * 300:,}", f"{through(20):,}", f"{through(40):,}")
    says(
        "price-of-a-chat",
        f"{20 * 300 * 23 / 1000:.0f} megabytes",
        f"{through(20) * 1000 / 1e6:.0f} euros",
    )
    assert 3.5 < through(40) / through(20) < 4.5


def test_who_is_accused():
    """Of a million accounts, 2,000 are used for fraud."""
    mules, honest = 2_000, 998_000
    found, accused = 0.9 * mules, 0.1 * honest

    says(
        "who-is-accused",
        f"{found + accused:,.0f}",
        f"{accused:,.0f}",
        f"{100 * found / (found + accused):.0f} of 100",
    )
    says("who-is-accused", f"{found:,.0f}", f"{found / honest:.2%}".replace("%", " %"))


def test_compared_with_what():
    """50 megawatts in each hour of a year, at £100."""
    says("compared-with-what", f"£{50 * 8760 * 100 / 1e6:.1f} million")


def test_costs_to_threshold():
    """By Jukebox's costs and the five tracks of the section."""
    charted, picked = (1, 0, 1, 0, 1), (1, 1, 1, 1, 0)
    hits = sum(c * p for c, p in zip(charted, picked, strict=True))
    lost = (1 - COSTS.threshold) * COSTS.wasted

    assert lost == pytest.approx(COSTS.threshold * COSTS.missed)
    says(
        "costs-to-threshold",
        f"{COSTS.threshold:.3f}",
        f"{lost:.0f} euros",
        f"{sum(charted) / 5:.2f}",
    )
    says(
        "costs-to-threshold",
        f"{1 - sum(charted) / 5:.2f}",
        f"{hits / sum(picked):.2f}",
        f"{hits / sum(charted):.2f}",
    )


def test_split_too_high():
    """The score in the test less the score in use, of the chapter's four rows."""
    rows = {
        label: row("split-too-high", label)
        for label in (
            "constant  at random",
            "constant  by time",
            "changing  at random",
            "changing  by time",
        )
    }
    too_high = [round(test - use, 2) for test, use in rows.values()]

    assert [0.01, 0.01, 0.07, 0.02] == too_high
    says(
        "split-too-high", *map("{:.2f}".format, rows["changing  at random"]), "0.07", "0.02", "0.01"
    )


def test_one_byte(tmp_path):
    """The two commands are typed: the size stays, and the digest does not."""
    commands = [
        command
        for step in ACTIVITIES["one-byte"]["steps"]
        for command in re.findall(r'python -c "(.*?)"`', step)
    ]
    for name in "abc":
        (tmp_path / f"{name}.onnx").write_bytes(bytes(range(256)))
    digest, change = (
        lambda code=code: subprocess.run(
            [sys.executable, "-c", code], cwd=tmp_path, capture_output=True, text=True, check=True
        ).stdout.strip()
        for code in commands
    )
    before, _ = digest(), change()

    assert before == digest() == hashlib.sha256(bytes(range(256))).hexdigest()
    assert bytes(range(256)) != (tmp_path / "b.onnx").read_bytes()
    assert 256 == (tmp_path / "b.onnx").stat().st_size
    says(
        "one-byte",
        *(f"{row('one-byte', label)[0]}" for label in ("the wrong file:", "as it was promoted:")),
    )


def test_thirteen_tests():
    """Thirteen tests at 5 %, eight pairs with twenty weeks each, and Holm's correction."""
    share = 1 - 0.95**13
    command = re.search(r'python -c "(.*?)"`', " ".join(ACTIVITIES["thirteen-tests"]["steps"]))[1]
    told = subprocess.run(
        [sys.executable, "-c", command], capture_output=True, text=True, check=True
    )
    corrected = [f"{p:.2g}" for p in holm([0.01, 0.02, 0.04, 0.3])]

    says("thirteen-tests", "0.95 to the power of 13", "160 weeks")
    says("thirteen-tests", f"{100 * share:.0f} of 100", f"{160 * share:.0f} alarms", *corrected)
    assert 1 == sum(float(p) <= 0.05 for p in corrected)
    assert 0 <= int(told.stdout) <= 20


def test_wall():
    """Four alerts wake somebody, and four wait until the morning."""
    table = chapter("wall").partition("| alert |")[2].partition("\n\n")[0]

    assert (3, 1, 4) == tuple(
        map(table.count, ("DevOps engineer, page", "ML engineer, page", ", ticket"))
    )
    assert 8 == table.count("](")
    assert "Three alerts go to the DevOps engineer and one to the ML engineer" in watch("wall")


def test_enough_rows():
    """By the formula of the chapter."""

    def needed(lead, half, rows):
        return rows * (2.8 / 1.96 * half / lead) ** 2

    half = (0.0324 - 0.0171) / 2
    says("enough-rows", f"{half:.5f}", f"{needed(0.0244, half, 1200):.0f} rows")
    says("enough-rows", f"{needed(0.0244, 0.0077, 1200):.0f} if it rounds to 0.0077")
    says("enough-rows", f"{needed(0.010, 0.012, 400):,.0f}", f"{400 * 2.8 / 1.96 * 1.2:.0f}")
    assert "0.0244 (0.0171 to 0.0324)" in chapter("enough-rows")


def test_mini_capstone():
    """What a trainer announces begins a row of the page's plan, which ends with the activity."""
    plan = re.findall(r"^\| (\d+)\N{EN DASH}(\d+) \|", chapter("mini-capstone"), re.M)
    steps = " ".join(ACTIVITIES["mini-capstone"]["steps"])
    told = [*re.findall(r"\d+", re.search(r"Announce minutes ([^.]*?), each", steps)[1])]
    stop = re.search(r"At minute (\d+) the teams stop", steps)[1]

    assert ["35", "70", "90", "105"] == told
    assert [] == [minute for minute in [*told, stop] if minute not in dict(plan)]
    assert plan[-1][1] == str(ACTIVITIES["mini-capstone"]["minutes"])
    assert dict(plan)[stop] == plan[-2][1]


def test_presentations():
    """Four teams take ten minutes each, as one team does by the page's plan; an hour has 20 left."""
    page = Path("docs/capstones/mini-capstone.md").read_text("utf-8")
    steps = ACTIVITIES["presentations"]["steps"]

    assert "115 | the presentation: five minutes, and five for the board's" in page
    assert "take an hour instead of the last 15 minutes: ten minutes for each team" in page
    assert "Each team has ten minutes." in steps[0]
    assert 60 == ACTIVITIES["presentations"]["minutes"]


def test_arrow_back():
    """The steps that nobody may refuse."""
    nobody = [step.name for step in PIPELINE if not step.no]

    assert " and at ".join(f"`{name}`" for name in nobody) in watch("arrow-back")


def test_workflow_lacks():
    """So many things, and both changes are found."""
    ci = Path("examples/levels/ci")
    model = (ci / "model.yml").read_text("utf-8")
    hidden = 'jukebox evaluate "$VERSION"'

    assert 6 == len(lacks(ci / "service.yml"))

    assert "Six things" in watch("workflow-lacks")
    assert not lacks(model)
    assert hidden in model
    assert lacks(model.replace(hidden, f"{hidden} || true"))
    assert lacks(model.replace("needs: model", "needs: test"))


def test_try_to_refute():
    """The example of the chapter on choosing a level."""
    text = Path("docs/modules/mlops/which-level-fits.md").read_text("utf-8")

    assert "says yes to 1, 3, 6 and 8" in text

    assert "because statement 2 is a no" in text
    says("try-to-refute", "1, 3, 6 and 8", "level 0", "statement 2")


def test_years_to_pay():
    """160 hours, 40 a year, 6 at each release."""
    gains = {releases: 6 * releases - 40 for releases in range(1, 60)}
    first = next(releases for releases, gain in gains.items() if gain > 0)
    enough = next(releases for releases, gain in gains.items() if gain > 0 and 160 / gain <= 2)

    says("years-to-pay", f"{gains[12]} hours", f"{160 / gains[12]:.0f} years")
    says(
        "years-to-pay", f"{first} releases", f"{160 / gains[first]:.0f} years", f"{enough} releases"
    )


def test_row_to_models():
    """The commands of the chapter, which are typed there, print it."""
    text = chapter("row-to-models")

    assert "fitted on it       3\nonly tested on it  1, 2\n" in text
    assert "All three data versions hold the track" in watch("row-to-models")
    assert "version 3 was fitted on it, and 1 and 2 were only tested" in watch("row-to-models")
    told = [
        text.index(command)
        for command in ("jukebox forget", "jukebox train", "jukebox promote 4", "jukebox retire 3")
    ]
    assert told == sorted(told)
    assert "forget, train, promote, retire" in watch("row-to-models")


def test_spoil_and_repair():
    """The two intervals are the chapter's; one lies within the tolerance, and one does not."""
    intervals = re.findall(r"weeks: \S+, from (\S+) to (\S+)", printed("spoil-and-repair"))
    inside = [all(abs(float(end)) <= 0.005 for end in ends) for ends in intervals]

    assert [False, True] == inside
    for low, high in intervals:
        assert f"({low.replace('-', chr(0x2212))} to {high})" in watch("spoil-and-repair")


def test_silence_is_no():
    """The patience of the chapter's command is a day."""
    assert 86_400 == 24 * 3600
    assert "--patience 86400" in chapter("silence-is-no")
    says("silence-is-no", "86,400 seconds")


def test_known_then():
    """The table of the section, and the promises that the blocks print."""
    rows = re.findall(
        r"^\| (T\d) \| (\d+) \| (\d+) \| \d+ \| (\d+) \|$", chapter("known-then"), re.M
    )
    known = [(int(week), int(value)) for _, _, week, value in rows]
    for track, released, _, _ in rows[2:]:
        then = [value for week, value in known if week <= int(released)][-1]
        assert f"{track}: {known[-1][1]} and {then}" in watch("known-then")
    promised, got = row("known-then", "naive            ")[:2]
    says(
        "known-then",
        f"{promised:.3f}",
        f"{got:.3f}",
        f"{row('known-then', 'point in time    ')[0]:.3f}",
    )
    assert (33, 6) == known[2]
    assert "writes 6 for T3" in watch("known-then")
    assert "T7: 4 with both times, 8" in watch("known-then")


def test_online_offline():
    """The six counts and the three scores of the chapter's blocks."""
    counts = re.findall(r"(\d+) of 405 differ", printed("online-offline"))

    assert f"{', '.join(counts[:-1])} and {counts[-1]}" in watch("online-offline")
    says(
        "online-offline",
        *(f"{row('online-offline', f'{late:2} weeks late:')[0]:.3f}" for late in (0, 8, 16)),
    )
    says("online-offline", f"{row('online-offline', 'no such feature')[0]:.3f}")


def test_count_advertisements():
    """What the chapter's script prints of nine advertisements."""
    counted = re.findall(r": n = (\d), (\d+)% without pay", printed("count-advertisements"))

    assert [("4", "25"), ("5", "60")] == counted
    says("count-advertisements", "4 are", "25 %", "60 %")


def test_two_groups():
    """The shares of both groups, and the price in the table of the countries."""
    shares = re.findall(
        r"(\d+)%", "\n".join(re.findall(r"^group [AB].*$", printed("two-groups"), re.M))
    )
    assert shares == ["50", "40", "60", "75", "20", "20", "16", "60", "75", "5"]
    says("two-groups", "Found is 60 %", "right 75 %", "20 % in A", "5 % in B")
    before, after = row("two-groups", "48 weeks of data"), row("two-groups", "equal opportunity")
    says(
        "two-groups",
        f"{after[-1] - before[-1]:,.0f} euros",
        f"{before[0]:.0f} %",
        f"{before[2]:.0f} %",
        f"{after[0]:.0f} %",
        f"{after[1]:.0f} %",
    )


def test_duties_and_fields():
    """So many duties are recorded, and so many are missing."""
    lines = printed("duties-and-fields").splitlines()
    counts = [sum(line.startswith(word) for line in lines) for word in ("recorded", "MISSING")]

    assert [4, 5] == counts
    assert "records four of the nine, and five are missing" in watch("duties-and-fields")


def test_eight_coins():
    """How often coins are at least as uneven, either way."""

    def p(better, worse):
        tosses = better + worse
        tail = sum(comb(tosses, n) for n in range(max(better, worse), tosses + 1))
        return min(1, 2 * tail / 2**tosses)

    says("eight-coins", f"{100 * p(5, 3):.0f} of 100", f"{p(10, 0):.3f}", f"{0.05 / 7:.3f}")
    assert f"5 better,  3 worse than names-grammar    p = {p(5, 3):.3f}" in printed("eight-coins")


def test_row_and_level():
    """Each card is as the cell of the rubric says."""
    rubric = chapter("row-and-level").partition("| criterion |")[2].partition("\n\n")[0]
    cells = {
        line.split("|")[1].strip().lower(): [c.strip() for c in line.split("|")[2:5]]
        for line in rubric.splitlines()[2:]
    }
    levels = dict(zip(("not yet", "solid", "strong"), range(3), strict=True))
    told = re.findall(r"(\w+), (not yet|solid|strong)", watch("row-and-level").partition(". ")[0])
    cell = [cells[name][levels[level]] for name, level in told]

    words = (
        "gives an accuracy",
        "unit of those who decide",
        "were deleted",
        "one that it stopped",
        "before the first score",
        "it refused a model",
    )
    assert all(word in one for word, one in zip(words, cell, strict=True)), cell


def test_backwards():
    """One and a half times, rounded up to five."""

    def in_the_room(minutes):
        return -(-minutes * 1.5 // 5) * 5

    says("backwards", f"27 minutes takes {in_the_room(27):.0f}", f"12 takes {in_the_room(12):.0f}")


def test_grade_alone():
    """The marks of the chapter, row by row."""
    teams = re.findall(
        r"\*\*Team [ABC]: (\d) of 10.*?\*\*(.*?)(?=\n\n)", chapter("grade-alone"), re.S
    )
    sums = [sum(map(int, re.findall(r"\((\d)[:)]", text))) for _, text in teams]

    assert [int(total) for total, _ in teams] == sums == [1, 5, 9]
    says("grade-alone", "1, 5 and 9 of 10")


def test_every_number_of_an_activity_is_looked_at_here():
    """Whoever adds an activity with a result adds its test."""
    tested = {
        name.removeprefix("test_").replace("_", "-")
        for name in globals()
        if name.startswith("test_")
    }
    with_numbers = {
        name for name, one in ACTIVITIES.items() if len(re.findall(r"\d", one["watch"])) > 3
    }

    assert not with_numbers - tested, f"compute what {sorted(with_numbers - tested)} name as right"
