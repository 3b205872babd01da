"""From a thousand tracks to a million: the time and memory of each stage, and how they grow."""

import json
import subprocess
import sys

import numpy as np
import pytest

from .stages import SIZES, TO

STAGES = ["simulate", "validate", "store", "features", "drift", "train", "predict", "gate", "score"]
GROWTH = 1.2  # the highest exponent; n log n has 1.08 from ten thousand to a million
LAST = 1.4  # the highest of the last tenfold alone: what begins to turn up shows there first


def exponent(of_size):
    """Return the slope of a line by least squares through the logarithms of {size: value}."""
    return float(np.polyfit(np.log(list(of_size)), np.log(list(of_size.values())), 1)[0])


def largest(stage):
    """Return the three largest sizes of a stage: below them, what every call costs tells."""
    return [n for n in SIZES if n <= TO.get(stage, SIZES[-1])][-3:]


@pytest.fixture(scope="module")
def measured(figures):
    """Measure every stage at every size, and add the exponents."""
    run = subprocess.run(
        [sys.executable, "-m", "tests.proofs.stages"],
        stdout=subprocess.PIPE,
        text=True,
        check=True,
        timeout=900,
    )
    figures |= json.loads(run.stdout)
    for stage in STAGES:
        times = {n: figures[f"{stage}_{n}_cpu_s"] for n in largest(stage)}
        figures[f"{stage}_time_exponent"] = round(exponent(times), 2)
        last = exponent({n: times[n] for n in largest(stage)[-2:]})
        figures[f"{stage}_last_exponent"] = round(last, 2)
        if stage in TO:  # as the last step grew, from the largest size that was run
            longer = times[TO[stage]] * 10 ** figures[f"{stage}_last_exponent"]
            figures[f"{stage}_million_minutes"] = round(longer / 60, 1)
    figures["highest_exponent"] = max(figures[f"{stage}_time_exponent"] for stage in STAGES)
    figures["peak_mb"] = max(value for name, value in figures.items() if name.endswith("_mb"))
    figures["cpu_s"] = round(sum(v for name, v in figures.items() if name.endswith("_cpu_s")), 1)
    return figures


@pytest.mark.parametrize("stage", STAGES)
def test_time_grows_about_as_the_tracks(measured, stage):
    """No stage takes more than n to the power of 1.2, and none turns up at the end."""

    assert measured[f"{stage}_time_exponent"] <= GROWTH
    assert measured[f"{stage}_last_exponent"] <= LAST


@pytest.mark.parametrize("stage", STAGES)
def test_every_size_was_run(measured, stage):
    """Nothing is a guess but what is called one."""
    sizes = [n for n in SIZES if f"{stage}_{n}_cpu_s" in measured]

    assert sizes == [n for n in SIZES if n <= TO.get(stage, SIZES[-1])]
    assert all(measured[f"{stage}_{n}_cpu_s"] > 0 for n in sizes)


def test_memory_stays_within_a_laptop(measured):
    """A million tracks need less than 8 GB at their worst stage."""

    assert measured["peak_mb"] < 8_000


def test_a_stage_that_is_quadratic_is_noticed():
    """Time that grows with the square has the exponent 2; with n log n, little more than 1."""
    square = {n: 1e-9 * n**2 for n in SIZES}
    sorting = {n: 1e-9 * n * np.log(n) for n in SIZES[1:]}

    assert exponent(square) == pytest.approx(2)
    assert 1 < exponent(sorting) < GROWTH
